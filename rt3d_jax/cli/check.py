"""rt3d check: run bundles and compare with the answers that they carry."""

import pathlib

from lowering.bundle import deploy
from rt3d_jax.cli import console, lower, lowerable


def run(folders: tuple[pathlib.Path, ...], /) -> int:
    """Run bundles on the input that they carry, and compare with JAX's answer.

    A bundle holds one example and JAX's answer to it. Bundles for `host` run natively, those for Android CPUs under
    qemu-user, and those for Vulkan on the Vulkan device of this machine.

    The exit code is 1 if a bundle could not run, or if an answer differs from JAX's by more than 1e-4 of the largest
    output. The bound is 1e-2 with f16 in memory, and 5e-2 with sums in f16.

    Args:
        folders: Bundles that `rt3d lower` wrote. Or functions of your own that give (apply, params, example), such as
            my_nets.py:build: their networks are compiled for `host`, checked, and deleted again.

    Examples:
        rt3d check runs/first/bundles/dense/host
        rt3d check runs/first/bundles/dense/android-cortex-a76 runs/first/bundles/vanilla-3.6x/android-cortex-a76
        rt3d check my_nets.py:build
    """
    console.some(folders, "bundle, such as OUT/bundles/dense/host")
    with lowerable.host_bundles(folders) as found:
        rows = [lower.row(deploy.checked(bundle)) for bundle in found]
    lower.show(rows)
    return 0 if all(r["passed"] for r in rows) else 1
