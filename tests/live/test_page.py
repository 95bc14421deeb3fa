"""Claims about the page in a real browser, whose camera shows a video: dark, then bright. All tests share one walk."""

import asyncio
import fractions
import io

import numpy as np
import PIL.Image
import pytest
from aiohttp import test_utils

from rt3d_jax.data import synthetic
from rt3d_jax.live import server, viewers
from tests.live import browser, networks

SHOW = server.Show(
    (networks.brightness("dense"), networks.brightness("pruned", "kgs 8x4, 3.6x")),
    seconds=0.5,
    alert=viewers.Alert("bright", 0.7),
)
TEXT = "document.body.innerText"
TALL = "document.documentElement.scrollWidth <= innerWidth"
COLOUR = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What was seen on a walk through the page, by name."""
    folder = tmp_path_factory.mktemp("page")
    shades = np.repeat(np.array([10, 245], np.uint8), 50)[:, None, None, None]
    browser.filmed(folder / "camera.y4m", np.broadcast_to(shades, (100, 120, 160, 3)))
    synthetic.encode(folder / "grey.mp4", np.full((30, 48, 64, 3), 128, np.uint8), fractions.Fraction(15))
    return asyncio.run(walked(folder))


async def walked(folder):
    found = {}
    async with (
        test_utils.TestServer(server.app(SHOW)) as there,
        browser.opened(str(there.make_url("/")), folder / "camera.y4m") as page,
    ):
        await page.sized(browser.WIDE)
        await page.until("document.querySelector('#state').textContent === 'Connected.'")
        found["start"] = await page.run(TEXT)
        await page.run("document.querySelector('#camera').click()")
        await page.until("!document.querySelector('#alert').hidden")
        found["alert"] = await page.run("document.querySelector('#alert').textContent")
        found["bright"] = await page.run("document.querySelector('#top').textContent")
        await page.until("document.querySelector('#alert').hidden")
        await page.until("document.querySelector('#top').textContent.startsWith('dark')")
        found["numbers"] = await page.until("parseFloat(document.querySelector('#rate').textContent)")
        await page.run("[...document.querySelectorAll('input[name=network]')].at(-1).click()")
        await page.until("[...document.querySelectorAll('ol')].filter((one) => one.children.length).length === 2")
        found["both"] = await page.run("document.querySelector('#answers').innerText")
        found["light"], found["wide"] = await page.run(COLOUR), await page.run(TALL)
        await page.dark(True)
        found["dark"] = await page.run(COLOUR)
        await page.sized(browser.PHONE)
        found["phone"] = await page.run(TALL)
        found["picture"] = await page.picture()
        await page.run("document.querySelector('#stop').click()")
        root = await page.call("DOM.getDocument")
        field = await page.call("DOM.querySelector", nodeId=root["root"]["nodeId"], selector="#file")
        await page.call("DOM.setFileInputFiles", nodeId=field["nodeId"], files=[str(folder / "grey.mp4")])
        await page.until("document.querySelector('#top').textContent.startsWith('grey')")
        found["file"] = await page.run("document.querySelector('#state').textContent")
        found["said"] = page.said
    return found


def test_it_asks_for_a_camera_or_a_video_and_offers_the_networks(seen):
    for words in ("Start the camera, or drop a video here.", "dense", "pruned (kgs 8x4, 3.6x)", "all, side by side"):
        assert words in seen["start"]


def test_the_camera_is_answered_and_a_class_that_was_chosen_raises_an_alert(seen):
    assert seen["alert"] == "bright!" and seen["bright"].startswith("bright ")
    assert seen["numbers"] > 0


def test_two_networks_are_shown_side_by_side(seen):
    assert [words for words in seen["both"].split() if words in ("dense", "pruned")] == ["dense", "pruned"]
    assert seen["both"].count("ms a frame") == 2


def test_it_fits_a_wide_screen_and_a_phones_and_follows_light_and_dark(seen):
    assert seen["wide"] and seen["phone"] and seen["light"] != seen["dark"]
    picture = PIL.Image.open(io.BytesIO(seen["picture"]))
    assert picture.size == (780, 1688) and len(picture.convert("RGB").getcolors(1 << 24) or ()) > 100


def test_a_video_is_played_by_the_browser(seen):
    assert seen["file"] == "Shows grey.mp4."


def test_nothing_goes_wrong_on_the_way(seen):
    assert seen["said"] == []
