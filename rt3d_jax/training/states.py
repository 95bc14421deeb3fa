"""The checkpoints of a phase on disk, with Orbax: the state of one under way, and the network that it leaves.

| item of a step | what |
|---|---|
| network | params, and the masks that are not None |
| state | all else of the state, such as the optimizer's |
| position | where the data is, as JSON |
| sha256 | the hash of each of the others; steps of older versions have none |
"""

import contextlib
import logging
import os
import pathlib
import re
import sys
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp

from lowering.functions import trees
from lowering.system import files, hashes
from rt3d_jax.hosts import distributed

Tree = Any
HASHES = "sha256"
REASON = 200  # characters of Orbax's reasons, which are reports
OS_ERROR = re.compile(r"os_error_code='(\d+)'")  # in the errors of TensorStore
UNFINISHED = "*.orbax-checkpoint-tmp*"  # Orbax's name of a step that is being written


class Store:
    """The checkpoints of one phase: `folder`/checkpoints/STEP, written whole or not at all; the newest two are kept.

    Of several processes of one training the first one writes; each reads by itself.
    """

    def __init__(self, folder: pathlib.Path):
        path, mine = (folder / "checkpoints").absolute(), jax.process_index()
        path.mkdir(parents=True, exist_ok=True)
        if distributed.first():  # of a process that was killed
            _remove_unfinished(path)
        alone = ocp.options.MultiprocessingOptions(mine, {mine}, f"process{mine}")
        options = ocp.CheckpointManagerOptions(
            max_to_keep=2, enable_async_checkpointing=False, create=False, multiprocessing_options=alone
        )
        self._manager = ocp.CheckpointManager(path, options=options)

    def save(self, step: int, state: Tree, masks: Tree, position: dict[str, Any]) -> None:
        """Write step `step`: state {"params", "optimizer", ...}, masks (None = dense) and the data position (JSON).

        FloatingPointError for parameters that are not finite, OSError where the system refuses, as on a full disk. The
        step before then stays the newest.
        """
        if not distributed.first() or self._manager.latest_step() == step:
            return
        # As numpy, so that a checkpoint says nothing of the devices and loads on any others.
        state, kept = jax.device_get((state, compact(masks)))
        if path := not_finite(state["params"]):
            raise FloatingPointError(
                f"{path} is not finite after step {step}, expected numbers; lower the learning_rate of this phase or "
                "set its clip_norm"
            )
        rest = {key: value for key, value in state.items() if key != "params"}
        network = {"params": state["params"], "masks": kept}
        items = ocp.args.Composite(
            network=ocp.args.PyTreeSave(network),  # pyright: ignore[reportCallIssue]
            state=ocp.args.PyTreeSave(rest),  # pyright: ignore[reportCallIssue]
            position=ocp.args.JsonSave(position),  # pyright: ignore[reportCallIssue]
            **{HASHES: ocp.args.JsonSave(_hashes(network, rest, position))},  # pyright: ignore[reportCallIssue]
        )
        try:
            with _said_once():
                self._manager.save(step, args=items)
        except ValueError as error:
            number = OS_ERROR.search(str(error))
            if number is None:
                raise
            raise OSError(int(number[1]), os.strerror(int(number[1])), str(self._manager.directory)) from error

    def latest(self) -> int | None:
        """The newest step written, None if there is none."""
        return self._manager.latest_step()

    def load(self, like: Tree) -> tuple[Tree, dict[str, Any]]:
        """(state, position) of the newest step. `like` gives the structure of the state. ValueError if damaged."""
        step = self._manager.latest_step()
        path = pathlib.Path(self._manager.directory) / str(step)
        rest = {key: value for key, value in like.items() if key != "params"}
        readers = {
            "network": ocp.args.PyTreeRestore(),  # pyright: ignore[reportCallIssue]
            "state": ocp.args.PyTreeRestore(rest),  # pyright: ignore[reportCallIssue]
            "position": ocp.args.JsonRestore(),  # pyright: ignore[reportCallIssue]
        }
        if (path / HASHES).exists():
            readers[HASHES] = ocp.args.JsonRestore()  # pyright: ignore[reportCallIssue]
        try:
            with _said_once():
                found = self._manager.restore(step, args=ocp.args.Composite(**readers))
            network = {"masks": {}, **found["network"]}
            _check(found.get(HASHES), _hashes(network, found["state"], found["position"]))
        except Exception as error:
            raise ValueError(
                f"{path} cannot be read ({_reason(error)}); if it is damaged, move it away: training then continues "
                "from the step before"
            ) from error
        state = {**found["state"], "params": network["params"]}
        return jax.tree.map(jnp.asarray, state), found["position"]

    def close(self) -> None:
        """Wait for what is being written, remove what could not be, and let go of the folder."""
        self._manager.close()
        if distributed.first():
            _remove_unfinished(pathlib.Path(self._manager.directory))


