"""rt3d import: weights of torchvision or MMAction2 into a run folder."""

import pathlib
from typing import Annotated

import tyro

from rt3d_jax.cli import console
from rt3d_jax.weights import imports, sources


def run(
    file: Annotated[pathlib.Path, tyro.conf.Positional],
    /,
    model: str,
    out: pathlib.Path,
    labels: pathlib.Path | None = None,
    frames: int | None = None,
) -> None:
    """Make a run folder of published weights, which `rt3d lower`, `rt3d eval --data` and `rt3d train --pretrained` take.

    The file is read without PyTorch, and nothing in it is run. The clips that the weights want (frames, stride, size, mean and
    std) are noted in the folder.

    Args:
        file: .pth or .safetensors: torchvision's r2plus1d_18 or s3d, or MMAction2's c3d_sports1m_16x1x1_45e_ucf101_rgb.
        model: r2plus1d, s3d or c3d.
        out: The run folder to write, such as OUT/runs/r2plus1d.
        labels: Text file with the class names, one a line, in the order of the weights; default: class numbers.
        frames: Frames of a clip, where the network takes others than it was trained on (s3d: 128).
    """
    names = None if labels is None else _lines(labels)
    result = imports.run_folder(file, model, out, labels=names, frames=frames)
    console.say(
        f"{out}: {sources.SOURCES[model].origin}, {result['params']:,} parameters, {result['macs'] / 1e9:.2f} GMACs"
    )


def _lines(path: pathlib.Path) -> tuple[str, ...]:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there, expected a text file with one class name a line")
    return tuple(line.strip() for line in path.read_text().splitlines() if line.strip())
