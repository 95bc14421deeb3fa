"""The writer of MLIR: names, types, scopes, and that IREE reads what it writes."""

import math

import pytest

from lowering.kernels.mlir import block, types
from tests.lowering.kernels import parse

BUFFER = types.Buffer(64, types.F32)
WIDE = types.Buffer(16, types.Vector(4))


def lines(b: block.Block, **arguments: types.Type) -> list[str]:
    """What a block holds, once IREE has read it as the body of a function."""
    parse.body(b.lines(), **arguments)
    return b.lines()


def test_a_loop_that_carries_sums_is_written_as_an_engineer_would() -> None:
    b = block.Block()
    x, out = b.argument("x", BUFFER), b.argument("out", BUFFER)
    b.comment("Sums of every other item.")
    with b.loop("row", 0, 8) as row:
        with b.carry("tap", row, row + 5, [b.constant(0.0, types.F32, "zero"), b.load(x, row)]) as loop:
            acc, most = loop.carried
            item = b.load(x, loop.index * 2, name="item")
            loop.next([b.op("arith.addf", acc, item, name="acc"), b.op("arith.maximumf", most, item)])
        b.store(loop.results[1], out, row)
    assert lines(b, x=BUFFER, out=BUFFER) == [
        "// Sums of every other item.",
        "%c0 = arith.constant 0 : index",
        "%c8 = arith.constant 8 : index",
        "%c1 = arith.constant 1 : index",
        "%zero = arith.constant 0.0 : f32",
        "scf.for %row = %c0 to %c8 step %c1 {",
        "  %loaded = memref.load %x[%row] : memref<64xf32, #storage>",
        "  %at = affine.apply affine_map<(row) -> (row + 5)>(%row)",
        "  %accs:2 = scf.for %tap = %row to %at step %c1 iter_args(%acc = %zero, %acc_1 = %loaded) -> (f32, f32) {",
        "    %at_1 = affine.apply affine_map<(tap) -> (tap * 2)>(%tap)",
        "    %item = memref.load %x[%at_1] : memref<64xf32, #storage>",
        "    %acc_2 = arith.addf %acc, %item : f32",
        "    %maximumf = arith.maximumf %acc_1, %item : f32",
        "    scf.yield %acc_2, %maximumf : f32, f32",
        "  }",
        "  memref.store %accs#1, %out[%row] : memref<64xf32, #storage>",
        "}",
    ]


def test_every_operation_is_one_that_iree_reads() -> None:
    b = block.Block()
    x, wide, offsets = b.argument("x", BUFFER), b.argument("wide", WIDE), b.argument("i", types.Buffer(9, types.I32))
    at = b.cast(b.load(offsets, 3), "index")
    item = b.broadcast(b.load(x, at), 4)
    both = b.op("vector.fma", item, b.vector(x, 5, 4), b.load(wide, b.min(at, at + 3, 15)))
    half = b.cast(b.cast(both, "f16"), "f32")
    b.store(half, x, b.max(at - 4, 0))
    b.store(half, wide, 7)
    b.store(b.extract(half, 3), x, 9)
    more = b.compare("ogt", item, both)
    same = b.compare("eq", at, b.index(5))
    b.store(b.select(more, item, both), x, b.select(same, at, b.index(0)))
    b.prefetch(x, at * 2, 3)
    with b.carry("p", 0, 12, [half], step=4) as loop:
        loop.next(loop.carried)
    b.store(loop.results[0], x, at)
    assert b.cast(half, "f32") is half
    lines(b, x=BUFFER, wide=WIDE, i=types.Buffer(9, types.I32))


def test_a_name_that_is_taken_gets_a_number_and_is_free_again_after_its_scope() -> None:
    b = block.Block()
    x = b.argument("x", BUFFER)
    for _ in range(2):
        with b.loop("i", 0, 2) as i:
            assert [b.load(x, i, name=name).name for name in ("v", "v", "x")] == ["%v", "%v_1", "%x_1"]
    assert b.load(x, 0, name="v").name == "%v"
    with pytest.raises(ValueError, match="^%v is defined twice$"):
        b.argument("v", BUFFER)
    lines(b, x=BUFFER)


def test_the_result_of_a_loop_that_carries_several_is_cast_under_a_name_of_its_own() -> None:
    b = block.Block()
    with b.carry("i", 0, 2, [b.constant(0.0, types.F32), b.constant(1.0, types.F32)]) as loop:
        loop.next(loop.carried)
    assert [str(b.cast(result, "f16")) for result in loop.results] == ["%accs_1", "%accs_2"]
    lines(b)


def test_constants_are_written_once_under_names_that_no_scope_has_used() -> None:
    b = block.Block()
    with b.loop("i", 0, 2) as i:
        b.min(i, 1, name="zero")
        b.min(i, 1, name="c7")
    zero, again = (b.constant(0.0, types.F32, name) for name in ("zero", "other"))
    assert (zero.name, again.name, b.index(7).name, b.index(-7).name) == ("%zero_1", "%zero_1", "%c7_1", "%c_7")
    assert b.constant(0.0, types.Vector(4), "zero").name == "%zero_2"
    lines(b)


@pytest.mark.parametrize(
    ("value", "element", "text"),
    [
        (1e-5, "f32", "1.000000000e-05"),
        (1 / 3, "f16", "3.333333333e-01"),
        (1e20, "f32", "1.000000000e+20"),
        (-2.0, "f32", "-2.0"),
        (-math.inf, "f32", "0xFF800000"),
        (-math.inf, "f16", "0xFC00"),
        (-3, "i32", "-3"),
    ],
)
def test_a_number_is_one_in_mlir(value: float, element: str, text: str) -> None:
    b = block.Block()
    b.constant(value, types.Scalar(element))
    if element != "i1":
        b.constant(value, types.Vector(4, element))
    head, *_ = lines(b)
    expected = (
        "%constant = arith.constant true" if element == "i1" else f"%constant = arith.constant {text} : {element}"
    )
    assert head == expected


def test_types_that_do_not_agree_are_refused_where_they_meet() -> None:
    b = block.Block()
    one, four = b.constant(0.0, types.F32), b.constant(0.0, types.Vector(4))
    with pytest.raises(TypeError, match="^arith.addf takes operands of one type, not f32, vector<4xf32>$"):
        b.op("arith.addf", one, four)
    with (
        pytest.raises(TypeError, match="^the loop over %i carries f32, not vector<4xf32>$"),
        b.carry("i", 0, 2, [one]) as loop,
    ):
        loop.next([four])
