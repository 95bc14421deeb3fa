// A packed fully connected layer: each row (a group of outputs) walks its taps once, so that every weight is read once, in order.
    %zero = arith.constant 0.0 : f32
    %c1 = arith.constant 1 : index
    %floor = arith.constant $floor : f32
    %empty = tensor.empty() : $out
    %all = scf.forall (%row) in ($rows) shared_outs(%shared = %empty) -> ($out) {
      %next_row = arith.addi %row, %c1 : index
      %first_tap32 = tensor.extract %starts[%row] : $starts
      %end_tap32 = tensor.extract %starts[%next_row] : $starts
      %first_tap = arith.index_cast %first_tap32 : i32 to index
      %end_tap = arith.index_cast %end_tap32 : i32 to index
      %fresh = tensor.empty() : $lane
      %init = linalg.fill ins(%zero : f32) outs(%fresh : $lane) -> $lane
      %sum = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a = %init) -> ($lane) {
        %offset32 = tensor.extract %offsets[%tap] : $offsets
        %offset = arith.index_cast %offset32 : i32 to index
        %input = tensor.extract %x[%offset] : $x
        %weights = tensor.extract_slice %values[%tap, 0] [1, $group] [1, 1] : $values to $lane
        %next = linalg.generic {indexing_maps = [affine_map<(m) -> (m)>, affine_map<(m) -> (m)>], iterator_types = ["parallel"]}
            ins(%weights : $lane) outs(%a : $lane) attrs = {compilation_info = #dense} {
          ^bb0(%weight: f32, %partial: f32):
            %product = arith.mulf %weight, %input fastmath<contract> : f32
            %more = arith.addf %partial, %product fastmath<contract> : f32
            linalg.yield %more : f32
        } -> $lane
        scf.yield %next : $lane
      }
      %row_bias = tensor.extract_slice %bias[%row, 0] [1, $group] [1, 1] : $bias to $lane
      %fresh2 = tensor.empty() : $lane
      %activated = linalg.generic {indexing_maps = [affine_map<(m) -> (m)>, affine_map<(m) -> (m)>, affine_map<(m) -> (m)>], iterator_types = ["parallel"]}
          ins(%sum, %row_bias : $lane, $lane) outs(%fresh2 : $lane) {
        ^bb0(%value: f32, %b: f32, %unused: f32):
          %biased = arith.addf %value, %b : f32
          %activation = arith.maximumf %biased, %floor : f32
          linalg.yield %activation : f32
      } -> $lane
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %activated into %shared[%row, 0] [1, $group] [1, 1] : $lane into $out
      }
    } {mapping = [#iree_codegen.workgroup_mapping<x>]}
