"""What a check of a data set finds: every fault that is made here, and none where there is none."""

import dataclasses
import json
import shutil

import av
import pytest

from rt3d_jax.cli import main
from rt3d_jax.data import checks, clips, folders
from tests.data import layouts

DEPTH = checks.Depth(frames=8, threads=2)


def doubts(root):
    return checks.doubts(folders.listing(folders.source(root)))


@pytest.fixture
def made(tmp_path, write_video):
    """made(layout) makes a set of readable videos, all different, and returns its folder."""
    video = write_video("video.mp4", frames=10, size=(20, 24))

    def make(layout, **how):
        root = layouts.MAKERS[layout](tmp_path / layout, video, **how)
        for number, path in enumerate(p for p in sorted(root.rglob("*")) if p.suffix in (".avi", ".mp4", ".webm")):
            path.write_bytes(path.read_bytes() + b"\0" * 8 + number.to_bytes(8))
        return root

    return make


def found(root, depth=DEPTH, layout=None, split=1):
    """kind -> what, of all findings."""
    rows = list(checks.check(folders.source(root, layout, split), depth, lambda *_: None))
    return {kind: [row.what for row in rows if row.kind == kind] for kind in {row.kind for row in rows}}


@pytest.mark.parametrize("layout", folders.LAYOUTS)
def test_nothing_is_wrong_with_a_good_copy(layout, made):
    assert found(made(layout), dataclasses.replace(DEPTH, decode=True, duplicates=True)) == {}


@pytest.mark.parametrize("split", [2, 3])
@pytest.mark.parametrize("layout", ["ucf101", "hmdb51"])
def test_a_fault_is_found_in_the_splits_that_have_it(layout, split, made):
    root = made(layout)
    assert found(root, layout=layout, split=split) == {}
    lists = {
        "ucf101": f"ucfTrainTestlist/testlist{split:02}.txt",
        "hmdb51": f"testTrainMulti_7030_splits/brush_hair_test_split{split}.txt",
    }
    with (root / lists[layout]).open("a") as file:
        file.write({"ucf101": "ApplyEyeMakeup/lost.avi\r\n", "hmdb51": "lost.avi 2 \n"}[layout])
    assert list(found(root, layout=layout, split=split)) == ["missing"] and found(root, layout=layout) == {}


def test_files_that_are_missing_empty_unreadable_or_short_are_found(made, write_video):
    root = made("ucf101")
    videos = sorted((root / "UCF-101/ApplyEyeMakeup").iterdir())
    videos[0].unlink()
    videos[1].write_bytes(b"")
    videos[2].write_bytes(b"garbage" * 100)
    shutil.copy(write_video("short.mp4", frames=3), videos[3])
    shutil.copy(write_video("repeating.mp4", frames=7), next((root / "UCF-101/HandstandPushups").iterdir()))
    rows = found(root)
    assert set(rows) == {"missing", "empty", "unreadable", "short", "repeating"}
    assert rows["missing"] == [f"ApplyEyeMakeup/{videos[0].name}"] and rows["empty"] == [str(videos[1])]
    assert rows["unreadable"][0].startswith(f"{videos[2]}: corrupt or not a video")
    assert rows["short"] == [f"{videos[3]}: 3 frames"]


