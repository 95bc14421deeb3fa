"""Kernels as plain linalg for IREE's own pipelines, on every target: what moves or compares values rather than multiplying them."""

import numpy as np

from lowering.graph import ops
from lowering.kernels import kernel, layouts
from lowering.targets import precisions


def clip(x: kernel.Value, out: layouts.Layout, element: str) -> kernel.Kernel:
    """f32[1, D, H, W, C] into rows."""
    mask = _mask(out, element)
    found, lines = kernel.cast("%found", "%stored", "f32", element)
    last = {"y_last": out.height - 1, "x_last": out.width - 1}
    whole, stored = kernel.feature_map(out, element), kernel.indent(lines, 6)
    body = kernel.fill(
        "generic/clip", x=x.type, mask=mask.type, out=whole, element=element, found=found, stored=stored, **last, **_position(out)
    )  # fmt: skip
    return kernel.Kernel((kernel.Operand("x", x.type), mask), whole, body)


def pool(op: ops.MaxPool | ops.AvgPool, x: kernel.Value, out: layouts.Layout, vectors: bool) -> kernel.Kernel:
    """Any window, stride and padding. Without `vectors` the reduction ends in a select, which keeps IREE from spreading it over a subgroup."""
    assert x.rows is not None
    largest = isinstance(op, ops.MaxPool)
    kd, kh, kw = op.window
    choice = {"outside": "0.0", "combine": "arith.maximumf", "factor": "1.0"}
    if not largest:
        choice = {"outside": "0.0", "combine": "arith.addf", "factor": f"{1 / (kd * kh * kw):.9e}"}
    element, combine = x.type.element, choice.pop("combine")
    mask, whole = _mask(out, element), kernel.feature_map(out, element)
    choice["outside"] = kernel.minus_infinity(element) if largest else "0.0"
    more = f"      %more = {combine} %partial, %value : {element}"
    if not vectors:
        more = f"      %with = {combine} %partial, %found : {element}\n      %more = arith.select %inside, %with, %partial : {element}"
    body = kernel.fill(
        "generic/pool", **choice, more=more, kd=kd, kh=kh, kw=kw, element=element, mask=mask.type, out=whole, read_input=_read(x),
        **_steps(op.strides, op.padding), **_position(out),
    )  # fmt: skip
    return kernel.Kernel((kernel.Operand("x", x.type), mask), whole, body)


def phases(op: ops.SpaceToDepth, x: kernel.Value, out: layouts.Layout) -> kernel.Kernel:
    """The phases of a strided convolution's input as channels."""
    assert x.rows is not None
    _, n_h, n_w = op.phases
    element, channels = x.type.element, x.rows.channels
    mask, whole = _mask(out, element), kernel.feature_map(out, element)
    body = kernel.fill(
        "generic/phases", element=element, mask=mask.type, out=whole, read_input=_read(x), channels=channels, sd_channels=channels * n_h * n_w,
        sh_channels=channels * n_w, n_h=n_h, n_w=n_w, **_steps(op.strides, op.padding), **_position(out),
    )  # fmt: skip
    return kernel.Kernel((kernel.Operand("x", x.type), mask), whole, body)


def elementwise(op: ops.Affine | ops.Relu | ops.Add, inputs: list[kernel.Value], out: layouts.Layout) -> kernel.Kernel:
    """Affine, ReLU or the sum of two feature maps, channel by channel."""
    scale, shift = (op.scale, op.shift) if isinstance(op, ops.Affine) else (np.ones(out.stored), np.zeros(out.stored))
    element = inputs[0].type.element
    fit = lambda v: np.pad(v, (0, out.stored - len(v))).astype(precisions.DTYPES[element])
    arrays = [kernel.array("scale", fit(scale)), kernel.array("shift", fit(shift)), _mask(out, element)]
    operands = [kernel.Operand(f"x{i}" if i else "x", value.type) for i, value in enumerate(inputs)]
    cuts = "\n".join(
        _channels(f"%{o.name}", f"%in{i}", value, out.stored)
        for i, (o, value) in enumerate(zip(operands, inputs, strict=True))
    )
    of = {"element": element, "out": kernel.feature_map(out, element), "lane": arrays[0].type, "mask": arrays[2].type}
    total = f"arith.addf %a0, %a1 : {element}" if len(inputs) == 2 else f"arith.addf %a0, %zero : {element}"
    body = kernel.fill(
        "generic/elementwise", **of, maps=", ".join("affine_map<(c, f, p) -> (c, f, p)>" for _ in inputs), total=total,
        operands=", ".join(f"%in{i}" for i in range(len(inputs))), types=", ".join(str(of["out"]) for _ in inputs),
        arguments=", ".join(f"%a{i}: {element}" for i in range(len(inputs))), floor="0.0" if isinstance(op, ops.Relu) else kernel.minus_infinity(element),
    )  # fmt: skip
    return kernel.Kernel((*operands, *arrays), of["out"], f"{cuts}\n{body}")


