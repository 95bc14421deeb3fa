// One function per layer; @main reads like the network. Weights and tables are parameters, in weights.irpa.
#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
#reads5_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>

func.func @main(%clip: tensor<1x2x3x4x3xf32>) -> tensor<1x7xf32> {
  %clip.padded = call @clip(%clip) : (tensor<1x2x3x4x3xf32>) -> tensor<3x2x16xf32>
  %pool = call @pool(%clip.padded) : (tensor<3x2x16xf32>) -> tensor<3x1x16xf32>
  %left = call @left(%pool) : (tensor<3x1x16xf32>) -> tensor<8xf32>
  %right = call @right(%pool) : (tensor<3x1x16xf32>) -> tensor<8xf32>
  %add = call @add(%left, %right) : (tensor<8xf32>, tensor<8xf32>) -> tensor<7xf32>
  %relu = call @relu(%add) : (tensor<7xf32>) -> tensor<7xf32>
  %result = tensor.expand_shape %relu [[0, 1]] output_shape [1, 7] : tensor<7xf32> into tensor<1x7xf32>
  return %result : tensor<1x7xf32>
}

hal.executable.source private @clip_kernel {
  hal.executable.export public @clip ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c3, %c1 : index, index, index
  }
  builtin.module {
    func.func @clip() attributes {translation_info = #workgroup_of_1} {
      // The clip into channel-major padded planes: a vector of whole pixels is taken apart into its channels.
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %c16 = arith.constant 16 : index
      %zero = arith.constant 0.0 : f32
      %c3 = arith.constant 3 : index
      %c1 = arith.constant 1 : index
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<72xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<96xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %band = hal.interface.workgroup.id[1] : index
      %row_first = affine.apply affine_map<(band) -> ((band * 3) floordiv 3)>(%band)
      %row_end = affine.apply affine_map<(band) -> ((band * 3 + 3) floordiv 3)>(%band)
      %is_first = arith.cmpi eq, %band, %c0 : index
      %is_last = arith.cmpi eq, %band, %c2 : index
      %at = affine.apply affine_map<(row_first) -> (row_first * 4)>(%row_first)
      %zeros_first = arith.select %is_first, %c0, %at : index
      %at_1 = affine.apply affine_map<(row_end) -> (row_end * 4)>(%row_end)
      %zeros_end = arith.select %is_last, %c16, %at_1 : index
      // The zeros around the pixels of each plane.
      scf.for %channel = %c0 to %c3 step %c1 {
        %plane = affine.apply affine_map<(channel, frame) -> (channel * 32 + frame * 16)>(%channel, %frame)
        scf.for %i = %zeros_first to %zeros_end step %c1 {
          %at_2 = arith.addi %plane, %i : index
          memref.store %zero, %out[%at_2] : memref<96xf32, #storage>
        }
      }
      scf.for %y = %row_first to %row_end step %c1 {
        scf.for %tile = %c0 to %c1 step %c1 {
          %p = affine.min affine_map<(tile) -> (tile * 4, 0)>(%tile)
          %to = affine.apply affine_map<(frame, y, p) -> (frame * 16 + y * 4 + p)>(%frame, %y, %p)
          %at_2 = affine.apply affine_map<(frame, y, p) -> (((frame * 3 + y) * 4 + p) * 3)>(%frame, %y, %p)
          %pixels = vector.load %x[%at_2] : memref<72xf32, #storage>, vector<12xf32>
          %channel = vector.shuffle %pixels, %pixels [0, 3, 6, 9] : vector<12xf32>, vector<12xf32>
          %channel_1 = vector.shuffle %pixels, %pixels [1, 4, 7, 10] : vector<12xf32>, vector<12xf32>
          %channel_2 = vector.shuffle %pixels, %pixels [2, 5, 8, 11] : vector<12xf32>, vector<12xf32>
          vector.store %channel, %out[%to] : memref<96xf32, #storage>, vector<4xf32>
          %at_3 = affine.apply affine_map<(to) -> (to + 32)>(%to)
          vector.store %channel_1, %out[%at_3] : memref<96xf32, #storage>, vector<4xf32>
          %at_4 = affine.apply affine_map<(to) -> (to + 64)>(%to)
          vector.store %channel_2, %out[%at_4] : memref<96xf32, #storage>, vector<4xf32>
        }
      }
      return
    }
  }
}
func.func private @clip(%x: tensor<1x2x3x4x3xf32>) -> tensor<3x2x16xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2, 3, 4]] : tensor<1x2x3x4x3xf32> into tensor<72xf32>
  %result = flow.dispatch @clip_kernel::@clip(%x.flat) : (tensor<72xf32>) -> tensor<3x2x16xf32>
  return %result : tensor<3x2x16xf32>
}

