#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
hal.executable.source private @conv.tiles_kernel {
  hal.executable.export public @conv.tiles ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c16 = arith.constant 16 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c16, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv.tiles() attributes {translation_info = #workgroup_of_1} {
      // Winograd's transform of the input, F(2 x 2, 3 x 3): a vector holds the same pixel of tiles side by side.
      // Workgroups are the frames and channels of the input.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %zero = arith.constant 0.0 : f32
      %c18 = arith.constant 18 : index
      %c48 = arith.constant 48 : index
      %c3 = arith.constant 3 : index
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<2560xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<13056xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %c = hal.interface.workgroup.id[1] : index
      scf.for %once = %frame to %c1 step %c1 {
        scf.for %place = %c0 to %c16 step %c1 {
          %channel_of = affine.apply affine_map<(place, c) -> (place * 17 + c)>(%place, %c)
          // The zeros around the pixels of each plane.
          %at = affine.apply affine_map<(channel_of) -> (channel_of + 1)>(%channel_of)
          scf.for %channel = %channel_of to %at step %c1 {
            %plane = affine.apply affine_map<(channel, c0) -> (channel * 48 + c0 * 48)>(%channel, %c0)
            scf.for %i = %c0 to %c0 step %c1 {
              %at_1 = arith.addi %plane, %i : index
              memref.store %zero, %out[%at_1] : memref<13056xf32, #storage>
            }
            scf.for %i = %c18 to %c48 step %c1 {
              %at_1 = arith.addi %plane, %i : index
              memref.store %zero, %out[%at_1] : memref<13056xf32, #storage>
            }
          }
          %at_1 = affine.apply affine_map<(c) -> (15 - c)>(%c)
          scf.for %last = %at_1 to %c1 step %c1 {
            // The zeros around the pixels of each plane.
            %at_2 = affine.apply affine_map<(channel_of) -> (channel_of + 1)>(%channel_of)
            %at_3 = affine.apply affine_map<(channel_of) -> (channel_of + 2)>(%channel_of)
            scf.for %channel = %at_2 to %at_3 step %c1 {
              %plane = affine.apply affine_map<(channel, c0) -> (channel * 48 + c0 * 48)>(%channel, %c0)
              scf.for %i = %c0 to %c48 step %c1 {
                %at_4 = arith.addi %plane, %i : index
                memref.store %zero, %out[%at_4] : memref<13056xf32, #storage>
              }
            }
          }
        }
      }
      scf.for %y = %c0 to %c3 step %c1 {
        scf.for %tile = %c0 to %c1 step %c1 {
          %t = affine.min affine_map<(tile) -> (tile * 4, 0)>(%tile)
          %from = affine.apply affine_map<(c, frame, y, t) -> ((c * 2 + frame) * 80 + y * 14 + t * 2 + 8)>(%c, %frame, %y, %t)
          %pixels = vector.load %x[%from] : memref<2560xf32, #storage>, vector<8xf32>
          %channel = vector.shuffle %pixels, %pixels [0, 2, 4, 6] : vector<8xf32>, vector<8xf32>
          %channel_1 = vector.shuffle %pixels, %pixels [1, 3, 5, 7] : vector<8xf32>, vector<8xf32>
          %at = affine.apply affine_map<(from) -> (from + 8)>(%from)
          %behind = vector.load %x[%at] : memref<2560xf32, #storage>, vector<4xf32>
          %next = vector.shuffle %channel, %behind [1, 2, 3, 4] : vector<4xf32>, vector<4xf32>
          %next_1 = vector.shuffle %channel_1, %behind [1, 2, 3, 5] : vector<4xf32>, vector<4xf32>
          %row_at = affine.apply affine_map<(from) -> (from + 7)>(%from)
          %pixels_1 = vector.load %x[%row_at] : memref<2560xf32, #storage>, vector<8xf32>
          %channel_2 = vector.shuffle %pixels_1, %pixels_1 [0, 2, 4, 6] : vector<8xf32>, vector<8xf32>
          %channel_3 = vector.shuffle %pixels_1, %pixels_1 [1, 3, 5, 7] : vector<8xf32>, vector<8xf32>
          %at_1 = affine.apply affine_map<(row_at) -> (row_at + 8)>(%row_at)
          %behind_1 = vector.load %x[%at_1] : memref<2560xf32, #storage>, vector<4xf32>
          %next_2 = vector.shuffle %channel_2, %behind_1 [1, 2, 3, 4] : vector<4xf32>, vector<4xf32>
          %next_3 = vector.shuffle %channel_3, %behind_1 [1, 2, 3, 5] : vector<4xf32>, vector<4xf32>
          %row_at_1 = affine.apply affine_map<(from) -> (from + 14)>(%from)
          %pixels_2 = vector.load %x[%row_at_1] : memref<2560xf32, #storage>, vector<8xf32>
          %channel_4 = vector.shuffle %pixels_2, %pixels_2 [0, 2, 4, 6] : vector<8xf32>, vector<8xf32>
          %channel_5 = vector.shuffle %pixels_2, %pixels_2 [1, 3, 5, 7] : vector<8xf32>, vector<8xf32>
          %at_2 = affine.apply affine_map<(row_at_1) -> (row_at_1 + 8)>(%row_at_1)
          %behind_2 = vector.load %x[%at_2] : memref<2560xf32, #storage>, vector<4xf32>
          %next_4 = vector.shuffle %channel_4, %behind_2 [1, 2, 3, 4] : vector<4xf32>, vector<4xf32>
          %next_5 = vector.shuffle %channel_5, %behind_2 [1, 2, 3, 5] : vector<4xf32>, vector<4xf32>
          %row_at_2 = affine.apply affine_map<(from) -> (from + 21)>(%from)
          %pixels_3 = vector.load %x[%row_at_2] : memref<2560xf32, #storage>, vector<8xf32>
          %channel_6 = vector.shuffle %pixels_3, %pixels_3 [0, 2, 4, 6] : vector<8xf32>, vector<8xf32>
          %channel_7 = vector.shuffle %pixels_3, %pixels_3 [1, 3, 5, 7] : vector<8xf32>, vector<8xf32>
          %at_3 = affine.apply affine_map<(row_at_2) -> (row_at_2 + 8)>(%row_at_2)
          %behind_3 = vector.load %x[%at_3] : memref<2560xf32, #storage>, vector<4xf32>
          %next_6 = vector.shuffle %channel_6, %behind_3 [1, 2, 3, 4] : vector<4xf32>, vector<4xf32>
          %next_7 = vector.shuffle %channel_7, %behind_3 [1, 2, 3, 5] : vector<4xf32>, vector<4xf32>
          %turned = arith.addf %next, %channel_1 : vector<4xf32>
          %turned_1 = arith.subf %next, %channel_1 : vector<4xf32>
          %part = arith.subf %channel, %next : vector<4xf32>
          %part_1 = arith.subf %next_1, %channel_1 : vector<4xf32>
          %turned_2 = arith.addf %next_2, %channel_3 : vector<4xf32>
          %turned_3 = arith.subf %next_2, %channel_3 : vector<4xf32>
          %part_2 = arith.subf %channel_2, %next_2 : vector<4xf32>
          %part_3 = arith.subf %next_3, %channel_3 : vector<4xf32>
          %turned_4 = arith.addf %next_4, %channel_5 : vector<4xf32>
          %turned_5 = arith.subf %next_4, %channel_5 : vector<4xf32>
          %part_4 = arith.subf %channel_4, %next_4 : vector<4xf32>
          %part_5 = arith.subf %next_5, %channel_5 : vector<4xf32>
          %turned_6 = arith.addf %next_6, %channel_7 : vector<4xf32>
          %turned_7 = arith.subf %next_6, %channel_7 : vector<4xf32>
          %part_6 = arith.subf %channel_6, %next_6 : vector<4xf32>
          %part_7 = arith.subf %next_7, %channel_7 : vector<4xf32>
          %turned_8 = arith.addf %part_4, %part_2 : vector<4xf32>
          %turned_9 = arith.subf %part_4, %part_2 : vector<4xf32>
          %part_8 = arith.subf %part, %part_4 : vector<4xf32>
          %part_9 = arith.subf %part_6, %part_2 : vector<4xf32>
          %turned_10 = arith.addf %turned_4, %turned_2 : vector<4xf32>
          %turned_11 = arith.subf %turned_4, %turned_2 : vector<4xf32>
          %part_10 = arith.subf %turned, %turned_4 : vector<4xf32>
          %part_11 = arith.subf %turned_6, %turned_2 : vector<4xf32>
          %turned_12 = arith.addf %turned_5, %turned_3 : vector<4xf32>
          %turned_13 = arith.subf %turned_5, %turned_3 : vector<4xf32>
          %part_12 = arith.subf %turned_1, %turned_5 : vector<4xf32>
          %part_13 = arith.subf %turned_7, %turned_3 : vector<4xf32>
          %turned_14 = arith.addf %part_5, %part_3 : vector<4xf32>
          %turned_15 = arith.subf %part_5, %part_3 : vector<4xf32>
          %part_14 = arith.subf %part_1, %part_5 : vector<4xf32>
          %part_15 = arith.subf %part_7, %part_3 : vector<4xf32>
          %to = affine.apply affine_map<(c, frame, y, t) -> (c * 48 + frame * 9 + y * 3 + t)>(%c, %frame, %y, %t)
          %there = vector.constant_mask [3] : vector<4xi1>
          vector.maskedstore %out[%to], %there, %part_8 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_4 = affine.apply affine_map<(to) -> (to + 816)>(%to)
          vector.maskedstore %out[%at_4], %there, %part_10 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_5 = affine.apply affine_map<(to) -> (to + 1632)>(%to)
          vector.maskedstore %out[%at_5], %there, %part_12 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_6 = affine.apply affine_map<(to) -> (to + 2448)>(%to)
          vector.maskedstore %out[%at_6], %there, %part_14 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_7 = affine.apply affine_map<(to) -> (to + 3264)>(%to)
          vector.maskedstore %out[%at_7], %there, %turned_8 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_8 = affine.apply affine_map<(to) -> (to + 4080)>(%to)
          vector.maskedstore %out[%at_8], %there, %turned_10 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_9 = affine.apply affine_map<(to) -> (to + 4896)>(%to)
          vector.maskedstore %out[%at_9], %there, %turned_12 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_10 = affine.apply affine_map<(to) -> (to + 5712)>(%to)
          vector.maskedstore %out[%at_10], %there, %turned_14 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_11 = affine.apply affine_map<(to) -> (to + 6528)>(%to)
          vector.maskedstore %out[%at_11], %there, %turned_9 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_12 = affine.apply affine_map<(to) -> (to + 7344)>(%to)
          vector.maskedstore %out[%at_12], %there, %turned_11 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_13 = affine.apply affine_map<(to) -> (to + 8160)>(%to)
          vector.maskedstore %out[%at_13], %there, %turned_13 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_14 = affine.apply affine_map<(to) -> (to + 8976)>(%to)
          vector.maskedstore %out[%at_14], %there, %turned_15 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_15 = affine.apply affine_map<(to) -> (to + 9792)>(%to)
          vector.maskedstore %out[%at_15], %there, %part_9 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_16 = affine.apply affine_map<(to) -> (to + 10608)>(%to)
          vector.maskedstore %out[%at_16], %there, %part_11 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_17 = affine.apply affine_map<(to) -> (to + 11424)>(%to)
          vector.maskedstore %out[%at_17], %there, %part_13 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
          %at_18 = affine.apply affine_map<(to) -> (to + 12240)>(%to)
          vector.maskedstore %out[%at_18], %there, %part_15 : memref<13056xf32, #storage>, vector<4xi1>, vector<4xf32>
        }
      }
      return
    }
  }
}
func.func private @conv.tiles(%x: tensor<16x2x80xf32>) -> tensor<272x1x48xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x2x80xf32> into tensor<2560xf32>
  %result = flow.dispatch @conv.tiles_kernel::@conv.tiles(%x.flat) : (tensor<2560xf32>) -> tensor<272x1x48xf32>
  return %result : tensor<272x1x48xf32>
}
