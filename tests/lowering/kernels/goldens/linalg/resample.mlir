util.global private @resized.mask = #flow.parameter.named<"model"::"resized.mask"> : tensor<48xf32>
util.global private @resized.places = #flow.parameter.named<"model"::"resized.places"> : tensor<16xi32>
util.global private @resized.weights = #flow.parameter.named<"model"::"resized.weights"> : tensor<16xf32>
func.func private @resized(%x: tensor<3x2x16xf32>) -> tensor<3x2x48xf32> {
  %mask = util.global.load @resized.mask : tensor<48xf32>
  %places = util.global.load @resized.places : tensor<16xi32>
  %weights = util.global.load @resized.weights : tensor<16xf32>
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c7 = arith.constant 7 : index
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<3x2x48xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask : tensor<48xf32>) outs(%empty : tensor<3x2x48xf32>) {
    ^bb0(%mask_1: f32, %unused: f32):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %y_in = affine.apply affine_map<(p) -> (p floordiv 8)>(%p)
      %x_in = affine.apply affine_map<(p) -> (p mod 8)>(%p)
      %y_low = arith.maxsi %y_in, %c0 : index
      %near = arith.minsi %y_low, %c2 : index
      %near_1 = arith.minsi %x_in, %c7 : index
      %number = affine.apply affine_map<(near_1) -> (near_1 * 2)>(%near_1)
      %place32 = tensor.extract %places[%number] : tensor<16xi32>
      %place = arith.index_cast %place32 : i32 to index
      %at = affine.apply affine_map<(near, place) -> (near * 4 + place)>(%near, %place)
      %found = tensor.extract %x[%c, %f, %at] : tensor<3x2x16xf32>
      %weight = tensor.extract %weights[%number] : tensor<16xf32>
      %part = arith.mulf %found, %weight : f32
      %total = arith.addf %zero, %part : f32
      %number_1 = affine.apply affine_map<(near_1) -> (near_1 * 2 + 1)>(%near_1)
      %place32_1 = tensor.extract %places[%number_1] : tensor<16xi32>
      %place_1 = arith.index_cast %place32_1 : i32 to index
      %at_1 = affine.apply affine_map<(near, place_1) -> (near * 4 + place_1)>(%near, %place_1)
      %found_1 = tensor.extract %x[%c, %f, %at_1] : tensor<3x2x16xf32>
      %weight_1 = tensor.extract %weights[%number_1] : tensor<16xf32>
      %part_1 = arith.mulf %found_1, %weight_1 : f32
      %total_1 = arith.addf %total, %part_1 : f32
      %is_pixel = arith.cmpf ogt, %mask_1, %zero : f32
      %kept = arith.select %is_pixel, %total_1, %zero : f32
      linalg.yield %kept : f32
  } -> tensor<3x2x48xf32>
  return %result : tensor<3x2x48xf32>
}
