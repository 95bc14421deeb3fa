"""Detection the whole way: it trains, is pruned, reported, lowered to scores and offsets, and measured again."""

import dataclasses
import json
import re
import shutil

import jax
import numpy as np
import pytest

from lowering.bundle import bundles, coverage
from lowering.targets import targets
from rt3d_jax.cli import demo, lower, lowerable, main
from rt3d_jax.data.lidar import anchors, augmentation, kitti, pillars, scenes
from rt3d_jax.evaluation import detections
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.report import page
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import contract, detection, heads, held
from rt3d_jax.training import checkpoints, codec, experiments, phases, pretrained, recipes

RECIPE = recipes.Recipe(epochs=1, learning_rate=1e-3, optimizer=recipes.AdamW())
GRID = pillars.Grid((4.0, 20.0), (-8.0, 8.0), cell=1.0, pillars=64, points=4)
OPTIONS = {"grid": GRID.sides, "stride": 1, "convolutions": (2, 1, 2), "spread": GRID.spread}
STREETS = scenes.Streets(train=4, test=2, seed=3, reach=20, beams=24, step=1.0)
pytestmark = pytest.mark.usefixtures("compiled_once")


def silent(*_):
    pass


@pytest.fixture(scope="module")
def experiment():
    task = detection.Detection(
        STREETS,
        classes=("Car", "Cyclist"),
        grid=GRID,
        stride=1,
        augment=augmentation.Augment(pasted=(1, 1)),
        keep=detections.Keep(score=0.0),
    )
    return experiments.Experiment(
        name="scans",
        task=task,
        model=catalog.Model("pointpillars", width=0.125, frames=1, dropout=0.0, options=OPTIONS),
        dense=RECIPE,
        penalise=None,
        algorithm=algorithms.Heuristic(clips=2),
        retrain=RECIPE,
        plan=((r"block\d/.*", plans.Prune(patterns.kgs(8, 4))), (".*", None)),
        rates=(1.5,),
        batch=2,
        workers=0,
        distillation=recipes.Distillation(),
    )


@pytest.fixture(scope="module")
def out(tmp_path_factory, experiment):
    """The folder of a whole training, with its results."""
    place = tmp_path_factory.mktemp("scans")
    return place, phases.run(experiment, place, silent)


def test_it_keeps_to_the_contract_and_survives_json(experiment):
    assert isinstance(experiment.task, contract.Task) and isinstance(experiment.task, contract.Shipped)
    assert codec.from_json(json.loads(json.dumps(codec.to_json(experiment)))) == experiment


def test_a_network_starts_from_a_trained_one(out, experiment):
    where = out[0] / "runs/dense"
    again = dataclasses.replace(experiment, pretrained=str(where))
    found = pretrained.start(again, experiment.task.anchors * anchors.NUMBERS)
    jax.tree.map(np.testing.assert_array_equal, found, checkpoints.load_network(where).params)


def test_phases_are_scored_by_average_precision_with_its_table_beside(out):
    for result in out[1]:
        score = result["score"]
        assert (score["unit"], score["name"], score["more_is_better"]) == ("%", "AP 3D moderate", True)
        assert score["protocol"] == "KITTI's AP R40 in 3D, moderate, mean of Car, Cyclist, 2 test scenes"
        assert 0 <= score["value"] <= 100 and "Car moderate: BEV R11" in score["also"]
    assert out[1][-1]["rate"] == pytest.approx(1.5, rel=0.05)


@pytest.fixture(scope="module")
def rows(out):
    """The pruned network as a bundle for the host, with the row of its check."""
    return lower.lower(lowerable.find(out[0] / "runs/kgs-1.5x"), [targets.find("host")], out[0] / "bundles")


