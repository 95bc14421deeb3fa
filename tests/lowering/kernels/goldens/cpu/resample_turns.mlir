#storage = #hal.descriptor_type<storage_buffer>
#reads4_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @resized.places = #flow.parameter.named<"model"::"resized.places"> : tensor<16xi32>
util.global private @resized.weights = #flow.parameter.named<"model"::"resized.weights"> : tensor<16xf32>
util.global private @resized.columns = #flow.parameter.named<"model"::"resized.columns"> : tensor<4xi32>
hal.executable.source private @resized_kernel {
  hal.executable.export public @resized ordinal(0) layout(#reads4_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c3, %c1 : index, index, index
  }
  builtin.module {
    func.func @resized() attributes {translation_info = #workgroup_of_1} {
      // Weighted sums of what lies at some places along an axis; a plane of the result in a workgroup. Zeros first.
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %c1 = arith.constant 1 : index
      %c48 = arith.constant 48 : index
      %c3 = arith.constant 3 : index
      %weight = arith.constant dense<2.500000000e-01> : vector<2xf32>
      %weight_1 = arith.constant dense<7.500000000e-01> : vector<2xf32>
      %c4 = arith.constant 4 : index
      %x = hal.interface.binding.subspan layout(#reads4_writes1) binding(0) alignment(64) offset(%c0) : memref<96xf32, #storage>
      %places = hal.interface.binding.subspan layout(#reads4_writes1) binding(1) alignment(64) offset(%c0) : memref<16xi32, #storage>
      %weights = hal.interface.binding.subspan layout(#reads4_writes1) binding(2) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %columns = hal.interface.binding.subspan layout(#reads4_writes1) binding(3) alignment(64) offset(%c0) : memref<4xi32, #storage>
      %out = hal.interface.binding.subspan layout(#reads4_writes1) binding(4) alignment(64) offset(%c0) : memref<288xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %c = hal.interface.workgroup.id[1] : index
      // The zeros around the pixels of each plane.
      %at = affine.apply affine_map<(c) -> (c + 1)>(%c)
      scf.for %channel = %c to %at step %c1 {
        %plane = affine.apply affine_map<(channel, frame) -> (channel * 96 + frame * 48)>(%channel, %frame)
        scf.for %i = %c0 to %c48 step %c1 {
          %at_1 = arith.addi %plane, %i : index
          memref.store %zero, %out[%at_1] : memref<288xf32, #storage>
        }
      }
      scf.for %row = %c0 to %c3 step %c1 {
        %from = affine.apply affine_map<(c, frame, row) -> (c * 32 + frame * 16 + row * 4)>(%c, %frame, %row)
        %to = affine.apply affine_map<(c, frame, row) -> (c * 96 + frame * 48 + row * 8)>(%c, %frame, %row)
        scf.for %tile = %c0 to %c1 step %c1 {
          %q = affine.min affine_map<(tile) -> (tile * 2 + 1, 1)>(%tile)
          %at_1 = affine.apply affine_map<(from, q) -> (from + q - 1)>(%from, %q)
          %seen = vector.load %x[%at_1] : memref<96xf32, #storage>, vector<2xf32>
          %at_2 = affine.apply affine_map<(from, q) -> (from + q)>(%from, %q)
          %seen_1 = vector.load %x[%at_2] : memref<96xf32, #storage>, vector<2xf32>
          %at_3 = affine.apply affine_map<(from, q) -> (from + q + 1)>(%from, %q)
          %seen_2 = vector.load %x[%at_3] : memref<96xf32, #storage>, vector<2xf32>
          %mulf = arith.mulf %weight, %seen : vector<2xf32>
          %sum = vector.fma %weight_1, %seen_1, %mulf : vector<2xf32>
          %mulf_1 = arith.mulf %weight_1, %seen_1 : vector<2xf32>
          %sum_1 = vector.fma %weight, %seen_2, %mulf_1 : vector<2xf32>
          %together = vector.shuffle %sum, %sum_1 [0, 2, 1, 3] : vector<2xf32>, vector<2xf32>
          %at_4 = affine.apply affine_map<(to, q) -> (to + q * 2)>(%to, %q)
          vector.store %together, %out[%at_4] : memref<288xf32, #storage>, vector<4xf32>
        }
        scf.for %i = %c0 to %c4 step %c1 {
          %column32 = memref.load %columns[%i] : memref<4xi32, #storage>
          %column = arith.index_cast %column32 : i32 to index
          %at_1 = affine.apply affine_map<(column) -> (column * 2)>(%column)
          %place32 = memref.load %places[%at_1] : memref<16xi32, #storage>
          %place = arith.index_cast %place32 : i32 to index
          %at_2 = affine.apply affine_map<(from, place) -> (from + place)>(%from, %place)
          %seen = memref.load %x[%at_2] : memref<96xf32, #storage>
          %at_3 = affine.apply affine_map<(column) -> (column * 2)>(%column)
          %weight_2 = memref.load %weights[%at_3] : memref<16xf32, #storage>
          %part = arith.mulf %seen, %weight_2 : f32
          %total = arith.addf %zero, %part : f32
          %at_4 = affine.apply affine_map<(column) -> (column * 2 + 1)>(%column)
          %place32_1 = memref.load %places[%at_4] : memref<16xi32, #storage>
          %place_1 = arith.index_cast %place32_1 : i32 to index
          %at_5 = affine.apply affine_map<(from, place_1) -> (from + place_1)>(%from, %place_1)
          %seen_1 = memref.load %x[%at_5] : memref<96xf32, #storage>
          %at_6 = affine.apply affine_map<(column) -> (column * 2 + 1)>(%column)
          %weight_3 = memref.load %weights[%at_6] : memref<16xf32, #storage>
          %part_1 = arith.mulf %seen_1, %weight_3 : f32
          %total_1 = arith.addf %total, %part_1 : f32
          %at_7 = affine.apply affine_map<(to, column) -> (to + column)>(%to, %column)
          memref.store %total_1, %out[%at_7] : memref<288xf32, #storage>
        }
      }
      return
    }
  }
}
func.func private @resized(%x: tensor<3x2x16xf32>) -> tensor<3x2x48xf32> {
  %places = util.global.load @resized.places : tensor<16xi32>
  %weights = util.global.load @resized.weights : tensor<16xf32>
  %columns = util.global.load @resized.columns : tensor<4xi32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x2x16xf32> into tensor<96xf32>
  %result = flow.dispatch @resized_kernel::@resized(%x.flat, %places, %weights, %columns) : (tensor<96xf32>, tensor<16xi32>, tensor<16xf32>, tensor<4xi32>) -> tensor<3x2x48xf32>
  return %result : tensor<3x2x48xf32>
}
