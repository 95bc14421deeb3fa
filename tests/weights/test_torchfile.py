"""The reader of .pth files: tensors come out as PyTorch put them in, and nothing else comes out at all."""

import collections
import os
import pickle
import re
import zipfile

import numpy as np
import pytest
import torch

from rt3d_jax.weights import files, torchfile

BASE = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
TENSORS = {
    "plain": BASE,
    "transposed": BASE.permute(2, 0, 1),
    "inside": BASE[1, 1:, ::2],
    "scalar": torch.tensor(7, dtype=torch.int64),
    "empty": torch.zeros(3, 0),
    "half": BASE.half(),
    "double": BASE.double(),
    "small": torch.tensor([-1, 2], dtype=torch.int8),
    "flags": torch.tensor([True, False]),
    "parameter": torch.nn.Parameter(BASE[0]),
}


def test_tensors_come_back_whatever_their_layout_and_dtype(tmp_path):
    torch.save(TENSORS, tmp_path / "a.pth")
    found = files.read(tmp_path / "a.pth")
    assert found.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        expected = tensor.detach().numpy()
        assert found[name].dtype == expected.dtype
        np.testing.assert_array_equal(found[name], expected)


def test_bfloat16_comes_back_exactly(tmp_path):
    torch.save({"x": BASE.bfloat16() / 3}, tmp_path / "a.pt")
    found = files.read(tmp_path / "a.pt")["x"]
    np.testing.assert_array_equal(found.astype(np.float32), (BASE.bfloat16() / 3).float().numpy())


@pytest.mark.parametrize("wrapper", torchfile.WRAPPERS)
def test_a_trainers_checkpoint_gives_its_state_dict(tmp_path, wrapper):
    optimizer = torch.optim.SGD([torch.nn.Parameter(BASE)], lr=0.1).state_dict()
    state = collections.OrderedDict(x=BASE)
    torch.save({"epoch": 3, wrapper: state, "optimizer": optimizer, "text": ["a"]}, tmp_path / "a.pth")
    assert list(files.read(tmp_path / "a.pth")) == ["x"]


class Harmful:
    def __reduce__(self):
        return os.system, ("touch harmed",)


def refused(path, message):
    with pytest.raises(ValueError, match=message) as error:
        files.read(path)
    assert "\n" not in str(error.value)


def test_a_pickle_that_would_run_code_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"x": BASE, "y": Harmful()}, "a.pth")
    refused(tmp_path / "a.pth", r"a\.pth: pickle names posix\.system, expected tensors and plain containers only; ")
    assert not (tmp_path / "harmed").exists()


def test_a_whole_module_is_refused_by_name(tmp_path):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "a.pth")
    refused(tmp_path / "a.pth", "pickle names torch.nn.modules.linear.Linear, expected tensors")


@pytest.mark.parametrize("state", [{"dtype": "f2"}, (None, {"__call__": 1})], ids=["dict", "slots"])
@pytest.mark.parametrize("name", list(torchfile.NAMES))
def test_a_pickle_cannot_change_what_it_names(tmp_path, name, state):
    module, attribute = name
    body = f"c{module}\n{attribute}\n".encode() + pickle.dumps(state, 2)[2:-1] + b"b."
    with zipfile.ZipFile(tmp_path / "a.pth", "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02" + body)
    before = repr(torchfile.NAMES[name])
    with pytest.raises(ValueError, match="is damaged or no checkpoint|holds no tensors"):
        files.read(tmp_path / "a.pth")
    assert repr(torchfile.NAMES[name]) == before
    assert collections.OrderedDict(a=1) == {"a": 1}


def test_the_format_before_zip_files_is_an_error_that_says_how_to_convert(tmp_path):
    path = tmp_path / "a.pth"
    torch.save({"x": BASE}, path, _use_new_zipfile_serialization=False)
    refused(path, rf"{re.escape(str(path))} is no zip file: .*convert it: python -c \"import torch; torch\.save\(")


def test_a_cut_off_file_is_an_error(tmp_path):
    path = tmp_path / "a.pth"
    torch.save({"x": BASE}, path)
    path.write_bytes(path.read_bytes()[:-200])
    refused(path, "a.pth is no zip file")


def test_a_storage_that_is_too_short_is_an_error(tmp_path):
    torch.save({"x": BASE}, tmp_path / "a.pth")
    with zipfile.ZipFile(tmp_path / "a.pth") as old, zipfile.ZipFile(tmp_path / "b.pth", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[:40] if "/data/" in name else old.read(name))
    refused(
        tmp_path / "b.pth", r"b.pth is damaged or no checkpoint \(.*storage 0 of 40 bytes does not hold .*\(2, 3, 4\)"
    )


@pytest.mark.parametrize("content", [BASE, [BASE], {"a": 1}], ids=["tensor", "list", "numbers"])
def test_a_file_without_named_tensors_is_an_error(tmp_path, content):
    torch.save(content, tmp_path / "a.pth")
    refused(tmp_path / "a.pth", "holds no tensors by name, expected a state dict, or one under state_dict or model")


def test_other_files_are_errors(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(b"no")
    (tmp_path / "a.onnx").write_bytes(b"no")
    refused(tmp_path / "a.safetensors", r"a.safetensors is damaged or no safetensors file")
    refused(tmp_path / "a.onnx", r"a.onnx ends in '.onnx', expected .pth, .pt or .safetensors")
    with pytest.raises(FileNotFoundError, match=r"b.pth is not there, expected a .pth or .safetensors file"):
        files.read(tmp_path / "b.pth")


def test_a_small_file_cannot_ask_for_much_memory(tmp_path):
    torch.save({"x": torch.zeros(1).expand(10**6, 10**6)}, tmp_path / "a.pth")
    refused(tmp_path / "a.pth", "does not hold a tensor")
    with (
        zipfile.ZipFile(tmp_path / "a.pth") as old,
        zipfile.ZipFile(tmp_path / "b.pth", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    refused(tmp_path / "b.pth", "is compressed, which torch.save never does; save it again with PyTorch")
