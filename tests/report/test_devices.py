"""One page of measurements on several devices: what is compared, what is kept, what is refused."""

import html
import json
import pathlib
import re

import pytest

from rt3d_jax.cli import main
from rt3d_jax.report import devices


def row(model: str, run: str, rate: float, p50: float | None, **more) -> dict:
    base = {
        "status": "phone",
        "failure": None,
        "kind": "bench",
        "time": "2026-01-01T00:00:00+00:00",
        "run": run,
        "target": "android:cortex-a76",
        "rate": rate,
        "threads": 1,
        "cpus": [7],
        "runs": 100,
        "p50_ms": p50,
        "p90_ms": p50 and p50 * 1.1,
        "p99_ms": p50 and p50 * 1.2,
        "max_rel_error": 3e-7,
        "accuracy": 93.6,
        "versions": {"iree-base-runtime": "3.13.0"},
        "tools": "glibc abc",
        "flags": ["--function=main"],
        "device": {"serial": model.lower(), "maker": "Maker", "model": model, "cores": ["cortex-a55", "cortex-x1"]},
        "before": {
            "temperature_c": {"soc": 31.0},
            "frequency_khz": {"7": 2_400_000},
            "governor": {"7": "schedutil"},
            "battery": {"level": 80, "status": "full"},
        },
        "after": {"temperature_c": {"soc": 44.6}, "frequency_khz": {"7": 1_900_000}},
        "sustained": {"retention": 0.83},
    }
    return base | more


ROWS = [
    row("Fast", "dense", 1.0, 400.0),
    row("Fast", "kgs-4x", 4.0, 125.0),
    row("Slow", "dense", 1.0, 1000.0),
    row("Slow", "kgs-4x", 4.0, 500.0),
    row("Fake", "dense", 1.0, None, status="emulator", sustained=None),
]


def shown(path: pathlib.Path) -> str:
    """The text of a page, its cells told apart by bars."""
    body = path.read_text().partition("</style>")[2]
    return re.sub(
        r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "|", re.sub(r"<svg.*?</svg>", "", body, flags=re.DOTALL)))
    )


def cells(text: str) -> str:
    return re.sub(r"[| ]*\|[| ]*", "|", text)


def test_each_device_is_compared_with_itself(tmp_path: pathlib.Path) -> None:
    text = cells(shown(devices.write(ROWS, tmp_path / "page.html")))
    assert "|5 measurements on 2 phones and 1 emulator.|" in text
    assert "|Maker Fast (fast)|phone|android:cortex-a76|1|kgs-4x|125|138|150|4.00×|3.20×|80 %|" in text
    assert "|Maker Slow (slow)|phone|android:cortex-a76|1|kgs-4x|500|550|600|4.00×|2.00×|50 %|" in text
    assert "|83 %|31 → 45|2400 → 1900|" in text
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_an_emulator_has_an_answer_and_no_time(tmp_path: pathlib.Path) -> None:
    text = cells(shown(devices.write(ROWS, tmp_path / "page.html")))
    times, _, answers = text.partition("Answers against JAX's")
    assert "Fake" not in times
    assert "|Maker Fake (fake)|emulator|android:cortex-a76|1|dense|100|3.0e-07|93.6 %|" in answers


def test_times_of_other_threads_or_targets_are_not_compared(tmp_path: pathlib.Path) -> None:
    rows = [ROWS[0], ROWS[1] | {"threads": 4}, ROWS[1] | {"target": "vulkan:adreno", "run": "kgs-gpu"}]
    assert "speed-up" not in shown(devices.write(rows, tmp_path / "page.html"))


