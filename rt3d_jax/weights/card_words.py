"""What a model card says of a network's task: prose by the type of the task, or its signature."""

import dataclasses
import json

from rt3d_jax.data import classes, clips, drivers, hmdb51, kinetics, nthu, something, synthetic, ucf101
from rt3d_jax.tasks import classification
from rt3d_jax.training import experiments
from rt3d_jax.weights import bounds, shared

# What a data set is called in words, and on the hub, where it has a name there.
DATA: dict[type, tuple[str, str | None]] = {
    ucf101.UCF101: ("UCF101", "ucf101"),
    hmdb51.HMDB51: ("HMDB51", "hmdb51"),
    kinetics.Kinetics: ("Kinetics", "kinetics"),
    something.SomethingSomething: ("Something-Something v2", "something-something-v2"),
    nthu.DriverDrowsiness: ("NTHU's Driver Drowsiness Detection set", None),
    classes.ClassFolders: ("videos of its maker's own", None),
    synthetic.Synthetic: ("made-up motions (rt3d-jax's synthetic videos)", None),
    drivers.Drivers: ("drawn drivers (rt3d-jax's made-up faces)", None),
}
SHOWN_LABELS = 20
NORMALISED = '''
def normalised(frames):
    """uint8[{frames}, {size}, {size}, 3] in RGB -> what the network takes, float32 of the same shape."""
    return ((frames / 255 - config["clip"]["mean"]) / config["clip"]["std"]).astype(np.float32)
'''


@dataclasses.dataclass(frozen=True)
class Words:
    """tag: the hub's name of the kind of task, None for none. purpose: what the network is for. inputs: a section.

    code: Python that makes an input, "" for none. example: what `rt3d lower` and `rt3d eval` want to be given. metric:
    the hub's name of the score. loss: in words. unknown: of what the score says nothing.
    """

    tag: str | None
    purpose: str
    inputs: str
    code: str
    example: str
    metric: str
    loss: str
    unknown: str


def words(facts: shared.Facts) -> Words:
    """What is said of a network's task."""
    if isinstance(facts.task, classification.Classification):
        return _clips(facts, facts.task)
    return _any(facts)


def data_name(task: object) -> str:
    """The data of a task in words."""
    data = getattr(task, "data", None)
    if type(data) not in DATA:
        return f"that of the task {type(task).__name__}"
    split = f", split {data.split}" if isinstance(data, ucf101.UCF101 | hmdb51.HMDB51) else ""
    return DATA[type(data)][0] + split


def hub_name(task: object) -> str | None:
    """The data's name on the hub, where it has one."""
    return DATA.get(type(getattr(task, "data", None)), ("", None))[1]


def is_trained_here(facts: shared.Facts) -> bool:
    """Whether the origin says on which data it was trained."""
    return isinstance(facts.origin, experiments.Experiment)


def plain(value: object) -> str:
    """A value in one line without what Markdown or HTML would read as more."""
    text = " ".join(str(value).split())[: bounds.MAX_TEXT]
    return text.replace("`", "'").replace("|", "/").replace("<", "(").replace(">", ")")


def _clips(facts: shared.Facts, task: classification.Classification) -> Words:
    spec, number, labels = task.clip, lambda values: ", ".join(f"{value:g}" for value in values), facts.facts["labels"]
    sampling = spec.sampling
    how = (
        "spread evenly over the whole video"
        if isinstance(sampling, clips.Spread)
        else f"{sampling.stride} apart, from the middle of the video"
    )
    scaled = f"the shorter side scaled to {spec.short_side} pixels"
    if spec.stretch is not None:
        scaled = f"stretched to {spec.stretch[0]} x {spec.stretch[1]} pixels (height x width), not antialiased"
    shown = [f"`{plain(label)}`" for label in labels[:SHOWN_LABELS]]
    more = f" and {len(labels) - SHOWN_LABELS} more, in config.json" if len(labels) > SHOWN_LABELS else ""
    shape = f"[clips, {sampling.frames}, {spec.size}, {spec.size}, 3]"
    inputs = f"""## Input and output
A clip: {sampling.frames} frames, {how}; {scaled}, a square of {spec.size}
cut from the middle; RGB values divided by 255, less ({number(spec.mean)}), over ({number(spec.std)}). As float32
{shape}; the answer is float32 [clips, {len(labels)}], logits.

Classes, in this order: {", ".join(shown)}{more}."""
    return Words(
        tag="video-classification",
        purpose=f"video classification ({len(labels)} classes)",
        inputs=inputs,
        code=NORMALISED.format(frames=sampling.frames, size=spec.size),
        example="VIDEO",
        metric="accuracy",
        loss=f"cross-entropy, label smoothing {plain(task.label_smoothing)}",
        unknown="other videos and other ways of taking clips, of single classes, of persons and places that the data\n"
        "shows seldom, or of half precision. It answers with one of its classes for every clip, also for one that "
        "shows none of them",
    )


def _any(facts: shared.Facts) -> Words:
    signature = facts.signature
    rows = [
        f"- {what} `{plain(one.name)}`: {one.dtype} [N, {', '.join(map(str, one.shape))}]"
        for what, arrays in (("input", signature.inputs), ("output", (signature.output,)))
        for one in arrays
    ]
    said = json.dumps(facts.task.describe(facts.facts), ensure_ascii=False)
    rows += [f"- what the task says of them: `{plain(said)}`"] if said != "{}" else []
    return Words(
        tag=None,
        purpose=f"the task {plain(type(facts.task).__name__)}",
        inputs="\n".join(["## Input and output", "The inputs in the order of the network's arguments:", "", *rows]),
        code="",
        example="FILE",
        metric=facts.score.name,
        loss="the task's own",
        unknown="other examples, or of half precision",
    )
