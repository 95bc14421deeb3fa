"""Apps of streams: a step reads the states that the one before left, and a reset forgets them."""

import pathlib
import subprocess

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from iree import runtime

from lowering.app import schedule, streams
from lowering.app import write as apps
from lowering.app.dialect import NotAList
from lowering.bundle import bundles, deploy, examples, write
from lowering.targets import targets
from tests.lowering import networks
from tests.lowering.app import linked

# The sum of all frames, and the largest of the sums so far: two states that begin otherwise, of different sizes.
MODULE = """
util.global private mutable @sum = dense<0.0> : tensor<4xf32>
util.global private mutable @most = dense<0xFF800000> : tensor<2x4xf32>
func.func @step(%clip: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<2x4xf32>) {
  %scale = util.global.load @scale : tensor<4xf32>
  %sum = util.global.load @sum : tensor<4xf32>
  %most = util.global.load @most : tensor<2x4xf32>
  %frame = tensor.collapse_shape %clip [[0, 1]] : tensor<1x4xf32> into tensor<4xf32>
  %scaled = arith.mulf %frame, %scale : tensor<4xf32>
  %next = arith.addf %sum, %scaled : tensor<4xf32>
  %row = tensor.expand_shape %next [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rows = tensor.concat dim(0) %row, %row : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<2x4xf32>
  %largest = arith.maximumf %most, %rows : tensor<2x4xf32>
  util.global.store %next, @sum : tensor<4xf32>
  util.global.store %largest, @most : tensor<2x4xf32>
  return %row, %largest : tensor<1x4xf32>, tensor<2x4xf32>
}
func.func @reset() {
  %zeros = flow.tensor.constant dense<0.0> : tensor<4xf32>
  util.global.store %zeros, @sum : tensor<4xf32>
  %least = flow.tensor.constant dense<0xFF800000> : tensor<2x4xf32>
  util.global.store %least, @most : tensor<2x4xf32>
  return
}
util.global private @scale = #flow.parameter.named<"model"::"scale"> : tensor<4xf32>
"""
MAIN = """#include "sums.h"
#include <stdio.h>
int main(int count, char **words) {
  sums_network *network;
  float clip[4] = {1, -2, 3, (float)count}, sum[4], most[8];
  int code = sums_init(&network, words[1], 2);
  for (int round = 0; round < 2 && !code; round++) {
    for (int step = 0; step < 3 && !code; step++) {
      code = sums_step(network, clip, sum, most);
      printf("%g %g %g %g, %g %g\\n", sum[0], sum[1], sum[2], sum[3], most[1], most[6]);
    }
    if (!code) code = sums_reset(network);
  }
  sums_free(network);
  return code;
}
"""


def array(name: str, *shape: int) -> dict[str, object]:
    return {"name": name, "file": f"{name}.npy", "shape": list(shape), "dtype": "float32"}


