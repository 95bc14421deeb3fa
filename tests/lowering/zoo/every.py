"""All networks of the zoo by name."""

import dataclasses
from collections.abc import Callable

from tests.lowering.zoo import in_equinox, in_haiku, in_linen, in_nnx, in_plain_jax, network, of_the_catalog

LIBRARIES = {
    "the catalog": (of_the_catalog.NETWORKS, of_the_catalog.made),
    "Flax NNX": (in_nnx.NETWORKS, network.of_nnx),
    "Flax Linen": (in_linen.NETWORKS, network.of_linen),
    "Equinox": (in_equinox.NETWORKS, network.of_equinox),
    "Haiku": (in_haiku.NETWORKS, network.of_haiku),
    "plain JAX": (in_plain_jax.NETWORKS, in_plain_jax.made),
}


@dataclasses.dataclass(frozen=True)
class Entry:
    """A network that is not made yet."""

    name: str
    library: str
    make: Callable[[], network.Network]


def _entries() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for library, (networks, made) in LIBRARIES.items():
        for name, (what, inputs) in networks.items():
            assert name not in found, name
            found[name] = Entry(name, library, lambda what=what, inputs=inputs, made=made: made(what, *inputs))
    return found


NETWORKS = _entries()
