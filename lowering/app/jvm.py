"""What stands for the words in the binding of Java's native interface and in the class of Kotlin."""

from collections.abc import Sequence

from lowering.app import arrays, names, texts

# By buffer: what makes it of one of bytes.
VIEWS = {f"{kind}Buffer": f".as{kind}Buffer()" for kind in ("Float", "Int", "Short")} | {"ByteBuffer": ""}
LABELS = """
        /** The names of the classes, in the order of the scores. */
        val labels = listOf(
{rows}
        )
"""
PLAIN = set(map(chr, range(32, 127))) - set('"$\\')


def words(name: str, package: str, found: Sequence[arrays.Array], labels: Sequence[str]) -> dict[str, str]:
    """The texts by their words."""
    classes = names.of_class(name)
    views = sorted({each.buffer for each in found} - {"ByteBuffer"})
    return {
        "Class": classes,
        "package": package,
        "jni": f"{package}.{classes}".replace("_", "_1").replace(".", "_"),
        "jni_parameters": ", ".join(f"jobject {each.name}" for each in found),
        "jni_arguments": ", ".join(f"(*env)->GetDirectBufferAddress(env, {each.name})" for each in found),
        "imports": "\n".join(f"import java.nio.{view}" for view in views),
        "fields": "\n".join(_field(each) for each in found),
        "names": ", ".join(each.name for each in found),
        "inputs": ", ".join(f"network.{each.name}" for each in found if not each.written),
        "outputs": ", ".join(f"network.{each.name}" for each in found if each.written),
        "natives": ", ".join(f"{each.name}: Buffer" for each in found),
        "kotlin_labels": _labels(labels),
    }


def _field(each: arrays.Array) -> str:
    """A buffer that an instance keeps."""
    said = texts.paragraph(each.about, "     * ", "     * ")
    made = f"val {each.name}: {each.buffer} = direct({each.bytes}){VIEWS[each.buffer]}"
    return f"\n    /**\n{said}\n     */\n    {made}"


def _labels(labels: Sequence[str]) -> str:
    if not labels:
        return ""
    rows = ",\n".join(f"            {_string(label)}" for label in labels)
    return LABELS.format(rows=rows)


def _string(text: str) -> str:
    """A string in Kotlin of any text."""
    units = text.encode("utf-16-be")
    pairs = [units[place : place + 2] for place in range(0, len(units), 2)]
    letters = [pair.decode("utf-16-be", "surrogatepass") for pair in pairs]
    return '"' + "".join(c if c in PLAIN else f"\\u{ord(c):04x}" for c in letters) + '"'
