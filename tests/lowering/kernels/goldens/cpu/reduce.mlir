#storage = #hal.descriptor_type<storage_buffer>
#reads2_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @reduce.mask = #flow.parameter.named<"model"::"reduce.mask"> : tensor<48xf32>
hal.executable.source private @reduce_kernel {
  hal.executable.export public @reduce ordinal(0) layout(#reads2_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c3 = arith.constant 3 : index
    %c1 = arith.constant 1 : index
    hal.return %c3, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @reduce() attributes {translation_info = #workgroup_of_1} {
      // A reduction over frames, pixels and channels: an expression is computed vector by vector and combined on the way.
      %c0 = arith.constant 0 : index
      %constant = arith.constant dense<0.0> : vector<16xf32>
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c48 = arith.constant 48 : index
      %c16 = arith.constant 16 : index
      %factor = arith.constant 8.333333333e-03 : f32
      %x0 = hal.interface.binding.subspan layout(#reads2_writes1) binding(0) alignment(64) offset(%c0) : memref<576xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads2_writes1) binding(1) alignment(64) offset(%c0) : memref<48xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads2_writes1) binding(2) alignment(64) offset(%c0) : memref<3xf32, #storage>
      %group = hal.interface.workgroup.id[0] : index
      %frame = hal.interface.workgroup.id[1] : index
      %at = affine.apply affine_map<(group) -> (group * 2)>(%group)
      %at_1 = affine.apply affine_map<(group) -> (group * 2 + 2)>(%group)
      %acc = scf.for %c = %at to %at_1 step %c1 iter_args(%acc_1 = %constant) -> (vector<16xf32>) {
        %acc_2 = scf.for %f = %c0 to %c2 step %c1 iter_args(%acc_3 = %acc_1) -> (vector<16xf32>) {
          %plane = scf.for %p = %c0 to %c48 step %c16 iter_args(%plane_1 = %constant) -> (vector<16xf32>) {
            %at_2 = affine.apply affine_map<(c, f, p) -> ((c * 2 + f) * 48 + p)>(%c, %f, %p)
            %x0_1 = vector.load %x0[%at_2] : memref<576xf32, #storage>, vector<16xf32>
            %keep = vector.load %mask[%p] : memref<48xf32, #storage>, vector<16xf32>
            %is_pixel = arith.cmpf ogt, %keep, %constant : vector<16xf32>
            %kept = arith.select %is_pixel, %x0_1, %constant : vector<16xi1>, vector<16xf32>
            %more = arith.addf %plane_1, %kept : vector<16xf32>
            scf.yield %more : vector<16xf32>
          }
          %more = arith.addf %acc_3, %plane : vector<16xf32>
          scf.yield %more : vector<16xf32>
        }
        scf.yield %acc_2 : vector<16xf32>
      }
      %total = vector.reduction <add>, %acc : vector<16xf32> into f32
      %scaled = arith.mulf %total, %factor : f32
      memref.store %scaled, %out[%group] : memref<3xf32, #storage>
      return
    }
  }
}
func.func private @reduce(%x0: tensor<6x2x48xf32>) -> tensor<3xf32> {
  %mask = util.global.load @reduce.mask : tensor<48xf32>
  %x0.flat = tensor.collapse_shape %x0 [[0, 1, 2]] : tensor<6x2x48xf32> into tensor<576xf32>
  %result = flow.dispatch @reduce_kernel::@reduce(%x0.flat, %mask) : (tensor<576xf32>, tensor<48xf32>) -> tensor<3xf32>
  return %result : tensor<3xf32>
}
