"""The reader of .pth files: tensors come out as PyTorch put them in, and nothing else comes out at all."""

import collections
import io
import os
import pickle
import tarfile
import tracemalloc
import zipfile

import numpy as np
import pytest
import torch

from rt3d_jax.weights import files, torchfile, torchpickle, torchstream
from tests.weights import streams

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
FORMATS = pytest.mark.parametrize("zipped", [True, False], ids=["zip", "stream"])


def save(content, path, zipped):
    torch.save(content, path, _use_new_zipfile_serialization=zipped)


@FORMATS
def test_tensors_come_back_whatever_their_layout_and_dtype(tmp_path, zipped):
    save(TENSORS, tmp_path / "a.pth", zipped)
    found = files.read(tmp_path / "a.pth")
    assert found.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        expected = tensor.detach().numpy()
        assert found[name].dtype == expected.dtype
        np.testing.assert_array_equal(found[name], expected)


@FORMATS
def test_bfloat16_comes_back_exactly(tmp_path, zipped):
    save({"x": BASE.bfloat16() / 3}, tmp_path / "a.pt", zipped)
    found = files.read(tmp_path / "a.pt")["x"]
    np.testing.assert_array_equal(found.astype(np.float32), (BASE.bfloat16() / 3).float().numpy())


@FORMATS
@pytest.mark.parametrize("wrapper", torchfile.WRAPPERS)
def test_a_trainers_checkpoint_gives_its_state_dict(tmp_path, wrapper, zipped):
    optimizer = torch.optim.SGD([torch.nn.Parameter(BASE)], lr=0.1).state_dict()
    state = collections.OrderedDict(x=BASE)
    save({"epoch": 3, wrapper: state, "optimizer": optimizer, "text": ["a"]}, tmp_path / "a.pth", zipped)
    assert list(files.read(tmp_path / "a.pth")) == ["x"]


@FORMATS
def test_a_modules_state_dict_comes_back_without_its_metadata(tmp_path, zipped):
    state = torch.nn.Linear(2, 3).state_dict()
    assert "_metadata" in vars(state)
    save(state, tmp_path / "a.pth", zipped)
    assert list(files.read(tmp_path / "a.pth")) == ["weight", "bias"]


