"""The help of every verb, its examples, and what is said to a word that no verb knows."""

import functools
import importlib
import pathlib
import re
import shlex
from typing import Literal

import pytest

from lowering.targets import targets
from rt3d_jax.cli import arguments, main


def sub_verbs(verb: str) -> tuple[str, ...]:
    return tuple(getattr(importlib.import_module(f"rt3d_jax.cli.{main.VERBS[verb][0]}"), "VERBS", ()))


ALL = [[], *([verb] for verb in main.VERBS), *([verb, sub] for verb in main.VERBS for sub in sub_verbs(verb))]


def shown(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The help of a verb."""
    try:
        code = main.call([*words, "--help"])
    except SystemExit as stop:
        code = stop.code
    assert code == 0
    return capsys.readouterr().out


def measure(
    networks: tuple[pathlib.Path, ...],
    /,
    rate: float | None = None,
    order: Literal["up", "down"] | None = None,
    seeds: tuple[int, ...] = (),
    rounds: int = 5,
) -> int:
    """Measure networks.

    Each is measured in turn, so that a slow moment hits all of them.

    Args:
        networks: Folders, of which each
            holds one network.
        rate: The rate. The default is the network's own.
        order: The order.
        seeds: The seeds.
        rounds: Rounds over all.

    Examples:
        rt3d measure first second
        rt3d measure runs/first/runs/dense runs/first/runs/kgs-3.6x --rate 3.6
    """
    return 7


HELP = """\
usage: rt3d measure [-h] [OPTIONS] NETWORK ...

Measure networks.

Each is measured in turn, so that a slow moment hits all of
them.

 positional arguments
 ----------------------------------------------------------
  NETWORK ...             Folders, of which each holds one
                          network.

 options
 ----------------------------------------------------------
  -h, --help              show this help message and exit
  --rate FLOAT            The rate. The default is the
                          network's own.
  --order {None,up,down}  The order.
  --seeds INT ...         The seeds.
  --rounds INT            Rounds over all. (default: 5)

Examples:
  rt3d measure first second
  rt3d measure runs/first/runs/dense \\
      runs/first/runs/kgs-3.6x --rate 3.6
"""


def test_the_help_of_a_verb_is_its_docstring_with_the_options_and_their_defaults(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    with pytest.raises(SystemExit) as stop:
        arguments.parse(measure, ["--help"], "rt3d measure")
    assert (stop.value.code, capsys.readouterr().out) == (0, HELP)


def test_parsing_calls_nothing_and_gives_the_call():
    call = arguments.parse(measure, ["a", "b", "--order", "up", "--seeds", "1", "2"], "rt3d measure")
    assert call() == 7
    assert isinstance(call, functools.partial)
    assert call.args == ((pathlib.Path("a"), pathlib.Path("b")),)
    assert call.keywords == {"rate": None, "order": "up", "seeds": (1, 2), "rounds": 5}


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_each_example_in_the_help_of_a_verb_is_of_that_verb_and_parses(words, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    _, _, section = shown(words, capsys).partition("\nExamples:\n")
    found = [shlex.split(line) for line in section.replace("\\\n", " ").splitlines()]
    assert found
    assert ["rt3d", *words] in [line[: len(words) + 1] for line in found]
    for _, verb, *rest in found:
        assert callable(main.parse(verb, rest))
        for word in rest:
            if word.startswith(("android:", "vulkan:")):
                targets.find(word)


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_is_as_wide_as_the_terminal_and_has_no_colours(words, columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    text = shown(words, capsys)
    assert [line for line in text.splitlines() if len(line) > columns] == []
    assert "\033" not in text


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["trian"], f"rt3d: no verb 'trian'; expected one of: {', '.join(main.VERBS)}; did you mean train?"),
        (["phone", "bnch"], "rt3d phone: no verb 'bnch'; expected one of: pack, run, bench; did you mean bench?"),
        (["data", "fly"], "rt3d data: no verb 'fly'; expected one of: check"),
        (["bench", "--modl", "c3d"], "rt3d bench: no option --modl; did you mean --model?"),
        (["prune", "out", "--rat", "3"], "rt3d prune: no option --rat; did you mean --rate?"),
        (["bench", "--xyz"], "rt3d bench: no option --xyz; `rt3d bench --help` lists them"),
        (["bench", "--json_fil=x"], "rt3d bench: no option --json_fil; did you mean --json?"),
        (
            ["train", "quickstart", "--dense.epoch", "1"],
            "rt3d train: no option --dense.epoch; did you mean --dense.epochs?",
        ),
        (
            ["profile", "one", "two"],
            "rt3d profile: 'two' is one word too many; `rt3d profile --help` says what is expected",
        ),
    ],
)
def test_an_unknown_word_is_one_line_that_says_what_was_meant(words, line, capsys):
    assert main.call(words) == 2
    assert capsys.readouterr().err == f"{line}\n"


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (["lower", "nowhere", "--target", "cortex-a76"], "; did you mean android:cortex-a76?"),
        (["lower", "nowhere", "--form", "linag"], "; did you mean linalg?"),
        (["bench", "--model", "C3D"], "; did you mean c3d?"),
        (["bench", "--model", "c3d", "--peers", "openvin"], "; did you mean openvino?"),
        (["train", "c3d_ucf"], "; did you mean c3d_ucf101?"),
        (["train", "quickstart", "--model.name", "c2d"], "; did you mean c3d?"),
        (["sweep", "paper_table"], "; did you mean paper_table1?"),
    ],
)
def test_a_misspelt_name_is_one_line_that_says_what_was_meant(words, end, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main.call(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(end)


def test_a_value_that_does_not_fit_is_told_with_its_option(capsys):
    with pytest.raises(SystemExit) as stop:
        main.call(["bench", "--threads", "x"])
    assert stop.value.code == 2
    assert re.search(r"--threads: .*'x'", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["bench", "--rounds", "0"], "bench: --rounds is 0, expected a whole number of at least 1"),
        (["bench", "--runs", "0"], "bench: --runs is 0, expected a whole number of at least 1"),
        (["demo", "--threads", "-1"], "demo: --threads is -1, expected a whole number of at least 1"),
        (["profile", "x", "--runs", "0"], "profile: --runs is 0, expected a whole number of at least 1"),
        (["tune", "x", "--minutes", "nan"], "tune: --minutes is nan, expected a number of at least 0"),
        (["tune", "x", "--keep", "2"], "tune: --keep is 2.0, expected a number from 0 to 1"),
    ],
)
def test_a_number_out_of_its_bounds_is_one_line_before_the_work(words, line, capsys):
    assert main.call(words) == 2
    assert capsys.readouterr().err == f"rt3d {line}\n"
