"""Run folders: what config.json and result.json say, and the network that a finished phase leaves."""

import contextlib
import dataclasses
import pathlib
from collections.abc import Callable
from typing import Any, TypedDict

import jax
import jax.numpy as jnp

from lowering.system import files, hashes, typed
from rt3d_jax.evaluation import measured
from rt3d_jax.models import catalog
from rt3d_jax.quantise import networks
from rt3d_jax.sparsity import cost
from rt3d_jax.tasks import contract
from rt3d_jax.training import codec, experiments, states

Tree = Any
FORMAT, FORMATS = 2, (1, 2)  # from 2 on config.json and result.json are sealed, see hashes.sealed
# What can be made again of a run folder, and what cannot.
MEASURED_AGAIN = "move it away and run the training again, which measures the network in checkpoints"
NOWHERE_ELSE = (
    "restore it from a copy, since it can be made of nothing else; without one, move the folder away and train again"
)
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
    quantisation: of a network of int8, whose params are rounded as it says; None for one of f32.
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
    quantisation: networks.Quantisation | None = None

    @property
    def signature(self) -> contract.Signature:
        """What goes in and what comes out."""
        return self.task.signature(self.facts)


def apply(network: Network, conv_form: str = "direct") -> Callable[..., jax.Array]:
    """The pure function apply(params, *inputs) -> outputs, all with the batch in front. "direct" is what is lowered."""
    plain = catalog.apply_function(network.model, network.signature.outputs, conv_form)
    return plain if network.quantisation is None else networks.apply(plain, network.quantisation.scales)


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
    tree = states.read_network(folder)
    params = jax.tree.map(jnp.asarray, tree["params"])
    signature = _signature(made.task, facts, folder)
    expected = catalog.shapes(made.model, signature.outputs)
    if jax.tree.map(jnp.shape, params) != jax.tree.map(jnp.shape, expected):
        raise ValueError(f"{folder}: the parameters do not fit {made.model}; {states.again(folder)}")
    if path := states.not_finite(params):
        raise ValueError(
            f"{folder} has a {path} that is not finite, expected numbers: its training diverged; move it away and "
            "train again with a lower learning_rate or with clip_norm"
        )
    score = measured.of(result)
    if score is None:
        raise ValueError(f"{folder}/result.json has no score; {MEASURED_AGAIN}")
    masks = states.filled(params, tree["masks"])
    quantised = quantisation(folder)
    if quantised is not None:
        table = catalog.table(made.model, signature.outputs, signature.structs())
        params = networks.rounded(params, quantised.layers, table)
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
        quantisation=quantised,
    )


def quantisation(folder: pathlib.Path) -> networks.Quantisation | None:
    """What makes the network of a finished run a quantised one; None for one of f32. Errors as `load_network`."""
    result = finished(folder)[1]
    return typed.read(result.get("quantisation"), networks.Quantisation | None, f"{folder}/result.json: quantisation")


def _signature(task: contract.Task, facts: contract.Facts, folder: pathlib.Path) -> contract.Signature:
    try:
        return task.signature(facts)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder}/config.json lacks what its task needs to know ({error}); train again") from error


def write_imported(
    folder: pathlib.Path, imported: experiments.Imported, network: Network, said: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Write a run folder with weights from elsewhere, whole or not at all. A folder that holds the same is kept.

    said: what a shared folder says of the network (weights.shared), kept for export. Returns what is in result.json.
    ValueError if the folder holds anything else.
    """
    key = {"imported": codec.to_json(imported), **network.facts}
    described = {"format": FORMAT, "name": folder.name, **network.facts} | ({"shared": said} if said else {})
    described |= {"key": key, "experiment": codec.to_json(imported)}
    files.clear_beside(folder)
    if not files.is_free(folder):
        with contextlib.suppress(FileNotFoundError, ValueError):
            there, result = finished(folder)
            if hashes.of_json({**there, "format": FORMAT}) == hashes.of_json(described):
                return result
        raise ValueError(f"{folder} is not empty; move it away or choose another output folder")
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
    if network.quantisation is not None:
        result["quantisation"] = dataclasses.asdict(network.quantisation)
    with files.whole_folder(folder) as part:
        with contextlib.closing(states.Store(part)) as steps:
            steps.save(0, {"params": network.params, "step": 0}, network.masks, {})
        files.write_json(part / "config.json", hashes.sealed(described))
        files.write_json(part / "result.json", hashes.sealed(result))
    return result


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
    config = described(folder)
    result = _advised(folder / "result.json", Result, MEASURED_AGAIN)
    return config, _unsealed(folder / "result.json", result, config["format"], MEASURED_AGAIN)


def described(folder: pathlib.Path) -> dict[str, Any]:
    """config.json of a run folder, see Described. ValueError for one that is none, or of another format."""
    found = _advised(folder / "config.json", object, NOWHERE_ELSE)
    if not isinstance(found, dict) or found.get("format") not in FORMATS:
        other = typed.show(found.get("format") if isinstance(found, dict) else found)
        raise ValueError(
            f"{folder}/config.json has format {other}, expected {' or '.join(map(str, FORMATS))}; use the version of "
            "rt3d-jax that wrote it, or restore it from a copy"
        )
    found = _advised(folder / "config.json", Described, NOWHERE_ELSE)
    return _unsealed(folder / "config.json", found, found["format"], NOWHERE_ELSE)


def _unsealed(path: pathlib.Path, found: dict[str, Any], version: int, advice: str) -> dict[str, Any]:
    """What a file holds beside its seal. ValueError if it is not what was written. Format 1 has no seals."""
    if (version > 1 or hashes.SEAL in found) and not hashes.is_whole(found):
        raise ValueError(f"{path} is not what was written, as its {hashes.SEAL} says; {advice}")
    return {name: value for name, value in found.items() if name != hashes.SEAL}


def _advised(path: pathlib.Path, kind: Any, advice: str) -> Any:
    """What a JSON file holds, as a type; of one that is damaged the ValueError says what can be done."""
    found = files.read_json(path, fix=advice)
    try:
        return typed.read(found, kind, f"{path}:")
    except ValueError as error:
        raise ValueError(f"{error}; {advice}") from error
