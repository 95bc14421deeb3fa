#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
hal.executable.source private @flatten_kernel {
  hal.executable.export public @flatten ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c3 = arith.constant 3 : index
    %c1 = arith.constant 1 : index
    hal.return %c3, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @flatten() attributes {translation_info = #workgroup_of_1} {
      // A feature map as an array of pixels: vectors of a few channels are put together pixel by pixel.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c3 = arith.constant 3 : index
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<480xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<60xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %band = hal.interface.workgroup.id[1] : index
      scf.for %y = %c0 to %c1 step %c1 {
        scf.for %tile = %c0 to %c1 step %c1 {
          %p = affine.min affine_map<(tile) -> (tile * 2, 0)>(%tile)
          %from = affine.apply affine_map<(frame, y, p) -> (frame * 16 + y * 4 + p)>(%frame, %y, %p)
          scf.for %part = %c0 to %c3 step %c1 {
            %c = affine.min affine_map<(part) -> (part * 4, 6)>(%part)
            %at = affine.apply affine_map<(c, from) -> (c * 48 + from)>(%c, %from)
            %channel = vector.load %x[%at] : memref<480xf32, #storage>, vector<2xf32>
            %at_1 = affine.apply affine_map<(c, from) -> (c * 48 + from + 48)>(%c, %from)
            %channel_1 = vector.load %x[%at_1] : memref<480xf32, #storage>, vector<2xf32>
            %at_2 = affine.apply affine_map<(c, from) -> (c * 48 + from + 96)>(%c, %from)
            %channel_2 = vector.load %x[%at_2] : memref<480xf32, #storage>, vector<2xf32>
            %at_3 = affine.apply affine_map<(c, from) -> (c * 48 + from + 144)>(%c, %from)
            %channel_3 = vector.load %x[%at_3] : memref<480xf32, #storage>, vector<2xf32>
            %joined = vector.shuffle %channel, %channel_1 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %joined_1 = vector.shuffle %channel_2, %channel_3 [0, 1, 2, 3] : vector<2xf32>, vector<2xf32>
            %together = vector.shuffle %joined, %joined_1 [0, 2, 4, 6, 1, 3, 5, 7] : vector<4xf32>, vector<4xf32>
            %pixel = vector.shuffle %together, %together [0, 1, 2, 3] : vector<8xf32>, vector<8xf32>
            %at_4 = affine.apply affine_map<(frame, y, p, c) -> (((frame + y) * 2 + p) * 10 + c)>(%frame, %y, %p, %c)
            vector.store %pixel, %out[%at_4] : memref<60xf32, #storage>, vector<4xf32>
            %pixel_1 = vector.shuffle %together, %together [4, 5, 6, 7] : vector<8xf32>, vector<8xf32>
            %at_5 = affine.apply affine_map<(frame, y, p, c) -> (((frame + y) * 2 + p + 1) * 10 + c)>(%frame, %y, %p, %c)
            vector.store %pixel_1, %out[%at_5] : memref<60xf32, #storage>, vector<4xf32>
          }
        }
      }
      return
    }
  }
}
func.func private @flatten(%x: tensor<10x3x16xf32>) -> tensor<60xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<10x3x16xf32> into tensor<480xf32>
  %result = flow.dispatch @flatten_kernel::@flatten(%x.flat) : (tensor<480xf32>) -> tensor<60xf32>
  return %result : tensor<60xf32>
}
