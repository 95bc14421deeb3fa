util.global private @add.scale = #flow.parameter.named<"model"::"add.scale"> : tensor<5xf32>
util.global private @add.shift = #flow.parameter.named<"model"::"add.shift"> : tensor<5xf32>
util.global private @add.mask = #flow.parameter.named<"model"::"add.mask"> : tensor<48xf32>
func.func private @add(%x: tensor<8x3x48xf32>, %x1: tensor<8x3x48xf32>) -> tensor<5x3x48xf32> {
  %scale = util.global.load @add.scale : tensor<5xf32>
  %shift = util.global.load @add.shift : tensor<5xf32>
  %mask = util.global.load @add.mask : tensor<48xf32>
  %zero = arith.constant 0.0 : f32
  %floor = arith.constant 0xFF800000 : f32
  %cut = tensor.extract_slice %x[0, 0, 0] [5, 3, 48] [1, 1, 1] : tensor<8x3x48xf32> to tensor<5x3x48xf32>
  %cut_1 = tensor.extract_slice %x1[0, 0, 0] [5, 3, 48] [1, 1, 1] : tensor<8x3x48xf32> to tensor<5x3x48xf32>
  %empty = tensor.empty() : tensor<5x3x48xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (c, f, p)>, affine_map<(c, f, p) -> (c, f, p)>, affine_map<(c, f, p) -> (c)>, affine_map<(c, f, p) -> (c)>, affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%cut, %cut_1, %scale, %shift, %mask : tensor<5x3x48xf32>, tensor<5x3x48xf32>, tensor<5xf32>, tensor<5xf32>, tensor<48xf32>) outs(%empty : tensor<5x3x48xf32>) {
    ^bb0(%cut_2: f32, %cut_1_1: f32, %scale_1: f32, %shift_1: f32, %mask_1: f32, %unused: f32):
      %total = arith.addf %cut_2, %cut_1_1 : f32
      %scaled = arith.mulf %total, %scale_1 : f32
      %shifted = arith.addf %scaled, %shift_1 : f32
      %active = arith.maximumf %shifted, %floor : f32
      %is_pixel = arith.cmpf ogt, %mask_1, %zero : f32
      %kept = arith.select %is_pixel, %active, %zero : f32
      linalg.yield %kept : f32
  } -> tensor<5x3x48xf32>
  return %result : tensor<5x3x48xf32>
}
