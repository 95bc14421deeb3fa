#storage = #hal.descriptor_type<storage_buffer>
#reads2_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @concat.table = #flow.parameter.named<"model"::"concat.table"> : tensor<45xi32>
hal.executable.source private @concat_kernel {
  hal.executable.export public @concat ordinal(0) layout(#reads2_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c6 = arith.constant 6 : index
    %c1 = arith.constant 1 : index
    hal.return %c6, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @concat() attributes {translation_info = #workgroup_of_1} {
      // Patches of feature maps put together, a channel in a workgroup. `table` says which planes go where.
      // Planes that no patch fills as a whole are cleared first.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c48 = arith.constant 48 : index
      %c16 = arith.constant 16 : index
      %x0 = hal.interface.binding.subspan layout(#reads2_writes1) binding(0) alignment(64) offset(%c0) : memref<864xf32, #storage>
      %table = hal.interface.binding.subspan layout(#reads2_writes1) binding(1) alignment(64) offset(%c0) : memref<45xi32, #storage>
      %out = hal.interface.binding.subspan layout(#reads2_writes1) binding(2) alignment(64) offset(%c0) : memref<576xf32, #storage>
      %c = hal.interface.workgroup.id[0] : index
      %first_job32 = memref.load %table[%c] : memref<45xi32, #storage>
      %first_job = arith.index_cast %first_job32 : i32 to index
      %at = affine.apply affine_map<(c) -> (c + 1)>(%c)
      %end_job32 = memref.load %table[%at] : memref<45xi32, #storage>
      %end_job = arith.index_cast %end_job32 : i32 to index
      scf.for %job = %first_job to %end_job step %c1 {
        %at_1 = affine.apply affine_map<(job) -> (job + 7)>(%job)
        %plane32 = memref.load %table[%at_1] : memref<45xi32, #storage>
        %plane = arith.index_cast %plane32 : i32 to index
        %at_2 = affine.apply affine_map<(job) -> (job + 13)>(%job)
        %plane32_1 = memref.load %table[%at_2] : memref<45xi32, #storage>
        %plane_1 = arith.index_cast %plane32_1 : i32 to index
        %to = affine.apply affine_map<(plane) -> (plane * 48)>(%plane)
        %from = affine.apply affine_map<(plane_1) -> (plane_1 * 48)>(%plane_1)
        scf.for %p = %c0 to %c48 step %c16 {
          %at_3 = affine.apply affine_map<(from, p) -> (from + p)>(%from, %p)
          %loaded = vector.load %x0[%at_3] : memref<864xf32, #storage>, vector<16xf32>
          %at_4 = affine.apply affine_map<(to, p) -> (to + p)>(%to, %p)
          vector.store %loaded, %out[%at_4] : memref<576xf32, #storage>, vector<16xf32>
        }
      }
      %at_1 = affine.apply affine_map<(c) -> (c + 19)>(%c)
      %first_job32_1 = memref.load %table[%at_1] : memref<45xi32, #storage>
      %first_job_1 = arith.index_cast %first_job32_1 : i32 to index
      %at_2 = affine.apply affine_map<(c) -> (c + 20)>(%c)
      %end_job32_1 = memref.load %table[%at_2] : memref<45xi32, #storage>
      %end_job_1 = arith.index_cast %end_job32_1 : i32 to index
      scf.for %job = %first_job_1 to %end_job_1 step %c1 {
        %at_3 = affine.apply affine_map<(job) -> (job + 26)>(%job)
        %plane32 = memref.load %table[%at_3] : memref<45xi32, #storage>
        %plane = arith.index_cast %plane32 : i32 to index
        %at_4 = affine.apply affine_map<(job) -> (job + 32)>(%job)
        %plane32_1 = memref.load %table[%at_4] : memref<45xi32, #storage>
        %plane_1 = arith.index_cast %plane32_1 : i32 to index
        %to = affine.apply affine_map<(plane) -> (plane * 48)>(%plane)
        %from = affine.apply affine_map<(plane_1) -> (plane_1 * 48)>(%plane_1)
        scf.for %p = %c0 to %c48 step %c16 {
          %at_5 = affine.apply affine_map<(from, p) -> (from + p)>(%from, %p)
          %loaded = vector.load %x0[%at_5] : memref<864xf32, #storage>, vector<16xf32>
          %at_6 = affine.apply affine_map<(to, p) -> (to + p)>(%to, %p)
          vector.store %loaded, %out[%at_6] : memref<576xf32, #storage>, vector<16xf32>
        }
      }
      return
    }
  }
}
func.func private @concat(%x0: tensor<6x3x48xf32>) -> tensor<6x2x48xf32> {
  %table = util.global.load @concat.table : tensor<45xi32>
  %x0.flat = tensor.collapse_shape %x0 [[0, 1, 2]] : tensor<6x3x48xf32> into tensor<864xf32>
  %result = flow.dispatch @concat_kernel::@concat(%x0.flat, %table) : (tensor<864xf32>, tensor<45xi32>) -> tensor<6x2x48xf32>
  return %result : tensor<6x2x48xf32>
}
