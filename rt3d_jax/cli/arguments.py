"""The arguments of a verb. Its function says what they are; the docstring explains them and ends in examples.

The parts of a docstring are what the verb does, `Args:` with each argument, and `Examples:` with a command per line.
tyro reads the words and writes the help. This module wraps the text to the terminal, and adds the examples, and the
option that was meant where one is unknown.
"""

import contextlib
import dataclasses
import functools
import inspect
import io
import re
import shutil
import sys
import textwrap
import traceback
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import tyro

from lowering.system import spelling, typed

WIDEST = 100  # columns; longer lines are hard to read
HELP = ("-h", "--help")
Call = Callable[[], int | None]


def parse(function: Callable[..., int | None], words: Sequence[str], prog: str) -> Call:
    """The call of the verb's function that the words ask for. Raises as `read`, and ValueError for a number out of the
    bounds of its type, see lowering.system.bounds.
    """

    def bound(*positional: Any, **options: Any) -> Call:
        return functools.partial(function, *positional, **options)

    hints = typing.get_type_hints(function, include_extras=True)
    shown = [
        one.replace(annotation=_shown(one, hints[one.name])) for one in inspect.signature(function).parameters.values()
    ]
    bound.__signature__ = inspect.Signature(shown)  # pyright: ignore[reportFunctionMemberAccess]
    bound.__annotations__ = {one.name: one.annotation for one in shown}
    bound.__doc__ = _unwrapped(function.__doc__)
    call = read(bound, words, prog)
    for name, given in call.keywords.items():
        _check_bounds(f"--{name.replace('_', '-')}", given, hints[name])
    return call


def parse_one_of(verbs: Mapping[str, Callable[..., int | None]], about: str, words: Sequence[str], prog: str) -> Call:
    """As `parse`, for a verb that has verbs of its own: the first word is one of them.

    `about`: a docstring for all of them, with examples.
    """
    if words and words[0] in verbs:
        return parse(verbs[words[0]], words[1:], f"{prog} {words[0]}")
    if words and words[0] not in HELP:
        raise ValueError(f"no verb {words[0]!r}; expected one of: {', '.join(verbs)}{spelling.meant(words[0], verbs)}")
    print(overview(prog, about, {name: _about(verb.__doc__).split("\n\n")[0] for name, verb in verbs.items()}))
    raise SystemExit(0 if words else 2)


def read(form: Callable[..., Any], words: Sequence[str], prog: str, **options: Any) -> Any:
    """`form` called with the words, by tyro. `options` are those of tyro.cli.

    Raises:
      SystemExit: after help, or what does not fit, was printed.
      ValueError: an option that does not exist, a word too many, or a value that a dataclass refuses.
    """
    answer = _ask(form, words, prog, options)
    if answer.code == 0:
        asked = set(words) & set(HELP)  # else it printed completions for a shell
        print(_help(answer.text, form.__doc__) if asked else answer.text)
        raise SystemExit(0)
    if answer.code or answer.strange:
        known = re.findall(r"(?<!\S)--?[a-z][\w-]*(?:\.[\w-]+)*", _ask(form, HELP[:1], prog, options).text)
        _check_options(answer.strange or words, known, prog)
    if answer.code:
        print(answer.text, file=sys.stderr)
        raise SystemExit(answer.code)
    if answer.strange:
        raise ValueError(f"{answer.strange[0]!r} is one word too many; `{prog} --help` says what is expected")
    return answer.value


def value(metavar: str | None) -> Any:
    """For Annotated: the word for a value in the help, which then says nothing of the default. The text does so."""
    return tyro.conf.arg(metavar=metavar, help_behavior_hint="")


def overview(prog: str, about: str, verbs: Mapping[str, str]) -> str:
    """The help of a program that has verbs. `about`: a docstring with examples; `verbs`: what each does."""
    indent = 4 + max(map(len, verbs))
    rows = [
        textwrap.fill(f"  {name:<{indent - 4}}  {text}", _width(), subsequent_indent=" " * indent)
        for name, text in verbs.items()
    ]
    more = _filled(f"`{prog} VERB --help` explains a verb.")
    return "\n\n".join((f"usage: {prog} VERB ...", _filled(_about(about)), "\n".join(rows), more, _examples(about)))


@dataclasses.dataclass(frozen=True)
class _Answer:
    """What tyro made of the words: a value and the words that it does not know, or an exit code and what it printed."""

    value: Any = None
    strange: Sequence[str] = ()
    code: int | None = None
    text: str = ""


