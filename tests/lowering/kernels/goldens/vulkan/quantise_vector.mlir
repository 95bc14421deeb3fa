#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_64 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [64, 1, 1]>
hal.executable.source private @tanh_2_quantised_int8_kernel {
  hal.executable.export public @tanh_2_quantised_int8 ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    hal.return %c1, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @tanh_2_quantised_int8() attributes {translation_info = #workgroup_of_64} {
      // f32 into int8, four to a word: an invocation is a word.
      %c0 = arith.constant 0 : index
      %factor = arith.constant 25.0 : f32
      %bound = arith.constant -128.0 : f32
      %bound_1 = arith.constant 127.0 : f32
      %whole = arith.constant 1.258291200e+07 : f32
      %below = arith.constant 255 : i32
      %bits = arith.constant 8 : i32
      %below_1 = arith.constant 65535 : i32
      %bits_1 = arith.constant 16 : i32
      %below_2 = arith.constant 16777215 : i32
      %bits_2 = arith.constant 24 : i32
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<6xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<2xi32, #storage>
      %span = hal.interface.workgroup.id[0] : index
      %thread = gpu.thread_id x
      %place = affine.min affine_map<(span, thread) -> (span * 64 + thread, 1)>(%span, %thread)
      %at = affine.min affine_map<(place) -> (place * 4, 5)>(%place)
      %at_1 = affine.min affine_map<(place) -> (place * 4 + 1, 5)>(%place)
      %at_2 = affine.min affine_map<(place) -> (place * 4 + 2, 5)>(%place)
      %at_3 = affine.min affine_map<(place) -> (place * 4 + 3, 5)>(%place)
      %number = memref.load %x[%at] : memref<6xf32, #storage>
      %number_1 = memref.load %x[%at_1] : memref<6xf32, #storage>
      %number_2 = memref.load %x[%at_2] : memref<6xf32, #storage>
      %number_3 = memref.load %x[%at_3] : memref<6xf32, #storage>
      %scaled = arith.mulf %number, %factor : f32
      %scaled_1 = arith.mulf %number_1, %factor : f32
      %scaled_2 = arith.mulf %number_2, %factor : f32
      %scaled_3 = arith.mulf %number_3, %factor : f32
      %bounded = arith.maxnumf %scaled, %bound fastmath<nnan> : f32
      %bounded_1 = arith.minnumf %bounded, %bound_1 fastmath<nnan> : f32
      %rounded = arith.addf %bounded_1, %whole : f32
      %byte = arith.bitcast %rounded : f32 to i32
      %bounded_2 = arith.maxnumf %scaled_1, %bound fastmath<nnan> : f32
      %bounded_3 = arith.minnumf %bounded_2, %bound_1 fastmath<nnan> : f32
      %rounded_1 = arith.addf %bounded_3, %whole : f32
      %byte_1 = arith.bitcast %rounded_1 : f32 to i32
      %bounded_4 = arith.maxnumf %scaled_2, %bound fastmath<nnan> : f32
      %bounded_5 = arith.minnumf %bounded_4, %bound_1 fastmath<nnan> : f32
      %rounded_2 = arith.addf %bounded_5, %whole : f32
      %byte_2 = arith.bitcast %rounded_2 : f32 to i32
      %bounded_6 = arith.maxnumf %scaled_3, %bound fastmath<nnan> : f32
      %bounded_7 = arith.minnumf %bounded_6, %bound_1 fastmath<nnan> : f32
      %rounded_3 = arith.addf %bounded_7, %whole : f32
      %byte_3 = arith.bitcast %rounded_3 : f32 to i32
      %kept = arith.andi %byte, %below : i32
      %moved = arith.shli %byte_1, %bits : i32
      %word = arith.ori %kept, %moved : i32
      %kept_1 = arith.andi %word, %below_1 : i32
      %moved_1 = arith.shli %byte_2, %bits_1 : i32
      %word_1 = arith.ori %kept_1, %moved_1 : i32
      %kept_2 = arith.andi %word_1, %below_2 : i32
      %moved_2 = arith.shli %byte_3, %bits_2 : i32
      %word_2 = arith.ori %kept_2, %moved_2 : i32
      memref.store %word_2, %out[%place] : memref<2xi32, #storage>
      return
    }
  }
}
func.func private @tanh_2_quantised_int8(%x: tensor<6xf32>) -> tensor<2xi32> {
  %result = flow.dispatch @tanh_2_quantised_int8_kernel::@tanh_2_quantised_int8(%x) : (tensor<6xf32>) -> tensor<2xi32>
  return %result : tensor<2xi32>
}
