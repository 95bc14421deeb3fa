"""The deploy folder: what it says, when it is reused, and what is refused."""

import contextlib
import dataclasses
import importlib.metadata
import json
import pathlib
import re
import shutil
from collections.abc import Callable

import numpy as np
import pytest

from lowering.bundle import bundles, examples
from lowering.bundle import compile as compilers
from lowering.bundle import write as writing
from lowering.system import hashes
from lowering.targets import targets
from tests.lowering import conftest, networks


def write(
    folder: pathlib.Path, network: networks.Network, target: targets.Target | None = None, **info
) -> bundles.Bundle:
    info = dataclasses.replace(conftest.INFO, **info)
    return writing.write(folder, network.example(), target or targets.find("host"), info)


def refused(message: str, function: Callable[..., object], *arguments: object) -> None:
    with pytest.raises(bundles.BundleError, match=f"^{re.escape(message)}$"):
        function(*arguments)


def test_a_manifest_says_what_the_bundle_holds(host_bundle: bundles.Bundle, network: networks.Network) -> None:
    found = json.loads((host_bundle.folder / "manifest.json").read_text())
    target = targets.find("host")
    assert {k: found[k] for k in ("run", "model", "labels", "clip", "scheme", "rate", "accuracy", "protocol")} == {
        "run": "kgs-2.6x",
        "model": "chain",
        "labels": ["run", "jump"],
        "clip": {"frames": 3},
        "scheme": "kgs 8x4",
        "rate": 2.6,
        "accuracy": 0.9,
        "protocol": "one clip a video",
    }
    assert found["target"] == {
        "name": "host",
        "kind": "cpu",
        "device": "local-sync",
        "flags": list(target.flags),
        "features": list(target.features),
        "macs_per_dispatch": None,
    }
    assert found["versions"]["iree-base-compiler"] == importlib.metadata.version("iree-base-compiler")
    assert found["dispatches"] == ["clip", "conv1", "pool", "conv2", "pool_2", "fc1", "fc2"]
    assert found["executables"] == found["dispatches"]
    assert set(found["files"]) == {p.name for p in host_bundle.folder.iterdir()} - {"manifest.json"}
    for name, entry in found["files"].items():
        path = host_bundle.folder / name
        assert entry == {"bytes": path.stat().st_size, "sha256": hashes.of_file(path)}
    assert host_bundle.name == "kgs-2.6x on host"


def test_layers_are_counted_dense_and_as_packed(host_bundle: bundles.Bundle, network: networks.Network) -> None:
    layers = {layer["name"]: layer for layer in host_bundle.manifest["layers"]}
    assert list(layers) == ["conv1", "conv2", "fc1", "fc2"]
    assert layers["conv1"]["macs_dense"] == 3 * 17 * 23 * 81 * 13
    mask = network.params["conv2"]["kernel"] != 0
    assert layers["conv2"]["macs"] == mask.sum() * 3 * 8 * 11
    assert layers["conv2"]["row_taps"][0] < layers["conv2"]["row_taps"][1] == 351
    assert host_bundle.macs == sum(layer["macs"] for layer in layers.values())
    assert all(layer["macs"] <= layer["macs_dense"] for layer in layers.values())


def test_the_files_are_the_clip_and_jaxs_answer(host_bundle: bundles.Bundle, network: networks.Network) -> None:
    np.testing.assert_array_equal(np.load(host_bundle.folder / "clip.npy"), network.clip)
    np.testing.assert_array_equal(np.load(host_bundle.folder / "logits.npy"), network.logits())
    assert "func.func @main(%clip: tensor<1x3x17x23x3xf32>)" in (host_bundle.folder / "module.mlir").read_text()


def test_an_unchanged_network_is_not_compiled_again(
    copied_bundle: bundles.Bundle, network: networks.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilers, "compile", lambda *_: pytest.fail("compiled again"))
    before = {path.name: path.stat().st_mtime_ns for path in copied_bundle.folder.iterdir()}
    killed = copied_bundle.folder.with_name(f".{copied_bundle.folder.name}.part-killed")
    killed.mkdir()
    assert write(copied_bundle.folder, network).manifest == copied_bundle.manifest
    assert not killed.exists()
    assert {path.name: path.stat().st_mtime_ns for path in copied_bundle.folder.iterdir()} == before


