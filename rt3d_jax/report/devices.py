"""Measurements on several phones and hosts as one page: dense against sparse on each, every row with how it was
measured.
"""

import pathlib
from collections.abc import Sequence
from typing import Any

from rt3d_jax.report import measurements, page, pieces, plots

Row = measurements.Row
NOTE = (
    "Compare the rows of one device, because its bundles were run in turns. Do not compare devices with each other. "
    "Times of a host are not those of a phone. Rows of an emulator hold no times."
)
WHERE: tuple[pieces.Column, ...] = (
    ("device", "", lambda row: pieces.text(name(row))),
    ("status", "", lambda row: pieces.text(row["status"])),
    ("target", "", lambda row: pieces.text(row["target"])),
    ("threads", "number", lambda row: _text(row.get("threads"))),
    ("run", "", lambda row: pieces.text(row["run"])),
)
TIMES: tuple[pieces.Column, ...] = (
    *WHERE,
    ("p50 ms", "number", lambda row: pieces.number(row.get("p50_ms"))),
    ("p90 ms", "number", lambda row: pieces.number(row.get("p90_ms"))),
    ("p99 ms", "number", lambda row: pieces.number(row.get("p99_ms"))),
    ("rate", "number", lambda row: pieces.times(row.get("rate"))),
    ("speed-up", "number", lambda row: pieces.times(row["speed_up"])),
    ("of rate", "number", lambda row: pieces.percent(row["share_of_rate"], 0)),
)
REST: tuple[pieces.Column, ...] = (
    ("device", "", lambda row: pieces.text(name(row))),
    ("run", "", lambda row: pieces.text(row["run"])),
    ("cores", "number", lambda row: _text(",".join(map(str, row.get("cpus") or ())))),
    ("runs", "number", lambda row: _text(row.get("runs"))),
    ("load ms", "number", lambda row: pieces.number(row.get("load_ms"))),
    ("first ms", "number", lambda row: pieces.number(row.get("first_ms"))),
    ("memory", "number", lambda row: pieces.size(row.get("peak_memory_bytes"))),
    ("ms / s of video", "number", lambda row: pieces.number(row.get("ms_per_video_second"))),
    ("real-time factor", "number", lambda row: pieces.number(row.get("real_time_factor"))),
    ("speed kept", "number", lambda row: pieces.percent((row.get("sustained") or {}).get("retention"), 0)),
    ("hottest °C", "number", lambda row: _text(_change(row, _hottest))),
    ("clock MHz", "number", lambda row: _text(_change(row, _clock))),
)
CORRECT: tuple[pieces.Column, ...] = (
    *WHERE,
    ("runs", "number", lambda row: _text(row.get("runs"))),
    ("largest error", "number", lambda row: pieces.small(row.get("max_rel_error"))),
    ("accuracy", "number", lambda row: pieces.percent(_share(row.get("accuracy")))),
)
FAILED: tuple[pieces.Column, ...] = (*WHERE, ("what happened", "wide", lambda row: pieces.text(row["failure"])))
TIMES_NOTE = (
    "Bar: the median (p50) per clip. Thin line: up to p90. Orange mark: the dense time divided by the rate, which is "
    "what fewer MACs alone promise."
)
REST_NOTE = (
    "Load: the time to start the process, read the module and map the weights. First: the first inference. Memory: "
    "the peak of the process. Speed kept: the speed in the last 30 s of a run without a pause, as a share of that in "
    "the first 30 s. Arrows lead from before to after."
)
CORRECT_NOTE = (
    "The error is relative to the largest output of JAX. An emulator gives right answers but no meaningful times."
)


def write(rows: Sequence[Row], path: pathlib.Path) -> pathlib.Path:
    """Writes the page; of rows for the same device, run, target and threads the newest counts."""
    kept = list({_key(row): row for row in sorted(rows, key=lambda row: row.get("time", ""))}.values())
    shown = [_compared(row, kept) for row in sorted(kept, key=_key)]
    timed = [row for row in shown if row.get("p50_ms") is not None and not row.get("failure")]
    checked = [row for row in shown if row.get("max_rel_error") is not None and not row.get("failure")]
    failed = [row for row in shown if row.get("failure")]
    parts = [
        _summary(shown, len(rows) - len(kept)),
        _section("Latency", TIMES_NOTE, TIMES, timed, _drawings(timed)),
        _section("Around the median", REST_NOTE, REST, timed),
        _section("Answers against JAX's", CORRECT_NOTE, CORRECT, checked),
        _section("Failures", "", FAILED, failed),
        _settings(shown),
    ]
    return page.save(path, "Measurements by device", parts)


def name(row: Row) -> str:
    """A device in words; with its serial, since there may be two of a kind."""
    device = row["device"]
    return " ".join(str(device[key]) for key in ("maker", "model") if device.get(key)) + (
        f" ({device['serial']})" if device.get("serial") else ""
    )


