"""rt3d export: trained runs as folders for a model hub."""

import pathlib
from typing import Annotated

import tyro

from rt3d_jax.cli import console
from rt3d_jax.weights import exports, shared


def run(
    runs: tuple[pathlib.Path, ...],
    /,
    out: pathlib.Path,
    licence: Annotated[str | None, tyro.conf.arg(aliases=["--license"])] = None,
) -> None:
    """Write trained runs as folders that a Hugging Face repository takes as they are.

    A folder holds model.safetensors, masks.safetensors, config.json (network, labels, clip, accuracy and protocol) and
    README.md, which is the model card. The same run gives the same bytes. `rt3d import` reads a folder back.

    Upload a folder with the hub's own program, such as `hf upload OWNER/NAME share/vanilla-3.6x`.

    Args:
        runs: Runs, such as OUT/runs/vanilla-3.6x.
        out: Folder for the shared folders. Each run gets OUT/NAME.
        licence: The licence of the weights, by the hub's name for it, such as apache-2.0. You choose it. Without one,
            the card says that none was given.

    Examples:
        rt3d export runs/first/runs/vanilla-3.6x --out share --licence apache-2.0
        rt3d import share/vanilla-3.6x --out runs/again
    """
    console.some(runs, "run, such as OUT/runs/dense")
    names = [folder.resolve().name for folder in runs]
    if len(set(names)) != len(names):
        raise ValueError(
            f"the runs are called {', '.join(names)}, expected different names; export each to its own --out"
        )
    for run_folder in runs:
        written = exports.export(run_folder, out, licence)
        paths = (written.folder / name for name in shared.FILES)
        size = sum(path.stat().st_size for path in paths if path.exists())
        verdict = "unchanged" if written.unchanged else "written"
        console.say(f"{run_folder} -> {written.folder}: {verdict}, {size / 1e6:.1f} MB")
        if written.licence is None:
            console.say("The card says that no licence was given; name one with --licence")
