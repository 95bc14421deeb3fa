util.global private @reduce.mask = #flow.parameter.named<"model"::"reduce.mask"> : tensor<48xf32>
func.func private @reduce(%x0: tensor<6x2x48xf32>) -> tensor<3xf32> {
  %mask = util.global.load @reduce.mask : tensor<48xf32>
  %none = arith.constant 0.0 : f32
  %largest = arith.constant 0x7F800000 : f32
  %factor = arith.constant 8.333333333e-03 : f32
  %empty = tensor.empty() : tensor<6x2x48xf32>
  %values = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (c, f, p)>, affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%x0, %mask : tensor<6x2x48xf32>, tensor<48xf32>) outs(%empty : tensor<6x2x48xf32>) {
    ^bb0(%x0_1: f32, %mask_1: f32, %unused: f32):
      %inside = arith.cmpf ogt, %mask_1, %none : f32
      %value = arith.select %inside, %x0_1, %none : f32
      linalg.yield %value : f32
  } -> tensor<6x2x48xf32>
  %grouped = tensor.expand_shape %values [[0, 1], [2], [3]] output_shape [3, 2, 2, 48] : tensor<6x2x48xf32> into tensor<3x2x2x48xf32>
  %empty_1 = tensor.empty() : tensor<3x2x2xf32>
  %start = linalg.fill ins(%none : f32) outs(%empty_1 : tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
  %reduced = linalg.generic {indexing_maps = [affine_map<(g, n, f, p) -> (g, n, f, p)>, affine_map<(g, n, f, p) -> (g, n, f)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%grouped : tensor<3x2x2x48xf32>) outs(%start : tensor<3x2x2xf32>) {
    ^bb0(%grouped_1: f32, %so_far: f32):
      %more = arith.addf %so_far, %grouped_1 : f32
      %real = arith.cmpf ole, %grouped_1, %largest : f32
      %next = arith.select %real, %more, %so_far : f32
      linalg.yield %next : f32
  } -> tensor<3x2x2xf32>
  %apart = util.optimization_barrier %reduced : tensor<3x2x2xf32>
  %empty_2 = tensor.empty() : tensor<3xf32>
  %start_1 = linalg.fill ins(%none : f32) outs(%empty_2 : tensor<3xf32>) -> tensor<3xf32>
  %reduced_1 = linalg.generic {indexing_maps = [affine_map<(g, n, f) -> (g, n, f)>, affine_map<(g, n, f) -> (g)>],
      iterator_types = ["parallel", "reduction", "reduction"]} ins(%apart : tensor<3x2x2xf32>) outs(%start_1 : tensor<3xf32>) {
    ^bb0(%apart_1: f32, %so_far: f32):
      %more = arith.addf %so_far, %apart_1 : f32
      %real = arith.cmpf ole, %apart_1, %largest : f32
      %next = arith.select %real, %more, %so_far : f32
      linalg.yield %next : f32
  } -> tensor<3xf32>
  %apart_1 = util.optimization_barrier %reduced_1 : tensor<3xf32>
  %empty_3 = tensor.empty() : tensor<3xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(g) -> (g)>, affine_map<(g) -> (g)>],
      iterator_types = ["parallel"]} ins(%apart_1 : tensor<3xf32>) outs(%empty_3 : tensor<3xf32>) {
    ^bb0(%apart_1_1: f32, %unused: f32):
      %scaled = arith.mulf %apart_1_1, %factor : f32
      linalg.yield %scaled : f32
  } -> tensor<3xf32>
  return %result : tensor<3xf32>
}
