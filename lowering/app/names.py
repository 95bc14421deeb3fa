"""What a network and its arrays are called in C, Kotlin and Swift."""

import re
from collections.abc import Sequence

from lowering.graph import ops

NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
PACKAGE = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)+")
# No array is called so: words of C, C++, Kotlin and Swift, and what the code around them calls its own.
WORDS = """
alignas alignof and as asm assert auto bool break case catch char class companion compl const constexpr continue
decltype default defer delete deinit do double else enum explicit export extension extern external false fileprivate
final float for friend fun func goto guard if import in init inline inout int interface internal is let long mutable
namespace new nil noexcept not null nullptr object open operator or override package private protocol protected public
register repeat requires rethrows restrict return self short signed sizeof static struct subscript super switch
template this throw throws true try typealias typedef typeid typename typeof union unsigned using val var virtual void
volatile when where while xor
aligned announce await code compute constants create direct env fill forget free handle i identity kernels labels main
malloc memcpy n network point reset run serve stages start step steps threads weights work
"""
TAKEN = frozenset(WORDS.split())


class BadName(ValueError):
    """A name that C, or a package of Java, cannot have. The message says what is expected."""


def of_network(run: str) -> str:
    """The name for a network, made from that of its run: letters, digits and _, such as kgs_3_6x for kgs-3.6x."""
    found = re.sub(r"[^a-z0-9]+", "_", run.lower()).strip("_")[:36]
    return found if NAME.fullmatch(found) else f"net_{found}".rstrip("_")


def check(name: str, package: str) -> None:
    """BadName for a name of a network, or of a package, that its language would refuse."""
    if not NAME.fullmatch(name):
        raise BadName(f"--name {name!r} is no name in C; expected a lower-case letter, then letters, digits or _")
    if not PACKAGE.fullmatch(package):
        raise BadName(f"--package {package!r} is no package; expected words with dots between, such as org.example.app")


def of_class(name: str) -> str:
    """The name of a class: Kgs36x for kgs_3_6x."""
    return "".join(part.capitalize() for part in name.split("_"))


def of_arrays(given: Sequence[str]) -> list[str]:
    """A name for each array that all languages take, as close to its own as can be."""
    found: list[str] = []
    for word in given:
        name = re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_")[:30]
        name = name if name[:1].isalpha() else f"x_{name}".rstrip("_")
        found.append(ops.unique(name, (*TAKEN, *found)))
    return found
