"""What can be lowered: a trained run, or a network of the user's own that a function gives.

`rt3d lower`, `onnx`, `tune`, `bench`, `profile` and `check` all take the second as a word such as "my_nets.py:build" or
"my_package.nets:build". The function takes no argument. It gives (apply, params, example): a JAX function
apply(params, *inputs), its parameters, and an array, or a tuple of arrays, as an example of the inputs.
"""

import contextlib
import dataclasses
import pathlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from lowering.bundle import bundles, deploy, examples, first_use, write
from lowering.graph import ops, trace
from lowering.system import typed
from lowering.targets import schedules, targets
from rt3d_jax.cli import console
from rt3d_jax.evaluation import measured
from rt3d_jax.hosts import plugins
from rt3d_jax.tasks import contract
from rt3d_jax.training import checkpoints

OWN_ERRORS = (ops.GraphError, bundles.BundleError, NotImplementedError)  # they say all that there is to say
BUILDS = "apply, params and an example"


@dataclasses.dataclass(frozen=True, eq=False)
class Network:
    """A network to lower.

    like: for each input an array, or what has its shape and dtype.
    example: of its inputs; None for a run, which takes it from its data.
    info: what a bundle says about it.
    home: the folder in which bundles/ and onnx/ are written.
    run, folder: a trained run and where it lies; None for a function.
    stream: whether it is lowered as a stream.
    every: the frames from one answer of its stream to the next; None: as many as its strides.
    """

    name: str
    apply: Callable[..., Any]
    params: Any
    like: tuple[Any, ...]
    example: tuple[np.ndarray, ...] | None
    info: bundles.Info
    home: pathlib.Path
    run: checkpoints.Network | None = None
    folder: pathlib.Path | None = None
    stream: bool = False
    every: int | None = None

    @property
    def host(self) -> targets.Target:
        """This machine as it computes the network: with integers where the network is quantised."""
        return targets.find("host" if self.info.quantisation is None else "host:i8")

    def streamed(self, every: int | None) -> "Network":
        """As a stream; every: None leaves it as the run was trained for."""
        return dataclasses.replace(self, stream=True, every=self.every if every is None else every)

    def traced(self) -> ops.Graph:
        """Its graph."""
        with self.told():
            return trace.trace(self.apply, self.params, self.like)

    def evaluated(self, inputs: Sequence[np.ndarray]) -> examples.Example:
        """Its graph, or that of a step of its stream, with the answers for these inputs."""
        with self.told():
            found = deploy.example(self.apply, self.params, tuple(inputs))
            return examples.stream(found, self.every) if self.stream else found

    def drawn(self) -> tuple[np.ndarray, ...]:
        """Inputs made up: floats from a normal distribution, integers from 0 to 99."""
        rng = np.random.default_rng(0)
        draw = lambda one: rng.integers(100, size=one.shape) if _whole(one) else rng.normal(size=one.shape)
        return tuple(draw(one).astype(one.dtype) for one in self.like)

    def told(self) -> contextlib.AbstractContextManager[None]:
        """Says in one line what a function of the user's own raises inside."""
        return contextlib.nullcontext() if self.run else plugins.told(f"the network {self.name}", *OWN_ERRORS)


def _whole(one: Any) -> bool:
    return np.issubdtype(one.dtype, np.integer)


def is_function(word: pathlib.Path) -> bool:
    """Whether a word of the command line names a function of the user's own, and no folder."""
    return plugins.is_name(word.name) and not word.exists()


def find(word: pathlib.Path, name: str | None = None) -> Network:
    """The network of a run's folder, or of a function. name: what it is called instead of as the run or function."""
    if name is not None and pathlib.PurePath(name).name != name:
        raise ValueError(f"--name {name!r} cannot be the name of a folder; choose one without a slash")
    found = _of_function(str(word)) if is_function(word) else _of_run(word)
    info = dataclasses.replace(found.info, run=name or found.name)
    return dataclasses.replace(found, name=name or found.name, info=info)


def tuned(
    name: str, graph: ops.Graph, target: targets.Target, seconds: float | None, shown: console.Progress | None = None
) -> schedules.Schedules:
    """The schedules to lower a network by. Shows and says what is measured on first use, in so many seconds.

    None: no schedule that was measured is used. shown: where progress is shown, if something is shown already.
    """
    if seconds is None:
        return schedules.NONE
    with console.Progress() if shown is None else contextlib.nullcontext(shown) as progress:
        what = f"{name} on {target.name}, layers timed"
        found = first_use.choose(graph, target, seconds, lambda done, total: progress(what, done, total))
    if found.line:
        console.say(f"{name} on {target.name}: {found.line}")
    return found.best


@contextlib.contextmanager
def host_bundles(words: Sequence[pathlib.Path], tuning: float | None = 0.0) -> Iterator[list[bundles.Bundle]]:
    """The bundles in these folders. Of a function, a bundle for `host` is written that is deleted in the end.

    tuning: the seconds in which schedules may be measured on first use; None: nothing that was measured is used.
    """
    with tempfile.TemporaryDirectory(prefix="rt3d-") as folder:
        yield [
            _written(pathlib.Path(folder) / str(place), word, tuning) if is_function(word) else bundles.read(word)
            for place, word in enumerate(words)
        ]


def describe(network: checkpoints.Network) -> bundles.Info:
    """What a bundle or ONNX model says about the trained network in it."""
    said, score = network.task.describe(network.facts), network.score
    is_accuracy = score.name == measured.ACCURACY
    return bundles.Info(
        run=network.name,
        model=network.model.name,
        labels=tuple(said.pop("labels", ())),
        clip=said.pop("clip", {}),
        scheme=network.scheme,
        rate=network.rate,
        accuracy=score.value if is_accuracy else None,
        protocol=score.protocol,
        score=None if score.value is None else bundles.Score(**dataclasses.asdict(score)),
        quantisation=None if network.quantisation is None else dataclasses.asdict(network.quantisation),
    )


def _written(folder: pathlib.Path, word: pathlib.Path, tuning: float | None) -> bundles.Bundle:
    network = find(word)
    host = network.host
    assert network.example is not None
    example = network.evaluated(network.example)
    chosen = tuned(network.name, example.graph, host, tuning)
    return write.write(folder, example, host, network.info, chosen)


def _of_run(folder: pathlib.Path) -> Network:
    run = checkpoints.load_network(folder)
    home = folder.resolve().parents[1]
    structs, about, every = run.signature.structs(), describe(run), run.model.every
    return Network(
        run.name,
        contract.as_shipped(run.task, checkpoints.apply(run)),
        run.params,
        structs,
        None,
        about,
        home,
        run,
        folder,
        every=every,
    )


def _of_function(word: str) -> Network:
    function = plugins.function(word)
    with plugins.told(word):
        given = function()
    if not isinstance(given, tuple | list) or len(given) != 3:
        held = typed.what(given) + (f" of {len(given)}" if isinstance(given, tuple | list) else "")
        raise ValueError(f"{word} gives {held}, expected three things: {BUILDS}")
    apply, params, example = given
    inputs = tuple(map(np.asarray, example if isinstance(example, tuple | list) else (example,)))
    trace.check(apply, params, inputs)
    name = word.rpartition(plugins.SEPARATOR)[2]
    return Network(name, apply, params, inputs, inputs, bundles.Info(run=name), pathlib.Path())