def test_the_report_shows_scenes_from_above_and_the_table(out, rows, experiment):
    place, results = out[0], out[1][1:]
    assert rows, "its bundle answers"
    prepared = phases.prepare(experiment, place, silent)
    demo.pictures(prepared, results, place)
    with np.load(place / "report/clips.npz") as kept:
        names = [name for name in kept if name.startswith("above/boxes/")]
        assert names == ["above/boxes/truth", "above/boxes/kgs-1.5x"]
        assert kept["above/boxes/truth"].shape[0] == 2 and kept["above/points"].shape[2] == 2
    text = page.write({"data": prepared.data.about(), "runs": results}, place).read_text()
    assert "Scenes from above" in text and text.count("<figcaption>truth</figcaption>") == 2
    assert "<polygon" in text and '<th class="number">3D R40</th>' in text
    assert re.search(r"<td class=\"\">Car moderate</td><td class=\"\">kgs-1.5x</td><td class=\"number\">\d", text)
    assert '<th class="number">Car' not in text


def test_bundles_take_pillars_and_give_scores_offsets_and_directions(rows, out):
    assert rows[0]["passed"]
    manifest = bundles.read(out[0] / "bundles/kgs-1.5x/host").manifest
    given = [(entry["name"], entry["shape"], entry["dtype"]) for entry in manifest["inputs"]]
    assert given == [("input_0", [1, 64, 4, 9], "float32"), ("input_1", [1, 64], "int32")]
    found = [(entry["name"], entry["shape"]) for entry in manifest["outputs"]]
    side = [1, 16, 16, 4]
    assert found == [("directions", side), ("offsets", [*side, 7]), ("scores", side)]
    assert coverage.lines(manifest["nodes"])[0].startswith("100.0% of the MACs")


def test_the_bundle_measures_as_the_run_does(rows, out, tmp_path):
    path = tmp_path / "rows.json"
    words = [str(out[0] / "runs/kgs-1.5x"), str(out[0] / "bundles/kgs-1.5x/host"), "--json", str(path)]
    assert main.call(["eval", *words, "--workers", "0", "--batch", "2"]) == 0
    first, second = json.loads(path.read_text())
    assert second["score"]["also"] == pytest.approx(first["score"]["also"], abs=0.02)
    assert first["score"] == out[1][-1]["score"]


def perfect(task, batch):
    """The outputs of a network that knows the truth of a training batch."""
    placed = task.view.anchors.reshape(-1, 7)
    matched = batch["matched"].astype(int)
    offsets, opposite = jax.jit(heads._targets)(batch["boxes"], matched, placed)
    rows = len(matched)
    scores = np.where(matched >= 0, 9.0, -9.0)
    side = (rows, *task.view.anchors.shape[:2])
    parts = (scores, np.where(matched[..., None] >= 0, offsets, 0), 18 * np.asarray(opposite) - 9)
    return np.concatenate([np.asarray(part).reshape(*side, -1) for part in parts], axis=-1).astype(np.float32)


@pytest.fixture(scope="module")
def truth(experiment, out):
    """The task and a training batch without anything random."""
    task = dataclasses.replace(experiment.task, augment=None)
    opened = task.open(out[0], silent)
    with opened.train_batches(contract.Reading(4, (0, 1, 2, 3)), 0, 1) as batches:
        return task, opened, next(batches)


def test_a_network_that_knows_the_truth_has_no_loss_and_a_hundred_percent(truth):
    task, opened, batch = truth
    outputs = perfect(task, batch)
    loss, distance = jax.jit(task.loss), jax.jit(task.distill)
    total, parts = loss(outputs, batch)
    assert set(parts) == {"scores", "offsets", "directions"} and float(total) < 0.01
    assert float(loss(outputs + 0.5, batch)[0]) > 0.5
    assert float(distance(outputs, outputs, 1.0)) < 1e-3 and float(distance(outputs + 0.5, outputs, 1.0)) > 0.1
    found = detections.detect(task.answer(outputs, 0), task.view.anchors, task.classes, detections.Keep(score=0.5))
    true = batch["boxes"][0][np.unique(batch["matched"][0][batch["matched"][0] >= 0])]
    assert len(found.types) == len(true) > 0
    apart = np.abs(found.boxes[:, None] - true[None]).max(axis=-1)
    assert (apart.min(axis=0) < 1e-3).all()


