"""The format of a shared folder: a trained network as files that a model hub takes. Checks folders from strangers.

| file | what |
|---|---|
| config.json | `Facts` and the sizes that follow from them, as JSON |
| model.safetensors | every parameter under its path ("conv1/kernel"), f32; kernels DHWIO, dense layers IO; dropped weights are zeros |
| masks.safetensors | only for a network with masks: the mask under the parameter's path, u8[ceil(size / 8)], packed in C order by numpy.packbits |
| README.md | the model card, see `card`; never read |

Nothing in it is run. Every fault is a ValueError in one line that names the file.
"""

import dataclasses
import math
import pathlib
import re
import typing
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import safetensors
import safetensors.numpy

from lowering.system import files
from rt3d_jax.data import clips
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import channels, cost
from rt3d_jax.training import codec, experiments

Tree = Any
Arrays = dict[str, np.ndarray]
FORMAT, VERSION = "rt3d-jax", 1
CONFIG, MODEL, MASKS, CARD = "config.json", "model.safetensors", "masks.safetensors", "README.md"
FILES = (CONFIG, MODEL, MASKS, CARD)
PHASES = ("dense", "penalised", "pruned", "imported")
MAX_TEXT = 400  # characters
MAX_LABELS = 100_000
MAX_WIDTH, MAX_SIDE, MAX_FRAMES = 64, 1 << 13, 1 << 13
RATE_TOLERANCE = 1e-3

Kind = tuple[str, Callable[[Any], bool]]  # in words, and whether a value is of it


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and value.isprintable()


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < 1e300


def _is_side(value: Any, most: int) -> bool:
    return type(value) is int and 1 <= value <= most


TEXT: Kind = (f"at most {MAX_TEXT} printable characters", _is_text)
LABELS: Kind = (
    f"1 to {MAX_LABELS} texts",
    lambda v: isinstance(v, tuple) and 0 < len(v) <= MAX_LABELS and all(map(_is_text, v)),
)
SCORE: Kind = ("percent or null", lambda v: v is None or (_is_number(v) and 0 <= v <= 100))
FIELDS: dict[str, Kind] = {
    **dict.fromkeys(("name", "scheme", "protocol"), TEXT),
    **dict.fromkeys(("pretrained", "licence"), ("a text or null", lambda v: v is None or _is_text(v))),
    "phase": (f"one of {', '.join(PHASES)}", lambda v: v in PHASES),
    "labels": LABELS,
    **dict.fromkeys(("accuracy", "dense_accuracy"), SCORE),
    **dict.fromkeys(("model", "clip", "origin"), ("what its type says", lambda v: True)),
}
NETWORK: dict[str, Kind] = {
    "name": (f"one of {', '.join(catalog.NETWORKS)}", lambda v: isinstance(v, str) and v in catalog.NETWORKS),
    "width": (f"above 0, at most {MAX_WIDTH}", lambda v: _is_number(v) and 0 < v <= MAX_WIDTH),
    "frames": (f"1 to {MAX_FRAMES}", lambda v: _is_side(v, MAX_FRAMES)),
    "size": (f"1 to {MAX_SIDE}", lambda v: _is_side(v, MAX_SIDE)),
    "dropout": ("a number from 0 to below 1", lambda v: _is_number(v) and 0 <= v < 1),
}
COLOUR: Kind = ("three numbers", lambda v: all(map(_is_number, v)))
CLIP: dict[str, Kind] = {
    "sampling": ("Spread or Windows", lambda v: isinstance(v, clips.Spread | clips.Windows)),
    **dict.fromkeys(("short_side", "size"), (f"1 to {MAX_SIDE}", lambda v: _is_side(v, MAX_SIDE))),
    **dict.fromkeys(("mean", "std"), COLOUR),
    "flip": ("true or false", lambda v: isinstance(v, bool)),
}
SAMPLING: dict[str, Kind] = {
    **dict.fromkeys(("frames", "stride"), (f"1 to {MAX_FRAMES}", lambda v: _is_side(v, MAX_FRAMES)))
}


