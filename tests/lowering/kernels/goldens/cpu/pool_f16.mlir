util.global private @pool.mask = #flow.parameter.named<"model"::"pool.mask"> : tensor<16xf16>
hal.executable.source private @pool_kernel {
  hal.executable.export public @pool ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 2 : index
      %cy = arith.constant 16 : index
      %cz = arith.constant 1 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @pool() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<3584xf16, #hal.descriptor_type<storage_buffer>>
        %mask = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<16xf16, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(2) alignment(64) offset(%byte0) : memref<512xf16, #hal.descriptor_type<storage_buffer>>
// A pool by whole vectors: spans of pixels (rows of the image; all of it, where windows are one pixel apart) > vector > frames of the window.
// Zeros first; a vector that reaches beyond its span writes what the next span writes again, and zeros after the last one.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %spans = arith.constant 3 : index
        %tiles = arith.constant 1 : index
        %start = arith.constant dense<0.0> : vector<8xf16>
        %factor = arith.constant dense<1.000000000e+00> : vector<4xf16>
        %chunk = arith.constant 0 : index
        %c = hal.interface.workgroup.id[1] : index
        %next_c = arith.addi %c, %c1 : index
        %frame = hal.interface.workgroup.id[0] : index
        // The zeros before the first and after the last pixel of each plane.
        %pad_zero = arith.constant 0.0 : f16
        %last_chunk = arith.constant 0 : index
        %head_size = arith.constant 16 : index
        %tail_start = arith.constant 16 : index
        %plane_size = arith.constant 16 : index
        %head_here = arith.cmpi eq, %chunk, %c0 : index
        %tail_here = arith.cmpi eq, %chunk, %last_chunk : index
        %head_end = arith.select %head_here, %head_size, %c0 : index
        %tail_end = arith.select %tail_here, %plane_size, %tail_start : index
        %channel_first = affine.apply affine_map<(r) -> (r * 1)>(%c)
        %channel_end = affine.apply affine_map<(r) -> (r * 1)>(%next_c)
        scf.for %channel = %channel_first to %channel_end step %c1 {
          %pads_at = affine.apply affine_map<(c, f) -> (c * 32 + f * 16)>(%channel, %frame)
          scf.for %i = %c0 to %head_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<512xf16, #hal.descriptor_type<storage_buffer>>
          }
          scf.for %i = %tail_start to %tail_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<512xf16, #hal.descriptor_type<storage_buffer>>
          }
        }
        %window_first = affine.max affine_map<(f) -> (0, 0 - f * 1)>(%frame)
        %window_end = affine.min affine_map<(f) -> (1, 2 + 0 - f * 1)>(%frame)
        scf.for %span = %c0 to %spans step %c1 {
          scf.for %tile = %c0 to %tiles step %c1 {
            %p = affine.min affine_map<(t) -> (t * 4, 0)>(%tile)
            %in = affine.apply affine_map<(c, f, s, p) -> ((c * 2 + f * 1) * 112 + s * 20 + p * 2 + 11)>(%c, %frame, %span, %p)
            %found:1 = scf.for %d = %window_first to %window_end step %c1 iter_args(%a0 = %start) -> (vector<8xf16>) {
              %frame_at = affine.apply affine_map<(d)[i] -> (d * 112 + i)>(%d)[%in]
              %at0_0 = affine.apply affine_map<(i) -> (i + 0)>(%frame_at)
              %ahead0_0_0 = affine.apply affine_map<(i) -> (i + 4096)>(%at0_0)
              memref.prefetch %x[%ahead0_0_0], read, locality<2>, data : memref<3584xf16, #hal.descriptor_type<storage_buffer>>
              %v0_0 = vector.load %x[%at0_0] : memref<3584xf16, #hal.descriptor_type<storage_buffer>>, vector<8xf16>
              %n0_0 = arith.maxnumf %a0, %v0_0 : vector<8xf16>
              %at0_1 = affine.apply affine_map<(i) -> (i + 10)>(%frame_at)
              %ahead0_1_0 = affine.apply affine_map<(i) -> (i + 4096)>(%at0_1)
              memref.prefetch %x[%ahead0_1_0], read, locality<2>, data : memref<3584xf16, #hal.descriptor_type<storage_buffer>>
              %v0_1 = vector.load %x[%at0_1] : memref<3584xf16, #hal.descriptor_type<storage_buffer>>, vector<8xf16>
              %n0_1 = arith.maxnumf %n0_0, %v0_1 : vector<8xf16>
              scf.yield %n0_1 : vector<8xf16>
            }
            %even0, %odd0 = vector.deinterleave %found : vector<8xf16> -> vector<4xf16>
            %across0 = arith.maxnumf %even0, %odd0 : vector<4xf16>
            %scaled = arith.mulf %across0, %factor : vector<4xf16>
            %mask_at = affine.apply affine_map<(s, p) -> (s * 4 + p + 0)>(%span, %p)
            %keep = vector.load %mask[%mask_at] : memref<16xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %kept = arith.mulf %scaled, %keep : vector<4xf16>
            %to = affine.apply affine_map<(c, f, m) -> ((c * 2 + f) * 16 + m)>(%c, %frame, %mask_at)
            vector.store %kept, %out[%to] : memref<512xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
          }
        }
        return
      }
  }
}
func.func private @pool(%x: tensor<16x2x112xf16>) -> tensor<16x2x16xf16> {
  %mask = util.global.load @pool.mask : tensor<16xf16>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x2x112xf16> into tensor<3584xf16>
  %result = flow.dispatch @pool_kernel::@pool(%x.flat, %mask) : (tensor<3584xf16>, tensor<16xf16>) -> tensor<16x2x16xf16>
  return %result : tensor<16x2x16xf16>
}
