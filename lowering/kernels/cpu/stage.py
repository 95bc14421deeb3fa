"""The text of a packed convolution's inner loops: rows of filters over one chunk of positions of one output frame."""

import dataclasses

from lowering.graph import ops
from lowering.kernels import kernel, layouts
from lowering.targets import precisions, targets, tiles

LINE = 64  # bytes in a cache line
L1 = 32 * 1024  # bytes that the first cache of any core holds
AHEAD = 256  # taps from the weights that are multiplied to those that are fetched, where no cache holds them all


@dataclasses.dataclass(frozen=True)
class Ahead:
    """What is fetched into the cache while a chunk is computed: `size` elements in each channel and `frames` frames of x, from the place %start on."""

    start: str
    x: layouts.Layout
    frames: int
    size: int


@dataclasses.dataclass(frozen=True, eq=False)
class Stage:
    """Where one convolution of a kernel reads and writes, as names of values in the text around it.

    prefix: of its operands' names. source, out: buffers. stride: elements from filter to filter in `out`. mask_at: the place in the
    mask of a chunk's first position, None to leave the positions between the rows as they come. residual: elements of the buffer that is
    added, which may hold fewer channels than whole groups of filters; 0 for none. shift: what is added to a tap's place in the table of offsets.
    held: bytes of the source that all rows together read in a chunk: inputs are fetched ahead where the first cache does not hold them.
    """

    op: ops.PackedConv
    tile: tiles.Tile
    target: targets.Target
    types: dict[str, str]
    source: str
    out: str
    stride: int
    held: int
    prefix: str = ""
    mask_at: str | None = None
    residual: int = 0
    shift: str | None = None

    def text(self, **places: str | int) -> str:
        """The loops. places: frame, row_first, row_end, tile_first, tile_end, origin (in the source), to (in `out`), prefetch."""
        vector = f"vector<{self.tile.lanes}x{self.target.precision.sums}>"
        pairs = [(g, v) for g in range(self.op.kernel.group) for v in range(self.tile.vectors)]
        return kernel.fill(
            "cpu/rows", p=self.prefix, bounds=self.types[f"{self.prefix}bounds"], rows=self.op.kernel.rows, group=self.op.kernel.group,
            row_stride=self.op.kernel.group * self.stride, tile=self.tile.size, last=self.tile.last, count=len(pairs),
            biases="\n".join(self._biases()), inits=", ".join(f"%a{g}_{v} = %bias{g}" for g, v in pairs),
            types=", ".join(vector for _ in pairs), tap="\n".join(self._tap()), yields=", ".join(f"%n{g}_{v}" for g, v in pairs),
            epilogue="\n".join(self._epilogue()), **places,
        )  # fmt: skip

    def _biases(self) -> list[str]:
        """%bias: what each filter's sums start from."""
        lines, buffer, element = [], self.types[f"{self.prefix}bias"], self.target.precision.sums
        for g in range(self.op.kernel.group):
            lines += [
                f"%bias_at{g} = affine.apply affine_map<(b) -> (b + {g})>(%bias_at)",
                f"%bias_of{g} = memref.load %{self.prefix}bias[%bias_at{g}] : {buffer}",
                f"%bias{g} = vector.broadcast %bias_of{g} : {element} to {self._vector}",
            ]
        return [f"            {line}" for line in lines]

    def _tap(self) -> list[str]:
        p, group, lanes = self.prefix, self.op.kernel.group, self.tile.lanes
        types, precision = self.types, self.target.precision
        place = "%tap"
        lines = []
        if self.shift:
            place, lines = "%place", [f"%place = arith.addi %tap, {self.shift} : index"]
        lines += self._input("in", "offset", place)
        for v in range(self.tile.vectors):
            lines += [f"%in_at{v} = affine.apply affine_map<(i) -> (i + {v * lanes})>(%in_at)"]
            lines += self._load(
                f"%x{v}", f"%{self.source}[%in_at{v}] : {types[self.source]}", lanes, precision.activations
            )
        lines += self._weights(f"%{p}values", types[p + "values"])
        lines += self._fetch(place)
        for g in range(group):
            lines += [
                f"%n{g}_{v} = vector.fma %b{g}, %x{v}, %a{g}_{v} : {self._vector}" for v in range(self.tile.vectors)
            ]
        return [f"              {line}" for line in lines]

    def _input(self, name: str, offset: str, place: str) -> list[str]:
        """%<name>_at: where in the source the tap at a place in the table of offsets reads for this tile."""
        return [
            f"%{offset}32 = memref.load %{self.prefix}offsets[{place}] : {self.types[self.prefix + 'offsets']}",
            f"%{offset} = arith.index_cast %{offset}32 : i32 to index",
            f"%{name}_at = arith.addi %{offset}, %x_at : index",
        ]

    def _fetch(self, place: str) -> list[str]:
        """Fetches the lines that a later tap reads: taps are anywhere, so that nothing else would bring them into the first cache in time."""
        target, size = self.target, self.tile.size
        if not target.inputs_ahead or self.held <= L1:
            return []
        lines = [
            f"%next = affine.apply affine_map<(t) -> (t + {target.inputs_ahead})>({place})",
            *self._input("next", "next_offset", "%next"),
        ]
        for i in sorted({*range(0, size, LINE // target.activation_bytes), size - 1}):
            lines += [
                f"%line{i} = affine.apply affine_map<(x) -> (x + {i})>(%next_at)",
                f"memref.prefetch %{self.source}[%line{i}], read, locality<3>, data : {self.types[self.source]}",
            ]
        return lines

    def _weights(self, values: str, type_: str) -> list[str]:
        """%b: each weight of a tap in all lanes. NEON multiplies by one lane of a vector; elsewhere a load spreads a scalar."""
        group, precision, lines = self.op.kernel.group, self.target.precision, []
        if self.target.fetches_weights and self.op.kernel.values.nbytes > self.target.cache_bytes:
            lines += [
                f"%w_ahead = affine.apply affine_map<(t) -> (t * {group} + {AHEAD * group})>(%tap)",
                f"memref.prefetch {values}[%w_ahead], read, locality<3>, data : {type_}",
            ]
        lanes = min(group, self.target.weight_lanes)
        for start in range(0, group, lanes):
            lines += [f"%w_at{start} = affine.apply affine_map<(t) -> (t * {group} + {start})>(%tap)"]
            if lanes == 1:
                wide = "" if precision.weights == precision.sums else "_stored"
                lines += [f"%w{start}{wide} = memref.load {values}[%w_at{start}] : {type_}"]
                if wide:
                    lines += [f"%w{start} = arith.extf %w{start}_stored : {precision.weights} to {precision.sums}"]
                lines += [f"%b{start} = vector.broadcast %w{start} : {precision.sums} to {self._vector}"]
                continue
            lines += self._load(f"%w{start}", f"{values}[%w_at{start}] : {type_}", lanes, precision.weights)
            for i in range(lanes):
                lines += [
                    f"%s{start + i} = vector.extract %w{start}[{i}] : {precision.sums} from vector<{lanes}x{precision.sums}>",
                    f"%b{start + i} = vector.broadcast %s{start + i} : {precision.sums} to {self._vector}",
                ]
        return lines

    def _load(self, name: str, place: str, lanes: int, element: str) -> list[str]:
        """A vector in the type of the sums."""
        sums = self.target.precision.sums
        if element == sums:
            return [f"{name} = vector.load {place}, vector<{lanes}x{element}>"]
        return [
            f"{name}_stored = vector.load {place}, vector<{lanes}x{element}>",
            f"{name} = arith.extf {name}_stored : vector<{lanes}x{element}> to vector<{lanes}x{sums}>",
        ]

    def _epilogue(self) -> list[str]:
        """Residual, ReLU, zeros between the rows; then the store."""
        lanes, types, precision = self.tile.lanes, self.types, self.target.precision
        lines = [f"%floor = arith.constant dense<0.0> : {self._vector}"] if self.op.relu else []
        for v in range(self.tile.vectors if self.mask_at else 0):
            lines += [
                f"%mask_at{v} = affine.apply affine_map<(p)[m] -> (p + m + {v * lanes})>(%position)[{self.mask_at}]",
                f"%mask{v} = vector.load %mask[%mask_at{v}] : {types['mask']}, {self._vector}",
            ]
        for g in range(self.op.kernel.group):
            for v in range(self.tile.vectors):
                n = f"{g}_{v}"
                lines += [
                    f"%out_at{n} = affine.apply affine_map<(p)[r] -> (p + r + {g * self.stride + v * lanes})>(%position)[%row_to]",
                ]
                last = f"%sums#{g * self.tile.vectors + v}"
                if self.residual:
                    lines += self._more(n)
                    lines += [f"%sum{n} = arith.addf {last}, %more{n} : {self._vector}"]
                    last = f"%sum{n}"
                if self.op.relu:
                    lines += [f"%relu{n} = {precisions.MAXIMUM[precision.sums]} {last}, %floor : {self._vector}"]
                    last = f"%relu{n}"
                if self.mask_at:
                    lines += [f"%kept{n} = arith.mulf {last}, %mask{v} : {self._vector}"]
                    last = f"%kept{n}"
                stored = f"vector<{lanes}x{precision.activations}>"
                if precision.activations != precision.sums:
                    lines += [f"%stored{n} = arith.truncf {last} : {self._vector} to {stored}"]
                    last = f"%stored{n}"
                lines += [f"vector.store {last}, %{self.out}[%out_at{n}] : {types[self.out]}, {stored}"]
        return [f"            {line}" for line in lines]

    def _more(self, n: str) -> list[str]:
        """%more: what lies at the same place in the residual; any of it for a filter that only fills a group."""
        place, lines = f"%out_at{n}", []
        if self.residual < self.op.kernel.rows * self.op.kernel.group * self.stride:
            place, last = f"%more_at{n}", self.residual - self.tile.lanes
            lines = [f"{place} = affine.min affine_map<(p) -> (p, {last})>(%out_at{n})"]
        buffer = f"%residual[{place}] : {self.types['residual']}"
        return lines + self._load(f"%more{n}", buffer, self.tile.lanes, self.target.precision.activations)

    @property
    def _vector(self) -> str:
        return f"vector<{self.tile.lanes}x{self.target.precision.sums}>"


def prefetch(ahead: Ahead, buffer: str, rows_in_turn: int, element_bytes: int) -> str:
    """Each row of filters fetches its share, so that the fetches spread over the work of a chunk."""
    line = LINE // element_bytes
    return kernel.fill(
        "cpu/prefetch", start=ahead.start, rows=rows_in_turn, channels=ahead.x.channels, channel=ahead.x.frames * ahead.x.plane,
        frames=ahead.frames, frame=ahead.x.plane, lines=-(-ahead.size // line), line=line, buffer=buffer,
    )  # fmt: skip


def prefetch_residual(out: layouts.Layout, buffer: str, group: int, size: int, element_bytes: int) -> str:
    """What the same row of filters adds in the next frame."""
    line = LINE // element_bytes
    return kernel.fill(
        "cpu/prefetch_residual", group=group, stride=out.frames * out.plane, plane=out.plane, lines=-(-size // line) + 1, line=line, buffer=buffer
    )  # fmt: skip


def held(op: ops.PackedConv, x: layouts.Layout, size: int, target: targets.Target) -> int:
    """Bytes of the input that all taps together read for `size` positions of one frame."""
    return x.channels * op.kernel.shape[0] * (size + 2 * reach(op, x)) * target.activation_bytes


def reach(op: ops.PackedConv, layout: layouts.Layout) -> int:
    """The largest offset within a plane that a tap has from its position."""
    _, kh, kw, _, _ = op.kernel.shape
    _, (top, _), (left, _) = op.padding
    return (kh - 1 - top) * layout.pitch + kw - 1 - left