def test_a_stream_goes_on_from_step_to_step_and_begins_anew_after_a_reset(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "module.mlir").write_text(MODULE)
    index = runtime.ParameterIndex()
    index.add_buffer("scale", np.array([1, 1, 2, 1], np.float32).view(np.uint8))
    index.create_archive_file(str(folder / "weights.irpa"))
    manifest = {"run": "sums", "model": "", "clip": {}, "labels": [], "nodes": [], "target": {"name": "host:avx2"}}
    manifest |= {"inputs": [array("clip", 1, 4)], "outputs": [array("sum", 1, 4), array("most", 2, 4)]}
    stream = {"every": 1, "warm_up": 3}
    app = apps.write(bundles.Bundle(folder, manifest | {"stream": stream}), tmp_path / "app")
    (tmp_path / "main.c").write_text(MAIN)
    sources = [str(tmp_path / "main.c"), str(app.folder / "sums.c"), str(app.folder / "sums_kernels.o")]
    flags = [*linked.STRICT, "-fsanitize=address,undefined", f"-I{app.folder}"]
    subprocess.run(["gcc", *flags, *sources, "-o", str(tmp_path / "main")], check=True)
    done = subprocess.run(
        [str(tmp_path / "main"), str(app.folder / "sums.weights")], check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == ["1 -2 6 2, -2 6", "2 -4 12 4, -2 12", "3 -6 18 6, -2 18"] * 2
    header = (app.folder / "sums.h").read_text()
    assert "Takes the next 1 frames of a video and answers." in header
    assert "sums_run" not in header
    kotlin = (app.folder / "Sums.kt").read_text()
    assert "fun step()" in kotlin and "fun reset()" in kotlin
    assert "nativeReset" in (app.folder / "sums_jni.c").read_text()


WATCH = """#include "watch.h"
#include <stdio.h>
int main(int count, char **words) {
  watch_network *network;
  static float frames[COUNT][WATCH_CLIP_COUNT], answer[WATCH_LOGITS_COUNT];
  FILE *file = fopen(words[count - 1], "rb");
  if (!file || fread(frames, sizeof frames, 1, file) != 1) return 99;
  fclose(file);
  int code = watch_init(&network, words[1], 2);
  for (int step = 0; step < 2 * COUNT && !code; step++) {
    if (step == COUNT) code = watch_reset(network);
    if (!code) code = watch_step(network, frames[step % COUNT], answer);
    for (int i = 0; i < WATCH_LOGITS_COUNT; i++) printf("%.9g ", (double)answer[i]);
  }
  watch_free(network);
  return code;
}
"""


def test_a_network_in_an_app_answers_to_each_frame_as_its_bundle_does(tmp_path: pathlib.Path) -> None:
    """Twice to the same sequence of frames: the second time after a reset."""
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 3, 3, 3, 2, 5), "then": networks.layer(rng, 2, 1, 1, 5, 4)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(networks.conv(x, p["conv"], padding=[(2, 0), (1, 1), (1, 1)]))
        return jnp.mean(networks.conv(x, p["then"], padding=[(1, 0), (0, 0), (0, 0)])[:, -1], (1, 2))

    example = examples.stream(deploy.example(function, params, networks.clip(rng, 4, 5, 6, 2)))
    bundle = write.write(tmp_path / "bundle", example, targets.find("host:avx2"), bundles.Info(run="watch"))
    app = apps.write(bundle, tmp_path / "app")
    (tmp_path / "main.c").write_text(WATCH)
    (tmp_path / "frames").write_bytes(bundle.array("frames.npy").tobytes())
    expected = bundle.array("answers.npy")
    sources = [str(tmp_path / "main.c"), str(app.folder / "watch.c"), str(app.folder / "watch_kernels.o")]
    flags = [*linked.STRICT, f"-DCOUNT={len(expected)}", f"-I{app.folder}"]
    subprocess.run(["gcc", *flags, *sources, "-o", str(tmp_path / "main")], check=True)
    command = [str(tmp_path / "main"), str(app.folder / "watch.weights"), str(tmp_path / "frames")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = np.array(done.stdout.split(), np.float32).reshape(2, *expected.shape)
    np.testing.assert_allclose(found, np.stack([expected, expected]), atol=1e-5 * np.abs(expected).max())


MADE, OTHER = (schedule.Buffer("values", name, 128) for name in ("1", "2"))
FILLED = schedule.Fill(schedule.Range(MADE, 64, 64), b"\0")


def step(old: str, **stores: schedule.Buffer | int) -> streams.Function:
    """One kernel that reads an old state at 0 and writes a new one."""
    bindings = (schedule.Range(schedule.Buffer("variable", old, 0), 0, 64), schedule.Range(MADE, 0, 64))
    return streams.Function(((schedule.Kernel("k", (1, 1, 1), (), bindings),),), (), stores)


def test_states_are_filled_where_the_step_reads_them() -> None:
    """The reset had put the state that is at 0 behind another."""
    reset = streams.Function(((FILLED,),), (), {"a": MADE, "at": 64})
    found = streams.joined(step("a", a=MADE, at=0), reset)
    (kernel,) = found.steps
    assert [(place.buffer.kind, place.buffer.age) for place in schedule.ranges(kernel)] == [("state", 1), ("state", 0)]
    assert [(fill.target.buffer.name, fill.target.offset) for fill in found.resets] == [("a", 64), ("a", 0)]


def test_a_buffer_that_is_handed_on_is_older_by_a_step() -> None:
    handed = step("b", a=MADE, b=schedule.Buffer("variable", "a", 0))
    found = streams.joined(handed, streams.Function(((FILLED,),), (), {"a": MADE, "b": MADE}))
    assert [buffer.age for buffer in found.buffers("state")] == [2, 0]
    assert [fill.target.buffer.age for fill in found.resets] == [1, 2]


@pytest.mark.parametrize(
    ("given", "reset", "said"),
    [
        (step("b", a=MADE), streams.Function((), (), {}), "a step reads b and does not write it"),
        (
            step("a", a=schedule.Buffer("variable", "a", 0)),
            streams.Function((), (), {}),
            "a step leaves a as it is",
        ),
        (
            step("a", a=MADE),
            streams.Function(((schedule.Kernel("k", (1, 1, 1), (), ()),),), (), {"a": OTHER}),
            "a reset does more than to fill the states",
        ),
        (
            step("a", a=MADE, at=0),
            streams.Function(((FILLED,),), (), {"a": MADE}),
            "a reset does not fill the state at at",
        ),
    ],
)
def test_a_step_that_does_something_else_with_its_states_is_refused(
    given: streams.Function, reset: streams.Function, said: str
) -> None:
    with pytest.raises(NotAList, match=f"^{said}$"):
        streams.joined(given, reset)
