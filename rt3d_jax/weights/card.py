"""The model card of a shared folder: README.md with the hub's YAML header, made from the facts and the masks alone."""

import json
from typing import Any

import numpy as np

from rt3d_jax.data import classes, clips, hmdb51, kinetics, something, synthetic, ucf101
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import cost
from rt3d_jax.training import experiments, recipes
from rt3d_jax.weights import shared

# What a data set is called in words, and on the hub, where it has a name there.
DATA: dict[type, tuple[str, str | None]] = {
    ucf101.UCF101: ("UCF101", "ucf101"),
    hmdb51.HMDB51: ("HMDB51", "hmdb51"),
    kinetics.Kinetics: ("Kinetics", "kinetics"),
    something.SomethingSomething: ("Something-Something v2", "something-something-v2"),
    classes.ClassFolders: ("videos of its maker's own", None),
    synthetic.Synthetic: ("made-up motions (rt3d-jax's synthetic videos)", None),
}
NETWORKS = {"c3d": "C3D", "r2plus1d": "R(2+1)D-18", "s3d": "S3D", "s3d_rt3d": "S3D (RT3D's variant)"}
SHOWN_LABELS = 20

USE = '''## Use
With rt3d-jax installed, from a copy of this repository (`hf download OWNER/NAME --local-dir {name}`):

```
rt3d import {name} --out runs/{name}
rt3d eval runs/{name} --data FOLDER_OF_VIDEOS
rt3d lower runs/{name} --clip VIDEO --target host android:cortex-a78 vulkan:mali-g715:f16
rt3d train EXPERIMENT --pretrained runs/{name} --out OUT
```

The weights alone need numpy and safetensors. Kernels lie as depth, height, width, inputs, outputs; dense layers as inputs, outputs.

```python
import json
import pathlib

import numpy as np
from safetensors.numpy import load_file

config = json.loads(pathlib.Path("config.json").read_text())
params = load_file("model.safetensors")  # {{"{first}": float32{shape}, ...}}
{masks}

def normalised(frames):
    """uint8[{frames}, {size}, {size}, 3] in RGB -> what the network takes, float32 of the same shape."""
    return ((frames / 255 - config["clip"]["mean"]) / config["clip"]["std"]).astype(np.float32)
```
'''
MASKS = """masks = {  # True where a weight is kept; dropped weights are zeros in `params` too
    name: np.unpackbits(bits, count=params[name].size).reshape(params[name].shape).astype(bool)
    for name, bits in load_file("masks.safetensors").items()
}
"""


def text(found: shared.Shared) -> str:
    """The text of README.md; the same network gives the same text. ValueError for an origin with unexpected fields."""
    facts, table = found.facts, catalog.table(found.facts.model, len(found.facts.labels))
    try:
        parts = [
            _header(facts),
            f"# {_plain(facts.name)}",
            _summary(found, table),
            _numbers(found, table),
            _input(facts),
        ]
        parts += [_layers(found, table), _making(facts), _use(found), _limits(facts), _licence(facts)]
    except (TypeError, AttributeError, LookupError) as error:
        reason = _plain(error)
        raise ValueError(
            f"the origin of {facts.name} is not what `rt3d export` writes ({reason}); fetch it again"
        ) from error
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def data_name(data: Any) -> str:
    """A data set in words."""
    split = f", split {data.split}" if hasattr(data, "split") else ""
    return DATA[type(data)][0] + split


def _header(facts: shared.Facts) -> str:
    """The hub's metadata as YAML. Strings are written as JSON, which YAML reads too."""
    data = facts.origin.data if isinstance(facts.origin, experiments.Experiment) else None
    word = lambda value: json.dumps(value, ensure_ascii=False)
    tags = ["jax", "pruning", "sparsity", "video", facts.model.name.replace("_", "-")]
    lines = [
        "---",
        f"license: {word(facts.licence or 'unknown')}",
        "library_name: rt3d-jax",
        "pipeline_tag: video-classification",
    ]
    lines += ["tags:", *(f"- {word(tag)}" for tag in tags)]
    hub = DATA[type(data)][1] if data is not None else None
    lines += ["datasets:", f"- {word(hub)}"] if hub else []
    if data is not None and facts.accuracy is not None:
        lines += [
            "model-index:",
            f"- name: {word(facts.name)}",
            "  results:",
            "  - task:",
            "      type: video-classification",
        ]
        lines += [
            "    dataset:",
            f"      name: {word(data_name(data))}",
            f"      type: {word(hub or 'custom')}",
            "      split: test",
        ]
        lines += [
            "    metrics:",
            "    - type: accuracy",
            f"      name: {word(facts.protocol)}",
            f"      value: {facts.accuracy}",
        ]
    return "\n".join([*lines, "---"])