@dataclasses.dataclass(frozen=True)
class Facts:
    """What is stated about a network beside its arrays.

    phase: one of PHASES. accuracy: top-1 in percent, measured as `protocol` says; None if nobody measured it.
    dense_accuracy: that of the dense network from which it was pruned, by the same protocol. pretrained: the origin of
    the dense phase's weights, in words. licence: of the weights, by the hub's name for it; None if none was given.
    """

    name: str
    phase: str
    model: catalog.Model
    clip: clips.ClipSpec
    labels: tuple[str, ...]
    scheme: str
    accuracy: float | None
    protocol: str
    dense_accuracy: float | None
    pretrained: str | None
    origin: experiments.Experiment | experiments.Imported
    licence: str | None


@dataclasses.dataclass(frozen=True)
class Shared:
    """The content of a shared folder: facts, params (nested dict of f32), masks (the same tree, bool or None)."""

    facts: Facts
    params: Tree
    masks: Tree


def write(folder: pathlib.Path, shared: Shared) -> None:
    """Writes config.json and the arrays into an existing folder. The same network gives the same bytes."""
    layers = catalog.table(shared.facts.model, len(shared.facts.labels))
    kept = {"macs": cost.macs(layers, shared.masks), "parameters": cost.parameters(layers, shared.masks)}
    sizes = {"macs_dense": cost.macs(layers), "parameters_dense": cost.parameters(layers), **kept}
    said = {"format": FORMAT, "version": VERSION, **to_json(shared.facts), "rate": sizes["macs_dense"] / kept["macs"]}
    files.write_json(folder / CONFIG, {**said, **sizes})
    arrays = {path: np.asarray(leaf) for path, leaf in cost.paths(shared.params)}
    packed = {path: np.packbits(np.asarray(mask)) for path, mask in cost.paths(shared.masks)}
    for name, found in ((MODEL, arrays), (MASKS, packed)):
        if found:
            (folder / name).write_bytes(safetensors.numpy.save(found, {"format": f"{FORMAT} {VERSION}"}))


def to_json(facts: Facts) -> dict[str, Any]:
    """The facts as JSON values, which `parse` takes."""
    return {field.name: codec.to_json(getattr(facts, field.name)) for field in dataclasses.fields(Facts)}


