"""Claims about pictures on their way."""

import numpy as np
import pytest

from rt3d_jax.data import clips
from rt3d_jax.live import pictures


def test_a_picture_comes_back_from_jpeg_with_its_colours():
    pixels = np.zeros((41, 61, 3), np.uint8)
    pixels[:, :30], pixels[:, 30:] = (200, 30, 30), (20, 90, 220)
    found = pictures.decoded(pictures.encoded(pixels))
    assert found.shape == (40, 60, 3)
    np.testing.assert_allclose(found[[5, 5], [5, 55]], pixels[[5, 5], [5, 55]], atol=3)


WHOLE = pictures.encoded(np.zeros((16, 16, 3), np.uint8))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the picture is no JPEG file"),
        (b"\x89PNG\r\n", "the picture is no JPEG file"),
        (WHOLE[:100], "the picture does not decode"),
        (b"\xff\xd8" + bytes(200), "the picture does not decode"),
    ],
)
def test_what_is_no_picture_is_an_error_of_one_line(data, message):
    with pytest.raises(pictures.PictureError, match=f"^{message}"):
        pictures.decoded(data)


def test_a_picture_that_claims_to_be_huge_is_refused():
    place = WHOLE.index(b"\xff\xc0")  # the frame's header: two bytes of length, one of precision, then the sides
    huge = WHOLE[: place + 5] + b"\xff\xf0\xff\xf0" + WHOLE[place + 9 :]
    with pytest.raises(pictures.PictureError, match=r"^the picture does not decode"):
        pictures.decoded(huge)
    with pytest.raises(pictures.PictureError, match=r"^a picture of 40000 x 2 pixels, expected a usual shape$"):
        pictures.Scaler(clips.ClipSpec(clips.Spread(1), 112, 112))(np.zeros((2, 40000, 3), np.uint8))
