"""The model card of a shared folder: README.md with the hub's YAML header, made from the facts and the masks alone."""

import dataclasses
import json
import re
from typing import Any

import numpy as np

from lowering.functions import trees
from rt3d_jax.sparsity import cost
from rt3d_jax.training import experiments, recipes
from rt3d_jax.weights import card_words, shared

plain = card_words.plain

NETWORKS = {
    "c3d": "C3D",
    "c3d_small": "C3D with narrower dense layers",
    "i3d": "I3D",
    "mc3": "MC3-18",
    "mobilenet_early": "3D-MobileNet with early fusion",
    "mobilenetv2": "3D-MobileNetV2",
    "movinet_a0": "MoViNet-A0",
    "r2plus1d": "R(2+1)D-18",
    "r3d": "R3D-18",
    "s3d": "S3D",
    "s3d_rt3d": "S3D (RT3D's variant)",
    "slowfast_r50": "SlowFast-R50 8x8",
    "x3d_xs": "X3D-XS",
    "x3d_s": "X3D-S",
    "x3d_m": "X3D-M",
}

USE = """## Use
With rt3d-jax installed, from a copy of this repository (`hf download OWNER/NAME --local-dir {name}`):

```
rt3d import {name} --out runs/{name}
{evaluate}rt3d lower runs/{name} --clip {example} --target host android:cortex-a78 vulkan:mali-g715:f16
rt3d train EXPERIMENT --pretrained runs/{name} --out OUT
```

The weights alone need numpy and safetensors. Kernels lie as depth, height, width, inputs, outputs; dense layers as
inputs, outputs.

```python
import json
import pathlib

import numpy as np
from safetensors.numpy import load_file

config = json.loads(pathlib.Path("config.json").read_text())
params = load_file("model.safetensors")  # {{"{first}": float32{shape}, ...}}
{masks}{code}```
"""
MASKS = """masks = {  # True where a weight is kept; dropped weights are zeros in `params` too
    name: np.unpackbits(bits, count=params[name].size).reshape(params[name].shape).astype(bool)
    for name, bits in load_file("masks.safetensors").items()
}
"""


def text(found: shared.Shared) -> str:
    """The text of README.md; the same network gives the same text. ValueError for an origin with unexpected fields."""
    facts, table = found.facts, found.facts.table()
    try:
        parts = [
            _header(facts),
            f"# {plain(facts.name)}",
            _summary(found, table),
            _numbers(found, table),
            card_words.words(facts).inputs,
        ]
        parts += [_layers(found, table), _making(facts), _use(found), _limits(facts), _licence(facts)]
    except (TypeError, AttributeError, LookupError) as error:
        reason = plain(error)
        raise ValueError(
            f"the origin of {facts.name} is not what `rt3d export` writes ({reason}); fetch it again"
        ) from error
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _header(facts: shared.Facts) -> str:
    """The hub's metadata as YAML. Strings are written as JSON, which YAML reads too."""
    task, said, word = facts.task, card_words.words(facts), lambda value: json.dumps(value, ensure_ascii=False)
    tags = ["jax", "pruning", "sparsity", "video", re.sub("[^A-Za-z0-9]+", "-", facts.model.name)]
    lines = ["---", f"license: {word(facts.licence or 'unknown')}", "library_name: rt3d-jax"]
    lines += [f"pipeline_tag: {said.tag}"] if said.tag else []
    lines += ["tags:", *(f"- {word(tag)}" for tag in tags)]
    trained, hub = card_words.is_trained_here(facts), card_words.hub_name(task)
    lines += ["datasets:", f"- {word(hub)}"] if hub and trained else []
    if trained and facts.score.value is not None:
        lines += _results(facts, said, hub)
    return "\n".join([*lines, "---"])


def _results(facts: shared.Facts, said: card_words.Words, hub: str | None) -> list[str]:
    word = lambda value: json.dumps(value, ensure_ascii=False)
    return [
        "model-index:",
        f"- name: {word(facts.name)}",
        "  results:",
        "  - task:",
        f"      type: {word(said.tag or 'other')}",
        "    dataset:",
        f"      name: {word(card_words.data_name(facts.task))}",
        f"      type: {word(hub or 'custom')}",
        "      split: test",
        "    metrics:",
        f"    - type: {word(said.metric)}",
        f"      name: {word(facts.score.protocol)}",
        f"      value: {facts.score.value}",
    ]


def _summary(found: shared.Shared, table: tuple[cost.Layer, ...]) -> str:
    facts = found.facts
    what = f"{NETWORKS.get(facts.model.name, plain(facts.model.name))} for {card_words.words(facts).purpose}"
    if facts.model.width != 1:
        what += f", {facts.model.width:g} times as wide as published"
    rate = cost.macs(table) / cost.macs(table, found.masks)
    if rate > 1:
        what += f", pruned ({plain(facts.scheme)}) to **{rate:.2f}x fewer multiply-accumulates**"
    if facts.quantisation is not None:
        what += f". {len(facts.quantisation.layers)} of its layers compute in int8, with the scales in config.json"
    return f"{what}. Made with rt3d-jax, whose kernels for phones compute only the weights that are kept."


