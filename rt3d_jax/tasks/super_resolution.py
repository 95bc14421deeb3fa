"""Super-resolution: pictures, or the frames of clips, a whole factor larger. Scored by the PSNR of the luma."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np

from lowering.system import bounds, typed
from rt3d_jax.data import batches, bicubic, folders, listings, made, patches, pictures, tiles
from rt3d_jax.evaluation import fidelity, measured
from rt3d_jax.models import catalog
from rt3d_jax.tasks import contract
from rt3d_jax.tasks.held import Held

PSNR, SSIM = "PSNR", "SSIM"
SHOWN, SHOWN_SIDE = 6, 128  # crops in the report, and how many large pixels each is wide and high at most
Scale = Annotated[int, typed.Check("a whole number of at least 2", lambda value: value >= 2)]


@dataclasses.dataclass(frozen=True)
class SuperResolution:
    """Pictures or clips `scale` times higher and wider.

    Small pictures are made of large ones by bicubic interpolation with antialiasing, as MATLAB's imresize does it,
    unless the data set has its own. Networks take and bundles give 8-bit pictures (RGB).

    Args:
        data: A set of pictures, or of videos.
        scale: How many large pixels lie along a small one.
        frames: The frames of a clip. It is 1 for pictures.
        tile: The height and width of what the network sees of a small picture in a test. Of pictures, tiles overlap and
            are put together; of videos, there is one from the middle.
        margin: How far inside a tile its result counts, in small pixels, the borders of the picture aside. Where the
            network sees no farther, tiles change nothing.
        patch: The height and width of a training patch, in small pixels.
        each: Training patches of each picture or video in an epoch.
        held: Test on some of the training pictures or videos, which are then not trained on. None tests on those of the
            test.
    """

    data: pictures.Source | folders.Source | made.Made
    scale: Scale = 2
    frames: bounds.Count = 1
    tile: bounds.Count = 96
    margin: bounds.CountOrZero = 8
    patch: bounds.Count = 48
    each: bounds.Count = 16
    held: Held | None = None

    def __post_init__(self) -> None:
        typed.check(self)
        if isinstance(self.data, pictures.Source) and self.frames > 1:
            raise ValueError(f"frames is {self.frames}, expected 1 for pictures; name a set of videos for clips")
        if self.tile <= 2 * self.margin:
            raise ValueError(f"tile is {self.tile}, expected more than twice the margin of {self.margin}")
        if not isinstance(self.data, pictures.Source) and self.tile < self.smallest:
            raise ValueError(f"tile is {self.tile}, expected at least {self.smallest} of clips, for the window of SSIM")

    @property
    def cut(self) -> patches.Cut:
        """How examples are cut."""
        return patches.Cut(self.scale, self.frames, self.patch, self.each, self.tile, self.margin)

    @property
    def smallest(self) -> int:
        """The least side of a small picture whose SSIM can be computed: a border of one is cut."""
        return 2 - (-fidelity.SIDE // self.scale)

    def check(self, model: catalog.Model) -> None:
        """ValueError for a network of other frames, another size, or another scale."""
        if (self.frames, self.tile) != (model.frames, model.size):
            own, others = (self.frames, self.tile), (model.frames, model.size)
            raise ValueError(f"the task has (frames, tile) {own}, expected the model's (frames, size) {others}")
        if model.options.get("scale", self.scale) != self.scale:
            raise ValueError(f"scale is {self.scale}, expected the model's {model.options['scale']}")

    def open(self, out: pathlib.Path, progress: contract.Progress) -> "Enlarged":
        """The pictures or videos. Those that are drawn are made in `out`/data, or completed there."""
        if isinstance(self.data, pictures.Source):
            found = pictures.read(self.data, self.scale)
            train, test = self._parts(found.train, found.test)
            self._check_sizes(test)
            return Enlarged(self, found.name, train, test, "pictures")
        report = lambda done, total: progress("data", done, total, {})
        dataset = made.dataset(self.data, out / "data", report)
        return Enlarged(self, dataset.name, *self._parts(dataset.train, dataset.test), "clips")

    def _check_sizes(self, test: Sequence[pictures.Picture]) -> None:
        """ValueError for a test picture that is too small to be measured, before anything trains."""
        for picture in test:
            sides = patches.sides(picture, self.cut)
            if min(sides) < self.smallest:
                raise ValueError(
                    f"{picture.path} is {sides[0]} x {sides[1]} pixels when it is {self.scale} times smaller, expected "
                    f"at least {self.smallest} along each side to measure SSIM; remove it from the test"
                )

    def _parts(self, train: Sequence[Any], test: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
        if self.held is None:
            return train, test
        return self.held.split(train, [one.group if isinstance(one, listings.Video) else None for one in train])

    def signature(self, facts: contract.Facts) -> contract.Signature:
        """Levels u8[frames, tile, tile, 3] to f32[frames, scale tile, scale tile, 3] from 0 to 1."""
        large = self.scale * self.tile
        return contract.Signature(
            (contract.Array("clip", (self.frames, self.tile, self.tile, 3), "uint8"),),
            contract.Array("pixels", (self.frames, large, large, 3)),
        )

    def loss(self, outputs: jax.Array, batch: Mapping[str, jax.Array]) -> tuple[jax.Array, contract.Metrics]:
        """The mean absolute error, of values from 0 to 1; the PSNR of the batch's RGB in dB."""
        error = outputs - batch["target"].astype(jnp.float32) / 255
        return jnp.mean(jnp.abs(error)), {"psnr": -10 * jnp.log10(jnp.mean(jnp.square(error)))}

    def distill(self, outputs: jax.Array, teacher: jax.Array, temperature: float) -> jax.Array:
        """The mean absolute distance from the teacher's pictures; a temperature means nothing here."""
        del temperature
        return jnp.mean(jnp.abs(outputs - jax.lax.stop_gradient(teacher)))

    def shipped(self, outputs: jax.Array) -> jax.Array:
        """8-bit pictures, u8 of the outputs' shape."""
        return jnp.clip(jnp.round(outputs * 255), 0, 255).astype(jnp.uint8)

    def example(self, path: pathlib.Path) -> tuple[np.ndarray, ...]:
        """A small picture, u8[1, 1, H, W, 3], or the frames in the middle of a video, of any height and width.

        A bundle that is made with it takes pictures of this size.
        """
        if self.frames == 1 and path.suffix.lower() in pictures.SUFFIXES:
            return (pictures.load(path)[None, None],)
        return (patches.frames(listings.Video(str(path), 0), self.frames)[None],)

    def describe(self, facts: contract.Facts) -> dict[str, Any]:
        """The scale and the frames."""
        return {"scale": self.scale, "frames": self.frames}


