"""Checkpoints with Orbax: the state of a phase under way, and the network that a finished phase leaves."""

import dataclasses
import pathlib
from collections.abc import Callable
from typing import Any, TypedDict

import jax
import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp

from lowering.system import files, typed
from rt3d_jax.evaluation import measured
from rt3d_jax.hosts import distributed
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import cost
from rt3d_jax.tasks import contract
from rt3d_jax.training import codec, experiments

Tree = Any
FORMAT = 1
OWN = ("format", "name", "key", "experiment", "shared")  # of config.json; all else there are the task's facts


class Described(TypedDict):
    """config.json of a run. key: the settings that made it, see claims; experiment: what codec reads.

    All else are facts.
    """

    format: int
    name: str
    key: dict[str, object]
    experiment: dict[str, object]


class Result(TypedDict):
    """result.json of a finished phase. Its score is beside them, see evaluation.measured."""

    name: str
    scheme: str
    rate: float


@dataclasses.dataclass(frozen=True)
class Network:
    """A trained network and what is needed to use it.

    params: nested dict of f32 arrays; masks: the same tree with bool arrays or None. task: what it is for; facts: what
    the data said of it, see tasks.contract. scheme: the schemes of its plan in words; rate: dense MACs / kept MACs.
    """

    name: str
    model: catalog.Model
    params: Tree
    masks: Tree
    task: contract.Task
    facts: contract.Facts
    scheme: str
    rate: float
    score: measured.Score

    @property
    def signature(self) -> contract.Signature:
        """What goes in and what comes out."""
        return self.task.signature(self.facts)


def apply(network: Network, conv_form: str = "direct") -> Callable[..., jax.Array]:
    """The pure function apply(params, *inputs) -> outputs, all with the batch in front. "direct" is what is lowered."""
    return catalog.apply_function(network.model, network.signature.outputs, conv_form)


def origin(run_folder: str | pathlib.Path) -> experiments.Experiment | experiments.Imported:
    """What made the network of a finished run. Errors as those of `load_network`."""
    return codec.from_json(finished(pathlib.Path(run_folder))[0]["experiment"])


def load_network(run_folder: str | pathlib.Path) -> Network:
    """The network of a finished phase.

    Raises:
      FileNotFoundError: the folder is missing, is no run, or its phase is not finished.
      ValueError: its files were damaged or written by another version.
    """
    folder = pathlib.Path(run_folder)
    described, result = finished(folder)
    made = origin(folder)
    facts = {name: value for name, value in described.items() if name not in OWN}
    tree = _restore_network(folder)
    params = jax.tree.map(jnp.asarray, tree["params"])
    expected = catalog.shapes(made.model, _signature(made.task, facts, folder).outputs)
    if jax.tree.map(jnp.shape, params) != jax.tree.map(jnp.shape, expected):
        raise ValueError(f"{folder}: the parameters do not fit {made.model}; {_again(folder)}")
    score = measured.of(result)
    if score is None:
        raise ValueError(
            f"{folder}/result.json has no score; move it away and run the training again, which measures the network "
            "in checkpoints"
        )
    masks = _filled(params, tree["masks"])
    return Network(
        name=result["name"],
        model=made.model,
        params=params,
        masks=masks,
        task=made.task,
        facts=facts,
        scheme=result["scheme"],
        rate=result["rate"],
        score=score,
    )


def _signature(task: contract.Task, facts: contract.Facts, folder: pathlib.Path) -> contract.Signature:
    try:
        return task.signature(facts)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder}/config.json lacks what its task needs to know ({error}); train again") from error