def _ask(form: Callable[..., Any], words: Sequence[str], prog: str, options: Mapping[str, Any]) -> _Answer:
    """Asks tyro. It sees no terminal, so it writes no colours, and no frames, which are hard to read when narrow."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            value, strange = tyro.cli(
                form,
                prog=prog,
                description="",
                args=words,
                return_unknown_args=True,
                **options,
            )
        return _Answer(value, strange)
    except SystemExit as stop:
        if (refused := _refused(stop)) is not None:
            raise refused from None
        code = stop.code if isinstance(stop.code, int) else 0
        return _Answer(code=code, text="\n".join(map(str.rstrip, said.getvalue().strip().splitlines())))


def _refused(error: BaseException | None) -> ValueError | None:
    """The error of a __post_init__ that an exception came from, without what tyro says around it."""
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        if isinstance(error, ValueError) and any(frame.name == "__post_init__" for frame in frames):
            return error
        error = error.__context__
    return None


def _check_options(words: Sequence[str], known: Sequence[str], prog: str) -> None:
    """ValueError for the first word that is an option, and none of the known ones."""
    for word in words:
        option = re.match(r"--?[A-Za-z][\w.-]*", word)
        if option and option[0].replace("_", "-") not in known:
            meant = spelling.meant(option[0], known) or f"; `{prog} --help` lists them"
            raise ValueError(f"no option {option[0]}{meant}")


def _check_bounds(option: str, given: Any, hint: Any) -> None:
    for check in typing.get_args(hint)[1:]:
        if isinstance(check, typed.Check) and not check.test(given):
            raise ValueError(f"{option} is {given}, expected {check.words}")


def _shown(parameter: inspect.Parameter, hint: Any) -> Any:
    """The type of an argument with the word for its value in the help. A default that is empty is left to the text."""
    base, *extras = typing.get_args(hint) if typing.get_origin(hint) is Annotated else (hint,)
    several = typing.get_origin(base) is tuple
    if parameter.kind is parameter.POSITIONAL_ONLY:
        word = parameter.name.upper()
        metavar = f"{word.removesuffix('S')} ..." if several else word
    else:
        metavar = _word(base)
    said = value(metavar) if parameter.default in (None, (), parameter.empty) else tyro.conf.arg(metavar=metavar)
    return Annotated[(base, said, *extras)]


def _word(kind: Any) -> str | None:
    """The word for a value of this type, such as PATH. None leaves it to tyro, which knows those of single values."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:  # T | None
        return _word(inside[0]) or inside[0].__name__.upper()
    if origin is tuple:  # tuple[T, ...]
        return f"{inside[0].__name__.upper()} ..."
    return f"{{{','.join(inside)}}}" if origin is typing.Literal else None


def _help(text: str, docstring: str | None) -> str:
    """tyro's help with what the verb does after the usage, and the examples at the end."""
    usage, arguments = text.split("\n", 1)
    usage = textwrap.fill(usage, _width(), subsequent_indent=" " * 8, break_on_hyphens=False)
    return "\n\n".join((usage, _filled(_about(docstring)), f" {arguments.strip()}", _examples(docstring)))


def _about(docstring: str | None) -> str:
    """The part of a docstring before its sections."""
    return re.split(r"\n(?:Args|Examples|Returns|Raises):", inspect.cleandoc(docstring or ""))[0].strip()


def _examples(docstring: str | None) -> str:
    """The section of examples. A line that is too wide for the terminal continues as a shell allows."""
    _, _, section = inspect.cleandoc(docstring or "").partition("Examples:\n")
    found = ["Examples:"]
    for line in section.strip().splitlines():
        together = re.sub(r"(--\S+) (?!-)", "\\1\xa0", line.strip())  # an option and its value
        parts = textwrap.wrap(together, _width() - 6, break_long_words=False, break_on_hyphens=False)
        found.append("  " + " \\\n      ".join(parts).replace("\xa0", " "))
    return "\n".join(found)


def _unwrapped(docstring: str | None) -> str:
    """The docstring with the text of each argument on one line, because tyro keeps the breaks."""
    return re.sub(r"\n {8,}", " ", inspect.cleandoc(docstring or ""))


def _filled(text: str) -> str:
    return "\n\n".join(textwrap.fill(" ".join(one.split()), _width()) for one in text.split("\n\n"))


def _width() -> int:
    return min(shutil.get_terminal_size().columns, WIDEST)
