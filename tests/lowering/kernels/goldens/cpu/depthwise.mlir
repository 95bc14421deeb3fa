#storage = #hal.descriptor_type<storage_buffer>
#reads4_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @deep.values = #flow.parameter.named<"model"::"deep.values"> : tensor<3x13xf32>
util.global private @deep.bias = #flow.parameter.named<"model"::"deep.bias"> : tensor<3xf32>
util.global private @deep.mask = #flow.parameter.named<"model"::"deep.mask"> : tensor<112xf32>
hal.executable.source private @deep_kernel {
  hal.executable.export public @deep ordinal(0) layout(#reads4_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c3 = arith.constant 3 : index
    %c1 = arith.constant 1 : index
    hal.return %c3, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @deep() attributes {translation_info = #workgroup_of_1} {
      // A depthwise convolution: span > tile > frame > row > tap. The taps of a row are written out.
      // A span is a row of pixels of the result, or all of them where windows are one pixel apart.
      // Zeros first. A vector that reaches beyond its span writes what the next span writes again.
      // Each vector of the input is loaded once for all frames of the window: it adds to every result that it is
      // part of, and the sums of results that are not complete are handed on to the next frame, in registers.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %zero = arith.constant 0.0 : f32
      %c16 = arith.constant 16 : index
      %c85 = arith.constant 85 : index
      %c112 = arith.constant 112 : index
      %c3 = arith.constant 3 : index
      %c5 = arith.constant 5 : index
      %number = arith.constant dense<-1.442695041e+00> : vector<4xf32>
      %number_1 = arith.constant dense<126.0> : vector<4xf32>
      %number_2 = arith.constant dense<-126.0> : vector<4xf32>
      %number_3 = arith.constant dense<5.000000000e-01> : vector<4xf32>
      %number_4 = arith.constant dense<1.326473180e-03> : vector<4xf32>
      %number_5 = arith.constant dense<9.671513944e-03> : vector<4xf32>
      %number_6 = arith.constant dense<5.550733732e-02> : vector<4xf32>
      %number_7 = arith.constant dense<2.402224206e-01> : vector<4xf32>
      %number_8 = arith.constant dense<6.931469776e-01> : vector<4xf32>
      %number_9 = arith.constant dense<1.0> : vector<4xf32>
      %constant = arith.constant dense<23> : vector<4xi32>
      %zero_1 = arith.constant dense<0.0> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads4_writes1) binding(0) alignment(64) offset(%c0) : memref<1344xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads4_writes1) binding(1) alignment(64) offset(%c0) : memref<39xf32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads4_writes1) binding(2) alignment(64) offset(%c0) : memref<3xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads4_writes1) binding(3) alignment(64) offset(%c0) : memref<112xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads4_writes1) binding(4) alignment(64) offset(%c0) : memref<1344xf32, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %share_first = affine.min affine_map<(worker) -> (worker * 2, worker)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 2 + 2, worker + 1)>(%worker)
      scf.for %c = %share_first to %share_end step %c1 {
        scf.for %frame = %c0 to %c4 step %c1 {
          // The zeros around the pixels of each plane.
          %at = affine.apply affine_map<(c) -> (c + 1)>(%c)
          scf.for %channel = %c to %at step %c1 {
            %plane = affine.apply affine_map<(channel, frame) -> (channel * 448 + frame * 112)>(%channel, %frame)
            scf.for %i = %c0 to %c16 step %c1 {
              %at_1 = arith.addi %plane, %i : index
              memref.store %zero, %out[%at_1] : memref<1344xf32, #storage>
            }
            scf.for %i = %c85 to %c112 step %c1 {
              %at_1 = arith.addi %plane, %i : index
              memref.store %zero, %out[%at_1] : memref<1344xf32, #storage>
            }
          }
        }
        %weights_at = affine.apply affine_map<(c) -> (c * 13)>(%c)
        %bias_of = memref.load %bias[%c] : memref<3xf32, #storage>
        %start = vector.broadcast %bias_of : f32 to vector<4xf32>
        scf.for %span = %c0 to %c1 step %c1 {
          scf.for %tile = %c0 to %c3 step %c1 {
            %p = affine.min affine_map<(tile) -> (tile * 24, 45)>(%tile)
            %window = affine.apply affine_map<(c, span, p) -> (c * 448 + span * 10 + p + 15)>(%c, %span, %p)
            %place = affine.apply affine_map<(span, p) -> (span * 10 + p + 16)>(%span, %p)
            %befores:12 = scf.for %step = %c0 to %c5 step %c1 iter_args(%before = %start, %before_1 = %start, %before_2 = %start, %before_3 = %start, %before_4 = %start, %before_5 = %start, %before_6 = %start, %before_7 = %start, %before_8 = %start, %before_9 = %start, %before_10 = %start, %before_11 = %start) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
              // A frame outside the input adds nothing.
              %d_end = affine.min affine_map<(step) -> (step + 1, 4)>(%step)
              %sums:18 = scf.for %d = %step to %d_end step %c1 iter_args(%sum = %before, %sum_1 = %before_1, %sum_2 = %before_2, %sum_3 = %before_3, %sum_4 = %before_4, %sum_5 = %before_5, %sum_6 = %before_6, %sum_7 = %before_7, %sum_8 = %before_8, %sum_9 = %before_9, %sum_10 = %before_10, %sum_11 = %before_11, %sum_12 = %start, %sum_13 = %start, %sum_14 = %start, %sum_15 = %start, %sum_16 = %start, %sum_17 = %start) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
                %frame_at = affine.apply affine_map<(d, window) -> (d * 112 + window)>(%d, %window)
                // Row by row, and inputs one after the other: then the sums stay in registers.
                %parts:18 = scf.for %row = %c0 to %c1 step %c1 iter_args(%part = %sum, %part_1 = %sum_1, %part_2 = %sum_2, %part_3 = %sum_3, %part_4 = %sum_4, %part_5 = %sum_5, %part_6 = %sum_6, %part_7 = %sum_7, %part_8 = %sum_8, %part_9 = %sum_9, %part_10 = %sum_10, %part_11 = %sum_11, %part_12 = %sum_12, %part_13 = %sum_13, %part_14 = %sum_14, %part_15 = %sum_15, %part_16 = %sum_16, %part_17 = %sum_17) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
                  %row_at = affine.apply affine_map<(row, frame_at) -> (row * 10 + frame_at)>(%row, %frame_at)
                  %row_weights = affine.apply affine_map<(row, weights_at) -> (row * 3 + weights_at)>(%row, %weights_at)
                  %input = vector.load %x[%row_at] : memref<1344xf32, #storage>, vector<4xf32>
                  %at = affine.apply affine_map<(row_at) -> (row_at + 4)>(%row_at)
                  %input_1 = vector.load %x[%at] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_1 = affine.apply affine_map<(row_at) -> (row_at + 8)>(%row_at)
                  %input_2 = vector.load %x[%at_1] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_2 = affine.apply affine_map<(row_at) -> (row_at + 12)>(%row_at)
                  %input_3 = vector.load %x[%at_2] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_3 = affine.apply affine_map<(row_at) -> (row_at + 16)>(%row_at)
                  %input_4 = vector.load %x[%at_3] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_4 = affine.apply affine_map<(row_at) -> (row_at + 20)>(%row_at)
                  %input_5 = vector.load %x[%at_4] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_5 = affine.apply affine_map<(row_weights) -> (row_weights + 4)>(%row_weights)
                  %weights = vector.load %values[%at_5] : memref<39xf32, #storage>, vector<4xf32>
                  %weight = vector.extract %weights[2] : f32 from vector<4xf32>
                  %spread = vector.broadcast %weight : f32 to vector<4xf32>
                  %weights_1 = vector.load %values[%row_weights] : memref<39xf32, #storage>, vector<4xf32>
                  %weight_1 = vector.extract %weights_1[3] : f32 from vector<4xf32>
                  %spread_1 = vector.broadcast %weight_1 : f32 to vector<4xf32>
                  %weight_2 = vector.extract %weights_1[0] : f32 from vector<4xf32>
                  %spread_2 = vector.broadcast %weight_2 : f32 to vector<4xf32>
                  %fma = vector.fma %spread, %input, %part : vector<4xf32>
                  %fma_1 = vector.fma %spread_1, %input, %part_6 : vector<4xf32>
                  %fma_2 = vector.fma %spread_2, %input, %part_12 : vector<4xf32>
                  %fma_3 = vector.fma %spread, %input_1, %part_1 : vector<4xf32>
                  %fma_4 = vector.fma %spread_1, %input_1, %part_7 : vector<4xf32>
                  %fma_5 = vector.fma %spread_2, %input_1, %part_13 : vector<4xf32>
                  %fma_6 = vector.fma %spread, %input_2, %part_2 : vector<4xf32>
                  %fma_7 = vector.fma %spread_1, %input_2, %part_8 : vector<4xf32>
                  %fma_8 = vector.fma %spread_2, %input_2, %part_14 : vector<4xf32>
                  %fma_9 = vector.fma %spread, %input_3, %part_3 : vector<4xf32>
                  %fma_10 = vector.fma %spread_1, %input_3, %part_9 : vector<4xf32>
                  %fma_11 = vector.fma %spread_2, %input_3, %part_15 : vector<4xf32>
                  %fma_12 = vector.fma %spread, %input_4, %part_4 : vector<4xf32>
                  %fma_13 = vector.fma %spread_1, %input_4, %part_10 : vector<4xf32>
                  %fma_14 = vector.fma %spread_2, %input_4, %part_16 : vector<4xf32>
                  %fma_15 = vector.fma %spread, %input_5, %part_5 : vector<4xf32>
                  %fma_16 = vector.fma %spread_1, %input_5, %part_11 : vector<4xf32>
                  %fma_17 = vector.fma %spread_2, %input_5, %part_17 : vector<4xf32>
                  %at_6 = affine.apply affine_map<(row_at) -> (row_at + 1)>(%row_at)
                  %input_6 = vector.load %x[%at_6] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_7 = affine.apply affine_map<(row_at) -> (row_at + 5)>(%row_at)
                  %input_7 = vector.load %x[%at_7] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_8 = affine.apply affine_map<(row_at) -> (row_at + 9)>(%row_at)
                  %input_8 = vector.load %x[%at_8] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_9 = affine.apply affine_map<(row_at) -> (row_at + 13)>(%row_at)
                  %input_9 = vector.load %x[%at_9] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_10 = affine.apply affine_map<(row_at) -> (row_at + 17)>(%row_at)
                  %input_10 = vector.load %x[%at_10] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_11 = affine.apply affine_map<(row_at) -> (row_at + 21)>(%row_at)
                  %input_11 = vector.load %x[%at_11] : memref<1344xf32, #storage>, vector<4xf32>
                  %weight_3 = vector.extract %weights[3] : f32 from vector<4xf32>
                  %spread_3 = vector.broadcast %weight_3 : f32 to vector<4xf32>
                  %weight_4 = vector.extract %weights[0] : f32 from vector<4xf32>
                  %spread_4 = vector.broadcast %weight_4 : f32 to vector<4xf32>
                  %weight_5 = vector.extract %weights_1[1] : f32 from vector<4xf32>
                  %spread_5 = vector.broadcast %weight_5 : f32 to vector<4xf32>
                  %fma_18 = vector.fma %spread_3, %input_6, %fma : vector<4xf32>
                  %fma_19 = vector.fma %spread_4, %input_6, %fma_1 : vector<4xf32>
                  %fma_20 = vector.fma %spread_5, %input_6, %fma_2 : vector<4xf32>
                  %fma_21 = vector.fma %spread_3, %input_7, %fma_3 : vector<4xf32>
                  %fma_22 = vector.fma %spread_4, %input_7, %fma_4 : vector<4xf32>
                  %fma_23 = vector.fma %spread_5, %input_7, %fma_5 : vector<4xf32>
                  %fma_24 = vector.fma %spread_3, %input_8, %fma_6 : vector<4xf32>
                  %fma_25 = vector.fma %spread_4, %input_8, %fma_7 : vector<4xf32>
                  %fma_26 = vector.fma %spread_5, %input_8, %fma_8 : vector<4xf32>
                  %fma_27 = vector.fma %spread_3, %input_9, %fma_9 : vector<4xf32>
                  %fma_28 = vector.fma %spread_4, %input_9, %fma_10 : vector<4xf32>
                  %fma_29 = vector.fma %spread_5, %input_9, %fma_11 : vector<4xf32>
                  %fma_30 = vector.fma %spread_3, %input_10, %fma_12 : vector<4xf32>
                  %fma_31 = vector.fma %spread_4, %input_10, %fma_13 : vector<4xf32>
                  %fma_32 = vector.fma %spread_5, %input_10, %fma_14 : vector<4xf32>
                  %fma_33 = vector.fma %spread_3, %input_11, %fma_15 : vector<4xf32>
                  %fma_34 = vector.fma %spread_4, %input_11, %fma_16 : vector<4xf32>
                  %fma_35 = vector.fma %spread_5, %input_11, %fma_17 : vector<4xf32>
                  %at_12 = affine.apply affine_map<(row_at) -> (row_at + 2)>(%row_at)
                  %input_12 = vector.load %x[%at_12] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_13 = affine.apply affine_map<(row_at) -> (row_at + 6)>(%row_at)
                  %input_13 = vector.load %x[%at_13] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_14 = affine.apply affine_map<(row_at) -> (row_at + 10)>(%row_at)
                  %input_14 = vector.load %x[%at_14] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_15 = affine.apply affine_map<(row_at) -> (row_at + 14)>(%row_at)
                  %input_15 = vector.load %x[%at_15] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_16 = affine.apply affine_map<(row_at) -> (row_at + 18)>(%row_at)
                  %input_16 = vector.load %x[%at_16] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_17 = affine.apply affine_map<(row_at) -> (row_at + 22)>(%row_at)
                  %input_17 = vector.load %x[%at_17] : memref<1344xf32, #storage>, vector<4xf32>
                  %at_18 = affine.apply affine_map<(row_weights) -> (row_weights + 8)>(%row_weights)
                  %weights_2 = vector.load %values[%at_18] : memref<39xf32, #storage>, vector<4xf32>
                  %weight_6 = vector.extract %weights_2[0] : f32 from vector<4xf32>
                  %spread_6 = vector.broadcast %weight_6 : f32 to vector<4xf32>
                  %weight_7 = vector.extract %weights[1] : f32 from vector<4xf32>
                  %spread_7 = vector.broadcast %weight_7 : f32 to vector<4xf32>
                  %weight_8 = vector.extract %weights_1[2] : f32 from vector<4xf32>
                  %spread_8 = vector.broadcast %weight_8 : f32 to vector<4xf32>
                  %fma_36 = vector.fma %spread_6, %input_12, %fma_18 : vector<4xf32>
                  %fma_37 = vector.fma %spread_7, %input_12, %fma_19 : vector<4xf32>
                  %fma_38 = vector.fma %spread_8, %input_12, %fma_20 : vector<4xf32>
                  %fma_39 = vector.fma %spread_6, %input_13, %fma_21 : vector<4xf32>
                  %fma_40 = vector.fma %spread_7, %input_13, %fma_22 : vector<4xf32>
                  %fma_41 = vector.fma %spread_8, %input_13, %fma_23 : vector<4xf32>
                  %fma_42 = vector.fma %spread_6, %input_14, %fma_24 : vector<4xf32>
                  %fma_43 = vector.fma %spread_7, %input_14, %fma_25 : vector<4xf32>
                  %fma_44 = vector.fma %spread_8, %input_14, %fma_26 : vector<4xf32>
                  %fma_45 = vector.fma %spread_6, %input_15, %fma_27 : vector<4xf32>
                  %fma_46 = vector.fma %spread_7, %input_15, %fma_28 : vector<4xf32>
                  %fma_47 = vector.fma %spread_8, %input_15, %fma_29 : vector<4xf32>
                  %fma_48 = vector.fma %spread_6, %input_16, %fma_30 : vector<4xf32>
                  %fma_49 = vector.fma %spread_7, %input_16, %fma_31 : vector<4xf32>
                  %fma_50 = vector.fma %spread_8, %input_16, %fma_32 : vector<4xf32>
                  %fma_51 = vector.fma %spread_6, %input_17, %fma_33 : vector<4xf32>
                  %fma_52 = vector.fma %spread_7, %input_17, %fma_34 : vector<4xf32>
                  %fma_53 = vector.fma %spread_8, %input_17, %fma_35 : vector<4xf32>
                  scf.yield %fma_36, %fma_39, %fma_42, %fma_45, %fma_48, %fma_51, %fma_37, %fma_40, %fma_43, %fma_46, %fma_49, %fma_52, %fma_38, %fma_41, %fma_44, %fma_47, %fma_50, %fma_53 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
                }
                scf.yield %parts#0, %parts#1, %parts#2, %parts#3, %parts#4, %parts#5, %parts#6, %parts#7, %parts#8, %parts#9, %parts#10, %parts#11, %parts#12, %parts#13, %parts#14, %parts#15, %parts#16, %parts#17 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
              }
              // The first frame of the result is complete after 1 steps.
              %f_first = affine.max affine_map<(step) -> (0, step - 1)>(%step)
              scf.for %f = %f_first to %step step %c1 {
                %to = affine.apply affine_map<(c, f, place) -> ((c * 4 + f) * 112 + place)>(%c, %f, %place)
                %keep = vector.load %mask[%place] : memref<112xf32, #storage>, vector<4xf32>
                %exponent = arith.mulf %sums#0, %number : vector<4xf32>
                %below = arith.minimumf %exponent, %number_1 : vector<4xf32>
                %above = arith.maximumf %below, %number_2 : vector<4xf32>
                %up = arith.addf %above, %number_3 : vector<4xf32>
                %n = math.floor %up : vector<4xf32>
                %rest = arith.subf %above, %n : vector<4xf32>
                %fma = math.fma %number_4, %rest, %number_5 : vector<4xf32>
                %fma_1 = math.fma %fma, %rest, %number_6 : vector<4xf32>
                %fma_2 = math.fma %fma_1, %rest, %number_7 : vector<4xf32>
                %fma_3 = math.fma %fma_2, %rest, %number_8 : vector<4xf32>
                %fma_4 = math.fma %fma_3, %rest, %number_9 : vector<4xf32>
                %bits = arith.bitcast %fma_4 : vector<4xf32> to vector<4xi32>
                %steps = arith.fptosi %n : vector<4xf32> to vector<4xi32>
                %scale = arith.shli %steps, %constant : vector<4xi32>
                %scaled = arith.addi %bits, %scale : vector<4xi32>
                %power = arith.bitcast %scaled : vector<4xi32> to vector<4xf32>
                %total = arith.addf %power, %number_9 : vector<4xf32>
                %share = arith.divf %number_9, %total fastmath<ninf,arcp,contract> : vector<4xf32>
                %mulf = arith.mulf %sums#0, %share : vector<4xf32>
                %is_pixel = arith.cmpf ogt, %keep, %zero_1 : vector<4xf32>
                %kept = arith.select %is_pixel, %mulf, %zero_1 : vector<4xi1>, vector<4xf32>
                vector.store %kept, %out[%to] : memref<1344xf32, #storage>, vector<4xf32>
                %at = affine.apply affine_map<(place) -> (place + 4)>(%place)
                %keep_1 = vector.load %mask[%at] : memref<112xf32, #storage>, vector<4xf32>
                %exponent_1 = arith.mulf %sums#1, %number : vector<4xf32>
                %below_1 = arith.minimumf %exponent_1, %number_1 : vector<4xf32>
                %above_1 = arith.maximumf %below_1, %number_2 : vector<4xf32>
                %up_1 = arith.addf %above_1, %number_3 : vector<4xf32>
                %n_1 = math.floor %up_1 : vector<4xf32>
                %rest_1 = arith.subf %above_1, %n_1 : vector<4xf32>
                %fma_5 = math.fma %number_4, %rest_1, %number_5 : vector<4xf32>
                %fma_6 = math.fma %fma_5, %rest_1, %number_6 : vector<4xf32>
                %fma_7 = math.fma %fma_6, %rest_1, %number_7 : vector<4xf32>
                %fma_8 = math.fma %fma_7, %rest_1, %number_8 : vector<4xf32>
                %fma_9 = math.fma %fma_8, %rest_1, %number_9 : vector<4xf32>
                %bits_1 = arith.bitcast %fma_9 : vector<4xf32> to vector<4xi32>
                %steps_1 = arith.fptosi %n_1 : vector<4xf32> to vector<4xi32>
                %scale_1 = arith.shli %steps_1, %constant : vector<4xi32>
                %scaled_1 = arith.addi %bits_1, %scale_1 : vector<4xi32>
                %power_1 = arith.bitcast %scaled_1 : vector<4xi32> to vector<4xf32>
                %total_1 = arith.addf %power_1, %number_9 : vector<4xf32>
                %share_1 = arith.divf %number_9, %total_1 fastmath<ninf,arcp,contract> : vector<4xf32>
                %mulf_1 = arith.mulf %sums#1, %share_1 : vector<4xf32>
                %is_pixel_1 = arith.cmpf ogt, %keep_1, %zero_1 : vector<4xf32>
                %kept_1 = arith.select %is_pixel_1, %mulf_1, %zero_1 : vector<4xi1>, vector<4xf32>
                %at_1 = affine.apply affine_map<(to) -> (to + 4)>(%to)
                vector.store %kept_1, %out[%at_1] : memref<1344xf32, #storage>, vector<4xf32>
                %at_2 = affine.apply affine_map<(place) -> (place + 8)>(%place)
                %keep_2 = vector.load %mask[%at_2] : memref<112xf32, #storage>, vector<4xf32>
                %exponent_2 = arith.mulf %sums#2, %number : vector<4xf32>
                %below_2 = arith.minimumf %exponent_2, %number_1 : vector<4xf32>
                %above_2 = arith.maximumf %below_2, %number_2 : vector<4xf32>
                %up_2 = arith.addf %above_2, %number_3 : vector<4xf32>
                %n_2 = math.floor %up_2 : vector<4xf32>
                %rest_2 = arith.subf %above_2, %n_2 : vector<4xf32>
                %fma_10 = math.fma %number_4, %rest_2, %number_5 : vector<4xf32>
                %fma_11 = math.fma %fma_10, %rest_2, %number_6 : vector<4xf32>
                %fma_12 = math.fma %fma_11, %rest_2, %number_7 : vector<4xf32>
                %fma_13 = math.fma %fma_12, %rest_2, %number_8 : vector<4xf32>
                %fma_14 = math.fma %fma_13, %rest_2, %number_9 : vector<4xf32>
                %bits_2 = arith.bitcast %fma_14 : vector<4xf32> to vector<4xi32>
                %steps_2 = arith.fptosi %n_2 : vector<4xf32> to vector<4xi32>
                %scale_2 = arith.shli %steps_2, %constant : vector<4xi32>
                %scaled_2 = arith.addi %bits_2, %scale_2 : vector<4xi32>
                %power_2 = arith.bitcast %scaled_2 : vector<4xi32> to vector<4xf32>
                %total_2 = arith.addf %power_2, %number_9 : vector<4xf32>
                %share_2 = arith.divf %number_9, %total_2 fastmath<ninf,arcp,contract> : vector<4xf32>
                %mulf_2 = arith.mulf %sums#2, %share_2 : vector<4xf32>
                %is_pixel_2 = arith.cmpf ogt, %keep_2, %zero_1 : vector<4xf32>
                %kept_2 = arith.select %is_pixel_2, %mulf_2, %zero_1 : vector<4xi1>, vector<4xf32>
                %at_3 = affine.apply affine_map<(to) -> (to + 8)>(%to)
                vector.store %kept_2, %out[%at_3] : memref<1344xf32, #storage>, vector<4xf32>
                %at_4 = affine.apply affine_map<(place) -> (place + 12)>(%place)
                %keep_3 = vector.load %mask[%at_4] : memref<112xf32, #storage>, vector<4xf32>
                %exponent_3 = arith.mulf %sums#3, %number : vector<4xf32>
                %below_3 = arith.minimumf %exponent_3, %number_1 : vector<4xf32>
                %above_3 = arith.maximumf %below_3, %number_2 : vector<4xf32>
                %up_3 = arith.addf %above_3, %number_3 : vector<4xf32>
                %n_3 = math.floor %up_3 : vector<4xf32>
                %rest_3 = arith.subf %above_3, %n_3 : vector<4xf32>
                %fma_15 = math.fma %number_4, %rest_3, %number_5 : vector<4xf32>
                %fma_16 = math.fma %fma_15, %rest_3, %number_6 : vector<4xf32>
                %fma_17 = math.fma %fma_16, %rest_3, %number_7 : vector<4xf32>
                %fma_18 = math.fma %fma_17, %rest_3, %number_8 : vector<4xf32>
                %fma_19 = math.fma %fma_18, %rest_3, %number_9 : vector<4xf32>
                %bits_3 = arith.bitcast %fma_19 : vector<4xf32> to vector<4xi32>
                %steps_3 = arith.fptosi %n_3 : vector<4xf32> to vector<4xi32>
                %scale_3 = arith.shli %steps_3, %constant : vector<4xi32>
                %scaled_3 = arith.addi %bits_3, %scale_3 : vector<4xi32>
                %power_3 = arith.bitcast %scaled_3 : vector<4xi32> to vector<4xf32>
                %total_3 = arith.addf %power_3, %number_9 : vector<4xf32>
                %share_3 = arith.divf %number_9, %total_3 fastmath<ninf,arcp,contract> : vector<4xf32>
                %mulf_3 = arith.mulf %sums#3, %share_3 : vector<4xf32>
                %is_pixel_3 = arith.cmpf ogt, %keep_3, %zero_1 : vector<4xf32>
                %kept_3 = arith.select %is_pixel_3, %mulf_3, %zero_1 : vector<4xi1>, vector<4xf32>
                %at_5 = affine.apply affine_map<(to) -> (to + 12)>(%to)
                vector.store %kept_3, %out[%at_5] : memref<1344xf32, #storage>, vector<4xf32>
                %at_6 = affine.apply affine_map<(place) -> (place + 16)>(%place)
                %keep_4 = vector.load %mask[%at_6] : memref<112xf32, #storage>, vector<4xf32>
                %exponent_4 = arith.mulf %sums#4, %number : vector<4xf32>
                %below_4 = arith.minimumf %exponent_4, %number_1 : vector<4xf32>
                %above_4 = arith.maximumf %below_4, %number_2 : vector<4xf32>
                %up_4 = arith.addf %above_4, %number_3 : vector<4xf32>
                %n_4 = math.floor %up_4 : vector<4xf32>
                %rest_4 = arith.subf %above_4, %n_4 : vector<4xf32>
                %fma_20 = math.fma %number_4, %rest_4, %number_5 : vector<4xf32>
                %fma_21 = math.fma %fma_20, %rest_4, %number_6 : vector<4xf32>
                %fma_22 = math.fma %fma_21, %rest_4, %number_7 : vector<4xf32>
                %fma_23 = math.fma %fma_22, %rest_4, %number_8 : vector<4xf32>
                %fma_24 = math.fma %fma_23, %rest_4, %number_9 : vector<4xf32>
                %bits_4 = arith.bitcast %fma_24 : vector<4xf32> to vector<4xi32>
                %steps_4 = arith.fptosi %n_4 : vector<4xf32> to vector<4xi32>
                %scale_4 = arith.shli %steps_4, %constant : vector<4xi32>
                %scaled_4 = arith.addi %bits_4, %scale_4 : vector<4xi32>
                %power_4 = arith.bitcast %scaled_4 : vector<4xi32> to vector<4xf32>
                %total_4 = arith.addf %power_4, %number_9 : vector<4xf32>
                %share_4 = arith.divf %number_9, %total_4 fastmath<ninf,arcp,contract> : vector<4xf32>
                %mulf_4 = arith.mulf %sums#4, %share_4 : vector<4xf32>
                %is_pixel_4 = arith.cmpf ogt, %keep_4, %zero_1 : vector<4xf32>
                %kept_4 = arith.select %is_pixel_4, %mulf_4, %zero_1 : vector<4xi1>, vector<4xf32>
                %at_7 = affine.apply affine_map<(to) -> (to + 16)>(%to)
                vector.store %kept_4, %out[%at_7] : memref<1344xf32, #storage>, vector<4xf32>
                %at_8 = affine.apply affine_map<(place) -> (place + 20)>(%place)
                %keep_5 = vector.load %mask[%at_8] : memref<112xf32, #storage>, vector<4xf32>
                %exponent_5 = arith.mulf %sums#5, %number : vector<4xf32>
                %below_5 = arith.minimumf %exponent_5, %number_1 : vector<4xf32>
                %above_5 = arith.maximumf %below_5, %number_2 : vector<4xf32>
                %up_5 = arith.addf %above_5, %number_3 : vector<4xf32>
                %n_5 = math.floor %up_5 : vector<4xf32>
                %rest_5 = arith.subf %above_5, %n_5 : vector<4xf32>
                %fma_25 = math.fma %number_4, %rest_5, %number_5 : vector<4xf32>
                %fma_26 = math.fma %fma_25, %rest_5, %number_6 : vector<4xf32>
                %fma_27 = math.fma %fma_26, %rest_5, %number_7 : vector<4xf32>
                %fma_28 = math.fma %fma_27, %rest_5, %number_8 : vector<4xf32>
                %fma_29 = math.fma %fma_28, %rest_5, %number_9 : vector<4xf32>
                %bits_5 = arith.bitcast %fma_29 : vector<4xf32> to vector<4xi32>
                %steps_5 = arith.fptosi %n_5 : vector<4xf32> to vector<4xi32>
                %scale_5 = arith.shli %steps_5, %constant : vector<4xi32>
                %scaled_5 = arith.addi %bits_5, %scale_5 : vector<4xi32>
                %power_5 = arith.bitcast %scaled_5 : vector<4xi32> to vector<4xf32>
                %total_5 = arith.addf %power_5, %number_9 : vector<4xf32>
                %share_5 = arith.divf %number_9, %total_5 fastmath<ninf,arcp,contract> : vector<4xf32>
                %mulf_5 = arith.mulf %sums#5, %share_5 : vector<4xf32>
                %is_pixel_5 = arith.cmpf ogt, %keep_5, %zero_1 : vector<4xf32>
                %kept_5 = arith.select %is_pixel_5, %mulf_5, %zero_1 : vector<4xi1>, vector<4xf32>
                %at_9 = affine.apply affine_map<(to) -> (to + 20)>(%to)
                vector.store %kept_5, %out[%at_9] : memref<1344xf32, #storage>, vector<4xf32>
              }
              scf.yield %sums#6, %sums#7, %sums#8, %sums#9, %sums#10, %sums#11, %sums#12, %sums#13, %sums#14, %sums#15, %sums#16, %sums#17 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
            }
          }
        }
      }
      return
    }
  }
}
func.func private @deep(%x: tensor<3x4x112xf32>) -> tensor<3x4x112xf32> {
  %values = util.global.load @deep.values : tensor<3x13xf32>
  %bias = util.global.load @deep.bias : tensor<3xf32>
  %mask = util.global.load @deep.mask : tensor<112xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x4x112xf32> into tensor<1344xf32>
  %result = flow.dispatch @deep_kernel::@deep(%x.flat, %values, %bias, %mask) : (tensor<1344xf32>, tensor<3x13xf32>, tensor<3xf32>, tensor<112xf32>) -> tensor<3x4x112xf32>
  return %result : tensor<3x4x112xf32>
}
