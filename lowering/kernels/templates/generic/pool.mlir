// A pool over windows of any size, stride and padding. What lies outside the input counts as $outside.
  %outside = arith.constant $outside : $element
  %no = arith.constant 0 : index
  %zero = arith.constant 0.0 : $element
  %factor = arith.constant $factor : $element
  %window = tensor.empty() : tensor<${kd}x${kh}x${kw}x$element>
  %empty = tensor.empty() : $out
  %init = linalg.fill ins(%outside : $element) outs(%empty : $out) -> $out
  %reduced = linalg.generic {indexing_maps = [affine_map<(c, f, p, a, b, e) -> (a, b, e)>, affine_map<(c, f, p, a, b, e) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%window : tensor<${kd}x${kh}x${kw}x$element>) outs(%init : $out) {
    ^bb0(%unused: $element, %partial: $element):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %a = linalg.index 3 : index
      %b = linalg.index 4 : index
      %e = linalg.index 5 : index
      %c_in = arith.addi %c, %no : index
      %d_in = affine.apply affine_map<(f, a) -> (f * $sd + a - $pd)>(%f, %a)
      %y_in = affine.apply affine_map<(p, b) -> (((p + $shift) floordiv $pitch - $skip) * $sh + b - $ph)>(%p, %b)
      %x_in = affine.apply affine_map<(p, e) -> (((p + $shift) mod $pitch) * $sw + e - $pw)>(%p, %e)
$read_input
$more
      linalg.yield %more : $element
  } -> $out
  %empty2 = tensor.empty() : $out
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (c, f, p)>, affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%reduced, %mask : $out, $mask) outs(%empty2 : $out) {
    ^bb0(%value: $element, %keep: $element, %unused: $element):
      %scaled = arith.mulf %value, %factor : $element
      %pixel = arith.cmpf ogt, %keep, %zero : $element
      %kept = arith.select %pixel, %scaled, %zero : $element
      linalg.yield %kept : $element
  } -> $out
