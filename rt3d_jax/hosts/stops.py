"""Stop signals: Ctrl-C (SIGINT), and SIGTERM, which batch systems send before they kill.

A stop raises KeyboardInterrupt. That alone is not enough: Python and C++ code drops an exception that is raised inside
some of their callbacks, such as those of the garbage collector. So a stop is remembered too. `check` raises it again
where work is reported, and `exit_code` says at the end of the program whether one came.

The program calls `install` before it imports anything large. Training in a program of the user's own does not call it;
`deferred` then leaves the handlers of signals as they were.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
AGAIN_SECONDS = 0.02  # until a stop whose exception was dropped is raised once more
INTERRUPTED = 130  # the exit code after Ctrl-C
# before: what `install` replaced; asked: the signal that came; deferred: what `deferred` yielded, inside it.
NOTHING = {"before": None, "asked": 0, "last_words": None, "deferred": None}
_STATE: dict[str, Any] = dict(NOTHING)


class Deferred:
    """What `deferred` yields. asked: the number of the signal that came first, 0 if none did."""

    asked = 0


def install() -> None:
    """Answers stop signals from here on. Without effect in another thread than the main one."""
    if threading.current_thread() is not threading.main_thread() or _STATE["before"] is not None:
        return
    _STATE["before"] = [(number, signal.signal(number, _stop)) for number in SIGNALS], sys.unraisablehook
    sys.unraisablehook = _dropped
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def uninstall() -> None:
    """What was before `install`, and nothing remembered: for programs that go on, such as tests."""
    if _STATE["before"] is not None:
        handlers, sys.unraisablehook = _STATE["before"]
        for number, handler in handlers:
            signal.signal(number, handler)
    _STATE.update(NOTHING)


def ask(number: int) -> None:
    """Remembers that the program is to stop as if this signal had come, such as SIGPIPE: nobody reads its output."""
    _STATE["asked"] = _STATE["asked"] or number
    if _STATE["deferred"] is not None:
        _STATE["deferred"].asked = number


def check() -> None:
    """KeyboardInterrupt if the program is to stop; not inside `deferred`."""
    if _STATE["asked"] and _STATE["deferred"] is None:
        raise KeyboardInterrupt


def exit_code() -> int:
    """What a program ends with that was told to stop: 128 and the number of the signal. 0 if it was not told to."""
    return 128 + _STATE["asked"] if _STATE["asked"] else 0


def leave_at_once(last_words: str | None) -> None:
    """From here on, a stop ends the process on the spot with this line, "" for none; None: no longer."""
    _STATE["last_words"] = last_words


@contextlib.contextmanager
def at_once(last_words: str) -> Iterator[None]:
    """Inside, a stop ends the process on the spot with this line: where nothing is under way that could be lost."""
    leave_at_once(last_words)
    try:
        yield
    finally:
        leave_at_once(None)


@contextlib.contextmanager
def waiting() -> Iterator[None]:
    """Inside, stop signals wait for the end of the block. Processes that are started there never get any, unless they
    `install` handlers of their own: a terminal sends Ctrl-C to all processes at once.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def deferred() -> Iterator[Deferred]:
    """Inside, the first stop is only noted in what is yielded, for the block to end where it can go on later.

    If the block ends without having seen it, it is raised behind the block. The second one is raised at once.
    """
    check()
    found = Deferred()
    if threading.current_thread() is not threading.main_thread():
        yield found
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, _: Any) -> None:
        found.asked = number
        if _STATE["before"] is not None:
            ask(number)
        restore()

    for number in SIGNALS:
        signal.signal(number, note)
    _STATE["deferred"] = found
    try:
        yield found
    finally:
        restore()
        _STATE["deferred"] = None
    if found.asked:
        raise KeyboardInterrupt


def _stop(number: int, _: Any) -> None:
    ask(number)
    if _STATE["last_words"] is not None:
        line = f"{_STATE['last_words']}\n" if _STATE["last_words"] else ""
        os.write(2, line.encode())  # print may be at work just where the signal came
        os._exit(128 + number)
    raise KeyboardInterrupt


def _dropped(unraisable: Any) -> None:
    """Python's report of an exception that nobody gets to see: a stop is raised again, a moment later."""
    if unraisable.exc_type is not None and issubclass(unraisable.exc_type, KeyboardInterrupt):
        threading.Timer(AGAIN_SECONDS, os.kill, (os.getpid(), _STATE["asked"] or signal.SIGINT)).start()
    else:
        sys.__unraisablehook__(unraisable)
