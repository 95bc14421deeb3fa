util.global private @fc.values = #flow.parameter.named<"model"::"fc.values"> : tensor<312x8xf32>
util.global private @fc.offsets = #flow.parameter.named<"model"::"fc.offsets"> : tensor<312xi32>
util.global private @fc.starts = #flow.parameter.named<"model"::"fc.starts"> : tensor<2xi32>
util.global private @fc.bias = #flow.parameter.named<"model"::"fc.bias"> : tensor<1x8xf32>
func.func private @fc(%x: tensor<16x2x16xf32>) -> tensor<8xf32> {
  %values = util.global.load @fc.values : tensor<312x8xf32>
  %offsets = util.global.load @fc.offsets : tensor<312xi32>
  %starts = util.global.load @fc.starts : tensor<2xi32>
  %bias = util.global.load @fc.bias : tensor<1x8xf32>
  %flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x2x16xf32> into tensor<512xf32>
  %whole = flow.dispatch.workgroups(%flat, %values, %offsets, %starts, %bias) : (tensor<512xf32>, tensor<312x8xf32>, tensor<312xi32>, tensor<2xi32>, tensor<1x8xf32>) -> tensor<1x8xf32> =
      (%x_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<512xf32>>,
       %values_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<312x8xf32>>,
       %offsets_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<312xi32>>,
       %starts_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<2xi32>>,
       %bias_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x8xf32>>,
       %out_binding: !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x8xf32>>) {
    %x = iree_tensor_ext.dispatch.tensor.load %x_binding, offsets = [0], sizes = [512], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<512xf32>> -> tensor<512xf32>
    %values = iree_tensor_ext.dispatch.tensor.load %values_binding, offsets = [0, 0], sizes = [312, 8], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<312x8xf32>> -> tensor<312x8xf32>
    %offsets = iree_tensor_ext.dispatch.tensor.load %offsets_binding, offsets = [0], sizes = [312], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<312xi32>> -> tensor<312xi32>
    %starts = iree_tensor_ext.dispatch.tensor.load %starts_binding, offsets = [0], sizes = [2], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2xi32>> -> tensor<2xi32>
    %bias = iree_tensor_ext.dispatch.tensor.load %bias_binding, offsets = [0, 0], sizes = [1, 8], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x8xf32>> -> tensor<1x8xf32>
// A packed fully connected layer: each row (a group of outputs) walks its taps once, so that every weight is read once, in order.
    %zero = arith.constant 0.0 : f32
    %c1 = arith.constant 1 : index
    %floor = arith.constant 0xFF800000 : f32
    %empty = tensor.empty() : tensor<1x8xf32>
    %all = scf.forall (%row) in (1) shared_outs(%shared = %empty) -> (tensor<1x8xf32>) {
      %next_row = arith.addi %row, %c1 : index
      %first_tap32 = tensor.extract %starts[%row] : tensor<2xi32>
      %end_tap32 = tensor.extract %starts[%next_row] : tensor<2xi32>
      %first_tap = arith.index_cast %first_tap32 : i32 to index
      %end_tap = arith.index_cast %end_tap32 : i32 to index
      %fresh = tensor.empty() : tensor<8xf32>
      %init = linalg.fill ins(%zero : f32) outs(%fresh : tensor<8xf32>) -> tensor<8xf32>
      %sum = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a = %init) -> (tensor<8xf32>) {
        %offset32 = tensor.extract %offsets[%tap] : tensor<312xi32>
        %offset = arith.index_cast %offset32 : i32 to index
        %input = tensor.extract %x[%offset] : tensor<512xf32>
        %weights = tensor.extract_slice %values[%tap, 0] [1, 8] [1, 1] : tensor<312x8xf32> to tensor<8xf32>
        %next = linalg.generic {indexing_maps = [affine_map<(m) -> (m)>, affine_map<(m) -> (m)>], iterator_types = ["parallel"]}
            ins(%weights : tensor<8xf32>) outs(%a : tensor<8xf32>) attrs = {compilation_info = #dense} {
          ^bb0(%weight: f32, %partial: f32):
            %product = arith.mulf %weight, %input fastmath<contract> : f32
            %more = arith.addf %partial, %product fastmath<contract> : f32
            linalg.yield %more : f32
        } -> tensor<8xf32>
        scf.yield %next : tensor<8xf32>
      }
      %row_bias = tensor.extract_slice %bias[%row, 0] [1, 8] [1, 1] : tensor<1x8xf32> to tensor<8xf32>
      %fresh2 = tensor.empty() : tensor<8xf32>
      %activated = linalg.generic {indexing_maps = [affine_map<(m) -> (m)>, affine_map<(m) -> (m)>, affine_map<(m) -> (m)>], iterator_types = ["parallel"]}
          ins(%sum, %row_bias : tensor<8xf32>, tensor<8xf32>) outs(%fresh2 : tensor<8xf32>) {
        ^bb0(%value: f32, %b: f32, %unused: f32):
          %biased = arith.addf %value, %b : f32
          %activation = arith.maximumf %biased, %floor : f32
          linalg.yield %activation : f32
      } -> tensor<8xf32>
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %activated into %shared[%row, 0] [1, 8] [1, 1] : tensor<8xf32> into tensor<1x8xf32>
      }
    } {mapping = [#iree_codegen.workgroup_mapping<x>]}
    iree_tensor_ext.dispatch.tensor.store %all, %out_binding, offsets = [0, 0], sizes = [1, 8], strides = [1, 1] : tensor<1x8xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x8xf32>>
    flow.return
  } count() -> (index, index, index) {
    %cx, %cy, %cz = iree_tensor_ext.dispatch.workgroup_count_from_slice()
    flow.return %cx, %cy, %cz : index, index, index
  }
  %result = tensor.collapse_shape %whole [[0, 1]] : tensor<1x8xf32> into tensor<8xf32>
  return %result : tensor<8xf32>
}