def test_damaged_pictures_are_found_by_decoding_alone(made):
    root = made("classes")
    path = root / "cat/0.mp4"
    with av.open(str(path)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    content = bytearray(path.read_bytes())
    for position, size in packets[2:]:
        content[position : position + size] = bytes(size)
    path.write_bytes(content)
    assert "unreadable" not in found(root)
    assert found(root, dataclasses.replace(DEPTH, decode=True))["unreadable"][0].startswith(f"{path}: corrupt")


def test_a_video_in_training_and_testing_is_a_leak(made):
    root = made("ucf101")
    with (root / "ucfTrainTestlist/testlist01.txt").open("a") as file:
        file.write("ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi\r\n")
    assert found(root) == {"leak": ["ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi"]}


@pytest.mark.parametrize("layout", ["ucf101", "hmdb51"])
def test_a_recording_with_clips_on_both_sides_is_a_leak(layout, made):
    root = made(layout)
    if layout == "ucf101":
        path, group = root / "ucfTrainTestlist/testlist01.txt", "ApplyEyeMakeup/v_ApplyEyeMakeup_g08"
        train = root / "ucfTrainTestlist/trainlist01.txt"
        lines = train.read_text().splitlines()
        train.write_text("\n".join(lines[1:]))
        path.write_text(path.read_text() + lines[0].split()[0])
    else:
        path, group = root / "testTrainMulti_7030_splits/brush_hair_test_split1.txt", "brush_hair/April_09"
        path.write_text(path.read_text().replace("ba_goo_0.avi 1", "ba_goo_0.avi 2", 1))
    assert found(root) == {"group": [group]}


def test_a_video_listed_twice_and_one_that_no_list_names_are_found(made):
    root = made("ucf101")
    path = root / "ucfTrainTestlist/trainlist01.txt"
    path.write_text(path.read_text() + path.read_text().splitlines()[0])
    extra = root / "UCF-101/HandstandPushups/extra.avi"
    shutil.copy(next(extra.parent.iterdir()), extra)
    assert found(root) == {"twice": ["ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi"], "unlisted": [str(extra)]}


def test_classes_without_videos_are_found(made):
    root = made("classes", parts=("train", "test"))
    (root / "train/bird").mkdir()
    shutil.rmtree(root / "test/cat")
    assert found(root) == {"unused": ["bird"], "untested": ["cat"]}
    shutil.copytree(root / "train/cat", root / "test/bird")
    assert found(root) == {"class": ["bird"], "untested": ["cat"]}


def test_equal_files_are_found_by_content_and_are_wrong_across_parts_or_labels(made):
    root = made("classes", parts=("train", "test"))
    shutil.copy(root / "train/cat/train0.mp4", root / "test/cat/test0.mp4")
    shutil.copy(root / "train/dog/train1.mp4", root / "train/dog/train2.mp4")
    assert found(root) == {}
    rows = found(root, dataclasses.replace(DEPTH, duplicates=True))
    assert set(rows) == {"copies", "duplicate"} and len(rows["copies"]) == len(rows["duplicate"]) == 1
    assert rows["copies"][0].split(" = ") == [str(root / "train/cat/train0.mp4"), str(root / "test/cat/test0.mp4")]


def test_missing_videos_of_kinetics_are_a_note(made):
    root = made("kinetics")
    (root / "train/air drumming/-3B32lodo2M_000059_000069.mp4").unlink()
    assert found(root) == {"gone": ["-3B32lodo2M_000059_000069"]}
    assert main.call(["data", "check", str(root), "--frames", "8"]) == 0


def test_a_broken_list_is_a_finding_and_not_an_end(made):
    root = made("hmdb51")
    (root / "testTrainMulti_7030_splits/brush_hair_test_split1.txt").write_text("../x.avi 1")
    (message,) = found(root)["structure"]
    assert "'../x.avi' may not name a video" in message


def test_the_verb_says_what_is_wrong_and_exits_with_1(made, tmp_path, capsys):
    root = made("ucf101")
    next((root / "UCF-101/ApplyEyeMakeup").iterdir()).write_bytes(b"")
    report = tmp_path / "report.json"
    assert main.call(["data", "check", str(root), "--frames", "8", "--json", str(report)]) == 1
    text = capsys.readouterr().out
    assert "layout ucf101" in text and "1 error: videos have no bytes" in text
    assert "12 entries, 12 videos opened: 1 error" in text
    rows = json.loads(report.read_text())
    assert (rows["complete"], rows["videos"], [row["kind"] for row in rows["findings"]]) == (True, 12, ["empty"])


def test_a_stopped_check_shows_what_it_had_found(made, tmp_path, capsys, monkeypatch):
    root = made("classes")
    (root / "cat/0.mp4").write_bytes(b"")
    opened = checks._video
    seen = []

    def stopping(path, depth, labelled):
        seen.append(path)
        if len(seen) > 4:
            raise KeyboardInterrupt
        return opened(path, depth, labelled)

    monkeypatch.setattr(checks, "_video", stopping)
    report = tmp_path / "report.json"
    assert main.call(["data", "check", str(root), "--threads", "1", "--frames", "8", "--json", str(report)]) == 130
    assert json.loads(report.read_text())["complete"] is False
    assert "so far; the check was stopped" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chek", "x"], "rt3d data: no verb 'chek'; expected one of: check; did you mean check?"),
        (["check", "nowhere"], "rt3d data: nowhere is not there, or no folder; expected the folder of a data set"),
        (["check", ".", "--frames", "0"], "rt3d data: frames is 0, threads"),
    ],
)
def test_wrong_arguments_are_one_line_and_exit_code_2(arguments, message, capsys, made, monkeypatch):
    monkeypatch.chdir(made("classes"))
    assert main.call(["data", *arguments]) == 2
    assert capsys.readouterr().err.startswith(message)


@pytest.mark.parametrize("layout", folders.LAYOUTS)
def test_a_good_copy_leaves_nothing_to_doubt(layout, made):
    assert doubts(made(layout)) == ()


def test_leaks_classes_without_training_and_a_single_class_are_doubted_by_the_lists_alone(made):
    root = made("ucf101")
    lists = root / "ucfTrainTestlist"
    lines = (lists / "trainlist01.txt").read_text().splitlines()
    (lists / "testlist01.txt").write_text("\n".join(line.split(" ")[0] for line in lines))
    (lists / "classInd.txt").write_text("1 ApplyEyeMakeup\n2 HandstandPushups\n3 Archery\n")
    assert doubts(root) == (
        "ucf101: videos are in training and testing (8, such as ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi); "
        "`rt3d data check` lists them",
        "ucf101: classes have no video to train on (1, such as Archery); `rt3d data check` lists them",
    )
    shutil.rmtree(root / "UCF-101" / "HandstandPushups")
    for part in ("train", "test"):
        path = lists / f"{part}list01.txt"
        path.write_text("".join(line for line in path.read_text().splitlines(True) if line.startswith("Apply")))
    (lists / "classInd.txt").write_text("1 ApplyEyeMakeup\n")
    assert doubts(root)[-1] == "ucf101: ApplyEyeMakeup is the only class, so that every answer is right"


def test_the_first_video_of_which_no_clip_can_be_made_is_an_error(made):
    videos = sorted(str(path) for path in made("ucf101").rglob("*.avi"))
    seen = []
    checks.open_all(videos, 8, lambda *event: seen.append(event))
    assert seen == [(number, len(videos)) for number in range(1, len(videos) + 1)]
    with pytest.raises(clips.ClipError, match=r"too short: 10 frames, a clip of 64 needs at least 32"):
        checks.open_all(videos, 64, lambda *_: None)
