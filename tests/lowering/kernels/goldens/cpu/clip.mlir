#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
hal.executable.source private @clip_kernel {
  hal.executable.export public @clip ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c6 = arith.constant 6 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c6, %c1 : index, index, index
  }
  builtin.module {
    func.func @clip() attributes {translation_info = #workgroup_of_1} {
      // The clip into channel-major padded planes: a vector of whole pixels is taken apart into its channels.
      %c0 = arith.constant 0 : index
      %c5 = arith.constant 5 : index
      %c112 = arith.constant 112 : index
      %zero = arith.constant 0.0 : f16
      %c3 = arith.constant 3 : index
      %c1 = arith.constant 1 : index
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<378xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<672xf16, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %band = hal.interface.workgroup.id[1] : index
      %row_first = affine.apply affine_map<(band) -> ((band * 7) floordiv 6)>(%band)
      %row_end = affine.apply affine_map<(band) -> ((band * 7 + 7) floordiv 6)>(%band)
      %is_first = arith.cmpi eq, %band, %c0 : index
      %is_last = arith.cmpi eq, %band, %c5 : index
      %at = affine.apply affine_map<(row_first) -> (row_first * 10 + 16)>(%row_first)
      %zeros_first = arith.select %is_first, %c0, %at : index
      %at_1 = affine.apply affine_map<(row_end) -> (row_end * 10 + 16)>(%row_end)
      %zeros_end = arith.select %is_last, %c112, %at_1 : index
      // The zeros around the pixels of each plane.
      scf.for %channel = %c0 to %c3 step %c1 {
        %plane = affine.apply affine_map<(channel, frame) -> (channel * 224 + frame * 112)>(%channel, %frame)
        scf.for %i = %zeros_first to %zeros_end step %c1 {
          %at_2 = arith.addi %plane, %i : index
          memref.store %zero, %out[%at_2] : memref<672xf16, #storage>
        }
      }
      scf.for %y = %row_first to %row_end step %c1 {
        scf.for %tile = %c0 to %c3 step %c1 {
          %p = affine.min affine_map<(tile) -> (tile * 4, 5)>(%tile)
          %to = affine.apply affine_map<(frame, y, p) -> (frame * 112 + y * 10 + p + 16)>(%frame, %y, %p)
          %at_2 = affine.apply affine_map<(frame, y, p) -> (((frame * 7 + y) * 9 + p) * 3)>(%frame, %y, %p)
          %pixels = vector.load %x[%at_2] : memref<378xf32, #storage>, vector<12xf32>
          %channel = vector.shuffle %pixels, %pixels [0, 3, 6, 9] : vector<12xf32>, vector<12xf32>
          %channel_1 = vector.shuffle %pixels, %pixels [1, 4, 7, 10] : vector<12xf32>, vector<12xf32>
          %channel_2 = vector.shuffle %pixels, %pixels [2, 5, 8, 11] : vector<12xf32>, vector<12xf32>
          %channel_3 = arith.truncf %channel : vector<4xf32> to vector<4xf16>
          vector.store %channel_3, %out[%to] : memref<672xf16, #storage>, vector<4xf16>
          %channel_1_1 = arith.truncf %channel_1 : vector<4xf32> to vector<4xf16>
          %at_3 = affine.apply affine_map<(to) -> (to + 224)>(%to)
          vector.store %channel_1_1, %out[%at_3] : memref<672xf16, #storage>, vector<4xf16>
          %channel_2_1 = arith.truncf %channel_2 : vector<4xf32> to vector<4xf16>
          %at_4 = affine.apply affine_map<(to) -> (to + 448)>(%to)
          vector.store %channel_2_1, %out[%at_4] : memref<672xf16, #storage>, vector<4xf16>
        }
      }
      return
    }
  }
}
func.func private @clip(%x: tensor<1x2x7x9x3xf32>) -> tensor<3x2x112xf16> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2, 3, 4]] : tensor<1x2x7x9x3xf32> into tensor<378xf32>
  %result = flow.dispatch @clip_kernel::@clip(%x.flat) : (tensor<378xf32>) -> tensor<3x2x112xf16>
  return %result : tensor<3x2x112xf16>
}
