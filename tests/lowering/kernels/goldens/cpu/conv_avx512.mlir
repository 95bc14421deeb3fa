util.global private @conv.values = #flow.parameter.named<"model"::"conv.values"> : tensor<162x8xf32>
util.global private @conv.offsets = #flow.parameter.named<"model"::"conv.offsets"> : tensor<170xi32>
util.global private @conv.bounds = #flow.parameter.named<"model"::"conv.bounds"> : tensor<2x2x2xi32>
util.global private @conv.bias = #flow.parameter.named<"model"::"conv.bias"> : tensor<2x8xf32>
util.global private @conv.mask = #flow.parameter.named<"model"::"conv.mask"> : tensor<112xf32>
hal.executable.source private @conv_kernel {
  hal.executable.export public @conv ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 4 : index
      %cy = arith.constant 2 : index
      %cz = arith.constant 1 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @conv() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<672xf32, #hal.descriptor_type<storage_buffer>>
        %values = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<1296xf32, #hal.descriptor_type<storage_buffer>>
        %offsets = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(2) alignment(64) offset(%byte0) : memref<170xi32, #hal.descriptor_type<storage_buffer>>
        %bounds = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(3) alignment(64) offset(%byte0) : memref<8xi32, #hal.descriptor_type<storage_buffer>>
        %bias = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(4) alignment(64) offset(%byte0) : memref<16xf32, #hal.descriptor_type<storage_buffer>>
        %mask = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(5) alignment(64) offset(%byte0) : memref<112xf32, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(6) alignment(64) offset(%byte0) : memref<3584xf32, #hal.descriptor_type<storage_buffer>>
// A packed 3D convolution: rows of taps of any length; a tap is one offset into the channel-major padded rows of the input.
// Workgroups are shares of the output's frames and chunks of positions, x blocks of rows.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %block = hal.interface.workgroup.id[1] : index
        %row_first = affine.apply affine_map<(b) -> (b * 1)>(%block)
        %row_end = affine.min affine_map<(b) -> (b * 1 + 1, 2)>(%block)
        %mask_at = arith.constant 11 : index
        // This workgroup's share of the work. The first shares are the larger ones by one, so that threads which take one after the other end together.
        %worker = hal.interface.workgroup.id[0] : index
        %share_first = affine.min affine_map<(w) -> (w * 2, w * 1 + 0)>(%worker)
        %share_end = affine.min affine_map<(w) -> (w * 2 + 2, w * 1 + 1 + 0)>(%worker)
        scf.for %item = %share_first to %share_end step %c1 {
        %chunk = affine.apply affine_map<(i) -> (i mod 2)>(%item)
        %frame = affine.apply affine_map<(i) -> (i floordiv 2)>(%item)
        %tile_first = affine.apply affine_map<(c) -> (c * 4)>(%chunk)
        %tile_end = affine.min affine_map<(c) -> (c * 4 + 4, 5)>(%chunk)
        %origin = affine.apply affine_map<(f) -> (f * 112 + 11)>(%frame)
        %to = affine.apply affine_map<(f) -> (f * 112 + 11)>(%frame)
        %ahead_start = affine.apply affine_map<(f, c) -> (f * 112 + (c + 1) * 64 + -90)>(%frame, %chunk)
        // The zeros before the first and after the last pixel of each plane.
        %pad_zero = arith.constant 0.0 : f32
        %last_chunk = arith.constant 1 : index
        %head_size = arith.constant 11 : index
        %tail_start = arith.constant 80 : index
        %plane_size = arith.constant 112 : index
        %head_here = arith.cmpi eq, %chunk, %c0 : index
        %tail_here = arith.cmpi eq, %chunk, %last_chunk : index
        %head_end = arith.select %head_here, %head_size, %c0 : index
        %tail_end = arith.select %tail_here, %plane_size, %tail_start : index
        %channel_first = affine.apply affine_map<(r) -> (r * 8)>(%row_first)
        %channel_end = affine.apply affine_map<(r) -> (r * 8)>(%row_end)
        scf.for %channel = %channel_first to %channel_end step %c1 {
          %pads_at = affine.apply affine_map<(c, f) -> (c * 224 + f * 112)>(%channel, %frame)
          scf.for %i = %c0 to %head_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<3584xf32, #hal.descriptor_type<storage_buffer>>
          }
          scf.for %i = %tail_start to %tail_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<3584xf32, #hal.descriptor_type<storage_buffer>>
          }
        }
        // Rows of filters for one output frame: row > register tile > tap, with 8 x 16 sums in registers.
        scf.for %row = %row_first to %row_end step %c1 {
          %bounds_at = affine.apply affine_map<(f, r) -> ((f * 2 + r) * 2)>(%frame, %row)
          %bounds_next = arith.addi %bounds_at, %c1 : index
          %first_tap32 = memref.load %bounds[%bounds_at] : memref<8xi32, #hal.descriptor_type<storage_buffer>>
          %end_tap32 = memref.load %bounds[%bounds_next] : memref<8xi32, #hal.descriptor_type<storage_buffer>>
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %bias_at = affine.apply affine_map<(r) -> (r * 8)>(%row)
          %row_to = affine.apply affine_map<(r)[to] -> (r * 1792 + to)>(%row)[%to]
          scf.for %tile = %tile_first to %tile_end step %c1 {
            %position = affine.min affine_map<(t) -> (t * 16, 53)>(%tile)
            %x_at = arith.addi %position, %origin : index
            %bias_at0 = affine.apply affine_map<(b) -> (b + 0)>(%bias_at)
            %bias_of0 = memref.load %bias[%bias_at0] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias0 = vector.broadcast %bias_of0 : f32 to vector<16xf32>
            %bias_at1 = affine.apply affine_map<(b) -> (b + 1)>(%bias_at)
            %bias_of1 = memref.load %bias[%bias_at1] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias1 = vector.broadcast %bias_of1 : f32 to vector<16xf32>
            %bias_at2 = affine.apply affine_map<(b) -> (b + 2)>(%bias_at)
            %bias_of2 = memref.load %bias[%bias_at2] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias2 = vector.broadcast %bias_of2 : f32 to vector<16xf32>
            %bias_at3 = affine.apply affine_map<(b) -> (b + 3)>(%bias_at)
            %bias_of3 = memref.load %bias[%bias_at3] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias3 = vector.broadcast %bias_of3 : f32 to vector<16xf32>
            %bias_at4 = affine.apply affine_map<(b) -> (b + 4)>(%bias_at)
            %bias_of4 = memref.load %bias[%bias_at4] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias4 = vector.broadcast %bias_of4 : f32 to vector<16xf32>
            %bias_at5 = affine.apply affine_map<(b) -> (b + 5)>(%bias_at)
            %bias_of5 = memref.load %bias[%bias_at5] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias5 = vector.broadcast %bias_of5 : f32 to vector<16xf32>
            %bias_at6 = affine.apply affine_map<(b) -> (b + 6)>(%bias_at)
            %bias_of6 = memref.load %bias[%bias_at6] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias6 = vector.broadcast %bias_of6 : f32 to vector<16xf32>
            %bias_at7 = affine.apply affine_map<(b) -> (b + 7)>(%bias_at)
            %bias_of7 = memref.load %bias[%bias_at7] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias7 = vector.broadcast %bias_of7 : f32 to vector<16xf32>
            %sums:8 = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a0_0 = %bias0, %a1_0 = %bias1, %a2_0 = %bias2, %a3_0 = %bias3, %a4_0 = %bias4, %a5_0 = %bias5, %a6_0 = %bias6, %a7_0 = %bias7) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>) {
              %offset32 = memref.load %offsets[%tap] : memref<170xi32, #hal.descriptor_type<storage_buffer>>
              %offset = arith.index_cast %offset32 : i32 to index
              %in_at = arith.addi %offset, %x_at : index
              %in_at0 = affine.apply affine_map<(i) -> (i + 0)>(%in_at)
              %x0 = vector.load %x[%in_at0] : memref<672xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
              %w_at0 = affine.apply affine_map<(t) -> (t * 8 + 0)>(%tap)
              %w0 = memref.load %values[%w_at0] : memref<1296xf32, #hal.descriptor_type<storage_buffer>>
              %b0 = vector.broadcast %w0 : f32 to vector<16xf32>
              %w_at1 = affine.apply affine_map<(t) -> (t * 8 + 1)>(%tap)
              %w1 = memref.load %values[%w_at1] : memref<1296xf32, #hal.descriptor_type<storage_buffer>>
              %b1 = vector.broadcast %w1 : f32 to vector<16xf32>
              %w_at2 = affine.apply affine_map<(t) -> (t * 8 + 2)>(%tap)
              %w2 = memref.load %values[%w_at2] : memref<1296xf32, #hal.descriptor_type<storage_buffer>>
              %b2 = vector.broadcast %w2 : f32 to vector<16xf32>
              %w_at3 = affine.apply affine_map<(t) -> (t * 8 + 3)>(%tap)
              %w3 = memref.load %values[%w_at3] : memref<1296xf32, #hal.descriptor_type<storage_buffer>>
              %b3 = vector.broadcast %w3 : f32 to vector<16xf32>
              %w_at4 = affine.apply affine_map<(t) -> (t * 8 + 4)>(%tap)
              %w4 = memref.load %values[%w_at4] : memref<1296xf32, #hal.descriptor_type<storage_buffer>>
              %b4 = vector.broadcast %w4 : f32 to vector<16xf32>
              %w_at5 = affine.apply affine_map<(t) -> (t * 8 + 5)>(%tap)
              %w5 = memref.load %values[%w_at5] : memref<1296xf32, #hal.descriptor_type<storage_buffer>>
              %b5 = vector.broadcast %w5 : f32 to vector<16xf32>
              %w_at6 = affine.apply affine_map<(t) -> (t * 8 + 6)>(%tap)
              %w6 = memref.load %values[%w_at6] : memref<1296xf32, #hal.descriptor_type<storage_buffer>>
              %b6 = vector.broadcast %w6 : f32 to vector<16xf32>
              %w_at7 = affine.apply affine_map<(t) -> (t * 8 + 7)>(%tap)
              %w7 = memref.load %values[%w_at7] : memref<1296xf32, #hal.descriptor_type<storage_buffer>>
              %b7 = vector.broadcast %w7 : f32 to vector<16xf32>
              %next = affine.apply affine_map<(t) -> (t + 8)>(%tap)
              %next_offset32 = memref.load %offsets[%next] : memref<170xi32, #hal.descriptor_type<storage_buffer>>
              %next_offset = arith.index_cast %next_offset32 : i32 to index
              %next_at = arith.addi %next_offset, %x_at : index
              %line0 = affine.apply affine_map<(x) -> (x + 0)>(%next_at)
              memref.prefetch %x[%line0], read, locality<3>, data : memref<672xf32, #hal.descriptor_type<storage_buffer>>
              %line15 = affine.apply affine_map<(x) -> (x + 15)>(%next_at)
              memref.prefetch %x[%line15], read, locality<3>, data : memref<672xf32, #hal.descriptor_type<storage_buffer>>
              %n0_0 = vector.fma %b0, %x0, %a0_0 : vector<16xf32>
              %n1_0 = vector.fma %b1, %x0, %a1_0 : vector<16xf32>
              %n2_0 = vector.fma %b2, %x0, %a2_0 : vector<16xf32>
              %n3_0 = vector.fma %b3, %x0, %a3_0 : vector<16xf32>
              %n4_0 = vector.fma %b4, %x0, %a4_0 : vector<16xf32>
              %n5_0 = vector.fma %b5, %x0, %a5_0 : vector<16xf32>
              %n6_0 = vector.fma %b6, %x0, %a6_0 : vector<16xf32>
              %n7_0 = vector.fma %b7, %x0, %a7_0 : vector<16xf32>
              scf.yield %n0_0, %n1_0, %n2_0, %n3_0, %n4_0, %n5_0, %n6_0, %n7_0 : vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>
            }
            %floor = arith.constant dense<0.0> : vector<16xf32>
            %mask_at0 = affine.apply affine_map<(p)[m] -> (p + m + 0)>(%position)[%mask_at]
            %mask0 = vector.load %mask[%mask_at0] : memref<112xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at0_0 = affine.apply affine_map<(p)[r] -> (p + r + 0)>(%position)[%row_to]
            %relu0_0 = arith.maximumf %sums#0, %floor : vector<16xf32>
            %kept0_0 = arith.mulf %relu0_0, %mask0 : vector<16xf32>
            vector.store %kept0_0, %out[%out_at0_0] : memref<3584xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at1_0 = affine.apply affine_map<(p)[r] -> (p + r + 224)>(%position)[%row_to]
            %relu1_0 = arith.maximumf %sums#1, %floor : vector<16xf32>
            %kept1_0 = arith.mulf %relu1_0, %mask0 : vector<16xf32>
            vector.store %kept1_0, %out[%out_at1_0] : memref<3584xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at2_0 = affine.apply affine_map<(p)[r] -> (p + r + 448)>(%position)[%row_to]
            %relu2_0 = arith.maximumf %sums#2, %floor : vector<16xf32>
            %kept2_0 = arith.mulf %relu2_0, %mask0 : vector<16xf32>
            vector.store %kept2_0, %out[%out_at2_0] : memref<3584xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at3_0 = affine.apply affine_map<(p)[r] -> (p + r + 672)>(%position)[%row_to]
            %relu3_0 = arith.maximumf %sums#3, %floor : vector<16xf32>
            %kept3_0 = arith.mulf %relu3_0, %mask0 : vector<16xf32>
            vector.store %kept3_0, %out[%out_at3_0] : memref<3584xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at4_0 = affine.apply affine_map<(p)[r] -> (p + r + 896)>(%position)[%row_to]
            %relu4_0 = arith.maximumf %sums#4, %floor : vector<16xf32>
            %kept4_0 = arith.mulf %relu4_0, %mask0 : vector<16xf32>
            vector.store %kept4_0, %out[%out_at4_0] : memref<3584xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at5_0 = affine.apply affine_map<(p)[r] -> (p + r + 1120)>(%position)[%row_to]
            %relu5_0 = arith.maximumf %sums#5, %floor : vector<16xf32>
            %kept5_0 = arith.mulf %relu5_0, %mask0 : vector<16xf32>
            vector.store %kept5_0, %out[%out_at5_0] : memref<3584xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at6_0 = affine.apply affine_map<(p)[r] -> (p + r + 1344)>(%position)[%row_to]
            %relu6_0 = arith.maximumf %sums#6, %floor : vector<16xf32>
            %kept6_0 = arith.mulf %relu6_0, %mask0 : vector<16xf32>
            vector.store %kept6_0, %out[%out_at6_0] : memref<3584xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at7_0 = affine.apply affine_map<(p)[r] -> (p + r + 1568)>(%position)[%row_to]
            %relu7_0 = arith.maximumf %sums#7, %floor : vector<16xf32>
            %kept7_0 = arith.mulf %relu7_0, %mask0 : vector<16xf32>
            vector.store %kept7_0, %out[%out_at7_0] : memref<3584xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
          }
        }
        }
        return
      }
  }
}
func.func private @conv(%x: tensor<3x2x112xf32>) -> tensor<16x2x112xf32> {
  %values = util.global.load @conv.values : tensor<162x8xf32>
  %offsets = util.global.load @conv.offsets : tensor<170xi32>
  %bounds = util.global.load @conv.bounds : tensor<2x2x2xi32>
  %bias = util.global.load @conv.bias : tensor<2x8xf32>
  %mask = util.global.load @conv.mask : tensor<112xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x2x112xf32> into tensor<672xf32>
  %result = flow.dispatch @conv_kernel::@conv(%x.flat, %values, %offsets, %bounds, %bias, %mask) : (tensor<672xf32>, tensor<162x8xf32>, tensor<170xi32>, tensor<2x2x2xi32>, tensor<2x8xf32>, tensor<112xf32>) -> tensor<16x2x112xf32>
  return %result : tensor<16x2x112xf32>
}
