"""Rows: what they hold of phones, and what they never hold of emulators."""

import dataclasses
import datetime
import json

import pytest

from lowering.phone import bench, pack, rows, state

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
FACTS = state.Facts(
    "S1", state.PHONE, "Maker", "Model", "SoC", "14", "build", "6.1", ("cortex-a55", "cortex-x1"), "Features : asimd"
)


@pytest.fixture
def measured(packs: list[pack.Pack]) -> bench.Measured:
    return bench.Measured(
        packs[0],
        max_abs_error=1e-6,
        max_rel_error=1e-7,
        cpus=(7,),
        pinned=True,
        load=20.0,
        first=15.0,
        peak_bytes=1 << 20,
        times=[float(ms) for ms in range(1, 102)],
        sustained=[99.0] + [100.0] * 400 + [125.0] * 400,
        before={"battery": {}},
        after={"battery": {}},
    )


def test_a_phones_row_says_what_was_measured_and_how(measured: bench.Measured) -> None:
    row = rows.row(FACTS, measured, bench.Options(threads=1, rounds=5, sustained=300), now=NOW)
    expected = {
        "status": "phone",
        "failure": None,
        "kind": "bench",
        "time": "2026-01-02T03:04:05+00:00",
        "run": "dense",
        "target": "android:cortex-a76",
        "scheme": "dense",
        "rate": 1.0,
        "accuracy": 0.9,
        "protocol": "one clip a video",
        "threads": 1,
        "cpus": [7],
        "pinned": True,
        "runs": 101,
        "rounds": 5,
        "warm_up": 2,
        "load_ms": 20.0,
        "first_ms": 15.0,
        "p50_ms": 51.0,
        "p90_ms": 91.0,
        "p99_ms": 100.0,
        "min_ms": 1.0,
        "peak_memory_bytes": 1 << 20,
        "sustained_seconds": 300,
        "max_rel_error": 1e-7,
        "macs": measured.packed.bundle.macs,
        "sustained": {"first_p50_ms": 100.0, "last_p50_ms": 125.0, "retention": pytest.approx(0.8)},
        "useful_gflops": pytest.approx(2e-6 * measured.packed.bundle.macs / 51),
        "ms_per_video_second": None,
        "real_time_factor": None,
    }
    assert {name: row[name] for name in expected} == expected
    assert row["device"]["serial"] == "S1" and "cpuinfo" not in row["device"]
    assert row["versions"]["iree-base-compiler"] and row["tools"].startswith("glibc ")
    assert "--device=local-sync" in row["flags"]
    assert json.loads(json.dumps(row)) == row | {"device": {**row["device"], "cores": list(FACTS.cores)}}


def test_an_emulators_row_holds_no_time_and_no_memory(measured: bench.Measured) -> None:
    phone = rows.row(FACTS, measured, bench.Options(), now=NOW)
    emulator = rows.row(dataclasses.replace(FACTS, status=state.EMULATOR), measured, bench.Options(), now=NOW)
    assert {name for name in phone if phone[name] != emulator[name]} <= {"status", *rows.OF_PHONES_ONLY}
    assert all(emulator[name] is None for name in rows.OF_PHONES_ONLY)
    assert all(
        emulator[name] is None
        for name in emulator
        if name.endswith("_ms") or "second" in name and name != "sustained_seconds"
    )
    assert (emulator["runs"], emulator["max_rel_error"], emulator["status"]) == (101, 1e-7, "emulator")


def test_a_failure_is_kept_with_what_was_found_before_it(measured: bench.Measured) -> None:
    measured.failure, measured.sustained = "it went away", []
    row = rows.row(FACTS, measured, bench.Options(), now=NOW)
    assert (row["failure"], row["runs"], row["sustained"]) == ("it went away", 101, None)


def test_a_bundle_that_was_only_run_has_no_times(packs: list[pack.Pack]) -> None:
    row = rows.row(FACTS, bench.Measured(packs[0], max_rel_error=0.0), None, now=NOW)
    assert row["kind"] == "run"
    assert all(row[name] is None for name in rows.OF_PHONES_ONLY)


def test_a_clip_of_frames_at_a_stride_covers_seconds_of_video(measured: bench.Measured) -> None:
    windows = {"sampling": {"kind": "windows", "frames": 16, "stride": 2}}
    assert rows.seconds_of_video(windows, 32.0) == 1.0
    assert rows.seconds_of_video({"sampling": {"kind": "spread", "frames": 16}}, 32.0) is None
    bundle = measured.packed.bundle
    clipped = dataclasses.replace(bundle, manifest=bundle.manifest | {"clip": windows})
    measured.packed = dataclasses.replace(measured.packed, bundle=clipped)
    row = rows.row(FACTS, measured, bench.Options(), fps=64.0, now=NOW)
    assert (row["ms_per_video_second"], row["real_time_factor"], row["video_fps"]) == (
        102.0,
        pytest.approx(0.102),
        64.0,
    )
