"""Reads files of weights, PyTorch's .pth and .safetensors, as arrays by name."""

import pathlib

import numpy as np
import safetensors
import safetensors.numpy

from rt3d_jax.weights import torchfile

PICKLES = (".pth", ".pt", ".pyth")


def read(path: pathlib.Path) -> dict[str, np.ndarray]:
    """The arrays of a file by their names in it. Nothing in the file is run.

    Raises:
      FileNotFoundError: the file is not there.
      ValueError: another kind of file, or one that cannot be read.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there, expected a .pth or .safetensors file")
    if path.suffix in PICKLES:
        return torchfile.read(path)
    if path.suffix != ".safetensors":
        raise ValueError(f"{path} ends in {path.suffix!r}, expected {', '.join(PICKLES)} or .safetensors")
    try:
        return safetensors.numpy.load_file(path)
    except safetensors.SafetensorError as error:
        raise ValueError(f"{path} is damaged or no safetensors file ({error}); fetch it again") from error
