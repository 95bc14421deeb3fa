"""The docs are built without a warning."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]


def test_the_docs_and_the_reference_build_without_a_warning(tmp_path):
    pytest.importorskip("furo", reason="the extra docs is not installed")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    reference = (tmp_path / "api/rt3d_jax.sparsity.html").read_text()
    assert 'id="rt3d_jax.sparsity.patterns.kgs"' in reference
    assert "Kernel group structured" in reference
