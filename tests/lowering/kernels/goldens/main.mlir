func.func @main(%clip: tensor<1x3x7x9x2xf32>) -> tensor<1x60xf32> {
  %clip.rows = call @clip(%clip) : (tensor<1x3x7x9x2xf32>) -> tensor<2x3x144xf32>
  %strided_phases = call @strided_phases(%clip.rows) : (tensor<2x3x144xf32>) -> tensor<8x3x48xf32>
  %strided = call @strided(%strided_phases) : (tensor<8x3x48xf32>) -> tensor<8x3x48xf32>
  %relu = call @relu(%strided) : (tensor<8x3x48xf32>) -> tensor<8x3x48xf32>
  %add = call @add(%relu, %strided) : (tensor<8x3x48xf32>, tensor<8x3x48xf32>) -> tensor<5x3x48xf32>
  %relu_2 = call @relu_2(%add) : (tensor<5x3x48xf32>) -> tensor<5x3x48xf32>
  %affine = call @affine(%relu_2) : (tensor<5x3x48xf32>) -> tensor<5x3x48xf32>
  %concat = call @concat(%relu_2, %affine) : (tensor<5x3x48xf32>, tensor<5x3x48xf32>) -> tensor<10x3x48xf32>
  %affine_2 = call @affine_2(%concat) : (tensor<10x3x48xf32>) -> tensor<10x3x48xf32>
  %pool = call @pool(%affine_2) : (tensor<10x3x48xf32>) -> tensor<10x3x16xf32>
  %pool_2 = call @pool_2(%pool) : (tensor<10x3x16xf32>) -> tensor<10x3x16xf32>
  %flatten = call @flatten(%pool_2) : (tensor<10x3x16xf32>) -> tensor<60xf32>
  %softmax = call @softmax(%flatten) : (tensor<60xf32>) -> tensor<60xf32>
  %result.logits = tensor.expand_shape %softmax [[0, 1]] output_shape [1, 60] : tensor<60xf32> into tensor<1x60xf32>
  return %result.logits : tensor<1x60xf32>
}
