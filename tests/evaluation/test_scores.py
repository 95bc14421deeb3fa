"""Accuracy: what is counted, averaged and estimated, and that a stopped count goes on."""

import numpy as np
import pytest

from rt3d_jax.evaluation import scores
from rt3d_jax.report import confusion


def logits(*probabilities):
    return np.log(np.array(probabilities))


def test_probabilities_are_averaged_over_the_clips_of_a_video():
    """Two weak votes for class 1 lose to one strong vote for class 0: a majority of clips would say otherwise."""
    tally = scores.Tally([0, 1], 2)
    tally.add(logits([0.95, 0.05], [0.45, 0.55]), np.array([0, 0]))
    tally.add(logits([0.45, 0.55], [0.3, 0.7]), np.array([0, 1]))
    found = tally.scores()
    np.testing.assert_allclose(found.probabilities, [[1.85 / 3, 1.15 / 3], [0.3, 0.7]])
    assert (found.top(1).hits, found.top(1).total) == (2, 2)


def test_the_softmax_does_not_depend_on_a_constant_nor_overflow():
    tally = scores.Tally([0, 0], 3)
    tally.add(np.array([[1.0, 2.0, 3.0], [60001.0, 60002.0, 60003.0]], np.float32), np.array([0, 1]))
    found = tally.scores().probabilities
    np.testing.assert_allclose(found[0], found[1])
    assert found[0].sum() == pytest.approx(1)


def test_videos_without_a_clip_are_left_out():
    tally = scores.Tally([0, 1, 1], 2)
    tally.add(logits([0.9, 0.1], [0.2, 0.8]), np.array([0, 2]))
    assert tally.scores().top(1) == scores.Share(2, 2)
    with pytest.raises(ValueError, match="no clip could be read"):
        scores.Tally([0], 2).scores()


def test_the_best_five_count_whatever_their_order():
    probabilities = np.tile([0.05, 0.3, 0.2, 0.15, 0.12, 0.1, 0.08], (7, 1))
    found = scores.Scores(probabilities, np.arange(7))
    assert [found.top(count).hits for count in (1, 2, 5, 7, 9)] == [1, 2, 5, 7, 7]


def test_classes_and_confusion_are_counted_by_true_class():
    best = np.array([0, 0, 1, 1, 1, 0])
    found = scores.Scores(np.eye(3)[best], np.array([0, 0, 0, 1, 1, 1]))
    assert found.confusion.tolist() == [[2, 1, 0], [1, 2, 0], [0, 0, 0]]
    rows = found.per_class(("a", "b", "c"))
    assert [(row["label"], row["videos"], round(row["top1"]), row["taken_for"]) for row in rows] == [
        ("a", 3, 67, "b"),
        ("b", 3, 67, "a"),
    ]


@pytest.mark.parametrize(
    ("hits", "total", "expected"),
    # statsmodels.stats.proportion.proportion_confint(method="wilson") to four digits
    [(81, 263, (25.53, 36.62)), (0, 20, (0.0, 16.11)), (20, 20, (83.89, 100.0)), (1, 29, (0.6113, 17.18))],
)
def test_the_interval_is_wilsons(hits, total, expected):
    assert scores.Share(hits, total).interval == pytest.approx(expected, abs=0.006)


def test_a_stopped_count_goes_on_where_it_was_written(tmp_path):
    path = tmp_path / "state.npz"
    one = scores.Tally([0, 1], 2)
    one.add(logits([0.9, 0.1]), np.array([0]))
    one.save(path, "key", {"batch": 1, "skipped": {"b.mp4": "empty"}})
    other = scores.Tally([0, 1], 2)
    assert other.load(path, "key") == {"batch": 1, "skipped": {"b.mp4": "empty"}}
    np.testing.assert_array_equal(other.sums, one.sums)
    assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]


def test_a_count_of_something_else_or_a_damaged_one_is_not_taken_up(tmp_path):
    path = tmp_path / "state.npz"
    tally = scores.Tally([0, 1], 2)
    assert tally.load(path, "key") is None
    tally.save(path, "key", {"batch": 1, "skipped": {}})
    assert tally.load(path, "another key") is None
    assert tally.load(path, "key") == {"batch": 1, "skipped": {}}
    path.write_bytes(path.read_bytes()[:100])
    assert tally.load(path, "key") is None
    path.write_bytes(b"")
    assert tally.load(path, "key") is None


def test_logits_that_are_no_numbers_or_of_other_classes_are_errors():
    tally = scores.Tally([0, 1], 2)
    with pytest.raises(ValueError, match="logits of video 1 are not finite; the network is broken"):
        tally.add(np.array([[0.0, 1.0], [np.nan, 1.0]]), np.array([0, 1]))
    with pytest.raises(ValueError, match=r"logits have shape \(1, 3\), expected \(1, 2\)"):
        tally.add(np.zeros((1, 3)), np.array([0]))


@pytest.mark.parametrize("classes", [2, 101, 400])
def test_the_confusion_picture_takes_any_number_of_classes_and_any_name(classes, tmp_path):
    matrix = np.diag(np.arange(classes))
    confusion.write(tmp_path / "confusion.png", matrix, [f"$class_{n}^$" for n in range(classes)], "a title")
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")
    assert len(list(tmp_path.iterdir())) == 1
