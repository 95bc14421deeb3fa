"""Counts of arm64 bundles under qemu: they are what the packed kernels imply, layer by layer and in all."""

import json
import os
import pathlib
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import bundles, write
from lowering.counts import count, layers, plugin
from lowering.graph import ops
from lowering.kernels import layouts
from lowering.targets import targets
from rt3d_jax.cli import count as count_verb
from rt3d_jax.cli import main
from tests.cli import told
from tests.lowering import conftest, networks

TARGET = "android:cortex-a76"


@pytest.fixture(scope="module")
def bundle(
    tmp_path_factory: pytest.TempPathFactory, require: conftest.Require, network: networks.Network
) -> bundles.Bundle:
    """The small network for a phone."""
    require("qemu")
    folder = tmp_path_factory.mktemp("counts") / "bundle"
    return write.write(folder, network.example(), targets.find(TARGET), conftest.INFO)


@pytest.fixture(scope="module")
def counted(bundle: bundles.Bundle) -> tuple[list[count.Layer], count.Inference]:
    """Its counts, from a folder named as people name folders."""
    folder = pathlib.Path(os.path.relpath(bundle.folder))
    found, inference = count.count(bundles.Bundle(folder, bundle.manifest))
    assert inference is not None
    return found, inference


def computed_taps(op: ops.PackedConv, frames: int) -> int:
    """Taps inside the clip in time, over all output frames (of a convolution that keeps the number of frames)."""
    at = np.arange(frames)[:, None] + op.kernel.taps[:, 0] - op.padding[0][0]
    return int(((at >= 0) & (at < frames)).sum())


@pytest.mark.parametrize("name", ["conv1", "conv2"])
def test_a_convolution_multiplies_its_taps_at_all_positions(
    counted: tuple[list[count.Layer], count.Inference], network: networks.Network, name: str
) -> None:
    """Each computed tap meets every filter of its row at the positions of a plane, rounded up to whole tiles."""
    graph = networks.unfused(network.trace())
    layout, op = layouts.assign(graph)[name], networks.op(graph, name, ops.PackedConv)
    layer = {layer.name: layer for layer in counted[0]}[name]
    positions, rest = divmod(4 * layer.counts["fmla f32"], computed_taps(op, layout.frames) * op.kernel.group)
    tile = 4 * targets.find(TARGET).tilings[op.kernel.group].vectors
    assert rest == 0
    assert layout.end - layout.first <= positions < layout.end - layout.first + tile


def test_a_convolution_that_pads_nothing_multiplies_once_per_four_macs(write_bundle: conftest.WriteBundle) -> None:
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 1, 1, 1, 24, 32), "fc": networks.layer(rng, 64 * 32, 4)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        return networks.dense(jax.nn.relu(networks.conv(x, p["conv"])).reshape(1, -1), p["fc"])

    bundle = write_bundle(networks.Network(function, params, networks.clip(rng, 1, 1, 64, 24)), TARGET)
    found, inference = count.count(bundle, ["conv"])
    assert [(layer.name, layer.macs) for layer in found] == [("conv", 64 * 24 * 32)]
    assert found[0].counts["fmla f32"] == found[0].macs // 4
    assert inference is None


def test_layers_come_in_order_with_the_macs_that_they_keep(
    counted: tuple[list[count.Layer], count.Inference], bundle: bundles.Bundle
) -> None:
    assert [layer.name for layer in counted[0]] == bundle.manifest["dispatches"]
    macs = {layer["name"]: layer["macs"] for layer in bundle.manifest["layers"]}
    assert [layer.macs for layer in counted[0]] == [macs.get(layer.name, 0) for layer in counted[0]]
    assert [layer.name for layer in counted[0] if layer.convolution] == ["conv1", "conv2"]


def test_the_layers_are_what_an_inference_computes(counted: tuple[list[count.Layer], count.Inference]) -> None:
    """All multiplications are in some layer; of the rest, what a dispatch does to find its buffers may differ."""
    found, inference = counted
    total = count.total(found)
    assert total["fmla f32"] == inference.kernels["fmla f32"]
    assert sum(total.values()) == pytest.approx(sum(inference.kernels.values()), rel=1e-3)
    assert "fmla f32" not in inference.runtime
    assert 0 < sum(inference.runtime.values()) < 0.2 * sum(inference.kernels.values())
    assert sum(inference.whole().values()) == sum(inference.kernels.values()) + sum(inference.runtime.values())


def test_the_hottest_loop_of_a_convolution_is_its_multiplications(
    counted: tuple[list[count.Layer], count.Inference],
) -> None:
    for layer in (layer for layer in counted[0] if layer.convolution):
        row = layer.row()
        assert row["loop"]["share"] > 0.5
        assert row["loop"]["mix"]["fmla f32"] > row["loop"]["instructions"] / 2
        assert row["loop"]["mix"]["fmla f32"] * row["loop"]["iterations"] <= row["counts"]["fmla f32"]
        assert row["instructions"] == sum(row["counts"].values())
        assert row["per_mac"]["loads"] == (row["counts"]["load simd"] + row["counts"]["load"]) / row["macs"]


