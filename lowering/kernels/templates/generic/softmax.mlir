// A softmax over a vector. Both reductions end in a select: IREE would make a plain one a reduction across a subgroup of the size that it expects.
  %lowest = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %scalar = tensor.empty() : tensor<f32>
  %below = linalg.fill ins(%lowest : f32) outs(%scalar : tensor<f32>) -> tensor<f32>
  %nothing = linalg.fill ins(%zero : f32) outs(%scalar : tensor<f32>) -> tensor<f32>
  %values = tensor.extract_slice %x[0] [$count] [1] : $x to $out
  %largest = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> ()>], iterator_types = ["reduction"]}
      ins(%values : $out) outs(%below : tensor<f32>) {
    ^bb0(%value: f32, %partial: f32):
      %above = arith.cmpf ogt, %value, %partial : f32
      %more = arith.select %above, %value, %partial : f32
      linalg.yield %more : f32
  } -> tensor<f32>
  %sum = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> ()>, affine_map<(k) -> ()>], iterator_types = ["reduction"]}
      ins(%values, %largest : $out, tensor<f32>) outs(%nothing : tensor<f32>) {
    ^bb0(%value: f32, %top: f32, %partial: f32):
      %shifted = arith.subf %value, %top : f32
      %power = math.exp %shifted : f32
      %with = arith.addf %partial, %power : f32
      %real = arith.cmpf ole, %shifted, %zero : f32
      %more = arith.select %real, %with, %partial : f32
      linalg.yield %more : f32
  } -> tensor<f32>
  %empty = tensor.empty() : $out
  %result = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> ()>, affine_map<(k) -> ()>, affine_map<(k) -> (k)>], iterator_types = ["parallel"]}
      ins(%values, %largest, %sum : $out, tensor<f32>, tensor<f32>) outs(%empty : $out) {
    ^bb0(%value: f32, %top: f32, %total: f32, %unused: f32):
      %shifted = arith.subf %value, %top : f32
      %power = math.exp %shifted : f32
      %share = arith.divf %power, %total : f32
      linalg.yield %share : f32
  } -> $out
