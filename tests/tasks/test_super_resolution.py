"""Super-resolution the whole way: it trains, is pruned, reported, lowered to 8-bit pictures, and measured again."""

import dataclasses
import functools
import json
import re

import jax
import numpy as np
import PIL.Image
import pytest

from lowering.bundle import bundles, coverage, run
from lowering.targets import targets
from rt3d_jax.cli import demo, lower, lowerable, main
from rt3d_jax.data import bicubic, patches, pictures, synthetic
from rt3d_jax.evaluation import fidelity
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.report import page
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import contract, super_resolution
from rt3d_jax.training import checkpoints, codec, experiments, phases, recipes

RNG = np.random.default_rng(0)
RECIPE = recipes.Recipe(epochs=1, learning_rate=1e-3, optimizer=recipes.AdamW())
pytestmark = pytest.mark.usefixtures("compiled_once")


def silent(*_):
    pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Five small pictures, smooth enough that there is something to learn."""
    root = tmp_path_factory.mktemp("pictures")
    for number in range(5):
        coarse = RNG.integers(0, 256, (7, 9, 3), np.uint8)
        PIL.Image.fromarray(bicubic.resized(coarse, 28, 36)).save(root / f"{number}.png")
    return root


@pytest.fixture(scope="module")
def experiment(folder):
    task = super_resolution.SuperResolution(pictures.Folder(str(folder), 0.4), tile=10, margin=4, patch=6, each=4)
    return experiments.Experiment(
        name="super",
        task=task,
        model=catalog.Model("wdsr", width=0.25, frames=1, size=10, options={"scale": 2, "blocks": 1}),
        dense=RECIPE,
        penalise=None,
        algorithm=algorithms.Heuristic(clips=4),
        retrain=RECIPE,
        plan=(("block1/.*", plans.Prune(patterns.kgs(8, 4))), (".*", None)),
        rates=(1.5,),
        batch=4,
        workers=0,
        distillation=recipes.Distillation(),
    )


@pytest.fixture(scope="module")
def out(tmp_path_factory, experiment):
    """The folder of a whole training, with its results."""
    place = tmp_path_factory.mktemp("super")
    return place, phases.run(experiment, place, silent)


def test_it_keeps_to_the_contract_and_survives_json(experiment):
    assert isinstance(experiment.task, contract.Task) and isinstance(experiment.task, contract.Shipped)
    assert codec.from_json(json.loads(json.dumps(codec.to_json(experiment)))) == experiment


def test_phases_are_scored_in_decibels_with_ssim_beside(out):
    for result in out[1]:
        score = result["score"]
        assert (score["unit"], score["name"], score["more_is_better"]) == ("dB", "PSNR", True)
        assert score["protocol"] == "PSNR of Y, 2 test pictures enlarged 2 times, borders of 2 pixels cut"
        assert 20 < score["value"] < 50 and 0.5 < score["also"]["SSIM"] <= 1
    assert out[1][-1]["rate"] == pytest.approx(1.5, rel=0.03)


def test_a_score_is_that_of_whole_pictures_whatever_the_tiles(experiment, tmp_path):
    opened = experiment.task.open(tmp_path, silent)
    params = catalog.initial(experiment.model, 3, 1)
    apply = jax.jit(catalog.apply_function(experiment.model, 3))
    with opened.test_batches(contract.Reading(4, (0, 1, 2, 3))) as batches:
        found = opened.score((np.asarray(apply(params, batch["clip"])), batch) for batch in batches)
    expected = []
    for example in opened.test:
        low, high = patches.pair(example, experiment.task.cut)
        whole = fidelity.levels(np.asarray(apply(params, low[None]))[0])
        expected.append(fidelity.psnr(fidelity.luma(whole), fidelity.luma(high), 2))
    assert found.value == pytest.approx(np.mean(expected), abs=2e-4)


def test_the_report_shows_crops_with_their_psnr(out, experiment):
    place, results = out
    prepared = phases.prepare(experiment, place, silent)
    demo.pictures(prepared, results, place)
    with np.load(place / "report/clips.npz") as kept:
        names = [name for name in kept if name.startswith("crop/")]
        assert names == ["crop/bicubic", "crop/dense", "crop/kgs-1.5x", "crop/truth"]
        assert kept["crop/truth"].shape == (2, 20, 20, 3) and kept["psnr/dense"].shape == (2,)
        assert np.isfinite(kept["psnr/bicubic"]).all()
    text = page.write({"data": prepared.data.about(), "runs": results}, place).read_text()
    assert "Pictures enlarged" in text and text.count("<figcaption>bicubic, ") == 2
    assert re.search(r"<figcaption>kgs-1.5x, \d\d\.\d\d dB</figcaption>", text)
    assert '<th class="number">SSIM</th>' in text


@pytest.fixture(scope="module")
def bundle(out):
    """The pruned network as a bundle for the host, with the row of its check."""
    run_folder = out[0] / "runs/kgs-1.5x"
    (row,) = lower.lower(lowerable.find(run_folder), [targets.find("host")], out[0] / "bundles")
    return bundles.read(out[0] / "bundles/kgs-1.5x/host"), row


def test_a_bundle_takes_and_gives_8_bit_pictures(bundle, out):
    found, row = bundle
    assert row["passed"] and row["ours"] == 1
    entries = [(entry["shape"], entry["dtype"]) for entry in (*found.manifest["inputs"], *found.manifest["outputs"])]
    assert entries == [([1, 1, 10, 10, 3], "uint8"), ([1, 1, 20, 20, 3], "uint8")]
    assert found.manifest["outputs"][0]["rounded"] and "expected" not in (found.folder / "run.flags").read_text()
    assert found.manifest["score"]["also"] == checkpoints.load_network(out[0] / "runs/kgs-1.5x").score.also


def test_pixels_are_shuffled_and_the_skip_is_added_by_kernels_of_ours(bundle):
    nodes = {node["name"]: (node["operation"], node["kernel"]) for node in bundle[0].manifest["nodes"]}
    assert nodes["shuffle"] == ("Mosaic", "ours")
    pieces = [why for node in bundle[0].manifest["nodes"] for why in node.get("why", ())]
    moved = [why for why in pieces if why.split()[0] in ("transpose", "reshape", "add")]
    assert not moved and not any(operation == "Add" for operation, _ in nodes.values())


def test_a_pixel_one_level_beside_passes_and_two_levels_fail(bundle):
    found, answer = bundle[0], bundle[0].array("logits.npy")
    beside = answer.astype(np.int32)
    beside[0, 0, 3, 4] += np.where(beside[0, 0, 3, 4] < 128, 1, -1)
    assert run.error(found, "logits.npy", beside.astype(np.uint8)) == (0.0, 0.0)
    beside[0, 0, 3, 4] += np.where(beside[0, 0, 3, 4] < 128, 1, -1)
    assert run.error(found, "logits.npy", beside.astype(np.uint8))[0] == 1.0


def test_the_bundle_measures_as_the_run_does(bundle, out, tmp_path):
    rows = tmp_path / "rows.json"
    words = [str(out[0] / "runs/kgs-1.5x"), str(bundle[0].folder), "--json", str(rows), "--workers", "0"]
    assert main.call(["eval", *words]) == 0
    first, second = json.loads(rows.read_text())
    assert second["score"]["value"] == pytest.approx(first["score"]["value"], abs=0.01)
    assert second["score"]["value"] == pytest.approx(out[1][-1]["score"]["value"], abs=0.01)


def test_a_bundle_has_the_size_of_the_picture_that_it_is_made_with(out, tmp_path):
    PIL.Image.fromarray(RNG.integers(0, 256, (6, 14, 3), np.uint8)).save(tmp_path / "a.png")
    network = lowerable.find(out[0] / "runs/kgs-1.5x")
    chosen = [targets.find(name) for name in ("host", "android:cortex-a76", "vulkan:adreno")]
    rows = lower.lower(network, chosen, tmp_path, tmp_path / "a.png")
    assert [row["passed"] for row in rows] != [False] * 3 and rows[0]["passed"]
    assert not any(row["passed"] is False for row in rows)
    made = run.load(tmp_path / "kgs-1.5x/host")(pictures.load(tmp_path / "a.png")[None, None])
    assert made.shape == (1, 1, 12, 28, 3) and made.dtype == np.uint8


def test_clips_of_videos_are_enlarged_frame_by_frame_together(tmp_path):
    made = synthetic.Synthetic(clips_per_group=1, groups=4, frames=(4, 6), sides=(16, 20))
    task = super_resolution.SuperResolution(made, frames=3, tile=10, margin=1, patch=6, each=1)
    model = catalog.Model("sesr", width=0.25, frames=3, size=10, options={"blocks": 1})
    (result,) = phases.run(
        dataclasses.replace(_clips(task), model=model, dense=dataclasses.replace(RECIPE, epochs=0.2)), tmp_path, silent
    )
    assert result["score"]["protocol"].startswith("PSNR of Y, 8 test clips enlarged 2 times")
    network = checkpoints.load_network(tmp_path / "runs/dense")
    assert network.signature.inputs[0].shape == (3, 10, 10, 3)


def _clips(task):
    return experiments.Experiment(
        name="clips",
        task=task,
        model=catalog.Model("wdsr", width=0.25, frames=3, size=10, options={"blocks": 1}),
        dense=RECIPE,
        penalise=None,
        algorithm=algorithms.Heuristic(),
        retrain=RECIPE,
        plan=((".*", None),),
        rates=(),
        batch=4,
        workers=0,
    )


WRONG = [
    ({"scale": 1}, "scale is 1, expected a whole number of at least 2"),
    ({"frames": 4}, "frames is 4, expected 1 for pictures; name a set of videos for clips"),
    ({"tile": 8, "margin": 4}, "tile is 8, expected more than twice the margin of 4"),
    (
        {"data": synthetic.Synthetic(), "tile": 7, "margin": 0},
        "tile is 7, expected at least 8 of clips, for the window of SSIM",
    ),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_settings_that_do_not_fit_are_one_line(change, message):
    task = super_resolution.SuperResolution(pictures.Shipped())
    with pytest.raises(ValueError) as error:
        dataclasses.replace(task, **change)
    assert str(error.value).endswith(message)


def test_a_test_picture_that_is_too_small_to_be_measured_is_named_before_anything_trains(tmp_path):
    for name, sides in (("train", (40, 40)), ("test", (40, 15))):
        (tmp_path / name).mkdir()
        PIL.Image.fromarray(np.zeros((*sides, 3), np.uint8)).save(tmp_path / name / "a.png")
    with pytest.raises(ValueError) as error:
        super_resolution.SuperResolution(pictures.Folder(str(tmp_path)), tile=10, margin=1).open(tmp_path, silent)
    assert str(error.value) == (
        f"{tmp_path}/test/a.png is 20 x 7 pixels when it is 2 times smaller, expected at least 8 along each side to "
        "measure SSIM; remove it from the test"
    )


def test_a_network_of_another_scale_or_size_is_refused():
    task = super_resolution.SuperResolution(pictures.Shipped(), scale=4)
    model = functools.partial(catalog.Model, "wdsr", frames=1)
    with pytest.raises(ValueError, match="^scale is 4, expected the model's 2$"):
        task.check(model(size=96, options={"scale": 2}))
    wanted = r"^the task has \(frames, tile\) \(1, 96\), expected the model's \(frames, size\) \(1, 48\)$"
    with pytest.raises(ValueError, match=wanted):
        task.check(model(size=48))


def test_coverage_says_that_all_macs_are_ours(bundle):
    lines = coverage.lines(bundle[0].manifest["nodes"])
    assert lines[0].startswith("100.0% of the MACs")
