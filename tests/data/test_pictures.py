"""Sets of pictures: which files they are, how they are split, and what a file must hold."""

import pathlib

import numpy as np
import PIL.Image
import pytest

from rt3d_jax.data import bicubic, pictures

RNG = np.random.default_rng(0)


def draw(path: pathlib.Path, height: int = 8, width: int = 12, **how) -> np.ndarray:
    """Writes a picture of noise, and gives its pixels."""
    pixels = RNG.integers(0, 256, (height, width, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(pixels).save(path, **how)
    return pixels


@pytest.fixture
def div2k(tmp_path):
    """Two pictures to train on and one to test on, in DIV2K's layout, with small ones of scale 2."""
    for part, names in (("train", ("0001", "0002")), ("valid", ("0801",))):
        for name in names:
            draw(tmp_path / f"DIV2K_{part}_HR/{name}.png")
            draw(tmp_path / f"DIV2K_{part}_LR_bicubic/X2/{name}x2.png", 4, 6)
    return tmp_path


def test_div2k_pairs_each_picture_with_the_small_one_of_its_scale(div2k):
    found = pictures.read(pictures.DIV2K(str(div2k)), 2)
    assert (found.name, len(found.train), len(found.test)) == ("DIV2K", 2, 1)
    assert found.test[0] == pictures.Picture(
        str(div2k / "DIV2K_valid_HR/0801.png"), str(div2k / "DIV2K_valid_LR_bicubic/X2/0801x2.png")
    )
    low, high = pictures.pair(found.test[0], 2)
    np.testing.assert_array_equal(low[0], pictures.load(div2k / "DIV2K_valid_LR_bicubic/X2/0801x2.png"))
    assert high.shape == (1, 8, 12, 3)


def test_small_pictures_that_div2k_lacks_are_made(div2k):
    found = pictures.read(pictures.DIV2K(str(div2k)), 4)
    assert found.train[0].low is None
    low, high = pictures.pair(found.train[0], 4)
    np.testing.assert_array_equal(low[0], bicubic.reduced(high[0], 4))


def test_another_track_of_div2k_must_be_there(div2k):
    small = div2k / "DIV2K_train_LR_unknown/X2"
    with pytest.raises(FileNotFoundError) as error:
        pictures.read(pictures.DIV2K(str(div2k), "unknown"), 2)
    assert str(error.value) == f"{small} is not there; only bicubic pictures can be made of the large ones"


def test_a_folder_that_is_not_div2ks_says_what_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        pictures.read(pictures.DIV2K(str(tmp_path)), 2)
    wanted = f"{tmp_path}/DIV2K_train_HR is not there; expected the folder that DIV2K's archive unpacks to"
    assert str(error.value) == wanted


def test_a_small_picture_of_another_size_is_an_error(div2k):
    path = div2k / "DIV2K_valid_LR_bicubic/X2/0801x2.png"
    draw(path, 4, 5)
    with pytest.raises(ValueError) as error:
        pictures.pair(pictures.read(pictures.DIV2K(str(div2k)), 2).test[0], 2)
    assert str(error.value) == f"{path} has (4, 5) pixels, expected (4, 6): {div2k}/DIV2K_valid_HR/0801.png over 2"


def test_any_folder_is_split_by_its_names(tmp_path):
    for number in range(10):
        draw(tmp_path / f"some/{number}.{('png', 'jpg')[number % 2]}")
    (tmp_path / "some/notes.txt").write_text("no picture")
    draw(tmp_path / "some/.hidden.png")
    found = pictures.read(pictures.Folder(str(tmp_path / "some"), test_share=0.2), 2)
    assert (found.name, len(found.train), len(found.test)) == ("some", 8, 2)
    draw(tmp_path / "some/more/10.png")
    again = pictures.read(pictures.Folder(str(tmp_path / "some"), test_share=0.2), 2)
    assert len({*found.test} & {*again.test}) >= 1 and len(again.train) == 9


def test_a_folder_may_have_its_own_parts(tmp_path):
    for name in ("train/a.png", "train/deep/b.png", "val/c.png"):
        draw(tmp_path / name)
    found = pictures.read(pictures.Folder(str(tmp_path)), 2)
    names = [[pathlib.Path(one.path).name for one in part] for part in (found.train, found.test)]
    assert names == [["a.png", "b.png"], ["c.png"]]


def test_a_folder_of_one_picture_is_an_error(tmp_path):
    draw(tmp_path / "only/a.png")
    message = "^only has 1 pictures to train on and 0 to test on; expected at least one of each$"
    with pytest.raises(ValueError, match=message):
        pictures.read(pictures.Folder(str(tmp_path / "only")), 2)


def test_the_pictures_of_packages_are_there_and_no_picture_is_on_both_sides():
    pytest.importorskip("skimage")
    found = pictures.read(pictures.Shipped(), 2)
    assert (len(found.train), len(found.test)) == (14, 3) and not {*found.train} & {*found.test}
    sides = {pathlib.Path(one.path).name: pictures.sides(one.path) for one in found.test}
    assert sides == {"astronaut.png": (512, 512), "chelsea.png": (300, 451), "coffee.png": (400, 600)}


def test_pictures_are_rgb_and_upright_and_whole_multiples_of_the_scale(tmp_path):
    PIL.Image.fromarray(RNG.integers(0, 256, (9, 7), np.uint8)).save(tmp_path / "gray.png")
    exif = PIL.Image.Exif()
    exif[pictures.ORIENTATION] = 6
    draw(tmp_path / "turned.jpg", 6, 10, exif=exif)
    assert pictures.load(tmp_path / "gray.png").shape == (9, 7, 3)
    assert pictures.load(tmp_path / "turned.jpg").shape == (10, 6, 3)
    assert pictures.sides(tmp_path / "turned.jpg") == (10, 6)
    low, high = pictures.pair(pictures.Picture(str(tmp_path / "gray.png")), 4)
    assert (low.shape, high.shape) == ((1, 2, 1, 3), (1, 8, 4, 3))


def test_a_file_that_is_no_picture_says_so(tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(b"no picture")
    with pytest.raises(ValueError, match=f"^{path} cannot be read as a picture .*; fetch it again or remove it$"):
        pictures.load(path)
