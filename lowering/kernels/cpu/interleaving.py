"""Patches whose pixels lie in turns in the rows of a result, so that vectors of all of them are stored at once."""

import dataclasses
from collections.abc import Sequence

from lowering.graph.operations import moves

MOST = 8  # strands that are put together


def strands(patches: Sequence[moves.Patch]) -> list[list[moves.Patch]]:
    """The same patches in groups. Those of a group lie in turns: the pixels of each are `len(group)` apart in a row.

    A patch that repeats pixels, as an enlarged image does, is taken apart into such patches. One that is no part of
    such a group is one alone.
    """
    found: list[list[moves.Patch]] = []
    turns: dict[object, list[moves.Patch]] = {}
    for patch in patches:
        step = _step(patch.at[2])
        if side_by_side(patch.of[2]) and 1 < step <= MOST:
            turns.setdefault((patch.source, patch.at[0], patch.at[1], patch.at[3], step), []).append(patch)
        else:
            found.append(_repeated(patch) or [patch])
    for several in turns.values():
        found += _joined(sorted(several, key=lambda patch: patch.at[2][0]))
    return found


def side_by_side(places: moves.Places) -> bool:
    """Whether places follow each other without a gap."""
    return places == tuple(range(places[0], places[0] + len(places)))


def _step(places: moves.Places) -> int:
    """How far places are apart, if that is always the same number; else 0."""
    first, *more = places
    step = more[0] - first if more else 1
    return step if places == tuple(range(first, first + step * len(places), step or 1)) else 0


def _repeated(patch: moves.Patch) -> list[moves.Patch] | None:
    """A patch of which every so manyth pixel follows the one before, as so many patches; None for others."""
    if not side_by_side(patch.at[2]):
        return None
    for count in range(1, MOST + 1):
        parts = [_columns(patch, slice(first, None, count)) for first in range(count)]
        if len(patch.at[2]) % count == 0 and all(side_by_side(part.of[2]) for part in parts):
            return parts
    return None


def _joined(several: list[moves.Patch]) -> list[list[moves.Patch]]:
    """Patches in turns as one group, and what some have more than others apart; all apart where one is missing."""
    firsts, step = [patch.at[2][0] for patch in several], _step(several[0].at[2])
    if len(several) != step or firsts != list(range(firsts[0], firsts[0] + step)):
        return [[patch] for patch in several]
    least = min(len(patch.at[2]) for patch in several)
    more = [[_columns(patch, slice(least, None))] for patch in several if len(patch.at[2]) > least]
    return [[_columns(patch, slice(least)) for patch in several], *more]


def _columns(patch: moves.Patch, some: slice) -> moves.Patch:
    """Some columns of a patch."""
    cut = lambda places: (*places[:2], places[2][some], places[3])
    return dataclasses.replace(patch, of=cut(patch.of), at=cut(patch.at))
