"""The protocol on phones that this machine can be: what is checked, in which order, and what is left when something
fails.
"""

import contextlib
import dataclasses
import json
import math
import os
import pathlib
import statistics
import threading
import time
from collections.abc import Callable

import pytest

from lowering.phone import adb, bench, pack, state
from rt3d_jax.cli import main
from tests.lowering.phone import conftest, rootfs

Plug = Callable[..., conftest.Phone]


def silent(text: str) -> None:
    """Says nothing."""


def test_two_bundles_are_checked_and_run_in_turns(
    phone: conftest.Phone, packs: list[pack.Pack], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []
    script = bench._script

    def record(serial: str, packed: pack.Pack, *rest: str, **options: float) -> str:
        ran.append((packed.bundle.manifest["run"], *rest))
        return script(serial, packed, *rest, **options)

    monkeypatch.setattr(bench, "_script", record)
    facts = state.facts(phone.serial)
    found = bench.bench(facts, packs, bench.Options(rounds=2, runs=3, sustained=60), silent)
    assert [one.failure for one in found] == [None, None]
    assert all(0 <= one.max_rel_error <= 1e-4 for one in found if one.max_rel_error is not None)
    # An emulator shows only that the sustained run works: its few entries are of many inferences each.
    for one in found:
        assert (len(one.sustained), one.sustained_inferences) == (
            4,
            max(1, math.ceil(50 / statistics.median(one.times))),
        )
    timed = [(run, *arguments) for run, name, *arguments in ran if name == "bench.sh"]
    first, later = ("3", "1", "1", "600", "memory"), ("5", "1", "1", "600")
    assert timed[:6] == [(run, *arguments) for arguments in (first, later, later) for run in ("dense", "kgs-2.6x")]
    assert timed[6:] == [
        (one.packed.bundle.manifest["run"], "4", "1", str(one.sustained_inferences), "840") for one in found
    ]
    for one in found:
        assert len(one.times) == 6
        assert one.cpus == (
            max(int(path.name.removeprefix("cpu")) for path in (phone.root / "sys/devices/system/cpu").iterdir()),
        )
        assert one.pinned
        assert one.load is not None and one.load >= 0 and one.first and one.peak_bytes
        assert one.before["temperature_c"] == {"CPU0": 38.5, "soc": 41.2} == one.after["temperature_c"]
        left = {path.name for path in (phone.root / adb.remote(one.packed).lstrip("/")).iterdir()}
        assert left - set(one.packed.sums) == {"bench.log"}


def test_a_phone_that_goes_away_is_an_error_and_the_next_run_goes_on(
    phone: conftest.Phone, packs: list[pack.Pack], capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    arguments = ["phone", "bench", *(str(packed.folder) for packed in packs), "--rounds", "1", "--json", str(rows)]
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main.call([*arguments, "--runs", "10000000"])))
    thread.start()
    wait_for(lambda: running(phone, "10000002"))
    serial = phone.serial
    phone.stop()
    thread.join(timeout=60)
    assert codes == [1]
    failures = [json.loads(line)["failure"] for line in rows.read_text().splitlines()]
    assert len(failures) == 2 and failures[0] == failures[1]
    assert failures[0].startswith(f"device {serial} went away during `sh /data/local/tmp/{packs[0].name}/bench.sh")
    assert failures[0].endswith("connect it and run the same command again: what was pushed is still there")
    assert capsys.readouterr().err == f"rt3d phone: dense, kgs-2.6x: {failures[0]}\n"

    before = phone.received()
    assert len(before) == sum(len(packed.sums) for packed in packs)
    phone.start()
    assert main.call([*arguments, "--runs", "2"]) == 0
    assert phone.received() == before, "what was there was sent again"
    assert [json.loads(line)["failure"] for line in rows.read_text().splitlines()[2:]] == [None, None]


def test_what_changed_is_all_that_the_next_run_sends(
    phone: conftest.Phone, spoilt: Callable[..., pack.Pack], tmp_path: pathlib.Path
) -> None:
    packed = spoilt(tmp_path)
    facts = state.facts(phone.serial)
    (first,) = bench.check(facts, [packed], silent)
    assert first.failure is not None and first.failure.startswith(f"run.sh failed on {phone.serial} with exit code 1: ")
    sums = dict(packed.sums) | {"run.flags": "0" * 64}
    changed = dataclasses.replace(packed, sums=sums)
    (second,) = bench.check(facts, [changed], silent)
    assert second.pushed is not None and second.pushed.sent == ("run.flags",)


