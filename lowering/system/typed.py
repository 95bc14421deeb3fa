"""JSON values by their types: dataclasses and TypedDicts say what JSON may hold, and nothing else is read.

| annotation | JSON |
|---|---|
| bool, int, float, str, None, Literal | the value; an int is no bool, a float may be written as an int |
| tuple, list | a list |
| dict[str, ...] | an object |
| a TypedDict | an object with at least its fields; others stay as they are |
| a dataclass | an object with its fields, without others; its name may stand under "type". A value of it stays |
| a union | what one of them is; of several dataclasses "type" names the one |
| a Protocol | a dataclass that has it, which "type" names |
| Annotated[kind, Check(...)] | what a kind is and a test allows |
| object | anything, as it is |
| Any | anything, with lists as tuples |

cattrs does not serve: each of its rules for numbers, texts and lists would have to be replaced, since it converts where
this refuses ("3" to 3, a text to a tuple of letters).
"""

import dataclasses
import functools
import json
import numbers
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

SHOWN = 100  # characters of a wrong value
SCALARS: dict[Any, str] = {float: "a number", int: "an integer", bool: "true or false", str: "a text"}
SCALARS |= dict.fromkeys((None, types.NoneType), "null")
Find = Callable[[str], type]


@dataclasses.dataclass(frozen=True)
class Check:
    """A bound on values of a type, as metadata of Annotated. words: what is expected ("a count"); test: of a value of
    the type.
    """

    words: str
    test: Callable[[Any], bool] = dataclasses.field(repr=False)


