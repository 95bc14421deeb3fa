util.global private @again.values = #flow.parameter.named<"model"::"again.values"> : tensor<78x8xf16>
util.global private @again.offsets = #flow.parameter.named<"model"::"again.offsets"> : tensor<78xi32>
util.global private @again.bounds = #flow.parameter.named<"model"::"again.bounds"> : tensor<3x2x2xi32>
util.global private @again.bias = #flow.parameter.named<"model"::"again.bias"> : tensor<2x8xf32>
util.global private @again.mask = #flow.parameter.named<"model"::"again.mask"> : tensor<528xf32>
hal.executable.source private @again_kernel {
  hal.executable.export public @again ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 12 : index
      %cy = arith.constant 1 : index
      %cz = arith.constant 1 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @again() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<25344xf16, #hal.descriptor_type<storage_buffer>>
        %residual = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<25344xf16, #hal.descriptor_type<storage_buffer>>
        %values = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(2) alignment(64) offset(%byte0) : memref<624xf16, #hal.descriptor_type<storage_buffer>>
        %offsets = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(3) alignment(64) offset(%byte0) : memref<78xi32, #hal.descriptor_type<storage_buffer>>
        %bounds = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(4) alignment(64) offset(%byte0) : memref<12xi32, #hal.descriptor_type<storage_buffer>>
        %bias = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(5) alignment(64) offset(%byte0) : memref<16xf32, #hal.descriptor_type<storage_buffer>>
        %mask = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(6) alignment(64) offset(%byte0) : memref<528xf32, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(7) alignment(64) offset(%byte0) : memref<25344xf16, #hal.descriptor_type<storage_buffer>>
// A packed 3D convolution: rows of taps of any length; a tap is one offset into the channel-major padded rows of the input.
// Workgroups are shares of the output's frames and chunks of positions, x blocks of rows.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %block = hal.interface.workgroup.id[1] : index
        %row_first = affine.apply affine_map<(b) -> (b * 2)>(%block)
        %row_end = affine.min affine_map<(b) -> (b * 2 + 2, 2)>(%block)
        %mask_at = arith.constant 24 : index
        // This workgroup's share of the work. The first shares are the larger ones by one, so that threads which take one after the other end together.
        %worker = hal.interface.workgroup.id[0] : index
        %share_first = affine.min affine_map<(w) -> (w * 3, w * 2 + 6)>(%worker)
        %share_end = affine.min affine_map<(w) -> (w * 3 + 3, w * 2 + 2 + 6)>(%worker)
        scf.for %item = %share_first to %share_end step %c1 {
        %chunk = affine.apply affine_map<(i) -> (i mod 10)>(%item)
        %frame = affine.apply affine_map<(i) -> (i floordiv 10)>(%item)
        %tile_first = affine.apply affine_map<(c) -> (c * 4)>(%chunk)
        %tile_end = affine.min affine_map<(c) -> (c * 4 + 4, 37)>(%chunk)
        %origin = affine.apply affine_map<(f) -> (f * 528 + 24)>(%frame)
        %to = affine.apply affine_map<(f) -> (f * 528 + 24)>(%frame)
        %ahead_start = affine.apply affine_map<(f, c) -> (f * 528 + (c + 1) * 48 + 25)>(%frame, %chunk)
        // The zeros before the first and after the last pixel of each plane.
        %pad_zero = arith.constant 0.0 : f16
        %last_chunk = arith.constant 9 : index
        %head_size = arith.constant 24 : index
        %tail_start = arith.constant 459 : index
        %plane_size = arith.constant 528 : index
        %head_here = arith.cmpi eq, %chunk, %c0 : index
        %tail_here = arith.cmpi eq, %chunk, %last_chunk : index
        %head_end = arith.select %head_here, %head_size, %c0 : index
        %tail_end = arith.select %tail_here, %plane_size, %tail_start : index
        %channel_first = affine.apply affine_map<(r) -> (r * 8)>(%row_first)
        %channel_end = affine.apply affine_map<(r) -> (r * 8)>(%row_end)
        scf.for %channel = %channel_first to %channel_end step %c1 {
          %pads_at = affine.apply affine_map<(c, f) -> (c * 1584 + f * 528)>(%channel, %frame)
          scf.for %i = %c0 to %head_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>
          }
          scf.for %i = %tail_start to %tail_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>
          }
        }
        // Rows of filters for one output frame: row > register tile > tap, with 8 x 12 sums in registers.
        scf.for %row = %row_first to %row_end step %c1 {
          %bounds_at = affine.apply affine_map<(f, r) -> ((f * 2 + r) * 2)>(%frame, %row)
          %bounds_next = arith.addi %bounds_at, %c1 : index
          %first_tap32 = memref.load %bounds[%bounds_at] : memref<12xi32, #hal.descriptor_type<storage_buffer>>
          %end_tap32 = memref.load %bounds[%bounds_next] : memref<12xi32, #hal.descriptor_type<storage_buffer>>
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %bias_at = affine.apply affine_map<(r) -> (r * 8)>(%row)
          %row_to = affine.apply affine_map<(r)[to] -> (r * 12672 + to)>(%row)[%to]
          scf.for %tile = %tile_first to %tile_end step %c1 {
            %position = affine.min affine_map<(t) -> (t * 12, 423)>(%tile)
            %x_at = arith.addi %position, %origin : index
            %bias_at0 = affine.apply affine_map<(b) -> (b + 0)>(%bias_at)
            %bias_of0 = memref.load %bias[%bias_at0] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias0 = vector.broadcast %bias_of0 : f32 to vector<4xf32>
            %bias_at1 = affine.apply affine_map<(b) -> (b + 1)>(%bias_at)
            %bias_of1 = memref.load %bias[%bias_at1] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias1 = vector.broadcast %bias_of1 : f32 to vector<4xf32>
            %bias_at2 = affine.apply affine_map<(b) -> (b + 2)>(%bias_at)
            %bias_of2 = memref.load %bias[%bias_at2] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias2 = vector.broadcast %bias_of2 : f32 to vector<4xf32>
            %bias_at3 = affine.apply affine_map<(b) -> (b + 3)>(%bias_at)
            %bias_of3 = memref.load %bias[%bias_at3] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias3 = vector.broadcast %bias_of3 : f32 to vector<4xf32>
            %bias_at4 = affine.apply affine_map<(b) -> (b + 4)>(%bias_at)
            %bias_of4 = memref.load %bias[%bias_at4] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias4 = vector.broadcast %bias_of4 : f32 to vector<4xf32>
            %bias_at5 = affine.apply affine_map<(b) -> (b + 5)>(%bias_at)
            %bias_of5 = memref.load %bias[%bias_at5] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias5 = vector.broadcast %bias_of5 : f32 to vector<4xf32>
            %bias_at6 = affine.apply affine_map<(b) -> (b + 6)>(%bias_at)
            %bias_of6 = memref.load %bias[%bias_at6] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias6 = vector.broadcast %bias_of6 : f32 to vector<4xf32>
            %bias_at7 = affine.apply affine_map<(b) -> (b + 7)>(%bias_at)
            %bias_of7 = memref.load %bias[%bias_at7] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias7 = vector.broadcast %bias_of7 : f32 to vector<4xf32>
            %sums:24 = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a0_0 = %bias0, %a0_1 = %bias0, %a0_2 = %bias0, %a1_0 = %bias1, %a1_1 = %bias1, %a1_2 = %bias1, %a2_0 = %bias2, %a2_1 = %bias2, %a2_2 = %bias2, %a3_0 = %bias3, %a3_1 = %bias3, %a3_2 = %bias3, %a4_0 = %bias4, %a4_1 = %bias4, %a4_2 = %bias4, %a5_0 = %bias5, %a5_1 = %bias5, %a5_2 = %bias5, %a6_0 = %bias6, %a6_1 = %bias6, %a6_2 = %bias6, %a7_0 = %bias7, %a7_1 = %bias7, %a7_2 = %bias7) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
              %offset32 = memref.load %offsets[%tap] : memref<78xi32, #hal.descriptor_type<storage_buffer>>
              %offset = arith.index_cast %offset32 : i32 to index
              %in_at = arith.addi %offset, %x_at : index
              %in_at0 = affine.apply affine_map<(i) -> (i + 0)>(%in_at)
              %x0_stored = vector.load %x[%in_at0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
              %x0 = arith.extf %x0_stored : vector<4xf16> to vector<4xf32>
              %in_at1 = affine.apply affine_map<(i) -> (i + 4)>(%in_at)
              %x1_stored = vector.load %x[%in_at1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
              %x1 = arith.extf %x1_stored : vector<4xf16> to vector<4xf32>
              %in_at2 = affine.apply affine_map<(i) -> (i + 8)>(%in_at)
              %x2_stored = vector.load %x[%in_at2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
              %x2 = arith.extf %x2_stored : vector<4xf16> to vector<4xf32>
              %w_at0 = affine.apply affine_map<(t) -> (t * 8 + 0)>(%tap)
              %w0_stored = vector.load %values[%w_at0] : memref<624xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
              %w0 = arith.extf %w0_stored : vector<4xf16> to vector<4xf32>
              %s0 = vector.extract %w0[0] : f32 from vector<4xf32>
              %b0 = vector.broadcast %s0 : f32 to vector<4xf32>
              %s1 = vector.extract %w0[1] : f32 from vector<4xf32>
              %b1 = vector.broadcast %s1 : f32 to vector<4xf32>
              %s2 = vector.extract %w0[2] : f32 from vector<4xf32>
              %b2 = vector.broadcast %s2 : f32 to vector<4xf32>
              %s3 = vector.extract %w0[3] : f32 from vector<4xf32>
              %b3 = vector.broadcast %s3 : f32 to vector<4xf32>
              %w_at4 = affine.apply affine_map<(t) -> (t * 8 + 4)>(%tap)
              %w4_stored = vector.load %values[%w_at4] : memref<624xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
              %w4 = arith.extf %w4_stored : vector<4xf16> to vector<4xf32>
              %s4 = vector.extract %w4[0] : f32 from vector<4xf32>
              %b4 = vector.broadcast %s4 : f32 to vector<4xf32>
              %s5 = vector.extract %w4[1] : f32 from vector<4xf32>
              %b5 = vector.broadcast %s5 : f32 to vector<4xf32>
              %s6 = vector.extract %w4[2] : f32 from vector<4xf32>
              %b6 = vector.broadcast %s6 : f32 to vector<4xf32>
              %s7 = vector.extract %w4[3] : f32 from vector<4xf32>
              %b7 = vector.broadcast %s7 : f32 to vector<4xf32>
              %n0_0 = vector.fma %b0, %x0, %a0_0 : vector<4xf32>
              %n0_1 = vector.fma %b0, %x1, %a0_1 : vector<4xf32>
              %n0_2 = vector.fma %b0, %x2, %a0_2 : vector<4xf32>
              %n1_0 = vector.fma %b1, %x0, %a1_0 : vector<4xf32>
              %n1_1 = vector.fma %b1, %x1, %a1_1 : vector<4xf32>
              %n1_2 = vector.fma %b1, %x2, %a1_2 : vector<4xf32>
              %n2_0 = vector.fma %b2, %x0, %a2_0 : vector<4xf32>
              %n2_1 = vector.fma %b2, %x1, %a2_1 : vector<4xf32>
              %n2_2 = vector.fma %b2, %x2, %a2_2 : vector<4xf32>
              %n3_0 = vector.fma %b3, %x0, %a3_0 : vector<4xf32>
              %n3_1 = vector.fma %b3, %x1, %a3_1 : vector<4xf32>
              %n3_2 = vector.fma %b3, %x2, %a3_2 : vector<4xf32>
              %n4_0 = vector.fma %b4, %x0, %a4_0 : vector<4xf32>
              %n4_1 = vector.fma %b4, %x1, %a4_1 : vector<4xf32>
              %n4_2 = vector.fma %b4, %x2, %a4_2 : vector<4xf32>
              %n5_0 = vector.fma %b5, %x0, %a5_0 : vector<4xf32>
              %n5_1 = vector.fma %b5, %x1, %a5_1 : vector<4xf32>
              %n5_2 = vector.fma %b5, %x2, %a5_2 : vector<4xf32>
              %n6_0 = vector.fma %b6, %x0, %a6_0 : vector<4xf32>
              %n6_1 = vector.fma %b6, %x1, %a6_1 : vector<4xf32>
              %n6_2 = vector.fma %b6, %x2, %a6_2 : vector<4xf32>
              %n7_0 = vector.fma %b7, %x0, %a7_0 : vector<4xf32>
              %n7_1 = vector.fma %b7, %x1, %a7_1 : vector<4xf32>
              %n7_2 = vector.fma %b7, %x2, %a7_2 : vector<4xf32>
              scf.yield %n0_0, %n0_1, %n0_2, %n1_0, %n1_1, %n1_2, %n2_0, %n2_1, %n2_2, %n3_0, %n3_1, %n3_2, %n4_0, %n4_1, %n4_2, %n5_0, %n5_1, %n5_2, %n6_0, %n6_1, %n6_2, %n7_0, %n7_1, %n7_2 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
            }
            %floor = arith.constant dense<0.0> : vector<4xf32>
            %mask_at0 = affine.apply affine_map<(p)[m] -> (p + m + 0)>(%position)[%mask_at]
            %mask0 = vector.load %mask[%mask_at0] : memref<528xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %mask_at1 = affine.apply affine_map<(p)[m] -> (p + m + 4)>(%position)[%mask_at]
            %mask1 = vector.load %mask[%mask_at1] : memref<528xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %mask_at2 = affine.apply affine_map<(p)[m] -> (p + m + 8)>(%position)[%mask_at]
            %mask2 = vector.load %mask[%mask_at2] : memref<528xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at0_0 = affine.apply affine_map<(p)[r] -> (p + r + 0)>(%position)[%row_to]
            %more0_0_stored = vector.load %residual[%out_at0_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more0_0 = arith.extf %more0_0_stored : vector<4xf16> to vector<4xf32>
            %sum0_0 = arith.addf %sums#0, %more0_0 : vector<4xf32>
            %relu0_0 = arith.maximumf %sum0_0, %floor : vector<4xf32>
            %kept0_0 = arith.mulf %relu0_0, %mask0 : vector<4xf32>
            %stored0_0 = arith.truncf %kept0_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored0_0, %out[%out_at0_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at0_1 = affine.apply affine_map<(p)[r] -> (p + r + 4)>(%position)[%row_to]
            %more0_1_stored = vector.load %residual[%out_at0_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more0_1 = arith.extf %more0_1_stored : vector<4xf16> to vector<4xf32>
            %sum0_1 = arith.addf %sums#1, %more0_1 : vector<4xf32>
            %relu0_1 = arith.maximumf %sum0_1, %floor : vector<4xf32>
            %kept0_1 = arith.mulf %relu0_1, %mask1 : vector<4xf32>
            %stored0_1 = arith.truncf %kept0_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored0_1, %out[%out_at0_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at0_2 = affine.apply affine_map<(p)[r] -> (p + r + 8)>(%position)[%row_to]
            %more0_2_stored = vector.load %residual[%out_at0_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more0_2 = arith.extf %more0_2_stored : vector<4xf16> to vector<4xf32>
            %sum0_2 = arith.addf %sums#2, %more0_2 : vector<4xf32>
            %relu0_2 = arith.maximumf %sum0_2, %floor : vector<4xf32>
            %kept0_2 = arith.mulf %relu0_2, %mask2 : vector<4xf32>
            %stored0_2 = arith.truncf %kept0_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored0_2, %out[%out_at0_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at1_0 = affine.apply affine_map<(p)[r] -> (p + r + 1584)>(%position)[%row_to]
            %more1_0_stored = vector.load %residual[%out_at1_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more1_0 = arith.extf %more1_0_stored : vector<4xf16> to vector<4xf32>
            %sum1_0 = arith.addf %sums#3, %more1_0 : vector<4xf32>
            %relu1_0 = arith.maximumf %sum1_0, %floor : vector<4xf32>
            %kept1_0 = arith.mulf %relu1_0, %mask0 : vector<4xf32>
            %stored1_0 = arith.truncf %kept1_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored1_0, %out[%out_at1_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at1_1 = affine.apply affine_map<(p)[r] -> (p + r + 1588)>(%position)[%row_to]
            %more1_1_stored = vector.load %residual[%out_at1_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more1_1 = arith.extf %more1_1_stored : vector<4xf16> to vector<4xf32>
            %sum1_1 = arith.addf %sums#4, %more1_1 : vector<4xf32>
            %relu1_1 = arith.maximumf %sum1_1, %floor : vector<4xf32>
            %kept1_1 = arith.mulf %relu1_1, %mask1 : vector<4xf32>
            %stored1_1 = arith.truncf %kept1_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored1_1, %out[%out_at1_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at1_2 = affine.apply affine_map<(p)[r] -> (p + r + 1592)>(%position)[%row_to]
            %more1_2_stored = vector.load %residual[%out_at1_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more1_2 = arith.extf %more1_2_stored : vector<4xf16> to vector<4xf32>
            %sum1_2 = arith.addf %sums#5, %more1_2 : vector<4xf32>
            %relu1_2 = arith.maximumf %sum1_2, %floor : vector<4xf32>
            %kept1_2 = arith.mulf %relu1_2, %mask2 : vector<4xf32>
            %stored1_2 = arith.truncf %kept1_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored1_2, %out[%out_at1_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at2_0 = affine.apply affine_map<(p)[r] -> (p + r + 3168)>(%position)[%row_to]
            %more2_0_stored = vector.load %residual[%out_at2_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more2_0 = arith.extf %more2_0_stored : vector<4xf16> to vector<4xf32>
            %sum2_0 = arith.addf %sums#6, %more2_0 : vector<4xf32>
            %relu2_0 = arith.maximumf %sum2_0, %floor : vector<4xf32>
            %kept2_0 = arith.mulf %relu2_0, %mask0 : vector<4xf32>
            %stored2_0 = arith.truncf %kept2_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored2_0, %out[%out_at2_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at2_1 = affine.apply affine_map<(p)[r] -> (p + r + 3172)>(%position)[%row_to]
            %more2_1_stored = vector.load %residual[%out_at2_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more2_1 = arith.extf %more2_1_stored : vector<4xf16> to vector<4xf32>
            %sum2_1 = arith.addf %sums#7, %more2_1 : vector<4xf32>
            %relu2_1 = arith.maximumf %sum2_1, %floor : vector<4xf32>
            %kept2_1 = arith.mulf %relu2_1, %mask1 : vector<4xf32>
            %stored2_1 = arith.truncf %kept2_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored2_1, %out[%out_at2_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at2_2 = affine.apply affine_map<(p)[r] -> (p + r + 3176)>(%position)[%row_to]
            %more2_2_stored = vector.load %residual[%out_at2_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more2_2 = arith.extf %more2_2_stored : vector<4xf16> to vector<4xf32>
            %sum2_2 = arith.addf %sums#8, %more2_2 : vector<4xf32>
            %relu2_2 = arith.maximumf %sum2_2, %floor : vector<4xf32>
            %kept2_2 = arith.mulf %relu2_2, %mask2 : vector<4xf32>
            %stored2_2 = arith.truncf %kept2_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored2_2, %out[%out_at2_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at3_0 = affine.apply affine_map<(p)[r] -> (p + r + 4752)>(%position)[%row_to]
            %more3_0_stored = vector.load %residual[%out_at3_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more3_0 = arith.extf %more3_0_stored : vector<4xf16> to vector<4xf32>
            %sum3_0 = arith.addf %sums#9, %more3_0 : vector<4xf32>
            %relu3_0 = arith.maximumf %sum3_0, %floor : vector<4xf32>
            %kept3_0 = arith.mulf %relu3_0, %mask0 : vector<4xf32>
            %stored3_0 = arith.truncf %kept3_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored3_0, %out[%out_at3_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at3_1 = affine.apply affine_map<(p)[r] -> (p + r + 4756)>(%position)[%row_to]
            %more3_1_stored = vector.load %residual[%out_at3_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more3_1 = arith.extf %more3_1_stored : vector<4xf16> to vector<4xf32>
            %sum3_1 = arith.addf %sums#10, %more3_1 : vector<4xf32>
            %relu3_1 = arith.maximumf %sum3_1, %floor : vector<4xf32>
            %kept3_1 = arith.mulf %relu3_1, %mask1 : vector<4xf32>
            %stored3_1 = arith.truncf %kept3_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored3_1, %out[%out_at3_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at3_2 = affine.apply affine_map<(p)[r] -> (p + r + 4760)>(%position)[%row_to]
            %more3_2_stored = vector.load %residual[%out_at3_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more3_2 = arith.extf %more3_2_stored : vector<4xf16> to vector<4xf32>
            %sum3_2 = arith.addf %sums#11, %more3_2 : vector<4xf32>
            %relu3_2 = arith.maximumf %sum3_2, %floor : vector<4xf32>
            %kept3_2 = arith.mulf %relu3_2, %mask2 : vector<4xf32>
            %stored3_2 = arith.truncf %kept3_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored3_2, %out[%out_at3_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at4_0 = affine.apply affine_map<(p)[r] -> (p + r + 6336)>(%position)[%row_to]
            %more4_0_stored = vector.load %residual[%out_at4_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more4_0 = arith.extf %more4_0_stored : vector<4xf16> to vector<4xf32>
            %sum4_0 = arith.addf %sums#12, %more4_0 : vector<4xf32>
            %relu4_0 = arith.maximumf %sum4_0, %floor : vector<4xf32>
            %kept4_0 = arith.mulf %relu4_0, %mask0 : vector<4xf32>
            %stored4_0 = arith.truncf %kept4_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored4_0, %out[%out_at4_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at4_1 = affine.apply affine_map<(p)[r] -> (p + r + 6340)>(%position)[%row_to]
            %more4_1_stored = vector.load %residual[%out_at4_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more4_1 = arith.extf %more4_1_stored : vector<4xf16> to vector<4xf32>
            %sum4_1 = arith.addf %sums#13, %more4_1 : vector<4xf32>
            %relu4_1 = arith.maximumf %sum4_1, %floor : vector<4xf32>
            %kept4_1 = arith.mulf %relu4_1, %mask1 : vector<4xf32>
            %stored4_1 = arith.truncf %kept4_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored4_1, %out[%out_at4_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at4_2 = affine.apply affine_map<(p)[r] -> (p + r + 6344)>(%position)[%row_to]
            %more4_2_stored = vector.load %residual[%out_at4_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more4_2 = arith.extf %more4_2_stored : vector<4xf16> to vector<4xf32>
            %sum4_2 = arith.addf %sums#14, %more4_2 : vector<4xf32>
            %relu4_2 = arith.maximumf %sum4_2, %floor : vector<4xf32>
            %kept4_2 = arith.mulf %relu4_2, %mask2 : vector<4xf32>
            %stored4_2 = arith.truncf %kept4_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored4_2, %out[%out_at4_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at5_0 = affine.apply affine_map<(p)[r] -> (p + r + 7920)>(%position)[%row_to]
            %more5_0_stored = vector.load %residual[%out_at5_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more5_0 = arith.extf %more5_0_stored : vector<4xf16> to vector<4xf32>
            %sum5_0 = arith.addf %sums#15, %more5_0 : vector<4xf32>
            %relu5_0 = arith.maximumf %sum5_0, %floor : vector<4xf32>
            %kept5_0 = arith.mulf %relu5_0, %mask0 : vector<4xf32>
            %stored5_0 = arith.truncf %kept5_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored5_0, %out[%out_at5_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at5_1 = affine.apply affine_map<(p)[r] -> (p + r + 7924)>(%position)[%row_to]
            %more5_1_stored = vector.load %residual[%out_at5_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more5_1 = arith.extf %more5_1_stored : vector<4xf16> to vector<4xf32>
            %sum5_1 = arith.addf %sums#16, %more5_1 : vector<4xf32>
            %relu5_1 = arith.maximumf %sum5_1, %floor : vector<4xf32>
            %kept5_1 = arith.mulf %relu5_1, %mask1 : vector<4xf32>
            %stored5_1 = arith.truncf %kept5_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored5_1, %out[%out_at5_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at5_2 = affine.apply affine_map<(p)[r] -> (p + r + 7928)>(%position)[%row_to]
            %more5_2_stored = vector.load %residual[%out_at5_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more5_2 = arith.extf %more5_2_stored : vector<4xf16> to vector<4xf32>
            %sum5_2 = arith.addf %sums#17, %more5_2 : vector<4xf32>
            %relu5_2 = arith.maximumf %sum5_2, %floor : vector<4xf32>
            %kept5_2 = arith.mulf %relu5_2, %mask2 : vector<4xf32>
            %stored5_2 = arith.truncf %kept5_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored5_2, %out[%out_at5_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at6_0 = affine.apply affine_map<(p)[r] -> (p + r + 9504)>(%position)[%row_to]
            %more6_0_stored = vector.load %residual[%out_at6_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more6_0 = arith.extf %more6_0_stored : vector<4xf16> to vector<4xf32>
            %sum6_0 = arith.addf %sums#18, %more6_0 : vector<4xf32>
            %relu6_0 = arith.maximumf %sum6_0, %floor : vector<4xf32>
            %kept6_0 = arith.mulf %relu6_0, %mask0 : vector<4xf32>
            %stored6_0 = arith.truncf %kept6_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored6_0, %out[%out_at6_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at6_1 = affine.apply affine_map<(p)[r] -> (p + r + 9508)>(%position)[%row_to]
            %more6_1_stored = vector.load %residual[%out_at6_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more6_1 = arith.extf %more6_1_stored : vector<4xf16> to vector<4xf32>
            %sum6_1 = arith.addf %sums#19, %more6_1 : vector<4xf32>
            %relu6_1 = arith.maximumf %sum6_1, %floor : vector<4xf32>
            %kept6_1 = arith.mulf %relu6_1, %mask1 : vector<4xf32>
            %stored6_1 = arith.truncf %kept6_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored6_1, %out[%out_at6_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at6_2 = affine.apply affine_map<(p)[r] -> (p + r + 9512)>(%position)[%row_to]
            %more6_2_stored = vector.load %residual[%out_at6_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more6_2 = arith.extf %more6_2_stored : vector<4xf16> to vector<4xf32>
            %sum6_2 = arith.addf %sums#20, %more6_2 : vector<4xf32>
            %relu6_2 = arith.maximumf %sum6_2, %floor : vector<4xf32>
            %kept6_2 = arith.mulf %relu6_2, %mask2 : vector<4xf32>
            %stored6_2 = arith.truncf %kept6_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored6_2, %out[%out_at6_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at7_0 = affine.apply affine_map<(p)[r] -> (p + r + 11088)>(%position)[%row_to]
            %more7_0_stored = vector.load %residual[%out_at7_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more7_0 = arith.extf %more7_0_stored : vector<4xf16> to vector<4xf32>
            %sum7_0 = arith.addf %sums#21, %more7_0 : vector<4xf32>
            %relu7_0 = arith.maximumf %sum7_0, %floor : vector<4xf32>
            %kept7_0 = arith.mulf %relu7_0, %mask0 : vector<4xf32>
            %stored7_0 = arith.truncf %kept7_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored7_0, %out[%out_at7_0] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at7_1 = affine.apply affine_map<(p)[r] -> (p + r + 11092)>(%position)[%row_to]
            %more7_1_stored = vector.load %residual[%out_at7_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more7_1 = arith.extf %more7_1_stored : vector<4xf16> to vector<4xf32>
            %sum7_1 = arith.addf %sums#22, %more7_1 : vector<4xf32>
            %relu7_1 = arith.maximumf %sum7_1, %floor : vector<4xf32>
            %kept7_1 = arith.mulf %relu7_1, %mask1 : vector<4xf32>
            %stored7_1 = arith.truncf %kept7_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored7_1, %out[%out_at7_1] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at7_2 = affine.apply affine_map<(p)[r] -> (p + r + 11096)>(%position)[%row_to]
            %more7_2_stored = vector.load %residual[%out_at7_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %more7_2 = arith.extf %more7_2_stored : vector<4xf16> to vector<4xf32>
            %sum7_2 = arith.addf %sums#23, %more7_2 : vector<4xf32>
            %relu7_2 = arith.maximumf %sum7_2, %floor : vector<4xf32>
            %kept7_2 = arith.mulf %relu7_2, %mask2 : vector<4xf32>
            %stored7_2 = arith.truncf %kept7_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored7_2, %out[%out_at7_2] : memref<25344xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
          }
        }
        }
        return
      }
  }
}
func.func private @again(%x: tensor<16x3x528xf16>, %residual: tensor<16x3x528xf16>) -> tensor<16x3x528xf16> {
  %values = util.global.load @again.values : tensor<78x8xf16>
  %offsets = util.global.load @again.offsets : tensor<78xi32>
  %bounds = util.global.load @again.bounds : tensor<3x2x2xi32>
  %bias = util.global.load @again.bias : tensor<2x8xf32>
  %mask = util.global.load @again.mask : tensor<528xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x3x528xf16> into tensor<25344xf16>
  %residual.flat = tensor.collapse_shape %residual [[0, 1, 2]] : tensor<16x3x528xf16> into tensor<25344xf16>
  %result = flow.dispatch @again_kernel::@again(%x.flat, %residual.flat, %values, %offsets, %bounds, %bias, %mask) : (tensor<25344xf16>, tensor<25344xf16>, tensor<78x8xf16>, tensor<78xi32>, tensor<3x2x2xi32>, tensor<2x8xf32>, tensor<528xf32>) -> tensor<16x3x528xf16>
  return %result : tensor<16x3x528xf16>
}
