"""Cores by name and number."""

import pytest

from lowering.targets import cores, targets


def test_cores_are_named_in_the_order_of_the_kernel() -> None:
    arm = "CPU implementer\t: 0x41\nCPU part\t: "
    info = f"{arm}0xd05\n\nCPU implementer\t: 0x51\nCPU part\t: 0x804\n{arm}0xd4e\nCPU part : what\n"
    assert cores.named(info) == ("cortex-a55", "0x51/0x804", "cortex-x3", "0x41/0x000")


@pytest.mark.parametrize("info", ["", "CPU part", "CPU part\n:", "\0"])
def test_text_without_cores_names_none(info: str) -> None:
    assert cores.named(info) == ()


def test_every_core_has_a_name_and_a_number_of_its_own() -> None:
    assert len({core.name for core in cores.CORES}) == len({core.part for core in cores.CORES}) == len(cores.CORES)
    assert {f"android:{name}" for name in cores.TARGETS} == {n for n in targets.names() if n.startswith("android:")}


def test_a_core_that_is_not_known_is_taken_for_a_new_one() -> None:
    assert cores.implied("cortex-a999") == cores.ARMV9
    assert cores.implied("generic") == cores.GENERIC
    assert cores.implied("cortex-a76") == cores.ARMV8
