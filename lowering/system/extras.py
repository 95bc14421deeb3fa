"""The optional parts of rt3d-jax: which packages each needs, and what is said where one of them is not installed."""

import contextlib
import sys
from collections.abc import Iterator

# By the extra of pyproject.toml: the modules of its packages.
EXTRAS = {
    "phone": ("adbutils",),
    "video": ("av", "grain"),
    "report": ("matplotlib", "PIL"),
    "images": ("PIL", "matplotlib", "skimage"),
    "tensorboard": ("tensorboardX",),
    "live": ("aiohttp", "cryptography"),
    "peers": ("onnx",),
    "search": ("optuna",),
}


class MissingExtra(ImportError):
    """A package is not installed which an optional part needs. The message says how to install that part."""


@contextlib.contextmanager
def need(extra: str) -> Iterator[None]:
    """Goes around the imports of an extra's modules: `with extras.need("video"): import av`.

    MissingExtra where one of them is missing. Other errors pass, such as that of a package which lacks one of its own.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS[extra]:
            raise
        message = f"the package {error.name} is not installed; get it with: pip install 'rt3d-jax[{extra}]'"
        raise MissingExtra(message, name=error.name) from error


@contextlib.contextmanager
def without(module: str) -> Iterator[None]:
    """Goes around an import that would import a large module too, if that is installed, and does not need it.

    A module that was imported before stays where it is.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # pyright: ignore[reportArgumentType] # an import raises ModuleNotFoundError
    try:
        yield
    finally:
        del sys.modules[module]
