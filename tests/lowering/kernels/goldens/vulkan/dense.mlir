util.global private @fc.values = #flow.parameter.named<"model"::"fc.values"> : tensor<312x8xf32>
util.global private @fc.offsets = #flow.parameter.named<"model"::"fc.offsets"> : tensor<312xi32>
util.global private @fc.starts = #flow.parameter.named<"model"::"fc.starts"> : tensor<2xi32>
util.global private @fc.bias = #flow.parameter.named<"model"::"fc.bias"> : tensor<1x8xf32>
hal.executable.source private @fc_kernel {
  hal.executable.export public @fc ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 1 : index
      %cy = arith.constant 1 : index
      %cz = arith.constant 1 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @fc() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [8, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<512xf32, #hal.descriptor_type<storage_buffer>>
        %values = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<2496xf32, #hal.descriptor_type<storage_buffer>>
        %offsets = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(2) alignment(64) offset(%byte0) : memref<312xi32, #hal.descriptor_type<storage_buffer>>
        %starts = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(3) alignment(64) offset(%byte0) : memref<2xi32, #hal.descriptor_type<storage_buffer>>
        %bias = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(4) alignment(64) offset(%byte0) : memref<8xf32, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(5) alignment(64) offset(%byte0) : memref<8xf32, #hal.descriptor_type<storage_buffer>>
// A packed fully connected layer: an invocation is one output; a workgroup is one row, whose weights its invocations load side by side.
        %c1 = arith.constant 1 : index
        %group = arith.constant 8 : index
        %zero = arith.constant 0.0 : f32
        %floor = arith.constant 0xFF800000 : f32
        %row = hal.interface.workgroup.id[0] : index
        %thread = gpu.thread_id x
        %next_row = arith.addi %row, %c1 : index
        %first_tap32 = memref.load %starts[%row] : memref<2xi32, #hal.descriptor_type<storage_buffer>>
        %end_tap32 = memref.load %starts[%next_row] : memref<2xi32, #hal.descriptor_type<storage_buffer>>
        %first_tap = arith.index_cast %first_tap32 : i32 to index
        %end_tap = arith.index_cast %end_tap32 : i32 to index
        %sum = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a = %zero) -> (f32) {
          %offset32 = memref.load %offsets[%tap] : memref<312xi32, #hal.descriptor_type<storage_buffer>>
          %offset = arith.index_cast %offset32 : i32 to index
          %input = memref.load %x[%offset] : memref<512xf32, #hal.descriptor_type<storage_buffer>>
          %weights_at = arith.muli %tap, %group : index
          %weight_at = arith.addi %weights_at, %thread : index
          %weight = memref.load %values[%weight_at] : memref<2496xf32, #hal.descriptor_type<storage_buffer>>
          %next = math.fma %weight, %input, %a : f32
          scf.yield %next : f32
        }
        %out_row = arith.muli %row, %group : index
        %out_at = arith.addi %out_row, %thread : index
        %b = memref.load %bias[%out_at] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
        %biased = arith.addf %sum, %b : f32
        %activation = arith.maximumf %biased, %floor : f32
        memref.store %activation, %out[%out_at] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
        return
      }
  }
}
func.func private @fc(%x: tensor<16x2x16xf32>) -> tensor<8xf32> {
  %values = util.global.load @fc.values : tensor<312x8xf32>
  %offsets = util.global.load @fc.offsets : tensor<312xi32>
  %starts = util.global.load @fc.starts : tensor<2xi32>
  %bias = util.global.load @fc.bias : tensor<1x8xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x2x16xf32> into tensor<512xf32>
  %result = flow.dispatch @fc_kernel::@fc(%x.flat, %values, %offsets, %starts, %bias) : (tensor<512xf32>, tensor<312x8xf32>, tensor<312xi32>, tensor<2xi32>, tensor<1x8xf32>) -> tensor<8xf32>
  return %result : tensor<8xf32>
}
