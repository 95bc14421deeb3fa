"""What a network's description from a stranger may say: kinds of values, in words and as a check, by field."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from rt3d_jax.data import clips
from rt3d_jax.evaluation import measured
from rt3d_jax.hosts import plugins
from rt3d_jax.models import catalog
from rt3d_jax.quantise import networks
from rt3d_jax.training import experiments

MAX_TEXT = 400  # characters
MAX_LABELS = 100_000
MAX_INPUTS, MAX_AXES, MAX_SIZE = 16, 6, 1 << 28
MAX_WIDTH, MAX_SIDE, MAX_FRAMES = 64, 1 << 13, 1 << 13
PHASES = ("dense", "penalised", "pruned", "imported")

Kind = tuple[str, Callable[[Any], bool]]  # in words, and whether a value is of it


def is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and value.isprintable()


def is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < 1e300


def _is_side(value: Any, most: int) -> bool:
    return type(value) is int and 1 <= value <= most


def _is_fact(value: Any) -> bool:
    if isinstance(value, tuple):
        return 0 < len(value) <= MAX_LABELS and all(is_text(item) or is_number(item) for item in value)
    return value is None or isinstance(value, bool) or is_text(value) or is_number(value)


def _is_numbers(value: dict[Any, Any]) -> bool:
    return len(value) <= MAX_INPUTS and all(is_text(name) and is_number(number) for name, number in value.items())


TEXT: Kind = (f"at most {MAX_TEXT} printable characters", is_text)
NUMBER: Kind = ("a number or null", lambda v: v is None or is_number(v))
FACT: Kind = (f"a text, a number or 1 to {MAX_LABELS} of them", _is_fact)
COLOUR: Kind = ("three numbers", lambda v: isinstance(v, tuple) and len(v) == 3 and all(map(is_number, v)))
FIELDS: dict[str, Kind] = {
    **dict.fromkeys(("name", "scheme"), TEXT),
    **dict.fromkeys(("pretrained", "licence"), ("a text or null", lambda v: v is None or is_text(v))),
    "phase": (f"one of {', '.join(PHASES)}", lambda v: v in PHASES),
    "model": ("a Model", lambda v: isinstance(v, catalog.Model)),
    "facts": ("an object", lambda v: isinstance(v, dict)),
    "score": ("a Score", lambda v: isinstance(v, measured.Score)),
    "dense_score": NUMBER,
    "origin": ("an Experiment or Imported", lambda v: isinstance(v, experiments.Experiment | experiments.Imported)),
}
SCORE: dict[str, Kind] = {
    **dict.fromkeys(("unit", "name", "protocol"), TEXT),
    **dict.fromkeys(("value", "error"), NUMBER),
    "more_is_better": ("true or false", lambda v: isinstance(v, bool)),
    "also": (f"at most {MAX_INPUTS} numbers by name", lambda v: isinstance(v, dict) and _is_numbers(v)),
}
NETWORK: dict[str, Kind] = {
    "name": (
        f"one of {', '.join(catalog.NETWORKS)}",
        lambda v: is_text(v) and (v in catalog.NETWORKS or plugins.is_name(v)),
    ),
    "width": (f"above 0, at most {MAX_WIDTH}", lambda v: is_number(v) and 0 < v <= MAX_WIDTH),
    "frames": (f"1 to {MAX_FRAMES}", lambda v: _is_side(v, MAX_FRAMES)),
    "size": (f"1 to {MAX_SIDE}", lambda v: _is_side(v, MAX_SIDE)),
    "dropout": ("a number from 0 to below 1", lambda v: is_number(v) and 0 <= v < 1),
    "options": ("an object", lambda v: isinstance(v, dict)),
    "time": ("clip or causal", lambda v: v in ("clip", "causal")),
    "every": (f"1 to {MAX_FRAMES}, or null", lambda v: v is None or _is_side(v, MAX_FRAMES)),
    "winograd": ("0, 2 or 4", lambda v: type(v) is int and v in (0, 2, 4)),
}
CLIP: dict[str, Kind] = {
    "sampling": ("Spread or Windows", lambda v: isinstance(v, clips.Spread | clips.Windows)),
    **dict.fromkeys(("short_side", "size"), (f"1 to {MAX_SIDE}", lambda v: _is_side(v, MAX_SIDE))),
    **dict.fromkeys(("mean", "std"), COLOUR),
    "flip": ("true or false", lambda v: isinstance(v, bool)),
    "stretch": (
        f"two numbers of 1 to {MAX_SIDE}, or null",
        lambda v: v is None or (isinstance(v, tuple) and len(v) == 2 and all(_is_side(side, MAX_SIDE) for side in v)),
    ),
}
SAMPLING: dict[str, Kind] = {
    **dict.fromkeys(("frames", "stride"), (f"1 to {MAX_FRAMES}", lambda v: _is_side(v, MAX_FRAMES)))
}
QUANTISATION: dict[str, Kind] = {
    "scales": (
        "positive numbers by site",
        lambda v: isinstance(v, dict) and all(is_text(k) and is_number(n) and n > 0 for k, n in v.items()),
    ),
    "wide": ("texts by layer", lambda v: isinstance(v, dict) and all(map(is_text, (*v, *v.values())))),
    "errors": (
        "numbers by layer",
        lambda v: isinstance(v, dict) and all(map(is_text, v)) and all(map(is_number, v.values())),
    ),
    **dict.fromkeys(("method", "sha256"), TEXT),
    **dict.fromkeys(("error", "before"), NUMBER),
    "examples": (f"1 to {MAX_SIZE}", lambda v: _is_side(v, MAX_SIZE)),
}
# What is checked wherever a value of the type lies, with its name in the error.
TYPES: dict[type, tuple[str, dict[str, Kind]]] = {
    catalog.Model: ("the model", NETWORK),
    measured.Score: ("the score", SCORE),
    networks.Quantisation: ("the quantisation", QUANTISATION),
    clips.ClipSpec: ("the clip", CLIP),
    clips.Spread: ("the clip's sampling", SAMPLING),
    clips.Windows: ("the clip's sampling", SAMPLING),
}


def check(what: str, found: dict[str, Any], kinds: dict[str, Kind]) -> None:
    """ValueError naming the first value that is of another kind than its name says."""
    for name, value in found.items():
        words, is_kind = kinds[name]
        if not is_kind(value):
            raise ValueError(f"{what} has {name} {repr(value)[:100]}, expected {words}")


def check_within(value: Any) -> None:
    """ValueError for a value of TYPES, however deep inside, whose fields are out of bounds."""
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return
    if type(value) in TYPES:
        what, kinds = TYPES[type(value)]
        check(what, vars(value), kinds)
    for field in dataclasses.fields(value):
        check_within(getattr(value, field.name))


def check_facts(facts: dict[str, Any]) -> None:
    """ValueError for a fact that is neither text nor number nor a list of such."""
    check("the folder", facts, dict.fromkeys(facts, FACT))


def check_signature(signature: Any) -> None:
    """ValueError for inputs or an output that are too many, or too large to be a network's."""
    arrays = (*signature.inputs, signature.output)
    axes = [axis for one in arrays for axis in one.shape]
    if len(arrays) > MAX_INPUTS or any(len(one.shape) > MAX_AXES for one in arrays):
        raise ValueError(f"the network has {len(arrays)} inputs and outputs, expected at most {MAX_INPUTS}")
    if not all(_is_side(axis, MAX_SIZE) for axis in axes) or any(_size(one.shape) > MAX_SIZE for one in arrays):
        raise ValueError(f"the network's arrays have axes {axes[:20]}, expected at most {MAX_SIZE} values in each")


def code(said: Any) -> Iterator[str]:
    """The names of classes of their maker's own in a config: to read it would be to import them."""
    if isinstance(said, list):
        for item in said:
            yield from code(item)
    elif isinstance(said, dict):
        kind = said.get("type")
        for name in (kind, said.get("name") if kind == "Model" else None):
            if isinstance(name, str) and plugins.is_name(name):
                yield name
        for item in said.values():
            yield from code(item)


def _size(shape: tuple[int, ...]) -> int:
    total = 1
    for axis in shape:
        total *= axis
    return total
