"""The first proposals, before anybody learns: one decision differs, and it is made in the whole network at once.

Points that are drawn mix all values in all layers. Few such networks are any good, so little is learnt from them.
"""

from collections.abc import Sequence

from rt3d_jax.search import points


def following(among: Sequence[points.Choice], told: Sequence[points.Told]) -> points.Point | None:
    """The next of the first proposals; None when all were told.

    The first is the experiment itself. Then, for each group of choices, all choices of the group take each value of
    `Choice.starts`. The best point of a group that keeps the bound is what the next group starts from.
    """
    known, base = {one.point: one for one in told}, (0,) * len(among)
    for group in dict.fromkeys(choice.group for choice in among):
        tried = [base, *_together(among, base, group)]
        for point in tried:
            if point not in known:
                return point
        kept = [known[point] for point in tried if known[point].kept]
        base = max(kept, key=lambda one: one.gain or 0.0).point if kept else base
    return None


def _together(among: Sequence[points.Choice], base: points.Point, group: str) -> list[points.Point]:
    """For each value with which a group starts, the point in which its choices have it, those that know it."""
    names = dict.fromkeys(name for choice in among if choice.group == group for name in choice.starts)
    place = lambda choice, name: choice.values.index(name) if choice.group == group and name in choice.values else None
    found = [[place(choice, name) for choice in among] for name in names]
    return [tuple(old if new is None else new for old, new in zip(base, each, strict=True)) for each in found]
