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
      %x = hal.interface.binding.subspan layout(#reads5_writes1) binding(0) alignment(64) offset(%c0) : memref<128xf32, #storage>
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
        %input = memref.load %x[%offset] : memref<128xf32, #storage>
        %at = affine.apply affine_map<(tap, thread) -> (tap * 8 + thread)>(%tap, %thread)
        %weight = memref.load %values[%at] : memref<40xf32, #storage>
        %acc_2 = math.fma %weight, %input, %acc_1 : f32
        scf.yield %acc_2 : f32
      }
      %to = affine.apply affine_map<(row, thread) -> (row * 8 + thread)>(%row, %thread)
      %bias_of = memref.load %bias[%to] : memref<8xf32, #storage>
      %biased = arith.addf %acc, %bias_of : f32
      %active = arith.maximumf %biased, %floor : f32
      %exponent = arith.mulf %active, %number : f32
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
      memref.store %share, %out[%to] : memref<8xf32, #storage>
      return
    }
  }
}
func.func private @fc(%x: tensor<8x1x16xf32>) -> tensor<8xf32> {
  %values = util.global.load @fc.values : tensor<5x8xf32>
  %offsets = util.global.load @fc.offsets : tensor<5xi32>
  %starts = util.global.load @fc.starts : tensor<2xi32>
  %bias = util.global.load @fc.bias : tensor<1x8xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<8x1x16xf32> into tensor<128xf32>
  %result = flow.dispatch @fc_kernel::@fc(%x.flat, %values, %offsets, %starts, %bias) : (tensor<128xf32>, tensor<5x8xf32>, tensor<5xi32>, tensor<2xi32>, tensor<1x8xf32>) -> tensor<8xf32>
  return %result : tensor<8xf32>
}