def test_the_loss_has_finite_gradients_where_a_scene_has_no_object(truth):
    task, _, batch = truth
    empty = {"boxes": np.zeros_like(batch["boxes"]), "matched": np.full_like(batch["matched"], anchors.BACKGROUND)}
    gradient = jax.jit(jax.grad(lambda outputs: task.loss(outputs, empty)[0]))(perfect(task, batch))
    assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0


def test_a_scan_on_disk_becomes_an_example(truth):
    task, opened, _ = truth
    path = opened.scenes.test[0].path("velodyne", ".bin")
    for one, other in zip(task.example(path), opened.example(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_scan_of_another_folder_is_read_there(truth, tmp_path):
    task, opened, _ = truth
    scene = opened.scenes.test[0]
    for part, suffix in (("velodyne", ".bin"), ("calib", ".txt")):
        (tmp_path / part).mkdir()
        shutil.copy(scene.path(part, suffix), tmp_path / part)
    reduced = tmp_path / "velodyne_reduced" / scene.path("velodyne", ".bin").name
    reduced.parent.mkdir()
    points = kitti.seen(scene)[::2]
    points.tofile(reduced)
    for one, other in zip(task.example(reduced), pillars.sort(points, task.grid), strict=True):
        np.testing.assert_array_equal(one[0], other)


def test_scenes_that_are_held_out_are_not_trained_on(truth, out):
    task, opened, _ = truth
    found = dataclasses.replace(task, held=held.Held(0.25)).open(out[0], silent).scenes
    assert len(found.test) == 1 and {*found.train, *found.test} == set(opened.scenes.train)


def test_the_score_names_the_classes_that_it_is_the_mean_of(truth, tmp_path):
    task, opened, _ = truth
    scene = opened.scenes.test[0]
    lines = scene.path("label_2", ".txt").read_text().splitlines()
    kept = {"cars": [line for line in lines if line.startswith("Car")], "none": []}
    for name, rest in kept.items():
        root = tmp_path / name
        for folder, text in (("label_2", "".join(f"{line}\n" for line in rest)), ("calib", scenes.CALIBRATION)):
            (root / folder).mkdir(parents=True)
            (root / folder / "000000.txt").write_text(text)
        scans = dataclasses.replace(opened, scenes=kitti.Scenes("", (), (kitti.Scene(str(root), "000000"),)))
        side = task.view.anchors.shape[:2]
        answer = np.full((1, *side, anchors.NUMBERS * task.anchors), -9, np.float32)
        score = scans.score([(answer, {"scene": np.array([0])})])
        counted, value = ("mean of Car", 0) if name == "cars" else ("no object counts", None)
        assert score.protocol == f"KITTI's AP R40 in 3D, moderate, {counted}, 1 test scenes"
        assert score.value == value


WRONG = [
    ({"classes": ("Car", "Car")}, "classes are ('Car', 'Car'), expected different ones, at least one"),
    ({"classes": ("Car",)}, "augment.pasted is (15, 0, 8), expected a number for each of ('Car',)"),
    ({"classes": ("Bus",)}, "classes[0] is 'Bus', expected one of Car, Pedestrian, Cyclist"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_settings_that_do_not_fit_are_one_line(change, message):
    with pytest.raises(ValueError) as error:
        detection.Detection(kitti.KITTI("data/kitti"), **change)
    assert str(error.value).endswith(message)


def test_a_network_of_another_grid_is_refused(experiment):
    model = dataclasses.replace(experiment.model, options={**OPTIONS, "grid": (8, 8)})
    with pytest.raises(ValueError, match=r"^the model's grid is \(8, 8\), expected the task's \(16, 16\)$"):
        experiment.task.check(model)
