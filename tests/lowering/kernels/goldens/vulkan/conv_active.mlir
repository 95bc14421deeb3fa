#storage = #hal.descriptor_type<storage_buffer>
#reads6_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_64 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [64, 1, 1]>
util.global private @conv.values = #flow.parameter.named<"model"::"conv.values"> : tensor<27x8xf32>
util.global private @conv.offsets = #flow.parameter.named<"model"::"conv.offsets"> : tensor<27xi32>
util.global private @conv.bounds = #flow.parameter.named<"model"::"conv.bounds"> : tensor<2x1x2xi32>
util.global private @conv.bias = #flow.parameter.named<"model"::"conv.bias"> : tensor<1x8xf32>
util.global private @conv.mask = #flow.parameter.named<"model"::"conv.mask"> : tensor<80xf32>
hal.executable.source private @conv_kernel {
  hal.executable.export public @conv ordinal(0) layout(#reads6_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    hal.return %c1, %c2, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv() attributes {translation_info = #workgroup_of_64} {
      // A packed 3D convolution. A workgroup is 64 invocations on one row of filters and one frame.
      // An invocation holds 4 positions (64 apart, so that neighbours load neighbours) x 8 filters as accumulators.
      // A tap is one offset, 2 vectors of weights (the same for all invocations) and 4 inputs.
      %c0 = arith.constant 0 : index
      %c79 = arith.constant 79 : index
      %c16 = arith.constant 16 : index
      %c49 = arith.constant 49 : index
      %zero = arith.constant dense<0.0> : vector<4xf32>
      %c1 = arith.constant 1 : index
      %floor = arith.constant dense<0xFF800000> : vector<4xf32>
      %number = arith.constant dense<3.0> : vector<4xf32>
      %number_1 = arith.constant dense<6.0> : vector<4xf32>
      %number_2 = arith.constant dense<1.666666667e-01> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads6_writes1) binding(0) alignment(64) offset(%c0) : memref<480xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads6_writes1) binding(1) alignment(64) offset(%c0) : memref<54xvector<4xf32>, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads6_writes1) binding(2) alignment(64) offset(%c0) : memref<27xi32, #storage>
      %bounds = hal.interface.binding.subspan layout(#reads6_writes1) binding(3) alignment(64) offset(%c0) : memref<4xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads6_writes1) binding(4) alignment(64) offset(%c0) : memref<2xvector<4xf32>, #storage>
      %mask = hal.interface.binding.subspan layout(#reads6_writes1) binding(5) alignment(64) offset(%c0) : memref<80xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads6_writes1) binding(6) alignment(64) offset(%c0) : memref<1280xf32, #storage>
      %span = hal.interface.workgroup.id[0] : index
      %frame = hal.interface.workgroup.id[1] : index
      %row = hal.interface.workgroup.id[2] : index
      %thread = gpu.thread_id x
      %at = affine.apply affine_map<(frame, row) -> ((frame + row) * 2)>(%frame, %row)
      %first32 = memref.load %bounds[%at] : memref<4xi32, #storage>
      %at_1 = affine.apply affine_map<(frame, row) -> ((frame + row) * 2 + 1)>(%frame, %row)
      %end32 = memref.load %bounds[%at_1] : memref<4xi32, #storage>
      %tap_first = arith.index_cast %first32 : i32 to index
      %tap_end = arith.index_cast %end32 : i32 to index
      %start = affine.apply affine_map<(span, thread) -> (span * 256 + thread)>(%span, %thread)
      %place = arith.minsi %start, %c79 : index
      %place_1 = affine.apply affine_map<(start) -> (start + 64)>(%start)
      %place_2 = arith.minsi %place_1, %c79 : index
      %place_3 = affine.apply affine_map<(start) -> (start + 128)>(%start)
      %place_4 = arith.minsi %place_3, %c79 : index
      %place_5 = affine.apply affine_map<(start) -> (start + 192)>(%start)
      %place_6 = arith.minsi %place_5, %c79 : index
      %x_frame = affine.apply affine_map<(frame) -> (frame * 80)>(%frame)
      %place_7 = arith.maxsi %place, %c16 : index
      %place_8 = arith.minsi %place_7, %c49 : index
      %input_of = arith.addi %place_8, %x_frame : index
      %place_9 = arith.maxsi %place_2, %c16 : index
      %place_10 = arith.minsi %place_9, %c49 : index
      %input_of_1 = arith.addi %place_10, %x_frame : index
      %place_11 = arith.maxsi %place_4, %c16 : index
      %place_12 = arith.minsi %place_11, %c49 : index
      %input_of_2 = arith.addi %place_12, %x_frame : index
      %place_13 = arith.maxsi %place_6, %c16 : index
      %place_14 = arith.minsi %place_13, %c49 : index
      %input_of_3 = arith.addi %place_14, %x_frame : index
      %accs:8 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %zero, %acc_1 = %zero, %acc_2 = %zero, %acc_3 = %zero, %acc_4 = %zero, %acc_5 = %zero, %acc_6 = %zero, %acc_7 = %zero) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
        %offset32 = memref.load %offsets[%tap] : memref<27xi32, #storage>
        %offset = arith.index_cast %offset32 : i32 to index
        %input_at = arith.addi %input_of, %offset : index
        %input = memref.load %x[%input_at] : memref<480xf32, #storage>
        %spread = vector.broadcast %input : f32 to vector<4xf32>
        %input_at_1 = arith.addi %input_of_1, %offset : index
        %input_1 = memref.load %x[%input_at_1] : memref<480xf32, #storage>
        %spread_1 = vector.broadcast %input_1 : f32 to vector<4xf32>
        %input_at_2 = arith.addi %input_of_2, %offset : index
        %input_2 = memref.load %x[%input_at_2] : memref<480xf32, #storage>
        %spread_2 = vector.broadcast %input_2 : f32 to vector<4xf32>
        %input_at_3 = arith.addi %input_of_3, %offset : index
        %input_3 = memref.load %x[%input_at_3] : memref<480xf32, #storage>
        %spread_3 = vector.broadcast %input_3 : f32 to vector<4xf32>
        %at_2 = affine.apply affine_map<(tap) -> (tap * 2)>(%tap)
        %weights = memref.load %values[%at_2] : memref<54xvector<4xf32>, #storage>
        %acc_8 = math.fma %weights, %spread, %acc : vector<4xf32>
        %acc_9 = math.fma %weights, %spread_1, %acc_1 : vector<4xf32>
        %acc_10 = math.fma %weights, %spread_2, %acc_2 : vector<4xf32>
        %acc_11 = math.fma %weights, %spread_3, %acc_3 : vector<4xf32>
        %at_3 = affine.apply affine_map<(tap) -> (tap * 2 + 1)>(%tap)
        %weights_1 = memref.load %values[%at_3] : memref<54xvector<4xf32>, #storage>
        %acc_12 = math.fma %weights_1, %spread, %acc_4 : vector<4xf32>
        %acc_13 = math.fma %weights_1, %spread_1, %acc_5 : vector<4xf32>
        %acc_14 = math.fma %weights_1, %spread_2, %acc_6 : vector<4xf32>
        %acc_15 = math.fma %weights_1, %spread_3, %acc_7 : vector<4xf32>
        scf.yield %acc_8, %acc_9, %acc_10, %acc_11, %acc_12, %acc_13, %acc_14, %acc_15 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
      }
      %out_base = affine.apply affine_map<(row, frame) -> (row * 1280 + frame * 80)>(%row, %frame)
      %keep = memref.load %mask[%place] : memref<80xf32, #storage>
      %spread = vector.broadcast %keep : f32 to vector<4xf32>
      %keep_1 = memref.load %mask[%place_2] : memref<80xf32, #storage>
      %spread_1 = vector.broadcast %keep_1 : f32 to vector<4xf32>
      %keep_2 = memref.load %mask[%place_4] : memref<80xf32, #storage>
      %spread_2 = vector.broadcast %keep_2 : f32 to vector<4xf32>
      %keep_3 = memref.load %mask[%place_6] : memref<80xf32, #storage>
      %spread_3 = vector.broadcast %keep_3 : f32 to vector<4xf32>
      %to = arith.addi %out_base, %place : index
      %to_1 = arith.addi %out_base, %place_2 : index
      %to_2 = arith.addi %out_base, %place_4 : index
      %to_3 = arith.addi %out_base, %place_6 : index
      %at_2 = affine.apply affine_map<(row) -> (row * 2)>(%row)
      %bias_of = memref.load %bias[%at_2] : memref<2xvector<4xf32>, #storage>
      %out_at = affine.apply affine_map<(to) -> (to + 160)>(%to)
      %out_at_1 = affine.apply affine_map<(to) -> (to + 320)>(%to)
      %out_at_2 = affine.apply affine_map<(to) -> (to + 480)>(%to)
      %sum = arith.addf %accs#0, %bias_of : vector<4xf32>
      %active = arith.maximumf %sum, %floor : vector<4xf32>
      %addf = arith.addf %active, %number : vector<4xf32>
      %maximumf = arith.maximumf %addf, %zero : vector<4xf32>
      %minimumf = arith.minimumf %maximumf, %number_1 : vector<4xf32>
      %mulf = arith.mulf %minimumf, %number_2 : vector<4xf32>
      %mulf_1 = arith.mulf %active, %mulf : vector<4xf32>
      %is_pixel = arith.cmpf ogt, %spread, %zero : vector<4xf32>
      %kept = arith.select %is_pixel, %mulf_1, %zero : vector<4xi1>, vector<4xf32>
      %lane = vector.extract %kept[0] : f32 from vector<4xf32>
      memref.store %lane, %out[%to] : memref<1280xf32, #storage>
      %lane_1 = vector.extract %kept[1] : f32 from vector<4xf32>
      memref.store %lane_1, %out[%out_at] : memref<1280xf32, #storage>
      %lane_2 = vector.extract %kept[2] : f32 from vector<4xf32>
      memref.store %lane_2, %out[%out_at_1] : memref<1280xf32, #storage>
      %lane_3 = vector.extract %kept[3] : f32 from vector<4xf32>
      memref.store %lane_3, %out[%out_at_2] : memref<1280xf32, #storage>
      %out_at_3 = affine.apply affine_map<(to_1) -> (to_1 + 160)>(%to_1)
      %out_at_4 = affine.apply affine_map<(to_1) -> (to_1 + 320)>(%to_1)
      %out_at_5 = affine.apply affine_map<(to_1) -> (to_1 + 480)>(%to_1)
      %sum_1 = arith.addf %accs#1, %bias_of : vector<4xf32>
      %active_1 = arith.maximumf %sum_1, %floor : vector<4xf32>
      %addf_1 = arith.addf %active_1, %number : vector<4xf32>
      %maximumf_1 = arith.maximumf %addf_1, %zero : vector<4xf32>
      %minimumf_1 = arith.minimumf %maximumf_1, %number_1 : vector<4xf32>
      %mulf_2 = arith.mulf %minimumf_1, %number_2 : vector<4xf32>
      %mulf_3 = arith.mulf %active_1, %mulf_2 : vector<4xf32>
      %is_pixel_1 = arith.cmpf ogt, %spread_1, %zero : vector<4xf32>
      %kept_1 = arith.select %is_pixel_1, %mulf_3, %zero : vector<4xi1>, vector<4xf32>
      %lane_4 = vector.extract %kept_1[0] : f32 from vector<4xf32>
      memref.store %lane_4, %out[%to_1] : memref<1280xf32, #storage>
      %lane_5 = vector.extract %kept_1[1] : f32 from vector<4xf32>
      memref.store %lane_5, %out[%out_at_3] : memref<1280xf32, #storage>
      %lane_6 = vector.extract %kept_1[2] : f32 from vector<4xf32>
      memref.store %lane_6, %out[%out_at_4] : memref<1280xf32, #storage>
      %lane_7 = vector.extract %kept_1[3] : f32 from vector<4xf32>
      memref.store %lane_7, %out[%out_at_5] : memref<1280xf32, #storage>
      %out_at_6 = affine.apply affine_map<(to_2) -> (to_2 + 160)>(%to_2)
      %out_at_7 = affine.apply affine_map<(to_2) -> (to_2 + 320)>(%to_2)
      %out_at_8 = affine.apply affine_map<(to_2) -> (to_2 + 480)>(%to_2)
      %sum_2 = arith.addf %accs#2, %bias_of : vector<4xf32>
      %active_2 = arith.maximumf %sum_2, %floor : vector<4xf32>
      %addf_2 = arith.addf %active_2, %number : vector<4xf32>
      %maximumf_2 = arith.maximumf %addf_2, %zero : vector<4xf32>
      %minimumf_2 = arith.minimumf %maximumf_2, %number_1 : vector<4xf32>
      %mulf_4 = arith.mulf %minimumf_2, %number_2 : vector<4xf32>
      %mulf_5 = arith.mulf %active_2, %mulf_4 : vector<4xf32>
      %is_pixel_2 = arith.cmpf ogt, %spread_2, %zero : vector<4xf32>
      %kept_2 = arith.select %is_pixel_2, %mulf_5, %zero : vector<4xi1>, vector<4xf32>
      %lane_8 = vector.extract %kept_2[0] : f32 from vector<4xf32>
      memref.store %lane_8, %out[%to_2] : memref<1280xf32, #storage>
      %lane_9 = vector.extract %kept_2[1] : f32 from vector<4xf32>
      memref.store %lane_9, %out[%out_at_6] : memref<1280xf32, #storage>
      %lane_10 = vector.extract %kept_2[2] : f32 from vector<4xf32>
      memref.store %lane_10, %out[%out_at_7] : memref<1280xf32, #storage>
      %lane_11 = vector.extract %kept_2[3] : f32 from vector<4xf32>
      memref.store %lane_11, %out[%out_at_8] : memref<1280xf32, #storage>
      %out_at_9 = affine.apply affine_map<(to_3) -> (to_3 + 160)>(%to_3)
      %out_at_10 = affine.apply affine_map<(to_3) -> (to_3 + 320)>(%to_3)
      %out_at_11 = affine.apply affine_map<(to_3) -> (to_3 + 480)>(%to_3)
      %sum_3 = arith.addf %accs#3, %bias_of : vector<4xf32>
      %active_3 = arith.maximumf %sum_3, %floor : vector<4xf32>
      %addf_3 = arith.addf %active_3, %number : vector<4xf32>
      %maximumf_3 = arith.maximumf %addf_3, %zero : vector<4xf32>
      %minimumf_3 = arith.minimumf %maximumf_3, %number_1 : vector<4xf32>
      %mulf_6 = arith.mulf %minimumf_3, %number_2 : vector<4xf32>
      %mulf_7 = arith.mulf %active_3, %mulf_6 : vector<4xf32>
      %is_pixel_3 = arith.cmpf ogt, %spread_3, %zero : vector<4xf32>
      %kept_3 = arith.select %is_pixel_3, %mulf_7, %zero : vector<4xi1>, vector<4xf32>
      %lane_12 = vector.extract %kept_3[0] : f32 from vector<4xf32>
      memref.store %lane_12, %out[%to_3] : memref<1280xf32, #storage>
      %lane_13 = vector.extract %kept_3[1] : f32 from vector<4xf32>
      memref.store %lane_13, %out[%out_at_9] : memref<1280xf32, #storage>
      %lane_14 = vector.extract %kept_3[2] : f32 from vector<4xf32>
      memref.store %lane_14, %out[%out_at_10] : memref<1280xf32, #storage>
      %lane_15 = vector.extract %kept_3[3] : f32 from vector<4xf32>
      memref.store %lane_15, %out[%out_at_11] : memref<1280xf32, #storage>
      %at_3 = affine.apply affine_map<(row) -> (row * 2 + 1)>(%row)
      %bias_of_1 = memref.load %bias[%at_3] : memref<2xvector<4xf32>, #storage>
      %out_at_12 = affine.apply affine_map<(to) -> (to + 640)>(%to)
      %out_at_13 = affine.apply affine_map<(to) -> (to + 800)>(%to)
      %out_at_14 = affine.apply affine_map<(to) -> (to + 960)>(%to)
      %out_at_15 = affine.apply affine_map<(to) -> (to + 1120)>(%to)
      %sum_4 = arith.addf %accs#4, %bias_of_1 : vector<4xf32>
      %active_4 = arith.maximumf %sum_4, %floor : vector<4xf32>
      %addf_4 = arith.addf %active_4, %number : vector<4xf32>
      %maximumf_4 = arith.maximumf %addf_4, %zero : vector<4xf32>
      %minimumf_4 = arith.minimumf %maximumf_4, %number_1 : vector<4xf32>
      %mulf_8 = arith.mulf %minimumf_4, %number_2 : vector<4xf32>
      %mulf_9 = arith.mulf %active_4, %mulf_8 : vector<4xf32>
      %is_pixel_4 = arith.cmpf ogt, %spread, %zero : vector<4xf32>
      %kept_4 = arith.select %is_pixel_4, %mulf_9, %zero : vector<4xi1>, vector<4xf32>
      %lane_16 = vector.extract %kept_4[0] : f32 from vector<4xf32>
      memref.store %lane_16, %out[%out_at_12] : memref<1280xf32, #storage>
      %lane_17 = vector.extract %kept_4[1] : f32 from vector<4xf32>
      memref.store %lane_17, %out[%out_at_13] : memref<1280xf32, #storage>
      %lane_18 = vector.extract %kept_4[2] : f32 from vector<4xf32>
      memref.store %lane_18, %out[%out_at_14] : memref<1280xf32, #storage>
      %lane_19 = vector.extract %kept_4[3] : f32 from vector<4xf32>
      memref.store %lane_19, %out[%out_at_15] : memref<1280xf32, #storage>
      %out_at_16 = affine.apply affine_map<(to_1) -> (to_1 + 640)>(%to_1)
      %out_at_17 = affine.apply affine_map<(to_1) -> (to_1 + 800)>(%to_1)
      %out_at_18 = affine.apply affine_map<(to_1) -> (to_1 + 960)>(%to_1)
      %out_at_19 = affine.apply affine_map<(to_1) -> (to_1 + 1120)>(%to_1)
      %sum_5 = arith.addf %accs#5, %bias_of_1 : vector<4xf32>
      %active_5 = arith.maximumf %sum_5, %floor : vector<4xf32>
      %addf_5 = arith.addf %active_5, %number : vector<4xf32>
      %maximumf_5 = arith.maximumf %addf_5, %zero : vector<4xf32>
      %minimumf_5 = arith.minimumf %maximumf_5, %number_1 : vector<4xf32>
      %mulf_10 = arith.mulf %minimumf_5, %number_2 : vector<4xf32>
      %mulf_11 = arith.mulf %active_5, %mulf_10 : vector<4xf32>
      %is_pixel_5 = arith.cmpf ogt, %spread_1, %zero : vector<4xf32>
      %kept_5 = arith.select %is_pixel_5, %mulf_11, %zero : vector<4xi1>, vector<4xf32>
      %lane_20 = vector.extract %kept_5[0] : f32 from vector<4xf32>
      memref.store %lane_20, %out[%out_at_16] : memref<1280xf32, #storage>
      %lane_21 = vector.extract %kept_5[1] : f32 from vector<4xf32>
      memref.store %lane_21, %out[%out_at_17] : memref<1280xf32, #storage>
      %lane_22 = vector.extract %kept_5[2] : f32 from vector<4xf32>
      memref.store %lane_22, %out[%out_at_18] : memref<1280xf32, #storage>
      %lane_23 = vector.extract %kept_5[3] : f32 from vector<4xf32>
      memref.store %lane_23, %out[%out_at_19] : memref<1280xf32, #storage>
      %out_at_20 = affine.apply affine_map<(to_2) -> (to_2 + 640)>(%to_2)
      %out_at_21 = affine.apply affine_map<(to_2) -> (to_2 + 800)>(%to_2)
      %out_at_22 = affine.apply affine_map<(to_2) -> (to_2 + 960)>(%to_2)
      %out_at_23 = affine.apply affine_map<(to_2) -> (to_2 + 1120)>(%to_2)
      %sum_6 = arith.addf %accs#6, %bias_of_1 : vector<4xf32>
      %active_6 = arith.maximumf %sum_6, %floor : vector<4xf32>
      %addf_6 = arith.addf %active_6, %number : vector<4xf32>
      %maximumf_6 = arith.maximumf %addf_6, %zero : vector<4xf32>
      %minimumf_6 = arith.minimumf %maximumf_6, %number_1 : vector<4xf32>
      %mulf_12 = arith.mulf %minimumf_6, %number_2 : vector<4xf32>
      %mulf_13 = arith.mulf %active_6, %mulf_12 : vector<4xf32>
      %is_pixel_6 = arith.cmpf ogt, %spread_2, %zero : vector<4xf32>
      %kept_6 = arith.select %is_pixel_6, %mulf_13, %zero : vector<4xi1>, vector<4xf32>
      %lane_24 = vector.extract %kept_6[0] : f32 from vector<4xf32>
      memref.store %lane_24, %out[%out_at_20] : memref<1280xf32, #storage>
      %lane_25 = vector.extract %kept_6[1] : f32 from vector<4xf32>
      memref.store %lane_25, %out[%out_at_21] : memref<1280xf32, #storage>
      %lane_26 = vector.extract %kept_6[2] : f32 from vector<4xf32>
      memref.store %lane_26, %out[%out_at_22] : memref<1280xf32, #storage>
      %lane_27 = vector.extract %kept_6[3] : f32 from vector<4xf32>
      memref.store %lane_27, %out[%out_at_23] : memref<1280xf32, #storage>
      %out_at_24 = affine.apply affine_map<(to_3) -> (to_3 + 640)>(%to_3)
      %out_at_25 = affine.apply affine_map<(to_3) -> (to_3 + 800)>(%to_3)
      %out_at_26 = affine.apply affine_map<(to_3) -> (to_3 + 960)>(%to_3)
      %out_at_27 = affine.apply affine_map<(to_3) -> (to_3 + 1120)>(%to_3)
      %sum_7 = arith.addf %accs#7, %bias_of_1 : vector<4xf32>
      %active_7 = arith.maximumf %sum_7, %floor : vector<4xf32>
      %addf_7 = arith.addf %active_7, %number : vector<4xf32>
      %maximumf_7 = arith.maximumf %addf_7, %zero : vector<4xf32>
      %minimumf_7 = arith.minimumf %maximumf_7, %number_1 : vector<4xf32>
      %mulf_14 = arith.mulf %minimumf_7, %number_2 : vector<4xf32>
      %mulf_15 = arith.mulf %active_7, %mulf_14 : vector<4xf32>
      %is_pixel_7 = arith.cmpf ogt, %spread_3, %zero : vector<4xf32>
      %kept_7 = arith.select %is_pixel_7, %mulf_15, %zero : vector<4xi1>, vector<4xf32>
      %lane_28 = vector.extract %kept_7[0] : f32 from vector<4xf32>
      memref.store %lane_28, %out[%out_at_24] : memref<1280xf32, #storage>
      %lane_29 = vector.extract %kept_7[1] : f32 from vector<4xf32>
      memref.store %lane_29, %out[%out_at_25] : memref<1280xf32, #storage>
      %lane_30 = vector.extract %kept_7[2] : f32 from vector<4xf32>
      memref.store %lane_30, %out[%out_at_26] : memref<1280xf32, #storage>
      %lane_31 = vector.extract %kept_7[3] : f32 from vector<4xf32>
      memref.store %lane_31, %out[%out_at_27] : memref<1280xf32, #storage>
      return
    }
  }
}
func.func private @conv(%x: tensor<3x2x80xf32>) -> tensor<8x2x80xf32> {
  %values = util.global.load @conv.values : tensor<27x8xf32>
  %offsets = util.global.load @conv.offsets : tensor<27xi32>
  %bounds = util.global.load @conv.bounds : tensor<2x1x2xi32>
  %bias = util.global.load @conv.bias : tensor<1x8xf32>
  %mask = util.global.load @conv.mask : tensor<80xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x2x80xf32> into tensor<480xf32>
  %result = flow.dispatch @conv_kernel::@conv(%x.flat, %values, %offsets, %bounds, %bias, %mask) : (tensor<480xf32>, tensor<27x8xf32>, tensor<27xi32>, tensor<2x1x2xi32>, tensor<1x8xf32>, tensor<80xf32>) -> tensor<8x2x80xf32>
  return %result : tensor<8x2x80xf32>
}
