"""Reads files of weights, PyTorch's .pth and .safetensors, as arrays by name."""

import pathlib

import numpy as np
import safetensors
import safetensors.numpy

from rt3d_jax.weights import torchfile

PICKLES = (".pth", ".pt", ".pyth", ".ckpt", ".pth.tar", ".pt.tar")


def read(path: pathlib.Path) -> dict[str, np.ndarray]:
    """The arrays of a file by their names in it. Nothing in the file is run.

    Raises:
      FileNotFoundError: the file is not there. Other OSErrors: the system refuses it.
      ValueError: another kind of file, or one that cannot be read.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there, expected a .pth or .safetensors file")
    if path.name.endswith(PICKLES):
        return torchfile.read(path)
    if path.suffix != ".safetensors":
        raise ValueError(f"{path} ends in {path.suffix!r}, expected {', '.join(PICKLES)} or .safetensors")
    path.open("rb").close()  # names the file that the system refuses, as safetensors does not
    try:
        return safetensors.numpy.load_file(path)
    except (AttributeError, KeyError, TypeError) as error:  # an array of a type that numpy lacks
        raise ValueError(f"{path} holds arrays of {_strange(path)}; expected f32, f16 or bf16: convert it") from error
    except safetensors.SafetensorError as error:
        raise ValueError(f"{path} is damaged or no safetensors file ({error}); fetch it again") from error


def _strange(path: pathlib.Path) -> str:
    """The types of a .safetensors file that numpy does not have."""
    with safetensors.safe_open(path, "numpy") as file:
        kinds = {file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118 # it is no mapping
    return ", ".join(sorted(kind for kind in kinds if kind.startswith(("F8", "F6", "F4")))) or "no known type"
