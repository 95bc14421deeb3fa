util.global private @mul_2.mask = #flow.parameter.named<"model"::"mul_2.mask"> : tensor<16xf32>
func.func private @mul_2(%x0: tensor<3x2x16xf32>, %x1: tensor<4xf32>) -> tensor<3x2x16xf32> {
  %mask = util.global.load @mul_2.mask : tensor<16xf32>
  %number = arith.constant 89.0 : f32
  %number_1 = arith.constant -87.0 : f32
  %number_2 = arith.constant 1.442695041e+00 : f32
  %number_3 = arith.constant 5.000000000e-01 : f32
  %number_4 = arith.constant -6.933593750e-01 : f32
  %number_5 = arith.constant 2.121944400e-04 : f32
  %number_6 = arith.constant 1.987569150e-04 : f32
  %number_7 = arith.constant 1.398199951e-03 : f32
  %number_8 = arith.constant 8.333451907e-03 : f32
  %number_9 = arith.constant 4.166579589e-02 : f32
  %number_10 = arith.constant 1.666666546e-01 : f32
  %number_11 = arith.constant 5.000000120e-01 : f32
  %number_12 = arith.constant 1.0 : f32
  %constant = arith.constant 126 : i32
  %constant_1 = arith.constant 23 : i32
  %zero = arith.constant 0.0 : f32
  %cut = tensor.extract_slice %x1[0] [3] [1] : tensor<4xf32> to tensor<3xf32>
  %empty = tensor.empty() : tensor<3x2x16xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (c, f, p)>, affine_map<(c, f, p) -> (c)>, affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%x0, %cut, %mask : tensor<3x2x16xf32>, tensor<3xf32>, tensor<16xf32>) outs(%empty : tensor<3x2x16xf32>) {
    ^bb0(%x0_1: f32, %cut_1: f32, %mask_1: f32, %unused: f32):
      %mulf = arith.mulf %x0_1, %cut_1 : f32
      %minus = arith.negf %mulf : f32
      %below = arith.minimumf %minus, %number : f32
      %above = arith.maximumf %below, %number_1 : f32
      %fma = math.fma %above, %number_2, %number_3 : f32
      %n = math.floor %fma : f32
      %fma_1 = math.fma %n, %number_4, %above : f32
      %fma_2 = math.fma %n, %number_5, %fma_1 : f32
      %fma_3 = math.fma %number_6, %fma_2, %number_7 : f32
      %fma_4 = math.fma %fma_3, %fma_2, %number_8 : f32
      %fma_5 = math.fma %fma_4, %fma_2, %number_9 : f32
      %fma_6 = math.fma %fma_5, %fma_2, %number_10 : f32
      %fma_7 = math.fma %fma_6, %fma_2, %number_11 : f32
      %square = arith.mulf %fma_2, %fma_2 : f32
      %more = arith.addf %fma_2, %number_12 : f32
      %fma_8 = math.fma %fma_7, %square, %more : f32
      %twice = arith.addf %fma_8, %fma_8 : f32
      %i = arith.fptosi %n : f32 to i32
      %biased = arith.addi %i, %constant : i32
      %bits = arith.shli %biased, %constant_1 : i32
      %power = arith.bitcast %bits : i32 to f32
      %exp = arith.mulf %twice, %power : f32
      %total = arith.addf %exp, %number_12 : f32
      %logistic = arith.divf %number_12, %total : f32
      %mulf_1 = arith.mulf %x0_1, %cut_1 : f32
      %mulf_2 = arith.mulf %mulf_1, %logistic : f32
      %is_pixel = arith.cmpf ogt, %mask_1, %zero : f32
      %kept = arith.select %is_pixel, %mulf_2, %zero : f32
      linalg.yield %kept : f32
  } -> tensor<3x2x16xf32>
  return %result : tensor<3x2x16xf32>
}
