"""A real adb server of the test's own, phones behind it (adbd.py), and two small packed bundles."""

import contextlib
import dataclasses
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import adbutils
import numpy as np
import pytest

from lowering.bundle import bundles, write
from lowering.phone import pack
from lowering.targets import targets
from tests.lowering import conftest, networks
from tests.lowering.phone import rootfs

ADBD = pathlib.Path(__file__).with_name("adbd.py")


class Phone:
    """A phone whose files are in `root`; its adbd can be stopped, as a phone is unplugged, and started again."""

    def __init__(self, root: pathlib.Path, server: int) -> None:
        self.root, self.server = root, server
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(ADBD), str(self.root)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert self.process.stdout is not None
        self.serial = f"127.0.0.1:{self.process.stdout.readline().strip()}"
        self.process.stdout.close()
        said = adbutils.AdbClient(port=self.server).connect(self.serial)
        assert said == f"connected to {self.serial}", said

    def stop(self) -> None:
        """All at once, commands that run on it too."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def unplug(self) -> None:
        self.stop()
        adbutils.AdbClient(port=self.server).disconnect(self.serial)

    def received(self) -> list[str]:
        """Paths of the files that adbd has been sent, in order."""
        log = self.root / "received"
        return log.read_text().splitlines() if log.exists() else []


@contextlib.contextmanager
def served(home: pathlib.Path) -> Iterator[int]:
    """The port of an adb server with a home and a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "HOME": str(home), "ANDROID_ADB_SERVER_PORT": str(port), "ADB_MDNS": "0"}
    environment.pop("ADB_SERVER_SOCKET", None)
    log = (home / "log").open("w")
    command = [adbutils.adb_path(), "-L", f"tcp:localhost:{port}", "nodaemon", "server"]
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _until(lambda: socket.create_connection(("127.0.0.1", port), 1).close())
        yield port
    finally:
        process.kill()
        process.wait()
        log.close()


@pytest.fixture(scope="session")
def adb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """One for all tests. For a while it goes on looking for phones of earlier tests, and calls them offline."""
    with served(tmp_path_factory.mktemp("home")) as port:
        yield port


@pytest.fixture
def plug(adb_server: int, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Phone]]:
    """plug(features=..., props=...) is a new phone that adb's server sees."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(adb_server))
    phones: list[Phone] = []

    def make(**options) -> Phone:
        phones.append(Phone(rootfs.make(tmp_path / f"phone{len(phones)}", **options), adb_server))
        return phones[-1]

    yield make
    for phone in phones:
        phone.unplug()


@pytest.fixture
def phone(plug: Callable[..., Phone]) -> Phone:
    return plug()


@pytest.fixture(scope="session")
def bundle_pair(tmp_path_factory: pytest.TempPathFactory) -> list[bundles.Bundle]:
    """A dense and a sparse bundle for an Android CPU. Do not change them."""
    folder, made = tmp_path_factory.mktemp("bundles"), []
    for run, scheme, rate in (("dense", "dense", 1.0), ("kgs-2.6x", "kgs 8x4", 2.6)):
        network = networks.chain(scheme, widths=(5, 9), size=(2, 8, 8))
        info = dataclasses.replace(conftest.INFO, run=run, scheme=scheme, rate=rate)
        target = targets.find("android:cortex-a76")
        made.append(write.write(folder / run, network.example(), target, info))
    return made


@pytest.fixture(scope="session")
def packs(bundle_pair: list[bundles.Bundle]) -> list[pack.Pack]:
    """The two bundles, packed. Do not change them."""
    return [pack.write(bundle, pack.default_folder(bundle.folder)) for bundle in bundle_pair]


@pytest.fixture
def spoilt(packs: list[pack.Pack]) -> Callable[..., pack.Pack]:
    """spoilt(folder): a copy of the first pack with other logits, as if the phone computed something else."""

    def make(folder: pathlib.Path) -> pack.Pack:
        source = packs[0].bundle
        bundle = bundles.Bundle(folder / "bundle", source.manifest)
        bundle.folder.mkdir()
        for path in source.folder.iterdir():
            (bundle.folder / path.name).write_bytes(path.read_bytes())
        logits = np.load(bundle.folder / "logits.npy")
        np.save(bundle.folder / "logits.npy", logits + 1)
        return pack.write(bundle, folder / "packed")

    return make


def _until(attempt: Callable[[], object], tries: int = 200) -> None:
    """Tries until it does not fail."""
    for last in (number == tries - 1 for number in range(tries)):
        try:
            attempt()
            return
        except OSError:
            if last:
                raise
            time.sleep(0.05)
