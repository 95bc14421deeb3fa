"""Operations that JAX writes itself, joined to the largest pieces that can run as one function."""

import collections
import dataclasses

from lowering.functions import programs
from lowering.graph import ops


def join_pieces(graph: ops.Graph) -> ops.Graph:
    """Pieces that read each other become one, unless a kernel of ours lies on a way between them."""
    pieces = [node for node in graph.nodes if isinstance(node.op, ops.Piece)]
    if not pieces:
        return graph
    groups = collections.defaultdict(list)
    leader = _leaders(graph)
    for node in pieces:
        groups[leader[node.name]].append(node)
    joined = {new.name: new for members in groups.values() for new in _joined(graph, members)}
    kept = [node for node in graph.nodes if not isinstance(node.op, ops.Piece)]
    return ops.rewire(dataclasses.replace(graph, nodes=_ordered([*kept, *joined.values()])), {})


def _leaders(graph: ops.Graph) -> dict[str, str]:
    """For each piece the name of one of its group. Two of a group lie in the same layer of pieces and kernels."""
    layer: dict[str, int] = {}
    leader: dict[str, str] = {}
    first: dict[int, str] = {}

    def find(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for node in graph.nodes:
        is_piece = isinstance(node.op, ops.Piece)
        before = [(layer[name], isinstance(graph[name].op, ops.Piece)) for name in node.inputs]
        layer[node.name] = max((depth + (piece != is_piece) for depth, piece in before), default=0)
        if isinstance(node.op, ops.Piece):
            leader[node.name] = node.name
            near = [n for n in node.inputs if n in leader and layer[n] == layer[node.name]]
            for other in (*near, first.setdefault(id(node.op.program), node.name)):
                leader[find(other)] = find(node.name)
    return {name: find(name) for name in leader}


def _joined(graph: ops.Graph, members: list[ops.Node]) -> list[ops.Node]:
    """The nodes of a group as results of one program: those that another node reads."""
    inside = {node.name for node in members}
    read = lambda node: node.name == graph.result or any(user.name not in inside for user in graph.users[node.name])
    wanted = [node for node in members if read(node)]
    by_program = ops.programs(members)
    program, reads = programs.join([_part(nodes) for nodes in by_program], [node.name for node in wanted])
    reasons = tuple(reason for nodes in by_program for reason in _piece(nodes[0]).reasons)
    return [
        ops.Node(
            node.name,
            dataclasses.replace(_piece(node), program=program, result=place, reasons=reasons if not place else ()),
            tuple(map(str, reads)),
            node.shape,
        )
        for place, node in enumerate(wanted)
    ]


def _part(nodes: list[ops.Node]) -> programs.Part:
    """The program of nodes that share one."""
    program = _piece(nodes[0]).program
    assert isinstance(program, programs.Program)
    name = {_piece(node).result: node.name for node in nodes}
    return programs.Part(program, nodes[0].inputs, tuple(name.get(i) for i in range(len(program.results))))


def _piece(node: ops.Node) -> ops.Piece:
    assert isinstance(node.op, ops.Piece)
    return node.op


def _ordered(nodes: list[ops.Node]) -> tuple[ops.Node, ...]:
    """Nodes in an order in which each follows what it reads; those that could stand as they do."""
    left, done, found = list(nodes), set[str](), []
    while left:
        ready = [node for node in left if done.issuperset(node.inputs)]
        found += ready
        done |= {node.name for node in ready}
        left = [node for node in left if node.name not in done]
    return tuple(found)
