"""What the tests of training share: programs that XLA has compiled once."""

import pathlib
from collections.abc import Iterator

import jax
import pytest


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("xla")


@pytest.fixture(scope="module", autouse=True)
def compiled_once(compiled: pathlib.Path) -> Iterator[None]:
    """The same phases run several times: for their duration XLA's results are kept."""
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
