// Scale and shift by channel, a second operand and a ReLU, each where present; zeros stay between the rows.
  %zero = arith.constant 0.0 : $element
  %floor = arith.constant $floor : $element
  %empty = tensor.empty() : $out
  %result = linalg.generic {indexing_maps = [$maps, affine_map<(c, f, p) -> (c)>, affine_map<(c, f, p) -> (c)>, affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins($operands, %scale, %shift, %mask : $types, $lane, $lane, $mask) outs(%empty : $out) {
    ^bb0($arguments, %s: $element, %t: $element, %keep: $element, %unused: $element):
      %total = $total
      %scaled = arith.mulf %total, %s : $element
      %shifted = arith.addf %scaled, %t : $element
      %activation = arith.maximumf %shifted, %floor : $element
      %pixel = arith.cmpf ogt, %keep, %zero : $element
      %kept = arith.select %pixel, %activation, %zero : $element
      linalg.yield %kept : $element
  } -> $out
