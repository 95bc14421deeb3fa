"""What stands for the words in the binding of Java's native interface and in the class of Kotlin."""

from collections.abc import Mapping, Sequence
from typing import Any

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


KOTLIN_RESET = """
    /** Forgets all frames: the next step is the first of another video. An instance begins so. */
    fun reset() {
        check(network != 0L) { "the network is closed" }
        nativeReset(network)
    }
"""
KOTLIN_NATIVE = """
        @JvmStatic private external fun nativeReset(network: Long)
"""
JNI_RESET = """JNIEXPORT void JNICALL Java_@jni@_nativeReset(JNIEnv *env, jclass class, jlong network) {
  (void)env;
  (void)class;
  @name@_reset((@name@_network *)(intptr_t)network);
}

"""


def calls(name: str, package: str, stream: Mapping[str, Any] | None) -> dict[str, str]:
    """The texts of the function that computes, and of what a stream has besides."""
    step = f"Takes the next {stream['every']} frames of a video and answers." if stream else ""
    native = texts.filled(JNI_RESET, {"jni": _symbol(name, package), "name": name})
    return {
        "kotlin_about": step or "Computes the results for what the inputs hold.",
        "kotlin_reset": KOTLIN_RESET if stream else "",
        "kotlin_native": KOTLIN_NATIVE if stream else "",
        "jni_reset": native if stream else "",
    }


def words(name: str, package: str, found: Sequence[arrays.Array], labels: Sequence[str]) -> dict[str, str]:
    """The texts by their words."""
    classes = names.of_class(name)
    views = sorted({each.buffer for each in found} - {"ByteBuffer"})
    return {
        "Class": classes,
        "package": package,
        "jni": _symbol(name, package),
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


def _symbol(name: str, package: str) -> str:
    """The class in the names of its native functions."""
    return f"{package}.{names.of_class(name)}".replace("_", "_1").replace(".", "_")


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
