#storage = #hal.descriptor_type<storage_buffer>
#reads5_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @strided.values = #flow.parameter.named<"model"::"strided.values"> : tensor<2x36xi32>
util.global private @strided.bias = #flow.parameter.named<"model"::"strided.bias"> : tensor<2x8xi32>
util.global private @strided.factors = #flow.parameter.named<"model"::"strided.factors"> : tensor<8xf32>
util.global private @strided.mask = #flow.parameter.named<"model"::"strided.mask"> : tensor<80xf32>
hal.executable.source private @strided_kernel {
  hal.executable.export public @strided ordinal(0) layout(#reads5_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @strided() attributes {translation_info = #workgroup_of_1} {
      // A depthwise convolution of int8: frame > span > tile > row. Four words are turned around: word c then holds
      // channel c of four pixels, which a dot product multiplies by the weights of a row of taps. A sum is of one channel and
      // every fourth pixel; of the pixels between there are further vectors.
      // Zeros first. A vector that reaches beyond its span writes what the next span writes again.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %zero = arith.constant 0 : i32
      %c16 = arith.constant 16 : index
      %c42 = arith.constant 42 : index
      %c80 = arith.constant 80 : index
      %c4 = arith.constant 4 : index
      %start = arith.constant dense<0> : vector<4xi32>
      %c3 = arith.constant 3 : index
      %bound = arith.constant dense<0.0> : vector<4xf32>
      %bound_1 = arith.constant dense<127.0> : vector<4xf32>
      %whole = arith.constant dense<1.258291200e+07> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads5_writes1) binding(0) alignment(64) offset(%c0) : memref<1408xi32, #storage>
      %values = hal.interface.binding.subspan layout(#reads5_writes1) binding(1) alignment(64) offset(%c0) : memref<72xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads5_writes1) binding(2) alignment(64) offset(%c0) : memref<16xi32, #storage>
      %factors = hal.interface.binding.subspan layout(#reads5_writes1) binding(3) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads5_writes1) binding(4) alignment(64) offset(%c0) : memref<80xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads5_writes1) binding(5) alignment(64) offset(%c0) : memref<320xi32, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %share_first = affine.min affine_map<(worker) -> (worker * 2, worker)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 2 + 2, worker + 1)>(%worker)
      scf.for %c = %share_first to %share_end step %c1 {
        scf.for %frame = %c0 to %c2 step %c1 {
          // The zeros around the pixels of each plane.
          %at = affine.apply affine_map<(c) -> (c + 1)>(%c)
          scf.for %channel = %c to %at step %c1 {
            %plane = affine.apply affine_map<(channel, frame) -> (channel * 160 + frame * 80)>(%channel, %frame)
            scf.for %i = %c0 to %c16 step %c1 {
              %at_1 = arith.addi %plane, %i : index
              memref.store %zero, %out[%at_1] : memref<320xi32, #storage>
            }
            scf.for %i = %c42 to %c80 step %c1 {
              %at_1 = arith.addi %plane, %i : index
              memref.store %zero, %out[%at_1] : memref<320xi32, #storage>
            }
          }
          // The zeros between the lines of the image.
          %at_1 = affine.apply affine_map<(c) -> (c + 1)>(%c)
          scf.for %channel = %c to %at_1 step %c1 {
            scf.for %line = %c1 to %c4 step %c1 {
              %at_2 = affine.apply affine_map<(channel, frame, line) -> (channel * 160 + frame * 80 + line * 7 + 15)>(%channel, %frame, %line)
              memref.store %zero, %out[%at_2] : memref<320xi32, #storage>
              %at_3 = affine.apply affine_map<(channel, frame, line) -> (channel * 160 + frame * 80 + line * 7 + 14)>(%channel, %frame, %line)
              memref.store %zero, %out[%at_3] : memref<320xi32, #storage>
            }
          }
        }
        scf.for %frame = %c0 to %c2 step %c1 {
          %d_first = affine.max affine_map<(frame) -> (0, -frame * 2)>(%frame)
          %d_end = affine.min affine_map<(frame) -> (3, 4 - frame * 2)>(%frame)
          scf.for %span = %c0 to %c4 step %c1 {
            scf.for %tile = %c0 to %c1 step %c1 {
              %p = affine.min affine_map<(tile) -> (tile * 8, 0)>(%tile)
              %window = affine.apply affine_map<(c, span, p) -> (c * 704 + span * 28 + p * 2 + 31)>(%c, %span, %p)
              %place = affine.apply affine_map<(span, p) -> (span * 7 + p + 16)>(%span, %p)
              %accs:8 = scf.for %d = %d_first to %d_end step %c1 iter_args(%acc = %start, %acc_1 = %start, %acc_2 = %start, %acc_3 = %start, %acc_4 = %start, %acc_5 = %start, %acc_6 = %start, %acc_7 = %start) -> (vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>) {
                %frame_at = affine.apply affine_map<(d, frame, window) -> ((d + frame * 2) * 176 + window)>(%d, %frame, %window)
                %weights_at = affine.apply affine_map<(c, d) -> (c * 36 + d * 12)>(%c, %d)
                // Row by row, and inputs one after the other: then the sums stay in registers.
                %parts:8 = scf.for %row = %c0 to %c3 step %c1 iter_args(%part = %acc, %part_1 = %acc_1, %part_2 = %acc_2, %part_3 = %acc_3, %part_4 = %acc_4, %part_5 = %acc_5, %part_6 = %acc_6, %part_7 = %acc_7) -> (vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>) {
                  %row_at = affine.apply affine_map<(row, frame_at) -> (row * 14 + frame_at)>(%row, %frame_at)
                  %row_weights = affine.apply affine_map<(row, weights_at) -> (row * 4 + weights_at)>(%row, %weights_at)
                  %values_1 = vector.load %values[%row_weights] : memref<72xi32, #storage>, vector<4xi32>
                  %pixels = vector.load %x[%row_at] : memref<1408xi32, #storage>, vector<4xi32>
                  %at = affine.apply affine_map<(row_at) -> (row_at + 2)>(%row_at)
                  %pixels_1 = vector.load %x[%at] : memref<1408xi32, #storage>, vector<4xi32>
                  %at_1 = affine.apply affine_map<(row_at) -> (row_at + 4)>(%row_at)
                  %pixels_2 = vector.load %x[%at_1] : memref<1408xi32, #storage>, vector<4xi32>
                  %at_2 = affine.apply affine_map<(row_at) -> (row_at + 6)>(%row_at)
                  %pixels_3 = vector.load %x[%at_2] : memref<1408xi32, #storage>, vector<4xi32>
                  %every = vector.shuffle %pixels, %pixels_2 [0, 1, 2, 3] : vector<4xi32>, vector<4xi32>
                  %every_1 = vector.shuffle %pixels_1, %pixels_3 [0, 1, 2, 3] : vector<4xi32>, vector<4xi32>
                  %every_2 = vector.shuffle %pixels, %pixels_2 [4, 5, 6, 7] : vector<4xi32>, vector<4xi32>
                  %every_3 = vector.shuffle %pixels_1, %pixels_3 [4, 5, 6, 7] : vector<4xi32>, vector<4xi32>
                  %bytes = vector.bitcast %every : vector<4xi32> to vector<16xi8>
                  %bytes_1 = vector.bitcast %every_1 : vector<4xi32> to vector<16xi8>
                  %bytes_2 = vector.bitcast %every_2 : vector<4xi32> to vector<16xi8>
                  %bytes_3 = vector.bitcast %every_3 : vector<4xi32> to vector<16xi8>
                  %turned = vector.shuffle %bytes, %bytes [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] : vector<16xi8>, vector<16xi8>
                  %words = vector.bitcast %turned : vector<16xi8> to vector<4xi32>
                  %turned_1 = vector.shuffle %bytes_1, %bytes_1 [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] : vector<16xi8>, vector<16xi8>
                  %words_1 = vector.bitcast %turned_1 : vector<16xi8> to vector<4xi32>
                  %turned_2 = vector.shuffle %bytes_2, %bytes_2 [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] : vector<16xi8>, vector<16xi8>
                  %words_2 = vector.bitcast %turned_2 : vector<16xi8> to vector<4xi32>
                  %turned_3 = vector.shuffle %bytes_3, %bytes_3 [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] : vector<16xi8>, vector<16xi8>
                  %words_3 = vector.bitcast %turned_3 : vector<16xi8> to vector<4xi32>
                  %bytes_4 = vector.bitcast %words : vector<4xi32> to vector<16xi8>
                  %bytes_5 = vector.bitcast %values_1 : vector<4xi32> to vector<16xi8>
                  %acc_8 = arm_neon.intr.sdot %part, %bytes_4, %bytes_5 : vector<16xi8>, vector<16xi8> to vector<4xi32>
                  %bytes_6 = vector.bitcast %words_1 : vector<4xi32> to vector<16xi8>
                  %bytes_7 = vector.bitcast %values_1 : vector<4xi32> to vector<16xi8>
                  %acc_9 = arm_neon.intr.sdot %part_1, %bytes_6, %bytes_7 : vector<16xi8>, vector<16xi8> to vector<4xi32>
                  %bytes_8 = vector.bitcast %words_2 : vector<4xi32> to vector<16xi8>
                  %bytes_9 = vector.bitcast %values_1 : vector<4xi32> to vector<16xi8>
                  %acc_10 = arm_neon.intr.sdot %part_2, %bytes_8, %bytes_9 : vector<16xi8>, vector<16xi8> to vector<4xi32>
                  %bytes_10 = vector.bitcast %words_3 : vector<4xi32> to vector<16xi8>
                  %bytes_11 = vector.bitcast %values_1 : vector<4xi32> to vector<16xi8>
                  %acc_11 = arm_neon.intr.sdot %part_3, %bytes_10, %bytes_11 : vector<16xi8>, vector<16xi8> to vector<4xi32>
                  %at_3 = affine.apply affine_map<(row_at) -> (row_at + 8)>(%row_at)
                  %pixels_4 = vector.load %x[%at_3] : memref<1408xi32, #storage>, vector<4xi32>
                  %at_4 = affine.apply affine_map<(row_at) -> (row_at + 10)>(%row_at)
                  %pixels_5 = vector.load %x[%at_4] : memref<1408xi32, #storage>, vector<4xi32>
                  %at_5 = affine.apply affine_map<(row_at) -> (row_at + 12)>(%row_at)
                  %pixels_6 = vector.load %x[%at_5] : memref<1408xi32, #storage>, vector<4xi32>
                  %at_6 = affine.apply affine_map<(row_at) -> (row_at + 14)>(%row_at)
                  %pixels_7 = vector.load %x[%at_6] : memref<1408xi32, #storage>, vector<4xi32>
                  %every_4 = vector.shuffle %pixels_4, %pixels_6 [0, 1, 2, 3] : vector<4xi32>, vector<4xi32>
                  %every_5 = vector.shuffle %pixels_5, %pixels_7 [0, 1, 2, 3] : vector<4xi32>, vector<4xi32>
                  %every_6 = vector.shuffle %pixels_4, %pixels_6 [4, 5, 6, 7] : vector<4xi32>, vector<4xi32>
                  %every_7 = vector.shuffle %pixels_5, %pixels_7 [4, 5, 6, 7] : vector<4xi32>, vector<4xi32>
                  %bytes_12 = vector.bitcast %every_4 : vector<4xi32> to vector<16xi8>
                  %bytes_13 = vector.bitcast %every_5 : vector<4xi32> to vector<16xi8>
                  %bytes_14 = vector.bitcast %every_6 : vector<4xi32> to vector<16xi8>
                  %bytes_15 = vector.bitcast %every_7 : vector<4xi32> to vector<16xi8>
                  %turned_4 = vector.shuffle %bytes_12, %bytes_12 [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] : vector<16xi8>, vector<16xi8>
                  %words_4 = vector.bitcast %turned_4 : vector<16xi8> to vector<4xi32>
                  %turned_5 = vector.shuffle %bytes_13, %bytes_13 [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] : vector<16xi8>, vector<16xi8>
                  %words_5 = vector.bitcast %turned_5 : vector<16xi8> to vector<4xi32>
                  %turned_6 = vector.shuffle %bytes_14, %bytes_14 [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] : vector<16xi8>, vector<16xi8>
                  %words_6 = vector.bitcast %turned_6 : vector<16xi8> to vector<4xi32>
                  %turned_7 = vector.shuffle %bytes_15, %bytes_15 [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] : vector<16xi8>, vector<16xi8>
                  %words_7 = vector.bitcast %turned_7 : vector<16xi8> to vector<4xi32>
                  %bytes_16 = vector.bitcast %words_4 : vector<4xi32> to vector<16xi8>
                  %bytes_17 = vector.bitcast %values_1 : vector<4xi32> to vector<16xi8>
                  %acc_12 = arm_neon.intr.sdot %part_4, %bytes_16, %bytes_17 : vector<16xi8>, vector<16xi8> to vector<4xi32>
                  %bytes_18 = vector.bitcast %words_5 : vector<4xi32> to vector<16xi8>
                  %bytes_19 = vector.bitcast %values_1 : vector<4xi32> to vector<16xi8>
                  %acc_13 = arm_neon.intr.sdot %part_5, %bytes_18, %bytes_19 : vector<16xi8>, vector<16xi8> to vector<4xi32>
                  %bytes_20 = vector.bitcast %words_6 : vector<4xi32> to vector<16xi8>
                  %bytes_21 = vector.bitcast %values_1 : vector<4xi32> to vector<16xi8>
                  %acc_14 = arm_neon.intr.sdot %part_6, %bytes_20, %bytes_21 : vector<16xi8>, vector<16xi8> to vector<4xi32>
                  %bytes_22 = vector.bitcast %words_7 : vector<4xi32> to vector<16xi8>
                  %bytes_23 = vector.bitcast %values_1 : vector<4xi32> to vector<16xi8>
                  %acc_15 = arm_neon.intr.sdot %part_7, %bytes_22, %bytes_23 : vector<16xi8>, vector<16xi8> to vector<4xi32>
                  scf.yield %acc_8, %acc_9, %acc_10, %acc_11, %acc_12, %acc_13, %acc_14, %acc_15 : vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>
                }
                scf.yield %parts#0, %parts#1, %parts#2, %parts#3, %parts#4, %parts#5, %parts#6, %parts#7 : vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>, vector<4xi32>
              }
              %at = affine.apply affine_map<(frame, c) -> ((frame * 2 + c) * 4)>(%frame, %c)
              %bias_1 = vector.load %bias[%at] : memref<16xi32, #storage>, vector<4xi32>
              %at_1 = affine.apply affine_map<(c) -> (c * 4)>(%c)
              %factors_1 = vector.load %factors[%at_1] : memref<8xf32, #storage>, vector<4xf32>
              %sum = arith.addi %accs#0, %bias_1 : vector<4xi32>
              %sum_1 = arith.addi %accs#1, %bias_1 : vector<4xi32>
              %sum_2 = arith.addi %accs#2, %bias_1 : vector<4xi32>
              %sum_3 = arith.addi %accs#3, %bias_1 : vector<4xi32>
              %total = arith.sitofp %sum : vector<4xi32> to vector<4xf32>
              %scaled = arith.mulf %total, %factors_1 : vector<4xf32>
              %total_1 = arith.sitofp %sum_1 : vector<4xi32> to vector<4xf32>
              %scaled_1 = arith.mulf %total_1, %factors_1 : vector<4xf32>
              %total_2 = arith.sitofp %sum_2 : vector<4xi32> to vector<4xf32>
              %scaled_2 = arith.mulf %total_2, %factors_1 : vector<4xf32>
              %total_3 = arith.sitofp %sum_3 : vector<4xi32> to vector<4xf32>
              %scaled_3 = arith.mulf %total_3, %factors_1 : vector<4xf32>
              %keep = vector.load %mask[%place] : memref<80xf32, #storage>, vector<4xf32>
              %bounded = arith.maxnumf %scaled, %bound fastmath<nnan> : vector<4xf32>
              %bounded_1 = arith.minnumf %bounded, %bound_1 fastmath<nnan> : vector<4xf32>
              %rounded = arith.addf %bounded_1, %whole : vector<4xf32>
              %byte = arith.bitcast %rounded : vector<4xf32> to vector<4xi32>
              %bounded_2 = arith.maxnumf %scaled_1, %bound fastmath<nnan> : vector<4xf32>
              %bounded_3 = arith.minnumf %bounded_2, %bound_1 fastmath<nnan> : vector<4xf32>
              %rounded_1 = arith.addf %bounded_3, %whole : vector<4xf32>
              %byte_1 = arith.bitcast %rounded_1 : vector<4xf32> to vector<4xi32>
              %bounded_4 = arith.maxnumf %scaled_2, %bound fastmath<nnan> : vector<4xf32>
              %bounded_5 = arith.minnumf %bounded_4, %bound_1 fastmath<nnan> : vector<4xf32>
              %rounded_2 = arith.addf %bounded_5, %whole : vector<4xf32>
              %byte_2 = arith.bitcast %rounded_2 : vector<4xf32> to vector<4xi32>
              %bounded_6 = arith.maxnumf %scaled_3, %bound fastmath<nnan> : vector<4xf32>
              %bounded_7 = arith.minnumf %bounded_6, %bound_1 fastmath<nnan> : vector<4xf32>
              %rounded_3 = arith.addf %bounded_7, %whole : vector<4xf32>
              %byte_3 = arith.bitcast %rounded_3 : vector<4xf32> to vector<4xi32>
              %bytes = vector.bitcast %byte : vector<4xi32> to vector<16xi8>
              %bytes_1 = vector.bitcast %byte_1 : vector<4xi32> to vector<16xi8>
              %bytes_2 = vector.bitcast %byte_2 : vector<4xi32> to vector<16xi8>
              %bytes_3 = vector.bitcast %byte_3 : vector<4xi32> to vector<16xi8>
              %grouped = vector.shuffle %bytes, %bytes_1 [0, 4, 8, 12, 16, 20, 24, 28] : vector<16xi8>, vector<16xi8>
              %grouped_1 = vector.shuffle %bytes_2, %bytes_3 [0, 4, 8, 12, 16, 20, 24, 28] : vector<16xi8>, vector<16xi8>
              %grouped_2 = vector.shuffle %grouped, %grouped_1 [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : vector<8xi8>, vector<8xi8>
              %words = vector.bitcast %grouped_2 : vector<16xi8> to vector<4xi32>
              %is_pixel = arith.cmpf ogt, %keep, %bound : vector<4xf32>
              %kept = arith.select %is_pixel, %words, %start : vector<4xi1>, vector<4xi32>
              %at_2 = affine.apply affine_map<(c, frame, place) -> (c * 160 + frame * 80 + place)>(%c, %frame, %place)
              vector.store %kept, %out[%at_2] : memref<320xi32, #storage>, vector<4xi32>
              %sum_4 = arith.addi %accs#4, %bias_1 : vector<4xi32>
              %sum_5 = arith.addi %accs#5, %bias_1 : vector<4xi32>
              %sum_6 = arith.addi %accs#6, %bias_1 : vector<4xi32>
              %sum_7 = arith.addi %accs#7, %bias_1 : vector<4xi32>
              %total_4 = arith.sitofp %sum_4 : vector<4xi32> to vector<4xf32>
              %scaled_4 = arith.mulf %total_4, %factors_1 : vector<4xf32>
              %total_5 = arith.sitofp %sum_5 : vector<4xi32> to vector<4xf32>
              %scaled_5 = arith.mulf %total_5, %factors_1 : vector<4xf32>
              %total_6 = arith.sitofp %sum_6 : vector<4xi32> to vector<4xf32>
              %scaled_6 = arith.mulf %total_6, %factors_1 : vector<4xf32>
              %total_7 = arith.sitofp %sum_7 : vector<4xi32> to vector<4xf32>
              %scaled_7 = arith.mulf %total_7, %factors_1 : vector<4xf32>
              %at_3 = affine.apply affine_map<(place) -> (place + 4)>(%place)
              %keep_1 = vector.load %mask[%at_3] : memref<80xf32, #storage>, vector<4xf32>
              %bounded_8 = arith.maxnumf %scaled_4, %bound fastmath<nnan> : vector<4xf32>
              %bounded_9 = arith.minnumf %bounded_8, %bound_1 fastmath<nnan> : vector<4xf32>
              %rounded_4 = arith.addf %bounded_9, %whole : vector<4xf32>
              %byte_4 = arith.bitcast %rounded_4 : vector<4xf32> to vector<4xi32>
              %bounded_10 = arith.maxnumf %scaled_5, %bound fastmath<nnan> : vector<4xf32>
              %bounded_11 = arith.minnumf %bounded_10, %bound_1 fastmath<nnan> : vector<4xf32>
              %rounded_5 = arith.addf %bounded_11, %whole : vector<4xf32>
              %byte_5 = arith.bitcast %rounded_5 : vector<4xf32> to vector<4xi32>
              %bounded_12 = arith.maxnumf %scaled_6, %bound fastmath<nnan> : vector<4xf32>
              %bounded_13 = arith.minnumf %bounded_12, %bound_1 fastmath<nnan> : vector<4xf32>
              %rounded_6 = arith.addf %bounded_13, %whole : vector<4xf32>
              %byte_6 = arith.bitcast %rounded_6 : vector<4xf32> to vector<4xi32>
              %bounded_14 = arith.maxnumf %scaled_7, %bound fastmath<nnan> : vector<4xf32>
              %bounded_15 = arith.minnumf %bounded_14, %bound_1 fastmath<nnan> : vector<4xf32>
              %rounded_7 = arith.addf %bounded_15, %whole : vector<4xf32>
              %byte_7 = arith.bitcast %rounded_7 : vector<4xf32> to vector<4xi32>
              %bytes_4 = vector.bitcast %byte_4 : vector<4xi32> to vector<16xi8>
              %bytes_5 = vector.bitcast %byte_5 : vector<4xi32> to vector<16xi8>
              %bytes_6 = vector.bitcast %byte_6 : vector<4xi32> to vector<16xi8>
              %bytes_7 = vector.bitcast %byte_7 : vector<4xi32> to vector<16xi8>
              %grouped_3 = vector.shuffle %bytes_4, %bytes_5 [0, 4, 8, 12, 16, 20, 24, 28] : vector<16xi8>, vector<16xi8>
              %grouped_4 = vector.shuffle %bytes_6, %bytes_7 [0, 4, 8, 12, 16, 20, 24, 28] : vector<16xi8>, vector<16xi8>
              %grouped_5 = vector.shuffle %grouped_3, %grouped_4 [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : vector<8xi8>, vector<8xi8>
              %words_1 = vector.bitcast %grouped_5 : vector<16xi8> to vector<4xi32>
              %is_pixel_1 = arith.cmpf ogt, %keep_1, %bound : vector<4xf32>
              %kept_1 = arith.select %is_pixel_1, %words_1, %start : vector<4xi1>, vector<4xi32>
              %at_4 = affine.apply affine_map<(c, frame, place) -> (c * 160 + frame * 80 + place + 4)>(%c, %frame, %place)
              vector.store %kept_1, %out[%at_4] : memref<320xi32, #storage>, vector<4xi32>
            }
          }
        }
      }
      return
    }
  }
}
func.func private @strided(%x: tensor<2x4x176xi32>) -> tensor<2x2x80xi32> {
  %values = util.global.load @strided.values : tensor<2x36xi32>
  %bias = util.global.load @strided.bias : tensor<2x8xi32>
  %factors = util.global.load @strided.factors : tensor<8xf32>
  %mask = util.global.load @strided.mask : tensor<80xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<2x4x176xi32> into tensor<1408xi32>
  %result = flow.dispatch @strided_kernel::@strided(%x.flat, %values, %bias, %factors, %mask) : (tensor<1408xi32>, tensor<2x36xi32>, tensor<2x8xi32>, tensor<8xf32>, tensor<80xf32>) -> tensor<2x2x80xi32>
  return %result : tensor<2x2x80xi32>
}
