"""config.json and result.json of a run folder from a stranger, broken at random: values of known types or a ValueError,
never code.
"""

import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lowering.system import files
from rt3d_jax.configs import quickstart
from rt3d_jax.training import codec
from tests.data import test_fuzz as fuzz

CASES = 300
VALUES = (
    *(None, True, -1, 0, 0.5, 1e308, 10**30, 10**400, "", "../x", "a" * 5000, "\ud800", "("),
    *([], {}, [[]], [{}], [["(", None]], ["x", None]),
    *({"type": "os.system"}, {"type": ["Model"]}, {"type": "Model", "size": {}}, {"type": "Prune"}),
    *({"type": "ClipSpec", "sampling": 3}, {"type": "Spread"}),
)


def odd(value: object, rng: np.random.Generator) -> bytes:
    """The JSON with one value of another kind, at any depth."""
    found = json.loads(json.dumps(value))
    place = found
    while True:
        key = rng.choice(sorted(place)) if isinstance(place, dict) else int(rng.integers(len(place)))
        if not isinstance(place[key], dict | list) or not place[key] or rng.random() < 0.3:
            break
        place = place[key]
    place[key] = VALUES[rng.integers(len(VALUES))]
    return json.dumps(found).encode()


def test_a_broken_configuration_is_a_value_error(tmp_path: pathlib.Path) -> None:
    written = codec.to_json(quickstart.experiment())
    whole, path, rng, outcomes = json.dumps(written).encode(), tmp_path / "config.json", np.random.default_rng(3), []
    for case in range(CASES):
        path.write_bytes(odd(written, rng) if case % 2 else fuzz.broken(whole, rng, fuzz.SPICE))
        try:
            found = codec.from_json(files.read_json(path))
        except ValueError as error:
            assert "\n" not in str(error) and len(str(error)) < 1000, f"no line: {error!r}"
            outcomes.append("refused")
        else:
            assert codec.from_json(json.loads(json.dumps(codec.to_json(found)))) == found
            outcomes.append("read")
    assert outcomes.count("refused") > 3 * CASES // 4 and "read" in outcomes


def places(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """Every value that JSON holds, beside the names of types and what stands in the place of a union, by its path."""
    if not isinstance(value, dict):
        yield path, value
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key != "type":
            yield from places(item, (*path, key))


@pytest.mark.parametrize("wrong", [{"odd": 1}, [["odd"]], True])
def test_a_value_of_another_type_is_refused_at_every_place_and_the_place_is_named(wrong: Any) -> None:
    written = json.loads(json.dumps(codec.to_json(quickstart.experiment())))
    taken = [path for path, value in places(written) if type(value) in (int, float, list) or wrong is not True]
    assert len(taken) > 50
    for path in taken:
        changed: Any = json.loads(json.dumps(written))
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = wrong
        named = "experiment" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
        with pytest.raises(ValueError, match=f"^{re.escape(named)}.* expected ") as error:
            codec.from_json(changed)
        assert "\n" not in str(error.value)
