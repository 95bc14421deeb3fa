"""Claims about NTHU's Driver Drowsiness Detection set: its names, its windows, and its lists of digits."""

import fractions
import pathlib

import numpy as np
import pytest

from rt3d_jax.data import checks, clips, folders, lists, nthu, pipelines, synthetic
from tests.data import layouts

DIGITS = "0" * 10 + "1" * 8


@pytest.fixture
def made(tmp_path):
    """made(...) makes a set of files that are no videos, and returns its folder."""
    video = tmp_path / "video.mp4"
    video.write_bytes(b"x")
    return lambda **how: layouts.nthu(tmp_path / "nthu", video, **{"digits": DIGITS, **how})


@pytest.fixture
def filmed(tmp_path):
    """A set whose videos have 18 frames, each of one shade: 10 times its number."""
    path = tmp_path / "video.mp4"
    shades = np.broadcast_to(10 * np.arange(18, dtype=np.uint8)[:, None, None, None], (18, 16, 16, 3))
    synthetic.encode(path, shades, fractions.Fraction(15))
    return lambda **how: layouts.nthu(tmp_path / "nthu", path, **{"digits": DIGITS, **how})


def read(folder, **how):
    return folders.read(nthu.DriverDrowsiness(str(folder), **{"window": 8, "every": 4, "test_every": 1, **how}))


def test_windows_have_the_label_of_their_last_frame_and_go_on_by_the_frames_that_were_asked_for(made):
    data = read(made())
    first = [video for video in data.train if "/001/glasses/" in video.path]
    assert [(video.frames, video.label) for video in first] == [((0, 8), 0), ((4, 12), 1), ((8, 16), 1)]
    last = [video for video in data.test if "004_glasses" in video.path]
    assert [video.frames for video in last] == [(end - 8, end) for end in range(8, 19)]
    assert "".join(str(video.label) for video in last) == DIGITS[7:]
    assert data.each == "windows of 8 frames"


def test_a_video_shorter_than_a_window_is_one_window(made):
    assert {video.frames for video in read(made(), window=30).train} == {(0, 18)}


@pytest.mark.parametrize(
    ("home", "parts"),
    [
        ("", ("Training Dataset", "Evaluation Dataset")),
        ("Training_Evaluation_Dataset", ("TrainingDataset", "EvaluationDataset")),
        ("training evaluation dataset", ("training_dataset", "evaluation_dataset")),
    ],
)
def test_folders_are_found_however_a_copy_spells_them(made, home, parts):
    folder = made(home=home, parts=parts)
    assert folders.recognised(folder) == "nthu"
    assert (len(read(folder).train), len(read(folder).test)) == (12, 22)


def test_the_testing_set_is_read_from_its_own_folder_of_labels(made):
    data = read(made(), test="testing")
    assert {pathlib.Path(video.path).name for video in data.test} == {
        "003_glasses_mix.mp4",
        "003_nightnoglasses_mix.mp4",
    }


@pytest.mark.parametrize(("signs", "classes"), nthu.LABELS.items())
def test_each_kind_of_label_has_its_own_lists_and_classes(made, signs, classes):
    folder = made()
    for path in folder.rglob(f"*_{signs}.txt"):
        path.write_text("0" * 17 + str(len(classes) - 1) + "\r\n")
    data = read(folder, signs=signs)
    assert (data.labels, data.test[-1].label) == (classes, len(classes) - 1)


def test_a_digit_of_no_class_is_an_error_that_names_the_list_and_the_classes(made):
    with pytest.raises(lists.ListError) as error:
        read(made(digits="0120"))
    assert str(error.value).endswith(
        "001_yawning_drowsiness.txt: '2'; expected a digit for each frame: 0 (Stillness), 1 (Drowsy)"
    )


def test_a_missing_folder_and_missing_lists_are_errors_that_say_what_was_expected(made):
    folder = made()
    for path in folder.rglob("001*_eye.txt"):
        path.unlink()
    assert len(read(folder, signs="eye").train) == 6  # a video without labels is left out
    for path in folder.rglob("*_eye.txt"):
        path.unlink()
    with pytest.raises(
        FileNotFoundError, match=r"Training Dataset has no list \*_eye.txt; expected one for each video"
    ):
        read(folder, signs="eye")
    (folder / "Testing_Dataset").rename(folder / "other")
    with pytest.raises(FileNotFoundError) as error:
        read(folder, test="testing")
    assert str(error.value) == (
        f"{folder} has no folder 'Testing_Dataset'; expected it there or in Training_Evaluation_Dataset/, "
        "as the set unpacks"
    )


def test_a_clip_is_cut_from_its_window(filmed):
    spec = clips.ClipSpec(clips.Windows(4, 2), 16, 16, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    data = read(filmed())
    shades = {}
    for batch in pipelines.eval_batches(data.test[:11], spec, batch=11):
        shades |= zip(batch["video"].tolist(), np.rint(25.5 * batch["clip"].mean(axis=(2, 3, 4))), strict=True)
    for number, video in enumerate(data.test[:11]):
        assert shades[number].tolist() == [video.frames[0] + each for each in (1, 3, 5, 7)], video
    with pipelines.train_batches(data.train[:3], spec, batch=12, seed=0, steps=1) as batches:
        batch = next(batches)
    starts = np.rint(25.5 * batch["clip"].mean(axis=(2, 3, 4)))[:, 0].astype(int)
    assert set(starts) <= {0, 1, 4, 5, 8, 9}


def test_data_check_finds_videos_shorter_than_their_labels_and_drivers_of_both_parts(filmed):
    folder = filmed(digits=DIGITS + "11")
    video = folder / "Training_Evaluation_Dataset/Training Dataset/001/glasses/yawning.avi"
    source = nthu.DriverDrowsiness(str(folder), window=8, every=4)
    found = list(checks.check(source, checks.Depth(frames=8), lambda *_: None))
    assert {one.kind for one in found} == {"labels"}
    assert f"{video}: 18 frames, 20 labels" in [one.what for one in found]
    with pytest.raises(clips.ClipError) as error:
        clips.load(video, clips.ClipSpec(clips.Spread(4), 16, 16), within=(12, 20))
    assert error.value.reason == "18 frames, but labels for 20 or more; fetch it and its labels again"
    (folder / "Training_Evaluation_Dataset/Evaluation Dataset/004").rename(
        folder / "Training_Evaluation_Dataset/Evaluation Dataset/001"
    )
    for path in folder.rglob("004*"):
        path.rename(path.with_name(path.name.replace("004", "001")))
    listing = folders.listing(source)
    assert [one.what for one in checks.of_lists(listing) if one.kind == "group"] == ["subject 001"]


def test_windows_of_no_frames_are_an_error():
    with pytest.raises(ValueError, match=r"^every is 0; expected at least 1 frame$"):
        nthu.DriverDrowsiness("nthu", every=0)
