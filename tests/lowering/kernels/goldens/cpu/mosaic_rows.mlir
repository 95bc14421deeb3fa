#storage = #hal.descriptor_type<storage_buffer>
#reads2_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @pad.table = #flow.parameter.named<"model"::"pad.table"> : tensor<60xi32>
hal.executable.source private @pad_kernel {
  hal.executable.export public @pad ordinal(0) layout(#reads2_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c6 = arith.constant 6 : index
    %c1 = arith.constant 1 : index
    hal.return %c6, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @pad() attributes {translation_info = #workgroup_of_1} {
      // Patches of feature maps put together, a channel in a workgroup. `table` says which planes go where.
      // Planes that no patch fills as a whole are cleared first.
      %c0 = arith.constant 0 : index
      %zeros = arith.constant dense<0.0> : vector<16xf16>
      %c1 = arith.constant 1 : index
      %c80 = arith.constant 80 : index
      %c16 = arith.constant 16 : index
      %fill = arith.constant 1.0 : f16
      %c6 = arith.constant 6 : index
      %c8 = arith.constant 8 : index
      %c5 = arith.constant 5 : index
      %c2 = arith.constant 2 : index
      %x0 = hal.interface.binding.subspan layout(#reads2_writes1) binding(0) alignment(64) offset(%c0) : memref<576xf16, #storage>
      %table = hal.interface.binding.subspan layout(#reads2_writes1) binding(1) alignment(64) offset(%c0) : memref<60xi32, #storage>
      %out = hal.interface.binding.subspan layout(#reads2_writes1) binding(2) alignment(64) offset(%c0) : memref<960xf16, #storage>
      %c = hal.interface.workgroup.id[0] : index
      %at = affine.apply affine_map<(c) -> (c + 41)>(%c)
      %first_job32 = memref.load %table[%at] : memref<60xi32, #storage>
      %first_job = arith.index_cast %first_job32 : i32 to index
      %at_1 = affine.apply affine_map<(c) -> (c + 42)>(%c)
      %end_job32 = memref.load %table[%at_1] : memref<60xi32, #storage>
      %end_job = arith.index_cast %end_job32 : i32 to index
      scf.for %job = %first_job to %end_job step %c1 {
        %at_2 = affine.apply affine_map<(job) -> (job + 48)>(%job)
        %plane32 = memref.load %table[%at_2] : memref<60xi32, #storage>
        %plane = arith.index_cast %plane32 : i32 to index
        %to = affine.apply affine_map<(plane) -> (plane * 80)>(%plane)
        scf.for %p = %c0 to %c80 step %c16 {
          %at_3 = affine.apply affine_map<(to, p) -> (to + p)>(%to, %p)
          vector.store %zeros, %out[%at_3] : memref<960xf16, #storage>, vector<16xf16>
        }
        scf.for %row = %c0 to %c6 step %c1 {
          scf.for %column = %c0 to %c8 step %c1 {
            %at_3 = affine.apply affine_map<(to, row, column) -> (to + row * 8 + column)>(%to, %row, %column)
            memref.store %fill, %out[%at_3] : memref<960xf16, #storage>
          }
        }
      }
      %first_job32_1 = memref.load %table[%c] : memref<60xi32, #storage>
      %first_job_1 = arith.index_cast %first_job32_1 : i32 to index
      %at_2 = affine.apply affine_map<(c) -> (c + 1)>(%c)
      %end_job32_1 = memref.load %table[%at_2] : memref<60xi32, #storage>
      %end_job_1 = arith.index_cast %end_job32_1 : i32 to index
      scf.for %job = %first_job_1 to %end_job_1 step %c1 {
        %at_3 = affine.apply affine_map<(job) -> (job + 7)>(%job)
        %plane32 = memref.load %table[%at_3] : memref<60xi32, #storage>
        %plane = arith.index_cast %plane32 : i32 to index
        %at_4 = affine.apply affine_map<(job) -> (job + 19)>(%job)
        %plane32_1 = memref.load %table[%at_4] : memref<60xi32, #storage>
        %plane_1 = arith.index_cast %plane32_1 : i32 to index
        %to = affine.apply affine_map<(plane) -> (plane * 80)>(%plane)
        %from = affine.apply affine_map<(plane_1) -> (plane_1 * 48)>(%plane_1)
        scf.for %row = %c0 to %c5 step %c1 {
          %at_5 = affine.apply affine_map<(row) -> (row + 36)>(%row)
          %row_from32 = memref.load %table[%at_5] : memref<60xi32, #storage>
          %row_from = arith.index_cast %row_from32 : i32 to index
          %row_from_1 = affine.apply affine_map<(from, row_from) -> (from + row_from)>(%from, %row_from)
          %at_6 = affine.apply affine_map<(row) -> (row + 31)>(%row)
          %row_to32 = memref.load %table[%at_6] : memref<60xi32, #storage>
          %row_to = arith.index_cast %row_to32 : i32 to index
          %row_to_1 = affine.apply affine_map<(to, row_to) -> (to + row_to)>(%to, %row_to)
          scf.for %tile = %c0 to %c2 step %c1 {
            %p = affine.min affine_map<(tile) -> (tile * 4, 2)>(%tile)
            %at_7 = affine.apply affine_map<(row_from_1, p) -> (row_from_1 + p)>(%row_from_1, %p)
            %loaded = vector.load %x0[%at_7] : memref<576xf16, #storage>, vector<4xf16>
            %at_8 = affine.apply affine_map<(row_to_1, p) -> (row_to_1 + p)>(%row_to_1, %p)
            vector.store %loaded, %out[%at_8] : memref<960xf16, #storage>, vector<4xf16>
          }
        }
      }
      return
    }
  }
}
func.func private @pad(%x0: tensor<6x2x48xf16>) -> tensor<6x2x80xf16> {
  %table = util.global.load @pad.table : tensor<60xi32>
  %x0.flat = tensor.collapse_shape %x0 [[0, 1, 2]] : tensor<6x2x48xf16> into tensor<576xf16>
  %result = flow.dispatch @pad_kernel::@pad(%x0.flat, %table) : (tensor<576xf16>, tensor<60xi32>) -> tensor<6x2x80xf16>
  return %result : tensor<6x2x80xf16>
}
