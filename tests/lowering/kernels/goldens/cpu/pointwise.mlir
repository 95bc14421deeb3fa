#storage = #hal.descriptor_type<storage_buffer>
#reads3_writes1 = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer, ReadOnly>, #hal.pipeline.binding<storage_buffer>]>
#workgroup_of_1 = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [1, 1, 1]>
util.global private @mul_2.mask = #flow.parameter.named<"model"::"mul_2.mask"> : tensor<16xf32>
hal.executable.source private @mul_2_kernel {
  hal.executable.export public @mul_2 ordinal(0) layout(#reads3_writes1) count(%device: !hal.device) -> (index, index, index) {
    %c3 = arith.constant 3 : index
    %c1 = arith.constant 1 : index
    hal.return %c3, %c1, %c1 : index, index, index
  }
  builtin.module {
    func.func @mul_2() attributes {translation_info = #workgroup_of_1} {
      // An expression of feature maps and of numbers for each channel: channel > frame > vector of a plane.
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c16 = arith.constant 16 : index
      %c4 = arith.constant 4 : index
      %number_1 = arith.constant dense<-1.442695041e+00> : vector<4xf32>
      %number_2 = arith.constant dense<126.0> : vector<4xf32>
      %number_3 = arith.constant dense<-126.0> : vector<4xf32>
      %number_4 = arith.constant dense<5.000000000e-01> : vector<4xf32>
      %number_5 = arith.constant dense<1.326473180e-03> : vector<4xf32>
      %number_6 = arith.constant dense<9.671513944e-03> : vector<4xf32>
      %number_7 = arith.constant dense<5.550733732e-02> : vector<4xf32>
      %number_8 = arith.constant dense<2.402224206e-01> : vector<4xf32>
      %number_9 = arith.constant dense<6.931469776e-01> : vector<4xf32>
      %number_10 = arith.constant dense<1.0> : vector<4xf32>
      %constant = arith.constant dense<23> : vector<4xi32>
      %zero = arith.constant dense<0.0> : vector<4xf32>
      %x0 = hal.interface.binding.subspan layout(#reads3_writes1) binding(0) alignment(64) offset(%c0) : memref<96xf32, #storage>
      %x1 = hal.interface.binding.subspan layout(#reads3_writes1) binding(1) alignment(64) offset(%c0) : memref<4xf32, #storage>
      %mask = hal.interface.binding.subspan layout(#reads3_writes1) binding(2) alignment(64) offset(%c0) : memref<16xf32, #storage>
      %out = hal.interface.binding.subspan layout(#reads3_writes1) binding(3) alignment(64) offset(%c0) : memref<96xf32, #storage>
      %worker = hal.interface.workgroup.id[0] : index
      %share_first = affine.min affine_map<(worker) -> (worker * 2, worker)>(%worker)
      %share_end = affine.min affine_map<(worker) -> (worker * 2 + 2, worker + 1)>(%worker)
      scf.for %c = %share_first to %share_end step %c1 {
        %number = memref.load %x1[%c] : memref<4xf32, #storage>
        %spread = vector.broadcast %number : f32 to vector<4xf32>
        scf.for %frame = %c0 to %c2 step %c1 {
          scf.for %p = %c0 to %c16 step %c4 {
            %x_at = affine.apply affine_map<(c, frame, p) -> ((c * 2 + frame) * 16 + p)>(%c, %frame, %p)
            %value = vector.load %x0[%x_at] : memref<96xf32, #storage>, vector<4xf32>
            %keep = vector.load %mask[%p] : memref<16xf32, #storage>, vector<4xf32>
            %mulf = arith.mulf %value, %spread : vector<4xf32>
            %exponent = arith.mulf %mulf, %number_1 : vector<4xf32>
            %below = arith.minimumf %exponent, %number_2 : vector<4xf32>
            %above = arith.maximumf %below, %number_3 : vector<4xf32>
            %up = arith.addf %above, %number_4 : vector<4xf32>
            %n = math.floor %up : vector<4xf32>
            %rest = arith.subf %above, %n : vector<4xf32>
            %fma = math.fma %number_5, %rest, %number_6 : vector<4xf32>
            %fma_1 = math.fma %fma, %rest, %number_7 : vector<4xf32>
            %fma_2 = math.fma %fma_1, %rest, %number_8 : vector<4xf32>
            %fma_3 = math.fma %fma_2, %rest, %number_9 : vector<4xf32>
            %fma_4 = math.fma %fma_3, %rest, %number_10 : vector<4xf32>
            %bits = arith.bitcast %fma_4 : vector<4xf32> to vector<4xi32>
            %steps = arith.fptosi %n : vector<4xf32> to vector<4xi32>
            %scale = arith.shli %steps, %constant : vector<4xi32>
            %scaled = arith.addi %bits, %scale : vector<4xi32>
            %power = arith.bitcast %scaled : vector<4xi32> to vector<4xf32>
            %total = arith.addf %power, %number_10 : vector<4xf32>
            %share = arith.divf %number_10, %total fastmath<ninf,arcp,contract> : vector<4xf32>
            %mulf_1 = arith.mulf %value, %spread : vector<4xf32>
            %mulf_2 = arith.mulf %mulf_1, %share : vector<4xf32>
            %is_pixel = arith.cmpf ogt, %keep, %zero : vector<4xf32>
            %kept = arith.select %is_pixel, %mulf_2, %zero : vector<4xi1>, vector<4xf32>
            %to = affine.apply affine_map<(c, frame, p) -> ((c * 2 + frame) * 16 + p)>(%c, %frame, %p)
            vector.store %kept, %out[%to] : memref<96xf32, #storage>, vector<4xf32>
          }
        }
      }
      return
    }
  }
}
func.func private @mul_2(%x0: tensor<3x2x16xf32>, %x1: tensor<4xf32>) -> tensor<3x2x16xf32> {
  %mask = util.global.load @mul_2.mask : tensor<16xf32>
  %x0.flat = tensor.collapse_shape %x0 [[0, 1, 2]] : tensor<3x2x16xf32> into tensor<96xf32>
  %result = flow.dispatch @mul_2_kernel::@mul_2(%x0.flat, %x1, %mask) : (tensor<96xf32>, tensor<4xf32>, tensor<16xf32>) -> tensor<3x2x16xf32>
  return %result : tensor<3x2x16xf32>
}
