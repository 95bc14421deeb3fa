"""Claims about plans and budgets on the networks of the catalog, in which batch norms, shortcuts, concatenations and
gates tie layers together.
"""

import functools

import jax
import numpy as np
import pytest

from lowering.functions import trees
from rt3d_jax.models import catalog
from rt3d_jax.prune import budget, freeze, own_loop
from rt3d_jax.sparsity import cost, masks, patterns, plans
from tests.models import parameters

R2PLUS1D = catalog.Model("r2plus1d", width=0.06, frames=3, size=9)
S3D = catalog.Model("s3d_rt3d", width=0.06, frames=5, size=17)
NETWORKS = pytest.mark.parametrize("model", [R2PLUS1D, S3D], ids=lambda model: model.name)
# Width, frames and size of the networks for which 0.1, 3 and 17 are too few.
SIZES = {
    "c3d": (0.1, 16, 16),
    "s3d": (0.1, 14, 17),
    "s3d_rt3d": (0.1, 5, 17),
    **dict.fromkeys(("mobilenet_early", "mobilenetv2", "movinet_a0", "x3d_xs"), (0.2, 3, 17)),
}
# X3D-S and X3D-M are X3D-XS with other pools, the small C3D has narrower dense layers. PointPillars takes no clips.
ELSEWHERE = ("c3d_small", "x3d_s", "x3d_m", "pointpillars")
TINY = [catalog.Model(name, *SIZES.get(name, (0.1, 3, 17))) for name in catalog.NETWORKS if name not in ELSEWHERE]
MOVINET = catalog.Model("movinet_a0", width=0.2, frames=3, size=17)
CLASSES = 3
FILTERS = (("fc2?|head|.*depthwise", None), (".*", plans.Prune(patterns.FILTER)))


@functools.cache
def traced(model):
    params, apply = parameters.random(model, CLASSES), catalog.apply_function(model, CLASSES, "direct")
    return params, cost.layers(apply, params, catalog.clip_shape(model))


def without(model, **dropped):
    """The mask trees without some filters of some layers: with all that they take along, and with the own vectors
    alone.
    """
    params, table = traced(model)
    kernels = {}
    for name, filters in dropped.items():
        name = name.replace("__", "/")
        kernels[name] = np.ones(cost.leaf(params, name).shape, bool)
        kernels[name][..., filters] = False
    return plans.mask_tree(params, kernels, table), plans.mask_tree(params, kernels)


def reads(tree, name):
    """bool[inputs]: the channels of which a layer has weights left."""
    kernel = cost.leaf(tree, name)
    return np.ones(()) if kernel is None else np.asarray(kernel).any(axis=(0, 1, 2, 4))


@NETWORKS
@pytest.mark.parametrize("measure", ["macs", "parameters"])
@pytest.mark.parametrize(
    "plan", [FILTERS, (("fc|head", None), (".*", plans.Prune(patterns.kgs(4, 2))))], ids=["filters", "kgs"]
)
def test_a_budget_is_hit_and_counts_what_the_masks_leave(model, plan, measure):
    params, table = traced(model)
    tree = budget.to_rate(params, plan, table, 1.8, measure=measure)
    count = cost.macs if measure == "macs" else cost.parameters
    assert 1.8 <= count(table) / count(table, tree) <= 1.85
    ones = masks.apply(jax.tree.map(np.ones_like, params), tree)
    learned = [leaf for path, leaf in trees.paths(ones) if not path.endswith(("/mean", "/var"))]
    assert cost.parameters(table, tree) == sum(int(np.sum(leaf)) for leaf in learned)


@NETWORKS
def test_a_dropped_filter_takes_along_its_vectors_and_never_its_statistics(model):
    params, table = traced(model)
    tree = budget.to_rate(params, FILTERS, table, 1.8)
    dropped = 0
    for name, rule in plans.match(FILTERS, table).items():
        alive = None if rule is None else np.asarray(cost.leaf(tree, name)).any(axis=(0, 1, 2, 3))
        for kind in ("bias", "scale", "shift"):
            if alive is not None and cost.leaf(params, name, kind) is not None:
                np.testing.assert_array_equal(cost.leaf(tree, name, kind), alive)
                dropped += int(np.sum(~alive))
        assert cost.leaf(tree, name, "mean") is None and cost.leaf(tree, name, "var") is None
    assert dropped


@pytest.mark.parametrize("model", TINY, ids=lambda model: model.name)
def test_the_default_plan_prunes_every_network_of_the_catalog(model):
    params, table = traced(model)
    plan = own_loop.default_plan(table, plans.Prune(patterns.kgs(4, 2)))
    tree = own_loop.masks_at(1.3, params, plan, table)
    assert 1.3 <= cost.macs(table) / cost.macs(table, tree) <= 1.35
    masked = {layer.name for layer in table if cost.leaf(tree, layer.name) is not None}
    fixed = {layer.name for layer in table if layer.fixed}
    assert masked - fixed
    depthwise = {layer.name for layer in table if layer.name.endswith("/depthwise")}
    assert fixed == (depthwise | {"stem/time"} if model.name == "x3d_xs" else depthwise)
    kept = cost.kernels(freeze.apply_masks(params, tree), table)
    assert sum(layer.positions * np.count_nonzero(kept[layer.name]) for layer in table) == cost.macs(table, tree)


@pytest.mark.parametrize("model", [R2PLUS1D, S3D, MOVINET], ids=lambda model: model.name)
def test_what_a_dropped_filter_takes_along_changes_no_answer(model):
    params, table = traced(model)
    closed = budget.to_rate(params, FILTERS, table, 1.8)
    kernels = {name: cost.leaf(closed, name) for name in (layer.name for layer in table)}
    alone = {}
    for name, mask in kernels.items():  # the filters that are gone, read or not
        if mask is not None and not (alive := np.asarray(masks.bias_mask(mask))).all():
            alone[name] = np.broadcast_to(alive, mask.shape)
    opened, clip = plans.mask_tree(params, alone), parameters.clip(model, 2)
    assert cost.macs(table, closed) < cost.macs(table, opened)
    apply = jax.jit(catalog.apply_function(model, CLASSES, "direct"))
    one, other = (np.asarray(apply(masks.apply(params, tree), clip)) for tree in (closed, opened))
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_a_channel_of_a_residual_sum_dies_with_the_last_filter_that_adds_to_it():
    gone = {"layer1__0__conv2__time": [1, 2], "stem__time": [2, 3]}
    tree, own = without(R2PLUS1D, **gone)
    assert reads(tree, "layer1/0/conv1/space").tolist() == [True, True, False, False]
    assert reads(tree, "layer1/1/conv1/space").tolist() == [True, True, False, True]
    assert cost.leaf(own, "layer1/1/conv1/space") is None
    tree, _ = without(R2PLUS1D, **gone, layer1__1__conv2__time=[0, 2])
    for reader in ("layer2/0/conv1/space", "layer2/0/downsample"):
        assert reads(tree, reader).tolist() == [True, True, False, True]


def test_a_channel_of_a_concatenation_dies_with_its_own_filter_in_every_reader():
    params, _ = traced(S3D)
    widths = [cost.leaf(params, f"mixed3b/{name}").shape[-1] for name in ("branch0", "branch1/time", "branch2/time")]
    tree, _ = without(S3D, mixed3b__branch1__time=[2], mixed3b__branch3=[0])
    for reader in ("branch0", "branch1/reduce", "branch2/reduce", "branch3"):  # the last behind a pool
        dead = np.flatnonzero(~reads(tree, f"mixed3c/{reader}"))
        assert dead.tolist() == [widths[0] + 2, sum(widths)]
