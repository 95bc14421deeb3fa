"""`pip install .` in an empty environment: the README's examples run, and one line names what is left out."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from tests import test_readme

pytestmark = pytest.mark.install
UV = shutil.which("uv", path=f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an environment that holds this package and its dependencies, without extras."""
    assert UV is not None, "uv is not installed; run scripts/setup"
    folder = tmp_path_factory.mktemp("install") / "venv"
    found = folder / "bin" / "python"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    subprocess.run([UV, "pip", "install", "--quiet", "--python", found, test_readme.ROOT], check=True)
    return str(found)


def call(python: str, folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Without the source tree in reach."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [python, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("code", test_readme.EXAMPLES, ids=test_readme.NAMES)
def test_the_examples_run_in_a_small_install(python: str, tmp_path: pathlib.Path, code: str) -> None:
    done = call(python, tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    test_readme.check_shown(code, done.stdout)


def test_the_program_says_what_a_small_install_leaves_out(python: str, tmp_path: pathlib.Path) -> None:
    rt3d = str(pathlib.Path(python).with_name("rt3d"))
    for verb, package, extra in (("train quickstart --out out", "av", "video"), ("phone list", "adbutils", "phone")):
        done = call(python, tmp_path, rt3d, *verb.split())
        message = f"the package {package} is not installed; get it with: pip install 'rt3d-jax[{extra}]'"
        assert (done.returncode, done.stderr.splitlines()[-1]) == (2, f"rt3d {verb.split()[0]}: {message}")
