"""Values of longer types than what they are made of, in StableHLO, as IREE 3.13 computes them right on GPUs.

IREE converts them in the dispatch that reads them, in memory that its invocations share. Its SPIR-V does not wait for
what other invocations convert: a product or window of truths or f16 that are made f32 reads what is not there yet.
"""

import re
from collections.abc import Sequence

# What reads elements that another invocation may convert.
READER = re.compile(
    r"(?P<pad> *)%(?P<name>\w+) = \"?stablehlo\.(?:dot_general |convolution\(|reduce_window\"\()(?P<reads>[%\w, ]+).*"
)
MADE = re.compile(r" *(?P<name>%\w+) = stablehlo\.(?P<what>\w+) (?P<of>%\w+).* (?P<type>tensor<[^>]*>)")
LONGER = re.compile(r".*\(tensor<(?:\d+x)*(?:i1|f16|bf16)>\) -> tensor<(?:\d+x)*(?:i32|ui32|f32)>")
MOVES = ("broadcast_in_dim", "pad", "reshape", "reverse", "slice", "transpose")


def apart(lines: Sequence[str]) -> list[str]:
    """The lines of functions with such values in other dispatches than what reads several of their elements."""
    found, longer = list[str](), dict[str, str]()  # the latter with their types
    for line in lines:
        made, reader = MADE.fullmatch(line), READER.fullmatch(line)
        if made and (LONGER.fullmatch(line) if made["what"] == "convert" else _moves(made, longer)):
            longer[made["name"]] = made["type"]
        elif named := re.match(r" *(%\w+)", line):  # other functions and regions may have used the name
            longer.pop(named[1], None)
        for value in re.findall(r"%\w+", reader["reads"]) if reader else []:
            if reader and value in longer:
                before = f"%made_{reader['name']}_{value[1:]}"
                found.append(f"{reader['pad']}{before} = stablehlo.optimization_barrier {value} : {longer[value]}")
                line = re.sub(rf"{value}\b", before, line)
        found.append(line)
    return found


def _moves(made: re.Match[str], longer: dict[str, str]) -> bool:
    """Whether an operation moves the elements of such a value."""
    return made["what"] in MOVES and made["of"] in longer
