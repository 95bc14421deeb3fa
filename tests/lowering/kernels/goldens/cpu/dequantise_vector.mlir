#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
hal.executable.source private @fc_bias_quantised_kernel {
  hal.executable.export public @fc_bias_quantised ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    hal.return %c1, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @fc_bias_quantised() attributes {translation_info = #workgroup_of_1} {
      // int8, four to a word, into f32, position by position.
      %c0 = arith.constant 0 : index
      %scale = arith.constant 3.999999911e-02 : f32
      %c2 = arith.constant 2 : index
      %c1 = arith.constant 1 : index
      %bits = arith.constant 24 : i32
      %bits_1 = arith.constant 16 : i32
      %bits_2 = arith.constant 8 : i32
      %bits_3 = arith.constant 0 : i32
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<8xf32, #storage>
      scf.for %word = %c0 to %c2 step %c1 {
        %word_1 = memref.load %x[%word] : memref<2xi32, #storage>
        %moved = arith.shli %word_1, %bits : i32
        %number = arith.shrsi %moved, %bits : i32
        %moved_1 = arith.shli %word_1, %bits_1 : i32
        %number_1 = arith.shrsi %moved_1, %bits : i32
        %moved_2 = arith.shli %word_1, %bits_2 : i32
        %number_2 = arith.shrsi %moved_2, %bits : i32
        %moved_3 = arith.shli %word_1, %bits_3 : i32
        %number_3 = arith.shrsi %moved_3, %bits : i32
        %total = arith.sitofp %number : i32 to f32
        %scaled = arith.mulf %total, %scale : f32
        %at = affine.apply affine_map<(word) -> (word * 4)>(%word)
        memref.store %scaled, %out[%at] : memref<8xf32, #storage>
        %total_1 = arith.sitofp %number_1 : i32 to f32
        %scaled_1 = arith.mulf %total_1, %scale : f32
        %at_1 = affine.apply affine_map<(word) -> (word * 4 + 1)>(%word)
        memref.store %scaled_1, %out[%at_1] : memref<8xf32, #storage>
        %total_2 = arith.sitofp %number_2 : i32 to f32
        %scaled_2 = arith.mulf %total_2, %scale : f32
        %at_2 = affine.apply affine_map<(word) -> (word * 4 + 2)>(%word)
        memref.store %scaled_2, %out[%at_2] : memref<8xf32, #storage>
        %total_3 = arith.sitofp %number_3 : i32 to f32
        %scaled_3 = arith.mulf %total_3, %scale : f32
        %at_3 = affine.apply affine_map<(word) -> (word * 4 + 3)>(%word)
        memref.store %scaled_3, %out[%at_3] : memref<8xf32, #storage>
      }
      return
    }
  }
}
func.func private @fc_bias_quantised(%x: tensor<2xi32>) -> tensor<8xf32> {
  %result = flow.dispatch @fc_bias_quantised_kernel::@fc_bias_quantised(%x) : (tensor<2xi32>) -> tensor<8xf32>
  return %result : tensor<8xf32>
}
