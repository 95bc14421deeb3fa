"""What an expression reads beside a feature map: values that are the same at several places."""

from lowering.kernels import kernel as kernels
from lowering.kernels import layouts
from lowering.kernels.mlir import block, tensors, types, values


def of(
    b: block.Block, x: values.Value, given: kernels.Activation, y: layouts.Layout, stored: int
) -> tuple[values.Value, str]:
    """An input of an expression over a map `y`, of which `stored` channels count, and the axes that it has."""
    channels = given.shape[-1]
    if given.layout is None:
        vector = tensors.first(b, x, (channels,))
        if channels == y.channels:
            return (tensors.pad(b, vector, stored) if stored > channels else vector), "c"
        return _spread(b, vector, y, (stored if channels > 1 else 1, 1, 1), (y.channels // channels, 0))
    thin = has_one_pixel(given.layout, y)
    if thin or given.layout.frames < y.frames or channels not in (1, y.channels):
        sizes = (stored if channels > 1 else 1, given.layout.frames, 1 if thin else y.plane)
        return _spread(b, x, y, sizes, (y.channels // channels, given.layout.first))
    if channels == 1 and y.channels > 1:
        return tensors.collapse_first(b, tensors.first(b, x, (1, *given.type.shape[1:]))), "f p"
    if given.type.shape[0] < stored:
        return tensors.pad(b, x, stored), "c f p"
    return tensors.first(b, x, (stored, y.frames, y.plane)), "c f p"


def of_vector(b: block.Block, x: values.Value, given: int, size: int) -> tuple[values.Value, str]:
    """An input of `given` elements of an expression over a vector, and the axes that it has."""
    vector = tensors.first(b, x, (given,))
    if given in (1, size):
        return (vector, "k") if given == size else (tensors.shaped(b, vector, ()), "")
    with tensors.generic(b, [], (tensors.empty(b, types.Tensor((size,))), "k"), "spread") as cell:
        cell.give(tensors.extract(b, vector, (cell.at("k") // (size // given),)))
    return cell.result, "k"


def channel(c: values.Index, given: kernels.Activation, channels: int) -> values.Index:
    """The channel of an input that channel `c` of an expression reads."""
    count = channels // given.shape[-1]
    return 0 if given.shape[-1] == 1 else c if count == 1 else values.affine(c) // count


def has_one_pixel(x: layouts.Layout, y: layouts.Layout) -> bool:
    """Whether all pixels of an expression over `y` read the same one of `x`."""
    return (x.height, x.width) == (1, 1) != (y.height, y.width)


def _spread(
    b: block.Block, x: values.Value, y: layouts.Layout, sizes: tuple[int, int, int], at: tuple[int, int]
) -> tuple[values.Value, str]:
    """A value along those axes that it has more than one place of.

    at: how many channels read the same one, and the position of its only pixel.
    """
    whole, (count, pixel) = tensors.tensor(x), at
    axes = [axis for axis, size in zip("cfp", sizes, strict=True) if size > 1]
    out = tensors.empty(b, types.Tensor(tuple(size for size in sizes if size > 1), whole.element))
    with tensors.generic(b, [], (out, " ".join(axes)), "spread") as cell:
        here = {axis: cell.at(axis) for axis in axes}
        c: values.Index = 0
        if "c" in here:
            c = b.min(here["c"] // count, whole.shape[0] - 1, name="group")
        place = (c, here.get("f", 0), here.get("p", pixel))[: len(whole.shape)]
        cell.give(tensors.extract(b, x, place))
    return cell.result, " ".join(axes)
