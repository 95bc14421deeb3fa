"""The report page: what it says, what it leaves out, and that it needs nothing but itself."""

import copy
import html.parser
import json
import re

import numpy as np
import pytest

from lowering.system import files
from rt3d_jax.report import page, pieces, plots, record

LAYERS = ("conv1", "conv2", "conv3a", "conv3b", "conv4a", "conv4b", "conv5a", "conv5b")
LABELS = ["SlideLeft", "SlideRight", "Turn <b>"]


def test_the_key_numbers_come_first(report, tmp_path):
    text = _shown(page.write(report, tmp_path))
    lead = (
        "kgs-3.6x needs 3.58 times fewer MACs than the dense network, reaches 90.8 % where dense reaches 92.1 % "
        "(−1.3 points) and runs 2.40 times as fast on host (ours, 1 thread), 67 % of what fewer MACs alone promise."
    )
    assert text.index("3 classes · 1008 train videos · 392 test videos · clips of 16 × 32 × 32") < text.index(lead)
    assert text.index(lead) < text.index("Top-1 accuracy against rate")


def test_every_part_is_there(report, pictures):
    text = _shown(page.write(report, pictures))
    for heading in (
        "Top-1 accuracy against rate",
        "Latency, dense against sparse",
        "Density per layer",
        "Masks",
        "Clips and predictions",
        "Compiled modules",
        "Machine, versions, data",
    ):
        assert heading in text
    assert "not of a phone" in text
    assert "split 1, one centre clip" in text
    assert "conv3b: 16 × 54 blocks" in text
    assert "kgs-3.6x: ✗ SlideLeft" in text and "dense: ✓ SlideRight" in text
    assert "Some CPU" in text and "0.10.2" in text


def test_what_puts_scores_in_doubt_stands_above_them(report, tmp_path):
    for run in report["runs"]:
        run["doubts"] = ["ucf101: 8 <leaks>"]
    report["runs"][1]["skipped"] = {"train": 2, "test": 1}
    text = _shown(page.write(report, tmp_path))
    left_out = "kgs-2.6x: left out 2 training examples and 1 testing examples, which could not be read"
    assert text.count("ucf101: 8 <leaks>") == text.count(left_out) == 1
    assert text.index("ucf101: 8 <leaks>") < text.index(left_out) < text.index("rate aimed at")


def test_names_are_not_taken_for_markup(report, pictures):
    source = page.write(report, pictures).read_text()
    assert "Turn &lt;b&gt;" in source and "Turn <b>" not in source


def test_the_page_is_self_contained_and_well_formed(report, pictures):
    source = page.write(report, pictures).read_text()
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", source)
    assert "<script" not in source and "@import" not in source
    assert not re.search(r"url\((?!['\"]?(data:|#))", source)
    assert _unclosed(source) == []
    assert not any(colour in source for colour in plots.VARIABLES.values()), "a colour that ignores light and dark"


def test_the_same_report_makes_the_same_page(report, pictures):
    first = page.write(report, pictures).read_bytes()
    assert page.write(copy.deepcopy(report), pictures).read_bytes() == first


def test_only_the_finished_page_is_left(report, tmp_path):
    page.write(report, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize("part", ["data", "runs", "bundles", "latency", "machine", "versions", "fma_peak_gflops"])
def test_a_missing_part_is_left_out(part, report, tmp_path):
    del report[part]
    assert _unclosed(page.write(report, tmp_path).read_text()) == []


def test_a_report_of_nothing_says_nothing(tmp_path):
    assert _shown(page.write({}, tmp_path)).split() == ["Pruning", "report:", "unnamed"] * 2


def test_a_report_is_read_by_its_types(report, tmp_path):
    files.write_json(tmp_path / "report.json", report)
    assert record.read(tmp_path) == json.loads((tmp_path / "report.json").read_text())
    del report["runs"][1]["rate"]
    files.write_json(tmp_path / "report.json", report)
    with pytest.raises(ValueError, match=f"^{re.escape(f'{tmp_path}/report.json: runs[1] has no rate')}$"):
        record.read(tmp_path)


def test_a_score_is_read_by_its_types(report, tmp_path):
    report["runs"][1]["score"] = {"value": "3", "unit": "%", "name": "a", "protocol": "", "more_is_better": True}
    with pytest.raises(ValueError, match=r"^score of kgs-2\.6x\.value is '3', expected a number or null$"):
        page.write(report, tmp_path)


def test_values_not_known_yet_are_absent_and_not_zero(report, tmp_path):
    report["runs"][2]["accuracy"] = None
    report["latency"] = [{**row, "p90_ms": None, "share_of_peak": None} for row in report["latency"]]
    text = _shown(page.write(report, tmp_path))
    assert "of peak" not in text
    assert "kgs-3.6x needs 3.58 times fewer MACs than the dense network and runs 2.40" in text


def test_speed_is_compared_only_where_dense_was_measured_too(report, tmp_path):
    report["latency"] = [row | {"threads": 2} if row["run"] == "dense" else row for row in report["latency"]]
    text = _shown(page.write(report, tmp_path))
    assert "as fast" not in text and "speed-up" not in text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (pieces.percent(0.9081), "90.8\N{NO-BREAK SPACE}%"),
        (pieces.percent(None), "–"),
        (pieces.points(-0.013), "−1.3"),
        (pieces.points(0.004), "+0.4"),
        (pieces.count(78_409_573), "78.4 M"),
        (pieces.count(38.547e9), "38.5 G"),
        (pieces.count(999), "999"),
        (pieces.size(3_200_000), "3.05 MiB"),
        (pieces.size(1023 * 1024), "1,023 KiB"),
        (pieces.number(1234.5), "1,234"),
        (pieces.number(0.01234), "0.0123"),
        (pieces.joined(["a", "b", "c"]), "a, b and c"),
        (pieces.joined(["a"]), "a"),
    ],
)
def test_numbers_read_well(written, expected):
    assert written == expected


