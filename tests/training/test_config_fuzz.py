"""config.json and result.json of a run folder from a stranger, broken at random: values of known types or a ValueError,
never code.
"""

import json
import pathlib
import re
from typing import Any

import numpy as np
import pytest

from lowering.system import files
from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.training import codec
from tests import fuzz

CASES = 300
VALUES = (
    *(None, True, -1, 0, 0.5, 1e308, 10**30, 10**400, "", "../x", "a" * 5000, "\ud800", "("),
    *([], {}, [[]], [{}], [["(", None]], ["x", None]),
    *({"type": "os.system"}, {"type": ["Model"]}, {"type": "Model", "size": {}}, {"type": "Prune"}),
    *({"type": "ClipSpec", "sampling": 3}, {"type": "Spread"}),
)


def test_a_broken_configuration_is_a_value_error(tmp_path: pathlib.Path) -> None:
    written = codec.to_json(quickstart_kgs.experiment())
    whole, path, rng, outcomes = json.dumps(written).encode(), tmp_path / "config.json", np.random.default_rng(3), []
    for case in range(CASES):
        path.write_bytes(fuzz.odd(written, rng, VALUES) if case % 2 else fuzz.broken(whole, rng, fuzz.SPICE))
        try:
            found = codec.from_json(files.read_json(path))
        except ValueError as error:
            assert "\n" not in str(error) and len(str(error)) < 1000, f"no line: {error!r}"
            outcomes.append("refused")
        else:
            assert codec.from_json(json.loads(json.dumps(codec.to_json(found)))) == found
            outcomes.append("read")
    assert outcomes.count("refused") > 3 * CASES // 4 and "read" in outcomes


@pytest.mark.parametrize("wrong", [{"odd": 1}, [["odd"]], True])
def test_a_value_of_another_type_is_refused_at_every_place_and_the_place_is_named(wrong: Any) -> None:
    written = json.loads(json.dumps(codec.to_json(quickstart_kgs.experiment())))
    taken = [path for path, value in fuzz.places(written) if type(value) in (int, float, list) or wrong is not True]
    assert len(taken) > 50
    for path in taken:
        with pytest.raises(ValueError, match=f"^{re.escape(fuzz.named('experiment', path))}.* expected ") as error:
            codec.from_json(fuzz.changed(written, path, wrong))
        assert "\n" not in str(error.value)
