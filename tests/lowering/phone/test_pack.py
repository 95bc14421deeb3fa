"""Packed folders: whole by themselves, kept when unchanged, refused when they could not run."""

import json
import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Callable

import pytest

from lowering.bundle import bundles, qemu
from lowering.phone import pack
from rt3d_jax.cli import main
from tests.lowering.phone import rootfs

GLIBC = b"/lib/ld-linux-aarch64.so.1\0"
SHELLS = ("dash", "mksh")


@pytest.fixture
def packed(packs: list[pack.Pack], tmp_path: pathlib.Path) -> pack.Pack:
    """A copy to spoil."""
    return pack.read(shutil.copytree(packs[0].folder, tmp_path / "packed"))


@pytest.fixture
def ndk(tmp_path: pathlib.Path) -> pathlib.Path:
    """Tools that say they are for Android's own loader."""
    folder = tmp_path / "ndk"
    folder.mkdir()
    for name in qemu.TOOLS:
        data = (qemu.folder() / name).read_bytes()
        (folder / name).write_bytes(data.replace(GLIBC, b"/system/bin/linker64".ljust(len(GLIBC), b"\0")))
    (folder / "libstdc++.so.6").write_bytes((qemu.SYSROOT / "lib/libstdc++.so.6").read_bytes())
    return folder


def test_a_packed_folder_holds_all_that_a_phone_needs(packs: list[pack.Pack]) -> None:
    found = packs[0]
    libraries = {
        "libc.so.6",
        "libdl.so.2",
        "libgcc_s.so.1",
        "libm.so.6",
        "libpthread.so.0",
        "librt.so.1",
        "libstdc++.so.6",
    }
    assert set(found.sums) == {*pack.carried(found.bundle), *pack.SCRIPTS, *qemu.TOOLS, pack.GLIBC_LOADER, *libraries}
    assert {path.name for path in found.folder.iterdir()} == {*found.sums, "phone.json"}
    assert re.fullmatch(r"rt3d-dense-android-cortex-a76-[0-9a-f]{8}", found.name)
    assert found.name != packs[1].name
    assert found.needed == ("asimd", "asimddp", "asimdhp", "asimdrdm", "atomics", "lrcpc")
    assert found.tools.startswith("glibc ")


def test_it_runs_from_its_own_files_alone(packed: pack.Pack) -> None:
    pack.prove(packed)
    (packed.folder / "libgcc_s.so.1").unlink()
    with pytest.raises(
        pack.PackError, match="does not run: exit code 127, .*libgcc_s.so.1: cannot open shared object file"
    ):
        pack.prove(packed)


def test_a_wrong_answer_is_not_packed_as_good(spoilt: Callable[..., pack.Pack], tmp_path: pathlib.Path) -> None:
    with pytest.raises(pack.PackError, match="does not run: exit code 1, "):
        pack.prove(spoilt(tmp_path))


def test_what_is_there_and_the_same_is_kept(bundle_pair: list[bundles.Bundle], packs: list[pack.Pack]) -> None:
    folder = packs[0].folder
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    killed = folder.with_name(f".{folder.name}.part-killed")
    killed.mkdir()
    assert pack.write(bundle_pair[0], folder) == packs[0]
    assert not killed.exists()
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


@pytest.mark.parametrize("name", ["weights.irpa", "run.sh", "libc.so.6", "phone.json"])
def test_what_was_changed_is_packed_again(packed: pack.Pack, bundle_pair: list[bundles.Bundle], name: str) -> None:
    (packed.folder / name).write_text("{}")
    with pytest.raises(pack.PackError, match="pack again$"):
        pack.read(packed.folder)
    assert pack.write(bundle_pair[0], packed.folder) == packed


def test_a_folder_of_other_things_is_not_written_over(
    bundle_pair: list[bundles.Bundle], tmp_path: pathlib.Path
) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(
        pack.PackError,
        match=f"^{tmp_path} holds other things than a packed bundle; choose a folder that is empty or new$",
    ):
        pack.write(bundle_pair[0], tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 9}, "has format 9, this version reads 1; pack again"),
        ({"files": 3}, "is not what `rt3d phone pack` writes (phone.json.files is 3, expected an object); pack again"),
        (
            {"files": {"../../etc/passwd": "0"}},
            "names '../../etc/passwd', expected the name of a file in its folder; pack again",
        ),
        ({"needed": [1]}, "(phone.json.needed[0] is 1, expected a text); pack again"),
    ],
)
def test_another_phone_json_is_refused(packed: pack.Pack, change: dict, message: str) -> None:
    path = packed.folder / "phone.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(pack.PackError, match=re.escape(message)):
        pack.read(packed.folder)


def other_target(bundle: bundles.Bundle, name: str, kind: str) -> bundles.Bundle:
    return bundles.Bundle(bundle.folder, bundle.manifest | {"target": {"name": name, "kind": kind, "flags": []}})


