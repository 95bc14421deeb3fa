"""rt3d import: weights of torchvision or MMAction2, or a shared folder, into a run folder."""

import pathlib
from typing import Annotated

import tyro

from rt3d_jax.cli import console
from rt3d_jax.evaluation import measured
from rt3d_jax.weights import imports, shared, sources


def run(
    path: Annotated[pathlib.Path, tyro.conf.Positional],
    /,
    out: pathlib.Path,
    model: str | None = None,
    labels: pathlib.Path | None = None,
    frames: int | None = None,
    code: tuple[str, ...] = (),
) -> None:
    """Make a run folder of published weights: `rt3d lower`, `rt3d eval --data` and `rt3d train --pretrained` take it.

    The weights are a file, which is read without PyTorch, or a folder that `rt3d export` wrote, such as a download from
    a hub. Nothing in them is run. The clips that the weights want (frames, stride, size, mean and std) are noted in the
    run folder.

    Such as:
      rt3d import r2plus1d_18-91a641e6.pth --model r2plus1d --out weights/r2plus1d
      hf download OWNER/NAME --local-dir kgs-3.6x && rt3d import kgs-3.6x --out runs/kgs-3.6x

    Args:
        path: .pth or .safetensors: torchvision's r2plus1d_18 or s3d, or MMAction2's
            c3d_sports1m_16x1x1_45e_ucf101_rgb. Or a folder.
        out: The run folder to write, such as OUT/runs/r2plus1d.
        model: r2plus1d, s3d or c3d: which network a file holds. A folder says it itself, as it does labels and frames.
        labels: Text file with the class names, one a line, in the order of the weights; default: class numbers.
        frames: Frames of a clip, where the network takes others than it was trained on (s3d: 128).
        code: Classes of the folder's maker, as module:Class, that may be imported here: their modules are run.
    """
    if path.is_dir():
        _shared(path, out, model or labels or frames, code)
        return
    if model is None:
        raise ValueError(f"{path} is no folder; name the network of a file with --model: {', '.join(sources.SOURCES)}")
    names = None if labels is None else _lines(labels)
    result = imports.run_folder(path, model, out, labels=names, frames=frames)
    console.say(
        f"{out}: {sources.SOURCES[model].origin}, {result['params']:,} parameters, {result['macs'] / 1e9:.2f} GMACs"
    )


def _shared(path: pathlib.Path, out: pathlib.Path, given: object, code: tuple[str, ...]) -> None:
    if given is not None:
        raise ValueError(
            f"{path} is a folder, whose {shared.CONFIG} says its model, labels and frames; leave those options out"
        )
    result = imports.shared_folder(path, out, code)
    found = measured.Score(**result["score"])
    score = f"{found.name} not measured" if found.value is None else f"{found.value} {found.unit}, as it says"
    size = f"{result['params']:,} parameters, {result['macs'] / 1e9:.4g} GMACs"
    console.say(f"{out}: {result['scheme']}, rate {result['rate']:.2f}, {size}, {score} ({found.protocol})")


def _lines(path: pathlib.Path) -> tuple[str, ...]:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there, expected a text file with one class name a line")
    return tuple(line.strip() for line in path.read_text().splitlines() if line.strip())
