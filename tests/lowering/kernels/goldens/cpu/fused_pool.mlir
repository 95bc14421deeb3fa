#storage = #hal.descriptor_type<storage_buffer>
#reads5_writes2 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @conv.pool.values = #flow.parameter.named<"model"::"conv.pool.values"> : tensor<162x8xf16>
util.global private @conv.pool.offsets = #flow.parameter.named<"model"::"conv.pool.offsets"> : tensor<162xi32>
util.global private @conv.pool.bounds = #flow.parameter.named<"model"::"conv.pool.bounds"> : tensor<2x2x2xi32>
util.global private @conv.pool.bias = #flow.parameter.named<"model"::"conv.pool.bias"> : tensor<2x8xf32>
hal.executable.source private @conv.pool_kernel {
  hal.executable.export public @conv.pool ordinal(0) layout(#reads5_writes2) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    hal.return %c1, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv.pool() attributes {translation_info = #workgroup_of_1} {
      // A packed convolution and a pool: the first fills 1 frames that stay in cache, which the second reads.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c16 = arith.constant 16 : index
      %c12 = arith.constant 12 : index
      %zero = arith.constant 0.0 : f16
      %zeros = arith.constant dense<0.0> : vector<4xf32>
      %c3 = arith.constant 3 : index
      %c4 = arith.constant 4 : index
      %x = hal.interface.binding.subspan layout(#reads5_writes2) binding(0) alignment(64) offset(%c0) : memref<672xf16, #storage>
      %values = hal.interface.binding.subspan layout(#reads5_writes2) binding(1) alignment(64) offset(%c0) : memref<1296xf16, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads5_writes2) binding(2) alignment(64) offset(%c0) : memref<162xi32, #storage>
      %bounds = hal.interface.binding.subspan layout(#reads5_writes2) binding(3) alignment(64) offset(%c0) : memref<8xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads5_writes2) binding(4) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads5_writes2) binding(5) alignment(64) offset(%c0) : memref<512xf16, #storage>
      %rolling = hal.interface.binding.subspan layout(#reads5_writes2) binding(6) alignment(64) offset(%c0) : memref<960xf16, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %buffer = affine.apply affine_map<(worker) -> (worker * 960)>(%worker)
      %share_first = affine.min affine_map<(worker) -> (worker * 2, worker)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 2 + 2, worker + 1)>(%worker)
      scf.for %chunk = %share_first to %share_end step %c1 {
        %step_end = affine.apply affine_map<(chunk) -> (chunk + 1)>(%chunk)
        %start = affine.min affine_map<(chunk, step_end) -> (chunk * 60 + 16, (chunk - step_end) * 60 + 76)>(%chunk, %step_end)
        scf.for %frame = %c0 to %c2 step %c1 {
          %is_first = arith.cmpi eq, %chunk, %c0 : index
          %is_last = arith.cmpi eq, %chunk, %c0 : index
          %head_end = arith.select %is_first, %c0, %c0 : index
          %tail_end = arith.select %is_last, %c16, %c12 : index
          // The zeros around the pixels of each plane.
          scf.for %channel = %c0 to %c16 step %c1 {
            %plane = affine.apply affine_map<(channel, frame) -> (channel * 32 + frame * 16)>(%channel, %frame)
            scf.for %i = %c0 to %head_end step %c1 {
              %at = arith.addi %plane, %i : index
              memref.store %zero, %out[%at] : memref<512xf16, #storage>
            }
            scf.for %i = %c12 to %tail_end step %c1 {
              %at = arith.addi %plane, %i : index
              memref.store %zero, %out[%at] : memref<512xf16, #storage>
            }
          }
          %first_tiles = affine.apply affine_map<(step_end, chunk) -> ((step_end - chunk) * 5)>(%step_end, %chunk)
          %earlier = affine.max affine_map<(frame) -> (0, frame)>(%frame)
          %at_start = arith.cmpi eq, %frame, %c0 : index
          %new_first = arith.select %at_start, %c0, %earlier : index
          %new_end = affine.min affine_map<(frame) -> (frame + 1, 2)>(%frame)
          scf.for %new = %new_first to %new_end step %c1 {
            %new_origin = affine.apply affine_map<(new, start) -> (new * 112 + start)>(%new, %start)
            %ahead_start = affine.apply affine_map<(new, start) -> (new * 112 + start + 213)>(%new, %start)
            // Rows of filters of one output frame: row > tile > tap, with 8 x 12 accumulators.
            scf.for %row = %c0 to %c2 step %c1 {
              %bounds_at = affine.apply affine_map<(new, row) -> ((new * 2 + row) * 2)>(%new, %row)
              %bounds_next = arith.addi %bounds_at, %c1 : index
              %bound = memref.load %bounds[%bounds_at] : memref<8xi32, #storage>
              %bound_1 = memref.load %bounds[%bounds_next] : memref<8xi32, #storage>
              %tap_first = arith.index_cast %bound : i32 to index
              %tap_end = arith.index_cast %bound_1 : i32 to index
              %bias_at = affine.apply affine_map<(row) -> (row * 8)>(%row)
              %row_to = affine.apply affine_map<(row, buffer) -> (row * 480 + buffer)>(%row, %buffer)
              scf.for %tile = %c0 to %first_tiles step %c1 {
                %position = affine.min affine_map<(tile) -> (tile * 12, 47)>(%tile)
                %x_at = arith.addi %position, %new_origin : index
                %bias_of = memref.load %bias[%bias_at] : memref<16xf32, #storage>
                %start_1 = vector.broadcast %bias_of : f32 to vector<4xf32>
                %at = affine.apply affine_map<(bias_at) -> (bias_at + 1)>(%bias_at)
                %bias_of_1 = memref.load %bias[%at] : memref<16xf32, #storage>
                %start_2 = vector.broadcast %bias_of_1 : f32 to vector<4xf32>
                %at_1 = affine.apply affine_map<(bias_at) -> (bias_at + 2)>(%bias_at)
                %bias_of_2 = memref.load %bias[%at_1] : memref<16xf32, #storage>
                %start_3 = vector.broadcast %bias_of_2 : f32 to vector<4xf32>
                %at_2 = affine.apply affine_map<(bias_at) -> (bias_at + 3)>(%bias_at)
                %bias_of_3 = memref.load %bias[%at_2] : memref<16xf32, #storage>
                %start_4 = vector.broadcast %bias_of_3 : f32 to vector<4xf32>
                %at_3 = affine.apply affine_map<(bias_at) -> (bias_at + 4)>(%bias_at)
                %bias_of_4 = memref.load %bias[%at_3] : memref<16xf32, #storage>
                %start_5 = vector.broadcast %bias_of_4 : f32 to vector<4xf32>
                %at_4 = affine.apply affine_map<(bias_at) -> (bias_at + 5)>(%bias_at)
                %bias_of_5 = memref.load %bias[%at_4] : memref<16xf32, #storage>
                %start_6 = vector.broadcast %bias_of_5 : f32 to vector<4xf32>
                %at_5 = affine.apply affine_map<(bias_at) -> (bias_at + 6)>(%bias_at)
                %bias_of_6 = memref.load %bias[%at_5] : memref<16xf32, #storage>
                %start_7 = vector.broadcast %bias_of_6 : f32 to vector<4xf32>
                %at_6 = affine.apply affine_map<(bias_at) -> (bias_at + 7)>(%bias_at)
                %bias_of_7 = memref.load %bias[%at_6] : memref<16xf32, #storage>
                %start_8 = vector.broadcast %bias_of_7 : f32 to vector<4xf32>
                %accs:24 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %start_1, %acc_1 = %start_1, %acc_2 = %start_1, %acc_3 = %start_2, %acc_4 = %start_2, %acc_5 = %start_2, %acc_6 = %start_3, %acc_7 = %start_3, %acc_8 = %start_3, %acc_9 = %start_4, %acc_10 = %start_4, %acc_11 = %start_4, %acc_12 = %start_5, %acc_13 = %start_5, %acc_14 = %start_5, %acc_15 = %start_6, %acc_16 = %start_6, %acc_17 = %start_6, %acc_18 = %start_7, %acc_19 = %start_7, %acc_20 = %start_7, %acc_21 = %start_8, %acc_22 = %start_8, %acc_23 = %start_8) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
                  %offset32 = memref.load %offsets[%tap] : memref<162xi32, #storage>
                  %offset = arith.index_cast %offset32 : i32 to index
                  %input_at = arith.addi %offset, %x_at : index
                  %input = vector.load %x[%input_at] : memref<672xf16, #storage>, vector<4xf16>
                  %input_1 = arith.extf %input : vector<4xf16> to vector<4xf32>
                  %at_7 = affine.apply affine_map<(input_at) -> (input_at + 4)>(%input_at)
                  %input_2 = vector.load %x[%at_7] : memref<672xf16, #storage>, vector<4xf16>
                  %input_2_1 = arith.extf %input_2 : vector<4xf16> to vector<4xf32>
                  %at_8 = affine.apply affine_map<(input_at) -> (input_at + 8)>(%input_at)
                  %input_3 = vector.load %x[%at_8] : memref<672xf16, #storage>, vector<4xf16>
                  %input_3_1 = arith.extf %input_3 : vector<4xf16> to vector<4xf32>
                  %at_9 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
                  %weights = vector.load %values[%at_9] : memref<1296xf16, #storage>, vector<4xf16>
                  %weights_1 = arith.extf %weights : vector<4xf16> to vector<4xf32>
                  %weight = vector.extract %weights_1[0] : f32 from vector<4xf32>
                  %spread = vector.broadcast %weight : f32 to vector<4xf32>
                  %weight_1 = vector.extract %weights_1[1] : f32 from vector<4xf32>
                  %spread_1 = vector.broadcast %weight_1 : f32 to vector<4xf32>
                  %weight_2 = vector.extract %weights_1[2] : f32 from vector<4xf32>
                  %spread_2 = vector.broadcast %weight_2 : f32 to vector<4xf32>
                  %weight_3 = vector.extract %weights_1[3] : f32 from vector<4xf32>
                  %spread_3 = vector.broadcast %weight_3 : f32 to vector<4xf32>
                  %at_10 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
                  %weights_2 = vector.load %values[%at_10] : memref<1296xf16, #storage>, vector<4xf16>
                  %weights_2_1 = arith.extf %weights_2 : vector<4xf16> to vector<4xf32>
                  %weight_4 = vector.extract %weights_2_1[0] : f32 from vector<4xf32>
                  %spread_4 = vector.broadcast %weight_4 : f32 to vector<4xf32>
                  %weight_5 = vector.extract %weights_2_1[1] : f32 from vector<4xf32>
                  %spread_5 = vector.broadcast %weight_5 : f32 to vector<4xf32>
                  %weight_6 = vector.extract %weights_2_1[2] : f32 from vector<4xf32>
                  %spread_6 = vector.broadcast %weight_6 : f32 to vector<4xf32>
                  %weight_7 = vector.extract %weights_2_1[3] : f32 from vector<4xf32>
                  %spread_7 = vector.broadcast %weight_7 : f32 to vector<4xf32>
                  %acc_24 = vector.fma %spread, %input_1, %acc : vector<4xf32>
                  %acc_25 = vector.fma %spread, %input_2_1, %acc_1 : vector<4xf32>
                  %acc_26 = vector.fma %spread, %input_3_1, %acc_2 : vector<4xf32>
                  %acc_27 = vector.fma %spread_1, %input_1, %acc_3 : vector<4xf32>
                  %acc_28 = vector.fma %spread_1, %input_2_1, %acc_4 : vector<4xf32>
                  %acc_29 = vector.fma %spread_1, %input_3_1, %acc_5 : vector<4xf32>
                  %acc_30 = vector.fma %spread_2, %input_1, %acc_6 : vector<4xf32>
                  %acc_31 = vector.fma %spread_2, %input_2_1, %acc_7 : vector<4xf32>
                  %acc_32 = vector.fma %spread_2, %input_3_1, %acc_8 : vector<4xf32>
                  %acc_33 = vector.fma %spread_3, %input_1, %acc_9 : vector<4xf32>
                  %acc_34 = vector.fma %spread_3, %input_2_1, %acc_10 : vector<4xf32>
                  %acc_35 = vector.fma %spread_3, %input_3_1, %acc_11 : vector<4xf32>
                  %acc_36 = vector.fma %spread_4, %input_1, %acc_12 : vector<4xf32>
                  %acc_37 = vector.fma %spread_4, %input_2_1, %acc_13 : vector<4xf32>
                  %acc_38 = vector.fma %spread_4, %input_3_1, %acc_14 : vector<4xf32>
                  %acc_39 = vector.fma %spread_5, %input_1, %acc_15 : vector<4xf32>
                  %acc_40 = vector.fma %spread_5, %input_2_1, %acc_16 : vector<4xf32>
                  %acc_41 = vector.fma %spread_5, %input_3_1, %acc_17 : vector<4xf32>
                  %acc_42 = vector.fma %spread_6, %input_1, %acc_18 : vector<4xf32>
                  %acc_43 = vector.fma %spread_6, %input_2_1, %acc_19 : vector<4xf32>
                  %acc_44 = vector.fma %spread_6, %input_3_1, %acc_20 : vector<4xf32>
                  %acc_45 = vector.fma %spread_7, %input_1, %acc_21 : vector<4xf32>
                  %acc_46 = vector.fma %spread_7, %input_2_1, %acc_22 : vector<4xf32>
                  %acc_47 = vector.fma %spread_7, %input_3_1, %acc_23 : vector<4xf32>
                  scf.yield %acc_24, %acc_25, %acc_26, %acc_27, %acc_28, %acc_29, %acc_30, %acc_31, %acc_32, %acc_33, %acc_34, %acc_35, %acc_36, %acc_37, %acc_38, %acc_39, %acc_40, %acc_41, %acc_42, %acc_43, %acc_44, %acc_45, %acc_46, %acc_47 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
                }
                %out_at = affine.apply affine_map<(position, row_to) -> (position + row_to)>(%position, %row_to)
                %active = arith.maximumf %accs#0, %zeros : vector<4xf32>
                %active_1 = arith.truncf %active : vector<4xf32> to vector<4xf16>
                vector.store %active_1, %rolling[%out_at] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_1 = affine.apply affine_map<(position, row_to) -> (position + row_to + 4)>(%position, %row_to)
                %active_2 = arith.maximumf %accs#1, %zeros : vector<4xf32>
                %active_2_1 = arith.truncf %active_2 : vector<4xf32> to vector<4xf16>
                vector.store %active_2_1, %rolling[%out_at_1] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_2 = affine.apply affine_map<(position, row_to) -> (position + row_to + 8)>(%position, %row_to)
                %active_3 = arith.maximumf %accs#2, %zeros : vector<4xf32>
                %active_3_1 = arith.truncf %active_3 : vector<4xf32> to vector<4xf16>
                vector.store %active_3_1, %rolling[%out_at_2] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_3 = affine.apply affine_map<(position, row_to) -> (position + row_to + 60)>(%position, %row_to)
                %active_4 = arith.maximumf %accs#3, %zeros : vector<4xf32>
                %active_4_1 = arith.truncf %active_4 : vector<4xf32> to vector<4xf16>
                vector.store %active_4_1, %rolling[%out_at_3] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_4 = affine.apply affine_map<(position, row_to) -> (position + row_to + 64)>(%position, %row_to)
                %active_5 = arith.maximumf %accs#4, %zeros : vector<4xf32>
                %active_5_1 = arith.truncf %active_5 : vector<4xf32> to vector<4xf16>
                vector.store %active_5_1, %rolling[%out_at_4] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_5 = affine.apply affine_map<(position, row_to) -> (position + row_to + 68)>(%position, %row_to)
                %active_6 = arith.maximumf %accs#5, %zeros : vector<4xf32>
                %active_6_1 = arith.truncf %active_6 : vector<4xf32> to vector<4xf16>
                vector.store %active_6_1, %rolling[%out_at_5] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_6 = affine.apply affine_map<(position, row_to) -> (position + row_to + 120)>(%position, %row_to)
                %active_7 = arith.maximumf %accs#6, %zeros : vector<4xf32>
                %active_7_1 = arith.truncf %active_7 : vector<4xf32> to vector<4xf16>
                vector.store %active_7_1, %rolling[%out_at_6] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_7 = affine.apply affine_map<(position, row_to) -> (position + row_to + 124)>(%position, %row_to)
                %active_8 = arith.maximumf %accs#7, %zeros : vector<4xf32>
                %active_8_1 = arith.truncf %active_8 : vector<4xf32> to vector<4xf16>
                vector.store %active_8_1, %rolling[%out_at_7] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_8 = affine.apply affine_map<(position, row_to) -> (position + row_to + 128)>(%position, %row_to)
                %active_9 = arith.maximumf %accs#8, %zeros : vector<4xf32>
                %active_9_1 = arith.truncf %active_9 : vector<4xf32> to vector<4xf16>
                vector.store %active_9_1, %rolling[%out_at_8] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_9 = affine.apply affine_map<(position, row_to) -> (position + row_to + 180)>(%position, %row_to)
                %active_10 = arith.maximumf %accs#9, %zeros : vector<4xf32>
                %active_10_1 = arith.truncf %active_10 : vector<4xf32> to vector<4xf16>
                vector.store %active_10_1, %rolling[%out_at_9] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_10 = affine.apply affine_map<(position, row_to) -> (position + row_to + 184)>(%position, %row_to)
                %active_11 = arith.maximumf %accs#10, %zeros : vector<4xf32>
                %active_11_1 = arith.truncf %active_11 : vector<4xf32> to vector<4xf16>
                vector.store %active_11_1, %rolling[%out_at_10] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_11 = affine.apply affine_map<(position, row_to) -> (position + row_to + 188)>(%position, %row_to)
                %active_12 = arith.maximumf %accs#11, %zeros : vector<4xf32>
                %active_12_1 = arith.truncf %active_12 : vector<4xf32> to vector<4xf16>
                vector.store %active_12_1, %rolling[%out_at_11] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_12 = affine.apply affine_map<(position, row_to) -> (position + row_to + 240)>(%position, %row_to)
                %active_13 = arith.maximumf %accs#12, %zeros : vector<4xf32>
                %active_13_1 = arith.truncf %active_13 : vector<4xf32> to vector<4xf16>
                vector.store %active_13_1, %rolling[%out_at_12] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_13 = affine.apply affine_map<(position, row_to) -> (position + row_to + 244)>(%position, %row_to)
                %active_14 = arith.maximumf %accs#13, %zeros : vector<4xf32>
                %active_14_1 = arith.truncf %active_14 : vector<4xf32> to vector<4xf16>
                vector.store %active_14_1, %rolling[%out_at_13] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_14 = affine.apply affine_map<(position, row_to) -> (position + row_to + 248)>(%position, %row_to)
                %active_15 = arith.maximumf %accs#14, %zeros : vector<4xf32>
                %active_15_1 = arith.truncf %active_15 : vector<4xf32> to vector<4xf16>
                vector.store %active_15_1, %rolling[%out_at_14] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_15 = affine.apply affine_map<(position, row_to) -> (position + row_to + 300)>(%position, %row_to)
                %active_16 = arith.maximumf %accs#15, %zeros : vector<4xf32>
                %active_16_1 = arith.truncf %active_16 : vector<4xf32> to vector<4xf16>
                vector.store %active_16_1, %rolling[%out_at_15] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_16 = affine.apply affine_map<(position, row_to) -> (position + row_to + 304)>(%position, %row_to)
                %active_17 = arith.maximumf %accs#16, %zeros : vector<4xf32>
                %active_17_1 = arith.truncf %active_17 : vector<4xf32> to vector<4xf16>
                vector.store %active_17_1, %rolling[%out_at_16] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_17 = affine.apply affine_map<(position, row_to) -> (position + row_to + 308)>(%position, %row_to)
                %active_18 = arith.maximumf %accs#17, %zeros : vector<4xf32>
                %active_18_1 = arith.truncf %active_18 : vector<4xf32> to vector<4xf16>
                vector.store %active_18_1, %rolling[%out_at_17] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_18 = affine.apply affine_map<(position, row_to) -> (position + row_to + 360)>(%position, %row_to)
                %active_19 = arith.maximumf %accs#18, %zeros : vector<4xf32>
                %active_19_1 = arith.truncf %active_19 : vector<4xf32> to vector<4xf16>
                vector.store %active_19_1, %rolling[%out_at_18] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_19 = affine.apply affine_map<(position, row_to) -> (position + row_to + 364)>(%position, %row_to)
                %active_20 = arith.maximumf %accs#19, %zeros : vector<4xf32>
                %active_20_1 = arith.truncf %active_20 : vector<4xf32> to vector<4xf16>
                vector.store %active_20_1, %rolling[%out_at_19] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_20 = affine.apply affine_map<(position, row_to) -> (position + row_to + 368)>(%position, %row_to)
                %active_21 = arith.maximumf %accs#20, %zeros : vector<4xf32>
                %active_21_1 = arith.truncf %active_21 : vector<4xf32> to vector<4xf16>
                vector.store %active_21_1, %rolling[%out_at_20] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_21 = affine.apply affine_map<(position, row_to) -> (position + row_to + 420)>(%position, %row_to)
                %active_22 = arith.maximumf %accs#21, %zeros : vector<4xf32>
                %active_22_1 = arith.truncf %active_22 : vector<4xf32> to vector<4xf16>
                vector.store %active_22_1, %rolling[%out_at_21] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_22 = affine.apply affine_map<(position, row_to) -> (position + row_to + 424)>(%position, %row_to)
                %active_23 = arith.maximumf %accs#22, %zeros : vector<4xf32>
                %active_23_1 = arith.truncf %active_23 : vector<4xf32> to vector<4xf16>
                vector.store %active_23_1, %rolling[%out_at_22] : memref<960xf16, #storage>, vector<4xf16>
                %out_at_23 = affine.apply affine_map<(position, row_to) -> (position + row_to + 428)>(%position, %row_to)
                %active_24 = arith.maximumf %accs#23, %zeros : vector<4xf32>
                %active_24_1 = arith.truncf %active_24 : vector<4xf32> to vector<4xf16>
                vector.store %active_24_1, %rolling[%out_at_23] : memref<960xf16, #storage>, vector<4xf16>
              }
            }
          }
          // Maxima over windows of the buffered frames and of 2 x 2 pixels.
          scf.for %c = %c0 to %c16 step %c1 {
            scf.for %line = %c0 to %c3 step %c1 {
              %from = affine.apply affine_map<(c, line, buffer) -> (c * 60 + line * 20 + buffer)>(%c, %line, %buffer)
              %to = affine.apply affine_map<(c, frame, chunk, line) -> ((c * 2 + frame) * 16 + (chunk * 3 + line) * 4)>(%c, %frame, %chunk, %line)
              scf.for %tile = %c0 to %c1 step %c1 {
                %p = affine.min affine_map<(tile) -> (tile * 4, 0)>(%tile)
                %window = affine.apply affine_map<(p, from) -> (p * 2 + from)>(%p, %from)
                %window_1 = affine.apply affine_map<(p, from) -> (p * 2 + from)>(%p, %from)
                %pixels = vector.load %rolling[%window] : memref<960xf16, #storage>, vector<8xf16>
                %at = affine.apply affine_map<(window_1) -> (window_1 + 10)>(%window_1)
                %pixels_1 = vector.load %rolling[%at] : memref<960xf16, #storage>, vector<8xf16>
                %pixels_2 = arith.extf %pixels : vector<8xf16> to vector<8xf32>
                %pixels_1_1 = arith.extf %pixels_1 : vector<8xf16> to vector<8xf32>
                %most = arith.maximumf %pixels_2, %pixels_1_1 : vector<8xf32>
                %even, %odd = vector.deinterleave %most : vector<8xf32> -> vector<4xf32>
                %most_1 = arith.maximumf %even, %odd : vector<4xf32>
                %most_1_1 = arith.truncf %most_1 : vector<4xf32> to vector<4xf16>
                %at_1 = arith.addi %p, %to : index
                vector.store %most_1_1, %out[%at_1] : memref<512xf16, #storage>, vector<4xf16>
              }
              scf.for %i = %c4 to %c4 step %c1 {
                %gap = arith.addi %i, %to : index
                memref.store %zero, %out[%gap] : memref<512xf16, #storage>
              }
            }
          }
        }
      }
      return
    }
  }
}
func.func private @conv.pool(%x: tensor<3x2x112xf16>) -> tensor<16x2x16xf16> {
  %values = util.global.load @conv.pool.values : tensor<162x8xf16>
  %offsets = util.global.load @conv.pool.offsets : tensor<162xi32>
  %bounds = util.global.load @conv.pool.bounds : tensor<2x2x2xi32>
  %bias = util.global.load @conv.pool.bias : tensor<2x8xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x2x112xf16> into tensor<672xf16>
  %result, %scratch = flow.dispatch @conv.pool_kernel::@conv.pool(%x.flat, %values, %offsets, %bounds, %bias) : (tensor<672xf16>, tensor<162x8xf16>, tensor<162xi32>, tensor<2x2x2xi32>, tensor<2x8xf32>) -> (tensor<16x2x16xf16>, tensor<960xf16>)
  return %result : tensor<16x2x16xf16>
}
