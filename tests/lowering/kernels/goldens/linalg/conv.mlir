#packed = #iree_codegen.compilation_info<lowering_config = #iree_cpu.lowering_config<distribution = [0, 0]>, translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.pass_pipeline<"iree-codegen-tile-and-distribute-to-workgroups-using-forall-op, iree-codegen-bufferize-dispatch-tensor-load-store, canonicalize, cse, iree-codegen-generic-vectorization{generate-contract=true}, iree-codegen-optimize-tensor-insert-extract-slices, canonicalize, cse, iree-codegen-llvmcpu-bufferization-pipeline, iree-codegen-remove-single-iteration-loop, canonicalize, cse, iree-codegen-llvmcpu-vector-lowering-pipeline">>>
util.global private @again.values = #flow.parameter.named<"model"::"again.values"> : tensor<78x8xf32>
util.global private @again.offsets = #flow.parameter.named<"model"::"again.offsets"> : tensor<78xi32>
util.global private @again.bounds = #flow.parameter.named<"model"::"again.bounds"> : tensor<3x2x2xi32>
util.global private @again.bias = #flow.parameter.named<"model"::"again.bias"> : tensor<2x8xf32>
util.global private @again.mask = #flow.parameter.named<"model"::"again.mask"> : tensor<528xf32>
func.func private @again(%x: tensor<16x3x528xf32>, %residual: tensor<16x3x528xf32>) -> tensor<16x3x528xf32> {
  %values = util.global.load @again.values : tensor<78x8xf32>
  %offsets = util.global.load @again.offsets : tensor<78xi32>
  %bounds = util.global.load @again.bounds : tensor<3x2x2xi32>
  %bias = util.global.load @again.bias : tensor<2x8xf32>
  %mask = util.global.load @again.mask : tensor<528xf32>
  // A packed 3D convolution: frames and shares of the rows of filters > chunks of positions > rows > tiles > taps.
  // A tap is an offset into the input. What lies there, times the row's weights, is added to the accumulators.
  %flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x3x528xf32> into tensor<25344xf32>
  %result = flow.dispatch.workgroups(%values, %offsets, %bounds, %bias, %mask, %flat, %residual) : (tensor<78x8xf32>, tensor<78xi32>, tensor<3x2x2xi32>, tensor<2x8xf32>, tensor<528xf32>, tensor<25344xf32>, tensor<16x3x528xf32>) -> tensor<16x3x528xf32> =
    (%values_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<78x8xf32>>,
     %offsets_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<78xi32>>,
     %bounds_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<3x2x2xi32>>,
     %bias_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x8xf32>>,
     %mask_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<528xf32>>,
     %x_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<25344xf32>>,
     %residual_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<16x3x528xf32>>,
     %out_binding: !iree_tensor_ext.dispatch.tensor<writeonly:tensor<16x3x528xf32>>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %c14 = arith.constant 14 : index
    %c1 = arith.constant 1 : index
    %values = iree_tensor_ext.dispatch.tensor.load %values_binding, offsets = [0, 0], sizes = [78, 8], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<78x8xf32>> -> tensor<78x8xf32>
    %offsets = iree_tensor_ext.dispatch.tensor.load %offsets_binding, offsets = [0], sizes = [78], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<78xi32>> -> tensor<78xi32>
    %bounds = iree_tensor_ext.dispatch.tensor.load %bounds_binding, offsets = [0, 0, 0], sizes = [3, 2, 2], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<3x2x2xi32>> -> tensor<3x2x2xi32>
    %bias = iree_tensor_ext.dispatch.tensor.load %bias_binding, offsets = [0, 0], sizes = [2, 8], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x8xf32>> -> tensor<2x8xf32>
    %mask = iree_tensor_ext.dispatch.tensor.load %mask_binding, offsets = [0], sizes = [528], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<528xf32>> -> tensor<528xf32>
    %x = iree_tensor_ext.dispatch.tensor.load %x_binding, offsets = [0], sizes = [25344], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<25344xf32>> -> tensor<25344xf32>
    %residual = iree_tensor_ext.dispatch.tensor.load %residual_binding, offsets = [0, 0, 0], sizes = [16, 3, 528], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<16x3x528xf32>> -> tensor<16x3x528xf32>
    %empty = tensor.empty() : tensor<16x3x528xf32>
    %all = scf.forall (%frame, %share) in (3, 2) shared_outs(%shared = %empty) -> (tensor<16x3x528xf32>) {
      %at = affine.apply affine_map<(share) -> (share * 8)>(%share)
      %map = tensor.extract_slice %shared[%at, %frame, 0] [8, 1, 528] [1, 1, 1] : tensor<16x3x528xf32> to tensor<8x528xf32>
      %pad = tensor.extract_slice %map[0, 0] [8, 32] [1, 1] : tensor<8x528xf32> to tensor<8x32xf32>
      %zeros = linalg.fill ins(%zero : f32) outs(%pad : tensor<8x32xf32>) -> tensor<8x32xf32>
      %padded = tensor.insert_slice %zeros into %map[0, 0] [8, 32] [1, 1] : tensor<8x32xf32> into tensor<8x528xf32>
      %pad_1 = tensor.extract_slice %padded[0, 467] [8, 61] [1, 1] : tensor<8x528xf32> to tensor<8x61xf32>
      %zeros_1 = linalg.fill ins(%zero : f32) outs(%pad_1 : tensor<8x61xf32>) -> tensor<8x61xf32>
      %padded_1 = tensor.insert_slice %zeros_1 into %padded[0, 467] [8, 61] [1, 1] : tensor<8x61xf32> into tensor<8x528xf32>
      %by_chunk = scf.for %chunk = %c0 to %c14 step %c1 iter_args(%by_chunk_1 = %padded_1) -> (tensor<8x528xf32>) {
        %by_row = scf.for %r = %c0 to %c1 step %c1 iter_args(%by_row_1 = %by_chunk_1) -> (tensor<8x528xf32>) {
          %row = affine.apply affine_map<(share, r) -> (share + r)>(%share, %r)
          %first_tap32 = tensor.extract %bounds[%frame, %row, %c0] : tensor<3x2x2xi32>
          %end_tap32 = tensor.extract %bounds[%frame, %row, %c1] : tensor<3x2x2xi32>
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %tile_end = affine.min affine_map<(chunk) -> (chunk * 4 + 4, 55)>(%chunk)
          %at_1 = affine.apply affine_map<(chunk) -> (chunk * 4)>(%chunk)
          %by_tile = scf.for %tile = %at_1 to %tile_end step %c1 iter_args(%by_tile_1 = %by_row_1) -> (tensor<8x528xf32>) {
            %position = affine.min affine_map<(tile) -> (tile * 8 + 32, 459)>(%tile)
            %base = affine.apply affine_map<(position, frame) -> (position + frame * 528)>(%position, %frame)
            %row_bias = tensor.extract_slice %bias[%row, 0] [1, 8] [1, 1] : tensor<2x8xf32> to tensor<8xf32>
            %fresh = tensor.empty() : tensor<8x8xf32>
            %init = linalg.broadcast ins(%row_bias : tensor<8xf32>) outs(%fresh : tensor<8x8xf32>) dimensions = [1]
            %accumulators = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%accumulators_1 = %init) -> (tensor<8x8xf32>) {
              %offset32 = tensor.extract %offsets[%tap] : tensor<78xi32>
              %offset = arith.index_cast %offset32 : i32 to index
              %address = affine.apply affine_map<(base, offset) -> (base + offset)>(%base, %offset)
              %inputs = tensor.extract_slice %x[%address] [8] [1] : tensor<25344xf32> to tensor<8xf32>
              %weights = tensor.extract_slice %values[%tap, 0] [1, 8] [1, 1] : tensor<78x8xf32> to tensor<8xf32>
              %next = linalg.generic {indexing_maps = [affine_map<(m, i) -> (m)>, affine_map<(m, i) -> (i)>, affine_map<(m, i) -> (m, i)>],
                  iterator_types = ["parallel", "parallel"]} ins(%weights, %inputs : tensor<8xf32>, tensor<8xf32>) outs(%accumulators_1 : tensor<8x8xf32>) attrs = {compilation_info = #packed} {
                ^bb0(%weights_1: f32, %inputs_1: f32, %so_far: f32):
                  %product = arith.mulf %weights_1, %inputs_1 fastmath<contract> : f32
                  %more = arith.addf %so_far, %product fastmath<contract> : f32
                  linalg.yield %more : f32
              } -> tensor<8x8xf32>
              scf.yield %next : tensor<8x8xf32>
            }
            %keep = tensor.extract_slice %mask[%position] [8] [1] : tensor<528xf32> to tensor<8xf32>
            %at_2 = affine.apply affine_map<(row) -> (row * 8)>(%row)
            %more = tensor.extract_slice %residual[%at_2, %frame, %position] [8, 1, 8] [1, 1, 1] : tensor<16x3x528xf32> to tensor<8x8xf32>
            %fresh_1 = tensor.empty() : tensor<8x8xf32>
            %done = linalg.generic {indexing_maps = [affine_map<(m, i) -> (m, i)>, affine_map<(m, i) -> (i)>, affine_map<(m, i) -> (m, i)>, affine_map<(m, i) -> (m, i)>],
                iterator_types = ["parallel", "parallel"]} ins(%accumulators, %keep, %more : tensor<8x8xf32>, tensor<8xf32>, tensor<8x8xf32>) outs(%fresh_1 : tensor<8x8xf32>) {
              ^bb0(%accumulators_1: f32, %keep_1: f32, %more_1: f32, %unused: f32):
                %with = arith.addf %accumulators_1, %more_1 : f32
                %active = arith.maximumf %with, %zero : f32
                %kept = arith.mulf %active, %keep_1 : f32
                linalg.yield %kept : f32
            } -> tensor<8x8xf32>
            %at_3 = affine.apply affine_map<(r) -> (r * 8)>(%r)
            %with = tensor.insert_slice %done into %by_tile_1[%at_3, %position] [8, 8] [1, 1] : tensor<8x8xf32> into tensor<8x528xf32>
            scf.yield %with : tensor<8x528xf32>
          }
          scf.yield %by_tile : tensor<8x528xf32>
        }
        scf.yield %by_row : tensor<8x528xf32>
      }
      %at_1 = affine.apply affine_map<(share) -> (share * 8)>(%share)
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %by_chunk into %shared[%at_1, %frame, 0] [8, 1, 528] [1, 1, 1] : tensor<8x528xf32> into tensor<16x3x528xf32>
      }
    } {mapping = [#iree_codegen.workgroup_mapping<y>, #iree_codegen.workgroup_mapping<x>]}
    iree_tensor_ext.dispatch.tensor.store %all, %out_binding, offsets = [0, 0, 0], sizes = [16, 3, 528], strides = [1, 1, 1] : tensor<16x3x528xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<16x3x528xf32>>
    flow.return
  } count() -> (index, index, index) {
    %workgroups_x, %workgroups_y, %workgroups_z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
    flow.return %workgroups_x, %workgroups_y, %workgroups_z : index, index, index
  }
  return %result : tensor<16x3x528xf32>
}
