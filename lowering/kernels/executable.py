"""Kernels written as loops over buffers (scf, vector, memref): an executable of their own, and the dispatch that calls it."""

from collections.abc import Sequence

from lowering.kernels import kernel, spans


def memref(tensor: kernel.Tensor, width: int = 1) -> str:
    """The flat buffer behind a tensor, of scalars or of vectors of `width`."""
    element = tensor.element if width == 1 else f"vector<{width}x{tensor.element}>"
    return f"memref<{tensor.size // width}x{element}, #hal.descriptor_type<storage_buffer>>"


def source(types: dict[str, str], written: int, grid: kernel.Grid, body: str) -> str:
    """The executable of a function over bindings `types`, the last `written` of which are written."""
    counts, argument = ((None, 1, 1), ", %cx: index") if grid.spans else (grid.counts, "")
    sizes = "\n".join(
        f"      %c{axis} = arith.constant {n} : index" for axis, n in zip("xyz", counts, strict=True) if n
    )
    layout = ", ".join(
        [
            *["#hal.pipeline.binding<storage_buffer, ReadOnly>"] * (len(types) - written),
            *["#hal.pipeline.binding<storage_buffer>"] * written,
        ]
    )
    layout = f"#hal.pipeline.layout<{'constants = 1, ' if grid.spans else ''}bindings = [{layout}]>"
    lines = ["        %byte0 = arith.constant 0 : index"]
    lines += [f"        {line}" for line in (spans.first(layout) if grid.spans else [])]
    for i, (name, type_) in enumerate(types.items()):
        lines.append(
            f"        %{name} = hal.interface.binding.subspan layout({layout}) binding({i}) alignment(64) offset(%byte0) : {type_}"
        )
    return "\n".join([
        "hal.executable.source private @{name}_kernel {",
        f"  hal.executable.export public @{{name}} ordinal(0) layout({layout}) count(%device: !hal.device{argument}) -> (index, index, index) {{",
        sizes,
        "      hal.return %cx, %cy, %cz : index, index, index",
        "  }",
        "  builtin.module {",
        f"      func.func @{{name}}() attributes {{translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [{grid.invocations}, 1, 1]>}} {{",
        *lines,
        body,
        "        return",
        "      }",
        "  }",
        "}",
    ])  # fmt: skip


def types(
    inputs: dict[str, kernel.Value],
    arrays: Sequence[kernel.Operand],
    out: kernel.Tensor,
    widths: dict[str, int] | None = None,
    scratch: dict[str, kernel.Tensor] | None = None,
) -> dict[str, str]:
    """The buffers of a kernel's operands, in the order of its bindings; `widths` of those that hold vectors."""
    tensors = {name: v.type for name, v in inputs.items()} | {o.name: o.type for o in arrays}
    tensors |= {"out": out} | (scratch or {})
    return {name: memref(tensor, (widths or {}).get(name, 1)) for name, tensor in tensors.items()}


def kernel_of(
    inputs: dict[str, kernel.Value], arrays: Sequence[kernel.Operand], types: dict[str, str],
    grid: kernel.Grid | tuple[int, int, int], body: str, out: kernel.Tensor, scratch: dict[str, kernel.Tensor] | None = None,
) -> kernel.Kernel:  # fmt: skip
    """The executable and the lines that call it with flat inputs. `scratch`: memory that its workgroups may use, of no meaning afterwards."""
    grid = grid if isinstance(grid, kernel.Grid) else kernel.Grid(grid)
    lines, operands = [], []
    for name, value in inputs.items():
        flat, axes = (
            kernel.Tensor((value.type.size,), value.type.element),
            ", ".join(map(str, range(len(value.type.shape)))),
        )
        lines.append(f"  %{name}.flat = tensor.collapse_shape %{name} [[{axes}]] : {value.type} into {flat}")
        operands.append((f"{name}.flat", flat))
    operands += [(o.name, o.type) for o in arrays]
    results = [out, *(scratch or {}).values()]
    lines += spans.dispatches(operands, out, grid) if grid.spans else [dispatch(operands, results)]
    arguments = [kernel.Operand(name, value.type) for name, value in inputs.items()]
    outside = source(types, len(results), grid, body)
    return kernel.Kernel((*arguments, *arrays), out, "\n".join(lines), outside, grid)


def dispatch(operands: list[tuple[str, kernel.Tensor]], results: Sequence[kernel.Tensor]) -> str:
    """%result, the first of the results of calling the executable."""
    names, types = ", ".join(f"%{name}" for name, _ in operands), ", ".join(str(t) for _, t in operands)
    call = f"flow.dispatch @{{name}}_kernel::@{{name}}({names}) : ({types}) -> "
    if len(results) == 1:
        return f"  %result = {call}{results[0]}"
    rest = ", ".join(f"%unused{i}" for i in range(1, len(results)))
    return f"  %result, {rest} = {call}({', '.join(map(str, results))})"
