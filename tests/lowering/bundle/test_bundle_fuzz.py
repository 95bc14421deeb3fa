"""Bundles from strangers, broken at random: a documented error in one line or a bundle, and nothing read outside its
folder.
"""

import contextlib
import json
import os
import pathlib
import re
from collections.abc import Callable

import numpy as np
import pytest

from lowering.bundle import bundles, flags, manifests, run
from lowering.system import hashes
from lowering.targets import targets
from tests import fuzz
from tests.lowering import conftest

MACHINE = "/sys/devices/system/cpu/"  # what says which caches it has
CASES = 300  # of manifests; half as many of each other file
VALUES = (
    *(
        None,
        True,
        -1,
        0.5,
        1e308,
        10**30,
        "",
        "3",
        "../x",
        "/etc/passwd",
        "a" * 5000,
        [],
        {},
        [[]],
        [{}],
        "\u0000",
        "\ud800",
        "a\nb",
    ),
    *(
        "host",
        "vulkan:adreno",
        {"name": "host"},
        {"name": ["host"]},
        {"../x": {"bytes": 1, "sha256": "0" * 64}},
        [-1],
        ["x"] * 3,
    ),
)
SPICE = (*fuzz.SPICE, b"NaN", b"Infinity", b"1e999", b"true", b'"../"')
FLAG_SPICE = (
    *(
        b"--flagfile=/etc/passwd\n",
        b"--output=@/tmp/x\n",
        b"--module=../m.vmfb\n",
        b"--device=cuda\n",
        b"--input=@/etc/passwd\n",
        b"#",
        b"\0",
    ),
    *(
        b"--function=other\n",
        b"--parameters=model=/etc/passwd\n",
        b"\r\n",
        b" ",
        b"\x0b--input=x",
        b"=",
        b"@",
        b"../",
        b"\xff",
    ),
)
NPY_SPICE = (
    *(
        b"'descr': '|O', ",
        b"'descr': '<f8', ",
        b"True",
        b"99999999999",
        b"(" * 300,
        b"__import__('os')",
        b"-1",
        b", 0",
        b"\0" * 8,
        b"\xff" * 8,
    ),
    *(b"NUMPY\x03\x00", b"lambda: 0", b"9" * 5000, b"}"),
)


def outcome(folder: pathlib.Path) -> str:
    """ "read" or "refused"; fails on any other error and on a file from elsewhere."""
    fuzz.OPENED.clear()
    fuzz.WATCHING.append(True)
    try:
        found = bundles.read(folder)
        assert found.array("logits.npy").dtype == np.float32
        assert (found.macs >= 0, len(found.name) < 1000) == (True, True)
    except (bundles.BundleError, targets.TargetError) as error:
        assert "\n" not in str(error) and len(str(error)) < 2000, f"no line: {error!r}"
        return "refused"
    finally:
        fuzz.WATCHING.pop()
        allowed = {os.path.realpath(folder / name) for name in (*bundles.FILES, "manifest.json")} | {
            "/proc/cpuinfo",
            "",
        }
        others = {path for path in fuzz.OPENED if not path.startswith(MACHINE)} - allowed
        assert not others, f"read outside of {folder}: {others}"
    return "read"


def sealed(manifest: bytes) -> bytes:
    """With the right hash of its own, if it is JSON: what a stranger would do."""
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(manifest)
        return json.dumps(hashes.sealed(found) if isinstance(found, dict) else found).encode()
    return manifest


def test_broken_manifests_are_documented_errors_and_never_lead_outside(copied_bundle: bundles.Bundle) -> None:
    path, rng = copied_bundle.folder / "manifest.json", np.random.default_rng(0)
    whole, outcomes = path.read_bytes(), []
    for case in range(CASES):
        odd = case % 2
        broken = fuzz.odd(copied_bundle.manifest, rng, VALUES, missing=0.15) if odd else fuzz.broken(whole, rng, SPICE)
        path.write_bytes(sealed(broken))
        outcomes.append(outcome(copied_bundle.folder))
    assert outcomes.count("refused") > CASES // 2 and "read" in outcomes
    path.write_bytes(whole)
    assert outcome(copied_bundle.folder) == "read"


@pytest.mark.parametrize("wrong", [{"odd": 1}, [["odd"]], True])
def test_a_value_of_another_type_in_a_manifest_is_refused_and_its_place_is_named(
    copied_bundle: bundles.Bundle, wrong: object
) -> None:
    free = ("clip", "format", "more_is_better")  # what the network's owner says of it; read by itself; true or false
    taken = [path for path, _ in fuzz.places(copied_bundle.manifest) if path and path[0] not in free]
    for path in (path for path in taken if "choice" not in path and path[-1] not in free):
        with pytest.raises(ValueError, match=f"^{re.escape(fuzz.named('manifest', path))}( has no |.* expected )"):
            manifests.check(fuzz.changed(copied_bundle.manifest, path, wrong))
    assert len(taken) > 50


