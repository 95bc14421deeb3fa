// A pool by whole vectors: spans of pixels (rows of the image; all of it, where windows are one pixel apart) > vector > frames of the window.
// Zeros first; a vector that reaches beyond its span writes what the next span writes again, and zeros after the last one.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %spans = arith.constant $spans : index
        %tiles = arith.constant $tiles : index
        %start = arith.constant dense<$start> : vector<${width}x$element>
        %factor = arith.constant dense<$factor> : vector<${lanes}x$element>
        %chunk = arith.constant 0 : index
        %c = hal.interface.workgroup.id[1] : index
        %next_c = arith.addi %c, %c1 : index
        %frame = hal.interface.workgroup.id[0] : index
$pads
        %window_first = affine.max affine_map<(f) -> (0, $front - f * $sd)>(%frame)
        %window_end = affine.min affine_map<(f) -> ($depth, $x_frames + $front - f * $sd)>(%frame)
        scf.for %span = %c0 to %spans step %c1 {
          scf.for %tile = %c0 to %tiles step %c1 {
            %p = affine.min affine_map<(t) -> (t * $lanes, $last)>(%tile)
            %in = affine.apply affine_map<(c, f, s, p) -> ((c * $x_frames + f * $sd) * $x_plane + s * $x_span + p * $sw + $x_first)>(%c, %frame, %span, %p)
            %found:$count = scf.for %d = %window_first to %window_end step %c1 iter_args($inits) -> ($types) {
$window
              scf.yield $yields : $types
            }
$across
            %scaled = arith.mulf $total, %factor : vector<${lanes}x$element>
            %mask_at = affine.apply affine_map<(s, p) -> (s * $pitch + p + $first)>(%span, %p)
            %keep = vector.load %mask[%mask_at] : $mask, vector<${lanes}x$element>
            %kept = arith.mulf %scaled, %keep : vector<${lanes}x$element>
            %to = affine.apply affine_map<(c, f, m) -> ((c * $frames + f) * $plane + m)>(%c, %frame, %mask_at)
$store
          }
        }
