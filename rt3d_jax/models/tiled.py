"""Networks whose kernels lie in the transformed domain of Winograd's filtering (lowering/functions/winograd.py)."""

from flax import nnx

from lowering.functions import transforms, winograd
from rt3d_jax.models import layers


def transform(network: nnx.Module, name: str, tile: int) -> None:
    """Transforms the kernel of every layers.Conv of 3 x 3 pixels and stride 1. The network computes the same.

    name: of the network, for the ValueError if it has no such layer.
    """
    convolutions = [module for _, module in nnx.iter_modules(network) if isinstance(module, layers.Conv)]
    fitting = [module for module in convolutions if _fits(module)]
    for module in fitting:
        module.kernel, module.tile = nnx.Param(winograd.learned(module.kernel[...], tile)), tile
    if not fitting:
        raise ValueError(
            f"model {name} has no convolution of 3 x 3 pixels with stride 1 in layers.Conv, expected one; "
            "leave out winograd"
        )


def _fits(module: layers.Conv) -> bool:
    return (module.groups, module.strides, module.window[1:]) == (1, (1, 1, 1), (transforms.TAPS,) * 2)
