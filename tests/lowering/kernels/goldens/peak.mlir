#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
hal.executable.source private @peak_kernel {
  hal.executable.export public @peak ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @peak() attributes {translation_info = #workgroup_of_1} {
      // 3 independent accumulators in registers, no traffic with memory.
      %c0 = arith.constant 0 : index
      %number0 = arith.constant dense<0.0> : vector<8xf32>
      %number1 = arith.constant dense<1.0> : vector<8xf32>
      %number2 = arith.constant dense<2.0> : vector<8xf32>
      %c2000000 = arith.constant 2000000 : index
      %c1 = arith.constant 1 : index
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %thread = hal.interface.workgroup.id[0] : index
      %at = affine.apply affine_map<(thread) -> (thread * 8)>(%thread)
      %start = vector.load %x[%at] : memref<16xf32, #storage>, vector<8xf32>
      %first = arith.addf %start, %number0 : vector<8xf32>
      %first_1 = arith.addf %start, %number1 : vector<8xf32>
      %first_2 = arith.addf %start, %number2 : vector<8xf32>
      %accs:3 = scf.for %step = %c0 to %c2000000 step %c1 iter_args(%acc = %first, %acc_1 = %first_1, %acc_2 = %first_2) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>) {
        %acc_3 = vector.fma %start, %acc, %start : vector<8xf32>
        %acc_4 = vector.fma %start, %acc_1, %start : vector<8xf32>
        %acc_5 = vector.fma %start, %acc_2, %start : vector<8xf32>
        scf.yield %acc_3, %acc_4, %acc_5 : vector<8xf32>, vector<8xf32>, vector<8xf32>
      }
      %total = arith.addf %accs#0, %accs#1 : vector<8xf32>
      %total_1 = arith.addf %total, %accs#2 : vector<8xf32>
      %at_1 = affine.apply affine_map<(thread) -> (thread * 8)>(%thread)
      vector.store %total_1, %out[%at_1] : memref<16xf32, #storage>, vector<8xf32>
      return
    }
  }
}
func.func @peak(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1]] : tensor<2x8xf32> into tensor<16xf32>
  %result = flow.dispatch @peak_kernel::@peak(%x.flat) : (tensor<16xf32>) -> tensor<2x8xf32>
  return %result : tensor<2x8xf32>
}
