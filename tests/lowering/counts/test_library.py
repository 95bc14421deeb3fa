"""Code found in memory by its bytes, and the hottest loops of what ran."""

import pathlib
import struct
import zipfile

import pytest

from lowering.counts import library, listing, loops, plugin
from lowering.system import elf

FMLA, ADD, RET, SPILL = (
    0x4F9A1376,
    0x91001020,
    0xD65F03C0,
    0x3DC007E0,
)  # fmla by element; add x0, x1, #4; ret; ldr q0, [sp, #16]
BACK_3, BACK_1, BACK_6 = 0x54FFFFA1, 0x54FFFFE1, 0x54FFFF41  # b.ne to 3, 1 and 6 words before
BASE = 0x7F0000000000


def code(*words: int, address: int = 0x10A60) -> elf.Code:
    return elf.Code(address, struct.pack(f"<{len(words)}I", *words))


def block(found: elf.Code, start: int, count: int, times: int, base: int = BASE) -> plugin.Block:
    """`count` words from word `start` of the code, as they lie in memory."""
    words = struct.unpack_from(f"<{count}I", found.data, 4 * start)
    return plugin.Block(base + found.address + 4 * start, times, words)


def test_kernels_are_told_from_the_program_around_them() -> None:
    found = code(ADD, FMLA, BACK_3, RET, FMLA, SPILL)
    around = [plugin.Block(0x400000, 7, (ADD, RET)), plugin.Block(0x400100, 2, (RET,))]
    ran = library.locate([*around, block(found, 0, 3, 5), block(found, 1, 2, 3)], found)
    first = found.address
    assert ran.times == {first: 5, first + 4: 8, first + 8: 8}
    assert ran.counts() == {"integer": 5, "fmla f32": 8, "branch": 8}
    assert ran.outside == {"integer": 7, "branch": 9}


def test_code_that_lies_elsewhere_with_the_same_words_is_not_the_kernels() -> None:
    """A copy off the page, and a place that another block contradicts."""
    found = code(ADD, FMLA, BACK_3, RET, FMLA, SPILL)
    copies = [block(found, 0, 3, 9, base=BASE + 36), block(found, 0, 3, 9, base=BASE - 4096)]
    against = plugin.Block(BASE - 4096 + found.address + 16, 1, (RET, RET))
    ran = library.locate([*copies, against, block(found, 0, 4, 1)], found)
    assert sum(ran.times.values()) == 4
    assert ran.outside == {"integer": 18, "fmla f32": 18, "branch": 20}


def test_a_program_that_runs_no_kernel_has_counts_outside_only() -> None:
    ran = library.locate([plugin.Block(0x400000, 2, (ADD, ADD, RET))], code(FMLA, RET))
    assert (ran.times, ran.outside) == ({}, {"integer": 4, "branch": 2})
    assert loops.hottest(ran) is None


def test_the_hottest_innermost_loop_is_found() -> None:
    """Word 0 is outside; 1 to 7 a loop around one of words 3 to 6 and one of word 2 alone."""
    found = code(ADD, ADD, BACK_1, FMLA, SPILL, FMLA, BACK_3, BACK_6, RET)
    blocks = [
        *(block(found, 0, 3, 1), block(found, 1, 2, 9), block(found, 2, 1, 20)),
        *(block(found, 3, 4, 10), block(found, 3, 4, 90), block(found, 7, 1, 10), block(found, 8, 1, 1)),
    ]
    loop = loops.hottest(library.locate(blocks, found))
    assert loop is not None
    assert (loop.first, loop.last, loop.iterations) == (found.address + 12, found.address + 24, 100)
    assert loop.mix() == {"fmla f32": 2, "load simd": 1, "branch": 1}
    assert (loop.spills(), loop.executed) == (1, 400)
    row = loop.row(executed=500)
    assert (row["instructions"], row["share"], row["spills"]) == (4, 0.8, 1)
    assert [line.split()[:2] for line in row["code"]][0] == ["10a6c", "4f9a1376"]


def test_a_part_of_a_loop_that_seldom_runs_counts_as_often_as_it_does() -> None:
    found = code(FMLA, SPILL, FMLA, BACK_3)
    blocks = [block(found, 0, 4, 10), block(found, 2, 2, 30)]
    loop = loops.hottest(library.locate(blocks, found))
    assert loop is not None
    assert (loop.iterations, loop.spills(), loop.mix()["fmla f32"]) == (10, 1, 5)


@pytest.mark.parametrize("installed", [True, False])
def test_a_listing_has_a_line_per_word(monkeypatch: pytest.MonkeyPatch, installed: bool) -> None:
    if not installed:
        monkeypatch.setattr(listing, "DISASSEMBLER", "no-such-program")
    lines = listing.lines([FMLA, 0, RET], first=0x10A60)
    assert [line.split()[:2] for line in lines] == [["10a60", "4f9a1376"], ["10a64", "00000000"], ["10a68", "d65f03c0"]]
    assert lines[0].split()[2] == "fmla"  # both as assembly and as class


def test_a_module_without_an_arm64_library_is_refused(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "module.vmfb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("module.fb", "x")
    with pytest.raises(plugin.CountError, match=r"holds 0 libraries, expected one; lower it for an android CPU$"):
        library.code(path)
