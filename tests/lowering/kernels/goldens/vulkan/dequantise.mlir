#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_64 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [64, 1, 1]>
hal.executable.source private @pool_quantised_kernel {
  hal.executable.export public @pool_quantised ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    hal.return %c1, %c2, %c2 : index, index, index
  }
  builtin.module {
    func.func @pool_quantised() attributes {translation_info = #workgroup_of_64} {
      // int8, four to a word, into f32: an invocation is a word.
      %c0 = arith.constant 0 : index
      %scale = arith.constant 3.999999911e-02 : f32
      %bits = arith.constant 24 : i32
      %bits_1 = arith.constant 16 : i32
      %bits_2 = arith.constant 8 : i32
      %bits_3 = arith.constant 0 : i32
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<64xi32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<256xf32, #storage>
      %span = hal.interface.workgroup.id[0] : index
      %frame = hal.interface.workgroup.id[1] : index
      %word = hal.interface.workgroup.id[2] : index
      %thread = gpu.thread_id x
      %place = affine.min affine_map<(span, thread) -> (span * 64 + thread, 15)>(%span, %thread)
      %at = affine.apply affine_map<(word, frame, place) -> ((word * 2 + frame) * 16 + place)>(%word, %frame, %place)
      %word_1 = memref.load %x[%at] : memref<64xi32, #storage>
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
      %at_1 = affine.apply affine_map<(word, frame, place) -> ((word * 8 + frame) * 16 + place)>(%word, %frame, %place)
      memref.store %scaled, %out[%at_1] : memref<256xf32, #storage>
      %total_1 = arith.sitofp %number_1 : i32 to f32
      %scaled_1 = arith.mulf %total_1, %scale : f32
      %at_2 = affine.apply affine_map<(word, frame, place) -> (((word * 4 + 1) * 2 + frame) * 16 + place)>(%word, %frame, %place)
      memref.store %scaled_1, %out[%at_2] : memref<256xf32, #storage>
      %total_2 = arith.sitofp %number_2 : i32 to f32
      %scaled_2 = arith.mulf %total_2, %scale : f32
      %at_3 = affine.apply affine_map<(word, frame, place) -> (((word * 4 + 2) * 2 + frame) * 16 + place)>(%word, %frame, %place)
      memref.store %scaled_2, %out[%at_3] : memref<256xf32, #storage>
      %total_3 = arith.sitofp %number_3 : i32 to f32
      %scaled_3 = arith.mulf %total_3, %scale : f32
      %at_4 = affine.apply affine_map<(word, frame, place) -> (((word * 4 + 3) * 2 + frame) * 16 + place)>(%word, %frame, %place)
      memref.store %scaled_3, %out[%at_4] : memref<256xf32, #storage>
      return
    }
  }
}
func.func private @pool_quantised(%x: tensor<2x2x16xi32>) -> tensor<8x2x16xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<2x2x16xi32> into tensor<64xi32>
  %result = flow.dispatch @pool_quantised_kernel::@pool_quantised(%x.flat) : (tensor<64xi32>) -> tensor<8x2x16xf32>
  return %result : tensor<8x2x16xf32>
}
