func.func private @tanh(%x0: tensor<5xf32>) -> tensor<5xf32> {
  %number = arith.constant -2.885390082e+00 : f32
  %number_1 = arith.constant 126.0 : f32
  %number_2 = arith.constant -126.0 : f32
  %number_3 = arith.constant 5.000000000e-01 : f32
  %number_4 = arith.constant 1.326473180e-03 : f32
  %number_5 = arith.constant 9.671513944e-03 : f32
  %number_6 = arith.constant 5.550733732e-02 : f32
  %number_7 = arith.constant 2.402224206e-01 : f32
  %number_8 = arith.constant 6.931469776e-01 : f32
  %number_9 = arith.constant 1.0 : f32
  %constant = arith.constant 23 : i32
  %number_10 = arith.constant 2.0 : f32
  %empty = tensor.empty() : tensor<5xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> (k)>],
      iterator_types = ["parallel"]} ins(%x0 : tensor<5xf32>) outs(%empty : tensor<5xf32>) {
    ^bb0(%x0_1: f32, %unused: f32):
      %exponent = arith.mulf %x0_1, %number : f32
      %below = arith.minimumf %exponent, %number_1 : f32
      %above = arith.maximumf %below, %number_2 : f32
      %up = arith.addf %above, %number_3 : f32
      %n = math.floor %up : f32
      %rest = arith.subf %above, %n : f32
      %fma = math.fma %number_4, %rest, %number_5 : f32
      %fma_1 = math.fma %fma, %rest, %number_6 : f32
      %fma_2 = math.fma %fma_1, %rest, %number_7 : f32
      %fma_3 = math.fma %fma_2, %rest, %number_8 : f32
      %fma_4 = math.fma %fma_3, %rest, %number_9 : f32
      %bits = arith.bitcast %fma_4 : f32 to i32
      %steps = arith.fptosi %n : f32 to i32
      %scale = arith.shli %steps, %constant : i32
      %scaled = arith.addi %bits, %scale : i32
      %power = arith.bitcast %scaled : i32 to f32
      %total = arith.addf %power, %number_9 : f32
      %share = arith.divf %number_10, %total fastmath<ninf,arcp,contract> : f32
      %tanh = arith.subf %share, %number_9 : f32
      linalg.yield %tanh : f32
  } -> tensor<5xf32>
  return %result : tensor<5xf32>
}
