#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_64 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [64, 1, 1]>
hal.executable.source private @conv.tiles_kernel {
  hal.executable.export public @conv.tiles ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    %c17 = arith.constant 17 : index
    hal.return %c1, %c17, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv.tiles() attributes {translation_info = #workgroup_of_64} {
      // Winograd's transform of the input, F(2 x 2, 3 x 3): an invocation transforms a tile of one channel.
      // Workgroups are spans of the positions of a plane of tiles x channels.
      %c0 = arith.constant 0 : index
      %c47 = arith.constant 47 : index
      %c17 = arith.constant 17 : index
      %c16 = arith.constant 16 : index
      %c15 = arith.constant 15 : index
      %zero = arith.constant 0.0 : f32
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<2560xf16, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<13056xf16, #storage>
      %span = hal.interface.workgroup.id[0] : index
      %c = hal.interface.workgroup.id[1] : index
      %thread = gpu.thread_id x
      %number = affine.apply affine_map<(span, thread) -> (span * 64 + thread)>(%span, %thread)
      %at = arith.minsi %number, %c47 : index
      %inner = arith.maxsi %at, %c0 : index
      %inner_1 = arith.minsi %inner, %c17 : index
      %is_tile = arith.cmpi eq, %at, %inner_1 : index
      %is_channel = arith.cmpi slt, %c, %c16 : index
      %is_tile_1 = arith.andi %is_tile, %is_channel : i1
      %channel = arith.minsi %c, %c15 : index
      %frame = affine.apply affine_map<(inner_1) -> (inner_1 floordiv 9)>(%inner_1)
      %within = affine.apply affine_map<(inner_1) -> (inner_1 mod 9)>(%inner_1)
      %row = affine.apply affine_map<(within) -> (within floordiv 3)>(%within)
      %column = affine.apply affine_map<(within) -> (within mod 3)>(%within)
      %from = affine.apply affine_map<(channel, frame, row, column) -> (channel * 160 + frame * 80 + row * 14 + column * 2 + 8)>(%channel, %frame, %row, %column)
      %pixel = memref.load %x[%from] : memref<2560xf16, #storage>
      %pixel_1 = arith.extf %pixel : f16 to f32
      %at_1 = affine.apply affine_map<(from) -> (from + 1)>(%from)
      %pixel_2 = memref.load %x[%at_1] : memref<2560xf16, #storage>
      %pixel_2_1 = arith.extf %pixel_2 : f16 to f32
      %at_2 = affine.apply affine_map<(from) -> (from + 2)>(%from)
      %pixel_3 = memref.load %x[%at_2] : memref<2560xf16, #storage>
      %pixel_3_1 = arith.extf %pixel_3 : f16 to f32
      %at_3 = affine.apply affine_map<(from) -> (from + 3)>(%from)
      %pixel_4 = memref.load %x[%at_3] : memref<2560xf16, #storage>
      %pixel_4_1 = arith.extf %pixel_4 : f16 to f32
      %at_4 = affine.apply affine_map<(from) -> (from + 7)>(%from)
      %pixel_5 = memref.load %x[%at_4] : memref<2560xf16, #storage>
      %pixel_5_1 = arith.extf %pixel_5 : f16 to f32
      %at_5 = affine.apply affine_map<(from) -> (from + 8)>(%from)
      %pixel_6 = memref.load %x[%at_5] : memref<2560xf16, #storage>
      %pixel_6_1 = arith.extf %pixel_6 : f16 to f32
      %at_6 = affine.apply affine_map<(from) -> (from + 9)>(%from)
      %pixel_7 = memref.load %x[%at_6] : memref<2560xf16, #storage>
      %pixel_7_1 = arith.extf %pixel_7 : f16 to f32
      %at_7 = affine.apply affine_map<(from) -> (from + 10)>(%from)
      %pixel_8 = memref.load %x[%at_7] : memref<2560xf16, #storage>
      %pixel_8_1 = arith.extf %pixel_8 : f16 to f32
      %at_8 = affine.apply affine_map<(from) -> (from + 14)>(%from)
      %pixel_9 = memref.load %x[%at_8] : memref<2560xf16, #storage>
      %pixel_9_1 = arith.extf %pixel_9 : f16 to f32
      %at_9 = affine.apply affine_map<(from) -> (from + 15)>(%from)
      %pixel_10 = memref.load %x[%at_9] : memref<2560xf16, #storage>
      %pixel_10_1 = arith.extf %pixel_10 : f16 to f32
      %at_10 = affine.apply affine_map<(from) -> (from + 16)>(%from)
      %pixel_11 = memref.load %x[%at_10] : memref<2560xf16, #storage>
      %pixel_11_1 = arith.extf %pixel_11 : f16 to f32
      %at_11 = affine.apply affine_map<(from) -> (from + 17)>(%from)
      %pixel_12 = memref.load %x[%at_11] : memref<2560xf16, #storage>
      %pixel_12_1 = arith.extf %pixel_12 : f16 to f32
      %at_12 = affine.apply affine_map<(from) -> (from + 21)>(%from)
      %pixel_13 = memref.load %x[%at_12] : memref<2560xf16, #storage>
      %pixel_13_1 = arith.extf %pixel_13 : f16 to f32
      %at_13 = affine.apply affine_map<(from) -> (from + 22)>(%from)
      %pixel_14 = memref.load %x[%at_13] : memref<2560xf16, #storage>
      %pixel_14_1 = arith.extf %pixel_14 : f16 to f32
      %at_14 = affine.apply affine_map<(from) -> (from + 23)>(%from)
      %pixel_15 = memref.load %x[%at_14] : memref<2560xf16, #storage>
      %pixel_15_1 = arith.extf %pixel_15 : f16 to f32
      %at_15 = affine.apply affine_map<(from) -> (from + 24)>(%from)
      %pixel_16 = memref.load %x[%at_15] : memref<2560xf16, #storage>
      %pixel_16_1 = arith.extf %pixel_16 : f16 to f32
      %turned = arith.addf %pixel_3_1, %pixel_2_1 : f32
      %turned_1 = arith.subf %pixel_3_1, %pixel_2_1 : f32
      %part = arith.subf %pixel_1, %pixel_3_1 : f32
      %part_1 = arith.subf %pixel_4_1, %pixel_2_1 : f32
      %turned_2 = arith.addf %pixel_7_1, %pixel_6_1 : f32
      %turned_3 = arith.subf %pixel_7_1, %pixel_6_1 : f32
      %part_2 = arith.subf %pixel_5_1, %pixel_7_1 : f32
      %part_3 = arith.subf %pixel_8_1, %pixel_6_1 : f32
      %turned_4 = arith.addf %pixel_11_1, %pixel_10_1 : f32
      %turned_5 = arith.subf %pixel_11_1, %pixel_10_1 : f32
      %part_4 = arith.subf %pixel_9_1, %pixel_11_1 : f32
      %part_5 = arith.subf %pixel_12_1, %pixel_10_1 : f32
      %turned_6 = arith.addf %pixel_15_1, %pixel_14_1 : f32
      %turned_7 = arith.subf %pixel_15_1, %pixel_14_1 : f32
      %part_6 = arith.subf %pixel_13_1, %pixel_15_1 : f32
      %part_7 = arith.subf %pixel_16_1, %pixel_14_1 : f32
      %turned_8 = arith.addf %part_4, %part_2 : f32
      %turned_9 = arith.subf %part_4, %part_2 : f32
      %part_8 = arith.subf %part, %part_4 : f32
      %part_9 = arith.subf %part_6, %part_2 : f32
      %turned_10 = arith.addf %turned_4, %turned_2 : f32
      %turned_11 = arith.subf %turned_4, %turned_2 : f32
      %part_10 = arith.subf %turned, %turned_4 : f32
      %part_11 = arith.subf %turned_6, %turned_2 : f32
      %turned_12 = arith.addf %turned_5, %turned_3 : f32
      %turned_13 = arith.subf %turned_5, %turned_3 : f32
      %part_12 = arith.subf %turned_1, %turned_5 : f32
      %part_13 = arith.subf %turned_7, %turned_3 : f32
      %turned_14 = arith.addf %part_5, %part_3 : f32
      %turned_15 = arith.subf %part_5, %part_3 : f32
      %part_14 = arith.subf %part_1, %part_5 : f32
      %part_15 = arith.subf %part_7, %part_3 : f32
      %to = affine.apply affine_map<(c, at) -> (c * 48 + at)>(%c, %at)
      %kept = arith.select %is_tile_1, %part_8, %zero : f32
      %kept_1 = arith.truncf %kept : f32 to f16
      memref.store %kept_1, %out[%to] : memref<13056xf16, #storage>
      %kept_2 = arith.select %is_tile_1, %part_10, %zero : f32
      %kept_2_1 = arith.truncf %kept_2 : f32 to f16
      %at_16 = affine.apply affine_map<(to) -> (to + 816)>(%to)
      memref.store %kept_2_1, %out[%at_16] : memref<13056xf16, #storage>
      %kept_3 = arith.select %is_tile_1, %part_12, %zero : f32
      %kept_3_1 = arith.truncf %kept_3 : f32 to f16
      %at_17 = affine.apply affine_map<(to) -> (to + 1632)>(%to)
      memref.store %kept_3_1, %out[%at_17] : memref<13056xf16, #storage>
      %kept_4 = arith.select %is_tile_1, %part_14, %zero : f32
      %kept_4_1 = arith.truncf %kept_4 : f32 to f16
      %at_18 = affine.apply affine_map<(to) -> (to + 2448)>(%to)
      memref.store %kept_4_1, %out[%at_18] : memref<13056xf16, #storage>
      %kept_5 = arith.select %is_tile_1, %turned_8, %zero : f32
      %kept_5_1 = arith.truncf %kept_5 : f32 to f16
      %at_19 = affine.apply affine_map<(to) -> (to + 3264)>(%to)
      memref.store %kept_5_1, %out[%at_19] : memref<13056xf16, #storage>
      %kept_6 = arith.select %is_tile_1, %turned_10, %zero : f32
      %kept_6_1 = arith.truncf %kept_6 : f32 to f16
      %at_20 = affine.apply affine_map<(to) -> (to + 4080)>(%to)
      memref.store %kept_6_1, %out[%at_20] : memref<13056xf16, #storage>
      %kept_7 = arith.select %is_tile_1, %turned_12, %zero : f32
      %kept_7_1 = arith.truncf %kept_7 : f32 to f16
      %at_21 = affine.apply affine_map<(to) -> (to + 4896)>(%to)
      memref.store %kept_7_1, %out[%at_21] : memref<13056xf16, #storage>
      %kept_8 = arith.select %is_tile_1, %turned_14, %zero : f32
      %kept_8_1 = arith.truncf %kept_8 : f32 to f16
      %at_22 = affine.apply affine_map<(to) -> (to + 5712)>(%to)
      memref.store %kept_8_1, %out[%at_22] : memref<13056xf16, #storage>
      %kept_9 = arith.select %is_tile_1, %turned_9, %zero : f32
      %kept_9_1 = arith.truncf %kept_9 : f32 to f16
      %at_23 = affine.apply affine_map<(to) -> (to + 6528)>(%to)
      memref.store %kept_9_1, %out[%at_23] : memref<13056xf16, #storage>
      %kept_10 = arith.select %is_tile_1, %turned_11, %zero : f32
      %kept_10_1 = arith.truncf %kept_10 : f32 to f16
      %at_24 = affine.apply affine_map<(to) -> (to + 7344)>(%to)
      memref.store %kept_10_1, %out[%at_24] : memref<13056xf16, #storage>
      %kept_11 = arith.select %is_tile_1, %turned_13, %zero : f32
      %kept_11_1 = arith.truncf %kept_11 : f32 to f16
      %at_25 = affine.apply affine_map<(to) -> (to + 8160)>(%to)
      memref.store %kept_11_1, %out[%at_25] : memref<13056xf16, #storage>
      %kept_12 = arith.select %is_tile_1, %turned_15, %zero : f32
      %kept_12_1 = arith.truncf %kept_12 : f32 to f16
      %at_26 = affine.apply affine_map<(to) -> (to + 8976)>(%to)
      memref.store %kept_12_1, %out[%at_26] : memref<13056xf16, #storage>
      %kept_13 = arith.select %is_tile_1, %part_9, %zero : f32
      %kept_13_1 = arith.truncf %kept_13 : f32 to f16
      %at_27 = affine.apply affine_map<(to) -> (to + 9792)>(%to)
      memref.store %kept_13_1, %out[%at_27] : memref<13056xf16, #storage>
      %kept_14 = arith.select %is_tile_1, %part_11, %zero : f32
      %kept_14_1 = arith.truncf %kept_14 : f32 to f16
      %at_28 = affine.apply affine_map<(to) -> (to + 10608)>(%to)
      memref.store %kept_14_1, %out[%at_28] : memref<13056xf16, #storage>
      %kept_15 = arith.select %is_tile_1, %part_13, %zero : f32
      %kept_15_1 = arith.truncf %kept_15 : f32 to f16
      %at_29 = affine.apply affine_map<(to) -> (to + 11424)>(%to)
      memref.store %kept_15_1, %out[%at_29] : memref<13056xf16, #storage>
      %kept_16 = arith.select %is_tile_1, %part_15, %zero : f32
      %kept_16_1 = arith.truncf %kept_16 : f32 to f16
      %at_30 = affine.apply affine_map<(to) -> (to + 12240)>(%to)
      memref.store %kept_16_1, %out[%at_30] : memref<13056xf16, #storage>
      return
    }
  }
}
func.func private @conv.tiles(%x: tensor<16x2x80xf16>) -> tensor<272x1x48xf16> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x2x80xf16> into tensor<2560xf16>
  %result = flow.dispatch @conv.tiles_kernel::@conv.tiles(%x.flat) : (tensor<2560xf16>) -> tensor<272x1x48xf16>
  return %result : tensor<272x1x48xf16>
}
