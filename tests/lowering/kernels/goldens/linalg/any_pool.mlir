util.global private @pool.mask = #flow.parameter.named<"model"::"pool.mask"> : tensor<16xf32>
func.func private @pool(%x: tensor<10x3x48xf32>) -> tensor<10x3x16xf32> {
  %mask = util.global.load @pool.mask : tensor<16xf32>
  %outside = arith.constant 0xFF800000 : f32
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %factor = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %window = tensor.empty() : tensor<2x3x3xf32>
  %empty = tensor.empty() : tensor<10x3x16xf32>
  %start = linalg.fill ins(%outside : f32) outs(%empty : tensor<10x3x16xf32>) -> tensor<10x3x16xf32>
  %reduced = linalg.generic {indexing_maps = [affine_map<(c, f, p, i, j, k) -> (i, j, k)>, affine_map<(c, f, p, i, j, k) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%window : tensor<2x3x3xf32>) outs(%start : tensor<10x3x16xf32>) {
    ^bb0(%window_1: f32, %so_far: f32):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %i = linalg.index 3 : index
      %j = linalg.index 4 : index
      %k = linalg.index 5 : index
      %d_in = affine.apply affine_map<(f, i) -> (f + i - 1)>(%f, %i)
      %y_in = affine.apply affine_map<(p, j) -> ((p floordiv 4) * 2 + j - 1)>(%p, %j)
      %x_in = affine.apply affine_map<(p, k) -> (p mod 4 + k)>(%p, %k)
      %d_low = arith.maxsi %d_in, %c0 : index
      %y_low = arith.maxsi %y_in, %c0 : index
      %x_low = arith.maxsi %x_in, %c0 : index
      %d_at = arith.minsi %d_low, %c2 : index
      %y_at = arith.minsi %y_low, %c3 : index
      %x_at = arith.minsi %x_low, %c4 : index
      %d_same = arith.cmpi eq, %d_at, %d_in : index
      %y_same = arith.cmpi eq, %y_at, %y_in : index
      %x_same = arith.cmpi eq, %x_at, %x_in : index
      %andi = arith.andi %d_same, %y_same : i1
      %inside = arith.andi %andi, %x_same : i1
      %at = affine.apply affine_map<(y_at, x_at) -> (y_at * 6 + x_at)>(%y_at, %x_at)
      %found = tensor.extract %x[%c, %d_at, %at] : tensor<10x3x48xf32>
      %value = arith.select %inside, %found, %outside : f32
      %more = arith.maximumf %so_far, %value : f32
      linalg.yield %more : f32
  } -> tensor<10x3x16xf32>
  %empty_1 = tensor.empty() : tensor<10x3x16xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (c, f, p)>, affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%reduced, %mask : tensor<10x3x16xf32>, tensor<16xf32>) outs(%empty_1 : tensor<10x3x16xf32>) {
    ^bb0(%reduced_1: f32, %mask_1: f32, %unused: f32):
      %scaled = arith.mulf %reduced_1, %factor : f32
      %is_pixel = arith.cmpf ogt, %mask_1, %zero : f32
      %kept = arith.select %is_pixel, %scaled, %zero : f32
      linalg.yield %kept : f32
  } -> tensor<10x3x16xf32>
  return %result : tensor<10x3x16xf32>
}
