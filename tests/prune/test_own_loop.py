"""Claims about pruning in a training loop of one's own: one network, five kinds of parameter tree, three layouts."""

import os
import pathlib
import re
import subprocess
import sys

import flax.linen
import jax
import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
import pytest
from flax import nnx

import rt3d_jax as rt3d
from rt3d_jax.sparsity import cost

equinox = pytest.importorskip("equinox")

SHAPES = {"a": (3, 3, 3, 2, 6), "b": (3, 3, 3, 6, 8), "c": (8, 4)}
CLIP = np.random.default_rng(1).normal(size=(1, 3, 5, 4, 2)).astype(np.float32)
RULES = (rt3d.Prune(rt3d.kgs(4, 2)), rt3d.Prune(rt3d.FILTER))


def weights():
    """(kernel DHWIO, bias) by layer."""
    rng = np.random.default_rng(0)
    return {
        name: (rng.normal(size=shape).astype(np.float32), np.ones(shape[-1], np.float32))
        for name, shape in SHAPES.items()
    }


def convolve(x, kernel, layout="DHWIO"):
    return jax.lax.conv_general_dilated(x, kernel, (1, 1, 1), "SAME", dimension_numbers=("NDHWC", layout, "NDHWC"))


def plain():
    """Lists and odd names; a convolution as OIDHW and a dense layer as x @ W.T."""
    (a, p), (b, q), (c, r) = weights().values()
    params = [{"w": jnp.asarray(a), "off": jnp.asarray(p)}, (jnp.asarray(b.transpose(4, 3, 0, 1, 2)), jnp.asarray(q))]

    def apply(params, clip):
        (first, (kernel, bias), (matrix, last)) = params
        x = jax.nn.relu(convolve(clip, first["w"]) + first["off"])
        x = jax.nn.relu(convolve(x, kernel, "OIDHW") + bias)
        return x.mean((1, 2, 3)) @ matrix.T + last

    return [*params, (jnp.asarray(c.T), jnp.asarray(r))], apply, CLIP


def by_flax_nnx():
    convs = [nnx.Conv(*SHAPES[name][-2:], (3, 3, 3), rngs=nnx.Rngs(0)) for name in "ab"]
    layers = [convs[0], nnx.relu, convs[1], nnx.relu, lambda x: x.mean((1, 2, 3)), nnx.Linear(8, 4, rngs=nnx.Rngs(0))]
    for layer, (kernel, bias) in zip(layers[::2][:2] + layers[-1:], weights().values(), strict=True):
        layer.kernel[...], layer.bias[...] = kernel, bias
    graph, params = nnx.split(nnx.Sequential(*layers))
    return params, lambda params, clip: nnx.merge(graph, params)(clip), CLIP


def by_flax_linen():
    class Net(flax.linen.Module):
        @flax.linen.compact
        def __call__(self, x):
            for name in "ab":
                x = flax.linen.relu(flax.linen.Conv(SHAPES[name][-1], (3, 3, 3), name=name)(x))
            return flax.linen.Dense(4, name="c")(x.mean((1, 2, 3)))

    params = {name: {"kernel": jnp.asarray(k), "bias": jnp.asarray(b)} for name, (k, b) in weights().items()}
    return params, lambda params, clip: Net().apply({"params": params}, clip), CLIP


def by_equinox():
    convs = [equinox.nn.Conv3d(*SHAPES[name][-2:], 3, padding=1, key=jax.random.key(0)) for name in "ab"]
    layers = [*convs, equinox.nn.Linear(8, 4, key=jax.random.key(0))]
    for number, (kernel, bias) in enumerate(weights().values()):
        stored = jnp.asarray(kernel.transpose(4, 3, 0, 1, 2) if kernel.ndim == 5 else kernel.T)
        chosen = lambda layer: (layer.weight, layer.bias)
        bias = jnp.asarray(bias).reshape(layers[number].bias.shape)
        layers[number] = equinox.tree_at(chosen, layers[number], (stored, bias))
    params, static = equinox.partition(layers, equinox.is_inexact_array)

    def one(params, clip):
        a, b, c = equinox.combine(params, static)
        return c(jax.nn.relu(b(jax.nn.relu(a(clip)))).mean((1, 2, 3)))

    return params, lambda params, clip: jax.vmap(one, (None, 0))(params, clip), CLIP.transpose(0, 4, 1, 2, 3)


