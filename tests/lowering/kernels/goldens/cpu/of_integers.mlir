#storage = #hal.descriptor_type<storage_buffer>
#reads6_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @fc.values = #flow.parameter.named<"model"::"fc.values"> : tensor<2x8xi32>
util.global private @fc.offsets = #flow.parameter.named<"model"::"fc.offsets"> : tensor<2xi32>
util.global private @fc.starts = #flow.parameter.named<"model"::"fc.starts"> : tensor<2xi32>
util.global private @fc.bias = #flow.parameter.named<"model"::"fc.bias"> : tensor<1x8xi32>
util.global private @fc.factors = #flow.parameter.named<"model"::"fc.factors"> : tensor<1x8xf32>
hal.executable.source private @fc_kernel {
  hal.executable.export public @fc ordinal(0) layout(#reads6_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    hal.return %c1, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @fc() attributes {translation_info = #workgroup_of_1} {
      // A packed fully connected layer: a row of outputs walks its taps once, so that every weight is read once, in order.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %bound = arith.constant dense<-128.0> : vector<4xf32>
      %bound_1 = arith.constant dense<127.0> : vector<4xf32>
      %whole = arith.constant dense<1.258291200e+07> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads6_writes1) binding(0) alignment(64) offset(%c0) : memref<32xi32, #storage>
      %values = hal.interface.binding.subspan layout(#reads6_writes1) binding(1) alignment(64) offset(%c0) : memref<16xi32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads6_writes1) binding(2) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %starts = hal.interface.binding.subspan layout(#reads6_writes1) binding(3) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads6_writes1) binding(4) alignment(64) offset(%c0) : memref<8xi32, #storage>
      %factors = hal.interface.binding.subspan layout(#reads6_writes1) binding(5) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads6_writes1) binding(6) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %row = hal.interface.workgroup.id[0] : index
      %next_row = arith.addi %row, %c1 : index
      %tap_first32 = memref.load %starts[%row] : memref<2xi32, #storage>
      %tap_end32 = memref.load %starts[%next_row] : memref<2xi32, #storage>
      %tap_first = arith.index_cast %tap_first32 : i32 to index
      %tap_end = arith.index_cast %tap_end32 : i32 to index
      %to = affine.apply affine_map<(row) -> (row * 8)>(%row)
      %start = vector.load %bias[%to] : memref<8xi32, #storage>, vector<4xi32>
      %at = affine.apply affine_map<(to) -> (to + 4)>(%to)
      %start_1 = vector.load %bias[%at] : memref<8xi32, #storage>, vector<4xi32>
      %accs:2 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %start, %acc_1 = %start_1) -> (vector<4xi32>, vector<4xi32>) {
        %offset32 = memref.load %offsets[%tap] : memref<2xi32, #storage>
        %offset = arith.index_cast %offset32 : i32 to index
        %input = memref.load %x[%offset] : memref<32xi32, #storage>
        %spread = vector.broadcast %input : i32 to vector<4xi32>
        %at_1 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
        %weights = vector.load %values[%at_1] : memref<16xi32, #storage>, vector<4xi32>
        %bytes = vector.bitcast %spread : vector<4xi32> to vector<16xi8>
        %bytes_1 = vector.bitcast %weights : vector<4xi32> to vector<16xi8>
        %acc_2 = arm_neon.intr.sdot %acc, %bytes, %bytes_1 : vector<16xi8>, vector<16xi8> to vector<4xi32>
        %at_2 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
        %weights_1 = vector.load %values[%at_2] : memref<16xi32, #storage>, vector<4xi32>
        %bytes_2 = vector.bitcast %spread : vector<4xi32> to vector<16xi8>
        %bytes_3 = vector.bitcast %weights_1 : vector<4xi32> to vector<16xi8>
        %acc_3 = arm_neon.intr.sdot %acc_1, %bytes_2, %bytes_3 : vector<16xi8>, vector<16xi8> to vector<4xi32>
        scf.yield %acc_2, %acc_3 : vector<4xi32>, vector<4xi32>
      }
      %factors_1 = vector.load %factors[%to] : memref<8xf32, #storage>, vector<4xf32>
      %total = arith.sitofp %accs#0 : vector<4xi32> to vector<4xf32>
      %scaled = arith.mulf %total, %factors_1 : vector<4xf32>
      %bounded = arith.maxnumf %scaled, %bound fastmath<nnan> : vector<4xf32>
      %bounded_1 = arith.minnumf %bounded, %bound_1 fastmath<nnan> : vector<4xf32>
      %rounded = arith.addf %bounded_1, %whole : vector<4xf32>
      %byte = arith.bitcast %rounded : vector<4xf32> to vector<4xi32>
      %low = arith.trunci %byte : vector<4xi32> to vector<4xi8>
      %words = vector.bitcast %low : vector<4xi8> to vector<1xi32>
      %at_1 = affine.apply affine_map<(to) -> (to floordiv 4)>(%to)
      vector.store %words, %out[%at_1] : memref<2xi32, #storage>, vector<1xi32>
      %at_2 = affine.apply affine_map<(to) -> (to + 4)>(%to)
      %factors_2 = vector.load %factors[%at_2] : memref<8xf32, #storage>, vector<4xf32>
      %total_1 = arith.sitofp %accs#1 : vector<4xi32> to vector<4xf32>
      %scaled_1 = arith.mulf %total_1, %factors_2 : vector<4xf32>
      %bounded_2 = arith.maxnumf %scaled_1, %bound fastmath<nnan> : vector<4xf32>
      %bounded_3 = arith.minnumf %bounded_2, %bound_1 fastmath<nnan> : vector<4xf32>
      %rounded_1 = arith.addf %bounded_3, %whole : vector<4xf32>
      %byte_1 = arith.bitcast %rounded_1 : vector<4xf32> to vector<4xi32>
      %low_1 = arith.trunci %byte_1 : vector<4xi32> to vector<4xi8>
      %words_1 = vector.bitcast %low_1 : vector<4xi8> to vector<1xi32>
      %at_3 = affine.apply affine_map<(to) -> ((to + 4) floordiv 4)>(%to)
      vector.store %words_1, %out[%at_3] : memref<2xi32, #storage>, vector<1xi32>
      return
    }
  }
}
func.func private @fc(%x: tensor<2x1x16xi32>) -> tensor<2xi32> {
  %values = util.global.load @fc.values : tensor<2x8xi32>
  %offsets = util.global.load @fc.offsets : tensor<2xi32>
  %starts = util.global.load @fc.starts : tensor<2xi32>
  %bias = util.global.load @fc.bias : tensor<1x8xi32>
  %factors = util.global.load @fc.factors : tensor<1x8xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<2x1x16xi32> into tensor<32xi32>
  %result = flow.dispatch @fc_kernel::@fc(%x.flat, %values, %offsets, %starts, %bias, %factors) : (tensor<32xi32>, tensor<2x8xi32>, tensor<2xi32>, tensor<2xi32>, tensor<1x8xi32>, tensor<1x8xf32>) -> tensor<2xi32>
  return %result : tensor<2xi32>
}
