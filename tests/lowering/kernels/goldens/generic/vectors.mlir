util.global private @add.scale = #flow.parameter.named<"model"::"add.scale"> : tensor<7xf32>
util.global private @add.shift = #flow.parameter.named<"model"::"add.shift"> : tensor<7xf32>
func.func private @add(%x0: tensor<7xf32>, %x1: tensor<7xf32>) -> tensor<7xf32> {
  %scale = util.global.load @add.scale : tensor<7xf32>
  %shift = util.global.load @add.shift : tensor<7xf32>
// Scale and shift by place, a second operand and a ReLU, each where present, of vectors.
  %zero = arith.constant 0.0 : f32
  %floor = arith.constant 0xFF800000 : f32
  %empty = tensor.empty() : tensor<7xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> (k)>], iterator_types = ["parallel"]}
      ins(%x0, %x1, %scale, %shift : tensor<7xf32>, tensor<7xf32>, tensor<7xf32>, tensor<7xf32>) outs(%empty : tensor<7xf32>) {
    ^bb0(%a0: f32, %a1: f32, %s: f32, %t: f32, %unused: f32):
      %total = arith.addf %a0, %a1 : f32
      %scaled = arith.mulf %total, %s : f32
      %shifted = arith.addf %scaled, %t : f32
      %activation = arith.maximumf %shifted, %floor : f32
      linalg.yield %activation : f32
  } -> tensor<7xf32>
  return %result : tensor<7xf32>
}
