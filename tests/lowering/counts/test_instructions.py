"""Instruction words and their classes. The words are what GNU as 2.40 makes of the text beside them."""

import pytest

from lowering.counts import instructions

WORDS = {
    "fmla f32": (
        (0x4E22CC20, "fmla v0.4s, v1.4s, v2.4s"),
        (0x0EA2CC20, "fmls v0.2s, v1.2s, v2.2s"),
        (0x4FBA1B76, "fmla v22.4s, v27.4s, v26.s[3]"),
        (0x0FA25020, "fmls v0.2s, v1.2s, v2.s[1]"),
    ),
    "fmla f64": (
        (0x4E62CC20, "fmla v0.2d, v1.2d, v2.2d"),
        (0x4FC21820, "fmla v0.2d, v1.2d, v2.d[1]"),
    ),
    "fmla f16": (
        (0x4E420C20, "fmla v0.8h, v1.8h, v2.8h"),
        (0x0F321820, "fmla v0.4h, v1.4h, v2.h[7]"),
        (0x4F3F1BDF, "fmla v31.8h, v30.8h, v15.h[7]"),
        (0x4F025020, "fmls v0.8h, v1.8h, v2.h[0]"),
    ),
    "fmlal": (
        (0x4E22EC20, "fmlal v0.4s, v1.4h, v2.4h"),
        (0x6E22CC20, "fmlal2 v0.4s, v1.4h, v2.4h"),
        (0x4FB20020, "fmlal v0.4s, v1.4h, v2.h[3]"),
        (0x6FB28820, "fmlal2 v0.4s, v1.4h, v2.h[7]"),
        (0x4FB24020, "fmlsl v0.4s, v1.4h, v2.h[3]"),
    ),
    "dot": (
        (0x4E829420, "sdot v0.4s, v1.16b, v2.16b"),
        (0x6FA2E820, "udot v0.4s, v1.16b, v2.4b[3]"),
        (0x4FA2E820, "sdot v0.4s, v1.16b, v2.4b[3]"),
        (0x4E829C20, "usdot v0.4s, v1.16b, v2.16b"),
        (0x4FA2F020, "usdot v0.4s, v1.16b, v2.4b[1]"),
        (0x4F22F020, "sudot v0.4s, v1.16b, v2.4b[1]"),
    ),
    "matmul": (
        (0x4E82A420, "smmla v0.4s, v1.16b, v2.16b"),
        (0x4E82AC20, "usmmla v0.4s, v1.16b, v2.16b"),
        (0x6E82A420, "ummla v0.4s, v1.16b, v2.16b"),
    ),
    "fmadd": (
        (0x1F020C20, "fmadd s0, s1, s2, s3"),
        (0x1F628C20, "fnmsub d0, d1, d2, d3"),
        (0x1FC20C20, "fmadd h0, h1, h2, h3"),
        (0x5FA21020, "fmla s0, s1, v2.s[1]"),
    ),
    "dup": (
        (0x4E140420, "dup v0.4s, v1.s[2]"),
        (0x4E040C20, "dup v0.4s, w1"),
        (0x4E0A0420, "dup v0.8h, v1.h[2]"),
    ),
    "simd": (
        (0x5E140420, "mov s0, v1.s[2]"),
        (0x6E22DC20, "fmul v0.4s, v1.4s, v2.4s"),
        (0x4FA29020, "fmul v0.4s, v1.4s, v2.s[1]"),
        (0x4E421420, "fadd v0.8h, v1.8h, v2.8h"),
        (0x4E22F420, "fmax v0.4s, v1.4s, v2.4s"),
        (0x4E22C420, "fmaxnm v0.4s, v1.4s, v2.4s"),
        (0x4EA29420, "mla v0.4s, v1.4s, v2.4s"),
        (0x6F00E400, "movi v0.2d, #0x0"),
        (0x6E0C0420, "mov v0.s[1], v1.s[0]"),
        (0x4E823820, "zip1 v0.4s, v1.4s, v2.4s"),
        (0x0E217820, "fcvtl v0.4s, v1.4h"),
        (0x1E270020, "fmov s0, w1"),
        (0x1E220020, "scvtf s0, w1"),
    ),
    "load simd": (
        (0xACC167DA, "ldp q26, q25, [x30], #32"),
        (0xAD406DFC, "ldp q28, q27, [x15]"),
        (0xAD416FFC, "ldp q28, q27, [sp, #32]"),
        (0x3CE27820, "ldr q0, [x1, x2, lsl #4]"),
        (0xBD400420, "ldr s0, [x1, #4]"),
        (0xFD400020, "ldr d0, [x1]"),
        (0x7C402420, "ldr h0, [x1], #2"),
        (0x3CDF0020, "ldur q0, [x1, #-16]"),
        (0x3DC007E0, "ldr q0, [sp, #16]"),
        (0x9C000080, "ldr q0, f0"),
        (0x4CD0A9E0, "ld1 {v0.4s, v1.4s}, [x15], x16"),
        (0x4C407820, "ld1 {v0.4s}, [x1]"),
        (0x0D409020, "ld1 {v0.s}[1], [x1]"),
        (0x4DDFC820, "ld1r {v0.4s}, [x1], #4"),
        (0x4C408800, "ld2 {v0.4s, v1.4s}, [x0]"),
        (0xAC400400, "ldnp q0, q1, [x0]"),
    ),
    "load": (
        (0xA8C17BFD, "ldp x29, x30, [sp], #16"),
        (0x69400440, "ldpsw x0, x1, [x2]"),
        (0xF9400420, "ldr x0, [x1, #8]"),
        (0x58000080, "ldr x0, f4"),
        (0xB880454F, "ldrsw x15, [x10], #4"),
        (0x39400020, "ldrb w0, [x1]"),
        (0x39C00020, "ldrsb w0, [x1]"),
        (0x88DFFC20, "ldar w0, [x1]"),
        (0x885F7C20, "ldxr w0, [x1]"),
        (0xB8200041, "ldadd w0, w1, [x2]"),
        (0xB8BFC020, "ldapr w0, [x1]"),
    ),
    "store simd": (
        (0x3D8CED20, "str q0, [x9, #13232]"),
        (0xBC226820, "str s0, [x1, x2]"),
        (0x7D000420, "str h0, [x1, #2]"),
        (0x3C9F03E0, "stur q0, [sp, #-16]"),
        (0xAD000941, "stp q1, q2, [x10]"),
        (0x4C9FA800, "st1 {v0.4s, v1.4s}, [x0], #32"),
        (0x0D009020, "st1 {v0.s}[1], [x1]"),
    ),
    "store": (
        (0xA9BF7BFD, "stp x29, x30, [sp, #-16]!"),
        (0xB9000020, "str w0, [x1]"),
        (0x39000020, "strb w0, [x1]"),
        (0x889FFC20, "stlr w0, [x1]"),
        (0x88027C20, "stxr w2, w0, [x1]"),
    ),
    "prefetch": (
        (0xF9802000, "prfm pldl1keep, [x0, #64]"),
        (0xF8A16800, "prfm pldl1keep, [x0, x1]"),
        (0xF89F8000, "prfum pldl1keep, [x0, #-8]"),
        (0xD8000080, "prfm pldl1keep, 168"),
    ),
    "integer": (
        (0x8B0F0A2F, "add x15, x17, x15, lsl #2"),
        (0x91001020, "add x0, x1, #0x4"),
        (0xF100058C, "subs x12, x12, #0x1"),
        (0x9B020C20, "madd x0, x1, x2, x3"),
        (0x9BA93149, "umaddl x9, w10, w9, x12"),
        (0x9A85B14A, "csel x10, x10, x5, lt"),
        (0xD37DF0EA, "lsl x10, x7, #3"),
        (0x90000000, "adrp x0, 0"),
    ),
    "branch": (
        (0x17FFFFFC, "b 16c"),
        (0x94000002, "bl 188"),
        (0x54FFFD61, "b.ne 130"),
        (0xB4000040, "cbz x0, 190"),
        (0x35FFFFC0, "cbnz w0, 184"),
        (0x36180040, "tbz w0, #3, 198"),
        (0xB70FFFC0, "tbnz x0, #33, 18c"),
        (0xD61F0020, "br x1"),
        (0xD65F03C0, "ret"),
        (0xD63F0040, "blr x2"),
    ),
    "system": (
        (0xD503201F, "nop"),
        (0xD53BD040, "mrs x0, tpidr_el0"),
        (0xD5033BBF, "dmb ish"),
        (0xD4000001, "svc #0x0"),
    ),
    "sve": (
        (0x65A20020, "fmla z0.s, p0/m, z1.s, z2.s"),
        (0xA540A000, "ld1w {z0.s}, p0/z, [x0]"),
    ),
    "other": ((0x00000000, "udf #0"),),
}
CASES = [(name, word, text) for name, words in WORDS.items() for word, text in words]


