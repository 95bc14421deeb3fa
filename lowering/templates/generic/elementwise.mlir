// Scale and shift by channel, a second operand and a ReLU, each where present; zeros stay between the rows.
  %zero = arith.constant 0.0 : f32
  %floor = arith.constant $floor : f32
  %empty = tensor.empty() : $out
  %result = linalg.generic {indexing_maps = [$maps, affine_map<(c, f, p) -> (c)>, affine_map<(c, f, p) -> (c)>, affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins($operands, %scale, %shift, %mask : $types, $lane, $lane, $mask) outs(%empty : $out) {
    ^bb0($arguments, %s: f32, %t: f32, %keep: f32, %unused: f32):
      %total = $total
      %scaled = arith.mulf %total, %s : f32
      %shifted = arith.addf %scaled, %t : f32
      %activation = arith.maximumf %shifted, %floor : f32
      %pixel = arith.cmpf ogt, %keep, %zero : f32
      %kept = arith.select %pixel, %activation, %zero : f32
      linalg.yield %kept : f32
  } -> $out
