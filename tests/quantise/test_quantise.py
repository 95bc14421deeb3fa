"""Claims about quantised networks in JAX: where int8 stands, its scales, weights on their grid, what stays wide."""

import dataclasses
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.bundle import deploy
from lowering.functions import quantise
from lowering.graph import interpret, trace
from lowering.graph.rewrites import stages
from rt3d_jax.models import planes
from rt3d_jax.quantise import calibrate, networks, sites
from rt3d_jax.sparsity import cost

rng = np.random.default_rng(0)
NUMBERS = ("NDHWC", "DHWIO", "NDHWC")
Params = dict[str, dict[str, jax.Array]]


def kernel(*shape: int) -> jax.Array:
    return jnp.asarray(rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1])), jnp.float32)


PARAMS: Params = {
    "stem": {"kernel": kernel(1, 3, 3, 3, 8)},
    "one": {"kernel": kernel(3, 3, 3, 8, 8), "scale": jnp.ones(8) * 2, "bias": jnp.ones(8)},
    "two": {"kernel": kernel(3, 3, 3, 8, 8)},
    "each": {"kernel": kernel(3, 3, 3, 1, 8)},
    "head": {"kernel": kernel(8, 4)},
}
CLIPS = jnp.asarray(rng.normal(size=(4, 4, 10, 10, 3)), jnp.float32)


def conv(x: jax.Array, layer: dict[str, jax.Array], groups: int = 1) -> jax.Array:
    how = {"dimension_numbers": NUMBERS, "feature_group_count": groups}
    return lax.conv_general_dilated(x, layer["kernel"], (1, 1, 1), "SAME", **how)


def residual(p: Params, x: jax.Array) -> jax.Array:
    """A block with a sum, a depthwise convolution and a head."""
    x = jax.nn.relu(conv(x, p["stem"]))
    y = jax.nn.relu(conv(x, p["one"]) * p["one"]["scale"] + p["one"]["bias"])
    x = jax.nn.relu(conv(y, p["two"]) * 0.5 + x)
    return conv(x, p["each"], 8).mean((1, 2, 3)) @ p["head"]["kernel"]


TABLE = cost.layers(residual, PARAMS, CLIPS[:1])


def seen(function, *inputs, params=PARAMS) -> list[str]:
    found = []
    sites.changed(function, lambda site, x: found.append(site.name) or x)(params, *inputs)
    return found


def test_sites_are_what_products_read_and_what_is_added_to_them() -> None:
    assert seen(residual, CLIPS) == ["stem", "one", "two", "two/sum", "each", "head"]