@pytest.mark.parametrize(("name", "word", "text"), CASES, ids=[text for *_, text in CASES])
def test_a_word_has_its_class(name: str, word: int, text: str) -> None:
    assert instructions.kind(word) == name


def test_every_class_is_tried() -> None:
    assert set(WORDS) == set(instructions.CLASSES)


@pytest.mark.parametrize(("word", "text"), [case[1:] for case in CASES], ids=[text for *_, text in CASES])
def test_what_lies_on_the_stack_is_seen(word: int, text: str) -> None:
    assert instructions.on_stack(word) == ("[sp" in text)


@pytest.mark.parametrize(
    ("word", "offset"),
    [
        (0x17FFFFFC, -16),  # b .-16
        (0x14000004, 16),  # b .+16
        (0x54FFFD61, -84),  # b.ne .-84
        (0xB4000040, 8),  # cbz x0, .+8
        (0x35FFFFC0, -8),  # cbnz w0, .-8
        (0x36180040, 8),  # tbz w0, #3, .+8
        (0xB70FFFC0, -8),  # tbnz x0, #33, .-8
        (0x94000002, None),  # bl .+8: a call comes back
        (0xD65F03C0, None),  # ret
        (0x4E22CC20, None),  # fmla v0.4s, v1.4s, v2.4s
    ],
)
def test_a_branch_says_where_it_goes(word: int, offset: int | None) -> None:
    assert instructions.branch_target(word, 0x10000) == (None if offset is None else 0x10000 + offset)
