util.global private @again.values = #flow.parameter.named<"model"::"again.values"> : tensor<78x8xf32>
util.global private @again.offsets = #flow.parameter.named<"model"::"again.offsets"> : tensor<78xi32>
util.global private @again.bounds = #flow.parameter.named<"model"::"again.bounds"> : tensor<3x2x2xi32>
util.global private @again.bias = #flow.parameter.named<"model"::"again.bias"> : tensor<2x8xf32>
util.global private @again.mask = #flow.parameter.named<"model"::"again.mask"> : tensor<528xf32>
hal.executable.source private @again_kernel {
  hal.executable.export public @again ordinal(0) layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) count(%device: !hal.device) -> (index, index, index) {
      %cx = arith.constant 3 : index
      %cy = arith.constant 3 : index
      %cz = arith.constant 2 : index
      hal.return %cx, %cy, %cz : index, index, index
  }
  builtin.module {
      func.func @again() attributes {translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [64, 1, 1]>} {
        %byte0 = arith.constant 0 : index
        %x = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(0) alignment(64) offset(%byte0) : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %residual = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(1) alignment(64) offset(%byte0) : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %values = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(2) alignment(64) offset(%byte0) : memref<156xvector<4xf32>, #hal.descriptor_type<storage_buffer>>
        %offsets = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(3) alignment(64) offset(%byte0) : memref<78xi32, #hal.descriptor_type<storage_buffer>>
        %bounds = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(4) alignment(64) offset(%byte0) : memref<12xi32, #hal.descriptor_type<storage_buffer>>
        %bias = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(5) alignment(64) offset(%byte0) : memref<4xvector<4xf32>, #hal.descriptor_type<storage_buffer>>
        %mask = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(6) alignment(64) offset(%byte0) : memref<528xf32, #hal.descriptor_type<storage_buffer>>
        %out = hal.interface.binding.subspan layout(#hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>) binding(7) alignment(64) offset(%byte0) : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
// A packed 3D convolution. A workgroup is 64 invocations on one row and one frame; an invocation holds 4 positions (64 apart, so that neighbours
// load neighbours) x 8 filters as vec4 accumulators. A tap is one offset, 2 vec4 weights (the same for all invocations) and 4 inputs.
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %c2 = arith.constant 2 : index
        %vectors = arith.constant 2 : index
        %row_count = arith.constant 2 : index
        %plane = arith.constant 528 : index
        %plane_end = arith.constant 527 : index
        %first = arith.constant 24 : index
        %end = arith.constant 458 : index
        %span = arith.constant 256 : index
        %always = arith.constant true
        %zero = arith.constant dense<0.0> : vector<4xf32>
        %floor = arith.constant dense<0.0> : vector<4xf32>
        %wx = hal.interface.workgroup.id[0] : index
        %frame = hal.interface.workgroup.id[1] : index
        %row = hal.interface.workgroup.id[2] : index
        %thread = gpu.thread_id x
        %frame_base = arith.muli %frame, %plane : index
        %x_frame = arith.constant 528 : index
        %x_base = arith.muli %frame, %x_frame : index
        %bounds_frame = arith.muli %frame, %row_count : index
        %bounds_row = arith.addi %bounds_frame, %row : index
        %bounds_first = arith.muli %bounds_row, %c2 : index
        %bounds_end = arith.addi %bounds_first, %c1 : index
        %first_tap32 = memref.load %bounds[%bounds_first] : memref<12xi32, #hal.descriptor_type<storage_buffer>>
        %end_tap32 = memref.load %bounds[%bounds_end] : memref<12xi32, #hal.descriptor_type<storage_buffer>>
        %first_tap = arith.index_cast %first_tap32 : i32 to index
        %end_tap = arith.index_cast %end_tap32 : i32 to index
        %span_base = arith.muli %wx, %span : index
        %p0 = arith.addi %span_base, %thread : index
        %step0 = arith.constant 0 : index
        %free0 = arith.addi %p0, %step0 : index
        %p_0 = arith.minsi %free0, %plane_end : index
        %low0 = arith.maxsi %p_0, %first : index
        %inside0 = arith.minsi %low0, %end : index
        %r_0 = arith.addi %inside0, %x_base : index
        %step1 = arith.constant 64 : index
        %free1 = arith.addi %p0, %step1 : index
        %p_1 = arith.minsi %free1, %plane_end : index
        %low1 = arith.maxsi %p_1, %first : index
        %inside1 = arith.minsi %low1, %end : index
        %r_1 = arith.addi %inside1, %x_base : index
        %step2 = arith.constant 128 : index
        %free2 = arith.addi %p0, %step2 : index
        %p_2 = arith.minsi %free2, %plane_end : index
        %low2 = arith.maxsi %p_2, %first : index
        %inside2 = arith.minsi %low2, %end : index
        %r_2 = arith.addi %inside2, %x_base : index
        %step3 = arith.constant 192 : index
        %free3 = arith.addi %p0, %step3 : index
        %p_3 = arith.minsi %free3, %plane_end : index
        %low3 = arith.maxsi %p_3, %first : index
        %inside3 = arith.minsi %low3, %end : index
        %r_3 = arith.addi %inside3, %x_base : index
        %sum:8 = scf.for %tap = %first_tap to %end_tap step %c1 iter_args(%a0_0 = %zero, %a0_1 = %zero, %a0_2 = %zero, %a0_3 = %zero, %a1_0 = %zero, %a1_1 = %zero, %a1_2 = %zero, %a1_3 = %zero) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
          %offset32 = memref.load %offsets[%tap] : memref<78xi32, #hal.descriptor_type<storage_buffer>>
          %offset = arith.index_cast %offset32 : i32 to index
          %weights_at = arith.muli %tap, %vectors : index
          %at0 = arith.addi %r_0, %offset : index
          %x0 = memref.load %x[%at0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
          %in0 = vector.broadcast %x0 : f32 to vector<4xf32>
          %at1 = arith.addi %r_1, %offset : index
          %x1 = memref.load %x[%at1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
          %in1 = vector.broadcast %x1 : f32 to vector<4xf32>
          %at2 = arith.addi %r_2, %offset : index
          %x2 = memref.load %x[%at2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
          %in2 = vector.broadcast %x2 : f32 to vector<4xf32>
          %at3 = arith.addi %r_3, %offset : index
          %x3 = memref.load %x[%at3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
          %in3 = vector.broadcast %x3 : f32 to vector<4xf32>
          %v0 = arith.constant 0 : index
          %w_at0 = arith.addi %weights_at, %v0 : index
          %w0 = memref.load %values[%w_at0] : memref<156xvector<4xf32>, #hal.descriptor_type<storage_buffer>>
          %n0_0 = math.fma %w0, %in0, %a0_0 : vector<4xf32>
          %n0_1 = math.fma %w0, %in1, %a0_1 : vector<4xf32>
          %n0_2 = math.fma %w0, %in2, %a0_2 : vector<4xf32>
          %n0_3 = math.fma %w0, %in3, %a0_3 : vector<4xf32>
          %v1 = arith.constant 1 : index
          %w_at1 = arith.addi %weights_at, %v1 : index
          %w1 = memref.load %values[%w_at1] : memref<156xvector<4xf32>, #hal.descriptor_type<storage_buffer>>
          %n1_0 = math.fma %w1, %in0, %a1_0 : vector<4xf32>
          %n1_1 = math.fma %w1, %in1, %a1_1 : vector<4xf32>
          %n1_2 = math.fma %w1, %in2, %a1_2 : vector<4xf32>
          %n1_3 = math.fma %w1, %in3, %a1_3 : vector<4xf32>
          scf.yield %n0_0, %n0_1, %n0_2, %n0_3, %n1_0, %n1_1, %n1_2, %n1_3 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
        }
        %bias_at = arith.muli %row, %vectors : index
        %row_stride = arith.constant 12672 : index
        %row_base = arith.muli %row, %row_stride : index
        %out_base = arith.addi %row_base, %frame_base : index
        %keep0 = memref.load %mask[%p_0] : memref<528xf32, #hal.descriptor_type<storage_buffer>>
        %keeps0 = vector.broadcast %keep0 : f32 to vector<4xf32>
        %to0 = arith.addi %out_base, %p_0 : index
        %keep1 = memref.load %mask[%p_1] : memref<528xf32, #hal.descriptor_type<storage_buffer>>
        %keeps1 = vector.broadcast %keep1 : f32 to vector<4xf32>
        %to1 = arith.addi %out_base, %p_1 : index
        %keep2 = memref.load %mask[%p_2] : memref<528xf32, #hal.descriptor_type<storage_buffer>>
        %keeps2 = vector.broadcast %keep2 : f32 to vector<4xf32>
        %to2 = arith.addi %out_base, %p_2 : index
        %keep3 = memref.load %mask[%p_3] : memref<528xf32, #hal.descriptor_type<storage_buffer>>
        %keeps3 = vector.broadcast %keep3 : f32 to vector<4xf32>
        %to3 = arith.addi %out_base, %p_3 : index
        %bv0 = arith.constant 0 : index
        %b_at0 = arith.addi %bias_at, %bv0 : index
        %b0 = memref.load %bias[%b_at0] : memref<4xvector<4xf32>, #hal.descriptor_type<storage_buffer>>
        %s0_0 = arith.addf %sum#0, %b0 : vector<4xf32>
        %f0_0_0 = arith.constant 0 : index
        %o0_0_0 = arith.addi %to0, %f0_0_0 : index
        %f0_0_1 = arith.constant 1584 : index
        %o0_0_1 = arith.addi %to0, %f0_0_1 : index
        %f0_0_2 = arith.constant 3168 : index
        %o0_0_2 = arith.addi %to0, %f0_0_2 : index
        %f0_0_3 = arith.constant 4752 : index
        %o0_0_3 = arith.addi %to0, %f0_0_3 : index
        %rl0_0_0 = memref.load %residual[%o0_0_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_0_1 = memref.load %residual[%o0_0_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_0_2 = memref.load %residual[%o0_0_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_0_3 = memref.load %residual[%o0_0_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rv0_0 = vector.from_elements %rl0_0_0, %rl0_0_1, %rl0_0_2, %rl0_0_3 : vector<4xf32>
        %sr0_0 = arith.addf %s0_0, %rv0_0 : vector<4xf32>
        %m0_0 = arith.maximumf %sr0_0, %floor : vector<4xf32>
        %k0_0 = arith.mulf %m0_0, %keeps0 : vector<4xf32>
        %e0_0_0 = vector.extract %k0_0[0] : f32 from vector<4xf32>
        memref.store %e0_0_0, %out[%o0_0_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_0_1 = vector.extract %k0_0[1] : f32 from vector<4xf32>
        memref.store %e0_0_1, %out[%o0_0_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_0_2 = vector.extract %k0_0[2] : f32 from vector<4xf32>
        memref.store %e0_0_2, %out[%o0_0_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_0_3 = vector.extract %k0_0[3] : f32 from vector<4xf32>
        memref.store %e0_0_3, %out[%o0_0_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %s0_1 = arith.addf %sum#1, %b0 : vector<4xf32>
        %f0_1_0 = arith.constant 0 : index
        %o0_1_0 = arith.addi %to1, %f0_1_0 : index
        %f0_1_1 = arith.constant 1584 : index
        %o0_1_1 = arith.addi %to1, %f0_1_1 : index
        %f0_1_2 = arith.constant 3168 : index
        %o0_1_2 = arith.addi %to1, %f0_1_2 : index
        %f0_1_3 = arith.constant 4752 : index
        %o0_1_3 = arith.addi %to1, %f0_1_3 : index
        %rl0_1_0 = memref.load %residual[%o0_1_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_1_1 = memref.load %residual[%o0_1_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_1_2 = memref.load %residual[%o0_1_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_1_3 = memref.load %residual[%o0_1_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rv0_1 = vector.from_elements %rl0_1_0, %rl0_1_1, %rl0_1_2, %rl0_1_3 : vector<4xf32>
        %sr0_1 = arith.addf %s0_1, %rv0_1 : vector<4xf32>
        %m0_1 = arith.maximumf %sr0_1, %floor : vector<4xf32>
        %k0_1 = arith.mulf %m0_1, %keeps1 : vector<4xf32>
        %e0_1_0 = vector.extract %k0_1[0] : f32 from vector<4xf32>
        memref.store %e0_1_0, %out[%o0_1_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_1_1 = vector.extract %k0_1[1] : f32 from vector<4xf32>
        memref.store %e0_1_1, %out[%o0_1_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_1_2 = vector.extract %k0_1[2] : f32 from vector<4xf32>
        memref.store %e0_1_2, %out[%o0_1_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_1_3 = vector.extract %k0_1[3] : f32 from vector<4xf32>
        memref.store %e0_1_3, %out[%o0_1_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %s0_2 = arith.addf %sum#2, %b0 : vector<4xf32>
        %f0_2_0 = arith.constant 0 : index
        %o0_2_0 = arith.addi %to2, %f0_2_0 : index
        %f0_2_1 = arith.constant 1584 : index
        %o0_2_1 = arith.addi %to2, %f0_2_1 : index
        %f0_2_2 = arith.constant 3168 : index
        %o0_2_2 = arith.addi %to2, %f0_2_2 : index
        %f0_2_3 = arith.constant 4752 : index
        %o0_2_3 = arith.addi %to2, %f0_2_3 : index
        %rl0_2_0 = memref.load %residual[%o0_2_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_2_1 = memref.load %residual[%o0_2_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_2_2 = memref.load %residual[%o0_2_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_2_3 = memref.load %residual[%o0_2_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rv0_2 = vector.from_elements %rl0_2_0, %rl0_2_1, %rl0_2_2, %rl0_2_3 : vector<4xf32>
        %sr0_2 = arith.addf %s0_2, %rv0_2 : vector<4xf32>
        %m0_2 = arith.maximumf %sr0_2, %floor : vector<4xf32>
        %k0_2 = arith.mulf %m0_2, %keeps2 : vector<4xf32>
        %e0_2_0 = vector.extract %k0_2[0] : f32 from vector<4xf32>
        memref.store %e0_2_0, %out[%o0_2_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_2_1 = vector.extract %k0_2[1] : f32 from vector<4xf32>
        memref.store %e0_2_1, %out[%o0_2_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_2_2 = vector.extract %k0_2[2] : f32 from vector<4xf32>
        memref.store %e0_2_2, %out[%o0_2_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_2_3 = vector.extract %k0_2[3] : f32 from vector<4xf32>
        memref.store %e0_2_3, %out[%o0_2_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %s0_3 = arith.addf %sum#3, %b0 : vector<4xf32>
        %f0_3_0 = arith.constant 0 : index
        %o0_3_0 = arith.addi %to3, %f0_3_0 : index
        %f0_3_1 = arith.constant 1584 : index
        %o0_3_1 = arith.addi %to3, %f0_3_1 : index
        %f0_3_2 = arith.constant 3168 : index
        %o0_3_2 = arith.addi %to3, %f0_3_2 : index
        %f0_3_3 = arith.constant 4752 : index
        %o0_3_3 = arith.addi %to3, %f0_3_3 : index
        %rl0_3_0 = memref.load %residual[%o0_3_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_3_1 = memref.load %residual[%o0_3_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_3_2 = memref.load %residual[%o0_3_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl0_3_3 = memref.load %residual[%o0_3_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rv0_3 = vector.from_elements %rl0_3_0, %rl0_3_1, %rl0_3_2, %rl0_3_3 : vector<4xf32>
        %sr0_3 = arith.addf %s0_3, %rv0_3 : vector<4xf32>
        %m0_3 = arith.maximumf %sr0_3, %floor : vector<4xf32>
        %k0_3 = arith.mulf %m0_3, %keeps3 : vector<4xf32>
        %e0_3_0 = vector.extract %k0_3[0] : f32 from vector<4xf32>
        memref.store %e0_3_0, %out[%o0_3_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_3_1 = vector.extract %k0_3[1] : f32 from vector<4xf32>
        memref.store %e0_3_1, %out[%o0_3_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_3_2 = vector.extract %k0_3[2] : f32 from vector<4xf32>
        memref.store %e0_3_2, %out[%o0_3_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e0_3_3 = vector.extract %k0_3[3] : f32 from vector<4xf32>
        memref.store %e0_3_3, %out[%o0_3_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %bv1 = arith.constant 1 : index
        %b_at1 = arith.addi %bias_at, %bv1 : index
        %b1 = memref.load %bias[%b_at1] : memref<4xvector<4xf32>, #hal.descriptor_type<storage_buffer>>
        %s1_0 = arith.addf %sum#4, %b1 : vector<4xf32>
        %f1_0_0 = arith.constant 6336 : index
        %o1_0_0 = arith.addi %to0, %f1_0_0 : index
        %f1_0_1 = arith.constant 7920 : index
        %o1_0_1 = arith.addi %to0, %f1_0_1 : index
        %f1_0_2 = arith.constant 9504 : index
        %o1_0_2 = arith.addi %to0, %f1_0_2 : index
        %f1_0_3 = arith.constant 11088 : index
        %o1_0_3 = arith.addi %to0, %f1_0_3 : index
        %rl1_0_0 = memref.load %residual[%o1_0_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_0_1 = memref.load %residual[%o1_0_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_0_2 = memref.load %residual[%o1_0_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_0_3 = memref.load %residual[%o1_0_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rv1_0 = vector.from_elements %rl1_0_0, %rl1_0_1, %rl1_0_2, %rl1_0_3 : vector<4xf32>
        %sr1_0 = arith.addf %s1_0, %rv1_0 : vector<4xf32>
        %m1_0 = arith.maximumf %sr1_0, %floor : vector<4xf32>
        %k1_0 = arith.mulf %m1_0, %keeps0 : vector<4xf32>
        %e1_0_0 = vector.extract %k1_0[0] : f32 from vector<4xf32>
        memref.store %e1_0_0, %out[%o1_0_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_0_1 = vector.extract %k1_0[1] : f32 from vector<4xf32>
        memref.store %e1_0_1, %out[%o1_0_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_0_2 = vector.extract %k1_0[2] : f32 from vector<4xf32>
        memref.store %e1_0_2, %out[%o1_0_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_0_3 = vector.extract %k1_0[3] : f32 from vector<4xf32>
        memref.store %e1_0_3, %out[%o1_0_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %s1_1 = arith.addf %sum#5, %b1 : vector<4xf32>
        %f1_1_0 = arith.constant 6336 : index
        %o1_1_0 = arith.addi %to1, %f1_1_0 : index
        %f1_1_1 = arith.constant 7920 : index
        %o1_1_1 = arith.addi %to1, %f1_1_1 : index
        %f1_1_2 = arith.constant 9504 : index
        %o1_1_2 = arith.addi %to1, %f1_1_2 : index
        %f1_1_3 = arith.constant 11088 : index
        %o1_1_3 = arith.addi %to1, %f1_1_3 : index
        %rl1_1_0 = memref.load %residual[%o1_1_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_1_1 = memref.load %residual[%o1_1_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_1_2 = memref.load %residual[%o1_1_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_1_3 = memref.load %residual[%o1_1_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rv1_1 = vector.from_elements %rl1_1_0, %rl1_1_1, %rl1_1_2, %rl1_1_3 : vector<4xf32>
        %sr1_1 = arith.addf %s1_1, %rv1_1 : vector<4xf32>
        %m1_1 = arith.maximumf %sr1_1, %floor : vector<4xf32>
        %k1_1 = arith.mulf %m1_1, %keeps1 : vector<4xf32>
        %e1_1_0 = vector.extract %k1_1[0] : f32 from vector<4xf32>
        memref.store %e1_1_0, %out[%o1_1_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_1_1 = vector.extract %k1_1[1] : f32 from vector<4xf32>
        memref.store %e1_1_1, %out[%o1_1_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_1_2 = vector.extract %k1_1[2] : f32 from vector<4xf32>
        memref.store %e1_1_2, %out[%o1_1_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_1_3 = vector.extract %k1_1[3] : f32 from vector<4xf32>
        memref.store %e1_1_3, %out[%o1_1_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %s1_2 = arith.addf %sum#6, %b1 : vector<4xf32>
        %f1_2_0 = arith.constant 6336 : index
        %o1_2_0 = arith.addi %to2, %f1_2_0 : index
        %f1_2_1 = arith.constant 7920 : index
        %o1_2_1 = arith.addi %to2, %f1_2_1 : index
        %f1_2_2 = arith.constant 9504 : index
        %o1_2_2 = arith.addi %to2, %f1_2_2 : index
        %f1_2_3 = arith.constant 11088 : index
        %o1_2_3 = arith.addi %to2, %f1_2_3 : index
        %rl1_2_0 = memref.load %residual[%o1_2_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_2_1 = memref.load %residual[%o1_2_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_2_2 = memref.load %residual[%o1_2_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_2_3 = memref.load %residual[%o1_2_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rv1_2 = vector.from_elements %rl1_2_0, %rl1_2_1, %rl1_2_2, %rl1_2_3 : vector<4xf32>
        %sr1_2 = arith.addf %s1_2, %rv1_2 : vector<4xf32>
        %m1_2 = arith.maximumf %sr1_2, %floor : vector<4xf32>
        %k1_2 = arith.mulf %m1_2, %keeps2 : vector<4xf32>
        %e1_2_0 = vector.extract %k1_2[0] : f32 from vector<4xf32>
        memref.store %e1_2_0, %out[%o1_2_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_2_1 = vector.extract %k1_2[1] : f32 from vector<4xf32>
        memref.store %e1_2_1, %out[%o1_2_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_2_2 = vector.extract %k1_2[2] : f32 from vector<4xf32>
        memref.store %e1_2_2, %out[%o1_2_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_2_3 = vector.extract %k1_2[3] : f32 from vector<4xf32>
        memref.store %e1_2_3, %out[%o1_2_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %s1_3 = arith.addf %sum#7, %b1 : vector<4xf32>
        %f1_3_0 = arith.constant 6336 : index
        %o1_3_0 = arith.addi %to3, %f1_3_0 : index
        %f1_3_1 = arith.constant 7920 : index
        %o1_3_1 = arith.addi %to3, %f1_3_1 : index
        %f1_3_2 = arith.constant 9504 : index
        %o1_3_2 = arith.addi %to3, %f1_3_2 : index
        %f1_3_3 = arith.constant 11088 : index
        %o1_3_3 = arith.addi %to3, %f1_3_3 : index
        %rl1_3_0 = memref.load %residual[%o1_3_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_3_1 = memref.load %residual[%o1_3_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_3_2 = memref.load %residual[%o1_3_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rl1_3_3 = memref.load %residual[%o1_3_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %rv1_3 = vector.from_elements %rl1_3_0, %rl1_3_1, %rl1_3_2, %rl1_3_3 : vector<4xf32>
        %sr1_3 = arith.addf %s1_3, %rv1_3 : vector<4xf32>
        %m1_3 = arith.maximumf %sr1_3, %floor : vector<4xf32>
        %k1_3 = arith.mulf %m1_3, %keeps3 : vector<4xf32>
        %e1_3_0 = vector.extract %k1_3[0] : f32 from vector<4xf32>
        memref.store %e1_3_0, %out[%o1_3_0] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_3_1 = vector.extract %k1_3[1] : f32 from vector<4xf32>
        memref.store %e1_3_1, %out[%o1_3_1] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_3_2 = vector.extract %k1_3[2] : f32 from vector<4xf32>
        memref.store %e1_3_2, %out[%o1_3_2] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        %e1_3_3 = vector.extract %k1_3[3] : f32 from vector<4xf32>
        memref.store %e1_3_3, %out[%o1_3_3] : memref<25344xf32, #hal.descriptor_type<storage_buffer>>
        return
      }
  }
}
func.func private @again(%x: tensor<16x3x528xf32>, %residual: tensor<16x3x528xf32>) -> tensor<16x3x528xf32> {
  %values = util.global.load @again.values : tensor<78x8xf32>
  %offsets = util.global.load @again.offsets : tensor<78xi32>
  %bounds = util.global.load @again.bounds : tensor<3x2x2xi32>
  %bias = util.global.load @again.bias : tensor<2x8xf32>
  %mask = util.global.load @again.mask : tensor<528xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x3x528xf32> into tensor<25344xf32>
  %residual.flat = tensor.collapse_shape %residual [[0, 1, 2]] : tensor<16x3x528xf32> into tensor<25344xf32>
  %result = flow.dispatch @again_kernel::@again(%x.flat, %residual.flat, %values, %offsets, %bounds, %bias, %mask) : (tensor<25344xf32>, tensor<25344xf32>, tensor<78x8xf32>, tensor<78xi32>, tensor<3x2x2xi32>, tensor<2x8xf32>, tensor<528xf32>) -> tensor<16x3x528xf32>
  return %result : tensor<16x3x528xf32>
}
