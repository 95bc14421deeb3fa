"""Weights as trainers wrap them: the same network comes out, and what was left out is said."""

import errno
import os
import pathlib

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch

from rt3d_jax.cli import main
from rt3d_jax.weights import files, imports, sources, wrappings

MEAN = {"data_preprocessor.mean": torch.zeros(3, 1, 1)}


def under(prefix, state):
    return {f"{prefix}{name}": tensor for name, tensor in state.items()}


WRAPPED = {
    "DistributedDataParallel": (lambda s: under("module.", s), "module.", []),
    "torch.compile": (lambda s: under("_orig_mod.", s), "_orig_mod.", []),
    "Lightning": (lambda s: {"state_dict": under("model.", s)}, "model.", []),
    "both": (lambda s: {"model_state_dict": under("module._orig_mod.", s)}, "module._orig_mod.", []),
    "SWA": (lambda s: {"n_averaged": torch.tensor(3), **under("module.", s)}, "module.", ["n_averaged"]),
    "EMA": (lambda s: {"epoch": 3, "model_ema": s}, "model_ema.", []),
    "EMA beside": (lambda s: {"state_dict": s, "state_dict_ema": {k: v * 0 for k, v in s.items()}}, "", []),
    "MMEngine": (lambda s: {"state_dict": MEAN | s}, "", ["data_preprocessor.mean"]),
    "MMEngine's EMA": (
        lambda s: {"ema_state_dict": {"steps": torch.tensor(1)} | under("module.", MEAN | s)},
        "ema_state_dict.module.",
        ["ema_state_dict.module.data_preprocessor.mean", "ema_state_dict.steps"],
    ),
}


@pytest.mark.parametrize("kind", WRAPPED)
@pytest.mark.parametrize("ending", [".pth", ".pth.tar"])
def test_wrapped_weights_are_the_networks(kind, ending, tiny_state, tmp_path):
    wrap, prefix, left_out = WRAPPED[kind]
    source, path = sources.SOURCES["tiny"], tmp_path / f"weights{ending}"
    torch.save(wrap(tiny_state), path)
    arrays, said = wrappings.unwrapped(files.read(path), [module for module, _ in source.rows])
    params, _ = imports.convert(arrays, source, source.model)
    np.testing.assert_array_equal(params["fc"]["kernel"], tiny_state["classifier.weight"].numpy().T)
    assert sorted(said) == sorted([f"the prefix {prefix!r} of all names"] * bool(prefix) + left_out)


def test_what_was_left_out_is_printed(tiny_state, tmp_path, capsys):
    torch.save({f"module.{name}": tensor for name, tensor in tiny_state.items()}, tmp_path / "a.pth")
    assert main.call(["import", str(tmp_path / "a.pth"), "--model", "tiny", "--out", str(tmp_path / "runs/a")]) == 0
    assert "left out: the prefix 'module.' of all names" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
def test_a_file_that_may_not_be_read_is_an_error_of_the_system(tmp_path, monkeypatch, name):
    path = tmp_path / name
    safetensors.numpy.save_file({"a": np.zeros(1, np.float32)}, path)

    def refused(path, *_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(pathlib.Path, "open", refused)
    with pytest.raises(PermissionError, match=f"Permission denied: '{path}'$"):
        files.read(path)


def test_arrays_of_8_bits_are_an_error_that_names_the_type(tiny_state, tmp_path):
    path = tmp_path / "a.safetensors"
    safetensors.torch.save_file({name: tensor.to(torch.float8_e4m3fn) for name, tensor in tiny_state.items()}, path)
    with pytest.raises(
        ValueError, match=r"a.safetensors holds arrays of F8_E4M3; expected f32, f16 or bf16: convert it"
    ):
        files.read(path)