TREES = {"plain": plain, "nnx": by_flax_nnx, "linen": by_flax_linen, "equinox": by_equinox}
EVERY = pytest.mark.parametrize("make", TREES.values(), ids=TREES.keys())


def read(make):
    params, apply, clip = make()
    return params, apply, clip, rt3d.read_layers(params, apply, clip)


def plan_of(layers, rule):
    return rt3d.default_plan(layers[:1] + layers, rule)  # the first convolution too


def kernels(tree, layers):
    """In running order, as DHWIO."""
    return [None if kernel is None else np.asarray(kernel) for kernel in cost.kernels(tree, layers).values()]


@EVERY
def test_layers_are_read_alike_from_every_tree(make):
    params, _, _, layers = read(make)
    positions = CLIP[0, ..., 0].size
    assert [layer.shape for layer in layers] == list(SHAPES.values())
    assert [layer.macs for layer in layers] == [positions * 27 * 12, positions * 27 * 48, 32]
    assert [layer.parameters for layer in layers] == [27 * 12 + 6, 27 * 48 + 8, 32 + 4]
    for kernel, (expected, _) in zip(kernels(params, layers), weights().values(), strict=True):
        np.testing.assert_array_equal(kernel, expected)


@EVERY
@pytest.mark.parametrize("rule", RULES, ids=["kgs", "filter"])
def test_masks_are_the_same_in_every_tree_and_take_filters_out_whole(make, rule):
    params, apply, clip, layers = read(make)
    expected_params, _, _, expected_layers = read(by_flax_linen)
    masks = rt3d.masks_at(1.6, params, plan_of(layers, rule), layers)
    expected = rt3d.masks_at(1.6, expected_params, plan_of(expected_layers, rule), expected_layers)
    for mask, other in zip(kernels(masks, layers), kernels(expected, expected_layers), strict=True):
        np.testing.assert_array_equal(mask, other)
    assert cost.parameters(layers, masks) == cost.parameters(expected_layers, expected)
    assert 1.6 <= cost.macs(layers) / cost.macs(layers, masks) <= 2.2
    pruned = rt3d.apply_masks(params, masks)
    assert jax.tree.map(jnp.shape, pruned) == jax.tree.map(jnp.shape, params)
    assert np.all(np.isfinite(apply(pruned, clip)))


@EVERY
def test_the_phases_train_every_tree_and_dropped_weights_stay_zero(make):
    params, apply, clip, layers = read(make)
    plan = plan_of(layers, RULES[0])
    loss = lambda params: jnp.square(apply(params, jnp.asarray(clip)) - 1).mean()

    def train(transform, params, steps=3):
        @jax.jit
        def step(params, state):
            updates, state = transform.update(jax.grad(loss)(params), state, params)
            return optax.apply_updates(params, updates), state

        state = transform.init(params)
        for _ in range(steps):
            params, state = step(params, state)
        return params

    adam = optax.adam(1e-2)
    penalised = train(rt3d.penalise(adam, rt3d.Reweighted(30.0), plan, layers, learning_rate=1e-2, steps=3), params)
    norm = lambda tree: sum(float(np.sum(np.square(kernel))) for kernel in kernels(tree, layers)[:2])
    assert norm(penalised) < 0.9 * norm(params)
    masks = rt3d.masks_at(2.0, penalised, plan, layers)
    retrained = train(optax.chain(adam, rt3d.freeze(masks)), penalised)
    for mask, kernel in zip(kernels(masks, layers), kernels(retrained, layers), strict=True):
        assert mask is None or (not kernel[~mask].any() and kernel[mask].all())


