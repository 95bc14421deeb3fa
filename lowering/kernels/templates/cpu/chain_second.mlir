          // A convolution over frames alone, at the same positions.
          %tiles = affine.apply affine_map<(s, e) -> ((e - s) * $tiles)>(%step_first, %step_end)
          %shift = affine.apply affine_map<(f) -> (((f * $stride + $lead) mod $depth) * $taps)>(%frame)
          %to = affine.apply affine_map<(f)[s] -> (f * $plane + s)>(%frame)[%start]
$filters
