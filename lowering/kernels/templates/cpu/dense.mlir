// A packed fully connected layer: each row (a group of outputs) walks its taps once, so that every weight is read once, in order.
        %c1 = arith.constant 1 : index
        %row = hal.interface.workgroup.id[0] : index
        %next_row = arith.addi %row, %c1 : index
        %first_tap32 = memref.load %starts[%row] : $starts
        %end_tap32 = memref.load %starts[%next_row] : $starts
        %first_tap = arith.index_cast %first_tap32 : i32 to index
        %end_tap = arith.index_cast %end_tap32 : i32 to index
        %floor = arith.constant dense<$floor> : $vector
        %to = affine.apply affine_map<(r) -> (r * $group)>(%row)
$biases
        %sums:$count = scf.for %tap = %first_tap to %end_tap step %c1 iter_args($inits) -> ($types) {
          %offset32 = memref.load %offsets[%tap] : $offsets
          %offset = arith.index_cast %offset32 : i32 to index
$tap
          scf.yield $yields : $types
        }
$stores
