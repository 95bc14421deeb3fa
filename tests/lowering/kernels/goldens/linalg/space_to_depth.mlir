util.global private @strided_phases.mask = #flow.parameter.named<"model"::"strided_phases.mask"> : tensor<48xf32>
func.func private @strided_phases(%x: tensor<2x3x144xf32>) -> tensor<8x3x48xf32> {
  %mask = util.global.load @strided_phases.mask : tensor<48xf32>
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<8x3x48xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask : tensor<48xf32>) outs(%empty : tensor<8x3x48xf32>) {
    ^bb0(%mask_1: f32, %unused: f32):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %d_in = affine.apply affine_map<(f, c) -> (f + c floordiv 8)>(%f, %c)
      %y_in = affine.apply affine_map<(p, c) -> ((p floordiv 6) * 2 + (c floordiv 4) mod 2 - 1)>(%p, %c)
      %x_in = affine.apply affine_map<(p, c) -> ((p mod 6) * 2 + (c floordiv 2) mod 2 - 1)>(%p, %c)
      %d_low = arith.maxsi %d_in, %c0 : index
      %y_low = arith.maxsi %y_in, %c0 : index
      %x_low = arith.maxsi %x_in, %c0 : index
      %d_at = arith.minsi %d_low, %c2 : index
      %y_at = arith.minsi %y_low, %c6 : index
      %x_at = arith.minsi %x_low, %c8 : index
      %d_same = arith.cmpi eq, %d_at, %d_in : index
      %y_same = arith.cmpi eq, %y_at, %y_in : index
      %x_same = arith.cmpi eq, %x_at, %x_in : index
      %andi = arith.andi %d_same, %y_same : i1
      %inside = arith.andi %andi, %x_same : i1
      %at = affine.apply affine_map<(c) -> (c mod 2)>(%c)
      %at_1 = affine.apply affine_map<(y_at, x_at) -> (y_at * 11 + x_at + 16)>(%y_at, %x_at)
      %found = tensor.extract %x[%at, %d_at, %at_1] : tensor<2x3x144xf32>
      %value = arith.select %inside, %found, %zero : f32
      %is_pixel = arith.cmpf ogt, %mask_1, %zero : f32
      %kept = arith.select %is_pixel, %value, %zero : f32
      linalg.yield %kept : f32
  } -> tensor<8x3x48xf32>
  return %result : tensor<8x3x48xf32>
}
