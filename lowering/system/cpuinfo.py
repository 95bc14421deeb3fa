"""What the kernel says of processors, in /proc/cpuinfo: this machine's, or a phone's as text.

Every line is a name and a value around a colon. x86 kernels name "model name" and "flags", Arm's "CPU implementer",
"CPU part" and "Features", once for each core.
"""

import itertools

PATH = "/proc/cpuinfo"
X86, ARM = "flags", "Features"


def here(path: str = PATH) -> str:
    """What is said of this machine's first core; nothing where there is no such file.

    Machines of many cores make a long one.
    """
    try:
        with open(path) as file:
            return "".join(itertools.takewhile(str.strip, file))
    except OSError:
        return ""


def values(text: str, *names: str) -> list[str]:
    """The values of these names, in the order of the text."""
    lines = (line.partition(":") for line in text.splitlines())
    return [value.strip() for name, colon, value in lines if colon and name.strip() in names]


def features(text: str, names: tuple[str, ...] = (X86, ARM)) -> frozenset[str]:
    """Features that every core has, as the kernel names them ("avx2", "asimdhp"); empty where none are listed.

    names: what the kernels of which processors call the list.
    """
    lists = [set(value.split()) for value in values(text, *names)]
    return frozenset(set.intersection(*lists)) if lists else frozenset()


def model(text: str) -> str:
    """What the first core is called; empty where the kernel says nothing."""
    return " ".join(found[0] for name in ("model name", "CPU implementer", "CPU part") if (found := values(text, name)))
