"""Claims about the drawn drivers: their layout, their labels, and that time tells what a frame does not."""

import numpy as np
import pytest

from rt3d_jax.data import drivers, faces, folders, made

SMALL = drivers.Drivers(train=1, test=1, frames=16, side=24, window=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drivers") / "set"
    drivers.write(folder, SMALL)
    return folder


def test_the_set_is_read_as_nthus_is(folder):
    assert folders.recognised(folder) == "nthu"
    seen = []
    data = made.dataset(SMALL, folder, lambda done, total: seen.append((done, total)))
    assert seen == [(25, 25)]  # all videos were there
    assert (data.name, data.labels) == ("drawn drivers", ("Stillness", "Drowsy"))
    assert (len({video.path for video in data.train}), len({video.path for video in data.test})) == (20, 5)
    assert [video.frames for video in data.test[:3]] == [(0, 8), (4, 12), (8, 16)]


def test_a_video_is_drawn_alike_every_time_and_other_drivers_look_otherwise():
    names = list(drivers._names(SMALL))
    (one, labels), (again, _), (other, _) = (drivers.render(SMALL, names[place]) for place in (0, 0, -5))
    np.testing.assert_array_equal(one, again)
    assert one.shape == (16, 24, 32, 3) and one.dtype == np.uint8 and (one != other).mean() > 0.5
    assert {signs: digits.shape for signs, digits in labels.items()} == dict.fromkeys(
        ("drowsiness", "head", "eye", "mouth"), (16,)
    )


def test_another_spec_in_the_same_folder_is_an_error(folder):
    with pytest.raises(ValueError, match=r"holds another synthetic set: seed 0 \(asked for 1\); choose another folder"):
        drivers.write(folder, drivers.Drivers(train=1, test=1, frames=16, side=24, window=8, seed=1))


def test_shut_eyes_and_open_mouths_are_seen_in_drowsy_and_in_wakeful_phases_but_last_longer_in_drowsy_ones():
    def runs(values):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], values > 0.6, [0]])))
        return edges[1::2] - edges[::2]

    def acted(drowsy):
        return faces.motion(np.random.default_rng(0), np.full(4000, drowsy), ("blink slowly", "yawn", "nod"))[0]

    asleep, awake = acted(True), acted(False)
    assert (awake.shut > 0.6).any() and (awake.mouth > 0.6).any()
    assert np.median(runs(asleep.shut)) >= 3 * np.median(runs(awake.shut))
    assert np.median(runs(asleep.mouth)) >= 2 * np.median(runs(awake.mouth))


def test_labels_say_what_the_face_does():
    drowsy = np.arange(600) < 300
    moved, labels = faces.motion(np.random.default_rng(1), drowsy, ("blink slowly", "yawn", "nod"))
    assert set(labels["head"][drowsy]) == {0, 1} and set(labels["head"][~drowsy]) == {0, 2}
    assert set(labels["mouth"][drowsy]) == {0, 1} and set(labels["mouth"][~drowsy]) == {0, 2}
    assert not labels["eye"][~drowsy].any() and (moved.shut[labels["eye"] == 1] > 0).all()
    assert (moved.down[labels["head"] != 1] == 0).all() and (moved.across[labels["head"] != 2] == 0).all()


def test_sizes_that_cannot_be_are_errors():
    with pytest.raises(ValueError) as error:
        drivers.Drivers(side=20)
    assert str(error.value) == ("side 20, frames 200; expected a multiple of 12, and at least a window's 32 frames")
