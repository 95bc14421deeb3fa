// Phases of a strided convolution's input: channel (a, b, e, c) at (d, y, x) is the input's channel c at (d, y, x) * strides + (a, b, e) - padding.
  %no = arith.constant 0 : index
  %zero = arith.constant 0.0 : $element
  %outside = arith.constant 0.0 : $element
  %empty = tensor.empty() : $out
  %result = linalg.generic {indexing_maps = [affine_map<(c, f, p) -> (p)>, affine_map<(c, f, p) -> (c, f, p)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%mask : $mask) outs(%empty : $out) {
    ^bb0(%keep: $element, %unused: $element):
      %c = linalg.index 0 : index
      %f = linalg.index 1 : index
      %p = linalg.index 2 : index
      %c_in = affine.apply affine_map<(c) -> (c mod $channels)>(%c)
      %d_in = affine.apply affine_map<(f, c) -> (f * $sd + c floordiv ${sd_channels} - $pd)>(%f, %c)
      %y_in = affine.apply affine_map<(p, c) -> (((p + $shift) floordiv $pitch - $skip) * $sh + (c floordiv ${sh_channels}) mod $n_h - $ph)>(%p, %c)
      %x_in = affine.apply affine_map<(p, c) -> (((p + $shift) mod $pitch) * $sw + (c floordiv $channels) mod $n_w - $pw)>(%p, %c)
$read_input
      %pixel = arith.cmpf ogt, %keep, %zero : $element
      %kept = arith.select %pixel, %value, %zero : $element
      linalg.yield %kept : $element
  } -> $out
