"""Proposals without a model of what is good: drawn, and bred."""

from collections.abc import Sequence

import numpy as np

from rt3d_jax.search import points

POPULATION, TOURNAMENT = 16, 4
CHANGED = 2  # choices that a child has from elsewhere, at most
CROSSED = 0.5  # the share of children that have two parents


def random(among: Sequence[points.Choice], told: Sequence[points.Told], count: int, seed: int) -> list[points.Point]:
    """Points in which every value is as likely."""
    rng = points.generator(seed, told)
    return [points.drawn(among, rng) for _ in range(count)]


def evolution(among: Sequence[points.Choice], told: Sequence[points.Told], count: int, seed: int) -> list[points.Point]:
    """Children of the best of a few of the most recent points that keep the bound.

    Half of the children have two parents: the first choices of one, and the last ones of the other. As layers are in
    order, that is one scheme up to a layer, and another one behind it.

    Source: regularised evolution (Real et al., AAAI 2019), in which the oldest of a population leaves it. There, every
    child has one parent.
    """
    kept = [one for one in told if one.kept]
    if not kept:
        return random(among, told, count, seed)
    rng, recent = points.generator(seed, told), kept[-POPULATION:]
    return [_child(among, recent, rng) for _ in range(count)]


def _child(among: Sequence[points.Choice], recent: Sequence[points.Told], rng: np.random.Generator) -> points.Point:
    parent = _parent(recent, rng)
    if rng.random() < CROSSED:
        cut = int(rng.integers(len(among)))
        parent = (*parent[:cut], *_parent(recent, rng)[cut:])
    free = [place for place, choice in enumerate(among) if len(choice.values) > 1]
    changed = set(rng.choice(free, min(int(rng.integers(1, CHANGED + 1)), len(free)), replace=False).tolist())
    other = points.drawn(among, rng)
    return tuple(other[place] if place in changed else value for place, value in enumerate(parent))


def _parent(recent: Sequence[points.Told], rng: np.random.Generator) -> points.Point:
    rivals = rng.choice(len(recent), min(TOURNAMENT, len(recent)), replace=False)
    return max((recent[number] for number in rivals), key=lambda one: one.gain or 0.0).point