def concat(inputs: list[kernel.Value], out: layouts.Layout) -> kernel.Kernel:
    """Feature maps one after the other; channels that only fill a group of filters are left out."""
    operands = [kernel.Operand(f"x{i}", value.type) for i, value in enumerate(inputs)]
    counts = [value.rows.channels for value in inputs if value.rows]
    lines = [
        _channels(f"%{o.name}", f"%in{i}", v, n)
        for i, (o, v, n) in enumerate(zip(operands, inputs, counts, strict=True))
    ]
    whole = kernel.feature_map(out, inputs[0].type.element)
    types = ", ".join(str(kernel.Tensor((n, out.frames, out.plane), whole.element)) for n in counts)
    names = ", ".join(f"%in{i}" for i in range(len(inputs)))
    join = f"  %result = tensor.concat dim(0) {names} : ({types}) -> {whole}"
    return kernel.Kernel(tuple(operands), whole, "\n".join([*lines, join]))


def _channels(source: str, name: str, value: kernel.Value, count: int) -> str:
    """A line that gives the first `count` channels of a feature map a name."""
    assert value.rows is not None
    cut = kernel.Tensor((count, value.rows.frames, value.rows.plane), value.type.element)
    sizes = f"[{count}, {value.rows.frames}, {value.rows.plane}]"
    return f"  {name} = tensor.extract_slice {source}[0, 0, 0] {sizes} [1, 1, 1] : {value.type} to {cut}"


def vector(x: kernel.Value) -> kernel.Kernel:
    """A feature map flattened in memory as f32, for readers other than packed kernels."""
    assert x.rows is not None
    box = (x.rows.frames, x.rows.height, x.rows.width, x.rows.channels)
    out = kernel.Tensor((int(np.prod(box)),))
    found, lines = kernel.cast("%found", "%value", x.type.element, "f32")
    body = kernel.fill(
        "generic/vector",
        x=x.type,
        found=found,
        cast=kernel.indent(lines, 6),
        box=kernel.Tensor(box),
        out=out,
        pitch=x.rows.pitch,
        first=x.rows.first,
    )
    return kernel.Kernel((kernel.Operand("x", x.type),), out, body)


def vectors(op: ops.Affine | ops.Relu | ops.Add, inputs: list[kernel.Value]) -> kernel.Kernel:
    """Affine, ReLU or the sum of two vectors f32, place by place."""
    out = inputs[0].type
    affine = isinstance(op, ops.Affine)
    scale, shift = (op.scale, op.shift) if affine else (np.ones(out.size), np.zeros(out.size))
    arrays = [kernel.array(name, v.astype(np.float32)) for name, v in (("scale", scale), ("shift", shift))]
    operands = [kernel.Operand(f"x{i}", value.type) for i, value in enumerate(inputs)]
    body = kernel.fill(
        "generic/vectors",
        out=out,
        total="arith.addf %a0, %a1 : f32" if len(inputs) == 2 else "arith.addf %a0, %zero : f32",
        floor=kernel.floor(isinstance(op, ops.Relu)),
        maps=", ".join("affine_map<(k) -> (k)>" for _ in range(len(inputs) + 3)),
        operands=", ".join(f"%{o.name}" for o in operands),
        types=", ".join(str(o.type) for o in operands),
        arguments=", ".join(f"%a{i}: f32" for i in range(len(inputs))),
    )
    return kernel.Kernel((*operands, *arrays), out, body)


def concat_vectors(inputs: list[kernel.Value]) -> kernel.Kernel:
    """Vectors one after the other."""
    out = kernel.Tensor((sum(value.type.size for value in inputs),))
    operands = [kernel.Operand(f"x{i}", value.type) for i, value in enumerate(inputs)]
    names, types = (", ".join(f"%{o.name}" for o in operands), ", ".join(str(o.type) for o in operands))
    return kernel.Kernel(tuple(operands), out, f"  %result = tensor.concat dim(0) {names} : ({types}) -> {out}")


def softmax(node: ops.Node, x: kernel.Value) -> kernel.Kernel:
    """Over the first node.shape[0] elements of a vector."""
    out = kernel.Tensor(node.shape)
    body = kernel.fill("generic/softmax", x=x.type, out=out, count=node.shape[0])
    return kernel.Kernel((kernel.Operand("x", x.type),), out, body)


def _mask(out: layouts.Layout, element: str) -> kernel.Operand:
    return kernel.array("mask", out.mask().astype(precisions.DTYPES[element]))


def _position(out: layouts.Layout) -> dict[str, int]:
    """y = (p + shift) div pitch - skip and x = (p + shift) mod pitch: the pixel at a position of a plane."""
    return {"pitch": out.pitch, "shift": out.pitch - out.left, "skip": out.top + 1}


def _steps(strides: ops.Window, padding: ops.Padding) -> dict[str, int]:
    (sd, sh, sw), ((pd, _), (ph, _), (pw, _)) = strides, padding
    return {"sd": sd, "sh": sh, "sw": sw, "pd": pd, "ph": ph, "pw": pw}


def _read(x: kernel.Value) -> str:
    assert x.rows is not None
    r = x.rows
    return kernel.fill(
        "generic/read",
        element=x.type.element,
        x=x.type,
        d_last=r.frames - 1,
        y_last=r.height - 1,
        x_last=r.width - 1,
        x_pitch=r.pitch,
        x_first=r.first,
    )
