"""The rules of the architecture that a reader could not see from one file: who imports whom, what packages hold, how
long files are.
"""

import ast
import dataclasses
import importlib
import pathlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator

import pytest

from tests import conftest

ROOT = pathlib.Path(__file__).parents[1]
MAX_LINES = 300


@dataclasses.dataclass(frozen=True)
class Rule:
    """Files under `scope` (a folder or a file) must not import `module`, those under `unless` and the modules `but`
    aside.
    """

    scope: str
    module: str
    unless: tuple[str, ...] = ()
    but: tuple[str, ...] = ()


# The rooms of each package, in the order in which they may import each other: a room imports those before it.
ROOMS = {
    "rt3d_jax": (
        *(
            "hosts",
            "sparsity",
            "models",
            "prune",
            "quantise",
            "data",
            "evaluation",
            "report",
            "tasks",
            "training",
            "search",
            "configs",
        ),
        *("weights", "live", "cli"),
    ),
    "lowering": (
        *("system", "functions", "targets", "graph", "kernels", "tune", "bundle", "counts", "phone", "app"),
        "peers",
    ),
}
# What both packages use: rt3d_jax may import it, and it imports neither package.
SHARED = ("lowering.system", "lowering.functions")
TOPS = ("rt3d_jax", "lowering")  # packages whose __init__ names what users need
RULES = (
    *(
        Rule(f"{package}/{room}", f"{package}.{later}")
        for package, rooms in ROOMS.items()
        for place, room in enumerate(rooms)
        for later in rooms[place + 1 :]
    ),
    Rule("lowering", "rt3d_jax"),
    Rule("rt3d_jax", "lowering", unless=("rt3d_jax/cli",), but=SHARED),
    Rule("rt3d_jax", "iree", unless=("rt3d_jax/cli",)),
    Rule("rt3d_jax/data", "jax"),  # its worker processes must start fast
    Rule("rt3d_jax/models", "optax"),
    Rule(
        "lowering",
        "jax",
        unless=(
            *("lowering/functions", "lowering/graph/trace.py", "lowering/graph/tracer.py"),
            "lowering/bundle/deploy.py",
        ),
    ),
    Rule("lowering", "flax"),
    Rule("lowering", "optax"),
    Rule("lowering", "iree.compiler", unless=("lowering/bundle/compile.py", "lowering/app/dialect.py")),
    Rule(
        "lowering",
        "iree.runtime",
        unless=("lowering/bundle/run.py", "lowering/bundle/write.py", "lowering/app/weights.py"),
    ),
)


