#storage = #hal.descriptor_type<storage_buffer>
#reads6_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @conv.values = #flow.parameter.named<"model"::"conv.values"> : tensor<144x16xf32>
util.global private @conv.offsets = #flow.parameter.named<"model"::"conv.offsets"> : tensor<144xi32>
util.global private @conv.bounds = #flow.parameter.named<"model"::"conv.bounds"> : tensor<2x1x2xi32>
util.global private @conv.bias = #flow.parameter.named<"model"::"conv.bias"> : tensor<1x16xf32>
hal.executable.source private @conv_kernel {
  hal.executable.export public @conv ordinal(0) layout(#reads6_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c10 = arith.constant 10 : index
    %c1 = arith.constant 1 : index
    hal.return %c10, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv() attributes {translation_info = #workgroup_of_1} {
      // A packed 3D convolution as sums of outer products: row > band > tile > tap, with 16 filters x 6 pixels.
      // A tile is 1 lines of 6 pixels; a band is as many lines of the image. Each tile ends at the border at the latest.
      // Workgroups are shares of the output's frames and chunks of bands, x blocks of rows of filters.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %zero = arith.constant 0.0 : f32
      %c16 = arith.constant 16 : index
      %c50 = arith.constant 50 : index
      %c80 = arith.constant 80 : index
      %c5 = arith.constant 5 : index
      %zeros = arith.constant dense<0.0> : vector<8xf32>
      %x = hal.interface.binding.subspan layout(#reads6_writes1) binding(0) alignment(64) offset(%c0) : memref<2560xf32, #storage>
      %residual = hal.interface.binding.subspan layout(#reads6_writes1) binding(1) alignment(64) offset(%c0) : memref<2560xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads6_writes1) binding(2) alignment(64) offset(%c0) : memref<2304xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads6_writes1) binding(3) alignment(64) offset(%c0) : memref<144xi32, #storage>
      %bounds = hal.interface.binding.subspan layout(#reads6_writes1) binding(4) alignment(64) offset(%c0) : memref<4xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads6_writes1) binding(5) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads6_writes1) binding(6) alignment(64) offset(%c0) : memref<2560xf32, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %block = hal.interface.workgroup.id[1] : index
      %row_end = affine.min affine_map<(block) -> (block + 1, 1)>(%block)
      %share_first = affine.min affine_map<(worker) -> (worker * 2, worker)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 2 + 2, worker + 1)>(%worker)
      scf.for %item = %share_first to %share_end step %c1 {
        %chunk = affine.apply affine_map<(item) -> (item mod 5)>(%item)
        %frame = affine.apply affine_map<(item) -> (item floordiv 5)>(%item)
        %sums_at = affine.apply affine_map<(worker, block) -> ((worker + block) * 96)>(%worker, %block)
        %band_end = affine.min affine_map<(chunk) -> (chunk + 1, 5)>(%chunk)
        %at = affine.apply affine_map<(block) -> (block * 16)>(%block)
        %at_1 = affine.apply affine_map<(row_end) -> (row_end * 16)>(%row_end)
        scf.for %once = %chunk to %c1 step %c1 {
          // The zeros around the pixels of each plane.
          scf.for %channel = %at to %at_1 step %c1 {
            %plane = affine.apply affine_map<(channel, frame) -> (channel * 160 + frame * 80)>(%channel, %frame)
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
              %at_2 = affine.apply affine_map<(channel, frame, line) -> (channel * 160 + frame * 80 + line * 7 + 15)>(%channel, %frame, %line)
              memref.store %zero, %out[%at_2] : memref<2560xf32, #storage>
            }
          }
        }
        %ahead_start = affine.apply affine_map<(frame, band_end) -> (frame * 80 + band_end * 7 + 8)>(%frame, %band_end)
        scf.for %row = %block to %row_end step %c1 {
          %bounds_at = affine.apply affine_map<(frame, row) -> ((frame + row) * 2)>(%frame, %row)
          %bound = memref.load %bounds[%bounds_at] : memref<4xi32, #storage>
          %at_2 = affine.apply affine_map<(bounds_at) -> (bounds_at + 1)>(%bounds_at)
          %bound_1 = memref.load %bounds[%at_2] : memref<4xi32, #storage>
          %tap_first = arith.index_cast %bound : i32 to index
          %tap_end = arith.index_cast %bound_1 : i32 to index
          scf.for %band = %chunk to %band_end step %c1 {
            scf.for %tile = %c0 to %c1 step %c1 {
              %line = affine.min affine_map<(band) -> (band, 4)>(%band)
              %left = affine.min affine_map<(tile) -> (tile * 6, 0)>(%tile)
              %place = affine.apply affine_map<(line, left) -> (line * 7 + left + 16)>(%line, %left)
              %origin = affine.apply affine_map<(frame, place) -> (frame * 80 + place)>(%frame, %place)
              %to = affine.apply affine_map<(frame, place) -> (frame * 80 + place)>(%frame, %place)
              %at_3 = affine.apply affine_map<(row) -> (row * 16)>(%row)
              %start = vector.load %bias[%at_3] : memref<16xf32, #storage>, vector<8xf32>
              %at_4 = affine.apply affine_map<(row) -> (row * 16 + 8)>(%row)
              %start_1 = vector.load %bias[%at_4] : memref<16xf32, #storage>, vector<8xf32>
              %accs:12 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %start, %acc_1 = %start_1, %acc_2 = %start, %acc_3 = %start_1, %acc_4 = %start, %acc_5 = %start_1, %acc_6 = %start, %acc_7 = %start_1, %acc_8 = %start, %acc_9 = %start_1, %acc_10 = %start, %acc_11 = %start_1) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
                %offset32 = memref.load %offsets[%tap] : memref<144xi32, #storage>
                %offset = arith.index_cast %offset32 : i32 to index
                %input_at = arith.addi %offset, %origin : index
                %at_5 = affine.apply affine_map<(tap) -> (tap * 16)>(%tap)
                %weights = vector.load %values[%at_5] : memref<2304xf32, #storage>, vector<8xf32>
                %at_6 = affine.apply affine_map<(tap) -> (tap * 16 + 8)>(%tap)
                %weights_1 = vector.load %values[%at_6] : memref<2304xf32, #storage>, vector<8xf32>
                %at_7 = affine.apply affine_map<(tap) -> ((tap + 64) * 16)>(%tap)
                memref.prefetch %values[%at_7], read, locality<3>, data : memref<2304xf32, #storage>
                %pixel = memref.load %x[%input_at] : memref<2560xf32, #storage>
                %spread = vector.broadcast %pixel : f32 to vector<8xf32>
                %acc_12 = vector.fma %weights, %spread, %acc : vector<8xf32>
                %acc_13 = vector.fma %weights_1, %spread, %acc_1 : vector<8xf32>
                %at_8 = affine.apply affine_map<(input_at) -> (input_at + 1)>(%input_at)
                %pixel_1 = memref.load %x[%at_8] : memref<2560xf32, #storage>
                %spread_1 = vector.broadcast %pixel_1 : f32 to vector<8xf32>
                %acc_14 = vector.fma %weights, %spread_1, %acc_2 : vector<8xf32>
                %acc_15 = vector.fma %weights_1, %spread_1, %acc_3 : vector<8xf32>
                %at_9 = affine.apply affine_map<(input_at) -> (input_at + 2)>(%input_at)
                %pixel_2 = memref.load %x[%at_9] : memref<2560xf32, #storage>
                %spread_2 = vector.broadcast %pixel_2 : f32 to vector<8xf32>
                %acc_16 = vector.fma %weights, %spread_2, %acc_4 : vector<8xf32>
                %acc_17 = vector.fma %weights_1, %spread_2, %acc_5 : vector<8xf32>
                %at_10 = affine.apply affine_map<(input_at) -> (input_at + 3)>(%input_at)
                %pixel_3 = memref.load %x[%at_10] : memref<2560xf32, #storage>
                %spread_3 = vector.broadcast %pixel_3 : f32 to vector<8xf32>
                %acc_18 = vector.fma %weights, %spread_3, %acc_6 : vector<8xf32>
                %acc_19 = vector.fma %weights_1, %spread_3, %acc_7 : vector<8xf32>
                %at_11 = affine.apply affine_map<(input_at) -> (input_at + 4)>(%input_at)
                %pixel_4 = memref.load %x[%at_11] : memref<2560xf32, #storage>
                %spread_4 = vector.broadcast %pixel_4 : f32 to vector<8xf32>
                %acc_20 = vector.fma %weights, %spread_4, %acc_8 : vector<8xf32>
                %acc_21 = vector.fma %weights_1, %spread_4, %acc_9 : vector<8xf32>
                %at_12 = affine.apply affine_map<(input_at) -> (input_at + 5)>(%input_at)
                %pixel_5 = memref.load %x[%at_12] : memref<2560xf32, #storage>
                %spread_5 = vector.broadcast %pixel_5 : f32 to vector<8xf32>
                %acc_22 = vector.fma %weights, %spread_5, %acc_10 : vector<8xf32>
                %acc_23 = vector.fma %weights_1, %spread_5, %acc_11 : vector<8xf32>
                scf.yield %acc_12, %acc_13, %acc_14, %acc_15, %acc_16, %acc_17, %acc_18, %acc_19, %acc_20, %acc_21, %acc_22, %acc_23 : vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>
              }
              %turned = vector.shuffle %accs#0, %accs#8 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_1 = vector.shuffle %accs#0, %accs#8 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_2 = vector.shuffle %accs#2, %accs#10 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_3 = vector.shuffle %accs#2, %accs#10 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_4 = vector.shuffle %accs#4, %accs#10 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_5 = vector.shuffle %accs#4, %accs#10 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_6 = vector.shuffle %accs#6, %accs#10 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_7 = vector.shuffle %accs#6, %accs#10 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_8 = vector.shuffle %turned, %turned_4 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_9 = vector.shuffle %turned, %turned_4 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_10 = vector.shuffle %turned_1, %turned_5 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_11 = vector.shuffle %turned_1, %turned_5 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_12 = vector.shuffle %turned_2, %turned_6 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_13 = vector.shuffle %turned_2, %turned_6 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_14 = vector.shuffle %turned_3, %turned_7 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_15 = vector.shuffle %turned_3, %turned_7 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_16 = vector.shuffle %turned_8, %turned_12 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_17 = vector.shuffle %turned_8, %turned_12 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_18 = vector.shuffle %turned_9, %turned_13 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_19 = vector.shuffle %turned_9, %turned_13 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_20 = vector.shuffle %turned_10, %turned_14 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_21 = vector.shuffle %turned_10, %turned_14 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_22 = vector.shuffle %turned_11, %turned_15 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_23 = vector.shuffle %turned_11, %turned_15 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %out_at = affine.apply affine_map<(row, to) -> (row * 2560 + to)>(%row, %to)
              %there = vector.constant_mask [6] : vector<8xi1>
              %residual_at = affine.apply affine_map<(row, to) -> (row * 2560 + to)>(%row, %to)
              %residual_1 = vector.maskedload %residual[%residual_at], %there, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum = arith.addf %turned_16, %residual_1 : vector<8xf32>
              %active = arith.maximumf %sum, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at], %there, %active : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_1 = affine.apply affine_map<(row, to) -> ((row * 16 + 1) * 160 + to)>(%row, %to)
              %there_1 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_1 = affine.apply affine_map<(row, to) -> ((row * 16 + 1) * 160 + to)>(%row, %to)
              %residual_2 = vector.maskedload %residual[%residual_at_1], %there_1, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_1 = arith.addf %turned_17, %residual_2 : vector<8xf32>
              %active_1 = arith.maximumf %sum_1, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_1], %there_1, %active_1 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_2 = affine.apply affine_map<(row, to) -> ((row * 16 + 2) * 160 + to)>(%row, %to)
              %there_2 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_2 = affine.apply affine_map<(row, to) -> ((row * 16 + 2) * 160 + to)>(%row, %to)
              %residual_3 = vector.maskedload %residual[%residual_at_2], %there_2, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_2 = arith.addf %turned_18, %residual_3 : vector<8xf32>
              %active_2 = arith.maximumf %sum_2, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_2], %there_2, %active_2 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_3 = affine.apply affine_map<(row, to) -> ((row * 16 + 3) * 160 + to)>(%row, %to)
              %there_3 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_3 = affine.apply affine_map<(row, to) -> ((row * 16 + 3) * 160 + to)>(%row, %to)
              %residual_4 = vector.maskedload %residual[%residual_at_3], %there_3, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_3 = arith.addf %turned_19, %residual_4 : vector<8xf32>
              %active_3 = arith.maximumf %sum_3, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_3], %there_3, %active_3 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_4 = affine.apply affine_map<(row, to) -> ((row * 16 + 4) * 160 + to)>(%row, %to)
              %there_4 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_4 = affine.apply affine_map<(row, to) -> ((row * 16 + 4) * 160 + to)>(%row, %to)
              %residual_5 = vector.maskedload %residual[%residual_at_4], %there_4, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_4 = arith.addf %turned_20, %residual_5 : vector<8xf32>
              %active_4 = arith.maximumf %sum_4, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_4], %there_4, %active_4 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_5 = affine.apply affine_map<(row, to) -> ((row * 16 + 5) * 160 + to)>(%row, %to)
              %there_5 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_5 = affine.apply affine_map<(row, to) -> ((row * 16 + 5) * 160 + to)>(%row, %to)
              %residual_6 = vector.maskedload %residual[%residual_at_5], %there_5, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_5 = arith.addf %turned_21, %residual_6 : vector<8xf32>
              %active_5 = arith.maximumf %sum_5, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_5], %there_5, %active_5 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_6 = affine.apply affine_map<(row, to) -> ((row * 16 + 6) * 160 + to)>(%row, %to)
              %there_6 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_6 = affine.apply affine_map<(row, to) -> ((row * 16 + 6) * 160 + to)>(%row, %to)
              %residual_7 = vector.maskedload %residual[%residual_at_6], %there_6, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_6 = arith.addf %turned_22, %residual_7 : vector<8xf32>
              %active_6 = arith.maximumf %sum_6, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_6], %there_6, %active_6 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_7 = affine.apply affine_map<(row, to) -> ((row * 16 + 7) * 160 + to)>(%row, %to)
              %there_7 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_7 = affine.apply affine_map<(row, to) -> ((row * 16 + 7) * 160 + to)>(%row, %to)
              %residual_8 = vector.maskedload %residual[%residual_at_7], %there_7, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_7 = arith.addf %turned_23, %residual_8 : vector<8xf32>
              %active_7 = arith.maximumf %sum_7, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_7], %there_7, %active_7 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %turned_24 = vector.shuffle %accs#1, %accs#9 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_25 = vector.shuffle %accs#1, %accs#9 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_26 = vector.shuffle %accs#3, %accs#11 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_27 = vector.shuffle %accs#3, %accs#11 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_28 = vector.shuffle %accs#5, %accs#11 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_29 = vector.shuffle %accs#5, %accs#11 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_30 = vector.shuffle %accs#7, %accs#11 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_31 = vector.shuffle %accs#7, %accs#11 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_32 = vector.shuffle %turned_24, %turned_28 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_33 = vector.shuffle %turned_24, %turned_28 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_34 = vector.shuffle %turned_25, %turned_29 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_35 = vector.shuffle %turned_25, %turned_29 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_36 = vector.shuffle %turned_26, %turned_30 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_37 = vector.shuffle %turned_26, %turned_30 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_38 = vector.shuffle %turned_27, %turned_31 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_39 = vector.shuffle %turned_27, %turned_31 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_40 = vector.shuffle %turned_32, %turned_36 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_41 = vector.shuffle %turned_32, %turned_36 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_42 = vector.shuffle %turned_33, %turned_37 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_43 = vector.shuffle %turned_33, %turned_37 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_44 = vector.shuffle %turned_34, %turned_38 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_45 = vector.shuffle %turned_34, %turned_38 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %turned_46 = vector.shuffle %turned_35, %turned_39 [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xf32>, vector<8xf32>
              %turned_47 = vector.shuffle %turned_35, %turned_39 [4, 12, 5, 13, 6, 14, 7, 15] : vector<8xf32>, vector<8xf32>
              %out_at_8 = affine.apply affine_map<(row, to) -> ((row * 16 + 8) * 160 + to)>(%row, %to)
              %there_8 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_8 = affine.apply affine_map<(row, to) -> ((row * 16 + 8) * 160 + to)>(%row, %to)
              %residual_9 = vector.maskedload %residual[%residual_at_8], %there_8, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_8 = arith.addf %turned_40, %residual_9 : vector<8xf32>
              %active_8 = arith.maximumf %sum_8, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_8], %there_8, %active_8 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_9 = affine.apply affine_map<(row, to) -> ((row * 16 + 9) * 160 + to)>(%row, %to)
              %there_9 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_9 = affine.apply affine_map<(row, to) -> ((row * 16 + 9) * 160 + to)>(%row, %to)
              %residual_10 = vector.maskedload %residual[%residual_at_9], %there_9, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_9 = arith.addf %turned_41, %residual_10 : vector<8xf32>
              %active_9 = arith.maximumf %sum_9, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_9], %there_9, %active_9 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_10 = affine.apply affine_map<(row, to) -> ((row * 16 + 10) * 160 + to)>(%row, %to)
              %there_10 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_10 = affine.apply affine_map<(row, to) -> ((row * 16 + 10) * 160 + to)>(%row, %to)
              %residual_11 = vector.maskedload %residual[%residual_at_10], %there_10, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_10 = arith.addf %turned_42, %residual_11 : vector<8xf32>
              %active_10 = arith.maximumf %sum_10, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_10], %there_10, %active_10 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_11 = affine.apply affine_map<(row, to) -> ((row * 16 + 11) * 160 + to)>(%row, %to)
              %there_11 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_11 = affine.apply affine_map<(row, to) -> ((row * 16 + 11) * 160 + to)>(%row, %to)
              %residual_12 = vector.maskedload %residual[%residual_at_11], %there_11, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_11 = arith.addf %turned_43, %residual_12 : vector<8xf32>
              %active_11 = arith.maximumf %sum_11, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_11], %there_11, %active_11 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_12 = affine.apply affine_map<(row, to) -> ((row * 16 + 12) * 160 + to)>(%row, %to)
              %there_12 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_12 = affine.apply affine_map<(row, to) -> ((row * 16 + 12) * 160 + to)>(%row, %to)
              %residual_13 = vector.maskedload %residual[%residual_at_12], %there_12, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_12 = arith.addf %turned_44, %residual_13 : vector<8xf32>
              %active_12 = arith.maximumf %sum_12, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_12], %there_12, %active_12 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_13 = affine.apply affine_map<(row, to) -> ((row * 16 + 13) * 160 + to)>(%row, %to)
              %there_13 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_13 = affine.apply affine_map<(row, to) -> ((row * 16 + 13) * 160 + to)>(%row, %to)
              %residual_14 = vector.maskedload %residual[%residual_at_13], %there_13, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_13 = arith.addf %turned_45, %residual_14 : vector<8xf32>
              %active_13 = arith.maximumf %sum_13, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_13], %there_13, %active_13 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_14 = affine.apply affine_map<(row, to) -> ((row * 16 + 14) * 160 + to)>(%row, %to)
              %there_14 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_14 = affine.apply affine_map<(row, to) -> ((row * 16 + 14) * 160 + to)>(%row, %to)
              %residual_15 = vector.maskedload %residual[%residual_at_14], %there_14, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_14 = arith.addf %turned_46, %residual_15 : vector<8xf32>
              %active_14 = arith.maximumf %sum_14, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_14], %there_14, %active_14 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
              %out_at_15 = affine.apply affine_map<(row, to) -> ((row * 16 + 15) * 160 + to)>(%row, %to)
              %there_15 = vector.constant_mask [6] : vector<8xi1>
              %residual_at_15 = affine.apply affine_map<(row, to) -> ((row * 16 + 15) * 160 + to)>(%row, %to)
              %residual_16 = vector.maskedload %residual[%residual_at_15], %there_15, %zeros : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32> into vector<8xf32>
              %sum_15 = arith.addf %turned_47, %residual_16 : vector<8xf32>
              %active_15 = arith.maximumf %sum_15, %zeros : vector<8xf32>
              vector.maskedstore %out[%out_at_15], %there_15, %active_15 : memref<2560xf32, #storage>, vector<8xi1>, vector<8xf32>
            }
          }
        }
      }
      return
    }
  }
}
func.func private @conv(%x: tensor<16x2x80xf32>, %residual: tensor<16x2x80xf32>) -> tensor<16x2x80xf32> {
  %values = util.global.load @conv.values : tensor<144x16xf32>
  %offsets = util.global.load @conv.offsets : tensor<144xi32>
  %bounds = util.global.load @conv.bounds : tensor<2x1x2xi32>
  %bias = util.global.load @conv.bias : tensor<1x16xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x2x80xf32> into tensor<2560xf32>
  %residual.flat = tensor.collapse_shape %residual [[0, 1, 2]] : tensor<16x2x80xf32> into tensor<2560xf32>
  %result = flow.dispatch @conv_kernel::@conv(%x.flat, %residual.flat, %values, %offsets, %bounds, %bias) : (tensor<2560xf32>, tensor<2560xf32>, tensor<144x16xf32>, tensor<144xi32>, tensor<2x1x2xi32>, tensor<1x16xf32>) -> tensor<16x2x80xf32>
  return %result : tensor<16x2x80xf32>
}
