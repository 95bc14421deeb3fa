util.global private @conv.values = #flow.parameter.named<"model"::"conv.values"> : tensor<162x8xf32>
util.global private @conv.offsets = #flow.parameter.named<"model"::"conv.offsets"> : tensor<162xi32>
util.global private @conv.bounds = #flow.parameter.named<"model"::"conv.bounds"> : tensor<2x2x2xi32>
util.global private @conv.bias = #flow.parameter.named<"model"::"conv.bias"> : tensor<2x8xf32>
util.global private @conv.mask = #flow.parameter.named<"model"::"conv.mask"> : tensor<96xf32>
func.func private @conv(%x: tensor<3x2x96xf32>) -> tensor<16x2x96xf32> {
  %values = util.global.load @conv.values : tensor<162x8xf32>
  %offsets = util.global.load @conv.offsets : tensor<162xi32>
  %bounds = util.global.load @conv.bounds : tensor<2x2x2xi32>
  %bias = util.global.load @conv.bias : tensor<2x8xf32>
  %mask = util.global.load @conv.mask : tensor<96xf32>
  %flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x2x96xf32> into tensor<576xf32>
  %whole = flow.dispatch.workgroups(%flat, %values, %offsets, %bounds, %bias, %mask) : (tensor<576xf32>, tensor<162x8xf32>, tensor<162xi32>, tensor<2x2x2xi32>, tensor<2x8xf32>, tensor<96xf32>) -> tensor<2x8x2x96xf32> =
      (%x_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<576xf32>>,
       %values_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<162x8xf32>>,
       %offsets_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<162xi32>>,
       %bounds_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x2x2xi32>>,
       %bias_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x8xf32>>,
       %mask_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<96xf32>>,
       %out_binding: !iree_tensor_ext.dispatch.tensor<writeonly:tensor<2x8x2x96xf32>>) {
    %x = iree_tensor_ext.dispatch.tensor.load %x_binding, offsets = [0], sizes = [576], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<576xf32>> -> tensor<576xf32>
    %values = iree_tensor_ext.dispatch.tensor.load %values_binding, offsets = [0, 0], sizes = [162, 8], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<162x8xf32>> -> tensor<162x8xf32>
    %offsets = iree_tensor_ext.dispatch.tensor.load %offsets_binding, offsets = [0], sizes = [162], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<162xi32>> -> tensor<162xi32>
    %bounds = iree_tensor_ext.dispatch.tensor.load %bounds_binding, offsets = [0, 0, 0], sizes = [2, 2, 2], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x2x2xi32>> -> tensor<2x2x2xi32>
    %bias = iree_tensor_ext.dispatch.tensor.load %bias_binding, offsets = [0, 0], sizes = [2, 8], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x8xf32>> -> tensor<2x8xf32>
    %mask = iree_tensor_ext.dispatch.tensor.load %mask_binding, offsets = [0], sizes = [96], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<96xf32>> -> tensor<96xf32>
// A packed 3D convolution: rows of taps of any length; a tap is one offset into the channel-major padded rows of the input.
// Output frame x block of rows (the workgroups) > chunk of positions > row > register tile > tap: a rank-1 update of a group x tile accumulator.
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %chunks = arith.constant 5 : index
    %block = arith.constant 2 : index
    %last = arith.constant 72 : index
    %zero = arith.constant 0.0 : f32
    %floor = arith.constant 0.0 : f32
    %empty = tensor.empty() : tensor<2x8x2x96xf32>
    %all = scf.forall (%frame, %g) in (2, 1) shared_outs(%shared = %empty) -> (tensor<2x8x2x96xf32>) {
      %frame_base = affine.apply affine_map<(f) -> (f * 96)>(%frame)
      %row0 = affine.apply affine_map<(g) -> (g * 2)>(%g)
      %part0 = tensor.extract_slice %shared[%row0, 0, %frame, 0] [2, 8, 1, 96] [1, 1, 1, 1] : tensor<2x8x2x96xf32> to tensor<2x8x96xf32>
      %head = tensor.extract_slice %part0[0, 0, 0] [2, 8, 11] [1, 1, 1] : tensor<2x8x96xf32> to tensor<2x8x11xf32>
      %head_zero = linalg.fill ins(%zero : f32) outs(%head : tensor<2x8x11xf32>) -> tensor<2x8x11xf32>
      %part1 = tensor.insert_slice %head_zero into %part0[0, 0, 0] [2, 8, 11] [1, 1, 1] : tensor<2x8x11xf32> into tensor<2x8x96xf32>
      %tail = tensor.extract_slice %part1[0, 0, 80] [2, 8, 16] [1, 1, 1] : tensor<2x8x96xf32> to tensor<2x8x16xf32>
      %tail_zero = linalg.fill ins(%zero : f32) outs(%tail : tensor<2x8x16xf32>) -> tensor<2x8x16xf32>
      %part2 = tensor.insert_slice %tail_zero into %part1[0, 0, 80] [2, 8, 16] [1, 1, 1] : tensor<2x8x16xf32> into tensor<2x8x96xf32>
      %part3 = scf.for %c = %c0 to %chunks step %c1 iter_args(%by_chunk = %part2) -> (tensor<2x8x96xf32>) {
        %first_tile = affine.apply affine_map<(c) -> (c * 2)>(%c)
        %end_tile = affine.min affine_map<(c) -> (c * 2 + 2, 9)>(%c)
        %rows_done = scf.for %r = %c0 to %block step %c1 iter_args(%by_row = %by_chunk) -> (tensor<2x8x96xf32>) {
          %row = arith.addi %row0, %r : index
          %first_tap32 = tensor.extract %bounds[%frame, %row, %c0] : tensor<2x2x2xi32>
          %end_tap32 = tensor.extract %bounds[%frame, %row, %c1] : tensor<2x2x2xi32>
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %row_bias = tensor.extract_slice %bias[%row, 0] [1, 8] [1, 1] : tensor<2x8xf32> to tensor<8xf32>
          %tiles_done = scf.for %t = %first_tile to %end_tile step %c1 iter_args(%by_tile = %by_row) -> (tensor<2x8x96xf32>) {
            %unclamped = affine.apply affine_map<(t) -> (t * 8 + 11)>(%t)
            %position = arith.minsi %unclamped, %last : index
            %base = arith.addi %position, %frame_base : index
            %fresh = tensor.empty() : tensor<8x8xf32>
            %init = linalg.fill ins(%zero : f32) outs(%fresh : tensor<8x8xf32>) -> tensor<8x8xf32>
            %sum = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a = %init) -> (tensor<8x8xf32>) {
              %offset32 = tensor.extract %offsets[%tap] : tensor<162xi32>
              %offset = arith.index_cast %offset32 : i32 to index
              %address = arith.addi %offset, %base : index
              %inputs = tensor.extract_slice %x[%address] [8] [1] : tensor<576xf32> to tensor<8xf32>
              %weights = tensor.extract_slice %values[%tap, 0] [1, 8] [1, 1] : tensor<162x8xf32> to tensor<8xf32>
              %next = linalg.generic {indexing_maps = [affine_map<(m, i) -> (m)>, affine_map<(m, i) -> (i)>, affine_map<(m, i) -> (m, i)>],
                  iterator_types = ["parallel", "parallel"]} ins(%weights, %inputs : tensor<8xf32>, tensor<8xf32>) outs(%a : tensor<8x8xf32>) attrs = {compilation_info = #rows} {
                ^bb0(%weight: f32, %input: f32, %partial: f32):
                  %product = arith.mulf %weight, %input fastmath<contract> : f32
                  %more = arith.addf %partial, %product fastmath<contract> : f32
                  linalg.yield %more : f32
              } -> tensor<8x8xf32>
              scf.yield %next : tensor<8x8xf32>
            }
            %tile_mask = tensor.extract_slice %mask[%position] [8] [1] : tensor<96xf32> to tensor<8xf32>
            %fresh2 = tensor.empty() : tensor<8x8xf32>
            %activated = linalg.generic {indexing_maps = [affine_map<(m, i) -> (m, i)>, affine_map<(m, i) -> (m)>, affine_map<(m, i) -> (i)>, affine_map<(m, i) -> (m, i)>],
                iterator_types = ["parallel", "parallel"]} ins(%sum, %row_bias, %tile_mask : tensor<8x8xf32>, tensor<8xf32>, tensor<8xf32>) outs(%fresh2 : tensor<8x8xf32>) {
              ^bb0(%value: f32, %b: f32, %keep: f32, %unused: f32):
                %biased = arith.addf %value, %b : f32
                %activation = arith.maximumf %biased, %floor : f32
                %masked = arith.mulf %activation, %keep : f32
                linalg.yield %masked : f32
            } -> tensor<8x8xf32>
            %stored = tensor.insert_slice %activated into %by_tile[%r, 0, %position] [1, 8, 8] [1, 1, 1] : tensor<8x8xf32> into tensor<2x8x96xf32>
            scf.yield %stored : tensor<2x8x96xf32>
          }
          scf.yield %tiles_done : tensor<2x8x96xf32>
        }
        scf.yield %rows_done : tensor<2x8x96xf32>
      }
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %part3 into %shared[%row0, 0, %frame, 0] [2, 8, 1, 96] [1, 1, 1, 1] : tensor<2x8x96xf32> into tensor<2x8x2x96xf32>
      }
    } {mapping = [#iree_codegen.workgroup_mapping<y>, #iree_codegen.workgroup_mapping<x>]}
    iree_tensor_ext.dispatch.tensor.store %all, %out_binding, offsets = [0, 0, 0, 0], sizes = [2, 8, 2, 96], strides = [1, 1, 1, 1] : tensor<2x8x2x96xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<2x8x2x96xf32>>
    flow.return
  } count() -> (index, index, index) {
    %cx, %cy, %cz = iree_tensor_ext.dispatch.workgroup_count_from_slice()
    flow.return %cx, %cy, %cz : index, index, index
  }
  %joined = tensor.collapse_shape %whole [[0, 1], [2], [3]] : tensor<2x8x2x96xf32> into tensor<16x2x96xf32>
  %result = tensor.extract_slice %joined[0, 0, 0] [16, 2, 96] [1, 1, 1] : tensor<16x2x96xf32> to tensor<16x2x96xf32>
  return %result : tensor<16x2x96xf32>
}
