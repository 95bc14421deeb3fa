"""One call from a JAX function to a checked bundle.

It traces, rewrites, emits, compiles and writes the network, and compares its answer with JAX's where it can run here.
"""

import dataclasses
import os
import pathlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lowering.bundle import bundles, coverage, examples, first_use, meaning, qemu, run, write
from lowering.functions import trees
from lowering.graph import batches, ops, trace
from lowering.system import typed
from lowering.targets import targets


class NotChecked(UserWarning):
    """A bundle was written and could not be run on this machine. The message says why."""


class WrongAnswer(RuntimeError):
    """A bundle answers otherwise than JAX. The message says by how much; the bundle stays where it was written."""


@dataclasses.dataclass(frozen=True, eq=False)
class Deployed:
    """A bundle on disk, and how its answer compares with JAX's.

    check: None where nothing here can run the bundle, for the reason in `unchecked`; or where it should run and does
    not, for the reason in `failure`. tuned: what was measured for its schedules.
    """

    bundle: bundles.Bundle
    check: run.Check | None
    unchecked: str = ""
    failure: str = ""
    tuned: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether it gives JAX's answer; None where nothing here can run it."""
        return self.check.passed if self.check is not None else False if self.failure else None

    @property
    def verdict(self) -> str:
        """Whether the bundle gives JAX's answer, in words."""
        if self.failure:
            return f"DOES NOT RUN ({self.failure})"
        if self.check is None:
            return f"compiled, not checked ({self.unchecked})"
        said = "same answer as JAX" if self.check.passed else "WRONG ANSWER"
        return f"{said}, error {self.check.max_rel_error:.1e} of the largest value"

    @property
    def line(self) -> str:
        """The bundle and its verdict, in one line."""
        rate = f"{self.bundle.manifest['rate']:.2f}x fewer MACs than dense"
        return f"{self.bundle.folder}: {self.bundle.name}, {rate}, {self.verdict}"

    def __str__(self) -> str:
        """The line, what was measured, refused tiles, and who computes what, where not kernels of ours alone."""
        nodes, refused = self.bundle.manifest["nodes"], meaning.lines(self.bundle.manifest.get("refused", []))
        others = coverage.lines(nodes) if coverage.others(nodes) else ()
        return "\n".join([self.line, *([self.tuned] if self.tuned else []), *refused, *others])


def deploy(
    apply: Callable[..., Any],
    params: Any,
    clip: np.ndarray | Sequence[np.ndarray],
    target: str = "host",
    out: str | pathlib.Path = "bundle",
    info: bundles.Info | None = None,
    form: str = targets.FORMS[0],
    strict: bool = False,
    stream: bool | int = False,
    winograd: bool = True,
    tuning: float | None = first_use.SECONDS,
) -> Deployed:
    """Compiles `apply(params, clip)` for one target into the folder `out`, and checks there that it gives JAX's answer.

    Weights that are zero in `params` are neither stored nor computed where all filters of a group have a zero at the
    same place of their kernels. So pruning shows in the speed; it takes no mask and no option. Schedules that were
    tuned for the target (`rt3d tune`) are used. For hosts, the largest layers that were not are timed with a few
    schedules, which the user's cache keeps.

    Args:
      apply: a function of JAX. Its arguments are the parameters, as a tree, and then each input. It gives an array, or
        a tree of them.
      params: the parameters: arrays in a tree of any kind. Pruned weights are zeros.
      clip: an example of the input, of any shape; a tuple or list for a network of several inputs. Clips are fastest as
        f32[1, frames, height, width, channels]. The bundle takes inputs of these shapes and types, and holds the
        example.
      target: host, android:CPU such as android:cortex-a76, or vulkan:GPU such as vulkan:adreno. Behind it may stand a
        precision other than f32: :f16, :f16-f32 (f16 in memory, accumulators of f32) or :w16 (weights in f16).
      out: a folder that is new or empty, or holds a bundle. A bundle of the same network and target is kept.
      info: what else the bundle should say about the network.
      form: how its kernels are written: "executables", as loops over buffers, which are fastest; or "linalg", on
        tensors, for any backend of IREE.
      strict: refuse a network with operations that no kernel of ours computes. Without it they become pieces that JAX
        writes as StableHLO and IREE compiles. Printing what `deploy` gives says which they are, and why. So does the
        entry "nodes" of the bundle's manifest.
      stream: make a bundle that computes a video frame by frame (docs/streaming.md), for a network whose layers see no
        frame to come. True: it answers as often as the network's strides in time say; a number: every so many frames.
      winograd: compute convolutions of 3 x 3 pixels by Winograd's minimal filtering where that is likely faster,
        in f32 and f16. False: never. The entry "layers" of the manifest says which layers are.
      tuning: the seconds in which layers may be timed. 0: none are. None: no schedule that was measured is used.

    Raises:
      targets.TargetError: there is no such target or form.
      NotImplementedError: the function calls Python or draws random numbers while it runs.
      ops.GraphError: the network or the example has a form that cannot be lowered, or that cannot stream.
      bundles.BundleError: the example, the folder or the info does not fit, or a parameter is not finite.
      ValueError: the parameters are no tree of arrays.
      coverage.NotOurs: what `strict` refuses, before anything is compiled.
      meaning.WrongGraph: the network was traced or rewritten wrongly. This is found before anything is compiled.
      WrongAnswer: the bundle does not give JAX's answer.
      run.RunError: the bundle does not run, on a machine that has what it runs on.

    Where a target cannot run on this machine, the warning NotChecked says why.
    """
    found = targets.written(targets.find(target), form, targets.TILE if winograd else 0)
    folder, about = _folder(out), _about(info)
    given = example(apply, params, clip)
    if stream is not False:
        given = examples.stream(given, None if stream is True else stream)
    write.check(folder, given, found, strict)
    chosen = first_use.Chosen() if tuning is None else first_use.choose(given.graph, found, tuning)
    made = checked(write.write(folder, given, found, about, chosen.best, strict))
    made = dataclasses.replace(made, tuned=chosen.line)
    if made.failure:
        raise run.RunError(made.failure)
    if made.check is None:
        warnings.warn(made.line, NotChecked, stacklevel=2)
    elif not made.check.passed:
        raise WrongAnswer(made.line)
    return made


