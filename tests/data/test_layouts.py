"""Data sets in the layouts that their archives unpack to, and what is said of lists that read differently."""

import json
import re

import pytest

from rt3d_jax.data import classes, folders, lists
from tests.data import layouts


@pytest.fixture
def video(tmp_path):
    """No video, but where only names count it will do."""
    path = tmp_path / "video.mp4"
    path.write_bytes(b"x")
    return path


@pytest.fixture
def made(tmp_path, video):
    """made(layout, ...) makes a set and returns its folder."""
    return lambda kind, **how: layouts.MAKERS[kind](tmp_path / kind, video, **how)


# layout: (labels, videos to train on, to test on)
EXPECTED = {
    "ucf101": (layouts.UCF_CLASSES, 8, 4),
    "hmdb51": (layouts.HMDB_CLASSES, 8, 4),
    "kinetics": (layouts.KINETICS_CLASSES, 4, 2),
    "something": ("Pretending to put something on something", "Pushing something from left to right"),
    "nthu": (("Stillness", "Drowsy"), 4, 2),  # of 10 labels each, which is one window
    "classes": (("cat", "dog"), 8, 2),
}
EXPECTED["something"] = (EXPECTED["something"], 4, 2)


@pytest.mark.parametrize("layout", folders.LAYOUTS)
def test_a_layout_is_recognised_and_read_as_its_archive_unpacks(layout, made):
    root = made(layout)
    source = folders.source(root)
    assert isinstance(source, folders.LAYOUTS[layout].source)
    data = folders.read(source)
    assert (data.labels, len(data.train), len(data.test)) == EXPECTED[layout]
    assert (data.name, data.missing) == (layout, ())
    assert all(video.path.startswith(str(root)) for video in (*data.train, *data.test))
    assert {video.label for video in data.train} == {video.label for video in data.test} == {0, 1}
    assert not {video.path for video in data.train} & {video.path for video in data.test}


# split: what trains and what tests of each class: groups of UCF101, sources of HMDB51
SPLITS = {
    "ucf101": {1: ("g08 g15", "g01"), 2: ("g01 g15", "g08"), 3: ("g01 g08", "g15")},
    "hmdb51": {
        1: ("April_09 Return_of_the_King_7", "#437_How!"),
        2: ("#437_How! (1)_&_more", "April_09"),
        3: ("#437_How! (1)_&_more", "Return_of_the_King_7"),
    },
}


@pytest.mark.parametrize("split", [1, 2, 3])
@pytest.mark.parametrize("layout", SPLITS)
def test_each_of_the_three_splits_is_read_as_its_files_say(layout, split, made):
    data = folders.read(folders.source(made(layout), split=split))
    for videos, names in zip((data.train, data.test), SPLITS[layout][split], strict=True):
        found = {(video.label, name) for video in videos for name in names.split() if name in video.path}
        assert found == {(label, name) for label in (0, 1) for name in names.split()}
        assert len(videos) == 2 * len(found)  # clips of each
    assert not {video.path for video in data.train} & {video.path for video in data.test}


@pytest.mark.parametrize(("layout", "missing"), [("ucf101", "trainlist04.txt"), ("hmdb51", "*_test_split4.txt")])
def test_a_fourth_split_is_an_error_that_names_its_files(layout, missing, made):
    with pytest.raises(FileNotFoundError, match=re.escape(missing)):
        folders.read(folders.source(made(layout), split=4))


@pytest.mark.parametrize("layout", layouts.KINETICS_LAYOUTS)
@pytest.mark.parametrize("home", ["annotations", "", "kinetics400"])
def test_kinetics_is_found_in_every_usual_arrangement(layout, home, made):
    data = folders.read(folders.source(made("kinetics", layout=layout, lists=home)))
    assert (len(data.train), len(data.test), data.missing) == (4, 2, ())
    labels = {video.path.rsplit("/", 1)[1][:11]: data.labels[video.label] for video in data.train}
    assert labels["-3B32lodo2M"] == "air drumming" and labels["aaaaaaaaaa1"] == "massaging person's head"


