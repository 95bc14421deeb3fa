"""KITTI's layout: what is written is read again, the LiDAR and the camera see the same boxes, and what is damaged."""

import numpy as np
import pytest

from rt3d_jax.data.lidar import boxes, kitti, scenes

SPEC = scenes.Streets(train=3, test=2, beams=24, step=1.0, seed=1)


def silent(*_):
    pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("kitti") / "set"
    scenes.write(root, SPEC, silent)
    return root


def test_made_up_scenes_are_read_in_the_layout(folder):
    found = kitti.read(kitti.KITTI(str(folder)))
    assert [scene.name for scene in found.train] == ["000000", "000001", "000002"]
    assert [scene.name for scene in found.test] == ["000003", "000004"]
    for number, scene in enumerate((*found.train, *found.test)):
        points, objects = scenes.draw(SPEC, number)
        np.testing.assert_array_equal(kitti.points(scene.path("velodyne", ".bin")), points)
        read = kitti.labels(scene.path("label_2", ".txt"))
        assert read.types == objects.types and read.occluded.tolist() == objects.occluded.tolist()
        np.testing.assert_allclose(read.places, objects.places, atol=0.0051)
        np.testing.assert_allclose(read.rectangles, objects.rectangles, atol=0.0051)


def test_a_set_that_was_interrupted_is_completed_and_another_one_refused(folder, tmp_path):
    scenes.write(tmp_path, SPEC, silent)
    (tmp_path / "training/calib/000001.txt").unlink()
    (tmp_path / "ImageSets/val.txt").unlink()
    scenes.write(tmp_path, SPEC, silent)
    for path in sorted(folder.rglob("*.*")):
        assert path.read_bytes() == (tmp_path / path.relative_to(folder)).read_bytes()
    with pytest.raises(ValueError, match=r"holds another synthetic set: test 2 \(asked for 7\)"):
        scenes.write(tmp_path, scenes.Streets(train=3, test=7, beams=24, step=1.0, seed=1), silent)


def test_boxes_come_back_from_the_camera_as_they_were():
    rng = np.random.default_rng(0)
    calibrated = kitti.parsed(scenes.CALIBRATION, "")
    found = np.concatenate([rng.uniform((8, -4, -2), (40, 4, 0), (9, 3)), rng.uniform(0.5, 5, (9, 3))], axis=1)
    found = np.concatenate([found, rng.uniform(-3.1, 3.1, (9, 1))], axis=1)
    objects = calibrated.objects(["Car"] * 9, found, np.ones(9), kitti.SIZE)
    np.testing.assert_allclose(calibrated.boxes(objects), found, atol=1e-9)
    between = boxes.solid_overlaps(found[:, None].reshape(9, 7), found)
    np.testing.assert_allclose(boxes.solid_overlaps(objects.boxes, objects.boxes), between, atol=1e-9)


def test_the_picture_of_a_box_is_that_of_a_pinhole_camera():
    """A car of KITTI's own labels (training/000003): its rectangle follows from its place, within a pixel or two."""
    text = "Car 0.00 0 1.55 614.24 181.78 727.31 284.77 1.57 1.73 4.15 1.00 1.75 13.22 1.62\n"
    objects = kitti.Objects(
        ("Car",),
        np.zeros(1),
        np.zeros(1, int),
        np.zeros((1, 4)),
        np.array([[1.00, 1.75, 13.22, 1.57, 1.73, 4.15, 1.62]]),
        np.ones(1),
    )
    calibrated = kitti.parsed(scenes.CALIBRATION, "")
    found = calibrated.objects(("Car",), calibrated.boxes(objects), np.ones(1), kitti.SIZE)
    np.testing.assert_allclose(found.rectangles[0], [float(word) for word in text.split()[4:8]], atol=2)


def test_points_of_an_object_lie_in_its_box_and_hidden_ones_say_so():
    seen = {0: [], 2: []}
    for number in range(12):
        points, objects = scenes.draw(scenes.Streets(seed=3, noise=0), number)
        found = kitti.parsed(scenes.CALIBRATION, "").boxes(objects)
        found[:, 3:6] += 1e-3
        counts = boxes.inside(points, found).sum(axis=1)
        for kind, hidden, count in zip(objects.types, objects.occluded.tolist(), counts.tolist(), strict=True):
            assert kind == kitti.DONT_CARE or count >= scenes.FEWEST
            if kind == "Car" and hidden in seen:
                seen[hidden].append(count)
    assert np.mean(seen[0]) > 2 * np.mean(seen[2])


