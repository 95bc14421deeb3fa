// Scale and shift by place, a second operand and a ReLU, each where present, of vectors.
  %zero = arith.constant 0.0 : f32
  %floor = arith.constant $floor : f32
  %empty = tensor.empty() : $out
  %result = linalg.generic {indexing_maps = [$maps], iterator_types = ["parallel"]}
      ins($operands, %scale, %shift : $types, $out, $out) outs(%empty : $out) {
    ^bb0($arguments, %s: f32, %t: f32, %unused: f32):
      %total = $total
      %scaled = arith.mulf %total, %s : f32
      %shifted = arith.addf %scaled, %t : f32
      %activation = arith.maximumf %shifted, %floor : f32
      linalg.yield %activation : f32
  } -> $out
