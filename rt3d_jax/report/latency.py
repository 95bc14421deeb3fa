"""The report's section on latency: dense against sparse beside the theoretical rate."""

from typing import Any

from rt3d_jax.report import pieces, plots, sections

Report = dict[str, Any]
Row = dict[str, Any]
HOST_NOTE = (
    "These are times of the machine that is named at the end of this page, not of a phone. At most the ratio of dense "
    "to sparse carries over to a phone, and that must be measured there too."
)
COLUMNS: tuple[pieces.Column, ...] = (
    ("run", "", lambda row: pieces.text(row["run"])),
    ("engine", "", lambda row: pieces.text(row["engine"])),
    ("target", "", lambda row: pieces.text(row["target"])),
    ("threads", "number", lambda row: pieces.text(row["threads"])),
    ("p50 ms", "number", lambda row: pieces.number(row["p50_ms"])),
    ("p90 ms", "number", lambda row: pieces.number(row.get("p90_ms"))),
    ("min ms", "number", lambda row: pieces.number(row.get("min_ms"))),
    ("runs", "number", lambda row: pieces.text(row.get("runs", pieces.ABSENT))),
    ("speed-up", "number", lambda row: pieces.times(row["speed_up"])),
    ("rate", "number", lambda row: pieces.times(row["rate"])),
    ("speed-up / rate", "number", lambda row: pieces.percent(row["share_of_rate"], 0)),
    ("useful GFLOP/s", "number", lambda row: pieces.number(row.get("useful_gflops"))),
    ("of peak", "number", lambda row: pieces.percent(row.get("share_of_peak"), 0)),
)


def section(report: Report) -> str:
    rows = sorted((_compared(report, row) for row in report.get("latency", [])), key=_setting)
    if not rows:
        return ""
    colours, settings = sections.colours(report), {_setting(row): place(row) for row in rows}
    bars = []
    for row in rows:
        label = row["run"] if len(settings) == 1 else f"{row['run']}\n{place(row)}"
        values = {"p50": row["p50_ms"], "p90": row.get("p90_ms"), "theory": row["theory_ms"]}
        bars.append({**values, "label": label, "colour": colours.get(row["run"], "dense")})
    peak = report.get("fma_peak_gflops")
    caption = (
        f"Time per clip on {pieces.joined(list(settings.values()))}. Bar: the median (p50). Thin line: up to p90. "
        "Orange mark: the dense time divided by the rate, which is what fewer MACs alone promise."
    )
    caption += f" The peak of fused multiply-adds was measured in the same run: {peak:,.1f} GFLOP/s." if peak else ""
    drawing = pieces.figure(plots.latency(bars), caption)
    return (
        f'<h2>Latency, dense against sparse</h2><p class="note">{HOST_NOTE}</p>{drawing}{pieces.table(COLUMNS, rows)}'
    )


def speed_up(report: Report, run: Row | None) -> tuple[Row, float] | None:
    """The run's latency on the fewest threads for which the dense one was timed too, and the speed-up over that."""
    rows = [_compared(report, row) for row in report.get("latency", []) if run and row["run"] == run["name"]]
    rows = [row for row in rows if row["speed_up"] is not None]
    row = min(rows, key=lambda row: row["threads"], default=None)
    return None if row is None else (row, row["speed_up"])


def place(row: Row) -> str:
    """Where a latency was measured, in words."""
    threads = "1 thread" if row["threads"] == 1 else f"{row['threads']} threads"
    return f"{row['target']} ({row['engine']}, {threads})"


def _setting(row: Row) -> tuple[str, str, int]:
    """What two latencies must share to be compared."""
    return row["target"], row["engine"], row["threads"]


def _compared(report: Report, row: Row) -> Row:
    """The row with its rate, and where dense was measured in the same setting, with its speed-up."""
    base = sections.dense(report)
    rate = next((run["rate"] for run in report.get("runs", []) if run["name"] == row["run"]), None)
    found = {"rate": rate, "speed_up": None, "share_of_rate": None, "theory_ms": None}
    for other in report["latency"]:
        if base and other["run"] == base["name"] and _setting(other) == _setting(row) and row["run"] != base["name"]:
            found["speed_up"] = other["p50_ms"] / row["p50_ms"]
            if rate:
                found |= {"share_of_rate": found["speed_up"] / rate, "theory_ms": other["p50_ms"] / rate}
    return row | found
