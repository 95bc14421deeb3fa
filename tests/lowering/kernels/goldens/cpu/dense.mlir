#storage = #hal.descriptor_type<storage_buffer>
#reads5_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @fc.values = #flow.parameter.named<"model"::"fc.values"> : tensor<312x8xf16>
util.global private @fc.offsets = #flow.parameter.named<"model"::"fc.offsets"> : tensor<312xi32>
util.global private @fc.starts = #flow.parameter.named<"model"::"fc.starts"> : tensor<2xi32>
util.global private @fc.bias = #flow.parameter.named<"model"::"fc.bias"> : tensor<1x8xf32>
hal.executable.source private @fc_kernel {
  hal.executable.export public @fc ordinal(0) layout(#reads5_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    hal.return %c1, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @fc() attributes {translation_info = #workgroup_of_1} {
      // A packed fully connected layer: a row of outputs walks its taps once, so that every weight is read once, in order.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %floor = arith.constant dense<0xFF800000> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads5_writes1) binding(0) alignment(64) offset(%c0) : memref<512xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads5_writes1) binding(1) alignment(64) offset(%c0) : memref<2496xf16, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads5_writes1) binding(2) alignment(64) offset(%c0) : memref<312xi32, #storage>
      %starts = hal.interface.binding.subspan layout(#reads5_writes1) binding(3) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads5_writes1) binding(4) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads5_writes1) binding(5) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %row = hal.interface.workgroup.id[0] : index
      %next_row = arith.addi %row, %c1 : index
      %tap_first32 = memref.load %starts[%row] : memref<2xi32, #storage>
      %tap_end32 = memref.load %starts[%next_row] : memref<2xi32, #storage>
      %tap_first = arith.index_cast %tap_first32 : i32 to index
      %tap_end = arith.index_cast %tap_end32 : i32 to index
      %to = affine.apply affine_map<(row) -> (row * 8)>(%row)
      %start = vector.load %bias[%to] : memref<8xf32, #storage>, vector<4xf32>
      %at = affine.apply affine_map<(to) -> (to + 4)>(%to)
      %start_1 = vector.load %bias[%at] : memref<8xf32, #storage>, vector<4xf32>
      %accs:2 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %start, %acc_1 = %start_1) -> (vector<4xf32>, vector<4xf32>) {
        %offset32 = memref.load %offsets[%tap] : memref<312xi32, #storage>
        %offset = arith.index_cast %offset32 : i32 to index
        %input = memref.load %x[%offset] : memref<512xf32, #storage>
        %spread = vector.broadcast %input : f32 to vector<4xf32>
        %at_1 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
        %weights = vector.load %values[%at_1] : memref<2496xf16, #storage>, vector<4xf16>
        %weights_1 = arith.extf %weights : vector<4xf16> to vector<4xf32>
        %acc_2 = vector.fma %weights_1, %spread, %acc : vector<4xf32>
        %at_2 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
        %weights_2 = vector.load %values[%at_2] : memref<2496xf16, #storage>, vector<4xf16>
        %weights_2_1 = arith.extf %weights_2 : vector<4xf16> to vector<4xf32>
        %acc_3 = vector.fma %weights_2_1, %spread, %acc_1 : vector<4xf32>
        scf.yield %acc_2, %acc_3 : vector<4xf32>, vector<4xf32>
      }
      %active = arith.maximumf %accs#0, %floor : vector<4xf32>
      vector.store %active, %out[%to] : memref<8xf32, #storage>, vector<4xf32>
      %active_1 = arith.maximumf %accs#1, %floor : vector<4xf32>
      %at_1 = affine.apply affine_map<(to) -> (to + 4)>(%to)
      vector.store %active_1, %out[%at_1] : memref<8xf32, #storage>, vector<4xf32>
      return
    }
  }
}
func.func private @fc(%x: tensor<16x2x16xf32>) -> tensor<8xf32> {
  %values = util.global.load @fc.values : tensor<312x8xf16>
  %offsets = util.global.load @fc.offsets : tensor<312xi32>
  %starts = util.global.load @fc.starts : tensor<2xi32>
  %bias = util.global.load @fc.bias : tensor<1x8xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x2x16xf32> into tensor<512xf32>
  %result = flow.dispatch @fc_kernel::@fc(%x.flat, %values, %offsets, %starts, %bias) : (tensor<512xf32>, tensor<312x8xf16>, tensor<312xi32>, tensor<2xi32>, tensor<1x8xf32>) -> tensor<8xf32>
  return %result : tensor<8xf32>
}
