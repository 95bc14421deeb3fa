"""The published weights that can be imported: the names of their layers, and the clips that they were trained on."""

import dataclasses
from typing import Any

from rt3d_jax.data import clips
from rt3d_jax.models import catalog, mobilenetv2, movinet, s3d

Rows = tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True)
class Source:
    """The published weights of one network.

    origin: in words. rows: pairs of a regex of their modules' names and our layer; the first full match wins. A
    convolution and its batch norm are one layer here. head: the layer that gives the logits. flattened: maps a dense
    layer that reads a flattened feature map to the convolution that made it, because their order is channels first.
    model and clip: the network and the clip that the weights are for.
    """

    origin: str
    rows: Rows
    head: str
    model: catalog.Model
    clip: clips.ClipSpec
    flattened: tuple[tuple[str, str], ...] = ()


R2PLUS1D: Rows = (
    (r"stem\.[01]", "stem/space"),
    (r"stem\.[34]", "stem/time"),
    (r"(layer\d)\.(\d)\.(conv\d)\.0\.[01]", r"\1/\2/\3/space"),
    (r"(layer\d)\.(\d)\.(conv\d)\.(0\.3|1)", r"\1/\2/\3/time"),
    (r"(layer\d)\.(\d)\.downsample\.[01]", r"\1/\2/downsample"),
    (r"fc", "fc"),
)
# R3D-18 and MC3-18, whose convolutions are not factored.
RESNET18: Rows = (
    (r"stem\.[01]", "stem"),
    (r"(layer\d)\.(\d)\.(conv\d)\.[01]", r"\1/\2/\3"),
    (r"(layer\d)\.(\d)\.downsample\.[01]", r"\1/\2/downsample"),
    (r"fc", "fc"),
)
# torchvision numbers the blocks among the pools: 7 and 13 are pools.
MIXED = dict(zip((5, 6, 8, 9, 10, 11, 12, 14, 15), (*s3d.MIXED3, *s3d.MIXED4, *s3d.MIXED5), strict=True))
S3D: Rows = (
    (r"features\.0\.0\.[01]", "conv1/space"),
    (r"features\.0\.1\.[01]", "conv1/time"),
    (r"features\.2\.[01]", "conv2b"),
    (r"features\.3\.0\.[01]", "conv2c/space"),
    (r"features\.3\.1\.[01]", "conv2c/time"),
    *(
        row
        for number, (name, _) in MIXED.items()
        for row in (
            (rf"features\.{number}\.branch0\.[01]", f"{name}/branch0"),
            (rf"features\.{number}\.(branch[12])\.0\.[01]", rf"{name}/\1/reduce"),
            (rf"features\.{number}\.(branch[12])\.1\.0\.[01]", rf"{name}/\1/space"),
            (rf"features\.{number}\.(branch[12])\.1\.1\.[01]", rf"{name}/\1/time"),
            (rf"features\.{number}\.branch3\.1\.[01]", f"{name}/branch3"),
        )
    ),
    (r"classifier\.1", "head"),
)
C3D: Rows = (
    (r"backbone\.(conv[12])a\.conv", r"\1"),
    (r"backbone\.(conv[345][ab])\.conv", r"\1"),
    (r"backbone\.(fc[67])", r"\1"),
    (r"cls_head\.fc_cls", "fc8"),
)
# PyTorchVideo's stem calls the convolution over space conv_t and the one over time conv_xy.
X3D: Rows = (
    (r"blocks\.0\.conv\.conv_t", "stem/space"),
    (r"blocks\.0\.(conv\.conv_xy|norm)", "stem/time"),
    *(
        (rf"blocks\.([1-4])\.res_blocks\.(\d+)\.{theirs}", rf"stage\1/\2/{ours}")
        for theirs, ours in (
            (r"branch1_(conv|norm)", "shortcut"),
            (r"branch2\.(conv|norm)_a", "expand"),
            (r"branch2\.(conv_b|norm_b\.0)", "depthwise"),
            (r"branch2\.norm_b\.1\.block\.0", "excite/reduce"),
            (r"branch2\.norm_b\.1\.block\.2", "excite/expand"),
            (r"branch2\.(conv|norm)_c", "project"),
        )
    ),
    (r"blocks\.5\.pool\.pre_(conv|norm)", "head/conv1"),
    (r"blocks\.5\.pool\.post_conv", "head/conv2"),
    (r"blocks\.5\.proj", "head/fc"),
)
PATHS = ((0, "slow"), (1, "fast"))
SLOWFAST: Rows = (
    *((rf"blocks\.0\.multipathway_blocks\.{number}\.(conv|norm)", f"{path}/stem") for number, path in PATHS),
    *(
        (rf"blocks\.([1-4])\.multipathway_blocks\.{number}\.res_blocks\.(\d)\.{theirs}", rf"{path}/stage\1/\2/{ours}")
        for number, path in PATHS
        for theirs, ours in (
            (r"branch1_(conv|norm)", "downsample"),
            (r"branch2\.(conv|norm)_a", "conv1"),
            (r"branch2\.(conv|norm)_b", "conv2"),
            (r"branch2\.(conv|norm)_c", "conv3"),
        )
    ),
    *(
        (rf"blocks\.{before}\.multipathway_fusion\.(conv_fast_to_slow|norm)", f"join/stage{before + 1}")
        for before in range(4)
    ),
    (r"blocks\.6\.proj", "fc"),
)