@pytest.mark.parametrize(
    ("name", "spice"),
    [
        ("run.flags", FLAG_SPICE),
        ("bench.flags", FLAG_SPICE),
        ("clip.npy", NPY_SPICE),
        ("logits.npy", NPY_SPICE),
        ("compile.flags", FLAG_SPICE),
    ],
)
def test_broken_flags_and_arrays_with_the_right_hash_are_documented_errors(
    copied_bundle: bundles.Bundle, name: str, spice: tuple[bytes, ...]
) -> None:
    whole, rng, outcomes = (copied_bundle.folder / name).read_bytes(), np.random.default_rng(1), []
    for _ in range(CASES // 2):
        cut = 128 if name.endswith(".npy") else len(whole)
        content = fuzz.broken(whole[:cut], rng, spice) + whole[cut:]
        conftest.sign(copied_bundle, name, content)
        outcomes.append(outcome(copied_bundle.folder))
        if outcomes[-1] == "read" and name in ("run.flags", "bench.flags"):
            known = {line.partition("=")[0] for line in content.decode("ascii").splitlines()}
            assert known <= set(flags.FLAGS), "a flag that nobody knows was let through"
    assert outcomes.count("refused") > CASES // 4


@pytest.mark.parametrize(
    "line",
    [
        *(
            "--flagfile=/etc/passwd",
            "--output=@/tmp/x",
            "--module=/tmp/x.vmfb",
            "--parameters=model=../weights.irpa",
            "--input=@../clip.npy",
        ),
        *(
            "--input=1x2xf32",
            "--device=cuda",
            "--device=vulkan",
            "--executable_plugin=/tmp/x.so",
            "--function=main --flagfile=x",
            "-flagfile=x",
            "",
        ),
        *(
            "--expected_output=@/dev/zero",
            "--expected_f32_threshold=nan",
            "--device_allocator=caching,debug",
            "--function=main",
        ),
    ],
)
def test_only_flags_that_rt3d_writes_reach_irees_tools(copied_bundle: bundles.Bundle, line: str) -> None:
    text = (copied_bundle.folder / "run.flags").read_text()
    conftest.sign(copied_bundle, "run.flags", f"{text}{line}\n".encode())
    path = copied_bundle.folder / "run.flags"
    message = (
        f"{path} holds the flag {line!r}, expected those that `rt3d lower` writes, each once; write the bundle "
        f"again with `rt3d lower`"
    )
    with pytest.raises(bundles.BundleError, match=f"^{re.escape(message)}$"):
        bundles.read(copied_bundle.folder)


@pytest.mark.parametrize("name", ["clip.npy", "logits.npy"])
def test_a_pickle_in_the_place_of_an_array_is_not_loaded(
    copied_bundle: bundles.Bundle, tmp_path: pathlib.Path, name: str
) -> None:
    np.save(tmp_path / "object.npy", np.array([[Boom(tmp_path / "ran")]], object), allow_pickle=True)
    conftest.sign(copied_bundle, name, (tmp_path / "object.npy").read_bytes())
    with pytest.raises(bundles.BundleError, match="not an array of numbers in C order, as numpy.save writes it"):
        bundles.read(copied_bundle.folder)
    assert not (tmp_path / "ran").exists()


class Boom:
    """What a pickle can do to who loads it."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable, tuple]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", [*bundles.FILES, "manifest.json"])
def test_a_link_in_a_bundle_is_refused(copied_bundle: bundles.Bundle, name: str, tmp_path: pathlib.Path) -> None:
    path = copied_bundle.folder / name
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(bundles.BundleError, match="is a link, expected a file|has no manifest.json"):
        bundles.read(copied_bundle.folder)


def test_a_pipe_in_a_bundle_does_not_stop_the_reader(copied_bundle: bundles.Bundle) -> None:
    (copied_bundle.folder / "clip.npy").unlink()
    os.mkfifo(copied_bundle.folder / "clip.npy")
    with pytest.raises(bundles.BundleError, match="is missing"):
        bundles.read(copied_bundle.folder)


def test_sizes_are_bounded_before_anything_is_read(
    copied_bundle: bundles.Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, logits = (copied_bundle.folder / name for name in ("clip.npy", "logits.npy"))
    monkeypatch.setattr(manifests, "MAX_ARRAY", clip.stat().st_size - 1)
    with pytest.raises(
        bundles.BundleError, match=f"^{re.escape(str(clip))} holds longer than {manifests.MAX_ARRAY} bytes"
    ):
        bundles.read(copied_bundle.folder)
    head = logits.read_bytes().replace(b"(1, 7)", b"(1, 999999999)")
    conftest.sign(copied_bundle, "logits.npy", head)
    with pytest.raises(ValueError, match=r"28 bytes of values for the shape \(1, 999999999\), expected 3999999996"):
        manifests.array(logits)
    monkeypatch.setattr(manifests, "MAX_MANIFEST", 100)
    with pytest.raises(bundles.BundleError, match="is not a manifest .*longer than 100 bytes"):
        bundles.read(copied_bundle.folder)


def test_logits_of_another_shape_than_the_answer_are_named(copied_bundle: bundles.Bundle) -> None:
    np.save(copied_bundle.folder / "logits.npy", np.zeros((1, 8), np.float32))
    message = r"answers with float32\(1, 7\), its logits.npy has float32\(1, 8\); lower again$"
    with pytest.raises(run.RunError, match=message):
        run.check(copied_bundle)
