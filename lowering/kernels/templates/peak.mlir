// The fused multiply-adds that $threads cores can do: $count independent accumulators in registers, no memory traffic. A row of the input is a workgroup.
func.func @peak(%x: $x) -> $x {
  %whole = flow.dispatch.workgroups(%x) : ($x) -> $x =
      (%x_binding: !iree_tensor_ext.dispatch.tensor<readonly:$x>, %out_binding: !iree_tensor_ext.dispatch.tensor<writeonly:$x>) {
    %in = iree_tensor_ext.dispatch.tensor.load %x_binding, offsets = [0, 0], sizes = [$threads, $lanes], strides = [1, 1]
        : !iree_tensor_ext.dispatch.tensor<readonly:$x> -> $x
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %steps = arith.constant $steps : index
    %zero = arith.constant 0.0 : f32
    %empty = tensor.empty() : $x
    %all = scf.forall (%t) in ($threads) shared_outs(%shared = %empty) -> ($x) {
      %part = tensor.extract_slice %shared[%t, 0] [1, $lanes] [1, 1] : $x to $part
      %zeros = linalg.fill {compilation_info = #dense} ins(%zero : f32) outs(%part : $part) -> $part
      %start = vector.transfer_read %in[%t, %c0], %zero {in_bounds = [true]} : $x, $vector
$starts
      %r:$count = scf.for %i = %c0 to %steps step %c1 iter_args($inits) -> ($types) {
$fmas
        scf.yield $yields : $types
      }
$sums
      %done = vector.transfer_write $total, %zeros[%c0] {in_bounds = [true]} : $vector, $part
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %done into %shared[%t, 0] [1, $lanes] [1, 1] : $part into $x
      }
    } {mapping = [#iree_codegen.workgroup_mapping<x>]}
    iree_tensor_ext.dispatch.tensor.store %all, %out_binding, offsets = [0, 0], sizes = [$threads, $lanes], strides = [1, 1]
        : $x -> !iree_tensor_ext.dispatch.tensor<writeonly:$x>
    flow.return
  } count() -> (index, index, index) {
    %cx, %cy, %cz = iree_tensor_ext.dispatch.workgroup_count_from_slice()
    flow.return %cx, %cy, %cz : index, index, index
  }
  return %whole : $x
}
