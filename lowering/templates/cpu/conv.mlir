// A packed 3D convolution: rows of taps of any length; a tap is one offset into the channel-major padded rows of the input.
// Output frame x block of rows (the workgroups) > chunk of positions > row > register tile > tap: a rank-1 update of a group x tile accumulator.
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %chunks = arith.constant $chunks : index
    %block = arith.constant $block : index
    %last = arith.constant $last : index
    %zero = arith.constant 0.0 : f32
    %floor = arith.constant $floor : f32
    %empty = tensor.empty() : $out
    %all = scf.forall (%frame, %g) in ($frames, $blocks) shared_outs(%shared = %empty) -> ($out) {
      %frame_base = affine.apply affine_map<(f) -> (f * $plane)>(%frame)
      %row0 = affine.apply affine_map<(g) -> (g * $block)>(%g)
      %part0 = tensor.extract_slice %shared[%row0, 0, %frame, 0] [$block, $group, 1, $plane] [1, 1, 1, 1] : $out to $part
      %head = tensor.extract_slice %part0[0, 0, 0] [$block, $group, $first] [1, 1, 1] : $part to $head
      %head_zero = linalg.fill ins(%zero : f32) outs(%head : $head) -> $head
      %part1 = tensor.insert_slice %head_zero into %part0[0, 0, 0] [$block, $group, $first] [1, 1, 1] : $head into $part
      %tail = tensor.extract_slice %part1[0, 0, $end] [$block, $group, $tail_size] [1, 1, 1] : $part to $tail
      %tail_zero = linalg.fill ins(%zero : f32) outs(%tail : $tail) -> $tail
      %part2 = tensor.insert_slice %tail_zero into %part1[0, 0, $end] [$block, $group, $tail_size] [1, 1, 1] : $tail into $part
      %part3 = scf.for %c = %c0 to %chunks step %c1 iter_args(%by_chunk = %part2) -> ($part) {
        %first_tile = affine.apply affine_map<(c) -> (c * $chunk)>(%c)
        %end_tile = affine.min affine_map<(c) -> (c * $chunk + $chunk, $tiles)>(%c)
        %rows_done = scf.for %r = %c0 to %block step %c1 iter_args(%by_row = %by_chunk) -> ($part) {
          %row = arith.addi %row0, %r : index
          %first_tap32 = tensor.extract %bounds[%frame, %row, %c0] : $bounds
          %end_tap32 = tensor.extract %bounds[%frame, %row, %c1] : $bounds
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %row_bias = tensor.extract_slice %bias[%row, 0] [1, $group] [1, 1] : $bias to $lane
          %tiles_done = scf.for %t = %first_tile to %end_tile step %c1 iter_args(%by_tile = %by_row) -> ($part) {
            %unclamped = affine.apply affine_map<(t) -> (t * $tile + $first)>(%t)
            %position = arith.minsi %unclamped, %last : index
            %base = arith.addi %position, %frame_base : index
            %fresh = tensor.empty() : $acc
            %init = linalg.fill ins(%zero : f32) outs(%fresh : $acc) -> $acc
            %sum = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a = %init) -> ($acc) {
              %offset32 = tensor.extract %offsets[%tap] : $offsets
              %offset = arith.index_cast %offset32 : i32 to index
              %address = arith.addi %offset, %base : index
              %inputs = tensor.extract_slice %x[%address] [$tile] [1] : $x to $positions
              %weights = tensor.extract_slice %values[%tap, 0] [1, $group] [1, 1] : $values to $lane
              %next = linalg.generic {indexing_maps = [affine_map<(m, i) -> (m)>, affine_map<(m, i) -> (i)>, affine_map<(m, i) -> (m, i)>],
                  iterator_types = ["parallel", "parallel"]} ins(%weights, %inputs : $lane, $positions) outs(%a : $acc) attrs = {compilation_info = #rows} {
                ^bb0(%weight: f32, %input: f32, %partial: f32):
                  %product = arith.mulf %weight, %input fastmath<contract> : f32
                  %more = arith.addf %partial, %product fastmath<contract> : f32
                  linalg.yield %more : f32
              } -> $acc
              scf.yield %next : $acc
            }
            %tile_mask = tensor.extract_slice %mask[%position] [$tile] [1] : $mask to $positions
            %fresh2 = tensor.empty() : $acc
            %activated = linalg.generic {indexing_maps = [affine_map<(m, i) -> (m, i)>, affine_map<(m, i) -> (m)>, affine_map<(m, i) -> (i)>, affine_map<(m, i) -> (m, i)>],
                iterator_types = ["parallel", "parallel"]} ins(%sum, %row_bias, %tile_mask : $acc, $lane, $positions) outs(%fresh2 : $acc) {
              ^bb0(%value: f32, %b: f32, %keep: f32, %unused: f32):
                %biased = arith.addf %value, %b : f32
                %activation = arith.maximumf %biased, %floor : f32
                %masked = arith.mulf %activation, %keep : f32
                linalg.yield %masked : f32
            } -> $acc
            %stored = tensor.insert_slice %activated into %by_tile[%r, 0, %position] [1, $group, $tile] [1, 1, 1] : $acc into $part
            scf.yield %stored : $part
          }
          scf.yield %tiles_done : $part
        }
        scf.yield %rows_done : $part
      }
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %part3 into %shared[%row0, 0, %frame, 0] [$block, $group, 1, $plane] [1, 1, 1, 1] : $part into $out
      }
    } {mapping = [#iree_codegen.workgroup_mapping<y>, #iree_codegen.workgroup_mapping<x>]}
