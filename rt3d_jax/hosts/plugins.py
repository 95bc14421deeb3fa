"""Classes of the user's own, by name: networks and tasks that are written outside this package.

A name is "my_package.nets:Net", a class of a module that Python can import here, or "/folder/experiment.py:Net", a
class that a file carries. To find a class is to run the module that has it, so only a name that the user wrote may come
here.
"""

import hashlib
import importlib
import importlib.util
import pathlib
import sys
from types import ModuleType

SEPARATOR = ":"


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
    except (ImportError, SyntaxError) as error:
        raise ValueError(f"{path} cannot be run ({' '.join(str(error).split())}); correct it") from error


def _imported(place: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(place)
    except (ImportError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(
            f"{name!r} cannot be imported ({reason}); expected module:Class, with the module installed or on PYTHONPATH"
        ) from error


def _module_name(path: pathlib.Path) -> str:
    """The name in sys.modules of a module that a file carries: the same for the same file."""
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    return f"rt3d_file_{path.stem}_{digest}"
