util.global private @strided_phases.mask = #flow.parameter.named<"model"::"strided_phases.mask"> : tensor<528xf32>
hal.executable.source private @strided_phases_kernel {
  hal.executable.export public @strided_phases ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 3 : index
      %cy = arith.constant 5 : index
      %cz = arith.constant 1 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @strided_phases() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<41856xf32, #hal.descriptor_type<storage_buffer>>
        %mask = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<528xf32, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(2) alignment(64) offset(%byte0) : memref<31680xf32, #hal.descriptor_type<storage_buffer>>
// The phases of a convolution with stride 2 in width, as channels: a vector of the input holds two phases, one in every other lane.
// Zeros first; a vector that reaches beyond its row writes what the next row writes again, and zeros after the last one.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %height = arith.constant 20 : index
        %tiles = arith.constant 6 : index
        %lines = arith.constant 2 : index
        %chunk = arith.constant 0 : index
        %c = hal.interface.workgroup.id[1] : index
        %frame = hal.interface.workgroup.id[0] : index
        scf.for %line = %c0 to %lines step %c1 {
          %c_0 = affine.apply affine_map<(c, l) -> ((0 + l * 2) * 5 + c)>(%c, %line)
          %end_0 = arith.addi %c_0, %c1 : index
          scf.for %each = %c0 to %c1 step %c1 {
        // The zeros before the first and after the last pixel of each plane.
        %pad_zero = arith.constant 0.0 : f32
        %last_chunk = arith.constant 0 : index
        %head_size = arith.constant 528 : index
        %tail_start = arith.constant 528 : index
        %plane_size = arith.constant 528 : index
        %head_here = arith.cmpi eq, %chunk, %c0 : index
        %tail_here = arith.cmpi eq, %chunk, %last_chunk : index
        %head_end = arith.select %head_here, %head_size, %c0 : index
        %tail_end = arith.select %tail_here, %plane_size, %tail_start : index
        %channel_first = affine.apply affine_map<(r) -> (r * 1)>(%c_0)
        %channel_end = affine.apply affine_map<(r) -> (r * 1)>(%end_0)
        scf.for %channel = %channel_first to %channel_end step %c1 {
          %pads_at = affine.apply affine_map<(c, f) -> (c * 1584 + f * 528)>(%channel, %frame)
          scf.for %i = %c0 to %head_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<31680xf32, #hal.descriptor_type<storage_buffer>>
          }
          scf.for %i = %tail_start to %tail_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<31680xf32, #hal.descriptor_type<storage_buffer>>
          }
        }
          }
          %c_1 = affine.apply affine_map<(c, l) -> ((1 + l * 2) * 5 + c)>(%c, %line)
          %end_1 = arith.addi %c_1, %c1 : index
          scf.for %each = %c0 to %c1 step %c1 {
        // The zeros before the first and after the last pixel of each plane.
        %pad_zero = arith.constant 0.0 : f32
        %last_chunk = arith.constant 0 : index
        %head_size = arith.constant 528 : index
        %tail_start = arith.constant 528 : index
        %plane_size = arith.constant 528 : index
        %head_here = arith.cmpi eq, %chunk, %c0 : index
        %tail_here = arith.cmpi eq, %chunk, %last_chunk : index
        %head_end = arith.select %head_here, %head_size, %c0 : index
        %tail_end = arith.select %tail_here, %plane_size, %tail_start : index
        %channel_first = affine.apply affine_map<(r) -> (r * 1)>(%c_1)
        %channel_end = affine.apply affine_map<(r) -> (r * 1)>(%end_1)
        scf.for %channel = %channel_first to %channel_end step %c1 {
          %pads_at = affine.apply affine_map<(c, f) -> (c * 1584 + f * 528)>(%channel, %frame)
          scf.for %i = %c0 to %head_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<31680xf32, #hal.descriptor_type<storage_buffer>>
          }
          scf.for %i = %tail_start to %tail_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<31680xf32, #hal.descriptor_type<storage_buffer>>
          }
        }
          }
          scf.for %y = %c0 to %height step %c1 {
            scf.for %tile = %c0 to %tiles step %c1 {
              %p = affine.min affine_map<(t) -> (t * 4, 18)>(%tile)
              %row = affine.apply affine_map<(y, a) -> (y * 2 + a)>(%y, %line)
              %in = affine.apply affine_map<(c, f, r, p) -> ((c * 3 + f) * 1744 + r * 43 + p * 2 + 0)>(%c, %frame, %row, %p)
              %ahead_0 = affine.apply affine_map<(i) -> (i + 2048)>(%in)
              memref.prefetch %x[%ahead_0], read, locality<2>, data : memref<41856xf32, #hal.descriptor_type<storage_buffer>>
              %both = vector.load %x[%in] : memref<41856xf32, #hal.descriptor_type<storage_buffer>>, vector<8xf32>
              %phase0, %phase1 = vector.deinterleave %both : vector<8xf32> -> vector<4xf32>
              %mask_at = affine.apply affine_map<(y, p) -> (y * 23 + p + 24)>(%y, %p)
              %keep = vector.load %mask[%mask_at] : memref<528xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              %kept0 = arith.mulf %phase0, %keep : vector<4xf32>
              %to0 = affine.apply affine_map<(c, l, f, m) -> ((((0 + l * 2) * 5 + c) * 3 + f) * 528 + m)>(%c, %line, %frame, %mask_at)
              vector.store %kept0, %out[%to0] : memref<31680xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              %kept1 = arith.mulf %phase1, %keep : vector<4xf32>
              %to1 = affine.apply affine_map<(c, l, f, m) -> ((((1 + l * 2) * 5 + c) * 3 + f) * 528 + m)>(%c, %line, %frame, %mask_at)
              vector.store %kept1, %out[%to1] : memref<31680xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            }
          }
        }
        return
      }
  }
}
func.func private @strided_phases(%x: tensor<8x3x1744xf32>) -> tensor<20x3x528xf32> {
  %mask = util.global.load @strided_phases.mask : tensor<528xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<8x3x1744xf32> into tensor<41856xf32>
  %result = flow.dispatch @strided_phases_kernel::@strided_phases(%x.flat, %mask) : (tensor<41856xf32>, tensor<528xf32>) -> tensor<20x3x528xf32>
  return %result : tensor<20x3x528xf32>
}
