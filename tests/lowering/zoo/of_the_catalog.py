"""The catalog's own networks, narrow and on small clips."""

from rt3d_jax.models import catalog
from tests.lowering.zoo import network

CLASSES = 10


def made(model: catalog.Model) -> network.Network:
    inputs = network.clip(model.frames, model.size)
    params = network.drawn(catalog.shapes(model, CLASSES))
    return network.Network(catalog.apply_function(model, CLASSES, "direct"), params, (inputs,))


def small(name: str, width: float, frames: int, size: int) -> tuple[catalog.Model, tuple[()]]:
    return catalog.Model(name, width=width, frames=frames, size=size, dropout=0.0), ()


NETWORKS = {
    "R3D-18": small("r3d", 0.25, 8, 32),
    "MC3-18": small("mc3", 0.25, 8, 32),
    "R(2+1)D-18": small("r2plus1d", 0.25, 8, 32),
    "S3D": small("s3d", 0.125, 16, 32),
    "I3D": small("i3d", 0.125, 16, 32),
    "X3D-S": small("x3d_s", 0.5, 13, 64),
    "SlowFast-R50": small("slowfast_r50", 0.125, 32, 64),
    "MobileNetV2-3D, 17 blocks": small("mobilenetv2", 0.25, 16, 32),
    "MoViNet-A0": small("movinet_a0", 0.5, 8, 64),
}
