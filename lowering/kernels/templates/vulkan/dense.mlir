// A packed fully connected layer: an invocation is one output; a workgroup is one row, whose weights its invocations load side by side.
        %c1 = arith.constant 1 : index
        %group = arith.constant $group : index
        %zero = arith.constant 0.0 : f32
        %floor = arith.constant $floor : f32
$ids
        %thread = gpu.thread_id x
        %next_row = arith.addi %row, %c1 : index
        %first_tap32 = memref.load %starts[%row] : $starts
        %end_tap32 = memref.load %starts[%next_row] : $starts
        %first_tap = arith.index_cast %first_tap32 : i32 to index
        %end_tap = arith.index_cast %end_tap32 : i32 to index
        %sum = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a = %zero) -> (f32) {
          %offset32 = memref.load %offsets[%tap] : $offsets
          %offset = arith.index_cast %offset32 : i32 to index
          %input = memref.load %x[%offset] : $x
          %weights_at = arith.muli %tap, %group : index
          %weight_at = arith.addi %weights_at, %thread : index
          %weight = memref.load %values[%weight_at] : $values
$casts
          %next = math.fma $weight, $input, %a : f32
          scf.yield %next : f32
        }
        %out_row = arith.muli %row, %group : index
        %out_at = arith.addi %out_row, %thread : index
        %b = memref.load %bias[%out_at] : $bias
        %biased = arith.addf %sum, %b : f32
        %activation = arith.maximumf %biased, %floor : f32
        memref.store %activation, %out[%out_at] : $out
