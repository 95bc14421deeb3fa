#storage = #hal.descriptor_type<storage_buffer>
#reads6_writes1_part = #hal.pipeline.layout<constants = 1, bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_64 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [64, 1, 1]>
util.global private @conv.values = #flow.parameter.named<"model"::"conv.values"> : tensor<162x8xf16>
util.global private @conv.offsets = #flow.parameter.named<"model"::"conv.offsets"> : tensor<162xi32>
util.global private @conv.bounds = #flow.parameter.named<"model"::"conv.bounds"> : tensor<2x2x2xi32>
util.global private @conv.bias = #flow.parameter.named<"model"::"conv.bias"> : tensor<2x8xf32>
util.global private @conv.mask = #flow.parameter.named<"model"::"conv.mask"> : tensor<112xf32>
hal.executable.source private @conv_kernel {
  hal.executable.export public @conv ordinal(0) layout(#reads6_writes1_part) count(%device: !hal.device, %groups: index) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    hal.return %groups, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv() attributes {translation_info = #workgroup_of_64} {
      // A packed 3D convolution. A workgroup is 64 invocations on one row of filters and one frame.
      // An invocation holds 4 positions (64 apart, so that neighbours load neighbours) x 8 filters as accumulators.
      // A tap is one offset, 2 vectors of weights (the same for all invocations) and 4 inputs.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c111 = arith.constant 111 : index
      %c16 = arith.constant 16 : index
      %c84 = arith.constant 84 : index
      %zero = arith.constant dense<0.0> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads6_writes1_part) binding(0) alignment(64) offset(%c0) : memref<672xf16, #storage>
      %values = hal.interface.binding.subspan layout(#reads6_writes1_part) binding(1) alignment(64) offset(%c0) : memref<324xvector<4xf16>, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads6_writes1_part) binding(2) alignment(64) offset(%c0) : memref<162xi32, #storage>
      %bounds = hal.interface.binding.subspan layout(#reads6_writes1_part) binding(3) alignment(64) offset(%c0) : memref<8xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads6_writes1_part) binding(4) alignment(64) offset(%c0) : memref<4xvector<4xf32>, #storage>
      %mask = hal.interface.binding.subspan layout(#reads6_writes1_part) binding(5) alignment(64) offset(%c0) : memref<112xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads6_writes1_part) binding(6) alignment(64) offset(%c0) : memref<3584xf16, #storage>
      %first32 = hal.interface.constant.load layout(#reads6_writes1_part) ordinal(0) : i32
      %here = hal.interface.workgroup.id[0] : index
      %first = arith.index_cast %first32 : i32 to index
      %number = arith.addi %first, %here : index
      %span = arith.remui %number, %c1 : index
      %number_1 = arith.divui %number, %c1 : index
      %frame = arith.remui %number_1, %c2 : index
      %number_2 = arith.divui %number_1, %c2 : index
      %row = arith.remui %number_2, %c2 : index
      %number_3 = arith.divui %number_2, %c2 : index
      %thread = gpu.thread_id x
      %at = affine.apply affine_map<(frame, row) -> ((frame * 2 + row) * 2)>(%frame, %row)
      %first32_1 = memref.load %bounds[%at] : memref<8xi32, #storage>
      %at_1 = affine.apply affine_map<(frame, row) -> ((frame * 2 + row) * 2 + 1)>(%frame, %row)
      %end32 = memref.load %bounds[%at_1] : memref<8xi32, #storage>
      %tap_first = arith.index_cast %first32_1 : i32 to index
      %tap_end = arith.index_cast %end32 : i32 to index
      %start = affine.apply affine_map<(span, thread) -> (span * 256 + thread)>(%span, %thread)
      %place = arith.minsi %start, %c111 : index
      %place_1 = affine.apply affine_map<(start) -> (start + 64)>(%start)
      %place_2 = arith.minsi %place_1, %c111 : index
      %place_3 = affine.apply affine_map<(start) -> (start + 128)>(%start)
      %place_4 = arith.minsi %place_3, %c111 : index
      %place_5 = affine.apply affine_map<(start) -> (start + 192)>(%start)
      %place_6 = arith.minsi %place_5, %c111 : index
      %x_frame = affine.apply affine_map<(frame) -> (frame * 112)>(%frame)
      %place_7 = arith.maxsi %place, %c16 : index
      %place_8 = arith.minsi %place_7, %c84 : index
      %input_of = arith.addi %place_8, %x_frame : index
      %place_9 = arith.maxsi %place_2, %c16 : index
      %place_10 = arith.minsi %place_9, %c84 : index
      %input_of_1 = arith.addi %place_10, %x_frame : index
      %place_11 = arith.maxsi %place_4, %c16 : index
      %place_12 = arith.minsi %place_11, %c84 : index
      %input_of_2 = arith.addi %place_12, %x_frame : index
      %place_13 = arith.maxsi %place_6, %c16 : index
      %place_14 = arith.minsi %place_13, %c84 : index
      %input_of_3 = arith.addi %place_14, %x_frame : index
      %accs:8 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %zero, %acc_1 = %zero, %acc_2 = %zero, %acc_3 = %zero, %acc_4 = %zero, %acc_5 = %zero, %acc_6 = %zero, %acc_7 = %zero) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
        %offset32 = memref.load %offsets[%tap] : memref<162xi32, #storage>
        %offset = arith.index_cast %offset32 : i32 to index
        %input_at = arith.addi %input_of, %offset : index
        %input = memref.load %x[%input_at] : memref<672xf16, #storage>
        %input_1 = arith.extf %input : f16 to f32
        %spread = vector.broadcast %input_1 : f32 to vector<4xf32>
        %input_at_1 = arith.addi %input_of_1, %offset : index
        %input_2 = memref.load %x[%input_at_1] : memref<672xf16, #storage>
        %input_2_1 = arith.extf %input_2 : f16 to f32
        %spread_1 = vector.broadcast %input_2_1 : f32 to vector<4xf32>
        %input_at_2 = arith.addi %input_of_2, %offset : index
        %input_3 = memref.load %x[%input_at_2] : memref<672xf16, #storage>
        %input_3_1 = arith.extf %input_3 : f16 to f32
        %spread_2 = vector.broadcast %input_3_1 : f32 to vector<4xf32>
        %input_at_3 = arith.addi %input_of_3, %offset : index
        %input_4 = memref.load %x[%input_at_3] : memref<672xf16, #storage>
        %input_4_1 = arith.extf %input_4 : f16 to f32
        %spread_3 = vector.broadcast %input_4_1 : f32 to vector<4xf32>
        %at_2 = affine.apply affine_map<(tap) -> (tap * 2)>(%tap)
        %weights = memref.load %values[%at_2] : memref<324xvector<4xf16>, #storage>
        %weights_1 = arith.extf %weights : vector<4xf16> to vector<4xf32>
        %acc_8 = math.fma %weights_1, %spread, %acc : vector<4xf32>
        %acc_9 = math.fma %weights_1, %spread_1, %acc_1 : vector<4xf32>
        %acc_10 = math.fma %weights_1, %spread_2, %acc_2 : vector<4xf32>
        %acc_11 = math.fma %weights_1, %spread_3, %acc_3 : vector<4xf32>
        %at_3 = affine.apply affine_map<(tap) -> (tap * 2 + 1)>(%tap)
        %weights_2 = memref.load %values[%at_3] : memref<324xvector<4xf16>, #storage>
        %weights_2_1 = arith.extf %weights_2 : vector<4xf16> to vector<4xf32>
        %acc_12 = math.fma %weights_2_1, %spread, %acc_4 : vector<4xf32>
        %acc_13 = math.fma %weights_2_1, %spread_1, %acc_5 : vector<4xf32>
        %acc_14 = math.fma %weights_2_1, %spread_2, %acc_6 : vector<4xf32>
        %acc_15 = math.fma %weights_2_1, %spread_3, %acc_7 : vector<4xf32>
        scf.yield %acc_8, %acc_9, %acc_10, %acc_11, %acc_12, %acc_13, %acc_14, %acc_15 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
      }
      %out_base = affine.apply affine_map<(row, frame) -> (row * 1792 + frame * 112)>(%row, %frame)
      %keep = memref.load %mask[%place] : memref<112xf32, #storage>
      %spread = vector.broadcast %keep : f32 to vector<4xf32>
      %keep_1 = memref.load %mask[%place_2] : memref<112xf32, #storage>
      %spread_1 = vector.broadcast %keep_1 : f32 to vector<4xf32>
      %keep_2 = memref.load %mask[%place_4] : memref<112xf32, #storage>
      %spread_2 = vector.broadcast %keep_2 : f32 to vector<4xf32>
      %keep_3 = memref.load %mask[%place_6] : memref<112xf32, #storage>
      %spread_3 = vector.broadcast %keep_3 : f32 to vector<4xf32>
      %to = arith.addi %out_base, %place : index
      %to_1 = arith.addi %out_base, %place_2 : index
      %to_2 = arith.addi %out_base, %place_4 : index
      %to_3 = arith.addi %out_base, %place_6 : index
      %at_2 = affine.apply affine_map<(row) -> (row * 2)>(%row)
      %bias_of = memref.load %bias[%at_2] : memref<4xvector<4xf32>, #storage>
      %out_at = affine.apply affine_map<(to) -> (to + 224)>(%to)
      %out_at_1 = affine.apply affine_map<(to) -> (to + 448)>(%to)
      %out_at_2 = affine.apply affine_map<(to) -> (to + 672)>(%to)
      %sum = arith.addf %accs#0, %bias_of : vector<4xf32>
      %active = arith.maximumf %sum, %zero : vector<4xf32>
      %kept = arith.mulf %active, %spread : vector<4xf32>
      %kept_1 = arith.truncf %kept : vector<4xf32> to vector<4xf16>
      %lane = vector.extract %kept_1[0] : f16 from vector<4xf16>
      memref.store %lane, %out[%to] : memref<3584xf16, #storage>
      %lane_1 = vector.extract %kept_1[1] : f16 from vector<4xf16>
      memref.store %lane_1, %out[%out_at] : memref<3584xf16, #storage>
      %lane_2 = vector.extract %kept_1[2] : f16 from vector<4xf16>
      memref.store %lane_2, %out[%out_at_1] : memref<3584xf16, #storage>
      %lane_3 = vector.extract %kept_1[3] : f16 from vector<4xf16>
      memref.store %lane_3, %out[%out_at_2] : memref<3584xf16, #storage>
      %out_at_3 = affine.apply affine_map<(to_1) -> (to_1 + 224)>(%to_1)
      %out_at_4 = affine.apply affine_map<(to_1) -> (to_1 + 448)>(%to_1)
      %out_at_5 = affine.apply affine_map<(to_1) -> (to_1 + 672)>(%to_1)
      %sum_1 = arith.addf %accs#1, %bias_of : vector<4xf32>
      %active_1 = arith.maximumf %sum_1, %zero : vector<4xf32>
      %kept_2 = arith.mulf %active_1, %spread_1 : vector<4xf32>
      %kept_2_1 = arith.truncf %kept_2 : vector<4xf32> to vector<4xf16>
      %lane_4 = vector.extract %kept_2_1[0] : f16 from vector<4xf16>
      memref.store %lane_4, %out[%to_1] : memref<3584xf16, #storage>
      %lane_5 = vector.extract %kept_2_1[1] : f16 from vector<4xf16>
      memref.store %lane_5, %out[%out_at_3] : memref<3584xf16, #storage>
      %lane_6 = vector.extract %kept_2_1[2] : f16 from vector<4xf16>
      memref.store %lane_6, %out[%out_at_4] : memref<3584xf16, #storage>
      %lane_7 = vector.extract %kept_2_1[3] : f16 from vector<4xf16>
      memref.store %lane_7, %out[%out_at_5] : memref<3584xf16, #storage>
      %out_at_6 = affine.apply affine_map<(to_2) -> (to_2 + 224)>(%to_2)
      %out_at_7 = affine.apply affine_map<(to_2) -> (to_2 + 448)>(%to_2)
      %out_at_8 = affine.apply affine_map<(to_2) -> (to_2 + 672)>(%to_2)
      %sum_2 = arith.addf %accs#2, %bias_of : vector<4xf32>
      %active_2 = arith.maximumf %sum_2, %zero : vector<4xf32>
      %kept_3 = arith.mulf %active_2, %spread_2 : vector<4xf32>
      %kept_3_1 = arith.truncf %kept_3 : vector<4xf32> to vector<4xf16>
      %lane_8 = vector.extract %kept_3_1[0] : f16 from vector<4xf16>
      memref.store %lane_8, %out[%to_2] : memref<3584xf16, #storage>
      %lane_9 = vector.extract %kept_3_1[1] : f16 from vector<4xf16>
      memref.store %lane_9, %out[%out_at_6] : memref<3584xf16, #storage>
      %lane_10 = vector.extract %kept_3_1[2] : f16 from vector<4xf16>
      memref.store %lane_10, %out[%out_at_7] : memref<3584xf16, #storage>
      %lane_11 = vector.extract %kept_3_1[3] : f16 from vector<4xf16>
      memref.store %lane_11, %out[%out_at_8] : memref<3584xf16, #storage>
      %out_at_9 = affine.apply affine_map<(to_3) -> (to_3 + 224)>(%to_3)
      %out_at_10 = affine.apply affine_map<(to_3) -> (to_3 + 448)>(%to_3)
      %out_at_11 = affine.apply affine_map<(to_3) -> (to_3 + 672)>(%to_3)
      %sum_3 = arith.addf %accs#3, %bias_of : vector<4xf32>
      %active_3 = arith.maximumf %sum_3, %zero : vector<4xf32>
      %kept_4 = arith.mulf %active_3, %spread_3 : vector<4xf32>
      %kept_4_1 = arith.truncf %kept_4 : vector<4xf32> to vector<4xf16>
      %lane_12 = vector.extract %kept_4_1[0] : f16 from vector<4xf16>
      memref.store %lane_12, %out[%to_3] : memref<3584xf16, #storage>
      %lane_13 = vector.extract %kept_4_1[1] : f16 from vector<4xf16>
      memref.store %lane_13, %out[%out_at_9] : memref<3584xf16, #storage>
      %lane_14 = vector.extract %kept_4_1[2] : f16 from vector<4xf16>
      memref.store %lane_14, %out[%out_at_10] : memref<3584xf16, #storage>
      %lane_15 = vector.extract %kept_4_1[3] : f16 from vector<4xf16>
      memref.store %lane_15, %out[%out_at_11] : memref<3584xf16, #storage>
      %at_3 = affine.apply affine_map<(row) -> (row * 2 + 1)>(%row)
      %bias_of_1 = memref.load %bias[%at_3] : memref<4xvector<4xf32>, #storage>
      %out_at_12 = affine.apply affine_map<(to) -> (to + 896)>(%to)
      %out_at_13 = affine.apply affine_map<(to) -> (to + 1120)>(%to)
      %out_at_14 = affine.apply affine_map<(to) -> (to + 1344)>(%to)
      %out_at_15 = affine.apply affine_map<(to) -> (to + 1568)>(%to)
      %sum_4 = arith.addf %accs#4, %bias_of_1 : vector<4xf32>
      %active_4 = arith.maximumf %sum_4, %zero : vector<4xf32>
      %kept_5 = arith.mulf %active_4, %spread : vector<4xf32>
      %kept_5_1 = arith.truncf %kept_5 : vector<4xf32> to vector<4xf16>
      %lane_16 = vector.extract %kept_5_1[0] : f16 from vector<4xf16>
      memref.store %lane_16, %out[%out_at_12] : memref<3584xf16, #storage>
      %lane_17 = vector.extract %kept_5_1[1] : f16 from vector<4xf16>
      memref.store %lane_17, %out[%out_at_13] : memref<3584xf16, #storage>
      %lane_18 = vector.extract %kept_5_1[2] : f16 from vector<4xf16>
      memref.store %lane_18, %out[%out_at_14] : memref<3584xf16, #storage>
      %lane_19 = vector.extract %kept_5_1[3] : f16 from vector<4xf16>
      memref.store %lane_19, %out[%out_at_15] : memref<3584xf16, #storage>
      %out_at_16 = affine.apply affine_map<(to_1) -> (to_1 + 896)>(%to_1)
      %out_at_17 = affine.apply affine_map<(to_1) -> (to_1 + 1120)>(%to_1)
      %out_at_18 = affine.apply affine_map<(to_1) -> (to_1 + 1344)>(%to_1)
      %out_at_19 = affine.apply affine_map<(to_1) -> (to_1 + 1568)>(%to_1)
      %sum_5 = arith.addf %accs#5, %bias_of_1 : vector<4xf32>
      %active_5 = arith.maximumf %sum_5, %zero : vector<4xf32>
      %kept_6 = arith.mulf %active_5, %spread_1 : vector<4xf32>
      %kept_6_1 = arith.truncf %kept_6 : vector<4xf32> to vector<4xf16>
      %lane_20 = vector.extract %kept_6_1[0] : f16 from vector<4xf16>
      memref.store %lane_20, %out[%out_at_16] : memref<3584xf16, #storage>
      %lane_21 = vector.extract %kept_6_1[1] : f16 from vector<4xf16>
      memref.store %lane_21, %out[%out_at_17] : memref<3584xf16, #storage>
      %lane_22 = vector.extract %kept_6_1[2] : f16 from vector<4xf16>
      memref.store %lane_22, %out[%out_at_18] : memref<3584xf16, #storage>
      %lane_23 = vector.extract %kept_6_1[3] : f16 from vector<4xf16>
      memref.store %lane_23, %out[%out_at_19] : memref<3584xf16, #storage>
      %out_at_20 = affine.apply affine_map<(to_2) -> (to_2 + 896)>(%to_2)
      %out_at_21 = affine.apply affine_map<(to_2) -> (to_2 + 1120)>(%to_2)
      %out_at_22 = affine.apply affine_map<(to_2) -> (to_2 + 1344)>(%to_2)
      %out_at_23 = affine.apply affine_map<(to_2) -> (to_2 + 1568)>(%to_2)
      %sum_6 = arith.addf %accs#6, %bias_of_1 : vector<4xf32>
      %active_6 = arith.maximumf %sum_6, %zero : vector<4xf32>
      %kept_7 = arith.mulf %active_6, %spread_2 : vector<4xf32>
      %kept_7_1 = arith.truncf %kept_7 : vector<4xf32> to vector<4xf16>
      %lane_24 = vector.extract %kept_7_1[0] : f16 from vector<4xf16>
      memref.store %lane_24, %out[%out_at_20] : memref<3584xf16, #storage>
      %lane_25 = vector.extract %kept_7_1[1] : f16 from vector<4xf16>
      memref.store %lane_25, %out[%out_at_21] : memref<3584xf16, #storage>
      %lane_26 = vector.extract %kept_7_1[2] : f16 from vector<4xf16>
      memref.store %lane_26, %out[%out_at_22] : memref<3584xf16, #storage>
      %lane_27 = vector.extract %kept_7_1[3] : f16 from vector<4xf16>
      memref.store %lane_27, %out[%out_at_23] : memref<3584xf16, #storage>
      %out_at_24 = affine.apply affine_map<(to_3) -> (to_3 + 896)>(%to_3)
      %out_at_25 = affine.apply affine_map<(to_3) -> (to_3 + 1120)>(%to_3)
      %out_at_26 = affine.apply affine_map<(to_3) -> (to_3 + 1344)>(%to_3)
      %out_at_27 = affine.apply affine_map<(to_3) -> (to_3 + 1568)>(%to_3)
      %sum_7 = arith.addf %accs#7, %bias_of_1 : vector<4xf32>
      %active_7 = arith.maximumf %sum_7, %zero : vector<4xf32>
      %kept_8 = arith.mulf %active_7, %spread_3 : vector<4xf32>
      %kept_8_1 = arith.truncf %kept_8 : vector<4xf32> to vector<4xf16>
      %lane_28 = vector.extract %kept_8_1[0] : f16 from vector<4xf16>
      memref.store %lane_28, %out[%out_at_24] : memref<3584xf16, #storage>
      %lane_29 = vector.extract %kept_8_1[1] : f16 from vector<4xf16>
      memref.store %lane_29, %out[%out_at_25] : memref<3584xf16, #storage>
      %lane_30 = vector.extract %kept_8_1[2] : f16 from vector<4xf16>
      memref.store %lane_30, %out[%out_at_26] : memref<3584xf16, #storage>
      %lane_31 = vector.extract %kept_8_1[3] : f16 from vector<4xf16>
      memref.store %lane_31, %out[%out_at_27] : memref<3584xf16, #storage>
      return
    }
  }
}
func.func private @conv(%x: tensor<3x2x112xf16>) -> tensor<16x2x112xf16> {
  %values = util.global.load @conv.values : tensor<162x8xf16>
  %offsets = util.global.load @conv.offsets : tensor<162xi32>
  %bounds = util.global.load @conv.bounds : tensor<2x2x2xi32>
  %bias = util.global.load @conv.bias : tensor<2x8xf32>
  %mask = util.global.load @conv.mask : tensor<112xf32>
  %c2 = arith.constant 2 : index
  %first0 = arith.constant 0 : i32
  %first2 = arith.constant 2 : i32
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x2x112xf16> into tensor<672xf16>
  %result = flow.dispatch @conv_kernel::@conv[%c2](%first0, %x.flat, %values, %offsets, %bounds, %bias, %mask) : (i32, tensor<672xf16>, tensor<162x8xf16>, tensor<162xi32>, tensor<2x2x2xi32>, tensor<2x8xf32>, tensor<112xf32>) -> tensor<16x2x112xf16>
  %result_1 = flow.dispatch @conv_kernel::@conv[%c2](%first2, %x.flat, %values, %offsets, %bounds, %bias, %mask, %result) : (i32, tensor<672xf16>, tensor<162x8xf16>, tensor<162xi32>, tensor<2x2x2xi32>, tensor<2x8xf32>, tensor<112xf32>, tensor<16x2x112xf16>) -> %result
  return %result_1 : tensor<16x2x112xf16>
}
