"""Packed kernels for Vulkan: scf, vector and memref in executables of their own, so that the SPIR-V is what is written here."""

from lowering import graph as graphs
from lowering import kernel, rows, targets
from lowering.kernels import tables

INVOCATIONS = 64  # in a workgroup: one subgroup on Adreno, four on Valhall


def conv(op: graphs.PackedConv, x: kernel.Value, out: rows.Rows, tiling: targets.Tiling) -> kernel.Kernel:
    """Workgroups are spans of positions x frames x rows of filters."""
    assert x.rows is not None
    count, group, tile = op.kernel.rows, op.kernel.group, tiling.tile
    arrays = [kernel.array(k, v) for k, v in tables.conv(op, x.rows, out, count).items()]
    flatten, flat = kernel.flatten(x)
    types = {"x": memref(flat)} | {o.name: memref(o.type, 4 if o.name in ("values", "bias") else 1) for o in arrays}
    types["out"] = memref(kernel.feature_map(out))
    pairs = [(v, t) for v in range(group // 4) for t in range(tile)]
    body = kernel.fill(
        "vulkan/conv", **types, bindings=_bindings(types), tile=tile, group=group, vectors=group // 4, rows=count, plane=out.plane,
        plane_last=out.plane - 1, first=out.first, last=out.end - 1, span=INVOCATIONS * tile, floor=kernel.floor(op.relu), accumulators=len(pairs),
        positions=_positions(tile), inits=", ".join(f"%a{v}_{t} = %zero" for v, t in pairs), acc_types=", ".join("vector<4xf32>" for _ in pairs),
        fmas=_fmas(group // 4, tile, types), yields=", ".join(f"%n{v}_{t}" for v, t in pairs), stores=_stores(group // 4, tile, types, out),
    )  # fmt: skip
    operands = [("flat", flat), *((o.name, o.type) for o in arrays)]
    outside = _executable(len(operands), (-(-out.plane // (INVOCATIONS * tile)), out.frames, count), INVOCATIONS, body)
    lines = [flatten, _dispatch(operands, kernel.feature_map(out))]
    return kernel.Kernel((kernel.Operand("x", x.type), *arrays), kernel.feature_map(out), "\n".join(lines), outside)


def dense(op: graphs.PackedDense, x: kernel.Value) -> kernel.Kernel:
    """A workgroup is one row, an invocation one output."""
    count, group = op.kernel.rows, op.kernel.group
    arrays = [kernel.array(k, v) for k, v in tables.dense(op, x.type.size, x.rows).items()]
    flatten, flat = kernel.flatten(x)
    out = kernel.Tensor((count * group,))
    types = {"x": memref(flat)} | {o.name: memref(o.type) for o in arrays} | {"out": memref(out)}
    body = kernel.fill("vulkan/dense", **types, bindings=_bindings(types), group=group, floor=kernel.floor(op.relu))
    operands = [("flat", flat), *((o.name, o.type) for o in arrays)]
    outside = _executable(len(operands), (count, 1, 1), group, body)
    return kernel.Kernel(
        (kernel.Operand("x", x.type), *arrays), out, "\n".join([flatten, _dispatch(operands, out)]), outside
    )


def memref(tensor: kernel.Tensor, width: int = 1) -> str:
    """The flat buffer behind a tensor, of scalars or of vectors of `width`."""
    element = tensor.element if width == 1 else f"vector<{width}x{tensor.element}>"
    return f"memref<{tensor.size // width}x{element}, #hal.descriptor_type<storage_buffer>>"


def _bindings(types: dict[str, str]) -> str:
    lines = ["        %byte0 = arith.constant 0 : index"]
    for i, (name, type_) in enumerate(types.items()):
        lines.append(
            f"        %{name} = hal.interface.binding.subspan layout(#layout{len(types)}) binding({i}) alignment(64) offset(%byte0) : {type_}"
        )
    return "\n".join(lines)


def _positions(tile: int) -> str:
    """%p: where an invocation writes; %r: where it reads, inside the image; both clamped, so that none needs a branch."""
    lines = []
    for t in range(tile):
        lines += [
            f"        %step{t} = arith.constant {t * INVOCATIONS} : index",
            f"        %free{t} = arith.addi %p0, %step{t} : index",
            f"        %p_{t} = arith.minsi %free{t}, %plane_end : index",
            f"        %low{t} = arith.maxsi %p_{t}, %first : index",
            f"        %inside{t} = arith.minsi %low{t}, %end : index",
            f"        %r_{t} = arith.addi %inside{t}, %frame_base : index",
        ]
    return "\n".join(lines)


def _fmas(vectors: int, tile: int, types: dict[str, str]) -> str:
    lines = []
    for t in range(tile):
        lines += [
            f"          %at{t} = arith.addi %r_{t}, %offset : index",
            f"          %x{t} = memref.load %x[%at{t}] : {types['x']}",
            f"          %in{t} = vector.broadcast %x{t} : f32 to vector<4xf32>",
        ]
    for v in range(vectors):
        lines += [
            f"          %v{v} = arith.constant {v} : index",
            f"          %w_at{v} = arith.addi %weights_at, %v{v} : index",
            f"          %w{v} = memref.load %values[%w_at{v}] : {types['values']}",
        ]
        lines += [f"          %n{v}_{t} = math.fma %w{v}, %in{t}, %a{v}_{t} : vector<4xf32>" for t in range(tile)]
    return "\n".join(lines)


def _stores(vectors: int, tile: int, types: dict[str, str], out: rows.Rows) -> str:
    """Bias, ReLU, mask and one store per filter and position; filters beyond those stored are not written."""
    lines = [
        f"        %channel_stride = arith.constant {out.frames * out.plane} : index",
        f"        %row_stride = arith.constant {out.frames * out.plane * vectors * 4} : index",
        "        %row_base = arith.muli %row, %row_stride : index",
        "        %out_base = arith.addi %row_base, %frame_base : index",
    ]
    for t in range(tile):
        lines += [
            f"        %keep{t} = memref.load %mask[%p_{t}] : {types['mask']}",
            f"        %keeps{t} = vector.broadcast %keep{t} : f32 to vector<4xf32>",
        ]
        lines += [f"        %to{t} = arith.addi %out_base, %p_{t} : index"]
    for v in range(vectors):
        lines += [
            f"        %bv{v} = arith.constant {v} : index",
            f"        %b_at{v} = arith.addi %bias_at, %bv{v} : index",
            f"        %b{v} = memref.load %bias[%b_at{v}] : {types['bias']}",
        ]
        for t in range(tile):
            lines += [
                f"        %s{v}_{t} = arith.addf %sum#{v * tile + t}, %b{v} : vector<4xf32>",
                f"        %m{v}_{t} = arith.maximumf %s{v}_{t}, %floor : vector<4xf32>",
                f"        %k{v}_{t} = arith.mulf %m{v}_{t}, %keeps{t} : vector<4xf32>",
            ]
            for i in range(4):
                lines += [
                    f"        %f{v}_{t}_{i} = arith.constant {(4 * v + i) * out.frames * out.plane} : index",
                    f"        %o{v}_{t}_{i} = arith.addi %to{t}, %f{v}_{t}_{i} : index",
                    f"        %e{v}_{t}_{i} = vector.extract %k{v}_{t}[{i}] : f32 from vector<4xf32>",
                    f"        memref.store %e{v}_{t}_{i}, %out[%o{v}_{t}_{i}] : {types['out']}",
                ]
    return "\n".join(line for line in lines if "channel_stride" not in line)


def _executable(inputs: int, count: tuple[int, int, int], invocations: int, body: str) -> str:
    sizes = "\n".join(f"      %c{axis} = arith.constant {n} : index" for axis, n in zip("xyz", count, strict=True))
    return "\n".join([
        "hal.executable.source private @{name}_kernel {",
        f"  hal.executable.export public @{{name}} ordinal(0) layout(#layout{inputs + 1}) count(%device: !hal.device) -> (index, index, index) {{",
        sizes,
        "      hal.return %cx, %cy, %cz : index, index, index",
        "  }",
        "  builtin.module {",
        f"      func.func @{{name}}() attributes {{translation_info = #iree_codegen.translation_info<pipeline = #iree_codegen.no_pipeline workgroup_size = [{invocations}, 1, 1]>}} {{",
        body,
        "        return",
        "      }",
        "  }",
        "}",
    ])  # fmt: skip


def _dispatch(operands: list[tuple[str, kernel.Tensor]], out: kernel.Tensor) -> str:
    names, types = ", ".join(f"%{name}" for name, _ in operands), ", ".join(str(t) for _, t in operands)
    return f"  %result = flow.dispatch @{{name}}_kernel::@{{name}}({names}) : ({types}) -> {out}"
