"""What all tests share: XLA and lavapipe compile fast, since most programs here take longer to compile than to run."""

import ctypes
import gc
import os
import pathlib
import resource
import sys
from collections.abc import Callable, Iterator

import pytest

from rt3d_jax.hosts import stops

# Read when jax is imported, and when lavapipe starts; here and in processes that tests start. What XLA used before its
# fusion emitters compiles in a third of the time.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_use_fusion_emitters=false")
os.environ.setdefault("GALLIVM_PERF", "nopt")

ROOT = pathlib.Path(__file__).parent
# What neither trains, nor compiles with IREE, nor starts other programs: `pytest -m fast`, a minute and a half of one
# core.
FAST = ("sparsity", "evaluation", "report", "lowering/graph", "data/test_layouts.py", "test_architecture.py")
LARGE = 1.5e9  # bytes in memory; both workers, and what they start, shall fit into 8 GB
# The files that take longest come first. One that is left for the end keeps one core busy while the others are idle.
LONG = (
    "lowering/bundle/test_any_function.py",
    "cli/test_compare.py",
    "lowering/bundle/test_backends.py",
    "hosts/test_scale.py",
    "lowering/bundle/test_catalog.py",
    "lowering/kernels/test_kernels.py",
    "lowering/graph/test_random_programs.py",
    "lowering/graph/test_zoo.py",
    "weights/test_parity.py",
    "weights/test_imports.py",
    "models/test_networks.py",
    "prune/test_networks.py",
    "data/test_pipelines.py",
    "test_end_to_end.py",
    "lowering/kernels/linalg/test_linalg.py",
    "lowering/phone/test_bench.py",
    "training/test_compute.py",
    "data/test_synthetic.py",
    "test_install.py",
    "test_docs.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of FAST, and moves those of LONG to the front."""
    for item in items:
        if any((ROOT / place) in (item.path, *item.path.parents) for place in FAST):
            item.add_marker(pytest.mark.fast)
    places = {ROOT / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_collection_finish() -> None:
    """JAX starts, with one device. What was imported is no garbage: to look through it takes a quarter of a trace."""
    if "jax" in sys.modules:
        sys.modules["jax"].devices()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_unconfigure() -> None:
    """At the end it is garbage too, else bindings to C++ say that it leaks."""
    gc.unfreeze()


@pytest.fixture(scope="module", autouse=True)
def bounded() -> Iterator[None]:
    """A process that has grown large forgets what JAX compiled for the tests of a file, and gives back its memory."""
    yield
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    if "jax" in sys.modules and pages * os.sysconf("SC_PAGE_SIZE") > LARGE:
        sys.modules["jax"].clear_caches()
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)


@pytest.fixture(autouse=True)
def uninterrupted() -> Iterator[None]:
    """Ctrl-C in one test is none in the next: what is remembered of it is the process's."""
    yield
    stops.uninstall()


@pytest.fixture(scope="module")
def tiny_network() -> Iterator[None]:
    """tests.models.tiny in the catalog, as "tiny"."""
    from rt3d_jax.models import catalog  # after JAX_DISABLE_MOST_OPTIMIZATIONS is set
    from tests.models import tiny

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalog.NETWORKS, "tiny", tiny.Tiny)
        yield


@pytest.fixture
def user_cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The user's cache of schedules, empty; nothing is shipped."""
    from lowering.targets import store

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(store, "SHIPPED", tmp_path / "shipped")
    return tmp_path


@pytest.fixture
def limit() -> Iterator[Callable[[int], None]]:
    """limit(size): files of this process grow to so many bytes and no more, as on a disk that becomes full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Where XLA keeps what it compiled."""
    return tmp_path_factory.mktemp("xla")


@pytest.fixture(scope="module")
def compiled_once(compiled: pathlib.Path) -> Iterator[None]:
    """The same phases run several times: for their duration XLA's results are kept."""
    import jax  # after JAX_DISABLE_MOST_OPTIMIZATIONS is set

    options = {
        "jax_compilation_cache_dir": str(compiled),
        "jax_persistent_cache_min_compile_time_secs": 0.0,
        "jax_persistent_cache_min_entry_size_bytes": 0,
    }
    before = {name: getattr(jax.config, name) for name in options}
    for name, value in options.items():
        jax.config.update(name, value)
    yield
    for name, value in before.items():
        jax.config.update(name, value)