I3D: Rows = (
    (r"Conv3d_1a_7x7\.(conv3d|bn)", "conv1"),
    (r"Conv3d_2b_1x1\.(conv3d|bn)", "conv2b"),
    (r"Conv3d_2c_3x3\.(conv3d|bn)", "conv2c"),
    *(
        (rf"Mixed_(\d[b-f])\.{theirs}\.(conv3d|bn)", rf"mixed\1/{ours}")
        for theirs, ours in (
            ("b0", "branch0"),
            ("b1a", "branch1/reduce"),
            ("b1b", "branch1/conv"),
            ("b2a", "branch2/reduce"),
            ("b2b", "branch2/conv"),
            ("b3b", "branch3"),
        )
    ),
    (r"logits\.conv3d", "head"),
)
# MoViNet-pytorch counts stages and blocks from 0, we count stages from 1.
MOVINET: Rows = (
    (r"conv1\.conv_1\.(conv3d|norm)", "stem"),
    *(
        (rf"blocks\.b{stage}_l(\d){theirs}", rf"stage{stage + 1}/\1{ours}")
        for stage in range(len(movinet.STAGES))
        for theirs, ours in (
            ("", ""),  # alpha, the gain
            (r"\.expand\.conv_1\.(conv3d|norm)", "/expand"),
            (r"\.deep\.conv_1\.(conv3d|norm)", "/depthwise"),
            (r"\.se\.fc1\.conv_1\.conv3d", "/excite/reduce"),
            (r"\.se\.fc2\.conv_1\.conv3d", "/excite/expand"),
            (r"\.project\.conv_1\.(conv3d|norm)", "/project"),
            (r"\.res\.[01]\.conv_1\.(conv3d|norm)", "/shortcut"),
        )
    ),
    (r"conv7\.conv_1\.(conv3d|norm)", "last"),
    (r"classifier\.0\.conv_1\.conv3d", "fc1"),
    (r"classifier\.3\.conv_1\.conv3d", "fc2"),
)
# Efficient-3DCNNs numbers the blocks of all stages in a row, behind the stem. The block of the first has no `expand`.
BLOCKS = [f"{name}/{block}" for name, _, _, blocks, _ in mobilenetv2.STAGES for block in range(blocks)]
MOBILENETV2: Rows = (
    (r"features\.0\.[01]", "stem"),
    *(
        (rf"features\.1\.conv\.{numbers}", f"{BLOCKS[0]}/{ours}")
        for numbers, ours in (("[01]", "depthwise"), ("[34]", "project"))
    ),
    *(
        (rf"features\.{number}\.conv\.{numbers}", f"{block}/{ours}")
        for number, block in enumerate(BLOCKS[1:], 2)
        for numbers, ours in (("[01]", "expand"), ("[34]", "depthwise"), ("[67]", "project"))
    ),
    (rf"features\.{len(BLOCKS) + 1}\.[01]", "last"),
    (r"classifier\.1", "fc"),
)

