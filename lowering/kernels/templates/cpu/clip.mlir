// The clip, frames x height x width x channels, into channel-major padded rows: a vector of whole pixels is taken apart into its channels.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %height = arith.constant $height : index
        %tiles = arith.constant $tiles : index
        %chunk = arith.constant 0 : index
        %frame = hal.interface.workgroup.id[0] : index
        %channels = arith.constant $channels : index
$pads
        scf.for %y = %c0 to %height step %c1 {
          scf.for %tile = %c0 to %tiles step %c1 {
            %p = affine.min affine_map<(t) -> (t * $lanes, $last)>(%tile)
            %in = affine.apply affine_map<(f, y, p) -> (((f * $height + y) * $width + p) * $channels)>(%frame, %y, %p)
            %pixels = vector.load %x[%in] : $x, vector<${count}xf32>
            %to = affine.apply affine_map<(f, y, p) -> (f * $plane + y * $pitch + p + $first)>(%frame, %y, %p)
$stores
          }
        }