def example(apply: Callable[..., Any], params: Any, clip: np.ndarray | Sequence[np.ndarray]) -> examples.Example:
    """Traces a function, and evaluates it in JAX for the example. `write.write` makes bundles of it for any target."""
    if isinstance(clip, tuple | list) and clip and all(isinstance(size, int | np.integer) for size in clip):
        raise bundles.BundleError(f"clip is the shape {tuple(clip)}, expected an array of it; write numpy.zeros(shape)")
    inputs = tuple(map(_f32, clip if isinstance(clip, tuple | list) else (clip,)))
    trace.check(apply, params, inputs)
    _check_finite(params)
    answers = tuple(map(_stored, jax.tree.leaves(jax.jit(apply)(params, *inputs))))
    by_example = batches.trace(apply, params, inputs, answers)
    return examples.Example(by_example or trace.trace(apply, params, inputs), inputs, answers)


def _stored(answer: Any) -> np.ndarray:
    """A result in the type that bundles keep it in."""
    found = np.asarray(answer)
    return found.astype(ops.STORED.get(found.dtype.name, found.dtype.name))


def checked(bundle: bundles.Bundle) -> Deployed:
    """Runs a bundle on its own example, natively, under qemu-user (arm64) or on the Vulkan device found here."""
    try:
        return Deployed(bundle, run.check(bundle))
    except (qemu.EmulatorError, run.NoDevice) as error:
        return Deployed(bundle, None, unchecked=str(error))
    except run.RunError as error:
        return Deployed(bundle, None, failure=str(error))


def _check_finite(params: Any) -> None:
    """BundleError for a parameter that is not finite, even where the answer does not show it."""
    for path, leaf in trees.paths(params):
        if jnp.issubdtype(jnp.result_type(leaf), jnp.inexact) and not np.isfinite(leaf).all():
            raise bundles.BundleError(f"the parameter {path} is not finite, expected numbers; did training diverge?")


def _folder(out: Any) -> pathlib.Path:
    if not isinstance(out, str | os.PathLike):
        raise bundles.BundleError(f"out is {typed.what(out)}, expected the path of a folder")
    folder = pathlib.Path(out)
    write.check_folder(folder)
    return folder


def _about(info: Any) -> bundles.Info:
    if info is not None and not isinstance(info, bundles.Info):
        raise bundles.BundleError(f"info is {typed.what(info)}, expected Info(...), such as Info(run='my network')")
    return info or bundles.Info()


def _f32(array: Any) -> np.ndarray:
    """Numbers of floating point as JAX would take them; others as they are."""
    found = np.asarray(array)
    return found.astype(np.float32) if found.dtype.kind == "f" else found
