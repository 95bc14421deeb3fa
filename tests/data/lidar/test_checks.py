"""A copy of KITTI that is whole has no errors, and each fault of another one is found."""

import dataclasses
import json

from rt3d_jax.cli import main
from rt3d_jax.data.lidar import checks, kitti, scenes
from tests.data.lidar import test_kitti

folder = test_kitti.folder


def found(root):
    return [(each.kind, each.what) for each in checks.check(kitti.KITTI(str(root)), test_kitti.silent)]


def test_made_up_scenes_are_a_whole_copy(folder, tmp_path, capsys):
    assert main.call(["data", "check", str(folder), "--json", str(tmp_path / "a.json")]) == 0
    said = capsys.readouterr().out
    assert "layout kitti" in said and "5 entries, 5 scans opened: no errors" in said
    written = json.loads((tmp_path / "a.json").read_text())
    assert (written["layout"], written["scans"], written["complete"]) == ("kitti", 5, True)


def test_every_fault_is_found(tmp_path):
    scenes.write(tmp_path, test_kitti.SPEC, test_kitti.silent)
    home, lists = tmp_path / "training", tmp_path / "ImageSets"
    (home / "velodyne/000000.bin").unlink()
    (home / "calib/000001.txt").write_text("P2: 1\n")
    singular = scenes.CALIBRATION.replace("R0_rect: 1", "R0_rect: 0")
    (home / "calib/000003.txt").write_text(singular)
    row = "Bus 0 0 0 1 2 3 4 1.5 1.6 4 0 1 20 0\nCyclist 0 0 0 1 2 3 4 1.5 1.6 4 500 1 20 0\n"
    (home / "label_2/000002.txt").write_text(row)
    (lists / "val.txt").write_text("000003\n000003\n000000\n")
    assert found(tmp_path) == [
        ("relisted", "000003"),
        ("shared", "000000"),
        ("lacking", str(home / "velodyne/000000.bin")),
        ("broken", f"{home}/calib/000001.txt has nothing under R0_rect, expected 9 numbers"),
        ("types", f"{home}/label_2/000002.txt: Bus"),
        ("pointless", f"{home}/label_2/000002.txt: Cyclist"),
        (
            "broken",
            f"{home}/calib/000003.txt has a matrix without inverse under R0_rect, expected a rotation; fetch it again",
        ),
        ("untrained", "Car"),
        ("untrained", "Pedestrian"),
    ]
    (lists / "val.txt").unlink()
    assert [kind for kind, _ in found(tmp_path)] == ["structure"]


def test_a_class_without_objects_to_train_on_is_a_note_and_none_at_all_an_error(tmp_path, capsys):
    scenes.write(tmp_path, dataclasses.replace(test_kitti.SPEC, objects=(6, 0, 0, 0, 0, 0)), test_kitti.silent)
    assert main.call(["data", "check", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "2 notes: classes have no object to train on, so that they cannot be detected" in said
    for path in (tmp_path / "training/label_2").iterdir():
        path.write_text(path.read_text().replace("Car", "Tram"))
    assert main.call(["data", "check", str(tmp_path)]) == 1
    expected = (
        "the scenes of ImageSets/train.txt have no Car, Pedestrian, Cyclist; expected objects of at least one class"
    )
    assert f"{expected} to train on" in capsys.readouterr().out
