"""Chromium without a screen, driven over its DevTools protocol, with a video in place of its camera."""

import asyncio
import base64
import contextlib
import fractions
import itertools
import pathlib
import re
import subprocess
import tempfile
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import av
import numpy as np

FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio", "--no-first-run"),
    *(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
    ),
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0"),
    "--ignore-certificate-errors",
)
WIDE, PHONE = (1280, 900, 1, False), (390, 844, 2, True)


class Page:
    """One page. Whatever it logs, and every error in it, stands in `said`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse):
        self._socket, self._numbers = socket, itertools.count(1)
        self.said: list[str] = []

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a command of the protocol."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            found = await self._socket.receive_json(timeout=30)
            if found.get("id") == number:
                assert "error" not in found, found
                return found["result"]
            self._note(found)

    async def run(self, code: str) -> Any:
        """The value of a JavaScript expression."""
        found = await self.call(
            "Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, code: str, seconds: float = 20.0) -> Any:
        """The value of an expression once it is true."""
        for _ in range(int(seconds / 0.1)):
            if found := await self.run(code):
                return found
            await asyncio.sleep(0.1)
        raise AssertionError(
            f"{code} is not true after {seconds} s; the page shows {await self.run('document.body.innerText')!r}"
        )

    async def sized(self, screen: tuple[int, int, int, bool]) -> None:
        """As on this screen: width, height, pixels to a pixel, and whether it is a phone's."""
        width, height, scale, mobile = screen
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile
        )

    async def dark(self, wanted: bool) -> None:
        """In dark or in light colours."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if wanted else "light"}]
        await self.call("Emulation.setEmulatedMedia", features=features)

    async def picture(self) -> bytes:
        """What is seen, as a PNG file."""
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])

    def _note(self, event: dict[str, Any]) -> None:
        if event.get("method") in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"):
            self.said.append(str(event["params"]))


@contextlib.asynccontextmanager
async def opened(url: str, camera: pathlib.Path, program: str = "chromium") -> AsyncIterator[Page]:
    """A page at an address, in a browser of its own whose camera shows a .y4m file over and over."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *FLAGS, f"--user-data-dir={profile}", f"--use-file-for-fake-video-capture={camera}"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            port = await _port(pathlib.Path(profile) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    pages = [one for one in await answer.json() if one["type"] == "page"]
                async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    page = Page(socket)
                    for domain in ("Runtime", "Log", "Page"):
                        await page.call(f"{domain}.enable")
                    await page.call("Page.navigate", url=url)
                    await page.until("location.href !== 'about:blank' && document.readyState === 'complete'")
                    yield page
        finally:
            browser.terminate()
            browser.wait(20)


async def _port(path: pathlib.Path) -> int:
    for _ in range(300):
        if path.is_file() and (found := re.match(r"(\d+)\n", path.read_text())):
            return int(found[1])
        await asyncio.sleep(0.1)
    raise AssertionError("chromium does not start")


def filmed(path: pathlib.Path, frames: np.ndarray, rate: int = 25) -> None:
    """Writes uint8[frames, height, width, 3] as a .y4m file, the form of video that chromium takes for its camera."""
    with av.open(str(path), "w", format="yuv4mpegpipe") as container:
        stream = container.add_stream("rawvideo", rate=fractions.Fraction(rate))
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format="yuv420p")))
        container.mux(stream.encode())
