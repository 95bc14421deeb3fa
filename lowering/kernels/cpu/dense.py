"""Packed fully connected layers for CPUs."""

import dataclasses

import numpy as np

from lowering.graph import ops
from lowering.kernels import executable, kernel, tables
from lowering.targets import targets


def dense(op: ops.PackedDense, x: kernel.Value, target: targets.Target) -> kernel.Kernel:
    """A workgroup is one row. Reads every weight once: its limit is memory bandwidth, so sums are f32 whatever the precision."""
    count, group, weights = op.kernel.rows, op.kernel.group, target.precision.weights
    arrays = tables.operands(tables.dense(op, x.type.size, x.rows), dataclasses.replace(target.precision, sums="f32"))
    out = kernel.Tensor((count * group,))
    lanes = min(group, target.vector_bytes // np.dtype(np.float32).itemsize)
    types, vector, parts = executable.types({"x": x}, arrays, out), f"vector<{lanes}xf32>", range(0, group, lanes)
    spread, lines = kernel.cast("%stored", "%input", x.type.element, "f32")
    tap = [f"{spread if not lines else '%stored'} = memref.load %x[%offset] : {types['x']}", *lines]
    tap += [f"%spread = vector.broadcast {spread} : f32 to {vector}"]
    for i in parts:
        weight, lines = kernel.cast(f"%w{i}_stored", f"%w{i}", weights, "f32", f"vector<{lanes}x{{}}>")
        tap += [
            f"%w_at{i} = affine.apply affine_map<(t) -> (t * {group} + {i})>(%tap)",
            f"%w{i}_stored = vector.load %values[%w_at{i}] : {types['values']}, vector<{lanes}x{weights}>",
            *lines,
            f"%n{i} = vector.fma {weight}, %spread, %a{i} : {vector}",
        ]
    biases, stores = [], []
    for n, i in enumerate(parts):
        sums = f"%sums#{n}" if len(parts) > 1 else "%sums"
        biases += [f"%to{i} = affine.apply affine_map<(t) -> (t + {i})>(%to)"]
        biases += [f"%b{i} = vector.load %bias[%to{i}] : {types['bias']}, {vector}"]
        stores += [f"%y{i} = arith.maximumf {sums}, %floor : {vector}"]
        stores += [f"vector.store %y{i}, %out[%to{i}] : {types['out']}, {vector}"]
    body = kernel.fill(
        "cpu/dense", starts=types["starts"], offsets=types["offsets"], floor=kernel.floor(op.relu), vector=vector, group=group, count=len(parts),
        inits=", ".join(f"%a{i} = %b{i}" for i in parts), types=", ".join(vector for _ in parts), yields=", ".join(f"%n{i}" for i in parts),
        biases=kernel.indent(biases, 8), tap=kernel.indent(tap, 10), stores=kernel.indent(stores, 8),
    )  # fmt: skip
    return executable.kernel_of({"x": x}, arrays, types, (count, 1, 1), body, out)