def sources(root: pathlib.Path, scope: str) -> list[pathlib.Path]:
    """Python files of a folder, or the file itself."""
    path = root / scope
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imports(path: pathlib.Path, root: pathlib.Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a file imports, wherever it does so."""
    package = path.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def is_in(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def violations(root: pathlib.Path, rules: tuple[Rule, ...] = RULES) -> list[str]:
    """Every import that a rule forbids, as "file:line imports name"."""
    found = []
    for rule in rules:
        allowed = {path for scope in rule.unless for path in sources(root, scope)}
        for path in (p for p in sources(root, rule.scope) if p not in allowed):
            at = path.relative_to(root)
            found += [
                f"{at}:{line} imports {name}"
                for line, name in imports(path, root)
                if is_in(name, rule.module) and not any(is_in(name, module) for module in rule.but)
            ]
    return found


def test_imports_go_one_way() -> None:
    assert violations(ROOT) == []


def test_every_folder_of_a_package_is_a_room() -> None:
    """With an order that says what it may import; no module lies beside the rooms."""
    for package, rooms in ROOMS.items():
        found = {path.name for path in (ROOT / package).iterdir() if path.name != "__pycache__"}
        assert found == {*rooms, "__init__.py"}


@pytest.mark.parametrize("module", SHARED)
def test_what_both_packages_share_imports_neither(module: str) -> None:
    place = module.replace(".", "/")
    for path in sources(ROOT, place if (ROOT / place).is_dir() else f"{place}.py"):
        outside = [name for _, name in imports(path, ROOT) if is_in(name, "lowering") or is_in(name, "rt3d_jax")]
        assert [name for name in outside if not is_in(name, module)] == []


def test_the_top_of_a_package_names_its_rooms_in_their_order() -> None:
    for package, rooms in ROOMS.items():
        said = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text())) or ""
        assert f"import each other: {', '.join(rooms)}." in " ".join(said.split())


def test_every_room_has_its_folder_of_tests() -> None:
    folders = lambda root: {path.name for path in root.iterdir() if any(path.glob("*.py"))}
    assert folders(ROOT / "tests") == {*ROOMS["rt3d_jax"], "lowering"}
    assert folders(ROOT / "tests/lowering") == {
        *ROOMS["lowering"],
        "random_programs",
        "zoo",
    }  # which several rooms' tests draw


def test_building_a_network_imports_neither_pruning_nor_data_nor_a_decoder() -> None:
    code = "import sys, rt3d_jax.models.catalog; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "rt3d_jax.models.c3d" in loaded
    forbidden = ("rt3d_jax.prune", "rt3d_jax.data", "av", "iree")
    assert [name for name in loaded if any(is_in(name, module) for module in forbidden)] == []


def test_patterns_need_the_standard_library_and_numpy_only() -> None:
    for _, name in imports(ROOT / "rt3d_jax/sparsity/patterns.py", ROOT):
        assert name.partition(".")[0] in {*sys.stdlib_module_names, "numpy"}


def test_packages_hold_a_docstring_only() -> None:
    """The tops of those aside that name what users need."""
    for package in ("rt3d_jax", "lowering"):
        for path in (ROOT / package).rglob("__init__.py"):
            body = ast.parse(path.read_text()).body
            assert len(body) == 1 or path.parent.name in TOPS, f"{path} holds more than a docstring"
            assert ast.get_docstring(ast.parse(path.read_text())), f"{path} holds no docstring"


@pytest.mark.parametrize("package", TOPS)
def test_the_names_at_a_packages_top_are_imported_when_they_are_used(package: str) -> None:
    """Python and pyright find the same names, each at its home; until one is used neither jax nor numpy is loaded."""
    path = ROOT / package / "__init__.py"
    (block,) = (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.If))
    typed = {
        alias.asname: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    top = importlib.import_module(package)
    assert typed == top._HOMES and set(typed) <= set(dir(top))
    assert all(getattr(getattr(top, name), "__name__", name) == name for name in top._HOMES)  # some are values
    assert not set(typed) & set(ROOMS[package]), "a room's name is the room"
    with pytest.raises(AttributeError, match=f"^module '{package}' has no attribute 'nothing'$"):
        top.__getattr__("nothing")
    code = f"import sys, {package}; assert not {{'jax', 'numpy', 'iree', 'flax'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_every_folder_of_a_package_is_a_package() -> None:
    for package in ("rt3d_jax", "lowering"):
        for folder in {path.parent for path in (ROOT / package).rglob("*.py")}:
            assert (folder / "__init__.py").is_file(), f"{folder} has no __init__.py"


def test_what_the_order_of_tests_names_exists() -> None:
    assert [name for name in (*conftest.FAST, *conftest.LONG) if not (conftest.ROOT / name).exists()] == []


@pytest.mark.parametrize("folder", ["rt3d_jax", "lowering", "tests", "scripts"])
def test_files_are_short_and_begin_with_a_docstring(folder: str) -> None:
    for path in sources(ROOT, folder):
        text = path.read_text()
        assert text.count("\n") < MAX_LINES, f"{path} has {text.count(chr(10))} lines, expected fewer than {MAX_LINES}"
        assert ast.get_docstring(ast.parse(text)), f"{path} begins without a docstring"
        assert "# fmt: " + "skip" not in text, f"{path} keeps its own format; let ruff format it"


def test_the_wheel_holds_both_halves() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["rt3d_jax", "lowering"]


@pytest.mark.parametrize(
    ("file", "code", "message"),
    [
        (
            "rt3d_jax/training/phases.py",
            "import lowering.bundle.run",
            "rt3d_jax/training/phases.py:1 imports lowering.bundle.run",
        ),
        (
            "rt3d_jax/training/phases.py",
            "from lowering.bundle import run",
            "rt3d_jax/training/phases.py:1 imports lowering.bundle.run",
        ),
        ("rt3d_jax/models/c3d.py", "def f():\n    import lowering", "rt3d_jax/models/c3d.py:2 imports lowering"),
        ("rt3d_jax/data/clips.py", "from jax import numpy", "rt3d_jax/data/clips.py:1 imports jax.numpy"),
        (
            "lowering/graph/ops.py",
            "if True:\n    from jax.extend import core",
            "lowering/graph/ops.py:2 imports jax.extend.core",
        ),
        (
            "lowering/kernels/cpu.py",
            "import iree.compiler.tools as t",
            "lowering/kernels/cpu.py:1 imports iree.compiler.tools",
        ),
        ("lowering/kernels/cpu.py", "from iree import runtime", "lowering/kernels/cpu.py:1 imports iree.runtime"),
        (
            "lowering/graph/ops.py",
            "from lowering.kernels import emit",
            "lowering/graph/ops.py:1 imports lowering.kernels.emit",
        ),
        ("lowering/peers/rounds.py", "import rt3d_jax", "lowering/peers/rounds.py:1 imports rt3d_jax"),
        (
            "rt3d_jax/prune/budget.py",
            "from ...lowering.bundle import run",
            "rt3d_jax/prune/budget.py:1 imports lowering.bundle.run",
        ),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: pathlib.Path, file: str, code: str, message: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(code)
    assert violations(tmp_path) == [message]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("rt3d_jax/cli/lower.py", "from lowering.bundle import run"),
        ("lowering/graph/trace.py", "import jax"),
        ("lowering/bundle/compile.py", "import iree.compiler.tools.binaries"),
        ("lowering/bundle/run.py", "from iree import runtime"),
        ("rt3d_jax/training/phases.py", "import lowering_rates, jax, iree_like"),
        ("rt3d_jax/training/phases.py", "from . import run, lowering"),
    ],
)
def test_an_import_that_no_rule_forbids_is_not_found(tmp_path: pathlib.Path, file: str, code: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(code)
    assert violations(tmp_path) == []
