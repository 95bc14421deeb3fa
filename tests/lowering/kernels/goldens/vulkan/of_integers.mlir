#storage = #hal.descriptor_type<storage_buffer>
#reads6_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_2 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [2, 1, 1]>
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
    func.func @fc() attributes {translation_info = #workgroup_of_2} {
      // A packed fully connected layer of int8, four inputs to a word: an invocation is four outputs.
      // A workgroup is some rows of outputs, whose weights its invocations load side by side.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %bound = arith.constant dense<-128.0> : vector<4xf32>
      %bound_1 = arith.constant dense<127.0> : vector<4xf32>
      %whole = arith.constant dense<1.258291200e+07> : vector<4xf32>
      %below = arith.constant 255 : i32
      %bits = arith.constant 8 : i32
      %below_1 = arith.constant 65535 : i32
      %bits_1 = arith.constant 16 : i32
      %below_2 = arith.constant 16777215 : i32
      %bits_2 = arith.constant 24 : i32
      %x = hal.interface.binding.subspan layout(#reads6_writes1) binding(0) alignment(64) offset(%c0) : memref<32xi32, #storage>
      %values = hal.interface.binding.subspan layout(#reads6_writes1) binding(1) alignment(64) offset(%c0) : memref<4xvector<4xi32>, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads6_writes1) binding(2) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %starts = hal.interface.binding.subspan layout(#reads6_writes1) binding(3) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads6_writes1) binding(4) alignment(64) offset(%c0) : memref<2xvector<4xi32>, #storage>
      %factors = hal.interface.binding.subspan layout(#reads6_writes1) binding(5) alignment(64) offset(%c0) : memref<2xvector<4xf32>, #storage>
      %out = hal.interface.binding.subspan layout(#reads6_writes1) binding(6) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %part = hal.interface.workgroup.id[0] : index
      %thread = gpu.thread_id x
      %to = affine.min affine_map<(part, thread) -> (part * 2 + thread, 1)>(%part, %thread)
      %row = affine.apply affine_map<(to) -> (to floordiv 2)>(%to)
      %next_row = arith.addi %row, %c1 : index
      %tap_first32 = memref.load %starts[%row] : memref<2xi32, #storage>
      %tap_end32 = memref.load %starts[%next_row] : memref<2xi32, #storage>
      %tap_first = arith.index_cast %tap_first32 : i32 to index
      %tap_end = arith.index_cast %tap_end32 : i32 to index
      %bias_of = memref.load %bias[%to] : memref<2xvector<4xi32>, #storage>
      %lane = vector.extract %bias_of[0] : i32 from vector<4xi32>
      %lane_1 = vector.extract %bias_of[1] : i32 from vector<4xi32>
      %lane_2 = vector.extract %bias_of[2] : i32 from vector<4xi32>
      %lane_3 = vector.extract %bias_of[3] : i32 from vector<4xi32>
      %accs:4 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %lane, %acc_1 = %lane_1, %acc_2 = %lane_2, %acc_3 = %lane_3) -> (i32, i32, i32, i32) {
        %offset32 = memref.load %offsets[%tap] : memref<2xi32, #storage>
        %offset = arith.index_cast %offset32 : i32 to index
        %at = affine.apply affine_map<(tap, to) -> (tap * 2 + to mod 2)>(%tap, %to)
        %weights = memref.load %values[%at] : memref<4xvector<4xi32>, #storage>
        %input = memref.load %x[%offset] : memref<32xi32, #storage>
        %weight = vector.extract %weights[0] : i32 from vector<4xi32>
        %weight_1 = vector.extract %weights[1] : i32 from vector<4xi32>
        %weight_2 = vector.extract %weights[2] : i32 from vector<4xi32>
        %weight_3 = vector.extract %weights[3] : i32 from vector<4xi32>
        %dot = spirv.SDot %input, %weight, <PackedVectorFormat4x8Bit> : i32 -> i32
        %acc_4 = arith.addi %acc, %dot : i32
        %dot_1 = spirv.SDot %input, %weight_1, <PackedVectorFormat4x8Bit> : i32 -> i32
        %acc_5 = arith.addi %acc_1, %dot_1 : i32
        %dot_2 = spirv.SDot %input, %weight_2, <PackedVectorFormat4x8Bit> : i32 -> i32
        %acc_6 = arith.addi %acc_2, %dot_2 : i32
        %dot_3 = spirv.SDot %input, %weight_3, <PackedVectorFormat4x8Bit> : i32 -> i32
        %acc_7 = arith.addi %acc_3, %dot_3 : i32
        scf.yield %acc_4, %acc_5, %acc_6, %acc_7 : i32, i32, i32, i32
      }
      %sums = vector.from_elements %accs#0, %accs#1, %accs#2, %accs#3 : vector<4xi32>
      %factors_1 = memref.load %factors[%to] : memref<2xvector<4xf32>, #storage>
      %total = arith.sitofp %sums : vector<4xi32> to vector<4xf32>
      %scaled = arith.mulf %total, %factors_1 : vector<4xf32>
      %bounded = arith.maxnumf %scaled, %bound fastmath<nnan> : vector<4xf32>
      %bounded_1 = arith.minnumf %bounded, %bound_1 fastmath<nnan> : vector<4xf32>
      %rounded = arith.addf %bounded_1, %whole : vector<4xf32>
      %byte = arith.bitcast %rounded : vector<4xf32> to vector<4xi32>
      %byte_1 = vector.extract %byte[0] : i32 from vector<4xi32>
      %byte_2 = vector.extract %byte[1] : i32 from vector<4xi32>
      %byte_3 = vector.extract %byte[2] : i32 from vector<4xi32>
      %byte_4 = vector.extract %byte[3] : i32 from vector<4xi32>
      %kept = arith.andi %byte_1, %below : i32
      %moved = arith.shli %byte_2, %bits : i32
      %word = arith.ori %kept, %moved : i32
      %kept_1 = arith.andi %word, %below_1 : i32
      %moved_1 = arith.shli %byte_3, %bits_1 : i32
      %word_1 = arith.ori %kept_1, %moved_1 : i32
      %kept_2 = arith.andi %word_1, %below_2 : i32
      %moved_2 = arith.shli %byte_4, %bits_2 : i32
      %word_2 = arith.ori %kept_2, %moved_2 : i32
      memref.store %word_2, %out[%to] : memref<2xi32, #storage>
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
