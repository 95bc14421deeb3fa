"""A dispatch written on tensors: what one launch of workgroups computes from whole tensors."""

import contextlib
import dataclasses
from collections.abc import Iterator

from lowering.kernels.mlir import block, tensors, types
from lowering.kernels.mlir.values import Value


@dataclasses.dataclass
class Dispatch:
    """What runs on the device. `block` takes its operations, dispatch[name] is an operand; `result` comes out."""

    block: block.Block
    operands: dict[str, Value]
    result: Value
    given: Value | None = None

    def __getitem__(self, name: str) -> Value:
        return self.operands[name]

    def give(self, part: Value) -> None:
        """Ends the dispatch: what it computes."""
        self.given = part


@contextlib.contextmanager
def dispatch(
    b: block.Block, operands: dict[str, Value], out: types.Tensor, first: int = 0, so_far: Value | None = None
) -> Iterator[Dispatch]:
    """flow.dispatch.workgroups over operands, which are all that can be seen inside.

    It gives a tensor of type `out`. From `first` on along the first axis that holds what was computed, elsewhere what
    `so_far` holds.
    """
    inside = block.Block()
    bindings = {name: inside.argument(f"{name}_binding", v.type) for name, v in operands.items()}
    target = inside.argument("out_binding", out)
    loaded = {name: _load(inside, name, binding) for name, binding in bindings.items()}
    found = Dispatch(inside, loaded, Value(b.name("result"), out))
    yield found
    assert found.given is not None
    access = "writeonly" if so_far is None else "readwrite"
    inside.do(
        f"iree_tensor_ext.dispatch.tensor.store {found.given}, {target}, "
        f"{_whole(tensors.tensor(found.given), first)} : {found.given.type} -> {_binding(access, out)}"
    )
    given = [*operands.values(), *([so_far] if so_far else [])]
    arguments = [f"{binding}: {_binding('readonly', binding.type)}" for binding in bindings.values()]
    _write(b, found, given, [*arguments, f"{target}: {_binding(access, out)}"], so_far)


def _write(b: block.Block, found: Dispatch, given: list[Value], arguments: list[str], so_far: Value | None) -> None:
    names, kinds = ", ".join(map(str, given)), ", ".join(str(value.type) for value in given)
    gives = str(found.result.type) if so_far is None else str(so_far)  # the same memory
    b.do(f"{found.result} = flow.dispatch.workgroups({names}) : ({kinds}) -> {gives} =")
    with b.scope():
        for i, argument in enumerate(arguments):
            b.do(f"{' ' if i else '('}{argument}{',' if i < len(arguments) - 1 else ') {'}")
        for line in [*found.block.lines(), "flow.return"]:
            b.do(line)
    b.do("} count() -> (index, index, index) {")
    with b.scope():
        counts = ", ".join(b.name(f"workgroups_{axis}") for axis in "xyz")
        b.do(f"{counts} = iree_tensor_ext.dispatch.workgroup_count_from_slice()")
        b.do(f"flow.return {counts} : index, index, index")
    b.do("}")


def _load(b: block.Block, name: str, binding: Value) -> Value:
    kinds = f"{_binding('readonly', binding.type)} -> {binding.type}"
    return b.let(
        name, binding.type, f"iree_tensor_ext.dispatch.tensor.load {binding}, {_whole(binding.type)} : {kinds}"
    )


def _whole(part: types.Type, first: int = 0) -> str:
    """Where a tensor lies in one of as many axes: from `first` on along the first, from the start of the others."""
    assert isinstance(part, types.Tensor)
    offsets, ones = [first, *[0] * (len(part.shape) - 1)], [1] * len(part.shape)
    texts = (", ".join(map(str, numbers)) for numbers in (offsets, part.shape, ones))
    return "offsets = [{}], sizes = [{}], strides = [{}]".format(*texts)


def _binding(access: str, tensor: types.Type) -> str:
    return f"!iree_tensor_ext.dispatch.tensor<{access}:{tensor}>"
