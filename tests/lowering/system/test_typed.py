"""JSON by types: what is read comes back, and everything else is a line that names the place."""

import dataclasses
import json
import re
from typing import Annotated, Any, Literal, NotRequired, Protocol, TypedDict, runtime_checkable

import numpy as np
import pytest

from lowering.system import typed

Count = Annotated[int, typed.Check("a count", lambda value: value >= 0)]


@dataclasses.dataclass(frozen=True)
class Square:
    side: float


@dataclasses.dataclass(frozen=True)
class Circle:
    radius: float
    filled: bool = False


@runtime_checkable
class Drawn(Protocol):
    def draw(self) -> str: ...


@dataclasses.dataclass(frozen=True)
class Pen:
    width: Count

    def draw(self) -> str:
        return "-" * self.width


class Entry(TypedDict):
    name: str
    bytes: NotRequired[Count]


@dataclasses.dataclass(frozen=True)
class Picture:
    shape: Square | Circle
    title: str | None
    corners: tuple[int, int]
    rules: tuple[tuple[str, Square | None], ...] = ()
    mode: Literal["fast", "slow"] = "fast"
    tool: Drawn | None = None
    sizes: dict[str, Count] = dataclasses.field(default_factory=dict)
    rest: Any = None

    def __post_init__(self) -> None:
        if self.corners[0] > self.corners[1]:
            raise ValueError(f"corners are {self.corners}, expected the smaller one first")
        if self.rest == "broken":
            raise TypeError("cannot be")


PICTURE = Picture(
    Circle(2), "a", (0, 1), (("x", None), ("y", Square(0.5))), "slow", Pen(3), {"a": 1}, ("b", ({"c": None},))
)


def find(name: str) -> type:
    if name != "Pen":
        raise ValueError(f"no {name}")
    return Pen


def read(changes: dict[str, Any]) -> Picture:
    return typed.read(json.loads(json.dumps(typed.plain(PICTURE) | changes)), Picture, "picture", find)


def test_a_value_comes_back_and_is_written_as_it_was() -> None:
    assert read({}) == PICTURE
    assert json.dumps(typed.plain(read({}))) == json.dumps(typed.plain(PICTURE))
    assert type(read({}).shape.radius) is int, "a number that was written as an integer stays one"


