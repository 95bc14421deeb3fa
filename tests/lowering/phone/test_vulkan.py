"""What Vulkan drivers of phones say, and whether IREE can run on them."""

import json
from typing import Any

import pytest

from lowering.phone import vulkan
from lowering.targets import gpus
from rt3d_jax.cli import main
from tests.lowering.phone import conftest, rootfs


def version(major: int, minor: int, patch: int = 0) -> int:
    return major << 22 | minor << 12 | patch


def vkjson(api: int, **features: int) -> str:
    """As Android's `cmd gpu vkjson` prints a driver: structures by the version of Vulkan that brought them."""
    core = {name: value for name, value in features.items() if name != "synchronization2"}
    device: dict[str, Any] = {
        "properties": {"apiVersion": api, "deviceName": "Mali-G715", "driverVersion": 1},
        "features": {"shaderInt64": 1},
        "core11": {"features": {"storageBuffer16BitAccess": 1}},
        "core12": {"properties": {}, "features": core},
        "core13": {"features": {"synchronization2": features.get("synchronization2", 0)}},
    }
    return json.dumps({"apiVersion": api, "devices": [device], "layers": []}, indent=1)


ALL = {"timelineSemaphore": 1, "scalarBlockLayout": 1, "synchronization2": 1, "shaderFloat16": 1}


def said(text: str, declared: str = "", driver: str = "mali") -> str:
    return f"== driver\n{driver}\n\n== declared\n{declared}\n== vkjson\n{text}\n"


def test_a_driver_with_everything_is_ready() -> None:
    found = vulkan.parse(said(vkjson(version(1, 3, 231), **ALL)))
    assert (found.ready, found.halves, found.missing) == (True, True, ())
    assert found.verdict == "Mali-G715 (driver mali), Vulkan 1.3.231, f16 yes: has all that IREE needs"


@pytest.mark.parametrize("feature", gpus.FEATURES)
def test_a_missing_feature_is_named(feature: str) -> None:
    found = vulkan.parse(said(vkjson(version(1, 3), **{**ALL, feature: 0})))
    assert not found.ready
    assert found.verdict == f"Mali-G715 (driver mali), Vulkan 1.3.0, f16 yes: lacks {feature}"


def test_an_old_version_is_named_and_a_newer_one_is_good() -> None:
    assert vulkan.parse(said(vkjson(version(1, 1, 128), **ALL))).missing == ("Vulkan 1.3",)
    assert vulkan.parse(said(vkjson(version(1, 4), **ALL))).ready
    assert "f16 no" in vulkan.parse(said(vkjson(version(1, 3), **{**ALL, "shaderFloat16": 0}))).verdict


def test_without_vkjson_the_declared_version_is_known_and_features_are_not() -> None:
    new = vulkan.parse(said("", f"feature:android.hardware.vulkan.version={version(1, 3)}\nfeature:other=1"))
    assert not new.ready
    assert new.verdict == "a GPU (driver mali), Vulkan 1.3.0; the driver's features could not be read"
    old = vulkan.parse(said("no such service", f"feature:android.hardware.vulkan.version={version(1, 1)}"))
    assert old.verdict == "a GPU (driver mali), Vulkan 1.1.0; lacks Vulkan 1.3"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"devices": []}',
        '{"devices": [3]}',
        '{"devices": [{"properties": {"apiVersion": "x"}}]}',
        "[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_said(text: str) -> None:
    found = vulkan.parse(said(text))
    assert (found.ready, found.version) == (False, None)
    assert found.verdict.startswith("no Vulkan version could be read")


def test_doctor_asks_the_phones(phone: conftest.Phone, tmp_path) -> None:
    rootfs.answer(phone.root, "cmd gpu vkjson", vkjson(version(1, 3), **ALL))
    rootfs.answer(phone.root, "getprop ro.hardware.vulkan", "fake\n")
    assert main.call(["doctor", "--device", "--json", str(tmp_path / "found.json")]) == 0
    rows = {row["check"]: row for row in json.loads((tmp_path / "found.json").read_text())}
    assert rows[f"{phone.serial} Vulkan"]["works"]
    assert rows[f"{phone.serial} Vulkan"]["found"].startswith("Mali-G715 (driver fake), Vulkan 1.3.0")
    assert rows[f"{phone.serial} CPU"]["found"].endswith(
        "targets that fit: android:cortex-a55, android:cortex-a75, android:cortex-a76, android:cortex-a77, "
        "android:cortex-a78, android:cortex-x1"
    )
