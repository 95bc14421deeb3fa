"""The counting plugin: built once, for every version of QEMU's API, and what is said where it cannot be."""

import pathlib
import re
import shutil
import subprocess

import pytest

from lowering.bundle import qemu
from lowering.counts import plugin
from tests.lowering import conftest


@pytest.fixture
def cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """An empty cache of the user's."""
    monkeypatch.delenv("RT3D_AARCH64_TOOLS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "rt3d-jax"


def version(folder: pathlib.Path, text: str) -> str:
    """A program that says this of its version."""
    path = folder / "qemu-aarch64"
    path.write_text(f"#!/bin/sh\necho '{text}'\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("text", "api"),
    [
        ("qemu-aarch64 version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)", 1),
        ("qemu-aarch64 version 8.2.2", 1),
        ("qemu-aarch64 version 9.0.4", 2),
        ("qemu-aarch64 version 9.1.0", 3),
        ("qemu-aarch64 version 10.0.2", 3),
    ],
)
def test_the_api_follows_qemus_version(text: str, api: int) -> None:
    assert plugin.api(text) == api


@pytest.mark.parametrize("text", ["qemu-aarch64 version 5.2.0", "something else"])
def test_a_qemu_without_the_api_is_refused(text: str) -> None:
    message = f"{text}: expected QEMU 6 or newer; on Debian: apt-get install qemu-user"
    with pytest.raises(plugin.CountError, match=f"^{re.escape(message)}$"):
        plugin.api(text)


@pytest.mark.parametrize("api", sorted({api for _, api in plugin.APIS}))
def test_the_source_compiles_for_every_api_without_a_warning(api: int) -> None:
    compiler = next(path for name in plugin.COMPILERS if (path := shutil.which(name)))
    command = [compiler, "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-DQEMU_API={api}"]
    subprocess.run([*command, str(plugin.SOURCE)], check=True)


def test_a_plugin_is_built_once_for_an_emulator(cache: pathlib.Path, tmp_path: pathlib.Path) -> None:
    first = plugin.build(version(tmp_path, "qemu-aarch64 version 7.2.22"))
    built = first.stat().st_mtime_ns
    assert first.parent == cache
    assert plugin.build(version(tmp_path, "qemu-aarch64 version 7.2.22")).stat().st_mtime_ns == built
    other = plugin.build(version(tmp_path, "qemu-aarch64 version 9.1.0"))
    assert sorted(cache.iterdir()) == sorted([first, other])


def test_without_a_compiler_the_message_says_how_to_get_one(
    cache: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin, "COMPILERS", ("no-such-compiler",))
    message = "no C compiler builds the counting plugin; on Debian: apt-get install gcc libc6-dev"
    with pytest.raises(plugin.CountError, match=f"^{re.escape(message)}$"):
        plugin.build(version(tmp_path, "qemu-aarch64 version 7.2.22"))


def test_a_compiler_that_fails_leaves_nothing_behind(
    cache: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin, "COMPILERS", ("false",))
    with pytest.raises(plugin.CountError, match=r"/false did not build the counting plugin: no message; on Debian: "):
        plugin.build(version(tmp_path, "qemu-aarch64 version 7.2.22"))
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (["/usr/bin/qemu-aarch64-static", "-L", "/x"], "/usr/bin/qemu-aarch64-static takes no plugins"),
        ([], "this machine runs arm64 itself, without an emulator"),
    ],
)
def test_an_emulator_without_plugins_is_refused(monkeypatch: pytest.MonkeyPatch, command: list[str], what: str) -> None:
    monkeypatch.setattr(qemu, "prefix", lambda: command)
    message = f"{what}; counting needs qemu-aarch64 with plugins; on Debian: apt-get install qemu-user"
    with pytest.raises(plugin.CountError, match=f"^{re.escape(message)}$"):
        plugin.emulator()


def test_a_program_that_fails_says_why(require: conftest.Require, tmp_path: pathlib.Path) -> None:
    require("qemu")
    with pytest.raises(plugin.CountError, match=r"^qemu-aarch64 failed with exit code 1: .*no-such.vmfb"):
        plugin.run([*qemu.tool("iree-run-module"), "--module=no-such.vmfb"], tmp_path)
