#storage = #hal.descriptor_type<storage_buffer>
#reads5_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_8 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [8, 1, 1]>
util.global private @fc.values = #flow.parameter.named<"model"::"fc.values"> : tensor<5x8xf32>
util.global private @fc.offsets = #flow.parameter.named<"model"::"fc.offsets"> : tensor<5xi32>
util.global private @fc.starts = #flow.parameter.named<"model"::"fc.starts"> : tensor<2xi32>
util.global private @fc.bias = #flow.parameter.named<"model"::"fc.bias"> : tensor<1x8xf32>
hal.executable.source private @fc_kernel {
  hal.executable.export public @fc ordinal(0) layout(#reads5_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    hal.return %c1, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @fc() attributes {translation_info = #workgroup_of_8} {
      // A packed fully connected layer: an invocation is one output.
      // A workgroup is one row of outputs, whose weights its invocations load side by side.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %zero = arith.constant 0.0 : f32
      %floor = arith.constant 0xFF800000 : f32
      %number = arith.constant 89.0 : f32
      %number_1 = arith.constant -87.0 : f32
      %number_2 = arith.constant 1.442695041e+00 : f32
      %number_3 = arith.constant 5.000000000e-01 : f32
      %number_4 = arith.constant -6.933593750e-01 : f32
      %number_5 = arith.constant 2.121944400e-04 : f32
      %number_6 = arith.constant 1.987569150e-04 : f32
      %number_7 = arith.constant 1.398199951e-03 : f32
      %number_8 = arith.constant 8.333451907e-03 : f32
      %number_9 = arith.constant 4.166579589e-02 : f32
      %number_10 = arith.constant 1.666666546e-01 : f32
      %number_11 = arith.constant 5.000000120e-01 : f32
      %number_12 = arith.constant 1.0 : f32
      %constant = arith.constant 126 : i32
      %constant_1 = arith.constant 23 : i32
      %x = hal.interface.binding.subspan layout(#reads5_writes1) binding(0) alignment(64) offset(%c0) : memref<640xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads5_writes1) binding(1) alignment(64) offset(%c0) : memref<40xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads5_writes1) binding(2) alignment(64) offset(%c0) : memref<5xi32, #storage>
      %starts = hal.interface.binding.subspan layout(#reads5_writes1) binding(3) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads5_writes1) binding(4) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads5_writes1) binding(5) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %row = hal.interface.workgroup.id[0] : index
      %thread = gpu.thread_id x
      %next_row = arith.addi %row, %c1 : index
      %tap_first32 = memref.load %starts[%row] : memref<2xi32, #storage>
      %tap_end32 = memref.load %starts[%next_row] : memref<2xi32, #storage>
      %tap_first = arith.index_cast %tap_first32 : i32 to index
      %tap_end = arith.index_cast %tap_end32 : i32 to index
      %acc = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc_1 = %zero) -> (f32) {
        %offset32 = memref.load %offsets[%tap] : memref<5xi32, #storage>
        %offset = arith.index_cast %offset32 : i32 to index
        %input = memref.load %x[%offset] : memref<640xf32, #storage>
        %at = affine.apply affine_map<(tap, thread) -> (tap * 8 + thread)>(%tap, %thread)
        %weight = memref.load %values[%at] : memref<40xf32, #storage>
        %acc_2 = math.fma %weight, %input, %acc_1 : f32
        scf.yield %acc_2 : f32
      }
      %to = affine.apply affine_map<(row, thread) -> (row * 8 + thread)>(%row, %thread)
      %bias_of = memref.load %bias[%to] : memref<8xf32, #storage>
      %biased = arith.addf %acc, %bias_of : f32
      %active = arith.maximumf %biased, %floor : f32
      %minus = arith.negf %active : f32
      %below = arith.minimumf %minus, %number : f32
      %above = arith.maximumf %below, %number_1 : f32
      %fma = math.fma %above, %number_2, %number_3 : f32
      %n = math.floor %fma : f32
      %fma_1 = math.fma %n, %number_4, %above : f32
      %fma_2 = math.fma %n, %number_5, %fma_1 : f32
      %fma_3 = math.fma %number_6, %fma_2, %number_7 : f32
      %fma_4 = math.fma %fma_3, %fma_2, %number_8 : f32
      %fma_5 = math.fma %fma_4, %fma_2, %number_9 : f32
      %fma_6 = math.fma %fma_5, %fma_2, %number_10 : f32
      %fma_7 = math.fma %fma_6, %fma_2, %number_11 : f32
      %square = arith.mulf %fma_2, %fma_2 : f32
      %more = arith.addf %fma_2, %number_12 : f32
      %fma_8 = math.fma %fma_7, %square, %more : f32
      %twice = arith.addf %fma_8, %fma_8 : f32
      %i = arith.fptosi %n : f32 to i32
      %biased_1 = arith.addi %i, %constant : i32
      %bits = arith.shli %biased_1, %constant_1 : i32
      %power = arith.bitcast %bits : i32 to f32
      %exp = arith.mulf %twice, %power : f32
      %total = arith.addf %exp, %number_12 : f32
      %logistic = arith.divf %number_12, %total : f32
      memref.store %logistic, %out[%to] : memref<8xf32, #storage>
      return
    }
  }
}
func.func private @fc(%x: tensor<8x1x80xf32>) -> tensor<8xf32> {
  %values = util.global.load @fc.values : tensor<5x8xf32>
  %offsets = util.global.load @fc.offsets : tensor<5xi32>
  %starts = util.global.load @fc.starts : tensor<2xi32>
  %bias = util.global.load @fc.bias : tensor<1x8xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<8x1x80xf32> into tensor<640xf32>
  %result = flow.dispatch @fc_kernel::@fc(%x.flat, %values, %offsets, %starts, %bias) : (tensor<640xf32>, tensor<5x8xf32>, tensor<5xi32>, tensor<2xi32>, tensor<1x8xf32>) -> tensor<8xf32>
  return %result : tensor<8xf32>
}
