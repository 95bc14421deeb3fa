#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
hal.executable.source private @pool_kernel {
  hal.executable.export public @pool ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c8 = arith.constant 8 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c8, %c1 : index, index, index
  }
  builtin.module {
    func.func @pool() attributes {translation_info = #workgroup_of_1} {
      // A pool whose windows are as wide as the image: rows of pixels are combined by vectors, then their lanes.
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %none = arith.constant dense<0xFF800000> : vector<4xf32>
      %c4 = arith.constant 4 : index
      %c2 = arith.constant 2 : index
      %factor = arith.constant 1.0 : f32
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<768xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<256xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %c = hal.interface.workgroup.id[1] : index
      // The zeros around the pixels of each plane.
      %at = affine.apply affine_map<(c) -> (c + 1)>(%c)
      scf.for %channel = %c to %at step %c1 {
        %plane = affine.apply affine_map<(channel, frame) -> (channel * 32 + frame * 16)>(%channel, %frame)
        scf.for %i = %c0 to %c16 step %c1 {
          %at_1 = arith.addi %plane, %i : index
          memref.store %zero, %out[%at_1] : memref<256xf32, #storage>
        }
      }
      %d_first = affine.max affine_map<(frame) -> (0, -frame)>(%frame)
      %d_end = affine.min affine_map<(frame) -> (1, 2 - frame)>(%frame)
      scf.for %row = %c0 to %c4 step %c1 {
        %frames = scf.for %d = %d_first to %d_end step %c1 iter_args(%frames_1 = %none) -> (vector<4xf32>) {
          %from = affine.apply affine_map<(c, frame, d, row) -> ((c * 2 + frame + d) * 48 + row * 7)>(%c, %frame, %d, %row)
          %lines = scf.for %line = %c0 to %c1 step %c1 iter_args(%lines_1 = %frames_1) -> (vector<4xf32>) {
            %acc = scf.for %tile = %c0 to %c2 step %c1 iter_args(%acc_1 = %lines_1) -> (vector<4xf32>) {
              %p = affine.min affine_map<(tile) -> (tile * 4, 2)>(%tile)
              %at_1 = affine.apply affine_map<(from, line, p) -> (from + line * 7 + p)>(%from, %line, %p)
              %pixels = vector.load %x[%at_1] : memref<768xf32, #storage>, vector<4xf32>
              %acc_2 = arith.maximumf %acc_1, %pixels : vector<4xf32>
              scf.yield %acc_2 : vector<4xf32>
            }
            scf.yield %acc : vector<4xf32>
          }
          scf.yield %lines : vector<4xf32>
        }
        %total = vector.reduction <maxnumf>, %frames : vector<4xf32> into f32
        %scaled = arith.mulf %total, %factor : f32
        %to = affine.apply affine_map<(c, frame, row) -> ((c * 2 + frame) * 16 + row)>(%c, %frame, %row)
        memref.store %scaled, %out[%to] : memref<256xf32, #storage>
      }
      return
    }
  }
}
func.func private @pool(%x: tensor<8x2x48xf32>) -> tensor<8x2x16xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<8x2x48xf32> into tensor<768xf32>
  %result = flow.dispatch @pool_kernel::@pool(%x.flat) : (tensor<768xf32>) -> tensor<8x2x16xf32>
  return %result : tensor<8x2x16xf32>
}
