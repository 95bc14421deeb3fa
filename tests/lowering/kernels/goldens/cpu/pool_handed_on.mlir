#storage = #hal.descriptor_type<storage_buffer>
#reads2_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @pool.mask = #flow.parameter.named<"model"::"pool.mask"> : tensor<528xf32>
hal.executable.source private @pool_kernel {
  hal.executable.export public @pool ordinal(0) layout(#reads2_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c16 = arith.constant 16 : index
    %c1 = arith.constant 1 : index
    hal.return %c16, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @pool() attributes {translation_info = #workgroup_of_1} {
      // A pool whose windows are one frame apart, a channel in a workgroup: spans of pixels > vector > frames.
      // What each frame gives to the windows over it is combined once and handed on to the frames after it.
      %c0 = arith.constant 0 : index
      %c3 = arith.constant 3 : index
      %c1 = arith.constant 1 : index
      %zero = arith.constant 0.0 : f32
      %c32 = arith.constant 32 : index
      %c467 = arith.constant 467 : index
      %c528 = arith.constant 528 : index
      %start = arith.constant dense<0.0> : vector<4xf32>
      %c109 = arith.constant 109 : index
      %factor = arith.constant dense<1.0> : vector<4xf32>
      %x = hal.interface.binding.subspan layout(#reads2_writes1) binding(0) alignment(64) offset(%c0) : memref<25344xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads2_writes1) binding(1) alignment(64) offset(%c0) : memref<528xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads2_writes1) binding(2) alignment(64) offset(%c0) : memref<25344xf32, #storage>
      %c = hal.interface.workgroup.id[0] : index
      scf.for %frame = %c0 to %c3 step %c1 {
        // The zeros around the pixels of each plane.
        %at = affine.apply affine_map<(c) -> (c + 1)>(%c)
        scf.for %channel = %c to %at step %c1 {
          %plane = affine.apply affine_map<(channel, frame) -> (channel * 1584 + frame * 528)>(%channel, %frame)
          scf.for %i = %c0 to %c32 step %c1 {
            %at_1 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_1] : memref<25344xf32, #storage>
          }
          scf.for %i = %c467 to %c528 step %c1 {
            %at_1 = arith.addi %plane, %i : index
            memref.store %zero, %out[%at_1] : memref<25344xf32, #storage>
          }
        }
      }
      scf.for %span = %c0 to %c1 step %c1 {
        scf.for %tile = %c0 to %c109 step %c1 {
          %p = affine.min affine_map<(tile) -> (tile * 4, 431)>(%tile)
          %window = affine.apply affine_map<(c, span, p) -> (c * 1584 + span * 23 + p + 8)>(%c, %span, %p)
          %place = affine.apply affine_map<(span, p) -> (span * 23 + p + 32)>(%span, %p)
          %keep = vector.load %mask[%place] : memref<528xf32, #storage>, vector<4xf32>
          %before = scf.for %step = %c0 to %c3 step %c1 iter_args(%before_1 = %start) -> (vector<4xf32>) {
            // A frame outside the input gives what the accumulators start from.
            %d_end = affine.min affine_map<(step) -> (step + 1, 3)>(%step)
            %newest = scf.for %d = %step to %d_end step %c1 iter_args(%newest_1 = %start) -> (vector<4xf32>) {
              %frame_at = affine.apply affine_map<(d, window) -> (d * 528 + window)>(%d, %window)
              %pixels = vector.load %x[%frame_at] : memref<25344xf32, #storage>, vector<4xf32>
              %row_at = affine.apply affine_map<(frame_at) -> (frame_at + 23)>(%frame_at)
              %pixels_1 = vector.load %x[%row_at] : memref<25344xf32, #storage>, vector<4xf32>
              %all = arith.maximumf %pixels, %pixels_1 : vector<4xf32>
              %row_at_1 = affine.apply affine_map<(frame_at) -> (frame_at + 46)>(%frame_at)
              %at = affine.apply affine_map<(row_at_1) -> (row_at_1 + 1584)>(%row_at_1)
              memref.prefetch %x[%at], read, locality<2>, data : memref<25344xf32, #storage>
              %pixels_2 = vector.load %x[%row_at_1] : memref<25344xf32, #storage>, vector<4xf32>
              %all_1 = arith.maximumf %all, %pixels_2 : vector<4xf32>
              %row_at_2 = affine.apply affine_map<(frame_at) -> (frame_at + 1)>(%frame_at)
              %pixels_3 = vector.load %x[%row_at_2] : memref<25344xf32, #storage>, vector<4xf32>
              %row_at_3 = affine.apply affine_map<(frame_at) -> (frame_at + 24)>(%frame_at)
              %pixels_4 = vector.load %x[%row_at_3] : memref<25344xf32, #storage>, vector<4xf32>
              %all_2 = arith.maximumf %pixels_3, %pixels_4 : vector<4xf32>
              %row_at_4 = affine.apply affine_map<(frame_at) -> (frame_at + 47)>(%frame_at)
              %pixels_5 = vector.load %x[%row_at_4] : memref<25344xf32, #storage>, vector<4xf32>
              %all_3 = arith.maximumf %all_2, %pixels_5 : vector<4xf32>
              %row_at_5 = affine.apply affine_map<(frame_at) -> (frame_at + 2)>(%frame_at)
              %pixels_6 = vector.load %x[%row_at_5] : memref<25344xf32, #storage>, vector<4xf32>
              %row_at_6 = affine.apply affine_map<(frame_at) -> (frame_at + 25)>(%frame_at)
              %pixels_7 = vector.load %x[%row_at_6] : memref<25344xf32, #storage>, vector<4xf32>
              %all_4 = arith.maximumf %pixels_6, %pixels_7 : vector<4xf32>
              %row_at_7 = affine.apply affine_map<(frame_at) -> (frame_at + 48)>(%frame_at)
              %pixels_8 = vector.load %x[%row_at_7] : memref<25344xf32, #storage>, vector<4xf32>
              %all_5 = arith.maximumf %all_4, %pixels_8 : vector<4xf32>
              %all_6 = arith.maximumf %all_1, %all_3 : vector<4xf32>
              %all_7 = arith.maximumf %all_6, %all_5 : vector<4xf32>
              scf.yield %all_7 : vector<4xf32>
            }
            // The first frame of the result is complete after 0 steps.
            %f_first = affine.max affine_map<(step) -> (0, step)>(%step)
            %at = affine.apply affine_map<(step) -> (step + 1)>(%step)
            scf.for %f = %f_first to %at step %c1 {
              %all = arith.maximumf %before_1, %newest : vector<4xf32>
              %scaled = arith.mulf %all, %factor : vector<4xf32>
              %kept = arith.mulf %scaled, %keep : vector<4xf32>
              %at_1 = affine.apply affine_map<(c, f, place) -> ((c * 3 + f) * 528 + place)>(%c, %f, %place)
              vector.store %kept, %out[%at_1] : memref<25344xf32, #storage>, vector<4xf32>
            }
            scf.yield %newest : vector<4xf32>
          }
        }
      }
      return
    }
  }
}
func.func private @pool(%x: tensor<16x3x528xf32>) -> tensor<16x3x528xf32> {
  %mask = util.global.load @pool.mask : tensor<528xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<16x3x528xf32> into tensor<25344xf32>
  %result = flow.dispatch @pool_kernel::@pool(%x.flat, %mask) : (tensor<25344xf32>, tensor<528xf32>) -> tensor<16x3x528xf32>
  return %result : tensor<16x3x528xf32>
}
