// A feature map as a vector, channels fastest.
  %empty = tensor.empty() : $box
  %boxed = linalg.generic {indexing_maps = [affine_map<(d, h, w, c) -> (d, h, w, c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%empty : $box) {
    ^bb0(%unused: f32):
      %d = linalg.index 0 : index
      %h = linalg.index 1 : index
      %w = linalg.index 2 : index
      %c = linalg.index 3 : index
      %p = affine.apply affine_map<(h, w) -> (h * $pitch + w + $first)>(%h, %w)
      %found = tensor.extract %x[%c, %d, %p] : $x
$cast
      linalg.yield $found : f32
  } -> $box
  %result = tensor.collapse_shape %boxed [[0, 1, 2, 3]] : $box into $out
