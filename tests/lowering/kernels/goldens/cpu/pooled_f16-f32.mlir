util.global private @conv.pool.mid_values = #flow.parameter.named<"model"::"conv.pool.mid_values"> : tensor<162x8xf16>
util.global private @conv.pool.mid_offsets = #flow.parameter.named<"model"::"conv.pool.mid_offsets"> : tensor<162xi32>
util.global private @conv.pool.mid_bounds = #flow.parameter.named<"model"::"conv.pool.mid_bounds"> : tensor<2x2x2xi32>
util.global private @conv.pool.mid_bias = #flow.parameter.named<"model"::"conv.pool.mid_bias"> : tensor<2x8xf32>
hal.executable.source private @conv.pool_kernel {
  hal.executable.export public @conv.pool ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 1 : index
      %cy = arith.constant 1 : index
      %cz = arith.constant 1 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @conv.pool() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<672xf16, #hal.descriptor_type<storage_buffer>>
        %mid_values = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<1296xf16, #hal.descriptor_type<storage_buffer>>
        %mid_offsets = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(2) alignment(64) offset(%byte0) : memref<162xi32, #hal.descriptor_type<storage_buffer>>
        %mid_bounds = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(3) alignment(64) offset(%byte0) : memref<8xi32, #hal.descriptor_type<storage_buffer>>
        %mid_bias = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(4) alignment(64) offset(%byte0) : memref<16xf32, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(5) alignment(64) offset(%byte0) : memref<512xf16, #hal.descriptor_type<storage_buffer>>
        %ring = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(6) alignment(64) offset(%byte0) : memref<960xf16, #hal.descriptor_type<storage_buffer>>
// A packed convolution and what alone reads it: what the first gives for a chunk of positions stays in cache.
// A workgroup has a ring of 1 frames, as many as the second reads, and a share of the chunks. Frame by frame, the first fills the ring.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        // This workgroup's share of the work. The first shares are the larger ones by one, so that threads which take one after the other end together.
        %worker = hal.interface.workgroup.id[0] : index
        %share_first = affine.min affine_map<(w) -> (w * 2, w * 1 + 0)>(%worker)
        %share_end = affine.min affine_map<(w) -> (w * 2 + 2, w * 1 + 1 + 0)>(%worker)
        %rows = arith.constant 2 : index
        %mid_rows = arith.constant 2 : index
        %frames = arith.constant 2 : index
        %ring_at = affine.apply affine_map<(w) -> (w * 960)>(%worker)
        scf.for %chunk = %share_first to %share_end step %c1 {
        %step_first = affine.apply affine_map<(c) -> ((c * 1) floordiv 1)>(%chunk)
        %step_end = affine.apply affine_map<(c) -> ((c * 1 + 1) floordiv 1)>(%chunk)
        %start = affine.min affine_map<(s, e) -> (s * 60 + 11, (s - e) * 60 + 71)>(%step_first, %step_end)
        %mid_tiles = affine.apply affine_map<(s, e) -> ((e - s) * 5)>(%step_first, %step_end)
        scf.for %frame = %c0 to %frames step %c1 {
        // The zeros before the first and after the last pixel of each plane.
        %pad_zero = arith.constant 0.0 : f16
        %last_chunk = arith.constant 0 : index
        %head_size = arith.constant 0 : index
        %tail_start = arith.constant 12 : index
        %plane_size = arith.constant 16 : index
        %head_here = arith.cmpi eq, %chunk, %c0 : index
        %tail_here = arith.cmpi eq, %chunk, %last_chunk : index
        %head_end = arith.select %head_here, %head_size, %c0 : index
        %tail_end = arith.select %tail_here, %plane_size, %tail_start : index
        %channel_first = affine.apply affine_map<(r) -> (r * 8)>(%c0)
        %channel_end = affine.apply affine_map<(r) -> (r * 8)>(%rows)
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
          // Frames of the first that this one needs and no earlier one did.
          %earlier = affine.max affine_map<(f) -> (0, (f - 1) * 1 + 1)>(%frame)
          %at_start = arith.cmpi eq, %frame, %c0 : index
          %mid_first = arith.select %at_start, %c0, %earlier : index
          %mid_end = affine.min affine_map<(f) -> (f * 1 + 1, 2)>(%frame)
          scf.for %mid = %mid_first to %mid_end step %c1 {
            %mid_origin = affine.apply affine_map<(m)[s] -> (m * 112 + s)>(%mid)[%start]
            %mid_to = affine.apply affine_map<(m)[r] -> ((m mod 1) * 60 + r)>(%mid)[%ring_at]
            %ahead_start = affine.apply affine_map<(m)[s] -> (m * 112 + 213 + s)>(%mid)[%start]
        // Rows of filters for one output frame: row > register tile > tap, with 8 x 12 sums in registers.
        scf.for %row = %c0 to %mid_rows step %c1 {
          %bounds_at = affine.apply affine_map<(f, r) -> ((f * 2 + r) * 2)>(%mid, %row)
          %bounds_next = arith.addi %bounds_at, %c1 : index
          %first_tap32 = memref.load %mid_bounds[%bounds_at] : memref<8xi32, #hal.descriptor_type<storage_buffer>>
          %end_tap32 = memref.load %mid_bounds[%bounds_next] : memref<8xi32, #hal.descriptor_type<storage_buffer>>
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %bias_at = affine.apply affine_map<(r) -> (r * 8)>(%row)
          %row_to = affine.apply affine_map<(r)[to] -> (r * 480 + to)>(%row)[%mid_to]
          scf.for %tile = %c0 to %mid_tiles step %c1 {
            %position = affine.min affine_map<(t) -> (t * 12, 47)>(%tile)
            %x_at = arith.addi %position, %mid_origin : index
            %bias_at0 = affine.apply affine_map<(b) -> (b + 0)>(%bias_at)
            %bias_of0 = memref.load %mid_bias[%bias_at0] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias0 = vector.broadcast %bias_of0 : f32 to vector<4xf32>
            %bias_at1 = affine.apply affine_map<(b) -> (b + 1)>(%bias_at)
            %bias_of1 = memref.load %mid_bias[%bias_at1] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias1 = vector.broadcast %bias_of1 : f32 to vector<4xf32>
            %bias_at2 = affine.apply affine_map<(b) -> (b + 2)>(%bias_at)
            %bias_of2 = memref.load %mid_bias[%bias_at2] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias2 = vector.broadcast %bias_of2 : f32 to vector<4xf32>
            %bias_at3 = affine.apply affine_map<(b) -> (b + 3)>(%bias_at)
            %bias_of3 = memref.load %mid_bias[%bias_at3] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias3 = vector.broadcast %bias_of3 : f32 to vector<4xf32>
            %bias_at4 = affine.apply affine_map<(b) -> (b + 4)>(%bias_at)
            %bias_of4 = memref.load %mid_bias[%bias_at4] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias4 = vector.broadcast %bias_of4 : f32 to vector<4xf32>
            %bias_at5 = affine.apply affine_map<(b) -> (b + 5)>(%bias_at)
            %bias_of5 = memref.load %mid_bias[%bias_at5] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias5 = vector.broadcast %bias_of5 : f32 to vector<4xf32>
            %bias_at6 = affine.apply affine_map<(b) -> (b + 6)>(%bias_at)
            %bias_of6 = memref.load %mid_bias[%bias_at6] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias6 = vector.broadcast %bias_of6 : f32 to vector<4xf32>
            %bias_at7 = affine.apply affine_map<(b) -> (b + 7)>(%bias_at)
            %bias_of7 = memref.load %mid_bias[%bias_at7] : memref<16xf32, #hal.descriptor_type<storage_buffer>>
            %bias7 = vector.broadcast %bias_of7 : f32 to vector<4xf32>
            %sums:24 = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a0_0 = %bias0, %a0_1 = %bias0, %a0_2 = %bias0, %a1_0 = %bias1, %a1_1 = %bias1, %a1_2 = %bias1, %a2_0 = %bias2, %a2_1 = %bias2, %a2_2 = %bias2, %a3_0 = %bias3, %a3_1 = %bias3, %a3_2 = %bias3, %a4_0 = %bias4, %a4_1 = %bias4, %a4_2 = %bias4, %a5_0 = %bias5, %a5_1 = %bias5, %a5_2 = %bias5, %a6_0 = %bias6, %a6_1 = %bias6, %a6_2 = %bias6, %a7_0 = %bias7, %a7_1 = %bias7, %a7_2 = %bias7) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
              %offset32 = memref.load %mid_offsets[%tap] : memref<162xi32, #hal.descriptor_type<storage_buffer>>
              %offset = arith.index_cast %offset32 : i32 to index
              %in_at = arith.addi %offset, %x_at : index
              %in_at0 = affine.apply affine_map<(i) -> (i + 0)>(%in_at)
              %x0_stored = vector.load %x[%in_at0] : memref<672xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
              %x0 = arith.extf %x0_stored : vector<4xf16> to vector<4xf32>
              %in_at1 = affine.apply affine_map<(i) -> (i + 4)>(%in_at)
              %x1_stored = vector.load %x[%in_at1] : memref<672xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
              %x1 = arith.extf %x1_stored : vector<4xf16> to vector<4xf32>
              %in_at2 = affine.apply affine_map<(i) -> (i + 8)>(%in_at)
              %x2_stored = vector.load %x[%in_at2] : memref<672xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
              %x2 = arith.extf %x2_stored : vector<4xf16> to vector<4xf32>
              %w_at0 = affine.apply affine_map<(t) -> (t * 8 + 0)>(%tap)
              %w0_stored = vector.load %mid_values[%w_at0] : memref<1296xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
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
              %w4_stored = vector.load %mid_values[%w_at4] : memref<1296xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
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
            %out_at0_0 = affine.apply affine_map<(p)[r] -> (p + r + 0)>(%position)[%row_to]
            %relu0_0 = arith.maximumf %sums#0, %floor : vector<4xf32>
            %stored0_0 = arith.truncf %relu0_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored0_0, %ring[%out_at0_0] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at0_1 = affine.apply affine_map<(p)[r] -> (p + r + 4)>(%position)[%row_to]
            %relu0_1 = arith.maximumf %sums#1, %floor : vector<4xf32>
            %stored0_1 = arith.truncf %relu0_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored0_1, %ring[%out_at0_1] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at0_2 = affine.apply affine_map<(p)[r] -> (p + r + 8)>(%position)[%row_to]
            %relu0_2 = arith.maximumf %sums#2, %floor : vector<4xf32>
            %stored0_2 = arith.truncf %relu0_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored0_2, %ring[%out_at0_2] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at1_0 = affine.apply affine_map<(p)[r] -> (p + r + 60)>(%position)[%row_to]
            %relu1_0 = arith.maximumf %sums#3, %floor : vector<4xf32>
            %stored1_0 = arith.truncf %relu1_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored1_0, %ring[%out_at1_0] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at1_1 = affine.apply affine_map<(p)[r] -> (p + r + 64)>(%position)[%row_to]
            %relu1_1 = arith.maximumf %sums#4, %floor : vector<4xf32>
            %stored1_1 = arith.truncf %relu1_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored1_1, %ring[%out_at1_1] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at1_2 = affine.apply affine_map<(p)[r] -> (p + r + 68)>(%position)[%row_to]
            %relu1_2 = arith.maximumf %sums#5, %floor : vector<4xf32>
            %stored1_2 = arith.truncf %relu1_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored1_2, %ring[%out_at1_2] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at2_0 = affine.apply affine_map<(p)[r] -> (p + r + 120)>(%position)[%row_to]
            %relu2_0 = arith.maximumf %sums#6, %floor : vector<4xf32>
            %stored2_0 = arith.truncf %relu2_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored2_0, %ring[%out_at2_0] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at2_1 = affine.apply affine_map<(p)[r] -> (p + r + 124)>(%position)[%row_to]
            %relu2_1 = arith.maximumf %sums#7, %floor : vector<4xf32>
            %stored2_1 = arith.truncf %relu2_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored2_1, %ring[%out_at2_1] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at2_2 = affine.apply affine_map<(p)[r] -> (p + r + 128)>(%position)[%row_to]
            %relu2_2 = arith.maximumf %sums#8, %floor : vector<4xf32>
            %stored2_2 = arith.truncf %relu2_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored2_2, %ring[%out_at2_2] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at3_0 = affine.apply affine_map<(p)[r] -> (p + r + 180)>(%position)[%row_to]
            %relu3_0 = arith.maximumf %sums#9, %floor : vector<4xf32>
            %stored3_0 = arith.truncf %relu3_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored3_0, %ring[%out_at3_0] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at3_1 = affine.apply affine_map<(p)[r] -> (p + r + 184)>(%position)[%row_to]
            %relu3_1 = arith.maximumf %sums#10, %floor : vector<4xf32>
            %stored3_1 = arith.truncf %relu3_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored3_1, %ring[%out_at3_1] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at3_2 = affine.apply affine_map<(p)[r] -> (p + r + 188)>(%position)[%row_to]
            %relu3_2 = arith.maximumf %sums#11, %floor : vector<4xf32>
            %stored3_2 = arith.truncf %relu3_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored3_2, %ring[%out_at3_2] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at4_0 = affine.apply affine_map<(p)[r] -> (p + r + 240)>(%position)[%row_to]
            %relu4_0 = arith.maximumf %sums#12, %floor : vector<4xf32>
            %stored4_0 = arith.truncf %relu4_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored4_0, %ring[%out_at4_0] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at4_1 = affine.apply affine_map<(p)[r] -> (p + r + 244)>(%position)[%row_to]
            %relu4_1 = arith.maximumf %sums#13, %floor : vector<4xf32>
            %stored4_1 = arith.truncf %relu4_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored4_1, %ring[%out_at4_1] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at4_2 = affine.apply affine_map<(p)[r] -> (p + r + 248)>(%position)[%row_to]
            %relu4_2 = arith.maximumf %sums#14, %floor : vector<4xf32>
            %stored4_2 = arith.truncf %relu4_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored4_2, %ring[%out_at4_2] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at5_0 = affine.apply affine_map<(p)[r] -> (p + r + 300)>(%position)[%row_to]
            %relu5_0 = arith.maximumf %sums#15, %floor : vector<4xf32>
            %stored5_0 = arith.truncf %relu5_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored5_0, %ring[%out_at5_0] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at5_1 = affine.apply affine_map<(p)[r] -> (p + r + 304)>(%position)[%row_to]
            %relu5_1 = arith.maximumf %sums#16, %floor : vector<4xf32>
            %stored5_1 = arith.truncf %relu5_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored5_1, %ring[%out_at5_1] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at5_2 = affine.apply affine_map<(p)[r] -> (p + r + 308)>(%position)[%row_to]
            %relu5_2 = arith.maximumf %sums#17, %floor : vector<4xf32>
            %stored5_2 = arith.truncf %relu5_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored5_2, %ring[%out_at5_2] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at6_0 = affine.apply affine_map<(p)[r] -> (p + r + 360)>(%position)[%row_to]
            %relu6_0 = arith.maximumf %sums#18, %floor : vector<4xf32>
            %stored6_0 = arith.truncf %relu6_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored6_0, %ring[%out_at6_0] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at6_1 = affine.apply affine_map<(p)[r] -> (p + r + 364)>(%position)[%row_to]
            %relu6_1 = arith.maximumf %sums#19, %floor : vector<4xf32>
            %stored6_1 = arith.truncf %relu6_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored6_1, %ring[%out_at6_1] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at6_2 = affine.apply affine_map<(p)[r] -> (p + r + 368)>(%position)[%row_to]
            %relu6_2 = arith.maximumf %sums#20, %floor : vector<4xf32>
            %stored6_2 = arith.truncf %relu6_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored6_2, %ring[%out_at6_2] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at7_0 = affine.apply affine_map<(p)[r] -> (p + r + 420)>(%position)[%row_to]
            %relu7_0 = arith.maximumf %sums#21, %floor : vector<4xf32>
            %stored7_0 = arith.truncf %relu7_0 : vector<4xf32> to vector<4xf16>
            vector.store %stored7_0, %ring[%out_at7_0] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at7_1 = affine.apply affine_map<(p)[r] -> (p + r + 424)>(%position)[%row_to]
            %relu7_1 = arith.maximumf %sums#22, %floor : vector<4xf32>
            %stored7_1 = arith.truncf %relu7_1 : vector<4xf32> to vector<4xf16>
            vector.store %stored7_1, %ring[%out_at7_1] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
            %out_at7_2 = affine.apply affine_map<(p)[r] -> (p + r + 428)>(%position)[%row_to]
            %relu7_2 = arith.maximumf %sums#23, %floor : vector<4xf32>
            %stored7_2 = arith.truncf %relu7_2 : vector<4xf32> to vector<4xf16>
            vector.store %stored7_2, %ring[%out_at7_2] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
          }
        }
          }
          // Maxima over windows of the ring's frames and of pixels 2 x 2; zeros between the rows.
          %pixel_zero = arith.constant 0.0 : f16
          %channels = arith.constant 16 : index
          %lines = arith.constant 3 : index
          %pieces = arith.constant 1 : index
          %row_end = arith.constant 4 : index
          %row_pitch = arith.constant 4 : index
          scf.for %c = %c0 to %channels step %c1 {
            scf.for %line = %c0 to %lines step %c1 {
              %in = affine.apply affine_map<(c, l)[r] -> (c * 60 + l * 20 + r)>(%c, %line)[%ring_at]
              %to = affine.apply affine_map<(c, f, k, l) -> ((c * 2 + f) * 16 + (k * 3 + l) * 4 + 0)>(%c, %frame, %chunk, %line)
              scf.for %piece = %c0 to %pieces step %c1 {
                %p = affine.min affine_map<(i) -> (i * 4, 0)>(%piece)
                %from = affine.apply affine_map<(p)[i] -> (p * 2 + i)>(%p)[%in]
                %from0_0 = affine.apply affine_map<(i) -> (i + 0)>(%from)
                %v0_0 = vector.load %ring[%from0_0] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<8xf16>
                %wide0_0 = arith.extf %v0_0 : vector<8xf16> to vector<8xf32>
                %from0_1 = affine.apply affine_map<(i) -> (i + 10)>(%from)
                %v0_1 = vector.load %ring[%from0_1] : memref<960xf16, #hal.descriptor_type<storage_buffer>>, vector<8xf16>
                %wide0_1 = arith.extf %v0_1 : vector<8xf16> to vector<8xf32>
                %most0_1 = arith.maximumf %wide0_0, %wide0_1 : vector<8xf32>
                %even, %odd = vector.deinterleave %most0_1 : vector<8xf32> -> vector<4xf32>
                %most = arith.maximumf %even, %odd : vector<4xf32>
                %at = arith.addi %p, %to : index
            %narrow = arith.truncf %most : vector<4xf32> to vector<4xf16>
            vector.store %narrow, %out[%at] : memref<512xf16, #hal.descriptor_type<storage_buffer>>, vector<4xf16>
              }
              scf.for %i = %row_end to %row_pitch step %c1 {
                %gap = arith.addi %i, %to : index
                memref.store %pixel_zero, %out[%gap] : memref<512xf16, #hal.descriptor_type<storage_buffer>>
              }
            }
          }
        }
        }
        return
      }
  }
}
func.func private @conv.pool(%x: tensor<3x2x112xf16>) -> tensor<16x2x16xf16> {
  %mid_values = util.global.load @conv.pool.mid_values : tensor<162x8xf16>
  %mid_offsets = util.global.load @conv.pool.mid_offsets : tensor<162xi32>
  %mid_bounds = util.global.load @conv.pool.mid_bounds : tensor<2x2x2xi32>
  %mid_bias = util.global.load @conv.pool.mid_bias : tensor<2x8xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x2x112xf16> into tensor<672xf16>
  %result, %unused1 = flow.dispatch @conv.pool_kernel::@conv.pool(%x.flat, %mid_values, %mid_offsets, %mid_bounds, %mid_bias) : (tensor<672xf16>, tensor<162x8xf16>, tensor<162xi32>, tensor<2x2x2xi32>, tensor<2x8xf32>) -> (tensor<16x2x16xf16>, tensor<960xf16>)
  return %result : tensor<16x2x16xf16>
}
