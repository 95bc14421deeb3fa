#storage = #hal.descriptor_type<storage_buffer>
#reads4_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @conv.bias = #flow.parameter.named<"model"::"conv.bias"> : tensor<16xf32>
util.global private @conv.mask = #flow.parameter.named<"model"::"conv.mask"> : tensor<80xf32>
hal.executable.source private @conv_kernel {
  hal.executable.export public @conv ordinal(0) layout(#reads4_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c16 = arith.constant 16 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c16, %c1 : index, index, index
  }
  builtin.module {
    func.func @conv() attributes {translation_info = #workgroup_of_1} {
      // Winograd's transform of sums of products, F(2 x 2, 3 x 3): a vector holds the same position of tiles side by side.
      // Workgroups are the frames and channels of the result.
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %c50 = arith.constant 50 : index
      %c80 = arith.constant 80 : index
      %c3 = arith.constant 3 : index
      %c2 = arith.constant 2 : index
      %zeros = arith.constant dense<0.0> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads4_writes1) binding(0) alignment(64) offset(%c0) : memref<12288xf32, #storage>
      %residual = hal.interface.binding.subspan layout(#reads4_writes1) binding(1) alignment(64) offset(%c0) : memref<2560xf32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads4_writes1) binding(2) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads4_writes1) binding(3) alignment(64) offset(%c0) : memref<80xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads4_writes1) binding(4) alignment(64) offset(%c0) : memref<2560xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %c = hal.interface.workgroup.id[1] : index
      // The zeros around the pixels of each plane.
      %at = affine.apply affine_map<(c) -> (c + 1)>(%c)
      scf.for %channel = %c to %at step %c1 {
        %plane = affine.apply affine_map<(channel, frame) -> (channel * 160 + frame * 80)>(%channel, %frame)
        scf.for %i = %c0 to %c16 step %c1 {
          %at_1 = arith.addi %plane, %i : index
          memref.store %zero, %out[%at_1] : memref<2560xf32, #storage>
        }
        scf.for %i = %c50 to %c80 step %c1 {
          %at_1 = arith.addi %plane, %i : index
          memref.store %zero, %out[%at_1] : memref<2560xf32, #storage>
        }
      }
      %bias_of = memref.load %bias[%c] : memref<16xf32, #storage>
      %start = vector.broadcast %bias_of : f32 to vector<4xf32>
      %plane = affine.apply affine_map<(c, frame) -> ((c * 2 + frame) * 80)>(%c, %frame)
      scf.for %y = %c0 to %c3 step %c1 {
        scf.for %tile = %c0 to %c2 step %c1 {
          %t = affine.min affine_map<(tile) -> (tile * 2, 1)>(%tile)
          %from = affine.apply affine_map<(c, frame, y, t) -> (c * 48 + frame * 9 + y * 3 + t)>(%c, %frame, %y, %t)
          %product = vector.load %x[%from] : memref<12288xf32, #storage>, vector<2xf32>
          %at_1 = affine.apply affine_map<(from) -> (from + 768)>(%from)
          %product_1 = vector.load %x[%at_1] : memref<12288xf32, #storage>, vector<2xf32>
          %at_2 = affine.apply affine_map<(from) -> (from + 1536)>(%from)
          %product_2 = vector.load %x[%at_2] : memref<12288xf32, #storage>, vector<2xf32>
          %at_3 = affine.apply affine_map<(from) -> (from + 2304)>(%from)
          %product_3 = vector.load %x[%at_3] : memref<12288xf32, #storage>, vector<2xf32>
          %at_4 = affine.apply affine_map<(from) -> (from + 3072)>(%from)
          %product_4 = vector.load %x[%at_4] : memref<12288xf32, #storage>, vector<2xf32>
          %at_5 = affine.apply affine_map<(from) -> (from + 3840)>(%from)
          %product_5 = vector.load %x[%at_5] : memref<12288xf32, #storage>, vector<2xf32>
          %at_6 = affine.apply affine_map<(from) -> (from + 4608)>(%from)
          %product_6 = vector.load %x[%at_6] : memref<12288xf32, #storage>, vector<2xf32>
          %at_7 = affine.apply affine_map<(from) -> (from + 5376)>(%from)
          %product_7 = vector.load %x[%at_7] : memref<12288xf32, #storage>, vector<2xf32>
          %at_8 = affine.apply affine_map<(from) -> (from + 6144)>(%from)
          %product_8 = vector.load %x[%at_8] : memref<12288xf32, #storage>, vector<2xf32>
          %at_9 = affine.apply affine_map<(from) -> (from + 6912)>(%from)
          %product_9 = vector.load %x[%at_9] : memref<12288xf32, #storage>, vector<2xf32>
          %at_10 = affine.apply affine_map<(from) -> (from + 7680)>(%from)
          %product_10 = vector.load %x[%at_10] : memref<12288xf32, #storage>, vector<2xf32>
          %at_11 = affine.apply affine_map<(from) -> (from + 8448)>(%from)
          %product_11 = vector.load %x[%at_11] : memref<12288xf32, #storage>, vector<2xf32>
          %at_12 = affine.apply affine_map<(from) -> (from + 9216)>(%from)
          %product_12 = vector.load %x[%at_12] : memref<12288xf32, #storage>, vector<2xf32>
          %at_13 = affine.apply affine_map<(from) -> (from + 9984)>(%from)
          %product_13 = vector.load %x[%at_13] : memref<12288xf32, #storage>, vector<2xf32>
          %at_14 = affine.apply affine_map<(from) -> (from + 10752)>(%from)
          %product_14 = vector.load %x[%at_14] : memref<12288xf32, #storage>, vector<2xf32>
          %at_15 = affine.apply affine_map<(from) -> (from + 11520)>(%from)
          %product_15 = vector.load %x[%at_15] : memref<12288xf32, #storage>, vector<2xf32>
          %pair = arith.addf %product_1, %product_2 : vector<2xf32>
          %pair_1 = arith.subf %product_1, %product_2 : vector<2xf32>
          %part = arith.addf %product, %pair : vector<2xf32>
          %part_1 = arith.addf %pair_1, %product_3 : vector<2xf32>
          %pair_2 = arith.addf %product_5, %product_6 : vector<2xf32>
          %pair_3 = arith.subf %product_5, %product_6 : vector<2xf32>
          %part_2 = arith.addf %product_4, %pair_2 : vector<2xf32>
          %part_3 = arith.addf %pair_3, %product_7 : vector<2xf32>
          %pair_4 = arith.addf %product_9, %product_10 : vector<2xf32>
          %pair_5 = arith.subf %product_9, %product_10 : vector<2xf32>
          %part_4 = arith.addf %product_8, %pair_4 : vector<2xf32>
          %part_5 = arith.addf %pair_5, %product_11 : vector<2xf32>
          %pair_6 = arith.addf %product_13, %product_14 : vector<2xf32>
          %pair_7 = arith.subf %product_13, %product_14 : vector<2xf32>
          %part_6 = arith.addf %product_12, %pair_6 : vector<2xf32>
          %part_7 = arith.addf %pair_7, %product_15 : vector<2xf32>
          %pair_8 = arith.addf %part_2, %part_4 : vector<2xf32>
          %pair_9 = arith.subf %part_2, %part_4 : vector<2xf32>
          %part_8 = arith.addf %part, %pair_8 : vector<2xf32>
          %part_9 = arith.addf %pair_9, %part_6 : vector<2xf32>
          %pair_10 = arith.addf %part_3, %part_5 : vector<2xf32>
          %pair_11 = arith.subf %part_3, %part_5 : vector<2xf32>
          %part_10 = arith.addf %part_1, %pair_10 : vector<2xf32>
          %part_11 = arith.addf %pair_11, %part_7 : vector<2xf32>
          %place = affine.apply affine_map<(y, t) -> (y * 14 + t * 2 + 16)>(%y, %t)
          %out_at = affine.apply affine_map<(plane, place) -> (plane + place)>(%plane, %place)
          %together = vector.shuffle %part_8, %part_10 [0, 2, 1, 3] : vector<2xf32>, vector<2xf32>
          %pixels = arith.addf %together, %start : vector<4xf32>
          %residual_1 = vector.load %residual[%out_at] : memref<2560xf32, #storage>, vector<4xf32>
          %sum = arith.addf %pixels, %residual_1 : vector<4xf32>
          %keep = vector.load %mask[%place] : memref<80xf32, #storage>, vector<4xf32>
          %active = arith.maximumf %sum, %zeros : vector<4xf32>
          %kept = arith.mulf %active, %keep : vector<4xf32>
          vector.store %kept, %out[%out_at] : memref<2560xf32, #storage>, vector<4xf32>
          %out_at_1 = affine.apply affine_map<(plane, place) -> (plane + place + 7)>(%plane, %place)
          %together_1 = vector.shuffle %part_9, %part_11 [0, 2, 1, 3] : vector<2xf32>, vector<2xf32>
          %pixels_1 = arith.addf %together_1, %start : vector<4xf32>
          %residual_2 = vector.load %residual[%out_at_1] : memref<2560xf32, #storage>, vector<4xf32>
          %sum_1 = arith.addf %pixels_1, %residual_2 : vector<4xf32>
          %at_16 = affine.apply affine_map<(place) -> (place + 7)>(%place)
          %keep_1 = vector.load %mask[%at_16] : memref<80xf32, #storage>, vector<4xf32>
          %active_1 = arith.maximumf %sum_1, %zeros : vector<4xf32>
          %kept_1 = arith.mulf %active_1, %keep_1 : vector<4xf32>
          vector.store %kept_1, %out[%out_at_1] : memref<2560xf32, #storage>, vector<4xf32>
        }
        %line = affine.apply affine_map<(plane, y) -> (plane + y * 14 + 16)>(%plane, %y)
        %at_1 = affine.apply affine_map<(line) -> (line + 6)>(%line)
        memref.store %zero, %out[%at_1] : memref<2560xf32, #storage>
        %at_2 = affine.apply affine_map<(line) -> (line + 13)>(%line)
        memref.store %zero, %out[%at_2] : memref<2560xf32, #storage>
      }
      return
    }
  }
}
func.func private @conv(%x: tensor<256x1x48xf32>, %residual: tensor<16x2x80xf32>) -> tensor<16x2x80xf32> {
  %bias = util.global.load @conv.bias : tensor<16xf32>
  %mask = util.global.load @conv.mask : tensor<80xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<256x1x48xf32> into tensor<12288xf32>
  %residual.flat = tensor.collapse_shape %residual [[0, 1, 2]] : tensor<16x2x80xf32> into tensor<2560xf32>
  %result = flow.dispatch @conv_kernel::@conv(%x.flat, %residual.flat, %bias, %mask) : (tensor<12288xf32>, tensor<2560xf32>, tensor<16xf32>, tensor<80xf32>) -> tensor<16x2x80xf32>
  return %result : tensor<16x2x80xf32>
}
