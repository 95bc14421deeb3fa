"""The loop of one phase: batches in, a step under jit, logs and checkpoints out; goes on where it was stopped."""

import contextlib
import dataclasses
import math
import pathlib
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

from rt3d_jax.hosts import devices, distributed, stops
from rt3d_jax.tasks import contract
from rt3d_jax.training import logs, states, tracing

Tree = Any
State = dict[str, Any]
Metrics = dict[str, jax.Array]
Loss = Callable[..., tuple[jax.Array, tuple[Metrics, Tree]]]
Step = Callable[[State, contract.Batch], tuple[State, Metrics]]
Progress = Callable[[str, int, int, dict[str, float]], None]
LOG_EVERY = 10
SAVE_SECONDS = 60.0


def initial_state(params: Tree, transform: optax.GradientTransformation) -> State:
    """The state of a phase at step 0; the arrays are copies, since steps reuse their memory."""
    params = jax.tree.map(lambda leaf: jnp.array(leaf, copy=True), params)
    return {"params": params, "optimizer": transform.init(params), "step": jnp.zeros((), jnp.int32)}


def step_function(
    loss: Loss,
    transform: optax.GradientTransformation,
    seed: int,
    constants: Tree = None,
    *,
    accumulate: int = 1,
    further: Callable[[Tree], Metrics] = lambda params: {},
) -> Step:
    """The compiled step (state, batch) -> (state, metrics); the state is donated. A batch is a tree of arrays [N, ...].

    loss(params, constants, batch, key, step) -> (f32[], (metrics, statistics)); its key depends on seed and step alone.
    statistics (catalog.train_function) replace their leaves of the parameters after the step, whatever the transform
    did to them. constants (such as a teacher's parameters) and the seed are arguments of the compiled program, not part
    of it. The batch goes through in `accumulate` parts: gradients, loss, metrics and statistics are the means of
    theirs. further(params) gives more metrics, of the parameters before the step.

    The gradients and the rest are two programs. The first takes long to compile, and is the same for all plans.
    """
    graded = jax.value_and_grad(loss, has_aux=True)

    def differentiate(params: Tree, step: jax.Array, constants: Tree, key: jax.Array, batch: Tree) -> Any:
        call = lambda batch, key: graded(params, constants, batch, key, step)
        return _mean_over_parts(call, batch, jax.random.fold_in(key, step), accumulate)

    def update(state: State, gradients: Tree, statistics: Tree) -> tuple[State, Metrics]:
        updates, optimizer = transform.update(gradients, state["optimizer"], state["params"])
        params = _replaced(optax.apply_updates(state["params"], updates), statistics)
        return {"params": params, "optimizer": optimizer, "step": state["step"] + 1}, further(state["params"])

    first = jax.jit(differentiate, out_shardings=devices.replicated())
    second = jax.jit(update, donate_argnums=0, out_shardings=devices.replicated())
    constants, key = devices.replicate(constants), jax.random.key(seed)

    def step(state: State, batch: contract.Batch) -> tuple[State, Metrics]:
        found = first(state["params"], state["step"], constants, key, devices.split(batch))
        (value, (metrics, statistics)), gradients = found
        state, more = second(state, gradients, statistics)
        return state, {"loss": value, **metrics, **more}

    return step


def _mean_over_parts(call: Callable[..., Tree], batch: Tree, key: jax.Array, parts: int) -> Tree:
    """The mean of call(batch, key) over micro-batches of equal size, each with a key of its own."""
    if parts == 1:
        return call(batch, key)
    cut = (devices.micro_batches(batch, parts), jax.random.split(key, parts))
    like = jax.eval_shape(call, *jax.tree.map(lambda array: array[0], cut))
    zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), like)
    total, _ = jax.lax.scan(lambda sums, part: (jax.tree.map(jnp.add, sums, call(*part)), None), zeros, cut)
    return jax.tree.map(lambda leaf: leaf / parts, total)


def _replaced(tree: Tree, leaves: Tree) -> Tree:
    """A nested dict in which the leaves of a smaller one take the places of its own."""
    if not isinstance(leaves, dict):
        return leaves
    return {**tree, **{key: _replaced(tree[key], leaf) for key, leaf in leaves.items()}}


