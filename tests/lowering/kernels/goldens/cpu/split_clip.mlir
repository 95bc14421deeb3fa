#storage = #hal.descriptor_type<storage_buffer>
#reads1_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
hal.executable.source private @strided_phases_kernel {
  hal.executable.export public @strided_phases ordinal(0) layout(#reads1_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c2 = arith.constant 2 : index
    %c5 = arith.constant 5 : index
    %c1 = arith.constant 1 : index
    hal.return %c2, %c5, %c1 : index, index, index
  }
  builtin.module {
    func.func @strided_phases() attributes {translation_info = #workgroup_of_1} {
      // An array into channel-major padded planes, one for each channel of each phase of a stride.
      // A vector of some channels of every so manyth pixel is taken apart into its channels.
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c48 = arith.constant 48 : index
      %c35 = arith.constant 35 : index
      %zero = arith.constant 0.0 : f32
      %c16 = arith.constant 16 : index
      %c1 = arith.constant 1 : index
      %c6 = arith.constant 6 : index
      %c7 = arith.constant 7 : index
      %c2 = arith.constant 2 : index
      %c8 = arith.constant 8 : index
      %c12 = arith.constant 12 : index
      %x = hal.interface.binding.subspan layout(#reads1_writes1) binding(0) alignment(64) offset(%c0) : memref<616xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads1_writes1) binding(1) alignment(64) offset(%c0) : memref<1536xf32, #storage>
      %frame = hal.interface.workgroup.id[0] : index
      %band = hal.interface.workgroup.id[1] : index
      %row_first = affine.apply affine_map<(band) -> ((band * 5) floordiv 5)>(%band)
      %row_end = affine.apply affine_map<(band) -> ((band * 5 + 5) floordiv 5)>(%band)
      %is_first = arith.cmpi eq, %band, %c0 : index
      %is_last = arith.cmpi eq, %band, %c4 : index
      %head_end = arith.select %is_first, %c0, %c0 : index
      %tail_end = arith.select %is_last, %c48, %c35 : index
      // The zeros around the pixels of each plane.
      scf.for %channel = %c0 to %c16 step %c1 {
        %plane = affine.apply affine_map<(channel, frame) -> (channel * 96 + frame * 48)>(%channel, %frame)
        scf.for %i = %c0 to %head_end step %c1 {
          %at = arith.addi %plane, %i : index
          memref.store %zero, %out[%at] : memref<1536xf32, #storage>
        }
        scf.for %i = %c35 to %tail_end step %c1 {
          %at = arith.addi %plane, %i : index
          memref.store %zero, %out[%at] : memref<1536xf32, #storage>
        }
      }
      %row_first_1 = affine.max affine_map<(row_first) -> (row_first, 1)>(%row_first)
      %row_end_1 = affine.min affine_map<(row_end) -> (row_end, 4)>(%row_end)
      scf.for %plane = %c0 to %c4 step %c1 {
        scf.for %line = %row_first to %row_end step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c0 to %c1 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %plane = %c0 to %c4 step %c1 {
        scf.for %line = %row_first to %row_end step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c6 to %c7 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %plane = %c0 to %c4 step %c1 {
        scf.for %line = %row_first to %row_first_1 step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c1 to %c6 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %plane = %c0 to %c4 step %c1 {
        scf.for %line = %row_end_1 to %row_end step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c1 to %c6 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %y = %row_first_1 to %row_end_1 step %c1 {
        scf.for %tile = %c0 to %c2 step %c1 {
          %p = affine.min affine_map<(tile) -> (tile * 4 + 1, 2)>(%tile)
          %pixel = affine.apply affine_map<(frame, y, p) -> ((frame * 7 + y * 2 - 1) * 11 + p * 2 - 1)>(%frame, %y, %p)
          %to = affine.apply affine_map<(frame, y, p) -> (frame * 48 + y * 7 + p)>(%frame, %y, %p)
          scf.for %part = %c0 to %c1 step %c1 {
            %c = affine.min affine_map<(part) -> (part * 4, 0)>(%part)
            %at = affine.apply affine_map<(pixel, c) -> (pixel * 4 + c)>(%pixel, %c)
            %pixel_1 = vector.load %x[%at] : memref<616xf32, #storage>, vector<4xf32>
            %at_1 = affine.apply affine_map<(pixel, c) -> ((pixel + 2) * 4 + c)>(%pixel, %c)
            %pixel_2 = vector.load %x[%at_1] : memref<616xf32, #storage>, vector<4xf32>
            %at_2 = affine.apply affine_map<(pixel, c) -> ((pixel + 4) * 4 + c)>(%pixel, %c)
            %pixel_3 = vector.load %x[%at_2] : memref<616xf32, #storage>, vector<4xf32>
            %at_3 = affine.apply affine_map<(pixel, c) -> ((pixel + 6) * 4 + c)>(%pixel, %c)
            %pixel_4 = vector.load %x[%at_3] : memref<616xf32, #storage>, vector<4xf32>
            %joined = vector.shuffle %pixel_1, %pixel_2 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %joined_1 = vector.shuffle %pixel_3, %pixel_4 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %joined_2 = vector.shuffle %joined, %joined_1 [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : vector<8xf32>, vector<8xf32>
            %channel = vector.shuffle %joined_2, %joined_2 [0, 4, 8, 12] : vector<16xf32>, vector<16xf32>
            %channel_1 = vector.shuffle %joined_2, %joined_2 [1, 5, 9, 13] : vector<16xf32>, vector<16xf32>
            %channel_2 = vector.shuffle %joined_2, %joined_2 [2, 6, 10, 14] : vector<16xf32>, vector<16xf32>
            %channel_3 = vector.shuffle %joined_2, %joined_2 [3, 7, 11, 15] : vector<16xf32>, vector<16xf32>
            %at_4 = affine.apply affine_map<(c, to) -> (c * 96 + to)>(%c, %to)
            vector.store %channel, %out[%at_4] : memref<1536xf32, #storage>, vector<4xf32>
            %at_5 = affine.apply affine_map<(c, to) -> (c * 96 + to + 96)>(%c, %to)
            vector.store %channel_1, %out[%at_5] : memref<1536xf32, #storage>, vector<4xf32>
            %at_6 = affine.apply affine_map<(c, to) -> (c * 96 + to + 192)>(%c, %to)
            vector.store %channel_2, %out[%at_6] : memref<1536xf32, #storage>, vector<4xf32>
            %at_7 = affine.apply affine_map<(c, to) -> (c * 96 + to + 288)>(%c, %to)
            vector.store %channel_3, %out[%at_7] : memref<1536xf32, #storage>, vector<4xf32>
          }
        }
      }
      %row_first_2 = affine.max affine_map<(row_first) -> (row_first, 1)>(%row_first)
      %row_end_2 = affine.min affine_map<(row_end) -> (row_end, 4)>(%row_end)
      scf.for %plane = %c4 to %c8 step %c1 {
        scf.for %line = %row_first to %row_end step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c6 to %c7 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %plane = %c4 to %c8 step %c1 {
        scf.for %line = %row_first to %row_first_2 step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c0 to %c6 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %plane = %c4 to %c8 step %c1 {
        scf.for %line = %row_end_2 to %row_end step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c0 to %c6 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %y = %row_first_2 to %row_end_2 step %c1 {
        scf.for %tile = %c0 to %c2 step %c1 {
          %p = affine.min affine_map<(tile) -> (tile * 4, 2)>(%tile)
          %pixel = affine.apply affine_map<(frame, y, p) -> ((frame * 7 + y * 2 - 1) * 11 + p * 2)>(%frame, %y, %p)
          %to = affine.apply affine_map<(frame, y, p) -> (frame * 48 + y * 7 + p + 384)>(%frame, %y, %p)
          scf.for %part = %c0 to %c1 step %c1 {
            %c = affine.min affine_map<(part) -> (part * 4, 0)>(%part)
            %at = affine.apply affine_map<(pixel, c) -> (pixel * 4 + c)>(%pixel, %c)
            %pixel_1 = vector.load %x[%at] : memref<616xf32, #storage>, vector<4xf32>
            %at_1 = affine.apply affine_map<(pixel, c) -> ((pixel + 2) * 4 + c)>(%pixel, %c)
            %pixel_2 = vector.load %x[%at_1] : memref<616xf32, #storage>, vector<4xf32>
            %at_2 = affine.apply affine_map<(pixel, c) -> ((pixel + 4) * 4 + c)>(%pixel, %c)
            %pixel_3 = vector.load %x[%at_2] : memref<616xf32, #storage>, vector<4xf32>
            %at_3 = affine.apply affine_map<(pixel, c) -> ((pixel + 6) * 4 + c)>(%pixel, %c)
            %pixel_4 = vector.load %x[%at_3] : memref<616xf32, #storage>, vector<4xf32>
            %joined = vector.shuffle %pixel_1, %pixel_2 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %joined_1 = vector.shuffle %pixel_3, %pixel_4 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %joined_2 = vector.shuffle %joined, %joined_1 [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : vector<8xf32>, vector<8xf32>
            %channel = vector.shuffle %joined_2, %joined_2 [0, 4, 8, 12] : vector<16xf32>, vector<16xf32>
            %channel_1 = vector.shuffle %joined_2, %joined_2 [1, 5, 9, 13] : vector<16xf32>, vector<16xf32>
            %channel_2 = vector.shuffle %joined_2, %joined_2 [2, 6, 10, 14] : vector<16xf32>, vector<16xf32>
            %channel_3 = vector.shuffle %joined_2, %joined_2 [3, 7, 11, 15] : vector<16xf32>, vector<16xf32>
            %at_4 = affine.apply affine_map<(c, to) -> (c * 96 + to)>(%c, %to)
            vector.store %channel, %out[%at_4] : memref<1536xf32, #storage>, vector<4xf32>
            %at_5 = affine.apply affine_map<(c, to) -> (c * 96 + to + 96)>(%c, %to)
            vector.store %channel_1, %out[%at_5] : memref<1536xf32, #storage>, vector<4xf32>
            %at_6 = affine.apply affine_map<(c, to) -> (c * 96 + to + 192)>(%c, %to)
            vector.store %channel_2, %out[%at_6] : memref<1536xf32, #storage>, vector<4xf32>
            %at_7 = affine.apply affine_map<(c, to) -> (c * 96 + to + 288)>(%c, %to)
            vector.store %channel_3, %out[%at_7] : memref<1536xf32, #storage>, vector<4xf32>
          }
        }
      }
      %row_first_3 = affine.max affine_map<(row_first) -> (row_first, 0)>(%row_first)
      %row_end_3 = affine.min affine_map<(row_end) -> (row_end, 4)>(%row_end)
      scf.for %plane = %c8 to %c12 step %c1 {
        scf.for %line = %row_first to %row_end step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c0 to %c1 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %plane = %c8 to %c12 step %c1 {
        scf.for %line = %row_first to %row_end step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c6 to %c7 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %plane = %c8 to %c12 step %c1 {
        scf.for %line = %row_end_3 to %row_end step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c1 to %c6 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %y = %row_first_3 to %row_end_3 step %c1 {
        scf.for %tile = %c0 to %c2 step %c1 {
          %p = affine.min affine_map<(tile) -> (tile * 4 + 1, 2)>(%tile)
          %pixel = affine.apply affine_map<(frame, y, p) -> ((frame * 7 + y * 2) * 11 + p * 2 - 1)>(%frame, %y, %p)
          %to = affine.apply affine_map<(frame, y, p) -> (frame * 48 + y * 7 + p + 768)>(%frame, %y, %p)
          scf.for %part = %c0 to %c1 step %c1 {
            %c = affine.min affine_map<(part) -> (part * 4, 0)>(%part)
            %at = affine.apply affine_map<(pixel, c) -> (pixel * 4 + c)>(%pixel, %c)
            %pixel_1 = vector.load %x[%at] : memref<616xf32, #storage>, vector<4xf32>
            %at_1 = affine.apply affine_map<(pixel, c) -> ((pixel + 2) * 4 + c)>(%pixel, %c)
            %pixel_2 = vector.load %x[%at_1] : memref<616xf32, #storage>, vector<4xf32>
            %at_2 = affine.apply affine_map<(pixel, c) -> ((pixel + 4) * 4 + c)>(%pixel, %c)
            %pixel_3 = vector.load %x[%at_2] : memref<616xf32, #storage>, vector<4xf32>
            %at_3 = affine.apply affine_map<(pixel, c) -> ((pixel + 6) * 4 + c)>(%pixel, %c)
            %pixel_4 = vector.load %x[%at_3] : memref<616xf32, #storage>, vector<4xf32>
            %joined = vector.shuffle %pixel_1, %pixel_2 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %joined_1 = vector.shuffle %pixel_3, %pixel_4 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %joined_2 = vector.shuffle %joined, %joined_1 [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : vector<8xf32>, vector<8xf32>
            %channel = vector.shuffle %joined_2, %joined_2 [0, 4, 8, 12] : vector<16xf32>, vector<16xf32>
            %channel_1 = vector.shuffle %joined_2, %joined_2 [1, 5, 9, 13] : vector<16xf32>, vector<16xf32>
            %channel_2 = vector.shuffle %joined_2, %joined_2 [2, 6, 10, 14] : vector<16xf32>, vector<16xf32>
            %channel_3 = vector.shuffle %joined_2, %joined_2 [3, 7, 11, 15] : vector<16xf32>, vector<16xf32>
            %at_4 = affine.apply affine_map<(c, to) -> (c * 96 + to)>(%c, %to)
            vector.store %channel, %out[%at_4] : memref<1536xf32, #storage>, vector<4xf32>
            %at_5 = affine.apply affine_map<(c, to) -> (c * 96 + to + 96)>(%c, %to)
            vector.store %channel_1, %out[%at_5] : memref<1536xf32, #storage>, vector<4xf32>
            %at_6 = affine.apply affine_map<(c, to) -> (c * 96 + to + 192)>(%c, %to)
            vector.store %channel_2, %out[%at_6] : memref<1536xf32, #storage>, vector<4xf32>
            %at_7 = affine.apply affine_map<(c, to) -> (c * 96 + to + 288)>(%c, %to)
            vector.store %channel_3, %out[%at_7] : memref<1536xf32, #storage>, vector<4xf32>
          }
        }
      }
      %row_first_4 = affine.max affine_map<(row_first) -> (row_first, 0)>(%row_first)
      %row_end_4 = affine.min affine_map<(row_end) -> (row_end, 4)>(%row_end)
      scf.for %plane = %c12 to %c16 step %c1 {
        scf.for %line = %row_first to %row_end step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c6 to %c7 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %plane = %c12 to %c16 step %c1 {
        scf.for %line = %row_end_4 to %row_end step %c1 {
          %start = affine.apply affine_map<(plane, frame, line) -> ((plane * 2 + frame) * 48 + line * 7)>(%plane, %frame, %line)
          scf.for %column = %c0 to %c6 step %c1 {
            %at = affine.apply affine_map<(start, column) -> (start + column)>(%start, %column)
            memref.store %zero, %out[%at] : memref<1536xf32, #storage>
          }
        }
      }
      scf.for %y = %row_first_4 to %row_end_4 step %c1 {
        scf.for %tile = %c0 to %c2 step %c1 {
          %p = affine.min affine_map<(tile) -> (tile * 4, 2)>(%tile)
          %pixel = affine.apply affine_map<(frame, y, p) -> ((frame * 7 + y * 2) * 11 + p * 2)>(%frame, %y, %p)
          %to = affine.apply affine_map<(frame, y, p) -> (frame * 48 + y * 7 + p + 1152)>(%frame, %y, %p)
          scf.for %part = %c0 to %c1 step %c1 {
            %c = affine.min affine_map<(part) -> (part * 4, 0)>(%part)
            %at = affine.apply affine_map<(pixel, c) -> (pixel * 4 + c)>(%pixel, %c)
            %pixel_1 = vector.load %x[%at] : memref<616xf32, #storage>, vector<4xf32>
            %at_1 = affine.apply affine_map<(pixel, c) -> ((pixel + 2) * 4 + c)>(%pixel, %c)
            %pixel_2 = vector.load %x[%at_1] : memref<616xf32, #storage>, vector<4xf32>
            %at_2 = affine.apply affine_map<(pixel, c) -> ((pixel + 4) * 4 + c)>(%pixel, %c)
            %pixel_3 = vector.load %x[%at_2] : memref<616xf32, #storage>, vector<4xf32>
            %at_3 = affine.apply affine_map<(pixel, c) -> ((pixel + 6) * 4 + c)>(%pixel, %c)
            %pixel_4 = vector.load %x[%at_3] : memref<616xf32, #storage>, vector<4xf32>
            %joined = vector.shuffle %pixel_1, %pixel_2 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %joined_1 = vector.shuffle %pixel_3, %pixel_4 [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>, vector<4xf32>
            %joined_2 = vector.shuffle %joined, %joined_1 [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : vector<8xf32>, vector<8xf32>
            %channel = vector.shuffle %joined_2, %joined_2 [0, 4, 8, 12] : vector<16xf32>, vector<16xf32>
            %channel_1 = vector.shuffle %joined_2, %joined_2 [1, 5, 9, 13] : vector<16xf32>, vector<16xf32>
            %channel_2 = vector.shuffle %joined_2, %joined_2 [2, 6, 10, 14] : vector<16xf32>, vector<16xf32>
            %channel_3 = vector.shuffle %joined_2, %joined_2 [3, 7, 11, 15] : vector<16xf32>, vector<16xf32>
            %at_4 = affine.apply affine_map<(c, to) -> (c * 96 + to)>(%c, %to)
            vector.store %channel, %out[%at_4] : memref<1536xf32, #storage>, vector<4xf32>
            %at_5 = affine.apply affine_map<(c, to) -> (c * 96 + to + 96)>(%c, %to)
            vector.store %channel_1, %out[%at_5] : memref<1536xf32, #storage>, vector<4xf32>
            %at_6 = affine.apply affine_map<(c, to) -> (c * 96 + to + 192)>(%c, %to)
            vector.store %channel_2, %out[%at_6] : memref<1536xf32, #storage>, vector<4xf32>
            %at_7 = affine.apply affine_map<(c, to) -> (c * 96 + to + 288)>(%c, %to)
            vector.store %channel_3, %out[%at_7] : memref<1536xf32, #storage>, vector<4xf32>
          }
        }
      }
      return
    }
  }
}
func.func private @strided_phases(%x: tensor<1x2x7x11x4xf32>) -> tensor<16x2x48xf32> {
  %x.flat = tensor.collapse_shape %x [[0, 1, 2, 3, 4]] : tensor<1x2x7x11x4xf32> into tensor<616xf32>
  %result = flow.dispatch @strided_phases_kernel::@strided_phases(%x.flat) : (tensor<616xf32>) -> tensor<16x2x48xf32>
  return %result : tensor<16x2x48xf32>
}
