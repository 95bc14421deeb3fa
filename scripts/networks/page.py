"""docs/networks.md: the prose stands in it, the tables between its markers are made from the results."""

import json
import pathlib
import re
from collections.abc import Sequence
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS, PAGE = ROOT / "docs/results/networks.json", ROOT / "docs/networks.md"
Found = dict[str, dict[str, Any]]


def read() -> Found:
    """What is measured so far, by network."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def keep(name: str, entry: dict[str, Any]) -> None:
    """Adds one to the file."""
    RESULTS.write_text(json.dumps(read() | {name: entry}, indent=1) + "\n")


def wrong(found: Found) -> list[str]:
    """Every answer that is not JAX's, and everything that did not run."""
    said = []
    for name, entry in found.items():
        if "failure" in entry:
            said.append(f"{name}: {entry['failure']}")
            continue
        for target, answer in (entry["answers"] | {"pruned": entry["pruned"]}).items():
            if "failure" in answer:
                said.append(f"{name} on {target}: {answer['failure']}")
            elif not answer.get("passed", True):
                said.append(f"{name} on {target}: error {answer['error']:.1e}")
    return said


def write(found: Found) -> None:
    """Puts the tables into the page."""
    text = PAGE.read_text()
    for name, lines in tables(found).items():
        marker = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text = marker.sub(lambda place, lines=lines: place[1] + "\n".join([*lines, ""]) + place[2], text)
    PAGE.write_text(text)


def tables(found: Found) -> dict[str, list[str]]:
    """The lines between the markers of each name."""
    from tests.lowering import small_functions
    from tests.lowering.zoo import every

    order = [name for name in every.NETWORKS if name in found and "failure" not in found[name]]
    entries: Found = {name: found[name] for name in order}
    functions = [name for name in small_functions.FUNCTIONS if not name.startswith("activation ")]
    return {
        "networks": _networks(entries),
        "summary": _summary(entries),
        "activations": _wrapped([*small_functions.ACTIVATIONS]),
        "functions": _wrapped(functions),
    }


def _networks(entries: Found) -> list[str]:
    head = "| network | from | M MACs | host | arm64 | Vulkan | MACs ours | time ours | pruned | faster |"
    lines = [head, "|---|---|---:|---|---|---|---:|---:|---:|---:|"]
    return lines + [f"| {name} | {_row(entry)} |" for name, entry in entries.items()]


def _row(entry: dict[str, Any]) -> str:
    pruned = entry["pruned"]
    cells = [entry["library"], f"{entry['macs'] / 1e6:.1f}"]
    cells += [_answer(entry["answers"][target]) for target in ("host", "arm64", "Vulkan")]
    cells += [f"{100 * entry['ours'][what]:.0f} %" for what in ("macs", "time")]
    cells += [f"{pruned['rate']:.1f}x", f"{pruned['faster']:.2f}x"] if "faster" in pruned else ["–", "–"]
    return " | ".join(cells)


def _answer(answer: dict[str, Any]) -> str:
    return f"{answer['error']:.0e}" if answer.get("passed") else "**no**"


def _summary(entries: Found) -> list[str]:
    """In a few sentences, what the table says as a whole."""
    count, libraries = len(entries), len({entry["library"] for entry in entries.values()})
    share = lambda what, least: sum(entry["ours"][what] >= least for entry in entries.values())
    faster = sorted(e["pruned"]["faster"] for e in entries.values() if "faster" in e["pruned"])
    quarters = [faster[len(faster) * part // 4] for part in (1, 2, 3)] if faster else [0, 0, 0]
    right = not wrong(entries)
    said = [
        f"{count} networks from {libraries} sources.",
        "All give JAX's answer on all three targets, dense and pruned." if right else "Some answers are wrong.",
        f"In {share('macs', 0.9995)} of them our kernels compute all of the MACs,",
        f"in {share('macs', 0.9)} at least 90 %.",
        f"In {share('time', 0.9)} they take at least 90 % of the time, in {share('time', 0.5)} at least half.",
        f"{len(faster)} were pruned: the median is {quarters[1]:.2f} times faster than dense,",
        f"a quarter of them at least {quarters[2]:.2f} times.",
    ]
    return _wrapped_text(" ".join(said))


def _wrapped(names: Sequence[str]) -> list[str]:
    return _wrapped_text(", ".join(names) + ".")


def _wrapped_text(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, 100, break_long_words=False, break_on_hyphens=False)
