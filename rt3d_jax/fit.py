"""The loop of one phase: batches in, a step under jit, logs and checkpoints out; goes on where it was stopped."""

import contextlib
import dataclasses
import math
import pathlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import optax

from rt3d_jax import checkpoints, logs
from rt3d_jax.data import pipelines

Tree = Any
State = dict[str, Any]
Metrics = dict[str, jax.Array]
Loss = Callable[..., tuple[jax.Array, tuple[Metrics, Tree]]]
Step = Callable[[State, Any, Any], tuple[State, Metrics]]
Progress = Callable[[str, int, int, dict[str, float]], None]
LOG_EVERY = 10
SAVE_SECONDS = 60.0


def initial_state(params: Tree, transform: optax.GradientTransformation) -> State:
    """The state of a phase at step 0; the arrays are copies, since steps reuse their memory."""
    params = jax.tree.map(lambda leaf: jnp.array(leaf, copy=True), params)
    return {"params": params, "optimizer": transform.init(params), "step": jnp.zeros((), jnp.int32)}


def step_function(loss: Loss, transform: optax.GradientTransformation, seed: int, constants: Tree = None) -> Step:
    """The compiled step (state, clip f32[N, D, H, W, 3], label i32[N]) -> (state, metrics); the state is donated.

    loss(params, constants, clip, label, key, step) -> (f32[], (metrics, statistics)); its key depends on seed and step alone.
    statistics (catalog.train_function) replace their leaves of the parameters after the step, whatever the transform did to
    them. constants (such as a teacher's parameters) are arguments of the compiled program, not part of it.
    """

    def update(state: State, constants: Tree, clip: jax.Array, label: jax.Array) -> tuple[State, Metrics]:
        key = jax.random.fold_in(jax.random.key(seed), state["step"])
        graded = jax.value_and_grad(loss, has_aux=True)
        (value, (metrics, statistics)), gradients = graded(state["params"], constants, clip, label, key, state["step"])
        updates, optimizer = transform.update(gradients, state["optimizer"], state["params"])
        params = _replaced(optax.apply_updates(state["params"], updates), statistics)
        return {"params": params, "optimizer": optimizer, "step": state["step"] + 1}, {"loss": value, **metrics}

    compiled = jax.jit(update, donate_argnums=0)
    return lambda state, clip, label: compiled(state, constants, clip, label)


def _replaced(tree: Tree, leaves: Tree) -> Tree:
    """A nested dict in which the leaves of a smaller one take the places of its own."""
    if not isinstance(leaves, dict):
        return leaves
    return {**tree, **{key: _replaced(tree[key], leaf) for key, leaf in leaves.items()}}


@dataclasses.dataclass(frozen=True)
class Phase:
    """What `fit` runs: `steps` steps over `batches`, kept in `folder`. masks are only stored; the step applies them."""

    name: str
    folder: pathlib.Path
    step: Step
    steps: int
    batches: pipelines.Batches
    masks: Tree
    progress: Progress
    save_seconds: float = SAVE_SECONDS


def fit(phase: Phase, state: State) -> tuple[State, float]:
    """Run a phase from its newest checkpoint, or from `state`, to its end: the last state and the seconds that it took.

    The last state is a checkpoint too. Ctrl-C ends the step under way, writes a checkpoint and raises KeyboardInterrupt.
    FloatingPointError if the loss is no longer finite.
    """
    store, seconds = checkpoints.Store(phase.folder), 0.0
    if store.latest() is not None:
        state, position = store.load(state)
        phase.batches.set_state(position["data"])
        seconds = position["seconds"]
    log = logs.Log(phase.folder, int(state["step"]))
    try:
        with _deferred_interrupt() as interrupted:
            return _Loop(phase, store, log, interrupted, seconds).run(state)
    finally:
        log.close()
        phase.batches.close()
        store.close()


class _Loop:
    """The steps of `fit`, with what they write to."""

    def __init__(
        self, phase: Phase, store: checkpoints.Store, log: logs.Log, interrupted: threading.Event, seconds: float
    ):
        self._phase, self._store, self._log, self._interrupted = phase, store, log, interrupted
        self._began = time.monotonic() - seconds

    def run(self, state: State) -> tuple[State, float]:
        phase, saved = self._phase, time.monotonic()
        for number in range(int(state["step"]) + 1, phase.steps + 1):
            batch = self._next(state, number - 1)
            state, metrics = phase.step(state, batch["clip"], batch["label"])
            last, late = number == phase.steps, time.monotonic() - saved > phase.save_seconds
            stop = last or late or self._interrupted.is_set()
            values = self._checked(number, metrics) if stop or number % LOG_EVERY == 0 else {}
            phase.progress(phase.name, number, phase.steps, values)
            if stop:
                self._save(number, state)
                saved = time.monotonic()
            if self._interrupted.is_set():
                raise KeyboardInterrupt
        return state, time.monotonic() - self._began

    def _next(self, state: State, done: int) -> dict[str, Any]:
        try:
            return next(self._phase.batches)
        except BaseException:
            # Ctrl-C in a terminal ends the worker processes too: what they raise then is not the news.
            self._save(done, state)
            if self._interrupted.is_set():
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
        self._log.write(number, values)
        return values


@contextlib.contextmanager
def _deferred_interrupt() -> Iterator[threading.Event]:
    """Inside, the first Ctrl-C sets the event that is yielded instead of raising; the second raises at once."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    before = signal.getsignal(signal.SIGINT)

    def handle(*_: Any) -> None:
        event.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, handle)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)
