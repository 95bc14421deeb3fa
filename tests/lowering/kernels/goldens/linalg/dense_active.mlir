#packed = #iree_codegen.compilation_info<lowering_config = #iree_cpu.lowering_config<distribution = [0, 0]>, translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.pass_pipeline<"iree-codegen-tile-and-distribute-to-workgroups-using-forall-op, iree-codegen-bufferize-dispatch-tensor-load-store, canonicalize, cse, iree-codegen-generic-vectorization{generate-contract=true}, iree-codegen-optimize-tensor-insert-extract-slices, canonicalize, cse, iree-codegen-llvmcpu-bufferization-pipeline, iree-codegen-remove-single-iteration-loop, canonicalize, cse, iree-codegen-llvmcpu-vector-lowering-pipeline">>>
util.global private @fc.values = #flow.parameter.named<"model"::"fc.values"> : tensor<5x8xf32>
util.global private @fc.offsets = #flow.parameter.named<"model"::"fc.offsets"> : tensor<5xi32>
util.global private @fc.starts = #flow.parameter.named<"model"::"fc.starts"> : tensor<2xi32>
util.global private @fc.bias = #flow.parameter.named<"model"::"fc.bias"> : tensor<1x8xf32>
func.func private @fc(%x: tensor<8x1x16xf32>) -> tensor<8xf32> {
  %values = util.global.load @fc.values : tensor<5x8xf32>
  %offsets = util.global.load @fc.offsets : tensor<5xi32>
  %starts = util.global.load @fc.starts : tensor<2xi32>
  %bias = util.global.load @fc.bias : tensor<1x8xf32>
  // A packed fully connected layer: a tap is one input, and its weights for the outputs of a row.
  %flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<8x1x16xf32> into tensor<128xf32>
  %result = flow.dispatch.workgroups(%values, %offsets, %starts, %bias, %flat) : (tensor<5x8xf32>, tensor<5xi32>, tensor<2xi32>, tensor<1x8xf32>, tensor<128xf32>) -> tensor<8xf32> =
    (%values_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<5x8xf32>>,
     %offsets_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<5xi32>>,
     %starts_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<2xi32>>,
     %bias_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x8xf32>>,
     %x_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>>,
     %out_binding: !iree_tensor_ext.dispatch.tensor<writeonly:tensor<8xf32>>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %number = arith.constant -1.442695041e+00 : f32
    %number_1 = arith.constant 126.0 : f32
    %number_2 = arith.constant -126.0 : f32
    %number_3 = arith.constant 5.000000000e-01 : f32
    %number_4 = arith.constant 1.326473180e-03 : f32
    %number_5 = arith.constant 9.671513944e-03 : f32
    %number_6 = arith.constant 5.550733732e-02 : f32
    %number_7 = arith.constant 2.402224206e-01 : f32
    %number_8 = arith.constant 6.931469776e-01 : f32
    %number_9 = arith.constant 1.0 : f32
    %constant = arith.constant 23 : i32
    %values = iree_tensor_ext.dispatch.tensor.load %values_binding, offsets = [0, 0], sizes = [5, 8], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<5x8xf32>> -> tensor<5x8xf32>
    %offsets = iree_tensor_ext.dispatch.tensor.load %offsets_binding, offsets = [0], sizes = [5], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<5xi32>> -> tensor<5xi32>
    %starts = iree_tensor_ext.dispatch.tensor.load %starts_binding, offsets = [0], sizes = [2], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2xi32>> -> tensor<2xi32>
    %bias = iree_tensor_ext.dispatch.tensor.load %bias_binding, offsets = [0, 0], sizes = [1, 8], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x8xf32>> -> tensor<1x8xf32>
    %x = iree_tensor_ext.dispatch.tensor.load %x_binding, offsets = [0], sizes = [128], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>> -> tensor<128xf32>
    %empty = tensor.empty() : tensor<8xf32>
    %all = scf.forall (%r) in (1) shared_outs(%shared = %empty) -> (tensor<8xf32>) {
      %first_tap32 = tensor.extract %starts[%r] : tensor<2xi32>
      %first_tap = arith.index_cast %first_tap32 : i32 to index
      %at = affine.apply affine_map<(r) -> (r + 1)>(%r)
      %end_tap32 = tensor.extract %starts[%at] : tensor<2xi32>
      %end_tap = arith.index_cast %end_tap32 : i32 to index
      %at_1 = affine.apply affine_map<(r) -> (r * 8)>(%r)
      %outputs = tensor.extract_slice %shared[%at_1] [8] [1] : tensor<8xf32> to tensor<8xf32>
      %row_bias = tensor.extract_slice %bias[%r, %c0] [1, 8] [1, 1] : tensor<1x8xf32> to tensor<8xf32>
      %fresh = tensor.empty() : tensor<8xf32>
      %init = linalg.copy ins(%row_bias : tensor<8xf32>) outs(%fresh : tensor<8xf32>) -> tensor<8xf32>
      %accumulators = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%accumulators_1 = %init) -> (tensor<8xf32>) {
        %offset32 = tensor.extract %offsets[%tap] : tensor<5xi32>
        %offset = arith.index_cast %offset32 : i32 to index
        %input = tensor.extract %x[%offset] : tensor<128xf32>
        %weights = tensor.extract_slice %values[%tap, %c0] [1, 8] [1, 1] : tensor<5x8xf32> to tensor<8xf32>
        %next = linalg.generic {indexing_maps = [affine_map<(m) -> (m)>, affine_map<(m) -> (m)>],
            iterator_types = ["parallel"]} ins(%weights : tensor<8xf32>) outs(%accumulators_1 : tensor<8xf32>) attrs = {compilation_info = #packed} {
          ^bb0(%weights_1: f32, %so_far: f32):
            %product = arith.mulf %weights_1, %input fastmath<contract> : f32
            %more = arith.addf %so_far, %product fastmath<contract> : f32
            linalg.yield %more : f32
        } -> tensor<8xf32>
        scf.yield %next : tensor<8xf32>
      }
      %fresh_1 = tensor.empty() : tensor<8xf32>
      %done = linalg.generic {indexing_maps = [affine_map<(m) -> (m)>, affine_map<(m) -> (m)>],
          iterator_types = ["parallel"]} ins(%accumulators : tensor<8xf32>) outs(%fresh_1 : tensor<8xf32>) {
        ^bb0(%accumulators_1: f32, %unused: f32):
          %exponent = arith.mulf %accumulators_1, %number : f32
          %below = arith.minimumf %exponent, %number_1 : f32
          %above = arith.maximumf %below, %number_2 : f32
          %up = arith.addf %above, %number_3 : f32
          %n = math.floor %up : f32
          %rest = arith.subf %above, %n : f32
          %fma = math.fma %number_4, %rest, %number_5 : f32
          %fma_1 = math.fma %fma, %rest, %number_6 : f32
          %fma_2 = math.fma %fma_1, %rest, %number_7 : f32
          %fma_3 = math.fma %fma_2, %rest, %number_8 : f32
          %fma_4 = math.fma %fma_3, %rest, %number_9 : f32
          %bits = arith.bitcast %fma_4 : f32 to i32
          %steps = arith.fptosi %n : f32 to i32
          %scale = arith.shli %steps, %constant : i32
          %scaled = arith.addi %bits, %scale : i32
          %power = arith.bitcast %scaled : i32 to f32
          %total = arith.addf %power, %number_9 : f32
          %share = arith.divf %number_9, %total fastmath<ninf,arcp,contract> : f32
          linalg.yield %share : f32
      } -> tensor<8xf32>
      %at_2 = affine.apply affine_map<(r) -> (r * 8)>(%r)
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %done into %shared[%at_2] [8] [1] : tensor<8xf32> into tensor<8xf32>
      }
    } {mapping = [#iree_codegen.workgroup_mapping<x>]}
    iree_tensor_ext.dispatch.tensor.store %all, %out_binding, offsets = [0], sizes = [8], strides = [1] : tensor<8xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<8xf32>>
    flow.return
  } count() -> (index, index, index) {
    %workgroups_x, %workgroups_y, %workgroups_z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
    flow.return %workgroups_x, %workgroups_y, %workgroups_z : index, index, index
  }
  return %result : tensor<8xf32>
}
