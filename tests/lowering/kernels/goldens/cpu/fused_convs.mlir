#storage = #hal.descriptor_type<storage_buffer>
#reads11_writes2 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @space2.time2.first_values = #flow.parameter.named<"model"::"space2.time2.first_values"> : tensor<189x4xf32>
util.global private @space2.time2.first_offsets = #flow.parameter.named<"model"::"space2.time2.first_offsets"> : tensor<197xi32>
util.global private @space2.time2.first_bounds = #flow.parameter.named<"model"::"space2.time2.first_bounds"> : tensor<2x3x2xi32>
util.global private @space2.time2.first_bias = #flow.parameter.named<"model"::"space2.time2.first_bias"> : tensor<3x4xf32>
util.global private @space2.time2.values = #flow.parameter.named<"model"::"space2.time2.values"> : tensor<27x8xf32>
util.global private @space2.time2.offsets = #flow.parameter.named<"model"::"space2.time2.offsets"> : tensor<89xi32>
util.global private @space2.time2.bounds = #flow.parameter.named<"model"::"space2.time2.bounds"> : tensor<2x1x2xi32>
util.global private @space2.time2.bias = #flow.parameter.named<"model"::"space2.time2.bias"> : tensor<1x8xf32>
util.global private @space2.time2.mask = #flow.parameter.named<"model"::"space2.time2.mask"> : tensor<528xf32>
hal.executable.source private @space2.time2_kernel {
  hal.executable.export public @space2.time2 ordinal(0) layout(#reads11_writes2) count(%device: !hal.device) -> (index, index, index) {
    %c7 = arith.constant 7 : index
    %c1 = arith.constant 1 : index
    hal.return %c7, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @space2.time2() attributes {translation_info = #workgroup_of_1} {
      // Two packed convolutions: the first fills 3 frames that stay in cache, which the second reads.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c6 = arith.constant 6 : index
      %c32 = arith.constant 32 : index
      %c528 = arith.constant 528 : index
      %c467 = arith.constant 467 : index
      %zero = arith.constant 0.0 : f32
      %c8 = arith.constant 8 : index
      %c3 = arith.constant 3 : index
      %zeros = arith.constant dense<0.0> : vector<16xf32>
      %c5 = arith.constant 5 : index
      %x = hal.interface.binding.subspan layout(#reads11_writes2) binding(0) alignment(64) offset(%c0) : memref<8448xf32, #storage>
      %residual = hal.interface.binding.subspan layout(#reads11_writes2) binding(1) alignment(64) offset(%c0) : memref<8448xf32, #storage>
      %first_values = hal.interface.binding.subspan layout(#reads11_writes2) binding(2) alignment(64) offset(%c0) : memref<756xf32, #storage>
      %first_offsets = hal.interface.binding.subspan layout(#reads11_writes2) binding(3) alignment(64) offset(%c0) : memref<197xi32, #storage>
      %first_bounds = hal.interface.binding.subspan layout(#reads11_writes2) binding(4) alignment(64) offset(%c0) : memref<12xi32, #storage>
      %first_bias = hal.interface.binding.subspan layout(#reads11_writes2) binding(5) alignment(64) offset(%c0) : memref<12xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads11_writes2) binding(6) alignment(64) offset(%c0) : memref<216xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads11_writes2) binding(7) alignment(64) offset(%c0) : memref<89xi32, #storage>
      %bounds = hal.interface.binding.subspan layout(#reads11_writes2) binding(8) alignment(64) offset(%c0) : memref<4xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads11_writes2) binding(9) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads11_writes2) binding(10) alignment(64) offset(%c0) : memref<528xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads11_writes2) binding(11) alignment(64) offset(%c0) : memref<8448xf32, #storage>
      %rolling = hal.interface.binding.subspan layout(#reads11_writes2) binding(12) alignment(64) offset(%c0) : memref<16128xf32, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %buffer = affine.apply affine_map<(worker) -> (worker * 2304)>(%worker)
      %share_first = affine.min affine_map<(worker) -> (worker * 2, worker)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 2 + 2, worker + 1)>(%worker)
      scf.for %chunk = %share_first to %share_end step %c1 {
        %step_first = affine.apply affine_map<(chunk) -> ((chunk * 7) floordiv 7)>(%chunk)
        %step_end = affine.apply affine_map<(chunk) -> ((chunk * 7 + 7) floordiv 7)>(%chunk)
        %start = affine.min affine_map<(step_first, step_end) -> (step_first * 64 + 32, (step_first - step_end) * 64 + 467)>(%step_first, %step_end)
        scf.for %frame = %c0 to %c2 step %c1 {
          %is_first = arith.cmpi eq, %chunk, %c0 : index
          %is_last = arith.cmpi eq, %chunk, %c6 : index
          %head_end = arith.select %is_first, %c32, %c0 : index
          %tail_end = arith.select %is_last, %c528, %c467 : index
          // The zeros around the pixels of each plane.
          scf.for %channel = %c0 to %c8 step %c1 {
            %plane = affine.apply affine_map<(channel, frame) -> (channel * 1056 + frame * 528)>(%channel, %frame)
            scf.for %i = %c0 to %head_end step %c1 {
              %at = arith.addi %plane, %i : index
              memref.store %zero, %out[%at] : memref<8448xf32, #storage>
            }
            scf.for %i = %c467 to %tail_end step %c1 {
              %at = arith.addi %plane, %i : index
              memref.store %zero, %out[%at] : memref<8448xf32, #storage>
            }
          }
          %first_tiles = affine.apply affine_map<(step_end, step_first) -> (step_end - step_first)>(%step_end, %step_first)
          %earlier = affine.max affine_map<(frame) -> (0, frame + 1)>(%frame)
          %at_start = arith.cmpi eq, %frame, %c0 : index
          %new_first = arith.select %at_start, %c0, %earlier : index
          %new_end = affine.min affine_map<(frame) -> (frame + 2, 2)>(%frame)
          scf.for %new = %new_first to %new_end step %c1 {
            %new_origin = affine.apply affine_map<(new, start) -> (new * 528 + start)>(%new, %start)
            %new_to = affine.apply affine_map<(new, buffer) -> ((new mod 3) * 64 + buffer)>(%new, %buffer)
            %ahead_start = affine.apply affine_map<(new, start) -> (new * 528 + start + 504)>(%new, %start)
            // Rows of filters of one output frame: row > tile > tap, with 4 x 64 accumulators.
            scf.for %row = %c0 to %c3 step %c1 {
              %bounds_at = affine.apply affine_map<(new, row) -> ((new * 3 + row) * 2)>(%new, %row)
              %bounds_next = arith.addi %bounds_at, %c1 : index
              %bound = memref.load %first_bounds[%bounds_at] : memref<12xi32, #storage>
              %bound_1 = memref.load %first_bounds[%bounds_next] : memref<12xi32, #storage>
              %tap_first = arith.index_cast %bound : i32 to index
              %tap_end = arith.index_cast %bound_1 : i32 to index
              %bias_at = affine.apply affine_map<(row) -> (row * 4)>(%row)
              %row_to = affine.apply affine_map<(row, new_to) -> (row * 768 + new_to)>(%row, %new_to)
              scf.for %tile = %c0 to %first_tiles step %c1 {
                %position = affine.min affine_map<(tile) -> (tile * 64, 0)>(%tile)
                %x_at = arith.addi %position, %new_origin : index
                %bias_of = memref.load %first_bias[%bias_at] : memref<12xf32, #storage>
                %start_1 = vector.broadcast %bias_of : f32 to vector<16xf32>
                %at = affine.apply affine_map<(bias_at) -> (bias_at + 1)>(%bias_at)
                %bias_of_1 = memref.load %first_bias[%at] : memref<12xf32, #storage>
                %start_2 = vector.broadcast %bias_of_1 : f32 to vector<16xf32>
                %at_1 = affine.apply affine_map<(bias_at) -> (bias_at + 2)>(%bias_at)
                %bias_of_2 = memref.load %first_bias[%at_1] : memref<12xf32, #storage>
                %start_3 = vector.broadcast %bias_of_2 : f32 to vector<16xf32>
                %at_2 = affine.apply affine_map<(bias_at) -> (bias_at + 3)>(%bias_at)
                %bias_of_3 = memref.load %first_bias[%at_2] : memref<12xf32, #storage>
                %start_4 = vector.broadcast %bias_of_3 : f32 to vector<16xf32>
                %accs:16 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %start_1, %acc_1 = %start_1, %acc_2 = %start_1, %acc_3 = %start_1, %acc_4 = %start_2, %acc_5 = %start_2, %acc_6 = %start_2, %acc_7 = %start_2, %acc_8 = %start_3, %acc_9 = %start_3, %acc_10 = %start_3, %acc_11 = %start_3, %acc_12 = %start_4, %acc_13 = %start_4, %acc_14 = %start_4, %acc_15 = %start_4) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>) {
                  %offset32 = memref.load %first_offsets[%tap] : memref<197xi32, #storage>
                  %offset = arith.index_cast %offset32 : i32 to index
                  %input_at = arith.addi %offset, %x_at : index
                  %input = vector.load %x[%input_at] : memref<8448xf32, #storage>, vector<16xf32>
                  %at_3 = affine.apply affine_map<(input_at) -> (input_at + 16)>(%input_at)
                  %input_1 = vector.load %x[%at_3] : memref<8448xf32, #storage>, vector<16xf32>
                  %at_4 = affine.apply affine_map<(input_at) -> (input_at + 32)>(%input_at)
                  %input_2 = vector.load %x[%at_4] : memref<8448xf32, #storage>, vector<16xf32>
                  %at_5 = affine.apply affine_map<(input_at) -> (input_at + 48)>(%input_at)
                  %input_3 = vector.load %x[%at_5] : memref<8448xf32, #storage>, vector<16xf32>
                  %at_6 = affine.apply affine_map<(tap) -> (tap * 4 + 1024)>(%tap)
                  memref.prefetch %first_values[%at_6], read, locality<3>, data : memref<756xf32, #storage>
                  %at_7 = affine.apply affine_map<(tap) -> (tap * 4)>(%tap)
                  %weight = memref.load %first_values[%at_7] : memref<756xf32, #storage>
                  %spread = vector.broadcast %weight : f32 to vector<16xf32>
                  %at_8 = affine.apply affine_map<(tap) -> (tap * 4 + 1)>(%tap)
                  %weight_1 = memref.load %first_values[%at_8] : memref<756xf32, #storage>
                  %spread_1 = vector.broadcast %weight_1 : f32 to vector<16xf32>
                  %at_9 = affine.apply affine_map<(tap) -> (tap * 4 + 2)>(%tap)
                  %weight_2 = memref.load %first_values[%at_9] : memref<756xf32, #storage>
                  %spread_2 = vector.broadcast %weight_2 : f32 to vector<16xf32>
                  %at_10 = affine.apply affine_map<(tap) -> (tap * 4 + 3)>(%tap)
                  %weight_3 = memref.load %first_values[%at_10] : memref<756xf32, #storage>
                  %spread_3 = vector.broadcast %weight_3 : f32 to vector<16xf32>
                  %at_11 = affine.apply affine_map<(tap) -> (tap + 8)>(%tap)
                  %offset32_1 = memref.load %first_offsets[%at_11] : memref<197xi32, #storage>
                  %offset_1 = arith.index_cast %offset32_1 : i32 to index
                  %input_at_1 = arith.addi %offset_1, %x_at : index
                  memref.prefetch %x[%input_at_1], read, locality<3>, data : memref<8448xf32, #storage>
                  %at_12 = affine.apply affine_map<(input_at_1) -> (input_at_1 + 16)>(%input_at_1)
                  memref.prefetch %x[%at_12], read, locality<3>, data : memref<8448xf32, #storage>
                  %at_13 = affine.apply affine_map<(input_at_1) -> (input_at_1 + 32)>(%input_at_1)
                  memref.prefetch %x[%at_13], read, locality<3>, data : memref<8448xf32, #storage>
                  %at_14 = affine.apply affine_map<(input_at_1) -> (input_at_1 + 48)>(%input_at_1)
                  memref.prefetch %x[%at_14], read, locality<3>, data : memref<8448xf32, #storage>
                  %at_15 = affine.apply affine_map<(input_at_1) -> (input_at_1 + 63)>(%input_at_1)
                  memref.prefetch %x[%at_15], read, locality<3>, data : memref<8448xf32, #storage>
                  %acc_16 = vector.fma %spread, %input, %acc : vector<16xf32>
                  %acc_17 = vector.fma %spread, %input_1, %acc_1 : vector<16xf32>
                  %acc_18 = vector.fma %spread, %input_2, %acc_2 : vector<16xf32>
                  %acc_19 = vector.fma %spread, %input_3, %acc_3 : vector<16xf32>
                  %acc_20 = vector.fma %spread_1, %input, %acc_4 : vector<16xf32>
                  %acc_21 = vector.fma %spread_1, %input_1, %acc_5 : vector<16xf32>
                  %acc_22 = vector.fma %spread_1, %input_2, %acc_6 : vector<16xf32>
                  %acc_23 = vector.fma %spread_1, %input_3, %acc_7 : vector<16xf32>
                  %acc_24 = vector.fma %spread_2, %input, %acc_8 : vector<16xf32>
                  %acc_25 = vector.fma %spread_2, %input_1, %acc_9 : vector<16xf32>
                  %acc_26 = vector.fma %spread_2, %input_2, %acc_10 : vector<16xf32>
                  %acc_27 = vector.fma %spread_2, %input_3, %acc_11 : vector<16xf32>
                  %acc_28 = vector.fma %spread_3, %input, %acc_12 : vector<16xf32>
                  %acc_29 = vector.fma %spread_3, %input_1, %acc_13 : vector<16xf32>
                  %acc_30 = vector.fma %spread_3, %input_2, %acc_14 : vector<16xf32>
                  %acc_31 = vector.fma %spread_3, %input_3, %acc_15 : vector<16xf32>
                  scf.yield %acc_16, %acc_17, %acc_18, %acc_19, %acc_20, %acc_21, %acc_22, %acc_23, %acc_24, %acc_25, %acc_26, %acc_27, %acc_28, %acc_29, %acc_30, %acc_31 : vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>
                }
                %out_at = affine.apply affine_map<(position, row_to) -> (position + row_to)>(%position, %row_to)
                %active = arith.maximumf %accs#0, %zeros : vector<16xf32>
                vector.store %active, %rolling[%out_at] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_1 = affine.apply affine_map<(position, row_to) -> (position + row_to + 16)>(%position, %row_to)
                %active_1 = arith.maximumf %accs#1, %zeros : vector<16xf32>
                vector.store %active_1, %rolling[%out_at_1] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_2 = affine.apply affine_map<(position, row_to) -> (position + row_to + 32)>(%position, %row_to)
                %active_2 = arith.maximumf %accs#2, %zeros : vector<16xf32>
                vector.store %active_2, %rolling[%out_at_2] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_3 = affine.apply affine_map<(position, row_to) -> (position + row_to + 48)>(%position, %row_to)
                %active_3 = arith.maximumf %accs#3, %zeros : vector<16xf32>
                vector.store %active_3, %rolling[%out_at_3] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_4 = affine.apply affine_map<(position, row_to) -> (position + row_to + 192)>(%position, %row_to)
                %active_4 = arith.maximumf %accs#4, %zeros : vector<16xf32>
                vector.store %active_4, %rolling[%out_at_4] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_5 = affine.apply affine_map<(position, row_to) -> (position + row_to + 208)>(%position, %row_to)
                %active_5 = arith.maximumf %accs#5, %zeros : vector<16xf32>
                vector.store %active_5, %rolling[%out_at_5] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_6 = affine.apply affine_map<(position, row_to) -> (position + row_to + 224)>(%position, %row_to)
                %active_6 = arith.maximumf %accs#6, %zeros : vector<16xf32>
                vector.store %active_6, %rolling[%out_at_6] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_7 = affine.apply affine_map<(position, row_to) -> (position + row_to + 240)>(%position, %row_to)
                %active_7 = arith.maximumf %accs#7, %zeros : vector<16xf32>
                vector.store %active_7, %rolling[%out_at_7] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_8 = affine.apply affine_map<(position, row_to) -> (position + row_to + 384)>(%position, %row_to)
                %active_8 = arith.maximumf %accs#8, %zeros : vector<16xf32>
                vector.store %active_8, %rolling[%out_at_8] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_9 = affine.apply affine_map<(position, row_to) -> (position + row_to + 400)>(%position, %row_to)
                %active_9 = arith.maximumf %accs#9, %zeros : vector<16xf32>
                vector.store %active_9, %rolling[%out_at_9] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_10 = affine.apply affine_map<(position, row_to) -> (position + row_to + 416)>(%position, %row_to)
                %active_10 = arith.maximumf %accs#10, %zeros : vector<16xf32>
                vector.store %active_10, %rolling[%out_at_10] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_11 = affine.apply affine_map<(position, row_to) -> (position + row_to + 432)>(%position, %row_to)
                %active_11 = arith.maximumf %accs#11, %zeros : vector<16xf32>
                vector.store %active_11, %rolling[%out_at_11] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_12 = affine.apply affine_map<(position, row_to) -> (position + row_to + 576)>(%position, %row_to)
                %active_12 = arith.maximumf %accs#12, %zeros : vector<16xf32>
                vector.store %active_12, %rolling[%out_at_12] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_13 = affine.apply affine_map<(position, row_to) -> (position + row_to + 592)>(%position, %row_to)
                %active_13 = arith.maximumf %accs#13, %zeros : vector<16xf32>
                vector.store %active_13, %rolling[%out_at_13] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_14 = affine.apply affine_map<(position, row_to) -> (position + row_to + 608)>(%position, %row_to)
                %active_14 = arith.maximumf %accs#14, %zeros : vector<16xf32>
                vector.store %active_14, %rolling[%out_at_14] : memref<16128xf32, #storage>, vector<16xf32>
                %out_at_15 = affine.apply affine_map<(position, row_to) -> (position + row_to + 624)>(%position, %row_to)
                %active_15 = arith.maximumf %accs#15, %zeros : vector<16xf32>
                vector.store %active_15, %rolling[%out_at_15] : memref<16128xf32, #storage>, vector<16xf32>
              }
            }
          }
          %tiles = affine.apply affine_map<(step_end, step_first) -> ((step_end - step_first) * 2)>(%step_end, %step_first)
          %shift = affine.apply affine_map<(frame) -> (((frame + 2) mod 3) * 27)>(%frame)
          %to = affine.apply affine_map<(frame, start) -> (frame * 528 + start)>(%frame, %start)
          // Rows of filters of one output frame: row > tile > tap, with 8 x 32 accumulators.
          scf.for %row = %c0 to %c1 step %c1 {
            %bounds_at = affine.apply affine_map<(frame, row) -> ((frame + row) * 2)>(%frame, %row)
            %bounds_next = arith.addi %bounds_at, %c1 : index
            %bound = memref.load %bounds[%bounds_at] : memref<4xi32, #storage>
            %bound_1 = memref.load %bounds[%bounds_next] : memref<4xi32, #storage>
            %tap_first = arith.index_cast %bound : i32 to index
            %tap_end = arith.index_cast %bound_1 : i32 to index
            %bias_at = affine.apply affine_map<(row) -> (row * 8)>(%row)
            %row_to = affine.apply affine_map<(row, to) -> (row * 8448 + to)>(%row, %to)
            // What this row adds in the next frame.
            scf.for %filter = %c0 to %c8 step %c1 {
              scf.for %line = %c0 to %c5 step %c1 {
                %at = affine.apply affine_map<(filter, line, row_to) -> (filter * 1056 + line * 16 + row_to + 528)>(%filter, %line, %row_to)
                memref.prefetch %residual[%at], read, locality<2>, data : memref<8448xf32, #storage>
              }
            }
            scf.for %tile = %c0 to %tiles step %c1 {
              %position = affine.min affine_map<(tile) -> (tile * 32, 32)>(%tile)
              %x_at = arith.addi %position, %buffer : index
              %bias_of = memref.load %bias[%bias_at] : memref<8xf32, #storage>
              %start_1 = vector.broadcast %bias_of : f32 to vector<16xf32>
              %at = affine.apply affine_map<(bias_at) -> (bias_at + 1)>(%bias_at)
              %bias_of_1 = memref.load %bias[%at] : memref<8xf32, #storage>
              %start_2 = vector.broadcast %bias_of_1 : f32 to vector<16xf32>
              %at_1 = affine.apply affine_map<(bias_at) -> (bias_at + 2)>(%bias_at)
              %bias_of_2 = memref.load %bias[%at_1] : memref<8xf32, #storage>
              %start_3 = vector.broadcast %bias_of_2 : f32 to vector<16xf32>
              %at_2 = affine.apply affine_map<(bias_at) -> (bias_at + 3)>(%bias_at)
              %bias_of_3 = memref.load %bias[%at_2] : memref<8xf32, #storage>
              %start_4 = vector.broadcast %bias_of_3 : f32 to vector<16xf32>
              %at_3 = affine.apply affine_map<(bias_at) -> (bias_at + 4)>(%bias_at)
              %bias_of_4 = memref.load %bias[%at_3] : memref<8xf32, #storage>
              %start_5 = vector.broadcast %bias_of_4 : f32 to vector<16xf32>
              %at_4 = affine.apply affine_map<(bias_at) -> (bias_at + 5)>(%bias_at)
              %bias_of_5 = memref.load %bias[%at_4] : memref<8xf32, #storage>
              %start_6 = vector.broadcast %bias_of_5 : f32 to vector<16xf32>
              %at_5 = affine.apply affine_map<(bias_at) -> (bias_at + 6)>(%bias_at)
              %bias_of_6 = memref.load %bias[%at_5] : memref<8xf32, #storage>
              %start_7 = vector.broadcast %bias_of_6 : f32 to vector<16xf32>
              %at_6 = affine.apply affine_map<(bias_at) -> (bias_at + 7)>(%bias_at)
              %bias_of_7 = memref.load %bias[%at_6] : memref<8xf32, #storage>
              %start_8 = vector.broadcast %bias_of_7 : f32 to vector<16xf32>
              %accs:16 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %start_1, %acc_1 = %start_1, %acc_2 = %start_2, %acc_3 = %start_2, %acc_4 = %start_3, %acc_5 = %start_3, %acc_6 = %start_4, %acc_7 = %start_4, %acc_8 = %start_5, %acc_9 = %start_5, %acc_10 = %start_6, %acc_11 = %start_6, %acc_12 = %start_7, %acc_13 = %start_7, %acc_14 = %start_8, %acc_15 = %start_8) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>) {
                %place = arith.addi %tap, %shift : index
                %offset32 = memref.load %offsets[%place] : memref<89xi32, #storage>
                %offset = arith.index_cast %offset32 : i32 to index
                %input_at = arith.addi %offset, %x_at : index
                %input = vector.load %rolling[%input_at] : memref<16128xf32, #storage>, vector<16xf32>
                %at_7 = affine.apply affine_map<(input_at) -> (input_at + 16)>(%input_at)
                %input_1 = vector.load %rolling[%at_7] : memref<16128xf32, #storage>, vector<16xf32>
                %at_8 = affine.apply affine_map<(tap) -> (tap * 8 + 2048)>(%tap)
                memref.prefetch %values[%at_8], read, locality<3>, data : memref<216xf32, #storage>
                %at_9 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
                %weight = memref.load %values[%at_9] : memref<216xf32, #storage>
                %spread = vector.broadcast %weight : f32 to vector<16xf32>
                %at_10 = affine.apply affine_map<(tap) -> (tap * 8 + 1)>(%tap)
                %weight_1 = memref.load %values[%at_10] : memref<216xf32, #storage>
                %spread_1 = vector.broadcast %weight_1 : f32 to vector<16xf32>
                %at_11 = affine.apply affine_map<(tap) -> (tap * 8 + 2)>(%tap)
                %weight_2 = memref.load %values[%at_11] : memref<216xf32, #storage>
                %spread_2 = vector.broadcast %weight_2 : f32 to vector<16xf32>
                %at_12 = affine.apply affine_map<(tap) -> (tap * 8 + 3)>(%tap)
                %weight_3 = memref.load %values[%at_12] : memref<216xf32, #storage>
                %spread_3 = vector.broadcast %weight_3 : f32 to vector<16xf32>
                %at_13 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
                %weight_4 = memref.load %values[%at_13] : memref<216xf32, #storage>
                %spread_4 = vector.broadcast %weight_4 : f32 to vector<16xf32>
                %at_14 = affine.apply affine_map<(tap) -> (tap * 8 + 5)>(%tap)
                %weight_5 = memref.load %values[%at_14] : memref<216xf32, #storage>
                %spread_5 = vector.broadcast %weight_5 : f32 to vector<16xf32>
                %at_15 = affine.apply affine_map<(tap) -> (tap * 8 + 6)>(%tap)
                %weight_6 = memref.load %values[%at_15] : memref<216xf32, #storage>
                %spread_6 = vector.broadcast %weight_6 : f32 to vector<16xf32>
                %at_16 = affine.apply affine_map<(tap) -> (tap * 8 + 7)>(%tap)
                %weight_7 = memref.load %values[%at_16] : memref<216xf32, #storage>
                %spread_7 = vector.broadcast %weight_7 : f32 to vector<16xf32>
                %at_17 = affine.apply affine_map<(place) -> (place + 8)>(%place)
                %offset32_1 = memref.load %offsets[%at_17] : memref<89xi32, #storage>
                %offset_1 = arith.index_cast %offset32_1 : i32 to index
                %input_at_1 = arith.addi %offset_1, %x_at : index
                memref.prefetch %rolling[%input_at_1], read, locality<3>, data : memref<16128xf32, #storage>
                %at_18 = affine.apply affine_map<(input_at_1) -> (input_at_1 + 16)>(%input_at_1)
                memref.prefetch %rolling[%at_18], read, locality<3>, data : memref<16128xf32, #storage>
                %at_19 = affine.apply affine_map<(input_at_1) -> (input_at_1 + 31)>(%input_at_1)
                memref.prefetch %rolling[%at_19], read, locality<3>, data : memref<16128xf32, #storage>
                %acc_16 = vector.fma %spread, %input, %acc : vector<16xf32>
                %acc_17 = vector.fma %spread, %input_1, %acc_1 : vector<16xf32>
                %acc_18 = vector.fma %spread_1, %input, %acc_2 : vector<16xf32>
                %acc_19 = vector.fma %spread_1, %input_1, %acc_3 : vector<16xf32>
                %acc_20 = vector.fma %spread_2, %input, %acc_4 : vector<16xf32>
                %acc_21 = vector.fma %spread_2, %input_1, %acc_5 : vector<16xf32>
                %acc_22 = vector.fma %spread_3, %input, %acc_6 : vector<16xf32>
                %acc_23 = vector.fma %spread_3, %input_1, %acc_7 : vector<16xf32>
                %acc_24 = vector.fma %spread_4, %input, %acc_8 : vector<16xf32>
                %acc_25 = vector.fma %spread_4, %input_1, %acc_9 : vector<16xf32>
                %acc_26 = vector.fma %spread_5, %input, %acc_10 : vector<16xf32>
                %acc_27 = vector.fma %spread_5, %input_1, %acc_11 : vector<16xf32>
                %acc_28 = vector.fma %spread_6, %input, %acc_12 : vector<16xf32>
                %acc_29 = vector.fma %spread_6, %input_1, %acc_13 : vector<16xf32>
                %acc_30 = vector.fma %spread_7, %input, %acc_14 : vector<16xf32>
                %acc_31 = vector.fma %spread_7, %input_1, %acc_15 : vector<16xf32>
                scf.yield %acc_16, %acc_17, %acc_18, %acc_19, %acc_20, %acc_21, %acc_22, %acc_23, %acc_24, %acc_25, %acc_26, %acc_27, %acc_28, %acc_29, %acc_30, %acc_31 : vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>
              }
              %at_7 = affine.apply affine_map<(position, start) -> (position + start)>(%position, %start)
              %keep = vector.load %mask[%at_7] : memref<528xf32, #storage>, vector<16xf32>
              %at_8 = affine.apply affine_map<(position, start) -> (position + start + 16)>(%position, %start)
              %keep_1 = vector.load %mask[%at_8] : memref<528xf32, #storage>, vector<16xf32>
              %out_at = affine.apply affine_map<(position, row_to) -> (position + row_to)>(%position, %row_to)
              %residual_1 = vector.load %residual[%out_at] : memref<8448xf32, #storage>, vector<16xf32>
              %sum = arith.addf %accs#0, %residual_1 : vector<16xf32>
              %active = arith.maximumf %sum, %zeros : vector<16xf32>
              %kept = arith.mulf %active, %keep : vector<16xf32>
              vector.store %kept, %out[%out_at] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_1 = affine.apply affine_map<(position, row_to) -> (position + row_to + 16)>(%position, %row_to)
              %residual_2 = vector.load %residual[%out_at_1] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_1 = arith.addf %accs#1, %residual_2 : vector<16xf32>
              %active_1 = arith.maximumf %sum_1, %zeros : vector<16xf32>
              %kept_1 = arith.mulf %active_1, %keep_1 : vector<16xf32>
              vector.store %kept_1, %out[%out_at_1] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_2 = affine.apply affine_map<(position, row_to) -> (position + row_to + 1056)>(%position, %row_to)
              %residual_3 = vector.load %residual[%out_at_2] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_2 = arith.addf %accs#2, %residual_3 : vector<16xf32>
              %active_2 = arith.maximumf %sum_2, %zeros : vector<16xf32>
              %kept_2 = arith.mulf %active_2, %keep : vector<16xf32>
              vector.store %kept_2, %out[%out_at_2] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_3 = affine.apply affine_map<(position, row_to) -> (position + row_to + 1072)>(%position, %row_to)
              %residual_4 = vector.load %residual[%out_at_3] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_3 = arith.addf %accs#3, %residual_4 : vector<16xf32>
              %active_3 = arith.maximumf %sum_3, %zeros : vector<16xf32>
              %kept_3 = arith.mulf %active_3, %keep_1 : vector<16xf32>
              vector.store %kept_3, %out[%out_at_3] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_4 = affine.apply affine_map<(position, row_to) -> (position + row_to + 2112)>(%position, %row_to)
              %residual_5 = vector.load %residual[%out_at_4] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_4 = arith.addf %accs#4, %residual_5 : vector<16xf32>
              %active_4 = arith.maximumf %sum_4, %zeros : vector<16xf32>
              %kept_4 = arith.mulf %active_4, %keep : vector<16xf32>
              vector.store %kept_4, %out[%out_at_4] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_5 = affine.apply affine_map<(position, row_to) -> (position + row_to + 2128)>(%position, %row_to)
              %residual_6 = vector.load %residual[%out_at_5] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_5 = arith.addf %accs#5, %residual_6 : vector<16xf32>
              %active_5 = arith.maximumf %sum_5, %zeros : vector<16xf32>
              %kept_5 = arith.mulf %active_5, %keep_1 : vector<16xf32>
              vector.store %kept_5, %out[%out_at_5] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_6 = affine.apply affine_map<(position, row_to) -> (position + row_to + 3168)>(%position, %row_to)
              %residual_7 = vector.load %residual[%out_at_6] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_6 = arith.addf %accs#6, %residual_7 : vector<16xf32>
              %active_6 = arith.maximumf %sum_6, %zeros : vector<16xf32>
              %kept_6 = arith.mulf %active_6, %keep : vector<16xf32>
              vector.store %kept_6, %out[%out_at_6] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_7 = affine.apply affine_map<(position, row_to) -> (position + row_to + 3184)>(%position, %row_to)
              %residual_8 = vector.load %residual[%out_at_7] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_7 = arith.addf %accs#7, %residual_8 : vector<16xf32>
              %active_7 = arith.maximumf %sum_7, %zeros : vector<16xf32>
              %kept_7 = arith.mulf %active_7, %keep_1 : vector<16xf32>
              vector.store %kept_7, %out[%out_at_7] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_8 = affine.apply affine_map<(position, row_to) -> (position + row_to + 4224)>(%position, %row_to)
              %residual_9 = vector.load %residual[%out_at_8] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_8 = arith.addf %accs#8, %residual_9 : vector<16xf32>
              %active_8 = arith.maximumf %sum_8, %zeros : vector<16xf32>
              %kept_8 = arith.mulf %active_8, %keep : vector<16xf32>
              vector.store %kept_8, %out[%out_at_8] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_9 = affine.apply affine_map<(position, row_to) -> (position + row_to + 4240)>(%position, %row_to)
              %residual_10 = vector.load %residual[%out_at_9] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_9 = arith.addf %accs#9, %residual_10 : vector<16xf32>
              %active_9 = arith.maximumf %sum_9, %zeros : vector<16xf32>
              %kept_9 = arith.mulf %active_9, %keep_1 : vector<16xf32>
              vector.store %kept_9, %out[%out_at_9] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_10 = affine.apply affine_map<(position, row_to) -> (position + row_to + 5280)>(%position, %row_to)
              %residual_11 = vector.load %residual[%out_at_10] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_10 = arith.addf %accs#10, %residual_11 : vector<16xf32>
              %active_10 = arith.maximumf %sum_10, %zeros : vector<16xf32>
              %kept_10 = arith.mulf %active_10, %keep : vector<16xf32>
              vector.store %kept_10, %out[%out_at_10] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_11 = affine.apply affine_map<(position, row_to) -> (position + row_to + 5296)>(%position, %row_to)
              %residual_12 = vector.load %residual[%out_at_11] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_11 = arith.addf %accs#11, %residual_12 : vector<16xf32>
              %active_11 = arith.maximumf %sum_11, %zeros : vector<16xf32>
              %kept_11 = arith.mulf %active_11, %keep_1 : vector<16xf32>
              vector.store %kept_11, %out[%out_at_11] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_12 = affine.apply affine_map<(position, row_to) -> (position + row_to + 6336)>(%position, %row_to)
              %residual_13 = vector.load %residual[%out_at_12] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_12 = arith.addf %accs#12, %residual_13 : vector<16xf32>
              %active_12 = arith.maximumf %sum_12, %zeros : vector<16xf32>
              %kept_12 = arith.mulf %active_12, %keep : vector<16xf32>
              vector.store %kept_12, %out[%out_at_12] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_13 = affine.apply affine_map<(position, row_to) -> (position + row_to + 6352)>(%position, %row_to)
              %residual_14 = vector.load %residual[%out_at_13] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_13 = arith.addf %accs#13, %residual_14 : vector<16xf32>
              %active_13 = arith.maximumf %sum_13, %zeros : vector<16xf32>
              %kept_13 = arith.mulf %active_13, %keep_1 : vector<16xf32>
              vector.store %kept_13, %out[%out_at_13] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_14 = affine.apply affine_map<(position, row_to) -> (position + row_to + 7392)>(%position, %row_to)
              %residual_15 = vector.load %residual[%out_at_14] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_14 = arith.addf %accs#14, %residual_15 : vector<16xf32>
              %active_14 = arith.maximumf %sum_14, %zeros : vector<16xf32>
              %kept_14 = arith.mulf %active_14, %keep : vector<16xf32>
              vector.store %kept_14, %out[%out_at_14] : memref<8448xf32, #storage>, vector<16xf32>
              %out_at_15 = affine.apply affine_map<(position, row_to) -> (position + row_to + 7408)>(%position, %row_to)
              %residual_16 = vector.load %residual[%out_at_15] : memref<8448xf32, #storage>, vector<16xf32>
              %sum_15 = arith.addf %accs#15, %residual_16 : vector<16xf32>
              %active_15 = arith.maximumf %sum_15, %zeros : vector<16xf32>
              %kept_15 = arith.mulf %active_15, %keep_1 : vector<16xf32>
              vector.store %kept_15, %out[%out_at_15] : memref<8448xf32, #storage>, vector<16xf32>
            }
          }
        }
      }
      return
    }
  }
}
func.func private @space2.time2(%x: tensor<8x2x528xf32>, %residual: tensor<8x2x528xf32>) -> tensor<8x2x528xf32> {
  %first_values = util.global.load @space2.time2.first_values : tensor<189x4xf32>
  %first_offsets = util.global.load @space2.time2.first_offsets : tensor<197xi32>
  %first_bounds = util.global.load @space2.time2.first_bounds : tensor<2x3x2xi32>
  %first_bias = util.global.load @space2.time2.first_bias : tensor<3x4xf32>
  %values = util.global.load @space2.time2.values : tensor<27x8xf32>
  %offsets = util.global.load @space2.time2.offsets : tensor<89xi32>
  %bounds = util.global.load @space2.time2.bounds : tensor<2x1x2xi32>
  %bias = util.global.load @space2.time2.bias : tensor<1x8xf32>
  %mask = util.global.load @space2.time2.mask : tensor<528xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<8x2x528xf32> into tensor<8448xf32>
  %residual.flat = tensor.collapse_shape %residual [[0, 1, 2]] : tensor<8x2x528xf32> into tensor<8448xf32>
  %result, %scratch = flow.dispatch @space2.time2_kernel::@space2.time2(%x.flat, %residual.flat, %first_values, %first_offsets, %first_bounds, %first_bias, %values, %offsets, %bounds, %bias, %mask) : (tensor<8448xf32>, tensor<8448xf32>, tensor<189x4xf32>, tensor<197xi32>, tensor<2x3x2xi32>, tensor<3x4xf32>, tensor<27x8xf32>, tensor<89xi32>, tensor<2x1x2xi32>, tensor<1x8xf32>, tensor<528xf32>) -> (tensor<8x2x528xf32>, tensor<16128xf32>)
  return %result : tensor<8x2x528xf32>
}
