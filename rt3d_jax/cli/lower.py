"""rt3d lower: compile trained runs, or networks of the user's own, into bundles, and check each against JAX."""

import errno
import pathlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import tyro

from lowering.bundle import coverage, deploy, first_use, meaning, write
from lowering.system import bounds, files
from lowering.targets import targets
from rt3d_jax.cli import console, lowerable, prune, streaming
from rt3d_jax.training import checkpoints, experiments

TILES = {"auto": targets.TILE, "2": 2, "off": 0}  # the side of the largest tile, by the option --winograd
DEFAULT_TARGETS = ("host", "android:cortex-a76", "vulkan:adreno")


def run(
    networks: tuple[pathlib.Path, ...],
    /,
    target: tuple[str, ...] = DEFAULT_TARGETS,
    out: pathlib.Path | None = None,
    clip: pathlib.Path | None = None,
    tuning: bool = True,
    tuning_seconds: bounds.NotNegative = first_use.SECONDS,
    macs_per_dispatch: int | None = None,
    form: str = targets.FORMS[0],
    winograd: Literal["auto", "2", "off"] = "auto",
    name: str | None = None,
    strict: bool = False,
    stream: bool = False,
    every: int | None = None,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> int:
    """Compile networks into bundles for a device, and check each against JAX.

    A network is a trained run, or a JAX function of your own. A function build() in my_nets.py that gives (apply,
    params, example) is called my_nets.py:build, or my_package.nets:build in a module. The example is an array, or a
    tuple of arrays.

    A bundle is a folder with the compiled network, its weights, one example, and JAX's answer to it. Bundles for `host`
    are checked natively, those for Android CPUs under qemu-user, and those for Vulkan on the Vulkan device of this
    machine. A bundle that exists and would not change is kept.

    What has no kernel of ours is compiled by IREE from what JAX writes. The output says which operations these are,
    where they stand in your source, and why.

    The exit code is 1 if an answer differs from JAX's by more than 1e-4 of the largest output. The bound is 1e-2 with
    f16 in memory, and 5e-2 with sums in f16. It is 8e-3 or 6e-2 where the network itself computes in f16 or bf16.

    Args:
        networks: Runs, such as OUT/runs/dense, or functions, such as my_nets.py:build.
        target: Machines to compile for: host, host:avx2 or host:avx512 (which keep to what other machines have too),
            android:CPU (such as android:cortex-a76) or vulkan:GPU (such as vulkan:adreno or vulkan:mali-g715). The
            precision is f32 unless one follows: :f16, :f16-f32 (f16 in memory, sums in f32) or :w16 (weights in f16).
        out: Folder for the bundles. Each is written to OUT/RUN/TARGET. By default it is the folder `bundles` beside
            `runs`, and for a function in the current folder.
        clip: A file with the example of the bundle, such as a video. By default it is the first test example of the
            data that the run was trained on. Imported weights have no data, so they need this option. A function
            gives its own example.
        tuning: Use schedules that were measured: those that `rt3d tune` found, those that are shipped for known
            networks, and for `host` those that a few seconds find on first use. --no-tuning leaves all of it out.
        tuning_seconds: The time in which the largest layers of a network are timed on first use, for `host`: each with
            a few schedules. The results are kept in your cache, so that the next time costs nothing. A network whose
            layers are all small costs nothing either. 0 measures nothing.
        macs_per_dispatch: Split a GPU's kernels so that each does at most this many MACs. A phone stops a kernel that
            runs for too long. The default is 200 million.
        form: How kernels are written. `executables` are loops over buffers, which are the fastest. `linalg` works on
            tensors and compiles for any backend of IREE; its bundles are written to OUT/RUN/TARGET-linalg.
        winograd: Compute convolutions of 3 x 3 pixels by Winograd's minimal filtering where that is likely faster
            (`auto`), only in tiles of 2 pixels (`2`), or never (`off`). In f16 all tiles are of 2.
        name: What the bundle calls its network, RUN in its path. By default it is the name of the run or function.
        strict: Refuse a network with operations that no kernel of ours computes.
        stream: Compile a network that is causal in time to compute a video frame by frame. The bundles are written to
            OUT/RUN/TARGET-stream.
        every: Of a stream, the frames from one answer to the next. They divide the network's strides in time. With
            fewer, a state is kept for each phase of a stride. The default is what the run counted MACs for
            (`--model.every`), else the strides.
        json_file: Also write the rows to this file. Each has "run", "target", "form", "folder", "tuning", "vmfb_bytes",
            "weights_bytes", "nodes" (who computes what), "ours" (the share of MACs in kernels of ours), "passed",
            "max_abs_error" and "max_rel_error", and the reason if there are none: "failure" or "unchecked".

    Examples:
        rt3d lower runs/first/runs/dense runs/first/runs/vanilla-3.6x
        rt3d lower runs/first/runs/vanilla-3.6x --target android:cortex-a78:f16-f32 vulkan:mali-g715:f16
        rt3d lower my_nets.py:build --target host vulkan:adreno --strict
        rt3d lower runs/causal/runs/dense --target host --stream --every 1
    """
    if every is not None and not stream:
        raise ValueError(f"--every {every} is for streams; give --stream too")
    console.some(networks, "run, such as OUT/runs/dense, or function, such as my_nets.py:build")
    found_targets = [targets.split(targets.find(name), macs_per_dispatch) for name in target]
    chosen = [targets.written(each, form, TILES[winograd]) for each in found_targets]
    if name is not None and len(networks) > 1:
        raise ValueError(f"--name {name} is for one network, and {len(networks)} were given; lower one at a time")
    found = [lowerable.find(word, name) for word in networks]
    _check_places([(out or network.home / "bundles") / network.name for network in found])
    rows = []
    for network in found:
        asked = network.streamed(every) if stream else network
        seconds = tuning_seconds if tuning else None
        rows += lower(asked, chosen, out or network.home / "bundles", clip, seconds, strict)
    show(rows)
    if json_file is not None:
        files.write_json(json_file, rows, indent=1)
    return 0 if all(row["passed"] is not False for row in rows) else 1


def lower(
    network: lowerable.Network,
    chosen: Sequence[targets.Target],
    out: pathlib.Path,
    file: pathlib.Path | None = None,
    tuning: float | None = first_use.SECONDS,
    strict: bool = False,
) -> list[dict[str, Any]]:
    """Writes a bundle of one network for each target, says who computes what, and gives a row of report.json for each.

    A bundle lies at OUT/RUN/TARGET, or at OUT/RUN/TARGET-linalg in the form "linalg", and a stream has "-stream" behind
    that. `file`: the example that it carries. None takes the first test example. `tuning`: the seconds in which
    schedules may be measured on first use; None: nothing that was measured is used. `strict`: ValueError for what no
    kernel of ours computes.
    """
    example = network.evaluated(_inputs(network, file, out))
    if example.streamed:
        _say(streaming.lines(example.streamed.stream))
    rows, before = [], None
    for target in chosen:
        place = out / network.name / (place_of(target) + ("-stream" if network.stream else ""))
        try:
            write.check(place, example, target, strict)
            tuned = lowerable.tuned(network.name, example.graph, target, tuning)
            written = write.write(place, example, target, network.info, tuned, strict)
        except coverage.NotOurs as error:
            _say(str(error).splitlines()[1:])
            said = f"{network.name} has operations that no kernel of ours computes; leave out --strict"
            raise ValueError(said) from error
        made = deploy.checked(written)
        console.say(f"{network.name} -> {place}: {made.verdict}")
        if refused := meaning.lines(written.manifest.get("refused", [])):
            _say(refused)
        if (lines := coverage.lines(written.manifest["nodes"])) != before:  # the same for most targets
            _say(lines)
        rows.append(row(made))
        before = lines
    return rows


def place_of(target: targets.Target) -> str:
    """The name of the folder of a bundle for this target."""
    name = target.name.replace(":", "-")
    return name if target.form == targets.FORMS[0] else f"{name}-{target.form}"


def row(made: deploy.Deployed) -> dict[str, Any]:
    """A bundle's row of report.json, with the error of its answer where its target can run here."""
    bundle, check = made.bundle, made.check
    files = bundle.manifest["files"]
    sizes = {"vmfb_bytes": files["module.vmfb"]["bytes"], "weights_bytes": files["weights.irpa"]["bytes"]}
    found: dict[str, Any] = {
        "run": bundle.manifest["run"],
        "target": bundle.target.name,
        "form": bundle.form,
        "folder": str(bundle.folder),
        "tuning": bundle.manifest["tuning"],
        **sizes,
        "nodes": (nodes := bundle.manifest["nodes"]),
        "ours": coverage.share(nodes) if nodes else None,
    }
    if check is None:
        reason = {"failure": made.failure} if made.failure else {"unchecked": made.unchecked}
        return found | {"max_abs_error": None, "max_rel_error": None, "passed": made.passed, **reason}
    return found | {"max_abs_error": check.max_abs_error, "max_rel_error": check.max_rel_error, "passed": check.passed}


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Prints the bundles as a table."""
    columns = ("run", "target", "form", "largest error", "of the largest output", "module KB", "weights KB", "tuning")
    cells = [
        (
            r["run"],
            r["target"],
            r["form"],
            *(_number(r[key], r["passed"]) for key in ("max_abs_error", "max_rel_error")),
            r["vmfb_bytes"] // 1024,
            r["weights_bytes"] // 1024,
            r["tuning"],
        )
        for r in rows
    ]
    console.table("Bundles", columns, cells)
    for reason in dict.fromkeys(r["unchecked"] for r in rows if "unchecked" in r):
        console.say(f"not checked: {reason}")


def _number(value: float | None, passed: bool | None) -> str:
    return f"{value:.1e}" if value is not None else "not checked" if passed is None else "does not run"


def _say(lines: Sequence[str]) -> None:
    """Prints lines with paths in the current folder as relative ones."""
    console.say("\n".join(lines).replace(f"{pathlib.Path.cwd()}/", ""))


def _check_places(places: Sequence[pathlib.Path]) -> None:
    """ValueError where one network's bundles would replace another's."""
    for place in places:
        if places.count(place) > 1:
            raise ValueError(f"two networks would be written to {place}; lower them one at a time, one with --name")


def _inputs(network: lowerable.Network, file: pathlib.Path | None, other: pathlib.Path) -> tuple[np.ndarray, ...]:
    """The example's inputs: from a file, from the user's function, or the first test example of a run's data.

    Data that are to be made are made in other/data where the folder of the run cannot be written.
    """
    if network.run is None or network.folder is None:
        assert network.example is not None
        if file is not None:
            raise ValueError(f"--clip {file} is for runs; {network.name} gives its own example")
        return network.example
    if file is not None:
        return network.run.task.example(file)
    if isinstance(checkpoints.origin(network.folder), experiments.Imported):
        raise ValueError(
            f"{network.folder} holds imported weights, which have no data set; name a video with --clip VIDEO"
        )
    out = network.home
    task = prune.experiment(out).task
    try:
        return task.open(out, lambda *_: None).example()
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        return task.open(other, lambda *_: None).example()
