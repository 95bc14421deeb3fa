#packed = #iree_codegen.compilation_info<lowering_config = #iree_cpu.lowering_config<distribution = [0, 0]>, translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.pass_pipeline<"iree-codegen-tile-and-distribute-to-workgroups-using-forall-op, iree-codegen-bufferize-dispatch-tensor-load-store, canonicalize, cse, iree-codegen-generic-vectorization{generate-contract=true}, iree-codegen-optimize-tensor-insert-extract-slices, canonicalize, cse, iree-codegen-llvmcpu-bufferization-pipeline, iree-codegen-remove-single-iteration-loop, canonicalize, cse, iree-codegen-llvmcpu-vector-lowering-pipeline">>>
func.func private @pool(%x: tensor<16x2x112xf32>) -> tensor<16x2x16xf32> {
  // A pool: of a tile of windows, frames and lines are combined first, as they lie in memory; then the pixels.
  %flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x2x112xf32> into tensor<3584xf32>
  %result = flow.dispatch.workgroups(%flat) : (tensor<3584xf32>) -> tensor<16x2x16xf32> =
    (%x_binding: !iree_tensor_ext.dispatch.tensor<readonly:tensor<3584xf32>>,
     %out_binding: !iree_tensor_ext.dispatch.tensor<writeonly:tensor<16x2x16xf32>>) {
    %zero = arith.constant 0.0 : f32
    %c0 = arith.constant 0 : index
    %c3 = arith.constant 3 : index
    %c1 = arith.constant 1 : index
    %outside = arith.constant 0xFF800000 : f32
    %c2 = arith.constant 2 : index
    %x = iree_tensor_ext.dispatch.tensor.load %x_binding, offsets = [0], sizes = [3584], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<3584xf32>> -> tensor<3584xf32>
    %empty = tensor.empty() : tensor<16x2x16xf32>
    %all = scf.forall (%channel, %frame) in (16, 2) shared_outs(%shared = %empty) -> (tensor<16x2x16xf32>) {
      %plane = tensor.extract_slice %shared[%channel, %frame, 0] [1, 1, 16] [1, 1, 1] : tensor<16x2x16xf32> to tensor<16xf32>
      %zeros = linalg.fill {compilation_info = #packed} ins(%zero : f32) outs(%plane : tensor<16xf32>) -> tensor<16xf32>
      %by_line = scf.for %line = %c0 to %c3 step %c1 iter_args(%by_line_1 = %zeros) -> (tensor<16xf32>) {
        %by_tile = scf.for %tile = %c0 to %c1 step %c1 iter_args(%by_tile_1 = %by_line_1) -> (tensor<16xf32>) {
          %pixel = affine.min affine_map<(tile) -> (tile * 4, 0)>(%tile)
          %first_frame = affine.max affine_map<(frame) -> (0, -frame)>(%frame)
          %end_frame = affine.min affine_map<(frame) -> (1, 2 - frame)>(%frame)
          %empty_1 = tensor.empty() : tensor<8xf32>
          %start = linalg.fill ins(%outside : f32) outs(%empty_1 : tensor<8xf32>) -> tensor<8xf32>
          %by_frame = scf.for %i = %first_frame to %end_frame step %c1 iter_args(%by_frame_1 = %start) -> (tensor<8xf32>) {
            %by_row = scf.for %j = %c0 to %c2 step %c1 iter_args(%by_row_1 = %by_frame_1) -> (tensor<8xf32>) {
              %place = affine.apply affine_map<(frame, i, channel, line, j, pixel) -> ((frame + i + channel * 2) * 112 + (line * 2 + j) * 10 + pixel * 2 + 16)>(%frame, %i, %channel, %line, %j, %pixel)
              %values = tensor.extract_slice %x[%place] [8] [1] : tensor<3584xf32> to tensor<8xf32>
              %more = linalg.generic {indexing_maps = [affine_map<(p) -> (p)>, affine_map<(p) -> (p)>],
                  iterator_types = ["parallel"]} ins(%values : tensor<8xf32>) outs(%by_row_1 : tensor<8xf32>) {
                ^bb0(%values_1: f32, %so_far: f32):
                  %both = arith.maximumf %values_1, %so_far : f32
                  linalg.yield %both : f32
              } -> tensor<8xf32>
              scf.yield %more : tensor<8xf32>
            }
            scf.yield %by_row : tensor<8xf32>
          }
          %empty_2 = tensor.empty() : tensor<4xf32>
          %none = linalg.fill ins(%outside : f32) outs(%empty_2 : tensor<4xf32>) -> tensor<4xf32>
          %windows = tensor.expand_shape %by_frame [[0, 1]] output_shape [4, 2] : tensor<8xf32> into tensor<4x2xf32>
          %more = linalg.generic {indexing_maps = [affine_map<(p, k) -> (p, k)>, affine_map<(p, k) -> (p)>],
              iterator_types = ["parallel", "reduction"]} ins(%windows : tensor<4x2xf32>) outs(%none : tensor<4xf32>) {
            ^bb0(%windows_1: f32, %so_far: f32):
              %both = arith.maximumf %windows_1, %so_far : f32
              linalg.yield %both : f32
          } -> tensor<4xf32>
          %at = affine.apply affine_map<(line, pixel) -> (line * 4 + pixel)>(%line, %pixel)
          %with = tensor.insert_slice %more into %by_tile_1[%at] [4] [1] : tensor<4xf32> into tensor<16xf32>
          scf.yield %with : tensor<16xf32>
        }
        scf.yield %by_tile : tensor<16xf32>
      }
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %by_line into %shared[%channel, %frame, 0] [1, 1, 16] [1, 1, 1] : tensor<16xf32> into tensor<16x2x16xf32>
      }
    } {mapping = [#iree_codegen.workgroup_mapping<y>, #iree_codegen.workgroup_mapping<x>]}
    iree_tensor_ext.dispatch.tensor.store %all, %out_binding, offsets = [0, 0, 0], sizes = [16, 2, 16], strides = [1, 1, 1] : tensor<16x2x16xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<16x2x16xf32>>
    flow.return
  } count() -> (index, index, index) {
    %workgroups_x, %workgroups_y, %workgroups_z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
    flow.return %workgroups_x, %workgroups_y, %workgroups_z : index, index, index
  }
  return %result : tensor<16x2x16xf32>
}
