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
      // A depthwise convolution: span > tile > frame > tap. All taps of a frame are written out.
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
      %number = arith.constant dense<89.0> : vector<4xf32>
      %number_1 = arith.constant dense<-87.0> : vector<4xf32>
      %number_2 = arith.constant dense<1.442695041e+00> : vector<4xf32>
      %number_3 = arith.constant dense<5.000000000e-01> : vector<4xf32>
      %number_4 = arith.constant dense<-6.933593750e-01> : vector<4xf32>
      %number_5 = arith.constant dense<2.121944400e-04> : vector<4xf32>
      %number_6 = arith.constant dense<1.987569150e-04> : vector<4xf32>
      %number_7 = arith.constant dense<1.398199951e-03> : vector<4xf32>
      %number_8 = arith.constant dense<8.333451907e-03> : vector<4xf32>
      %number_9 = arith.constant dense<4.166579589e-02> : vector<4xf32>
      %number_10 = arith.constant dense<1.666666546e-01> : vector<4xf32>
      %number_11 = arith.constant dense<5.000000120e-01> : vector<4xf32>
      %number_12 = arith.constant dense<1.0> : vector<4xf32>
      %constant = arith.constant dense<126> : vector<4xi32>
      %constant_1 = arith.constant dense<23> : vector<4xi32>
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
        scf.for %span = %c0 to %c1 step %c1 {
          scf.for %tile = %c0 to %c3 step %c1 {
            %p = affine.min affine_map<(tile) -> (tile * 24, 45)>(%tile)
            %window = affine.apply affine_map<(c, span, p) -> (c * 448 + span * 10 + p + 15)>(%c, %span, %p)
            %place = affine.apply affine_map<(span, p) -> (span * 10 + p + 16)>(%span, %p)
            %bias_of = memref.load %bias[%c] : memref<3xf32, #storage>
            %start = vector.broadcast %bias_of : f32 to vector<4xf32>
            %weights_at = affine.apply affine_map<(c) -> (c * 13)>(%c)
            %befores:12 = scf.for %step = %c0 to %c5 step %c1 iter_args(%before = %start, %before_1 = %start, %before_2 = %start, %before_3 = %start, %before_4 = %start, %before_5 = %start, %before_6 = %start, %before_7 = %start, %before_8 = %start, %before_9 = %start, %before_10 = %start, %before_11 = %start) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
              // A frame outside the input adds nothing.
              %d_end = affine.min affine_map<(step) -> (step + 1, 4)>(%step)
              %sums:18 = scf.for %d = %step to %d_end step %c1 iter_args(%sum = %before, %sum_1 = %before_1, %sum_2 = %before_2, %sum_3 = %before_3, %sum_4 = %before_4, %sum_5 = %before_5, %sum_6 = %before_6, %sum_7 = %before_7, %sum_8 = %before_8, %sum_9 = %before_9, %sum_10 = %before_10, %sum_11 = %before_11, %sum_12 = %start, %sum_13 = %start, %sum_14 = %start, %sum_15 = %start, %sum_16 = %start, %sum_17 = %start) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
                %frame_at = affine.apply affine_map<(d, window) -> (d * 112 + window)>(%d, %window)
                %input = vector.load %x[%frame_at] : memref<1344xf32, #storage>, vector<4xf32>
                %at = affine.apply affine_map<(frame_at) -> (frame_at + 4)>(%frame_at)
                %input_1 = vector.load %x[%at] : memref<1344xf32, #storage>, vector<4xf32>
                %at_1 = affine.apply affine_map<(frame_at) -> (frame_at + 8)>(%frame_at)
                %input_2 = vector.load %x[%at_1] : memref<1344xf32, #storage>, vector<4xf32>
                %at_2 = affine.apply affine_map<(frame_at) -> (frame_at + 12)>(%frame_at)
                %input_3 = vector.load %x[%at_2] : memref<1344xf32, #storage>, vector<4xf32>
                %at_3 = affine.apply affine_map<(frame_at) -> (frame_at + 16)>(%frame_at)
                %input_4 = vector.load %x[%at_3] : memref<1344xf32, #storage>, vector<4xf32>
                %at_4 = affine.apply affine_map<(frame_at) -> (frame_at + 20)>(%frame_at)
                %input_5 = vector.load %x[%at_4] : memref<1344xf32, #storage>, vector<4xf32>
                %at_5 = affine.apply affine_map<(weights_at) -> (weights_at + 4)>(%weights_at)
                %weights = vector.load %values[%at_5] : memref<39xf32, #storage>, vector<4xf32>
                %weight = vector.extract %weights[2] : f32 from vector<4xf32>
                %spread = vector.broadcast %weight : f32 to vector<4xf32>
                %fma = vector.fma %spread, %input, %sum : vector<4xf32>
                %fma_1 = vector.fma %spread, %input_1, %sum_1 : vector<4xf32>
                %fma_2 = vector.fma %spread, %input_2, %sum_2 : vector<4xf32>
                %fma_3 = vector.fma %spread, %input_3, %sum_3 : vector<4xf32>
                %fma_4 = vector.fma %spread, %input_4, %sum_4 : vector<4xf32>
                %fma_5 = vector.fma %spread, %input_5, %sum_5 : vector<4xf32>
                %weights_1 = vector.load %values[%weights_at] : memref<39xf32, #storage>, vector<4xf32>
                %weight_1 = vector.extract %weights_1[3] : f32 from vector<4xf32>
                %spread_1 = vector.broadcast %weight_1 : f32 to vector<4xf32>
                %fma_6 = vector.fma %spread_1, %input, %sum_6 : vector<4xf32>
                %fma_7 = vector.fma %spread_1, %input_1, %sum_7 : vector<4xf32>
                %fma_8 = vector.fma %spread_1, %input_2, %sum_8 : vector<4xf32>
                %fma_9 = vector.fma %spread_1, %input_3, %sum_9 : vector<4xf32>
                %fma_10 = vector.fma %spread_1, %input_4, %sum_10 : vector<4xf32>
                %fma_11 = vector.fma %spread_1, %input_5, %sum_11 : vector<4xf32>
                %weight_2 = vector.extract %weights_1[0] : f32 from vector<4xf32>
                %spread_2 = vector.broadcast %weight_2 : f32 to vector<4xf32>
                %fma_12 = vector.fma %spread_2, %input, %sum_12 : vector<4xf32>
                %fma_13 = vector.fma %spread_2, %input_1, %sum_13 : vector<4xf32>
                %fma_14 = vector.fma %spread_2, %input_2, %sum_14 : vector<4xf32>
                %fma_15 = vector.fma %spread_2, %input_3, %sum_15 : vector<4xf32>
                %fma_16 = vector.fma %spread_2, %input_4, %sum_16 : vector<4xf32>
                %fma_17 = vector.fma %spread_2, %input_5, %sum_17 : vector<4xf32>
                %row_at = affine.apply affine_map<(frame_at) -> (frame_at + 1)>(%frame_at)
                %input_6 = vector.load %x[%row_at] : memref<1344xf32, #storage>, vector<4xf32>
                %at_6 = affine.apply affine_map<(row_at) -> (row_at + 4)>(%row_at)
                %input_7 = vector.load %x[%at_6] : memref<1344xf32, #storage>, vector<4xf32>
                %at_7 = affine.apply affine_map<(row_at) -> (row_at + 8)>(%row_at)
                %input_8 = vector.load %x[%at_7] : memref<1344xf32, #storage>, vector<4xf32>
                %at_8 = affine.apply affine_map<(row_at) -> (row_at + 12)>(%row_at)
                %input_9 = vector.load %x[%at_8] : memref<1344xf32, #storage>, vector<4xf32>
                %at_9 = affine.apply affine_map<(row_at) -> (row_at + 16)>(%row_at)
                %input_10 = vector.load %x[%at_9] : memref<1344xf32, #storage>, vector<4xf32>
                %at_10 = affine.apply affine_map<(row_at) -> (row_at + 20)>(%row_at)
                %input_11 = vector.load %x[%at_10] : memref<1344xf32, #storage>, vector<4xf32>
                %weight_3 = vector.extract %weights[3] : f32 from vector<4xf32>
                %spread_3 = vector.broadcast %weight_3 : f32 to vector<4xf32>
                %fma_18 = vector.fma %spread_3, %input_6, %fma : vector<4xf32>
                %fma_19 = vector.fma %spread_3, %input_7, %fma_1 : vector<4xf32>
                %fma_20 = vector.fma %spread_3, %input_8, %fma_2 : vector<4xf32>
                %fma_21 = vector.fma %spread_3, %input_9, %fma_3 : vector<4xf32>
                %fma_22 = vector.fma %spread_3, %input_10, %fma_4 : vector<4xf32>
                %fma_23 = vector.fma %spread_3, %input_11, %fma_5 : vector<4xf32>
                %weight_4 = vector.extract %weights[0] : f32 from vector<4xf32>
                %spread_4 = vector.broadcast %weight_4 : f32 to vector<4xf32>
                %fma_24 = vector.fma %spread_4, %input_6, %fma_6 : vector<4xf32>
                %fma_25 = vector.fma %spread_4, %input_7, %fma_7 : vector<4xf32>
                %fma_26 = vector.fma %spread_4, %input_8, %fma_8 : vector<4xf32>
                %fma_27 = vector.fma %spread_4, %input_9, %fma_9 : vector<4xf32>
                %fma_28 = vector.fma %spread_4, %input_10, %fma_10 : vector<4xf32>
                %fma_29 = vector.fma %spread_4, %input_11, %fma_11 : vector<4xf32>
                %weight_5 = vector.extract %weights_1[1] : f32 from vector<4xf32>
                %spread_5 = vector.broadcast %weight_5 : f32 to vector<4xf32>
                %fma_30 = vector.fma %spread_5, %input_6, %fma_12 : vector<4xf32>
                %fma_31 = vector.fma %spread_5, %input_7, %fma_13 : vector<4xf32>
                %fma_32 = vector.fma %spread_5, %input_8, %fma_14 : vector<4xf32>
                %fma_33 = vector.fma %spread_5, %input_9, %fma_15 : vector<4xf32>
                %fma_34 = vector.fma %spread_5, %input_10, %fma_16 : vector<4xf32>
                %fma_35 = vector.fma %spread_5, %input_11, %fma_17 : vector<4xf32>
                %row_at_1 = affine.apply affine_map<(frame_at) -> (frame_at + 2)>(%frame_at)
                %input_12 = vector.load %x[%row_at_1] : memref<1344xf32, #storage>, vector<4xf32>
                %at_11 = affine.apply affine_map<(row_at_1) -> (row_at_1 + 4)>(%row_at_1)
                %input_13 = vector.load %x[%at_11] : memref<1344xf32, #storage>, vector<4xf32>
                %at_12 = affine.apply affine_map<(row_at_1) -> (row_at_1 + 8)>(%row_at_1)
                %input_14 = vector.load %x[%at_12] : memref<1344xf32, #storage>, vector<4xf32>
                %at_13 = affine.apply affine_map<(row_at_1) -> (row_at_1 + 12)>(%row_at_1)
                %input_15 = vector.load %x[%at_13] : memref<1344xf32, #storage>, vector<4xf32>
                %at_14 = affine.apply affine_map<(row_at_1) -> (row_at_1 + 16)>(%row_at_1)
                %input_16 = vector.load %x[%at_14] : memref<1344xf32, #storage>, vector<4xf32>
                %at_15 = affine.apply affine_map<(row_at_1) -> (row_at_1 + 20)>(%row_at_1)
                %input_17 = vector.load %x[%at_15] : memref<1344xf32, #storage>, vector<4xf32>
                %at_16 = affine.apply affine_map<(weights_at) -> (weights_at + 8)>(%weights_at)
                %weights_2 = vector.load %values[%at_16] : memref<39xf32, #storage>, vector<4xf32>
                %weight_6 = vector.extract %weights_2[0] : f32 from vector<4xf32>
                %spread_6 = vector.broadcast %weight_6 : f32 to vector<4xf32>
                %fma_36 = vector.fma %spread_6, %input_12, %fma_18 : vector<4xf32>
                %fma_37 = vector.fma %spread_6, %input_13, %fma_19 : vector<4xf32>
                %fma_38 = vector.fma %spread_6, %input_14, %fma_20 : vector<4xf32>
                %fma_39 = vector.fma %spread_6, %input_15, %fma_21 : vector<4xf32>
                %fma_40 = vector.fma %spread_6, %input_16, %fma_22 : vector<4xf32>
                %fma_41 = vector.fma %spread_6, %input_17, %fma_23 : vector<4xf32>
                %weight_7 = vector.extract %weights[1] : f32 from vector<4xf32>
                %spread_7 = vector.broadcast %weight_7 : f32 to vector<4xf32>
                %fma_42 = vector.fma %spread_7, %input_12, %fma_24 : vector<4xf32>
                %fma_43 = vector.fma %spread_7, %input_13, %fma_25 : vector<4xf32>
                %fma_44 = vector.fma %spread_7, %input_14, %fma_26 : vector<4xf32>
                %fma_45 = vector.fma %spread_7, %input_15, %fma_27 : vector<4xf32>
                %fma_46 = vector.fma %spread_7, %input_16, %fma_28 : vector<4xf32>
                %fma_47 = vector.fma %spread_7, %input_17, %fma_29 : vector<4xf32>
                %weight_8 = vector.extract %weights_1[2] : f32 from vector<4xf32>
                %spread_8 = vector.broadcast %weight_8 : f32 to vector<4xf32>
                %fma_48 = vector.fma %spread_8, %input_12, %fma_30 : vector<4xf32>
                %fma_49 = vector.fma %spread_8, %input_13, %fma_31 : vector<4xf32>
                %fma_50 = vector.fma %spread_8, %input_14, %fma_32 : vector<4xf32>
                %fma_51 = vector.fma %spread_8, %input_15, %fma_33 : vector<4xf32>
                %fma_52 = vector.fma %spread_8, %input_16, %fma_34 : vector<4xf32>
                %fma_53 = vector.fma %spread_8, %input_17, %fma_35 : vector<4xf32>
                scf.yield %fma_36, %fma_37, %fma_38, %fma_39, %fma_40, %fma_41, %fma_42, %fma_43, %fma_44, %fma_45, %fma_46, %fma_47, %fma_48, %fma_49, %fma_50, %fma_51, %fma_52, %fma_53 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
              }
              // The first frame of the result is complete after 1 steps.
              %f_first = affine.max affine_map<(step) -> (0, step - 1)>(%step)
              scf.for %f = %f_first to %step step %c1 {
                %to = affine.apply affine_map<(c, f, place) -> ((c * 4 + f) * 112 + place)>(%c, %f, %place)
                %keep = vector.load %mask[%place] : memref<112xf32, #storage>, vector<4xf32>
                %minus = arith.negf %sums#0 : vector<4xf32>
                %below = arith.minimumf %minus, %number : vector<4xf32>
                %above = arith.maximumf %below, %number_1 : vector<4xf32>
                %fma = math.fma %above, %number_2, %number_3 : vector<4xf32>
                %n = math.floor %fma : vector<4xf32>
                %fma_1 = math.fma %n, %number_4, %above : vector<4xf32>
                %fma_2 = math.fma %n, %number_5, %fma_1 : vector<4xf32>
                %fma_3 = math.fma %number_6, %fma_2, %number_7 : vector<4xf32>
                %fma_4 = math.fma %fma_3, %fma_2, %number_8 : vector<4xf32>
                %fma_5 = math.fma %fma_4, %fma_2, %number_9 : vector<4xf32>
                %fma_6 = math.fma %fma_5, %fma_2, %number_10 : vector<4xf32>
                %fma_7 = math.fma %fma_6, %fma_2, %number_11 : vector<4xf32>
                %square = arith.mulf %fma_2, %fma_2 : vector<4xf32>
                %more = arith.addf %fma_2, %number_12 : vector<4xf32>
                %fma_8 = math.fma %fma_7, %square, %more : vector<4xf32>
                %twice = arith.addf %fma_8, %fma_8 : vector<4xf32>
                %i = arith.fptosi %n : vector<4xf32> to vector<4xi32>
                %biased = arith.addi %i, %constant : vector<4xi32>
                %bits = arith.shli %biased, %constant_1 : vector<4xi32>
                %power = arith.bitcast %bits : vector<4xi32> to vector<4xf32>
                %exp = arith.mulf %twice, %power : vector<4xf32>
                %total = arith.addf %exp, %number_12 : vector<4xf32>
                %logistic = arith.divf %number_12, %total : vector<4xf32>
                %mulf = arith.mulf %sums#0, %logistic : vector<4xf32>
                %is_pixel = arith.cmpf ogt, %keep, %zero_1 : vector<4xf32>
                %kept = arith.select %is_pixel, %mulf, %zero_1 : vector<4xi1>, vector<4xf32>
                vector.store %kept, %out[%to] : memref<1344xf32, #storage>, vector<4xf32>
                %at = affine.apply affine_map<(place) -> (place + 4)>(%place)
                %keep_1 = vector.load %mask[%at] : memref<112xf32, #storage>, vector<4xf32>
                %minus_1 = arith.negf %sums#1 : vector<4xf32>
                %below_1 = arith.minimumf %minus_1, %number : vector<4xf32>
                %above_1 = arith.maximumf %below_1, %number_1 : vector<4xf32>
                %fma_9 = math.fma %above_1, %number_2, %number_3 : vector<4xf32>
                %n_1 = math.floor %fma_9 : vector<4xf32>
                %fma_10 = math.fma %n_1, %number_4, %above_1 : vector<4xf32>
                %fma_11 = math.fma %n_1, %number_5, %fma_10 : vector<4xf32>
                %fma_12 = math.fma %number_6, %fma_11, %number_7 : vector<4xf32>
                %fma_13 = math.fma %fma_12, %fma_11, %number_8 : vector<4xf32>
                %fma_14 = math.fma %fma_13, %fma_11, %number_9 : vector<4xf32>
                %fma_15 = math.fma %fma_14, %fma_11, %number_10 : vector<4xf32>
                %fma_16 = math.fma %fma_15, %fma_11, %number_11 : vector<4xf32>
                %square_1 = arith.mulf %fma_11, %fma_11 : vector<4xf32>
                %more_1 = arith.addf %fma_11, %number_12 : vector<4xf32>
                %fma_17 = math.fma %fma_16, %square_1, %more_1 : vector<4xf32>
                %twice_1 = arith.addf %fma_17, %fma_17 : vector<4xf32>
                %i_1 = arith.fptosi %n_1 : vector<4xf32> to vector<4xi32>
                %biased_1 = arith.addi %i_1, %constant : vector<4xi32>
                %bits_1 = arith.shli %biased_1, %constant_1 : vector<4xi32>
                %power_1 = arith.bitcast %bits_1 : vector<4xi32> to vector<4xf32>
                %exp_1 = arith.mulf %twice_1, %power_1 : vector<4xf32>
                %total_1 = arith.addf %exp_1, %number_12 : vector<4xf32>
                %logistic_1 = arith.divf %number_12, %total_1 : vector<4xf32>
                %mulf_1 = arith.mulf %sums#1, %logistic_1 : vector<4xf32>
                %is_pixel_1 = arith.cmpf ogt, %keep_1, %zero_1 : vector<4xf32>
                %kept_1 = arith.select %is_pixel_1, %mulf_1, %zero_1 : vector<4xi1>, vector<4xf32>
                %at_1 = affine.apply affine_map<(to) -> (to + 4)>(%to)
                vector.store %kept_1, %out[%at_1] : memref<1344xf32, #storage>, vector<4xf32>
                %at_2 = affine.apply affine_map<(place) -> (place + 8)>(%place)
                %keep_2 = vector.load %mask[%at_2] : memref<112xf32, #storage>, vector<4xf32>
                %minus_2 = arith.negf %sums#2 : vector<4xf32>
                %below_2 = arith.minimumf %minus_2, %number : vector<4xf32>
                %above_2 = arith.maximumf %below_2, %number_1 : vector<4xf32>
                %fma_18 = math.fma %above_2, %number_2, %number_3 : vector<4xf32>
                %n_2 = math.floor %fma_18 : vector<4xf32>
                %fma_19 = math.fma %n_2, %number_4, %above_2 : vector<4xf32>
                %fma_20 = math.fma %n_2, %number_5, %fma_19 : vector<4xf32>
                %fma_21 = math.fma %number_6, %fma_20, %number_7 : vector<4xf32>
                %fma_22 = math.fma %fma_21, %fma_20, %number_8 : vector<4xf32>
                %fma_23 = math.fma %fma_22, %fma_20, %number_9 : vector<4xf32>
                %fma_24 = math.fma %fma_23, %fma_20, %number_10 : vector<4xf32>
                %fma_25 = math.fma %fma_24, %fma_20, %number_11 : vector<4xf32>
                %square_2 = arith.mulf %fma_20, %fma_20 : vector<4xf32>
                %more_2 = arith.addf %fma_20, %number_12 : vector<4xf32>
                %fma_26 = math.fma %fma_25, %square_2, %more_2 : vector<4xf32>
                %twice_2 = arith.addf %fma_26, %fma_26 : vector<4xf32>
                %i_2 = arith.fptosi %n_2 : vector<4xf32> to vector<4xi32>
                %biased_2 = arith.addi %i_2, %constant : vector<4xi32>
                %bits_2 = arith.shli %biased_2, %constant_1 : vector<4xi32>
                %power_2 = arith.bitcast %bits_2 : vector<4xi32> to vector<4xf32>
                %exp_2 = arith.mulf %twice_2, %power_2 : vector<4xf32>
                %total_2 = arith.addf %exp_2, %number_12 : vector<4xf32>
                %logistic_2 = arith.divf %number_12, %total_2 : vector<4xf32>
                %mulf_2 = arith.mulf %sums#2, %logistic_2 : vector<4xf32>
                %is_pixel_2 = arith.cmpf ogt, %keep_2, %zero_1 : vector<4xf32>
                %kept_2 = arith.select %is_pixel_2, %mulf_2, %zero_1 : vector<4xi1>, vector<4xf32>
                %at_3 = affine.apply affine_map<(to) -> (to + 8)>(%to)
                vector.store %kept_2, %out[%at_3] : memref<1344xf32, #storage>, vector<4xf32>
                %at_4 = affine.apply affine_map<(place) -> (place + 12)>(%place)
                %keep_3 = vector.load %mask[%at_4] : memref<112xf32, #storage>, vector<4xf32>
                %minus_3 = arith.negf %sums#3 : vector<4xf32>
                %below_3 = arith.minimumf %minus_3, %number : vector<4xf32>
                %above_3 = arith.maximumf %below_3, %number_1 : vector<4xf32>
                %fma_27 = math.fma %above_3, %number_2, %number_3 : vector<4xf32>
                %n_3 = math.floor %fma_27 : vector<4xf32>
                %fma_28 = math.fma %n_3, %number_4, %above_3 : vector<4xf32>
                %fma_29 = math.fma %n_3, %number_5, %fma_28 : vector<4xf32>
                %fma_30 = math.fma %number_6, %fma_29, %number_7 : vector<4xf32>
                %fma_31 = math.fma %fma_30, %fma_29, %number_8 : vector<4xf32>
                %fma_32 = math.fma %fma_31, %fma_29, %number_9 : vector<4xf32>
                %fma_33 = math.fma %fma_32, %fma_29, %number_10 : vector<4xf32>
                %fma_34 = math.fma %fma_33, %fma_29, %number_11 : vector<4xf32>
                %square_3 = arith.mulf %fma_29, %fma_29 : vector<4xf32>
                %more_3 = arith.addf %fma_29, %number_12 : vector<4xf32>
                %fma_35 = math.fma %fma_34, %square_3, %more_3 : vector<4xf32>
                %twice_3 = arith.addf %fma_35, %fma_35 : vector<4xf32>
                %i_3 = arith.fptosi %n_3 : vector<4xf32> to vector<4xi32>
                %biased_3 = arith.addi %i_3, %constant : vector<4xi32>
                %bits_3 = arith.shli %biased_3, %constant_1 : vector<4xi32>
                %power_3 = arith.bitcast %bits_3 : vector<4xi32> to vector<4xf32>
                %exp_3 = arith.mulf %twice_3, %power_3 : vector<4xf32>
                %total_3 = arith.addf %exp_3, %number_12 : vector<4xf32>
                %logistic_3 = arith.divf %number_12, %total_3 : vector<4xf32>
                %mulf_3 = arith.mulf %sums#3, %logistic_3 : vector<4xf32>
                %is_pixel_3 = arith.cmpf ogt, %keep_3, %zero_1 : vector<4xf32>
                %kept_3 = arith.select %is_pixel_3, %mulf_3, %zero_1 : vector<4xi1>, vector<4xf32>
                %at_5 = affine.apply affine_map<(to) -> (to + 12)>(%to)
                vector.store %kept_3, %out[%at_5] : memref<1344xf32, #storage>, vector<4xf32>
                %at_6 = affine.apply affine_map<(place) -> (place + 16)>(%place)
                %keep_4 = vector.load %mask[%at_6] : memref<112xf32, #storage>, vector<4xf32>
                %minus_4 = arith.negf %sums#4 : vector<4xf32>
                %below_4 = arith.minimumf %minus_4, %number : vector<4xf32>
                %above_4 = arith.maximumf %below_4, %number_1 : vector<4xf32>
                %fma_36 = math.fma %above_4, %number_2, %number_3 : vector<4xf32>
                %n_4 = math.floor %fma_36 : vector<4xf32>
                %fma_37 = math.fma %n_4, %number_4, %above_4 : vector<4xf32>
                %fma_38 = math.fma %n_4, %number_5, %fma_37 : vector<4xf32>
                %fma_39 = math.fma %number_6, %fma_38, %number_7 : vector<4xf32>
                %fma_40 = math.fma %fma_39, %fma_38, %number_8 : vector<4xf32>
                %fma_41 = math.fma %fma_40, %fma_38, %number_9 : vector<4xf32>
                %fma_42 = math.fma %fma_41, %fma_38, %number_10 : vector<4xf32>
                %fma_43 = math.fma %fma_42, %fma_38, %number_11 : vector<4xf32>
                %square_4 = arith.mulf %fma_38, %fma_38 : vector<4xf32>
                %more_4 = arith.addf %fma_38, %number_12 : vector<4xf32>
                %fma_44 = math.fma %fma_43, %square_4, %more_4 : vector<4xf32>
                %twice_4 = arith.addf %fma_44, %fma_44 : vector<4xf32>
                %i_4 = arith.fptosi %n_4 : vector<4xf32> to vector<4xi32>
                %biased_4 = arith.addi %i_4, %constant : vector<4xi32>
                %bits_4 = arith.shli %biased_4, %constant_1 : vector<4xi32>
                %power_4 = arith.bitcast %bits_4 : vector<4xi32> to vector<4xf32>
                %exp_4 = arith.mulf %twice_4, %power_4 : vector<4xf32>
                %total_4 = arith.addf %exp_4, %number_12 : vector<4xf32>
                %logistic_4 = arith.divf %number_12, %total_4 : vector<4xf32>
                %mulf_4 = arith.mulf %sums#4, %logistic_4 : vector<4xf32>
                %is_pixel_4 = arith.cmpf ogt, %keep_4, %zero_1 : vector<4xf32>
                %kept_4 = arith.select %is_pixel_4, %mulf_4, %zero_1 : vector<4xi1>, vector<4xf32>
                %at_7 = affine.apply affine_map<(to) -> (to + 16)>(%to)
                vector.store %kept_4, %out[%at_7] : memref<1344xf32, #storage>, vector<4xf32>
                %at_8 = affine.apply affine_map<(place) -> (place + 20)>(%place)
                %keep_5 = vector.load %mask[%at_8] : memref<112xf32, #storage>, vector<4xf32>
                %minus_5 = arith.negf %sums#5 : vector<4xf32>
                %below_5 = arith.minimumf %minus_5, %number : vector<4xf32>
                %above_5 = arith.maximumf %below_5, %number_1 : vector<4xf32>
                %fma_45 = math.fma %above_5, %number_2, %number_3 : vector<4xf32>
                %n_5 = math.floor %fma_45 : vector<4xf32>
                %fma_46 = math.fma %n_5, %number_4, %above_5 : vector<4xf32>
                %fma_47 = math.fma %n_5, %number_5, %fma_46 : vector<4xf32>
                %fma_48 = math.fma %number_6, %fma_47, %number_7 : vector<4xf32>
                %fma_49 = math.fma %fma_48, %fma_47, %number_8 : vector<4xf32>
                %fma_50 = math.fma %fma_49, %fma_47, %number_9 : vector<4xf32>
                %fma_51 = math.fma %fma_50, %fma_47, %number_10 : vector<4xf32>
                %fma_52 = math.fma %fma_51, %fma_47, %number_11 : vector<4xf32>
                %square_5 = arith.mulf %fma_47, %fma_47 : vector<4xf32>
                %more_5 = arith.addf %fma_47, %number_12 : vector<4xf32>
                %fma_53 = math.fma %fma_52, %square_5, %more_5 : vector<4xf32>
                %twice_5 = arith.addf %fma_53, %fma_53 : vector<4xf32>
                %i_5 = arith.fptosi %n_5 : vector<4xf32> to vector<4xi32>
                %biased_5 = arith.addi %i_5, %constant : vector<4xi32>
                %bits_5 = arith.shli %biased_5, %constant_1 : vector<4xi32>
                %power_5 = arith.bitcast %bits_5 : vector<4xi32> to vector<4xf32>
                %exp_5 = arith.mulf %twice_5, %power_5 : vector<4xf32>
                %total_5 = arith.addf %exp_5, %number_12 : vector<4xf32>
                %logistic_5 = arith.divf %number_12, %total_5 : vector<4xf32>
                %mulf_5 = arith.mulf %sums#5, %logistic_5 : vector<4xf32>
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
