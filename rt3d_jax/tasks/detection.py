"""The detection of objects in the scans of a LiDAR: boxes with a class, scored by KITTI's average precision."""

import dataclasses
import functools
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np

from lowering.system import bounds, typed
from rt3d_jax.data import batches
from rt3d_jax.data.lidar import anchors, augmentation, examples, kitti, pillars, scenes
from rt3d_jax.evaluation import detections, measured, precision
from rt3d_jax.models import catalog
from rt3d_jax.tasks import contract, heads
from rt3d_jax.tasks.held import Held

SCORE, MAIN = "AP 3D moderate", ("moderate", "3D")
SHOWN = 4  # scenes in the report
Class = Annotated[str, typed.Check(f"one of {', '.join(anchors.KINDS)}", anchors.KINDS.__contains__)]


@dataclasses.dataclass(frozen=True)
class Detection:
    """Objects in the scans of a LiDAR (PointPillars; Lang et al., CVPR 2019). Losses are those of its section 3.

    Args:
        data: KITTI, a set in its layout, or streets to be made.
        classes: What is detected.
        grid: Where points and anchors lie.
        stride: The cells of the grid along one of the network's map, in which anchors stand.
        augment: What is random in training scenes. None leaves them as they are.
        keep: Which boxes are given as detections in a test.
        box_weight: The weight of the offsets in the loss.
        direction_weight: The weight of the directions.
        held: Test on some of the training scenes, which are then not trained on. None tests on those of the test. KITTI
            does not say in its folders which scenes are of one drive, so they are held out one by one. To hold drives
            out, write a list of their scenes and name it as `data.test`.
    """

    data: kitti.KITTI | scenes.Streets
    classes: tuple[Class, ...] = tuple(anchors.KINDS)
    grid: pillars.Grid = pillars.Grid()
    stride: bounds.Count = 2
    augment: augmentation.Augment | None = augmentation.Augment()
    keep: detections.Keep = detections.Keep()
    box_weight: bounds.NotNegative = 2.0
    direction_weight: bounds.NotNegative = 0.2
    held: Held | None = None

    def __post_init__(self) -> None:
        typed.check(self)
        if len(set(self.classes)) != len(self.classes) or not self.classes:
            raise ValueError(f"classes are {self.classes}, expected different ones, at least one")
        if self.augment is not None and len(self.augment.pasted) != len(self.classes):
            raise ValueError(f"augment.pasted is {self.augment.pasted}, expected a number for each of {self.classes}")

    @functools.cached_property
    def view(self) -> examples.View:
        """How a scene becomes an example."""
        return examples.View(self.grid, self.classes, self.stride)

    @property
    def anchors(self) -> int:
        """The anchors at each place of the network's map."""
        return len(anchors.YAWS) * len(self.classes)

    def check(self, model: catalog.Model) -> None:
        """ValueError for a network of another grid or stride."""
        own = {"grid": self.grid.sides, "stride": self.stride}
        for name, value in own.items():
            given = model.options.get(name)
            if given is not None and (tuple(given) if name == "grid" else given) != value:
                raise ValueError(f"the model's {name} is {given}, expected the task's {value}")

    def open(self, out: pathlib.Path, progress: contract.Progress) -> "Scans":
        """The scenes. Those that are made are written to `out`/data, or completed there."""
        source = self.data
        if isinstance(source, scenes.Streets):
            report = lambda done, total: progress("data", done, total, {})
            source = scenes.write(out / "data", source, report)
        found = kitti.read(source)
        name = "made-up streets" if isinstance(self.data, scenes.Streets) else found.name
        train, test = (found.train, found.test) if self.held is None else self.held.split(found.train)
        return Scans(self, kitti.Scenes(name, train, test))

    def signature(self, facts: contract.Facts) -> contract.Signature:
        """Pillars f32[P, N, 9] and their places i32[P] to f32[rows, columns, 9 A] for A anchors at each place."""
        grid, (rows, columns) = self.grid, (side // self.stride for side in self.grid.sides)
        return contract.Signature(
            (
                contract.Array("pillars", (grid.pillars, grid.points, pillars.FEATURES)),
                contract.Array("places", (grid.pillars,), "int32"),
            ),
            contract.Array("boxes", (rows, columns, anchors.NUMBERS * self.anchors)),
        )

    def loss(self, outputs: jax.Array, batch: Mapping[str, jax.Array]) -> tuple[jax.Array, contract.Metrics]:
        """The weighted sum of the losses of scores, offsets and directions, see heads.parts; each of them."""
        parts = heads.parts(heads.split(outputs), batch, self.view.anchors)
        weights = {"scores": 1.0, "offsets": self.box_weight, "directions": self.direction_weight}
        return sum((weights[name] * part for name, part in parts.items()), jnp.zeros(())), parts

    def distill(self, outputs: jax.Array, teacher: jax.Array, temperature: float) -> jax.Array:
        """The distance from the teacher's scores and boxes, see heads.distance; a temperature means nothing here."""
        del temperature
        return heads.distance(heads.split(outputs), heads.split(jax.lax.stop_gradient(teacher)), self.box_weight)

    def shipped(self, outputs: jax.Array) -> dict[str, jax.Array]:
        """By name: scores f32[N, rows, columns, A] from 0 to 1, offsets f32[N, rows, columns, A, 7], and directions.

        These are how likely each heading is opposite to its anchor's, f32[N, rows, columns, A].
        """
        found = heads.split(outputs)
        shape = (*outputs.shape[:3], self.anchors)
        return {
            "scores": jax.nn.sigmoid(found.scores).reshape(shape),
            "offsets": found.offsets.reshape(*shape, anchors.OFFSETS),
            "directions": jax.nn.sigmoid(found.directions).reshape(shape),
        }

    def answer(self, outputs: Any, place: int = 0) -> detections.Answer:
        """What the outputs of a batch say of one of its scenes: a network's, or a bundle's in the order of names."""
        if not isinstance(outputs, tuple):
            named = self.shipped(jnp.asarray(outputs[place][None]))
            outputs, place = tuple(np.asarray(named[name]) for name in sorted(named)), 0
        directions, offsets, scores = (one[place] for one in outputs)
        return detections.Answer(scores, offsets, directions)

    def example(self, path: pathlib.Path) -> tuple[np.ndarray, ...]:
        """The pillars and places of a scan, such as FOLDER/velodyne/NAME.bin.

        Of its points those count that the camera of FOLDER/calib/NAME.txt sees; all, where that is not there.
        """
        scene, points = kitti.Scene(str(path.parent.parent), path.stem), kitti.points(path)
        if scene.path("calib", ".txt").is_file():
            points = kitti.seen(scene, points)
        return tuple(each[None] for each in pillars.sort(points, self.grid))

    def describe(self, facts: contract.Facts) -> dict[str, Any]:
        """The classes, the grid, and what else decoding needs."""
        kinds = {name: dataclasses.asdict(anchors.KINDS[name]) for name in self.classes}
        grid = dataclasses.asdict(self.grid)
        return {"labels": list(self.classes), "grid": typed.plain(grid), "stride": self.stride, "anchors": kinds}


@dataclasses.dataclass(frozen=True)
class Scans:
    """Detection with its scenes at hand."""

    task: Detection
    scenes: kitti.Scenes

    @property
    def facts(self) -> contract.Facts:
        """Nothing: the task names the classes."""
        return {}

    @property
    def examples(self) -> tuple[int, int]:
        """Scenes to train and to test on."""
        return len(self.scenes.train), len(self.scenes.test)

    def train_batches(self, reading: contract.Reading, seed: int, steps: int) -> batches.Batches:
        """See data.lidar.examples.train_batches."""
        told = {"seed": seed, "steps": steps, **dataclasses.asdict(reading)}
        return examples.train_batches(self.scenes.train, self.task.view, self.task.augment, **told)

    def sample_batches(self, reading: contract.Reading, count: int) -> batches.Batches:
        """Every n-th training scene as it is."""
        every = self.scenes.train[:: max(1, len(self.scenes.train) // count)]
        size = min(reading.batch, len(every))
        told = {"batch": size, "rows": tuple(range(size)), "workers": reading.workers}
        return examples.test_batches(every[: len(every) // size * size], self.task.view, **told)

    def test_batches(self, reading: contract.Reading) -> batches.Batches:
        """See data.lidar.examples.test_batches."""
        return examples.test_batches(self.scenes.test, self.task.view, **dataclasses.asdict(reading))

    def score(self, answers: contract.Answers) -> measured.Score:
        """KITTI's R40 in 3D for moderate objects, the mean over the classes of which there are any in the test scenes.

        Beside it, all of evaluation.precision.
        """
        frames = []
        for outputs, batch in answers:
            for place in np.flatnonzero(batch["scene"] >= 0).tolist():
                frames.append(self._frame(int(batch["scene"][place]), self._detected(outputs, place)))
        table = precision.table(frames, self.task.classes)
        also = {
            f"{name} {level}: {metric} {rule.upper()}": round(getattr(value, rule), 2)
            for (name, level, metric), value in table.items()
            for rule in ("r40", "r11")
        }
        main = {name: value.r40 for (name, level, metric), value in table.items() if (level, metric) == MAIN}
        counted = f"mean of {', '.join(main)}" if main else "no object counts"
        words = f"KITTI's AP R40 in 3D, moderate, {counted}, {len(frames)} test scenes"
        value = round(float(np.mean(list(main.values()))), 2) if main else None
        return measured.Score(value, "%", SCORE, words, True, also=also)

    def example(self) -> tuple[np.ndarray, ...]:
        """The pillars and places of the first test scene."""
        return self._inputs(0)

    def about(self) -> dict[str, Any]:
        """Name, numbers of scenes, classes and grid."""
        train, test = self.examples
        rows, columns = self.task.grid.sides
        grid = f"{rows} x {columns} cells of {self.task.grid.cell:g} m"
        sizes = {"train_examples": train, "test_examples": test}
        return {"name": self.scenes.name, **sizes, "classes": ", ".join(self.task.classes), "grid": grid}

    def pictures(self, networks: Mapping[str, Callable[..., np.ndarray]]) -> dict[str, np.ndarray]:
        """A few test scenes from above with the true boxes and each network's, see report.above."""
        numbers = range(min(SHOWN, len(self.scenes.test)))
        shown = [augmentation.read(self.scenes.test[number], self.task.classes) for number in numbers]
        found = {"above/range": np.array([*self.task.grid.x, *self.task.grid.y])}
        found["above/points"] = _padded([one.points[pillars.within(one.points, self.task.grid), :2] for one in shown])
        true = [self._numbered(one.types, one.objects, np.ones(len(one.types))) for one in shown]
        found["above/boxes/truth"] = _padded(true)
        for name, network in networks.items():
            answers = [self._detected(network(*self._inputs(number))) for number in numbers]
            found[f"above/boxes/{name}"] = _padded(
                [self._numbered(one.types, one.boxes, one.scores) for one in answers]
            )
        return found

    def _inputs(self, number: int) -> tuple[np.ndarray, ...]:
        return tuple(each[None] for each in examples.example(self.scenes.test[number], self.task.view))

    def _detected(self, outputs: Any, place: int = 0) -> detections.Detections:
        answer = self.task.answer(outputs, place)
        return detections.detect(answer, self.task.view.anchors, self.task.classes, self.task.keep)

    def _frame(self, number: int, found: detections.Detections) -> precision.Frame:
        """The labels of a test scene, and detections as if they were labels."""
        scene = self.scenes.test[number]
        calibrated = kitti.calibration(scene.path("calib", ".txt"))
        detected = calibrated.objects(found.types, found.boxes, found.scores, kitti.size(scene))
        return precision.Frame(kitti.labels(scene.path("label_2", ".txt")), detected)

    def _numbered(self, types: Sequence[str], objects: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """f64[n, 9]: boxes, the numbers of their classes, and scores."""
        numbers = np.array([self.task.classes.index(kind) for kind in types], float)
        return np.concatenate([objects, numbers[:, None], scores[:, None]], axis=1)


def _padded(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """f[arrays, most rows, columns]: nan behind the rows of each."""
    most = max(len(one) for one in arrays)
    fill = lambda one: np.full((most - len(one), one.shape[1]), np.nan, one.dtype)
    return np.stack([np.concatenate([one, fill(one)]) for one in arrays])