def write_imported(
    folder: pathlib.Path, imported: experiments.Imported, network: Network, said: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Write a run folder with weights from elsewhere, whole or not at all. ValueError if the folder is in use.

    said: what a shared folder says of the network (weights.shared), kept for export. Returns what is in result.json.
    """
    if not files.is_free(folder):
        raise ValueError(f"{folder} is not empty; delete it or choose another output folder")
    described = {"format": FORMAT, "name": folder.name, **network.facts} | ({"shared": said} if said else {})
    key = {"imported": codec.to_json(imported), **network.facts}
    described |= {"key": key, "experiment": codec.to_json(imported)}
    table = catalog.table(network.model, network.signature.outputs, network.signature.structs())
    result = {
        "name": folder.name,
        "scheme": network.scheme,
        "rate_target": network.rate,
        "rate": network.rate,
        "macs": cost.macs(table, network.masks),
        "params": cost.parameters(table, network.masks),
        **measured.to_result(network.score),
    }
    with files.whole_folder(folder) as part:
        store = Store(part)
        store.save(0, {"params": network.params, "step": 0}, network.masks, {})
        store.close()
        files.write_json(part / "config.json", described)
        files.write_json(part / "result.json", result)
    return result


class Store:
    """The checkpoints of one phase: `folder`/checkpoints/STEP, written whole or not at all; the newest two are kept.

    Of several processes the first one writes; each reads by itself.
    """

    def __init__(self, folder: pathlib.Path):
        path, mine = (folder / "checkpoints").absolute(), jax.process_index()
        path.mkdir(parents=True, exist_ok=True)
        alone = ocp.options.MultiprocessingOptions(mine, {mine}, f"process{mine}")
        options = ocp.CheckpointManagerOptions(
            max_to_keep=2, enable_async_checkpointing=False, create=False, multiprocessing_options=alone
        )
        self._manager = ocp.CheckpointManager(path, options=options)

    def save(self, step: int, state: Tree, masks: Tree, position: dict[str, Any]) -> None:
        """Write step `step`: state {"params", "optimizer", ...}, masks (None = dense) and the data position (JSON)."""
        if not distributed.first() or self._manager.latest_step() == step:
            return
        # As numpy, so that a checkpoint says nothing of the devices and loads on any others.
        state, kept = jax.device_get((state, compact(masks)))
        rest = {key: value for key, value in state.items() if key != "params"}
        network = {"params": state["params"], "masks": kept}
        items = ocp.args.Composite(
            network=ocp.args.PyTreeSave(network),  # pyright: ignore[reportCallIssue]
            state=ocp.args.PyTreeSave(rest),  # pyright: ignore[reportCallIssue]
            position=ocp.args.JsonSave(position),  # pyright: ignore[reportCallIssue]
        )
        self._manager.save(step, args=items)

    def latest(self) -> int | None:
        """The newest step written, None if there is none."""
        return self._manager.latest_step()

    def load(self, like: Tree) -> tuple[Tree, dict[str, Any]]:
        """(state, position) of the newest step. `like` gives the structure of the state. ValueError if damaged."""
        step = self._manager.latest_step()
        rest = {key: value for key, value in like.items() if key != "params"}
        items = ocp.args.Composite(
            network=ocp.args.PyTreeRestore(),  # pyright: ignore[reportCallIssue]
            state=ocp.args.PyTreeRestore(rest),  # pyright: ignore[reportCallIssue]
            position=ocp.args.JsonRestore(),  # pyright: ignore[reportCallIssue]
        )
        try:
            found = self._manager.restore(step, args=items)
        except Exception as error:
            path, reason = self._manager.directory / str(step), str(error).splitlines()[0]
            raise ValueError(
                f"{path} cannot be read ({reason}); if it is damaged, move it away: training then continues from the "
                "step before"
            ) from error
        state = {**found["state"], "params": found["network"]["params"]}
        return jax.tree.map(jnp.asarray, state), found["position"]

    def close(self) -> None:
        """Wait for what is being written and let go of the folder."""
        self._manager.close()


def compact(masks: Tree) -> Tree:
    """A mask tree without its None leaves and what they leave empty."""
    if not isinstance(masks, dict):
        return masks
    inner = {key: compact(mask) for key, mask in masks.items()}
    return {key: mask for key, mask in inner.items() if mask is not None and not (isinstance(mask, dict) and not mask)}


def _filled(params: Tree, found: Tree) -> Tree:
    """The mask tree that `compact` was given: None where the parameters have a leaf and `found` has no mask."""
    if not isinstance(params, dict):
        return None if found is None else jnp.asarray(found)
    return {key: _filled(leaf, (found or {}).get(key)) for key, leaf in params.items()}


def finished(folder: pathlib.Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """config.json and result.json of a finished phase; errors as those of `load_network`."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not there, expected the folder of a run, such as OUT/runs/dense")
    if not (folder / "config.json").is_file():
        raise FileNotFoundError(f"{folder} has no config.json, expected the folder of a run, such as OUT/runs/dense")
    if not (folder / "result.json").is_file():
        raise FileNotFoundError(
            f"{folder} has no result.json: its phase is not finished; run the training again to go on"
        )
    return described(folder), typed.read(files.read_json(folder / "result.json"), Result, f"{folder}/result.json:")


def described(folder: pathlib.Path) -> dict[str, Any]:
    """config.json of a run folder, see Described. ValueError for one that is none, or of another format."""
    found = files.read_json(folder / "config.json")
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        other = typed.show(found.get("format") if isinstance(found, dict) else found)
        raise ValueError(f"{folder}/config.json has format {other}, expected {FORMAT}; train again with this version")
    return typed.read(found, Described, f"{folder}/config.json:")


def _again(folder: pathlib.Path) -> str:
    """How to get a run's weights back, which are nowhere else."""
    return f"restore {folder} from a copy, or move it away and train again"


def _restore_network(folder: pathlib.Path) -> dict[str, Any]:
    steps = [int(path.name) for path in (folder / "checkpoints").glob("*") if path.name.isdigit()]
    if not steps:
        raise FileNotFoundError(f"{folder}/checkpoints is empty, expected the final state; {_again(folder)}")
    path = (folder / "checkpoints" / str(max(steps)) / "network").absolute()
    try:
        with ocp.Checkpointer(ocp.PyTreeCheckpointHandler()) as reader:
            restored = reader.restore(path, args=ocp.args.PyTreeRestore())  # pyright: ignore[reportCallIssue]
    except Exception as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{path} cannot be read ({reason}); if it is damaged, {_again(folder)}") from error
    return {"masks": {}, **jax.tree.map(np.asarray, restored)}
