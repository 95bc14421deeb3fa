"""Channels of zeros, or that nobody reads, leave the kernels: how filter and channel pruning make layers smaller."""

import dataclasses

import numpy as np

from lowering.graph import ops


def drop_dead_channels(graph: ops.Graph) -> ops.Graph:
    """Filters that give nothing but zeros, or that nobody reads, leave their kernel and their readers' kernels."""
    while (found := _dead(graph)) is not None:
        graph = _drop(graph, *found)
    return graph


def _dead(graph: ops.Graph) -> tuple[ops.Node, np.ndarray, list[ops.Node]] | None:
    """A kernel with dead channels: its node, which of its channels are dead, and the kernels that read them."""
    for node in graph.nodes:
        if not isinstance(node.op, ops.Kernels) or len(node.inputs) > 1:
            continue
        if (readers := _readers(graph, node.name)) is None:
            continue
        op, channels = node.op, node.shape[-1]
        silent = ~op.kernel.reshape(-1, channels).any(0) & (op.finish(np.zeros(channels), []) == 0)
        unread = np.all([~_by_channel(reader, channels).any((0, 2)) for reader in readers], axis=0)
        dead = silent | unread
        if dead.all():
            dead[0] = False  # a feature map keeps at least one channel
        if dead.any():
            return node, dead, readers
    return None


def _readers(graph: ops.Graph, name: str) -> list[ops.Node] | None:
    """The kernels that read a value's channels, behind whatever passes channels on; None where others read them."""
    found: list[ops.Node] = []
    for user in graph.users[name]:
        if isinstance(user.op, ops.Kernels) and name not in user.inputs[1:]:
            found.append(user)
        elif user.op.passes_channels and (further := _readers(graph, user.name)) is not None:
            found += further
        else:
            return None
    return found or None


def _by_channel(node: ops.Node, channels: int) -> np.ndarray:
    """The reader's kernel as [positions, channels, filters]; several positions per channel after a flattening."""
    assert isinstance(node.op, ops.Kernels)
    return node.op.kernel.reshape(-1, channels, node.op.kernel.shape[-1])


def _drop(graph: ops.Graph, node: ops.Node, dead: np.ndarray, readers: list[ops.Node]) -> ops.Graph:
    assert isinstance(node.op, ops.Kernels)
    live, channels = ~dead, node.shape[-1]
    more = {} if node.op.rescale is None else {"rescale": node.op.rescale.taken(live)}
    fewer = dataclasses.replace(node.op, kernel=node.op.kernel[..., live], bias=node.op.bias[live], **more)
    changed = {node.name: fewer}
    for reader in readers:
        assert isinstance(reader.op, ops.Kernels)
        kernel, left = reader.op.kernel, _by_channel(reader, channels)[:, live]
        shape = (*kernel.shape[:3], left.shape[1], kernel.shape[4]) if kernel.ndim == 5 else (-1, kernel.shape[1])
        changed[reader.name] = dataclasses.replace(reader.op, kernel=left.reshape(shape))
    nodes: dict[str, ops.Node] = {}
    for old in graph.nodes:
        inputs = (nodes[name] for name in old.inputs)
        op = changed.get(old.name, old.op)
        nodes[old.name] = old if isinstance(op, ops.Input | ops.State) else ops.node(old.name, op, *inputs)
    return dataclasses.replace(graph, nodes=tuple(nodes.values()))