hal.executable.source private @pool_kernel {
  hal.executable.export public @pool ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    hal.return %c1, %c3, %c1 : index, index, index
  }
  builtin.module {
    func.func @pool() attributes {translation_info = #workgroup_of_1} {
      // A pool whose window is the whole image: a plane is combined by vectors, the zeros around the image with it.
      %c0 = arith.constant 0 : index
      %zeros = arith.constant dense<0.0> : vector<16xf32>
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %factor = arith.constant 4.166666667e-02 : f32
      %zero = arith.constant 0.0 : f32
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<96xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<48xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %c = hal.interface.workgroup.id[1] : index
      %d_first = affine.max affine_map<(frame) -> (0, -frame)>(%frame)
      %d_end = affine.min affine_map<(frame) -> (2, 2 - frame)>(%frame)
      %frames = scf.for %d = %d_first to %d_end step %c1 iter_args(%frames_1 = %zeros) -> (vector<16xf32>) {
        %from = affine.apply affine_map<(c, frame, d) -> ((c * 2 + frame + d) * 16)>(%c, %frame, %d)
        %acc = scf.for %p = %c0 to %c16 step %c16 iter_args(%acc_1 = %frames_1) -> (vector<16xf32>) {
          %at = arith.addi %from, %p : index
          %pixels = vector.load %x[%at] : memref<96xf32, #storage>, vector<16xf32>
          %acc_2 = arith.addf %acc_1, %pixels : vector<16xf32>
          scf.yield %acc_2 : vector<16xf32>
        }
        scf.yield %acc : vector<16xf32>
      }
      %total = vector.reduction <add>, %frames : vector<16xf32> into f32
      %scaled = arith.mulf %total, %factor : f32
      %to = affine.apply affine_map<(c, frame) -> ((c + frame) * 16)>(%c, %frame)
      scf.for %p = %c0 to %c16 step %c1 {
        %at = arith.addi %to, %p : index
        memref.store %zero, %out[%at] : memref<48xf32, #storage>
      }
      memref.store %scaled, %out[%to] : memref<48xf32, #storage>
      return
    }
  }
}
func.func private @pool(%x: tensor<3x2x16xf32>) -> tensor<3x1x16xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x2x16xf32> into tensor<96xf32>
  %result = flow.dispatch @pool_kernel::@pool(%x.flat) : (tensor<96xf32>) -> tensor<3x1x16xf32>
  return %result : tensor<3x1x16xf32>
}

util.global private @left.values = #flow.parameter.named<"model"::"left.values"> : tensor<3x8xf32>
util.global private @left.offsets = #flow.parameter.named<"model"::"left.offsets"> : tensor<3xi32>
util.global private @left.starts = #flow.parameter.named<"model"::"left.starts"> : tensor<2xi32>
util.global private @left.bias = #flow.parameter.named<"model"::"left.bias"> : tensor<1x8xf32>
hal.executable.source private @left_kernel {
  hal.executable.export public @left ordinal(0) layout(#reads5_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    hal.return %c1, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @left() attributes {translation_info = #workgroup_of_1} {
      // A packed fully connected layer: a row of outputs walks its taps once, so that every weight is read once, in order.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %floor = arith.constant dense<0xFF800000> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads5_writes1) binding(0) alignment(64) offset(%c0) : memref<48xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads5_writes1) binding(1) alignment(64) offset(%c0) : memref<24xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads5_writes1) binding(2) alignment(64) offset(%c0) : memref<3xi32, #storage>
      %starts = hal.interface.binding.subspan layout(#reads5_writes1) binding(3) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads5_writes1) binding(4) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads5_writes1) binding(5) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %row = hal.interface.workgroup.id[0] : index
      %next_row = arith.addi %row, %c1 : index
      %tap_first32 = memref.load %starts[%row] : memref<2xi32, #storage>
      %tap_end32 = memref.load %starts[%next_row] : memref<2xi32, #storage>
      %tap_first = arith.index_cast %tap_first32 : i32 to index
      %tap_end = arith.index_cast %tap_end32 : i32 to index
      %to = affine.apply affine_map<(row) -> (row * 8)>(%row)
      %start = vector.load %bias[%to] : memref<8xf32, #storage>, vector<4xf32>
      %at = affine.apply affine_map<(to) -> (to + 4)>(%to)
      %start_1 = vector.load %bias[%at] : memref<8xf32, #storage>, vector<4xf32>
      %accs:2 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %start, %acc_1 = %start_1) -> (vector<4xf32>, vector<4xf32>) {
        %offset32 = memref.load %offsets[%tap] : memref<3xi32, #storage>
        %offset = arith.index_cast %offset32 : i32 to index
        %input = memref.load %x[%offset] : memref<48xf32, #storage>
        %spread = vector.broadcast %input : f32 to vector<4xf32>
        %at_1 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
        %weights = vector.load %values[%at_1] : memref<24xf32, #storage>, vector<4xf32>
        %acc_2 = vector.fma %weights, %spread, %acc : vector<4xf32>
        %at_2 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
        %weights_1 = vector.load %values[%at_2] : memref<24xf32, #storage>, vector<4xf32>
        %acc_3 = vector.fma %weights_1, %spread, %acc_1 : vector<4xf32>
        scf.yield %acc_2, %acc_3 : vector<4xf32>, vector<4xf32>
      }
      %active = arith.maximumf %accs#0, %floor : vector<4xf32>
      vector.store %active, %out[%to] : memref<8xf32, #storage>, vector<4xf32>
      %active_1 = arith.maximumf %accs#1, %floor : vector<4xf32>
      %at_1 = affine.apply affine_map<(to) -> (to + 4)>(%to)
      vector.store %active_1, %out[%at_1] : memref<8xf32, #storage>, vector<4xf32>
      return
    }
  }
}
func.func private @left(%x: tensor<3x1x16xf32>) -> tensor<8xf32> {
  %values = util.global.load @left.values : tensor<3x8xf32>
  %offsets = util.global.load @left.offsets : tensor<3xi32>
  %starts = util.global.load @left.starts : tensor<2xi32>
  %bias = util.global.load @left.bias : tensor<1x8xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x1x16xf32> into tensor<48xf32>
  %result = flow.dispatch @left_kernel::@left(%x.flat, %values, %offsets, %starts, %bias) : (tensor<48xf32>, tensor<3x8xf32>, tensor<3xi32>, tensor<2xi32>, tensor<1x8xf32>) -> tensor<8xf32>
  return %result : tensor<8xf32>
}

