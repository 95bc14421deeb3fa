"""Packed kernels for CPUs: loops over tensors in dispatches of their own, which the pass pipeline of templates/module.mlir turns into vector code."""

from lowering import graph as graphs
from lowering import kernel, rows, targets
from lowering.kernels import tables


def conv(op: graphs.PackedConv, x: kernel.Value, out: rows.Rows, tiling: targets.Tiling) -> kernel.Kernel:
    """Workgroups are output frames x equal blocks of rows; rows without taps fill the last block."""
    assert x.rows is not None
    group, blocks = op.kernel.group, -(-op.kernel.rows // tiling.block)
    block, positions = -(-op.kernel.rows // blocks), out.end - out.first
    tile = min(tiling.tile, 1 << (positions.bit_length() - 1))
    tiles, tail = -(-positions // tile), out.plane - out.end
    chunk = min(tiling.chunk, tiles)
    arrays = [kernel.array(k, v) for k, v in tables.conv(op, x.rows, out, block * blocks).items()]
    flatten, flat = kernel.flatten(x)
    whole = (block * blocks, group, out.frames, out.plane)
    body = kernel.fill(
        "cpu/conv", **{o.name: o.type for o in arrays}, x=flat, out=kernel.Tensor(whole), part=kernel.Tensor((block, group, out.plane)),
        head=kernel.Tensor((block, group, out.first)), tail=kernel.Tensor((block, group, tail)), tail_size=tail, lane=kernel.Tensor((group,)),
        positions=kernel.Tensor((tile,)), acc=kernel.Tensor((group, tile)), group=group, block=block, blocks=blocks, frames=out.frames,
        plane=out.plane, tile=tile, tiles=tiles, chunk=chunk, chunks=-(-tiles // chunk), first=out.first, end=out.end, last=out.end - tile,
        floor=kernel.floor(op.relu),
    )  # fmt: skip
    lines = [
        flatten,
        _dispatch([("flat", "x", flat), *((o.name, o.name, o.type) for o in arrays)], whole, body),
        *_rows(whole, out),
    ]
    return kernel.Kernel((kernel.Operand("x", x.type), *arrays), kernel.feature_map(out), "\n".join(lines))


def dense(op: graphs.PackedDense, x: kernel.Value) -> kernel.Kernel:
    """A workgroup is one row. Reads every weight once: its limit is memory bandwidth."""
    arrays = [kernel.array(k, v) for k, v in tables.dense(op, x.type.size, x.rows).items()]
    count, group = op.kernel.rows, op.kernel.group
    flatten, flat = kernel.flatten(x)
    types = {o.name: o.type for o in arrays} | {
        "lane": kernel.Tensor((group,)),
        "out": kernel.Tensor((count, group)),
        "x": flat,
    }
    body = kernel.fill("cpu/dense", **types, rows=count, group=group, floor=kernel.floor(op.relu))
    dispatch = _dispatch([("flat", "x", flat), *((o.name, o.name, o.type) for o in arrays)], (count, group), body)
    out = kernel.Tensor((count * group,))
    join = f"  %result = tensor.collapse_shape %whole [[0, 1]] : {kernel.Tensor((count, group))} into {out}"
    return kernel.Kernel((kernel.Operand("x", x.type), *arrays), out, "\n".join([flatten, dispatch, join]))


def pool(op: graphs.MaxPool | graphs.AvgPool, x: kernel.Value, out: rows.Rows) -> kernel.Kernel | None:
    """Windows two pixels wide and two apart, padded by zeros if at all, by whole vectors; None for any other, which the generic kernel takes."""
    assert x.rows is not None
    (kd, kh, kw), (sd, sh, sw) = op.window, op.strides
    frames, (top, _), (left, _) = op.padding
    zeros = op.padding == graphs.NO_PADDING or isinstance(op, graphs.AvgPool) or op.positive
    if (kw, sw) != (2, 2) or frames != (0, 0) or not zeros:
        return None
    mean = isinstance(op, graphs.AvgPool)
    combine, factor = ("arith.addf", 1 / (kd * kh * kw)) if mean else ("arith.maximumf", 1.0)
    tile = min(16, 1 << (out.width.bit_length() - 1))
    flatten, flat = kernel.flatten(x)
    shape = (out.stored, out.frames, out.plane)
    body = kernel.fill(
        "cpu/pool", x=flat, out=kernel.Tensor(shape), part=kernel.Tensor((out.plane,)), channels=out.stored, frames=out.frames, plane=out.plane,
        height=out.height, tile=tile, tile2=2 * tile, tiles=-(-out.width // tile), last=out.width - tile, combine=combine, factor=f"{factor:.9e}",
        window=_window(kd, kh, 2 * tile, x.rows, combine, flat), x_frames=x.rows.frames, x_plane=x.rows.plane, x_pitch=x.rows.pitch,
        x_first=x.rows.first - top * x.rows.pitch - left, sd=sd, sh=sh, pitch=out.pitch, first=out.first,
    )  # fmt: skip
    dispatch = _dispatch([("flat", "x", flat)], shape, body).replace("%whole =", "%result =")
    return kernel.Kernel((kernel.Operand("x", x.type),), kernel.feature_map(out), "\n".join([flatten, dispatch]))


def _window(kd: int, kh: int, width: int, x: rows.Rows, combine: str, flat: kernel.Tensor) -> str:
    """%window: the vectors of a window's frames and rows, combined."""
    vector, taps = f"vector<{width}xf32>", [(a, b) for a in range(kd) for b in range(kh)]
    names = ["%v0", *(f"%w{i}" for i in range(1, len(taps) - 1)), "%window"] if len(taps) > 1 else ["%window"]
    lines = []
    for i, (a, b) in enumerate(taps):
        read = names[0] if i == 0 else f"%v{i}"
        lines += [
            f"          %at{i} = affine.apply affine_map<(p) -> (p + {a * x.plane + b * x.pitch})>(%at)",
            f"          {read} = vector.transfer_read %x[%at{i}], %zero {{in_bounds = [true]}} : {flat}, {vector}",
        ]
        lines += [f"          {names[i]} = {combine} {names[i - 1]}, {read} : {vector}"] if i else []
    return "\n".join(lines)


def _dispatch(operands: list[tuple[str, str, kernel.Tensor]], out: tuple[int, ...], body: str) -> str:
    """%whole = the body over (name outside, name inside, type) operands; the body leaves its tensor in %all."""
    access = lambda kind, t: f"!iree_tensor_ext.dispatch.tensor<{kind}:{t}>"
    result, load = kernel.Tensor(out), "iree_tensor_ext.dispatch.tensor.load"
    names, types = ", ".join(f"%{name}" for name, _, _ in operands), ", ".join(str(t) for _, _, t in operands)
    bindings = [f"%{inside}_binding: {access('readonly', t)}" for _, inside, t in operands]
    return "\n".join([
        f"  %whole = flow.dispatch.workgroups({names}) : ({types}) -> {result} =",
        "      (" + ",\n       ".join([*bindings, f"%out_binding: {access('writeonly', result)}"]) + ") {",
        *(f"    %{name} = {load} %{name}_binding, {t.whole} : {access('readonly', t)} -> {t}" for _, name, t in operands),
        body,
        f"    iree_tensor_ext.dispatch.tensor.store %all, %out_binding, {result.whole} : {result} -> {access('writeonly', result)}",
        "    flow.return",
        "  } count() -> (index, index, index) {",
        "    %cx, %cy, %cz = iree_tensor_ext.dispatch.workgroup_count_from_slice()",
        "    flow.return %cx, %cy, %cz : index, index, index",
        "  }",
    ])  # fmt: skip


def _rows(whole: tuple[int, ...], out: rows.Rows) -> list[str]:
    """From blocks of rows to the feature map: the channels that exist, rows of filters joined."""
    joined, sizes = kernel.Tensor((whole[0] * whole[1], *whole[2:])), f"[{out.stored}, {out.frames}, {out.plane}]"
    return [
        f"  %joined = tensor.collapse_shape %whole [[0, 1], [2], [3]] : {kernel.Tensor(whole)} into {joined}",
        f"  %result = tensor.extract_slice %joined[0, 0, 0] {sizes} [1, 1, 1] : {joined} to {kernel.feature_map(out)}",
    ]
