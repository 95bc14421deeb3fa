// A pool whose windows are one frame apart, a channel in a workgroup: spans of pixels (as in cpu/pool) > vector > frames. What each frame gives to the
// windows over it is combined once and handed on to the frames after it.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %spans = arith.constant $spans : index
        %tiles = arith.constant $tiles : index
        %steps = arith.constant $steps : index
        %frames = arith.constant $frames : index
        %start = arith.constant dense<$start> : vector<${lanes}x$element>
        %factor = arith.constant dense<$factor> : vector<${lanes}x$element>
        %chunk = arith.constant 0 : index
        %c = hal.interface.workgroup.id[0] : index
        %next_c = arith.addi %c, %c1 : index
        scf.for %frame = %c0 to %frames step %c1 {
$pads
        }
        scf.for %span = %c0 to %spans step %c1 {
          scf.for %tile = %c0 to %tiles step %c1 {
            %p = affine.min affine_map<(t) -> (t * $lanes, $last)>(%tile)
            %in = affine.apply affine_map<(c, s, p) -> (c * $x_size + s * $x_span + p * $sw + $x_first)>(%c, %span, %p)
            %mask_at = affine.apply affine_map<(s, p) -> (s * $pitch + p + $first)>(%span, %p)
            %keep = vector.load %mask[%mask_at] : $mask, vector<${lanes}x$element>
            %left:$handed = scf.for %step = %c0 to %steps step %c1 iter_args($inits) -> ($types) {
              // A frame outside the input gives what the sums start from.
              %d_end = affine.min affine_map<(s) -> (s + 1, $x_frames)>(%step)
              %newest = scf.for %d = %step to %d_end step %c1 iter_args(%none = %start) -> (vector<${lanes}x$element>) {
$window
$across
                scf.yield $total : vector<${lanes}x$element>
              }
              // The first frame of the result is complete after $lead steps.
              %f_first = affine.max affine_map<(s) -> (0, s - $lead)>(%step)
              %f_end = affine.apply affine_map<(s) -> (s + 1 - $lead)>(%step)
              scf.for %f = %f_first to %f_end step %c1 {
$combined
                %scaled = arith.mulf $all, %factor : vector<${lanes}x$element>
                %kept = arith.mulf %scaled, %keep : vector<${lanes}x$element>
                %to = affine.apply affine_map<(c, f, m) -> ((c * $frames + f) * $plane + m)>(%c, %f, %mask_at)
$store
              }
              scf.yield $yields : $types
            }
          }
        }
