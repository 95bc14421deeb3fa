"""rt3d phone: pack bundles for Android phones, run them there, and time them."""

import json
import pathlib
import queue
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import tyro

from lowering.bundle import bundles
from lowering.phone import adb, bench, pack, rows, state
from rt3d_jax.cli import console

ABOUT = """Run and time bundles on Android phones, over adb.

The phone needs USB debugging, or `adb connect`. It does not need root. Bundles for CPUs do not need the NDK. See
docs/android.md.

Examples:
    rt3d phone bench runs/first/bundles/dense/android-cortex-a78 runs/first/bundles/vanilla-3.6x/android-cortex-a78
    rt3d phone bench runs/first/bundles/vanilla-3.6x/android-cortex-a78 --threads 4 --sustained 300
"""
Folders = tuple[pathlib.Path, ...]
Serials = Annotated[tuple[str, ...], tyro.conf.arg(metavar="SERIAL ...")]
JsonFile = Annotated[pathlib.Path | None, tyro.conf.arg(name="json")]
Outcome = tuple[state.Facts, list[bench.Measured]]
Work = Callable[[state.Facts, Sequence[pack.Pack]], list[bench.Measured]]


def pack_bundles(
    folders: Folders,
    /,
    out: pathlib.Path | None = None,
    tools: pathlib.Path | None = None,
    libraries: pathlib.Path | None = None,
) -> int:
    """Pack bundles into folders that run on a phone by themselves.

    A packed folder holds the bundle, IREE's arm64 tools, and the libraries that they need. Bundles for Android CPUs are
    then run under qemu-user, and their answers compared with JAX's.

    Args:
        folders: Bundles that `rt3d lower` wrote, for android:CPU, or with --tools for vulkan:GPU.
        out: The packed folder, if there is one bundle. By default it lies beside the bundle and its name ends in
            -phone.
        tools: A folder with IREE's arm64 tools. By default they come from IREE's own wheel. Vulkan needs tools that
            were built with the NDK.
        libraries: A folder with the loader and libraries of glibc, for tools that need them. By default they are
            Debian's.

    Examples:
        rt3d phone pack runs/first/bundles/vanilla-3.6x/android-cortex-a78
        rt3d phone pack runs/first/bundles/vanilla-3.6x/android-cortex-a78 --out vanilla-for-phones
    """
    console.some(folders, "bundle, such as OUT/bundles/dense/android-cortex-a76")
    if out is not None and len(folders) > 1:
        raise ValueError(
            f"--out {out} names one folder for {len(folders)} bundles; pack them one by one, or leave --out out"
        )
    for folder in folders:
        packed = _packed(folder, out, tools, libraries)
        proved = packed.bundle.target.kind == "cpu" and packed.tools.startswith("glibc")
        if proved:
            pack.prove(packed)
        about = "same answer as JAX under qemu-user" if proved else "not checked, because it runs only on a phone"
        console.say(f"{packed.folder}: {packed.size / 1e6:.1f} MB, {about}")
    return 0


def run(
    folders: Folders,
    /,
    serial: Serials = (),
    tools: pathlib.Path | None = None,
    clean: bool = False,
    json_file: JsonFile = None,
) -> int:
    """Run bundles on phones, and compare their answers with JAX's.

    The exit code is 1 if an answer differs or a bundle could not run.

    Args:
        folders: Bundles, or packed folders. A bundle is packed first.
        serial: The phones, as `adb devices` names them. By default all are used.
        tools: A folder with IREE's arm64 tools, as in `rt3d phone pack`.
        clean: Remove the bundles from the phones afterwards. By default they stay, so that the next run pushes only
            what changed.
        json_file: Append a row for each bundle and phone to this file. docs/android.md says what it holds.

    Examples:
        rt3d phone run runs/first/bundles/dense/android-cortex-a78 runs/first/bundles/vanilla-3.6x/android-cortex-a78
        rt3d phone run runs/first/bundles/dense/android-cortex-a78 --serial emulator-5554 --clean
    """
    return _on_phones(
        folders, serial, tools, clean, json_file, lambda facts, packs: bench.check(facts, packs, console.say), None
    )


def measure(
    folders: Folders,
    /,
    serial: Serials = (),
    threads: int = 1,
    rounds: int = 5,
    runs: int = 20,
    sustained: float = 0.0,
    fps: float = rows.VIDEO_FPS,
    tools: pathlib.Path | None = None,
    clean: bool = False,
    json_file: JsonFile = None,
) -> int:
    """Time bundles on the biggest cores of phones, after checking their answers.

    Bundles are timed in turns (A B A B ...), so that a phone that slows down hits all of them alike. An emulator's
    times are not those of a phone: its rows hold none, and say so. The exit code is 1 if a bundle failed. Its row says
    why.

    Args:
        folders: Bundles, or packed folders. A bundle is packed first. Name the dense one first.
        serial: The phones, as `adb devices` names them. By default all are used, at the same time.
        threads: Threads, each on one of the biggest cores.
        rounds: How often the turns are repeated.
        runs: Inferences of each bundle in a turn, after two more that warm it up.
        sustained: Afterwards, run each bundle for this many seconds without a pause. Phones slow down when they get
            warm; 300 shows it.
        fps: Frames per second of your videos. It is used to state the milliseconds of work per second of video.
        tools: A folder with IREE's arm64 tools, as in `rt3d phone pack`.
        clean: Remove the bundles from the phones afterwards.
        json_file: Append a row for each bundle and phone to this file. docs/android.md says what it holds.

    Examples:
        rt3d phone bench runs/first/bundles/vanilla-3.6x/android-cortex-a78 --serial 192.168.1.5:5555 --json pixel.jsonl
        rt3d phone bench runs/first/bundles/vanilla-3.6x/android-cortex-a78 --threads 4 --sustained 300
    """
    options = bench.Options(threads, rounds, runs, sustained)
    work: Work = lambda facts, packs: bench.bench(facts, packs, options, console.say)
    return _on_phones(folders, serial, tools, clean, json_file, work, options, fps)