def _summary(found: shared.Shared, table: tuple[cost.Layer, ...]) -> str:
    facts = found.facts
    what = f"{NETWORKS.get(facts.model.name, facts.model.name)} for video classification ({len(facts.labels)} classes)"
    if facts.model.width != 1:
        what += f", {facts.model.width:g} times as wide as published"
    rate = cost.macs(table) / cost.macs(table, found.masks)
    if rate > 1:
        what += f", pruned ({_plain(facts.scheme)}) to **{rate:.2f}x fewer multiply-accumulates**"
    return f"{what}. Made with rt3d-jax, whose kernels for phones compute only the weights that are kept."


def _numbers(found: shared.Shared, table: tuple[cost.Layer, ...]) -> str:
    facts, score = found.facts, lambda value: "not measured" if value is None else f"{value:.2f} %"
    dense = (cost.macs(table), cost.parameters(table))
    kept = (cost.macs(table, found.masks), cost.parameters(table, found.masks))
    rows = [
        (
            "top-1",
            score(facts.accuracy),
            score(facts.dense_accuracy if facts.phase in ("pruned", "penalised") else facts.accuracy),
        )
    ]
    rows += [
        ("multiply-accumulates per clip", f"{kept[0]:,}", f"{dense[0]:,}"),
        ("parameters", f"{kept[1]:,}", f"{dense[1]:,}"),
    ]
    rows += [("rate (dense / kept), multiply-accumulates", f"{dense[0] / kept[0]:.2f}", "1")]
    rows += [("rate, parameters", f"{dense[1] / kept[1]:.2f}", "1")]
    if kept == dense:
        rows = [row[:2] for row in rows[:3]]
        return _table(("", "this network"), rows) + f"\n\nProtocol: {_plain(facts.protocol)}."
    return _table(("", "this network", "dense"), rows) + f"\n\nProtocol: {_plain(facts.protocol)}."


def _input(facts: shared.Facts) -> str:
    spec, number = facts.clip, lambda values: ", ".join(f"{value:g}" for value in values)
    sampling = spec.sampling
    how = (
        "spread evenly over the whole video"
        if isinstance(sampling, clips.Spread)
        else f"{sampling.stride} apart, from the middle of the video"
    )
    labels = [f"`{_plain(label)}`" for label in facts.labels[:SHOWN_LABELS]]
    more = f" and {len(facts.labels) - SHOWN_LABELS} more, in config.json" if len(facts.labels) > SHOWN_LABELS else ""
    return f"""## Input and output
A clip: {sampling.frames} frames, {how}; the shorter side scaled to {spec.short_side} pixels, a square of {spec.size} cut from the middle; RGB values
divided by 255, less ({number(spec.mean)}), over ({number(spec.std)}). As float32 [clips, {sampling.frames}, {spec.size}, {spec.size}, 3]; the answer is float32 [clips, {len(facts.labels)}], logits.

Classes, in this order: {", ".join(labels)}{more}."""


def _layers(found: shared.Shared, table: tuple[cost.Layer, ...]) -> str:
    rows = []
    for layer in table:
        kept = cost.kept_macs(layer, found.masks)
        shape = " x ".join(map(str, layer.shape))
        weights = f"{_kept_parameters(layer, found.masks):,} of {layer.parameters:,}"
        rows.append((f"`{layer.name}`", shape, f"{layer.macs:,}", f"{kept:,}", f"{kept / layer.macs:.3f}", weights))
    columns = ("layer", "kernel", "MACs, dense", "MACs, kept", "density", "parameters kept")
    return "## Layers\n1 MAC = 1 multiply-accumulate = 2 FLOPs, for one clip.\n\n" + _table(columns, rows)


