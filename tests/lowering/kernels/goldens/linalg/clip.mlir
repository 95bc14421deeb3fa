util.global private @clip.mask = #flow.parameter.named<"model"::"clip.mask"> : tensor<144xf32>
func.func private @clip(%x: tensor<1x3x7x9x2xf32>) -> tensor<2x3x144xf32> {
  %mask = util.global.load @clip.mask : tensor<144xf32>
  %c0 = arith.constant 0 : index
  %c6 = arith.constant 6 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x3x144xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask : tensor<144xf32>) outs(%empty : tensor<2x3x144xf32>) {
    ^bb0(%mask_1: f32, %unused: f32):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %y_in = affine.apply affine_map<(p) -> ((p + 6) floordiv 11 - 2)>(%p)
      %x_in = affine.apply affine_map<(p) -> ((p + 6) mod 11)>(%p)
      %y_low = arith.maxsi %y_in, %c0 : index
      %y_at = arith.minsi %y_low, %c6 : index
      %x_at = arith.minsi %x_in, %c8 : index
      %found = tensor.extract %x[%c0, %f, %y_at, %x_at, %c] : tensor<1x3x7x9x2xf32>
      %is_pixel = arith.cmpf ogt, %mask_1, %zero : f32
      %kept = arith.select %is_pixel, %found, %zero : f32
      linalg.yield %kept : f32
  } -> tensor<2x3x144xf32>
  return %result : tensor<2x3x144xf32>
}
