#storage = #hal.descriptor_type<storage_buffer>
#reads4_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_64 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [64, 1, 1]>
util.global private @conv.bias = #flow.parameter.named<"model"::"conv.bias"> : tensor<16xf32>
util.global private @conv.zeros = #flow.parameter.named<"model"::"conv.zeros"> : tensor<88xi32>
hal.executable.source private @conv_kernel {
  hal.executable.export public @conv ordinal(0) layout(#reads4_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    hal.return %c1, %c16, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv() attributes {translation_info = #workgroup_of_64} {
      // Winograd's transform of sums of products, F(2 x 2, 3 x 3): an invocation transforms a tile of one channel.
      // Then it writes its share of the zeros around the pixels. Workgroups are spans of tiles x channels.
      %c0 = arith.constant 0 : index
      %c17 = arith.constant 17 : index
      %zero = arith.constant 0.0 : f32
      %c2 = arith.constant 2 : index
      %c88 = arith.constant 88 : index
      %c64 = arith.constant 64 : index
      %x = hal.interface.binding.subspan layout(#reads4_writes1) binding(0) alignment(64) offset(%c0) : memref<12288xf32, #storage>
      %residual = hal.interface.binding.subspan layout(#reads4_writes1) binding(1) alignment(64) offset(%c0) : memref<2560xf32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads4_writes1) binding(2) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %zeros = hal.interface.binding.subspan layout(#reads4_writes1) binding(3) alignment(64) offset(%c0) : memref<88xi32, #storage>
      %out = hal.interface.binding.subspan layout(#reads4_writes1) binding(4) alignment(64) offset(%c0) : memref<2560xf32, #storage>
      %span = hal.interface.workgroup.id[0] : index
      %c = hal.interface.workgroup.id[1] : index
      %thread = gpu.thread_id x
      %number = affine.apply affine_map<(span, thread) -> (span * 64 + thread)>(%span, %thread)
      %tile = arith.minsi %number, %c17 : index
      %frame = affine.apply affine_map<(tile) -> (tile floordiv 9)>(%tile)
      %within = affine.apply affine_map<(tile) -> (tile mod 9)>(%tile)
      %row = affine.apply affine_map<(within) -> (within floordiv 3)>(%within)
      %column = affine.apply affine_map<(within) -> (within mod 3)>(%within)
      %from = affine.apply affine_map<(c, frame, row, column) -> (c * 48 + frame * 9 + row * 3 + column)>(%c, %frame, %row, %column)
      %product = memref.load %x[%from] : memref<12288xf32, #storage>
      %at = affine.apply affine_map<(from) -> (from + 768)>(%from)
      %product_1 = memref.load %x[%at] : memref<12288xf32, #storage>
      %at_1 = affine.apply affine_map<(from) -> (from + 1536)>(%from)
      %product_2 = memref.load %x[%at_1] : memref<12288xf32, #storage>
      %at_2 = affine.apply affine_map<(from) -> (from + 2304)>(%from)
      %product_3 = memref.load %x[%at_2] : memref<12288xf32, #storage>
      %at_3 = affine.apply affine_map<(from) -> (from + 3072)>(%from)
      %product_4 = memref.load %x[%at_3] : memref<12288xf32, #storage>
      %at_4 = affine.apply affine_map<(from) -> (from + 3840)>(%from)
      %product_5 = memref.load %x[%at_4] : memref<12288xf32, #storage>
      %at_5 = affine.apply affine_map<(from) -> (from + 4608)>(%from)
      %product_6 = memref.load %x[%at_5] : memref<12288xf32, #storage>
      %at_6 = affine.apply affine_map<(from) -> (from + 5376)>(%from)
      %product_7 = memref.load %x[%at_6] : memref<12288xf32, #storage>
      %at_7 = affine.apply affine_map<(from) -> (from + 6144)>(%from)
      %product_8 = memref.load %x[%at_7] : memref<12288xf32, #storage>
      %at_8 = affine.apply affine_map<(from) -> (from + 6912)>(%from)
      %product_9 = memref.load %x[%at_8] : memref<12288xf32, #storage>
      %at_9 = affine.apply affine_map<(from) -> (from + 7680)>(%from)
      %product_10 = memref.load %x[%at_9] : memref<12288xf32, #storage>
      %at_10 = affine.apply affine_map<(from) -> (from + 8448)>(%from)
      %product_11 = memref.load %x[%at_10] : memref<12288xf32, #storage>
      %at_11 = affine.apply affine_map<(from) -> (from + 9216)>(%from)
      %product_12 = memref.load %x[%at_11] : memref<12288xf32, #storage>
      %at_12 = affine.apply affine_map<(from) -> (from + 9984)>(%from)
      %product_13 = memref.load %x[%at_12] : memref<12288xf32, #storage>
      %at_13 = affine.apply affine_map<(from) -> (from + 10752)>(%from)
      %product_14 = memref.load %x[%at_13] : memref<12288xf32, #storage>
      %at_14 = affine.apply affine_map<(from) -> (from + 11520)>(%from)
      %product_15 = memref.load %x[%at_14] : memref<12288xf32, #storage>
      %channel = affine.apply affine_map<(c) -> (c * 160)>(%c)
      %pair = arith.addf %product_1, %product_2 : f32
      %pair_1 = arith.subf %product_1, %product_2 : f32
      %part = arith.addf %product, %pair : f32
      %part_1 = arith.addf %pair_1, %product_3 : f32
      %pair_2 = arith.addf %product_5, %product_6 : f32
      %pair_3 = arith.subf %product_5, %product_6 : f32
      %part_2 = arith.addf %product_4, %pair_2 : f32
      %part_3 = arith.addf %pair_3, %product_7 : f32
      %pair_4 = arith.addf %product_9, %product_10 : f32
      %pair_5 = arith.subf %product_9, %product_10 : f32
      %part_4 = arith.addf %product_8, %pair_4 : f32
      %part_5 = arith.addf %pair_5, %product_11 : f32
      %pair_6 = arith.addf %product_13, %product_14 : f32
      %pair_7 = arith.subf %product_13, %product_14 : f32
      %part_6 = arith.addf %product_12, %pair_6 : f32
      %part_7 = arith.addf %pair_7, %product_15 : f32
      %pair_8 = arith.addf %part_2, %part_4 : f32
      %pair_9 = arith.subf %part_2, %part_4 : f32
      %part_8 = arith.addf %part, %pair_8 : f32
      %part_9 = arith.addf %pair_9, %part_6 : f32
      %pair_10 = arith.addf %part_3, %part_5 : f32
      %pair_11 = arith.subf %part_3, %part_5 : f32
      %part_10 = arith.addf %part_1, %pair_10 : f32
      %part_11 = arith.addf %pair_11, %part_7 : f32
      %to = affine.apply affine_map<(channel, frame, row, column) -> (channel + frame * 80 + row * 14 + column * 2 + 16)>(%channel, %frame, %row, %column)
      %bias_of = memref.load %bias[%c] : memref<16xf32, #storage>
      %is_inner = arith.cmpi slt, %row, %c2 : index
      %pixel = arith.addf %part_8, %bias_of : f32
      %residual_of = memref.load %residual[%to] : memref<2560xf32, #storage>
      %sum = arith.addf %pixel, %residual_of : f32
      %active = arith.maximumf %sum, %zero : f32
      memref.store %active, %out[%to] : memref<2560xf32, #storage>
      %out_at = affine.apply affine_map<(to) -> (to + 1)>(%to)
      %pixel_1 = arith.addf %part_10, %bias_of : f32
      %residual_of_1 = memref.load %residual[%out_at] : memref<2560xf32, #storage>
      %sum_1 = arith.addf %pixel_1, %residual_of_1 : f32
      %active_1 = arith.maximumf %sum_1, %zero : f32
      memref.store %active_1, %out[%out_at] : memref<2560xf32, #storage>
      %out_at_1 = affine.apply affine_map<(to) -> (to + 7)>(%to)
      %pixel_2 = arith.addf %part_9, %bias_of : f32
      %residual_of_2 = memref.load %residual[%out_at_1] : memref<2560xf32, #storage>
      %sum_2 = arith.addf %pixel_2, %residual_of_2 : f32
      %active_2 = arith.maximumf %sum_2, %zero : f32
      %kept = arith.select %is_inner, %active_2, %zero : f32
      memref.store %kept, %out[%out_at_1] : memref<2560xf32, #storage>
      %out_at_2 = affine.apply affine_map<(to) -> (to + 8)>(%to)
      %pixel_3 = arith.addf %part_11, %bias_of : f32
      %residual_of_3 = memref.load %residual[%out_at_2] : memref<2560xf32, #storage>
      %sum_3 = arith.addf %pixel_3, %residual_of_3 : f32
      %active_3 = arith.maximumf %sum_3, %zero : f32
      %kept_1 = arith.select %is_inner, %active_3, %zero : f32
      memref.store %kept_1, %out[%out_at_2] : memref<2560xf32, #storage>
      scf.for %i = %number to %c88 step %c64 {
        %around32 = memref.load %zeros[%i] : memref<88xi32, #storage>
        %around = arith.index_cast %around32 : i32 to index
        %at_15 = arith.addi %channel, %around : index
        memref.store %zero, %out[%at_15] : memref<2560xf32, #storage>
      }
      return
    }
  }
}
func.func private @conv(%x: tensor<256x1x48xf32>, %residual: tensor<16x2x80xf32>) -> tensor<16x2x80xf32> {
  %bias = util.global.load @conv.bias : tensor<16xf32>
  %zeros = util.global.load @conv.zeros : tensor<88xi32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<256x1x48xf32> into tensor<12288xf32>
  %residual.flat = tensor.collapse_shape %residual [[0, 1, 2]] : tensor<16x2x80xf32> into tensor<2560xf32>
  %result = flow.dispatch @conv_kernel::@conv(%x.flat, %residual.flat, %bias, %zeros) : (tensor<12288xf32>, tensor<2560xf32>, tensor<16xf32>, tensor<88xi32>) -> tensor<16x2x80xf32>
  return %result : tensor<16x2x80xf32>
}
