"""Learning without labels, and what starts from it: few labels, a linear probe, fine-tuning."""

import dataclasses
import json

import jax
import numpy as np
import pytest

from rt3d_jax.cli import demo
from rt3d_jax.cli import train as train_verb
from rt3d_jax.data import clips, listings, pictures, synthetic
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.report import page
from rt3d_jax.tasks import classification, contract, exemplar
from rt3d_jax.training import checkpoints, codec, experiments, phases, recipes

DATA = synthetic.Synthetic(clips_per_group=2, groups=4, frames=(4, 6), sides=(16, 20))
CLIP = clips.ClipSpec(clips.Spread(2), short_side=16, size=12)
RECIPE = recipes.Recipe(epochs=1, learning_rate=1e-3, optimizer=recipes.AdamW())
pytestmark = pytest.mark.usefixtures("compiled_once", "tiny_network")


def silent(*_):
    pass


def experiment(task, **changes):
    told = {"dense": RECIPE, "penalise": None, "algorithm": algorithms.Heuristic(), "retrain": RECIPE}
    told |= {"plan": ((".*", None),), "rates": (), "batch": 4, "workers": 0}
    model = catalog.Model("tiny", frames=2, size=12, dropout=0.0)
    return experiments.Experiment(**({"name": "few", "task": task, "model": model} | told | changes))


TASK = exemplar.Exemplar(DATA, CLIP, count=2, each=1)
PRETRAINING = experiment(TASK)
LABELLED = classification.Classification(DATA, CLIP, few=classification.Few(1))


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """The folder of a pretraining, with its results."""
    folder = tmp_path_factory.mktemp("exemplar")
    return folder, phases.run(PRETRAINING, folder, silent)


def test_it_keeps_to_the_contract_and_survives_json():
    assert isinstance(PRETRAINING.task, contract.Task)
    assert codec.from_json(json.loads(json.dumps(codec.to_json(PRETRAINING)))) == PRETRAINING


def test_surrogate_classes_are_scored_by_views_that_training_never_sees(out):
    (result,) = out[1]
    score = result["score"]
    assert (score["name"], score["unit"], "accuracy" in result) == ("surrogate accuracy", "%", False)
    assert score["protocol"] == "top-1 %, 16 new views of 16 surrogate classes"
    assert checkpoints.load_network(out[0] / "runs/dense").facts == {"classes": 16}


@pytest.fixture(scope="module")
def by_tube(tmp_path_factory):
    """Views of 2 tubes, each told from those of its tube."""
    task = dataclasses.replace(TASK, among="tube", first=1)
    return task.open(tmp_path_factory.mktemp("tube"), silent)


