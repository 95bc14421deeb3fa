"""X3D and SlowFast in PyTorch, in the names of PyTorchVideo's state dicts, written from the published structures.

`width` scales their channels, so that tests can be small.
"""

import math
from collections.abc import Sequence

import torch
from torch import nn

Size = tuple[int, int, int]


def scaled(channels: int, width: float) -> int:
    return max(1, round(channels * width))


def conv(inputs: int, outputs: int, size: Size, stride: Size = (1, 1, 1), groups: int = 1) -> nn.Conv3d:
    pads = (size[0] // 2, size[1] // 2, size[2] // 2)
    return nn.Conv3d(inputs, outputs, size, stride, pads, groups=groups, bias=False)


class Excite(nn.Module):
    """Squeeze and excitation."""

    def __init__(self, channels: int, middle: int):
        super().__init__()
        parts = (nn.Conv3d(channels, middle, 1), nn.ReLU(), nn.Conv3d(middle, channels, 1), nn.Sigmoid())
        self.block = nn.Sequential(*parts)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.block(x.mean((2, 3, 4), keepdim=True))


class Residual(nn.Module):
    """PyTorchVideo's ResBlock around a BottleneckBlock; middle: the norm and the activation behind `second`."""

    def __init__(self, channels: Size, first: Size, second: nn.Conv3d, middle: Sequence[nn.Module]):
        super().__init__()
        inputs, inner, outputs = channels
        depth, height, width = second.stride
        same = height == 1 and inputs == outputs
        self.branch1_conv = None if same else conv(inputs, outputs, (1, 1, 1), (depth, height, width))
        self.branch1_norm = nn.BatchNorm3d(outputs) if inputs != outputs else None
        norm, self.act = middle
        self.branch2 = nn.ModuleDict(
            {
                "conv_a": conv(inputs, inner, first),
                "norm_a": nn.BatchNorm3d(inner),
                "conv_b": second,
                "norm_b": norm,
                "conv_c": conv(inner, outputs, (1, 1, 1)),
                "norm_c": nn.BatchNorm3d(outputs),
            }
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.relu(self.branch2["norm_a"](self.branch2["conv_a"](x)))
        y = self.act(self.branch2["norm_b"](self.branch2["conv_b"](y)))
        y = self.branch2["norm_c"](self.branch2["conv_c"](y))
        shortcut = x if self.branch1_conv is None else self.branch1_conv(x)
        return torch.relu(y + (shortcut if self.branch1_norm is None else self.branch1_norm(shortcut)))


class X3D(nn.Module):
    """create_x3d(input_clip_length=frames, input_crop_size=size), of which x3d_xs, x3d_s and x3d_m are three sizes."""

    STAGES = ((24, 54, 8, 3), (48, 108, 8, 5), (96, 216, 16, 11), (192, 432, 32, 7))

    def __init__(self, width: float, classes: int, frames: int, size: int):
        super().__init__()
        inputs = scaled(24, width)
        convs = {
            "conv_t": conv(3, inputs, (1, 3, 3), (1, 2, 2)),
            "conv_xy": conv(inputs, inputs, (5, 1, 1), groups=inputs),
        }
        self.blocks = nn.ModuleList([nn.ModuleDict({"conv": nn.ModuleDict(convs), "norm": nn.BatchNorm3d(inputs)})])
        for *channels, count in self.STAGES:
            outputs, inner, squeezed = (scaled(one, width) for one in channels)
            stage = nn.ModuleList()
            for number in range(count):
                depthwise = conv(inner, inner, (3, 3, 3), (1, 1, 1) if number else (1, 2, 2), inner)
                excite = nn.Identity() if number % 2 else Excite(inner, squeezed)
                norm = nn.Sequential(nn.BatchNorm3d(inner), excite)
                stage.append(Residual((inputs, inner, outputs), (1, 1, 1), depthwise, (norm, nn.SiLU())))
                inputs = outputs
            self.blocks.append(nn.ModuleDict({"res_blocks": stage}))
        middle, wide = scaled(432, width), scaled(2048, width)
        pool = {
            "pre_conv": conv(inputs, middle, (1, 1, 1)),
            "pre_norm": nn.BatchNorm3d(middle),
            "pool": nn.AvgPool3d((frames, math.ceil(size / 32), math.ceil(size / 32)), stride=1),
            "post_conv": conv(middle, wide, (1, 1, 1)),
        }
        self.blocks.append(nn.ModuleDict({"pool": nn.ModuleDict(pool), "proj": nn.Linear(wide, classes)}))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        part = self.get_submodule
        x = torch.relu(part("blocks.0.norm")(part("blocks.0.conv.conv_xy")(part("blocks.0.conv.conv_t")(x))))
        for stage in range(1, 5):
            for block in part(f"blocks.{stage}.res_blocks").children():
                x = block(x)
        x = torch.relu(part("blocks.5.pool.pre_norm")(part("blocks.5.pool.pre_conv")(x)))
        x = torch.relu(part("blocks.5.pool.post_conv")(part("blocks.5.pool.pool")(x)))
        return part("blocks.5.proj")(x.permute(0, 2, 3, 4, 1)).mean((1, 2, 3))


class SlowFast(nn.Module):
    """slowfast_r50, whose slow pathway gets every fourth frame of the fast one's clip."""

    STAGES = ((64, 256, 1, 3), (128, 512, 2, 4), (256, 1024, 2, 6), (512, 2048, 2, 3))
    FRAMES = ((1, (1, 1, 3, 3)), (5, (3, 3, 3, 3)))  # of the kernels of the stem and the stages, slow and fast

    def __init__(self, width: float, classes: int):
        super().__init__()
        factors = (width, width / 8)
        inputs = [scaled(64, factor) for factor in factors]
        stems = [
            nn.ModuleDict({"conv": conv(3, one, (frames, 7, 7), (1, 2, 2)), "norm": nn.BatchNorm3d(one)})
            for one, (frames, _) in zip(inputs, self.FRAMES, strict=True)
        ]
        self.blocks = nn.ModuleList([self.fused(stems, inputs)])
        for number, (inner, outputs, stride, count) in enumerate(self.STAGES):
            stages = []
            for path, factor in enumerate(factors):
                channels = (inputs[path], scaled(inner, factor), scaled(outputs, factor))
                first = (self.FRAMES[path][1][number], 1, 1)
                stages.append(nn.ModuleDict({"res_blocks": self.stage(channels, first, stride, count)}))
                inputs[path] = channels[2]
            self.blocks.append(
                self.fused(stages, inputs)
                if number < 3
                else nn.ModuleDict({"multipathway_blocks": nn.ModuleList(stages)})
            )
        self.blocks += [nn.Identity(), nn.ModuleDict({"proj": nn.Linear(sum(inputs), classes)})]

    @staticmethod
    def stage(channels: Size, first: Size, stride: int, count: int) -> nn.ModuleList:
        inputs, inner, outputs = channels
        blocks = nn.ModuleList()
        for number in range(count):
            second = conv(inner, inner, (1, 3, 3), (1, 1, 1) if number else (1, stride, stride))
            blocks.append(Residual((inputs, inner, outputs), first, second, (nn.BatchNorm3d(inner), nn.ReLU())))
            inputs = outputs
        return blocks

    @staticmethod
    def fused(paths: list[nn.ModuleDict], channels: list[int]) -> nn.ModuleDict:
        """The two pathways, and the convolution that adds twice the fast one's channels to the slow one's."""
        fast = channels[1]
        channels[0] += 2 * fast
        fusion = {"conv_fast_to_slow": conv(fast, 2 * fast, (7, 1, 1), (4, 1, 1)), "norm": nn.BatchNorm3d(2 * fast)}
        return nn.ModuleDict(
            {"multipathway_blocks": nn.ModuleList(paths), "multipathway_fusion": nn.ModuleDict(fusion)}
        )

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        part = self.get_submodule
        paths = [clip[:, :, ::4], clip]
        for number in range(5):
            for path in (0, 1):
                name = f"blocks.{number}.multipathway_blocks.{path}"
                if number == 0:
                    paths[path] = torch.relu(part(f"{name}.norm")(part(f"{name}.conv")(paths[path])))
                    paths[path] = nn.functional.max_pool3d(paths[path], (1, 3, 3), (1, 2, 2), (0, 1, 1))
                else:
                    paths[path] = nn.Sequential(*part(f"{name}.res_blocks").children())(paths[path])
            if number < 4:
                name = f"blocks.{number}.multipathway_fusion"
                joined = torch.relu(part(f"{name}.norm")(part(f"{name}.conv_fast_to_slow")(paths[1])))
                paths[0] = torch.cat([paths[0], joined], 1)
        return part("blocks.6.proj")(torch.cat([path.mean((2, 3, 4)) for path in paths], 1))
