"""What a stream has around the function of a step: its states, the function that resets them, and one of many steps."""

from collections.abc import Sequence

from lowering.graph import ops
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import block, tensors, types, values

STEP, RESET, SEQUENCE = "step", "reset", "sequence"  # functions of a stream's module
LONGEST = 8  # states that become each other without a copy


def kinds(graph: ops.Graph, found: dict[str, kernels.Kernel]) -> dict[str, types.Tensor]:
    """The type of each state: that of the value which it is in the next step."""
    known: dict[str, types.Tensor] = {}
    for state, name in graph.next.items():
        known[state] = known[name] if name in known else found[name].out
    return known


def load(b: block.Block, name: str, kind: types.Tensor) -> values.Value:
    """A state as the last step left it."""
    return b.let(name, kind, f"util.global.load @{name} : {kind}")


def store(b: block.Block, graph: ops.Graph, made: dict[str, values.Value]) -> None:
    """The states for the next step. Nothing is copied: a state becomes the buffer of a value, or of another state.

    IREE 3.13 follows states that become each other one by one, and gives up at ten (in its fixed-point pipeline). So
    one in LONGEST of them is copied. They are small: only maps behind long strides are remembered for as many steps.
    """
    place: dict[str, int] = {}
    for state, name in graph.next.items():
        place[state] = place.get(name, 0) + 1
        value = made[name] if place[state] % LONGEST else _copied(b, made[name])
        b.do(f"util.global.store {value}, @{state} : {value.type}")


def _copied(b: block.Block, value: values.Value) -> values.Value:
    """A tensor in a buffer of its own. IREE takes a plain copy for the value itself, and the sum of a word and zero.

    So it is the sum of a float and zero, or a word's two halves.
    """
    kind = tensors.tensor(value)
    axes = " ".join(f"axis{place}" for place in range(len(kind.shape)))
    scalar = types.Scalar(kind.element)
    with tensors.generic(b, [(value, axes)], (tensors.empty(b, kind), axes), "copied") as cell:
        (x,) = cell.inputs
        if kind.element == kernels.WORDS:
            halves = [
                b.op("arith.andi", x, b.constant(mask, scalar, "half"), name="bits") for mask in (0xFFFF, -0x10000)
            ]
            cell.give(b.op("arith.ori", *halves))
        else:
            cell.give(b.op("arith.addf", x, b.constant(0.0, scalar, "zero")))
    return cell.result


def states(graph: ops.Graph, known: dict[str, types.Tensor], zeros: int) -> list[str]:
    """The states as variables of the module, as they are before the first step.

    zeros: a word of zeros of int8 as it lies in memory.
    """
    filled = {node.name: _filled(node, known[node.name], zeros) for node in graph.states}
    return [f"util.global private mutable @{name} = {text}" for name, text in filled.items()]


def reset(graph: ops.Graph, known: dict[str, types.Tensor], zeros: int) -> list[str]:
    """A function that puts the states back to what they are before the first step."""
    b = block.Block()
    made: dict[str, values.Value] = {}
    for node in graph.states:
        text = _filled(node, known[node.name], zeros)
        made[text] = made.get(text) or b.let("filled", known[node.name], f"flow.tensor.constant {text}")
        b.do(f"util.global.store {made[text]}, @{node.name} : {known[node.name]}")
    return [f"func.func @{RESET}() {{", *(f"  {line}" for line in b.lines()), "  return", "}"]


def sequence(graph: ops.Graph, given: types.Tensor, gives: Sequence[types.Tensor]) -> list[str]:
    """A function of `graph.steps` steps from a reset on: frames [steps, every, H, W, C] -> answers [steps, ...].

    given, gives: what a step reads and gives.
    """
    b = block.Block()
    frames = b.argument("frames", types.Tensor((graph.steps, *given.shape[1:]), given.element))
    b.do(f"call @{RESET}() : () -> ()")
    to = [types.Tensor((graph.steps, *_answer(kind.shape)), kind.element) for kind in gives]
    empty = [b.let("empty", kind, f"tensor.empty() : {kind}") for kind in to]
    with b.carry(STEP, 0, graph.steps, empty) as loop:
        at, some = loop.index, ", ".join(map(str, given.shape[1:]))
        cut = f"[{at}{', 0' * (len(given.shape) - 1)}] [1, {some}] [{', '.join('1' * len(given.shape))}]"
        clip = b.let("clip", given, f"tensor.extract_slice {frames}{cut} : {frames.type} to {given}")
        answers = [values.Value(b.name("answer"), kind) for kind in gives]
        b.do(f"{values.names(answers)} = func.call @{STEP}({clip}) : ({given}) -> ({', '.join(map(str, gives))})")
        loop.next([_put(b, answer, into, at) for answer, into in zip(answers, loop.carried, strict=True)])
    lines, kinds_ = b.lines(), ", ".join(map(str, to))
    lines.append(f"return {values.names(loop.results)} : {kinds_}")
    return [f"func.func @{SEQUENCE}({frames}: {frames.type}) -> ({kinds_}) {{", *(f"  {line}" for line in lines), "}"]


def _put(b: block.Block, answer: values.Value, into: values.Value, at: values.Value) -> values.Value:
    """The answers so far with that of a step."""
    assert isinstance(into.type, types.Tensor)
    zeros, ones = ", 0" * (len(into.type.shape) - 1), ", ".join("1" * len(into.type.shape))
    sizes = ", ".join(map(str, (1, *into.type.shape[1:])))
    text = f"tensor.insert_slice {answer} into {into}[{at}{zeros}] [{sizes}] [{ones}] : {answer.type} into {into.type}"
    return b.let("answers", into.type, text)


def _answer(shape: ops.Shape) -> ops.Shape:
    """The shape of an answer without a batch axis of 1."""
    return shape[1:] if shape[:1] == (1,) else shape


def _filled(node: ops.Node, kind: types.Tensor, zeros: int) -> str:
    """A state before the first step."""
    assert isinstance(node.op, ops.State)
    fill = zeros if kind.element == kernels.WORDS else node.op.fill
    return f"dense<{block.literal(fill, kind.element)}> : {kind}"
