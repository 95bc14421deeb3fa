// A packed 3D convolution: rows of taps of any length; a tap is one offset into the channel-major padded rows of the input.
// Workgroups are shares of the output's frames and chunks of positions, x blocks of rows.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %block = hal.interface.workgroup.id[1] : index
        %row_first = affine.apply affine_map<(b) -> (b * $block)>(%block)
        %row_end = affine.min affine_map<(b) -> (b * $block + $block, $rows)>(%block)
        %mask_at = arith.constant $first : index
$share
        scf.for %item = %share_first to %share_end step %c1 {
        %chunk = affine.apply affine_map<(i) -> (i mod $chunks)>(%item)
        %frame = affine.apply affine_map<(i) -> (i floordiv $chunks)>(%item)
        %tile_first = affine.apply affine_map<(c) -> (c * $chunk)>(%chunk)
        %tile_end = affine.min affine_map<(c) -> (c * $chunk + $chunk, $tiles)>(%chunk)
        %origin = affine.apply affine_map<(f) -> (f * $x_frame + $first)>(%frame)
        %to = affine.apply affine_map<(f) -> (f * $plane + $first)>(%frame)
        %ahead_start = affine.apply affine_map<(f, c) -> (f * $x_frame + (c + 1) * $span + $ahead)>(%frame, %chunk)
$pads
$filters
        }
