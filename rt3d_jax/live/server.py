"""The page in the browser and what it talks to.

The page sends a frame as one binary message, its time in ms as a float64 (little endian) and then a JPEG file, and gets
an answer to each. It has a few frames under way at most and drops the others, so that a slow network never lags behind.
With a source that the server reads, frames go the other way in the same form, and the page asks for each with "next".
"""

import asyncio
import concurrent.futures
import contextlib
import dataclasses
import functools
import json
import pathlib
import ssl
import struct
import urllib.parse
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from lowering.system import extras
from rt3d_jax.live import pictures, predictors, sources, viewers

if TYPE_CHECKING:
    from aiohttp import web

PAGE = pathlib.Path(__file__).parent / "page"
FILES = {"/": "index.html", "/live.css": "live.css", "/live.js": "live.js", "/chart.js": "chart.js"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; media-src blob:; base-uri 'none'",
    "Permissions-Policy": "camera=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
MAX_MESSAGE = 2**20  # bytes
MAX_VIEWERS = 8


@dataclasses.dataclass(frozen=True)
class Show:
    """What is served. seconds: of a clip, None for each network's own. source: what the server reads, if anything."""

    networks: tuple[predictors.Network, ...]
    seconds: float | None = None
    alert: viewers.Alert | None = None
    source: str | None = None

    def hello(self) -> dict[str, Any]:
        """What the page is told first."""
        return {
            "type": "hello",
            "networks": [{"name": one.name, "about": one.about} for one in self.networks],
            "labels": list(self.networks[0].labels),
            "side": max(max(one.clip.stretch or (one.clip.short_side,)) for one in self.networks),
            "alert": None if self.alert is None else dataclasses.asdict(self.alert),
            "source": self.source,
        }


def run(
    show: Show, host: str, port: int, tls: ssl.SSLContext | None, ready: Callable[[int], None], stop: Callable[[], bool]
) -> None:
    """Serves until stop() says so, which is asked a few times a second; ready(port) is called once it does.

    OSError for an address that cannot be had.
    """
    with extras.need("live"):
        from aiohttp import web

    async def serve() -> None:
        runner = web.AppRunner(app(show), access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port, ssl_context=tls, shutdown_timeout=1.0)
            await site.start()
            ready(runner.addresses[0][1])
            while not stop():
                await asyncio.sleep(0.2)
        finally:
            await runner.cleanup()

    asyncio.run(serve())


def app(show: Show) -> "web.Application":
    """The page's files and its socket at /frames."""
    with extras.need("live"):
        from aiohttp import web
    made = web.Application()
    talk = _Talks(show)
    made.router.add_get("/frames", talk.socket)
    for path, name in FILES.items():
        made.router.add_get(path, functools.partial(_file, PAGE / name))
    made.cleanup_ctx.append(talk.life)
    return made


async def _file(path: pathlib.Path, request: "web.Request") -> "web.StreamResponse":
    with extras.need("live"):
        from aiohttp import web
    return web.FileResponse(path, headers=HEADERS)


class _Talks:
    """The viewers that are there. All networks run in one thread, one frame after the other."""

    def __init__(self, show: Show):
        self._show, self._there = show, 0
        self._pool = concurrent.futures.ThreadPoolExecutor(1)
        self._newest: sources.Newest | None = None

    async def life(self, app: "web.Application") -> AsyncIterator[None]:
        """Around the life of the server."""
        with contextlib.ExitStack() as stack:
            if self._show.source is not None:
                self._newest = stack.enter_context(sources.Newest(self._show.source, again=True))
            yield
            self._pool.shutdown()

    async def socket(self, request: "web.Request") -> "web.StreamResponse":
        """One viewer, from its first message to its last."""
        with extras.need("live"):
            from aiohttp import web
        origin = request.headers.get("Origin")
        if origin is not None and urllib.parse.urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(
                text=f"the page of {origin} may not ask this server; open http(s)://{request.host}\n"
            )
        if self._there >= MAX_VIEWERS:
            raise web.HTTPServiceUnavailable(text=f"{MAX_VIEWERS} viewers are there already; try again later\n")
        talk = web.WebSocketResponse(max_msg_size=MAX_MESSAGE, heartbeat=20.0, compress=False)
        await talk.prepare(request)
        self._there += 1
        try:
            with contextlib.suppress(ConnectionError):  # a viewer that leaves before its answer comes
                await talk.send_json(self._show.hello())
                await self._listen(talk, _Viewer(self._show, self._newest))
        finally:
            self._there -= 1
        return talk

    async def _listen(self, talk: "web.WebSocketResponse", viewer: "_Viewer") -> None:
        loop = asyncio.get_running_loop()
        async for message in talk:
            try:
                if isinstance(message.data, bytes):
                    await talk.send_json(await loop.run_in_executor(self._pool, viewer.frame, message.data))
                elif isinstance(message.data, str):
                    await self._command(talk, viewer, message.data)
            except ValueError as error:
                await talk.send_json({"type": "error", "what": str(error)})

    async def _command(self, talk: "web.WebSocketResponse", viewer: "_Viewer", text: str) -> None:
        if viewer.told(text):
            loop = asyncio.get_running_loop()
            frame = await loop.run_in_executor(None, viewer.wait)
            data, answer = await loop.run_in_executor(self._pool, viewer.next, frame)
            await talk.send_bytes(data)
            await talk.send_json(answer)


class _Viewer:
    """What one page asks for. ValueError, with a line for the page, for what makes no sense."""

    def __init__(self, show: Show, newest: sources.Newest | None):
        self._viewer = viewers.Viewer(show.networks, show.seconds)
        self._newest, self._number = newest, 0

    def frame(self, data: bytes) -> dict[str, Any]:
        """The answer to a frame of the page's."""
        if len(data) < 10:
            raise ValueError(f"a message of {len(data)} bytes, expected a time and a picture")
        (ms,) = struct.unpack("<d", data[:8])
        if not 0 <= ms < 1e15:
            raise ValueError(f"a frame at {ms} ms, expected a time")
        return self._answer(ms, pictures.decoded(data[8:]))

    def told(self, text: str) -> bool:
        """Does what a text says, {"show": [names]}, {"reset": true} or {"next": true}; whether a frame is asked for."""
        try:
            said = json.loads(text)
        except ValueError as error:
            raise ValueError("a text that is no JSON, expected show, reset or next") from error
        match said:
            case {"show": [*names]} if names and all(isinstance(name, str) for name in names):
                self._viewer.show(names)
            case {"reset": True}:
                self._viewer.reset()
            case {"next": True} if self._newest is not None:
                return True
            case _:
                raise ValueError(f"{text[:100]!r} was not understood, expected show, reset or next")
        return False

    def wait(self) -> sources.Frame:
        """The newest frame of the server's source, once it is a new one."""
        assert self._newest is not None
        frame = self._newest.after(self._number)
        if frame is None:
            raise ValueError(f"{self._newest.source} has ended")
        return frame

    def next(self, frame: sources.Frame) -> tuple[bytes, dict[str, Any]]:
        """A frame as a message, and the answer to it."""
        skipped, self._number = frame.number - self._number - 1, frame.number
        ms = 1e3 * frame.time
        answer = self._answer(ms, frame.pixels)
        return struct.pack("<d", ms) + pictures.encoded(frame.pixels), {**answer, "skipped": max(0, skipped)}

    def _answer(self, ms: float, pixels: Any) -> dict[str, Any]:
        answers = self._viewer.see(pixels, ms / 1e3)
        return {"type": "answer", "time": ms, "networks": [one.json() for one in answers]}
