"""The optional parts of rt3d-jax: which packages each needs, and what is said where one of them is not installed."""

import contextlib
from collections.abc import Iterator

# By the extra of pyproject.toml: the modules of its packages.
EXTRAS = {
    "phone": ("adbutils",),
    "video": ("av", "grain"),
    "report": ("matplotlib", "PIL"),
    "tensorboard": ("tensorboardX",),
    "peers": ("onnx",),
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
