"""What this project uses of libraries without their promise: each private name in one file, and there in what is
installed.

A test that fails here after an upgrade says which file to mend.
"""

import ast
import importlib
import importlib.util
import pathlib
from collections.abc import Iterator

import grain
import jax
import pytest

ROOT = pathlib.Path(__file__).parents[1]
OWN = ("lowering", "rt3d_jax")
PUBLIC = {"os._exit"}  # documented in spite of its name
# By name: the only file that may use it, and what it is used for.
PRIVATE = {
    "jax._src.distributed": ("rt3d_jax/hosts/distributed.py", "the key-value store by which processes agree"),
    "grain._src.python.ipc.shared_memory_array": (
        "rt3d_jax/data/memory.py",
        "waiting until the shared memory of batches made ahead is freed",
    ),
    "multiprocessing.shared_memory._SHM_NAME_PREFIX": ("rt3d_jax/data/memory.py", "names by which its own are known"),
    "multiprocessing.shared_memory._SHM_SAFE_NAME_LENGTH": ("rt3d_jax/data/memory.py", "as long as those names"),
    "pickle._Unpickler": ("rt3d_jax/weights/torchpickle.py", "an unpickler whose operations can be left out"),
    "torch._inductor": ("lowering/peers/torch_network.py", "constants folded, as an engine for inference would"),
}
# What is used of them, as far as attributes show it.
USED = {
    "jax._src.distributed": ("global_state.client", "State.initialize"),
    "grain._src.python.ipc.shared_memory_array": ("SharedMemoryArray._del_thread_pool",),
    "multiprocessing.shared_memory": ("_SHM_NAME_PREFIX", "_SHM_SAFE_NAME_LENGTH"),
    "pickle": ("_Unpickler.dispatch", "_Unpickler.pop_mark", "_Unpickler.find_class", "_Unpickler.persistent_load"),
}


def is_private(name: str) -> bool:
    return any(part.startswith("_") and not part.endswith("__") for part in name.split(".")) and name not in PUBLIC


def dotted(node: ast.AST) -> str | None:
    """ "a.b.c" of an attribute of a name."""
    if isinstance(node, ast.Name):
        return node.id
    inner = dotted(node.value) if isinstance(node, ast.Attribute) else None
    return f"{inner}.{node.attr}" if isinstance(node, ast.Attribute) and inner else None


def private_names(text: str) -> Iterator[str]:
    """The private names of other packages' modules in a file, as they would be imported."""
    tree, modules = ast.parse(text), dict[str, str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {
                alias.asname or alias.name.split(".")[0]: alias.asname and alias.name or alias.name.split(".")[0]
                for alias in node.names
            }
            yield from (alias.name for alias in node.names if is_private(alias.name))
        elif (
            isinstance(node, ast.ImportFrom) and node.module and not node.level and node.module.split(".")[0] not in OWN
        ):
            modules |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            yield from (name for alias in node.names if is_private(name := f"{node.module}.{alias.name}"))
    for node in ast.walk(tree):
        root, _, rest = (dotted(node) or "").partition(".") if isinstance(node, ast.Attribute) else ("", "", "")
        if (
            root in modules
            and modules[root].split(".")[0] not in OWN
            and is_private(rest)
            and f"{root}.{rest}" not in PUBLIC
        ):
            yield f"{modules[root]}.{rest}"


def test_private_names_of_libraries_are_used_in_one_file_each() -> None:
    found = {
        (name, str(path.relative_to(ROOT)))
        for package in OWN
        for path in (ROOT / package).rglob("*.py")
        for name in private_names(path.read_text())
    }
    allowed = lambda name, file: any(
        f"{name}.".startswith(f"{known}.") and PRIVATE[known][0] == file for known in PRIVATE
    )
    assert sorted(one for one in found if not allowed(*one)) == []
    used = {known for known in PRIVATE for name, _ in found if f"{name}.".startswith(f"{known}.")}
    assert used == set(PRIVATE), "a name that nobody uses any more is still listed"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import jax._src.core", ["jax._src.core"]),
        ("from jax import _src", ["jax._src"]),
        ("import jax\njax._src.core.x", ["jax._src.core.x", "jax._src.core", "jax._src"]),
        ("import pickle as p\np._Unpickler(3)", ["pickle._Unpickler"]),
        ("import os\nos._exit(1)\nself._x.y\n__file__\njax.__version__", []),
        ("from rt3d_jax.data import clips\nclips._square", []),
    ],
)
def test_private_names_are_found(text: str, names: list[str]) -> None:
    assert list(private_names(text)) == names


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, names in USED.items() for name in names])
def test_the_private_names_that_are_used_are_there(module: str, name: str) -> None:
    file, use = PRIVATE.get(module) or PRIVATE[f"{module}.{name.split('.')[0]}"]
    mend = f"{module}.{name} is gone; find {use} under another name, and mend {file}"
    assert importlib.util.find_spec(module) is not None, mend
    found = importlib.import_module(module)
    for part in name.split("."):
        assert hasattr(found, part), mend
        found = getattr(found, part)


def test_torchs_compiler_can_be_told_to_fold_constants() -> None:
    pytest.importorskip("torch")
    spec = importlib.util.find_spec("torch._inductor.config")  # to import it takes seconds
    mend = "torch._inductor.config.freezing is gone; find its new name, and mend lowering/peers/torch_network.py"
    assert spec is not None and spec.origin is not None, mend
    assert "\nfreezing: bool" in pathlib.Path(spec.origin).read_text(), mend


def test_irees_tools_lie_beside_its_runtime() -> None:
    mend = "iree._runtime_libs holds no iree-run-module; find IREE's tools, and mend lowering/bundle/run.py and qemu.py"
    spec = importlib.util.find_spec("iree._runtime_libs")
    assert spec is not None and spec.submodule_search_locations, mend
    assert (pathlib.Path(spec.submodule_search_locations[0]) / "iree-run-module").is_file(), mend


def test_no_public_name_has_come_in_the_place_of_a_private_one() -> None:
    store = {name for name in dir(jax.distributed) if not name.startswith("_")} - {
        "initialize",
        "is_initialized",
        "shutdown",
    }
    assert not store, (
        f"jax.distributed has {store}: if that is its key-value store, use it in rt3d_jax/hosts/distributed.py"
    )
    memory = {name for name in dir(grain) if "shared" in name.lower()}
    assert not memory, f"grain has {memory}: if that frees shared memory, use it in rt3d_jax/data/memory.py"
