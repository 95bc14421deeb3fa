"""rt3d live: what networks say of a camera or video, in the browser or in the terminal."""

import pathlib
import shutil
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import rich.live
import tyro

from lowering.bundle import bundles, streams
from lowering.bundle import run as runs
from lowering.system import bounds, typed
from rt3d_jax.cli import console
from rt3d_jax.data import clips
from rt3d_jax.hosts import stops
from rt3d_jax.live import certificates, predictors, server, sources, terminal, viewers

HERE = ("localhost", "127.0.0.1", "::1")
LINE_SECONDS = 1.0
Share = Annotated[float, typed.Check("a share above 0 and at most 1", lambda value: 0 < value <= 1)]
Port = Annotated[int, typed.Check("a port from 0 (any free one) to 65535", lambda value: 0 <= value < 1 << 16)]


def run(
    folders: tuple[pathlib.Path, ...],
    /,
    source: Annotated[str | None, tyro.conf.arg(metavar="camera|FILE|URL")] = None,
    terminal_mode: Annotated[bool, tyro.conf.arg(name="terminal")] = False,
    alert: str | None = None,
    above: Share = 0.8,
    seconds: bounds.Positive | None = None,
    threads: bounds.Count = 1,
    host: str = "127.0.0.1",
    port: Port = 8420,
    https: bool = False,
    certificate: pathlib.Path | None = None,
    key: pathlib.Path | None = None,
) -> None:
    """Show what networks say of a camera or video, frame by frame.

    The page at the printed address shows the picture, the best classes with their probabilities over the last seconds,
    and how long a frame takes. It takes its frames from the browser's camera, or from a video that is dropped on it. Of
    several bundles, such as a dense and a pruned one, it shows one or all side by side. Frames go to this machine, and
    no file is written. Where answers take longer than frames, frames are dropped, and the page says so.

    Browsers give their camera only to pages on localhost or https. For a phone in the same network, use --host 0.0.0.0
    --https. The certificate is then one that this machine signs for itself, so the browser warns once.

    With --terminal, or with --source, this machine reads the frames.

    Args:
        folders: Bundles for `host` of networks that classify clips. They need the same classes.
        source: Where this machine takes frames from: its camera, a video or a URL. By default the page takes them. With
            --terminal the default is the camera.
        terminal_mode: Show all in this terminal instead of a page.
        alert: Warn, to the eye and to the ear, of this class.
        above: The probability from which on it warns.
        seconds: How much of the past a clip shows. The default is what neighbouring frames last at 25 a second, and 2
            seconds for networks that saw frames spread over a whole video.
        threads: Threads of the networks.
        host: The address to listen at. 0.0.0.0 lets other machines of the network in.
        port: The port to listen at. 0 takes a free one.
        https: Serve with a certificate that is made for this start.
        certificate: Serve https with this certificate (PEM) instead.
        key: The key of --certificate (PEM).

    Examples:
        rt3d live runs/first/bundles/dense/host runs/first/bundles/vanilla-3.6x/host
        rt3d live runs/first/bundles/dense/host --alert SlideLeft --above 0.8 --host 0.0.0.0 --https
        rt3d live runs/first/bundles/dense/host --terminal --source video.mp4
    """
    console.some(folders, "bundle, such as OUT/bundles/dense/host")
    if terminal_mode and source is None:
        source = sources.CAMERA
    if source is not None:
        sources.check(source)
    networks = tuple(network(folder, threads) for folder in folders)
    networks = _named_apart(networks, folders)
    labels = predictors.alike(networks)
    warned = None if alert is None else viewers.Alert(alert, above)
    if warned is not None:
        warned.check(labels)
    if terminal_mode:
        assert source is not None
        _watch(networks, source, seconds, warned)
        return
    tls = _tls(host, https, certificate, key)
    show = server.Show(networks, seconds, warned, source)
    with stops.deferred() as stop:
        server.run(show, host, port, tls, lambda at: _welcome(host, at, tls is not None), lambda: stop.asked != 0)