def read(folder: pathlib.Path) -> Shared:
    """Reads the network of a shared folder and checks that nothing in it contradicts anything else.

    Raises:
      FileNotFoundError: no such folder, or no config.json or model.safetensors in it.
      ValueError: anything else that `write` does not write: another version, unknown names, shapes that are not the
        network's, values that are not finite, dropped weights that are not zero, a rate that the masks do not give.
    """
    said = _said(_file(folder / CONFIG))
    facts = parse(said, folder / CONFIG)
    shapes = catalog.shapes(facts.model, len(facts.labels))
    expected = {path: leaf.shape for path, leaf in cost.paths(shapes)}
    params = _arrays(_file(folder / MODEL), "F32", expected)
    missing = expected.keys() - params.keys()
    if missing:
        raise ValueError(f"{folder / MODEL} has no {min(missing)}, expected the parameters of {facts.model}")
    bits = {}
    if (folder / MASKS).exists():
        sizes = {
            path: (-(-math.prod(shape) // 8),)
            for path, shape in expected.items()
            if path.rpartition("/")[2] in ("kernel", *channels.VECTORS)
        }
        bits = _arrays(_file(folder / MASKS), "U8", sizes)
    masks = {path: _mask(folder / MASKS, path, packed, expected[path]) for path, packed in bits.items()}
    for path, values in params.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{folder / MODEL} has a {path} that is not finite, expected numbers; fetch it again")
        if path in masks and np.any(values[~masks[path]]):
            raise ValueError(f"{folder / MODEL} has a {path} with weights that {MASKS} drops, expected zeros there")
    tree = lambda found: jax.tree_util.tree_map_with_path(lambda path, _: found.get(_name(path)), shapes)
    shared = Shared(facts, tree(params), tree(masks))
    _check_rate(folder / CONFIG, said, shared)
    return shared


def parse(said: dict[str, Any], path: pathlib.Path) -> Facts:
    """The facts of a config.json. ValueError, naming the path, for values of other kinds than `write` gives them."""
    try:
        kinds = typing.get_type_hints(Facts)
        found = {name: codec.from_json(said[name], kinds[name], name) for name in FIELDS}
        _check("the folder", found, FIELDS)
        _check("the model", vars(found["model"]), NETWORK)
        _check("the clip", vars(found["clip"]), CLIP)
        _check("the clip's sampling", vars(found["clip"].sampling), SAMPLING)
        wanted, given = (
            (found["model"].frames, found["model"].size),
            (found["clip"].sampling.frames, found["clip"].size),
        )
        if wanted != given:
            raise ValueError(f"the clip has (frames, size) {given}, expected the model's {wanted}")
        catalog.shapes(found["model"], len(found["labels"]))
    except KeyError as error:
        raise ValueError(f"{path} has no {error.args[0]}, expected what `rt3d export` writes; fetch it again") from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise ValueError(f"{path}: {' '.join(str(error).split())[:MAX_TEXT]}") from error
    return Facts(**found)


def _file(path: pathlib.Path) -> pathlib.Path:
    """The path of a regular file, or of a link to one, since the hub's cache consists of links."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there, expected a folder that `rt3d export` wrote, whole")
    return path


def _said(path: pathlib.Path) -> dict[str, Any]:
    said = files.read_json(path)
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise ValueError(f"{path} is of no network that `rt3d export` wrote: expected format {FORMAT!r}")
    if said.get("version") != VERSION:
        raise ValueError(f"{path} has version {str(said.get('version'))[:40]!r}, expected {VERSION}; update rt3d-jax")
    return said


def _check(what: str, found: dict[str, Any], kinds: dict[str, Kind]) -> None:
    for name, value in found.items():
        words, is_kind = kinds[name]
        if not is_kind(value):
            raise ValueError(f"{what} has {name} {repr(value)[:100]}, expected {words}")


def _arrays(path: pathlib.Path, dtype: str, expected: dict[str, tuple[int, ...]]) -> Arrays:
    """The arrays of a file, whose names, types and shapes are compared with what is expected before any is read."""
    try:
        with safetensors.safe_open(path, framework="np") as file:
            names = file.keys()
            for name in names:
                part = file.get_slice(name)
                found = (part.get_dtype(), tuple(part.get_shape()))
                if found != (dtype, expected.get(name)):
                    wanted = f"{dtype} {expected[name]}" if name in expected else "no such name"
                    shown = re.sub(r"[^ -~]", "?", name)[:100]
                    raise ValueError(f"{path} has {shown} of type and shape {found[0]} {found[1]}, expected {wanted}")
            return {name: file.get_tensor(name) for name in names}
    except safetensors.SafetensorError as error:
        reason = " ".join(str(error).split())[:MAX_TEXT]
        raise ValueError(f"{path} is damaged or no safetensors file ({reason}); fetch it again") from error


def _mask(where: pathlib.Path, path: str, packed: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    bits = np.unpackbits(packed)
    if bits[math.prod(shape) :].any():
        raise ValueError(f"{where} has a {path} with bits after its last weight, expected zeros; fetch it again")
    return bits[: math.prod(shape)].reshape(shape).astype(bool)


def _check_rate(path: pathlib.Path, said: dict[str, Any], shared: Shared) -> None:
    layers = catalog.table(shared.facts.model, len(shared.facts.labels))
    kept = cost.macs(layers, shared.masks)
    rate: Any = said.get("rate")
    if not kept:
        raise ValueError(f"{path}: the masks drop every weight, expected a network")
    found = cost.macs(layers) / kept
    if not _is_number(rate) or abs(rate - found) > RATE_TOLERANCE * found:
        raise ValueError(f"{path} has rate {repr(rate)[:40]}, but the masks give {found:.6g}; fetch it again")


def _name(path: Any) -> str:
    return jax.tree_util.keystr(path, simple=True, separator="/")