# As DeepMind's archives and the copies of others name the lists of -400, -600 and -700.
LISTS = [
    ("annotations", ("train.csv", "val.csv")),
    ("kinetics400", ("train.csv", "validate.csv")),
    ("kinetics600", ("train.csv", "validate.csv")),
    ("kinetics700_2020", ("train.csv", "validate.csv")),
    ("annotations", ("train.csv", "validation.csv")),
    ("annotations", ("kinetics_train.csv", "kinetics_val.csv")),
    ("annotations", ("kinetics-600_train.csv", "kinetics-600_val.csv")),
    ("", ("kinetics_700_train.csv", "kinetics_700_validate.csv")),
    ("", ("kinetics700_train.csv", "kinetics700_validation.csv")),
    ("annotations", ("kinetics-700_2020_train.csv", "kinetics-700_2020_validate.csv")),
    ("annotations", ("kinetics-700-2020-train.csv", "kinetics-700-2020-val.csv")),
]


@pytest.mark.parametrize(("home", "names"), LISTS)
def test_the_lists_of_every_kinetics_are_found_by_their_names(home, names, made):
    columns = ("label", "youtube_id", "time_start", "time_end", "split")  # -600 and -700 have no is_cc
    root = made("kinetics", layout="arranged", lists=home, names=names, columns=columns)
    for name in ("test.csv", "kinetics-700_2020_test.csv", "kinetics700_2020_delta_train.csv"):
        (root / home / name).write_text("youtube_id,time_start,time_end,split\nccccccccccc,0,10,test\n")
    data = folders.read(folders.source(root))
    found = {
        part: {video.path.removeprefix(f"{root}/videos/") for video in getattr(data, part)}
        for part in ("train", "test")
    }
    assert found["test"] == {
        "val/air drumming/bbbbbbbbbb1_000001_000011.mp4",
        "val/massaging person's head/bbbbbbbbbb2_000110_000120.mp4",
    }
    assert len(found["train"]) == 4 and all(path.startswith("train/") for path in found["train"])


@pytest.mark.parametrize(
    ("home", "name", "message"),
    [
        ("kinetics600", "train.csv", "2 lists train.csv"),
        ("annotations", "validate.csv", "2 lists val.csv or validate.csv"),
    ],
)
def test_lists_of_two_kinetics_in_one_folder_are_an_error_that_names_both(home, name, message, made):
    root = made("kinetics")
    (root / home).mkdir(exist_ok=True)
    (root / home / name).write_bytes((root / "annotations/val.csv").read_bytes())
    with pytest.raises(FileNotFoundError, match=message) as error:
        folders.read(folders.source(root))
    assert str(root / home / name) in str(error.value)


def test_missing_videos_of_kinetics_are_counted_and_those_of_other_sets_are_errors(made):
    root = made("kinetics")
    (root / "train/air drumming/-3B32lodo2M_000059_000069.mp4").unlink()
    data = folders.read(folders.source(root))
    assert (len(data.train), data.missing) == (3, ("-3B32lodo2M_000059_000069",))
    root = made("something")
    (root / "20bn-something-something-v2/30.webm").unlink()
    with pytest.raises(
        FileNotFoundError, match=r"^something: the lists name 30, which is not there under any extension"
    ):
        folders.read(folders.source(root))


def test_a_part_without_any_video_is_an_error_in_kinetics_too(made):
    root = made("kinetics")
    for path in (root / "val").rglob("*.mp4"):
        path.unlink()
    with pytest.raises(FileNotFoundError, match="^kinetics: none of the test videos is there"):
        folders.read(folders.source(root))


