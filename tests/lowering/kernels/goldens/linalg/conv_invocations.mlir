#packed = #iree_codegen.compilation_info<lowering_config = #iree_codegen.lowering_config<tile_sizes = [[0, 0]]>, translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.pass_pipeline<"iree-codegen-tile-and-distribute-to-workgroups-using-forall-op, iree-codegen-bufferize-dispatch-tensor-load-store, canonicalize, cse, iree-codegen-generic-vectorization{vectorize-copies=true}, iree-codegen-optimize-tensor-insert-extract-slices, canonicalize, cse, iree-spirv-initial-vector-lowering, iree-codegen-hoist-vector-extract-insert-slice, canonicalize, cse, iree-eliminate-empty-tensors, iree-codegen-iree-comprehensive-bufferize, iree-codegen-gpu-distribute, canonicalize, cse, canonicalize, iree-codegen-fold-memref-alias-ops, canonicalize, cse, iree-spirv-vectorize-load-store, iree-codegen-vector-transfer-lowering, iree-spirv-final-vector-lowering, canonicalize, cse"> workgroup_size = [64, 1, 1]>>
util.global private @conv.values = #flow.parameter.named<"model"::"conv.values"> : tensor<162x8xf16>
util.global private @conv.offsets = #flow.parameter.named<"model"::"conv.offsets"> : tensor<162xi32>
util.global private @conv.bounds = #flow.parameter.named<"model"::"conv.bounds"> : tensor<2x2x2xi32>
util.global private @conv.bias = #flow.parameter.named<"model"::"conv.bias"> : tensor<2x8xf32>
util.global private @conv.mask = #flow.parameter.named<"model"::"conv.mask"> : tensor<112xf32>
func.func private @conv(%x: tensor<3x2x112xf16>) -> tensor<16x2x112xf16> {
  %values = util.global.load @conv.values : tensor<162x8xf16>
  %offsets = util.global.load @conv.offsets : tensor<162xi32>
  %bounds = util.global.load @conv.bounds : tensor<2x2x2xi32>
  %bias = util.global.load @conv.bias : tensor<2x8xf32>
  %mask = util.global.load @conv.mask : tensor<112xf32>
  // A packed 3D convolution: frames and shares of the rows of filters > chunks of positions > rows > tiles > taps.
  // A tap is an offset into the input. What lies there, times the row's weights, is added to the accumulators.
  %flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x2x112xf16> into tensor<672xf16>
  %result = flow.dispatch.workgroups(%values, %offsets, %bounds, %bias, %mask, %flat) : (tensor<162x8xf16>, tensor<162xi32>, tensor<2x2x2xi32>, tensor<2x8xf32>, tensor<112xf32>, tensor<672xf16>) -> tensor<16x2x112xf16> =
    (%values_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<162x8xf16>>,
     %offsets_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<162xi32>>,
     %bounds_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x2x2xi32>>,
     %bias_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x8xf32>>,
     %mask_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<112xf32>>,
     %x_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<672xf16>>,
     %out_binding: !iree_tensor_ext.dispatch.tensor<writeonly:tensor<16x2x112xf16>>) {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    %values = iree_tensor_ext.dispatch.tensor.load %values_binding, offsets = [0, 0], sizes = [162, 8], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<162x8xf16>> -> tensor<162x8xf16>
    %offsets = iree_tensor_ext.dispatch.tensor.load %offsets_binding, offsets = [0], sizes = [162], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<162xi32>> -> tensor<162xi32>
    %bounds = iree_tensor_ext.dispatch.tensor.load %bounds_binding, offsets = [0, 0, 0], sizes = [2, 2, 2], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x2x2xi32>> -> tensor<2x2x2xi32>
    %bias = iree_tensor_ext.dispatch.tensor.load %bias_binding, offsets = [0, 0], sizes = [2, 8], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x8xf32>> -> tensor<2x8xf32>
    %mask = iree_tensor_ext.dispatch.tensor.load %mask_binding, offsets = [0], sizes = [112], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<112xf32>> -> tensor<112xf32>
    %x = iree_tensor_ext.dispatch.tensor.load %x_binding, offsets = [0], sizes = [672], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<672xf16>> -> tensor<672xf16>
    %empty = tensor.empty() : tensor<16x2x112xf16>
    %all = scf.forall (%frame, %share) in (2, 2) shared_outs(%shared = %empty) -> (tensor<16x2x112xf16>) {
      %at = affine.apply affine_map<(share) -> (share * 8)>(%share)
      %map = tensor.extract_slice %shared[%at, %frame, 0] [8, 1, 112] [1, 1, 1] : tensor<16x2x112xf16> to tensor<8x112xf16>
      %by_chunk = scf.for %chunk = %c0 to %c2 step %c1 iter_args(%by_chunk_1 = %map) -> (tensor<8x112xf16>) {
        %by_row = scf.for %r = %c0 to %c1 step %c1 iter_args(%by_row_1 = %by_chunk_1) -> (tensor<8x112xf16>) {
          %row = affine.apply affine_map<(share, r) -> (share + r)>(%share, %r)
          %first_tap32 = tensor.extract %bounds[%frame, %row, %c0] : tensor<2x2x2xi32>
          %end_tap32 = tensor.extract %bounds[%frame, %row, %c1] : tensor<2x2x2xi32>
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %all_1 = scf.forall (%invocation) in (64) shared_outs(%shared_1 = %by_row_1) -> (tensor<8x112xf16>) {
            %position = affine.min affine_map<(chunk, invocation) -> (chunk * 64 + invocation, 111)>(%chunk, %invocation)
            %low = affine.max affine_map<(position) -> (position, 16)>(%position)
            %inside = affine.min affine_map<(low) -> (low, 84)>(%low)
            %base = affine.apply affine_map<(inside, frame) -> (inside + frame * 112)>(%inside, %frame)
            %row_bias = tensor.extract_slice %bias[%row, 0] [1, 8] [1, 1] : tensor<2x8xf32> to tensor<8xf32>
            %fresh = tensor.empty() : tensor<8xf32>
            %init = linalg.copy ins(%row_bias : tensor<8xf32>) outs(%fresh : tensor<8xf32>) -> tensor<8xf32>
            %accumulators = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%accumulators_1 = %init) -> (tensor<8xf32>) {
              %offset32 = tensor.extract %offsets[%tap] : tensor<162xi32>
              %offset = arith.index_cast %offset32 : i32 to index
              %address = affine.apply affine_map<(base, offset) -> (base + offset)>(%base, %offset)
              %inputs = tensor.extract_slice %x[%address] [1] [1] : tensor<672xf16> to tensor<f16>
              %weights = tensor.extract_slice %values[%tap, 0] [1, 8] [1, 1] : tensor<162x8xf16> to tensor<8xf16>
              %next = linalg.generic {indexing_maps = [affine_map<(m) -> (m)>, affine_map<(m) -> ()>, affine_map<(m) -> (m)>],
                  iterator_types = ["parallel"]} ins(%weights, %inputs : tensor<8xf16>, tensor<f16>) outs(%accumulators_1 : tensor<8xf32>) attrs = {compilation_info = #packed} {
                ^bb0(%weights_1: f16, %inputs_1: f16, %so_far: f32):
                  %wide_weight = arith.extf %weights_1 : f16 to f32
                  %wide_input = arith.extf %inputs_1 : f16 to f32
                  %product = arith.mulf %wide_weight, %wide_input fastmath<contract> : f32
                  %more = arith.addf %so_far, %product fastmath<contract> : f32
                  linalg.yield %more : f32
              } -> tensor<8xf32>
              scf.yield %next : tensor<8xf32>
            }
            %keep = tensor.extract_slice %mask[%position] [1] [1] : tensor<112xf32> to tensor<f32>
            %fresh_1 = tensor.empty() : tensor<8xf16>
            %done = linalg.generic {indexing_maps = [affine_map<(m) -> (m)>, affine_map<(m) -> ()>, affine_map<(m) -> (m)>],
                iterator_types = ["parallel"]} ins(%accumulators, %keep : tensor<8xf32>, tensor<f32>) outs(%fresh_1 : tensor<8xf16>) {
              ^bb0(%accumulators_1: f32, %keep_1: f32, %unused: f16):
                %active = arith.maximumf %accumulators_1, %zero : f32
                %kept = arith.mulf %active, %keep_1 : f32
                %stored = arith.truncf %kept : f32 to f16
                linalg.yield %stored : f16
            } -> tensor<8xf16>
            %at_1 = affine.apply affine_map<(r) -> (r * 8)>(%r)
            scf.forall.in_parallel {
              tensor.parallel_insert_slice %done into %shared_1[%at_1, %position] [8, 1] [1, 1] : tensor<8xf16> into tensor<8x112xf16>
            }
          } {mapping = [#gpu.thread<x>]}
          scf.yield %all_1 : tensor<8x112xf16>
        }
        scf.yield %by_row : tensor<8x112xf16>
      }
      %at_1 = affine.apply affine_map<(share) -> (share * 8)>(%share)
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %by_chunk into %shared[%at_1, %frame, 0] [8, 1, 112] [1, 1, 1] : tensor<8x112xf16> into tensor<16x2x112xf16>
      }
    } {mapping = [#iree_codegen.workgroup_mapping<y>, #iree_codegen.workgroup_mapping<x>]}
    iree_tensor_ext.dispatch.tensor.store %all, %out_binding, offsets = [0, 0, 0], sizes = [16, 2, 112], strides = [1, 1, 1] : tensor<16x2x112xf16> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<16x2x112xf16>>
    flow.return
  } count() -> (index, index, index) {
    %workgroups_x, %workgroups_y, %workgroups_z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
    flow.return %workgroups_x, %workgroups_y, %workgroups_z : index, index, index
  }
  return %result : tensor<16x2x112xf16>
}
