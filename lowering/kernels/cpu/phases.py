"""Phases of strided convolutions for CPUs, by whole vectors."""

from lowering.graph import ops
from lowering.kernels import executable, kernel, layouts
from lowering.kernels.cpu import pool
from lowering.targets import precisions, targets


def phases(op: ops.SpaceToDepth, x: kernel.Value, out: layouts.Layout, target: targets.Target) -> kernel.Kernel | None:
    """Phases of a stride of 2 in width; None for any other, which the generic kernel takes."""
    inside = x.rows
    assert inside is not None
    (_, sh, sw), (_, n_h, n_w), (_, (top, _), (left, _)) = op.strides, op.phases, op.padding
    element, sums = target.precision.activations, target.precision.sums
    if sw != 2 or op.strides[0] != 1 or max(top - inside.top, left - inside.left) > 0:
        return None
    x_first = inside.first - top * inside.pitch - left
    reads = lambda lanes: (
        x_first + ((out.height - 1) * sh + n_h - 1) * inside.pitch + 2 * (pool.last(out.width, lanes) + lanes)
    )
    writes = lambda lanes: out.first + (out.height - 1) * out.pitch + pool.last(out.width, lanes) + lanes
    lanes = pool.lanes(target, out.width, lambda n: reads(n) <= inside.plane and writes(n) <= out.plane)
    if lanes is None:
        return None
    arrays = [kernel.array("mask", out.mask().astype(precisions.DTYPES[sums]))]
    whole, vector = kernel.feature_map(out, element), f"vector<{lanes}x{element}>"
    types = executable.types({"x": x}, arrays, whole)
    channel = f"({{e}} + l * {n_w}) * {inside.channels} + c"
    pads, stores = [], []
    for e in range(n_w):
        place = channel.format(e=e)
        pads += [f"          %c_{e} = affine.apply affine_map<(c, l) -> ({place})>(%c, %line)"]
        pads += [f"          %end_{e} = arith.addi %c_{e}, %c1 : index"]
        pads += [
            f"          scf.for %each = %c0 to %c1 step %c1 {{\n{pool.pads(out, types['out'], element, f'%c_{e}', f'%end_{e}', out.height)}\n          }}"
        ]
        value, wide = kernel.cast(f"%phase{e}", f"%wide{e}", element, sums, f"vector<{lanes}x{{}}>")
        result, narrow = kernel.cast(f"%kept{e}", f"%narrow{e}", sums, element, f"vector<{lanes}x{{}}>")
        stores += [
            *(f"              {line}" for line in wide),
            f"              %kept{e} = arith.mulf {value}, %keep : vector<{lanes}x{sums}>",
            *(f"              {line}" for line in narrow),
            f"              %to{e} = affine.apply affine_map<(c, l, f, m) -> ((({place}) * {out.frames} + f) * {out.plane} + m)>(%c, %line, %frame, %mask_at)",
            f"              vector.store {result}, %out[%to{e}] : {types['out']}, {vector}",
        ]
    body = kernel.fill(
        "cpu/phases", **types, height=out.height, tiles=-(-out.width // lanes), lines=n_h, lanes=lanes, width=2 * lanes, last=pool.last(out.width, lanes),
        sh=sh, x_frames=inside.frames, x_plane=inside.plane, x_pitch=inside.pitch, x_first=x_first, element=element, sums=sums, pitch=out.pitch, first=out.first,
        ahead=kernel.indent(pool.ahead("%in", "", f"vector<{2 * lanes}x{element}>", element, types["x"]), 14), pads="\n".join(pads), stores="\n".join(stores),
    )  # fmt: skip
    return executable.kernel_of({"x": x}, arrays, types, (out.frames, inside.channels, 1), body, whole)