def network(folder: pathlib.Path, threads: int) -> predictors.Network:
    """The network of a bundle in this process, of clips or stepping. ValueError if it does not classify clips."""
    bundle = bundles.read(folder)
    manifest = bundle.manifest
    if not manifest["labels"] or not manifest["clip"]:
        raise ValueError(f"{folder} does not classify clips: its manifest names no classes or no clip; expected both")
    about = "" if manifest["rate"] == 1 else f"{manifest['scheme']}, {manifest['rate']:.1f}x"
    labels, clip = tuple(manifest["labels"]), clips.from_json(manifest["clip"])
    if bundle.stream is None:
        return predictors.Network(manifest["run"], about, labels, clip, runs.load(bundle, threads))
    about = f"{about}, a stream" if about else "a stream"
    stream = lambda: streams.Stream(bundle, threads)
    return predictors.Network(manifest["run"], about, labels, clip, None, stream)


def _named_apart(
    networks: Sequence[predictors.Network], folders: Sequence[pathlib.Path]
) -> tuple[predictors.Network, ...]:
    """Networks with names of their own: of several called alike, the folder is the name."""
    names = [one.name for one in networks]
    rename: Callable[[Any, str], Any] = lambda one, name: type(one)(**{**vars(one), "name": name})
    return tuple(
        rename(one, str(folder)) if names.count(one.name) > 1 else one
        for one, folder in zip(networks, folders, strict=True)
    )


def _tls(host: str, https: bool, certificate: pathlib.Path | None, key: pathlib.Path | None) -> ssl.SSLContext | None:
    if (certificate is None) != (key is None):
        raise ValueError("--certificate and --key go together; expected both or neither")
    if certificate is not None and key is not None:
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            found.load_cert_chain(certificate, key)
        except ssl.SSLError as error:
            raise ValueError(
                f"{certificate} and {key} are no certificate and its key in PEM ({error.reason})"
            ) from error
        return found
    return certificates.context([*HERE, host, *certificates.addresses()]) if https else None


def _welcome(host: str, port: int, secure: bool) -> None:
    scheme = "https" if secure else "http"
    everywhere = host in ("0.0.0.0", "::")
    hosts = ["localhost", *certificates.addresses()] if everywhere else [f"[{host}]" if ":" in host else host]
    for one in hosts:
        console.say(f"Open {scheme}://{one}:{port}/")
    if secure:
        console.say(
            "The browser warns of a certificate that nobody else signed, if it was made here; go on to the page."
        )
    elif host not in HERE:
        console.say("Other machines' browsers give their camera to https only; start with --https for that.")
    console.say("Ctrl-C ends it.")


def _watch(
    networks: Sequence[predictors.Network], source: str, seconds: float | None, alert: viewers.Alert | None
) -> None:
    viewer, meter, labels = viewers.Viewer(networks, seconds), terminal.Meter(), networks[0].labels
    viewer.show([one.name for one in networks])
    told, ringing = time.monotonic(), False
    screen = rich.live.Live(console=console.CONSOLE, auto_refresh=False, screen=console.CONSOLE.is_terminal)
    with sources.Newest(source) as newest, screen:
        for frame, found in terminal.answers(newest, viewer, meter):
            stops.check()
            rung, ringing = ringing, alert is not None and terminal.rings(found, labels, alert)
            if ringing and not rung:
                console.CONSOLE.bell()
            if console.CONSOLE.is_terminal:
                size = shutil.get_terminal_size()
                screen.update(
                    terminal.drawn(frame, found, labels, alert, meter, (size.columns, size.lines)), refresh=True
                )
            elif time.monotonic() - told >= LINE_SECONDS:
                told = time.monotonic()
                warning = f" ALERT: {alert.label}" if alert is not None and ringing else ""
                console.say(terminal.line(found, labels, meter) + warning)
