"""StableHLO as JAX writes it, in forms that IREE 3.13 compiles right for any target."""

import itertools
import re
from collections.abc import Sequence

from lowering.functions import scatters

REVERSAL = re.compile(r"(?P<pad> *)(?P<result>%\S+) = stablehlo\.reverse (?P<given>%\S+), (?P<rest>.* : (?P<type>\S+))")
TRUTHS = re.compile(
    r"(?P<pad> *)%(?P<name>\w+) = stablehlo\.reduce\(%(?P<read>\S+) init: %\S+\) applies stablehlo\.(?P<what>or|and) "
    r"across dimensions = (?P<axes>\[.*\]) : \((?P<given>tensor<.*i1>), tensor<i1>\) -> (?P<to>tensor<.*i1>)"
)
CONVERSION = re.compile(
    r"(?P<pad> *)%(?P<name>\w+) = stablehlo\.convert (?P<given>%\S+) : "
    r"\((?P<from>tensor<(?P<sizes>(?:\d+x)*)i1>)\) -> (?P<to>tensor<(?:\d+x)*(?:f32|f16|bf16)>)"
)
SUM = re.compile(
    r"(?P<pad> *)%(?P<name>\w+) = stablehlo\.reduce\((?P<given>%\w+) init: %\S+\) applies stablehlo\.add "
    r"across dimensions = \[\d+, .*\] : \((?P<type>tensor<[^>]*>), .*"
)
DEFINED = re.compile(r" *(%\w+) = stablehlo\.(\w+) (%\w+)(?:, (%\w+))?.*")
# Of one number, as it is written or spread over an array.
CONSTANT = re.compile(r" *%\w+ = stablehlo\.(?:constant dense<|broadcast_in_dim %c\w*, dims = \[\] ).*")
RETURN = re.compile(r" *return (?P<values>%\w+(?:, %\w+)*) : .*")
RESULT = re.compile(r"(?P<pad> *)(?P<name>%\w+) = stablehlo\..*(?: : |-> )(?P<type>tensor<[^>]*>)")
LOOP = re.compile(r"(?P<pad> *)%(?P<name>\w+)(?::\d+)? = stablehlo\.while\((?P<starts>.*)\) : (?P<types>tensor<.*>)")


def written(lines: Sequence[str]) -> list[str]:
    """The lines of functions in those forms."""
    for form in (_apart, _in_numbers, _widened):
        lines = [line for each in lines for line in form(each)]
    return _kept(_summed(_entered(lines)))


def numbered(text: str) -> str:
    """The functions of a module, with a number of its own for each array that nothing else reads (scatters.own)."""
    numbers = itertools.count(1)
    return re.sub(f"dense<{scatters.OWN}>", lambda _: f"dense<{next(numbers)}>", text)


def _kept(lines: Sequence[str]) -> list[str]:
    """Results of a function in other dispatches than what else reads them.

    IREE does not compile a norm over two elements that is a result, in one dispatch with the softmax behind it.
    """
    found: list[str] = []
    for line in lines:
        if ended := RETURN.fullmatch(line):
            begun = max(place for place, each in enumerate(found) if "func.func" in each)
            found[begun:] = _apart_from_readers(found[begun:], ended["values"].split(", "))
        found.append(line)
    return found


def _apart_from_readers(lines: Sequence[str], results: Sequence[str]) -> list[str]:
    """The lines of a function whose results are read behind a barrier."""
    found, named = [], {}
    for line in lines:
        for value, apart in named.items():
            line = re.sub(rf"{value}(?!\w)", apart, line)
        found.append(line)
        made = RESULT.fullmatch(line)
        if made and made["name"] in results:
            apart = f"%kept_{made['name'][1:]}"
            named[made["name"]] = apart
            found.append(f"{made['pad']}{apart} = stablehlo.optimization_barrier {made['name']} : {made['type']}")
    return found


def _apart(line: str) -> list[str]:
    """A reversal in StableHLO in another dispatch than what it reads: IREE 3.13 does not compile x[:, 1:2][::-1]."""
    found = REVERSAL.fullmatch(line)
    if found is None:
        return [line]
    before = f"%before_{found['result'][1:]}"
    return [
        f"{found['pad']}{before} = stablehlo.optimization_barrier {found['given']} : {found['type']}",
        f"{found['pad']}{found['result']} = stablehlo.reverse {before}, {found['rest']}",
    ]


