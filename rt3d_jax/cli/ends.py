"""How a command ends: what stops it, what it says then in one line, and its exit code.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | done, and a check failed |
| 2 | wrong arguments or input, or the system refused: a full disk, a missing permission |
| 130, 143 | stopped by Ctrl-C, by SIGTERM |
| 141 | nobody reads the output any more, as in `rt3d ... | head` |
"""

import errno
import os
import select
import signal
import sys
import warnings
from collections.abc import Callable

from lowering.system import extras
from rt3d_jax.hosts import stops

WRONG = 2
SHOW = warnings.showwarning  # Python's own, with the place in the code
# What wrong input and a system that refuses end in. Anything else is a fault of the program, which shows where it is.
KINDS = (ValueError, OSError, NotImplementedError, RuntimeError, ArithmeticError, MemoryError, extras.MissingExtra)
GOES_ON = "the same command continues from here"
LONGEST = 800  # characters of an error; libraries put whole reports into theirs
FIXES = {
    errno.ENOSPC: f"make room; {GOES_ON}",
    errno.EDQUOT: f"make room in your quota; {GOES_ON}",
    errno.EFBIG: f"raise the limit on the size of a file (ulimit -f); {GOES_ON}",
    errno.EACCES: "choose another place, or change its permissions",
    errno.EPERM: "choose another place, or change its permissions",
    errno.EROFS: "choose a place that can be written",
    errno.ENOTDIR: "a part of this path is a file, expected a folder",
    errno.EEXIST: "this is a file or a broken link, expected a folder",
    errno.EISDIR: "expected a file",
    errno.ENOENT: "check the path, or make its folder",
    errno.ENAMETOOLONG: "choose shorter names",
    errno.ELOOP: "its links lead in a circle; remove one of them",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENOMEM: "free some memory",
}


def run(what: str, command: Callable[[], int | None]) -> int:
    """Calls a command and returns its exit code; what it fails of is one line on standard error, which begins with
    `what`.

    A fault of the program itself is raised. So is every error where RT3D_TRACEBACK is set.
    """
    line, code = "", 0
    try:
        try:
            code = command() or 0
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = stops.INTERRUPTED
    except Exception as error:
        if _output_is_gone():
            _forget_output()
            return 128 + signal.SIGPIPE
        if os.environ.get("RT3D_TRACEBACK") or not (isinstance(error, KINDS) or stops.exit_code()):
            raise
        line, code = told(error), WRONG
    if stops.exit_code() or code == stops.INTERRUPTED:
        code = stops.exit_code() or code
        line = f"interrupted{f' ({line})' if line else ''}; {GOES_ON}"
    if line:
        print(f"{what}: {line}", file=sys.stderr)
    return code


def warn(message: Warning | str, category: type[Warning], *place: object, **more: object) -> None:
    """Shows a warning as one line; stands for warnings.showwarning."""
    if issubclass(category, UserWarning):
        print(f"rt3d: warning: {' '.join(str(message).split())}", file=sys.stderr)
    else:
        SHOW(message, category, *place, **more)  # pyright: ignore[reportArgumentType]


def told(error: BaseException) -> str:
    """An error as one line of bounded length; of an error of the system also what it was about and what to do."""
    text = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.errno in FIXES:
        names = [str(name) for name in (error.filename, error.filename2) if name is not None]
        text = f"{': '.join([' -> '.join(names)] * bool(names) + [os.strerror(error.errno)])}; {FIXES[error.errno]}"
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def _output_is_gone() -> bool:
    """Whether standard output is a pipe that nobody reads any more."""
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
        return any(found & select.POLLERR for _, found in poll.poll(0))
    except (OSError, ValueError):  # closed, or no file at all, as in a test
        return False


def _forget_output() -> None:
    """What is still to be written goes nowhere, so that the interpreter does not fail over it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
