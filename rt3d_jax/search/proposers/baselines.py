"""Proposals without a model of what is good: drawn, and bred."""

from collections.abc import Sequence

import numpy as np

from rt3d_jax.search import points

WARM = 6  # points that are drawn before evolution begins
POPULATION, TOURNAMENT = 16, 4
CHANGED = 2  # choices that a child has from elsewhere, at most


def random(among: Sequence[points.Choice], told: Sequence[points.Told], count: int, seed: int) -> list[points.Point]:
    """Points in which every value is as likely."""
    rng = points.generator(seed, told)
    return [points.drawn(among, rng) for _ in range(count)]


def evolution(among: Sequence[points.Choice], told: Sequence[points.Told], count: int, seed: int) -> list[points.Point]:
    """Children of the best of a few of the most recent points that keep the bound.

    Source: regularised evolution (Real et al., AAAI 2019), in which the oldest of a population leaves it.
    """
    kept = [one for one in told if one.kept]
    if len(kept) < WARM:
        return random(among, told, count, seed)
    rng, recent = points.generator(seed, told), kept[-POPULATION:]
    return [_child(among, recent, rng) for _ in range(count)]


def _child(among: Sequence[points.Choice], recent: Sequence[points.Told], rng: np.random.Generator) -> points.Point:
    rivals = rng.choice(len(recent), min(TOURNAMENT, len(recent)), replace=False)
    parent = max((recent[number] for number in rivals), key=lambda one: one.gain or 0.0).point
    free = [place for place, choice in enumerate(among) if len(choice.values) > 1]
    changed = set(rng.choice(free, min(int(rng.integers(1, CHANGED + 1)), len(free)), replace=False).tolist())
    other = points.drawn(among, rng)
    return tuple(other[place] if place in changed else value for place, value in enumerate(parent))
