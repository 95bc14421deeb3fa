func.func private @tanh(%x0: tensor<5xf32>) -> tensor<5xf32> {
  %number = arith.constant -2.0 : f32
  %number_1 = arith.constant 89.0 : f32
  %number_2 = arith.constant -87.0 : f32
  %number_3 = arith.constant 1.442695041e+00 : f32
  %number_4 = arith.constant 5.000000000e-01 : f32
  %number_5 = arith.constant -6.933593750e-01 : f32
  %number_6 = arith.constant 2.121944400e-04 : f32
  %number_7 = arith.constant 1.987569150e-04 : f32
  %number_8 = arith.constant 1.398199951e-03 : f32
  %number_9 = arith.constant 8.333451907e-03 : f32
  %number_10 = arith.constant 4.166579589e-02 : f32
  %number_11 = arith.constant 1.666666546e-01 : f32
  %number_12 = arith.constant 5.000000120e-01 : f32
  %number_13 = arith.constant 1.0 : f32
  %constant = arith.constant 126 : i32
  %constant_1 = arith.constant 23 : i32
  %number_14 = arith.constant 2.0 : f32
  %empty = tensor.empty() : tensor<5xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> (k)>],
      iterator_types = ["parallel"]} ins(%x0 : tensor<5xf32>) outs(%empty : tensor<5xf32>) {
    ^bb0(%x0_1: f32, %unused: f32):
      %twice = arith.mulf %x0_1, %number : f32
      %below = arith.minimumf %twice, %number_1 : f32
      %above = arith.maximumf %below, %number_2 : f32
      %fma = math.fma %above, %number_3, %number_4 : f32
      %n = math.floor %fma : f32
      %fma_1 = math.fma %n, %number_5, %above : f32
      %fma_2 = math.fma %n, %number_6, %fma_1 : f32
      %fma_3 = math.fma %number_7, %fma_2, %number_8 : f32
      %fma_4 = math.fma %fma_3, %fma_2, %number_9 : f32
      %fma_5 = math.fma %fma_4, %fma_2, %number_10 : f32
      %fma_6 = math.fma %fma_5, %fma_2, %number_11 : f32
      %fma_7 = math.fma %fma_6, %fma_2, %number_12 : f32
      %square = arith.mulf %fma_2, %fma_2 : f32
      %more = arith.addf %fma_2, %number_13 : f32
      %fma_8 = math.fma %fma_7, %square, %more : f32
      %twice_1 = arith.addf %fma_8, %fma_8 : f32
      %i = arith.fptosi %n : f32 to i32
      %biased = arith.addi %i, %constant : i32
      %bits = arith.shli %biased, %constant_1 : i32
      %power = arith.bitcast %bits : i32 to f32
      %exp = arith.mulf %twice_1, %power : f32
      %total = arith.addf %exp, %number_13 : f32
      %share = arith.divf %number_14, %total : f32
      %tanh = arith.subf %share, %number_13 : f32
      linalg.yield %tanh : f32
  } -> tensor<5xf32>
  return %result : tensor<5xf32>
}
