"""config.json and result.json of a run folder from a stranger, broken at random: values of known types or a ValueError, never code."""

import json
import pathlib

import numpy as np

from lowering.system import files
from rt3d_jax.configs import quickstart
from rt3d_jax.training import codec
from tests.data import test_fuzz as fuzz

CASES = 300
VALUES = (
    *(None, True, -1, 0, 0.5, 1e308, 10**30, "", "../x", "a" * 5000, [], {}, [[]], [{}], "\ud800", "(", [["(", None]], ["x", None]),
    *({"type": "os.system"}, {"type": ["Model"]}, {"type": "Model", "size": {}}, {"type": "Prune"}, {"type": "ClipSpec", "sampling": 3}, {"type": "Spread"}),
)  # fmt: skip


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
            codec.from_json(files.read_json(path))
        except ValueError as error:
            assert "\n" not in str(error), f"no line: {error!r}"
            outcomes.append("refused")
        else:
            outcomes.append("read")
    assert outcomes.count("refused") > CASES // 4 and "read" in outcomes