@pytest.mark.parametrize("protocol", [2, 3, 4])
@FORMATS
def test_every_protocol_of_pickle_is_read(tmp_path, protocol, zipped):
    numbers, texts = (
        [1, -1, 1 << 40, 1 << 3000, 0.5, None, True],
        ("a", "\xe9" * 300, b"\0" * 300 if protocol > 2 else ()),
    )
    kept = TENSORS | {"numbers": numbers, "texts": texts, (1, "a"): {}}
    torch.save(kept, tmp_path / "a.pth", pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
    assert files.read(tmp_path / "a.pth").keys() == TENSORS.keys()


class Harmful:
    def __reduce__(self):
        return os.system, ("touch harmed",)


def refused(path, message):
    with pytest.raises(ValueError, match=message) as error:
        files.read(path)
    assert "\n" not in str(error.value)


@FORMATS
def test_a_pickle_that_would_run_code_is_refused_by_name(tmp_path, monkeypatch, zipped):
    monkeypatch.chdir(tmp_path)
    save({"x": BASE, "y": Harmful()}, "a.pth", zipped)
    refused(tmp_path / "a.pth", r"a\.pth names posix\.system, expected tensors and plain containers only; ")
    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize("place", range(5))
def test_none_of_a_streams_pickles_runs_code(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    pickles = [torchstream.MAGIC, torchstream.VERSION, streams.SYSTEM, {}, []]
    pickles[place] = Harmful()
    (tmp_path / "a.pth").write_bytes(b"".join(pickle.dumps(value, 2) for value in pickles))
    refused(tmp_path / "a.pth", r"a\.pth names posix\.system, expected tensors and plain containers only; ")
    assert not (tmp_path / "harmed").exists()


@FORMATS
def test_a_whole_module_is_refused_by_name(tmp_path, zipped):
    save(torch.nn.Linear(2, 2), tmp_path / "a.pth", zipped)
    refused(tmp_path / "a.pth", "names torch.nn.modules.linear.Linear, expected tensors")


@pytest.mark.parametrize("state", [{"dtype": "f2"}, (None, {"__call__": 1})], ids=["dict", "slots"])
@pytest.mark.parametrize("name", list(torchpickle.NAMES))
def test_a_pickle_cannot_change_what_it_names(tmp_path, name, state):
    module, attribute = name
    body = f"c{module}\n{attribute}\n".encode() + pickle.dumps(state, 2)[2:-1] + b"b."
    with zipfile.ZipFile(tmp_path / "a.pth", "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02" + body)
    before = repr(torchpickle.NAMES[name])
    with pytest.raises(ValueError, match="is damaged or no checkpoint|holds no tensors"):
        files.read(tmp_path / "a.pth")
    assert repr(torchpickle.NAMES[name]) == before
    assert collections.OrderedDict(a=1) == {"a": 1}


def test_the_format_before_2017_is_an_error_that_says_how_to_convert(tmp_path):
    with tarfile.open(tmp_path / "a.pth", "w:", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("storages"), io.BytesIO())
    refused(
        tmp_path / "a.pth", r"a\.pth is in the tar format from before 2017; .* convert it: python -c \"import torch; "
    )


@FORMATS
def test_a_file_that_is_cut_off_anywhere_is_an_error(tmp_path, zipped):
    save({"x": BASE[0], "y": torch.zeros(0)}, tmp_path / "a.pth", zipped)
    whole = (tmp_path / "a.pth").read_bytes()
    for length in range(len(whole)):
        (tmp_path / "b.pth").write_bytes(whole[:length])
        refused(tmp_path / "b.pth", r"b\.pth is damaged or no checkpoint \(.+\); fetch it again$")


def test_a_storage_that_is_too_short_is_an_error(tmp_path):
    torch.save({"x": BASE}, tmp_path / "a.pth")
    with zipfile.ZipFile(tmp_path / "a.pth") as old, zipfile.ZipFile(tmp_path / "b.pth", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[:40] if "/data/" in name else old.read(name))
    refused(
        tmp_path / "b.pth", r"b.pth is damaged or no checkpoint \(.*storage 0 of 40 bytes does not hold .*\(2, 3, 4\)"
    )


@FORMATS
@pytest.mark.parametrize(
    "content",
    [BASE, [BASE], {"a": 1}, {0: BASE}, {"a\n": BASE}],
    ids=["tensor", "list", "numbers", "numbered", "lines"],
)
def test_a_file_without_named_tensors_is_an_error(tmp_path, content, zipped):
    save(content, tmp_path / "a.pth", zipped)
    refused(
        tmp_path / "a.pth",
        "holds no tensors by name, expected a state dict, or one under state_dict, model, model_state or "
        "model_state_dict",
    )


def test_other_files_are_errors(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(b"no")
    (tmp_path / "a.onnx").write_bytes(b"no")
    refused(tmp_path / "a.safetensors", r"a.safetensors is damaged or no safetensors file")
    refused(
        tmp_path / "a.onnx",
        r"a.onnx ends in '.onnx', expected .pth, .pt, .pyth, .ckpt, .pth.tar, .pt.tar or .safetensors",
    )
    with pytest.raises(FileNotFoundError, match=r"b.pth is not there, expected a .pth or .safetensors file"):
        files.read(tmp_path / "b.pth")


@FORMATS
def test_a_small_file_cannot_ask_for_much_memory(tmp_path, zipped):
    save({"x": torch.zeros(1).expand(10**6, 10**6)}, tmp_path / "a.pth", zipped)
    refused(tmp_path / "a.pth", "does not hold a tensor")


def test_a_compressed_file_is_refused(tmp_path):
    torch.save({"x": BASE}, tmp_path / "a.pth")
    with (
        zipfile.ZipFile(tmp_path / "a.pth") as old,
        zipfile.ZipFile(tmp_path / "b.pth", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    refused(tmp_path / "b.pth", "is compressed, which torch.save never does; save it again with PyTorch")


@FORMATS
def test_tensors_that_share_a_storage_take_its_memory_once(tmp_path, zipped):
    shared = torch.zeros(1 << 18)
    save({str(number): shared[number:].view(1, -1).t() for number in range(200)}, tmp_path / "a.pth", zipped)
    tracemalloc.start()
    found = files.read(tmp_path / "a.pth")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 200 and peak < 4 << 20


PROMISES = {
    "a place of memory": b"\x80\x02}r\xff\xff\xff\xff.",
    "a text": b"\x80\x02X\xff\xff\xff\xff.",
    "a long text": b"\x80\x04\x8d" + b"\xff" * 7 + b"\x0f.",
    "a frame": b"\x80\x04\x95" + b"\xff" * 7 + b"\x0f.",
    "bytes": b"\x80\x05\x96" + b"\xff" * 7 + b"\x0f.",
    "a number": b"\x80\x02\x8b\xff\xff\xff\x7f.",
}


@FORMATS
@pytest.mark.parametrize("name", PROMISES)
def test_a_pickle_that_promises_more_than_it_holds_is_an_error_in_little_memory(tmp_path, name, zipped):
    if zipped:
        with zipfile.ZipFile(tmp_path / "a.pth", "w") as archive:
            archive.writestr("a/data.pkl", PROMISES[name])
    else:
        (tmp_path / "a.pth").write_bytes(streams.head() + PROMISES[name] + pickle.dumps([], 2))
    tracemalloc.start()
    refused(tmp_path / "a.pth", "is damaged or no checkpoint|holds no tensors by name")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


NESTED = b")" + b"\x85" * 200_000  # so many tuples, one in the other: their hash overflows C's stack
DEEP = {
    "a key": b"\x80\x02}" + NESTED + b"Ns.",
    "a key of several": b"\x80\x02}(" + NESTED + b"Nu.",
    "a key in order": b"\x80\x02ccollections\nOrderedDict\n]" + NESTED + b"N\x86a\x85R.",
    "a value": b"\x80\x02}N" + NESTED + b"s.",
    "a reference": b"\x80\x02" + NESTED + b"Q.",
    "a type": b"\x80\x02(X\x07\0\0\0storage" + NESTED + b"NNNtQ.",
    "a set": b"\x80\x04(" + NESTED + b"\x91.",
}


@pytest.mark.parametrize("name", DEEP)
def test_a_pickle_of_deep_tuples_is_an_error_and_no_crash(tmp_path, name):
    (tmp_path / "a.pth").write_bytes(streams.head() + DEEP[name] + pickle.dumps([], 2))
    refused(tmp_path / "a.pth", "is damaged or no checkpoint|holds no tensors by name")
