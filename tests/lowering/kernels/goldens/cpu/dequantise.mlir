#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
hal.executable.source private @pool_quantised_kernel {
  hal.executable.export public @pool_quantised ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c2, %c1 : index, index, index
  }
  builtin.module {
    func.func @pool_quantised() attributes {translation_info = #workgroup_of_1} {
      // int8, four to a word, into f32, position by position.
      %c0 = arith.constant 0 : index
      %scale = arith.constant dense<3.999999911e-02> : vector<4xf32>
      %c16 = arith.constant 16 : index
      %c4 = arith.constant 4 : index
      %bits = arith.constant dense<24> : vector<4xi32>
      %bits_1 = arith.constant dense<16> : vector<4xi32>
      %bits_2 = arith.constant dense<8> : vector<4xi32>
      %bits_3 = arith.constant dense<0> : vector<4xi32>
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<64xi32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<256xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %word = hal.interface.workgroup.id[1] : index
      %from = affine.apply affine_map<(word, frame) -> ((word * 2 + frame) * 16)>(%word, %frame)
      scf.for %p = %c0 to %c16 step %c4 {
        %at = affine.apply affine_map<(from, p) -> (from + p)>(%from, %p)
        %words = vector.load %x[%at] : memref<64xi32, #storage>, vector<4xi32>
        %moved = arith.shli %words, %bits : vector<4xi32>
        %number = arith.shrsi %moved, %bits : vector<4xi32>
        %moved_1 = arith.shli %words, %bits_1 : vector<4xi32>
        %number_1 = arith.shrsi %moved_1, %bits : vector<4xi32>
        %moved_2 = arith.shli %words, %bits_2 : vector<4xi32>
        %number_2 = arith.shrsi %moved_2, %bits : vector<4xi32>
        %moved_3 = arith.shli %words, %bits_3 : vector<4xi32>
        %number_3 = arith.shrsi %moved_3, %bits : vector<4xi32>
        %total = arith.sitofp %number : vector<4xi32> to vector<4xf32>
        %scaled = arith.mulf %total, %scale : vector<4xf32>
        %at_1 = affine.apply affine_map<(word, frame, p) -> ((word * 8 + frame) * 16 + p)>(%word, %frame, %p)
        vector.store %scaled, %out[%at_1] : memref<256xf32, #storage>, vector<4xf32>
        %total_1 = arith.sitofp %number_1 : vector<4xi32> to vector<4xf32>
        %scaled_1 = arith.mulf %total_1, %scale : vector<4xf32>
        %at_2 = affine.apply affine_map<(word, frame, p) -> (((word * 4 + 1) * 2 + frame) * 16 + p)>(%word, %frame, %p)
        vector.store %scaled_1, %out[%at_2] : memref<256xf32, #storage>, vector<4xf32>
        %total_2 = arith.sitofp %number_2 : vector<4xi32> to vector<4xf32>
        %scaled_2 = arith.mulf %total_2, %scale : vector<4xf32>
        %at_3 = affine.apply affine_map<(word, frame, p) -> (((word * 4 + 2) * 2 + frame) * 16 + p)>(%word, %frame, %p)
        vector.store %scaled_2, %out[%at_3] : memref<256xf32, #storage>, vector<4xf32>
        %total_3 = arith.sitofp %number_3 : vector<4xi32> to vector<4xf32>
        %scaled_3 = arith.mulf %total_3, %scale : vector<4xf32>
        %at_4 = affine.apply affine_map<(word, frame, p) -> (((word * 4 + 3) * 2 + frame) * 16 + p)>(%word, %frame, %p)
        vector.store %scaled_3, %out[%at_4] : memref<256xf32, #storage>, vector<4xf32>
      }
      return
    }
  }
}
func.func private @pool_quantised(%x: tensor<2x2x16xi32>) -> tensor<8x2x16xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<2x2x16xi32> into tensor<64xi32>
  %result = flow.dispatch @pool_quantised_kernel::@pool_quantised(%x.flat) : (tensor<64xi32>) -> tensor<8x2x16xf32>
  return %result : tensor<8x2x16xf32>
}