@dataclasses.dataclass(frozen=True)
class Phase:
    """What `fit` runs: `steps` steps over `batches`, kept in `folder`. masks are only stored; the step applies them.

    The batches hold the rows of this process, see devices.rows.
    """

    name: str
    folder: pathlib.Path
    step: Step
    steps: int
    batches: contract.Batches
    masks: Tree
    progress: Progress
    save_seconds: float = SAVE_SECONDS


def fit(phase: Phase, state: State) -> tuple[State, float]:
    """Run a phase from its newest checkpoint, or from `state`, to its end: the last state and the seconds that it took.

    The last state is a checkpoint too. Ctrl-C or SIGTERM ends the step under way, writes a checkpoint and raises
    KeyboardInterrupt, after the last step as well; of several processes one is enough, and all end at the same step.
    FloatingPointError if the loss is no longer finite.
    """
    store, log, seconds = states.Store(phase.folder), None, 0.0
    with contextlib.ExitStack() as closing:  # each, even if another cannot be closed
        closing.callback(store.close)
        closing.callback(phase.batches.close)
        if store.latest() is not None:
            state, position = store.load(state)
            phase.batches.set_state(position["data"])
            seconds = position["seconds"]
        _check_alike(phase, int(state["step"]))
        if distributed.first():
            log = logs.Log(phase.folder, int(state["step"]))
            closing.callback(log.close)
        with stops.deferred() as stop:
            return _Loop(phase, store, log, stop, seconds).run(devices.replicate(state))


def _check_alike(phase: Phase, step: int) -> None:
    least, most = distributed.agree(-step, step)
    if -least != most:
        raise ValueError(
            f"{phase.folder} is at step {step} in this process and at step {most:.0f} in another; "
            "expected an output folder that all processes share"
        )


class _Loop:
    """The steps of `fit`, with what they write to."""

    def __init__(self, phase: Phase, store: states.Store, log: logs.Log | None, stop: stops.Deferred, seconds: float):
        self._phase, self._store, self._log, self._stop = phase, store, log, stop
        self._began = time.monotonic() - seconds
        self._waiting, self._meetings = tracing.Waiting(), distributed.Meetings()

    def run(self, state: State) -> tuple[State, float]:
        phase, saved, metrics = self._phase, time.monotonic(), {}
        for number in range(int(state["step"]) + 1, phase.steps + 1):
            with self._waiting.batch(state["step"] if metrics else None):  # the loss is there before the step ends
                batch = self._next(state, number - 1)
            with jax.profiler.StepTraceAnnotation("step", step_num=number):
                state, metrics = phase.step(state, batch)
            last, late = number == phase.steps, time.monotonic() - saved > phase.save_seconds
            stop, late = self._meetings.any(number, bool(self._stop.asked), late, now=last)
            save = stop or late or last
            values = self._checked(number, metrics) if save or number % LOG_EVERY == 0 else {}
            phase.progress(phase.name, number, phase.steps, values)
            if save:
                self._save(number, state)
                saved = time.monotonic()
            if stop:
                raise KeyboardInterrupt
        return state, time.monotonic() - self._began

    def _next(self, state: State, done: int) -> dict[str, Any]:
        try:
            return next(self._phase.batches)
        except BaseException:
            # Ctrl-C in a terminal ends the worker processes too: what they raise then is not the news.
            self._save(done, state)
            if self._stop.asked:
                raise KeyboardInterrupt from None
            raise

    def _save(self, step: int, state: State) -> None:
        position = {"data": self._phase.batches.get_state(), "seconds": time.monotonic() - self._began}
        self._store.save(step, state, self._phase.masks, position)

    def _checked(self, number: int, metrics: Metrics) -> dict[str, float]:
        values = {key: float(value) for key, value in metrics.items()}
        if not math.isfinite(values["loss"]):
            text = f"loss of {self._phase.name} is {values['loss']} at step {number}, expected a finite number"
            raise FloatingPointError(f"{text}; lower its learning_rate or set clip_norm")
        values["waiting"] = self._waiting.percent()
        if self._log is not None:
            self._log.write(number, values)
        return values
