util.global private @space.time.mid_values = #flow.parameter.named<"model"::"space.time.mid_values"> : tensor<351x4xf32>
util.global private @space.time.mid_offsets = #flow.parameter.named<"model"::"space.time.mid_offsets"> : tensor<359xi32>
util.global private @space.time.mid_bounds = #flow.parameter.named<"model"::"space.time.mid_bounds"> : tensor<3x3x2xi32>
util.global private @space.time.mid_bias = #flow.parameter.named<"model"::"space.time.mid_bias"> : tensor<3x4xf32>
util.global private @space.time.values = #flow.parameter.named<"model"::"space.time.values"> : tensor<36x8xf32>
util.global private @space.time.offsets = #flow.parameter.named<"model"::"space.time.offsets"> : tensor<116xi32>
util.global private @space.time.bounds = #flow.parameter.named<"model"::"space.time.bounds"> : tensor<2x1x2xi32>
util.global private @space.time.bias = #flow.parameter.named<"model"::"space.time.bias"> : tensor<1x8xf32>
util.global private @space.time.mask = #flow.parameter.named<"model"::"space.time.mask"> : tensor<528xf32>
hal.executable.source private @space.time_kernel {
  hal.executable.export public @space.time ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 7 : index
      %cy = arith.constant 1 : index
      %cz = arith.constant 1 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @space.time() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %mid_values = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<1404xf32, #hal.descriptor_type<storage_buffer>>
        %mid_offsets = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(2) alignment(64) offset(%byte0) : memref<359xi32, #hal.descriptor_type<storage_buffer>>
        %mid_bounds = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(3) alignment(64) offset(%byte0) : memref<18xi32, #hal.descriptor_type<storage_buffer>>
        %mid_bias = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(4) alignment(64) offset(%byte0) : memref<12xf32, #hal.descriptor_type<storage_buffer>>
        %values = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(5) alignment(64) offset(%byte0) : memref<288xf32, #hal.descriptor_type<storage_buffer>>
        %offsets = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(6) alignment(64) offset(%byte0) : memref<116xi32, #hal.descriptor_type<storage_buffer>>
        %bounds = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(7) alignment(64) offset(%byte0) : memref<4xi32, #hal.descriptor_type<storage_buffer>>
        %bias = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(8) alignment(64) offset(%byte0) : memref<8xf32, #hal.descriptor_type<storage_buffer>>
        %mask = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(9) alignment(64) offset(%byte0) : memref<528xf32, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(10) alignment(64) offset(%byte0) : memref<8448xf32, #hal.descriptor_type<storage_buffer>>
        %ring = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>, #hal.pipeline.binding<storage_buffer>]>) binding(11) alignment(64) offset(%byte0) : memref<16128xf32, #hal.descriptor_type<storage_buffer>>
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
        %ring_at = affine.apply affine_map<(w) -> (w * 2304)>(%worker)
        scf.for %chunk = %share_first to %share_end step %c1 {
        %step_first = affine.apply affine_map<(c) -> ((c * 7) floordiv 7)>(%chunk)
        %step_end = affine.apply affine_map<(c) -> ((c * 7 + 7) floordiv 7)>(%chunk)
        %start = affine.min affine_map<(s, e) -> (s * 64 + 24, (s - e) * 64 + 459)>(%step_first, %step_end)
        %mid_tiles = affine.apply affine_map<(s, e) -> ((e - s) * 1)>(%step_first, %step_end)
        scf.for %frame = %c0 to %frames step %c1 {
        // The zeros before the first and after the last pixel of each plane.
        %pad_zero = arith.constant 0.0 : f32
        %last_chunk = arith.constant 6 : index
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
          %earlier = affine.max affine_map<(f) -> (0, (f - 1) * 2 + 2)>(%frame)
          %at_start = arith.cmpi eq, %frame, %c0 : index
          %mid_first = arith.select %at_start, %c0, %earlier : index
          %mid_end = affine.min affine_map<(f) -> (f * 2 + 2, 3)>(%frame)
          scf.for %mid = %mid_first to %mid_end step %c1 {
            %mid_origin = affine.apply affine_map<(m)[s] -> (m * 528 + s)>(%mid)[%start]
            %mid_to = affine.apply affine_map<(m)[r] -> ((m mod 3) * 64 + r)>(%mid)[%ring_at]
            %ahead_start = affine.apply affine_map<(m)[s] -> (m * 528 + 504 + s)>(%mid)[%start]
        // Rows of filters for one output frame: row > register tile > tap, with 4 x 64 sums in registers.
        scf.for %row = %c0 to %mid_rows step %c1 {
          %bounds_at = affine.apply affine_map<(f, r) -> ((f * 3 + r) * 2)>(%mid, %row)
          %bounds_next = arith.addi %bounds_at, %c1 : index
          %first_tap32 = memref.load %mid_bounds[%bounds_at] : memref<18xi32, #hal.descriptor_type<storage_buffer>>
          %end_tap32 = memref.load %mid_bounds[%bounds_next] : memref<18xi32, #hal.descriptor_type<storage_buffer>>
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %bias_at = affine.apply affine_map<(r) -> (r * 4)>(%row)
          %row_to = affine.apply affine_map<(r)[to] -> (r * 768 + to)>(%row)[%mid_to]
          scf.for %tile = %c0 to %mid_tiles step %c1 {
            %position = affine.min affine_map<(t) -> (t * 64, 0)>(%tile)
            %x_at = arith.addi %position, %mid_origin : index
            %bias_at0 = affine.apply affine_map<(b) -> (b + 0)>(%bias_at)
            %bias_of0 = memref.load %mid_bias[%bias_at0] : memref<12xf32, #hal.descriptor_type<storage_buffer>>
            %bias0 = vector.broadcast %bias_of0 : f32 to vector<16xf32>
            %bias_at1 = affine.apply affine_map<(b) -> (b + 1)>(%bias_at)
            %bias_of1 = memref.load %mid_bias[%bias_at1] : memref<12xf32, #hal.descriptor_type<storage_buffer>>
            %bias1 = vector.broadcast %bias_of1 : f32 to vector<16xf32>
            %bias_at2 = affine.apply affine_map<(b) -> (b + 2)>(%bias_at)
            %bias_of2 = memref.load %mid_bias[%bias_at2] : memref<12xf32, #hal.descriptor_type<storage_buffer>>
            %bias2 = vector.broadcast %bias_of2 : f32 to vector<16xf32>
            %bias_at3 = affine.apply affine_map<(b) -> (b + 3)>(%bias_at)
            %bias_of3 = memref.load %mid_bias[%bias_at3] : memref<12xf32, #hal.descriptor_type<storage_buffer>>
            %bias3 = vector.broadcast %bias_of3 : f32 to vector<16xf32>
            %sums:16 = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a0_0 = %bias0, %a0_1 = %bias0, %a0_2 = %bias0, %a0_3 = %bias0, %a1_0 = %bias1, %a1_1 = %bias1, %a1_2 = %bias1, %a1_3 = %bias1, %a2_0 = %bias2, %a2_1 = %bias2, %a2_2 = %bias2, %a2_3 = %bias2, %a3_0 = %bias3, %a3_1 = %bias3, %a3_2 = %bias3, %a3_3 = %bias3) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>) {
              %offset32 = memref.load %mid_offsets[%tap] : memref<359xi32, #hal.descriptor_type<storage_buffer>>
              %offset = arith.index_cast %offset32 : i32 to index
              %in_at = arith.addi %offset, %x_at : index
              %in_at0 = affine.apply affine_map<(i) -> (i + 0)>(%in_at)
              %x0 = vector.load %x[%in_at0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
              %in_at1 = affine.apply affine_map<(i) -> (i + 16)>(%in_at)
              %x1 = vector.load %x[%in_at1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
              %in_at2 = affine.apply affine_map<(i) -> (i + 32)>(%in_at)
              %x2 = vector.load %x[%in_at2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
              %in_at3 = affine.apply affine_map<(i) -> (i + 48)>(%in_at)
              %x3 = vector.load %x[%in_at3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
              %w_ahead = affine.apply affine_map<(t) -> (t * 4 + 1024)>(%tap)
              memref.prefetch %mid_values[%w_ahead], read, locality<3>, data : memref<1404xf32, #hal.descriptor_type<storage_buffer>>
              %w_at0 = affine.apply affine_map<(t) -> (t * 4 + 0)>(%tap)
              %w0 = memref.load %mid_values[%w_at0] : memref<1404xf32, #hal.descriptor_type<storage_buffer>>
              %b0 = vector.broadcast %w0 : f32 to vector<16xf32>
              %w_at1 = affine.apply affine_map<(t) -> (t * 4 + 1)>(%tap)
              %w1 = memref.load %mid_values[%w_at1] : memref<1404xf32, #hal.descriptor_type<storage_buffer>>
              %b1 = vector.broadcast %w1 : f32 to vector<16xf32>
              %w_at2 = affine.apply affine_map<(t) -> (t * 4 + 2)>(%tap)
              %w2 = memref.load %mid_values[%w_at2] : memref<1404xf32, #hal.descriptor_type<storage_buffer>>
              %b2 = vector.broadcast %w2 : f32 to vector<16xf32>
              %w_at3 = affine.apply affine_map<(t) -> (t * 4 + 3)>(%tap)
              %w3 = memref.load %mid_values[%w_at3] : memref<1404xf32, #hal.descriptor_type<storage_buffer>>
              %b3 = vector.broadcast %w3 : f32 to vector<16xf32>
              %next = affine.apply affine_map<(t) -> (t + 8)>(%tap)
              %next_offset32 = memref.load %mid_offsets[%next] : memref<359xi32, #hal.descriptor_type<storage_buffer>>
              %next_offset = arith.index_cast %next_offset32 : i32 to index
              %next_at = arith.addi %next_offset, %x_at : index
              %line0 = affine.apply affine_map<(x) -> (x + 0)>(%next_at)
              memref.prefetch %x[%line0], read, locality<3>, data : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
              %line16 = affine.apply affine_map<(x) -> (x + 16)>(%next_at)
              memref.prefetch %x[%line16], read, locality<3>, data : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
              %line32 = affine.apply affine_map<(x) -> (x + 32)>(%next_at)
              memref.prefetch %x[%line32], read, locality<3>, data : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
              %line48 = affine.apply affine_map<(x) -> (x + 48)>(%next_at)
              memref.prefetch %x[%line48], read, locality<3>, data : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
              %line63 = affine.apply affine_map<(x) -> (x + 63)>(%next_at)
              memref.prefetch %x[%line63], read, locality<3>, data : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
              %n0_0 = vector.fma %b0, %x0, %a0_0 : vector<16xf32>
              %n0_1 = vector.fma %b0, %x1, %a0_1 : vector<16xf32>
              %n0_2 = vector.fma %b0, %x2, %a0_2 : vector<16xf32>
              %n0_3 = vector.fma %b0, %x3, %a0_3 : vector<16xf32>
              %n1_0 = vector.fma %b1, %x0, %a1_0 : vector<16xf32>
              %n1_1 = vector.fma %b1, %x1, %a1_1 : vector<16xf32>
              %n1_2 = vector.fma %b1, %x2, %a1_2 : vector<16xf32>
              %n1_3 = vector.fma %b1, %x3, %a1_3 : vector<16xf32>
              %n2_0 = vector.fma %b2, %x0, %a2_0 : vector<16xf32>
              %n2_1 = vector.fma %b2, %x1, %a2_1 : vector<16xf32>
              %n2_2 = vector.fma %b2, %x2, %a2_2 : vector<16xf32>
              %n2_3 = vector.fma %b2, %x3, %a2_3 : vector<16xf32>
              %n3_0 = vector.fma %b3, %x0, %a3_0 : vector<16xf32>
              %n3_1 = vector.fma %b3, %x1, %a3_1 : vector<16xf32>
              %n3_2 = vector.fma %b3, %x2, %a3_2 : vector<16xf32>
              %n3_3 = vector.fma %b3, %x3, %a3_3 : vector<16xf32>
              scf.yield %n0_0, %n0_1, %n0_2, %n0_3, %n1_0, %n1_1, %n1_2, %n1_3, %n2_0, %n2_1, %n2_2, %n2_3, %n3_0, %n3_1, %n3_2, %n3_3 : vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>
            }
            %floor = arith.constant dense<0.0> : vector<16xf32>
            %out_at0_0 = affine.apply affine_map<(p)[r] -> (p + r + 0)>(%position)[%row_to]
            %relu0_0 = arith.maximumf %sums#0, %floor : vector<16xf32>
            vector.store %relu0_0, %ring[%out_at0_0] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at0_1 = affine.apply affine_map<(p)[r] -> (p + r + 16)>(%position)[%row_to]
            %relu0_1 = arith.maximumf %sums#1, %floor : vector<16xf32>
            vector.store %relu0_1, %ring[%out_at0_1] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at0_2 = affine.apply affine_map<(p)[r] -> (p + r + 32)>(%position)[%row_to]
            %relu0_2 = arith.maximumf %sums#2, %floor : vector<16xf32>
            vector.store %relu0_2, %ring[%out_at0_2] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at0_3 = affine.apply affine_map<(p)[r] -> (p + r + 48)>(%position)[%row_to]
            %relu0_3 = arith.maximumf %sums#3, %floor : vector<16xf32>
            vector.store %relu0_3, %ring[%out_at0_3] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at1_0 = affine.apply affine_map<(p)[r] -> (p + r + 192)>(%position)[%row_to]
            %relu1_0 = arith.maximumf %sums#4, %floor : vector<16xf32>
            vector.store %relu1_0, %ring[%out_at1_0] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at1_1 = affine.apply affine_map<(p)[r] -> (p + r + 208)>(%position)[%row_to]
            %relu1_1 = arith.maximumf %sums#5, %floor : vector<16xf32>
            vector.store %relu1_1, %ring[%out_at1_1] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at1_2 = affine.apply affine_map<(p)[r] -> (p + r + 224)>(%position)[%row_to]
            %relu1_2 = arith.maximumf %sums#6, %floor : vector<16xf32>
            vector.store %relu1_2, %ring[%out_at1_2] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at1_3 = affine.apply affine_map<(p)[r] -> (p + r + 240)>(%position)[%row_to]
            %relu1_3 = arith.maximumf %sums#7, %floor : vector<16xf32>
            vector.store %relu1_3, %ring[%out_at1_3] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at2_0 = affine.apply affine_map<(p)[r] -> (p + r + 384)>(%position)[%row_to]
            %relu2_0 = arith.maximumf %sums#8, %floor : vector<16xf32>
            vector.store %relu2_0, %ring[%out_at2_0] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at2_1 = affine.apply affine_map<(p)[r] -> (p + r + 400)>(%position)[%row_to]
            %relu2_1 = arith.maximumf %sums#9, %floor : vector<16xf32>
            vector.store %relu2_1, %ring[%out_at2_1] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at2_2 = affine.apply affine_map<(p)[r] -> (p + r + 416)>(%position)[%row_to]
            %relu2_2 = arith.maximumf %sums#10, %floor : vector<16xf32>
            vector.store %relu2_2, %ring[%out_at2_2] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at2_3 = affine.apply affine_map<(p)[r] -> (p + r + 432)>(%position)[%row_to]
            %relu2_3 = arith.maximumf %sums#11, %floor : vector<16xf32>
            vector.store %relu2_3, %ring[%out_at2_3] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at3_0 = affine.apply affine_map<(p)[r] -> (p + r + 576)>(%position)[%row_to]
            %relu3_0 = arith.maximumf %sums#12, %floor : vector<16xf32>
            vector.store %relu3_0, %ring[%out_at3_0] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at3_1 = affine.apply affine_map<(p)[r] -> (p + r + 592)>(%position)[%row_to]
            %relu3_1 = arith.maximumf %sums#13, %floor : vector<16xf32>
            vector.store %relu3_1, %ring[%out_at3_1] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at3_2 = affine.apply affine_map<(p)[r] -> (p + r + 608)>(%position)[%row_to]
            %relu3_2 = arith.maximumf %sums#14, %floor : vector<16xf32>
            vector.store %relu3_2, %ring[%out_at3_2] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at3_3 = affine.apply affine_map<(p)[r] -> (p + r + 624)>(%position)[%row_to]
            %relu3_3 = arith.maximumf %sums#15, %floor : vector<16xf32>
            vector.store %relu3_3, %ring[%out_at3_3] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
          }
        }
          }
          // A convolution over frames alone, at the same positions.
          %tiles = affine.apply affine_map<(s, e) -> ((e - s) * 2)>(%step_first, %step_end)
          %shift = affine.apply affine_map<(f) -> (((f * 2 + 2) mod 3) * 36)>(%frame)
          %to = affine.apply affine_map<(f)[s] -> (f * 528 + s)>(%frame)[%start]
        // Rows of filters for one output frame: row > register tile > tap, with 8 x 32 sums in registers.
        scf.for %row = %c0 to %rows step %c1 {
          %bounds_at = affine.apply affine_map<(f, r) -> ((f * 1 + r) * 2)>(%frame, %row)
          %bounds_next = arith.addi %bounds_at, %c1 : index
          %first_tap32 = memref.load %bounds[%bounds_at] : memref<4xi32, #hal.descriptor_type<storage_buffer>>
          %end_tap32 = memref.load %bounds[%bounds_next] : memref<4xi32, #hal.descriptor_type<storage_buffer>>
          %first_tap = arith.index_cast %first_tap32 : i32 to index
          %end_tap = arith.index_cast %end_tap32 : i32 to index
          %bias_at = affine.apply affine_map<(r) -> (r * 8)>(%row)
          %row_to = affine.apply affine_map<(r)[to] -> (r * 8448 + to)>(%row)[%to]
          scf.for %tile = %c0 to %tiles step %c1 {
            %position = affine.min affine_map<(t) -> (t * 32, 32)>(%tile)
            %x_at = arith.addi %position, %ring_at : index
            %bias_at0 = affine.apply affine_map<(b) -> (b + 0)>(%bias_at)
            %bias_of0 = memref.load %bias[%bias_at0] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias0 = vector.broadcast %bias_of0 : f32 to vector<16xf32>
            %bias_at1 = affine.apply affine_map<(b) -> (b + 1)>(%bias_at)
            %bias_of1 = memref.load %bias[%bias_at1] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias1 = vector.broadcast %bias_of1 : f32 to vector<16xf32>
            %bias_at2 = affine.apply affine_map<(b) -> (b + 2)>(%bias_at)
            %bias_of2 = memref.load %bias[%bias_at2] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias2 = vector.broadcast %bias_of2 : f32 to vector<16xf32>
            %bias_at3 = affine.apply affine_map<(b) -> (b + 3)>(%bias_at)
            %bias_of3 = memref.load %bias[%bias_at3] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias3 = vector.broadcast %bias_of3 : f32 to vector<16xf32>
            %bias_at4 = affine.apply affine_map<(b) -> (b + 4)>(%bias_at)
            %bias_of4 = memref.load %bias[%bias_at4] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias4 = vector.broadcast %bias_of4 : f32 to vector<16xf32>
            %bias_at5 = affine.apply affine_map<(b) -> (b + 5)>(%bias_at)
            %bias_of5 = memref.load %bias[%bias_at5] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias5 = vector.broadcast %bias_of5 : f32 to vector<16xf32>
            %bias_at6 = affine.apply affine_map<(b) -> (b + 6)>(%bias_at)
            %bias_of6 = memref.load %bias[%bias_at6] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias6 = vector.broadcast %bias_of6 : f32 to vector<16xf32>
            %bias_at7 = affine.apply affine_map<(b) -> (b + 7)>(%bias_at)
            %bias_of7 = memref.load %bias[%bias_at7] : memref<8xf32, #hal.descriptor_type<storage_buffer>>
            %bias7 = vector.broadcast %bias_of7 : f32 to vector<16xf32>
            %sums:16 = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a0_0 = %bias0, %a0_1 = %bias0, %a1_0 = %bias1, %a1_1 = %bias1, %a2_0 = %bias2, %a2_1 = %bias2, %a3_0 = %bias3, %a3_1 = %bias3, %a4_0 = %bias4, %a4_1 = %bias4, %a5_0 = %bias5, %a5_1 = %bias5, %a6_0 = %bias6, %a6_1 = %bias6, %a7_0 = %bias7, %a7_1 = %bias7) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>) {
              %place = arith.addi %tap, %shift : index
              %offset32 = memref.load %offsets[%place] : memref<116xi32, #hal.descriptor_type<storage_buffer>>
              %offset = arith.index_cast %offset32 : i32 to index
              %in_at = arith.addi %offset, %x_at : index
              %in_at0 = affine.apply affine_map<(i) -> (i + 0)>(%in_at)
              %x0 = vector.load %ring[%in_at0] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
              %in_at1 = affine.apply affine_map<(i) -> (i + 16)>(%in_at)
              %x1 = vector.load %ring[%in_at1] : memref<16128xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
              %w_ahead = affine.apply affine_map<(t) -> (t * 8 + 2048)>(%tap)
              memref.prefetch %values[%w_ahead], read, locality<3>, data : memref<288xf32, #hal.descriptor_type<storage_buffer>>
              %w_at0 = affine.apply affine_map<(t) -> (t * 8 + 0)>(%tap)
              %w0 = memref.load %values[%w_at0] : memref<288xf32, #hal.descriptor_type<storage_buffer>>
              %b0 = vector.broadcast %w0 : f32 to vector<16xf32>
              %w_at1 = affine.apply affine_map<(t) -> (t * 8 + 1)>(%tap)
              %w1 = memref.load %values[%w_at1] : memref<288xf32, #hal.descriptor_type<storage_buffer>>
              %b1 = vector.broadcast %w1 : f32 to vector<16xf32>
              %w_at2 = affine.apply affine_map<(t) -> (t * 8 + 2)>(%tap)
              %w2 = memref.load %values[%w_at2] : memref<288xf32, #hal.descriptor_type<storage_buffer>>
              %b2 = vector.broadcast %w2 : f32 to vector<16xf32>
              %w_at3 = affine.apply affine_map<(t) -> (t * 8 + 3)>(%tap)
              %w3 = memref.load %values[%w_at3] : memref<288xf32, #hal.descriptor_type<storage_buffer>>
              %b3 = vector.broadcast %w3 : f32 to vector<16xf32>
              %w_at4 = affine.apply affine_map<(t) -> (t * 8 + 4)>(%tap)
              %w4 = memref.load %values[%w_at4] : memref<288xf32, #hal.descriptor_type<storage_buffer>>
              %b4 = vector.broadcast %w4 : f32 to vector<16xf32>
              %w_at5 = affine.apply affine_map<(t) -> (t * 8 + 5)>(%tap)
              %w5 = memref.load %values[%w_at5] : memref<288xf32, #hal.descriptor_type<storage_buffer>>
              %b5 = vector.broadcast %w5 : f32 to vector<16xf32>
              %w_at6 = affine.apply affine_map<(t) -> (t * 8 + 6)>(%tap)
              %w6 = memref.load %values[%w_at6] : memref<288xf32, #hal.descriptor_type<storage_buffer>>
              %b6 = vector.broadcast %w6 : f32 to vector<16xf32>
              %w_at7 = affine.apply affine_map<(t) -> (t * 8 + 7)>(%tap)
              %w7 = memref.load %values[%w_at7] : memref<288xf32, #hal.descriptor_type<storage_buffer>>
              %b7 = vector.broadcast %w7 : f32 to vector<16xf32>
              %next = affine.apply affine_map<(t) -> (t + 8)>(%place)
              %next_offset32 = memref.load %offsets[%next] : memref<116xi32, #hal.descriptor_type<storage_buffer>>
              %next_offset = arith.index_cast %next_offset32 : i32 to index
              %next_at = arith.addi %next_offset, %x_at : index
              %line0 = affine.apply affine_map<(x) -> (x + 0)>(%next_at)
              memref.prefetch %ring[%line0], read, locality<3>, data : memref<16128xf32, #hal.descriptor_type<storage_buffer>>
              %line16 = affine.apply affine_map<(x) -> (x + 16)>(%next_at)
              memref.prefetch %ring[%line16], read, locality<3>, data : memref<16128xf32, #hal.descriptor_type<storage_buffer>>
              %line31 = affine.apply affine_map<(x) -> (x + 31)>(%next_at)
              memref.prefetch %ring[%line31], read, locality<3>, data : memref<16128xf32, #hal.descriptor_type<storage_buffer>>
              %n0_0 = vector.fma %b0, %x0, %a0_0 : vector<16xf32>
              %n0_1 = vector.fma %b0, %x1, %a0_1 : vector<16xf32>
              %n1_0 = vector.fma %b1, %x0, %a1_0 : vector<16xf32>
              %n1_1 = vector.fma %b1, %x1, %a1_1 : vector<16xf32>
              %n2_0 = vector.fma %b2, %x0, %a2_0 : vector<16xf32>
              %n2_1 = vector.fma %b2, %x1, %a2_1 : vector<16xf32>
              %n3_0 = vector.fma %b3, %x0, %a3_0 : vector<16xf32>
              %n3_1 = vector.fma %b3, %x1, %a3_1 : vector<16xf32>
              %n4_0 = vector.fma %b4, %x0, %a4_0 : vector<16xf32>
              %n4_1 = vector.fma %b4, %x1, %a4_1 : vector<16xf32>
              %n5_0 = vector.fma %b5, %x0, %a5_0 : vector<16xf32>
              %n5_1 = vector.fma %b5, %x1, %a5_1 : vector<16xf32>
              %n6_0 = vector.fma %b6, %x0, %a6_0 : vector<16xf32>
              %n6_1 = vector.fma %b6, %x1, %a6_1 : vector<16xf32>
              %n7_0 = vector.fma %b7, %x0, %a7_0 : vector<16xf32>
              %n7_1 = vector.fma %b7, %x1, %a7_1 : vector<16xf32>
              scf.yield %n0_0, %n0_1, %n1_0, %n1_1, %n2_0, %n2_1, %n3_0, %n3_1, %n4_0, %n4_1, %n5_0, %n5_1, %n6_0, %n6_1, %n7_0, %n7_1 : vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>
            }
            %mask_at0 = affine.apply affine_map<(p)[m] -> (p + m + 0)>(%position)[%start]
            %mask0 = vector.load %mask[%mask_at0] : memref<528xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %mask_at1 = affine.apply affine_map<(p)[m] -> (p + m + 16)>(%position)[%start]
            %mask1 = vector.load %mask[%mask_at1] : memref<528xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at0_0 = affine.apply affine_map<(p)[r] -> (p + r + 0)>(%position)[%row_to]
            %kept0_0 = arith.mulf %sums#0, %mask0 : vector<16xf32>
            vector.store %kept0_0, %out[%out_at0_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at0_1 = affine.apply affine_map<(p)[r] -> (p + r + 16)>(%position)[%row_to]
            %kept0_1 = arith.mulf %sums#1, %mask1 : vector<16xf32>
            vector.store %kept0_1, %out[%out_at0_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at1_0 = affine.apply affine_map<(p)[r] -> (p + r + 1056)>(%position)[%row_to]
            %kept1_0 = arith.mulf %sums#2, %mask0 : vector<16xf32>
            vector.store %kept1_0, %out[%out_at1_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at1_1 = affine.apply affine_map<(p)[r] -> (p + r + 1072)>(%position)[%row_to]
            %kept1_1 = arith.mulf %sums#3, %mask1 : vector<16xf32>
            vector.store %kept1_1, %out[%out_at1_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at2_0 = affine.apply affine_map<(p)[r] -> (p + r + 2112)>(%position)[%row_to]
            %kept2_0 = arith.mulf %sums#4, %mask0 : vector<16xf32>
            vector.store %kept2_0, %out[%out_at2_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at2_1 = affine.apply affine_map<(p)[r] -> (p + r + 2128)>(%position)[%row_to]
            %kept2_1 = arith.mulf %sums#5, %mask1 : vector<16xf32>
            vector.store %kept2_1, %out[%out_at2_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at3_0 = affine.apply affine_map<(p)[r] -> (p + r + 3168)>(%position)[%row_to]
            %kept3_0 = arith.mulf %sums#6, %mask0 : vector<16xf32>
            vector.store %kept3_0, %out[%out_at3_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at3_1 = affine.apply affine_map<(p)[r] -> (p + r + 3184)>(%position)[%row_to]
            %kept3_1 = arith.mulf %sums#7, %mask1 : vector<16xf32>
            vector.store %kept3_1, %out[%out_at3_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at4_0 = affine.apply affine_map<(p)[r] -> (p + r + 4224)>(%position)[%row_to]
            %kept4_0 = arith.mulf %sums#8, %mask0 : vector<16xf32>
            vector.store %kept4_0, %out[%out_at4_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at4_1 = affine.apply affine_map<(p)[r] -> (p + r + 4240)>(%position)[%row_to]
            %kept4_1 = arith.mulf %sums#9, %mask1 : vector<16xf32>
            vector.store %kept4_1, %out[%out_at4_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at5_0 = affine.apply affine_map<(p)[r] -> (p + r + 5280)>(%position)[%row_to]
            %kept5_0 = arith.mulf %sums#10, %mask0 : vector<16xf32>
            vector.store %kept5_0, %out[%out_at5_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at5_1 = affine.apply affine_map<(p)[r] -> (p + r + 5296)>(%position)[%row_to]
            %kept5_1 = arith.mulf %sums#11, %mask1 : vector<16xf32>
            vector.store %kept5_1, %out[%out_at5_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at6_0 = affine.apply affine_map<(p)[r] -> (p + r + 6336)>(%position)[%row_to]
            %kept6_0 = arith.mulf %sums#12, %mask0 : vector<16xf32>
            vector.store %kept6_0, %out[%out_at6_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at6_1 = affine.apply affine_map<(p)[r] -> (p + r + 6352)>(%position)[%row_to]
            %kept6_1 = arith.mulf %sums#13, %mask1 : vector<16xf32>
            vector.store %kept6_1, %out[%out_at6_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at7_0 = affine.apply affine_map<(p)[r] -> (p + r + 7392)>(%position)[%row_to]
            %kept7_0 = arith.mulf %sums#14, %mask0 : vector<16xf32>
            vector.store %kept7_0, %out[%out_at7_0] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
            %out_at7_1 = affine.apply affine_map<(p)[r] -> (p + r + 7408)>(%position)[%row_to]
            %kept7_1 = arith.mulf %sums#15, %mask1 : vector<16xf32>
            vector.store %kept7_1, %out[%out_at7_1] : memref<8448xf32, #hal.descriptor_type<storage_buffer>>, vector<16xf32>
          }
        }
        }
        }
        return
      }
  }
}
func.func private @space.time(%x: tensor<16x3x528xf32>) -> tensor<8x2x528xf32> {
  %mid_values = util.global.load @space.time.mid_values : tensor<351x4xf32>
  %mid_offsets = util.global.load @space.time.mid_offsets : tensor<359xi32>
  %mid_bounds = util.global.load @space.time.mid_bounds : tensor<3x3x2xi32>
  %mid_bias = util.global.load @space.time.mid_bias : tensor<3x4xf32>
  %values = util.global.load @space.time.values : tensor<36x8xf32>
  %offsets = util.global.load @space.time.offsets : tensor<116xi32>
  %bounds = util.global.load @space.time.bounds : tensor<2x1x2xi32>
  %bias = util.global.load @space.time.bias : tensor<1x8xf32>
  %mask = util.global.load @space.time.mask : tensor<528xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x3x528xf32> into tensor<25344xf32>
  %result, %unused1 = flow.dispatch @space.time_kernel::@space.time(%x.flat, %mid_values, %mid_offsets, %mid_bounds, %mid_bias, %values, %offsets, %bounds, %bias, %mask) : (tensor<25344xf32>, tensor<351x4xf32>, tensor<359xi32>, tensor<3x3x2xi32>, tensor<3x4xf32>, tensor<36x8xf32>, tensor<116xi32>, tensor<2x1x2xi32>, tensor<1x8xf32>, tensor<528xf32>) -> (tensor<8x2x528xf32>, tensor<16128xf32>)
  return %result : tensor<8x2x528xf32>
}
