"""What strays into the folder of a data set: folders of systems, other lists, names that no list can hold."""

import os
import re
import shutil

import pytest

from rt3d_jax.data import checks, folders, lists
from tests.data import layouts


@pytest.fixture
def made(tmp_path):
    """made(layout) makes a set, whose videos are none, and returns its folder."""
    video = tmp_path / "video.mp4"
    video.write_bytes(b"x")
    return lambda layout: layouts.MAKERS[layout](tmp_path / layout, video)


def test_folders_without_videos_and_those_of_systems_are_no_classes(made):
    root = made("classes")
    for folder in ("annotations", "frames", "@eaDir", "__MACOSX", ".cache"):
        (root / folder).mkdir()
    (root / "annotations" / "train.txt").write_text("cat")
    shutil.copytree(root / "cat", root / "@eaDir" / "cat")
    shutil.copy(next((root / "cat").iterdir()), root / "@eaDir" / "a.mp4")
    (root / "cat" / "._0.mp4").write_bytes(b"of macOS")
    listing = folders.listing(folders.source(root))
    assert (listing.labels, len(listing.entries), listing.unused) == (("cat", "dog"), 10, ("annotations", "frames"))
    (told,) = checks.doubts(listing)
    assert told.endswith(
        "folders without videos, or lists, are no part of the layout (2, such as annotations); "
        "`rt3d data check` lists them"
    )


def test_lists_of_another_kind_beside_class_folders_are_not_kinetics(made):
    root = made("classes")
    for part in ("train", "val"):
        (root / f"{part}.csv").write_text("path,label\ncat/0.mp4,cat\n")
    listing = folders.listing(folders.source(root))
    assert (listing.layout, listing.unused) == ("classes", ("train.csv", "val.csv"))


def test_kinetics_with_a_damaged_line_is_not_taken_for_class_folders(made):
    root = made("classes")
    for part in ("train", "val"):
        (root / f"{part}.csv").write_text("label,youtube_id,time_start,time_end\ncat,a\n")
    assert folders.recognised(root) == "kinetics"
    with pytest.raises(lists.ListError, match="line 2 is short"):
        folders.listing(folders.source(root))


@pytest.mark.parametrize("place", [b"cat/caf\xe9.mp4", b"caf\xe9/0.mp4"])
def test_a_name_that_is_not_utf_8_is_an_error_that_shows_it(place, made):
    root = made("classes")
    path = os.fsencode(root) + b"/" + place
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shutil.copy(os.fsencode(next((root / "cat").iterdir())), path)
    with pytest.raises(ValueError, match=re.escape(r"caf\xe9") + ".*: the name is not UTF-8; rename it"):
        folders.listing(folders.source(root))


def test_the_same_class_twice_is_an_error(made):
    root = made("ucf101")
    path = root / "ucfTrainTestlist" / "classInd.txt"
    path.write_text("1 ApplyEyeMakeup\n2 ApplyEyeMakeup\n")
    with pytest.raises(lists.ListError, match="'2 ApplyEyeMakeup'; expected a name that no class before it has"):
        folders.listing(folders.source(root))


def test_a_file_of_names_has_each_once_and_no_mark_before_the_first(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_bytes("\ufeffrun\nhigh jump\n".encode())
    assert lists.names(path) == ("run", "high jump")
    path.write_text("run\njump\nrun\n")
    with pytest.raises(lists.ListError, match="'run' stands there twice; expected another name in each line"):
        lists.names(path)
