#storage = #hal.descriptor_type<storage_buffer>
#reads2_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @pool.mask = #flow.parameter.named<"model"::"pool.mask"> : tensor<16xf32>
hal.executable.source private @pool_kernel {
  hal.executable.export public @pool ordinal(0) layout(#reads2_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c16 = arith.constant 16 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c16, %c1 : index, index, index
  }
  builtin.module {
    func.func @pool() attributes {translation_info = #workgroup_of_1} {
      // A pool by whole vectors: spans of pixels > vector > frames of the window.
      // A span is a row of pixels of the result, or all of them where windows are one pixel apart.
      // Zeros first. A vector that reaches beyond its span writes what the next span writes again.
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %start = arith.constant dense<0.0> : vector<8xf32>
      %c3 = arith.constant 3 : index
      %factor = arith.constant dense<1.0> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads2_writes1) binding(0) alignment(64) offset(%c0) : memref<3584xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads2_writes1) binding(1) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads2_writes1) binding(2) alignment(64) offset(%c0) : memref<512xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %c = hal.interface.workgroup.id[1] : index
      // The zeros around the pixels of each plane.
      %at = affine.apply affine_map<(c) -> (c + 1)>(%c)
      scf.for %channel = %c to %at step %c1 {
        %plane = affine.apply affine_map<(channel, frame) -> (channel * 32 + frame * 16)>(%channel, %frame)
        scf.for %i = %c0 to %c16 step %c1 {
          %at_1 = arith.addi %plane, %i : index
          memref.store %zero, %out[%at_1] : memref<512xf32, #storage>
        }
      }
      %d_first = affine.max affine_map<(frame) -> (0, -frame)>(%frame)
      %d_end = affine.min affine_map<(frame) -> (1, 2 - frame)>(%frame)
      scf.for %span = %c0 to %c3 step %c1 {
        scf.for %tile = %c0 to %c1 step %c1 {
          %p = affine.min affine_map<(tile) -> (tile * 4, 0)>(%tile)
          %window = affine.apply affine_map<(c, frame, span, p) -> ((c * 2 + frame) * 112 + span * 20 + p * 2 + 16)>(%c, %frame, %span, %p)
          %acc = scf.for %d = %d_first to %d_end step %c1 iter_args(%acc_1 = %start) -> (vector<8xf32>) {
            %frame_at = affine.apply affine_map<(d, window) -> (d * 112 + window)>(%d, %window)
            %at_1 = affine.apply affine_map<(frame_at) -> (frame_at + 2048)>(%frame_at)
            memref.prefetch %x[%at_1], read, locality<2>, data : memref<3584xf32, #storage>
            %pixels = vector.load %x[%frame_at] : memref<3584xf32, #storage>, vector<8xf32>
            %all = arith.maximumf %acc_1, %pixels : vector<8xf32>
            %row_at = affine.apply affine_map<(frame_at) -> (frame_at + 10)>(%frame_at)
            %at_2 = affine.apply affine_map<(row_at) -> (row_at + 2048)>(%row_at)
            memref.prefetch %x[%at_2], read, locality<2>, data : memref<3584xf32, #storage>
            %pixels_1 = vector.load %x[%row_at] : memref<3584xf32, #storage>, vector<8xf32>
            %all_1 = arith.maximumf %all, %pixels_1 : vector<8xf32>
            scf.yield %all_1 : vector<8xf32>
          }
          %even, %odd = vector.deinterleave %acc : vector<8xf32> -> vector<4xf32>
          %all = arith.maximumf %even, %odd : vector<4xf32>
          %scaled = arith.mulf %all, %factor : vector<4xf32>
          %place = affine.apply affine_map<(span, p) -> (span * 4 + p)>(%span, %p)
          %keep = vector.load %mask[%place] : memref<16xf32, #storage>, vector<4xf32>
          %kept = arith.mulf %scaled, %keep : vector<4xf32>
          %at_1 = affine.apply affine_map<(c, frame, place) -> ((c * 2 + frame) * 16 + place)>(%c, %frame, %place)
          vector.store %kept, %out[%at_1] : memref<512xf32, #storage>, vector<4xf32>
        }
      }
      return
    }
  }
}
func.func private @pool(%x: tensor<16x2x112xf32>) -> tensor<16x2x16xf32> {
  %mask = util.global.load @pool.mask : tensor<16xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x2x112xf32> into tensor<3584xf32>
  %result = flow.dispatch @pool_kernel::@pool(%x.flat, %mask) : (tensor<3584xf32>, tensor<16xf32>) -> tensor<16x2x16xf32>
  return %result : tensor<16x2x16xf32>
}
