util.global private @clip.mask = #flow.parameter.named<"model"::"clip.mask"> : tensor<144xf32>
func.func private @clip(%x: tensor<1x3x7x9x2xf32>) -> tensor<2x3x144xf32> {
  %mask = util.global.load @clip.mask : tensor<144xf32>
// The clip, frames x height x width x channels, into channel-major padded rows.
  %no = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x3x144xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask : tensor<144xf32>) outs(%empty : tensor<2x3x144xf32>) {
    ^bb0(%keep: f32, %unused: f32):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %y_in = affine.apply affine_map<(p) -> ((p + 10) floordiv 11 - 2)>(%p)
      %x_in = affine.apply affine_map<(p) -> ((p + 10) mod 11)>(%p)
      %y_last = arith.constant 6 : index
      %x_last = arith.constant 8 : index
      %y_low = arith.maxsi %y_in, %no : index
      %y_at = arith.minsi %y_low, %y_last : index
      %x_at = arith.minsi %x_in, %x_last : index
      %found = tensor.extract %x[%no, %f, %y_at, %x_at, %c] : tensor<1x3x7x9x2xf32>
      %pixel = arith.cmpf ogt, %keep, %zero : f32
      %kept = arith.select %pixel, %found, %zero : f32
      linalg.yield %kept : f32
  } -> tensor<2x3x144xf32>
  return %result : tensor<2x3x144xf32>
}
