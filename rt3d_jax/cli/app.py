"""rt3d app: write what an Android, iOS or Linux app links."""

import pathlib
from typing import Annotated

import tyro

from lowering.app import write
from lowering.bundle import bundles
from lowering.system import files
from rt3d_jax.cli import console


def run(
    bundle: pathlib.Path,
    /,
    out: pathlib.Path,
    platform: str | None = None,
    name: str | None = None,
    package: str = write.PACKAGE,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> int:
    """Write a bundle's network as a library for an app, which needs neither IREE nor an NDK to be made.

    The folder holds the kernels as one object, a runner in C, the weights, and a README with the smallest app. Bindings
    are there for C, C++, Java, Kotlin and Swift, and a CMakeLists.txt. The runner takes all memory when it starts, and
    computes on threads of its own.

    A bundle for an Android CPU gives an app for Android or iOS, one for `host` an app for Linux. Bundles for GPUs, and
    networks with operations that no kernel of ours computes, are refused.

    Args:
        bundle: A bundle that `rt3d lower` wrote.
        out: The folder to write. It is new or empty, or holds an app, which is replaced.
        platform: android, ios or linux. By default it is that of the bundle's target.
        name: What the network is called in C, such as `dense`: dense.h, dense_run. By default it is made from the name
            of its run.
        package: The package of the class for Java and Kotlin.
        json_file: Also write what was written to this file: "bundle", "folder", "name", "platform", "kernels_bytes" (of
            the object), "weights_bytes", "values_bytes" (the memory of an instance beside the weights), "stages" and
            "steps" (of an inference: kernels, some of which may run at the same time).

    Examples:
        rt3d app runs/first/bundles/vanilla-3.6x/android-cortex-a76 --out app --name pruned --package org.example
        rt3d app runs/first/bundles/vanilla-3.6x/android-cortex-a76 --out ios --name pruned --platform ios
        rt3d app runs/first/bundles/vanilla-3.6x/host --out linux
    """
    made = write.write(bundles.read(bundle), out, name, platform, package)
    console.say(
        f"{out}: {made.name} for {made.platform}, kernels {made.kernels / 1024:.0f} KB, weights "
        f"{made.weights / 1e6:.1f} MB, {made.values / 1e6:.1f} MB for the values of an instance; see {out / write.MARK}"
    )
    if json_file is not None:
        row = {"bundle": str(bundle), "folder": str(out), "name": made.name, "platform": made.platform}
        row |= {"kernels_bytes": made.kernels, "weights_bytes": made.weights, "values_bytes": made.values}
        files.write_json(json_file, row | {"stages": made.stages, "steps": made.steps}, indent=1)
    return 0
