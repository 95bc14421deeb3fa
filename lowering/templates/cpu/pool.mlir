// A pool whose windows are two pixels wide, two apart and inside the image: whole vectors are reduced over frames and rows, then even with odd pixels.
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %tiles = arith.constant $tiles : index
    %height = arith.constant $height : index
    %last = arith.constant $last : index
    %zero = arith.constant 0.0 : f32
    %factor = arith.constant dense<$factor> : vector<${tile}xf32>
    %empty = tensor.empty() : $out
    %all = scf.forall (%c, %f) in ($channels, $frames) shared_outs(%shared = %empty) -> ($out) {
      %plane = tensor.extract_slice %shared[%c, %f, 0] [1, 1, $plane] [1, 1, 1] : $out to $part
      %zeros = linalg.fill {compilation_info = #rows} ins(%zero : f32) outs(%plane : $part) -> $part
      %image = scf.for %y = %c0 to %height step %c1 iter_args(%by_row = %zeros) -> ($part) {
        %row = scf.for %t = %c0 to %tiles step %c1 iter_args(%by_tile = %by_row) -> ($part) {
          %unclamped = affine.apply affine_map<(t) -> (t * $tile)>(%t)
          %column = arith.minsi %unclamped, %last : index
          %at = affine.apply affine_map<(c, f, y, x) -> ((c * $x_frames + f * $sd) * $x_plane + y * ${sh} * $x_pitch + x * 2 + $x_first)>(%c, %f, %y, %column)
$window
          %even, %odd = vector.deinterleave %window : vector<${tile2}xf32> -> vector<${tile}xf32>
          %both = $combine %even, %odd : vector<${tile}xf32>
          %scaled = arith.mulf %both, %factor : vector<${tile}xf32>
          %to = affine.apply affine_map<(y, x) -> (y * $pitch + x + $first)>(%y, %column)
          %written = vector.transfer_write %scaled, %by_tile[%to] {in_bounds = [true]} : vector<${tile}xf32>, $part
          scf.yield %written : $part
        }
        scf.yield %row : $part
      }
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %image into %shared[%c, %f, 0] [1, 1, $plane] [1, 1, 1] : $part into $out
      }
    } {mapping = [#iree_codegen.workgroup_mapping<y>, #iree_codegen.workgroup_mapping<x>]}
