#storage = #hal.descriptor_type<storage_buffer>
#reads5_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @conv.products.values = #flow.parameter.named<"model"::"conv.products.values"> : tensor<512x8xf32>
util.global private @conv.products.offsets = #flow.parameter.named<"model"::"conv.products.offsets"> : tensor<512xi32>
util.global private @conv.products.bias = #flow.parameter.named<"model"::"conv.products.bias"> : tensor<32x8xf32>
util.global private @conv.products.bounds = #flow.parameter.named<"model"::"conv.products.bounds"> : tensor<545xi32>
hal.executable.source private @conv.products_kernel {
  hal.executable.export public @conv.products ordinal(0) layout(#reads5_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c12 = arith.constant 12 : index
    %c1 = arith.constant 1 : index
    hal.return %c12, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv.products() attributes {translation_info = #workgroup_of_1} {
      // Packed convolutions of several groups of channels: part of the channels > row of filters > tile > tap.
      // Workgroups are shares of the groups' chunks of positions.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c17 = arith.constant 17 : index
      %c48 = arith.constant 48 : index
      %c18 = arith.constant 18 : index
      %zero = arith.constant 0.0 : f32
      %x = hal.interface.binding.subspan layout(#reads5_writes1) binding(0) alignment(64) offset(%c0) : memref<13056xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads5_writes1) binding(1) alignment(64) offset(%c0) : memref<4096xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads5_writes1) binding(2) alignment(64) offset(%c0) : memref<512xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads5_writes1) binding(3) alignment(64) offset(%c0) : memref<256xf32, #storage>
      %bounds = hal.interface.binding.subspan layout(#reads5_writes1) binding(4) alignment(64) offset(%c0) : memref<545xi32, #storage>
      %out = hal.interface.binding.subspan layout(#reads5_writes1) binding(5) alignment(64) offset(%c0) : memref<12288xf32, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %share_first = affine.min affine_map<(worker) -> (worker * 2, worker + 4)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 2 + 2, worker + 5)>(%worker)
      scf.for %item = %share_first to %share_end step %c1 {
        %tile_first = affine.apply affine_map<(c0) -> (c0 * 2)>(%c0)
        %tile_end = affine.min affine_map<(c0) -> (c0 * 2 + 2, 2)>(%c0)
        %row_first = affine.apply affine_map<(item) -> (item * 2)>(%item)
        %row_end = affine.apply affine_map<(item) -> ((item + 1) * 2)>(%item)
        %rows_before = affine.apply affine_map<(item) -> (item * 32)>(%item)
        scf.for %row = %row_first to %row_end step %c1 {
          %row_to = affine.apply affine_map<(row) -> (row * 384)>(%row)
          %bias_at = affine.apply affine_map<(row) -> (row * 8)>(%row)
          %bias_of = memref.load %bias[%bias_at] : memref<256xf32, #storage>
          %start = vector.broadcast %bias_of : f32 to vector<4xf32>
          %at = affine.apply affine_map<(bias_at) -> (bias_at + 1)>(%bias_at)
          %bias_of_1 = memref.load %bias[%at] : memref<256xf32, #storage>
          %start_1 = vector.broadcast %bias_of_1 : f32 to vector<4xf32>
          %at_1 = affine.apply affine_map<(bias_at) -> (bias_at + 2)>(%bias_at)
          %bias_of_2 = memref.load %bias[%at_1] : memref<256xf32, #storage>
          %start_2 = vector.broadcast %bias_of_2 : f32 to vector<4xf32>
          %at_2 = affine.apply affine_map<(bias_at) -> (bias_at + 3)>(%bias_at)
          %bias_of_3 = memref.load %bias[%at_2] : memref<256xf32, #storage>
          %start_3 = vector.broadcast %bias_of_3 : f32 to vector<4xf32>
          %at_3 = affine.apply affine_map<(bias_at) -> (bias_at + 4)>(%bias_at)
          %bias_of_4 = memref.load %bias[%at_3] : memref<256xf32, #storage>
          %start_4 = vector.broadcast %bias_of_4 : f32 to vector<4xf32>
          %at_4 = affine.apply affine_map<(bias_at) -> (bias_at + 5)>(%bias_at)
          %bias_of_5 = memref.load %bias[%at_4] : memref<256xf32, #storage>
          %start_5 = vector.broadcast %bias_of_5 : f32 to vector<4xf32>
          %at_5 = affine.apply affine_map<(bias_at) -> (bias_at + 6)>(%bias_at)
          %bias_of_6 = memref.load %bias[%at_5] : memref<256xf32, #storage>
          %start_6 = vector.broadcast %bias_of_6 : f32 to vector<4xf32>
          %at_6 = affine.apply affine_map<(bias_at) -> (bias_at + 7)>(%bias_at)
          %bias_of_7 = memref.load %bias[%at_6] : memref<256xf32, #storage>
          %start_7 = vector.broadcast %bias_of_7 : f32 to vector<4xf32>
          scf.for %tile = %tile_first to %tile_end step %c1 {
            %position = affine.min affine_map<(tile) -> (tile * 12, 12)>(%tile)
            %at_7 = affine.apply affine_map<(position, row_to) -> (position + row_to)>(%position, %row_to)
            %at_8 = affine.apply affine_map<(position, row_to) -> (position + row_to + 4)>(%position, %row_to)
            %at_9 = affine.apply affine_map<(position, row_to) -> (position + row_to + 8)>(%position, %row_to)
            %at_10 = affine.apply affine_map<(position, row_to) -> (position + row_to + 48)>(%position, %row_to)
            %at_11 = affine.apply affine_map<(position, row_to) -> (position + row_to + 52)>(%position, %row_to)
            %at_12 = affine.apply affine_map<(position, row_to) -> (position + row_to + 56)>(%position, %row_to)
            %at_13 = affine.apply affine_map<(position, row_to) -> (position + row_to + 96)>(%position, %row_to)
            %at_14 = affine.apply affine_map<(position, row_to) -> (position + row_to + 100)>(%position, %row_to)
            %at_15 = affine.apply affine_map<(position, row_to) -> (position + row_to + 104)>(%position, %row_to)
            %at_16 = affine.apply affine_map<(position, row_to) -> (position + row_to + 144)>(%position, %row_to)
            %at_17 = affine.apply affine_map<(position, row_to) -> (position + row_to + 148)>(%position, %row_to)
            %at_18 = affine.apply affine_map<(position, row_to) -> (position + row_to + 152)>(%position, %row_to)
            %at_19 = affine.apply affine_map<(position, row_to) -> (position + row_to + 192)>(%position, %row_to)
            %at_20 = affine.apply affine_map<(position, row_to) -> (position + row_to + 196)>(%position, %row_to)
            %at_21 = affine.apply affine_map<(position, row_to) -> (position + row_to + 200)>(%position, %row_to)
            %at_22 = affine.apply affine_map<(position, row_to) -> (position + row_to + 240)>(%position, %row_to)
            %at_23 = affine.apply affine_map<(position, row_to) -> (position + row_to + 244)>(%position, %row_to)
            %at_24 = affine.apply affine_map<(position, row_to) -> (position + row_to + 248)>(%position, %row_to)
            %at_25 = affine.apply affine_map<(position, row_to) -> (position + row_to + 288)>(%position, %row_to)
            %at_26 = affine.apply affine_map<(position, row_to) -> (position + row_to + 292)>(%position, %row_to)
            %at_27 = affine.apply affine_map<(position, row_to) -> (position + row_to + 296)>(%position, %row_to)
            %at_28 = affine.apply affine_map<(position, row_to) -> (position + row_to + 336)>(%position, %row_to)
            %at_29 = affine.apply affine_map<(position, row_to) -> (position + row_to + 340)>(%position, %row_to)
            %at_30 = affine.apply affine_map<(position, row_to) -> (position + row_to + 344)>(%position, %row_to)
            %at_31 = affine.apply affine_map<(row, rows_before) -> (row + rows_before)>(%row, %rows_before)
            %at_32 = affine.apply affine_map<(at_31, c0) -> (at_31 + c0)>(%at_31, %c0)
            %bound = memref.load %bounds[%at_32] : memref<545xi32, #storage>
            %tap_bound = arith.index_cast %bound : i32 to index
            %at_33 = affine.apply affine_map<(at_31, c1) -> (at_31 + c1)>(%at_31, %c1)
            %bound_1 = memref.load %bounds[%at_33] : memref<545xi32, #storage>
            %tap_bound_1 = arith.index_cast %bound_1 : i32 to index
            %accs:24 = scf.for %tap = %tap_bound to %tap_bound_1 step %c1 iter_args(%acc = %start, %acc_1 = %start, %acc_2 = %start, %acc_3 = %start_1, %acc_4 = %start_1, %acc_5 = %start_1, %acc_6 = %start_2, %acc_7 = %start_2, %acc_8 = %start_2, %acc_9 = %start_3, %acc_10 = %start_3, %acc_11 = %start_3, %acc_12 = %start_4, %acc_13 = %start_4, %acc_14 = %start_4, %acc_15 = %start_5, %acc_16 = %start_5, %acc_17 = %start_5, %acc_18 = %start_6, %acc_19 = %start_6, %acc_20 = %start_6, %acc_21 = %start_7, %acc_22 = %start_7, %acc_23 = %start_7) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
              %offset32 = memref.load %offsets[%tap] : memref<512xi32, #storage>
              %offset = arith.index_cast %offset32 : i32 to index
              %input_at = arith.addi %offset, %position : index
              %input = vector.load %x[%input_at] : memref<13056xf32, #storage>, vector<4xf32>
              %at_34 = affine.apply affine_map<(input_at) -> (input_at + 4)>(%input_at)
              %input_1 = vector.load %x[%at_34] : memref<13056xf32, #storage>, vector<4xf32>
              %at_35 = affine.apply affine_map<(input_at) -> (input_at + 8)>(%input_at)
              %input_2 = vector.load %x[%at_35] : memref<13056xf32, #storage>, vector<4xf32>
              %at_36 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
              %weights = vector.load %values[%at_36] : memref<4096xf32, #storage>, vector<4xf32>
              %weight = vector.extract %weights[0] : f32 from vector<4xf32>
              %spread = vector.broadcast %weight : f32 to vector<4xf32>
              %weight_1 = vector.extract %weights[1] : f32 from vector<4xf32>
              %spread_1 = vector.broadcast %weight_1 : f32 to vector<4xf32>
              %weight_2 = vector.extract %weights[2] : f32 from vector<4xf32>
              %spread_2 = vector.broadcast %weight_2 : f32 to vector<4xf32>
              %weight_3 = vector.extract %weights[3] : f32 from vector<4xf32>
              %spread_3 = vector.broadcast %weight_3 : f32 to vector<4xf32>
              %at_37 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
              %weights_1 = vector.load %values[%at_37] : memref<4096xf32, #storage>, vector<4xf32>
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
            vector.store %accs#0, %out[%at_7] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#1, %out[%at_8] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#2, %out[%at_9] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#3, %out[%at_10] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#4, %out[%at_11] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#5, %out[%at_12] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#6, %out[%at_13] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#7, %out[%at_14] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#8, %out[%at_15] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#9, %out[%at_16] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#10, %out[%at_17] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#11, %out[%at_18] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#12, %out[%at_19] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#13, %out[%at_20] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#14, %out[%at_21] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#15, %out[%at_22] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#16, %out[%at_23] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#17, %out[%at_24] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#18, %out[%at_25] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#19, %out[%at_26] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#20, %out[%at_27] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#21, %out[%at_28] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#22, %out[%at_29] : memref<12288xf32, #storage>, vector<4xf32>
            vector.store %accs#23, %out[%at_30] : memref<12288xf32, #storage>, vector<4xf32>
          }
          // This row's share of the channels that are read later.
          %at_7 = affine.apply affine_map<(row) -> ((row * 17) floordiv 2)>(%row)
          %at_8 = affine.apply affine_map<(row) -> ((row * 17 + 17) floordiv 2)>(%row)
          scf.for %channel = %at_7 to %at_8 step %c1 {
            %at_9 = affine.apply affine_map<(channel, tile_end) -> (channel * 48 + tile_end * 12)>(%channel, %tile_end)
            memref.prefetch %x[%at_9], read, locality<2>, data : memref<13056xf32, #storage>
            %at_10 = affine.apply affine_map<(channel, tile_end) -> (channel * 48 + tile_end * 12 + 16)>(%channel, %tile_end)
            memref.prefetch %x[%at_10], read, locality<2>, data : memref<13056xf32, #storage>
          }
        }
        scf.for %part = %c1 to %c17 step %c1 {
          %rows_before_1 = affine.apply affine_map<(part, rows_before) -> (part * 2 + rows_before)>(%part, %rows_before)
          scf.for %row = %row_first to %row_end step %c1 {
            %row_to = affine.apply affine_map<(row) -> (row * 384)>(%row)
            scf.for %tile = %tile_first to %tile_end step %c1 {
              %position = affine.min affine_map<(tile) -> (tile * 12, 12)>(%tile)
              %at = affine.apply affine_map<(position, row_to) -> (position + row_to)>(%position, %row_to)
              %at_1 = affine.apply affine_map<(position, row_to) -> (position + row_to + 4)>(%position, %row_to)
              %at_2 = affine.apply affine_map<(position, row_to) -> (position + row_to + 8)>(%position, %row_to)
              %at_3 = affine.apply affine_map<(position, row_to) -> (position + row_to + 48)>(%position, %row_to)
              %at_4 = affine.apply affine_map<(position, row_to) -> (position + row_to + 52)>(%position, %row_to)
              %at_5 = affine.apply affine_map<(position, row_to) -> (position + row_to + 56)>(%position, %row_to)
              %at_6 = affine.apply affine_map<(position, row_to) -> (position + row_to + 96)>(%position, %row_to)
              %at_7 = affine.apply affine_map<(position, row_to) -> (position + row_to + 100)>(%position, %row_to)
              %at_8 = affine.apply affine_map<(position, row_to) -> (position + row_to + 104)>(%position, %row_to)
              %at_9 = affine.apply affine_map<(position, row_to) -> (position + row_to + 144)>(%position, %row_to)
              %at_10 = affine.apply affine_map<(position, row_to) -> (position + row_to + 148)>(%position, %row_to)
              %at_11 = affine.apply affine_map<(position, row_to) -> (position + row_to + 152)>(%position, %row_to)
              %at_12 = affine.apply affine_map<(position, row_to) -> (position + row_to + 192)>(%position, %row_to)
              %at_13 = affine.apply affine_map<(position, row_to) -> (position + row_to + 196)>(%position, %row_to)
              %at_14 = affine.apply affine_map<(position, row_to) -> (position + row_to + 200)>(%position, %row_to)
              %at_15 = affine.apply affine_map<(position, row_to) -> (position + row_to + 240)>(%position, %row_to)
              %at_16 = affine.apply affine_map<(position, row_to) -> (position + row_to + 244)>(%position, %row_to)
              %at_17 = affine.apply affine_map<(position, row_to) -> (position + row_to + 248)>(%position, %row_to)
              %at_18 = affine.apply affine_map<(position, row_to) -> (position + row_to + 288)>(%position, %row_to)
              %at_19 = affine.apply affine_map<(position, row_to) -> (position + row_to + 292)>(%position, %row_to)
              %at_20 = affine.apply affine_map<(position, row_to) -> (position + row_to + 296)>(%position, %row_to)
              %at_21 = affine.apply affine_map<(position, row_to) -> (position + row_to + 336)>(%position, %row_to)
              %at_22 = affine.apply affine_map<(position, row_to) -> (position + row_to + 340)>(%position, %row_to)
              %at_23 = affine.apply affine_map<(position, row_to) -> (position + row_to + 344)>(%position, %row_to)
              %sum = vector.load %out[%at] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_1 = vector.load %out[%at_1] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_2 = vector.load %out[%at_2] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_3 = vector.load %out[%at_3] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_4 = vector.load %out[%at_4] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_5 = vector.load %out[%at_5] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_6 = vector.load %out[%at_6] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_7 = vector.load %out[%at_7] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_8 = vector.load %out[%at_8] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_9 = vector.load %out[%at_9] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_10 = vector.load %out[%at_10] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_11 = vector.load %out[%at_11] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_12 = vector.load %out[%at_12] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_13 = vector.load %out[%at_13] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_14 = vector.load %out[%at_14] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_15 = vector.load %out[%at_15] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_16 = vector.load %out[%at_16] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_17 = vector.load %out[%at_17] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_18 = vector.load %out[%at_18] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_19 = vector.load %out[%at_19] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_20 = vector.load %out[%at_20] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_21 = vector.load %out[%at_21] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_22 = vector.load %out[%at_22] : memref<12288xf32, #storage>, vector<4xf32>
              %sum_23 = vector.load %out[%at_23] : memref<12288xf32, #storage>, vector<4xf32>
              %at_24 = affine.apply affine_map<(row, rows_before_1) -> (row + rows_before_1)>(%row, %rows_before_1)
              %at_25 = affine.apply affine_map<(at_24, c0) -> (at_24 + c0)>(%at_24, %c0)
              %bound = memref.load %bounds[%at_25] : memref<545xi32, #storage>
              %tap_bound = arith.index_cast %bound : i32 to index
              %at_26 = affine.apply affine_map<(at_24, c1) -> (at_24 + c1)>(%at_24, %c1)
              %bound_1 = memref.load %bounds[%at_26] : memref<545xi32, #storage>
              %tap_bound_1 = arith.index_cast %bound_1 : i32 to index
              %accs:24 = scf.for %tap = %tap_bound to %tap_bound_1 step %c1 iter_args(%acc = %sum, %acc_1 = %sum_1, %acc_2 = %sum_2, %acc_3 = %sum_3, %acc_4 = %sum_4, %acc_5 = %sum_5, %acc_6 = %sum_6, %acc_7 = %sum_7, %acc_8 = %sum_8, %acc_9 = %sum_9, %acc_10 = %sum_10, %acc_11 = %sum_11, %acc_12 = %sum_12, %acc_13 = %sum_13, %acc_14 = %sum_14, %acc_15 = %sum_15, %acc_16 = %sum_16, %acc_17 = %sum_17, %acc_18 = %sum_18, %acc_19 = %sum_19, %acc_20 = %sum_20, %acc_21 = %sum_21, %acc_22 = %sum_22, %acc_23 = %sum_23) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
                %offset32 = memref.load %offsets[%tap] : memref<512xi32, #storage>
                %offset = arith.index_cast %offset32 : i32 to index
                %input_at = arith.addi %offset, %position : index
                %input = vector.load %x[%input_at] : memref<13056xf32, #storage>, vector<4xf32>
                %at_27 = affine.apply affine_map<(input_at) -> (input_at + 4)>(%input_at)
                %input_1 = vector.load %x[%at_27] : memref<13056xf32, #storage>, vector<4xf32>
                %at_28 = affine.apply affine_map<(input_at) -> (input_at + 8)>(%input_at)
                %input_2 = vector.load %x[%at_28] : memref<13056xf32, #storage>, vector<4xf32>
                %at_29 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
                %weights = vector.load %values[%at_29] : memref<4096xf32, #storage>, vector<4xf32>
                %weight = vector.extract %weights[0] : f32 from vector<4xf32>
                %spread = vector.broadcast %weight : f32 to vector<4xf32>
                %weight_1 = vector.extract %weights[1] : f32 from vector<4xf32>
                %spread_1 = vector.broadcast %weight_1 : f32 to vector<4xf32>
                %weight_2 = vector.extract %weights[2] : f32 from vector<4xf32>
                %spread_2 = vector.broadcast %weight_2 : f32 to vector<4xf32>
                %weight_3 = vector.extract %weights[3] : f32 from vector<4xf32>
                %spread_3 = vector.broadcast %weight_3 : f32 to vector<4xf32>
                %at_30 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
                %weights_1 = vector.load %values[%at_30] : memref<4096xf32, #storage>, vector<4xf32>
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
              vector.store %accs#0, %out[%at] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#1, %out[%at_1] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#2, %out[%at_2] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#3, %out[%at_3] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#4, %out[%at_4] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#5, %out[%at_5] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#6, %out[%at_6] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#7, %out[%at_7] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#8, %out[%at_8] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#9, %out[%at_9] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#10, %out[%at_10] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#11, %out[%at_11] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#12, %out[%at_12] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#13, %out[%at_13] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#14, %out[%at_14] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#15, %out[%at_15] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#16, %out[%at_16] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#17, %out[%at_17] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#18, %out[%at_18] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#19, %out[%at_19] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#20, %out[%at_20] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#21, %out[%at_21] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#22, %out[%at_22] : memref<12288xf32, #storage>, vector<4xf32>
              vector.store %accs#23, %out[%at_23] : memref<12288xf32, #storage>, vector<4xf32>
            }
          }
        }
        %at = affine.apply affine_map<(row_first) -> (row_first * 8)>(%row_first)
        %at_1 = affine.apply affine_map<(row_end) -> (row_end * 8)>(%row_end)
        %is_first = arith.cmpi eq, %c0, %c0 : index
        %is_last = arith.cmpi eq, %c0, %c0 : index
        %head_end = arith.select %is_first, %c0, %c0 : index
        %tail_end = arith.select %is_last, %c48, %c18 : index
        // The zeros around the pixels of each plane.
        scf.for %channel = %at to %at_1 step %c1 {
          %plane = affine.apply affine_map<(channel, c0) -> (channel * 48 + c0 * 48)>(%channel, %c0)
          scf.for %i = %c0 to %head_end step %c1 {
            %at_2 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_2] : memref<12288xf32, #storage>
          }
          scf.for %i = %c18 to %tail_end step %c1 {
            %at_2 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_2] : memref<12288xf32, #storage>
          }
        }
      }
      return
    }
  }
}
func.func private @conv.products(%x: tensor<272x1x48xf32>) -> tensor<256x1x48xf32> {
  %values = util.global.load @conv.products.values : tensor<512x8xf32>
  %offsets = util.global.load @conv.products.offsets : tensor<512xi32>
  %bias = util.global.load @conv.products.bias : tensor<32x8xf32>
  %bounds = util.global.load @conv.products.bounds : tensor<545xi32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<272x1x48xf32> into tensor<13056xf32>
  %result = flow.dispatch @conv.products_kernel::@conv.products(%x.flat, %values, %offsets, %bias, %bounds) : (tensor<13056xf32>, tensor<512x8xf32>, tensor<512xi32>, tensor<32x8xf32>, tensor<545xi32>) -> tensor<256x1x48xf32>
  return %result : tensor<256x1x48xf32>
}
