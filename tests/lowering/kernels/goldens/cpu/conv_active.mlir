#storage = #hal.descriptor_type<storage_buffer>
#reads6_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @conv.values = #flow.parameter.named<"model"::"conv.values"> : tensor<27x8xf32>
util.global private @conv.offsets = #flow.parameter.named<"model"::"conv.offsets"> : tensor<27xi32>
util.global private @conv.bounds = #flow.parameter.named<"model"::"conv.bounds"> : tensor<2x1x2xi32>
util.global private @conv.bias = #flow.parameter.named<"model"::"conv.bias"> : tensor<1x8xf32>
util.global private @conv.mask = #flow.parameter.named<"model"::"conv.mask"> : tensor<80xf32>
hal.executable.source private @conv_kernel {
  hal.executable.export public @conv ordinal(0) layout(#reads6_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv() attributes {translation_info = #workgroup_of_1} {
      // A packed 3D convolution: rows of taps of any length. A tap is one offset into the channel-major input.
      // Workgroups are shares of the output's frames and chunks of positions, x blocks of rows of filters.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %c80 = arith.constant 80 : index
      %c50 = arith.constant 50 : index
      %zero = arith.constant 0.0 : f32
      %number = arith.constant dense<3.0> : vector<4xf32>
      %number_1 = arith.constant dense<0.0> : vector<4xf32>
      %number_2 = arith.constant dense<6.0> : vector<4xf32>
      %number_3 = arith.constant dense<1.666666667e-01> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads6_writes1) binding(0) alignment(64) offset(%c0) : memref<480xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads6_writes1) binding(1) alignment(64) offset(%c0) : memref<216xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads6_writes1) binding(2) alignment(64) offset(%c0) : memref<27xi32, #storage>
      %bounds = hal.interface.binding.subspan layout(#reads6_writes1) binding(3) alignment(64) offset(%c0) : memref<4xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads6_writes1) binding(4) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads6_writes1) binding(5) alignment(64) offset(%c0) : memref<80xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads6_writes1) binding(6) alignment(64) offset(%c0) : memref<1280xf32, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %block = hal.interface.workgroup.id[1] : index
      %row_end = affine.min affine_map<(block) -> (block + 1, 1)>(%block)
      %share_first = affine.min affine_map<(worker) -> (worker * 2, worker)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 2 + 2, worker + 1)>(%worker)
      scf.for %item = %share_first to %share_end step %c1 {
        %tile_first = affine.apply affine_map<(c0) -> (c0 * 3)>(%c0)
        %tile_end = affine.min affine_map<(c0) -> (c0 * 3 + 3, 3)>(%c0)
        %origin = affine.apply affine_map<(item) -> (item * 80 + 16)>(%item)
        %to = affine.apply affine_map<(item) -> (item * 80 + 16)>(%item)
        %ahead_start = affine.apply affine_map<(item, c0) -> (item * 80 + (c0 + 1) * 36 + 24)>(%item, %c0)
        %at = affine.apply affine_map<(block) -> (block * 8)>(%block)
        %at_1 = affine.apply affine_map<(row_end) -> (row_end * 8)>(%row_end)
        %is_first = arith.cmpi eq, %c0, %c0 : index
        %is_last = arith.cmpi eq, %c0, %c0 : index
        %head_end = arith.select %is_first, %c16, %c0 : index
        %tail_end = arith.select %is_last, %c80, %c50 : index
        // The zeros around the pixels of each plane.
        scf.for %channel = %at to %at_1 step %c1 {
          %plane = affine.apply affine_map<(channel, item) -> (channel * 160 + item * 80)>(%channel, %item)
          scf.for %i = %c0 to %head_end step %c1 {
            %at_2 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_2] : memref<1280xf32, #storage>
          }
          scf.for %i = %c50 to %tail_end step %c1 {
            %at_2 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_2] : memref<1280xf32, #storage>
          }
        }
        // Rows of filters of one output frame: row > tile > tap, with 8 x 12 accumulators.
        scf.for %row = %block to %row_end step %c1 {
          %bounds_at = affine.apply affine_map<(item, row) -> ((item + row) * 2)>(%item, %row)
          %bounds_next = arith.addi %bounds_at, %c1 : index
          %bound = memref.load %bounds[%bounds_at] : memref<4xi32, #storage>
          %bound_1 = memref.load %bounds[%bounds_next] : memref<4xi32, #storage>
          %tap_first = arith.index_cast %bound : i32 to index
          %tap_end = arith.index_cast %bound_1 : i32 to index
          %bias_at = affine.apply affine_map<(row) -> (row * 8)>(%row)
          %row_to = affine.apply affine_map<(row, to) -> (row * 1280 + to)>(%row, %to)
          scf.for %tile = %tile_first to %tile_end step %c1 {
            %position = affine.min affine_map<(tile) -> (tile * 12, 22)>(%tile)
            %x_at = arith.addi %position, %origin : index
            %bias_of = memref.load %bias[%bias_at] : memref<8xf32, #storage>
            %start = vector.broadcast %bias_of : f32 to vector<4xf32>
            %at_2 = affine.apply affine_map<(bias_at) -> (bias_at + 1)>(%bias_at)
            %bias_of_1 = memref.load %bias[%at_2] : memref<8xf32, #storage>
            %start_1 = vector.broadcast %bias_of_1 : f32 to vector<4xf32>
            %at_3 = affine.apply affine_map<(bias_at) -> (bias_at + 2)>(%bias_at)
            %bias_of_2 = memref.load %bias[%at_3] : memref<8xf32, #storage>
            %start_2 = vector.broadcast %bias_of_2 : f32 to vector<4xf32>
            %at_4 = affine.apply affine_map<(bias_at) -> (bias_at + 3)>(%bias_at)
            %bias_of_3 = memref.load %bias[%at_4] : memref<8xf32, #storage>
            %start_3 = vector.broadcast %bias_of_3 : f32 to vector<4xf32>
            %at_5 = affine.apply affine_map<(bias_at) -> (bias_at + 4)>(%bias_at)
            %bias_of_4 = memref.load %bias[%at_5] : memref<8xf32, #storage>
            %start_4 = vector.broadcast %bias_of_4 : f32 to vector<4xf32>
            %at_6 = affine.apply affine_map<(bias_at) -> (bias_at + 5)>(%bias_at)
            %bias_of_5 = memref.load %bias[%at_6] : memref<8xf32, #storage>
            %start_5 = vector.broadcast %bias_of_5 : f32 to vector<4xf32>
            %at_7 = affine.apply affine_map<(bias_at) -> (bias_at + 6)>(%bias_at)
            %bias_of_6 = memref.load %bias[%at_7] : memref<8xf32, #storage>
            %start_6 = vector.broadcast %bias_of_6 : f32 to vector<4xf32>
            %at_8 = affine.apply affine_map<(bias_at) -> (bias_at + 7)>(%bias_at)
            %bias_of_7 = memref.load %bias[%at_8] : memref<8xf32, #storage>
            %start_7 = vector.broadcast %bias_of_7 : f32 to vector<4xf32>
            %accs:24 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %start, %acc_1 = %start, %acc_2 = %start, %acc_3 = %start_1, %acc_4 = %start_1, %acc_5 = %start_1, %acc_6 = %start_2, %acc_7 = %start_2, %acc_8 = %start_2, %acc_9 = %start_3, %acc_10 = %start_3, %acc_11 = %start_3, %acc_12 = %start_4, %acc_13 = %start_4, %acc_14 = %start_4, %acc_15 = %start_5, %acc_16 = %start_5, %acc_17 = %start_5, %acc_18 = %start_6, %acc_19 = %start_6, %acc_20 = %start_6, %acc_21 = %start_7, %acc_22 = %start_7, %acc_23 = %start_7) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
              %offset32 = memref.load %offsets[%tap] : memref<27xi32, #storage>
              %offset = arith.index_cast %offset32 : i32 to index
              %input_at = arith.addi %offset, %x_at : index
              %input = vector.load %x[%input_at] : memref<480xf32, #storage>, vector<4xf32>
              %at_9 = affine.apply affine_map<(input_at) -> (input_at + 4)>(%input_at)
              %input_1 = vector.load %x[%at_9] : memref<480xf32, #storage>, vector<4xf32>
              %at_10 = affine.apply affine_map<(input_at) -> (input_at + 8)>(%input_at)
              %input_2 = vector.load %x[%at_10] : memref<480xf32, #storage>, vector<4xf32>
              %at_11 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
              %weights = vector.load %values[%at_11] : memref<216xf32, #storage>, vector<4xf32>
              %weight = vector.extract %weights[0] : f32 from vector<4xf32>
              %spread = vector.broadcast %weight : f32 to vector<4xf32>
              %weight_1 = vector.extract %weights[1] : f32 from vector<4xf32>
              %spread_1 = vector.broadcast %weight_1 : f32 to vector<4xf32>
              %weight_2 = vector.extract %weights[2] : f32 from vector<4xf32>
              %spread_2 = vector.broadcast %weight_2 : f32 to vector<4xf32>
              %weight_3 = vector.extract %weights[3] : f32 from vector<4xf32>
              %spread_3 = vector.broadcast %weight_3 : f32 to vector<4xf32>
              %at_12 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
              %weights_1 = vector.load %values[%at_12] : memref<216xf32, #storage>, vector<4xf32>
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
            %at_9 = affine.apply affine_map<(position) -> (position + 16)>(%position)
            %keep = vector.load %mask[%at_9] : memref<80xf32, #storage>, vector<4xf32>
            %at_10 = affine.apply affine_map<(position) -> (position + 20)>(%position)
            %keep_1 = vector.load %mask[%at_10] : memref<80xf32, #storage>, vector<4xf32>
            %at_11 = affine.apply affine_map<(position) -> (position + 24)>(%position)
            %keep_2 = vector.load %mask[%at_11] : memref<80xf32, #storage>, vector<4xf32>
            %out_at = affine.apply affine_map<(position, row_to) -> (position + row_to)>(%position, %row_to)
            %addf = arith.addf %accs#0, %number : vector<4xf32>
            %maximumf = arith.maximumf %addf, %number_1 : vector<4xf32>
            %minimumf = arith.minimumf %maximumf, %number_2 : vector<4xf32>
            %mulf = arith.mulf %minimumf, %number_3 : vector<4xf32>
            %mulf_1 = arith.mulf %accs#0, %mulf : vector<4xf32>
            %is_pixel = arith.cmpf ogt, %keep, %number_1 : vector<4xf32>
            %kept = arith.select %is_pixel, %mulf_1, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept, %out[%out_at] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_1 = affine.apply affine_map<(position, row_to) -> (position + row_to + 4)>(%position, %row_to)
            %addf_1 = arith.addf %accs#1, %number : vector<4xf32>
            %maximumf_1 = arith.maximumf %addf_1, %number_1 : vector<4xf32>
            %minimumf_1 = arith.minimumf %maximumf_1, %number_2 : vector<4xf32>
            %mulf_2 = arith.mulf %minimumf_1, %number_3 : vector<4xf32>
            %mulf_3 = arith.mulf %accs#1, %mulf_2 : vector<4xf32>
            %is_pixel_1 = arith.cmpf ogt, %keep_1, %number_1 : vector<4xf32>
            %kept_1 = arith.select %is_pixel_1, %mulf_3, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_1, %out[%out_at_1] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_2 = affine.apply affine_map<(position, row_to) -> (position + row_to + 8)>(%position, %row_to)
            %addf_2 = arith.addf %accs#2, %number : vector<4xf32>
            %maximumf_2 = arith.maximumf %addf_2, %number_1 : vector<4xf32>
            %minimumf_2 = arith.minimumf %maximumf_2, %number_2 : vector<4xf32>
            %mulf_4 = arith.mulf %minimumf_2, %number_3 : vector<4xf32>
            %mulf_5 = arith.mulf %accs#2, %mulf_4 : vector<4xf32>
            %is_pixel_2 = arith.cmpf ogt, %keep_2, %number_1 : vector<4xf32>
            %kept_2 = arith.select %is_pixel_2, %mulf_5, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_2, %out[%out_at_2] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_3 = affine.apply affine_map<(position, row_to) -> (position + row_to + 160)>(%position, %row_to)
            %addf_3 = arith.addf %accs#3, %number : vector<4xf32>
            %maximumf_3 = arith.maximumf %addf_3, %number_1 : vector<4xf32>
            %minimumf_3 = arith.minimumf %maximumf_3, %number_2 : vector<4xf32>
            %mulf_6 = arith.mulf %minimumf_3, %number_3 : vector<4xf32>
            %mulf_7 = arith.mulf %accs#3, %mulf_6 : vector<4xf32>
            %is_pixel_3 = arith.cmpf ogt, %keep, %number_1 : vector<4xf32>
            %kept_3 = arith.select %is_pixel_3, %mulf_7, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_3, %out[%out_at_3] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_4 = affine.apply affine_map<(position, row_to) -> (position + row_to + 164)>(%position, %row_to)
            %addf_4 = arith.addf %accs#4, %number : vector<4xf32>
            %maximumf_4 = arith.maximumf %addf_4, %number_1 : vector<4xf32>
            %minimumf_4 = arith.minimumf %maximumf_4, %number_2 : vector<4xf32>
            %mulf_8 = arith.mulf %minimumf_4, %number_3 : vector<4xf32>
            %mulf_9 = arith.mulf %accs#4, %mulf_8 : vector<4xf32>
            %is_pixel_4 = arith.cmpf ogt, %keep_1, %number_1 : vector<4xf32>
            %kept_4 = arith.select %is_pixel_4, %mulf_9, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_4, %out[%out_at_4] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_5 = affine.apply affine_map<(position, row_to) -> (position + row_to + 168)>(%position, %row_to)
            %addf_5 = arith.addf %accs#5, %number : vector<4xf32>
            %maximumf_5 = arith.maximumf %addf_5, %number_1 : vector<4xf32>
            %minimumf_5 = arith.minimumf %maximumf_5, %number_2 : vector<4xf32>
            %mulf_10 = arith.mulf %minimumf_5, %number_3 : vector<4xf32>
            %mulf_11 = arith.mulf %accs#5, %mulf_10 : vector<4xf32>
            %is_pixel_5 = arith.cmpf ogt, %keep_2, %number_1 : vector<4xf32>
            %kept_5 = arith.select %is_pixel_5, %mulf_11, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_5, %out[%out_at_5] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_6 = affine.apply affine_map<(position, row_to) -> (position + row_to + 320)>(%position, %row_to)
            %addf_6 = arith.addf %accs#6, %number : vector<4xf32>
            %maximumf_6 = arith.maximumf %addf_6, %number_1 : vector<4xf32>
            %minimumf_6 = arith.minimumf %maximumf_6, %number_2 : vector<4xf32>
            %mulf_12 = arith.mulf %minimumf_6, %number_3 : vector<4xf32>
            %mulf_13 = arith.mulf %accs#6, %mulf_12 : vector<4xf32>
            %is_pixel_6 = arith.cmpf ogt, %keep, %number_1 : vector<4xf32>
            %kept_6 = arith.select %is_pixel_6, %mulf_13, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_6, %out[%out_at_6] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_7 = affine.apply affine_map<(position, row_to) -> (position + row_to + 324)>(%position, %row_to)
            %addf_7 = arith.addf %accs#7, %number : vector<4xf32>
            %maximumf_7 = arith.maximumf %addf_7, %number_1 : vector<4xf32>
            %minimumf_7 = arith.minimumf %maximumf_7, %number_2 : vector<4xf32>
            %mulf_14 = arith.mulf %minimumf_7, %number_3 : vector<4xf32>
            %mulf_15 = arith.mulf %accs#7, %mulf_14 : vector<4xf32>
            %is_pixel_7 = arith.cmpf ogt, %keep_1, %number_1 : vector<4xf32>
            %kept_7 = arith.select %is_pixel_7, %mulf_15, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_7, %out[%out_at_7] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_8 = affine.apply affine_map<(position, row_to) -> (position + row_to + 328)>(%position, %row_to)
            %addf_8 = arith.addf %accs#8, %number : vector<4xf32>
            %maximumf_8 = arith.maximumf %addf_8, %number_1 : vector<4xf32>
            %minimumf_8 = arith.minimumf %maximumf_8, %number_2 : vector<4xf32>
            %mulf_16 = arith.mulf %minimumf_8, %number_3 : vector<4xf32>
            %mulf_17 = arith.mulf %accs#8, %mulf_16 : vector<4xf32>
            %is_pixel_8 = arith.cmpf ogt, %keep_2, %number_1 : vector<4xf32>
            %kept_8 = arith.select %is_pixel_8, %mulf_17, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_8, %out[%out_at_8] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_9 = affine.apply affine_map<(position, row_to) -> (position + row_to + 480)>(%position, %row_to)
            %addf_9 = arith.addf %accs#9, %number : vector<4xf32>
            %maximumf_9 = arith.maximumf %addf_9, %number_1 : vector<4xf32>
            %minimumf_9 = arith.minimumf %maximumf_9, %number_2 : vector<4xf32>
            %mulf_18 = arith.mulf %minimumf_9, %number_3 : vector<4xf32>
            %mulf_19 = arith.mulf %accs#9, %mulf_18 : vector<4xf32>
            %is_pixel_9 = arith.cmpf ogt, %keep, %number_1 : vector<4xf32>
            %kept_9 = arith.select %is_pixel_9, %mulf_19, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_9, %out[%out_at_9] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_10 = affine.apply affine_map<(position, row_to) -> (position + row_to + 484)>(%position, %row_to)
            %addf_10 = arith.addf %accs#10, %number : vector<4xf32>
            %maximumf_10 = arith.maximumf %addf_10, %number_1 : vector<4xf32>
            %minimumf_10 = arith.minimumf %maximumf_10, %number_2 : vector<4xf32>
            %mulf_20 = arith.mulf %minimumf_10, %number_3 : vector<4xf32>
            %mulf_21 = arith.mulf %accs#10, %mulf_20 : vector<4xf32>
            %is_pixel_10 = arith.cmpf ogt, %keep_1, %number_1 : vector<4xf32>
            %kept_10 = arith.select %is_pixel_10, %mulf_21, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_10, %out[%out_at_10] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_11 = affine.apply affine_map<(position, row_to) -> (position + row_to + 488)>(%position, %row_to)
            %addf_11 = arith.addf %accs#11, %number : vector<4xf32>
            %maximumf_11 = arith.maximumf %addf_11, %number_1 : vector<4xf32>
            %minimumf_11 = arith.minimumf %maximumf_11, %number_2 : vector<4xf32>
            %mulf_22 = arith.mulf %minimumf_11, %number_3 : vector<4xf32>
            %mulf_23 = arith.mulf %accs#11, %mulf_22 : vector<4xf32>
            %is_pixel_11 = arith.cmpf ogt, %keep_2, %number_1 : vector<4xf32>
            %kept_11 = arith.select %is_pixel_11, %mulf_23, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_11, %out[%out_at_11] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_12 = affine.apply affine_map<(position, row_to) -> (position + row_to + 640)>(%position, %row_to)
            %addf_12 = arith.addf %accs#12, %number : vector<4xf32>
            %maximumf_12 = arith.maximumf %addf_12, %number_1 : vector<4xf32>
            %minimumf_12 = arith.minimumf %maximumf_12, %number_2 : vector<4xf32>
            %mulf_24 = arith.mulf %minimumf_12, %number_3 : vector<4xf32>
            %mulf_25 = arith.mulf %accs#12, %mulf_24 : vector<4xf32>
            %is_pixel_12 = arith.cmpf ogt, %keep, %number_1 : vector<4xf32>
            %kept_12 = arith.select %is_pixel_12, %mulf_25, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_12, %out[%out_at_12] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_13 = affine.apply affine_map<(position, row_to) -> (position + row_to + 644)>(%position, %row_to)
            %addf_13 = arith.addf %accs#13, %number : vector<4xf32>
            %maximumf_13 = arith.maximumf %addf_13, %number_1 : vector<4xf32>
            %minimumf_13 = arith.minimumf %maximumf_13, %number_2 : vector<4xf32>
            %mulf_26 = arith.mulf %minimumf_13, %number_3 : vector<4xf32>
            %mulf_27 = arith.mulf %accs#13, %mulf_26 : vector<4xf32>
            %is_pixel_13 = arith.cmpf ogt, %keep_1, %number_1 : vector<4xf32>
            %kept_13 = arith.select %is_pixel_13, %mulf_27, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_13, %out[%out_at_13] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_14 = affine.apply affine_map<(position, row_to) -> (position + row_to + 648)>(%position, %row_to)
            %addf_14 = arith.addf %accs#14, %number : vector<4xf32>
            %maximumf_14 = arith.maximumf %addf_14, %number_1 : vector<4xf32>
            %minimumf_14 = arith.minimumf %maximumf_14, %number_2 : vector<4xf32>
            %mulf_28 = arith.mulf %minimumf_14, %number_3 : vector<4xf32>
            %mulf_29 = arith.mulf %accs#14, %mulf_28 : vector<4xf32>
            %is_pixel_14 = arith.cmpf ogt, %keep_2, %number_1 : vector<4xf32>
            %kept_14 = arith.select %is_pixel_14, %mulf_29, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_14, %out[%out_at_14] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_15 = affine.apply affine_map<(position, row_to) -> (position + row_to + 800)>(%position, %row_to)
            %addf_15 = arith.addf %accs#15, %number : vector<4xf32>
            %maximumf_15 = arith.maximumf %addf_15, %number_1 : vector<4xf32>
            %minimumf_15 = arith.minimumf %maximumf_15, %number_2 : vector<4xf32>
            %mulf_30 = arith.mulf %minimumf_15, %number_3 : vector<4xf32>
            %mulf_31 = arith.mulf %accs#15, %mulf_30 : vector<4xf32>
            %is_pixel_15 = arith.cmpf ogt, %keep, %number_1 : vector<4xf32>
            %kept_15 = arith.select %is_pixel_15, %mulf_31, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_15, %out[%out_at_15] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_16 = affine.apply affine_map<(position, row_to) -> (position + row_to + 804)>(%position, %row_to)
            %addf_16 = arith.addf %accs#16, %number : vector<4xf32>
            %maximumf_16 = arith.maximumf %addf_16, %number_1 : vector<4xf32>
            %minimumf_16 = arith.minimumf %maximumf_16, %number_2 : vector<4xf32>
            %mulf_32 = arith.mulf %minimumf_16, %number_3 : vector<4xf32>
            %mulf_33 = arith.mulf %accs#16, %mulf_32 : vector<4xf32>
            %is_pixel_16 = arith.cmpf ogt, %keep_1, %number_1 : vector<4xf32>
            %kept_16 = arith.select %is_pixel_16, %mulf_33, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_16, %out[%out_at_16] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_17 = affine.apply affine_map<(position, row_to) -> (position + row_to + 808)>(%position, %row_to)
            %addf_17 = arith.addf %accs#17, %number : vector<4xf32>
            %maximumf_17 = arith.maximumf %addf_17, %number_1 : vector<4xf32>
            %minimumf_17 = arith.minimumf %maximumf_17, %number_2 : vector<4xf32>
            %mulf_34 = arith.mulf %minimumf_17, %number_3 : vector<4xf32>
            %mulf_35 = arith.mulf %accs#17, %mulf_34 : vector<4xf32>
            %is_pixel_17 = arith.cmpf ogt, %keep_2, %number_1 : vector<4xf32>
            %kept_17 = arith.select %is_pixel_17, %mulf_35, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_17, %out[%out_at_17] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_18 = affine.apply affine_map<(position, row_to) -> (position + row_to + 960)>(%position, %row_to)
            %addf_18 = arith.addf %accs#18, %number : vector<4xf32>
            %maximumf_18 = arith.maximumf %addf_18, %number_1 : vector<4xf32>
            %minimumf_18 = arith.minimumf %maximumf_18, %number_2 : vector<4xf32>
            %mulf_36 = arith.mulf %minimumf_18, %number_3 : vector<4xf32>
            %mulf_37 = arith.mulf %accs#18, %mulf_36 : vector<4xf32>
            %is_pixel_18 = arith.cmpf ogt, %keep, %number_1 : vector<4xf32>
            %kept_18 = arith.select %is_pixel_18, %mulf_37, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_18, %out[%out_at_18] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_19 = affine.apply affine_map<(position, row_to) -> (position + row_to + 964)>(%position, %row_to)
            %addf_19 = arith.addf %accs#19, %number : vector<4xf32>
            %maximumf_19 = arith.maximumf %addf_19, %number_1 : vector<4xf32>
            %minimumf_19 = arith.minimumf %maximumf_19, %number_2 : vector<4xf32>
            %mulf_38 = arith.mulf %minimumf_19, %number_3 : vector<4xf32>
            %mulf_39 = arith.mulf %accs#19, %mulf_38 : vector<4xf32>
            %is_pixel_19 = arith.cmpf ogt, %keep_1, %number_1 : vector<4xf32>
            %kept_19 = arith.select %is_pixel_19, %mulf_39, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_19, %out[%out_at_19] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_20 = affine.apply affine_map<(position, row_to) -> (position + row_to + 968)>(%position, %row_to)
            %addf_20 = arith.addf %accs#20, %number : vector<4xf32>
            %maximumf_20 = arith.maximumf %addf_20, %number_1 : vector<4xf32>
            %minimumf_20 = arith.minimumf %maximumf_20, %number_2 : vector<4xf32>
            %mulf_40 = arith.mulf %minimumf_20, %number_3 : vector<4xf32>
            %mulf_41 = arith.mulf %accs#20, %mulf_40 : vector<4xf32>
            %is_pixel_20 = arith.cmpf ogt, %keep_2, %number_1 : vector<4xf32>
            %kept_20 = arith.select %is_pixel_20, %mulf_41, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_20, %out[%out_at_20] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_21 = affine.apply affine_map<(position, row_to) -> (position + row_to + 1120)>(%position, %row_to)
            %addf_21 = arith.addf %accs#21, %number : vector<4xf32>
            %maximumf_21 = arith.maximumf %addf_21, %number_1 : vector<4xf32>
            %minimumf_21 = arith.minimumf %maximumf_21, %number_2 : vector<4xf32>
            %mulf_42 = arith.mulf %minimumf_21, %number_3 : vector<4xf32>
            %mulf_43 = arith.mulf %accs#21, %mulf_42 : vector<4xf32>
            %is_pixel_21 = arith.cmpf ogt, %keep, %number_1 : vector<4xf32>
            %kept_21 = arith.select %is_pixel_21, %mulf_43, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_21, %out[%out_at_21] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_22 = affine.apply affine_map<(position, row_to) -> (position + row_to + 1124)>(%position, %row_to)
            %addf_22 = arith.addf %accs#22, %number : vector<4xf32>
            %maximumf_22 = arith.maximumf %addf_22, %number_1 : vector<4xf32>
            %minimumf_22 = arith.minimumf %maximumf_22, %number_2 : vector<4xf32>
            %mulf_44 = arith.mulf %minimumf_22, %number_3 : vector<4xf32>
            %mulf_45 = arith.mulf %accs#22, %mulf_44 : vector<4xf32>
            %is_pixel_22 = arith.cmpf ogt, %keep_1, %number_1 : vector<4xf32>
            %kept_22 = arith.select %is_pixel_22, %mulf_45, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_22, %out[%out_at_22] : memref<1280xf32, #storage>, vector<4xf32>
            %out_at_23 = affine.apply affine_map<(position, row_to) -> (position + row_to + 1128)>(%position, %row_to)
            %addf_23 = arith.addf %accs#23, %number : vector<4xf32>
            %maximumf_23 = arith.maximumf %addf_23, %number_1 : vector<4xf32>
            %minimumf_23 = arith.minimumf %maximumf_23, %number_2 : vector<4xf32>
            %mulf_46 = arith.mulf %minimumf_23, %number_3 : vector<4xf32>
            %mulf_47 = arith.mulf %accs#23, %mulf_46 : vector<4xf32>
            %is_pixel_23 = arith.cmpf ogt, %keep_2, %number_1 : vector<4xf32>
            %kept_23 = arith.select %is_pixel_23, %mulf_47, %number_1 : vector<4xi1>, vector<4xf32>
            vector.store %kept_23, %out[%out_at_23] : memref<1280xf32, #storage>, vector<4xf32>
          }
        }
      }
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
