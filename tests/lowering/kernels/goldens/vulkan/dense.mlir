#storage = #hal.descriptor_type<storage_buffer>
#reads5_writes1_part = #hal.pipeline.layout<constants = 1, bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_8 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [8, 1, 1]>
util.global private @fc.values = #flow.parameter.named<"model"::"fc.values"> : tensor<312x8xf32>
util.global private @fc.offsets = #flow.parameter.named<"model"::"fc.offsets"> : tensor<312xi32>
util.global private @fc.starts = #flow.parameter.named<"model"::"fc.starts"> : tensor<2xi32>
util.global private @fc.bias = #flow.parameter.named<"model"::"fc.bias"> : tensor<1x8xf32>
hal.executable.source private @fc_kernel {
  hal.executable.export public @fc ordinal(0) layout(#reads5_writes1_part) count(%device: !hal.device, %groups: index) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    hal.return %groups, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @fc() attributes {translation_info = #workgroup_of_8} {
      // A packed fully connected layer: an invocation is one output.
      // A workgroup is one row of outputs, whose weights its invocations load side by side.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %zero = arith.constant 0.0 : f32
      %floor = arith.constant 0xFF800000 : f32
      %x = hal.interface.binding.subspan layout(#reads5_writes1_part) binding(0) alignment(64) offset(%c0) : memref<512xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads5_writes1_part) binding(1) alignment(64) offset(%c0) : memref<2496xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads5_writes1_part) binding(2) alignment(64) offset(%c0) : memref<312xi32, #storage>
      %starts = hal.interface.binding.subspan layout(#reads5_writes1_part) binding(3) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads5_writes1_part) binding(4) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads5_writes1_part) binding(5) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %first32 = hal.interface.constant.load layout(#reads5_writes1_part) ordinal(0) : i32
      %here = hal.interface.workgroup.id[0] : index
      %first = arith.index_cast %first32 : i32 to index
      %number = arith.addi %first, %here : index
      %row = arith.remui %number, %c1 : index
      %number_1 = arith.divui %number, %c1 : index
      %thread = gpu.thread_id x
      %next_row = arith.addi %row, %c1 : index
      %tap_first32 = memref.load %starts[%row] : memref<2xi32, #storage>
      %tap_end32 = memref.load %starts[%next_row] : memref<2xi32, #storage>
      %tap_first = arith.index_cast %tap_first32 : i32 to index
      %tap_end = arith.index_cast %tap_end32 : i32 to index
      %acc = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc_1 = %zero) -> (f32) {
        %offset32 = memref.load %offsets[%tap] : memref<312xi32, #storage>
        %offset = arith.index_cast %offset32 : i32 to index
        %input = memref.load %x[%offset] : memref<512xf32, #storage>
        %at = affine.apply affine_map<(tap, thread) -> (tap * 8 + thread)>(%tap, %thread)
        %weight = memref.load %values[%at] : memref<2496xf32, #storage>
        %acc_2 = math.fma %weight, %input, %acc_1 : f32
        scf.yield %acc_2 : f32
      }
      %to = affine.apply affine_map<(row, thread) -> (row * 8 + thread)>(%row, %thread)
      %bias_of = memref.load %bias[%to] : memref<8xf32, #storage>
      %biased = arith.addf %acc, %bias_of : f32
      %active = arith.maximumf %biased, %floor : f32
      memref.store %active, %out[%to] : memref<8xf32, #storage>
      return
    }
  }
}
func.func private @fc(%x: tensor<16x2x16xf32>) -> tensor<8xf32> {
  %values = util.global.load @fc.values : tensor<312x8xf32>
  %offsets = util.global.load @fc.offsets : tensor<312xi32>
  %starts = util.global.load @fc.starts : tensor<2xi32>
  %bias = util.global.load @fc.bias : tensor<1x8xf32>
  %c1 = arith.constant 1 : index
  %first0 = arith.constant 0 : i32
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x2x16xf32> into tensor<512xf32>
  %result = flow.dispatch @fc_kernel::@fc[%c1](%first0, %x.flat, %values, %offsets, %starts, %bias) : (i32, tensor<512xf32>, tensor<312x8xf32>, tensor<312xi32>, tensor<2xi32>, tensor<1x8xf32>) -> tensor<8xf32>
  return %result : tensor<8xf32>
}
