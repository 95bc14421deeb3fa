util.global private @relu.scale = #flow.parameter.named<"model"::"relu.scale"> : tensor<8xf32>
util.global private @relu.shift = #flow.parameter.named<"model"::"relu.shift"> : tensor<8xf32>
util.global private @relu.mask = #flow.parameter.named<"model"::"relu.mask"> : tensor<48xf32>
func.func private @relu(%x: tensor<8x3x48xf32>) -> tensor<8x3x48xf32> {
  %scale = util.global.load @relu.scale : tensor<8xf32>
  %shift = util.global.load @relu.shift : tensor<8xf32>
  %mask = util.global.load @relu.mask : tensor<48xf32>
  %in0 = tensor.extract_slice %x[0, 0, 0] [8, 3, 48] [1, 1, 1] : tensor<8x3x48xf32> to tensor<8x3x48xf32>
// Scale and shift by channel, a second operand and a ReLU, each where present; zeros stay between the rows.
  %zero = arith.constant 0.0 : f32
  %floor = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<8x3x48xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (c, f, p)>, affine_map<(c, f, p) -> (c)>, affine_map<(c, f, p) -> (c)>, affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%in0, %scale, %shift, %mask : tensor<8x3x48xf32>, tensor<8xf32>, tensor<8xf32>, tensor<48xf32>) outs(%empty : tensor<8x3x48xf32>) {
    ^bb0(%a0: f32, %s: f32, %t: f32, %keep: f32, %unused: f32):
      %total = arith.addf %a0, %zero : f32
      %scaled = arith.mulf %total, %s : f32
      %shifted = arith.addf %scaled, %t : f32
      %activation = arith.maximumf %shifted, %floor : f32
      %pixel = arith.cmpf ogt, %keep, %zero : f32
      %kept = arith.select %pixel, %activation, %zero : f32
      linalg.yield %kept : f32
  } -> tensor<8x3x48xf32>
  return %result : tensor<8x3x48xf32>
}
