"""One call from a JAX function to a checked bundle: trace, rewrite, emit, compile, write, and run the result where that is possible."""

import dataclasses
import pathlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from lowering.bundle import bundles, qemu, run, write
from lowering.graph import trace
from lowering.targets import store, targets


class NotChecked(UserWarning):
    """A bundle was written and could not be run on this machine. The message says why."""


class WrongAnswer(RuntimeError):
    """A bundle answers otherwise than JAX. The message says by how much; the bundle stays where it was written."""


@dataclasses.dataclass(frozen=True, eq=False)
class Deployed:
    """A bundle on disk, and how its answer compares with JAX's. check: None where the bundle cannot run here, for the reason in `unchecked`."""

    bundle: bundles.Bundle
    check: run.Check | None
    unchecked: str = ""

    @property
    def verdict(self) -> str:
        """Whether the bundle gives JAX's answer, in words."""
        if self.check is None:
            return f"compiled, not checked ({self.unchecked})"
        said = "same answer as JAX" if self.check.passed else "WRONG ANSWER"
        return f"{said}, error {self.check.max_rel_error:.1e} of the largest value"

    def __str__(self) -> str:
        rate = f"{self.bundle.manifest['rate']:.2f}x fewer MACs than dense"
        return f"{self.bundle.folder}: {self.bundle.name}, {rate}, {self.verdict}"


def deploy(
    apply: Callable[..., jax.Array],
    params: Any,
    clip: np.ndarray | Sequence[np.ndarray],
    target: str = "host",
    out: str | pathlib.Path = "bundle",
    info: bundles.Info | None = None,
) -> Deployed:
    """Compiles `apply(params, clip)` for one target into the folder `out`, and checks there that it gives JAX's answer.

    Weights that are zero in `params` are not stored or computed, wherever a whole row of filters is zero at a place of its kernel: pruning
    shows in the speed without a mask or an option.

    Args:
      apply: a function of JAX with the parameters as a tree first, and then an argument for each input. Its primitives need kernels here.
      params: its parameters, arrays in any tree; pruned weights are zeros.
      clip: an example of the input, f32[1, frames, height, width, channels] or f32[1, numbers], or several of them where there are
        several inputs. The bundle is for inputs of these shapes, and holds them with JAX's answer.
      target: host, android:CPU such as android:cortex-a76, or vulkan:GPU such as vulkan:adreno; :f16, :f16-f32 or :w16 behind it for
        another precision than f32.
      out: a folder that is new or empty or holds a bundle. A bundle of the same network and target is kept.
      info: what else the bundle should say of the network.

    Raises targets.TargetError for a target that there is none of, NotImplementedError for a primitive without a kernel, ops.GraphError for
    a network that cannot be lowered, bundles.BundleError for an example or a folder that does not fit, WrongAnswer for a bundle that does
    not give JAX's answer, run.RunError for one for this machine that does not run. Warns NotChecked where a target cannot run here.
    """
    found = targets.find(target)
    made = checked(
        write.write(pathlib.Path(out), example(apply, params, clip), found, info or bundles.Info(), store.find(found))
    )
    if made.check is None and found.is_host:
        raise run.RunError(made.unchecked)
    if made.check is None:
        warnings.warn(str(made), NotChecked, stacklevel=2)
    elif not made.check.passed:
        raise WrongAnswer(str(made))
    return made


def example(apply: Callable[..., jax.Array], params: Any, clip: np.ndarray | Sequence[np.ndarray]) -> write.Example:
    """Traces a function and evaluates it in JAX for its example inputs: what `write.write` takes, for any number of targets."""
    inputs = tuple(map(_f32, clip if isinstance(clip, tuple | list) else (clip,)))
    graph = trace.trace(apply, params, inputs)
    (answer,) = jax.tree.leaves(jax.jit(apply)(params, *inputs))
    return write.Example(graph, inputs, np.asarray(answer))


def checked(bundle: bundles.Bundle) -> Deployed:
    """Runs a bundle on its own example, natively, under qemu-user (arm64) or on the Vulkan device found here."""
    try:
        return Deployed(bundle, run.check(bundle))
    except (qemu.EmulatorError, run.RunError) as error:
        return Deployed(bundle, None, str(error))


def _f32(array: Any) -> np.ndarray:
    """Numbers of floating point as JAX would take them; others as they are, for `trace` to refuse."""
    found = np.asarray(array)
    return found.astype(np.float32) if found.dtype.kind == "f" else found