def _key(row: Row) -> tuple[str, ...]:
    """What makes two rows the same measurement; also the order of rows. A failure replaces no number."""
    kind, rate = f"{row.get('kind')} {bool(row.get('failure'))}", f"{row.get('rate') or 1:09.3f}"
    return name(row), row["status"], row["target"], f"{row.get('threads') or 0:03}", rate, row["run"], kind


def _group(row: Row) -> tuple[str, ...]:
    """What two times must share to be compared."""
    return _key(row)[:4]


def _compared(row: Row, rows: Sequence[Row]) -> Row:
    """The row with its speed-up over the dense network in the same group."""
    found = {"speed_up": None, "share_of_rate": None, "theory_ms": None}
    base = next((each for each in rows if _group(each) == _group(row) and _is_dense(each) and each.get("p50_ms")), None)
    if base and not _is_dense(row) and row.get("p50_ms"):
        found["speed_up"] = base["p50_ms"] / row["p50_ms"]
        if row.get("rate"):
            found |= {"share_of_rate": found["speed_up"] / row["rate"], "theory_ms": base["p50_ms"] / row["rate"]}
    return {**row, **found}


def _is_dense(row: Row) -> bool:
    return (row.get("rate") or 1) <= 1


def _summary(rows: Sequence[Row], older: int) -> str:
    counts = {
        status: len({name(row) for row in rows if row["status"] == status}) for status in ("phone", "emulator", "host")
    }
    said = [f"{count} {status}{'s' if count > 1 else ''}" for status, count in counts.items() if count]
    failures = sum(bool(row.get("failure")) for row in rows)
    text = f"{len(rows)} measurements on {pieces.joined(said)}" if said else "No measurements"
    text += f", {failures} of which failed" if failures else ""
    text += f". {older} older rows of the same kind are left out" if older else ""
    return f'<p class="lead">{pieces.text(text)}.</p><p class="note">{NOTE}</p>'


def _drawings(rows: Sequence[Row]) -> str:
    """Bars for each device, target and number of threads."""
    drawings = []
    for group in dict.fromkeys(_group(row) for row in rows):
        bars, pruned = [], 0
        for row in (row for row in rows if _group(row) == group):
            colour = plots.run_colour(pruned, _is_dense(row))
            pruned += not _is_dense(row)
            times = {"p50": row["p50_ms"], "p90": row.get("p90_ms"), "theory": row["theory_ms"]}
            bars.append({**times, "label": row["run"], "colour": colour})
        threads = "1 thread" if int(group[3]) == 1 else f"{int(group[3])} threads"
        title = f"{group[0]}, {group[1]}: {group[2]}, {threads}"
        drawings.append(f"<h3>{pieces.text(title)}</h3><figure>{plots.latency(bars)}</figure>\n")
    return "".join(drawings)


def _section(title: str, note: str, columns: Sequence[pieces.Column], rows: Sequence[Row], drawings: str = "") -> str:
    said = f'<p class="note">{pieces.text(note)}</p>' if note else ""
    return f"<h2>{title}</h2>{said}{drawings}{pieces.table(columns, rows)}" if rows else ""


def _settings(rows: Sequence[Row]) -> str:
    """Each device once: what it is, and how it was measured."""
    boxes = []
    for row in {name(row): row for row in rows}.values():
        values = {key: value for key, value in row["device"].items() if value and key not in ("maker", "model")}
        values |= {"cores": ", ".join(row["device"]["cores"])} if row["device"].get("cores") else {}
        battery, governors = (row.get("before") or {}).get("battery"), (row.get("before") or {}).get("governor")
        values |= {"battery before": f"{battery['level']} %, {battery['status']}"} if battery else {}
        values |= {"governor": ", ".join(sorted(set(governors.values())))} if governors else {}
        values |= {"tools": row["tools"], "flags": " ".join(row["flags"])} if row.get("tools") else {}
        values |= row.get("versions") or {}
        boxes.append(f"<div><h3>{pieces.text(name(row))}</h3>{pieces.pairs(values)}</div>")
    return f'<h2>Devices, versions, flags</h2><div class="columns">{"".join(boxes)}</div>' if boxes else ""


def _text(value: object) -> str:
    return pieces.ABSENT if value in (None, "") else pieces.text(value)


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def _change(row: Row, read: Any) -> str:
    ends = [read(row, row.get(place) or {}) for place in ("before", "after")]
    return " → ".join(f"{end:.0f}" for end in ends) if None not in ends else ""


def _hottest(row: Row, conditions: Row) -> float | None:
    return max((conditions.get("temperature_c") or {}).values(), default=None)


def _clock(row: Row, conditions: Row) -> float | None:
    """Of the cores in use, the fastest."""
    clocks = conditions.get("frequency_khz") or {}
    used = [clocks[str(cpu)] for cpu in row.get("cpus") or () if str(cpu) in clocks]
    return max(used) / 1000 if used else None