def test_masks_and_states_are_checkpointed_as_any_tree(tmp_path):
    params, _, _, layers = read(by_flax_linen)
    plan = plan_of(layers, RULES[0])
    masks = rt3d.masks_at(2.0, params, plan, layers)
    transform = optax.chain(
        rt3d.penalise(optax.adam(1e-2), rt3d.ADMM(), plan, layers, learning_rate=1e-2, steps=4, rate=2.0),
        rt3d.freeze(masks),
    )
    _, state = jax.jit(transform.update)(params, transform.init(params), params)
    saved = {"state": state, "masks": masks}
    with ocp.StandardCheckpointer() as checkpoints:
        checkpoints.save(tmp_path / "saved", saved)
        checkpoints.wait_until_finished()
        found = checkpoints.restore(tmp_path / "saved", jax.tree.map(jnp.zeros_like, saved))
    assert jax.tree.structure(found) == jax.tree.structure(saved)
    jax.tree.map(np.testing.assert_array_equal, found, saved)


def test_phases_run_over_parameters_that_are_split_over_devices():
    code = """
import jax, jax.numpy as jnp, numpy as np, optax, rt3d_jax as rt3d
assert jax.device_count() == 4
mesh = jax.sharding.Mesh(jax.devices(), ("x",))
split = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec(None, "x"))
draw = lambda seed, *shape: jax.device_put(np.random.default_rng(seed).normal(size=shape).astype("f"), split)
params = {"a": {"kernel": draw(0, 8, 16)}, "b": {"kernel": draw(1, 16, 8)}}
layers = rt3d.read_layers(params, lambda p, x: x @ p["a"]["kernel"] @ p["b"]["kernel"], (1, 8))
plan = ((".*", rt3d.Prune(rt3d.kgs(4, 2))),)
masks = jax.tree.map(lambda mask: jax.device_put(mask, split), rt3d.masks_at(2.0, params, plan, layers))
inner = rt3d.penalise(optax.adam(0.1), rt3d.Gradual(), plan, layers, learning_rate=0.1, steps=4, rate=2.0)
transform = optax.chain(inner, rt3d.freeze(masks))
updates, state = jax.jit(transform.update)(params, jax.jit(transform.init)(params), params)
params = optax.apply_updates(params, updates)
assert params["a"]["kernel"].sharding.is_equivalent_to(split, 2)
assert not np.asarray(params["a"]["kernel"])[~np.asarray(masks["a"]["kernel"])].any()
"""
    options = {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **options})
    assert done.returncode == 0, done.stderr


def test_without_a_trace_names_decide_and_a_rate_counts_parameters():
    params, *_ = by_equinox()
    layers = rt3d.read_layers(params)
    assert [layer.shape for layer in layers] == list(SHAPES.values())
    masks = rt3d.masks_at(2.0, params, plan_of(layers, RULES[1]), layers)
    assert 2.0 <= cost.parameters(layers) / cost.parameters(layers, masks) < 2.5
    with pytest.raises(ValueError) as error:
        rt3d.masks_at(2.0, params, plan_of(layers, RULES[0]), layers, measure="macs")
    assert str(error.value) == (
        "the layers were read by name and have no MACs; trace the network, or let a rate count parameters"
    )


def test_a_tree_without_familiar_names_must_be_traced():
    with pytest.raises(ValueError) as error:
        rt3d.read_layers(plain()[0])
    assert str(error.value) == (
        "no leaf of the parameters is called kernel or weight (0/off, 0/w, 1/0, ...); trace the network instead"
    )


def test_the_example_of_the_page_on_pruning_prints_what_it_says(capsys):
    page = pathlib.Path(__file__).parents[2] / "docs" / "pruning.md"
    (code,) = re.findall(r"```python\n(import flax.*?)```", page.read_text(), re.DOTALL)
    assert sum(1 for line in code.splitlines() if line) <= 12
    exec(compile(code, "docs/pruning.md", "exec"), {})
    assert capsys.readouterr().out == "2.61x fewer MACs\n" and "# 2.61x fewer MACs" in code


def test_a_pruning_name_loads_neither_data_nor_flax_nor_a_decoder():
    code = "import sys, rt3d_jax as rt3d; rt3d.penalise, rt3d.masks_at, rt3d.freeze, rt3d.kgs; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "rt3d_jax.prune.own_loop" in loaded
    heavy = (
        "flax",
        "av",
        "iree",
        "grain",
        "orbax",
        "rt3d_jax.data",
        "rt3d_jax.models",
        "rt3d_jax.training",
        "lowering.graph",
    )
    assert [name for name in loaded if any(f"{name}.".startswith(f"{module}.") for module in heavy)] == []
