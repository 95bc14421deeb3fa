"""rt3d export: trained runs as folders for a model hub."""

import pathlib
from typing import Annotated

import tyro

from rt3d_jax.cli import console
from rt3d_jax.weights import exports, shared


def run(
    runs: Annotated[tuple[pathlib.Path, ...], tyro.conf.Positional],
    /,
    out: pathlib.Path,
    licence: Annotated[str | None, tyro.conf.arg(aliases=["--license"])] = None,
) -> None:
    """Write trained runs as folders that a Hugging Face repository takes as they are; `rt3d import FOLDER` reads them
    back.

    Each holds model.safetensors, masks.safetensors, config.json (network, labels, clip spec, accuracy and protocol) and
    README.md, the model card. The same run gives the same bytes; a folder that is there and the same is kept.

    Such as:
      rt3d export runs/first/runs/kgs-3.6x --out share --licence apache-2.0
      hf upload OWNER/NAME share/kgs-3.6x
      rt3d import share/kgs-3.6x --out runs/again

    Args:
        runs: Folders of finished phases, such as OUT/runs/kgs-3.6x.
        out: Folder for the shared folders, one per run: OUT/NAME.
        licence: Of the weights, by the hub's name, such as apache-2.0; yours to choose. Default: the card says that
        none was given.
    """
    console.some(runs, "run, such as OUT/runs/dense")
    names = [folder.resolve().name for folder in runs]
    if len(set(names)) != len(names):
        raise ValueError(
            f"the runs are called {', '.join(names)}, expected different names; export them to different --out"
        )
    for run_folder in runs:
        written = exports.export(run_folder, out, licence)
        paths = (written.folder / name for name in shared.FILES)
        size = sum(path.stat().st_size for path in paths if path.exists())
        verdict = "unchanged" if written.unchanged else "written"
        console.say(f"{run_folder} -> {written.folder}: {verdict}, {size / 1e6:.1f} MB")
        if written.licence is None:
            console.say("no licence given, as the card says; name yours with --licence")
