// The fused multiply-adds that 2 cores can do: 12 independent accumulators in registers, no memory traffic. A row of the input is a workgroup.
func.func @peak(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %whole = flow.dispatch.workgroups(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32> =
      (%x_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x8xf32>>, %out_binding: !iree_tensor_ext.dispatch.tensor<writeonly:tensor<2x8xf32>>) {
    %in = iree_tensor_ext.dispatch.tensor.load %x_binding, offsets = [0, 0], sizes = [2, 8], strides = [1, 1]
        : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2x8xf32>> -> tensor<2x8xf32>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %steps = arith.constant 2000000 : index
    %zero = arith.constant 0.0 : f32
    %empty = tensor.empty() : tensor<2x8xf32>
    %all = scf.forall (%t) in (2) shared_outs(%shared = %empty) -> (tensor<2x8xf32>) {
      %part = tensor.extract_slice %shared[%t, 0] [1, 8] [1, 1] : tensor<2x8xf32> to tensor<8xf32>
      %zeros = linalg.fill {compilation_info = #dense} ins(%zero : f32) outs(%part : tensor<8xf32>) -> tensor<8xf32>
      %start = vector.transfer_read %in[%t, %c0], %zero {in_bounds = [true]} : tensor<2x8xf32>, vector<8xf32>
      %k0 = arith.constant dense<0.0> : vector<8xf32>
      %b0 = arith.addf %start, %k0 : vector<8xf32>
      %k1 = arith.constant dense<1.0> : vector<8xf32>
      %b1 = arith.addf %start, %k1 : vector<8xf32>
      %k2 = arith.constant dense<2.0> : vector<8xf32>
      %b2 = arith.addf %start, %k2 : vector<8xf32>
      %k3 = arith.constant dense<3.0> : vector<8xf32>
      %b3 = arith.addf %start, %k3 : vector<8xf32>
      %k4 = arith.constant dense<4.0> : vector<8xf32>
      %b4 = arith.addf %start, %k4 : vector<8xf32>
      %k5 = arith.constant dense<5.0> : vector<8xf32>
      %b5 = arith.addf %start, %k5 : vector<8xf32>
      %k6 = arith.constant dense<6.0> : vector<8xf32>
      %b6 = arith.addf %start, %k6 : vector<8xf32>
      %k7 = arith.constant dense<7.0> : vector<8xf32>
      %b7 = arith.addf %start, %k7 : vector<8xf32>
      %k8 = arith.constant dense<8.0> : vector<8xf32>
      %b8 = arith.addf %start, %k8 : vector<8xf32>
      %k9 = arith.constant dense<9.0> : vector<8xf32>
      %b9 = arith.addf %start, %k9 : vector<8xf32>
      %k10 = arith.constant dense<10.0> : vector<8xf32>
      %b10 = arith.addf %start, %k10 : vector<8xf32>
      %k11 = arith.constant dense<11.0> : vector<8xf32>
      %b11 = arith.addf %start, %k11 : vector<8xf32>
      %r:12 = scf.for %i = %c0 to %steps step %c1 iter_args(%a0 = %b0, %a1 = %b1, %a2 = %b2, %a3 = %b3, %a4 = %b4, %a5 = %b5, %a6 = %b6, %a7 = %b7, %a8 = %b8, %a9 = %b9, %a10 = %b10, %a11 = %b11) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
        %n0 = vector.fma %start, %a0, %start : vector<8xf32>
        %n1 = vector.fma %start, %a1, %start : vector<8xf32>
        %n2 = vector.fma %start, %a2, %start : vector<8xf32>
        %n3 = vector.fma %start, %a3, %start : vector<8xf32>
        %n4 = vector.fma %start, %a4, %start : vector<8xf32>
        %n5 = vector.fma %start, %a5, %start : vector<8xf32>
        %n6 = vector.fma %start, %a6, %start : vector<8xf32>
        %n7 = vector.fma %start, %a7, %start : vector<8xf32>
        %n8 = vector.fma %start, %a8, %start : vector<8xf32>
        %n9 = vector.fma %start, %a9, %start : vector<8xf32>
        %n10 = vector.fma %start, %a10, %start : vector<8xf32>
        %n11 = vector.fma %start, %a11, %start : vector<8xf32>
        scf.yield %n0, %n1, %n2, %n3, %n4, %n5, %n6, %n7, %n8, %n9, %n10, %n11 : vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>
      }
      %s1 = arith.addf %r#0, %r#1 : vector<8xf32>
      %s2 = arith.addf %s1, %r#2 : vector<8xf32>
      %s3 = arith.addf %s2, %r#3 : vector<8xf32>
      %s4 = arith.addf %s3, %r#4 : vector<8xf32>
      %s5 = arith.addf %s4, %r#5 : vector<8xf32>
      %s6 = arith.addf %s5, %r#6 : vector<8xf32>
      %s7 = arith.addf %s6, %r#7 : vector<8xf32>
      %s8 = arith.addf %s7, %r#8 : vector<8xf32>
      %s9 = arith.addf %s8, %r#9 : vector<8xf32>
      %s10 = arith.addf %s9, %r#10 : vector<8xf32>
      %s11 = arith.addf %s10, %r#11 : vector<8xf32>
      %done = vector.transfer_write %s11, %zeros[%c0] {in_bounds = [true]} : vector<8xf32>, tensor<8xf32>
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %done into %shared[%t, 0] [1, 8] [1, 1] : tensor<8xf32> into tensor<2x8xf32>
      }
    } {mapping = [#iree_codegen.workgroup_mapping<x>]}
    iree_tensor_ext.dispatch.tensor.store %all, %out_binding, offsets = [0, 0], sizes = [2, 8], strides = [1, 1]
        : tensor<2x8xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<2x8xf32>>
    flow.return
  } count() -> (index, index, index) {
    %cx, %cy, %cz = iree_tensor_ext.dispatch.workgroup_count_from_slice()
    flow.return %cx, %cy, %cz : index, index, index
  }
  return %whole : tensor<2x8xf32>
}
