          // This row's share of the channels that are read next.
          %ahead_first = affine.apply affine_map<(r) -> (((r mod $rows) * $channels) floordiv $rows)>(%row)
          %ahead_end = affine.apply affine_map<(r) -> (((r mod $rows) * $channels + $channels) floordiv $rows)>(%row)
          %ahead_frames = arith.constant $frames : index
          %ahead_lines = arith.constant $lines : index
          scf.for %ahead = %ahead_first to %ahead_end step %c1 {
            scf.for %ahead_frame = %c0 to %ahead_frames step %c1 {
              scf.for %line = %c0 to %ahead_lines step %c1 {
                %ahead_at = affine.apply affine_map<(c, f, l)[s] -> (c * $channel + f * $frame + l * $line + s)>(%ahead, %ahead_frame, %line)[$start]
                memref.prefetch %x[%ahead_at], read, locality<2>, data : $buffer
              }
            }
          }
