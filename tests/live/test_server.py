"""Claims about the page's socket: frames in, answers out, and what is said of anything else."""

import asyncio
import contextlib
import fractions
import json
import struct
import threading

import aiohttp
import numpy as np
import pytest
from aiohttp import test_utils, web

from rt3d_jax.data import synthetic
from rt3d_jax.live import certificates, pictures, server, viewers
from tests.live import networks


@contextlib.asynccontextmanager
async def served(show):
    async with test_utils.TestServer(server.app(show)) as there, test_utils.TestClient(there) as client:
        yield client


def asked(show, talk):
    """What `talk(socket, hello)` gives, a coroutine."""

    async def run():
        async with served(show) as client, client.ws_connect("/frames") as socket:
            return await talk(socket, await socket.receive_json(timeout=10))

    return asyncio.run(run())


def message(level, seconds):
    return struct.pack("<d", 1e3 * seconds) + pictures.encoded(networks.plain(level))


SHOW = server.Show(
    (networks.brightness("dense"), networks.brightness("pruned", "kgs 8x4, 3.6x")),
    seconds=1.0,
    alert=viewers.Alert("bright", 0.8),
)


def test_the_page_is_told_what_there_is_to_see():
    async def talk(socket, hello):
        return hello

    assert asked(SHOW, talk) == {
        "type": "hello",
        "networks": [{"name": "dense", "about": ""}, {"name": "pruned", "about": "kgs 8x4, 3.6x"}],
        "labels": ["dark", "grey", "bright"],
        "side": 12,
        "alert": {"label": "bright", "above": 0.8},
        "source": None,
    }


def test_each_frame_is_answered_by_the_networks_that_are_shown():
    async def talk(socket, hello):
        for seconds in np.arange(0, 2, 0.25):
            await socket.send_bytes(message(255, seconds))
        few = [await socket.receive_json(timeout=10) for _ in range(8)]
        await socket.send_json({"show": ["dense", "pruned"]})
        await socket.send_bytes(message(0, 2.0))
        return few, await socket.receive_json(timeout=10)

    few, both = asked(SHOW, talk)
    assert [one["time"] for one in few] == [250 * number for number in range(8)]
    assert [one["networks"][0]["scores"] is None for one in few] == [True] * 3 + [False] * 5
    assert few[-1]["networks"][0]["scores"] == pytest.approx([0, 0, 1], abs=1e-3)
    assert [one["name"] for one in both["networks"]] == ["dense", "pruned"]


NONSENSE = [
    (b"short", "a message of 5 bytes, expected a time and a picture"),
    (struct.pack("<d", float("nan")) + b"xxxx", "a frame at nan ms, expected a time"),
    (struct.pack("<d", 5) + b"xxxx", "the picture is no JPEG file"),
    ("{", "a text that is no JSON, expected show, reset or next"),
    ('{"show": ["sparse"]}', "no network 'sparse', expected one of dense, pruned"),
    ('{"next": true}', "'{\"next\": true}' was not understood, expected show, reset or next"),
    ("[]", "'[]' was not understood, expected show, reset or next"),
]


def test_what_makes_no_sense_is_one_line_and_the_page_may_go_on():
    async def talk(socket, hello):
        said = []
        for data, _ in NONSENSE:
            await (socket.send_bytes(data) if isinstance(data, bytes) else socket.send_str(data))
            said.append(await socket.receive_json(timeout=10))
        await socket.send_bytes(message(0, 0))
        return said, await socket.receive_json(timeout=10)

    said, after = asked(SHOW, talk)
    assert said == [{"type": "error", "what": words} for _, words in NONSENSE]
    assert after["type"] == "answer"