def test_replacements_of_kinetics_400_come_before_what_they_replace(made):
    root = made("kinetics")
    mended = root / "replacement/replacement_for_corrupted_k400/aaaaaaaaaa1_000000_000010.mp4"
    mended.parent.mkdir(parents=True)
    mended.touch()
    assert str(mended) in {video.path for video in folders.read(folders.source(root)).train}


def test_hmdb51_may_lie_without_a_folder_around_its_classes(made):
    root = made("hmdb51")
    for path in (root / "hmdb51_org").iterdir():
        path.rename(root / path.name)
    assert len(folders.read(folders.source(root)).train) == 8


def test_groups_are_what_the_names_say(made):
    ucf = {entry.group for entry in folders.listing(folders.source(made("ucf101"))).entries}
    assert "HandstandPushups/v_HandStandPushups_g08" in ucf and len(ucf) == 6
    hmdb = {entry.group for entry in folders.listing(folders.source(made("hmdb51"))).entries}
    assert "sword_exercise/Return_of_the_King_7" in hmdb and len(hmdb) == 6


def test_something_something_reads_the_newer_names_of_its_lists(made):
    root = made("something")
    (root / "labels").mkdir()
    for path in root.glob("*.json"):
        path.rename(root / "labels" / path.name.removeprefix("something-something-v2-"))
    assert len(folders.read(folders.source(root)).train) == 4


@pytest.mark.parametrize("parts", [("train", "test"), ("train", "val")])
def test_class_folders_may_bring_their_split(parts, made):
    data = folders.read(folders.source(made("classes", parts=parts)))
    assert (len(data.train), len(data.test), data.labels) == (10, 10, ("cat", "dog"))
    assert all("/train/" in video.path for video in data.train)


def test_a_drawn_split_is_the_same_everywhere_and_another_with_another_seed(made):
    root = str(made("classes"))
    one, same, other = (folders.read(classes.ClassFolders(root, seed=seed)) for seed in (0, 0, 3))
    assert one == same != other
    half = folders.read(classes.ClassFolders(root, test_share=0.5))
    assert {video.label for video in half.test} == {0, 1} and len(half.test) == 4


def test_a_video_that_is_added_moves_at_most_one_other(made, tmp_path):
    root = made("classes")
    before = {video.path for video in folders.read(classes.ClassFolders(str(root))).test}
    (root / "cat/new.mp4").write_bytes(b"x")
    after = {video.path for video in folders.read(classes.ClassFolders(str(root))).test}
    assert len(before - after) <= 1


def test_an_unknown_folder_and_an_unknown_layout_are_errors(tmp_path, made):
    with pytest.raises(ValueError, match=f"laid out as none of {', '.join(folders.LAYOUTS)}; see docs"):
        folders.source(tmp_path)
    with pytest.raises(
        FileNotFoundError, match="nowhere is not there, or no folder; expected the folder of a data set"
    ):
        folders.source(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="layout is 'ucf'; expected one of ucf101, hmdb51"):
        folders.source(tmp_path, "ucf")
    assert folders.source(made("classes"), "hmdb51", split=2) == folders.LAYOUTS["hmdb51"].source(
        str(tmp_path / "classes"), 2
    )