def test_phones_are_measured_at_once_and_one_that_fails_stops_no_other(
    plug: Plug, packs: list[pack.Pack], capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    good, old = plug(props={"ro.product.model": "New"}), plug(features="fp asimd", props={"ro.product.model": "Old"})
    rows = tmp_path / "rows.jsonl"
    assert main.call(["phone", "run", str(packs[0].folder), "--clean", "--json", str(rows)]) == 1
    found = {row["device"]["serial"]: row for row in map(json.loads, rows.read_text().splitlines())}
    assert set(found) == {good.serial, old.serial}
    assert found[good.serial]["failure"] is None and found[good.serial]["device"]["model"] == "New"
    lacking = "asimddp, asimdhp, asimdrdm, atomics, lrcpc"
    assert found[old.serial]["failure"] == (
        f"{old.serial}'s CPU lacks {lacking}, which dense on android:cortex-a76 may use; lower for an older "
        f"core, such as android:cortex-a55"
    )
    assert old.received() == []
    for phone in (good, old):
        assert list((phone.root / "data/local/tmp").iterdir()) == [], "left behind"


def test_what_is_no_android_is_an_error(
    phone: conftest.Phone, packs: list[pack.Pack], capsys: pytest.CaptureFixture[str]
) -> None:
    rootfs.answer(phone.root, "getprop", "")
    assert main.call(["phone", "run", str(packs[0].folder)]) == 1
    assert (
        f"rt3d phone: {phone.serial} answers getprop with nothing; expected an Android phone\n"
        == capsys.readouterr().err
    )


def test_a_benchmark_that_does_not_end_is_ended(phone: conftest.Phone, packs: list[pack.Pack]) -> None:
    facts = state.facts(phone.serial)
    found = bench.check(facts, packs[:1], silent)
    with pytest.raises(
        bench.ToolError, match="^bench.sh failed on .* with exit code 4: rt3d: the benchmark did not end within 1 s$"
    ):
        bench._run(phone.serial, found[0], 10_000_000, bench.Options(limit=1))
    assert not running(phone, "10000000")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the phone's answer is no .npy file"),
        (
            b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1, 7), }",
            "the phone's answer is no .npy file",
        ),
    ],
)
def test_an_answer_that_cannot_be_read_is_refused(packs: list[pack.Pack], data: bytes, message: str) -> None:
    with pytest.raises(bench.ToolError, match=f"^{message}"):
        bench._errors(packs[0], "logits.npy", data)


def test_an_answer_is_compared_in_value_shape_and_type(packs: list[pack.Pack]) -> None:
    good = (packs[0].folder / "logits.npy").read_bytes()
    assert bench._errors(packs[0], "logits.npy", good) == (0, 0)
    nan = good[:-4] + b"\x00\x00\xc0\x7f"
    with pytest.raises(
        bench.ToolError,
        match="^wrong answer: it differs from JAX's by inf of the largest value, expected at most 1e-04$",
    ):
        bench._errors(packs[0], "logits.npy", nan)
    with pytest.raises(bench.ToolError, match=r"^the phone's answer is int32\(1, 7\), expected float32\(1, 7\)$"):
        bench._errors(packs[0], "logits.npy", good.replace(b"<f4", b"<i4"))


@pytest.mark.parametrize("options", [{"threads": 0}, {"rounds": 0}, {"runs": -1}, {"sustained": 10.0}], ids=str)
def test_options_that_measure_nothing_are_refused(options: dict) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(options))} is .*, expected "):
        bench.Options(**options)


def test_times_are_those_of_iterations_in_any_unit() -> None:
    entry = lambda kind, value, unit: {"run_type": kind, "real_time": value, "time_unit": unit}
    entries = [
        entry("iteration", 2.0, "ms"),
        entry("iteration", 3e6, "ns"),
        entry("aggregate", 9.0, "ms"),
        entry("iteration", 0.004, "s"),
    ]
    assert bench.times(json.dumps({"benchmarks": entries}).encode()) == [2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    "report",
    [
        b"",
        b"[]",
        b"{}",
        b'{"benchmarks": []}',
        b'{"benchmarks": [{}]}',
        b'{"benchmarks": 3}',
        b"\xff",
        b'{"benchmarks": [{"run_type": "iteration", "real_time": NaN, "time_unit": "ms"}]}',
        b'{"benchmarks": [{"run_type": "iteration", "real_time": 1, "time_unit": "years"}]}',
    ],
)
def test_a_report_that_holds_no_times_is_refused(report: bytes) -> None:
    with pytest.raises(bench.ToolError, match="^iree-benchmark-module's report "):
        bench.times(report)


def test_retention_compares_the_ends_of_a_run() -> None:
    assert bench.retention([100.0] * 400 + [150.0] * 1000) == (100.0, 150.0, pytest.approx(2 / 3))
    assert bench.retention([10.0] * 400 + [12.5] * 1000, inferences=10) == (10.0, 12.5, pytest.approx(0.8))
    assert bench.retention([100.0] * 599) is None, "a minute is needed for two ends of 30 s"
    assert bench.retention([]) is None


def running(phone: conftest.Phone, runs: str) -> bool:
    """Whether the benchmark of so many runs is there, seen from outside of the phone: all that runs on it is of adbd's
    session.
    """
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes()
            if (
                f"--benchmark_repetitions={runs}".encode() in words
                and os.getsid(int(process.name)) == phone.process.pid
            ):
                return True
    return False


def wait_for(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
