func.func private @concat(%x0: tensor<5x3x48xf32>, %x1: tensor<5x3x48xf32>) -> tensor<10x3x48xf32> {
  %result = tensor.concat dim(0) %x0, %x1 : (tensor<5x3x48xf32>, tensor<5x3x48xf32>) -> tensor<10x3x48xf32>
  return %result : tensor<10x3x48xf32>
}
