"""Operations on tensors: IREE reads what is written."""

import pytest

from lowering.kernels.mlir import block, tensors, types
from tests.lowering.kernels import parse

X, MASK = types.Tensor((3, 2, 16)), types.Tensor((16,))


def test_a_generic_reads_as_linalg() -> None:
    b = block.Block()
    x, mask = b.argument("x", X), b.argument("mask", MASK)
    into = tensors.fill(b, b.constant(0.0, types.F32, "zero"), types.Tensor((3, 16)))
    with tensors.generic(b, [(x, "c f p"), (mask, "p")], (into, "c p"), name="sums") as cell:
        value, keep = cell.inputs
        kept = b.op("arith.mulf", value, keep, name="kept")
        cell.give(b.op("arith.addf", cell.out, kept, name="sum"))
    assert cell.result == block.Value("%sums", types.Tensor((3, 16)))
    assert b.lines() == [
        "%zero = arith.constant 0.0 : f32",
        "%empty = tensor.empty() : tensor<3x16xf32>",
        "%filled = linalg.fill ins(%zero : f32) outs(%empty : tensor<3x16xf32>) -> tensor<3x16xf32>",
        "%sums = linalg.generic {indexing_maps = [affine_map<(c, p, f) -> (c, f, p)>, affine_map<(c, p, f) -> (p)>, "
        "affine_map<(c, p, f) -> (c, p)>],",
        '    iterator_types = ["parallel", "parallel", "reduction"]} '
        "ins(%x, %mask : tensor<3x2x16xf32>, tensor<16xf32>) outs(%filled : tensor<3x16xf32>) {",
        "  ^bb0(%x_1: f32, %mask_1: f32, %so_far: f32):",
        "    %kept = arith.mulf %x_1, %mask_1 : f32",
        "    %sum = arith.addf %so_far, %kept : f32",
        "    linalg.yield %sum : f32",
        "} -> tensor<3x16xf32>",
    ]
    parse.body(b.lines(), x=X, mask=MASK)


def test_every_operation_is_one_that_iree_reads() -> None:
    b = block.Block()
    x = b.argument("x", X)
    cut = tensors.first(b, x, (2, 2, 16))
    assert tensors.first(b, x, X.shape) is x
    both = tensors.concat(b, [cut, x])
    flat = tensors.flatten(b, both)
    back = tensors.expand(b, flat, (1, 160))
    tensors.extract(b, back, (0, b.index(3) * 2 + 1))
    with tensors.generic(b, [], (tensors.empty(b, types.Tensor((4, 4))), "i k")) as cell:
        at = cell.at("k") + cell.at("i") * 3
        cell.give(tensors.extract(b, flat, [at]))
    assert cell.result.type == types.Tensor((4, 4))
    parse.body(b.lines(), x=X)


def test_what_a_generic_gives_must_be_of_its_results_type() -> None:
    b = block.Block()
    with (
        pytest.raises(TypeError, match="^%result holds f32, not f16$"),
        tensors.generic(b, [], (tensors.empty(b, MASK), "p")) as cell,
    ):
        cell.give(b.constant(0.0, types.Scalar("f16")))
