util.global private @pool_int8.mask = #flow.parameter.named<"model"::"pool_int8.mask"> : tensor<16xf32>
func.func private @pool_int8(%x: tensor<2x2x48xi32>) -> tensor<2x2x16xi32> {
  %mask = util.global.load @pool_int8.mask : tensor<16xf32>
  %outside = arith.constant -2139062144 : i32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %bits = arith.constant 24 : i32
  %bits_1 = arith.constant 16 : i32
  %bits_2 = arith.constant 8 : i32
  %bits_3 = arith.constant 0 : i32
  %below = arith.constant 255 : i32
  %below_1 = arith.constant 65535 : i32
  %below_2 = arith.constant 16777215 : i32
  %zero = arith.constant 0.0 : f32
  %window = tensor.empty() : tensor<1x2x2xi32>
  %empty = tensor.empty() : tensor<2x2x16xi32>
  %start = linalg.fill ins(%outside : i32) outs(%empty : tensor<2x2x16xi32>) -> tensor<2x2x16xi32>
  %reduced = linalg.generic {indexing_maps = [affine_map<(c, f, p, i, j, k) -> (i, j, k)>, affine_map<(c, f, p, i, j, k) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%window : tensor<1x2x2xi32>) outs(%start : tensor<2x2x16xi32>) {
    ^bb0(%window_1: i32, %so_far: i32):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %i = linalg.index 3 : index
      %j = linalg.index 4 : index
      %k = linalg.index 5 : index
      %d_in = affine.apply affine_map<(f, i) -> (f + i)>(%f, %i)
      %y_in = affine.apply affine_map<(p, j) -> ((p floordiv 2) * 2 + j)>(%p, %j)
      %x_in = affine.apply affine_map<(p, k) -> ((p mod 2) * 2 + k)>(%p, %k)
      %d_low = arith.maxsi %d_in, %c0 : index
      %y_low = arith.maxsi %y_in, %c0 : index
      %x_low = arith.maxsi %x_in, %c0 : index
      %d_at = arith.minsi %d_low, %c1 : index
      %y_at = arith.minsi %y_low, %c2 : index
      %x_at = arith.minsi %x_low, %c4 : index
      %d_same = arith.cmpi eq, %d_at, %d_in : index
      %y_same = arith.cmpi eq, %y_at, %y_in : index
      %x_same = arith.cmpi eq, %x_at, %x_in : index
      %andi = arith.andi %d_same, %y_same : i1
      %inside = arith.andi %andi, %x_same : i1
      %at = affine.apply affine_map<(y_at, x_at) -> (y_at * 6 + x_at + 16)>(%y_at, %x_at)
      %found = tensor.extract %x[%c, %d_at, %at] : tensor<2x2x48xi32>
      %moved = arith.shli %so_far, %bits : i32
      %number = arith.shrsi %moved, %bits : i32
      %moved_1 = arith.shli %so_far, %bits_1 : i32
      %number_1 = arith.shrsi %moved_1, %bits : i32
      %moved_2 = arith.shli %so_far, %bits_2 : i32
      %number_2 = arith.shrsi %moved_2, %bits : i32
      %moved_3 = arith.shli %so_far, %bits_3 : i32
      %number_3 = arith.shrsi %moved_3, %bits : i32
      %moved_4 = arith.shli %found, %bits : i32
      %number_4 = arith.shrsi %moved_4, %bits : i32
      %moved_5 = arith.shli %found, %bits_1 : i32
      %number_5 = arith.shrsi %moved_5, %bits : i32
      %moved_6 = arith.shli %found, %bits_2 : i32
      %number_6 = arith.shrsi %moved_6, %bits : i32
      %moved_7 = arith.shli %found, %bits_3 : i32
      %number_7 = arith.shrsi %moved_7, %bits : i32
      %larger = arith.maxsi %number, %number_4 : i32
      %larger_1 = arith.maxsi %number_1, %number_5 : i32
      %larger_2 = arith.maxsi %number_2, %number_6 : i32
      %larger_3 = arith.maxsi %number_3, %number_7 : i32
      %kept = arith.andi %larger, %below : i32
      %moved_8 = arith.shli %larger_1, %bits_2 : i32
      %word = arith.ori %kept, %moved_8 : i32
      %kept_1 = arith.andi %word, %below_1 : i32
      %moved_9 = arith.shli %larger_2, %bits_1 : i32
      %word_1 = arith.ori %kept_1, %moved_9 : i32
      %kept_2 = arith.andi %word_1, %below_2 : i32
      %moved_10 = arith.shli %larger_3, %bits : i32
      %word_2 = arith.ori %kept_2, %moved_10 : i32
      %more = arith.select %inside, %word_2, %so_far : i32
      linalg.yield %more : i32
  } -> tensor<2x2x16xi32>
  %empty_1 = tensor.empty() : tensor<2x2x16xi32>
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (c, f, p)>, affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%reduced, %mask : tensor<2x2x16xi32>, tensor<16xf32>) outs(%empty_1 : tensor<2x2x16xi32>) {
    ^bb0(%reduced_1: i32, %mask_1: f32, %unused: i32):
      %is_pixel = arith.cmpf ogt, %mask_1, %zero : f32
      %kept = arith.select %is_pixel, %reduced_1, %bits_3 : i32
      linalg.yield %kept : i32
  } -> tensor<2x2x16xi32>
  return %result : tensor<2x2x16xi32>
}
