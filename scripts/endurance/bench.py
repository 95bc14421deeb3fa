"""The folder that all trials start from: a small experiment, trained, lowered and exported once."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import verbs

from lowering.bundle import qemu

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-c", "from rt3d_jax.cli import main; main.main()"]
CONFIG = '''
"""A few steps of everything."""
import dataclasses
from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.training import sweep

def experiment():
    base = quickstart_kgs.experiment()
    few = lambda recipe, epochs: dataclasses.replace(recipe, epochs=epochs, warmup=0)
    return dataclasses.replace(
        base, name="micro", batch=8, workers=1, rates=(3.0,),
        task=dataclasses.replace(
            base.task,
            data=dataclasses.replace(base.task.data, groups=4, clips_per_group=2, sides=(32, 38), frames=(16, 18)),
            clip=dataclasses.replace(base.task.clip, short_side=18, size=16),
        ),
        model=dataclasses.replace(base.model, width=0.125, size=16),
        dense=few(base.dense, 3), penalise=few(base.penalise, 1), retrain=few(base.retrain, 1),
    )

def grid():
    cell = sweep.Cell("Reweighted", "KGS 8x4", dataclasses.replace(experiment(), workers=0))
    return sweep.Sweep("micro", (cell,), seeds=(0,))
'''


class Bench:
    """The folder that all trials start from, and what undisturbed calls leave and how long they take."""

    def __init__(self, folder: pathlib.Path):
        self.base, self.folder = folder / "base", folder
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
            "TMPDIR": str(folder / "tmp"),
            "JAX_COMPILATION_CACHE_DIR": str(folder / "cache" / "xla"),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "RT3D_AARCH64_TOOLS": os.environ.get("RT3D_AARCH64_TOOLS") or str(qemu.folder()),
        }
        for path in (self.base, folder / "tmp", folder / "cache"):
            path.mkdir(parents=True, exist_ok=True)
        (self.base / "micro.py").write_text(CONFIG)
        self._kept = folder / "undisturbed.json"
        self._known = json.loads(self._kept.read_text()) if self._kept.exists() else {}
        self._forget()
        self.call("demo --out {base}/trained --config-name {base}/micro.py --target host android:cortex-a76", self.base)
        self.call(f"export {verbs.PRUNED} --out {{base}}/shared", self.base)

    def command(self, arguments: str, out: pathlib.Path) -> list[str]:
        return [*PROGRAM, *(word.format(base=self.base, out=out) for word in arguments.split())]

    def start(self, arguments: str, out: pathlib.Path) -> subprocess.Popen:
        """A call. Each verb has a cache of its own: what `tune` finds must not change what `lower` makes."""
        where = {**self.environment, "XDG_CACHE_HOME": str(self.folder / "cache" / arguments.split()[0])}
        with (out / "error.txt").open("w") as error:
            command = self.command(arguments, out)
            return subprocess.Popen(command, env=where, stdout=subprocess.DEVNULL, stderr=error, start_new_session=True)

    def call(self, arguments: str, out: pathlib.Path) -> None:
        process = self.start(arguments, out)
        if process.wait():
            said = (out / "error.txt").read_text()[-500:]
            raise RuntimeError(f"rt3d {arguments} ended in {process.returncode}: {said}")

    def trial(self, verb: verbs.Verb, name: str) -> pathlib.Path:
        """A fresh folder for one trial of a verb."""
        out = self.folder / name
        shutil.rmtree(out, ignore_errors=True)
        self._forget()
        out.mkdir()
        for part in verb.copy:
            shutil.copytree(self.base / part, out / part)
        return out

    def _forget(self) -> None:
        """No trial finds schedules that an earlier one tuned."""
        shutil.rmtree(self.folder / "cache" / "rt3d-jax", ignore_errors=True)

    def undisturbed(self, verb: verbs.Verb) -> tuple[float, dict[str, str], list[str]]:
        """Seconds of a call, what it leaves, and the names of temporary files that libraries leave, too."""
        if verb.name not in self._known:
            out = self.trial(verb, "undisturbed")
            began = time.monotonic()
            self.call(verb.arguments, out)
            usual = [path.name for path in (self.folder / "tmp").iterdir()]
            self._known[verb.name] = time.monotonic() - began, verb.left(out), usual
            self._kept.write_text(json.dumps(self._known))
        return self._known[verb.name]
