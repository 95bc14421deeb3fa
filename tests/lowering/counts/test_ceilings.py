"""What docs/performance.md says of arm64 code, by counts: no spills, few instructions per MAC, rows of any length."""

import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import write
from lowering.counts import count
from lowering.graph import ops
from lowering.targets import targets
from rt3d_jax.sparsity import masks, patterns
from tests.lowering import conftest, integers, networks

TARGET = "android:cortex-a76"
KGS = patterns.kgs(8, 4)
SHAPE = (3, 3, 3, 64, 64)
BLOCKS = 27 * 16  # of a row of 8 filters
EVEN = [BLOCKS // 4] * 8
UNEVEN = [30, 48, 62, BLOCKS, 62, 62, 71, 97]  # as many blocks in all; the longest row has 7 times the median
# Instructions per MAC kept. C3D's conv4b, whose planes and frames are these, takes 0.308 and 0.149 at full size,
# with 8 times the channels; the least that the hot loops allow is 0.278 and 0.135: 32 and 31 instructions for 96
# and 192 MACs, of which a sixth lies outside the clip in time.
CEILINGS = {"f32": 0.33, "f16": 0.165, "i8": 0.095}
MATRIX_CEILING = 0.068  # of int8 by smmla
MULTIPLIES = {"f32": "fmla f32", "f16": "fmla f16", "i8": "dot"}


def network(kept: list[int], quantised: bool = False) -> networks.Network:
    """A 3x3x3 convolution of 64 -> 64 channels on 4 x 14 x 14, with so many random blocks in each row of filters."""
    rounded = integers.rounded if quantised else lambda x: x
    rng = np.random.default_rng(0)
    params = {"stem": networks.layer(rng, 1, 1, 1, 3, 64), "conv": networks.layer(rng, *SHAPE)}
    rows = [rng.permutation(BLOCKS).reshape(KGS.grid(SHAPE)[:4]) < blocks for blocks in kept]
    params["conv"]["kernel"] *= np.asarray(masks.expand(np.stack(rows, -1), SHAPE, KGS))

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = rounded(jax.nn.relu(networks.conv(rounded(x), p["stem"])))
        return jnp.mean(rounded(jax.nn.relu(networks.conv(x, p["conv"]))), (1, 2, 3))

    return networks.Network(function, params, networks.clip(rng, 4, 14, 14, 3))


def counted(folder: pathlib.Path, kept: list[int], target: str) -> count.Layer:
    """The convolution's instructions."""
    found = network(kept, target.endswith(":i8"))
    info, spec = conftest.INFO, targets.find(target)
    bundle = write.write(folder, found.example(), spec, info)
    (layer,), _ = count.count(bundle, ["conv"])
    assert layer.macs == 4 * 14 * 14 * 4 * 8 * sum(kept)
    return layer


def per_mac(layer: count.Layer) -> float:
    return sum(layer.counts.values()) / layer.macs


@pytest.fixture(scope="module")
def even(tmp_path_factory: pytest.TempPathFactory, require: conftest.Require) -> count.Layer:
    """In f32, with a quarter of the blocks in every row."""
    require("qemu")
    return counted(tmp_path_factory.mktemp("even") / "bundle", EVEN, TARGET)


def lean(layer: count.Layer, precision: str) -> None:
    """The hot loop spills nothing, mostly multiplies, and needs no more instructions than the ceiling."""
    assert layer.loop is not None
    assert layer.loop.spills() == 0
    assert layer.loop.executed > 0.9 * sum(layer.counts.values())
    assert layer.loop.mix()[MULTIPLIES[precision]] > 0.7 * layer.loop.executed / layer.loop.iterations
    assert per_mac(layer) <= CEILINGS[precision]


def test_f32_spills_nothing_and_stays_below_its_instructions_per_mac(even: count.Layer) -> None:
    lean(even, "f32")


def test_f16_spills_nothing_and_stays_below_its_instructions_per_mac(
    tmp_path: pathlib.Path, require: conftest.Require
) -> None:
    require("qemu")
    lean(counted(tmp_path / "bundle", EVEN, f"{TARGET}:f16"), "f16")


def test_int8_spills_nothing_and_stays_below_its_instructions_per_mac(
    tmp_path: pathlib.Path, require: conftest.Require
) -> None:
    require("qemu")
    lean(counted(tmp_path / "bundle", EVEN, f"{TARGET}:i8"), "i8")


def test_small_matrix_products_of_int8_spill_nothing_and_take_fewer_instructions(
    tmp_path: pathlib.Path, require: conftest.Require
) -> None:
    require("qemu")
    layer = counted(tmp_path / "bundle", EVEN, "android:cortex-a710:i8")
    assert layer.loop is not None
    assert layer.loop.spills() == 0
    assert layer.loop.mix()["matmul"] > 0.5 * layer.loop.executed / layer.loop.iterations
    assert per_mac(layer) <= MATRIX_CEILING


def test_rows_of_uneven_length_cost_what_their_blocks_cost(even: count.Layer, tmp_path: pathlib.Path) -> None:
    """Rows filled up to the longest would cost four times as much."""
    op = networks.op(networks.unfused(network(UNEVEN).trace()), "conv", ops.PackedConv)
    lengths = np.diff(op.kernel.starts)
    assert lengths.tolist() == [4 * blocks for blocks in UNEVEN]
    assert lengths.max() >= 4 * np.median(lengths)
    uneven = counted(tmp_path / "bundle", UNEVEN, TARGET)
    assert uneven.macs == even.macs
    assert per_mac(uneven) == pytest.approx(per_mac(even), rel=0.1)