def _kept_parameters(layer: cost.Layer, masks: Any) -> int:
    """Parameters that a layer keeps, counted as by cost.parameters."""
    own = [
        mask
        for path, mask in cost.paths(masks)
        if cost.layer_name(path) == layer.name or path in layer.wiring.followers
    ]
    return layer.parameters - sum(int(np.sum(~np.asarray(mask))) for mask in own)


def _making(facts: shared.Facts) -> str:
    made, lines = facts.origin, []
    if isinstance(made, experiments.Imported):
        lines.append(f"Weights of {_plain(made.origin)} (sha256 `{_plain(made.sha256)}`), converted, not trained on.")
    else:
        start = "fresh weights" if made.pretrained is None else _plain(facts.pretrained or made.pretrained)
        lines.append(f"- Data: {data_name(made.data)}; seed {_plain(made.seed)}, batches of {_plain(made.batch)}.")
        lines.append(f"- Dense network: from {start}; {_recipe(made.dense)}.")
        if facts.phase in ("penalised", "pruned"):
            work = "no training" if made.penalise is None else _recipe(made.penalise)
            lines.append(f"- Pruning: {_call(made.algorithm)}; {work}.")
        if facts.phase == "penalised":
            lines.append("- Not cut yet: its small blocks are zeros, no mask holds them there.")
        if facts.phase == "pruned":
            teacher = f", taught by the dense network: {_call(made.distillation)}" if made.distillation else ""
            lines.append(
                f"- Cut to a budget of {_plain(made.measure)} over the whole network, then retrained: {_recipe(made.retrain)}{teacher}."
            )
            lines.append("- Plan (layers by regular expression, the first match wins):")
            lines += [
                f"  - `{_plain(regex)}`: {'dense' if rule is None else _plain(rule.name)}" for regex, rule in made.plan
            ]
    return "\n".join(["## How it was made", *lines])


def _use(found: shared.Shared) -> str:
    facts, (first, leaf) = found.facts, next((p, v) for p, v in cost.paths(found.params) if cost.is_kernel(p))
    masks = MASKS if any(True for _ in cost.paths(found.masks)) else ""
    return USE.format(
        name=_plain(facts.name),
        first=first,
        shape=list(np.shape(leaf)),
        masks=masks,
        frames=facts.clip.sampling.frames,
        size=facts.clip.size,
    )


def _limits(facts: shared.Facts) -> str:
    measured = (
        "No accuracy was measured."
        if facts.accuracy is None
        else (
            "The accuracy above is all that was measured: on the test part of that data set, under that protocol, in float32."
        )
    )
    return f"""## Limits
{measured} Nothing is known of other videos and other ways of taking clips, of single classes, of persons and places that the data
shows seldom, or of half precision. It answers with one of its classes for every clip, also for one that shows none of them."""


def _licence(facts: shared.Facts) -> str:
    if facts.licence is None:
        return "## Licence\nNone was given with these weights: ask whoever shares them. rt3d-jax's own licence covers its code, not these weights."
    return f"## Licence\nOf the weights, as whoever shares them says: `{facts.licence}`. Terms of the data and of weights that it began with may apply beside it."


def _recipe(recipe: recipes.Recipe) -> str:
    warmup = f", {_plain(recipe.warmup)} epochs of warm-up" if recipe.warmup else ""
    rate = f"learning rate {_plain(recipe.learning_rate)} ({_plain(recipe.schedule)}{warmup})"
    parts = [f"{_plain(recipe.epochs)} epochs", rate, _call(recipe.optimizer)]
    return ", ".join([*parts, f"label smoothing {_plain(recipe.label_smoothing)}"])


def _call(value: Any) -> str:
    """The Python expression that makes a dataclass."""
    return f"`{_plain(value)}`"


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    align = ["---" if number == 0 else "---:" for number in range(len(columns))]
    lines = [" | ".join(row) for row in (columns, align, *rows)]
    return "\n".join(f"| {line} |" for line in lines)


def _plain(value: object) -> str:
    """A value in one line, without characters that mean something in Markdown or HTML."""
    words = " ".join(str(value).split())[: shared.MAX_TEXT]
    return words.replace("`", "'").replace("|", "/").replace("<", "(").replace(">", ")")
