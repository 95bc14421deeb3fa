"""The caches of a core, as the kernel lists them."""

import pathlib

import pytest

from lowering.system import caches


def listed(folder: pathlib.Path, *entries: tuple[str, ...]) -> pathlib.Path:
    for number, values in enumerate(entries):
        (index := folder / f"index{number}").mkdir()
        for name, value in zip(("type", "level", "size", "shared_cpu_list"), values, strict=True):
            (index / name).write_text(f"{value}\n")
    return folder


XEON = (("Data", "1", "48K", "0"), ("Instruction", "1", "64K", "0"), ("Unified", "2", "2048K", "0"))
# Two threads a core; four small cores of the same chip share a second level.
SHARED = (("Data", "1", "32K", "0-1"), ("Unified", "2", "2M", "0-3,8-11"), ("Unified", "3", "24M", "0-11"))


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (XEON, {1: 48 << 10, 2: 2 << 20}),
        (SHARED, {1: 32 << 10, 2: 512 << 10, 3: 4 << 20}),
        ((("Data", "1", "unknown", "0"),), {}),
        ((), {}),
    ],
)
def test_a_core_has_its_part_of_each_level(
    tmp_path: pathlib.Path, entries: tuple[tuple[str, ...], ...], expected: dict[int, int]
) -> None:
    assert caches.here(listed(tmp_path, *entries)) == expected


def test_a_machine_that_lists_no_caches_has_none_that_are_known(tmp_path: pathlib.Path) -> None:
    assert caches.here(tmp_path / "none") == {}
