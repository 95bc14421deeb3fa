"""Claims about how a step is computed: micro-batches, bf16 and recomputation change what they should alone."""

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from lowering.functions import jaxprs
from lowering.system import files
from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.models import catalog
from rt3d_jax.training import claims, loop
from tests.models import parameters

pytestmark = pytest.mark.usefixtures("tiny_network")
TINY = catalog.Model("tiny", width=0.5, frames=5, size=9, dropout=0.0)
NETWORKS = pytest.mark.parametrize(
    "model",
    [
        catalog.Model("c3d", 0.06, 16, 16, 0.0),
        catalog.Model("r2plus1d", 0.1, 5, 17, 0.0),
        catalog.Model("s3d", 0.06, 14, 17, 0.0),
    ],
    ids=lambda model: model.name,
)


def loss_function(model, compute=catalog.PLAIN):
    apply = catalog.train_function(model, 3, compute=compute)

    def loss(params, clip):
        logits, statistics = apply(params, clip, key=jax.random.key(0))
        return jnp.mean(jnp.square(logits)), (logits, statistics)

    return loss


def products(jaxpr):
    """The dtypes of the operands of all convolutions and matrix products."""
    for equation in jaxpr.eqns:
        inner = next((equation.params[key] for key in jaxprs.BODIES if key in equation.params), None)
        if inner is not None:
            yield from products(getattr(inner, "jaxpr", inner))
        elif equation.primitive.name in ("conv_general_dilated", "dot_general"):
            yield from (str(operand.aval.dtype) for operand in equation.invars)


def quadratic(params, constants, batch, key, step):
    clip = batch["clip"]
    error = clip.reshape(len(clip), -1) @ params["w"] - batch["label"]
    draw = jax.random.uniform(key)
    return jnp.mean(jnp.square(error)), ({"draw": draw}, {"s": jnp.mean(clip)})


@pytest.mark.parametrize("parts", [2, 3, 6])
def test_a_step_in_parts_is_the_step_of_the_whole_batch(parts):
    rng = np.random.default_rng(0)
    clip, label = rng.normal(size=(6, 1, 2, 2, 3)).astype(np.float32), rng.normal(size=6).astype(np.float32)
    params = {"w": jnp.asarray(rng.normal(size=12), jnp.float32), "s": jnp.zeros(())}
    transform = optax.chain(optax.clip_by_global_norm(0.5), optax.sgd(0.1))
    outcomes = []
    for accumulate in (1, parts):
        step = loop.step_function(quadratic, transform, 0, accumulate=accumulate)
        outcomes.append(step(loop.initial_state(params, transform), {"clip": clip, "label": label}))
    (whole, metrics), (cut, cut_metrics) = outcomes
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), whole["params"], cut["params"])
    assert cut_metrics["loss"] == pytest.approx(float(metrics["loss"]), rel=1e-5)
    assert cut_metrics["draw"] != metrics["draw"]  # a part has a key of its own


def test_bf16_computes_convolutions_and_products_in_bf16_and_keeps_the_rest_in_f32():
    params, clip = parameters.random(TINY, 3), parameters.clip(TINY, 4)
    graded = jax.value_and_grad(loss_function(TINY, catalog.Compute(dtype="bfloat16")), has_aux=True)
    (value, (logits, statistics)), gradients = graded(params, clip)
    assert {leaf.dtype for leaf in jax.tree.leaves((value, logits, statistics, gradients))} == {jnp.dtype("float32")}
    found = list(products(jax.make_jaxpr(graded)(params, clip).jaxpr))
    assert len(found) == 2 * 8 and set(found) == {"bfloat16"}  # forwards and back, but none for the clip's gradient
    (_, (exact, exact_statistics)), _ = jax.value_and_grad(loss_function(TINY), has_aux=True)(params, clip)
    np.testing.assert_allclose(logits, exact, atol=0.03 * float(jnp.abs(exact).max()))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=0.02, atol=0.02), statistics, exact_statistics)
    assert not np.array_equal(logits, exact)


@NETWORKS
def test_recomputation_keeps_less_for_the_gradient(model):
    shapes, clip = catalog.shapes(model, 3), jnp.zeros(catalog.clip_shape(model, 2))

    def kept(compute):
        loss = loss_function(model, compute)
        residuals = jax.eval_shape(lambda params: jax.vjp(lambda p: loss(p, clip)[0], params)[1], shapes)
        return sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(residuals))

    own = sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(shapes))
    assert kept(catalog.Compute(remat=True)) - own < 0.6 * (kept(catalog.Compute()) - own)


def test_recomputation_changes_no_gradient_and_no_statistic():
    model = catalog.Model("r2plus1d", 0.02, 3, 8, 0.0)
    params, clip = parameters.random(model, 3), parameters.clip(model, 2)
    one, other = (
        jax.jit(jax.value_and_grad(loss_function(model, catalog.Compute(remat=remat)), has_aux=True))(params, clip)
        for remat in (False, True)
    )
    assert len(jax.tree.leaves(one[0][1][1])) > 40
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5), one, other)


def test_recomputation_of_a_network_without_blocks_is_an_error():
    with pytest.raises(ValueError, match="remat"):
        catalog.train_function(TINY, 3, compute=catalog.Compute(remat=True))


def claimed(folder, experiment, **settings):
    """Takes a run folder for these settings."""
    key = claims.key(experiment, settings, {})
    with claims.taken(folder, experiment, {"labels": ["a"]}, key):
        assert not claims.is_finished(folder, key)


def test_a_run_is_another_one_by_dtype_and_parts_but_not_by_recomputation(tmp_path):
    experiment = quickstart_kgs.experiment()
    claim = lambda **compute: claimed(
        tmp_path / "dense", dataclasses.replace(experiment, compute=catalog.Compute(**compute))
    )
    claim()
    key = files.read_json(tmp_path / "dense" / "config.json")["key"]
    assert not {"compute", "dtype", "accumulate"} & key.keys()  # as in runs from before there was a choice
    claim(remat=True)
    for changed in ({"dtype": "bfloat16"}, {"accumulate": 2}):
        with pytest.raises(ValueError, match="holds a run of other settings: " + next(iter(changed))):
            claim(**changed)


def test_a_run_from_before_a_setting_existed_is_one_without_it(tmp_path):
    claim = lambda **settings: claimed(tmp_path / "dense", quickstart_kgs.experiment(), **settings)
    claim()
    claim(teacher=None)
    with pytest.raises(ValueError, match=r"holds a run of other settings: teacher None \(asked for x\); move it away"):
        claim(teacher="x")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (0, "Compute.accumulate is 0, expected a whole number of at least 1"),
        (3, "compute.accumulate is 3, expected a divisor of batch 16"),
    ],
)
def test_parts_that_do_not_divide_the_batch_are_an_error(parts, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        dataclasses.replace(quickstart_kgs.experiment(), compute=catalog.Compute(accumulate=parts))
