"""UCF101's layout, quirks included, and what is said when it is not met."""

import re

import pytest

from rt3d_jax.data import folders


@pytest.fixture
def ucf(tmp_path):
    """Two classes as the archives unpack: CRLF line ends, a file named unlike its class."""
    root = tmp_path / "ucf"
    for name in ("Basketball/v_Basketball_g01_c01", "Basketball/v_Basketball_g08_c01"):
        _touch(root / "UCF-101" / f"{name}.avi")
    for name in ("HandstandPushups/v_HandStandPushups_g01_c01", "HandstandPushups/v_HandStandPushups_g09_c02"):
        _touch(root / "UCF-101" / f"{name}.avi")
    _write(root, "classInd.txt", "1 Basketball\r\n2 HandstandPushups\r\n")
    _write(
        root,
        "testlist01.txt",
        "Basketball/v_Basketball_g01_c01.avi\r\nHandstandPushups/v_HandStandPushups_g01_c01.avi\r\n",
    )
    _write(
        root,
        "trainlist01.txt",
        "Basketball/v_Basketball_g08_c01.avi 1\r\nHandstandPushups/v_HandStandPushups_g09_c02.avi 2\r\n",
    )
    return root


def test_ucf101_is_read_as_it_unpacks(ucf):
    data = folders.ucf101(ucf)
    assert (data.name, data.labels) == ("ucf", ("Basketball", "HandstandPushups"))
    videos = ucf / "UCF-101"
    assert data.train == (
        folders.Video(str(videos / "Basketball/v_Basketball_g08_c01.avi"), 0, group="Basketball/v_Basketball_g08"),
        folders.Video(
            str(videos / "HandstandPushups/v_HandStandPushups_g09_c02.avi"),
            1,
            group="HandstandPushups/v_HandStandPushups_g09",
        ),
    )
    assert [video.label for video in data.test] == [0, 1]


def test_converted_copies_are_found_under_their_extension(ucf):
    for path in (ucf / "UCF-101").rglob("*.avi"):
        path.rename(path.with_suffix(".mp4"))
    assert all(video.path.endswith(".mp4") for video in folders.ucf101(ucf).train)


def test_another_split_needs_its_files(ucf):
    with pytest.raises(FileNotFoundError, match=re.escape("trainlist02.txt is missing; expected UCF101's split files")):
        folders.ucf101(ucf, split=2)


def test_a_missing_video_is_named(ucf):
    (ucf / "UCF-101/Basketball/v_Basketball_g01_c01.avi").unlink()
    with pytest.raises(
        FileNotFoundError, match=re.escape("the lists name Basketball/v_Basketball_g01_c01.avi, which is not there")
    ):
        folders.ucf101(ucf)


def test_missing_videos_are_said(ucf):
    (ucf / "UCF-101").rename(ucf.parent / "elsewhere")
    with pytest.raises(
        FileNotFoundError, match=re.escape("[] hold class folders such as Basketball; expected exactly one")
    ):
        folders.ucf101(ucf)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("classInd.txt", "0 Basketball\n", "'0 Basketball'; expected '1 ClassName'"),
        ("classInd.txt", "\n", "classInd.txt: empty; expected one entry per line"),
        ("testlist01.txt", "Cricket/v_Cricket_g01_c01.avi\n", "expected 'Class/file.avi' with a class of classInd.txt"),
        ("trainlist01.txt", "Basketball/v_Basketball_g08_c01.avi 2\n", "classInd.txt numbers Basketball as 1"),
    ],
)
def test_a_split_file_that_reads_differently_is_refused(file, text, message, ucf):
    _write(ucf, file, text)
    with pytest.raises(ValueError, match=re.escape(message)):
        folders.ucf101(ucf)


def _touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def _write(root, file, text):
    path = root / folders.SPLITS / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
