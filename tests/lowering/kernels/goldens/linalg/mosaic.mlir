util.global private @concat.around = #flow.parameter.named<"model"::"concat.around"> : tensor<48xf32>
util.global private @concat.table = #flow.parameter.named<"model"::"concat.table"> : tensor<112xi32>
func.func private @concat(%x0: tensor<6x3x48xf32>) -> tensor<6x2x48xf32> {
  %around = util.global.load @concat.around : tensor<48xf32>
  %table = util.global.load @concat.table : tensor<112xi32>
  %no = arith.constant 0 : i32
  %empty = tensor.empty() : tensor<6x2x48xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%around : tensor<48xf32>) outs(%empty : tensor<6x2x48xf32>) {
    ^bb0(%around_1: f32, %unused: f32):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %place = tensor.extract %table[%c] : tensor<112xi32>
      %within = arith.cmpi sge, %place, %no : i32
      %near = arith.maxsi %place, %no : i32
      %near_at = arith.index_cast %near : i32 to index
      %at = affine.apply affine_map<(f) -> (f + 6)>(%f)
      %place_1 = tensor.extract %table[%at] : tensor<112xi32>
      %within_1 = arith.cmpi sge, %place_1, %no : i32
      %inside = arith.andi %within, %within_1 : i1
      %near_1 = arith.maxsi %place_1, %no : i32
      %near_at_1 = arith.index_cast %near_1 : i32 to index
      %at_1 = affine.apply affine_map<(p) -> (p + 8)>(%p)
      %place_2 = tensor.extract %table[%at_1] : tensor<112xi32>
      %within_2 = arith.cmpi sge, %place_2, %no : i32
      %inside_1 = arith.andi %inside, %within_2 : i1
      %near_2 = arith.maxsi %place_2, %no : i32
      %near_at_2 = arith.index_cast %near_2 : i32 to index
      %seen = tensor.extract %x0[%near_at, %near_at_1, %near_at_2] : tensor<6x3x48xf32>
      %found = arith.select %inside_1, %seen, %around_1 : f32
      %at_2 = affine.apply affine_map<(c) -> (c + 56)>(%c)
      %place_3 = tensor.extract %table[%at_2] : tensor<112xi32>
      %within_3 = arith.cmpi sge, %place_3, %no : i32
      %near_3 = arith.maxsi %place_3, %no : i32
      %near_at_3 = arith.index_cast %near_3 : i32 to index
      %at_3 = affine.apply affine_map<(f) -> (f + 62)>(%f)
      %place_4 = tensor.extract %table[%at_3] : tensor<112xi32>
      %within_4 = arith.cmpi sge, %place_4, %no : i32
      %inside_2 = arith.andi %within_3, %within_4 : i1
      %near_4 = arith.maxsi %place_4, %no : i32
      %near_at_4 = arith.index_cast %near_4 : i32 to index
      %at_4 = affine.apply affine_map<(p) -> (p + 64)>(%p)
      %place_5 = tensor.extract %table[%at_4] : tensor<112xi32>
      %within_5 = arith.cmpi sge, %place_5, %no : i32
      %inside_3 = arith.andi %inside_2, %within_5 : i1
      %near_5 = arith.maxsi %place_5, %no : i32
      %near_at_5 = arith.index_cast %near_5 : i32 to index
      %seen_1 = tensor.extract %x0[%near_at_3, %near_at_4, %near_at_5] : tensor<6x3x48xf32>
      %found_1 = arith.select %inside_3, %seen_1, %found : f32
      linalg.yield %found_1 : f32
  } -> tensor<6x2x48xf32>
  return %result : tensor<6x2x48xf32>
}
