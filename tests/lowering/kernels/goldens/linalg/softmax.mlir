func.func private @softmax(%x: tensor<10xf32>) -> tensor<10xf32> {
  %bound = arith.constant 1.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<f32>
  %from_lowest = linalg.fill ins(%lowest : f32) outs(%empty : tensor<f32>) -> tensor<f32>
  %empty_1 = tensor.empty() : tensor<f32>
  %from_zero = linalg.fill ins(%zero : f32) outs(%empty_1 : tensor<f32>) -> tensor<f32>
  %largest = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> ()>],
      iterator_types = ["reduction"]} ins(%x : tensor<10xf32>) outs(%from_lowest : tensor<f32>) {
    ^bb0(%x_1: f32, %so_far: f32):
      %above = arith.cmpf ogt, %x_1, %so_far : f32
      %more = arith.select %above, %x_1, %so_far : f32
      linalg.yield %more : f32
  } -> tensor<f32>
  %total = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> ()>, affine_map<(k) -> ()>],
      iterator_types = ["reduction"]} ins(%x, %largest : tensor<10xf32>, tensor<f32>) outs(%from_zero : tensor<f32>) {
    ^bb0(%x_1: f32, %largest_1: f32, %so_far: f32):
      %shifted = arith.subf %x_1, %largest_1 : f32
      %power = math.exp %shifted : f32
      %with = arith.addf %so_far, %power : f32
      %real = arith.cmpf ole, %shifted, %bound : f32
      %more = arith.select %real, %with, %so_far : f32
      linalg.yield %more : f32
  } -> tensor<f32>
  %empty_2 = tensor.empty() : tensor<10xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> ()>, affine_map<(k) -> ()>, affine_map<(k) -> (k)>],
      iterator_types = ["parallel"]} ins(%x, %largest, %total : tensor<10xf32>, tensor<f32>, tensor<f32>) outs(%empty_2 : tensor<10xf32>) {
    ^bb0(%x_1: f32, %largest_1: f32, %total_1: f32, %unused: f32):
      %shifted = arith.subf %x_1, %largest_1 : f32
      %power = math.exp %shifted : f32
      %share = arith.divf %power, %total_1 : f32
      linalg.yield %share : f32
  } -> tensor<10xf32>
  return %result : tensor<10xf32>
}
