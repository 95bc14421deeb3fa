"""What program files say of themselves."""

import pathlib
import sys

import numpy as np
import pytest

from lowering.bundle import qemu
from lowering.system import elf
from tests import fuzz


def test_irees_tools_are_arm64_programs_for_glibc() -> None:
    found = elf.read(qemu.folder() / "iree-benchmark-module")
    assert (found.machine, found.loader) == (elf.AARCH64, "/lib/ld-linux-aarch64.so.1")
    assert {"libc.so.6", "libstdc++.so.6", "libgcc_s.so.1"} < set(found.needed)
    assert found.align >= 1 << 14, "kernels with pages of 16 KB could not load it"


def test_a_library_has_no_loader_and_python_itself_another_processor_or_not() -> None:
    found = elf.read(qemu.SYSROOT / "lib/libstdc++.so.6")
    assert (found.machine, found.loader) == (elf.AARCH64, "")
    assert elf.read(pathlib.Path(sys.executable).resolve()).machine != 0


@pytest.mark.parametrize("length", [0, 3, 20, 63, 200, 5000])
def test_a_cut_off_file_is_refused(tmp_path: pathlib.Path, length: int) -> None:
    path = tmp_path / "tool"
    path.write_bytes((qemu.folder() / "iree-run-module").read_bytes()[:length])
    with pytest.raises(
        elf.ElfError, match=f"^{path} is not a 64-bit ELF program or library; expected one built for arm64$"
    ):
        elf.read(path)


def test_a_script_is_refused(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "tool"
    path.write_text("#!/bin/sh\nexec something else, in more bytes than an ELF header has\n" * 3)
    with pytest.raises(elf.ElfError):
        elf.read(path)


def test_broken_bytes_are_an_elf_error_or_read() -> None:
    whole, rng = (qemu.folder() / "iree-run-module").read_bytes(), np.random.default_rng(0)
    head, outcomes = whole[:4096], []
    for _ in range(200):
        try:
            elf.parse(fuzz.broken(head, rng, fuzz.SPICE) + whole[4096:])
        except elf.ElfError as error:
            assert "\n" not in str(error)
            outcomes.append("refused")
        else:
            outcomes.append("read")
    assert outcomes.count("refused") > 50