def test_other_tubes_say_nothing_where_classes_are_told_from_those_of_their_tube(by_tube):
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(5, 16)).astype(np.float32), np.array([0, 7, 8, 12, 15], np.int32)
    loss = lambda task, logits: float(task.loss(logits, {"label": labels})[0])
    own = [np.log(np.exp(one[k // 8 * 8 :][:8]).sum()) - one[k] for one, k in zip(logits, labels, strict=True)]
    assert loss(by_tube.task, logits) == pytest.approx(np.mean(own), rel=1e-5)
    others = np.where(np.arange(16) // 8 == labels[:, None] // 8, logits, 99)
    assert loss(by_tube.task, others) == pytest.approx(np.mean(own), rel=1e-5) != loss(TASK, others)
    others[np.arange(5), labels] += np.array([9, 9, 9, 9, -9], np.float32)
    batch = {"label": np.append(labels, -1)}
    score = by_tube.score([(np.append(others, others[:1], 0), batch)])
    assert score.value == 80.0
    assert score.protocol == "top-1 %, 5 new views of 16 surrogate classes, each told from the 8 of its tube"


def test_a_network_learns_by_tube_and_is_reported(by_tube, tmp_path):
    prepared = phases.prepare(experiment(by_tube.task), tmp_path, silent)
    assert 0 <= phases.run(experiment(by_tube.task), tmp_path, silent)[0]["score"]["value"] <= 100
    shown = prepared.data.pictures({"alike": lambda view: np.eye(16, dtype=np.float32)[3:4]})
    labels, found = shown["label"], shown["predicted/alike"]
    assert found.tolist() == [3 if label < 8 else 8 for label in labels]


def test_fields_that_do_not_go_together_are_errors():
    with pytest.raises(ValueError, match=r"^among is 'tube' and a tube is one class, expected apart=True, or among="):
        exemplar.Exemplar(DATA, CLIP, apart=False, among="tube")
    with pytest.raises(ValueError, match="^first is 5, expected at most count, 4$"):
        exemplar.Exemplar(DATA, CLIP, count=4, first=5)


def test_it_is_reported_with_views(out):
    prepared = phases.prepare(PRETRAINING, out[0], silent)
    demo.pictures(prepared, out[1], out[0])
    text = page.write({"data": prepared.data.about(), "runs": out[1]}, out[0]).read_text()
    assert "views of synthetic" in text and "16 train examples" in text and text.count('class="clip"') == 6


def test_a_classifier_starts_from_it_with_a_new_head(out, tmp_path):
    pretrained = str(out[0] / "runs/dense")
    tuned = experiment(LABELLED, pretrained=pretrained, dense=dataclasses.replace(RECIPE, learning_rate=0.0))
    (tmp_path / "data").symlink_to(out[0] / "data")
    phases.run(tuned, tmp_path, silent)
    before, after = (checkpoints.load_network(folder).params for folder in (pretrained, tmp_path / "runs/dense"))
    learned = lambda layer: {leaf: value for leaf, value in layer.items() if leaf not in ("mean", "var")}
    same = {name for name in before if jax.tree.all(jax.tree.map(_alike, *map(learned, (before[name], after[name]))))}
    assert set(before) - same == {"fc"}


def test_a_linear_probe_trains_the_head_alone(out, tmp_path):
    pretrained = str(out[0] / "runs/dense")
    recipe = dataclasses.replace(RECIPE, only="fc/.*", epochs=2)
    (tmp_path / "data").symlink_to(out[0] / "data")
    phases.run(experiment(LABELLED, pretrained=pretrained, dense=recipe), tmp_path, silent)
    start, end = checkpoints.load_network(pretrained).params, checkpoints.load_network(tmp_path / "runs/dense").params
    for name in start.keys() - {"fc"}:
        for leaf in start[name].keys() - {"mean", "var"}:
            np.testing.assert_array_equal(start[name][leaf], end[name][leaf])
    assert end["fc"]["bias"].any()


def _alike(a, b):
    return a.shape == b.shape and bool((a == b).all())


def test_an_expression_that_matches_no_parameter_is_an_error(out, tmp_path):
    (tmp_path / "data").symlink_to(out[0] / "data")
    with pytest.raises(ValueError, match=r"^only is 'fc9', expected to match some of the parameters, such as "):
        phases.run(experiment(LABELLED, dense=dataclasses.replace(RECIPE, only="fc9")), tmp_path, silent)
    with pytest.raises(ValueError, match=r"^only is '\(', expected a regular expression"):
        dataclasses.replace(RECIPE, only="(")


def test_few_labels_are_as_many_of_each_class_and_others_for_another_seed():
    videos = [listings.Video(f"{number}.mp4", number % 3) for number in range(30)]
    chosen = classification.Few(4).of(videos)
    assert np.bincount([video.label for video in chosen]).tolist() == [4, 4, 4]
    assert chosen == classification.Few(4).of(videos) != classification.Few(4, seed=1).of(videos)
    assert set(classification.Few(2).of(videos)) < set(chosen)
    assert classification.Few(11).of(videos) == tuple(videos)


def test_pictures_have_one_frame():
    message = "^clip has 2 frames, expected 1 for pictures; name a set of videos for more$"
    with pytest.raises(ValueError, match=message):
        exemplar.Exemplar(pictures.Shipped(), CLIP)
    exemplar.Exemplar(pictures.Shipped(), dataclasses.replace(CLIP, sampling=clips.Spread(1)))


def test_the_recipe_holds_four_experiments_of_one_network():
    found = {name: train_verb.load(f"exemplar:{name}") for name in ("experiment", "tuned", "probe", "scratch")}
    assert len({one.model for one in found.values()}) == 1
    assert found["experiment"] == train_verb.load("exemplar")
    assert found["tuned"].task == found["probe"].task == found["scratch"].task
    assert [found[name].pretrained for name in ("scratch", "tuned")] == [None, "runs/exemplar/runs/dense"]
    with pytest.raises(ValueError, match=r"^exemplar has no function nothing\(\) that returns one$"):
        train_verb.load("exemplar:nothing")
