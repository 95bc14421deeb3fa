"""Numbers within bounds, as types: `epochs: Positive` says what a setting may be.

`typed.check` holds the fields of a value to their types, and `typed.read` an argument or a value of JSON. No bound lets
nan or an infinite number pass.
"""

import math
from typing import Annotated

from lowering.system import typed

Positive = Annotated[float, typed.Check("a number above 0", lambda value: 0 < value < math.inf)]
NotNegative = Annotated[float, typed.Check("a number of at least 0", lambda value: 0 <= value < math.inf)]
Fraction = Annotated[float, typed.Check("a number from 0 to 1", lambda value: 0 <= value <= 1)]
BelowOne = Annotated[float, typed.Check("a number of at least 0 and below 1", lambda value: 0 <= value < 1)]
Rate = Annotated[float, typed.Check("a number of at least 1 (dense over kept)", lambda value: 1 <= value < math.inf)]
Count = Annotated[int, typed.Check("a whole number of at least 1", lambda value: value >= 1)]
CountOrZero = Annotated[int, typed.Check("a whole number of at least 0", lambda value: value >= 0)]
