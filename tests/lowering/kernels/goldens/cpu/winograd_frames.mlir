#storage = #hal.descriptor_type<storage_buffer>
#reads7_writes3 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @conv.values = #flow.parameter.named<"model"::"conv.values"> : tensor<28x8xf32>
util.global private @conv.offsets = #flow.parameter.named<"model"::"conv.offsets"> : tensor<28xi32>
util.global private @conv.bounds = #flow.parameter.named<"model"::"conv.bounds"> : tensor<9xi32>
util.global private @conv.bias = #flow.parameter.named<"model"::"conv.bias"> : tensor<7xf32>
util.global private @conv.mask = #flow.parameter.named<"model"::"conv.mask"> : tensor<16xf32>
hal.executable.source private @conv_kernel {
  hal.executable.export public @conv ordinal(0) layout(#reads7_writes3) count(%device: !hal.device) -> (index, index, index) {
    %c4 = arith.constant 4 : index
    %c1 = arith.constant 1 : index
    hal.return %c4, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv() attributes {translation_info = #workgroup_of_1} {
      // A convolution over frames, F(2, 3): tile of positions > tile of frames > transform, products, and back.
      // Workgroups are shares of both kinds of tiles.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %c15 = arith.constant 15 : index
      %zero = arith.constant 0.0 : f32
      %c7 = arith.constant 7 : index
      %zeros = arith.constant dense<0.0> : vector<4xf32>
      %c8 = arith.constant 8 : index
      %x = hal.interface.binding.subspan layout(#reads7_writes3) binding(0) alignment(64) offset(%c0) : memref<448xf32, #storage>
      %residual = hal.interface.binding.subspan layout(#reads7_writes3) binding(1) alignment(64) offset(%c0) : memref<448xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads7_writes3) binding(2) alignment(64) offset(%c0) : memref<224xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads7_writes3) binding(3) alignment(64) offset(%c0) : memref<28xi32, #storage>
      %bounds = hal.interface.binding.subspan layout(#reads7_writes3) binding(4) alignment(64) offset(%c0) : memref<9xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads7_writes3) binding(5) alignment(64) offset(%c0) : memref<7xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads7_writes3) binding(6) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads7_writes3) binding(7) alignment(64) offset(%c0) : memref<448xf32, #storage>
      %frames = hal.interface.binding.subspan layout(#reads7_writes3) binding(8) alignment(64) offset(%c0) : memref<896xf32, #storage>
      %sums = hal.interface.binding.subspan layout(#reads7_writes3) binding(9) alignment(64) offset(%c0) : memref<2048xf32, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %frames_of_worker = affine.apply affine_map<(worker) -> (worker * 224)>(%worker)
      %sums_of_worker = affine.apply affine_map<(worker) -> (worker * 512)>(%worker)
      %share_first = affine.min affine_map<(worker) -> (worker * 2, worker)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 2 + 2, worker + 1)>(%worker)
      scf.for %item = %share_first to %share_end step %c1 {
        %at = affine.apply affine_map<(item) -> (item floordiv 2)>(%item)
        %number = affine.apply affine_map<(item) -> (item mod 2)>(%item)
        %position = affine.min affine_map<(at) -> (at * 8, 7)>(%at)
        %at_1 = affine.apply affine_map<(number) -> (number * 2)>(%number)
        %at_2 = affine.apply affine_map<(number) -> (number * 2 + 2)>(%number)
        scf.for %frame = %at_1 to %at_2 step %c1 {
          %is_first = arith.cmpi eq, %at, %c0 : index
          %is_last = arith.cmpi eq, %at, %c1 : index
          %head_end = arith.select %is_first, %c0, %c0 : index
          %tail_end = arith.select %is_last, %c16, %c15 : index
          // The zeros around the pixels of each plane.
          scf.for %channel = %c0 to %c7 step %c1 {
            %plane = affine.apply affine_map<(channel, frame) -> (channel * 64 + frame * 16)>(%channel, %frame)
            scf.for %i = %c0 to %head_end step %c1 {
              %at_3 = arith.addi %plane, %i : index
              memref.store %zero, %out[%at_3] : memref<448xf32, #storage>
            }
            scf.for %i = %c15 to %tail_end step %c1 {
              %at_3 = arith.addi %plane, %i : index
              memref.store %zero, %out[%at_3] : memref<448xf32, #storage>
            }
          }
        }
        %frame = affine.apply affine_map<(number) -> (number * 2 - 1)>(%number)
        %inner = affine.max affine_map<(frame) -> (frame, 0)>(%frame)
        %is_inside = arith.cmpi eq, %frame, %inner : index
        %frame_1 = affine.apply affine_map<(number) -> (number * 2)>(%number)
        %frame_2 = affine.apply affine_map<(number) -> (number * 2 + 1)>(%number)
        %frame_3 = affine.apply affine_map<(number) -> (number * 2 + 2)>(%number)
        %inner_1 = affine.min affine_map<(frame_3) -> (frame_3, 3)>(%frame_3)
        %is_inside_1 = arith.cmpi eq, %frame_3, %inner_1 : index
        scf.for %channel = %c0 to %c7 step %c1 {
          %from = affine.apply affine_map<(channel, position) -> (channel * 64 + position)>(%channel, %position)
          %at_3 = affine.apply affine_map<(from, inner) -> (from + inner * 16)>(%from, %inner)
          %frame_of = vector.load %x[%at_3] : memref<448xf32, #storage>, vector<4xf32>
          %inside = arith.select %is_inside, %frame_of, %zeros : vector<4xf32>
          %at_4 = affine.apply affine_map<(from, frame_1) -> (from + frame_1 * 16)>(%from, %frame_1)
          %frame_of_1 = vector.load %x[%at_4] : memref<448xf32, #storage>, vector<4xf32>
          %at_5 = affine.apply affine_map<(from, frame_2) -> (from + frame_2 * 16)>(%from, %frame_2)
          %frame_of_2 = vector.load %x[%at_5] : memref<448xf32, #storage>, vector<4xf32>
          %at_6 = affine.apply affine_map<(from, inner_1) -> (from + inner_1 * 16)>(%from, %inner_1)
          %frame_of_3 = vector.load %x[%at_6] : memref<448xf32, #storage>, vector<4xf32>
          %inside_1 = arith.select %is_inside_1, %frame_of_3, %zeros : vector<4xf32>
          %turned = arith.addf %frame_of_2, %frame_of_1 : vector<4xf32>
          %turned_1 = arith.subf %frame_of_2, %frame_of_1 : vector<4xf32>
          %part = arith.subf %inside, %frame_of_2 : vector<4xf32>
          %part_1 = arith.subf %inside_1, %frame_of_1 : vector<4xf32>
          %at_7 = affine.apply affine_map<(channel, frames_of_worker) -> (channel * 8 + frames_of_worker)>(%channel, %frames_of_worker)
          vector.store %part, %frames[%at_7] : memref<896xf32, #storage>, vector<4xf32>
          %at_8 = affine.apply affine_map<(channel, frames_of_worker) -> (channel * 8 + frames_of_worker + 56)>(%channel, %frames_of_worker)
          vector.store %turned, %frames[%at_8] : memref<896xf32, #storage>, vector<4xf32>
          %at_9 = affine.apply affine_map<(channel, frames_of_worker) -> (channel * 8 + frames_of_worker + 112)>(%channel, %frames_of_worker)
          vector.store %turned_1, %frames[%at_9] : memref<896xf32, #storage>, vector<4xf32>
          %at_10 = affine.apply affine_map<(channel, frames_of_worker) -> (channel * 8 + frames_of_worker + 168)>(%channel, %frames_of_worker)
          vector.store %part_1, %frames[%at_10] : memref<896xf32, #storage>, vector<4xf32>
          %at_11 = affine.apply affine_map<(from, inner) -> (from + inner * 16 + 4)>(%from, %inner)
          %frame_of_4 = vector.load %x[%at_11] : memref<448xf32, #storage>, vector<4xf32>
          %inside_2 = arith.select %is_inside, %frame_of_4, %zeros : vector<4xf32>
          %at_12 = affine.apply affine_map<(from, frame_1) -> (from + frame_1 * 16 + 4)>(%from, %frame_1)
          %frame_of_5 = vector.load %x[%at_12] : memref<448xf32, #storage>, vector<4xf32>
          %at_13 = affine.apply affine_map<(from, frame_2) -> (from + frame_2 * 16 + 4)>(%from, %frame_2)
          %frame_of_6 = vector.load %x[%at_13] : memref<448xf32, #storage>, vector<4xf32>
          %at_14 = affine.apply affine_map<(from, inner_1) -> (from + inner_1 * 16 + 4)>(%from, %inner_1)
          %frame_of_7 = vector.load %x[%at_14] : memref<448xf32, #storage>, vector<4xf32>
          %inside_3 = arith.select %is_inside_1, %frame_of_7, %zeros : vector<4xf32>
          %turned_2 = arith.addf %frame_of_6, %frame_of_5 : vector<4xf32>
          %turned_3 = arith.subf %frame_of_6, %frame_of_5 : vector<4xf32>
          %part_2 = arith.subf %inside_2, %frame_of_6 : vector<4xf32>
          %part_3 = arith.subf %inside_3, %frame_of_5 : vector<4xf32>
          %at_15 = affine.apply affine_map<(channel, frames_of_worker) -> (channel * 8 + frames_of_worker + 4)>(%channel, %frames_of_worker)
          vector.store %part_2, %frames[%at_15] : memref<896xf32, #storage>, vector<4xf32>
          %at_16 = affine.apply affine_map<(channel, frames_of_worker) -> (channel * 8 + frames_of_worker + 60)>(%channel, %frames_of_worker)
          vector.store %turned_2, %frames[%at_16] : memref<896xf32, #storage>, vector<4xf32>
          %at_17 = affine.apply affine_map<(channel, frames_of_worker) -> (channel * 8 + frames_of_worker + 116)>(%channel, %frames_of_worker)
          vector.store %turned_3, %frames[%at_17] : memref<896xf32, #storage>, vector<4xf32>
          %at_18 = affine.apply affine_map<(channel, frames_of_worker) -> (channel * 8 + frames_of_worker + 172)>(%channel, %frames_of_worker)
          vector.store %part_3, %frames[%at_18] : memref<896xf32, #storage>, vector<4xf32>
        }
        scf.for %row = %c0 to %c8 step %c1 {
          %sums_to = affine.apply affine_map<(row, sums_of_worker) -> (row * 64 + sums_of_worker)>(%row, %sums_of_worker)
          %at_3 = affine.apply affine_map<(row, c0) -> (row + c0)>(%row, %c0)
          %bound = memref.load %bounds[%at_3] : memref<9xi32, #storage>
          %tap_bound = arith.index_cast %bound : i32 to index
          %at_4 = affine.apply affine_map<(row, c1) -> (row + c1)>(%row, %c1)
          %bound_1 = memref.load %bounds[%at_4] : memref<9xi32, #storage>
          %tap_bound_1 = arith.index_cast %bound_1 : i32 to index
          %accs:16 = scf.for %tap = %tap_bound to %tap_bound_1 step %c1 iter_args(%acc = %zeros, %acc_1 = %zeros, %acc_2 = %zeros, %acc_3 = %zeros, %acc_4 = %zeros, %acc_5 = %zeros, %acc_6 = %zeros, %acc_7 = %zeros, %acc_8 = %zeros, %acc_9 = %zeros, %acc_10 = %zeros, %acc_11 = %zeros, %acc_12 = %zeros, %acc_13 = %zeros, %acc_14 = %zeros, %acc_15 = %zeros) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
            %offset32 = memref.load %offsets[%tap] : memref<28xi32, #storage>
            %offset = arith.index_cast %offset32 : i32 to index
            %input_at = arith.addi %offset, %frames_of_worker : index
            %input = vector.load %frames[%input_at] : memref<896xf32, #storage>, vector<4xf32>
            %at_5 = affine.apply affine_map<(input_at) -> (input_at + 4)>(%input_at)
            %input_1 = vector.load %frames[%at_5] : memref<896xf32, #storage>, vector<4xf32>
            %at_6 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
            %weights = vector.load %values[%at_6] : memref<224xf32, #storage>, vector<4xf32>
            %weight = vector.extract %weights[0] : f32 from vector<4xf32>
            %spread = vector.broadcast %weight : f32 to vector<4xf32>
            %weight_1 = vector.extract %weights[1] : f32 from vector<4xf32>
            %spread_1 = vector.broadcast %weight_1 : f32 to vector<4xf32>
            %weight_2 = vector.extract %weights[2] : f32 from vector<4xf32>
            %spread_2 = vector.broadcast %weight_2 : f32 to vector<4xf32>
            %weight_3 = vector.extract %weights[3] : f32 from vector<4xf32>
            %spread_3 = vector.broadcast %weight_3 : f32 to vector<4xf32>
            %at_7 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
            %weights_1 = vector.load %values[%at_7] : memref<224xf32, #storage>, vector<4xf32>
            %weight_4 = vector.extract %weights_1[0] : f32 from vector<4xf32>
            %spread_4 = vector.broadcast %weight_4 : f32 to vector<4xf32>
            %weight_5 = vector.extract %weights_1[1] : f32 from vector<4xf32>
            %spread_5 = vector.broadcast %weight_5 : f32 to vector<4xf32>
            %weight_6 = vector.extract %weights_1[2] : f32 from vector<4xf32>
            %spread_6 = vector.broadcast %weight_6 : f32 to vector<4xf32>
            %weight_7 = vector.extract %weights_1[3] : f32 from vector<4xf32>
            %spread_7 = vector.broadcast %weight_7 : f32 to vector<4xf32>
            %acc_16 = vector.fma %spread, %input, %acc : vector<4xf32>
            %acc_17 = vector.fma %spread, %input_1, %acc_1 : vector<4xf32>
            %acc_18 = vector.fma %spread_1, %input, %acc_2 : vector<4xf32>
            %acc_19 = vector.fma %spread_1, %input_1, %acc_3 : vector<4xf32>
            %acc_20 = vector.fma %spread_2, %input, %acc_4 : vector<4xf32>
            %acc_21 = vector.fma %spread_2, %input_1, %acc_5 : vector<4xf32>
            %acc_22 = vector.fma %spread_3, %input, %acc_6 : vector<4xf32>
            %acc_23 = vector.fma %spread_3, %input_1, %acc_7 : vector<4xf32>
            %acc_24 = vector.fma %spread_4, %input, %acc_8 : vector<4xf32>
            %acc_25 = vector.fma %spread_4, %input_1, %acc_9 : vector<4xf32>
            %acc_26 = vector.fma %spread_5, %input, %acc_10 : vector<4xf32>
            %acc_27 = vector.fma %spread_5, %input_1, %acc_11 : vector<4xf32>
            %acc_28 = vector.fma %spread_6, %input, %acc_12 : vector<4xf32>
            %acc_29 = vector.fma %spread_6, %input_1, %acc_13 : vector<4xf32>
            %acc_30 = vector.fma %spread_7, %input, %acc_14 : vector<4xf32>
            %acc_31 = vector.fma %spread_7, %input_1, %acc_15 : vector<4xf32>
            scf.yield %acc_16, %acc_17, %acc_18, %acc_19, %acc_20, %acc_21, %acc_22, %acc_23, %acc_24, %acc_25, %acc_26, %acc_27, %acc_28, %acc_29, %acc_30, %acc_31 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
          }
          vector.store %accs#0, %sums[%sums_to] : memref<2048xf32, #storage>, vector<4xf32>
          %at_5 = affine.apply affine_map<(sums_to) -> (sums_to + 4)>(%sums_to)
          vector.store %accs#1, %sums[%at_5] : memref<2048xf32, #storage>, vector<4xf32>
          %at_6 = affine.apply affine_map<(sums_to) -> (sums_to + 8)>(%sums_to)
          vector.store %accs#2, %sums[%at_6] : memref<2048xf32, #storage>, vector<4xf32>
          %at_7 = affine.apply affine_map<(sums_to) -> (sums_to + 12)>(%sums_to)
          vector.store %accs#3, %sums[%at_7] : memref<2048xf32, #storage>, vector<4xf32>
          %at_8 = affine.apply affine_map<(sums_to) -> (sums_to + 16)>(%sums_to)
          vector.store %accs#4, %sums[%at_8] : memref<2048xf32, #storage>, vector<4xf32>
          %at_9 = affine.apply affine_map<(sums_to) -> (sums_to + 20)>(%sums_to)
          vector.store %accs#5, %sums[%at_9] : memref<2048xf32, #storage>, vector<4xf32>
          %at_10 = affine.apply affine_map<(sums_to) -> (sums_to + 24)>(%sums_to)
          vector.store %accs#6, %sums[%at_10] : memref<2048xf32, #storage>, vector<4xf32>
          %at_11 = affine.apply affine_map<(sums_to) -> (sums_to + 28)>(%sums_to)
          vector.store %accs#7, %sums[%at_11] : memref<2048xf32, #storage>, vector<4xf32>
          %at_12 = affine.apply affine_map<(sums_to) -> (sums_to + 32)>(%sums_to)
          vector.store %accs#8, %sums[%at_12] : memref<2048xf32, #storage>, vector<4xf32>
          %at_13 = affine.apply affine_map<(sums_to) -> (sums_to + 36)>(%sums_to)
          vector.store %accs#9, %sums[%at_13] : memref<2048xf32, #storage>, vector<4xf32>
          %at_14 = affine.apply affine_map<(sums_to) -> (sums_to + 40)>(%sums_to)
          vector.store %accs#10, %sums[%at_14] : memref<2048xf32, #storage>, vector<4xf32>
          %at_15 = affine.apply affine_map<(sums_to) -> (sums_to + 44)>(%sums_to)
          vector.store %accs#11, %sums[%at_15] : memref<2048xf32, #storage>, vector<4xf32>
          %at_16 = affine.apply affine_map<(sums_to) -> (sums_to + 48)>(%sums_to)
          vector.store %accs#12, %sums[%at_16] : memref<2048xf32, #storage>, vector<4xf32>
          %at_17 = affine.apply affine_map<(sums_to) -> (sums_to + 52)>(%sums_to)
          vector.store %accs#13, %sums[%at_17] : memref<2048xf32, #storage>, vector<4xf32>
          %at_18 = affine.apply affine_map<(sums_to) -> (sums_to + 56)>(%sums_to)
          vector.store %accs#14, %sums[%at_18] : memref<2048xf32, #storage>, vector<4xf32>
          %at_19 = affine.apply affine_map<(sums_to) -> (sums_to + 60)>(%sums_to)
          vector.store %accs#15, %sums[%at_19] : memref<2048xf32, #storage>, vector<4xf32>
        }
        %first = affine.apply affine_map<(number, position) -> (number * 32 + position)>(%number, %position)
        %keep = vector.load %mask[%position] : memref<16xf32, #storage>, vector<4xf32>
        %at_3 = affine.apply affine_map<(position) -> (position + 4)>(%position)
        %keep_1 = vector.load %mask[%at_3] : memref<16xf32, #storage>, vector<4xf32>
        scf.for %filter = %c0 to %c7 step %c1 {
          %bias_of = memref.load %bias[%filter] : memref<7xf32, #storage>
          %start = vector.broadcast %bias_of : f32 to vector<4xf32>
          %out_to = affine.apply affine_map<(filter, first) -> (filter * 64 + first)>(%filter, %first)
          %from = affine.apply affine_map<(filter, sums_of_worker) -> (filter * 8 + sums_of_worker)>(%filter, %sums_of_worker)
          %sum = vector.load %sums[%from] : memref<2048xf32, #storage>, vector<4xf32>
          %at_4 = affine.apply affine_map<(from) -> (from + 128)>(%from)
          %sum_1 = vector.load %sums[%at_4] : memref<2048xf32, #storage>, vector<4xf32>
          %at_5 = affine.apply affine_map<(from) -> (from + 256)>(%from)
          %sum_2 = vector.load %sums[%at_5] : memref<2048xf32, #storage>, vector<4xf32>
          %at_6 = affine.apply affine_map<(from) -> (from + 384)>(%from)
          %sum_3 = vector.load %sums[%at_6] : memref<2048xf32, #storage>, vector<4xf32>
          %pair = arith.addf %sum_1, %sum_2 : vector<4xf32>
          %pair_1 = arith.subf %sum_1, %sum_2 : vector<4xf32>
          %part = arith.addf %sum, %pair : vector<4xf32>
          %part_1 = arith.addf %pair_1, %sum_3 : vector<4xf32>
          %pixels = arith.addf %part, %start : vector<4xf32>
          %residual_1 = vector.load %residual[%out_to] : memref<448xf32, #storage>, vector<4xf32>
          %more = arith.addf %pixels, %residual_1 : vector<4xf32>
          %active = arith.maximumf %more, %zeros : vector<4xf32>
          %kept = arith.mulf %active, %keep : vector<4xf32>
          vector.store %kept, %out[%out_to] : memref<448xf32, #storage>, vector<4xf32>
          %out_at = affine.apply affine_map<(out_to) -> (out_to + 16)>(%out_to)
          %pixels_1 = arith.addf %part_1, %start : vector<4xf32>
          %residual_2 = vector.load %residual[%out_at] : memref<448xf32, #storage>, vector<4xf32>
          %more_1 = arith.addf %pixels_1, %residual_2 : vector<4xf32>
          %active_1 = arith.maximumf %more_1, %zeros : vector<4xf32>
          %kept_1 = arith.mulf %active_1, %keep : vector<4xf32>
          vector.store %kept_1, %out[%out_at] : memref<448xf32, #storage>, vector<4xf32>
          %from_1 = affine.apply affine_map<(filter, sums_of_worker) -> (filter * 8 + sums_of_worker + 4)>(%filter, %sums_of_worker)
          %sum_4 = vector.load %sums[%from_1] : memref<2048xf32, #storage>, vector<4xf32>
          %at_7 = affine.apply affine_map<(from_1) -> (from_1 + 128)>(%from_1)
          %sum_5 = vector.load %sums[%at_7] : memref<2048xf32, #storage>, vector<4xf32>
          %at_8 = affine.apply affine_map<(from_1) -> (from_1 + 256)>(%from_1)
          %sum_6 = vector.load %sums[%at_8] : memref<2048xf32, #storage>, vector<4xf32>
          %at_9 = affine.apply affine_map<(from_1) -> (from_1 + 384)>(%from_1)
          %sum_7 = vector.load %sums[%at_9] : memref<2048xf32, #storage>, vector<4xf32>
          %pair_2 = arith.addf %sum_5, %sum_6 : vector<4xf32>
          %pair_3 = arith.subf %sum_5, %sum_6 : vector<4xf32>
          %part_2 = arith.addf %sum_4, %pair_2 : vector<4xf32>
          %part_3 = arith.addf %pair_3, %sum_7 : vector<4xf32>
          %out_at_1 = affine.apply affine_map<(out_to) -> (out_to + 4)>(%out_to)
          %pixels_2 = arith.addf %part_2, %start : vector<4xf32>
          %residual_3 = vector.load %residual[%out_at_1] : memref<448xf32, #storage>, vector<4xf32>
          %more_2 = arith.addf %pixels_2, %residual_3 : vector<4xf32>
          %active_2 = arith.maximumf %more_2, %zeros : vector<4xf32>
          %kept_2 = arith.mulf %active_2, %keep_1 : vector<4xf32>
          vector.store %kept_2, %out[%out_at_1] : memref<448xf32, #storage>, vector<4xf32>
          %out_at_2 = affine.apply affine_map<(out_to) -> (out_to + 20)>(%out_to)
          %pixels_3 = arith.addf %part_3, %start : vector<4xf32>
          %residual_4 = vector.load %residual[%out_at_2] : memref<448xf32, #storage>, vector<4xf32>
          %more_3 = arith.addf %pixels_3, %residual_4 : vector<4xf32>
          %active_3 = arith.maximumf %more_3, %zeros : vector<4xf32>
          %kept_3 = arith.mulf %active_3, %keep_1 : vector<4xf32>
          vector.store %kept_3, %out[%out_at_2] : memref<448xf32, #storage>, vector<4xf32>
        }
      }
      return
    }
  }
}
func.func private @conv(%x: tensor<7x4x16xf32>, %residual: tensor<7x4x16xf32>) -> tensor<7x4x16xf32> {
  %values = util.global.load @conv.values : tensor<28x8xf32>
  %offsets = util.global.load @conv.offsets : tensor<28xi32>
  %bounds = util.global.load @conv.bounds : tensor<9xi32>
  %bias = util.global.load @conv.bias : tensor<7xf32>
  %mask = util.global.load @conv.mask : tensor<16xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<7x4x16xf32> into tensor<448xf32>
  %residual.flat = tensor.collapse_shape %residual [[0, 1, 2]] : tensor<7x4x16xf32> into tensor<448xf32>
  %result, %scratch, %scratch_1 = flow.dispatch @conv_kernel::@conv(%x.flat, %residual.flat, %values, %offsets, %bounds, %bias, %mask) : (tensor<448xf32>, tensor<448xf32>, tensor<28x8xf32>, tensor<28xi32>, tensor<9xi32>, tensor<7xf32>, tensor<16xf32>) -> (tensor<7x4x16xf32>, tensor<896xf32>, tensor<2048xf32>)
  return %result : tensor<7x4x16xf32>
}
