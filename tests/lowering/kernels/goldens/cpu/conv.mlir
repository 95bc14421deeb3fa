#storage = #hal.descriptor_type<storage_buffer>
#reads7_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @again.values = #flow.parameter.named<"model"::"again.values"> : tensor<78x8xf32>
util.global private @again.offsets = #flow.parameter.named<"model"::"again.offsets"> : tensor<78xi32>
util.global private @again.bounds = #flow.parameter.named<"model"::"again.bounds"> : tensor<3x2x2xi32>
util.global private @again.bias = #flow.parameter.named<"model"::"again.bias"> : tensor<2x8xf32>
util.global private @again.mask = #flow.parameter.named<"model"::"again.mask"> : tensor<528xf32>
hal.executable.source private @again_kernel {
  hal.executable.export public @again ordinal(0) layout(#reads7_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c12 = arith.constant 12 : index
    %c1 = arith.constant 1 : index
    hal.return %c12, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @again() attributes {translation_info = #workgroup_of_1} {
      // A packed 3D convolution: rows of taps of any length. A tap is one offset into the channel-major input.
      // Workgroups are shares of the output's frames and chunks of positions, x blocks of rows of filters.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c9 = arith.constant 9 : index
      %c32 = arith.constant 32 : index
      %c528 = arith.constant 528 : index
      %c467 = arith.constant 467 : index
      %zero = arith.constant 0.0 : f32
      %zeros = arith.constant dense<0.0> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads7_writes1) binding(0) alignment(64) offset(%c0) : memref<25344xf32, #storage>
      %residual = hal.interface.binding.subspan layout(#reads7_writes1) binding(1) alignment(64) offset(%c0) : memref<25344xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads7_writes1) binding(2) alignment(64) offset(%c0) : memref<624xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads7_writes1) binding(3) alignment(64) offset(%c0) : memref<78xi32, #storage>
      %bounds = hal.interface.binding.subspan layout(#reads7_writes1) binding(4) alignment(64) offset(%c0) : memref<12xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads7_writes1) binding(5) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads7_writes1) binding(6) alignment(64) offset(%c0) : memref<528xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads7_writes1) binding(7) alignment(64) offset(%c0) : memref<25344xf32, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %block = hal.interface.workgroup.id[1] : index
      %row_first = affine.apply affine_map<(block) -> (block * 2)>(%block)
      %row_end = affine.min affine_map<(block) -> (block * 2 + 2, 2)>(%block)
      %share_first = affine.min affine_map<(worker) -> (worker * 3, worker * 2 + 6)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 3 + 3, worker * 2 + 8)>(%worker)
      scf.for %item = %share_first to %share_end step %c1 {
        %chunk = affine.apply affine_map<(item) -> (item mod 10)>(%item)
        %frame = affine.apply affine_map<(item) -> (item floordiv 10)>(%item)
        %tile_first = affine.apply affine_map<(chunk) -> (chunk * 4)>(%chunk)
        %tile_end = affine.min affine_map<(chunk) -> (chunk * 4 + 4, 37)>(%chunk)
        %origin = affine.apply affine_map<(frame) -> (frame * 528 + 32)>(%frame)
        %to = affine.apply affine_map<(frame) -> (frame * 528 + 32)>(%frame)
        %ahead_start = affine.apply affine_map<(frame, chunk) -> (frame * 528 + (chunk + 1) * 48 + 33)>(%frame, %chunk)
        %at = affine.apply affine_map<(row_first) -> (row_first * 8)>(%row_first)
        %at_1 = affine.apply affine_map<(row_end) -> (row_end * 8)>(%row_end)
        %is_first = arith.cmpi eq, %chunk, %c0 : index
        %is_last = arith.cmpi eq, %chunk, %c9 : index
        %head_end = arith.select %is_first, %c32, %c0 : index
        %tail_end = arith.select %is_last, %c528, %c467 : index
        // The zeros around the pixels of each plane.
        scf.for %channel = %at to %at_1 step %c1 {
          %plane = affine.apply affine_map<(channel, frame) -> (channel * 1584 + frame * 528)>(%channel, %frame)
          scf.for %i = %c0 to %head_end step %c1 {
            %at_2 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_2] : memref<25344xf32, #storage>
          }
          scf.for %i = %c467 to %tail_end step %c1 {
            %at_2 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_2] : memref<25344xf32, #storage>
          }
        }
        // Rows of filters of one output frame: row > tile > tap, with 8 x 12 accumulators.
        scf.for %row = %row_first to %row_end step %c1 {
          %bounds_at = affine.apply affine_map<(frame, row) -> ((frame * 2 + row) * 2)>(%frame, %row)
          %bounds_next = arith.addi %bounds_at, %c1 : index
          %bound = memref.load %bounds[%bounds_at] : memref<12xi32, #storage>
          %bound_1 = memref.load %bounds[%bounds_next] : memref<12xi32, #storage>
          %tap_first = arith.index_cast %bound : i32 to index
          %tap_end = arith.index_cast %bound_1 : i32 to index
          %bias_at = affine.apply affine_map<(row) -> (row * 8)>(%row)
          %row_to = affine.apply affine_map<(row, to) -> (row * 12672 + to)>(%row, %to)
          scf.for %tile = %tile_first to %tile_end step %c1 {
            %position = affine.min affine_map<(tile) -> (tile * 12, 423)>(%tile)
            %x_at = arith.addi %position, %origin : index
            %bias_of = memref.load %bias[%bias_at] : memref<16xf32, #storage>
            %start = vector.broadcast %bias_of : f32 to vector<4xf32>
            %at_2 = affine.apply affine_map<(bias_at) -> (bias_at + 1)>(%bias_at)
            %bias_of_1 = memref.load %bias[%at_2] : memref<16xf32, #storage>
            %start_1 = vector.broadcast %bias_of_1 : f32 to vector<4xf32>
            %at_3 = affine.apply affine_map<(bias_at) -> (bias_at + 2)>(%bias_at)
            %bias_of_2 = memref.load %bias[%at_3] : memref<16xf32, #storage>
            %start_2 = vector.broadcast %bias_of_2 : f32 to vector<4xf32>
            %at_4 = affine.apply affine_map<(bias_at) -> (bias_at + 3)>(%bias_at)
            %bias_of_3 = memref.load %bias[%at_4] : memref<16xf32, #storage>
            %start_3 = vector.broadcast %bias_of_3 : f32 to vector<4xf32>
            %at_5 = affine.apply affine_map<(bias_at) -> (bias_at + 4)>(%bias_at)
            %bias_of_4 = memref.load %bias[%at_5] : memref<16xf32, #storage>
            %start_4 = vector.broadcast %bias_of_4 : f32 to vector<4xf32>
            %at_6 = affine.apply affine_map<(bias_at) -> (bias_at + 5)>(%bias_at)
            %bias_of_5 = memref.load %bias[%at_6] : memref<16xf32, #storage>
            %start_5 = vector.broadcast %bias_of_5 : f32 to vector<4xf32>
            %at_7 = affine.apply affine_map<(bias_at) -> (bias_at + 6)>(%bias_at)
            %bias_of_6 = memref.load %bias[%at_7] : memref<16xf32, #storage>
            %start_6 = vector.broadcast %bias_of_6 : f32 to vector<4xf32>
            %at_8 = affine.apply affine_map<(bias_at) -> (bias_at + 7)>(%bias_at)
            %bias_of_7 = memref.load %bias[%at_8] : memref<16xf32, #storage>
            %start_7 = vector.broadcast %bias_of_7 : f32 to vector<4xf32>
            %accs:24 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %start, %acc_1 = %start, %acc_2 = %start, %acc_3 = %start_1, %acc_4 = %start_1, %acc_5 = %start_1, %acc_6 = %start_2, %acc_7 = %start_2, %acc_8 = %start_2, %acc_9 = %start_3, %acc_10 = %start_3, %acc_11 = %start_3, %acc_12 = %start_4, %acc_13 = %start_4, %acc_14 = %start_4, %acc_15 = %start_5, %acc_16 = %start_5, %acc_17 = %start_5, %acc_18 = %start_6, %acc_19 = %start_6, %acc_20 = %start_6, %acc_21 = %start_7, %acc_22 = %start_7, %acc_23 = %start_7) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
              %offset32 = memref.load %offsets[%tap] : memref<78xi32, #storage>
              %offset = arith.index_cast %offset32 : i32 to index
              %input_at = arith.addi %offset, %x_at : index
              %input = vector.load %x[%input_at] : memref<25344xf32, #storage>, vector<4xf32>
              %at_9 = affine.apply affine_map<(input_at) -> (input_at + 4)>(%input_at)
              %input_1 = vector.load %x[%at_9] : memref<25344xf32, #storage>, vector<4xf32>
              %at_10 = affine.apply affine_map<(input_at) -> (input_at + 8)>(%input_at)
              %input_2 = vector.load %x[%at_10] : memref<25344xf32, #storage>, vector<4xf32>
              %at_11 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
              %weights = vector.load %values[%at_11] : memref<624xf32, #storage>, vector<4xf32>
              %weight = vector.extract %weights[0] : f32 from vector<4xf32>
              %spread = vector.broadcast %weight : f32 to vector<4xf32>
              %weight_1 = vector.extract %weights[1] : f32 from vector<4xf32>
              %spread_1 = vector.broadcast %weight_1 : f32 to vector<4xf32>
              %weight_2 = vector.extract %weights[2] : f32 from vector<4xf32>
              %spread_2 = vector.broadcast %weight_2 : f32 to vector<4xf32>
              %weight_3 = vector.extract %weights[3] : f32 from vector<4xf32>
              %spread_3 = vector.broadcast %weight_3 : f32 to vector<4xf32>
              %at_12 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
              %weights_1 = vector.load %values[%at_12] : memref<624xf32, #storage>, vector<4xf32>
              %weight_4 = vector.extract %weights_1[0] : f32 from vector<4xf32>
              %spread_4 = vector.broadcast %weight_4 : f32 to vector<4xf32>
              %weight_5 = vector.extract %weights_1[1] : f32 from vector<4xf32>
              %spread_5 = vector.broadcast %weight_5 : f32 to vector<4xf32>
              %weight_6 = vector.extract %weights_1[2] : f32 from vector<4xf32>
              %spread_6 = vector.broadcast %weight_6 : f32 to vector<4xf32>
              %weight_7 = vector.extract %weights_1[3] : f32 from vector<4xf32>
              %spread_7 = vector.broadcast %weight_7 : f32 to vector<4xf32>
              %acc_24 = vector.fma %spread, %input, %acc : vector<4xf32>
              %acc_25 = vector.fma %spread, %input_1, %acc_1 : vector<4xf32>
              %acc_26 = vector.fma %spread, %input_2, %acc_2 : vector<4xf32>
              %acc_27 = vector.fma %spread_1, %input, %acc_3 : vector<4xf32>
              %acc_28 = vector.fma %spread_1, %input_1, %acc_4 : vector<4xf32>
              %acc_29 = vector.fma %spread_1, %input_2, %acc_5 : vector<4xf32>
              %acc_30 = vector.fma %spread_2, %input, %acc_6 : vector<4xf32>
              %acc_31 = vector.fma %spread_2, %input_1, %acc_7 : vector<4xf32>
              %acc_32 = vector.fma %spread_2, %input_2, %acc_8 : vector<4xf32>
              %acc_33 = vector.fma %spread_3, %input, %acc_9 : vector<4xf32>
              %acc_34 = vector.fma %spread_3, %input_1, %acc_10 : vector<4xf32>
              %acc_35 = vector.fma %spread_3, %input_2, %acc_11 : vector<4xf32>
              %acc_36 = vector.fma %spread_4, %input, %acc_12 : vector<4xf32>
              %acc_37 = vector.fma %spread_4, %input_1, %acc_13 : vector<4xf32>
              %acc_38 = vector.fma %spread_4, %input_2, %acc_14 : vector<4xf32>
              %acc_39 = vector.fma %spread_5, %input, %acc_15 : vector<4xf32>
              %acc_40 = vector.fma %spread_5, %input_1, %acc_16 : vector<4xf32>
              %acc_41 = vector.fma %spread_5, %input_2, %acc_17 : vector<4xf32>
              %acc_42 = vector.fma %spread_6, %input, %acc_18 : vector<4xf32>
              %acc_43 = vector.fma %spread_6, %input_1, %acc_19 : vector<4xf32>
              %acc_44 = vector.fma %spread_6, %input_2, %acc_20 : vector<4xf32>
              %acc_45 = vector.fma %spread_7, %input, %acc_21 : vector<4xf32>
              %acc_46 = vector.fma %spread_7, %input_1, %acc_22 : vector<4xf32>
              %acc_47 = vector.fma %spread_7, %input_2, %acc_23 : vector<4xf32>
              scf.yield %acc_24, %acc_25, %acc_26, %acc_27, %acc_28, %acc_29, %acc_30, %acc_31, %acc_32, %acc_33, %acc_34, %acc_35, %acc_36, %acc_37, %acc_38, %acc_39, %acc_40, %acc_41, %acc_42, %acc_43, %acc_44, %acc_45, %acc_46, %acc_47 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
            }
            %at_9 = affine.apply affine_map<(position) -> (position + 32)>(%position)
            %keep = vector.load %mask[%at_9] : memref<528xf32, #storage>, vector<4xf32>
            %at_10 = affine.apply affine_map<(position) -> (position + 36)>(%position)
            %keep_1 = vector.load %mask[%at_10] : memref<528xf32, #storage>, vector<4xf32>
            %at_11 = affine.apply affine_map<(position) -> (position + 40)>(%position)
            %keep_2 = vector.load %mask[%at_11] : memref<528xf32, #storage>, vector<4xf32>
            %out_at = affine.apply affine_map<(position, row_to) -> (position + row_to)>(%position, %row_to)
            %residual_1 = vector.load %residual[%out_at] : memref<25344xf32, #storage>, vector<4xf32>
            %sum = arith.addf %accs#0, %residual_1 : vector<4xf32>
            %active = arith.maximumf %sum, %zeros : vector<4xf32>
            %kept = arith.mulf %active, %keep : vector<4xf32>
            vector.store %kept, %out[%out_at] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_1 = affine.apply affine_map<(position, row_to) -> (position + row_to + 4)>(%position, %row_to)
            %residual_2 = vector.load %residual[%out_at_1] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_1 = arith.addf %accs#1, %residual_2 : vector<4xf32>
            %active_1 = arith.maximumf %sum_1, %zeros : vector<4xf32>
            %kept_1 = arith.mulf %active_1, %keep_1 : vector<4xf32>
            vector.store %kept_1, %out[%out_at_1] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_2 = affine.apply affine_map<(position, row_to) -> (position + row_to + 8)>(%position, %row_to)
            %residual_3 = vector.load %residual[%out_at_2] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_2 = arith.addf %accs#2, %residual_3 : vector<4xf32>
            %active_2 = arith.maximumf %sum_2, %zeros : vector<4xf32>
            %kept_2 = arith.mulf %active_2, %keep_2 : vector<4xf32>
            vector.store %kept_2, %out[%out_at_2] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_3 = affine.apply affine_map<(position, row_to) -> (position + row_to + 1584)>(%position, %row_to)
            %residual_4 = vector.load %residual[%out_at_3] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_3 = arith.addf %accs#3, %residual_4 : vector<4xf32>
            %active_3 = arith.maximumf %sum_3, %zeros : vector<4xf32>
            %kept_3 = arith.mulf %active_3, %keep : vector<4xf32>
            vector.store %kept_3, %out[%out_at_3] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_4 = affine.apply affine_map<(position, row_to) -> (position + row_to + 1588)>(%position, %row_to)
            %residual_5 = vector.load %residual[%out_at_4] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_4 = arith.addf %accs#4, %residual_5 : vector<4xf32>
            %active_4 = arith.maximumf %sum_4, %zeros : vector<4xf32>
            %kept_4 = arith.mulf %active_4, %keep_1 : vector<4xf32>
            vector.store %kept_4, %out[%out_at_4] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_5 = affine.apply affine_map<(position, row_to) -> (position + row_to + 1592)>(%position, %row_to)
            %residual_6 = vector.load %residual[%out_at_5] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_5 = arith.addf %accs#5, %residual_6 : vector<4xf32>
            %active_5 = arith.maximumf %sum_5, %zeros : vector<4xf32>
            %kept_5 = arith.mulf %active_5, %keep_2 : vector<4xf32>
            vector.store %kept_5, %out[%out_at_5] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_6 = affine.apply affine_map<(position, row_to) -> (position + row_to + 3168)>(%position, %row_to)
            %residual_7 = vector.load %residual[%out_at_6] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_6 = arith.addf %accs#6, %residual_7 : vector<4xf32>
            %active_6 = arith.maximumf %sum_6, %zeros : vector<4xf32>
            %kept_6 = arith.mulf %active_6, %keep : vector<4xf32>
            vector.store %kept_6, %out[%out_at_6] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_7 = affine.apply affine_map<(position, row_to) -> (position + row_to + 3172)>(%position, %row_to)
            %residual_8 = vector.load %residual[%out_at_7] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_7 = arith.addf %accs#7, %residual_8 : vector<4xf32>
            %active_7 = arith.maximumf %sum_7, %zeros : vector<4xf32>
            %kept_7 = arith.mulf %active_7, %keep_1 : vector<4xf32>
            vector.store %kept_7, %out[%out_at_7] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_8 = affine.apply affine_map<(position, row_to) -> (position + row_to + 3176)>(%position, %row_to)
            %residual_9 = vector.load %residual[%out_at_8] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_8 = arith.addf %accs#8, %residual_9 : vector<4xf32>
            %active_8 = arith.maximumf %sum_8, %zeros : vector<4xf32>
            %kept_8 = arith.mulf %active_8, %keep_2 : vector<4xf32>
            vector.store %kept_8, %out[%out_at_8] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_9 = affine.apply affine_map<(position, row_to) -> (position + row_to + 4752)>(%position, %row_to)
            %residual_10 = vector.load %residual[%out_at_9] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_9 = arith.addf %accs#9, %residual_10 : vector<4xf32>
            %active_9 = arith.maximumf %sum_9, %zeros : vector<4xf32>
            %kept_9 = arith.mulf %active_9, %keep : vector<4xf32>
            vector.store %kept_9, %out[%out_at_9] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_10 = affine.apply affine_map<(position, row_to) -> (position + row_to + 4756)>(%position, %row_to)
            %residual_11 = vector.load %residual[%out_at_10] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_10 = arith.addf %accs#10, %residual_11 : vector<4xf32>
            %active_10 = arith.maximumf %sum_10, %zeros : vector<4xf32>
            %kept_10 = arith.mulf %active_10, %keep_1 : vector<4xf32>
            vector.store %kept_10, %out[%out_at_10] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_11 = affine.apply affine_map<(position, row_to) -> (position + row_to + 4760)>(%position, %row_to)
            %residual_12 = vector.load %residual[%out_at_11] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_11 = arith.addf %accs#11, %residual_12 : vector<4xf32>
            %active_11 = arith.maximumf %sum_11, %zeros : vector<4xf32>
            %kept_11 = arith.mulf %active_11, %keep_2 : vector<4xf32>
            vector.store %kept_11, %out[%out_at_11] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_12 = affine.apply affine_map<(position, row_to) -> (position + row_to + 6336)>(%position, %row_to)
            %residual_13 = vector.load %residual[%out_at_12] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_12 = arith.addf %accs#12, %residual_13 : vector<4xf32>
            %active_12 = arith.maximumf %sum_12, %zeros : vector<4xf32>
            %kept_12 = arith.mulf %active_12, %keep : vector<4xf32>
            vector.store %kept_12, %out[%out_at_12] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_13 = affine.apply affine_map<(position, row_to) -> (position + row_to + 6340)>(%position, %row_to)
            %residual_14 = vector.load %residual[%out_at_13] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_13 = arith.addf %accs#13, %residual_14 : vector<4xf32>
            %active_13 = arith.maximumf %sum_13, %zeros : vector<4xf32>
            %kept_13 = arith.mulf %active_13, %keep_1 : vector<4xf32>
            vector.store %kept_13, %out[%out_at_13] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_14 = affine.apply affine_map<(position, row_to) -> (position + row_to + 6344)>(%position, %row_to)
            %residual_15 = vector.load %residual[%out_at_14] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_14 = arith.addf %accs#14, %residual_15 : vector<4xf32>
            %active_14 = arith.maximumf %sum_14, %zeros : vector<4xf32>
            %kept_14 = arith.mulf %active_14, %keep_2 : vector<4xf32>
            vector.store %kept_14, %out[%out_at_14] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_15 = affine.apply affine_map<(position, row_to) -> (position + row_to + 7920)>(%position, %row_to)
            %residual_16 = vector.load %residual[%out_at_15] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_15 = arith.addf %accs#15, %residual_16 : vector<4xf32>
            %active_15 = arith.maximumf %sum_15, %zeros : vector<4xf32>
            %kept_15 = arith.mulf %active_15, %keep : vector<4xf32>
            vector.store %kept_15, %out[%out_at_15] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_16 = affine.apply affine_map<(position, row_to) -> (position + row_to + 7924)>(%position, %row_to)
            %residual_17 = vector.load %residual[%out_at_16] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_16 = arith.addf %accs#16, %residual_17 : vector<4xf32>
            %active_16 = arith.maximumf %sum_16, %zeros : vector<4xf32>
            %kept_16 = arith.mulf %active_16, %keep_1 : vector<4xf32>
            vector.store %kept_16, %out[%out_at_16] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_17 = affine.apply affine_map<(position, row_to) -> (position + row_to + 7928)>(%position, %row_to)
            %residual_18 = vector.load %residual[%out_at_17] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_17 = arith.addf %accs#17, %residual_18 : vector<4xf32>
            %active_17 = arith.maximumf %sum_17, %zeros : vector<4xf32>
            %kept_17 = arith.mulf %active_17, %keep_2 : vector<4xf32>
            vector.store %kept_17, %out[%out_at_17] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_18 = affine.apply affine_map<(position, row_to) -> (position + row_to + 9504)>(%position, %row_to)
            %residual_19 = vector.load %residual[%out_at_18] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_18 = arith.addf %accs#18, %residual_19 : vector<4xf32>
            %active_18 = arith.maximumf %sum_18, %zeros : vector<4xf32>
            %kept_18 = arith.mulf %active_18, %keep : vector<4xf32>
            vector.store %kept_18, %out[%out_at_18] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_19 = affine.apply affine_map<(position, row_to) -> (position + row_to + 9508)>(%position, %row_to)
            %residual_20 = vector.load %residual[%out_at_19] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_19 = arith.addf %accs#19, %residual_20 : vector<4xf32>
            %active_19 = arith.maximumf %sum_19, %zeros : vector<4xf32>
            %kept_19 = arith.mulf %active_19, %keep_1 : vector<4xf32>
            vector.store %kept_19, %out[%out_at_19] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_20 = affine.apply affine_map<(position, row_to) -> (position + row_to + 9512)>(%position, %row_to)
            %residual_21 = vector.load %residual[%out_at_20] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_20 = arith.addf %accs#20, %residual_21 : vector<4xf32>
            %active_20 = arith.maximumf %sum_20, %zeros : vector<4xf32>
            %kept_20 = arith.mulf %active_20, %keep_2 : vector<4xf32>
            vector.store %kept_20, %out[%out_at_20] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_21 = affine.apply affine_map<(position, row_to) -> (position + row_to + 11088)>(%position, %row_to)
            %residual_22 = vector.load %residual[%out_at_21] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_21 = arith.addf %accs#21, %residual_22 : vector<4xf32>
            %active_21 = arith.maximumf %sum_21, %zeros : vector<4xf32>
            %kept_21 = arith.mulf %active_21, %keep : vector<4xf32>
            vector.store %kept_21, %out[%out_at_21] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_22 = affine.apply affine_map<(position, row_to) -> (position + row_to + 11092)>(%position, %row_to)
            %residual_23 = vector.load %residual[%out_at_22] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_22 = arith.addf %accs#22, %residual_23 : vector<4xf32>
            %active_22 = arith.maximumf %sum_22, %zeros : vector<4xf32>
            %kept_22 = arith.mulf %active_22, %keep_1 : vector<4xf32>
            vector.store %kept_22, %out[%out_at_22] : memref<25344xf32, #storage>, vector<4xf32>
            %out_at_23 = affine.apply affine_map<(position, row_to) -> (position + row_to + 11096)>(%position, %row_to)
            %residual_24 = vector.load %residual[%out_at_23] : memref<25344xf32, #storage>, vector<4xf32>
            %sum_23 = arith.addf %accs#23, %residual_24 : vector<4xf32>
            %active_23 = arith.maximumf %sum_23, %zeros : vector<4xf32>
            %kept_23 = arith.mulf %active_23, %keep_2 : vector<4xf32>
            vector.store %kept_23, %out[%out_at_23] : memref<25344xf32, #storage>, vector<4xf32>
          }
        }
      }
      return
    }
  }
}
func.func private @again(%x: tensor<16x3x528xf32>, %residual: tensor<16x3x528xf32>) -> tensor<16x3x528xf32> {
  %values = util.global.load @again.values : tensor<78x8xf32>
  %offsets = util.global.load @again.offsets : tensor<78xi32>
  %bounds = util.global.load @again.bounds : tensor<3x2x2xi32>
  %bias = util.global.load @again.bias : tensor<2x8xf32>
  %mask = util.global.load @again.mask : tensor<528xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x3x528xf32> into tensor<25344xf32>
  %residual.flat = tensor.collapse_shape %residual [[0, 1, 2]] : tensor<16x3x528xf32> into tensor<25344xf32>
  %result = flow.dispatch @again_kernel::@again(%x.flat, %residual.flat, %values, %offsets, %bounds, %bias, %mask) : (tensor<25344xf32>, tensor<25344xf32>, tensor<78x8xf32>, tensor<78xi32>, tensor<3x2x2xi32>, tensor<2x8xf32>, tensor<528xf32>) -> tensor<16x3x528xf32>
  return %result : tensor<16x3x528xf32>
}
