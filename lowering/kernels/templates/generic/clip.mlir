// The clip, frames x height x width x channels, into channel-major padded rows.
  %no = arith.constant 0 : index
  %zero = arith.constant 0.0 : $element
  %empty = tensor.empty() : $out
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask : $mask) outs(%empty : $out) {
    ^bb0(%keep: $element, %unused: $element):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %y_in = affine.apply affine_map<(p) -> ((p + $shift) floordiv $pitch - $skip)>(%p)
      %x_in = affine.apply affine_map<(p) -> ((p + $shift) mod $pitch)>(%p)
      %y_last = arith.constant $y_last : index
      %x_last = arith.constant $x_last : index
      %y_low = arith.maxsi %y_in, %no : index
      %y_at = arith.minsi %y_low, %y_last : index
      %x_at = arith.minsi %x_in, %x_last : index
      %found = tensor.extract %x[%no, %f, %y_at, %x_at, %c] : $x
$stored
      %pixel = arith.cmpf ogt, %keep, %zero : $element
      %kept = arith.select %pixel, $found, %zero : $element
      linalg.yield %kept : $element
  } -> $out
