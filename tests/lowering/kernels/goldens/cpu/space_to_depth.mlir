#storage = #hal.descriptor_type<storage_buffer>
#reads2_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @strided_phases.mask = #flow.parameter.named<"model"::"strided_phases.mask"> : tensor<528xf32>
hal.executable.source private @strided_phases_kernel {
  hal.executable.export public @strided_phases ordinal(0) layout(#reads2_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c3 = arith.constant 3 : index
    %c5 = arith.constant 5 : index
    %c1 = arith.constant 1 : index
    hal.return %c3, %c5, %c1 : index, index, index
  }
  builtin.module {
    func.func @strided_phases() attributes {translation_info = #workgroup_of_1} {
      // SpaceToDepth of stride 2 in width: a vector of the input holds two channels of the result in turns.
      // Zeros first. A vector that reaches beyond its row writes what the next row writes again, and zeros after the last.
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %c1 = arith.constant 1 : index
      %zero = arith.constant 0.0 : f32
      %c528 = arith.constant 528 : index
      %c20 = arith.constant 20 : index
      %c6 = arith.constant 6 : index
      %x = hal.interface.binding.subspan layout(#reads2_writes1) binding(0) alignment(64) offset(%c0) : memref<41856xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads2_writes1) binding(1) alignment(64) offset(%c0) : memref<528xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads2_writes1) binding(2) alignment(64) offset(%c0) : memref<31680xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %c = hal.interface.workgroup.id[1] : index
      scf.for %line = %c0 to %c2 step %c1 {
        %channel_of = affine.apply affine_map<(line, c) -> (line * 10 + c)>(%line, %c)
        %channel_of_1 = affine.apply affine_map<(line, c) -> ((line * 2 + 1) * 5 + c)>(%line, %c)
        // The zeros around the pixels of each plane.
        %at = affine.apply affine_map<(channel_of) -> (channel_of + 1)>(%channel_of)
        scf.for %channel = %channel_of to %at step %c1 {
          %plane = affine.apply affine_map<(channel, frame) -> (channel * 1584 + frame * 528)>(%channel, %frame)
          scf.for %i = %c0 to %c528 step %c1 {
            %at_1 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_1] : memref<31680xf32, #storage>
          }
        }
        // The zeros around the pixels of each plane.
        %at_1 = affine.apply affine_map<(channel_of_1) -> (channel_of_1 + 1)>(%channel_of_1)
        scf.for %channel = %channel_of_1 to %at_1 step %c1 {
          %plane = affine.apply affine_map<(channel, frame) -> (channel * 1584 + frame * 528)>(%channel, %frame)
          scf.for %i = %c0 to %c528 step %c1 {
            %at_2 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_2] : memref<31680xf32, #storage>
          }
        }
        scf.for %y = %c0 to %c20 step %c1 {
          scf.for %tile = %c0 to %c6 step %c1 {
            %p = affine.min affine_map<(tile) -> (tile * 4, 18)>(%tile)
            %from = affine.apply affine_map<(c, frame, y, line, p) -> ((c * 3 + frame) * 1744 + (y * 2 + line) * 43 + p * 2 + 4)>(%c, %frame, %y, %line, %p)
            %at_2 = affine.apply affine_map<(from) -> (from + 2048)>(%from)
            memref.prefetch %x[%at_2], read, locality<2>, data : memref<41856xf32, #storage>
            %both = vector.load %x[%from] : memref<41856xf32, #storage>, vector<8xf32>
            %even, %odd = vector.deinterleave %both : vector<8xf32> -> vector<4xf32>
            %place = affine.apply affine_map<(y, p) -> (y * 23 + p + 32)>(%y, %p)
            %keep = vector.load %mask[%place] : memref<528xf32, #storage>, vector<4xf32>
            %kept = arith.mulf %even, %keep : vector<4xf32>
            %at_3 = affine.apply affine_map<(channel_of, frame, place) -> ((channel_of * 3 + frame) * 528 + place)>(%channel_of, %frame, %place)
            vector.store %kept, %out[%at_3] : memref<31680xf32, #storage>, vector<4xf32>
            %kept_1 = arith.mulf %odd, %keep : vector<4xf32>
            %at_4 = affine.apply affine_map<(channel_of_1, frame, place) -> ((channel_of_1 * 3 + frame) * 528 + place)>(%channel_of_1, %frame, %place)
            vector.store %kept_1, %out[%at_4] : memref<31680xf32, #storage>, vector<4xf32>
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
