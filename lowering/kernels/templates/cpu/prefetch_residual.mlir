          // What this row adds in the next frame.
          %ahead_group = arith.constant $group : index
          %ahead_lines = arith.constant $lines : index
          scf.for %ahead = %c0 to %ahead_group step %c1 {
            scf.for %line = %c0 to %ahead_lines step %c1 {
              %ahead_at = affine.apply affine_map<(g, l)[s] -> (g * $stride + l * $line + s + $plane)>(%ahead, %line)[%row_to]
              memref.prefetch %residual[%ahead_at], read, locality<2>, data : $buffer
            }
          }
