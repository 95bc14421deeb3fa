#storage = #hal.descriptor_type<storage_buffer>
#reads5_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
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
    func.func @fc() attributes {translation_info = #workgroup_of_1} {
      // A packed fully connected layer: a row of outputs walks its taps once, so that every weight is read once, in order.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %floor = arith.constant dense<0xFF800000> : vector<4xf32>
      %number = arith.constant dense<-1.442695041e+00> : vector<4xf32>
      %number_1 = arith.constant dense<126.0> : vector<4xf32>
      %number_2 = arith.constant dense<-126.0> : vector<4xf32>
      %number_3 = arith.constant dense<5.000000000e-01> : vector<4xf32>
      %number_4 = arith.constant dense<1.326473180e-03> : vector<4xf32>
      %number_5 = arith.constant dense<9.671513944e-03> : vector<4xf32>
      %number_6 = arith.constant dense<5.550733732e-02> : vector<4xf32>
      %number_7 = arith.constant dense<2.402224206e-01> : vector<4xf32>
      %number_8 = arith.constant dense<6.931469776e-01> : vector<4xf32>
      %number_9 = arith.constant dense<1.0> : vector<4xf32>
      %constant = arith.constant dense<23> : vector<4xi32>
      %x = hal.interface.binding.subspan layout(#reads5_writes1) binding(0) alignment(64) offset(%c0) : memref<128xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads5_writes1) binding(1) alignment(64) offset(%c0) : memref<40xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads5_writes1) binding(2) alignment(64) offset(%c0) : memref<5xi32, #storage>
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
        %offset32 = memref.load %offsets[%tap] : memref<5xi32, #storage>
        %offset = arith.index_cast %offset32 : i32 to index
        %input = memref.load %x[%offset] : memref<128xf32, #storage>
        %spread = vector.broadcast %input : f32 to vector<4xf32>
        %at_1 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
        %weights = vector.load %values[%at_1] : memref<40xf32, #storage>, vector<4xf32>
        %acc_2 = vector.fma %weights, %spread, %acc : vector<4xf32>
        %at_2 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
        %weights_1 = vector.load %values[%at_2] : memref<40xf32, #storage>, vector<4xf32>
        %acc_3 = vector.fma %weights_1, %spread, %acc_1 : vector<4xf32>
        scf.yield %acc_2, %acc_3 : vector<4xf32>, vector<4xf32>
      }
      %active = arith.maximumf %accs#0, %floor : vector<4xf32>
      %exponent = arith.mulf %active, %number : vector<4xf32>
      %below = arith.minimumf %exponent, %number_1 : vector<4xf32>
      %above = arith.maximumf %below, %number_2 : vector<4xf32>
      %up = arith.addf %above, %number_3 : vector<4xf32>
      %n = math.floor %up : vector<4xf32>
      %rest = arith.subf %above, %n : vector<4xf32>
      %fma = math.fma %number_4, %rest, %number_5 : vector<4xf32>
      %fma_1 = math.fma %fma, %rest, %number_6 : vector<4xf32>
      %fma_2 = math.fma %fma_1, %rest, %number_7 : vector<4xf32>
      %fma_3 = math.fma %fma_2, %rest, %number_8 : vector<4xf32>
      %fma_4 = math.fma %fma_3, %rest, %number_9 : vector<4xf32>
      %bits = arith.bitcast %fma_4 : vector<4xf32> to vector<4xi32>
      %steps = arith.fptosi %n : vector<4xf32> to vector<4xi32>
      %scale = arith.shli %steps, %constant : vector<4xi32>
      %scaled = arith.addi %bits, %scale : vector<4xi32>
      %power = arith.bitcast %scaled : vector<4xi32> to vector<4xf32>
      %total = arith.addf %power, %number_9 : vector<4xf32>
      %share = arith.divf %number_9, %total fastmath<ninf,arcp,contract> : vector<4xf32>
      vector.store %share, %out[%to] : memref<8xf32, #storage>, vector<4xf32>
      %active_1 = arith.maximumf %accs#1, %floor : vector<4xf32>
      %exponent_1 = arith.mulf %active_1, %number : vector<4xf32>
      %below_1 = arith.minimumf %exponent_1, %number_1 : vector<4xf32>
      %above_1 = arith.maximumf %below_1, %number_2 : vector<4xf32>
      %up_1 = arith.addf %above_1, %number_3 : vector<4xf32>
      %n_1 = math.floor %up_1 : vector<4xf32>
      %rest_1 = arith.subf %above_1, %n_1 : vector<4xf32>
      %fma_5 = math.fma %number_4, %rest_1, %number_5 : vector<4xf32>
      %fma_6 = math.fma %fma_5, %rest_1, %number_6 : vector<4xf32>
      %fma_7 = math.fma %fma_6, %rest_1, %number_7 : vector<4xf32>
      %fma_8 = math.fma %fma_7, %rest_1, %number_8 : vector<4xf32>
      %fma_9 = math.fma %fma_8, %rest_1, %number_9 : vector<4xf32>
      %bits_1 = arith.bitcast %fma_9 : vector<4xf32> to vector<4xi32>
      %steps_1 = arith.fptosi %n_1 : vector<4xf32> to vector<4xi32>
      %scale_1 = arith.shli %steps_1, %constant : vector<4xi32>
      %scaled_1 = arith.addi %bits_1, %scale_1 : vector<4xi32>
      %power_1 = arith.bitcast %scaled_1 : vector<4xi32> to vector<4xf32>
      %total_1 = arith.addf %power_1, %number_9 : vector<4xf32>
      %share_1 = arith.divf %number_9, %total_1 fastmath<ninf,arcp,contract> : vector<4xf32>
      %at_1 = affine.apply affine_map<(to) -> (to + 4)>(%to)
      vector.store %share_1, %out[%at_1] : memref<8xf32, #storage>, vector<4xf32>
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