def test_transposed_and_depthwise_convolutions_are_products() -> None:
    up = {"up": {"kernel": kernel(2, 2, 2, 8, 8)}}

    def function(p: Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(conv(x, p["stem"]))
        small = jax.nn.relu(conv(x, p["each"], 8)[:, ::2, ::2, ::2])
        return lax.conv_transpose(small, p["up"]["kernel"], (2, 2, 2), "SAME", dimension_numbers=NUMBERS) + x

    assert seen(function, CLIPS, params=PARAMS | up) == ["stem", "each", "up", "up/sum"]


def test_all_layers_with_no_product_behind_them_give_the_answer() -> None:
    """As the tail of a network for super-resolution does, and the convolution of its input that is added to it."""
    skip = {"skip": {"kernel": kernel(1, 3, 3, 3, 8)}}
    both = lambda p, x: conv(jax.nn.relu(conv(x, p["stem"])), p["two"]) * 0.5 + conv(x, p["skip"])
    assert sites.answering(both, PARAMS | skip, CLIPS) == {"two", "skip"}
    assert sites.answering(residual, PARAMS, CLIPS) == {"head"}


def test_a_convolution_with_a_gradient_of_its_own_has_the_same_site_and_keeps_its_gradient() -> None:
    kernels = {"one": {"kernel": kernel(3, 3, 3, 8, 8)}}
    x = jnp.asarray(rng.normal(size=(2, 4, 6, 6, 8)), jnp.float32)
    form = lambda p, x: planes.conv(x, p["one"]["kernel"], (1, 1, 1), (1, 1, 1))
    same = sites.changed(form, lambda site, x: x)
    assert seen(form, x, params=kernels) == ["one"]
    gradient, wanted = (jax.make_jaxpr(jax.grad(lambda p, f=f: f(p, x).sum()))(kernels) for f in (same, form))
    assert [eqn.primitive.name for eqn in gradient.eqns].count("dot_general") == [
        eqn.primitive.name for eqn in wanted.eqns
    ].count("dot_general")


def test_the_first_and_last_layers_and_those_that_hurt_stay_wide_and_say_why() -> None:
    found = calibrate.calibrated(residual, PARAMS, [(CLIPS,)], calibrate.Calibration(limit=0.5, wide=("o.e",)))
    assert found.wide == {
        "stem": "it reads the network's input",
        "one": "calibration.wide names it: o.e",
        "head": "it gives the network's answer",
    }
    assert set(found.scales) == {"two", "two/sum", "each"} and found.layers == ("two", "each")
    assert 0 < found.errors["two"] < 0.1 and max(found.errors["two"], found.errors["each"]) < found.error < 0.1
    assert (found.method, found.examples) == ("minmax", 4)


def test_a_layer_that_changes_the_answers_too_much_stays_wide() -> None:
    found = calibrate.calibrated(residual, PARAMS, [(CLIPS,)], calibrate.Calibration(limit=0.5))
    limit = (found.errors["one"] + found.errors["two"]) / 2
    worse = max(("one", "two"), key=found.errors.__getitem__)
    again = calibrate.calibrated(residual, PARAMS, [(CLIPS,)], calibrate.Calibration(limit=limit))
    assert worse not in again.layers and again.wide[worse] == (
        f"int8 here alone changes the answers by {found.errors[worse]:.1%} of their size, over {limit:.0%}"
    )


def test_a_network_of_which_nothing_is_left_to_quantise_is_an_error() -> None:
    function = lambda p, x: x.mean((1, 2, 3, 4))[:, None] @ jnp.ones((1, 8)) @ p["head"]["kernel"]
    with pytest.raises(ValueError, match=re.escape("no layer is left to be quantised (head: it reads the network's")):
        calibrate.calibrated(function, PARAMS, [(CLIPS,)], calibrate.Calibration())
    with pytest.raises(ValueError, match=r"^calibration got no examples, expected at least one; give the data"):
        calibrate.calibrated(function, PARAMS, [], calibrate.Calibration())


@pytest.mark.parametrize("method", ["minmax", "percentile", "mse"])
def test_each_method_holds_the_range_that_it_says(method) -> None:
    values = np.abs(rng.normal(size=8192)).astype(np.float32)
    values[0] = 50
    one = calibrate.Seen(sites.Site("conv"), 50.0, values)
    held = calibrate.scale(one, calibrate.Calibration(method=method, percentile=99.0)) * 127
    low, high = {"minmax": (49.99, 50.01), "percentile": (2.3, 2.9), "mse": (40, 49.9)}[method]
    assert low < held < high


def test_a_site_of_zeros_has_a_scale() -> None:
    for method in ("minmax", "percentile", "mse"):
        nothing = calibrate.Seen(sites.Site("conv"), 0.0, np.zeros(10, np.float32))
        assert calibrate.scale(nothing, calibrate.Calibration(method=method)) > 0


def test_rounded_kernels_keep_their_zeros_and_are_whole_multiples_of_one_number() -> None:
    params = {"one": {"kernel": PARAMS["one"]["kernel"] * (rng.random((3, 3, 3, 8, 8)) < 0.3)}, "head": PARAMS["head"]}
    found = networks.rounded(params, ("one",), TABLE)
    weights, before = np.asarray(found["one"]["kernel"]), np.asarray(params["one"]["kernel"])
    units = weights / (np.abs(before).max((0, 1, 2, 3)) / 127)
    np.testing.assert_allclose(units, np.rint(units), atol=1e-3)
    assert not weights[before == 0].any() and np.abs(np.rint(units)).max((0, 1, 2, 3)).tolist() == [127] * 8
    np.testing.assert_array_equal(found["head"]["kernel"], params["head"]["kernel"])
    again = networks.rounded(found, ("one",), TABLE)
    np.testing.assert_array_equal(again["one"]["kernel"], weights)


def test_a_quantised_network_can_be_trained_and_keeps_what_is_not_quantised() -> None:
    function = networks.apply(residual, {"one": 0.05, "two": 0.05, "two/sum": 0.05})
    names = str(jax.make_jaxpr(function)(PARAMS, CLIPS)).count(quantise.NAME)
    gradient = jax.grad(lambda p: function(networks.rounded(p, ("one", "two"), TABLE), CLIPS).sum())(PARAMS)
    assert names == 3
    assert all(np.abs(leaf).max() > 0 for leaf in jax.tree.leaves(gradient))


def test_depthwise_convolutions_have_the_same_site_in_the_form_for_cpus() -> None:
    layer = {"each": {"kernel": kernel(3, 3, 3, 1, 8)}}
    taps = lambda p, x: planes.depthwise(x, p["each"]["kernel"], (1, 1, 1), (1, 1, 1))
    assert seen(taps, CLIPS[..., :1].repeat(8, -1), params=layer) == ["each"]
    gradient = jax.grad(lambda p: sites.changed(taps, lambda site, x: x)(p, jnp.ones((1, 3, 4, 4, 8))).sum())(layer)
    assert np.abs(gradient["each"]["kernel"]).min() > 0


def test_the_same_clips_give_the_same_hash_and_others_another() -> None:
    one, same, other = (
        calibrate.calibrated(residual, PARAMS, [(clips,)], calibrate.Calibration(limit=1.0))
        for clips in (CLIPS, CLIPS, CLIPS + 1)
    )
    assert dataclasses.asdict(one) == dataclasses.asdict(same) and one.sha256 != other.sha256


# Of each layer below: its kernel in the usual order, and the axes of that kernel in the order of a stranger's.
STRANGE: dict[str, tuple[jax.Array, tuple[int, ...]]] = {
    "stem": (kernel(1, 3, 3, 3, 8), (4, 3, 0, 1, 2)),
    "one": (kernel(3, 3, 3, 8, 12), (4, 3, 0, 1, 2)),  # OIDHW
    "groups": (kernel(3, 3, 3, 4, 12), (4, 3, 0, 1, 2)),
    "each": (kernel(3, 3, 3, 1, 12), (4, 3, 0, 1, 2)),
    "up": (kernel(2, 2, 2, 12, 8), (0, 1, 2, 4, 3)),  # transpose_kernel=True, whose locations run backwards
    "fc": (kernel(8, 16), (1, 0)),  # x @ W.T
    "heads": (kernel(16, 12), (0, 1)),  # cut into heads
    "join": (kernel(12, 6), (1, 0)),
    "last": (kernel(6, 4), (1, 0)),
}


def stored(params: dict[str, jax.Array]) -> Params:
    """Kernels in the usual order, as the stranger stores them."""
    found = {name: {"kernel": params[name].transpose(order)} for name, (_, order) in STRANGE.items()}
    found["up"]["kernel"] = found["up"]["kernel"][::-1, ::-1, ::-1]
    found["heads"]["kernel"] = found["heads"]["kernel"].reshape(16, 3, 4)
    return found


def layouts(p: Params, x: jax.Array, usual: bool) -> jax.Array:
    """A network whose kernels are stored in the usual order, or in the stranger's."""
    numbers = NUMBERS if usual else ("NDHWC", "OIDHW", "NDHWC")
    sums = "bi,io->bo" if usual else "bi,oi->bo"

    def conv(x: jax.Array, layer: str, groups: int = 1) -> jax.Array:
        how = {"dimension_numbers": numbers, "feature_group_count": groups}
        return jax.nn.relu(lax.conv_general_dilated(x, p[layer]["kernel"], (1, 1, 1), "SAME", **how))

    x = conv(conv(x, "stem"), "one")
    x = conv(conv(x, "groups", 3), "each", 12)
    up = {"dimension_numbers": NUMBERS, "transpose_kernel": not usual}
    x = jax.nn.relu(lax.conv_transpose(x, p["up"]["kernel"], (2, 2, 2), "SAME", **up)).mean((1, 2, 3))
    x = jax.nn.relu(jnp.einsum(sums, x, p["fc"]["kernel"]))
    x = jnp.einsum("bi,io->bo" if usual else "bi,ihk->bhk", x, p["heads"]["kernel"])
    x = jax.nn.relu(x.reshape(-1, 12))
    return jnp.einsum(sums, jax.nn.relu(jnp.einsum(sums, x, p["join"]["kernel"])), p["last"]["kernel"])


def test_filters_have_their_scales_however_a_kernel_is_stored(tmp_path) -> None:
    usual = {name: kernel * jnp.logspace(0, -1, kernel.shape[-1]) for name, (kernel, _) in STRANGE.items()}
    nested = {name: {"kernel": kernel} for name, kernel in usual.items()}
    calibration = calibrate.Calibration(limit=1.0)
    one, other = lambda p, x: layouts(p, x, usual=True), lambda p, x: layouts(p, x, usual=False)
    twin = calibrate.calibrated(one, nested, [(CLIPS,)], calibration)
    found = calibrate.calibrated(other, stored(usual), [(CLIPS,)], calibration)
    assert found.layers == twin.layers == tuple(STRANGE)[1:-1]
    assert found.scales == pytest.approx(twin.scales, rel=1e-5)
    assert {**found.errors, "": found.error} == pytest.approx({**twin.errors, "": twin.error}, rel=1e-2)

    wanted = networks.rounded(nested, twin.layers, cost.layers(one, nested, CLIPS[:1]))
    weights = networks.rounded(stored(usual), found.layers, cost.layers(other, stored(usual), CLIPS[:1]))
    wanted = stored({name: layer["kernel"] for name, layer in wanted.items()})
    jax.tree.map(np.testing.assert_array_equal, weights, wanted)

    function = networks.apply(other, found.scales)
    clip = np.asarray(CLIPS[:1])
    graph = stages.rewrite(trace.trace(function, weights, clip), "host:i8")
    assert tuple(node.name for node in graph.nodes if getattr(node.op, "rescale", None)) == found.layers
    answers = interpret.results(graph, clip)[0], np.asarray(function(weights, clip))
    assert interpret.difference(*answers) < 1e-5  # 1e-2 where lowering rounds the weights once more
    assert deploy.deploy(function, weights, clip, "host:i8", tmp_path / "net").passed


def test_each_filter_of_a_stack_of_kernels_has_a_scale_of_its_own() -> None:
    """As of a product for each head; the kernel lies there as (heads, outputs, inputs)."""
    function = lambda p, x: jnp.einsum("bhi,hoi->bho", x, p["heads"])
    params = {"heads": kernel(3, 5, 4)}
    found = networks.rounded(params, ("heads",), cost.layers(function, params, (1, 3, 4)))
    largest = np.abs(params["heads"]).max(-1, keepdims=True)
    units = np.asarray(found["heads"]) / (largest / 127)
    np.testing.assert_allclose(units, np.rint(units), atol=1e-3)
    np.testing.assert_array_equal(np.abs(np.rint(units)).max(-1), np.full((3, 5), 127))