HMDB, SSV2 = "testTrainMulti_7030_splits/brush_hair_test_split1.txt", "something-something-v2-"
VAL, COLUMNS = "annotations/val.csv", "label,youtube_id,time_start,time_end\n"
REFUSED = [
    ("ucf101", "ucfTrainTestlist/classInd.txt", "1 ../../etc\n", "'../../etc' may not name a video"),
    ("ucf101", "ucfTrainTestlist/testlist01.txt", "/etc/passwd\n", "'/etc/passwd' may not name a video"),
    ("ucf101", "ucfTrainTestlist/testlist01.txt", "ApplyEyeMakeup/../x.avi\n", "may not name a video"),
    ("hmdb51", HMDB, "../../secret.avi 1\n", "'../../secret.avi' may not name a video; expected a name below"),
    ("hmdb51", HMDB, "a.avi 3\n", "'a.avi 3'; expected 'video.avi' and 0, 1 or 2"),
    ("hmdb51", HMDB, "a.avi\n", "may not name a video"),
    ("kinetics", VAL, "youtube_id,split\nx,val\n", "no column label; expected a first line with label,"),
    ("kinetics", VAL, f"{COLUMNS}a,b\n", "line 2 is short; expected label,"),
    ("kinetics", VAL, f"{COLUMNS}a,../b,0,1\n", "youtube_id '../b'; expected"),
    ("kinetics", VAL, f"{COLUMNS}a,b,nan,1\n", "time 'nan'; expected seconds"),
    ("kinetics", VAL, f"{COLUMNS},b,0,1\n", "label ''; expected the name"),
    ("something", f"{SSV2}labels.json", "[1]", "it is [1], expected an object; fetch it again"),
    ("something", f"{SSV2}train.json", '[{"id": []}]', "[0] has no template; fetch it again"),
    ("something", f"{SSV2}labels.json", '{"a": 0, "b": 0, "c": 1}', "its numbers are not 0, 1, 2, ..., each once"),
    ("something", f"{SSV2}train.json", "{", "it is not JSON (Expecting property name enclosed in double quotes"),
]


@pytest.mark.parametrize(("layout", "file", "text", "message"), REFUSED)
def test_a_list_that_reads_differently_is_refused_in_one_line_that_names_it(layout, file, text, message, made):
    root = made(layout)
    (root / file).write_text(text)
    with pytest.raises(lists.ListError, match=re.escape(message)) as caught:
        folders.listing(folders.source(root, layout))
    assert str(caught.value).startswith(str(root / file)) and "\n" not in str(caught.value)


def test_lists_are_bounded(tmp_path, monkeypatch):
    path = tmp_path / "list.txt"
    path.write_text("a\n" * 50)
    monkeypatch.setattr(lists, "MAX_ENTRIES", 49)
    with pytest.raises(lists.ListError, match="50 entries; expected at most 49"):
        lists.lines(path)
    monkeypatch.setattr(lists, "MAX_BYTES", 99)
    with pytest.raises(lists.ListError, match="longer than 0 MiB; no list of a known data set is"):
        lists.lines(path)


def test_a_list_must_be_a_regular_file_of_utf_8(tmp_path):
    (tmp_path / "list.txt").write_bytes(b"a\xff")
    with pytest.raises(lists.ListError, match=r"list.txt: not UTF-8 \(byte 1\); fetch it again"):
        lists.lines(tmp_path / "list.txt")
    with pytest.raises(lists.ListError, match="no regular file"):
        lists.lines(tmp_path)
    with pytest.raises(FileNotFoundError, match="nothing.txt is missing"):
        lists.lines(tmp_path / "nothing.txt")


@pytest.mark.parametrize("name", ["", "a\x00b", "a\nb", "..", "a/../b", "/a", "a//b", "./a", "a\\b", "a" * 401])
def test_a_name_that_could_leave_its_folder_is_refused(name, tmp_path):
    with pytest.raises(lists.ListError, match="may not name a video"):
        lists.inside(name, tmp_path)


def test_an_ordinary_name_is_taken_as_it_is(tmp_path):
    for name in ("v_Yo-Yo_g01_c01.avi", "#437_How!_(1)_&_more.avi", "class with spaces/été.mp4", "a..b"):
        assert lists.inside(name, tmp_path) == name


def test_labels_of_something_something_come_in_the_order_of_their_numbers(made):
    root = made("something")
    path = root / "something-something-v2-labels.json"
    swapped = {label: str(1 - int(number)) for label, number in json.loads(path.read_text()).items()}
    before = folders.read(folders.source(root)).labels
    path.write_text(json.dumps(swapped))
    assert folders.read(folders.source(root)).labels == before[::-1]
