func.func private @concat(%x0: tensor<5x3x48xf32>, %x1: tensor<5x3x48xf32>) -> tensor<10x3x48xf32> {
  %in0 = tensor.extract_slice %x0[0, 0, 0] [5, 3, 48] [1, 1, 1] : tensor<5x3x48xf32> to tensor<5x3x48xf32>
  %in1 = tensor.extract_slice %x1[0, 0, 0] [5, 3, 48] [1, 1, 1] : tensor<5x3x48xf32> to tensor<5x3x48xf32>
  %result = tensor.concat dim(0) %in0, %in1 : (tensor<5x3x48xf32>, tensor<5x3x48xf32>) -> tensor<10x3x48xf32>
  return %result : tensor<10x3x48xf32>
}
