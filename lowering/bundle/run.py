"""Runs bundles: with IREE's own tools as they are shipped, natively or under qemu-user, or in this process."""

import dataclasses
import functools
import os
import pathlib
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from iree import runtime

from lowering.bundle import bundles, drivers, qemu
from lowering.kernels import emit
from lowering.system import bounds, cpuinfo, memory, typed

TRIES = 5  # of a run on a software Vulkan device that a race of IREE's runtime ends


class RunError(RuntimeError):
    """A bundle did not run. The message holds the first line of what the tool said."""


class NoDevice(RuntimeError):
    """This machine has nothing that a bundle could run on. The message says what is missing."""


class RanAgain(UserWarning):
    """A run on a software Vulkan device failed as a race of IREE's runtime makes it fail, and is tried once more."""


@dataclasses.dataclass(frozen=True)
class Check:
    """A bundle's answers against JAX's. Relative errors are in units of the largest magnitude in JAX's answer.

    Of several results the worst counts.
    """

    max_abs_error: float
    max_rel_error: float
    answers: tuple[np.ndarray, ...]
    tolerance: float

    @property
    def passed(self) -> bool:
        return self.max_rel_error <= self.tolerance


def tool(bundle: bundles.Bundle, name: str) -> list[str]:
    """The command for one of IREE's tools that can run this bundle's module."""
    if bundle.target.name.startswith("android:"):
        return qemu.tool(name)
    check_processor(bundle)
    return native_tool(name)


def check_processor(bundle: bundles.Bundle) -> None:
    """RunError if a host bundle may use instructions that this machine's processor lacks; it would be killed there."""
    lacks = sorted(set(bundle.manifest["target"].get("features", ())) - cpuinfo.features(cpuinfo.here()))
    if lacks:
        more = f" and {len(lacks) - 3} more" if len(lacks) > 3 else ""
        raise RunError(
            f"{bundle.name} was compiled for a processor with {', '.join(lacks[:3])}{more}, which this one lacks; "
            "lower it on this machine, or for a level that both have: --target host:avx2"
        )


def native_tool(name: str) -> list[str]:
    """The command for the tool that IREE's wheel brings for this machine."""
    return [drivers.tool(name)]


def check(bundle: bundles.Bundle | str | pathlib.Path) -> Check:
    """Runs the bundle's example through iree-run-module with the bundle's flags, and compares with JAX's answer.

    Of a stream, the example is its sequence of steps.

    bundle: or its folder. BundleError for a folder that is none, RunError for a bundle that does not run, NoDevice or
    qemu.EmulatorError where nothing here could run it.
    """
    bundle = bundles.opened(bundle)
    with tempfile.TemporaryDirectory() as folder:
        names = [entry["file"] for entry in bundle.sequence[1:]] or bundle.outputs
        outs = [pathlib.Path(folder) / name for name in names]
        flags = (bundle.folder / "run.flags").read_text().split()
        asked = [flag for flag in flags if not flag.startswith("--expected_")]
        try:
            call(bundle, "iree-run-module", [*asked, *(f"--output=@{out}" for out in outs)])
        except RunError as failure:
            if bundle.target.kind == "vulkan" and (lack := drivers.missing(bundle.target)):
                raise NoDevice(lack) from failure
            raise
        answers = tuple(np.load(out, allow_pickle=False) for out in outs)
    errors = [error(bundle, name, found) for name, found in zip(names, answers, strict=True)]
    worst = max(absolute for absolute, _ in errors), max(relative for _, relative in errors)
    return Check(*worst, answers, bundle.tolerance)


def error(bundle: bundles.Bundle, name: str, found: np.ndarray) -> tuple[float, float]:
    """The errors of an answer against JAX's in the bundle's file `name`, see Bundle.errors.

    RunError for an answer of another shape or type.
    """
    expected = bundle.array(name)
    if (found.shape, found.dtype) != (expected.shape, expected.dtype):
        raise RunError(
            f"{bundle.name} answers with {found.dtype.name}{found.shape}, its {name} has "
            f"{expected.dtype.name}{expected.shape}; lower again"
        )
    return bundle.errors(name, found)