@pytest.mark.parametrize("change", ["weight", "rate", "target", "file"])
def test_anything_that_changes_is_compiled_again(
    copied_bundle: bundles.Bundle, network: networks.Network, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    compiled = []
    monkeypatch.setattr(compilers, "compile", lambda mlir, target, vmfb: compiled.append(vmfb.write_bytes(b"new")))
    params, target = {k: dict(v) for k, v in network.params.items()}, targets.find("host")
    if change == "weight":
        params["fc2"]["bias"] = params["fc2"]["bias"] + 1
    elif change == "target":
        target = dataclasses.replace(target, flags=(*target.flags, "--iree-opt-level=O1"))
    elif change == "file":
        (copied_bundle.folder / "module.vmfb").write_bytes(b"spoilt")
    write(
        copied_bundle.folder, dataclasses.replace(network, params=params), target, rate=3.6 if change == "rate" else 2.6
    )
    assert len(compiled) == 1
    assert (copied_bundle.folder / "module.vmfb").read_bytes() == b"new"
    assert bundles.read(copied_bundle.folder).manifest["rate"] == (3.6 if change == "rate" else 2.6)


def test_nothing_is_left_where_compilation_fails(tmp_path: pathlib.Path, network: networks.Network) -> None:
    host = targets.find("host")
    broken = dataclasses.replace(host, flags=(*host.flags, "--iree-no-such-flag"))
    with pytest.raises(
        compilers.CompileError, match=r"^iree-compile failed on .*module.mlir for host: .*iree-no-such-flag"
    ):
        write(tmp_path / "bundle", network, broken)
    assert not (tmp_path / "bundle").exists()
    assert not list(tmp_path.rglob("*.vmfb*"))
    write(tmp_path / "bundle", network)
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_bundle_stays_where_its_successor_fails(copied_bundle: bundles.Bundle, network: networks.Network) -> None:
    host = targets.find("host")
    with pytest.raises(compilers.CompileError):
        write(copied_bundle.folder, network, dataclasses.replace(host, flags=("--iree-no-such-flag",)))
    assert bundles.read(copied_bundle.folder).manifest == copied_bundle.manifest


def test_a_folder_of_other_things_is_not_written_over(tmp_path: pathlib.Path, network: networks.Network) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(bundles.BundleError, match=f"^{re.escape(str(tmp_path))} holds other things than a bundle"):
        write(tmp_path, network)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_module_that_the_compiler_refuses_is_named(tmp_path: pathlib.Path) -> None:
    (tmp_path / "bad.mlir").write_text("func.func @main( {")
    with pytest.raises(
        compilers.CompileError, match=r"^iree-compile failed on .*bad.mlir for host: .*bad.mlir:1:\d+: error: "
    ):
        compilers.compile(tmp_path / "bad.mlir", targets.find("host"), tmp_path / "bad.vmfb")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.mlir"]


def test_arrays_that_do_not_fit_the_network_are_refused(network: networks.Network) -> None:
    graph, logits = network.trace(), network.logits()
    for inputs, answer, message in (
        ((network.clip, network.clip), logits, "2 example inputs were given, the network has 1"),
        ((network.clip[0],), logits, "clip has shape (3, 17, 23, 3), the network wants (1, 3, 17, 23, 3)"),
        ((network.clip,), logits[0], "JAX's answer 'logits' has shape (7,), the network wants (1, 7)"),
        (
            (network.clip,),
            logits * np.nan,
            "JAX's answer is not finite everywhere; the network's weights are broken or the clip is not normalised",
        ),
    ):
        refused(message, examples.Example, graph, inputs, (answer,))


def test_a_bundle_is_read_as_it_was_written(copied_bundle: bundles.Bundle) -> None:
    found = bundles.read(copied_bundle.folder)
    assert (found, found.target) == (copied_bundle, targets.find("host"))


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: pathlib.Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        refused(f"{folder} has no manifest.json; expected a folder that `rt3d lower` wrote", bundles.read, folder)


@pytest.mark.parametrize("name", bundles.FILES)
def test_a_missing_file_is_named(copied_bundle: bundles.Bundle, name: str) -> None:
    path = copied_bundle.folder / name
    path.unlink()
    refused(f"{path} is missing; write the bundle again with `rt3d lower`", bundles.read, copied_bundle.folder)


@pytest.mark.parametrize("name", bundles.FILES)
@pytest.mark.parametrize("longer", [False, True])
def test_a_changed_file_is_named(copied_bundle: bundles.Bundle, name: str, longer: bool) -> None:
    path, entry = copied_bundle.folder / name, copied_bundle.manifest["files"][name]
    data = path.read_bytes()
    path.write_bytes(data + b"\0" if longer else bytes([data[0] ^ 1]) + data[1:])
    refused(
        f"{path} is not the file that was written ({entry['bytes']} bytes, sha256 "
        f"{entry['sha256'][:12]}...); lower again",
        bundles.read,
        copied_bundle.folder,
    )
    assert bundles.read(copied_bundle.folder, verify=False).manifest == copied_bundle.manifest


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda m: "{",
            "is not a manifest (it is not JSON (Expecting property name enclosed in double quotes: line 1 "
            "column 2 (char 1)));",
        ),
        (lambda m: "[]", "is not a manifest (it is [], expected an object);"),
        (lambda m: "{}", "is not a manifest (it has no format);"),
        (
            lambda m: json.dumps({k: v for k, v in m.items() if k != "layers"}),
            "is not a manifest (manifest has no layers);",
        ),
        (lambda m: json.dumps(m | {"format": 99}), "has format 99, this version reads 1 to 4;"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(copied_bundle: bundles.Bundle, spoil: Callable, message: str) -> None:
    path = copied_bundle.folder / "manifest.json"
    path.write_text(spoil(copied_bundle.manifest))
    refused(f"{path} {message} write the bundle again with `rt3d lower`", bundles.read, copied_bundle.folder)


@pytest.mark.parametrize("files", [[], {"module.mlir": 3}, {"module.mlir": {}}], ids=str)
def test_a_manifest_whose_list_of_files_is_spoilt_is_refused(copied_bundle: bundles.Bundle, files: object) -> None:
    path = copied_bundle.folder / "manifest.json"
    path.write_text(json.dumps(copied_bundle.manifest | {"files": files}))
    with pytest.raises(bundles.BundleError, match=f"^{re.escape(str(path))} is not a manifest"):
        bundles.read(copied_bundle.folder)


def test_a_target_that_is_gone_is_named(copied_bundle: bundles.Bundle) -> None:
    path = copied_bundle.folder / "manifest.json"
    manifest = copied_bundle.manifest | {"target": {"name": "android:cortex-m0"}}
    path.write_text(json.dumps(hashes.sealed(manifest)))
    with pytest.raises(
        targets.TargetError, match=r"^no target 'android:cortex-m0'; expected one of: host, host:avx2, "
    ):
        bundles.read(copied_bundle.folder)


def test_a_bundle_may_move(copied_bundle: bundles.Bundle, tmp_path: pathlib.Path) -> None:
    moved = shutil.move(copied_bundle.folder, tmp_path / "elsewhere")
    assert bundles.read(pathlib.Path(moved)).manifest == copied_bundle.manifest


@pytest.mark.parametrize(("target", "device"), [("host", "local-sync"), ("vulkan:adreno", "vulkan")])
def test_flag_files_name_what_lies_in_the_folder(
    write_bundle: conftest.WriteBundle, network: networks.Network, target: str, device: str
) -> None:
    folder = write_bundle(network, target).folder
    bench, run = ((folder / f"{name}.flags").read_text().splitlines() for name in ("bench", "run"))
    assert bench[:5] == [
        "--module=module.vmfb",
        "--parameters=model=weights.irpa",
        f"--device={device}",
        "--function=main",
        "--input=@clip.npy",
    ]
    assert run[: len(bench)] == bench
    assert run[-2] == "--expected_output=@logits.npy"
    threshold = float(run[-1].removeprefix("--expected_f32_threshold="))
    assert threshold == pytest.approx(1e-4 * np.abs(network.logits()).max(), rel=1e-4)


@pytest.mark.parametrize("name", ["f32", "f16", "f16-f32", "w16"])
def test_the_threshold_is_that_of_the_precision(
    tmp_path: pathlib.Path, network: networks.Network, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilers, "compile", lambda mlir, target, vmfb: vmfb.write_bytes(b""))
    bundle = write(tmp_path / "bundle", network, targets.find(f"android:cortex-a76:{name}"))
    line = (bundle.folder / "run.flags").read_text().splitlines()[-1]
    tolerance = {"f32": 1e-4, "f16": 5e-2, "f16-f32": 1e-2, "w16": 1e-2}[name]
    assert float(line.partition("=")[2]) == pytest.approx(tolerance * np.abs(network.logits()).max(), rel=1e-4)
    assert bundle.target.precision.name == name


def test_small_logits_have_a_small_threshold(tmp_path: pathlib.Path, network: networks.Network) -> None:
    params = network.params | {"fc2": {k: v * 1e-6 for k, v in network.params["fc2"].items()}}
    small = dataclasses.replace(network, params=params)
    line = (write(tmp_path / "small", small).folder / "run.flags").read_text().splitlines()[-1]
    assert float(line.partition("=")[2]) == pytest.approx(1e-4 * np.abs(small.logits()).max(), rel=1e-4)


def test_a_flipped_bit_of_a_manifest_is_found(copied_bundle: bundles.Bundle) -> None:
    path, rng = copied_bundle.folder / "manifest.json", np.random.default_rng(0)
    whole = path.read_bytes()
    for _ in range(100):
        flipped = bytearray(whole)
        flipped[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        path.write_bytes(flipped)
        same = False
        with contextlib.suppress(ValueError):
            same = json.loads(flipped) == json.loads(whole)
        if same:  # white space may be any
            continue
        with pytest.raises((bundles.BundleError, targets.TargetError), match="manifest.json"):
            bundles.read(copied_bundle.folder)
    path.write_bytes(whole)
    assert bundles.read(copied_bundle.folder).manifest == copied_bundle.manifest
