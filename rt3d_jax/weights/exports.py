"""Writes a run folder as a shared folder, which a model hub takes as it is."""

import dataclasses
import filecmp
import pathlib
import re
from typing import Any, NamedTuple

from lowering.system import files
from rt3d_jax.evaluation import measured
from rt3d_jax.hosts import plugins
from rt3d_jax.training import checkpoints, claims, experiments
from rt3d_jax.weights import bounds, card, card_words, shared

LICENCE = r"[a-z0-9][a-z0-9.+-]{0,60}"
PATHS = ("folder", "path", "file")  # fields of a task that name places on this machine


class Written(NamedTuple):
    """A shared folder. unchanged: it existed already, byte for byte. licence: the one that its card names, or None."""

    folder: pathlib.Path
    unchanged: bool
    licence: str | None


def export(run: pathlib.Path, out: pathlib.Path, licence: str | None = None) -> Written:
    """Writes a finished run as the folder `out`/NAME, completely or not at all.

    licence: of the weights, by the hub's name for it ("apache-2.0"). None takes the licence of imported weights, or
    states that none was given. The folder is read back, as a stranger's would be, before it gets its name.

    Raises:
      FileNotFoundError, ValueError: no finished run, no licence's name, values that are not finite, or a folder that
        holds
        something else.
    """
    if licence is not None and not re.fullmatch(LICENCE, licence):
        raise ValueError(f"licence is {licence!r}, expected the hub's name of one, such as apache-2.0 or cc-by-4.0")
    network = checkpoints.load_network(run)
    found = shared.Shared(facts(run, network, licence), network.params, network.masks)
    own = _own_code(found.facts)
    folder = out / network.name
    out.mkdir(parents=True, exist_ok=True)
    with files.beside(folder) as private:
        part = private / folder.name
        part.mkdir()
        try:
            shared.write(part, found)
            (part / shared.CARD).write_text(card.text(found))
            shared.read(part, own)
        except ValueError as error:
            raise ValueError(str(error).replace(str(part), str(run))) from error
        if unchanged := folder.exists():
            _check_same(folder, part)
        else:
            part.rename(folder)
    return Written(folder, unchanged, found.facts.licence)


def facts(run: pathlib.Path, network: checkpoints.Network, licence: str | None = None) -> shared.Facts:
    """The facts of a finished run. Of paths on this machine only the last names are kept."""
    described = checkpoints.finished(run)[0]
    if "shared" in described:
        found = shared.parse(described["shared"], run / "config.json")
        return dataclasses.replace(found, name=network.name, licence=licence or found.licence)
    made, key = checkpoints.origin(run), described["key"]
    dense = run.parent / "dense"
    parent = checkpoints.finished(dense)[1] if _is_parent(dense, key.get("parents", {}).get("dense")) else {}
    before = measured.of(parent)
    same = before is not None and before.protocol == network.score.protocol
    return shared.Facts(
        name=network.name,
        phase=_phase(made, key),
        model=network.model,
        facts=_tuples(network.facts),
        scheme=network.scheme,
        score=network.score,
        dense_score=before.value if same and before is not None else None,
        pretrained=_pretrained(made, dense if parent else run),
        origin=_without_paths(made),
        licence=licence,
        quantisation=network.quantisation,
    )


def _check_same(folder: pathlib.Path, beside: pathlib.Path) -> None:
    """ValueError unless our files are equal in both folders. Others, such as a clone's .git, belong to the user."""
    for name in shared.FILES:
        one, other = folder / name, beside / name
        there = [path.is_file() for path in (one, other)]
        if any(there) and not (all(there) and filecmp.cmp(one, other, shallow=False)):
            raise ValueError(f"{folder} holds another {name}; move the folder away or choose another --out")


def _phase(made: experiments.Experiment | experiments.Imported, key: dict) -> str:
    if isinstance(made, experiments.Imported):
        return "imported"
    if key.get("rate") is not None:
        return "pruned"
    return "dense" if key.get("algorithm") is None else "penalised"


def _is_parent(folder: pathlib.Path, fingerprint: str | None) -> bool:
    """Whether a folder holds the finished run that a run names as its parent."""
    try:
        return fingerprint is not None and claims.fingerprint(folder) == fingerprint
    except (FileNotFoundError, ValueError):
        return False


def _pretrained(made: experiments.Experiment | experiments.Imported, dense: pathlib.Path) -> str | None:
    """The origin of the weights that the dense phase started from; `dense` is that phase's run."""
    if isinstance(made, experiments.Imported) or made.pretrained is None:
        return None
    folder = pathlib.Path(made.pretrained)
    if not _is_parent(folder, checkpoints.finished(dense)[0]["key"].get("parents", {}).get("pretrained")):
        return f"the run {folder.name}, of which nothing more is known"
    before = checkpoints.origin(folder)
    if isinstance(before, experiments.Imported):
        return f"{before.origin} (sha256 {before.sha256})"
    return f"the run {folder.name} of {before.name}, trained on {card_words.data_name(before.task)}"


def _without_paths(
    made: experiments.Experiment | experiments.Imported,
) -> experiments.Experiment | experiments.Imported:
    if isinstance(made, experiments.Imported):
        return made
    start = made.pretrained
    return dataclasses.replace(made, task=_last_names(made.task), pretrained=start and pathlib.Path(start).name)


def _last_names(value: Any) -> Any:
    """A task in which every field called folder, path or file has lost the folders before its last name."""
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    found = {field.name: _last_names(getattr(value, field.name)) for field in dataclasses.fields(value)}
    paths = {name: pathlib.Path(text).name for name, text in found.items() if name in PATHS and isinstance(text, str)}
    return dataclasses.replace(value, **found | paths)


def _tuples(facts: Any) -> dict[str, Any]:
    """Facts as they come out of JSON, lists as tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}


def _own_code(facts: shared.Facts) -> tuple[str, ...]:
    """The classes of the user's own that a network needs. ValueError for one that a file carries."""
    found = tuple(dict.fromkeys(bounds.code(shared.to_json(facts))))
    for name in found:
        if name.rpartition(plugins.SEPARATOR)[0].endswith(".py"):
            raise ValueError(
                f"{name} is carried by a file, which no shared folder holds; move it to a module and train again"
            )
    return found