def plain(value: Any, name: Callable[[type], str] = lambda kind: kind.__name__) -> Any:
    """A value as JSON: a dataclass becomes an object with its name under "type", a tuple a list."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: plain(getattr(value, field.name), name) for field in dataclasses.fields(value)}
        return {"type": name(type(value)), **fields}
    if isinstance(value, tuple | list):
        return [plain(item, name) for item in value]
    if isinstance(value, dict):
        return {key: plain(item, name) for key, item in value.items()}
    return value


def loads(text: str | bytes, where: str = "", finite: bool = False) -> Any:
    """The value of a JSON text, in UTF-8; ValueError in one line if it is none. where: as for `read`.

    finite: whether NaN and Infinity are refused, which Python writes and JSON has not.
    """
    try:
        text = text.decode() if isinstance(text, bytes) else text
        return json.loads(text, parse_constant=_refuse if finite else None)
    except UnicodeDecodeError as error:  # whose text would hold all of this one
        raise ValueError(f"{_named(where)} is not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise ValueError(f"{_named(where)} is nested too deep") from None
    except ValueError as error:
        raise ValueError(f"{_named(where)} is not JSON ({error})") from error


def parse(text: str | bytes, kind: Any, where: str = "") -> Any:
    """What a JSON text holds for a type; errors are those of `loads` and `read`."""
    return read(loads(text, where), kind, where)


def read(value: Any, kind: Any, where: str = "", find: Find | None = None) -> Any:
    """What JSON holds for a type; ValueError in one line, which names the place of the first fault ("clip.mean[2]").

    where: the value's own place; "FILE:" for all of a file, nothing for one that needs none. find: the class that a
    name under "type" means, where the annotation is a Protocol; it raises ValueError for a name that means none.
    """
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _checked(value, kind, where, find)
    if kind is object:
        return value
    if kind is Any:
        return _tuples(value)
    if origin is typing.Literal:
        return _known(value, any(value == one and type(value) is type(one) for one in parts), kind, where)
    if origin in (typing.Union, types.UnionType):
        return _one_of(value, parts, where, find)
    if origin in (tuple, list):
        return _sequence(value, kind, where, find)
    if origin is dict or typing.is_typeddict(kind):
        return _object(value, kind, where, find)
    if dataclasses.is_dataclass(kind):
        return _dataclass(value, kind, where, find)
    if kind in SCALARS:
        return _known(value, _is_scalar(value, kind), kind, where)
    return _implementation(value, kind, where, find)


def check(record: Any) -> None:
    """ValueError for a field of a dataclass that its type does not allow: "Recipe.epochs is -1, expected ...".

    It is what a __post_init__ calls, so that no value is made with wrong settings.
    """
    name, annotations = type(record).__name__, _annotations(type(record))
    for field in dataclasses.fields(record):
        read(getattr(record, field.name), annotations[field.name], f"{name}.{field.name}")


def words(kind: Any) -> str:
    """A type in words: "a number or null"."""
    origin: Any = typing.get_origin(kind)
    parts: Any = typing.get_args(kind)
    if origin is typing.Annotated:
        return next((each.words for each in parts[1:] if isinstance(each, Check)), words(parts[0]))
    if origin is typing.Literal:
        return f"one of {', '.join(map(str, parts))}" if len(parts) > 1 else repr(parts[0])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(map(words, parts))
    if origin in (tuple, list):
        return f"a list of {len(parts)}" if parts[-1] is not ... and origin is tuple else "a list"
    if origin is dict or typing.is_typeddict(kind):
        return "an object"
    return SCALARS.get(kind) or kind.__name__


def show(value: Any) -> str:
    """A wrong value in a line of bounded length."""
    try:
        return re.sub(r"[^ -~]", "?", repr(value)[:SHOWN])
    except RecursionError:
        return "nested too deep"


def what(value: Any) -> str:
    """A value of the wrong kind in a few words: 'x', a dict, the class Reweighted."""
    if value is None or isinstance(value, str | bool | numbers.Number):
        return show(value)
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant}, expected a number")


def _known(value: Any, fits: bool, kind: Any, where: str) -> Any:
    if not fits:
        raise ValueError(f"{_named(where)} is {show(value)}, expected {words(kind)}")
    return value


def _is_scalar(value: Any, kind: Any) -> bool:
    if kind in (None, types.NoneType):
        return value is None
    family = {float: numbers.Real, int: numbers.Integral}.get(kind, kind)  # numpy's numbers are among them
    return type(value) is kind or (isinstance(value, family) and not isinstance(value, bool))


def _checked(value: Any, kind: Any, where: str, find: Find | None) -> Any:
    inner, *checks = typing.get_args(kind)
    try:
        found = read(value, inner, where, find)
    except ValueError:
        if isinstance(value, dict | list):  # whose part is wrong
            raise
        return _known(value, False, kind, where)
    return _known(found, all(each.test(found) for each in checks if isinstance(each, Check)), kind, where)


def _one_of(value: Any, kinds: tuple[Any, ...], where: str, find: Find | None) -> Any:
    rest = [kind for kind in kinds if kind is not types.NoneType]
    if value is None and len(rest) < len(kinds):
        return None
    if isinstance(value, dict):
        records = [kind for kind in rest if dataclasses.is_dataclass(kind)]
        named = [kind for kind in records if value.get("type") == typing.cast(type, kind).__name__]
        rest = named or (rest if len(records) < 2 else [])
    if len(rest) == 1 and rest[0] not in SCALARS and isinstance(value, dict | list):  # to name the part that is wrong
        return read(value, rest[0], where, find)
    for kind in rest:
        try:
            return read(value, kind, where, find)
        except ValueError:
            continue
    shown = f"has type {show(value['type'])}" if isinstance(value, dict) and "type" in value else f"is {show(value)}"
    raise ValueError(f"{_named(where)} {shown}, expected {' or '.join(map(words, kinds))}")


def _sequence(value: Any, kind: Any, where: str, find: Find | None) -> Any:
    origin: Any = typing.get_origin(kind)
    parts: Any = typing.get_args(kind)
    open_ended = origin is list or parts[-1] is ...
    _known(value, isinstance(value, list | tuple) and (open_ended or len(value) == len(parts)), kind, where)
    each = [parts[0]] * len(value) if open_ended else parts
    found = (read(item, one, f"{where}[{n}]", find) for n, (item, one) in enumerate(zip(value, each, strict=True)))
    return origin(found)


def _object(value: Any, kind: Any, where: str, find: Find | None) -> dict[str, Any]:
    _known(value, isinstance(value, dict), kind, where)
    if typing.is_typeddict(kind):
        _complete(value, kind.__required_keys__, where)
        fields = _annotations(kind)
    else:
        fields = dict.fromkeys(value, typing.get_args(kind)[1])
    return value | {name: read(value[name], fields[name], _at(where, name), find) for name in fields if name in value}


def _dataclass(value: Any, kind: Any, where: str, find: Find | None) -> Any:
    if isinstance(value, kind):
        return value
    _known(value, isinstance(value, dict), kind, where)
    _known(value.get("type"), value.get("type", kind.__name__) == kind.__name__, kind, _at(where, "type"))
    return _made(value, kind, where, find)


def _implementation(value: Any, kind: Any, where: str, find: Find | None) -> Any:
    """A dataclass that has the Protocol `kind`."""
    if isinstance(value, dict) and isinstance(name := value.get("type"), str) and find is not None:
        return _made(value, find(name), where, find)
    made = dataclasses.is_dataclass(value) and not isinstance(value, type)
    if not made or not isinstance(value, kind):
        raise ValueError(f"{_named(where)} is {show(value)}, expected a {kind.__name__}")
    return value


def _made(value: dict[str, Any], kind: Any, where: str, find: Find | None) -> Any:
    fields, annotations = {field.name: field for field in dataclasses.fields(kind) if field.init}, _annotations(kind)
    for name in value.keys() - fields.keys() - {"type"}:
        raise ValueError(f"{_named(where)} has the field {show(name)}, expected only {', '.join(fields)}")
    bare = (dataclasses.MISSING, dataclasses.MISSING)
    _complete(value, [name for name, field in fields.items() if (field.default, field.default_factory) == bare], where)
    given = {name: read(value[name], annotations[name], _at(where, name), find) for name in fields if name in value}
    try:
        return kind(**given)
    except (
        TypeError,
        AttributeError,
        LookupError,
        ArithmeticError,
        re.error,
    ) as error:  # of values that it cannot take
        raise ValueError(f"{_named(where)} is no {kind.__name__}: {error}") from error


def _at(where: str, name: str) -> str:
    return f"{where}{' ' if where.endswith(':') else '.'}{show(name)[1:-1]}".lstrip(".")


def _named(where: str) -> str:
    return where.removesuffix(":") or "it"


def _complete(value: Mapping[str, Any], names: Iterable[str], where: str) -> None:
    for name in sorted(set(names) - value.keys()):
        raise ValueError(f"{_named(where)} has no {name}")


def _tuples(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(_tuples, value))
    return {key: _tuples(item) for key, item in value.items()} if isinstance(value, dict) else value


@functools.cache
def _annotations(kind: Any) -> dict[str, Any]:
    found = typing.get_type_hints(kind, include_extras=True)
    return {
        n: typing.get_args(one)[0] if typing.get_origin(one) is typing.NotRequired else one for n, one in found.items()
    }
