// The phases of a convolution with stride 2 in width, as channels: a vector of the input holds two phases, one in every other lane.
// Zeros first; a vector that reaches beyond its row writes what the next row writes again, and zeros after the last one.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %height = arith.constant $height : index
        %tiles = arith.constant $tiles : index
        %lines = arith.constant $lines : index
        %chunk = arith.constant 0 : index
        %c = hal.interface.workgroup.id[1] : index
        %frame = hal.interface.workgroup.id[0] : index
        scf.for %line = %c0 to %lines step %c1 {
$pads
          scf.for %y = %c0 to %height step %c1 {
            scf.for %tile = %c0 to %tiles step %c1 {
              %p = affine.min affine_map<(t) -> (t * $lanes, $last)>(%tile)
              %row = affine.apply affine_map<(y, a) -> (y * $sh + a)>(%y, %line)
              %in = affine.apply affine_map<(c, f, r, p) -> ((c * $x_frames + f) * $x_plane + r * $x_pitch + p * 2 + $x_first)>(%c, %frame, %row, %p)
$ahead
              %both = vector.load %x[%in] : $x, vector<${width}x$element>
              %phase0, %phase1 = vector.deinterleave %both : vector<${width}x$element> -> vector<${lanes}x$element>
              %mask_at = affine.apply affine_map<(y, p) -> (y * $pitch + p + $first)>(%y, %p)
              %keep = vector.load %mask[%mask_at] : $mask, vector<${lanes}x$sums>
$stores
            }
          }
        }
