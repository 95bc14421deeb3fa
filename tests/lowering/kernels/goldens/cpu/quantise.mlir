#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
hal.executable.source private @clip_quantised_int8_kernel {
  hal.executable.export public @clip_quantised_int8 ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c2, %c1 : index, index, index
  }
  builtin.module {
    func.func @clip_quantised_int8() attributes {translation_info = #workgroup_of_1} {
      // f32 into int8, four to a word, position by position.
      %c0 = arith.constant 0 : index
      %factor = arith.constant dense<25.0> : vector<4xf32>
      %c48 = arith.constant 48 : index
      %c4 = arith.constant 4 : index
      %bound = arith.constant dense<-128.0> : vector<4xf32>
      %bound_1 = arith.constant dense<127.0> : vector<4xf32>
      %whole = arith.constant dense<1.258291200e+07> : vector<4xf32>
      %below = arith.constant dense<255> : vector<4xi32>
      %bits = arith.constant dense<8> : vector<4xi32>
      %below_1 = arith.constant dense<65535> : vector<4xi32>
      %bits_1 = arith.constant dense<16> : vector<4xi32>
      %below_2 = arith.constant dense<16777215> : vector<4xi32>
      %bits_2 = arith.constant dense<24> : vector<4xi32>
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<576xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<192xi32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %word = hal.interface.workgroup.id[1] : index
      %channel = affine.min affine_map<(word) -> (word * 4, 5)>(%word)
      %channel_1 = affine.min affine_map<(word) -> (word * 4 + 1, 5)>(%word)
      %channel_2 = affine.min affine_map<(word) -> (word * 4 + 2, 5)>(%word)
      %channel_3 = affine.min affine_map<(word) -> (word * 4 + 3, 5)>(%word)
      %from = affine.apply affine_map<(channel, frame) -> ((channel * 2 + frame) * 48)>(%channel, %frame)
      %from_1 = affine.apply affine_map<(channel_1, frame) -> ((channel_1 * 2 + frame) * 48)>(%channel_1, %frame)
      %from_2 = affine.apply affine_map<(channel_2, frame) -> ((channel_2 * 2 + frame) * 48)>(%channel_2, %frame)
      %from_3 = affine.apply affine_map<(channel_3, frame) -> ((channel_3 * 2 + frame) * 48)>(%channel_3, %frame)
      %to = affine.apply affine_map<(word, frame) -> ((word * 2 + frame) * 48)>(%word, %frame)
      scf.for %p = %c0 to %c48 step %c4 {
        %at = affine.apply affine_map<(from, p) -> (from + p)>(%from, %p)
        %numbers = vector.load %x[%at] : memref<576xf32, #storage>, vector<4xf32>
        %at_1 = affine.apply affine_map<(from_1, p) -> (from_1 + p)>(%from_1, %p)
        %numbers_1 = vector.load %x[%at_1] : memref<576xf32, #storage>, vector<4xf32>
        %at_2 = affine.apply affine_map<(from_2, p) -> (from_2 + p)>(%from_2, %p)
        %numbers_2 = vector.load %x[%at_2] : memref<576xf32, #storage>, vector<4xf32>
        %at_3 = affine.apply affine_map<(from_3, p) -> (from_3 + p)>(%from_3, %p)
        %numbers_3 = vector.load %x[%at_3] : memref<576xf32, #storage>, vector<4xf32>
        %scaled = arith.mulf %numbers, %factor : vector<4xf32>
        %scaled_1 = arith.mulf %numbers_1, %factor : vector<4xf32>
        %scaled_2 = arith.mulf %numbers_2, %factor : vector<4xf32>
        %scaled_3 = arith.mulf %numbers_3, %factor : vector<4xf32>
        %bounded = arith.maxnumf %scaled, %bound fastmath<nnan> : vector<4xf32>
        %bounded_1 = arith.minnumf %bounded, %bound_1 fastmath<nnan> : vector<4xf32>
        %rounded = arith.addf %bounded_1, %whole : vector<4xf32>
        %byte = arith.bitcast %rounded : vector<4xf32> to vector<4xi32>
        %bounded_2 = arith.maxnumf %scaled_1, %bound fastmath<nnan> : vector<4xf32>
        %bounded_3 = arith.minnumf %bounded_2, %bound_1 fastmath<nnan> : vector<4xf32>
        %rounded_1 = arith.addf %bounded_3, %whole : vector<4xf32>
        %byte_1 = arith.bitcast %rounded_1 : vector<4xf32> to vector<4xi32>
        %bounded_4 = arith.maxnumf %scaled_2, %bound fastmath<nnan> : vector<4xf32>
        %bounded_5 = arith.minnumf %bounded_4, %bound_1 fastmath<nnan> : vector<4xf32>
        %rounded_2 = arith.addf %bounded_5, %whole : vector<4xf32>
        %byte_2 = arith.bitcast %rounded_2 : vector<4xf32> to vector<4xi32>
        %bounded_6 = arith.maxnumf %scaled_3, %bound fastmath<nnan> : vector<4xf32>
        %bounded_7 = arith.minnumf %bounded_6, %bound_1 fastmath<nnan> : vector<4xf32>
        %rounded_3 = arith.addf %bounded_7, %whole : vector<4xf32>
        %byte_3 = arith.bitcast %rounded_3 : vector<4xf32> to vector<4xi32>
        %kept = arith.andi %byte, %below : vector<4xi32>
        %moved = arith.shli %byte_1, %bits : vector<4xi32>
        %word_1 = arith.ori %kept, %moved : vector<4xi32>
        %kept_1 = arith.andi %word_1, %below_1 : vector<4xi32>
        %moved_1 = arith.shli %byte_2, %bits_1 : vector<4xi32>
        %word_2 = arith.ori %kept_1, %moved_1 : vector<4xi32>
        %kept_2 = arith.andi %word_2, %below_2 : vector<4xi32>
        %moved_2 = arith.shli %byte_3, %bits_2 : vector<4xi32>
        %word_3 = arith.ori %kept_2, %moved_2 : vector<4xi32>
        %at_4 = affine.apply affine_map<(to, p) -> (to + p)>(%to, %p)
        vector.store %word_3, %out[%at_4] : memref<192xi32, #storage>, vector<4xi32>
      }
      return
    }
  }
}
func.func private @clip_quantised_int8(%x: tensor<6x2x48xf32>) -> tensor<2x2x48xi32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<6x2x48xf32> into tensor<576xf32>
  %result = flow.dispatch @clip_quantised_int8_kernel::@clip_quantised_int8(%x.flat) : (tensor<576xf32>) -> tensor<2x2x48xi32>
  return %result : tensor<2x2x48xi32>
}