@dataclasses.dataclass(frozen=True)
class Enlarged:
    """Super-resolution with its pictures or videos at hand. what: "pictures" or "clips"."""

    task: SuperResolution
    name: str
    train: Sequence[patches.Example]
    test: Sequence[patches.Example]
    what: str

    @property
    def facts(self) -> contract.Facts:
        """Nothing: a network enlarges any picture."""
        return {}

    @property
    def examples(self) -> tuple[int, int]:
        """Patches in an epoch, and pictures or clips to test on."""
        return len(self.train) * self.task.each, len(self.test)

    def train_batches(self, reading: contract.Reading, seed: int, steps: int) -> batches.Batches:
        """See data.patches.train_batches."""
        told = dataclasses.asdict(reading)
        return patches.train_batches(self.train, self.task.cut, seed=seed, steps=steps, **told)

    def sample_batches(self, reading: contract.Reading, count: int) -> batches.Batches:
        """Patches from a fixed draw."""
        return self.train_batches(reading, 0, max(1, count // reading.batch))

    def test_batches(self, reading: contract.Reading) -> batches.Batches:
        """The tiles of all pictures or clips, see data.patches.test_batches."""
        return patches.test_batches(self.test, self.task.cut, **dataclasses.asdict(reading))

    def score(self, answers: contract.Answers) -> measured.Score:
        """The mean PSNR over pictures in dB, of Y, without a border as wide as the scale; and their mean SSIM."""
        found = [_fidelity(*pair, self.task.scale) for pair in self._whole(answers)]
        psnr, ssim = (round(float(np.mean(each)), 4) for each in zip(*found, strict=True))
        scale = self.task.scale
        words = f"PSNR of Y, {len(found)} test {self.what} enlarged {scale} times, borders of {scale} pixels cut"
        return measured.Score(psnr, "dB", PSNR, words, True, also={SSIM: ssim})

    def example(self) -> tuple[np.ndarray, ...]:
        """The tile with most detail of the first test picture, or the middle of the first clip."""
        return (next(self._details())[0][None],)

    def about(self) -> dict[str, Any]:
        """Name, how many there are, and the scale."""
        sizes = {"train_examples": len(self.train), "test_examples": len(self.test)}
        return {"name": self.name, **sizes, **self.task.describe(self.facts)}

    def pictures(self, networks: Mapping[str, Callable[..., np.ndarray]]) -> dict[str, np.ndarray]:
        """Crops of a few test pictures: as bicubic interpolation, each network and the truth have them, with PSNR."""
        shown = [pair for _, pair in zip(range(SHOWN), self._details(), strict=False)]
        made = {"bicubic": [bicubic.resized(low, *high.shape[1:3]) for low, high in shown]}
        made |= {name: [fidelity.levels(answer(low[None])[0]) for low, _ in shown] for name, answer in networks.items()}
        made["truth"] = [high for _, high in shown]
        found = {f"crop/{name}": np.stack([_shown(each) for each in large]) for name, large in made.items()}
        del made["truth"]
        for name, large in made.items():
            pairs = zip(large, shown, strict=True)
            found[f"psnr/{name}"] = np.array([_fidelity(each, high, self.task.scale)[0] for each, (_, high) in pairs])
        return found

    def _whole(self, answers: contract.Answers) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(enlarged, true) levels of each test example, its tiles put together."""
        canvas = None
        for outputs, batch in answers:
            rows = zip(fidelity.levels(outputs), batch["target"], batch["picture"], batch["tile"], strict=True)
            for output, target, picture, tile in rows:
                if picture < 0:
                    continue
                if canvas is None or canvas.picture != picture:
                    canvas = self._canvas(int(picture))
                canvas.put(int(tile), output, target)
                if tile == len(canvas.parts) - 1:
                    yield canvas.made, canvas.true

    def _canvas(self, picture: int) -> "_Canvas":
        cut, sides = self.task.cut, patches.sides(self.test[picture], self.task.cut)
        found = tiles.of(*sides, cut.tile, cut.margin)
        shape = (cut.frames, *(cut.scale * side for side in sides), 3)
        large = tuple(tiles.enlarged(tile, cut.scale) for tile in found)
        return _Canvas(picture, large, np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))

    def _details(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(small, large) of the tile with most detail of each test example."""
        side, scale = self.task.tile, self.task.scale
        for example in self.test:
            low, high = patches.pair(example, self.task.cut)
            height, width = low.shape[1:3]
            every = tiles.of(height, width, side, self.task.margin)
            large = lambda tile, high=high: tiles.cut(high, tiles.enlarged(tile, scale), scale * side)
            best = max(every, key=lambda tile: float(np.abs(np.diff(fidelity.luma(large(tile)), axis=-1)).mean()))
            yield tiles.cut(low, best, side), large(best)


@dataclasses.dataclass(frozen=True, eq=False)
class _Canvas:
    """A test example while its tiles come in: the enlarged one and the true one, u8[frames, H, W, 3]."""

    picture: int
    parts: tuple[tiles.Tile, ...]
    made: np.ndarray
    true: np.ndarray

    def put(self, tile: int, made: np.ndarray, true: np.ndarray) -> None:
        tiles.put(self.made, self.parts[tile], made)
        tiles.put(self.true, self.parts[tile], true)


def _fidelity(found: np.ndarray, true: np.ndarray, border: int) -> tuple[float, float]:
    """PSNR and SSIM of levels u8[frames, H, W, 3]."""
    pair = fidelity.luma(found), fidelity.luma(true)
    return fidelity.psnr(*pair, border), fidelity.ssim(*pair, border)


def _shown(pixels: np.ndarray) -> np.ndarray:
    """u8[H, W, 3]: the middle of the middle frame, at most SHOWN_SIDE high and wide."""
    frame = pixels[len(pixels) // 2]
    top, left = (max(0, side - SHOWN_SIDE) // 2 for side in frame.shape[:2])
    return frame[top : top + SHOWN_SIDE, left : left + SHOWN_SIDE]
