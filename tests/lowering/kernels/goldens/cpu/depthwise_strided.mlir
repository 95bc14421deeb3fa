#storage = #hal.descriptor_type<storage_buffer>
#reads4_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @strided.values = #flow.parameter.named<"model"::"strided.values"> : tensor<3x10xf32>
util.global private @strided.bias = #flow.parameter.named<"model"::"strided.bias"> : tensor<3xf32>
util.global private @strided.mask = #flow.parameter.named<"model"::"strided.mask"> : tensor<48xf32>
hal.executable.source private @strided_kernel {
  hal.executable.export public @strided ordinal(0) layout(#reads4_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c3 = arith.constant 3 : index
    %c1 = arith.constant 1 : index
    hal.return %c3, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @strided() attributes {translation_info = #workgroup_of_1} {
      // A depthwise convolution: frame > span > tile > row > tap. The taps of a row are written out.
      // A span is a row of pixels of the result, or all of them where windows are one pixel apart.
      // Zeros first. A vector that reaches beyond its span writes what the next span writes again.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %zero = arith.constant 0.0 : f32
      %c20 = arith.constant 20 : index
      %c48 = arith.constant 48 : index
      %c3 = arith.constant 3 : index
      %x = hal.interface.binding.subspan layout(#reads4_writes1) binding(0) alignment(64) offset(%c0) : memref<1344xf32, #storage>
      %values = hal.interface.binding.subspan layout(#reads4_writes1) binding(1) alignment(64) offset(%c0) : memref<30xf32, #storage>
      %bias = hal.interface.binding.subspan layout(#reads4_writes1) binding(2) alignment(64) offset(%c0) : memref<3xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads4_writes1) binding(3) alignment(64) offset(%c0) : memref<48xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads4_writes1) binding(4) alignment(64) offset(%c0) : memref<576xf32, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %share_first = affine.min affine_map<(worker) -> (worker * 2, worker)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 2 + 2, worker + 1)>(%worker)
      scf.for %c = %share_first to %share_end step %c1 {
        scf.for %frame = %c0 to %c4 step %c1 {
          // The zeros around the pixels of each plane.
          %at = affine.apply affine_map<(c) -> (c + 1)>(%c)
          scf.for %channel = %c to %at step %c1 {
            %plane = affine.apply affine_map<(channel, frame) -> (channel * 192 + frame * 48)>(%channel, %frame)
            scf.for %i = %c0 to %c0 step %c1 {
              %at_1 = arith.addi %plane, %i : index
              memref.store %zero, %out[%at_1] : memref<576xf32, #storage>
            }
            scf.for %i = %c20 to %c48 step %c1 {
              %at_1 = arith.addi %plane, %i : index
              memref.store %zero, %out[%at_1] : memref<576xf32, #storage>
            }
          }
        }
        scf.for %frame = %c0 to %c4 step %c1 {
          %d_first = affine.max affine_map<(frame) -> (0, -frame)>(%frame)
          %d_end = affine.min affine_map<(frame) -> (1, 4 - frame)>(%frame)
          scf.for %span = %c0 to %c4 step %c1 {
            scf.for %tile = %c0 to %c1 step %c1 {
              %p = affine.min affine_map<(tile) -> (tile * 8, 0)>(%tile)
              %window = affine.apply affine_map<(c, span, p) -> (c * 448 + span * 20 + p * 2 + 5)>(%c, %span, %p)
              %place = affine.apply affine_map<(span, p) -> (span * 5 + p)>(%span, %p)
              %bias_of = memref.load %bias[%c] : memref<3xf32, #storage>
              %start = vector.broadcast %bias_of : f32 to vector<8xf32>
              %acc = scf.for %d = %d_first to %d_end step %c1 iter_args(%acc_1 = %start) -> (vector<8xf32>) {
                %frame_at = affine.apply affine_map<(d, frame, window) -> ((d + frame) * 112 + window)>(%d, %frame, %window)
                %weights_at = affine.apply affine_map<(c, d) -> (c * 10 + d * 9)>(%c, %d)
                // Row by row, and inputs one after the other: then the sums stay in registers.
                %part = scf.for %row = %c0 to %c3 step %c1 iter_args(%part_1 = %acc_1) -> (vector<8xf32>) {
                  %row_at = affine.apply affine_map<(row, frame_at) -> (row * 10 + frame_at)>(%row, %frame_at)
                  %row_weights = affine.apply affine_map<(row, weights_at) -> (row * 3 + weights_at)>(%row, %weights_at)
                  %both = vector.load %x[%row_at] : memref<1344xf32, #storage>, vector<16xf32>
                  %even, %odd = vector.deinterleave %both : vector<16xf32> -> vector<8xf32>
                  %weight = memref.load %values[%row_weights] : memref<30xf32, #storage>
                  %spread = vector.broadcast %weight : f32 to vector<8xf32>
                  %fma = vector.fma %spread, %even, %part_1 : vector<8xf32>
                  %at = affine.apply affine_map<(row_weights) -> (row_weights + 1)>(%row_weights)
                  %weight_1 = memref.load %values[%at] : memref<30xf32, #storage>
                  %spread_1 = vector.broadcast %weight_1 : f32 to vector<8xf32>
                  %fma_1 = vector.fma %spread_1, %odd, %fma : vector<8xf32>
                  %at_1 = affine.apply affine_map<(row_at) -> (row_at + 2)>(%row_at)
                  %both_1 = vector.load %x[%at_1] : memref<1344xf32, #storage>, vector<16xf32>
                  %even_1, %odd_1 = vector.deinterleave %both_1 : vector<16xf32> -> vector<8xf32>
                  %at_2 = affine.apply affine_map<(row_weights) -> (row_weights + 2)>(%row_weights)
                  %weight_2 = memref.load %values[%at_2] : memref<30xf32, #storage>
                  %spread_2 = vector.broadcast %weight_2 : f32 to vector<8xf32>
                  %fma_2 = vector.fma %spread_2, %even_1, %fma_1 : vector<8xf32>
                  scf.yield %fma_2 : vector<8xf32>
                }
                scf.yield %part : vector<8xf32>
              }
              %to = affine.apply affine_map<(c, frame, place) -> ((c * 4 + frame) * 48 + place)>(%c, %frame, %place)
              %keep = vector.load %mask[%place] : memref<48xf32, #storage>, vector<8xf32>
              %kept = arith.mulf %acc, %keep : vector<8xf32>
              vector.store %kept, %out[%to] : memref<576xf32, #storage>, vector<8xf32>
            }
          }
        }
      }
      return
    }
  }
}
func.func private @strided(%x: tensor<3x4x112xf32>) -> tensor<3x4x48xf32> {
  %values = util.global.load @strided.values : tensor<3x10xf32>
  %bias = util.global.load @strided.bias : tensor<3xf32>
  %mask = util.global.load @strided.mask : tensor<48xf32>
  %x.flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<3x4x112xf32> into tensor<1344xf32>
  %result = flow.dispatch @strided_kernel::@strided(%x.flat, %values, %bias, %mask) : (tensor<1344xf32>, tensor<3x10xf32>, tensor<3xf32>, tensor<48xf32>) -> tensor<3x4x48xf32>
  return %result : tensor<3x4x48xf32>
}
