"""rt3d check: bundles against the answers that travel with them."""

import pathlib
from typing import Annotated

import tyro

from lowering.bundle import bundles, deploy
from rt3d_jax.cli import console, lower


def run(folders: Annotated[tuple[pathlib.Path, ...], tyro.conf.Positional], /) -> int:
    """Run bundles on their own clip and compare with JAX's answer: natively, under qemu-user (arm64) or on the Vulkan
    device found here.

    Exit code 1 if an answer differs by more than 1e-4 of the largest logit (1e-2 with f16 in memory, 5e-2 with sums in
    f16), or could not be had.

    Args:
        folders: Bundles that `rt3d lower` wrote.
    """
    console.some(folders, "bundle, such as OUT/bundles/dense/host")
    rows = [lower.row(deploy.checked(bundles.read(folder))) for folder in folders]
    lower.show(rows)
    return 0 if all(r["passed"] for r in rows) else 1
