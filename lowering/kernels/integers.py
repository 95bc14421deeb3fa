"""Integers of less than 32 bits in StableHLO, computed as those of 32.

IREE 3.13 takes the factors of a product as they are before a conversion, and as signed. Where a GPU's memory has no
bytes it reads and writes words, and gets some of them wrong: those of a last half word, and what windows read. So no
value of a piece is of such a type. Each keeps its number, and what an operation carries beyond its type is cut off.
"""

import re
from collections.abc import Sequence

import numpy as np

SMALL = re.compile(r"(?P<start>tensor<(?:\d+x)*)(?P<sign>u?)i(?P<bits>2|4|8|16)>")
LINE = re.compile(
    r"(?P<pad> *)%(?P<name>\w+) = stablehlo\.(?P<what>\w+)(?:\((?P<summed>.* applies stablehlo\.(?:add|multiply)))?"
    r"(?: (?P<value>%\w+(?:#\d+)?))?(?P<rest>.*)"
)
BYTES = re.compile(r'"0x(?P<hex>[0-9A-F]+)"(?=> : tensor<(?:\d+x)*(?P<sign>u?)i(?P<bits>8|16)>)')
# A sum or product over windows, or into an array: the line before the four of its function.
SUMMING = re.compile(r"(?P<pad> *)%(?P<name>\w+) = \"stablehlo\.(?:reduce_window|scatter)\"\(.* \(\{")
# Operations whose results may lie beyond their type, and those that read the bits of what they are given.
CARRYING = frozenset(
    ("abs", "add", "convert", "convolution", "divide", "dot_general", "iota", "multiply", "negate", "not", "power")
) | {"shift_left", "shift_right_logical", "subtract"}
OF_BITS = frozenset(("count_leading_zeros", "popcnt", "shift_right_logical"))


def widened(lines: Sequence[str]) -> list[str]:
    """The lines of functions with integers of 32 bits in place of smaller ones, in what they take and give, too."""
    found: list[str] = []
    rest = iter(lines)
    for line in rest:
        if summing := SUMMING.fullmatch(line):
            found += _summed(summing, [next(rest) for _ in range(4)])
        else:
            found += _widened(line) if SMALL.search(line) else [line]
    return found


def wide(text: str) -> str:
    """A type, or text with types, with integers of 32 bits in place of smaller ones."""
    return SMALL.sub(r"\g<start>i32>", text)


def _widened(line: str) -> list[str]:
    """A line with a type of small integers."""
    found = LINE.fullmatch(line)
    again = wide(BYTES.sub(_numbers, line)).replace(", UNSIGNED :", ", SIGNED :")
    if found is None:
        return [again]
    pad, name, what, value = (found[each] for each in ("pad", "name", "what", "value"))
    kinds = re.findall(r"tensor<[^>]*>", found["rest"])
    if what == "bitcast_convert":
        return [pad + each for each in _same_bits(name, value, *kinds)]
    before, after = [], []
    if what in OF_BITS:
        before = _masked(f"bits_{name}", value, kinds[-1])
        again = again.replace(f" {value}", f" %bits_{name}", 1)
    if what == "count_leading_zeros":
        after = _with_constant(name, "subtract", f"%whole_{name}", 32 - _bits(kinds[-1]), wide(kinds[-1]))
    elif (what in CARRYING or found["summed"]) and SMALL.fullmatch(kinds[-1]):
        after = _cut(name, f"%whole_{name}", kinds[-1])
    if after:
        again = again.replace(f"%{name} ", f"%whole_{name} ", 1)
    return [*(pad + each for each in before), again, *(pad + each for each in after)]


def _summed(found: re.Match[str], function: list[str]) -> list[str]:
    """Lines of a sum whose last bits are cut once, behind it, where its function does nothing but add or multiply.

    IREE 3.13 adds such sums up in one and the same array of zeros if their functions cut off bits.
    """
    arguments, body, given, end = function
    kind = re.findall(r"tensor<[^>]*>", end)[-1] if end.lstrip().startswith("})") else ""
    if not (SMALL.fullmatch(kind) and re.match(r" *%\w+ = stablehlo\.(add|multiply) ", body)):
        return [each for line in (found[0], *function) for each in (_widened(line) if SMALL.search(line) else [line])]
    head = found[0].replace(f"%{found['name']} ", f"%whole_{found['name']} ", 1)
    after = _cut(found["name"], f"%whole_{found['name']}", kind)
    return [*(wide(line) for line in (head, arguments, body, given, end)), *(found["pad"] + each for each in after)]


def _numbers(found: re.Match[str]) -> str:
    """Elements that are written as bytes, as numbers."""
    kind = np.dtype(f"<{found['sign']}i{int(found['bits']) // 8}".replace("ui", "u"))
    return str(np.frombuffer(bytes.fromhex(found["hex"]), kind).tolist())


def _same_bits(name: str, value: str, kind: str, to: str) -> list[str]:
    """Lines of a bitcast: of the value in its own type, to a result in its own."""
    lines, cast = [], f"cast_{name}" if SMALL.fullmatch(to) else name
    if SMALL.fullmatch(kind):
        lines.append(f"%small_{name} = stablehlo.convert {value} : ({wide(kind)}) -> {kind}")
        value = f"%small_{name}"
    lines.append(f"%{cast} = stablehlo.bitcast_convert {value} : ({kind}) -> {to}")
    if cast == name:
        return lines
    converted = f"%wide_{name} = stablehlo.convert %{cast} : ({to}) -> {wide(to)}"
    return [*lines, converted, *_cut(name, f"%wide_{name}", to)]


def _cut(name: str, value: str, kind: str) -> list[str]:
    """Lines that make %name: the number of a small type that the last bits of a value of 32 are."""
    if "ui" in kind:
        return _masked(name, value, kind)
    unused = 32 - _bits(kind)
    return [
        *_with_constant(f"high_{name}", "shift_left", value, unused, wide(kind)),
        *_with_constant(name, "shift_right_arithmetic", f"%high_{name}", unused, wide(kind)),
    ]


def _masked(name: str, value: str, kind: str) -> list[str]:
    """Lines that make %name: the bits that a value has in a small type, as a number without a sign."""
    return _with_constant(name, "and", value, (1 << _bits(kind)) - 1, wide(kind))


def _with_constant(name: str, operation: str, value: str, number: int, kind: str) -> list[str]:
    return [
        f"%by_{name} = stablehlo.constant dense<{number}> : {kind}",
        f"%{name} = stablehlo.{operation} {value}, %by_{name} : {kind}",
    ]


def _bits(kind: str) -> int:
    found = SMALL.fullmatch(kind)
    assert found
    return int(found["bits"])
