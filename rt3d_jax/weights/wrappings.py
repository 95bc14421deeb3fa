"""What trainers put around the names of weights: prefixes of wrappers, and arrays that are not the network's."""

import re
from collections.abc import Iterable

import numpy as np

Arrays = dict[str, np.ndarray]
# Counters of torch.optim.swa_utils.AveragedModel and of MMEngine, and the normalisation of MMEngine's models.
OTHERS = ("n_averaged", "steps")
OTHER_MODULES = ("data_preprocessor.",)


def unwrapped(arrays: Arrays, modules: Iterable[str]) -> tuple[Arrays, list[str]]:
    """The arrays by the names that their network gave them, and what was left out, in words.

    modules: regexes of the names of the network's modules. While none fits, what all names begin with is taken from
    them: "module." of DistributedDataParallel, "_orig_mod." of torch.compile, "model." of Lightning. If none fits in
    the end, the arrays are as they were.
    """
    known = [re.compile(rf"(?:{regex})\.\w+") for regex in modules]
    fits = lambda names: any(regex.fullmatch(name) for name in names for regex in known)
    prefix, others, found = "", *_parted(arrays)
    while found and not fits(found):
        first = next(iter(found)).partition(".")[0] + "."
        if not all(name.startswith(first) for name in found):
            return arrays, []
        prefix += first
        more, found = _parted({name.removeprefix(first): array for name, array in found.items()})
        others += [prefix + name for name in more]
    return (found, ([f"the prefix {prefix!r} of all names"] if prefix else []) + others) if found else (arrays, [])


def _parted(arrays: Arrays) -> tuple[list[str], Arrays]:
    """The names of arrays that belong to no network, and the rest."""
    others = [name for name in arrays if name in OTHERS or name.startswith(OTHER_MODULES)]
    return others, {name: array for name, array in arrays.items() if name not in others}
