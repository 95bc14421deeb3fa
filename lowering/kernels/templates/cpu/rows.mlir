        // Rows of filters for one output frame: row > register tile > tap, with $group x $tile sums in registers.
        scf.for %row = $row_first to $row_end step %c1 {
          %bounds_at = affine.apply affine_map<(f, r) -> ((f * $rows + r) * 2)>($frame, %row)
          %bounds_next = arith.addi %bounds_at, %c1 : index
          %first_tap32 = memref.load %${p}bounds[%bounds_at] : $bounds
          %end_tap32 = memref.load %${p}bounds[%bounds_next] : $bounds
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %bias_at = affine.apply affine_map<(r) -> (r * $group)>(%row)
          %row_to = affine.apply affine_map<(r)[to] -> (r * $row_stride + to)>(%row)[$to]
$prefetch
          scf.for %tile = $tile_first to $tile_end step %c1 {
            %position = affine.min affine_map<(t) -> (t * $tile, $last)>(%tile)
            %x_at = arith.addi %position, $origin : index
$biases
            %sums:$count = scf.for %tap = %first_tap to %end_tap step %c1 iter_args($inits) -> ($types) {
$tap
              scf.yield $yields : $types
            }
$epilogue
          }
        }
