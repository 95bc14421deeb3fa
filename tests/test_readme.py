"""The README is true: its Python runs, and what it names exists."""

import pathlib
import re
import shlex

import pytest

from rt3d_jax.cli import main

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
NAMES = [f"example {number}" for number in range(1, len(EXAMPLES) + 1)]


def check_shown(code: str, said: str) -> None:
    """Every `print(...)` of an example has a comment behind it or below it, which is a line that it prints; errors may
    differ.
    """
    masked = lambda text: re.sub(r"\d\.\de-\d\d", "ERROR", text)
    shown = re.findall(r"^print\(.*\)\s+# (.+)$", code, re.MULTILINE)
    assert len(shown) == code.count("print(") > 0
    for line in shown:
        assert masked(line) in masked(said)


@pytest.mark.parametrize("code", EXAMPLES, ids=NAMES)
def test_an_example_is_short_and_prints_what_it_shows(code, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len([line for line in code.splitlines() if line]) <= 12
    exec(compile(code, "README.md", "exec"), {})
    check_shown(code, capsys.readouterr().out)


def test_every_verb_in_the_readme_exists():
    verbs = set(re.findall(r"^rt3d (\w+)", README, re.MULTILINE))
    assert {"train", "prune", "lower", "bench", "profile", "doctor"} <= verbs <= set(main.VERBS)


def test_every_link_in_the_docs_leads_somewhere():
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            target = page.parent / link
            assert target.exists() or target.with_suffix(".md").exists(), f"{page.name}: {link}"


@pytest.mark.parametrize("verb", ["train", "sweep"])
def test_every_experiment_and_sweep_in_the_docs_exists(verb):
    """Names after `rt3d train` and `rt3d sweep`, placeholders and files aside."""
    pages = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted(
        (ROOT / "docs").glob("*.md")
    )
    found = {
        (name, page.name)
        for page in pages
        for name in re.findall(rf"rt3d {verb}\s+([a-z]\w+)(?!\w|\.py)", page.read_text())
    }
    assert {"train": "quickstart", "sweep": "paper_table1"}[verb] in {name for name, _ in found}
    maker = {"train": "def experiment()", "sweep": "def grid()"}[verb]
    known = {path.stem for path in (ROOT / "rt3d_jax/configs").glob("*.py") if maker in path.read_text()}
    assert [f"{page}: rt3d {verb} {name}" for name, page in sorted(found) if name not in known] == []


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda page: page.name
)
def test_every_command_in_the_docs_parses(page, tmp_path, monkeypatch):
    """Lines of `rt3d` in blocks of code. mine.py is the reader's experiment; OUT and the like are names to fill in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("from rt3d_jax.configs.c3d_ucf101 import experiment")
    for command in re.findall(r"^rt3d (\w.*)$", page.read_text().replace("\\\n", " "), re.MULTILINE):
        verb, *rest = shlex.split(command, comments=True)
        assert callable(main.parse(verb, rest)), command
