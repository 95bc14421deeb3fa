"""Checkpoints from strangers, broken at random in either format: a ValueError in one line or arrays, in little memory,
and no other file.
"""

import codecs
import os
import tracemalloc

import numpy as np
import pytest
import torch

from rt3d_jax.weights import files
from tests import fuzz

CASES = 600  # of each format
MOST_BYTES = 4 << 20  # for a file of a few thousand
SPICE = (
    *(
        b"\x80\x02",
        b"cposix\nsystem\n",
        b"X\x0c\0\0\0touch harmed\x85R",
        b"r\xff\xff\xff\xff",
        b"X\xff\xff\xff\xff",
        b"\x8a\xff",
    ),
    *(
        b"\xff" * 8,
        b"\0" * 8,
        b"\xff" * 7 + b"\x7f",
        b"K\xff",
        b"J\xff\xff\xff\xff",
        b"Q",
        b"R",
        b"b",
        b"s",
        b"u",
        b".",
        b"(",
        b")",
    ),
    *(b"t", b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"),
)


def outcome(path):
    fuzz.OPENED.clear()
    fuzz.WATCHING.append(True)
    tracemalloc.start()
    try:
        found = files.read(path)
        assert all(isinstance(array, np.ndarray) for array in found.values())
    except ValueError as error:
        assert "\n" not in str(error) and len(str(error)) < 2000, f"no line: {error!r}"
        return "refused"
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        fuzz.WATCHING.pop()
        assert set(fuzz.OPENED) <= {os.path.realpath(path), ""}, f"read {fuzz.OPENED}"
        assert peak < MOST_BYTES, f"took {peak} bytes"
    return "read"


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "stream"])
def test_a_broken_checkpoint_is_a_value_error_in_one_line(tmp_path, monkeypatch, zipped):
    monkeypatch.chdir(tmp_path)
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    state = torch.nn.Linear(3, 2).state_dict() | {"a": base, "b": base[1].t(), "c": base.half()}
    path, rng, outcomes = tmp_path / "a.pth", np.random.default_rng(7), []
    torch.save({"epoch": 3, "state_dict": state}, path, _use_new_zipfile_serialization=zipped)
    whole = path.read_bytes()
    codecs.lookup("cp437")  # zipfile's for some names: what is imported late is imported now
    files.read(path)
    assert outcome(path) == "read"
    for _ in range(CASES):
        path.write_bytes(fuzz.broken(whole, rng, SPICE))
        outcomes.append(outcome(path))
    assert outcomes.count("refused") > CASES // 4 and "read" in outcomes
    assert not (tmp_path / "harmed").exists()
