util.global private @tile.around = #flow.parameter.named<"model"::"tile.around"> : tensor<6xf32>
util.global private @tile.table = #flow.parameter.named<"model"::"tile.table"> : tensor<6xi32>
func.func private @tile(%x0: tensor<3xf32>) -> tensor<6xf32> {
  %around = util.global.load @tile.around : tensor<6xf32>
  %table = util.global.load @tile.table : tensor<6xi32>
  %no = arith.constant 0 : i32
  %empty = tensor.empty() : tensor<6xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> (k)>],
      iterator_types = ["parallel"]} ins(%around : tensor<6xf32>) outs(%empty : tensor<6xf32>) {
    ^bb0(%around_1: f32, %unused: f32):
      %k = linalg.index 0 : index
      %place = tensor.extract %table[%k] : tensor<6xi32>
      %within = arith.cmpi sge, %place, %no : i32
      %near = arith.maxsi %place, %no : i32
      %near_at = arith.index_cast %near : i32 to index
      %seen = tensor.extract %x0[%near_at] : tensor<3xf32>
      %found = arith.select %within, %seen, %around_1 : f32
      linalg.yield %found : f32
  } -> tensor<6xf32>
  return %result : tensor<6xf32>
}
