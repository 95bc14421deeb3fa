#storage = #hal.descriptor_type<storage_buffer>
#reads2_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @reduce_2.mask = #flow.parameter.named<"model"::"reduce_2.mask"> : tensor<48xf32>
hal.executable.source private @reduce_2_kernel {
  hal.executable.export public @reduce_2 ordinal(0) layout(#reads2_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    hal.return %c1, %c2, %c1 : index, index, index
  }
  builtin.module {
    func.func @reduce_2() attributes {translation_info = #workgroup_of_1} {
      // A reduction over channels: an expression is computed vector by vector and combined on the way.
      %c0 = arith.constant 0 : index
      %constant = arith.constant dense<0.0> : vector<16xf32>
      %c1 = arith.constant 1 : index
      %constant_1 = arith.constant dense<1.666666667e-01> : vector<16xf32>
      %x0 = hal.interface.binding.subspan layout(#reads2_writes1) binding(0) alignment(64) offset(%c0) : memref<576xf16, #storage>
      %mask = hal.interface.binding.subspan layout(#reads2_writes1) binding(1) alignment(64) offset(%c0) : memref<48xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads2_writes1) binding(2) alignment(64) offset(%c0) : memref<96xf16, #storage>
      %group = hal.interface.workgroup.id[0] : index
      %frame = hal.interface.workgroup.id[1] : index
      %chunk = hal.interface.workgroup.id[2] : index
      %tiles = affine.min affine_map<(chunk) -> (8, 1 - chunk * 8)>(%chunk)
      scf.for %tile = %c0 to %tiles step %c1 {
        %p = affine.min affine_map<(chunk, tile) -> ((chunk * 8 + tile) * 48, 0)>(%chunk, %tile)
        %position = affine.apply affine_map<(p) -> (p + 16)>(%p)
        %position_1 = affine.apply affine_map<(p) -> (p + 32)>(%p)
        %at = affine.apply affine_map<(group) -> (group * 6)>(%group)
        %at_1 = affine.apply affine_map<(group) -> (group * 6 + 6)>(%group)
        %accs:3 = scf.for %c = %at to %at_1 step %c1 iter_args(%acc = %constant, %acc_1 = %constant, %acc_2 = %constant) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>) {
          %at_2 = affine.apply affine_map<(c, frame, p) -> ((c * 2 + frame) * 48 + p)>(%c, %frame, %p)
          %x0_1 = vector.load %x0[%at_2] : memref<576xf16, #storage>, vector<16xf16>
          %x0_1_1 = arith.extf %x0_1 : vector<16xf16> to vector<16xf32>
          %mulf = arith.mulf %x0_1_1, %x0_1_1 : vector<16xf32>
          %at_3 = affine.apply affine_map<(c, frame, position) -> ((c * 2 + frame) * 48 + position)>(%c, %frame, %position)
          %x0_2 = vector.load %x0[%at_3] : memref<576xf16, #storage>, vector<16xf16>
          %x0_2_1 = arith.extf %x0_2 : vector<16xf16> to vector<16xf32>
          %mulf_1 = arith.mulf %x0_2_1, %x0_2_1 : vector<16xf32>
          %at_4 = affine.apply affine_map<(c, frame, position_1) -> ((c * 2 + frame) * 48 + position_1)>(%c, %frame, %position_1)
          %x0_3 = vector.load %x0[%at_4] : memref<576xf16, #storage>, vector<16xf16>
          %x0_3_1 = arith.extf %x0_3 : vector<16xf16> to vector<16xf32>
          %mulf_2 = arith.mulf %x0_3_1, %x0_3_1 : vector<16xf32>
          %more = arith.addf %acc, %mulf : vector<16xf32>
          %more_1 = arith.addf %acc_1, %mulf_1 : vector<16xf32>
          %more_2 = arith.addf %acc_2, %mulf_2 : vector<16xf32>
          scf.yield %more, %more_1, %more_2 : vector<16xf32>, vector<16xf32>, vector<16xf32>
        }
        %scaled = arith.mulf %accs#0, %constant_1 : vector<16xf32>
        %keep = vector.load %mask[%p] : memref<48xf32, #storage>, vector<16xf32>
        %is_pixel = arith.cmpf ogt, %keep, %constant : vector<16xf32>
        %kept = arith.select %is_pixel, %scaled, %constant : vector<16xi1>, vector<16xf32>
        %kept_1 = arith.truncf %kept : vector<16xf32> to vector<16xf16>
        %at_2 = affine.apply affine_map<(group, frame, p) -> ((group * 2 + frame) * 48 + p)>(%group, %frame, %p)
        vector.store %kept_1, %out[%at_2] : memref<96xf16, #storage>, vector<16xf16>
        %scaled_1 = arith.mulf %accs#1, %constant_1 : vector<16xf32>
        %keep_1 = vector.load %mask[%position] : memref<48xf32, #storage>, vector<16xf32>
        %is_pixel_1 = arith.cmpf ogt, %keep_1, %constant : vector<16xf32>
        %kept_2 = arith.select %is_pixel_1, %scaled_1, %constant : vector<16xi1>, vector<16xf32>
        %kept_2_1 = arith.truncf %kept_2 : vector<16xf32> to vector<16xf16>
        %at_3 = affine.apply affine_map<(group, frame, position) -> ((group * 2 + frame) * 48 + position)>(%group, %frame, %position)
        vector.store %kept_2_1, %out[%at_3] : memref<96xf16, #storage>, vector<16xf16>
        %scaled_2 = arith.mulf %accs#2, %constant_1 : vector<16xf32>
        %keep_2 = vector.load %mask[%position_1] : memref<48xf32, #storage>, vector<16xf32>
        %is_pixel_2 = arith.cmpf ogt, %keep_2, %constant : vector<16xf32>
        %kept_3 = arith.select %is_pixel_2, %scaled_2, %constant : vector<16xi1>, vector<16xf32>
        %kept_3_1 = arith.truncf %kept_3 : vector<16xf32> to vector<16xf16>
        %at_4 = affine.apply affine_map<(group, frame, position_1) -> ((group * 2 + frame) * 48 + position_1)>(%group, %frame, %position_1)
        vector.store %kept_3_1, %out[%at_4] : memref<96xf16, #storage>, vector<16xf16>
      }
      return
    }
  }
}
func.func private @reduce_2(%x0: tensor<6x2x48xf16>) -> tensor<1x2x48xf16> {
  %mask = util.global.load @reduce_2.mask : tensor<48xf32>
  %x0.flat = tensor.collapse_shape %x0 [[0, 1, 2]] : tensor<6x2x48xf16> into tensor<576xf16>
  %result = flow.dispatch @reduce_2_kernel::@reduce_2(%x0.flat, %mask) : (tensor<576xf16>, tensor<48xf32>) -> tensor<1x2x48xf16>
  return %result : tensor<1x2x48xf16>
}
