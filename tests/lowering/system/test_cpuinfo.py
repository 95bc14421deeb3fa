"""What the kernel says of processors."""

import pathlib

from lowering.system import cpuinfo


def test_this_machines_first_core_alone_is_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "cpuinfo").write_text("model name : a\nflags : x y\n\nmodel name : b\nflags : x\n")
    text = cpuinfo.here(str(tmp_path / "cpuinfo"))
    assert (cpuinfo.model(text), cpuinfo.features(text)) == ("a", {"x", "y"})


def test_a_machine_without_the_file_says_nothing(tmp_path: pathlib.Path) -> None:
    text = cpuinfo.here(str(tmp_path / "none"))
    assert (text, cpuinfo.model(text), cpuinfo.features(text)) == ("", "", frozenset())


def test_this_machine_has_a_name_or_numbers_and_features() -> None:
    assert cpuinfo.model(cpuinfo.here()) and cpuinfo.features(cpuinfo.here())


def test_an_arm_core_is_called_by_its_numbers() -> None:
    text = "processor : 0\nFeatures : fp asimd\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd0b\n"
    assert (cpuinfo.model(text), cpuinfo.features(text)) == ("0x41 0xd0b", {"fp", "asimd"})
