"""Optional parts: each import of their packages says how to install them, and a small install has none of them."""

import ast
import pathlib
import re
import sys
import tomllib
from collections.abc import Iterator

import pytest

from lowering.system import extras

ROOT = pathlib.Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SMALL = ("images", "live", "phone", "video", "report", "search", "tensorboard")
PACKAGES = {"adbutils": "adbutils", "av": "av", "grain": "grain", "matplotlib": "matplotlib", "pillow": "PIL"}
PACKAGES |= {"tensorboardx": "tensorboardX", "absl-py": "absl", "aiohttp": "aiohttp", "cryptography": "cryptography"}
PACKAGES |= {"scikit-image": "skimage", "optuna": "optuna"}


@pytest.mark.parametrize(
    ("module", "extra"), [(each, extra) for extra in extras.EXTRAS for each in extras.EXTRAS[extra]]
)
def test_a_missing_package_is_one_line_that_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    message = f"the package {module} is not installed; get it with: pip install 'rt3d-jax[{extra}]'"
    with pytest.raises(extras.MissingExtra, match=f"^{re.escape(message)}$"), extras.need(extra):
        __import__(module)


def test_a_package_that_misses_one_of_its_own_is_not_taken_for_a_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError, match="^No module named 'no_such_part'$"), extras.need("video"):
        import no_such_part  # type: ignore[import-not-found]  # noqa: F401


def test_a_module_is_hidden_from_an_import_that_does_not_need_it_and_from_no_other() -> None:
    with (
        extras.without("this"),
        pytest.raises(ModuleNotFoundError, match="^import of this halted; None in sys.modules$"),
    ):
        import this  # noqa: F401
    assert "this" not in sys.modules
    with extras.without("pytest"):
        assert sys.modules["pytest"] is pytest


def test_a_small_install_has_none_of_the_extras_and_all_has_all() -> None:
    optional = PROJECT["optional-dependencies"]
    assert optional["all"] == [f"rt3d-jax[{','.join(sorted(SMALL))}]"]
    names = {re.split(r"[<>=\[]", need)[0] for extra in SMALL for need in optional[extra]}
    assert names == set(PACKAGES)
    assert not names & {re.split(r"[<>=\[]", need)[0] for need in PROJECT["dependencies"]}


def unnamed(tree: ast.AST, named: tuple[str, ...] = ()) -> Iterator[str]:
    """Modules of extras that are imported outside of their `with extras.need(...)`, but for pyright only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        known = {module for modules in extras.EXTRAS.values() for module in modules}
        yield from (name for name in names if name.partition(".")[0] in known - set(named))
        inside = named
        if isinstance(node, ast.With) and (found := re.match(r"extras\.need\('(\w+)'\)", ast.unparse(node.items[0]))):
            inside = extras.EXTRAS[found[1]]
        yield from unnamed(node, inside)


def test_every_import_of_an_extras_package_names_the_extra() -> None:
    for package in ("lowering", "rt3d_jax"):
        for path in (ROOT / package).rglob("*.py"):
            assert list(unnamed(ast.parse(path.read_text()))) == [], path


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import av.error", ["av.error"]),
        ("def f():\n    from PIL import Image", ["PIL"]),
        ("with extras.need('report'):\n    import av, PIL.Image", ["av"]),
        ("with extras.need('video'):\n    import av", []),
        ("if TYPE_CHECKING:\n    import av", []),
        ("import average", []),
    ],
)
def test_an_import_that_does_not_name_its_extra_is_found(code: str, found: list[str]) -> None:
    assert list(unnamed(ast.parse(code))) == found
