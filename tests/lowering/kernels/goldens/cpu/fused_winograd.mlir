#storage = #hal.descriptor_type<storage_buffer>
#reads8_writes2 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @conv.products.conv.values = #flow.parameter.named<"model"::"conv.products.conv.values"> : tensor<512x8xf32>
util.global private @conv.products.conv.offsets = #flow.parameter.named<"model"::"conv.products.conv.offsets"> : tensor<512xi32>
util.global private @conv.products.conv.bounds = #flow.parameter.named<"model"::"conv.products.conv.bounds"> : tensor<33xi32>
util.global private @conv.products.conv.bias = #flow.parameter.named<"model"::"conv.products.conv.bias"> : tensor<16xf32>
util.global private @conv.products.conv.places = #flow.parameter.named<"model"::"conv.products.conv.places"> : tensor<24xi32>
util.global private @conv.products.conv.mask = #flow.parameter.named<"model"::"conv.products.conv.mask"> : tensor<2x48xf32>
hal.executable.source private @conv.products.conv_kernel {
  hal.executable.export public @conv.products.conv ordinal(0) layout(#reads8_writes2) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv.products.conv() attributes {translation_info = #workgroup_of_1} {
      // Winograd's products and the transform of their sums, F(2 x 2, 3 x 3): tile of positions > row of filters > tap.
      // Workgroups are shares of the tiles of positions.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %zero = arith.constant 0.0 : f32
      %c16 = arith.constant 16 : index
      %c50 = arith.constant 50 : index
      %c80 = arith.constant 80 : index
      %c5 = arith.constant 5 : index
      %c32 = arith.constant 32 : index
      %zeros = arith.constant dense<0.0> : vector<4xf32>
      %c2 = arith.constant 2 : index
      %zeros_1 = arith.constant dense<0.0> : vector<8xf32>
      %x = hal.interface.binding.subspan layout(#reads8_writes2) binding(0) alignment(64) offset(%c0) : memref<13056xf32, #storage>
      %residual = hal.interface.binding.subspan layout(#reads8_writes2) binding(1) alignment(64) offset(%c0) : memref<2560xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads8_writes2) binding(2) alignment(64) offset(%c0) : memref<4096xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads8_writes2) binding(3) alignment(64) offset(%c0) : memref<512xi32, #storage>
      %bounds = hal.interface.binding.subspan layout(#reads8_writes2) binding(4) alignment(64) offset(%c0) : memref<33xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads8_writes2) binding(5) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %places = hal.interface.binding.subspan layout(#reads8_writes2) binding(6) alignment(64) offset(%c0) : memref<24xi32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads8_writes2) binding(7) alignment(64) offset(%c0) : memref<96xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads8_writes2) binding(8) alignment(64) offset(%c0) : memref<2560xf32, #storage>
      %sums = hal.interface.binding.subspan layout(#reads8_writes2) binding(9) alignment(64) offset(%c0) : memref<6144xf32, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %sums_of_worker = affine.apply affine_map<(worker) -> (worker * 3072)>(%worker)
      %share_first = affine.min affine_map<(worker) -> (worker * 2, worker)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 2 + 2, worker + 1)>(%worker)
      scf.for %tile = %share_first to %share_end step %c1 {
        %at = affine.apply affine_map<(tile) -> ((tile * 32) floordiv 2)>(%tile)
        %at_1 = affine.apply affine_map<(tile) -> (((tile + 1) * 32) floordiv 2)>(%tile)
        // The zeros around the pixels of each plane.
        scf.for %channel = %at to %at_1 step %c1 {
          %plane = affine.apply affine_map<(channel, c0) -> (channel * 80 + c0 * 80)>(%channel, %c0)
          scf.for %i = %c0 to %c16 step %c1 {
            %at_2 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_2] : memref<2560xf32, #storage>
          }
          scf.for %i = %c50 to %c80 step %c1 {
            %at_2 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_2] : memref<2560xf32, #storage>
          }
        }
        // The zeros between the lines of the image.
        scf.for %channel = %at to %at_1 step %c1 {
          scf.for %line = %c1 to %c5 step %c1 {
            %at_2 = affine.apply affine_map<(channel, c0, line) -> (channel * 80 + c0 * 80 + line * 7 + 15)>(%channel, %c0, %line)
            memref.store %zero, %out[%at_2] : memref<2560xf32, #storage>
          }
        }
        %position = affine.min affine_map<(tile) -> (tile * 12, 12)>(%tile)
        scf.for %row_of = %c0 to %c32 step %c1 {
          %sums_to = affine.apply affine_map<(row_of, sums_of_worker) -> (row_of * 96 + sums_of_worker)>(%row_of, %sums_of_worker)
          %at_2 = affine.apply affine_map<(row_of, c0) -> (row_of + c0)>(%row_of, %c0)
          %bound = memref.load %bounds[%at_2] : memref<33xi32, #storage>
          %tap_bound = arith.index_cast %bound : i32 to index
          %at_3 = affine.apply affine_map<(row_of, c1) -> (row_of + c1)>(%row_of, %c1)
          %bound_1 = memref.load %bounds[%at_3] : memref<33xi32, #storage>
          %tap_bound_1 = arith.index_cast %bound_1 : i32 to index
          %accs:24 = scf.for %tap = %tap_bound to %tap_bound_1 step %c1 iter_args(%acc = %zeros, %acc_1 = %zeros, %acc_2 = %zeros, %acc_3 = %zeros, %acc_4 = %zeros, %acc_5 = %zeros, %acc_6 = %zeros, %acc_7 = %zeros, %acc_8 = %zeros, %acc_9 = %zeros, %acc_10 = %zeros, %acc_11 = %zeros, %acc_12 = %zeros, %acc_13 = %zeros, %acc_14 = %zeros, %acc_15 = %zeros, %acc_16 = %zeros, %acc_17 = %zeros, %acc_18 = %zeros, %acc_19 = %zeros, %acc_20 = %zeros, %acc_21 = %zeros, %acc_22 = %zeros, %acc_23 = %zeros) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
            %offset32 = memref.load %offsets[%tap] : memref<512xi32, #storage>
            %offset = arith.index_cast %offset32 : i32 to index
            %input_at = arith.addi %offset, %position : index
            %input = vector.load %x[%input_at] : memref<13056xf32, #storage>, vector<4xf32>
            %at_4 = affine.apply affine_map<(input_at) -> (input_at + 4)>(%input_at)
            %input_1 = vector.load %x[%at_4] : memref<13056xf32, #storage>, vector<4xf32>
            %at_5 = affine.apply affine_map<(input_at) -> (input_at + 8)>(%input_at)
            %input_2 = vector.load %x[%at_5] : memref<13056xf32, #storage>, vector<4xf32>
            %at_6 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
            %weights = vector.load %values[%at_6] : memref<4096xf32, #storage>, vector<4xf32>
            %weight = vector.extract %weights[0] : f32 from vector<4xf32>
            %spread = vector.broadcast %weight : f32 to vector<4xf32>
            %weight_1 = vector.extract %weights[1] : f32 from vector<4xf32>
            %spread_1 = vector.broadcast %weight_1 : f32 to vector<4xf32>
            %weight_2 = vector.extract %weights[2] : f32 from vector<4xf32>
            %spread_2 = vector.broadcast %weight_2 : f32 to vector<4xf32>
            %weight_3 = vector.extract %weights[3] : f32 from vector<4xf32>
            %spread_3 = vector.broadcast %weight_3 : f32 to vector<4xf32>
            %at_7 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
            %weights_1 = vector.load %values[%at_7] : memref<4096xf32, #storage>, vector<4xf32>
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
          vector.store %accs#0, %sums[%sums_to] : memref<6144xf32, #storage>, vector<4xf32>
          %at_4 = affine.apply affine_map<(sums_to) -> (sums_to + 4)>(%sums_to)
          vector.store %accs#1, %sums[%at_4] : memref<6144xf32, #storage>, vector<4xf32>
          %at_5 = affine.apply affine_map<(sums_to) -> (sums_to + 8)>(%sums_to)
          vector.store %accs#2, %sums[%at_5] : memref<6144xf32, #storage>, vector<4xf32>
          %at_6 = affine.apply affine_map<(sums_to) -> (sums_to + 12)>(%sums_to)
          vector.store %accs#3, %sums[%at_6] : memref<6144xf32, #storage>, vector<4xf32>
          %at_7 = affine.apply affine_map<(sums_to) -> (sums_to + 16)>(%sums_to)
          vector.store %accs#4, %sums[%at_7] : memref<6144xf32, #storage>, vector<4xf32>
          %at_8 = affine.apply affine_map<(sums_to) -> (sums_to + 20)>(%sums_to)
          vector.store %accs#5, %sums[%at_8] : memref<6144xf32, #storage>, vector<4xf32>
          %at_9 = affine.apply affine_map<(sums_to) -> (sums_to + 24)>(%sums_to)
          vector.store %accs#6, %sums[%at_9] : memref<6144xf32, #storage>, vector<4xf32>
          %at_10 = affine.apply affine_map<(sums_to) -> (sums_to + 28)>(%sums_to)
          vector.store %accs#7, %sums[%at_10] : memref<6144xf32, #storage>, vector<4xf32>
          %at_11 = affine.apply affine_map<(sums_to) -> (sums_to + 32)>(%sums_to)
          vector.store %accs#8, %sums[%at_11] : memref<6144xf32, #storage>, vector<4xf32>
          %at_12 = affine.apply affine_map<(sums_to) -> (sums_to + 36)>(%sums_to)
          vector.store %accs#9, %sums[%at_12] : memref<6144xf32, #storage>, vector<4xf32>
          %at_13 = affine.apply affine_map<(sums_to) -> (sums_to + 40)>(%sums_to)
          vector.store %accs#10, %sums[%at_13] : memref<6144xf32, #storage>, vector<4xf32>
          %at_14 = affine.apply affine_map<(sums_to) -> (sums_to + 44)>(%sums_to)
          vector.store %accs#11, %sums[%at_14] : memref<6144xf32, #storage>, vector<4xf32>
          %at_15 = affine.apply affine_map<(sums_to) -> (sums_to + 48)>(%sums_to)
          vector.store %accs#12, %sums[%at_15] : memref<6144xf32, #storage>, vector<4xf32>
          %at_16 = affine.apply affine_map<(sums_to) -> (sums_to + 52)>(%sums_to)
          vector.store %accs#13, %sums[%at_16] : memref<6144xf32, #storage>, vector<4xf32>
          %at_17 = affine.apply affine_map<(sums_to) -> (sums_to + 56)>(%sums_to)
          vector.store %accs#14, %sums[%at_17] : memref<6144xf32, #storage>, vector<4xf32>
          %at_18 = affine.apply affine_map<(sums_to) -> (sums_to + 60)>(%sums_to)
          vector.store %accs#15, %sums[%at_18] : memref<6144xf32, #storage>, vector<4xf32>
          %at_19 = affine.apply affine_map<(sums_to) -> (sums_to + 64)>(%sums_to)
          vector.store %accs#16, %sums[%at_19] : memref<6144xf32, #storage>, vector<4xf32>
          %at_20 = affine.apply affine_map<(sums_to) -> (sums_to + 68)>(%sums_to)
          vector.store %accs#17, %sums[%at_20] : memref<6144xf32, #storage>, vector<4xf32>
          %at_21 = affine.apply affine_map<(sums_to) -> (sums_to + 72)>(%sums_to)
          vector.store %accs#18, %sums[%at_21] : memref<6144xf32, #storage>, vector<4xf32>
          %at_22 = affine.apply affine_map<(sums_to) -> (sums_to + 76)>(%sums_to)
          vector.store %accs#19, %sums[%at_22] : memref<6144xf32, #storage>, vector<4xf32>
          %at_23 = affine.apply affine_map<(sums_to) -> (sums_to + 80)>(%sums_to)
          vector.store %accs#20, %sums[%at_23] : memref<6144xf32, #storage>, vector<4xf32>
          %at_24 = affine.apply affine_map<(sums_to) -> (sums_to + 84)>(%sums_to)
          vector.store %accs#21, %sums[%at_24] : memref<6144xf32, #storage>, vector<4xf32>
          %at_25 = affine.apply affine_map<(sums_to) -> (sums_to + 88)>(%sums_to)
          vector.store %accs#22, %sums[%at_25] : memref<6144xf32, #storage>, vector<4xf32>
          %at_26 = affine.apply affine_map<(sums_to) -> (sums_to + 92)>(%sums_to)
          vector.store %accs#23, %sums[%at_26] : memref<6144xf32, #storage>, vector<4xf32>
          %later = affine.apply affine_map<(row_of) -> (row_of + 2)>(%row_of)
          // This row's share of the channels that are read later.
          %at_27 = affine.apply affine_map<(later) -> ((later * 17) floordiv 2)>(%later)
          %at_28 = affine.apply affine_map<(later) -> ((later * 17 + 17) floordiv 2)>(%later)
          scf.for %channel = %at_27 to %at_28 step %c1 {
            %at_29 = affine.apply affine_map<(channel, position) -> (channel * 48 + position)>(%channel, %position)
            memref.prefetch %x[%at_29], read, locality<2>, data : memref<13056xf32, #storage>
          }
        }
        scf.for %row = %c0 to %c2 step %c1 {
          %sums_of = affine.apply affine_map<(row, sums_of_worker) -> (row * 96 + sums_of_worker)>(%row, %sums_of_worker)
          %filters = affine.min affine_map<(row) -> (8, 16 - row * 8)>(%row)
          scf.for %g = %c0 to %filters step %c1 {
            %channel = affine.apply affine_map<(row, g) -> (row * 8 + g)>(%row, %g)
            %bias_of = memref.load %bias[%channel] : memref<16xf32, #storage>
            %spread = vector.broadcast %bias_of : f32 to vector<8xf32>
            %plane = affine.apply affine_map<(channel) -> (channel * 160)>(%channel)
            %from = affine.apply affine_map<(sums_of, g) -> (sums_of + g * 12 + 8)>(%sums_of, %g)
            %product = vector.load %sums[%from] : memref<6144xf32, #storage>, vector<4xf32>
            %at_2 = affine.apply affine_map<(from) -> (from + 192)>(%from)
            %product_1 = vector.load %sums[%at_2] : memref<6144xf32, #storage>, vector<4xf32>
            %at_3 = affine.apply affine_map<(from) -> (from + 384)>(%from)
            %product_2 = vector.load %sums[%at_3] : memref<6144xf32, #storage>, vector<4xf32>
            %at_4 = affine.apply affine_map<(from) -> (from + 576)>(%from)
            %product_3 = vector.load %sums[%at_4] : memref<6144xf32, #storage>, vector<4xf32>
            %at_5 = affine.apply affine_map<(from) -> (from + 768)>(%from)
            %product_4 = vector.load %sums[%at_5] : memref<6144xf32, #storage>, vector<4xf32>
            %at_6 = affine.apply affine_map<(from) -> (from + 960)>(%from)
            %product_5 = vector.load %sums[%at_6] : memref<6144xf32, #storage>, vector<4xf32>
            %at_7 = affine.apply affine_map<(from) -> (from + 1152)>(%from)
            %product_6 = vector.load %sums[%at_7] : memref<6144xf32, #storage>, vector<4xf32>
            %at_8 = affine.apply affine_map<(from) -> (from + 1344)>(%from)
            %product_7 = vector.load %sums[%at_8] : memref<6144xf32, #storage>, vector<4xf32>
            %at_9 = affine.apply affine_map<(from) -> (from + 1536)>(%from)
            %product_8 = vector.load %sums[%at_9] : memref<6144xf32, #storage>, vector<4xf32>
            %at_10 = affine.apply affine_map<(from) -> (from + 1728)>(%from)
            %product_9 = vector.load %sums[%at_10] : memref<6144xf32, #storage>, vector<4xf32>
            %at_11 = affine.apply affine_map<(from) -> (from + 1920)>(%from)
            %product_10 = vector.load %sums[%at_11] : memref<6144xf32, #storage>, vector<4xf32>
            %at_12 = affine.apply affine_map<(from) -> (from + 2112)>(%from)
            %product_11 = vector.load %sums[%at_12] : memref<6144xf32, #storage>, vector<4xf32>
            %at_13 = affine.apply affine_map<(from) -> (from + 2304)>(%from)
            %product_12 = vector.load %sums[%at_13] : memref<6144xf32, #storage>, vector<4xf32>
            %at_14 = affine.apply affine_map<(from) -> (from + 2496)>(%from)
            %product_13 = vector.load %sums[%at_14] : memref<6144xf32, #storage>, vector<4xf32>
            %at_15 = affine.apply affine_map<(from) -> (from + 2688)>(%from)
            %product_14 = vector.load %sums[%at_15] : memref<6144xf32, #storage>, vector<4xf32>
            %at_16 = affine.apply affine_map<(from) -> (from + 2880)>(%from)
            %product_15 = vector.load %sums[%at_16] : memref<6144xf32, #storage>, vector<4xf32>
            %pair = arith.addf %product_1, %product_2 : vector<4xf32>
            %pair_1 = arith.subf %product_1, %product_2 : vector<4xf32>
            %part = arith.addf %product, %pair : vector<4xf32>
            %part_1 = arith.addf %pair_1, %product_3 : vector<4xf32>
            %pair_2 = arith.addf %product_5, %product_6 : vector<4xf32>
            %pair_3 = arith.subf %product_5, %product_6 : vector<4xf32>
            %part_2 = arith.addf %product_4, %pair_2 : vector<4xf32>
            %part_3 = arith.addf %pair_3, %product_7 : vector<4xf32>
            %pair_4 = arith.addf %product_9, %product_10 : vector<4xf32>
            %pair_5 = arith.subf %product_9, %product_10 : vector<4xf32>
            %part_4 = arith.addf %product_8, %pair_4 : vector<4xf32>
            %part_5 = arith.addf %pair_5, %product_11 : vector<4xf32>
            %pair_6 = arith.addf %product_13, %product_14 : vector<4xf32>
            %pair_7 = arith.subf %product_13, %product_14 : vector<4xf32>
            %part_6 = arith.addf %product_12, %pair_6 : vector<4xf32>
            %part_7 = arith.addf %pair_7, %product_15 : vector<4xf32>
            %pair_8 = arith.addf %part_2, %part_4 : vector<4xf32>
            %pair_9 = arith.subf %part_2, %part_4 : vector<4xf32>
            %part_8 = arith.addf %part, %pair_8 : vector<4xf32>
            %part_9 = arith.addf %pair_9, %part_6 : vector<4xf32>
            %pair_10 = arith.addf %part_3, %part_5 : vector<4xf32>
            %pair_11 = arith.subf %part_3, %part_5 : vector<4xf32>
            %part_10 = arith.addf %part_1, %pair_10 : vector<4xf32>
            %part_11 = arith.addf %pair_11, %part_7 : vector<4xf32>
            %tile_first = affine.apply affine_map<(position) -> (position + 8)>(%position)
            %place32 = memref.load %places[%tile_first] : memref<24xi32, #storage>
            %place32_1 = arith.index_cast %place32 : i32 to index
            %at_17 = affine.apply affine_map<(plane, place32_1) -> (plane + place32_1)>(%plane, %place32_1)
            %at_18 = affine.apply affine_map<(tile_first) -> (tile_first + 1)>(%tile_first)
            %place32_2 = memref.load %places[%at_18] : memref<24xi32, #storage>
            %place32_2_1 = arith.index_cast %place32_2 : i32 to index
            %at_19 = affine.apply affine_map<(plane, place32_2_1) -> (plane + place32_2_1)>(%plane, %place32_2_1)
            %at_20 = affine.apply affine_map<(tile_first) -> (tile_first + 2)>(%tile_first)
            %place32_3 = memref.load %places[%at_20] : memref<24xi32, #storage>
            %place32_3_1 = arith.index_cast %place32_3 : i32 to index
            %at_21 = affine.apply affine_map<(plane, place32_3_1) -> (plane + place32_3_1)>(%plane, %place32_3_1)
            %at_22 = affine.apply affine_map<(tile_first) -> (tile_first + 3)>(%tile_first)
            %place32_4 = memref.load %places[%at_22] : memref<24xi32, #storage>
            %place32_4_1 = arith.index_cast %place32_4 : i32 to index
            %at_23 = affine.apply affine_map<(plane, place32_4_1) -> (plane + place32_4_1)>(%plane, %place32_4_1)
            %together = vector.shuffle %part_8, %part_10 [0, 4, 1, 5, 2, 6, 3, 7] : vector<4xf32>, vector<4xf32>
            %pixels = arith.addf %together, %spread : vector<8xf32>
            %residual_1 = vector.load %residual[%at_17] : memref<2560xf32, #storage>, vector<2xf32>
            %residual_2 = vector.load %residual[%at_19] : memref<2560xf32, #storage>, vector<2xf32>
            %residual_3 = vector.load %residual[%at_21] : memref<2560xf32, #storage>, vector<2xf32>
            %residual_4 = vector.load %residual[%at_23] : memref<2560xf32, #storage>, vector<2xf32>
            %joined = vector.shuffle %residual_1, %residual_2 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_1 = vector.shuffle %residual_3, %residual_4 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_2 = vector.shuffle %joined, %joined_1 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %sum = arith.addf %pixels, %joined_2 : vector<8xf32>
            %active = arith.maximumf %sum, %zeros_1 : vector<8xf32>
            %at_24 = affine.apply affine_map<(tile_first) -> (tile_first * 2)>(%tile_first)
            %keep = vector.load %mask[%at_24] : memref<96xf32, #storage>, vector<8xf32>
            %kept = arith.mulf %active, %keep : vector<8xf32>
            %own = vector.shuffle %kept, %kept [6, 7] : vector<8xf32>, vector<8xf32>
            vector.store %own, %out[%at_23] : memref<2560xf32, #storage>, vector<2xf32>
            %own_1 = vector.shuffle %kept, %kept [4, 5] : vector<8xf32>, vector<8xf32>
            vector.store %own_1, %out[%at_21] : memref<2560xf32, #storage>, vector<2xf32>
            %own_2 = vector.shuffle %kept, %kept [2, 3] : vector<8xf32>, vector<8xf32>
            vector.store %own_2, %out[%at_19] : memref<2560xf32, #storage>, vector<2xf32>
            %own_3 = vector.shuffle %kept, %kept [0, 1] : vector<8xf32>, vector<8xf32>
            vector.store %own_3, %out[%at_17] : memref<2560xf32, #storage>, vector<2xf32>
            %together_1 = vector.shuffle %part_9, %part_11 [0, 4, 1, 5, 2, 6, 3, 7] : vector<4xf32>, vector<4xf32>
            %pixels_1 = arith.addf %together_1, %spread : vector<8xf32>
            %at_25 = affine.apply affine_map<(at_17) -> (at_17 + 7)>(%at_17)
            %residual_5 = vector.load %residual[%at_25] : memref<2560xf32, #storage>, vector<2xf32>
            %at_26 = affine.apply affine_map<(at_19) -> (at_19 + 7)>(%at_19)
            %residual_6 = vector.load %residual[%at_26] : memref<2560xf32, #storage>, vector<2xf32>
            %at_27 = affine.apply affine_map<(at_21) -> (at_21 + 7)>(%at_21)
            %residual_7 = vector.load %residual[%at_27] : memref<2560xf32, #storage>, vector<2xf32>
            %at_28 = affine.apply affine_map<(at_23) -> (at_23 + 7)>(%at_23)
            %residual_8 = vector.load %residual[%at_28] : memref<2560xf32, #storage>, vector<2xf32>
            %joined_3 = vector.shuffle %residual_5, %residual_6 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_4 = vector.shuffle %residual_7, %residual_8 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_5 = vector.shuffle %joined_3, %joined_4 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %sum_1 = arith.addf %pixels_1, %joined_5 : vector<8xf32>
            %active_1 = arith.maximumf %sum_1, %zeros_1 : vector<8xf32>
            %at_29 = affine.apply affine_map<(tile_first) -> (tile_first * 2 + 48)>(%tile_first)
            %keep_1 = vector.load %mask[%at_29] : memref<96xf32, #storage>, vector<8xf32>
            %kept_1 = arith.mulf %active_1, %keep_1 : vector<8xf32>
            %own_4 = vector.shuffle %kept_1, %kept_1 [6, 7] : vector<8xf32>, vector<8xf32>
            %at_30 = affine.apply affine_map<(at_23) -> (at_23 + 7)>(%at_23)
            vector.store %own_4, %out[%at_30] : memref<2560xf32, #storage>, vector<2xf32>
            %own_5 = vector.shuffle %kept_1, %kept_1 [4, 5] : vector<8xf32>, vector<8xf32>
            %at_31 = affine.apply affine_map<(at_21) -> (at_21 + 7)>(%at_21)
            vector.store %own_5, %out[%at_31] : memref<2560xf32, #storage>, vector<2xf32>
            %own_6 = vector.shuffle %kept_1, %kept_1 [2, 3] : vector<8xf32>, vector<8xf32>
            %at_32 = affine.apply affine_map<(at_19) -> (at_19 + 7)>(%at_19)
            vector.store %own_6, %out[%at_32] : memref<2560xf32, #storage>, vector<2xf32>
            %own_7 = vector.shuffle %kept_1, %kept_1 [0, 1] : vector<8xf32>, vector<8xf32>
            %at_33 = affine.apply affine_map<(at_17) -> (at_17 + 7)>(%at_17)
            vector.store %own_7, %out[%at_33] : memref<2560xf32, #storage>, vector<2xf32>
            %from_1 = affine.apply affine_map<(sums_of, g) -> (sums_of + g * 12 + 4)>(%sums_of, %g)
            %product_16 = vector.load %sums[%from_1] : memref<6144xf32, #storage>, vector<4xf32>
            %at_34 = affine.apply affine_map<(from_1) -> (from_1 + 192)>(%from_1)
            %product_17 = vector.load %sums[%at_34] : memref<6144xf32, #storage>, vector<4xf32>
            %at_35 = affine.apply affine_map<(from_1) -> (from_1 + 384)>(%from_1)
            %product_18 = vector.load %sums[%at_35] : memref<6144xf32, #storage>, vector<4xf32>
            %at_36 = affine.apply affine_map<(from_1) -> (from_1 + 576)>(%from_1)
            %product_19 = vector.load %sums[%at_36] : memref<6144xf32, #storage>, vector<4xf32>
            %at_37 = affine.apply affine_map<(from_1) -> (from_1 + 768)>(%from_1)
            %product_20 = vector.load %sums[%at_37] : memref<6144xf32, #storage>, vector<4xf32>
            %at_38 = affine.apply affine_map<(from_1) -> (from_1 + 960)>(%from_1)
            %product_21 = vector.load %sums[%at_38] : memref<6144xf32, #storage>, vector<4xf32>
            %at_39 = affine.apply affine_map<(from_1) -> (from_1 + 1152)>(%from_1)
            %product_22 = vector.load %sums[%at_39] : memref<6144xf32, #storage>, vector<4xf32>
            %at_40 = affine.apply affine_map<(from_1) -> (from_1 + 1344)>(%from_1)
            %product_23 = vector.load %sums[%at_40] : memref<6144xf32, #storage>, vector<4xf32>
            %at_41 = affine.apply affine_map<(from_1) -> (from_1 + 1536)>(%from_1)
            %product_24 = vector.load %sums[%at_41] : memref<6144xf32, #storage>, vector<4xf32>
            %at_42 = affine.apply affine_map<(from_1) -> (from_1 + 1728)>(%from_1)
            %product_25 = vector.load %sums[%at_42] : memref<6144xf32, #storage>, vector<4xf32>
            %at_43 = affine.apply affine_map<(from_1) -> (from_1 + 1920)>(%from_1)
            %product_26 = vector.load %sums[%at_43] : memref<6144xf32, #storage>, vector<4xf32>
            %at_44 = affine.apply affine_map<(from_1) -> (from_1 + 2112)>(%from_1)
            %product_27 = vector.load %sums[%at_44] : memref<6144xf32, #storage>, vector<4xf32>
            %at_45 = affine.apply affine_map<(from_1) -> (from_1 + 2304)>(%from_1)
            %product_28 = vector.load %sums[%at_45] : memref<6144xf32, #storage>, vector<4xf32>
            %at_46 = affine.apply affine_map<(from_1) -> (from_1 + 2496)>(%from_1)
            %product_29 = vector.load %sums[%at_46] : memref<6144xf32, #storage>, vector<4xf32>
            %at_47 = affine.apply affine_map<(from_1) -> (from_1 + 2688)>(%from_1)
            %product_30 = vector.load %sums[%at_47] : memref<6144xf32, #storage>, vector<4xf32>
            %at_48 = affine.apply affine_map<(from_1) -> (from_1 + 2880)>(%from_1)
            %product_31 = vector.load %sums[%at_48] : memref<6144xf32, #storage>, vector<4xf32>
            %pair_12 = arith.addf %product_17, %product_18 : vector<4xf32>
            %pair_13 = arith.subf %product_17, %product_18 : vector<4xf32>
            %part_12 = arith.addf %product_16, %pair_12 : vector<4xf32>
            %part_13 = arith.addf %pair_13, %product_19 : vector<4xf32>
            %pair_14 = arith.addf %product_21, %product_22 : vector<4xf32>
            %pair_15 = arith.subf %product_21, %product_22 : vector<4xf32>
            %part_14 = arith.addf %product_20, %pair_14 : vector<4xf32>
            %part_15 = arith.addf %pair_15, %product_23 : vector<4xf32>
            %pair_16 = arith.addf %product_25, %product_26 : vector<4xf32>
            %pair_17 = arith.subf %product_25, %product_26 : vector<4xf32>
            %part_16 = arith.addf %product_24, %pair_16 : vector<4xf32>
            %part_17 = arith.addf %pair_17, %product_27 : vector<4xf32>
            %pair_18 = arith.addf %product_29, %product_30 : vector<4xf32>
            %pair_19 = arith.subf %product_29, %product_30 : vector<4xf32>
            %part_18 = arith.addf %product_28, %pair_18 : vector<4xf32>
            %part_19 = arith.addf %pair_19, %product_31 : vector<4xf32>
            %pair_20 = arith.addf %part_14, %part_16 : vector<4xf32>
            %pair_21 = arith.subf %part_14, %part_16 : vector<4xf32>
            %part_20 = arith.addf %part_12, %pair_20 : vector<4xf32>
            %part_21 = arith.addf %pair_21, %part_18 : vector<4xf32>
            %pair_22 = arith.addf %part_15, %part_17 : vector<4xf32>
            %pair_23 = arith.subf %part_15, %part_17 : vector<4xf32>
            %part_22 = arith.addf %part_13, %pair_22 : vector<4xf32>
            %part_23 = arith.addf %pair_23, %part_19 : vector<4xf32>
            %tile_first_1 = affine.apply affine_map<(position) -> (position + 4)>(%position)
            %place32_5 = memref.load %places[%tile_first_1] : memref<24xi32, #storage>
            %place32_5_1 = arith.index_cast %place32_5 : i32 to index
            %at_49 = affine.apply affine_map<(plane, place32_5_1) -> (plane + place32_5_1)>(%plane, %place32_5_1)
            %at_50 = affine.apply affine_map<(tile_first_1) -> (tile_first_1 + 1)>(%tile_first_1)
            %place32_6 = memref.load %places[%at_50] : memref<24xi32, #storage>
            %place32_6_1 = arith.index_cast %place32_6 : i32 to index
            %at_51 = affine.apply affine_map<(plane, place32_6_1) -> (plane + place32_6_1)>(%plane, %place32_6_1)
            %at_52 = affine.apply affine_map<(tile_first_1) -> (tile_first_1 + 2)>(%tile_first_1)
            %place32_7 = memref.load %places[%at_52] : memref<24xi32, #storage>
            %place32_7_1 = arith.index_cast %place32_7 : i32 to index
            %at_53 = affine.apply affine_map<(plane, place32_7_1) -> (plane + place32_7_1)>(%plane, %place32_7_1)
            %at_54 = affine.apply affine_map<(tile_first_1) -> (tile_first_1 + 3)>(%tile_first_1)
            %place32_8 = memref.load %places[%at_54] : memref<24xi32, #storage>
            %place32_8_1 = arith.index_cast %place32_8 : i32 to index
            %at_55 = affine.apply affine_map<(plane, place32_8_1) -> (plane + place32_8_1)>(%plane, %place32_8_1)
            %together_2 = vector.shuffle %part_20, %part_22 [0, 4, 1, 5, 2, 6, 3, 7] : vector<4xf32>, vector<4xf32>
            %pixels_2 = arith.addf %together_2, %spread : vector<8xf32>
            %residual_9 = vector.load %residual[%at_49] : memref<2560xf32, #storage>, vector<2xf32>
            %residual_10 = vector.load %residual[%at_51] : memref<2560xf32, #storage>, vector<2xf32>
            %residual_11 = vector.load %residual[%at_53] : memref<2560xf32, #storage>, vector<2xf32>
            %residual_12 = vector.load %residual[%at_55] : memref<2560xf32, #storage>, vector<2xf32>
            %joined_6 = vector.shuffle %residual_9, %residual_10 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_7 = vector.shuffle %residual_11, %residual_12 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_8 = vector.shuffle %joined_6, %joined_7 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %sum_2 = arith.addf %pixels_2, %joined_8 : vector<8xf32>
            %active_2 = arith.maximumf %sum_2, %zeros_1 : vector<8xf32>
            %at_56 = affine.apply affine_map<(tile_first_1) -> (tile_first_1 * 2)>(%tile_first_1)
            %keep_2 = vector.load %mask[%at_56] : memref<96xf32, #storage>, vector<8xf32>
            %kept_2 = arith.mulf %active_2, %keep_2 : vector<8xf32>
            %own_8 = vector.shuffle %kept_2, %kept_2 [6, 7] : vector<8xf32>, vector<8xf32>
            vector.store %own_8, %out[%at_55] : memref<2560xf32, #storage>, vector<2xf32>
            %own_9 = vector.shuffle %kept_2, %kept_2 [4, 5] : vector<8xf32>, vector<8xf32>
            vector.store %own_9, %out[%at_53] : memref<2560xf32, #storage>, vector<2xf32>
            %own_10 = vector.shuffle %kept_2, %kept_2 [2, 3] : vector<8xf32>, vector<8xf32>
            vector.store %own_10, %out[%at_51] : memref<2560xf32, #storage>, vector<2xf32>
            %own_11 = vector.shuffle %kept_2, %kept_2 [0, 1] : vector<8xf32>, vector<8xf32>
            vector.store %own_11, %out[%at_49] : memref<2560xf32, #storage>, vector<2xf32>
            %together_3 = vector.shuffle %part_21, %part_23 [0, 4, 1, 5, 2, 6, 3, 7] : vector<4xf32>, vector<4xf32>
            %pixels_3 = arith.addf %together_3, %spread : vector<8xf32>
            %at_57 = affine.apply affine_map<(at_49) -> (at_49 + 7)>(%at_49)
            %residual_13 = vector.load %residual[%at_57] : memref<2560xf32, #storage>, vector<2xf32>
            %at_58 = affine.apply affine_map<(at_51) -> (at_51 + 7)>(%at_51)
            %residual_14 = vector.load %residual[%at_58] : memref<2560xf32, #storage>, vector<2xf32>
            %at_59 = affine.apply affine_map<(at_53) -> (at_53 + 7)>(%at_53)
            %residual_15 = vector.load %residual[%at_59] : memref<2560xf32, #storage>, vector<2xf32>
            %at_60 = affine.apply affine_map<(at_55) -> (at_55 + 7)>(%at_55)
            %residual_16 = vector.load %residual[%at_60] : memref<2560xf32, #storage>, vector<2xf32>
            %joined_9 = vector.shuffle %residual_13, %residual_14 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_10 = vector.shuffle %residual_15, %residual_16 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_11 = vector.shuffle %joined_9, %joined_10 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %sum_3 = arith.addf %pixels_3, %joined_11 : vector<8xf32>
            %active_3 = arith.maximumf %sum_3, %zeros_1 : vector<8xf32>
            %at_61 = affine.apply affine_map<(tile_first_1) -> (tile_first_1 * 2 + 48)>(%tile_first_1)
            %keep_3 = vector.load %mask[%at_61] : memref<96xf32, #storage>, vector<8xf32>
            %kept_3 = arith.mulf %active_3, %keep_3 : vector<8xf32>
            %own_12 = vector.shuffle %kept_3, %kept_3 [6, 7] : vector<8xf32>, vector<8xf32>
            %at_62 = affine.apply affine_map<(at_55) -> (at_55 + 7)>(%at_55)
            vector.store %own_12, %out[%at_62] : memref<2560xf32, #storage>, vector<2xf32>
            %own_13 = vector.shuffle %kept_3, %kept_3 [4, 5] : vector<8xf32>, vector<8xf32>
            %at_63 = affine.apply affine_map<(at_53) -> (at_53 + 7)>(%at_53)
            vector.store %own_13, %out[%at_63] : memref<2560xf32, #storage>, vector<2xf32>
            %own_14 = vector.shuffle %kept_3, %kept_3 [2, 3] : vector<8xf32>, vector<8xf32>
            %at_64 = affine.apply affine_map<(at_51) -> (at_51 + 7)>(%at_51)
            vector.store %own_14, %out[%at_64] : memref<2560xf32, #storage>, vector<2xf32>
            %own_15 = vector.shuffle %kept_3, %kept_3 [0, 1] : vector<8xf32>, vector<8xf32>
            %at_65 = affine.apply affine_map<(at_49) -> (at_49 + 7)>(%at_49)
            vector.store %own_15, %out[%at_65] : memref<2560xf32, #storage>, vector<2xf32>
            %from_2 = affine.apply affine_map<(sums_of, g) -> (sums_of + g * 12)>(%sums_of, %g)
            %product_32 = vector.load %sums[%from_2] : memref<6144xf32, #storage>, vector<4xf32>
            %at_66 = affine.apply affine_map<(from_2) -> (from_2 + 192)>(%from_2)
            %product_33 = vector.load %sums[%at_66] : memref<6144xf32, #storage>, vector<4xf32>
            %at_67 = affine.apply affine_map<(from_2) -> (from_2 + 384)>(%from_2)
            %product_34 = vector.load %sums[%at_67] : memref<6144xf32, #storage>, vector<4xf32>
            %at_68 = affine.apply affine_map<(from_2) -> (from_2 + 576)>(%from_2)
            %product_35 = vector.load %sums[%at_68] : memref<6144xf32, #storage>, vector<4xf32>
            %at_69 = affine.apply affine_map<(from_2) -> (from_2 + 768)>(%from_2)
            %product_36 = vector.load %sums[%at_69] : memref<6144xf32, #storage>, vector<4xf32>
            %at_70 = affine.apply affine_map<(from_2) -> (from_2 + 960)>(%from_2)
            %product_37 = vector.load %sums[%at_70] : memref<6144xf32, #storage>, vector<4xf32>
            %at_71 = affine.apply affine_map<(from_2) -> (from_2 + 1152)>(%from_2)
            %product_38 = vector.load %sums[%at_71] : memref<6144xf32, #storage>, vector<4xf32>
            %at_72 = affine.apply affine_map<(from_2) -> (from_2 + 1344)>(%from_2)
            %product_39 = vector.load %sums[%at_72] : memref<6144xf32, #storage>, vector<4xf32>
            %at_73 = affine.apply affine_map<(from_2) -> (from_2 + 1536)>(%from_2)
            %product_40 = vector.load %sums[%at_73] : memref<6144xf32, #storage>, vector<4xf32>
            %at_74 = affine.apply affine_map<(from_2) -> (from_2 + 1728)>(%from_2)
            %product_41 = vector.load %sums[%at_74] : memref<6144xf32, #storage>, vector<4xf32>
            %at_75 = affine.apply affine_map<(from_2) -> (from_2 + 1920)>(%from_2)
            %product_42 = vector.load %sums[%at_75] : memref<6144xf32, #storage>, vector<4xf32>
            %at_76 = affine.apply affine_map<(from_2) -> (from_2 + 2112)>(%from_2)
            %product_43 = vector.load %sums[%at_76] : memref<6144xf32, #storage>, vector<4xf32>
            %at_77 = affine.apply affine_map<(from_2) -> (from_2 + 2304)>(%from_2)
            %product_44 = vector.load %sums[%at_77] : memref<6144xf32, #storage>, vector<4xf32>
            %at_78 = affine.apply affine_map<(from_2) -> (from_2 + 2496)>(%from_2)
            %product_45 = vector.load %sums[%at_78] : memref<6144xf32, #storage>, vector<4xf32>
            %at_79 = affine.apply affine_map<(from_2) -> (from_2 + 2688)>(%from_2)
            %product_46 = vector.load %sums[%at_79] : memref<6144xf32, #storage>, vector<4xf32>
            %at_80 = affine.apply affine_map<(from_2) -> (from_2 + 2880)>(%from_2)
            %product_47 = vector.load %sums[%at_80] : memref<6144xf32, #storage>, vector<4xf32>
            %pair_24 = arith.addf %product_33, %product_34 : vector<4xf32>
            %pair_25 = arith.subf %product_33, %product_34 : vector<4xf32>
            %part_24 = arith.addf %product_32, %pair_24 : vector<4xf32>
            %part_25 = arith.addf %pair_25, %product_35 : vector<4xf32>
            %pair_26 = arith.addf %product_37, %product_38 : vector<4xf32>
            %pair_27 = arith.subf %product_37, %product_38 : vector<4xf32>
            %part_26 = arith.addf %product_36, %pair_26 : vector<4xf32>
            %part_27 = arith.addf %pair_27, %product_39 : vector<4xf32>
            %pair_28 = arith.addf %product_41, %product_42 : vector<4xf32>
            %pair_29 = arith.subf %product_41, %product_42 : vector<4xf32>
            %part_28 = arith.addf %product_40, %pair_28 : vector<4xf32>
            %part_29 = arith.addf %pair_29, %product_43 : vector<4xf32>
            %pair_30 = arith.addf %product_45, %product_46 : vector<4xf32>
            %pair_31 = arith.subf %product_45, %product_46 : vector<4xf32>
            %part_30 = arith.addf %product_44, %pair_30 : vector<4xf32>
            %part_31 = arith.addf %pair_31, %product_47 : vector<4xf32>
            %pair_32 = arith.addf %part_26, %part_28 : vector<4xf32>
            %pair_33 = arith.subf %part_26, %part_28 : vector<4xf32>
            %part_32 = arith.addf %part_24, %pair_32 : vector<4xf32>
            %part_33 = arith.addf %pair_33, %part_30 : vector<4xf32>
            %pair_34 = arith.addf %part_27, %part_29 : vector<4xf32>
            %pair_35 = arith.subf %part_27, %part_29 : vector<4xf32>
            %part_34 = arith.addf %part_25, %pair_34 : vector<4xf32>
            %part_35 = arith.addf %pair_35, %part_31 : vector<4xf32>
            %place32_9 = memref.load %places[%position] : memref<24xi32, #storage>
            %place32_9_1 = arith.index_cast %place32_9 : i32 to index
            %at_81 = affine.apply affine_map<(plane, place32_9_1) -> (plane + place32_9_1)>(%plane, %place32_9_1)
            %at_82 = affine.apply affine_map<(position) -> (position + 1)>(%position)
            %place32_10 = memref.load %places[%at_82] : memref<24xi32, #storage>
            %place32_10_1 = arith.index_cast %place32_10 : i32 to index
            %at_83 = affine.apply affine_map<(plane, place32_10_1) -> (plane + place32_10_1)>(%plane, %place32_10_1)
            %at_84 = affine.apply affine_map<(position) -> (position + 2)>(%position)
            %place32_11 = memref.load %places[%at_84] : memref<24xi32, #storage>
            %place32_11_1 = arith.index_cast %place32_11 : i32 to index
            %at_85 = affine.apply affine_map<(plane, place32_11_1) -> (plane + place32_11_1)>(%plane, %place32_11_1)
            %at_86 = affine.apply affine_map<(position) -> (position + 3)>(%position)
            %place32_12 = memref.load %places[%at_86] : memref<24xi32, #storage>
            %place32_12_1 = arith.index_cast %place32_12 : i32 to index
            %at_87 = affine.apply affine_map<(plane, place32_12_1) -> (plane + place32_12_1)>(%plane, %place32_12_1)
            %together_4 = vector.shuffle %part_32, %part_34 [0, 4, 1, 5, 2, 6, 3, 7] : vector<4xf32>, vector<4xf32>
            %pixels_4 = arith.addf %together_4, %spread : vector<8xf32>
            %residual_17 = vector.load %residual[%at_81] : memref<2560xf32, #storage>, vector<2xf32>
            %residual_18 = vector.load %residual[%at_83] : memref<2560xf32, #storage>, vector<2xf32>
            %residual_19 = vector.load %residual[%at_85] : memref<2560xf32, #storage>, vector<2xf32>
            %residual_20 = vector.load %residual[%at_87] : memref<2560xf32, #storage>, vector<2xf32>
            %joined_12 = vector.shuffle %residual_17, %residual_18 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_13 = vector.shuffle %residual_19, %residual_20 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_14 = vector.shuffle %joined_12, %joined_13 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %sum_4 = arith.addf %pixels_4, %joined_14 : vector<8xf32>
            %active_4 = arith.maximumf %sum_4, %zeros_1 : vector<8xf32>
            %at_88 = affine.apply affine_map<(position) -> (position * 2)>(%position)
            %keep_4 = vector.load %mask[%at_88] : memref<96xf32, #storage>, vector<8xf32>
            %kept_4 = arith.mulf %active_4, %keep_4 : vector<8xf32>
            %own_16 = vector.shuffle %kept_4, %kept_4 [6, 7] : vector<8xf32>, vector<8xf32>
            vector.store %own_16, %out[%at_87] : memref<2560xf32, #storage>, vector<2xf32>
            %own_17 = vector.shuffle %kept_4, %kept_4 [4, 5] : vector<8xf32>, vector<8xf32>
            vector.store %own_17, %out[%at_85] : memref<2560xf32, #storage>, vector<2xf32>
            %own_18 = vector.shuffle %kept_4, %kept_4 [2, 3] : vector<8xf32>, vector<8xf32>
            vector.store %own_18, %out[%at_83] : memref<2560xf32, #storage>, vector<2xf32>
            %own_19 = vector.shuffle %kept_4, %kept_4 [0, 1] : vector<8xf32>, vector<8xf32>
            vector.store %own_19, %out[%at_81] : memref<2560xf32, #storage>, vector<2xf32>
            %together_5 = vector.shuffle %part_33, %part_35 [0, 4, 1, 5, 2, 6, 3, 7] : vector<4xf32>, vector<4xf32>
            %pixels_5 = arith.addf %together_5, %spread : vector<8xf32>
            %at_89 = affine.apply affine_map<(at_81) -> (at_81 + 7)>(%at_81)
            %residual_21 = vector.load %residual[%at_89] : memref<2560xf32, #storage>, vector<2xf32>
            %at_90 = affine.apply affine_map<(at_83) -> (at_83 + 7)>(%at_83)
            %residual_22 = vector.load %residual[%at_90] : memref<2560xf32, #storage>, vector<2xf32>
            %at_91 = affine.apply affine_map<(at_85) -> (at_85 + 7)>(%at_85)
            %residual_23 = vector.load %residual[%at_91] : memref<2560xf32, #storage>, vector<2xf32>
            %at_92 = affine.apply affine_map<(at_87) -> (at_87 + 7)>(%at_87)
            %residual_24 = vector.load %residual[%at_92] : memref<2560xf32, #storage>, vector<2xf32>
            %joined_15 = vector.shuffle %residual_21, %residual_22 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_16 = vector.shuffle %residual_23, %residual_24 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_17 = vector.shuffle %joined_15, %joined_16 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %sum_5 = arith.addf %pixels_5, %joined_17 : vector<8xf32>
            %active_5 = arith.maximumf %sum_5, %zeros_1 : vector<8xf32>
            %at_93 = affine.apply affine_map<(position) -> (position * 2 + 48)>(%position)
            %keep_5 = vector.load %mask[%at_93] : memref<96xf32, #storage>, vector<8xf32>
            %kept_5 = arith.mulf %active_5, %keep_5 : vector<8xf32>
            %own_20 = vector.shuffle %kept_5, %kept_5 [6, 7] : vector<8xf32>, vector<8xf32>
            %at_94 = affine.apply affine_map<(at_87) -> (at_87 + 7)>(%at_87)
            vector.store %own_20, %out[%at_94] : memref<2560xf32, #storage>, vector<2xf32>
            %own_21 = vector.shuffle %kept_5, %kept_5 [4, 5] : vector<8xf32>, vector<8xf32>
            %at_95 = affine.apply affine_map<(at_85) -> (at_85 + 7)>(%at_85)
            vector.store %own_21, %out[%at_95] : memref<2560xf32, #storage>, vector<2xf32>
            %own_22 = vector.shuffle %kept_5, %kept_5 [2, 3] : vector<8xf32>, vector<8xf32>
            %at_96 = affine.apply affine_map<(at_83) -> (at_83 + 7)>(%at_83)
            vector.store %own_22, %out[%at_96] : memref<2560xf32, #storage>, vector<2xf32>
            %own_23 = vector.shuffle %kept_5, %kept_5 [0, 1] : vector<8xf32>, vector<8xf32>
            %at_97 = affine.apply affine_map<(at_81) -> (at_81 + 7)>(%at_81)
            vector.store %own_23, %out[%at_97] : memref<2560xf32, #storage>, vector<2xf32>
          }
        }
      }
      return
    }
  }
}
func.func private @conv.products.conv(%x: tensor<272x1x48xf32>, %residual: tensor<16x2x80xf32>) -> tensor<16x2x80xf32> {
  %values = util.global.load @conv.products.conv.values : tensor<512x8xf32>
  %offsets = util.global.load @conv.products.conv.offsets : tensor<512xi32>
  %bounds = util.global.load @conv.products.conv.bounds : tensor<33xi32>
  %bias = util.global.load @conv.products.conv.bias : tensor<16xf32>
  %places = util.global.load @conv.products.conv.places : tensor<24xi32>
  %mask = util.global.load @conv.products.conv.mask : tensor<2x48xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<272x1x48xf32> into tensor<13056xf32>
  %residual.flat = tensor.collapse_shape %residual [[0, 1, 2]] : tensor<16x2x80xf32> into tensor<2560xf32>
  %result, %scratch = flow.dispatch @conv.products.conv_kernel::@conv.products.conv(%x.flat, %residual.flat, %values, %offsets, %bounds, %bias, %places, %mask) : (tensor<13056xf32>, tensor<2560xf32>, tensor<512x8xf32>, tensor<512xi32>, tensor<33xi32>, tensor<16xf32>, tensor<24xi32>, tensor<2x48xf32>) -> (tensor<16x2x80xf32>, tensor<6144xf32>)
  return %result : tensor<16x2x80xf32>
}
