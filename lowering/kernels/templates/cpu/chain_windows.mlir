          // Maxima over windows of the ring's frames and of pixels 2 x 2; zeros between the rows.
          %pixel_zero = arith.constant 0.0 : $element
          %channels = arith.constant $channels : index
          %lines = arith.constant $lines : index
          %pieces = arith.constant $pieces : index
          %row_end = arith.constant $width : index
          %row_pitch = arith.constant $pitch : index
          scf.for %c = %c0 to %channels step %c1 {
            scf.for %line = %c0 to %lines step %c1 {
              %in = affine.apply affine_map<(c, l)[r] -> (c * $ring + l * $x_line + r)>(%c, %line)[%ring_at]
              %to = affine.apply affine_map<(c, f, k, l) -> ((c * $frames + f) * $plane + (k * $lines + l) * $pitch + $first)>(%c, %frame, %chunk, %line)
              scf.for %piece = %c0 to %pieces step %c1 {
                %p = affine.min affine_map<(i) -> (i * $lanes, $last)>(%piece)
                %from = affine.apply affine_map<(p)[i] -> (p * 2 + i)>(%p)[%in]
$window
                %at = arith.addi %p, %to : index
$store
              }
              scf.for %i = %row_end to %row_pitch step %c1 {
                %gap = arith.addi %i, %to : index
                memref.store %pixel_zero, %out[%gap] : $out
              }
            }
          }
