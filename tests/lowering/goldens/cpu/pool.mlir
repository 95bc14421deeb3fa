func.func private @pool(%x: tensor<16x2x96xf32>) -> tensor<16x2x16xf32> {
  %flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x2x96xf32> into tensor<3072xf32>
  %result = flow.dispatch.workgroups(%flat) : (tensor<3072xf32>) -> tensor<16x2x16xf32> =
      (%x_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<3072xf32>>,
       %out_binding: !iree_tensor_ext.dispatch.tensor<writeonly:tensor<16x2x16xf32>>) {
    %x = iree_tensor_ext.dispatch.tensor.load %x_binding, offsets = [0], sizes = [3072], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<3072xf32>> -> tensor<3072xf32>
// A pool whose windows are two pixels wide, two apart and inside the image: whole vectors are reduced over frames and rows, then even with odd pixels.
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %tiles = arith.constant 1 : index
    %height = arith.constant 3 : index
    %last = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %factor = arith.constant dense<1.000000000e+00> : vector<4xf32>
    %empty = tensor.empty() : tensor<16x2x16xf32>
    %all = scf.forall (%c, %f) in (16, 2) shared_outs(%shared = %empty) -> (tensor<16x2x16xf32>) {
      %plane = tensor.extract_slice %shared[%c, %f, 0] [1, 1, 16] [1, 1, 1] : tensor<16x2x16xf32> to tensor<16xf32>
      %zeros = linalg.fill {compilation_info = #rows} ins(%zero : f32) outs(%plane : tensor<16xf32>) -> tensor<16xf32>
      %image = scf.for %y = %c0 to %height step %c1 iter_args(%by_row = %zeros) -> (tensor<16xf32>) {
        %row = scf.for %t = %c0 to %tiles step %c1 iter_args(%by_tile = %by_row) -> (tensor<16xf32>) {
          %unclamped = affine.apply affine_map<(t) -> (t * 4)>(%t)
          %column = arith.minsi %unclamped, %last : index
          %at = affine.apply affine_map<(c, f, y, x) -> ((c * 2 + f * 1) * 96 + y * 2 * 10 + x * 2 + 11)>(%c, %f, %y, %column)
          %at0 = affine.apply affine_map<(p) -> (p + 0)>(%at)
          %v0 = vector.transfer_read %x[%at0], %zero {in_bounds = [true]} : tensor<3072xf32>, vector<8xf32>
          %at1 = affine.apply affine_map<(p) -> (p + 10)>(%at)
          %v1 = vector.transfer_read %x[%at1], %zero {in_bounds = [true]} : tensor<3072xf32>, vector<8xf32>
          %window = arith.maximumf %v0, %v1 : vector<8xf32>
          %even, %odd = vector.deinterleave %window : vector<8xf32> -> vector<4xf32>
          %both = arith.maximumf %even, %odd : vector<4xf32>
          %scaled = arith.mulf %both, %factor : vector<4xf32>
          %to = affine.apply affine_map<(y, x) -> (y * 4 + x + 0)>(%y, %column)
          %written = vector.transfer_write %scaled, %by_tile[%to] {in_bounds = [true]} : vector<4xf32>, tensor<16xf32>
          scf.yield %written : tensor<16xf32>
        }
        scf.yield %row : tensor<16xf32>
      }
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %image into %shared[%c, %f, 0] [1, 1, 16] [1, 1, 1] : tensor<16xf32> into tensor<16x2x16xf32>
      }
    } {mapping = [#iree_codegen.workgroup_mapping<y>, #iree_codegen.workgroup_mapping<x>]}
    iree_tensor_ext.dispatch.tensor.store %all, %out_binding, offsets = [0, 0, 0], sizes = [16, 2, 16], strides = [1, 1, 1] : tensor<16x2x16xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<16x2x16xf32>>
    flow.return
  } count() -> (index, index, index) {
    %cx, %cy, %cz = iree_tensor_ext.dispatch.workgroup_count_from_slice()
    flow.return %cx, %cy, %cz : index, index, index
  }
  return %result : tensor<16x2x16xf32>
}