KINETICS: dict[str, Any] = {"mean": clips.KINETICS_MEAN, "std": clips.KINETICS_STD}
PYTORCHVIDEO: dict[str, Any] = {"mean": (0.45, 0.45, 0.45), "std": (0.225, 0.225, 0.225)}
# MMAction2 takes (104, 117, 128) from RGB values of 0 to 255 and scales by nothing.
SPORTS1M: dict[str, Any] = {"mean": (104 / 255, 117 / 255, 128 / 255), "std": (1 / 255, 1 / 255, 1 / 255)}
# Efficient-3DCNNs takes the mean of ActivityNet from values of 0 to 255 and scales by nothing.
ACTIVITYNET: dict[str, Any] = {
    "mean": (114.7748 / 255, 107.7354 / 255, 99.475 / 255),
    "std": (1 / 255, 1 / 255, 1 / 255),
}
UNSCALED: dict[str, Any] = {"mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)}
BOTH_SIGNS: dict[str, Any] = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}  # values from -1 to 1


def _resnet18(name: str, rows: Rows) -> Source:
    """torchvision's r2plus1d_18, r3d_18 or mc3_18."""
    return Source(
        origin=f"torchvision's {name}_18",
        rows=rows,
        head="fc",
        model=catalog.Model(name, frames=16, size=112, dropout=0.0),
        clip=clips.ClipSpec(clips.Windows(16, 2), 128, 112, flip=True, stretch=(128, 171), **KINETICS),
    )


def _x3d(name: str, sampling: clips.Windows, size: int) -> Source:
    """PyTorchVideo's X3D, with the crops on which it is evaluated: they are larger than those of training."""
    return Source(
        origin=f"PyTorchVideo's {name}",
        rows=X3D,
        head="head/fc",
        model=catalog.Model(name, frames=sampling.frames, size=size, dropout=0.5),
        clip=clips.ClipSpec(sampling, short_side=size, size=size, flip=True, **PYTORCHVIDEO),
    )


# By network. torchvision's models were trained at 15 frames a second, every second frame of most videos, and measured
# on frames that are stretched.
SOURCES: dict[str, Source] = {
    "r2plus1d": _resnet18("r2plus1d", R2PLUS1D),
    "r3d": _resnet18("r3d", RESNET18),
    "mc3": _resnet18("mc3", RESNET18),
    "s3d": Source(
        origin="torchvision's s3d",
        rows=S3D,
        head="head",
        model=catalog.Model("s3d", frames=128, size=224, dropout=0.2),
        clip=clips.ClipSpec(clips.Windows(128, 2), 256, 224, flip=True, stretch=(256, 256), **KINETICS),
    ),
    "c3d": Source(
        origin="MMAction2's c3d_sports1m_16x1x1_45e_ucf101_rgb",
        rows=C3D,
        head="fc8",
        model=catalog.Model("c3d", frames=16, size=112, dropout=0.5),
        clip=clips.ClipSpec(clips.Windows(16, 1), short_side=128, size=112, flip=True, **SPORTS1M),
        flattened=(("fc6", "conv5b"),),
    ),
    "x3d_xs": _x3d("x3d_xs", clips.Windows(4, 12), 182),
    "x3d_s": _x3d("x3d_s", clips.Windows(13, 6), 182),
    "x3d_m": _x3d("x3d_m", clips.Windows(16, 5), 256),
    "slowfast_r50": Source(
        origin="PyTorchVideo's slowfast_r50",
        rows=SLOWFAST,
        head="fc",
        model=catalog.Model("slowfast_r50", frames=32, size=256, dropout=0.5),
        clip=clips.ClipSpec(clips.Windows(32, 2), short_side=256, size=256, flip=True, **PYTORCHVIDEO),
    ),
    "i3d": Source(
        origin="pytorch-i3d's rgb_imagenet",
        rows=I3D,
        head="head",
        model=catalog.Model("i3d", frames=64, size=224, dropout=0.5),
        clip=clips.ClipSpec(clips.Windows(64, 1), short_side=256, size=224, flip=True, **BOTH_SIGNS),
    ),
    "movinet_a0": Source(
        origin="MoViNet-pytorch's modelA0, the base network",
        rows=MOVINET,
        head="fc2",
        model=catalog.Model("movinet_a0", frames=50, size=172, dropout=0.2),
        clip=clips.ClipSpec(clips.Windows(50, 5), short_side=172, size=172, flip=True, **UNSCALED),
    ),
    "mobilenetv2": Source(
        origin="Efficient-3DCNNs' mobilenetv2_1.0x",
        rows=MOBILENETV2,
        head="fc",
        model=catalog.Model("mobilenetv2", frames=16, size=112, dropout=0.2),
        clip=clips.ClipSpec(clips.Windows(16, 1), short_side=112, size=112, flip=True, **ACTIVITYNET),
    ),
}