@pytest.fixture
def report():
    def run(name, scheme, target, rate, accuracy):
        layers = [
            {"name": n, "shape": [3, 3, 3, 8 * i + 3, 8 * i + 8], "macs_dense": 10**8 // (i + 1), "macs": 10**7}
            | {"density": 1.0 if i == 0 or rate == 1 else min(1.0, (0.5 + 0.15 * (i % 4)) / rate * 1.4)}
            for i, n in enumerate(LAYERS)
        ]
        sizes = {"macs": int(6e7 / rate), "params": int(1.2e6 / rate)}
        return {
            "name": name,
            "scheme": scheme,
            "rate_target": target,
            "rate": rate,
            **sizes,
            "accuracy": 100 * accuracy,
        } | {
            "accuracy_protocol": "synthetic test split 1, one centre clip per video",
            "layers": layers,
        }

    def time(run, p50, engine="ours", target="host", threads=1):
        return {
            "run": run,
            "engine": engine,
            "target": target,
            "threads": threads,
            "p50_ms": p50,
            "p90_ms": p50 * 1.07,
        } | {
            "min_ms": p50 * 0.97,
            "runs": 50,
            "useful_gflops": 31.25,
            "share_of_peak": 0.71,
        }

    clip = {"sampling": {"kind": "spread", "frames": 16}, "short_side": 36, "size": 32, "mean": [0.5] * 3}
    bundle = {"max_abs_error": 3.1e-6, "max_rel_error": 8.2e-7, "vmfb_bytes": 210_000, "weights_bytes": 3_200_000}
    return {
        "data": {"name": "synthetic", "labels": LABELS, "train_clips": 1008, "test_clips": 392, "clip": clip},
        "runs": [
            run("dense", "dense", None, 1.0, 0.921),
            run("kgs-2.6x", "kgs 8x4", 2.6, 2.61, 0.918),
            run("kgs-3.6x", "kgs 8x4", 3.6, 3.58, 0.908),
        ],
        "bundles": [{"run": r, "target": t} | bundle for r in ("dense", "kgs-3.6x") for t in ("host", "vulkan:adreno")],
        "latency": [time("dense", 12.0), time("kgs-2.6x", 6.4), time("kgs-3.6x", 5.0)],
        "fma_peak_gflops": 44.1,
        "machine": {"cpu": "Some CPU @ 3 GHz", "cores": 2, "memory": "24 GiB", "os": "Debian 12"},
        "versions": {"rt3d-jax": "0.1.0", "jax": "0.10.2", "iree": "3.13.0"},
    }


@pytest.fixture
def pictures(tmp_path):
    """A folder with report/masks.npz and report/clips.npz."""
    rng = np.random.default_rng(0)
    (tmp_path / "report").mkdir()
    masks = {}
    for run, keep in (("kgs-2.6x", 0.38), ("kgs-3.6x", 0.28)):
        for place, layer in enumerate(LAYERS[1:]):
            masks[f"{run}/{layer}"] = rng.random((4 + 6 * place, 27 * (place + 1) if place != 2 else 54)) < keep
    masks["kgs-3.6x/conv5b"] = rng.random((40, 60)).astype(np.float32)
    np.savez(tmp_path / "report/masks.npz", allow_pickle=False, **masks)
    frames = (rng.random((3, 8, 32, 32, 3)) * 255).astype(np.uint8)
    arrays = {"frames": frames, "label": np.array([0, 1, 2]), "predicted/dense": np.array([0, 1, 2])}
    arrays["predicted/kgs-3.6x"] = np.array([0, 0, 2])
    np.savez(tmp_path / "report/clips.npz", allow_pickle=False, **arrays)
    return tmp_path


class _Reader(html.parser.HTMLParser):
    """The text that a reader sees, and the tags that are left open."""

    VOID = ("meta", "img", "br", "use", "path", "rect")

    def __init__(self):
        super().__init__()
        self.text, self.open = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
            self.open.pop()

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.text.append(data)


def _shown(path):
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", "".join(reader.text))


def _unclosed(source):
    reader = _Reader()
    reader.feed(source)
    return reader.open