def read_network(folder: pathlib.Path) -> dict[str, Any]:
    """{"params", "masks"} of the newest step of a run folder, as numpy arrays. FileNotFoundError if there is none,
    ValueError if it is damaged.
    """
    if not (found := steps(folder)):
        raise FileNotFoundError(f"{folder}/checkpoints is empty, expected the final state; {again(folder)}")
    path = (folder / "checkpoints" / str(max(found))).absolute()
    try:
        network = {"masks": {}, **jax.tree.map(np.asarray, _item(path / "network", ocp.PyTreeCheckpointHandler()))}
        wanted = _item(path / HASHES, ocp.JsonCheckpointHandler()) if (path / HASHES).exists() else None
        _check(wanted, {"network": hash_of(network)})
    except Exception as error:
        raise ValueError(f"{path} cannot be read ({_reason(error)}); if it is damaged, {again(folder)}") from error
    return network


def steps(folder: pathlib.Path) -> list[int]:
    """The steps of a run folder that are on disk."""
    return [int(path.name) for path in (folder / "checkpoints").glob("*") if path.name.isdigit()]


def again(folder: pathlib.Path) -> str:
    """How to get a run's weights back, which are nowhere else."""
    return f"restore {folder} from a copy, or move it away and train again"


def compact(masks: Tree) -> Tree:
    """A mask tree without its None leaves and what they leave empty."""
    if not isinstance(masks, dict):
        return masks
    inner = {key: compact(mask) for key, mask in masks.items()}
    return {key: mask for key, mask in inner.items() if mask is not None and not (isinstance(mask, dict) and not mask)}


def filled(params: Tree, found: Tree) -> Tree:
    """The mask tree that `compact` was given: None where the parameters have a leaf and `found` has no mask."""
    if not isinstance(params, dict):
        return None if found is None else jnp.asarray(found)
    return {key: filled(leaf, (found or {}).get(key)) for key, leaf in params.items()}


def not_finite(params: Tree) -> str | None:
    """The path of the first leaf that holds a value that is no number, or an infinite one."""
    return next((path for path, leaf in trees.paths(params) if not np.isfinite(leaf).all()), None)


def hash_of(tree: Tree) -> str:
    """The hash of the leaves in their order, without their paths: another version of Optax may name its own anew."""
    return hashes.of_arrays(("", np.asarray(leaf)) for leaf in jax.tree.leaves(tree))


@contextlib.contextmanager
def _said_once() -> Iterator[None]:
    """Keeps Orbax from printing tracebacks of what it raises, too; after an error for good.

    Threads and tasks that it leaves behind then print theirs later, up to the end of the program.
    """
    logs = [logging.getLogger(name) for name in ("absl", "asyncio")]
    levels, report = [log.level for log in logs], sys.unraisablehook
    for log in logs:
        log.setLevel(logging.CRITICAL)
    sys.unraisablehook = lambda found: None if str(found.exc_value) == "Event loop is closed" else report(found)
    yield
    sys.unraisablehook = report
    for log, level in zip(logs, levels, strict=True):
        log.setLevel(level)


def _remove_unfinished(folder: pathlib.Path) -> None:
    for half in folder.glob(UNFINISHED):
        files.remove(half)


def _item(path: pathlib.Path, handler: Any) -> Any:
    with _said_once(), ocp.Checkpointer(handler) as reader:
        return reader.restore(path)


def _hashes(network: Tree, rest: Tree, position: dict[str, Any]) -> dict[str, str]:
    return {"network": hash_of(network), "state": hash_of(rest), "position": hashes.of_json(position)}


def _check(wanted: Any, found: dict[str, str]) -> None:
    for name, value in found.items():
        if wanted is not None and wanted[name] != value:
            raise ValueError(f"{name} is not what was written")


def _reason(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:REASON]
