"""Classes and functions of the user's own, by name: networks and tasks that are written outside this package.

A name is "my_package.nets:Net", a class of a module that Python can import here, or "/folder/experiment.py:Net", a
class that a file carries. To find it is to run the module that has it, so only a name that the user wrote may come
here.
"""

import contextlib
import hashlib
import importlib
import importlib.util
import pathlib
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from lowering.system import spelling, typed

SEPARATOR = ":"
# Where code lies that is not the user's: Python, installed packages, and this program.
OTHERS = (*(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")), "<")
OWN = tuple(str(pathlib.Path(__file__).parents[2] / name) + "/" for name in ("rt3d_jax", "lowering"))


def is_name(text: str) -> bool:
    """Whether a text names a class of the user's own, and not something of this package."""
    return SEPARATOR in text


def find(name: str) -> type:
    """The class of that name. ValueError, in one line, where there is no such module, file or class."""
    place, _, attribute = name.rpartition(SEPARATOR)
    module = _carried(pathlib.Path(place)) if place.endswith(".py") else _imported(place, name)
    found = getattr(module, attribute, None)
    if not isinstance(found, type):
        raise ValueError(f"{place} has no class {attribute!r}; expected one, as {name!r} says")
    return found


def function(name: str) -> Callable[..., Any]:
    """The function of a name from the command line, such as "my_nets.py:build" or "my_package.nets:build".

    The folder of the file, or the current one, is searched for what the module imports, as by `python my_nets.py`.
    ValueError or FileNotFoundError, in one line, where there is no such module, file or function.
    """
    place, _, attribute = name.rpartition(SEPARATOR)
    is_file = place.endswith(".py")
    folder = str(pathlib.Path(place).resolve().parent if is_file else pathlib.Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    module = _carried(pathlib.Path(place).resolve()) if is_file else _imported(place, name)
    if not hasattr(module, attribute):
        known = [each for each, value in vars(module).items() if callable(value)]
        raise ValueError(f"{place} has no function {attribute!r}{spelling.meant(attribute, known)}")
    found = getattr(module, attribute)
    if not callable(found):
        raise ValueError(f"{name} is {typed.what(found)}, expected a function")
    return found


@contextlib.contextmanager
def told(what: str, *but: type[Exception]) -> Iterator[None]:
    """Code of the user's own, called `what`, runs inside.

    What it raises becomes a ValueError in one line, with the innermost line of the user's. `but`: errors that pass.
    """
    try:
        yield
    except but:
        raise
    except (Exception, SystemExit) as error:
        raise ValueError(f"{what} raises {_reason(error)}") from error


def name_of(kind: type) -> str:
    """The name by which `find` finds a class again. ValueError for one that lies inside a function or another class."""
    if kind.__qualname__ != kind.__name__:
        raise ValueError(f"{kind.__qualname__} is no class of a module; define it at the top of a module or file")
    module = sys.modules[kind.__module__]
    path = pathlib.Path(getattr(module, "__file__", None) or "")
    place = str(path) if module.__name__ == _module_name(path) else module.__name__
    return f"{place}{SEPARATOR}{kind.__name__}"


def load(path: pathlib.Path) -> ModuleType:
    """A Python file as a module, run anew. `find` takes its classes from there. FileNotFoundError if it is missing."""
    path = path.resolve()
    spec = importlib.util.spec_from_file_location(_module_name(path), path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"{path} is not there, expected a Python file")
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(spec.name)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(spec.name)
        if before is not None:
            sys.modules[spec.name] = before
        raise
    return module


def _carried(path: pathlib.Path) -> ModuleType:
    if not path.is_absolute():  # a folder from elsewhere could bring a file of that name
        example = path.resolve()
        raise ValueError(f"{path} is a relative path, expected the absolute one of a Python file, such as {example}")
    found = sys.modules.get(_module_name(path))
    if found is not None:
        return found
    try:
        return load(path)
    except FileNotFoundError as error:
        if path.is_file():
            raise ValueError(f"{path} cannot be run: {_reason(error)}; correct it") from error
        raise
    except (Exception, SystemExit) as error:
        raise ValueError(f"{path} cannot be run: {_reason(error)}; correct it") from error


def _imported(place: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(place)
    except (Exception, SystemExit) as error:
        if _line(error):
            raise ValueError(f"{name!r} cannot be imported: {_reason(error)}; correct it") from error
        raise ValueError(
            f"{name!r} cannot be imported ({' '.join(str(error).split())}); expected module:Name, with the module "
            f"installed or on PYTHONPATH"
        ) from error


def _reason(error: BaseException) -> str:
    """An error of the user's code: the last line of its traceback, and the place in their code that it came from."""
    said = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
    return " ".join(f"{said}{f' ({place})' if (place := _line(error)) else ''}".split())


def _line(error: BaseException) -> str:
    """The innermost line of the user's code in a traceback, as "/folder/file.py:12"; "" if there is none."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith((*OTHERS, *OWN))]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else ""


def _module_name(path: pathlib.Path) -> str:
    """The name in sys.modules of a module that a file carries: the same for the same file."""
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    return f"rt3d_file_{path.stem}_{digest}"
