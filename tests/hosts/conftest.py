"""These tests run the same phases several times: what XLA compiled is kept."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _compiled_once(compiled_once: None) -> None:
    pass