def test_far_objects_have_fewer_points_than_near_ones():
    spec = scenes.Streets(noise=0)
    rays = scenes._rays(spec)
    count = lambda x: np.isfinite(scenes._hits(rays, "Car", np.array([x, 0, -1, 4, 1.6, 1.5, 0.2]))).sum()
    assert count(10) > 3 * count(20) > 9 * count(60)


def damaged(path, text):
    path.write_text(text)
    return path


def test_damaged_files_are_one_line(tmp_path):
    car = "Car 0 0 0 1 2 3 4 1.5 1.6 4 0 1 20"
    wrong = [
        (kitti.labels, f"{car} 0\n{car}\n", f"line 2 is {car!r}, expected a type and 14 numbers, or 15 with a score"),
        (kitti.labels, f"{car} x\n", f"line 1 is '{car} x', expected a type and 14 numbers, or 15 with a score"),
        (kitti.calibration, "P2: 1 2\n", "nothing under R0_rect, expected 9 numbers"),
        (kitti.calibration, scenes.CALIBRATION.replace("R0_rect: 1", "R0_rect:"), "8 words under R0_rect, expected 9"),
        (
            kitti.calibration,
            scenes.CALIBRATION.replace("R0_rect: 1", "R0_rect: 0"),
            "has a matrix without inverse under R0_rect, expected a rotation; fetch it again",
        ),
        (kitti.points, "abc", "has 3 bytes, expected a multiple of 16 above 0; fetch it again"),
    ]
    for read, text, message in wrong:
        path = damaged(tmp_path / "a.txt", text)
        with pytest.raises(ValueError) as error:
            read(path)
        assert str(error.value).startswith(str(path)) and message in str(error.value)
    np.array([0, 0, np.nan, 0], "<f4").tofile(tmp_path / "a.bin")
    with pytest.raises(ValueError, match="has coordinates that are not finite, expected numbers; fetch it again$"):
        kitti.points(tmp_path / "a.bin")


def test_lists_that_do_not_fit_the_folders_are_one_line(tmp_path):
    scenes.write(tmp_path, SPEC, silent)
    lists = tmp_path / "ImageSets"
    with pytest.raises(FileNotFoundError, match="test.txt is not there; expected a list of scenes, a line each, such"):
        kitti.read(kitti.KITTI(str(tmp_path), test="test"))
    (lists / "val.txt").write_text("000003\n000000\n")
    with pytest.raises(ValueError, match=r"scene 000000 is in train\.txt and val\.txt, expected one$"):
        kitti.read(kitti.KITTI(str(tmp_path)))
    (lists / "val.txt").write_text("000009\n")
    with pytest.raises(FileNotFoundError, match=r"velodyne/000009\.bin is not there, and .*val\.txt names it; fetch"):
        kitti.read(kitti.KITTI(str(tmp_path)))
    (lists / "val.txt").write_text("\n")
    with pytest.raises(ValueError, match=r"val\.txt names no scene, expected at least one$"):
        kitti.read(kitti.KITTI(str(tmp_path)))
    with pytest.raises(
        FileNotFoundError, match=r"velodyne is not there; expected KITTI's folders of scans and labels$"
    ):
        kitti.home(lists)


def test_points_outside_of_the_picture_are_not_seen(folder):
    (scene, *_) = kitti.read(kitti.KITTI(str(folder))).train
    points = kitti.seen(scene)
    every = kitti.points(scene.path("velodyne", ".bin"))
    assert 0 < len(points) < len(every)
    assert np.abs(points[:, 1] / points[:, 0]).max() < 0.9 and np.abs(every[:, 1] / every[:, 0]).max() > 0.89


WRONG = [
    ({"reach": 6.0}, "reach is 6, expected more than 7 m: the nearest object and a metre"),
    ({"seed": -1}, "seed is -1, expected a whole number of at least 0"),
    ({"objects": (-1.0, 0, 0, 0, 0, 0)}, "objects[0] is -1.0, expected a number of at least 0"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_streets_that_cannot_be_drawn_are_one_line(change, message):
    with pytest.raises(ValueError) as error:
        scenes.Streets(**change)
    assert str(error.value).endswith(message)
