"""Modules as IREE's own parser and verifier read them."""

import functools

from iree.compiler import ir

from lowering.kernels import emit
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import types


def parse(text: str) -> ir.Module:
    """The module of a text, verified; an error names what is wrong with it."""
    with _context():
        module = ir.Module.parse(text)
        assert module.operation.verify()
        return module


@functools.cache
def _context() -> ir.Context:
    """One for all: to load IREE's dialects takes longer than to read a kernel."""
    return ir.Context()


def body(lines: list[str], **arguments: types.Type) -> ir.Module:
    """Lines as the body of a function of these arguments."""
    aliases = [f"{name} = {attribute}" for name, attribute in types.ALIASES.items()]
    head = ", ".join(f"%{name}: {type}" for name, type in arguments.items())
    return parse("\n".join([*aliases, f"func.func @f({head}) {{", *lines, "return", "}"]))


def section(name: str, kernel: kernels.Kernel) -> str:
    """A kernel alone, as a module."""
    aliases = kernel.executable.aliases if kernel.executable else kernel.aliases
    heads = [f"{alias} = {attribute}" for alias, attribute in aliases.items()]
    return "\n".join([*heads, *emit.function(name, kernel)])
