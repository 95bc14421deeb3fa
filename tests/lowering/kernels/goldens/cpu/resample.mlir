#storage = #hal.descriptor_type<storage_buffer>
#reads3_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @resized_2.places = #flow.parameter.named<"model"::"resized_2.places"> : tensor<10xi32>
util.global private @resized_2.weights = #flow.parameter.named<"model"::"resized_2.weights"> : tensor<10xf32>
hal.executable.source private @resized_2_kernel {
  hal.executable.export public @resized_2 ordinal(0) layout(#reads3_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c3, %c1 : index, index, index
  }
  builtin.module {
    func.func @resized_2() attributes {translation_info = #workgroup_of_1} {
      // Weighted sums of what lies at some places along an axis; a plane of the result in a workgroup. Zeros first.
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f16
      %c1 = arith.constant 1 : index
      %c48 = arith.constant 48 : index
      %c5 = arith.constant 5 : index
      %x = hal.interface.binding.subspan layout(#reads3_writes1) binding(0) alignment(64) offset(%c0) : memref<288xf16, #storage>
      %places = hal.interface.binding.subspan layout(#reads3_writes1) binding(1) alignment(64) offset(%c0) : memref<10xi32, #storage>
      %weights = hal.interface.binding.subspan layout(#reads3_writes1) binding(2) alignment(64) offset(%c0) : memref<10xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads3_writes1) binding(3) alignment(64) offset(%c0) : memref<288xf16, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %c = hal.interface.workgroup.id[1] : index
      // The zeros around the pixels of each plane.
      %at = affine.apply affine_map<(c) -> (c + 1)>(%c)
      scf.for %channel = %c to %at step %c1 {
        %plane = affine.apply affine_map<(channel, frame) -> (channel * 96 + frame * 48)>(%channel, %frame)
        scf.for %i = %c0 to %c48 step %c1 {
          %at_1 = arith.addi %plane, %i : index
          memref.store %zero, %out[%at_1] : memref<288xf16, #storage>
        }
      }
      scf.for %row = %c0 to %c5 step %c1 {
        %from = affine.apply affine_map<(c, frame) -> (c * 96 + frame * 48)>(%c, %frame)
        %to = affine.apply affine_map<(c, frame, row) -> (c * 96 + frame * 48 + row * 8)>(%c, %frame, %row)
        %at_1 = affine.apply affine_map<(row) -> (row * 2)>(%row)
        %place32 = memref.load %places[%at_1] : memref<10xi32, #storage>
        %place = arith.index_cast %place32 : i32 to index
        %start = affine.apply affine_map<(from, place) -> (from + place)>(%from, %place)
        %at_2 = affine.apply affine_map<(row) -> (row * 2 + 1)>(%row)
        %place32_1 = memref.load %places[%at_2] : memref<10xi32, #storage>
        %place_1 = arith.index_cast %place32_1 : i32 to index
        %start_1 = affine.apply affine_map<(from, place_1) -> (from + place_1)>(%from, %place_1)
        %at_3 = affine.apply affine_map<(row) -> (row * 2)>(%row)
        %weight = memref.load %weights[%at_3] : memref<10xf32, #storage>
        %spread = vector.broadcast %weight : f32 to vector<8xf32>
        %at_4 = affine.apply affine_map<(row) -> (row * 2 + 1)>(%row)
        %weight_1 = memref.load %weights[%at_4] : memref<10xf32, #storage>
        %spread_1 = vector.broadcast %weight_1 : f32 to vector<8xf32>
        scf.for %tile = %c0 to %c1 step %c1 {
          %p = affine.min affine_map<(tile) -> (tile * 8, 0)>(%tile)
          %at_5 = affine.apply affine_map<(start, p) -> (start + p)>(%start, %p)
          %seen = vector.load %x[%at_5] : memref<288xf16, #storage>, vector<8xf16>
          %seen_1 = arith.extf %seen : vector<8xf16> to vector<8xf32>
          %at_6 = affine.apply affine_map<(start_1, p) -> (start_1 + p)>(%start_1, %p)
          %seen_2 = vector.load %x[%at_6] : memref<288xf16, #storage>, vector<8xf16>
          %seen_2_1 = arith.extf %seen_2 : vector<8xf16> to vector<8xf32>
          %mulf = arith.mulf %spread, %seen_1 : vector<8xf32>
          %sum = vector.fma %spread_1, %seen_2_1, %mulf : vector<8xf32>
          %sum_1 = arith.truncf %sum : vector<8xf32> to vector<8xf16>
          %at_7 = affine.apply affine_map<(to, p) -> (to + p)>(%to, %p)
          vector.store %sum_1, %out[%at_7] : memref<288xf16, #storage>, vector<8xf16>
        }
      }
      return
    }
  }
}
func.func private @resized_2(%x: tensor<3x2x48xf16>) -> tensor<3x2x48xf16> {
  %places = util.global.load @resized_2.places : tensor<10xi32>
  %weights = util.global.load @resized_2.weights : tensor<10xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x2x48xf16> into tensor<288xf16>
  %result = flow.dispatch @resized_2_kernel::@resized_2(%x.flat, %places, %weights) : (tensor<288xf16>, tensor<10xi32>, tensor<10xf32>) -> tensor<3x2x48xf16>
  return %result : tensor<3x2x48xf16>
}