def test_a_viewer_that_leaves_before_its_answer_comes_is_no_error(monkeypatch, caplog):
    left = threading.Event()
    monkeypatch.setattr(server._Viewer, "frame", lambda *_: {"left": left.wait(10)})

    async def run():
        runner = web.AppRunner(server.app(SHOW))  # a test server would cancel the talk
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession() as session:
            socket = await session.ws_connect(f"http://127.0.0.1:{runner.addresses[0][1]}/frames")
            await socket.send_bytes(message(0, 0))
        await asyncio.sleep(0.1)  # until the server knows
        left.set()
        await runner.cleanup()

    asyncio.run(run())
    assert caplog.records == []


def test_a_message_that_is_too_long_ends_the_talk():
    async def talk(socket, hello):
        await socket.send_bytes(bytes(server.MAX_MESSAGE + 1))
        return await socket.receive(timeout=10)

    found = asked(SHOW, talk)
    assert (found.type, found.data) == (aiohttp.WSMsgType.CLOSE, aiohttp.WSCloseCode.MESSAGE_TOO_BIG)


def test_pages_of_others_and_too_many_viewers_are_turned_away(monkeypatch):
    monkeypatch.setattr(server, "MAX_VIEWERS", 1)

    async def talk():
        async with served(SHOW) as client, client.ws_connect("/frames"):
            strange = await client.get("/frames", headers={"Origin": "https://elsewhere.example"})
            second = await client.get("/frames")
            return strange.status, await strange.text(), second.status, await second.text()

    status, strange, busy, second = asyncio.run(talk())
    assert (status, busy) == (403, 503)
    assert strange.startswith(
        "the page of https://elsewhere.example may not ask this server; open http(s)://127.0.0.1:"
    )
    assert second == "1 viewers are there already; try again later\n"


def test_the_page_needs_nothing_from_elsewhere():
    async def fetched():
        async with served(SHOW) as client:
            return {path: await (await client.get(path)).text() for path in server.FILES}, await client.get("/secret")

    files, missing = asyncio.run(fetched())
    assert missing.status == 404
    for path, text in files.items():
        outside = [word for word in text.replace("http://www.w3.org/2000/svg", "").split('"') if "://" in word]
        assert all("location" in word or word.startswith("http(s)") for word in outside), (path, outside)


def test_a_video_that_the_server_reads_comes_with_its_answers(tmp_path):
    path = tmp_path / "video.mp4"
    shades = np.repeat(np.array([0, 250], np.uint8), 15)[:, None, None, None]
    synthetic.encode(path, np.broadcast_to(shades, (30, 24, 32, 3)), fractions.Fraction(30))
    show = server.Show((networks.brightness(),), seconds=0.3, source=str(path))

    async def talk(socket, hello):
        found = []
        for _ in range(20):
            await socket.send_str('{"next": true}')
            found.append((await socket.receive_bytes(timeout=10), await socket.receive_json(timeout=10)))
        return hello["source"], found

    source, found = asked(show, talk)
    assert source == str(path)
    for data, answer in found:
        assert struct.unpack("<d", data[:8]) == (answer["time"],) and answer["skipped"] >= 0
    levels = [pictures.decoded(data[8:]).mean() for data, _ in found]
    told = [answer["networks"][0]["scores"] for _, answer in found]
    assert any(one is not None and one[0] > 0.9 for one in told) and min(levels) < 10


def test_a_certificate_is_made_for_the_names_that_are_asked_for():
    context = certificates.context(["localhost", "192.0.2.7"])

    async def talk():
        there = test_utils.TestServer(server.app(SHOW), scheme="https")
        await there.start_server(ssl=context)
        async with aiohttp.ClientSession() as session, session.get(there.make_url("/"), ssl=False) as page:
            assert "rt3d live" in await page.text()
            ssl_object = page.connection.transport.get_extra_info("ssl_object") if page.connection else None
        await there.close()
        return ssl_object

    asyncio.run(talk())
    assert json.dumps(certificates.addresses())


@pytest.mark.parametrize("name", ["/live.css", "/live.js", "/chart.js", "/"])
def test_files_of_the_page_are_part_of_the_package(name):
    assert (server.PAGE / server.FILES[name]).is_file()
