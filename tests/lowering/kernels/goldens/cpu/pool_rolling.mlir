util.global private @pool.mask = #flow.parameter.named<"model"::"pool.mask"> : tensor<528xf32>
hal.executable.source private @pool_kernel {
  hal.executable.export public @pool ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 16 : index
      %cy = arith.constant 1 : index
      %cz = arith.constant 1 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @pool() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %mask = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<528xf32, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(2) alignment(64) offset(%byte0) : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
// A pool whose windows are one frame apart, a channel in a workgroup: spans of pixels (as in cpu/pool) > vector > frames. What each frame gives to the
// windows over it is combined once and handed on to the frames after it.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %spans = arith.constant 1 : index
        %tiles = arith.constant 109 : index
        %steps = arith.constant 3 : index
        %frames = arith.constant 3 : index
        %start = arith.constant dense<0.0> : vector<4xf32>
        %factor = arith.constant dense<1.000000000e+00> : vector<4xf32>
        %chunk = arith.constant 0 : index
        %c = hal.interface.workgroup.id[0] : index
        %next_c = arith.addi %c, %c1 : index
        scf.for %frame = %c0 to %frames step %c1 {
        // The zeros before the first and after the last pixel of each plane.
        %pad_zero = arith.constant 0.0 : f32
        %last_chunk = arith.constant 0 : index
        %head_size = arith.constant 24 : index
        %tail_start = arith.constant 459 : index
        %plane_size = arith.constant 528 : index
        %head_here = arith.cmpi eq, %chunk, %c0 : index
        %tail_here = arith.cmpi eq, %chunk, %last_chunk : index
        %head_end = arith.select %head_here, %head_size, %c0 : index
        %tail_end = arith.select %tail_here, %plane_size, %tail_start : index
        %channel_first = affine.apply affine_map<(r) -> (r * 1)>(%c)
        %channel_end = affine.apply affine_map<(r) -> (r * 1)>(%next_c)
        scf.for %channel = %channel_first to %channel_end step %c1 {
          %pads_at = affine.apply affine_map<(c, f) -> (c * 1584 + f * 528)>(%channel, %frame)
          scf.for %i = %c0 to %head_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
          }
          scf.for %i = %tail_start to %tail_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
          }
        }
        }
        scf.for %span = %c0 to %spans step %c1 {
          scf.for %tile = %c0 to %tiles step %c1 {
            %p = affine.min affine_map<(t) -> (t * 4, 431)>(%tile)
            %in = affine.apply affine_map<(c, s, p) -> (c * 1584 + s * 23 + p * 1 + 0)>(%c, %span, %p)
            %mask_at = affine.apply affine_map<(s, p) -> (s * 23 + p + 24)>(%span, %p)
            %keep = vector.load %mask[%mask_at] : memref<528xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %left:1 = scf.for %step = %c0 to %steps step %c1 iter_args(%m0 = %start) -> (vector<4xf32>) {
              // A frame outside the input gives what the sums start from.
              %d_end = affine.min affine_map<(s) -> (s + 1, 3)>(%step)
              %newest = scf.for %d = %step to %d_end step %c1 iter_args(%none = %start) -> (vector<4xf32>) {
                %frame_at = affine.apply affine_map<(d)[i] -> (d * 528 + i)>(%d)[%in]
                %at0_0 = affine.apply affine_map<(i) -> (i + 0)>(%frame_at)
                %v0_0 = vector.load %x[%at0_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
                %at0_1 = affine.apply affine_map<(i) -> (i + 23)>(%frame_at)
                %v0_1 = vector.load %x[%at0_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
                %n0_1 = arith.maximumf %v0_0, %v0_1 : vector<4xf32>
                %at0_2 = affine.apply affine_map<(i) -> (i + 46)>(%frame_at)
                %ahead0_2_0 = affine.apply affine_map<(i) -> (i + 1584)>(%at0_2)
                memref.prefetch %x[%ahead0_2_0], read, locality<2>, data : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
                %v0_2 = vector.load %x[%at0_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
                %n0_2 = arith.maximumf %n0_1, %v0_2 : vector<4xf32>
                %at1_0 = affine.apply affine_map<(i) -> (i + 1)>(%frame_at)
                %v1_0 = vector.load %x[%at1_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
                %at1_1 = affine.apply affine_map<(i) -> (i + 24)>(%frame_at)
                %v1_1 = vector.load %x[%at1_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
                %n1_1 = arith.maximumf %v1_0, %v1_1 : vector<4xf32>
                %at1_2 = affine.apply affine_map<(i) -> (i + 47)>(%frame_at)
                %v1_2 = vector.load %x[%at1_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
                %n1_2 = arith.maximumf %n1_1, %v1_2 : vector<4xf32>
                %at2_0 = affine.apply affine_map<(i) -> (i + 2)>(%frame_at)
                %v2_0 = vector.load %x[%at2_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
                %at2_1 = affine.apply affine_map<(i) -> (i + 25)>(%frame_at)
                %v2_1 = vector.load %x[%at2_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
                %n2_1 = arith.maximumf %v2_0, %v2_1 : vector<4xf32>
                %at2_2 = affine.apply affine_map<(i) -> (i + 48)>(%frame_at)
                %v2_2 = vector.load %x[%at2_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
                %n2_2 = arith.maximumf %n2_1, %v2_2 : vector<4xf32>
                %across0 = arith.maximumf %n0_2, %n1_2 : vector<4xf32>
                %across1 = arith.maximumf %across0, %n2_2 : vector<4xf32>
                scf.yield %across1 : vector<4xf32>
              }
              // The first frame of the result is complete after 0 steps.
              %f_first = affine.max affine_map<(s) -> (0, s - 0)>(%step)
              %f_end = affine.apply affine_map<(s) -> (s + 1 - 0)>(%step)
              scf.for %f = %f_first to %f_end step %c1 {
                %all0 = arith.maximumf %m0, %newest : vector<4xf32>
                %scaled = arith.mulf %all0, %factor : vector<4xf32>
                %kept = arith.mulf %scaled, %keep : vector<4xf32>
                %to = affine.apply affine_map<(c, f, m) -> ((c * 3 + f) * 528 + m)>(%c, %f, %mask_at)
            vector.store %kept, %out[%to] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              }
              scf.yield %newest : vector<4xf32>
            }
          }
        }
        return
      }
  }
}
func.func private @pool(%x: tensor<16x3x528xf32>) -> tensor<16x3x528xf32> {
  %mask = util.global.load @pool.mask : tensor<528xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x3x528xf32> into tensor<25344xf32>
  %result = flow.dispatch @pool_kernel::@pool(%x.flat, %mask) : (tensor<25344xf32>, tensor<528xf32>) -> tensor<16x3x528xf32>
  return %result : tensor<16x3x528xf32>
}
