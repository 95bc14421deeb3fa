util.global private @space2.time2.mid_values = #flow.parameter.named<"model"::"space2.time2.mid_values"> : tensor<189x4xf32>
util.global private @space2.time2.mid_offsets = #flow.parameter.named<"model"::"space2.time2.mid_offsets"> : tensor<189xi32>
util.global private @space2.time2.mid_bounds = #flow.parameter.named<"model"::"space2.time2.mid_bounds"> : tensor<2x3x2xi32>
util.global private @space2.time2.mid_bias = #flow.parameter.named<"model"::"space2.time2.mid_bias"> : tensor<3x4xf32>
util.global private @space2.time2.values = #flow.parameter.named<"model"::"space2.time2.values"> : tensor<27x8xf32>
util.global private @space2.time2.offsets = #flow.parameter.named<"model"::"space2.time2.offsets"> : tensor<81xi32>
util.global private @space2.time2.bounds = #flow.parameter.named<"model"::"space2.time2.bounds"> : tensor<2x1x2xi32>
util.global private @space2.time2.bias = #flow.parameter.named<"model"::"space2.time2.bias"> : tensor<1x8xf32>
util.global private @space2.time2.mask = #flow.parameter.named<"model"::"space2.time2.mask"> : tensor<528xf32>
hal.executable.source private @space2.time2_kernel {
  hal.executable.export public @space2.time2 ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 10 : index
      %cy = arith.constant 1 : index
      %cz = arith.constant 1 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @space2.time2() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<8448xf32, #hal.descriptor_type<storage_buffer>>
        %residual = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<8448xf32, #hal.descriptor_type<storage_buffer>>
        %mid_values = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(2) alignment(64) offset(%byte0) : memref<756xf32, #hal.descriptor_type<storage_buffer>>
        %mid_offsets = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(3) alignment(64) offset(%byte0) : memref<189xi32, #hal.descriptor_type<storage_buffer>>
        %mid_bounds = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(4) alignment(64) offset(%byte0) : memref<12xi32, #hal.descriptor_type<storage_buffer>>
        %mid_bias = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(5) alignment(64) offset(%byte0) : memref<12xf32, #hal.descriptor_type<storage_buffer>>
        %values = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(6) alignment(64) offset(%byte0) : memref<216xf32, #hal.descriptor_type<storage_buffer>>
        %offsets = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(7) alignment(64) offset(%byte0) : memref<81xi32, #hal.descriptor_type<storage_buffer>>
        %bounds = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(8) alignment(64) offset(%byte0) : memref<4xi32, #hal.descriptor_type<storage_buffer>>
        %bias = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(9) alignment(64) offset(%byte0) : memref<8xf32, #hal.descriptor_type<storage_buffer>>
        %mask = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(10) alignment(64) offset(%byte0) : memref<528xf32, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(11) alignment(64) offset(%byte0) : memref<8448xf32, #hal.descriptor_type<storage_buffer>>
        %ring = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(12) alignment(64) offset(%byte0) : memref<17280xf32, #hal.descriptor_type<storage_buffer>>
// A packed convolution and what alone reads it: what the first gives for a chunk of positions stays in cache.
// A workgroup has a ring of 3 frames, as many as the second reads, and a share of the chunks. Frame by frame, the first fills the ring.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        // This workgroup's share of the work. The first shares are the larger ones by one, so that threads which take one after the other end together.
        %worker = hal.interface.workgroup.id[0] : index
        %share_first = affine.min affine_map<(w) -> (w * 2, w * 1 + 0)>(%worker)
        %share_end = affine.min affine_map<(w) -> (w * 2 + 2, w * 1 + 1 + 0)>(%worker)
        %rows = arith.constant 1 : index
        %mid_rows = arith.constant 3 : index
        %frames = arith.constant 2 : index
        %ring_at = affine.apply affine_map<(w) -> (w * 1728)>(%worker)
        scf.for %chunk = %share_first to %share_end step %c1 {
        %step_first = affine.apply affine_map<(c) -> ((c * 10) floordiv 10)>(%chunk)
        %step_end = affine.apply affine_map<(c) -> ((c * 10 + 10) floordiv 10)>(%chunk)
        %start = affine.min affine_map<(s, e) -> (s * 48 + 24, (s - e) * 48 + 459)>(%step_first, %step_end)
        %mid_tiles = affine.apply affine_map<(s, e) -> ((e - s) * 3)>(%step_first, %step_end)
        scf.for %frame = %c0 to %frames step %c1 {
        // The zeros before the first and after the last pixel of each plane.
        %pad_zero = arith.constant 0.0 : f32
        %last_chunk = arith.constant 9 : index
        %head_size = arith.constant 24 : index
        %tail_start = arith.constant 459 : index
        %plane_size = arith.constant 528 : index
        %head_here = arith.cmpi eq, %chunk, %c0 : index
        %tail_here = arith.cmpi eq, %chunk, %last_chunk : index
        %head_end = arith.select %head_here, %head_size, %c0 : index
        %tail_end = arith.select %tail_here, %plane_size, %tail_start : index
        %channel_first = affine.apply affine_map<(r) -> (r * 8)>(%c0)
        %channel_end = affine.apply affine_map<(r) -> (r * 8)>(%rows)
        scf.for %channel = %channel_first to %channel_end step %c1 {
          %pads_at = affine.apply affine_map<(c, f) -> (c * 1056 + f * 528)>(%channel, %frame)
          scf.for %i = %c0 to %head_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>
          }
          scf.for %i = %tail_start to %tail_end step %c1 {
            %at = arith.addi %pads_at, %i : index
            memref.store %pad_zero, %out[%at] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>
          }
        }
          // Frames of the first that this one needs and no earlier one did.
          %earlier = affine.max affine_map<(f) -> (0, (f - 1) * 1 + 2)>(%frame)
          %at_start = arith.cmpi eq, %frame, %c0 : index
          %mid_first = arith.select %at_start, %c0, %earlier : index
          %mid_end = affine.min affine_map<(f) -> (f * 1 + 2, 2)>(%frame)
          scf.for %mid = %mid_first to %mid_end step %c1 {
            %mid_origin = affine.apply affine_map<(m)[s] -> (m * 528 + s)>(%mid)[%start]
            %mid_to = affine.apply affine_map<(m)[r] -> ((m mod 3) * 48 + r)>(%mid)[%ring_at]
            %ahead_start = affine.apply affine_map<(m)[s] -> (m * 528 + 504 + s)>(%mid)[%start]
        // Rows of filters for one output frame: row > register tile > tap, with 4 x 16 sums in registers.
        scf.for %row = %c0 to %mid_rows step %c1 {
          %bounds_at = affine.apply affine_map<(f, r) -> ((f * 3 + r) * 2)>(%mid, %row)
          %bounds_next = arith.addi %bounds_at, %c1 : index
          %first_tap32 = memref.load %mid_bounds[%bounds_at] : memref<12xi32, #hal.descriptor_type<storage_buffer>>
          %end_tap32 = memref.load %mid_bounds[%bounds_next] : memref<12xi32, #hal.descriptor_type<storage_buffer>>
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %bias_at = affine.apply affine_map<(r) -> (r * 4)>(%row)
          %row_to = affine.apply affine_map<(r)[to] -> (r * 576 + to)>(%row)[%mid_to]
          scf.for %tile = %c0 to %mid_tiles step %c1 {
            %position = affine.min affine_map<(t) -> (t * 16, 32)>(%tile)
            %x_at = arith.addi %position, %mid_origin : index
            %bias_at0 = affine.apply affine_map<(b) -> (b + 0)>(%bias_at)
            %bias_of0 = memref.load %mid_bias[%bias_at0] : memref<12xf32, #hal.descriptor_type<storage_buffer>>
            %bias0 = vector.broadcast %bias_of0 : f32 to vector<4xf32>
            %bias_at1 = affine.apply affine_map<(b) -> (b + 1)>(%bias_at)
            %bias_of1 = memref.load %mid_bias[%bias_at1] : memref<12xf32, #hal.descriptor_type<storage_buffer>>
            %bias1 = vector.broadcast %bias_of1 : f32 to vector<4xf32>
            %bias_at2 = affine.apply affine_map<(b) -> (b + 2)>(%bias_at)
            %bias_of2 = memref.load %mid_bias[%bias_at2] : memref<12xf32, #hal.descriptor_type<storage_buffer>>
            %bias2 = vector.broadcast %bias_of2 : f32 to vector<4xf32>
            %bias_at3 = affine.apply affine_map<(b) -> (b + 3)>(%bias_at)
            %bias_of3 = memref.load %mid_bias[%bias_at3] : memref<12xf32, #hal.descriptor_type<storage_buffer>>
            %bias3 = vector.broadcast %bias_of3 : f32 to vector<4xf32>
            %sums:16 = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a0_0 = %bias0, %a0_1 = %bias0, %a0_2 = %bias0, %a0_3 = %bias0, %a1_0 = %bias1, %a1_1 = %bias1, %a1_2 = %bias1, %a1_3 = %bias1, %a2_0 = %bias2, %a2_1 = %bias2, %a2_2 = %bias2, %a2_3 = %bias2, %a3_0 = %bias3, %a3_1 = %bias3, %a3_2 = %bias3, %a3_3 = %bias3) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
              %offset32 = memref.load %mid_offsets[%tap] : memref<189xi32, #hal.descriptor_type<storage_buffer>>
              %offset = arith.index_cast %offset32 : i32 to index
              %in_at = arith.addi %offset, %x_at : index
              %in_at0 = affine.apply affine_map<(i) -> (i + 0)>(%in_at)
              %x0 = vector.load %x[%in_at0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              %in_at1 = affine.apply affine_map<(i) -> (i + 4)>(%in_at)
              %x1 = vector.load %x[%in_at1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              %in_at2 = affine.apply affine_map<(i) -> (i + 8)>(%in_at)
              %x2 = vector.load %x[%in_at2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              %in_at3 = affine.apply affine_map<(i) -> (i + 12)>(%in_at)
              %x3 = vector.load %x[%in_at3] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              %w_at0 = affine.apply affine_map<(t) -> (t * 4 + 0)>(%tap)
              %w0 = vector.load %mid_values[%w_at0] : memref<756xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              %s0 = vector.extract %w0[0] : f32 from vector<4xf32>
              %b0 = vector.broadcast %s0 : f32 to vector<4xf32>
              %s1 = vector.extract %w0[1] : f32 from vector<4xf32>
              %b1 = vector.broadcast %s1 : f32 to vector<4xf32>
              %s2 = vector.extract %w0[2] : f32 from vector<4xf32>
              %b2 = vector.broadcast %s2 : f32 to vector<4xf32>
              %s3 = vector.extract %w0[3] : f32 from vector<4xf32>
              %b3 = vector.broadcast %s3 : f32 to vector<4xf32>
              %n0_0 = vector.fma %b0, %x0, %a0_0 : vector<4xf32>
              %n0_1 = vector.fma %b0, %x1, %a0_1 : vector<4xf32>
              %n0_2 = vector.fma %b0, %x2, %a0_2 : vector<4xf32>
              %n0_3 = vector.fma %b0, %x3, %a0_3 : vector<4xf32>
              %n1_0 = vector.fma %b1, %x0, %a1_0 : vector<4xf32>
              %n1_1 = vector.fma %b1, %x1, %a1_1 : vector<4xf32>
              %n1_2 = vector.fma %b1, %x2, %a1_2 : vector<4xf32>
              %n1_3 = vector.fma %b1, %x3, %a1_3 : vector<4xf32>
              %n2_0 = vector.fma %b2, %x0, %a2_0 : vector<4xf32>
              %n2_1 = vector.fma %b2, %x1, %a2_1 : vector<4xf32>
              %n2_2 = vector.fma %b2, %x2, %a2_2 : vector<4xf32>
              %n2_3 = vector.fma %b2, %x3, %a2_3 : vector<4xf32>
              %n3_0 = vector.fma %b3, %x0, %a3_0 : vector<4xf32>
              %n3_1 = vector.fma %b3, %x1, %a3_1 : vector<4xf32>
              %n3_2 = vector.fma %b3, %x2, %a3_2 : vector<4xf32>
              %n3_3 = vector.fma %b3, %x3, %a3_3 : vector<4xf32>
              scf.yield %n0_0, %n0_1, %n0_2, %n0_3, %n1_0, %n1_1, %n1_2, %n1_3, %n2_0, %n2_1, %n2_2, %n2_3, %n3_0, %n3_1, %n3_2, %n3_3 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
            }
            %floor = arith.constant dense<0.0> : vector<4xf32>
            %out_at0_0 = affine.apply affine_map<(p)[r] -> (p + r + 0)>(%position)[%row_to]
            %relu0_0 = arith.maximumf %sums#0, %floor : vector<4xf32>
            vector.store %relu0_0, %ring[%out_at0_0] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at0_1 = affine.apply affine_map<(p)[r] -> (p + r + 4)>(%position)[%row_to]
            %relu0_1 = arith.maximumf %sums#1, %floor : vector<4xf32>
            vector.store %relu0_1, %ring[%out_at0_1] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at0_2 = affine.apply affine_map<(p)[r] -> (p + r + 8)>(%position)[%row_to]
            %relu0_2 = arith.maximumf %sums#2, %floor : vector<4xf32>
            vector.store %relu0_2, %ring[%out_at0_2] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at0_3 = affine.apply affine_map<(p)[r] -> (p + r + 12)>(%position)[%row_to]
            %relu0_3 = arith.maximumf %sums#3, %floor : vector<4xf32>
            vector.store %relu0_3, %ring[%out_at0_3] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at1_0 = affine.apply affine_map<(p)[r] -> (p + r + 144)>(%position)[%row_to]
            %relu1_0 = arith.maximumf %sums#4, %floor : vector<4xf32>
            vector.store %relu1_0, %ring[%out_at1_0] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at1_1 = affine.apply affine_map<(p)[r] -> (p + r + 148)>(%position)[%row_to]
            %relu1_1 = arith.maximumf %sums#5, %floor : vector<4xf32>
            vector.store %relu1_1, %ring[%out_at1_1] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at1_2 = affine.apply affine_map<(p)[r] -> (p + r + 152)>(%position)[%row_to]
            %relu1_2 = arith.maximumf %sums#6, %floor : vector<4xf32>
            vector.store %relu1_2, %ring[%out_at1_2] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at1_3 = affine.apply affine_map<(p)[r] -> (p + r + 156)>(%position)[%row_to]
            %relu1_3 = arith.maximumf %sums#7, %floor : vector<4xf32>
            vector.store %relu1_3, %ring[%out_at1_3] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at2_0 = affine.apply affine_map<(p)[r] -> (p + r + 288)>(%position)[%row_to]
            %relu2_0 = arith.maximumf %sums#8, %floor : vector<4xf32>
            vector.store %relu2_0, %ring[%out_at2_0] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at2_1 = affine.apply affine_map<(p)[r] -> (p + r + 292)>(%position)[%row_to]
            %relu2_1 = arith.maximumf %sums#9, %floor : vector<4xf32>
            vector.store %relu2_1, %ring[%out_at2_1] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at2_2 = affine.apply affine_map<(p)[r] -> (p + r + 296)>(%position)[%row_to]
            %relu2_2 = arith.maximumf %sums#10, %floor : vector<4xf32>
            vector.store %relu2_2, %ring[%out_at2_2] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at2_3 = affine.apply affine_map<(p)[r] -> (p + r + 300)>(%position)[%row_to]
            %relu2_3 = arith.maximumf %sums#11, %floor : vector<4xf32>
            vector.store %relu2_3, %ring[%out_at2_3] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at3_0 = affine.apply affine_map<(p)[r] -> (p + r + 432)>(%position)[%row_to]
            %relu3_0 = arith.maximumf %sums#12, %floor : vector<4xf32>
            vector.store %relu3_0, %ring[%out_at3_0] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at3_1 = affine.apply affine_map<(p)[r] -> (p + r + 436)>(%position)[%row_to]
            %relu3_1 = arith.maximumf %sums#13, %floor : vector<4xf32>
            vector.store %relu3_1, %ring[%out_at3_1] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at3_2 = affine.apply affine_map<(p)[r] -> (p + r + 440)>(%position)[%row_to]
            %relu3_2 = arith.maximumf %sums#14, %floor : vector<4xf32>
            vector.store %relu3_2, %ring[%out_at3_2] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at3_3 = affine.apply affine_map<(p)[r] -> (p + r + 444)>(%position)[%row_to]
            %relu3_3 = arith.maximumf %sums#15, %floor : vector<4xf32>
            vector.store %relu3_3, %ring[%out_at3_3] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
          }
        }
          }
          // A convolution over frames alone, at the same positions.
          %tiles = affine.apply affine_map<(s, e) -> ((e - s) * 4)>(%step_first, %step_end)
          %shift = affine.apply affine_map<(f) -> (((f * 1 + 2) mod 3) * 27)>(%frame)
          %to = affine.apply affine_map<(f)[s] -> (f * 528 + s)>(%frame)[%start]
        // Rows of filters for one output frame: row > register tile > tap, with 8 x 12 sums in registers.
        scf.for %row = %c0 to %rows step %c1 {
          %bounds_at = affine.apply affine_map<(f, r) -> ((f * 1 + r) * 2)>(%frame, %row)
          %bounds_next = arith.addi %bounds_at, %c1 : index
          %first_tap32 = memref.load %bounds[%bounds_at] : memref<4xi32, #hal.descriptor_type<storage_buffer>>
          %end_tap32 = memref.load %bounds[%bounds_next] : memref<4xi32, #hal.descriptor_type<storage_buffer>>
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %bias_at = affine.apply affine_map<(r) -> (r * 8)>(%row)
          %row_to = affine.apply affine_map<(r)[to] -> (r * 8448 + to)>(%row)[%to]
          // What this row adds in the next frame.
          %ahead_group = arith.constant 8 : index
          %ahead_lines = arith.constant 4 : index
          scf.for %ahead = %c0 to %ahead_group step %c1 {
            scf.for %line = %c0 to %ahead_lines step %c1 {
              %ahead_at = affine.apply affine_map<(g, l)[s] -> (g * 1056 + l * 16 + s + 528)>(%ahead, %line)[%row_to]
              memref.prefetch %residual[%ahead_at], read, locality<2>, data : memref<8448xf32, #hal.descriptor_type<storage_buffer>>
            }
          }
          scf.for %tile = %c0 to %tiles step %c1 {
            %position = affine.min affine_map<(t) -> (t * 12, 36)>(%tile)
            %x_at = arith.addi %position, %ring_at : index
            %bias_at0 = affine.apply affine_map<(b) -> (b + 0)>(%bias_at)
            %bias_of0 = memref.load %bias[%bias_at0] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias0 = vector.broadcast %bias_of0 : f32 to vector<4xf32>
            %bias_at1 = affine.apply affine_map<(b) -> (b + 1)>(%bias_at)
            %bias_of1 = memref.load %bias[%bias_at1] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias1 = vector.broadcast %bias_of1 : f32 to vector<4xf32>
            %bias_at2 = affine.apply affine_map<(b) -> (b + 2)>(%bias_at)
            %bias_of2 = memref.load %bias[%bias_at2] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias2 = vector.broadcast %bias_of2 : f32 to vector<4xf32>
            %bias_at3 = affine.apply affine_map<(b) -> (b + 3)>(%bias_at)
            %bias_of3 = memref.load %bias[%bias_at3] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias3 = vector.broadcast %bias_of3 : f32 to vector<4xf32>
            %bias_at4 = affine.apply affine_map<(b) -> (b + 4)>(%bias_at)
            %bias_of4 = memref.load %bias[%bias_at4] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias4 = vector.broadcast %bias_of4 : f32 to vector<4xf32>
            %bias_at5 = affine.apply affine_map<(b) -> (b + 5)>(%bias_at)
            %bias_of5 = memref.load %bias[%bias_at5] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias5 = vector.broadcast %bias_of5 : f32 to vector<4xf32>
            %bias_at6 = affine.apply affine_map<(b) -> (b + 6)>(%bias_at)
            %bias_of6 = memref.load %bias[%bias_at6] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias6 = vector.broadcast %bias_of6 : f32 to vector<4xf32>
            %bias_at7 = affine.apply affine_map<(b) -> (b + 7)>(%bias_at)
            %bias_of7 = memref.load %bias[%bias_at7] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias7 = vector.broadcast %bias_of7 : f32 to vector<4xf32>
            %sums:24 = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a0_0 = %bias0, %a0_1 = %bias0, %a0_2 = %bias0, %a1_0 = %bias1, %a1_1 = %bias1, %a1_2 = %bias1, %a2_0 = %bias2, %a2_1 = %bias2, %a2_2 = %bias2, %a3_0 = %bias3, %a3_1 = %bias3, %a3_2 = %bias3, %a4_0 = %bias4, %a4_1 = %bias4, %a4_2 = %bias4, %a5_0 = %bias5, %a5_1 = %bias5, %a5_2 = %bias5, %a6_0 = %bias6, %a6_1 = %bias6, %a6_2 = %bias6, %a7_0 = %bias7, %a7_1 = %bias7, %a7_2 = %bias7) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
              %place = arith.addi %tap, %shift : index
              %offset32 = memref.load %offsets[%place] : memref<81xi32, #hal.descriptor_type<storage_buffer>>
              %offset = arith.index_cast %offset32 : i32 to index
              %in_at = arith.addi %offset, %x_at : index
              %in_at0 = affine.apply affine_map<(i) -> (i + 0)>(%in_at)
              %x0 = vector.load %ring[%in_at0] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              %in_at1 = affine.apply affine_map<(i) -> (i + 4)>(%in_at)
              %x1 = vector.load %ring[%in_at1] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              %in_at2 = affine.apply affine_map<(i) -> (i + 8)>(%in_at)
              %x2 = vector.load %ring[%in_at2] : memref<17280xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              %w_at0 = affine.apply affine_map<(t) -> (t * 8 + 0)>(%tap)
              %w0 = vector.load %values[%w_at0] : memref<216xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
              %s0 = vector.extract %w0[0] : f32 from vector<4xf32>
              %b0 = vector.broadcast %s0 : f32 to vector<4xf32>
              %s1 = vector.extract %w0[1] : f32 from vector<4xf32>
              %b1 = vector.broadcast %s1 : f32 to vector<4xf32>
              %s2 = vector.extract %w0[2] : f32 from vector<4xf32>
              %b2 = vector.broadcast %s2 : f32 to vector<4xf32>
              %s3 = vector.extract %w0[3] : f32 from vector<4xf32>
              %b3 = vector.broadcast %s3 : f32 to vector<4xf32>
              %w_at4 = affine.apply affine_map<(t) -> (t * 8 + 4)>(%tap)
              %w4 = vector.load %values[%w_at4] : memref<216xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
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
            %mask_at0 = affine.apply affine_map<(p)[m] -> (p + m + 0)>(%position)[%start]
            %mask0 = vector.load %mask[%mask_at0] : memref<528xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %mask_at1 = affine.apply affine_map<(p)[m] -> (p + m + 4)>(%position)[%start]
            %mask1 = vector.load %mask[%mask_at1] : memref<528xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %mask_at2 = affine.apply affine_map<(p)[m] -> (p + m + 8)>(%position)[%start]
            %mask2 = vector.load %mask[%mask_at2] : memref<528xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at0_0 = affine.apply affine_map<(p)[r] -> (p + r + 0)>(%position)[%row_to]
            %more0_0 = vector.load %residual[%out_at0_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum0_0 = arith.addf %sums#0, %more0_0 : vector<4xf32>
            %relu0_0 = arith.maximumf %sum0_0, %floor : vector<4xf32>
            %kept0_0 = arith.mulf %relu0_0, %mask0 : vector<4xf32>
            vector.store %kept0_0, %out[%out_at0_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at0_1 = affine.apply affine_map<(p)[r] -> (p + r + 4)>(%position)[%row_to]
            %more0_1 = vector.load %residual[%out_at0_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum0_1 = arith.addf %sums#1, %more0_1 : vector<4xf32>
            %relu0_1 = arith.maximumf %sum0_1, %floor : vector<4xf32>
            %kept0_1 = arith.mulf %relu0_1, %mask1 : vector<4xf32>
            vector.store %kept0_1, %out[%out_at0_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at0_2 = affine.apply affine_map<(p)[r] -> (p + r + 8)>(%position)[%row_to]
            %more0_2 = vector.load %residual[%out_at0_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum0_2 = arith.addf %sums#2, %more0_2 : vector<4xf32>
            %relu0_2 = arith.maximumf %sum0_2, %floor : vector<4xf32>
            %kept0_2 = arith.mulf %relu0_2, %mask2 : vector<4xf32>
            vector.store %kept0_2, %out[%out_at0_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at1_0 = affine.apply affine_map<(p)[r] -> (p + r + 1056)>(%position)[%row_to]
            %more1_0 = vector.load %residual[%out_at1_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum1_0 = arith.addf %sums#3, %more1_0 : vector<4xf32>
            %relu1_0 = arith.maximumf %sum1_0, %floor : vector<4xf32>
            %kept1_0 = arith.mulf %relu1_0, %mask0 : vector<4xf32>
            vector.store %kept1_0, %out[%out_at1_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at1_1 = affine.apply affine_map<(p)[r] -> (p + r + 1060)>(%position)[%row_to]
            %more1_1 = vector.load %residual[%out_at1_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum1_1 = arith.addf %sums#4, %more1_1 : vector<4xf32>
            %relu1_1 = arith.maximumf %sum1_1, %floor : vector<4xf32>
            %kept1_1 = arith.mulf %relu1_1, %mask1 : vector<4xf32>
            vector.store %kept1_1, %out[%out_at1_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at1_2 = affine.apply affine_map<(p)[r] -> (p + r + 1064)>(%position)[%row_to]
            %more1_2 = vector.load %residual[%out_at1_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum1_2 = arith.addf %sums#5, %more1_2 : vector<4xf32>
            %relu1_2 = arith.maximumf %sum1_2, %floor : vector<4xf32>
            %kept1_2 = arith.mulf %relu1_2, %mask2 : vector<4xf32>
            vector.store %kept1_2, %out[%out_at1_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at2_0 = affine.apply affine_map<(p)[r] -> (p + r + 2112)>(%position)[%row_to]
            %more2_0 = vector.load %residual[%out_at2_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum2_0 = arith.addf %sums#6, %more2_0 : vector<4xf32>
            %relu2_0 = arith.maximumf %sum2_0, %floor : vector<4xf32>
            %kept2_0 = arith.mulf %relu2_0, %mask0 : vector<4xf32>
            vector.store %kept2_0, %out[%out_at2_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at2_1 = affine.apply affine_map<(p)[r] -> (p + r + 2116)>(%position)[%row_to]
            %more2_1 = vector.load %residual[%out_at2_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum2_1 = arith.addf %sums#7, %more2_1 : vector<4xf32>
            %relu2_1 = arith.maximumf %sum2_1, %floor : vector<4xf32>
            %kept2_1 = arith.mulf %relu2_1, %mask1 : vector<4xf32>
            vector.store %kept2_1, %out[%out_at2_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at2_2 = affine.apply affine_map<(p)[r] -> (p + r + 2120)>(%position)[%row_to]
            %more2_2 = vector.load %residual[%out_at2_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum2_2 = arith.addf %sums#8, %more2_2 : vector<4xf32>
            %relu2_2 = arith.maximumf %sum2_2, %floor : vector<4xf32>
            %kept2_2 = arith.mulf %relu2_2, %mask2 : vector<4xf32>
            vector.store %kept2_2, %out[%out_at2_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at3_0 = affine.apply affine_map<(p)[r] -> (p + r + 3168)>(%position)[%row_to]
            %more3_0 = vector.load %residual[%out_at3_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum3_0 = arith.addf %sums#9, %more3_0 : vector<4xf32>
            %relu3_0 = arith.maximumf %sum3_0, %floor : vector<4xf32>
            %kept3_0 = arith.mulf %relu3_0, %mask0 : vector<4xf32>
            vector.store %kept3_0, %out[%out_at3_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at3_1 = affine.apply affine_map<(p)[r] -> (p + r + 3172)>(%position)[%row_to]
            %more3_1 = vector.load %residual[%out_at3_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum3_1 = arith.addf %sums#10, %more3_1 : vector<4xf32>
            %relu3_1 = arith.maximumf %sum3_1, %floor : vector<4xf32>
            %kept3_1 = arith.mulf %relu3_1, %mask1 : vector<4xf32>
            vector.store %kept3_1, %out[%out_at3_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at3_2 = affine.apply affine_map<(p)[r] -> (p + r + 3176)>(%position)[%row_to]
            %more3_2 = vector.load %residual[%out_at3_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum3_2 = arith.addf %sums#11, %more3_2 : vector<4xf32>
            %relu3_2 = arith.maximumf %sum3_2, %floor : vector<4xf32>
            %kept3_2 = arith.mulf %relu3_2, %mask2 : vector<4xf32>
            vector.store %kept3_2, %out[%out_at3_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at4_0 = affine.apply affine_map<(p)[r] -> (p + r + 4224)>(%position)[%row_to]
            %more4_0 = vector.load %residual[%out_at4_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum4_0 = arith.addf %sums#12, %more4_0 : vector<4xf32>
            %relu4_0 = arith.maximumf %sum4_0, %floor : vector<4xf32>
            %kept4_0 = arith.mulf %relu4_0, %mask0 : vector<4xf32>
            vector.store %kept4_0, %out[%out_at4_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at4_1 = affine.apply affine_map<(p)[r] -> (p + r + 4228)>(%position)[%row_to]
            %more4_1 = vector.load %residual[%out_at4_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum4_1 = arith.addf %sums#13, %more4_1 : vector<4xf32>
            %relu4_1 = arith.maximumf %sum4_1, %floor : vector<4xf32>
            %kept4_1 = arith.mulf %relu4_1, %mask1 : vector<4xf32>
            vector.store %kept4_1, %out[%out_at4_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at4_2 = affine.apply affine_map<(p)[r] -> (p + r + 4232)>(%position)[%row_to]
            %more4_2 = vector.load %residual[%out_at4_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum4_2 = arith.addf %sums#14, %more4_2 : vector<4xf32>
            %relu4_2 = arith.maximumf %sum4_2, %floor : vector<4xf32>
            %kept4_2 = arith.mulf %relu4_2, %mask2 : vector<4xf32>
            vector.store %kept4_2, %out[%out_at4_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at5_0 = affine.apply affine_map<(p)[r] -> (p + r + 5280)>(%position)[%row_to]
            %more5_0 = vector.load %residual[%out_at5_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum5_0 = arith.addf %sums#15, %more5_0 : vector<4xf32>
            %relu5_0 = arith.maximumf %sum5_0, %floor : vector<4xf32>
            %kept5_0 = arith.mulf %relu5_0, %mask0 : vector<4xf32>
            vector.store %kept5_0, %out[%out_at5_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at5_1 = affine.apply affine_map<(p)[r] -> (p + r + 5284)>(%position)[%row_to]
            %more5_1 = vector.load %residual[%out_at5_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum5_1 = arith.addf %sums#16, %more5_1 : vector<4xf32>
            %relu5_1 = arith.maximumf %sum5_1, %floor : vector<4xf32>
            %kept5_1 = arith.mulf %relu5_1, %mask1 : vector<4xf32>
            vector.store %kept5_1, %out[%out_at5_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at5_2 = affine.apply affine_map<(p)[r] -> (p + r + 5288)>(%position)[%row_to]
            %more5_2 = vector.load %residual[%out_at5_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum5_2 = arith.addf %sums#17, %more5_2 : vector<4xf32>
            %relu5_2 = arith.maximumf %sum5_2, %floor : vector<4xf32>
            %kept5_2 = arith.mulf %relu5_2, %mask2 : vector<4xf32>
            vector.store %kept5_2, %out[%out_at5_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at6_0 = affine.apply affine_map<(p)[r] -> (p + r + 6336)>(%position)[%row_to]
            %more6_0 = vector.load %residual[%out_at6_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum6_0 = arith.addf %sums#18, %more6_0 : vector<4xf32>
            %relu6_0 = arith.maximumf %sum6_0, %floor : vector<4xf32>
            %kept6_0 = arith.mulf %relu6_0, %mask0 : vector<4xf32>
            vector.store %kept6_0, %out[%out_at6_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at6_1 = affine.apply affine_map<(p)[r] -> (p + r + 6340)>(%position)[%row_to]
            %more6_1 = vector.load %residual[%out_at6_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum6_1 = arith.addf %sums#19, %more6_1 : vector<4xf32>
            %relu6_1 = arith.maximumf %sum6_1, %floor : vector<4xf32>
            %kept6_1 = arith.mulf %relu6_1, %mask1 : vector<4xf32>
            vector.store %kept6_1, %out[%out_at6_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at6_2 = affine.apply affine_map<(p)[r] -> (p + r + 6344)>(%position)[%row_to]
            %more6_2 = vector.load %residual[%out_at6_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum6_2 = arith.addf %sums#20, %more6_2 : vector<4xf32>
            %relu6_2 = arith.maximumf %sum6_2, %floor : vector<4xf32>
            %kept6_2 = arith.mulf %relu6_2, %mask2 : vector<4xf32>
            vector.store %kept6_2, %out[%out_at6_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at7_0 = affine.apply affine_map<(p)[r] -> (p + r + 7392)>(%position)[%row_to]
            %more7_0 = vector.load %residual[%out_at7_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum7_0 = arith.addf %sums#21, %more7_0 : vector<4xf32>
            %relu7_0 = arith.maximumf %sum7_0, %floor : vector<4xf32>
            %kept7_0 = arith.mulf %relu7_0, %mask0 : vector<4xf32>
            vector.store %kept7_0, %out[%out_at7_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at7_1 = affine.apply affine_map<(p)[r] -> (p + r + 7396)>(%position)[%row_to]
            %more7_1 = vector.load %residual[%out_at7_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum7_1 = arith.addf %sums#22, %more7_1 : vector<4xf32>
            %relu7_1 = arith.maximumf %sum7_1, %floor : vector<4xf32>
            %kept7_1 = arith.mulf %relu7_1, %mask1 : vector<4xf32>
            vector.store %kept7_1, %out[%out_at7_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %out_at7_2 = affine.apply affine_map<(p)[r] -> (p + r + 7400)>(%position)[%row_to]
            %more7_2 = vector.load %residual[%out_at7_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
            %sum7_2 = arith.addf %sums#23, %more7_2 : vector<4xf32>
            %relu7_2 = arith.maximumf %sum7_2, %floor : vector<4xf32>
            %kept7_2 = arith.mulf %relu7_2, %mask2 : vector<4xf32>
            vector.store %kept7_2, %out[%out_at7_2] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<4xf32>
          }
        }
        }
        }
        return
      }
  }
}
func.func private @space2.time2(%x: tensor<8x2x528xf32>, %residual: tensor<8x2x528xf32>) -> tensor<8x2x528xf32> {
  %mid_values = util.global.load @space2.time2.mid_values : tensor<189x4xf32>
  %mid_offsets = util.global.load @space2.time2.mid_offsets : tensor<189xi32>
  %mid_bounds = util.global.load @space2.time2.mid_bounds : tensor<2x3x2xi32>
  %mid_bias = util.global.load @space2.time2.mid_bias : tensor<3x4xf32>
  %values = util.global.load @space2.time2.values : tensor<27x8xf32>
  %offsets = util.global.load @space2.time2.offsets : tensor<81xi32>
  %bounds = util.global.load @space2.time2.bounds : tensor<2x1x2xi32>
  %bias = util.global.load @space2.time2.bias : tensor<1x8xf32>
  %mask = util.global.load @space2.time2.mask : tensor<528xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<8x2x528xf32> into tensor<8448xf32>
  %residual.flat = tensor.collapse_shape %residual [[0, 1, 2]] : tensor<8x2x528xf32> into tensor<8448xf32>
  %result, %unused1 = flow.dispatch @space2.time2_kernel::@space2.time2(%x.flat, %residual.flat, %mid_values, %mid_offsets, %mid_bounds, %mid_bias, %values, %offsets, %bounds, %bias, %mask) : (tensor<8448xf32>, tensor<8448xf32>, tensor<189x4xf32>, tensor<189xi32>, tensor<2x3x2xi32>, tensor<3x4xf32>, tensor<27x8xf32>, tensor<81xi32>, tensor<2x1x2xi32>, tensor<1x8xf32>, tensor<528xf32>) -> (tensor<8x2x528xf32>, tensor<17280xf32>)
  return %result : tensor<8x2x528xf32>
}
