"""What a phone says of itself, as old, new and odd phones say it."""

import pytest

from lowering.phone import state
from tests.lowering.phone import conftest, rootfs

ARM = "processor : 0\nFeatures : fp asimd\n"


def test_a_phone_is_described(phone: conftest.Phone) -> None:
    found = state.facts(phone.serial)
    assert (found.status, found.maker, found.model, found.soc, found.android) == (
        "emulator",
        "Maker",
        "Fake Phone",
        "SoC 1",
        "14",
    )
    assert found.cores[-1] == "cortex-a76"
    assert set(found.row()) == {"serial", "maker", "model", "soc", "android", "build", "kernel", "cores"}


def test_its_condition_is_read(phone: conftest.Phone) -> None:
    found = state.conditions(phone.serial)
    core = next(iter(found["frequency_khz"]))
    assert found == {
        "frequency_khz": dict.fromkeys(found["frequency_khz"], 1_800_000),
        "governor": dict.fromkeys(found["frequency_khz"], "schedutil"),
        "temperature_c": {"CPU0": 38.5, "soc": 41.2},
        "battery": {"level": 85, "temperature_c": 27.4, "plugged": True, "status": "charging"},
    }
    (phone.root / f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq").unlink()
    (phone.root / "sys/class/thermal/thermal_zone0/temp").unlink()
    rootfs.answer(phone.root, "dumpsys battery", "Can't find service: battery\n")
    rootfs.answer(phone.root, "dumpsys thermalservice", "")
    bare = state.conditions(phone.serial)
    assert core not in bare["frequency_khz"]
    assert (bare["temperature_c"], bare["battery"]) == ({}, {})


@pytest.mark.parametrize(
    ("props", "cpuinfo", "prefix", "emulated"),
    [
        ({"ro.hardware": "qcom"}, ARM, "", False),
        ({"ro.hardware": "qcom", "ro.kernel.qemu": "0"}, ARM, "", False),
        ({"ro.kernel.qemu": "1"}, ARM, "", True),
        ({"ro.boot.qemu": "1"}, ARM, "", True),
        ({"ro.hardware": "ranchu"}, ARM, "", True),
        ({"ro.boot.hardware": "cutf_cvm"}, ARM, "", True),
        ({"ro.hardware": "qcom"}, "flags : fpu sse\n", "", True),
        ({"ro.hardware": "qcom"}, "", "", True),
        ({"ro.hardware": "qcom"}, ARM, "qemu-aarch64 -cpu max", True),
    ],
)
def test_an_emulator_is_known_for_one(props: dict[str, str], cpuinfo: str, prefix: str, emulated: bool) -> None:
    assert state.is_emulated(props, cpuinfo, prefix) is emulated


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("", {}),
        ("level: many\n", {}),
        ("  level: 7\n", {"level": 7, "temperature_c": None, "plugged": False, "status": None}),
        (
            "  level: 7\n  status: 3\n  Wireless powered: true\n  temperature: -15\r\n",
            {"level": 7, "temperature_c": -1.5, "plugged": True, "status": "discharging"},
        ),
    ],
)
def test_batteries_say_what_they_say(said: str, found: dict) -> None:
    assert state.battery(said) == found


def test_what_is_no_temperature_is_left_out() -> None:
    pairs = [
        ("41200", "soc"),
        ("38", "skin"),
        ("-273000", "absent"),
        ("0", "off"),
        ("", "empty"),
        ("2147483647", "broken"),
        ("1e9", "odd"),
    ]
    assert state._temperatures(pairs) == {"soc": 41.2, "skin": 38.0}
    assert len(state._temperatures([("40", str(number)) for number in range(10_000)])) == 256


def test_sections_are_told_apart() -> None:
    assert state.sections("lost\n== a\r\n1\r\n2\n== b\n\n") == {"a": "1\n2", "b": "\n"}
    assert state.sections("") == {}
