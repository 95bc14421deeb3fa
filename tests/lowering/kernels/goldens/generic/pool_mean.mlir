util.global private @pool_2.mask = #flow.parameter.named<"model"::"pool_2.mask"> : tensor<16xf32>
func.func private @pool_2(%x: tensor<10x3x16xf32>) -> tensor<10x3x16xf32> {
  %mask = util.global.load @pool_2.mask : tensor<16xf32>
// A pool over windows of any size, stride and padding. What lies outside the input counts as 0.0.
  %outside = arith.constant 0.0 : f32
  %no = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %factor = arith.constant 1.666666667e-01 : f32
  %window = tensor.empty() : tensor<1x2x3xf32>
  %empty = tensor.empty() : tensor<10x3x16xf32>
  %init = linalg.fill ins(%outside : f32) outs(%empty : tensor<10x3x16xf32>) -> tensor<10x3x16xf32>
  %reduced = linalg.generic {indexing_maps = [affine_map<(c, f, p, a, b, e) -> (a, b, e)>, affine_map<(c, f, p, a, b, e) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%window : tensor<1x2x3xf32>) outs(%init : tensor<10x3x16xf32>) {
    ^bb0(%unused: f32, %partial: f32):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %a = linalg.index 3 : index
      %b = linalg.index 4 : index
      %e = linalg.index 5 : index
      %c_in = arith.addi %c, %no : index
      %d_in = affine.apply affine_map<(f, a) -> (f * 1 + a - 0)>(%f, %a)
      %y_in = affine.apply affine_map<(p, b) -> (((p + 4) floordiv 4 - 1) * 1 + b - 0)>(%p, %b)
      %x_in = affine.apply affine_map<(p, e) -> (((p + 4) mod 4) * 1 + e - 0)>(%p, %e)
      // x at (%c_in, %d_in, %y_in, %x_in), or %outside where that is no pixel
      %d_last = arith.constant 2 : index
      %y_last = arith.constant 1 : index
      %x_last = arith.constant 3 : index
      %d_low = arith.maxsi %d_in, %no : index
      %y_low = arith.maxsi %y_in, %no : index
      %x_low = arith.maxsi %x_in, %no : index
      %d_at = arith.minsi %d_low, %d_last : index
      %y_at = arith.minsi %y_low, %y_last : index
      %x_at = arith.minsi %x_low, %x_last : index
      %d_same = arith.cmpi eq, %d_at, %d_in : index
      %y_same = arith.cmpi eq, %y_at, %y_in : index
      %x_same = arith.cmpi eq, %x_at, %x_in : index
      %dy_same = arith.andi %d_same, %y_same : i1
      %inside = arith.andi %dy_same, %x_same : i1
      %p_at = affine.apply affine_map<(y, x) -> (y * 4 + x + 0)>(%y_at, %x_at)
      %found = tensor.extract %x[%c_in, %d_at, %p_at] : tensor<10x3x16xf32>
      %value = arith.select %inside, %found, %outside : f32
      %with = arith.addf %partial, %found : f32
      %more = arith.select %inside, %with, %partial : f32
      linalg.yield %more : f32
  } -> tensor<10x3x16xf32>
  %empty2 = tensor.empty() : tensor<10x3x16xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (c, f, p)>, affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%reduced, %mask : tensor<10x3x16xf32>, tensor<16xf32>) outs(%empty2 : tensor<10x3x16xf32>) {
    ^bb0(%value: f32, %keep: f32, %unused: f32):
      %scaled = arith.mulf %value, %factor : f32
      %pixel = arith.cmpf ogt, %keep, %zero : f32
      %kept = arith.select %pixel, %scaled, %zero : f32
      linalg.yield %kept : f32
  } -> tensor<10x3x16xf32>
  return %result : tensor<10x3x16xf32>
}