def test_fields_with_a_default_may_be_missing_and_the_type_where_it_is_clear() -> None:
    found = typed.read({"shape": {"type": "Square", "side": 1}, "title": None, "corners": [0, 0]}, Picture, "")
    assert found == Picture(Square(1), None, (0, 0))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"type": "Square"}, "picture.type is 'Square', expected Picture"),
        ({"shape": {"type": "Circle", "radius": "2"}}, "picture.shape.radius is '2', expected a number"),
        ({"shape": {"type": "Circle", "radius": True}}, "picture.shape.radius is True, expected a number"),
        ({"shape": {"type": "Circle", "radius": 1, "filled": 1}}, "picture.shape.filled is 1, expected true or false"),
        ({"shape": {"type": "Circle"}}, "picture.shape has no radius"),
        ({"shape": {"type": "Square", "side": 1, "top": 1}}, "picture.shape has the field 'top', expected only side"),
        ({"shape": {"type": "Star"}}, "picture.shape has type 'Star', expected Square or Circle"),
        ({"shape": {"type": ["Square"]}}, "picture.shape has type ['Square'], expected Square or Circle"),
        ({"shape": None}, "picture.shape is None, expected Square or Circle"),
        ({"title": 3}, "picture.title is 3, expected a text or null"),
        ({"corners": [0, 1, 2]}, "picture.corners is [0, 1, 2], expected a list of 2"),
        ({"corners": "01"}, "picture.corners is '01', expected a list of 2"),
        ({"corners": [0, 1.0]}, "picture.corners[1] is 1.0, expected an integer"),
        ({"corners": [1, 0]}, "corners are (1, 0), expected the smaller one first"),
        ({"rules": [["x", None], ["y", 3]]}, "picture.rules[1][1] is 3, expected Square or null"),
        ({"rules": [["x", {"side": []}]]}, "picture.rules[0][1].side is [], expected a number"),
        ({"rules": {"x": None}}, "picture.rules is {'x': None}, expected a list"),
        ({"mode": "quick"}, "picture.mode is 'quick', expected one of fast, slow"),
        ({"tool": {"type": "Saw"}}, "no Saw"),
        ({"tool": {"type": "Pen", "width": -1}}, "picture.tool.width is -1, expected a count"),
        ({"tool": "Pen"}, "picture.tool is 'Pen', expected Drawn or null"),
        ({"sizes": {"a\n": -1}}, r"picture.sizes.a\n is -1, expected a count"),
        ({"sizes": []}, "picture.sizes is [], expected an object"),
        ({"rest": "broken"}, "picture is no Picture: cannot be"),
        ({"title": ["x" * 1000]}, f"picture.title is ['{'x' * 98}, expected a text or null"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read(changes)


def test_an_object_with_typed_fields_keeps_others_and_needs_its_own() -> None:
    assert typed.read({"name": "a", "more": [1]}, Entry, "entry") == {"name": "a", "more": [1]}
    assert typed.read({"a": [[1]]}, dict[str, object], "entry") == {"a": [[1]]}
    for value, message in (
        ({}, "entry has no name"),
        ({"name": "a", "bytes": 0.5}, "entry.bytes is 0.5, expected a count"),
        ([], "entry is [], expected an object"),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            typed.read(value, Entry, "entry")


def test_no_protocol_is_read_where_nobody_says_what_has_it() -> None:
    with pytest.raises(ValueError, match=r"^tool is \{'type': 'Pen', 'width': 1\}, expected a Drawn$"):
        typed.read({"type": "Pen", "width": 1}, Drawn, "tool")


def test_a_text_is_read_by_its_type() -> None:
    assert typed.parse('{"name": "ä", "bytes": 3}'.encode(), Entry) == {"name": "ä", "bytes": 3}
    assert typed.parse("[1, 2]", tuple[int, int]) == (1, 2)
    with pytest.raises(ValueError, match=r"^line 3: name is 3, expected a text$"):
        typed.parse('{"name": 3}', Entry, "line 3:")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "line 3 is not JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"),
        (b'"\xff"', "line 3 is not UTF-8 at byte 1"),
        ("[" * 100_000, "line 3 is nested too deep"),
        ('{"a": [-Infinity]}', "line 3 is not JSON (-Infinity, expected a number)"),
        ("NaN", "line 3 is not JSON (NaN, expected a number)"),
    ],
)
def test_what_is_no_json_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        typed.loads(text, "line 3:", finite=True)


def test_numbers_that_json_has_not_are_read_where_python_wrote_them() -> None:
    assert typed.loads("[Infinity]") == [float("inf")]


def test_the_place_of_a_file_stands_before_the_field() -> None:
    with pytest.raises(ValueError, match=r"^/a/b.json: name is 3, expected a text$"):
        typed.read({"name": 3}, Entry, "/a/b.json:")
    with pytest.raises(ValueError, match=r"^/a/b.json is 3, expected an object$"):
        typed.read(3, Entry, "/a/b.json:")


@pytest.mark.parametrize("number", [2, 2.0, np.float32(2), np.int64(2)])
def test_a_value_that_is_made_in_python_is_held_to_its_types(number: Any) -> None:
    typed.check(dataclasses.replace(PICTURE, shape=Square(number), rules=[("x", Square(1))]))
    for changes, told in (
        ({"shape": Square}, f"Picture.shape is {Square!r}, expected Square or Circle"),
        ({"title": number}, f"Picture.title is {number!r}, expected a text or null"),
        ({"rules": (("x", Pen(1)),)}, "Picture.rules[0][1] is Pen(width=1), expected Square or null"),
        ({"tool": Pen}, f"Picture.tool is {Pen!r}, expected Drawn or null"),
        ({"sizes": {"a": -1}}, "Picture.sizes.a is -1, expected a count"),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
            typed.check(dataclasses.replace(PICTURE, **changes))


@pytest.mark.parametrize(
    ("value", "told"),
    [("x", "'x'"), (None, "None"), (1.5, "1.5"), ({}, "a dict"), ([], "a list"), (int, "the class int")],
)
def test_a_value_of_the_wrong_kind_is_told_in_a_few_words(value: Any, told: str) -> None:
    assert typed.what(value) == told
