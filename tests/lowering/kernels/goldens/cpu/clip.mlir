hal.executable.source private @clip_kernel {
  hal.executable.export public @clip ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 2 : index
      %cy = arith.constant 1 : index
      %cz = arith.constant 1 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @clip() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<378xf32, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<672xf32, #hal.descriptor_type<storage_buffer>>
// The clip, frames x height x width x channels, into channel-major padded rows: a vector of whole pixels is taken apart into its channels.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %height = arith.constant 7 : index
        %tiles = arith.constant 3 : index
        %chunk = arith.constant 0 : index
        %frame = hal.interface.workgroup.id[0] : index
        %channels = arith.constant 3 : index
        // The zeros before the first and after the last pixel of each plane.
        %pad_zero = arith.constant 0.0 : f32
        %last_chunk = arith.constant 0 : index
        %head_size = arith.constant 112 : index
        %tail_start = arith.constant 112 : index
        %plane_size = arith.constant 112 : index
        %head_here = arith.cmpi eq, %chunk, %c0 : index
        %tail_here = arith.cmpi eq, %chunk, %last_chunk : index
        %head_end = arith.select %head_here, %head_size, %c0 : index
        %tail_end = arith.select %tail_here, %plane_size, %tail_start : index
        %channel_first = affine.apply affine_map<(r) -> (r * 1)>(%c0)
        %channel_end = affine.apply affine_map<(r) -> (r * 1)>(%channels)
        scf.for %channel = %channel_first to %channel_end step %c1 {
          %pads_at = affine.apply affine_map<(c, f) -> (c * 224 + f * 112)>(%channel, %frame)
          scf.for %i = %c0 to %head_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<672xf32, #hal.descriptor_type<storage_buffer>>
          }
          scf.for %i = %tail_start to %tail_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<672xf32, #hal.descriptor_type<storage_buffer>>
          }
        }
        scf.for %y = %c0 to %height step %c1 {
          scf.for %tile = %c0 to %tiles step %c1 {
            %p = affine.min affine_map<(t) -> (t * 4, 5)>(%tile)
            %in = affine.apply affine_map<(f, y, p) -> (((f * 7 + y) * 9 + p) * 3)>(%frame, %y, %p)
            %pixels = vector.load %x[%in] : memref<378xf32, #hal.descriptor_type<storage_buffer>>, vector<12xf32>
            %to = affine.apply affine_map<(f, y, p) -> (f * 112 + y * 10 + p + 11)>(%frame, %y, %p)
            %c0_wide = vector.shuffle %pixels, %pixels [0, 3, 6, 9] : vector<12xf32>, vector<12xf32>
            %to0 = affine.apply affine_map<(t) -> (t + 0)>(%to)
            vector.store %c0_wide, %out[%to0] : memref<672xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %c1_wide = vector.shuffle %pixels, %pixels [1, 4, 7, 10] : vector<12xf32>, vector<12xf32>
            %to1 = affine.apply affine_map<(t) -> (t + 224)>(%to)
            vector.store %c1_wide, %out[%to1] : memref<672xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %c2_wide = vector.shuffle %pixels, %pixels [2, 5, 8, 11] : vector<12xf32>, vector<12xf32>
            %to2 = affine.apply affine_map<(t) -> (t + 448)>(%to)
            vector.store %c2_wide, %out[%to2] : memref<672xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
          }
        }
        return
      }
  }
}
func.func private @clip(%x: tensor<1x2x7x9x3xf32>) -> tensor<3x2x112xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2, 3, 4]] : tensor<1x2x7x9x3xf32> into tensor<378xf32>
  %result = flow.dispatch @clip_kernel::@clip(%x.flat) : (tensor<378xf32>) -> tensor<3x2x112xf32>
  return %result : tensor<3x2x112xf32>
}
