      // x at (%c_in, %d_in, %y_in, %x_in), or %outside where that is no pixel
      %d_last = arith.constant $d_last : index
      %y_last = arith.constant $y_last : index
      %x_last = arith.constant $x_last : index
      %d_low = arith.maxsi %d_in, %no : index
      %y_low = arith.maxsi %y_in, %no : index
      %x_low = arith.maxsi %x_in, %no : index
      %d_at = arith.minsi %d_low, %d_last : index
      %y_at = arith.minsi %y_low, %y_last : index
      %x_at = arith.minsi %x_low, %x_last : index
      %d_same = arith.cmpi eq, %d_at, %d_in : index
      %y_same = arith.cmpi eq, %y_at, %y_in : index
      %x_same = arith.cmpi eq, %x_at, %x_in : index
      %dy_same = arith.andi %d_same, %y_same : i1
      %inside = arith.andi %dy_same, %x_same : i1
      %p_at = affine.apply affine_map<(y, x) -> (y * $x_pitch + x + $x_first)>(%y_at, %x_at)
      %found = tensor.extract %x[%c_in, %d_at, %p_at] : $x
      %value = arith.select %inside, %found, %outside : $element
