// A packed 3D convolution. A workgroup is 64 invocations on one row and one frame; an invocation holds $tile positions (64 apart, so that neighbours
// load neighbours) x $group filters as vec4 accumulators. A tap is one offset, $vectors vec4 weights (the same for all invocations) and $tile inputs.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %c2 = arith.constant 2 : index
        %vectors = arith.constant $vectors : index
        %row_count = arith.constant $rows : index
        %plane = arith.constant $plane : index
        %plane_end = arith.constant $plane_last : index
        %first = arith.constant $first : index
        %end = arith.constant $last : index
        %span = arith.constant $span : index
        %always = arith.constant true
        %zero = arith.constant $zero
        %floor = arith.constant $floor
$ids
        %thread = gpu.thread_id x
        %frame_base = arith.muli %frame, %plane : index
        %x_frame = arith.constant $x_frame : index
        %x_base = arith.muli %frame, %x_frame : index
        %bounds_frame = arith.muli %frame, %row_count : index
        %bounds_row = arith.addi %bounds_frame, %row : index
        %bounds_first = arith.muli %bounds_row, %c2 : index
        %bounds_end = arith.addi %bounds_first, %c1 : index
        %first_tap32 = memref.load %bounds[%bounds_first] : $bounds
        %end_tap32 = memref.load %bounds[%bounds_end] : $bounds
        %first_tap = arith.index_cast %first_tap32 : i32 to index
        %end_tap = arith.index_cast %end_tap32 : i32 to index
        %span_base = arith.muli %wx, %span : index
        %p0 = arith.addi %span_base, %thread : index
$positions
        %sum:$accumulators = scf.for %tap = %first_tap to %end_tap step %c1 iter_args($inits) -> ($acc_types) {
          %offset32 = memref.load %offsets[%tap] : $offsets
          %offset = arith.index_cast %offset32 : i32 to index
          %weights_at = arith.muli %tap, %vectors : index
$fmas
          scf.yield $yields : $acc_types
        }
        %bias_at = arith.muli %row, %vectors : index
$stores