def test_bundles_that_no_phone_runs_are_refused(bundle_pair: list[bundles.Bundle], tmp_path: pathlib.Path) -> None:
    with pytest.raises(pack.PackError, match="is for this machine; lower with --target android:CPU or vulkan:GPU$"):
        pack.write(other_target(bundle_pair[0], "host", "cpu"), tmp_path / "out")
    with pytest.raises(
        pack.PackError, match=r"cannot load a phone's Vulkan driver; give --tools .* \(docs/android.md\)$"
    ):
        pack.write(other_target(bundle_pair[0], "vulkan:adreno", "vulkan"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_tools_built_with_the_ndk_take_the_phones_own_libraries(
    bundle_pair: list[bundles.Bundle], ndk: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    bundle = other_target(bundle_pair[0], "vulkan:adreno", "vulkan")
    found = pack.write(bundle, tmp_path / "out", tools=ndk)
    assert set(found.sums) == {*pack.carried(found.bundle), *pack.SCRIPTS, *qemu.TOOLS, "libstdc++.so.6"}, (
        "only what lies beside the tools"
    )
    assert 'LOADER="env LD_LIBRARY_PATH=."' in (found.folder / "common.sh").read_text()
    with pytest.raises(pack.PackError, match="cannot be run here"):
        pack.prove(found)


def test_tools_that_do_not_fit_are_named(
    bundle_pair: list[bundles.Bundle], ndk: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    write = lambda: pack.write(bundle_pair[0], tmp_path / "out", tools=ndk)
    shutil.copy(qemu.folder() / "iree-run-module", ndk)
    with pytest.raises(pack.PackError, match=r"are of different kinds \(glibc, ndk\); expected one$"):
        write()
    shutil.copy("/bin/true", ndk / "iree-run-module")
    if os.uname().machine != "aarch64":
        with pytest.raises(pack.PackError, match="iree-run-module is no arm64 program for Android or glibc"):
            write()
    (ndk / "iree-run-module").unlink()
    with pytest.raises(
        pack.PackError, match="iree-run-module is not there; expected a folder with iree-run-module and iree-benchmark"
    ):
        write()


def test_a_library_that_is_nowhere_is_named(bundle_pair: list[bundles.Bundle], tmp_path: pathlib.Path) -> None:
    with pytest.raises(
        pack.PackError,
        match=r"^no arm64 \S+ in .*; on Debian: apt-get install libc6-arm64-cross .* or give --libraries$",
    ):
        pack.write(bundle_pair[0], tmp_path / "out", libraries=[tmp_path])


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("script", ["run.sh", "bench.sh"])
def test_a_cpu_without_a_feature_is_named_before_anything_runs(
    packed: pack.Pack, tmp_path: pathlib.Path, shell: str, script: str
) -> None:
    """The scripts with a /proc/cpuinfo of their own: as on a phone, but for the path."""
    info, common = tmp_path / "cpuinfo", packed.folder / "common.sh"
    common.write_text(common.read_text().replace("/proc/cpuinfo 2>", f"{info} 2>"))
    for name in qemu.TOOLS:
        (packed.folder / name).write_text("never run")
    call = lambda: subprocess.run(
        [shell, str(packed.folder / script)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    info.write_text("processor : 0\nFeatures : fp asimd atomics asimdhpx lrcpc asimdrdm\n")
    done = call()
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "rt3d: this phone's CPU lacks asimddp asimdhp, which the module may use; lower for an older core, "
        "such as android:cortex-a55\n"
    )
    info.write_text("flags : fpu sse avx\n")
    done = call()
    assert (done.returncode, done.stderr) == (
        3,
        "rt3d: /proc/cpuinfo lists no arm64 features; expected a 64-bit Arm phone\n",
    )
    info.write_text(f"Features : {rootfs.FEATURES}\n")
    assert call().returncode not in (0, 3), "the tools are run where all is there"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_scripts_work_without_a_phone_or_adb(packed: pack.Pack, shell: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "RT3D_EMULATOR": "" if os.uname().machine == "aarch64" else "qemu-aarch64 -cpu max",
    }
    call = lambda *words: subprocess.run(
        [shell, *words], cwd=packed.folder, env=environment, capture_output=True, text=True, check=False
    )
    answer = call("run.sh", "--input=@clip.npy", "--output=@answer.npy")
    assert answer.returncode == 0 and (packed.folder / "answer.npy").is_file(), answer.stderr
    done = call("bench.sh", "2")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"cpus \d+\npinned (yes|no)\nstart_ns \d+\nend_ns \d+\n", done.stdout)
    assert (
        len(
            [
                b
                for b in json.loads((packed.folder / "bench.json").read_text())["benchmarks"]
                if b["run_type"] == "iteration"
            ]
        )
        == 2
    )


def test_the_verb_packs_beside_the_bundle_and_proves_it(
    bundle_pair: list[bundles.Bundle], packs: list[pack.Pack], capsys
) -> None:
    assert main.call(["phone", "pack", str(bundle_pair[0].folder)]) == 0
    assert re.fullmatch(
        rf"{packs[0].folder}: \d+\.\d MB, same answer as JAX under qemu-user\n", capsys.readouterr().out
    )
    assert main.call(["phone", "pack", *(str(bundle.folder) for bundle in bundle_pair), "--out", "x"]) == 2
    line = "--out x names one folder for 2 bundles; pack them one by one, or leave --out out"
    assert capsys.readouterr().err == f"rt3d phone: {line}\n"
