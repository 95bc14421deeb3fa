"""Modules as IREE's own parser and verifier read them."""

from iree.compiler import ir

from lowering.kernels.mlir import types


def parse(text: str, aliases: dict[str, str] | None = None) -> ir.Module:
    """The module of a text, verified; an error names what is wrong with it."""
    heads = [f"{name} = {attribute}" for name, attribute in (types.ALIASES | (aliases or {})).items()]
    with ir.Context():
        module = ir.Module.parse("\n".join([*heads, text]))
        assert module.operation.verify()
        return module
