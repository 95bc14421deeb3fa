func.func private @flatten(%x: tensor<10x3x16xf32>) -> tensor<60xf32> {
  %empty = tensor.empty() : tensor<3x1x2x10xf32>
  %boxed = linalg.generic {indexing_maps = [affine_map<(d, h, w, c) -> (d, h, w, c)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%empty : tensor<3x1x2x10xf32>) {
    ^bb0(%unused: f32):
      %d = linalg.index 0 : index
      %h = linalg.index 1 : index
      %w = linalg.index 2 : index
      %c = linalg.index 3 : index
      %at = affine.apply affine_map<(h, w) -> (h * 4 + w)>(%h, %w)
      %found = tensor.extract %x[%c, %d, %at] : tensor<10x3x16xf32>
      linalg.yield %found : f32
  } -> tensor<3x1x2x10xf32>
  %result = tensor.collapse_shape %boxed [[0, 1, 2, 3]] : tensor<3x1x2x10xf32> into tensor<60xf32>
  return %result : tensor<60xf32>
}
