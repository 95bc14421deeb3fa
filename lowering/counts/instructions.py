"""Classifies A64 instruction words for counting.

Encodings: Arm Architecture Reference Manual (DDI 0487), chapter C4.
"""

import functools

# class, mask, value: the first row whose masked bits fit.
TABLE = (
    *(("fmla f32", 0xBFE0FC00, v) for v in (0x0E20CC00, 0x0EA0CC00)),  # fmla, fmls: vectors
    *(("fmla f32", 0xBFC0F400, v) for v in (0x0F801000, 0x0F805000)),  # by element
    *(("fmla f64", 0xBFE0FC00, v) for v in (0x0E60CC00, 0x0EE0CC00)),
    *(("fmla f64", 0xBFC0F400, v) for v in (0x0FC01000, 0x0FC05000)),
    *(("fmla f16", 0xBFE0FC00, v) for v in (0x0E400C00, 0x0EC00C00)),
    *(("fmla f16", 0xBFC0F400, v) for v in (0x0F001000, 0x0F005000)),
    *(("fmlal", 0xBFE0FC00, v) for v in (0x0E20EC00, 0x0EA0EC00, 0x2E20CC00, 0x2EA0CC00)),  # f16 products, f32 sums
    *(("fmlal", 0xBFC0F400, v) for v in (0x0F800000, 0x0F804000, 0x2F808000, 0x2F80C000)),
    *(("dot", 0xBFE0FC00, v) for v in (0x0E809400, 0x2E809400, 0x0E809C00)),  # sdot, udot, usdot: vectors
    *(("dot", 0xBFC0F400, v) for v in (0x0F80E000, 0x2F80E000, 0x0F80F000, 0x0F00F000)),  # by element; sudot
    *(("matmul", 0xFFE0FC00, v) for v in (0x4E80A400, 0x6E80A400, 0x4E80AC00)),  # smmla, ummla, usmmla
    ("fmadd", 0xFF000000, 0x1F000000),  # scalars: fmadd, fmsub, fnmadd, fnmsub
    ("fmadd", 0xFF00B400, 0x5F001000),  # by element
    *(("dup", 0xBFE0FC00, v) for v in (0x0E000400, 0x0E000C00)),  # an element or a register to all lanes
    ("simd", 0x0E000000, 0x0E000000),
    *(("prefetch", m, v) for m, v in ((0xFFC00000, 0xF9800000), (0xFFE00000, 0xF8A00000), (0xFFE00000, 0xF8800000))),
    ("prefetch", 0xFF000000, 0xD8000000),
    ("memory", 0x0A000000, 0x08000000),  # split by _memory
    ("branch", 0x7C000000, 0x14000000),  # b, bl
    ("branch", 0xFE000000, 0x54000000),  # b.cond
    ("branch", 0x7C000000, 0x34000000),  # cbz, cbnz, tbz, tbnz
    ("branch", 0xFE000000, 0xD6000000),  # br, blr, ret
    ("system", 0x1C000000, 0x14000000),
    ("integer", 0x1C000000, 0x10000000),  # immediates, adr
    ("integer", 0x0E000000, 0x0A000000),
    ("sve", 0x1E000000, 0x04000000),
)
MULTIPLIES = ("fmla f32", "fmla f16", "fmla f64", "fmlal", "dot", "matmul", "fmadd")
LOADS, STORES = ("load simd", "load"), ("store simd", "store")
OTHERS = ("prefetch", "integer", "branch", "system", "sve", "other")
CLASSES = (*MULTIPLIES, "simd", "dup", *LOADS, *STORES, *OTHERS)
STACK = 31  # the register number that means sp as a base address


@functools.cache
def kind(word: int) -> str:
    """The class of an instruction word, one of CLASSES."""
    found = next((name for name, mask, value in TABLE if word & mask == value), "other")
    return _memory(word) if found == "memory" else found


def on_stack(word: int) -> bool:
    """Whether the word loads or stores relative to sp: in an inner loop, a spilled register."""
    literal = word & 0x3B000000 == 0x18000000
    return kind(word) in LOADS + STORES and not literal and word >> 5 & 31 == STACK


def branch_target(word: int, address: int) -> int | None:
    """The target of a direct branch (calls excluded); None for all other instructions."""
    for mask, value, low, bits in (
        (0xFC000000, 0x14000000, 0, 26),  # b
        (0xFF000010, 0x54000000, 5, 19),  # b.cond
        (0x7E000000, 0x34000000, 5, 19),  # cbz, cbnz
        (0x7E000000, 0x36000000, 5, 14),  # tbz, tbnz
    ):
        if word & mask == value:
            offset = word >> low & (1 << bits) - 1
            return address + 4 * (offset - (1 << bits if offset >> bits - 1 else 0))
    return None


def _memory(word: int) -> str:
    """The class of a load or store, of general or of vector registers. Atomic read-modify-writes count as loads."""
    top, opcode, vector = word >> 27 & 7, word >> 22 & 3, word >> 26 & 1
    if word & 0x3B000000 == 0x18000000:  # literal
        load = True
    elif top == 0b111 or word & 0x3B000000 == 0x19000000:  # one register; with acquire and release
        atomic = word & 0x3B200C00 == 0x38200000
        load = atomic or (opcode & 1 if vector else opcode != 0)
    else:  # pairs, structures, exclusives
        load = opcode & 1
    return f"{'load' if load else 'store'}{' simd' if vector else ''}"
