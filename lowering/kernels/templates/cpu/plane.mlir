// A pool whose window is the whole image: a plane is added up (or compared) by vectors, the zeros around the image with it.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %lanes = arith.constant $lanes : index
        %x_plane = arith.constant $x_plane : index
        %plane = arith.constant $plane : index
        %zero = arith.constant 0.0 : $element
        %zeros = arith.constant dense<0.0> : $vector
        %factor = arith.constant $factor : $sums
        %c = hal.interface.workgroup.id[1] : index
        %frame = hal.interface.workgroup.id[0] : index
        %window_first = affine.max affine_map<(f) -> (0, $front - f * $sd)>(%frame)
        %window_end = affine.min affine_map<(f) -> ($depth, $x_frames + $front - f * $sd)>(%frame)
        %sums = scf.for %d = %window_first to %window_end step %c1 iter_args(%frame_sums = %zeros) -> ($vector) {
          %in = affine.apply affine_map<(c, f, d) -> ((c * $x_frames + f * $sd + d - $front) * $x_plane)>(%c, %frame, %d)
          %plane_sums = scf.for %p = %c0 to %x_plane step %lanes iter_args(%before = %frame_sums) -> ($vector) {
            %at = arith.addi %in, %p : index
            %v = vector.load %x[%at] : $x, $stored
$wide
            %after = $combine %before, $value : $vector
            scf.yield %after : $vector
          }
          scf.yield %plane_sums : $vector
        }
        %total = vector.reduction <$kind>, %sums : $vector into $sums
        %scaled = arith.mulf %total, %factor : $sums
$narrow
        %to = affine.apply affine_map<(c, f) -> ((c * $frames + f) * $plane)>(%c, %frame)
        scf.for %p = %c0 to %plane step %c1 {
          %at = arith.addi %to, %p : index
          memref.store %zero, %out[%at] : $out
        }
        %pixel = affine.apply affine_map<(t) -> (t + $first)>(%to)
        memref.store $result, %out[%pixel] : $out
