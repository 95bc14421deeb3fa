hal.executable.source private @pool_2_kernel {
  hal.executable.export public @pool_2 ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 1 : index
      %cy = arith.constant 8 : index
      %cz = arith.constant 1 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @pool_2() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<8448xf32, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<4224xf32, #hal.descriptor_type<storage_buffer>>
// A pool whose window is the whole image: a plane is added up (or compared) by vectors, the zeros around the image with it.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %lanes = arith.constant 16 : index
        %x_plane = arith.constant 528 : index
        %plane = arith.constant 528 : index
        %zero = arith.constant 0.0 : f32
        %zeros = arith.constant dense<0.0> : vector<16xf32>
        %factor = arith.constant 1.253132832e-03 : f32
        %c = hal.interface.workgroup.id[1] : index
        %frame = hal.interface.workgroup.id[0] : index
        %window_first = affine.max affine_map<(f) -> (0, 0 - f * 1)>(%frame)
        %window_end = affine.min affine_map<(f) -> (2, 2 + 0 - f * 1)>(%frame)
        %sums = scf.for %d = %window_first to %window_end step %c1 iter_args(%frame_sums = %zeros) -> (vector<16xf32>) {
          %in = affine.apply affine_map<(c, f, d) -> ((c * 2 + f * 1 + d - 0) * 528)>(%c, %frame, %d)
          %plane_sums = scf.for %p = %c0 to %x_plane step %lanes iter_args(%before = %frame_sums) -> (vector<16xf32>) {
            %at = arith.addi %in, %p : index
            %v = vector.load %x[%at] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %after = arith.addf %before, %v : vector<16xf32>
            scf.yield %after : vector<16xf32>
          }
          scf.yield %plane_sums : vector<16xf32>
        }
        %total = vector.reduction <add>, %sums : vector<16xf32> into f32
        %scaled = arith.mulf %total, %factor : f32
        %to = affine.apply affine_map<(c, f) -> ((c * 1 + f) * 528)>(%c, %frame)
        scf.for %p = %c0 to %plane step %c1 {
          %at = arith.addi %to, %p : index
          memref.store %zero, %out[%at] : memref<4224xf32, #hal.descriptor_type<storage_buffer>>
        }
        %pixel = affine.apply affine_map<(t) -> (t + 24)>(%to)
        memref.store %scaled, %out[%pixel] : memref<4224xf32, #hal.descriptor_type<storage_buffer>>
        return
      }
  }
}
func.func private @pool_2(%x: tensor<8x2x528xf32>) -> tensor<8x1x528xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<8x2x528xf32> into tensor<8448xf32>
  %result = flow.dispatch @pool_2_kernel::@pool_2(%x.flat) : (tensor<8448xf32>) -> tensor<8x1x528xf32>
  return %result : tensor<8x1x528xf32>
}
