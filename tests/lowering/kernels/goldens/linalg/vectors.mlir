util.global private @add.scale = #flow.parameter.named<"model"::"add.scale"> : tensor<7xf32>
util.global private @add.shift = #flow.parameter.named<"model"::"add.shift"> : tensor<7xf32>
func.func private @add(%x0: tensor<8xf32>, %x1: tensor<8xf32>) -> tensor<7xf32> {
  %scale = util.global.load @add.scale : tensor<7xf32>
  %shift = util.global.load @add.shift : tensor<7xf32>
  %zero = arith.constant 0.0 : f32
  %floor = arith.constant 0xFF800000 : f32
  %cut = tensor.extract_slice %x0[0] [7] [1] : tensor<8xf32> to tensor<7xf32>
  %cut_1 = tensor.extract_slice %x1[0] [7] [1] : tensor<8xf32> to tensor<7xf32>
  %empty = tensor.empty() : tensor<7xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> (k)>],
      iterator_types = ["parallel"]} ins(%cut, %cut_1, %scale, %shift : tensor<7xf32>, tensor<7xf32>, tensor<7xf32>, tensor<7xf32>) outs(%empty : tensor<7xf32>) {
    ^bb0(%cut_2: f32, %cut_1_1: f32, %scale_1: f32, %shift_1: f32, %unused: f32):
      %total = arith.addf %cut_2, %cut_1_1 : f32
      %scaled = arith.mulf %total, %scale_1 : f32
      %shifted = arith.addf %scaled, %shift_1 : f32
      %active = arith.maximumf %shifted, %floor : f32
      linalg.yield %active : f32
  } -> tensor<7xf32>
  return %result : tensor<7xf32>
}