def _on_phones(
    folders: Sequence[pathlib.Path],
    serials: Sequence[str],
    tools: pathlib.Path | None,
    clean: bool,
    json_file: pathlib.Path | None,
    work: Work,
    options: bench.Options | None,
    fps: float = rows.VIDEO_FPS,
) -> int:
    """Works on all phones at once, each in a thread. Rows are written as phones finish. Gives the exit code."""
    console.some(folders, "bundle, such as OUT/bundles/dense/android-cortex-a76")
    packs = [_packed(folder, None, tools, None) for folder in folders]
    found, lost = [], 0
    for outcome in _at_once(adb.find(serials), lambda serial: _on_phone(serial, packs, work, clean)):
        if isinstance(outcome, adb.DeviceError):
            print(f"rt3d phone: {outcome}", file=sys.stderr)
            lost += 1
            continue
        if isinstance(outcome, Exception):
            raise outcome
        facts, measured = outcome
        made = [rows.row(facts, each, options, fps) for each in measured]
        _append(json_file, made)
        found += made
    show(found)
    return 1 if lost or any(row["failure"] for row in found) else 0


def _at_once(serials: Sequence[str], one: Callable[[str], Outcome]) -> Iterator[Outcome | Exception]:
    """What `one` gives or raises for each phone, in the order in which they finish. Ctrl-C ends the threads too."""
    finished: queue.SimpleQueue[Outcome | Exception] = queue.SimpleQueue()

    def call(serial: str) -> None:
        try:
            finished.put(one(serial))
        except Exception as error:  # the main thread reports it
            finished.put(error)

    for serial in serials:
        threading.Thread(target=call, args=(serial,), daemon=True).start()
    for _ in serials:
        yield finished.get()


def _on_phone(serial: str, packs: Sequence[pack.Pack], work: Work, clean: bool) -> Outcome:
    facts = state.facts(serial)
    measured = work(facts, packs)
    pushed = [one.pushed for one in measured if one.pushed]
    sent = sum(len(each.sent) for each in pushed)
    console.say(
        f"{serial}: {sent} files pushed ({sum(each.size for each in pushed) / 1e6:.1f} MB), "
        f"{sum(each.kept for each in pushed)} were there already"
    )
    if clean:
        bench.remove(serial, measured)
    return facts, measured


def _packed(
    folder: pathlib.Path, out: pathlib.Path | None, tools: pathlib.Path | None, libraries: pathlib.Path | None
) -> pack.Pack:
    if (folder / "phone.json").is_file():
        return pack.read(folder)
    places = pack.LIBRARIES if libraries is None else (libraries,)
    return pack.write(bundles.read(folder), out or pack.default_folder(folder), tools, places)


def _append(json_file: pathlib.Path | None, made: Sequence[dict[str, Any]]) -> None:
    """Appends a line for each row, so that an interrupted series keeps what it has."""
    if json_file is not None:
        with json_file.open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in made)


def show(found: Sequence[dict[str, Any]]) -> None:
    """Prints the rows as a table, and below it what failed."""
    if not found:
        return
    columns = (
        "phone",
        "status",
        "run",
        "target",
        "error",
        "cores",
        "load ms",
        "first ms",
        "p50 ms",
        "p90 ms",
        "p99 ms",
        "kept speed",
    )
    names = ("load_ms", "first_ms", "p50_ms", "p90_ms", "p99_ms")
    cells = []
    for row in found:
        error = "failed" if row["failure"] else f"{row['max_rel_error']:.1e}"
        kept = row["sustained"] and f"{row['sustained']['retention']:.0%}"
        cores = ",".join(map(str, row.get("cpus", ()))) or None
        place = (row["device"]["serial"], row["status"], row["run"], row["target"])
        cells.append((*place, error, cores, *(row[name] for name in names), kept))
    console.table("On phones", columns, cells)
    for failure in dict.fromkeys(row["failure"] for row in found if row["failure"]):
        runs = ", ".join(dict.fromkeys(row["run"] for row in found if row["failure"] == failure))
        print(f"rt3d phone: {runs}: {failure}", file=sys.stderr)
    if any(row["status"] == state.EMULATOR for row in found):
        console.say("An emulator's times are not those of a phone, so its rows hold none.")


VERBS = {"pack": pack_bundles, "run": run, "bench": measure}
