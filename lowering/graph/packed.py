"""PackedKernel: a kernel as rows of kept taps. Packing and unpacking."""

import dataclasses

import numpy as np

WORD = 4  # channels of 8 bits in a word


@dataclasses.dataclass(frozen=True, eq=False)
class PackedKernel:
    """A kernel of `shape` (D, H, W, I, O) of which only kept taps are stored, row after row.

    A row is a group of `group` consecutive filters (the last row may hold fewer: its missing filters are zeros). A
    tap is an input channel at one location of the kernel; it is stored for a row if any filter of the row has a
    weight other than zero there. So a block of kgs(gM, gN) is gN taps of one row of gM filters. Rows may differ in
    length.

    values: f32[taps, group], the weights of a tap for each filter of its row; i32 where they are words (`words`).
    taps:   i32[taps, 4], its (d, h, w, i). Within a row sorted by d, then i, h, w: frames that lie outside the clip
    are then a prefix or a suffix.
    starts: i32[rows + 1], the first tap of each row, and the number of taps.
    """

    shape: tuple[int, int, int, int, int]
    values: np.ndarray
    taps: np.ndarray
    starts: np.ndarray

    def __post_init__(self) -> None:
        count, rows, expected = len(self.taps), len(self.starts) - 1, -(-self.shape[4] // self.group)
        if self.values.shape[0] != count or self.taps.shape != (count, 4):
            found = f"values {self.values.shape} and taps {self.taps.shape}"
            raise ValueError(f"{found} must have one entry per tap: [taps, group] and [taps, 4]")
        falls = (np.diff(self.starts) < 0).any()
        if rows != expected or self.starts[0] != 0 or self.starts[-1] != count or falls:
            rises = f"starts must rise from 0 to {count} over {expected} rows"
            raise ValueError(f"{rises}, got {rows} rows: {self.starts}")
        if count and ((self.taps < 0) | (self.taps >= self.shape[:4])).any():
            raise ValueError(f"a tap lies outside the kernel's {self.shape[:4]}")

    @property
    def group(self) -> int:
        return self.values.shape[1]

    @property
    def rows(self) -> int:
        return len(self.starts) - 1

    @property
    def filled(self) -> int:
        """The filters of all rows, those included that only fill the last one."""
        return self.rows * self.group

    @property
    def kept(self) -> int:
        """Weights stored for filters that exist: MACs per output position."""
        last = self.shape[4] - (self.rows - 1) * self.group
        lengths = np.diff(self.starts)
        return int(lengths[:-1].sum() * self.group + lengths[-1] * last)

    @property
    def density(self) -> float:
        return self.kept / float(np.prod(self.shape))


def pack(kernel: np.ndarray, group: int) -> PackedKernel:
    """Packs f32[D, H, W, I, O], or i32 of words; `group` filters share a row."""
    d, h, w, i, o = kernel.shape
    rows = -(-o // group)
    padded = np.zeros((d, h, w, i, rows * group), kernel.dtype)
    padded[..., :o] = kernel
    by_row = padded.reshape(d, h, w, i, rows, group).transpose(
        4, 0, 3, 1, 2, 5
    )  # rows, d, i, h, w, group: the order of the taps
    kept = (by_row != 0).any(-1)
    row, at_d, at_i, at_h, at_w = np.nonzero(kept)
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows))])
    taps = np.stack([at_d, at_h, at_w, at_i], 1)
    return PackedKernel((d, h, w, i, o), by_row[kept], taps.astype(np.int32), starts.astype(np.int32))


def unpack(packed: PackedKernel) -> np.ndarray:
    """f32[D, H, W, I, O], zeros where nothing is stored: the inverse of `pack`."""
    out = np.zeros((*packed.shape[:4], packed.rows * packed.group), packed.values.dtype)
    row = np.repeat(np.arange(packed.rows), np.diff(packed.starts))
    filters = row[:, None] * packed.group + np.arange(packed.group)
    out[(*packed.taps.T[:, :, None], filters)] = packed.values
    return out[..., : packed.shape[4]]


def words(packed: PackedKernel, channels: int = 0) -> PackedKernel:
    """Whole numbers of 8 bits as words of four input channels: i32[D, H, W, ceil(I / 4), O], packed in the same rows.

    A word's lowest byte is its first channel. A word is a tap of a row if any of its weights is.
    channels: how many inputs belong to one place, if not all: a word never holds those of two.
    """
    *window, i, o = packed.shape
    each = channels or i
    bytes_ = np.zeros((*window, i // each, -(-each // WORD) * WORD, o), np.int8)
    bytes_[..., :each, :] = unpack(packed).reshape(*window, i // each, each, o)
    by_word = bytes_.reshape(*window, -1, WORD, o).swapaxes(-1, -2)
    return pack(np.ascontiguousarray(by_word).view("<i4")[..., 0], packed.group)


def kept_for_group(kernel: np.ndarray, group: int) -> int:
    """Weights that packing with rows of `group` filters would compute, missing filters of the last row included."""
    o = kernel.shape[-1]
    padded = np.pad(kernel.reshape(-1, o) != 0, ((0, 0), (0, -o % group)))
    return int(padded.reshape(len(padded), -1, group).any(-1).sum()) * group


def taps_for_group(kernel: PackedKernel, group: int) -> int:
    """Taps of all rows if as many filters shared a row, which is a multiple of those that do."""
    row = np.repeat(np.arange(kernel.rows), np.diff(kernel.starts)) // (group // kernel.group)
    place = np.ravel_multi_index(tuple(kernel.taps.T), kernel.shape[:4])
    return len(np.unique(row * int(np.prod(kernel.shape[:4])) + place))