def call(bundle: bundles.Bundle, name: str, arguments: list[str], wrapper: tuple[str, ...] = ()) -> str:
    """Standard output of a tool run in the bundle's folder. RunError if it fails.

    What looks like a race of IREE's runtime (see `_race`) is run again, up to TRIES times in all. The warning RanAgain
    says so each time.
    """
    command, tries = [*wrapper, *tool(bundle, name), *arguments], 1
    start = functools.partial(subprocess.run, cwd=bundle.folder, env={**os.environ, **memory.ENVIRONMENT})
    done = start(command, capture_output=True, text=True, check=False)
    while tries < TRIES and (reason := _race(bundle, done)):
        tries += 1
        text = f"{name} {reason} on {bundle.name}, as a race in IREE 3.13 does"
        again = f"running it again, try {tries} of {TRIES}"
        warnings.warn_explicit(f"{text}; {again}", RanAgain, __file__, 0)  # unlike `warn`, also where it said so before
        done = start(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        raise RunError(f"{name} failed on {bundle.name} with exit code {done.returncode}: {said[0]}")
    return done.stdout


def _race(bundle: bundles.Bundle, done: subprocess.CompletedProcess[str]) -> str:
    """How a run failed if that looks like a race in IREE 3.13's runtime, which another run may not meet; else "".

    Two of the runtime's threads raise one timeline semaphore (`signal_wakeup` in its queue.c). Each takes the next
    number first, and the one with the lower number may come last. Vulkan forbids that
    (VUID-VkSemaphoreSignalInfo-value-03258). A driver that emulates such semaphores, as lavapipe does in Mesa 22,
    then reports that the device is lost. In a long sequence of steps the runtime at times crashes over it. No answer is
    ever wrong by it. A GPU's device is lost to a kernel that hangs, and another crash is a fault of the module: neither
    is run again.
    """
    if bundle.target.kind != "vulkan" or not done.returncode:
        return ""
    lost = "VK_ERROR_DEVICE_LOST" in done.stderr
    if not lost and not (bundle.stream and done.returncode == -signal.SIGSEGV):
        return ""
    device = drivers.find()
    if device is None or not device.is_software:
        return ""
    return "lost its device (VK_ERROR_DEVICE_LOST)" if lost else "crashed (SIGSEGV)"


def topology(threads: int) -> str:
    """IREE's flag for so many threads, each on a core of its own while there are enough that this process may use."""
    cores = sorted(os.sched_getaffinity(0))
    if threads > len(cores):
        return f"--task_topology_group_count={threads}"
    return f"--task_topology_cpu_ids={','.join(map(str, cores[:threads]))}"


def load(bundle: bundles.Bundle | str | pathlib.Path, threads: int = 1) -> Callable[..., Any]:
    """A host bundle's network in this process: f(clip f32[1, D, H, W, C], further inputs...) -> answer f32[1, ...].

    bundle: or its folder. Inputs have the shapes and types that the manifest says; floats of other widths are
    converted. Another type, number or shape is a ValueError. Several results come as a tuple.

    The number of threads is one of IREE's flags, which hold for the whole process. Unless it is 1, give the same number
    in every call. With several, the process also keeps memory that it frees (`system/memory.py`).

    RunError for a bundle of another target or of a stream, BundleError for a folder that is none.
    """
    bundle = bundles.opened(bundle)
    if bundle.stream:
        raise RunError(f"{bundle.name} is a stream; open it with streams.Stream, which has a step and a reset")
    main = module(bundle, threads).main
    return lambda *inputs: called(bundle, main, inputs)


def module(bundle: bundles.Bundle, threads: int) -> Any:
    """The module of a host bundle in a context of its own in this process. Errors as those of `load`."""
    typed.read(threads, bounds.Count, "threads")
    if not bundle.target.is_host:
        raise RunError(
            f"{bundle.name} cannot be loaded into this process, only bundles for `host` can; `check` runs the others"
        )
    check_processor(bundle)
    runtime.flags.parse_flags(topology(threads))
    if threads > 1:
        memory.keep_freed()
    driver = runtime.get_driver(bundle.target.device if threads == 1 else "local-task")
    # As in the bundle's flags: fresh buffers in every call would cost page faults, a fifth of C3D's time.
    specs: Any = ["caching"]
    config = runtime.Config(device=driver.create_default_device(allocators=specs))
    index = runtime.ParameterIndex()
    index.load(str(bundle.folder / "weights.irpa"))
    parameters = runtime.create_io_parameters_module(config.vm_instance, index.create_provider(scope=emit.SCOPE))
    own = runtime.VmModule.mmap(config.vm_instance, str(bundle.folder / "module.vmfb"))
    hal = runtime.create_hal_module(config.vm_instance, config.device)
    modules: Any = runtime.load_vm_modules(hal, parameters, own, config=config)
    return modules[-1]


def called(bundle: bundles.Bundle, function: Callable[..., Any], inputs: Sequence[Any]) -> Any:
    """The answer of a module's function to inputs as the manifest says them; several as a tuple."""
    found = function(*_inputs(bundle, inputs))
    several = found if isinstance(found, tuple | list) else [found]
    # A copy: a view that outlives the device would give its memory back to an allocator that is gone, and crash.
    answers = tuple(np.array(answer.to_host()) for answer in several)
    return answers[0] if len(answers) == 1 else answers


def _inputs(bundle: bundles.Bundle, given: Sequence[Any]) -> list[np.ndarray]:
    """The inputs of a call in the types of the manifest. ValueError where they are not what the bundle was made for."""
    entries, arrays = bundle.manifest["inputs"], [np.asarray(each) for each in given]
    if len(arrays) != len(entries):
        names = ", ".join(entry["name"] for entry in entries)
        raise ValueError(f"{bundle.name} got {len(arrays)} inputs, expected {len(entries)}: {names}")
    for entry, array in zip(entries, arrays, strict=True):
        if array.shape != (wanted := tuple(entry["shape"])):
            raise ValueError(f"{entry['name']} has shape {array.shape}, expected {wanted}: a bundle has fixed shapes")
        dtype = np.dtype(entry["dtype"])
        if array.dtype != dtype and array.dtype.kind + dtype.kind != "ff":
            raise ValueError(f"{entry['name']} holds {array.dtype}, expected {dtype}, prepared as for the network")
    pairs = zip(arrays, entries, strict=True)
    return [np.ascontiguousarray(array, np.dtype(entry["dtype"])) for array, entry in pairs]
