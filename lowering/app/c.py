"""What stands for the words in the files of C."""

from collections.abc import Mapping, Sequence
from typing import Any

from lowering.app import arrays, tables

# Elements in Swift by those in C.
SWIFT = {"float": "Float"}
SWIFT |= {f"{sign}int{bits}_t": f"{sign.upper()}Int{bits}" for sign in ("", "u") for bits in (8, 16, 32)}
HOLDERS = {"VALUES": "n->values", "FIRST_STATE + 0": "n->states[n->now]"}  # of results
LABEL_DECLARATION = """
/* The names of the classes, in the order of the scores; NULL for a place that there is not. */
#define {upper}_LABELS {count}
const char *{name}_label(int place);
"""
LABEL_FUNCTION = """
const char *{name}_label(int place) {{
  static const char *const labels[] = {{
{rows}
  }};
  return place >= 0 && place < {upper}_LABELS ? labels[place] : NULL;
}}
"""


CALL = "/* Computes the results."
STEP = """/* Takes the next {every} frames of a video and answers. The answers before number {warm_up} are made of fewer
 * frames than a clip has, and of padding for the rest."""
RESET_DECLARATION = """
/* Forgets all frames: the next step is the first of another video. An instance begins so. */
int {name}_reset({name}_network *network);
"""
RESET_FUNCTION = """
int {name}_reset({name}_network *n) {{
  if (!n) return {upper}_WRONG_ARGUMENT;
  forget(n);
  return {upper}_OK;
}}
"""


def calls(name: str, stream: Mapping[str, Any] | None) -> dict[str, str]:
    """The texts of the function that computes, `run` or `step`, and of what a stream has besides."""
    shown = {"name": name, "upper": name.upper()}
    return {
        "call": "step" if stream else "run",
        "call_about": STEP.format(**stream) if stream else CALL,
        "readme_reset": f"Call it for the next frames again and again. `{name}_reset` begins another video.\n\n"
        if stream
        else "",
        "reset_declaration": RESET_DECLARATION.format(**shown) if stream else "",
        "reset_function": RESET_FUNCTION.format(**shown) if stream else "",
    }


def words(name: str, found: Sequence[arrays.Array], labels: Sequence[str], memory: tables.Memory) -> dict[str, str]:
    """The texts by their words: of the inputs and results, and of the names of the classes."""
    upper, written = name.upper(), [each for each in found if each.written]
    given = list(zip([each for each in found if not each.written], memory.inputs, strict=True))
    shown = {"name": name, "upper": upper, "count": len(labels)}
    rows = "\n".join(f"      {tables.string(label)}," for label in labels)
    return {
        "NAME": upper,
        "arrays": "\n".join(
            f"#define {upper}_{each.name.upper()}_COUNT {each.count} /* elements of {each.name} */" for each in found
        ),
        "parameters": ", ".join(each.parameter for each in found),
        "or_null": "".join(f" || !{each.name}" for each in found),
        "take_inputs": "\n".join(
            f"  n->inputs[{place}] = aligned(n, {each.name}, {at}, {each.bytes});"
            for place, (each, at) in enumerate(given)
        ),
        "give_outputs": "\n".join(
            f"  memcpy({each.name}, {HOLDERS[holder]} + {at}, {each.bytes});"
            for each, (holder, at) in zip(written, memory.outputs, strict=True)
        ),
        "sample": "\n".join(f"static {each.element} {each.name}[{upper}_{each.name.upper()}_COUNT];" for each in found),
        "swift": "\n".join(
            f"var {each.name} = [{SWIFT[each.element]}](repeating: 0, count: Int({upper}_{each.name.upper()}_COUNT))"
            for each in found
        ),
        "swift_names": ", ".join(f"&{each.name}" for each in found),
        "label_declaration": LABEL_DECLARATION.format(**shown) if labels else "",
        "label_function": LABEL_FUNCTION.format(**shown, rows=rows) if labels else "",
    }


def supported(conditions: Mapping[str, Sequence[str]]) -> str:
    """The body of a function that leaves with false where a processor lacks something. By kind of processor, as a
    condition of the preprocessor: conditions in C that it must fulfil.
    """
    lines = []
    for kind, needed in conditions.items():
        lines += [f"#if {kind}", *(f"  if (!({condition})) return false;" for condition in needed), "#endif"]
    return "\n".join(lines)
