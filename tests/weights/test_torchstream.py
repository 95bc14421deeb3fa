"""The stream from before PyTorch 1.6: what only older versions wrote reads as PyTorch reads it, and no count in it is
believed.
"""

import collections
import re

import numpy as np
import pytest
import torch

from rt3d_jax.weights import files, imports
from tests.weights import streams

VALUES = np.arange(6, dtype="<f4")
RAW = (6, VALUES.tobytes())


def reference(key="7", count=6, view=None, kind="storage", dtype=torch.FloatStorage):
    return streams.Reference((kind, dtype, key, "cuda:0", count, view))


def tensor(offset=0, size=(2, 3), stride=(3, 1), **of):
    return streams.Tensor(reference(**of), offset, size, stride)


def write(path, value, head=None, **raw):
    path.write_bytes((head or streams.head()) + streams.content(value) + streams.storages(**(raw or {"7": RAW})))
    return path


def same_as_pytorch(path):
    expected = torch.load(path, "cpu", weights_only=False)
    found = files.read(path)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value.numpy(), strict=True)
    return found


def test_views_of_storages_are_read_as_pytorch_does(tmp_path):
    state = {
        "whole": tensor(),
        "turned": tensor(size=(3, 2), stride=(1, 3)),
        "view": tensor(offset=1, size=(2,), stride=(1,), view=("8", 2, 3)),
        "again": tensor(size=(3,), stride=(1,), view=("8", 2, 3)),
    }
    found = same_as_pytorch(write(tmp_path / "a.pth", state))
    assert found["view"].tolist() == [3, 4] and found["again"].tolist() == [2, 3, 4]


def test_a_state_dict_that_python_2_wrote_is_read_as_pytorch_does(tmp_path):
    pickled = streams.content({"Größe": tensor()})
    assert streams.of_python2(pickled) != pickled
    path = write(tmp_path / "a.pth", {})
    path.write_bytes(streams.of_python2(streams.head() + pickled) + streams.of_python2(streams.storages(**{"7": RAW})))
    assert list(same_as_pytorch(path)) == ["Größe"]


def test_an_ordered_dict_of_python_2_is_read(tmp_path):
    class Ordered(streams.Tensor):
        def __reduce__(self):
            return collections.OrderedDict, self.arguments

    path = write(tmp_path / "a.pth", Ordered([["x", tensor()], ["y", tensor()]]))
    assert list(same_as_pytorch(path)) == ["x", "y"]


def test_texts_that_are_not_utf_8_are_an_error_as_in_pytorch(tmp_path):
    path = write(tmp_path / "a.pth", {"Groesse": tensor()})
    path.write_bytes(streams.of_python2(path.read_bytes()).replace(b"Groesse", b"Gr\xf6\xdfe.."))
    with pytest.raises(UnicodeDecodeError):
        torch.load(path, weights_only=False)
    with pytest.raises(ValueError, match=r"a\.pth is damaged or no checkpoint \('utf-8' codec can't decode byte 0xf6"):
        files.read(path)


WRONG = [
    ({"count": 7}, {}, "storage 7 of 24 bytes does not hold a tensor of (2, 3)"),
    ({"count": 5}, {}, "does not hold a tensor"),
    ({"count": -1}, {}, "a reference to something other than a storage"),
    ({"count": 6.0}, {}, "a reference to something other than a storage"),
    ({"kind": "module"}, {}, "a reference to something other than a storage"),
    ({"key": 7}, {}, "a reference to something other than a storage"),
    ({"dtype": "i9"}, {}, "a reference to something other than a storage"),
    ({"key": "8"}, {}, "a storage that no tensor is in"),
    ({"view": ("8", 4, 3)}, {}, "storage 7 is described in two ways"),
    ({"view": ("8", -1, 3)}, {}, "a reference to something other than a storage"),
    ({"view": ("8", 0, 5)}, {}, "does not hold a tensor"),
    ({"offset": 1}, {}, "does not hold a tensor of (2, 3)"),
    ({"offset": -1}, {}, "a tensor without storage, size and stride"),
    ({"stride": (-3, 1)}, {}, "a tensor without storage, size and stride"),
    ({"stride": (3,)}, {}, "a tensor without storage, size and stride"),
    ({"size": (2, "x")}, {}, "a tensor without storage, size and stride"),
    ({"size": (1,) * 33, "stride": (1,) * 33}, {}, "a tensor without storage, size and stride"),
    ({}, {"7": (5, RAW[1])}, "storage 7 of 20 bytes does not hold a tensor of (2, 3)"),
    ({}, {"7": (7, RAW[1])}, "storage 7 ends at byte "),
    ({}, {"7": (2**62, RAW[1])}, "storage 7 ends at byte "),
    ({}, {"7": (-1, RAW[1])}, "storage 7 ends at byte "),
    ({}, {"7": RAW, "8": RAW}, "a storage that no tensor is in"),
]


@pytest.mark.parametrize(("of", "raw", "message"), WRONG)
def test_what_does_not_fit_together_is_an_error(tmp_path, of, raw, message):
    path = write(tmp_path / "a.pth", {"x": tensor(**of)}, **raw)
    with pytest.raises(
        ValueError, match=re.escape(f"{path} is damaged or no checkpoint (") + ".*" + re.escape(message)
    ):
        files.read(path)


def test_a_storage_that_is_not_listed_is_an_error(tmp_path):
    path = write(tmp_path / "a.pth", {"x": tensor(), "y": tensor(key="8")})
    with pytest.raises(ValueError, match=r"a.pth is damaged or no checkpoint \('8'\); fetch it again"):
        files.read(path)


def test_a_storage_of_two_types_is_an_error(tmp_path):
    path = write(tmp_path / "a.pth", {"x": tensor(), "y": tensor(dtype=torch.IntStorage)})
    with pytest.raises(ValueError, match=r"storage 7 is described in two ways"):
        files.read(path)


HEADS = [
    (streams.head(magic=7), r"is damaged or no checkpoint \(it does not begin as torch.save does\); fetch it again"),
    (streams.head(version=1002), r"is damaged or no checkpoint \(its protocol version is not 1001\); fetch it again"),
    (streams.head(system={}), "is damaged or no checkpoint .*little_endian"),
    (streams.head(system={"little_endian": False}), "was written on a big-endian machine; save it again on a little-"),
]


@pytest.mark.parametrize(("head", "message"), HEADS)
def test_another_beginning_is_an_error(tmp_path, head, message):
    with pytest.raises(ValueError, match=f"a.pth {message}"):
        files.read(write(tmp_path / "a.pth", {"x": tensor()}, head))


def test_a_run_folder_is_made_of_it_as_of_a_zip_file(tmp_path, tiny_state, tiny_source):
    torch.save(tiny_state, tmp_path / "new.pth")
    torch.save(tiny_state, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    results = [imports.run_folder(tmp_path / f"{age}.pth", "tiny", tmp_path / age) for age in ("new", "old")]
    assert results[0]["params"] == results[1]["params"] > 0
    new, old = (
        imports.convert(files.read(tmp_path / f"{age}.pth"), tiny_source, tiny_source.model)[0]
        for age in ("new", "old")
    )
    for layer, leaves in new.items():
        for name, value in leaves.items():
            np.testing.assert_array_equal(old[layer][name], value)