def test_the_newest_counts_and_a_failure_replaces_no_number(tmp_path: pathlib.Path) -> None:
    newer = row("Fast", "kgs-4x", 4.0, 100.0, time="2026-01-02T00:00:00+00:00")
    gone = row(
        "Fast", "kgs-4x", 4.0, None, time="2026-01-03T00:00:00+00:00", failure="device fast went away <during> lunch"
    )
    text = cells(shown(devices.write([gone, newer, *ROWS], tmp_path / "page.html")))
    assert (
        "|6 measurements on 2 phones and 1 emulator, 1 of which failed. 1 older rows of the same kind are left out.|"
        in text
    )
    assert "|kgs-4x|100|" in text and "|kgs-4x|125|" not in text
    assert "|kgs-4x|device fast went away <during> lunch|" in text


def test_files_of_phones_and_hosts_are_merged(tmp_path: pathlib.Path) -> None:
    (tmp_path / "phone.jsonl").write_text("".join(json.dumps(each) + "\n" for each in ROWS[:2]))
    (tmp_path / "one.jsonl").write_text(json.dumps(ROWS[2]) + "\n")
    host = {
        "run": "dense",
        "engine": "rt3d-jax (IREE)",
        "target": "host",
        "threads": 2,
        "runs": 9,
        "p50_ms": 12.0,
        "p90_ms": 13.0,
        "min_ms": 11.0,
        "rate": 1.0,
    }
    report = {
        "machine": {"processor": "Some CPU", "cores": 2},
        "threads": 2,
        "fma_peak_gflops": 40.0,
        "rows": [host],
        "versions": {"jax": "0.10"},
    }
    (tmp_path / "host.json").write_text(json.dumps(report, indent=1))
    files = [str(tmp_path / name) for name in ("phone.jsonl", "one.jsonl", "host.json")]
    assert main.call(["report", *files, "--out", str(tmp_path / "page.html")]) == 0
    text = cells(shown(tmp_path / "page.html"))
    assert "4 measurements on 2 phones and 1 host." in text
    assert "|Some CPU|host|host|2|dense|12.0|13.0|" in text


def test_the_page_is_self_contained(tmp_path: pathlib.Path) -> None:
    source = devices.write(ROWS, tmp_path / "page.html").read_text()
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", source)
    assert "<script" not in source and "@import" not in source
    assert devices.write(ROWS, tmp_path / "again.html").read_text() == source


def test_no_rows_are_a_page_that_says_so(tmp_path: pathlib.Path) -> None:
    assert "No measurements." in shown(devices.write([], tmp_path / "page.html"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}\n", "it has no device"),
        ("[1, 2]", "it is [1, 2], expected an object"),
        (f"{json.dumps(ROWS[0])}\n{{}}\n", "line 2 has no device"),
        (
            f"{json.dumps(ROWS[0])}\nnonsense\n",
            "line 2 is not JSON (Expecting value: line 1 column 1 (char 0))",
        ),
        (json.dumps(ROWS[0] | {"p50_ms": "3"}), "p50_ms is '3', expected a number or null"),
        (json.dumps(ROWS[0] | {"after": {"temperature_c": [31]}}), "after.temperature_c is [31], expected an object"),
        ('{"machine": 3, "rows": 4}', "machine is 3, expected an object"),
        ('{"machine": {}, "rows": [{}]}', "rows[0] has no run"),
        (b"\xff", "line 1 is not UTF-8 at byte 0"),
    ],
)
def test_other_files_are_refused(
    tmp_path: pathlib.Path, text: str | bytes, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    assert main.call(["report", str(path), "--out", str(tmp_path / "page.html")]) == 2
    assert capsys.readouterr().err == (
        f"rt3d report: {path} holds no rows of measurements ({message}); expected a file from "
        "`rt3d phone bench --json` or `rt3d bench --json`\n"
    )
    assert not (tmp_path / "page.html").exists()


def test_a_file_that_is_not_there_is_named(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROWS[0]))
    assert main.call(["report", str(tmp_path / "rows.jsonl"), "nowhere.jsonl"]) == 2
    line = "nowhere.jsonl is no file; expected one folder, or files of measurements"
    assert capsys.readouterr().err == f"rt3d report: {line}\n"
