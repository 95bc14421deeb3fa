"""Calibration: the scales of activations on some training examples, and the layers that int8 would hurt."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from lowering.functions import quantise, trees
from lowering.system import bounds, hashes, typed
from rt3d_jax.quantise import networks, sites
from rt3d_jax.sparsity import cost

Tree = Any
Batch = tuple[Any, ...]  # the inputs of some examples
SAMPLE = 1 << 13  # values of a site that are kept of each batch
CANDIDATES = 80  # ranges of which `mse` takes the best
Percent = Annotated[float, typed.Check("a percentage above 50 and up to 100", lambda value: 50 < value <= 100)]


@dataclasses.dataclass(frozen=True)
class Calibration:
    """How a network is quantised after training.

    Args:
        method: What int8 must hold of an activation. `minmax` is all of it. `percentile` leaves out its largest values.
            `mse` is the range for which the mean squared error is least.
        examples: The number of training examples that are looked at.
        percentile: The share of values that `percentile` holds, in percent.
        limit: The change of the network's answers, over their size, from which on a layer stays in f32.
        wide: Regular expressions of the names of further layers that stay in f32. The first layers and those that give
            the answer always do.
    """

    method: Literal["minmax", "percentile", "mse"] = "minmax"
    examples: bounds.Count = 64
    percentile: Percent = 99.99
    limit: bounds.Positive = 0.1
    wide: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        typed.check(self)

    @property
    def words(self) -> str:
        return f"percentile {self.percentile:g}" if self.method == "percentile" else self.method


def calibrated(
    function: Callable[..., Any], params: Tree, batches: Iterable[Batch], calibration: Calibration
) -> networks.Quantisation:
    """The scales of a network function(params, *inputs) -> an array, and which of its layers stay wide.

    batches: the inputs of training examples. ValueError if there are none, or if no layer is left to be quantised.
    """
    kept = [tuple(map(np.asarray, batch)) for batch in batches]
    if not kept:
        raise ValueError("calibration got no examples, expected at least one; give the data set more of them")
    seen = observed(function, params, kept)
    scales = {name: scale(each, calibration) for name, each in seen.items()}
    layers = list(dict.fromkeys(each.site.layer for each in seen.values()))
    errors, _ = sensitivity(function, params, scales, kept, [[layer] for layer in layers])
    by_layer = dict(zip(layers, errors, strict=True))
    last = sites.answering(function, params, *kept[0])
    wide = {layer: why for layer in layers if (why := _wide(layer, last, seen, by_layer, calibration))}
    narrow = [layer for layer in layers if layer not in wide]
    if not narrow:
        said = "; ".join(f"{layer}: {why}" for layer, why in wide.items())
        raise ValueError(f"no layer is left to be quantised ({said}); raise calibration.limit, or prune less")
    ((together,), _) = sensitivity(function, params, scales, kept, [narrow])
    return networks.Quantisation(
        scales={name: scales[name] for name, each in seen.items() if each.site.layer not in wide},
        wide=wide,
        errors=by_layer,
        error=together,
        method=calibration.words,
        examples=sum(len(batch[0]) for batch in kept),
        sha256=digest(kept),
    )


def all_but_ends(
    function: Callable[..., Any], params: Tree, batches: Sequence[Batch], calibration: Calibration
) -> dict[str, float]:
    """The scales of all layers but the first and those that give the answer, whatever int8 does to the answers."""
    last = sites.answering(function, params, *batches[0])
    seen = observed(function, params, batches)
    inner = {name: each for name, each in seen.items() if not each.site.first and each.site.layer not in last}
    return {name: scale(each, calibration) for name, each in inner.items()}


def digest(batches: Iterable[Batch]) -> str:
    """The hash of calibration examples: the inputs of some, batch by batch."""
    return hashes.of_arrays((str(place), array) for place, array in enumerate(sum(map(tuple, batches), ())))


@dataclasses.dataclass(frozen=True, eq=False)
class Seen:
    """What was seen at a site: the largest magnitude, and a sample of magnitudes f32[...]."""

    site: sites.Site
    largest: float
    sample: np.ndarray


def observed(function: Callable[..., Any], params: Tree, batches: Sequence[Batch]) -> dict[str, Seen]:
    """What is at each site for these inputs, by its name, in running order."""
    order: dict[str, sites.Site] = {}

    def look(params: Tree, *inputs: Any) -> dict[str, list[tuple[jax.Array, jax.Array]]]:
        found: dict[str, list[tuple[jax.Array, jax.Array]]] = {}

        def change(site: sites.Site, x: jax.Array) -> jax.Array:
            order.setdefault(site.name, site)
            some = jnp.abs(x).ravel()[:: max(1, x.size // SAMPLE)][:SAMPLE]
            found.setdefault(site.name, []).append((jnp.abs(x).max(), some))
            return x

        sites.changed(function, change)(params, *inputs)
        return found

    compiled = jax.jit(look)
    several = [jax.tree.map(np.asarray, compiled(params, *batch)) for batch in batches]
    found = {}
    for name, site in order.items():
        pairs = [pair for each in several for pair in each[name]]
        found[name] = Seen(site, float(max(pair[0] for pair in pairs)), np.concatenate([pair[1] for pair in pairs]))
    return found


def scale(seen: Seen, calibration: Calibration) -> float:
    """What one unit of int8 is worth: the end of the range that it holds, over 127."""
    end = _ends[calibration.method](seen, calibration)
    return float(np.float32((end if end > 0 else 1.0) / quantise.LARGEST))


def sensitivity(
    function: Callable[..., Any],
    params: Tree,
    scales: dict[str, float],
    batches: Sequence[Batch],
    groups: Sequence[Sequence[str]],
) -> tuple[list[float], np.ndarray]:
    """For each group of layers, how much quantising them alone changes the answers, over their size; and the answers.

    One compiled function serves all of them.
    """
    every = tuple(dict.fromkeys(name.removesuffix(sites.SUM) for name in scales))
    table = cost.layers(function, params, *batches[0])

    def answer(params: Tree, on: dict[str, jax.Array], *inputs: Any) -> Any:
        def change(site: sites.Site, x: jax.Array) -> jax.Array:
            return jnp.where(on[site.layer], quantise.fake_quantise(x, scales[site.name]), x)

        pairs = zip(every, networks.kernels(params, every).items(), strict=True)
        narrow = networks.kernels(networks.rounded(params, every, table), every)
        mixed = {path: jnp.where(on[layer], narrow[path], kernel) for layer, (path, kernel) in pairs}
        return sites.changed(function, change)(trees.replaced(params, mixed), *inputs)

    compiled = jax.jit(answer)

    def answers(group: Sequence[str]) -> np.ndarray:
        on = {layer: np.bool_(layer in group) for layer in every}
        return np.concatenate([np.asarray(compiled(params, on, *batch), np.float64) for batch in batches])

    plain = answers(())
    size = float(np.sqrt(np.mean(plain**2))) or 1.0
    return [float(np.sqrt(np.mean((answers(group) - plain) ** 2))) / size for group in groups], plain


def _wide(
    layer: str, last: frozenset[str], seen: dict[str, Seen], errors: dict[str, float], calibration: Calibration
) -> str:
    """Why a layer stays in f32; "" for one that does not."""
    if layer in seen and seen[layer].site.first:
        return "it reads the network's input"
    if layer in last:
        return "it gives the network's answer"
    if named := [regex for regex in calibration.wide if re.fullmatch(regex, layer)]:
        return f"calibration.wide names it: {named[0]}"
    if errors[layer] > calibration.limit:
        return f"int8 here alone changes the answers by {errors[layer]:.1%} of their size, over {calibration.limit:.0%}"
    return ""


def _percentile(seen: Seen, calibration: Calibration) -> float:
    return float(np.percentile(seen.sample, calibration.percentile))


def _least_error(seen: Seen, calibration: Calibration) -> float:
    """The range between a fifth of the largest magnitude and all of it with the least mean squared error."""
    ends = seen.largest * np.linspace(0.2, 1, CANDIDATES)

    def error(end: float) -> float:
        unit = end / quantise.LARGEST
        kept = np.minimum(np.rint(seen.sample / unit), quantise.LARGEST) * unit
        return float(np.mean((kept - seen.sample) ** 2))

    return min(ends, key=error) if seen.largest > 0 else 0.0


_ends: dict[str, Callable[[Seen, Calibration], float]] = {
    "minmax": lambda seen, calibration: seen.largest,
    "percentile": _percentile,
    "mse": _least_error,
}
