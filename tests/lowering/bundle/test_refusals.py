"""Bundles that the system refuses to write or to read: its own error, with the file."""

import errno
import pathlib
import signal
import subprocess

import numpy as np
import pytest

from lowering.bundle import bundles
from lowering.bundle import compile as compilers
from lowering.bundle import write as writing
from lowering.system import files
from lowering.targets import targets


def test_a_disk_that_is_full_for_the_weights_is_an_error_of_the_system(tmp_path: pathlib.Path, limit) -> None:
    limit(50_000)
    with pytest.raises(OSError) as error, files.whole_folder(tmp_path / "bundle") as part:
        writing._write_weights(part / "weights.irpa", {"w": np.zeros(100_000, np.float32)})
    assert (error.value.errno, error.value.filename) == (errno.EFBIG, str(tmp_path / "bundle"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("said", "code", "number"),
    [("error opening input file: No space left on device", 1, errno.ENOSPC), ("", -signal.SIGXFSZ, errno.EFBIG)],
)
def test_a_disk_that_is_full_for_the_module_is_an_error_of_the_system(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int, number: int
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda words, **_: subprocess.CompletedProcess(words, code, "", said))
    with pytest.raises(OSError) as error, files.whole_folder(tmp_path / "bundle") as part:
        compilers.compile(part / "module.mlir", targets.find("host"), part / "module.vmfb")
    assert (error.value.errno, error.value.filename) == (number, str(tmp_path / "bundle" / "module.vmfb"))


def test_a_manifest_that_may_not_be_read_is_an_error_of_the_system(
    host_bundle: bundles.Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says nothing against the bundle, which need not be written again."""

    def refused(path: pathlib.Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(bundles.manifests, "read", refused)
    with pytest.raises(PermissionError, match=r"Permission denied: '.*manifest.json'$"):
        bundles.read(host_bundle.folder)