def test_layers_that_iree_joins_with_their_neighbours_are_counted(write_bundle: conftest.WriteBundle) -> None:
    bundle = write_bundle(networks.residual("kgs 8x4"), TARGET)
    found, inference = count.count(bundle)
    assert inference is not None
    assert count.total(found)["fmla f32"] == pytest.approx(inference.kernels["fmla f32"], rel=1e-3)
    assert {layer.name for layer in found} >= {layer["name"] for layer in bundle.manifest["layers"]}


def test_the_program_shows_layers_and_their_sums_and_writes_them(
    bundle: bundles.Bundle, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "counts.json"
    assert main.call(["count", str(bundle.folder), "--layers", "conv2", "fc2", "--loops", "--json", str(path)]) == 0
    said = capsys.readouterr().out
    assert "not how long they take" in said
    assert "conv2: " in said
    assert " fmla f32, " in said
    written = json.loads(path.read_text())
    (found,) = written["bundles"]
    assert {*written, *found} == told.keys(count_verb.run)
    assert (found["run"], found["target"]) == ("kgs-2.6x", TARGET)
    assert [row["name"] for row in found["layers"]] == ["conv2", "fc2"]
    convolutions, every = found["totals"]
    assert (convolutions["name"], every["name"]) == ("convolutions", "all layers")
    assert convolutions["counts"] == found["layers"][0]["counts"]
    assert every["instructions"] == sum(row["instructions"] for row in found["layers"])
    assert every["macs"] == sum(row["macs"] for row in found["layers"])


def test_what_jax_wrote_of_a_piece_is_counted_once(write_bundle: conftest.WriteBundle) -> None:
    """The piece is a function of the module, which calls others: what JAX wrote, and in that the choice of a where."""
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 1, 1, 1, 24, 32)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        levels = jnp.clip(jnp.round(networks.conv(x, p["conv"]) * 255), 0, 255)
        return jax.jit(lambda x: jnp.where(x > 9, x, 0))(levels).astype(jnp.uint8)

    bundle = write_bundle(networks.Network(function, params, networks.clip(rng, 1, 1, 64, 24)), TARGET)
    found, inference = count.count(bundle)
    assert inference is not None and (bundle.folder / "module.mlir").read_text().count(".stablehlo.") > 0
    assert not [layer.name for layer in found if "stablehlo" in layer.name]
    assert sum(count.total(found).values()) == pytest.approx(sum(inference.kernels.values()), rel=0.05)


def test_the_layers_of_each_example_of_a_batch_are_found(bundle: bundles.Bundle, tmp_path: pathlib.Path) -> None:
    main = "func.func @main(%clips: tensor<2x8xf32>) -> tensor<2x8xf32> {\n  %0 = call @example(%a) : () -> ()\n}\n"
    example = "func.func private @example(%x: tensor<8xf32>) -> tensor<8xf32> {\n  %0 = call @relu(%x) : () -> ()\n}\n"
    relu = "func.func private @relu(%x: tensor<8xf32>) -> tensor<8xf32> {\n  %0 = call @relu.part(%x) : () -> ()\n}\n"
    part = "func.func private @relu.part(%x: tensor<8xf32>) -> tensor<8xf32> {\n}\n"
    (tmp_path / "module.mlir").write_text(main + example + relu + part)
    found = layers.entries(bundles.Bundle(tmp_path, {**bundle.manifest, "dispatches": ["relu"]}))
    assert found == [layers.Entry("relu", ("--function=relu", "--input=8xf32=0.5"))]


def test_arguments_are_given_in_their_types(bundle: bundles.Bundle, tmp_path: pathlib.Path) -> None:
    given = "%x: tensor<4x2x16xf16>, %y: tensor<4x2x16xf32>, %z: tensor<3xi1>"
    text = f"func.func private @add.1({given}) -> (tensor<4x2x16xf16>, tensor<3xi32>) {{\n}}\n"
    flags = ("--function=add.1", "--input=4x2x16xf16=0.5", "--input=4x2x16xf32=0.5", "--input=3xi1=1")
    main = "func.func @main() {\n  %0 = call @add.1(%a, %b, %c) : () -> ()\n}\n"
    (tmp_path / "module.mlir").write_text(main + text)
    found = layers.entries(bundles.Bundle(tmp_path, {**bundle.manifest, "dispatches": ["add.1"]}))
    assert found == [layers.Entry("add.1", flags)]


def refused(message: str, bundle: bundles.Bundle, names: tuple[str, ...] = ()) -> None:
    with pytest.raises(plugin.CountError, match=f"^{re.escape(message)}$"):
        count.count(bundle, names)


def test_only_arm64_bundles_are_counted(host_bundle: bundles.Bundle) -> None:
    refused(
        "kgs-2.6x on host has no arm64 code to count; lower the run for a target such as android:cortex-a76",
        host_bundle,
    )


def test_an_unknown_layer_is_told_what_there_is(bundle: bundles.Bundle) -> None:
    known = "clip, conv1, pool, conv2, pool_2, fc1, fc2"
    refused(f"no layer 'conv3'; expected some of: {known}; did you mean conv2?", bundle, ("conv1", "conv3"))


def test_a_module_of_another_form_is_refused(bundle: bundles.Bundle, tmp_path: pathlib.Path) -> None:
    (tmp_path / "module.mlir").write_text("func.func @main() {\n}\n")
    refused(
        f"{tmp_path / 'module.mlir'} has no function per layer; lower the run again",
        bundles.Bundle(tmp_path, bundle.manifest),
    )
