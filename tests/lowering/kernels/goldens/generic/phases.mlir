util.global private @strided_phases.mask = #flow.parameter.named<"model"::"strided_phases.mask"> : tensor<48xf32>
func.func private @strided_phases(%x: tensor<2x3x144xf32>) -> tensor<8x3x48xf32> {
  %mask = util.global.load @strided_phases.mask : tensor<48xf32>
// Phases of a strided convolution's input: channel (a, b, e, c) at (d, y, x) is the input's channel c at (d, y, x) * strides + (a, b, e) - padding.
  %no = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %outside = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<8x3x48xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask : tensor<48xf32>) outs(%empty : tensor<8x3x48xf32>) {
    ^bb0(%keep: f32, %unused: f32):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %c_in = affine.apply affine_map<(c) -> (c mod 2)>(%c)
      %d_in = affine.apply affine_map<(f, c) -> (f * 1 + c floordiv 8 - 0)>(%f, %c)
      %y_in = affine.apply affine_map<(p, c) -> (((p + 6) floordiv 6 - 1) * 2 + (c floordiv 4) mod 2 - 1)>(%p, %c)
      %x_in = affine.apply affine_map<(p, c) -> (((p + 6) mod 6) * 2 + (c floordiv 2) mod 2 - 1)>(%p, %c)
      // x at (%c_in, %d_in, %y_in, %x_in), or %outside where that is no pixel
      %d_last = arith.constant 2 : index
      %y_last = arith.constant 6 : index
      %x_last = arith.constant 8 : index
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
      %p_at = affine.apply affine_map<(y, x) -> (y * 11 + x + 12)>(%y_at, %x_at)
      %found = tensor.extract %x[%c_in, %d_at, %p_at] : tensor<2x3x144xf32>
      %value = arith.select %inside, %found, %outside : f32
      %pixel = arith.cmpf ogt, %keep, %zero : f32
      %kept = arith.select %pixel, %value, %zero : f32
      linalg.yield %kept : f32
  } -> tensor<8x3x48xf32>
  return %result : tensor<8x3x48xf32>
}
