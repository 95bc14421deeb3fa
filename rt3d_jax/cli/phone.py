"""rt3d phone: bundles on Android phones: pack, run, bench."""

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

ABOUT = """On Android phones: USB debugging or `adb connect`, no root, no NDK for CPU targets; see docs/android.md.

Examples:
  rt3d phone pack OUT/bundles/dense/android-cortex-a76                       a folder for adb push, checked under qemu
  rt3d phone run OUT/bundles/*/android-cortex-a76                            the answers on every phone that adb sees
  rt3d phone bench OUT/bundles/dense/android-cortex-a76 OUT/bundles/kgs-3.6x/android-cortex-a76 --json pixel.jsonl
  rt3d phone bench ... --threads 4 --sustained 300                          four big cores; five minutes without a pause
  rt3d report pixel.jsonl other.jsonl --out phones.html"""
Folders = Annotated[tuple[pathlib.Path, ...], tyro.conf.Positional]
Serials = Annotated[tuple[str, ...], tyro.conf.arg(metavar="SERIAL...")]
JsonFile = Annotated[pathlib.Path | None, tyro.conf.arg(name="json")]
Outcome = tuple[state.Facts, list[bench.Measured]]
Work = Callable[[state.Facts, Sequence[pack.Pack]], list[bench.Measured]]


def call(arguments: list[str], prog: str) -> int:
    """Reads `pack`, `run` or `bench` and its arguments."""
    verbs = {"pack": pack_bundles, "run": run, "bench": measure}
    return tyro.extras.subcommand_cli_from_dict(verbs, prog=prog, description=ABOUT, args=arguments)


def pack_bundles(
    folders: Folders,
    /,
    out: pathlib.Path | None = None,
    tools: pathlib.Path | None = None,
    libraries: pathlib.Path | None = None,
) -> int:
    """Pack bundles into folders that run on a phone by themselves, and prove it under qemu-user.

    Args:
        folders: Bundles for android:CPU (or vulkan:GPU, with --tools) that `rt3d lower` wrote.
        out: The packed folder, for one bundle; default: beside each bundle, with -phone at the end of its name.
        tools: Folder with IREE's arm64 tools; default: those of IREE's own wheel. Vulkan needs tools built with the
        NDK.
        libraries: Folder with the loader and libraries of glibc tools; default: Debian's.
    """
    console.some(folders, "bundle, such as OUT/bundles/dense/android-cortex-a76")
    if out is not None and len(folders) > 1:
        raise ValueError(f"--out {out} names one folder for {len(folders)} bundles; pack them one by one")
    for folder in folders:
        packed = _packed(folder, out, tools, libraries)
        proved = packed.bundle.target.kind == "cpu" and packed.tools.startswith("glibc")
        if proved:
            pack.prove(packed)
        about = "same answer as JAX under qemu-user" if proved else "not run here: it needs a phone"
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
    """Run bundles on phones and compare their answers with JAX's. Exit code 1 if one differs or could not be had.

    Args:
        folders: Bundles, which are packed first where needed, or packed folders.
        serial: Phones, as `adb devices` names them; default: all.
        tools: As in `rt3d phone pack`.
        clean: Removes the bundles from the phones afterwards; otherwise they stay, and the next time only what changed
        is pushed.
        json_file: Appends a row for each bundle and phone.
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
    """Time bundles on phones: on the biggest cores, interleaved (A B A B ...), after checking their answers.

    Under an emulator nothing is a latency: rows then say so and hold no times. Exit code 1 if a bundle failed; its row
    says why.

    Args:
        folders: Bundles, which are packed first where needed, or packed folders. Name the dense one first.
        serial: Phones, as `adb devices` names them; default: all, at the same time.
        threads: Threads, each on one of the biggest cores.
        rounds: Rounds over all bundles.
        runs: Single inferences of each bundle in a round, after two that warm up.
        sustained: Seconds without a pause for each bundle afterwards, such as 300; 0 for none.
        fps: Frames per second of the videos, for ms per second of video.
        tools: As in `rt3d phone pack`.
        clean: Removes the bundles from the phones afterwards.
        json_file: Appends a row for each bundle and phone.
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
    """All phones at once, each in a thread; rows are written as phones finish."""
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
    """What `one` gives or raises for each phone, as they finish. The threads do not outlive an interrupted program."""
    finished: queue.SimpleQueue[Outcome | Exception] = queue.SimpleQueue()

    def call(serial: str) -> None:
        try:
            finished.put(one(serial))
        except Exception as error:  # told by the main thread
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
        f"{sum(each.kept for each in pushed)} were there"
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
    """One line a row, so that an interrupted series keeps what it has."""
    if json_file is not None:
        with json_file.open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in made)


def show(found: Sequence[dict[str, Any]]) -> None:
    """Rows as a table, and below it what failed."""
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
        console.say("An emulator's times are no phone's: its rows hold none.")