def _entered(lines: Sequence[str]) -> list[str]:
    """Loops whose first values are computed in other partitions than what comes behind them.

    IREE does not see that what reads a loop's result waits for what the loop reads. It schedules one that reads them
    both together with what computes the first, and then finds that its order runs in a circle. Constants, the counter
    among them, stay as they are, so that the count of the steps is known.
    """
    found: list[str] = []
    constants: set[str] = set()
    for line in lines:
        if named := re.match(r" *(%\w+)", line):  # other functions and regions may have used the name
            (constants.add if CONSTANT.fullmatch(line) else constants.discard)(named[1])
        loop = LOOP.fullmatch(line)
        found += _started(loop, constants) if loop else [line]
    return found


def _started(found: re.Match[str], constants: set[str]) -> list[str]:
    """A loop behind barriers for its first values."""
    types = re.findall(r"tensor<[^>]*>", found["types"])
    starts = [each.split(" = ") for each in found["starts"].split(", ")]
    before, again = [], []
    for place, ((name, value), kind) in enumerate(zip(starts, types, strict=True)):
        if value not in constants:
            start = f"%start_{found['name']}_{place}"
            before.append(f"{found['pad']}{start} = stablehlo.optimization_barrier {value} : {kind}")
            value = start
        again.append(f"{name} = {value}")
    return [*before, found[0].replace(found["starts"], ", ".join(again), 1)]


def _in_numbers(line: str) -> list[str]:
    """Whether any or all of some truths hold, as the largest or smallest of zeros and ones.

    Truths are bytes in memory. IREE 3.13's SPIR-V reduces those wrongly.
    """
    found = TRUTHS.fullmatch(line)
    if found is None:
        return [line]
    pad, name, given, to = (found[each] for each in ("pad", "name", "given", "to"))
    numbers, result = given.replace("i1>", "f32>"), to.replace("i1>", "f32>")
    start, operation = ("0.0", "maximum") if found["what"] == "or" else ("1.0", "minimum")
    return [
        f"{pad}%numbers_{name} = stablehlo.convert %{found['read']} : ({given}) -> {numbers}",
        f"{pad}%start_{name} = stablehlo.constant dense<{start}> : tensor<f32>",
        f"{pad}%found_{name} = stablehlo.reduce(%numbers_{name} init: %start_{name}) applies stablehlo.{operation} "
        f"across dimensions = {found['axes']} : ({numbers}, tensor<f32>) -> {result}",
        f"{pad}%{name} = stablehlo.convert %found_{name} : ({result}) -> {to}",
    ]


def _widened(line: str) -> list[str]:
    """Truths as numbers, by way of integers.

    IREE takes the factors of a matrix product as they are before the conversion, and as signed: as -1 and 0.
    """
    found = CONVERSION.fullmatch(line)
    if found is None:
        return [line]
    pad, wide, kind = found["pad"], f"%wide_{found['name']}", f"tensor<{found['sizes']}i32>"
    return [
        f"{pad}{wide} = stablehlo.convert {found['given']} : ({found['from']}) -> {kind}",
        f"{pad}%{found['name']} = stablehlo.convert {wide} : ({kind}) -> {found['to']}",
    ]


def _summed(lines: Sequence[str]) -> list[str]:
    """Sums over several axes in other dispatches than products with values that are spread over some of those.

    IREE makes one contraction of both, and does not compile it.
    """
    made: dict[str, tuple[str, ...]] = {}
    found = []
    for line in lines:
        total = SUM.fullmatch(line)
        if total and _is_scaled(total["given"], made):
            apart = f"%apart_{total['name']}"
            found.append(f"{total['pad']}{apart} = stablehlo.optimization_barrier {total['given']} : {total['type']}")
            line = line.replace(f"({total['given']} ", f"({apart} ", 1)
        if defined := DEFINED.fullmatch(line):
            made[defined[1]] = defined.groups()[1:]
        found.append(line)
    return found


def _is_scaled(value: str, made: dict[str, tuple[str, ...]]) -> bool:
    """Whether a value is a product with a spread one. made: operations and operands of the values before it."""
    what, *operands = _source(value, made)
    return what == "multiply" and any(_source(each, made)[0] == "broadcast_in_dim" for each in operands)


def _source(value: str, made: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The operation and operands behind changes of shape."""
    while (found := made.get(value, ("",)))[0] in ("reshape", "transpose"):
        value = found[1]
    return found