def _numbers(found: shared.Shared, table: tuple[cost.Layer, ...]) -> str:
    facts = found.facts
    score = lambda value: str(dataclasses.replace(facts.score, value=value))
    dense = (cost.macs(table), cost.parameters(table))
    kept = (cost.macs(table, found.masks), cost.parameters(table, found.masks))
    rows = [
        (
            plain(facts.score.name),
            score(facts.score.value),
            score(facts.dense_score if facts.phase in ("pruned", "penalised") else facts.score.value),
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
        return _table(("", "this network"), rows) + f"\n\nProtocol: {plain(facts.score.protocol)}."
    return _table(("", "this network", "dense"), rows) + f"\n\nProtocol: {plain(facts.score.protocol)}."


def _layers(found: shared.Shared, table: tuple[cost.Layer, ...]) -> str:
    rows = []
    for layer in table:
        kept = cost.kept_macs(layer, found.masks)
        shape = " x ".join(map(str, layer.shape))
        weights = f"{_kept_parameters(layer, found.masks):,} of {layer.parameters:,}"
        rows.append(
            (
                f"`{layer.name}`",
                shape,
                f"{layer.macs:,}",
                f"{kept:,}",
                f"{cost.density(layer, found.masks):.3f}",
                weights,
            )
        )
    columns = ("layer", "kernel", "MACs, dense", "MACs, kept", "density", "parameters kept")
    return "## Layers\n1 MAC = 1 multiply-accumulate = 2 FLOPs, for one clip.\n\n" + _table(columns, rows)


def _kept_parameters(layer: cost.Layer, masks: Any) -> int:
    """Parameters that a layer keeps, counted as by cost.parameters."""
    mine = (layer.place.path, *layer.wiring.followers)
    own = [mask for path, mask in trees.paths(masks) if path in mine]
    return layer.parameters - sum(int(np.sum(~np.asarray(mask))) for mask in own)


def _making(facts: shared.Facts) -> str:
    made, lines = facts.origin, []
    if isinstance(made, experiments.Imported):
        lines.append(f"Weights of {plain(made.origin)} (sha256 `{plain(made.sha256)}`), converted, not trained on.")
    else:
        start = "fresh weights" if made.pretrained is None else plain(facts.pretrained or made.pretrained)
        lines.append(
            f"- Data: {plain(card_words.data_name(made.task))}; seed {plain(made.seed)}, "
            f"batches of {plain(made.batch)}."
        )
        lines.append(f"- Loss: {card_words.words(facts).loss}.")
        lines.append(f"- Dense network: from {start}; {_recipe(made.dense)}.")
        if facts.phase in ("penalised", "pruned"):
            work = "no training" if made.penalise is None else _recipe(made.penalise)
            lines.append(f"- Pruning: {_call(made.algorithm)}; {work}.")
        if facts.phase == "penalised":
            lines.append("- Not cut yet: its small blocks are zeros, no mask holds them there.")
        if facts.phase == "pruned":
            teacher = f", taught by the dense network: {_call(made.distillation)}" if made.distillation else ""
            lines.append(
                f"- Cut to a budget of {plain(made.measure)} over the whole network, then retrained: "
                f"{_recipe(made.retrain)}{teacher}."
            )
            lines.append("- Plan (layers by regular expression, the first match wins):")
            lines += [
                f"  - `{plain(regex)}`: {'dense' if rule is None else plain(rule.name)}" for regex, rule in made.plan
            ]
    return "\n".join(["## How it was made", *lines])


def _use(found: shared.Shared) -> str:
    facts, (first, leaf) = found.facts, next((p, v) for p, v in trees.paths(found.params) if np.ndim(v) > 1)
    said, name = card_words.words(facts), plain(facts.name)
    return USE.format(
        name=name,
        evaluate=f"rt3d eval runs/{name} --data FOLDER_OF_VIDEOS\n" if said.tag == "video-classification" else "",
        example=said.example,
        first=first,
        shape=list(np.shape(leaf)),
        masks=MASKS if any(True for _ in trees.paths(found.masks)) else "",
        code=f"\n{said.code}" if said.code else "",
    )


def _limits(facts: shared.Facts) -> str:
    measured = (
        f"No {plain(facts.score.name).removeprefix('top-1 ')} was measured."
        if facts.score.value is None
        else "The score above is all that was measured: on the test part of that data, under that protocol, in float32."
    )
    return f"## Limits\n{measured} Nothing is known of {card_words.words(facts).unknown}."


def _licence(facts: shared.Facts) -> str:
    if facts.licence is None:
        return (
            "## Licence\nNone was given with these weights: ask whoever shares them. "
            "rt3d-jax's own licence covers its code, not these weights."
        )
    return (
        f"## Licence\nOf the weights, as whoever shares them says: `{facts.licence}`. "
        "Terms of the data and of weights that it began with may apply beside it."
    )


def _recipe(recipe: recipes.Recipe) -> str:
    warmup = f", {plain(recipe.warmup)} epochs of warm-up" if recipe.warmup else ""
    rate = f"learning rate {plain(recipe.learning_rate)} ({plain(recipe.schedule)}{warmup})"
    parts = [f"{plain(recipe.epochs)} epochs", rate, _call(recipe.optimizer)]
    return ", ".join([*parts, *(f"{key} {plain(value)}" for key, value in recipe.loss.items())])


def _call(value: Any) -> str:
    """The Python expression that makes a dataclass."""
    return f"`{plain(value)}`"


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    align = ["---" if number == 0 else "---:" for number in range(len(columns))]
    lines = [" | ".join(row) for row in (columns, align, *rows)]
    return "\n".join(f"| {line} |" for line in lines)
