// A packed convolution and what alone reads it: what the first gives for a chunk of positions stays in cache.
// A workgroup has a ring of $depth frames, as many as the second reads, and a share of the chunks. Frame by frame, the first fills the ring.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
$share
        %rows = arith.constant $rows : index
        %mid_rows = arith.constant $mid_rows : index
        %frames = arith.constant $frames : index
        %ring_at = affine.apply affine_map<(w) -> (w * $size)>(%worker)
        scf.for %chunk = %share_first to %share_end step %c1 {
        %step_first = affine.apply affine_map<(c) -> ((c * $steps) floordiv $chunks)>(%chunk)
        %step_end = affine.apply affine_map<(c) -> ((c * $steps + $steps) floordiv $chunks)>(%chunk)
        %start = affine.min affine_map<(s, e) -> (s * $step + $first, (s - e) * $step + $end)>(%step_first, %step_end)
        %mid_tiles = affine.apply affine_map<(s, e) -> ((e - s) * $mid_tiles)>(%step_first, %step_end)
        scf.for %frame = %c0 to %frames step %c1 {
$pads
          // Frames of the first that this one needs and no earlier one did.
          %earlier = affine.max affine_map<(f) -> (0, (f - 1) * $stride + $lead)>(%frame)
          %at_start = arith.cmpi eq, %frame, %c0 : index
          %mid_first = arith.select %at_start, %c0, %earlier : index
          %mid_end = affine.min affine_map<(f) -> (f * $stride + $lead, $mid_frames)>(%frame)
          scf.for %mid = %mid_first to %mid_end step %c1 {
            %mid_origin = affine.apply affine_map<(m)[s] -> (m * $x_frame + s)>(%mid)[%start]
            %mid_to = affine.apply affine_map<(m)[r] -> ((m mod $depth) * $span + r)>(%mid)[%ring_at]
            %ahead_start = affine.apply affine_map<(m)[s] -> (m * $x_frame + $ahead + s)>(%mid)[%start]
$mid
          }
$second
        }
        }
