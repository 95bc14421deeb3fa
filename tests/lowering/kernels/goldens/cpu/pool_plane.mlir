#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
hal.executable.source private @pool_2_kernel {
  hal.executable.export public @pool_2 ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    hal.return %c1, %c8, %c1 : index, index, index
  }
  builtin.module {
    func.func @pool_2() attributes {translation_info = #workgroup_of_1} {
      // A pool whose window is the whole image: a plane is combined by vectors, the zeros around the image with it.
      %c0 = arith.constant 0 : index
      %zeros = arith.constant dense<0.0> : vector<16xf32>
      %c1 = arith.constant 1 : index
      %c528 = arith.constant 528 : index
      %c16 = arith.constant 16 : index
      %factor = arith.constant 1.253132832e-03 : f32
      %zero = arith.constant 0.0 : f32
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<8448xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<128xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %c = hal.interface.workgroup.id[1] : index
      %d_first = affine.max affine_map<(frame) -> (0, -frame)>(%frame)
      %d_end = affine.min affine_map<(frame) -> (2, 2 - frame)>(%frame)
      %frames = scf.for %d = %d_first to %d_end step %c1 iter_args(%frames_1 = %zeros) -> (vector<16xf32>) {
        %from = affine.apply affine_map<(c, frame, d) -> ((c * 2 + frame + d) * 528)>(%c, %frame, %d)
        %acc = scf.for %p = %c0 to %c528 step %c16 iter_args(%acc_1 = %frames_1) -> (vector<16xf32>) {
          %at = arith.addi %from, %p : index
          %pixels = vector.load %x[%at] : memref<8448xf32, #storage>, vector<16xf32>
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
        memref.store %zero, %out[%at] : memref<128xf32, #storage>
      }
      memref.store %scaled, %out[%to] : memref<128xf32, #storage>
      return
    }
  }
}
func.func private @pool_2(%x: tensor<8x2x528xf32>) -> tensor<8x1x16xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<8x2x528xf32> into tensor<8448xf32>
  %result = flow.dispatch @pool_2_kernel::@pool_2(%x.flat) : (tensor<8448xf32>) -> tensor<8x1x16xf32>
  return %result : tensor<8x1x16xf32>
}
