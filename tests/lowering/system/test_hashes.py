"""Hashes of files, JSON values and arrays."""

import hashlib
import json
import pathlib

import numpy as np

from lowering.system import hashes


def test_a_files_hash_is_that_of_its_bytes(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert hashes.of_file(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()


def test_a_json_values_hash_is_the_same_however_it_is_laid_out() -> None:
    value = {"b": [1, 2.5, None], "a": {"x": (3, "y")}}
    assert hashes.of_json(value) == hashes.of_json(json.loads(json.dumps(value, indent=3, sort_keys=True)))
    assert hashes.of_json(value) != hashes.of_json({**value, "b": [1, 2.5, 0]})


def test_an_arrays_hash_tells_names_dtypes_shapes_and_values_apart() -> None:
    array = np.arange(6, dtype=np.float32)
    others = [("a", array), ("b", array), ("a", array.astype(np.int32)), ("a", array.reshape(2, 3)), ("a", -array)]
    assert len({hashes.of_arrays([other]) for other in others}) == len(others)
    assert hashes.of_arrays(others) == hashes.of_arrays((name, each.copy()) for name, each in others)


def test_a_sealed_object_shows_any_change() -> None:
    sealed = hashes.sealed({"a": 1, "b": [2]})
    assert hashes.is_whole(sealed) and hashes.is_whole(json.loads(json.dumps(sealed)))
    for changed in ({**sealed, "a": 2}, {**sealed, "c": 1}, {**sealed, "sha256": "0" * 64}, {"a": 1, "b": [2]}):
        assert not hashes.is_whole(changed)
    assert hashes.sealed(sealed) == sealed