util.global private @right.values = #flow.parameter.named<"model"::"right.values"> : tensor<3x8xf32>
util.global private @right.offsets = #flow.parameter.named<"model"::"right.offsets"> : tensor<3xi32>
util.global private @right.starts = #flow.parameter.named<"model"::"right.starts"> : tensor<2xi32>
util.global private @right.bias = #flow.parameter.named<"model"::"right.bias"> : tensor<1x8xf32>
hal.executable.source private @right_kernel {
  hal.executable.export public @right ordinal(0) layout(#reads5_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    hal.return %c1, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @right() attributes {translation_info = #workgroup_of_1} {
      // A packed fully connected layer: a row of outputs walks its taps once, so that every weight is read once, in order.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %floor = arith.constant dense<0xFF800000> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads5_writes1) binding(0) alignment(64) offset(%c0) : memref<48xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads5_writes1) binding(1) alignment(64) offset(%c0) : memref<24xf32, #storage>
      %offsets = hal.interface.binding.subspan layout(#reads5_writes1) binding(2) alignment(64) offset(%c0) : memref<3xi32, #storage>
      %starts = hal.interface.binding.subspan layout(#reads5_writes1) binding(3) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads5_writes1) binding(4) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads5_writes1) binding(5) alignment(64) offset(%c0) : memref<8xf32, #storage>
      %row = hal.interface.workgroup.id[0] : index
      %next_row = arith.addi %row, %c1 : index
      %tap_first32 = memref.load %starts[%row] : memref<2xi32, #storage>
      %tap_end32 = memref.load %starts[%next_row] : memref<2xi32, #storage>
      %tap_first = arith.index_cast %tap_first32 : i32 to index
      %tap_end = arith.index_cast %tap_end32 : i32 to index
      %to = affine.apply affine_map<(row) -> (row * 8)>(%row)
      %start = vector.load %bias[%to] : memref<8xf32, #storage>, vector<4xf32>
      %at = affine.apply affine_map<(to) -> (to + 4)>(%to)
      %start_1 = vector.load %bias[%at] : memref<8xf32, #storage>, vector<4xf32>
      %accs:2 = scf.for %tap = %tap_first to %tap_end step %c1 iter_args(%acc = %start, %acc_1 = %start_1) -> (vector<4xf32>, vector<4xf32>) {
        %offset32 = memref.load %offsets[%tap] : memref<3xi32, #storage>
        %offset = arith.index_cast %offset32 : i32 to index
        %input = memref.load %x[%offset] : memref<48xf32, #storage>
        %spread = vector.broadcast %input : f32 to vector<4xf32>
        %at_1 = affine.apply affine_map<(tap) -> (tap * 8)>(%tap)
        %weights = vector.load %values[%at_1] : memref<24xf32, #storage>, vector<4xf32>
        %acc_2 = vector.fma %weights, %spread, %acc : vector<4xf32>
        %at_2 = affine.apply affine_map<(tap) -> (tap * 8 + 4)>(%tap)
        %weights_1 = vector.load %values[%at_2] : memref<24xf32, #storage>, vector<4xf32>
        %acc_3 = vector.fma %weights_1, %spread, %acc_1 : vector<4xf32>
        scf.yield %acc_2, %acc_3 : vector<4xf32>, vector<4xf32>
      }
      %active = arith.maximumf %accs#0, %floor : vector<4xf32>
      vector.store %active, %out[%to] : memref<8xf32, #storage>, vector<4xf32>
      %active_1 = arith.maximumf %accs#1, %floor : vector<4xf32>
      %at_1 = affine.apply affine_map<(to) -> (to + 4)>(%to)
      vector.store %active_1, %out[%at_1] : memref<8xf32, #storage>, vector<4xf32>
      return
    }
  }
}
func.func private @right(%x: tensor<3x1x16xf32>) -> tensor<8xf32> {
  %values = util.global.load @right.values : tensor<3x8xf32>
  %offsets = util.global.load @right.offsets : tensor<3xi32>
  %starts = util.global.load @right.starts : tensor<2xi32>
  %bias = util.global.load @right.bias : tensor<1x8xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x1x16xf32> into tensor<48xf32>
  %result = flow.dispatch @right_kernel::@right(%x.flat, %values, %offsets, %starts, %bias) : (tensor<48xf32>, tensor<3x8xf32>, tensor<3xi32>, tensor<2xi32>, tensor<1x8xf32>) -> tensor<8xf32>
  return %result : tensor<8xf32>
}

util.global private @add.scale = #flow.parameter.named<"model"::"add.scale"> : tensor<7xf32>
util.global private @add.shift = #flow.parameter.named<"model"::"add.shift"> : tensor<7xf32>
func.func private @add(%x0: tensor<8xf32>, %x1: tensor<8xf32>) -> tensor<7xf32> {
  %scale = util.global.load @add.scale : tensor<7xf32>
  %shift = util.global.load @add.shift : tensor<7xf32>
  %zero = arith.constant 0.0 : f32
  %floor = arith.constant 0xFF800000 : f32
  %cut = tensor.extract_slice %x0[0] [7] [1] : tensor<8xf32> to tensor<7xf32>
  %cut_1 = tensor.extract_slice %x1[0] [7] [1] : tensor<8xf32> to tensor<7xf32>
  %empty = tensor.empty() : tensor<7xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> (k)>],
      iterator_types = ["parallel"]} ins(%cut, %cut_1, %scale, %shift : tensor<7xf32>, tensor<7xf32>, tensor<7xf32>, tensor<7xf32>) outs(%empty : tensor<7xf32>) {
    ^bb0(%cut_2: f32, %cut_1_1: f32, %scale_1: f32, %shift_1: f32, %unused: f32):
      %total = arith.addf %cut_2, %cut_1_1 : f32
      %scaled = arith.mulf %total, %scale_1 : f32
      %shifted = arith.addf %scaled, %shift_1 : f32
      %active = arith.maximumf %shifted, %floor : f32
      linalg.yield %active : f32
  } -> tensor<7xf32>
  return %result : tensor<7xf32>
}

util.global private @relu.scale = #flow.parameter.named<"model"::"relu.scale"> : tensor<7xf32>
util.global private @relu.shift = #flow.parameter.named<"model"::"relu.shift"> : tensor<7xf32>
func.func private @relu(%x0: tensor<7xf32>) -> tensor<7xf32> {
  %scale = util.global.load @relu.scale : tensor<7xf32>
  %shift = util.global.load @relu.shift : tensor<7xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<7xf32>
  %result = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> (k)>],
      iterator_types = ["parallel"]} ins(%x0, %scale, %shift : tensor<7xf32>, tensor<7xf32>, tensor<7xf32>) outs(%empty : tensor<7xf32>) {
    ^bb0(%x0_1: f32, %scale_1: f32, %shift_1: f32, %unused: f32):
      %total = arith.addf %x0_1, %zero : f32
      %scaled = arith.mulf %total, %scale_1 : f32
      %shifted = arith.addf %scaled, %shift_1 : f32
      %active = arith.maximumf %shifted, %zero : f32
      linalg.yield %active : f32
  } -> tensor<7xf32>
  return %result : tensor<7xf32>
}
