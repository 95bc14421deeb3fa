"""adb, with a real server and a phone behind it: what is found, pushed, said and refused."""

import dataclasses
import gc
import pathlib
import re
import socket
from collections.abc import Callable

import pytest

from lowering.phone import adb, pack
from tests.lowering.phone import conftest, rootfs

Plug = Callable[..., conftest.Phone]


def test_phones_are_found_by_their_serials(plug: Plug) -> None:
    one, other = plug(), plug()
    assert sorted(adb.find()) == sorted([one.serial, other.serial])
    assert adb.find([other.serial]) == [other.serial]


def test_a_phone_that_is_not_there_is_named(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    with conftest.served(tmp_path / "home") as port:
        monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(port))
        with pytest.raises(
            adb.DeviceError, match="^no device; adb sees none. Plug it in with USB debugging on, or: adb connect"
        ):
            adb.find()
        phone = conftest.Phone(rootfs.make(tmp_path / "phone"), port)
        try:
            with pytest.raises(
                adb.DeviceError, match=f"^no device abc; adb sees {re.escape(phone.serial)} \\(device\\). Plug it in"
            ):
                adb.find(["abc"])
        finally:
            phone.unplug()


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # by adbutils, where it cannot connect
def test_a_server_that_was_started_for_a_search_is_ended_and_another_is_not(
    plug: Plug, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = []
    monkeypatch.setattr(adb.atexit, "register", ends.append)
    plug()
    adb.find()
    assert ends == []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(port))
    with pytest.raises(adb.DeviceError, match="^no device; adb sees none"):
        adb.find()
    assert adb._server_runs()
    (end,) = ends
    end()
    assert not adb._server_runs()
    gc.collect()


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # by adbutils, where it cannot connect
def test_an_adb_server_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")
    monkeypatch.setenv("ADBUTILS_ADB_PATH", "/bin/false")
    with pytest.raises(
        adb.DeviceError, match="^adb's server does not answer .*; install adb, or start it: adb start-server$"
    ):
        adb.find()
    gc.collect()


def test_a_command_has_its_exit_code_and_both_its_streams(phone: conftest.Phone) -> None:
    found = adb.shell(phone.serial, "echo 'to out'; echo \"to err\" >&2; exit 7")
    assert found == adb.Result(7, "to out\n", "to err\n")
    assert found.last_line == "to err"


def test_what_a_command_says_is_bounded(phone: conftest.Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adb, "OUTPUT_LIMIT", 1000)
    assert len(adb.shell(phone.serial, "head -c 1000 /dev/zero").out) == 1000
    with pytest.raises(adb.DeviceError, match="printed more than 1000 bytes; the rest was not read$"):
        adb.shell(phone.serial, "head -c 1001 /dev/zero")


def test_only_what_changed_is_pushed(phone: conftest.Phone, packs: list[pack.Pack], tmp_path: pathlib.Path) -> None:
    first = adb.push(phone.serial, packs[0])
    assert sorted(first.sent) == sorted(packs[0].sums)
    assert first.size == packs[0].size
    place = phone.root / adb.remote(packs[0]).lstrip("/")
    for name in packs[0].sums:
        assert (place / name).read_bytes() == (packs[0].folder / name).read_bytes()
    before = phone.received()
    assert adb.push(phone.serial, packs[0]) == adb.Pushed((), 0, len(packs[0].sums))
    assert phone.received() == before

    (place / "clip.npy").write_bytes(b"half of a")
    (place / "it's old; $(reboot)").write_text("no longer in the bundle")
    assert adb.push(phone.serial, packs[0]).sent == ("clip.npy",)
    assert phone.received()[len(before) :] == [f"{adb.remote(packs[0])}/clip.npy"]
    assert sorted(path.name for path in place.iterdir()) == sorted(packs[0].sums)


def test_a_phone_without_room_is_sent_nothing(phone: conftest.Phone, packs: list[pack.Pack]) -> None:
    said = "Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/fuse 100 97 3072 97% /data\n"
    rootfs.answer(phone.root, "df -k /data/local/tmp", said)
    with pytest.raises(
        adb.DeviceError, match=f"^{phone.serial} has 3 MiB left in /data/local/tmp, expected [0-9]+ MiB"
    ):
        adb.push(phone.serial, packs[0])
    assert phone.received() == []


def test_a_result_is_pulled_and_bounded(phone: conftest.Phone) -> None:
    adb.shell(phone.serial, "head -c 200000 /dev/zero > /data/local/tmp/rt3d-x")
    assert adb.pull(phone.serial, "/data/local/tmp/rt3d-x") == bytes(200_000)
    with pytest.raises(adb.DeviceError, match="/data/local/tmp/rt3d-x is longer than 199999 bytes"):
        adb.pull(phone.serial, "/data/local/tmp/rt3d-x", limit=199_999)


def test_removal_takes_the_bundles_folder_and_nothing_else(phone: conftest.Phone, packs: list[pack.Pack]) -> None:
    for packed in packs:
        adb.push(phone.serial, packed)
    adb.remove(phone.serial, packs[0])
    assert [path.name for path in (phone.root / "data/local/tmp").iterdir()] == [packs[1].name]


@pytest.mark.parametrize("name", ["", "rt3d-", "../rt3d-x", "rt3d-x/../..", "rt3d-x y", "x", "rt3d-x;reboot"])
def test_no_other_folder_is_ever_named(packs: list[pack.Pack], name: str) -> None:
    with pytest.raises(adb.DeviceError, match="is no name for a folder on a phone, expected rt3d-...; pack again$"):
        adb.remote(dataclasses.replace(packs[0], name=name))


@pytest.mark.parametrize("doing", ["shell", "push", "pull"])
def test_a_phone_that_is_gone_is_one_line(phone: conftest.Phone, packs: list[pack.Pack], doing: str) -> None:
    phone.unplug()
    actions: dict[str, Callable[[], object]] = {
        "shell": lambda: adb.shell(phone.serial, "true"),
        "push": lambda: adb.push(phone.serial, packs[0]),
        "pull": lambda: adb.pull(phone.serial, "/x"),
    }
    expected = (
        rf"^device {phone.serial} went away during .* \(.*\); connect it and run the same command again: what was "
        rf"pushed is still there$"
    )
    with pytest.raises(adb.DeviceError, match=expected) as error:
        actions[doing]()
    assert "\n" not in str(error.value)


def test_lines_of_sha256sum_of_other_shapes_are_passed_over() -> None:
    assert adb._sums(f"{'a' * 64}  a b\n{'b' * 64} *c\nsha256sum: x: Is a directory\n{'c' * 63}  d\n") == {
        "a b": "a" * 64,
        "c": "b" * 64,
    }
