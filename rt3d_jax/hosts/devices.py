"""All devices of all processes as one mesh. Parameters are copied to every device; batches are split along their first
axis.

Programs stay plain functions of whole batches under jax.jit. XLA inserts the sums over devices. A mean over the batch,
the moments of a batch norm and the norm of a gradient are therefore those of the whole batch. On one device nothing is
placed.
"""

import contextlib
import functools
import os
from typing import Any

import jax
import numpy as np
from jax.sharding import NamedSharding, PartitionSpec

Tree = Any
AXIS = "batch"
# XLA ends a program in which one core has waited for another for a minute, as after Ctrl-Z. It may wait for a day.
PATIENCE = "--xla_cpu_collective_call_terminate_timeout_seconds"
LONGEST_WAIT = 24 * 3600


def part_cpu(cores: int) -> None:
    """Makes this many devices of the CPU, where JAX computes on one and has not started yet.

    A process of a job keeps to one device. Where JAX computes on other devices, or has started, nothing changes.
    """
    if cores > 1 and not jax.distributed.is_initialized():
        with contextlib.suppress(RuntimeError):  # of a JAX that has started
            jax.config.update("jax_num_cpu_devices", cores)
            flags = os.environ.get("XLA_FLAGS", "")
            if PATIENCE not in flags:
                os.environ["XLA_FLAGS"] = f"{flags} {PATIENCE}={LONGEST_WAIT}".strip()


def check(batch: int, parts: int = 1) -> None:
    """ValueError unless a global batch can be cut into `parts` equal parts, each spread evenly over all devices."""
    devices, processes = jax.device_count(), jax.process_count()
    if batch % (devices * parts):
        where = f"{devices} devices" + (f" of {processes} processes" if processes > 1 else "")
        cut = f" x {parts} parts (compute.accumulate)" if parts > 1 else ""
        raise ValueError(
            f"batch is {batch}, expected a multiple of {devices * parts}: {where}{cut}; it counts the clips "
            f"of all devices"
        )


def replicated() -> NamedSharding | None:
    """The sharding of arrays that every device holds a copy of; None on one device, where jit needs none."""
    return _placed(PartitionSpec())


def batched(axis: int = 0) -> NamedSharding | None:
    """The sharding of arrays whose axis `axis` is split over the devices; None on one device."""
    return _placed(PartitionSpec(*[None] * axis, AXIS))


def replicate(tree: Tree) -> Tree:
    """Copies the arrays of a tree, which must be equal in all processes, to every device."""
    placement = replicated()
    if placement is None:
        return tree

    def place(leaf: Any) -> jax.Array:
        if isinstance(leaf, jax.Array) and leaf.sharding == placement:
            return leaf
        value = np.asarray(leaf)
        return jax.make_array_from_callback(value.shape, placement, lambda index: value[index])

    return jax.tree.map(place, tree)


def rows(batch: int) -> tuple[int, ...]:
    """The rows of a global batch that this process has to read, in order: those that its devices compute."""
    placement = batched()
    if placement is None:
        return tuple(range(batch))
    shares = placement.addressable_devices_indices_map((batch,)).values()
    spans = {share[0].indices(batch) for share in shares if share is not None}
    return tuple(row for span in sorted(spans) for row in range(*span))


def split(tree: Tree) -> Tree:
    """Global arrays of this process's rows: [len(rows(N)), ...] on each becomes [N, ...], split over the devices."""
    placement = batched()
    return tree if placement is None else jax.make_array_from_process_local_data(placement, tree)


def micro_batches(tree: Tree, parts: int) -> Tree:
    """[N, ...] as [parts, N / parts, ...] under jit; part p has the rows p, p + parts, ..., so that no row changes its
    device.
    """

    def cut(array: jax.Array) -> jax.Array:
        found = array.reshape(-1, parts, *array.shape[1:]).swapaxes(0, 1)
        placement = batched(1)
        return found if placement is None else jax.lax.with_sharding_constraint(found, placement)

    return jax.tree.map(cut, tree)


def _placed(spec: PartitionSpec) -> NamedSharding | None:
    mesh = _mesh()
    return None if mesh is None else NamedSharding(mesh, spec)


@functools.cache
def _mesh() -> jax.sharding.Mesh | None:
    if jax.device_count() == 1:
        return None
    return jax.make_mesh((jax.device_count(),), (AXIS,), axis_types=(jax.sharding.AxisType.Auto,))
