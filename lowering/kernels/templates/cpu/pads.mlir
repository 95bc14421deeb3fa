        // The zeros before the first and after the last pixel of each plane.
        %pad_zero = arith.constant 0.0 : $element
        %last_chunk = arith.constant $last_chunk : index
        %head_size = arith.constant $first : index
        %tail_start = arith.constant $end : index
        %plane_size = arith.constant $plane : index
        %head_here = arith.cmpi eq, %chunk, %c0 : index
        %tail_here = arith.cmpi eq, %chunk, %last_chunk : index
        %head_end = arith.select %head_here, %head_size, %c0 : index
        %tail_end = arith.select %tail_here, %plane_size, %tail_start : index
        %channel_first = affine.apply affine_map<(r) -> (r * $group)>($row_first)
        %channel_end = affine.apply affine_map<(r) -> (r * $group)>($row_end)
        scf.for %channel = %channel_first to %channel_end step %c1 {
          %pads_at = affine.apply affine_map<(c, f) -> (c * $stride + f * $plane)>(%channel, %frame)
          scf.for %i = %c0 to %head_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : $out
          }
          scf.for %i = %tail_start to %tail_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : $out
          }
        }
