"""What the tests of the lowering share: the tools they need, and one small bundle."""

import functools
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
from collections.abc import Callable
from typing import Protocol

import pytest

from lowering.bundle import bundles, qemu, run
from lowering.bundle import write as writing
from lowering.system import hashes
from lowering.targets import targets
from tests.lowering import networks

PACKAGES = {  # of Debian, by the program
    "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
    "javac": "default-jdk-headless",
    "spirv-val": "spirv-tools",
}
Require = Callable[[str], None]


class WriteBundle(Protocol):
    """What the fixture `write_bundle` is."""

    def __call__(self, network: networks.Network, target: str, spec: targets.Target | None = None) -> bundles.Bundle:
        """The bundle of a network, for a target by its name; `spec` stands for what that name means."""
        ...


INFO = bundles.Info(
    run="kgs-2.6x",
    model="chain",
    labels=("run", "jump"),
    clip={"frames": 3},
    scheme="kgs 8x4",
    rate=2.6,
    accuracy=0.9,
    protocol="one clip a video",
)


@pytest.fixture(scope="session")
def require() -> Require:
    """require("qemu") skips the test where the tool is missing; where the environment has CI=true, it fails."""

    def check(tool: str) -> None:
        if (lack := _lack(tool)) is not None:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(lack)

    return check


@pytest.fixture
def write_bundle(tmp_path: pathlib.Path, require: Require) -> WriteBundle:
    """write_bundle(network, target name) compiles a network, with JAX's answer, into a folder of the test."""

    def write(network: networks.Network, target: str, spec: targets.Target | None = None) -> bundles.Bundle:
        kind = target.partition(":")[0]
        for tool in {"android": ["qemu"], "vulkan": ["vulkan", "spirv-val"]}.get(kind, []):
            require(tool)
        folder = tmp_path / target.replace(":", "-")
        return writing.write(folder, network.example(), spec or targets.find(target), INFO)

    return write


@pytest.fixture(scope="session")
def network() -> networks.Network:
    """The network of `host_bundle`."""
    return networks.chain("kgs 8x4")


@pytest.fixture(scope="session")
def host_bundle(tmp_path_factory: pytest.TempPathFactory, network: networks.Network) -> bundles.Bundle:
    """A bundle for this machine. Do not change it: `copied_bundle` is there for that."""
    folder = tmp_path_factory.mktemp("bundles") / "host"
    return writing.write(folder, network.example(), targets.find("host"), INFO)


@pytest.fixture
def copied_bundle(tmp_path: pathlib.Path, host_bundle: bundles.Bundle) -> bundles.Bundle:
    """A copy of `host_bundle` to spoil."""
    return bundles.Bundle(shutil.copytree(host_bundle.folder, tmp_path / "copy"), host_bundle.manifest)


def sign(bundle: bundles.Bundle, name: str, content: bytes) -> None:
    """Writes a file of the bundle and its hash into the manifest: what a stranger would do."""
    (bundle.folder / name).write_bytes(content)
    files = bundle.manifest["files"] | {name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}}
    (bundle.folder / "manifest.json").write_text(json.dumps(hashes.sealed(bundle.manifest | {"files": files})))


@functools.cache
def _lack(tool: str) -> str | None:
    """What is missing for a tool, or None."""
    if tool == "qemu":
        try:
            qemu.tool("iree-run-module")
        except qemu.EmulatorError as error:
            return str(error)
    elif tool == "vulkan":
        command = [*run.native_tool("iree-run-module"), "--list_devices=vulkan"]
        if "vulkan://" not in subprocess.run(command, capture_output=True, text=True, check=False).stdout:
            return "no Vulkan device; on Debian: apt-get install mesa-vulkan-drivers (lavapipe)"
    elif shutil.which(tool) is None:
        return f"{tool} is not installed; on Debian: apt-get install {PACKAGES.get(tool, tool)}"
    return None
