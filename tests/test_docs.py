"""The docs are built without a warning, name files that exist, and keep to their width."""

import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

from rt3d_jax.cli import train
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import cost
from tests import test_architecture

ROOT = pathlib.Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
WIDTH = 100


def prose(page: pathlib.Path) -> list[tuple[int, str]]:
    """Number and text of the lines of a page that are neither code nor a table, without the targets of links."""
    found, code = [], False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.lstrip().startswith("```"):
            code = not code
        elif not code and not line.startswith("|"):
            found.append((number, re.sub(r"\]\([^)]*\)|<http[^>]*>", "", line)))
    return found


def test_the_docs_and_the_reference_build_without_a_warning(tmp_path):
    pytest.importorskip("furo", reason="the extra docs is not installed")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    reference = (tmp_path / "api/rt3d_jax.sparsity.html").read_text()
    assert 'id="rt3d_jax.sparsity.patterns.kgs"' in reference
    assert "Kernel group structured" in reference


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_prose_is_wrapped(page):
    wide = [f"{page.name}:{number}" for number, line in prose(page) if len(line) > WIDTH]
    assert wide == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_of_ours_that_a_page_names_exists(page):
    """Names in backticks that end like our sources; of those without a folder, one anywhere will do."""
    ours = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/**/*") if path.suffix in (".py", ".mlir")]
    named = re.findall(r"`([\w/]+\.(?:py|mlir))`", page.read_text())
    known = ("module.mlir", "mine.py")  # of a bundle, of the reader
    named = [name for name in named if name not in known and "NAME" not in name]
    missing = [name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in ours)]
    assert missing == []


def test_the_page_on_architecture_lists_every_room_in_the_order_of_imports():
    page = (ROOT / "docs/architecture.md").read_text()
    for package, rooms in test_architecture.ROOMS.items():
        section = page.split(f"### {package}\n")[1].split("\n#")[0]
        assert tuple(re.findall(r"^\| `(\w+)/` \|", section, re.MULTILINE)) == rooms


@pytest.mark.parametrize(("page", "folder"), [("data.md", "/data/mine"), ("live.md", "data/nthu")])
def test_every_example_on_data_sets_makes_an_experiment(page, folder):
    (code,) = blocks(page)
    space: dict = {}
    exec(compile(code, page, "exec"), space)
    assert space["experiment"]().task.data.folder == folder


def test_the_page_on_ones_own_network_runs_from_its_first_line_to_its_last(tmp_path, monkeypatch, capsys):
    """Its snippets in order, as one program; and the network of its experiment file, which is not trained here."""
    monkeypatch.chdir(tmp_path)
    *program, file = blocks("your-own-network.md")
    space: dict = {"__name__": "page"}
    for code in program:
        exec(compile(code, "your-own-network.md", "exec"), space)
    said = capsys.readouterr().out
    assert (ROOT / "docs/your-own-network.md").read_text().count(said.split("bundle: ")[0]) == 1
    assert "same answer as JAX" in said and space["deployed"].bundle.manifest["rate"] >= 2
    np.testing.assert_allclose(space["logits"], space["apply"](space["params"], space["example"][:1]), atol=1e-4)
    space.clear()  # IREE wants its objects gone before the interpreter ends
    (tmp_path / "mine.py").write_text(file)
    experiment = train.load("mine.py")
    assert cost.macs(catalog.table(experiment.model, 8)) > 0


def blocks(page: str) -> list[str]:
    """The Python of a page."""
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
