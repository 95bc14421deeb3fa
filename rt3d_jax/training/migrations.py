"""Configs of older versions, as JSON, in the form of today. What is in today's form already comes back as it is.

| was | is |
|---|---|
| Experiment.data, clip, bad | Experiment.task, a Classification |
| Recipe.label_smoothing | Classification.label_smoothing, and Recipe.loss in a phase that differs |
| Recipe.epochs of 0 or less, which trained for one step | epochs is ONE_STEP |
| Imported.clip | Imported.task, a Classification without data |
| Held without a version | version is 1 |
| Model without options, time, every or winograd | options are {}, time is "clip", every is None, winograd is 0 |
| Prune without a multiple | multiple is 1 |
"""

from typing import Any

Json = Any
PHASES = ("dense", "penalise", "retrain")
SMOOTHING = "label_smoothing"
DEFAULT = 0.1  # what SMOOTHING was where nothing was said
ONE_STEP = 1e-9  # epochs that are less than a step of any data set, which is then the least: one


def upgrade(value: Json) -> Json:
    """Any value of a config. TypeError, AttributeError or KeyError for one whose parts are not what they were."""
    if isinstance(value, list):
        return [upgrade(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: upgrade(item) for name, item in value.items()}
    kind = found.get("type")
    return RULES[kind](found) if isinstance(kind, str) and kind in RULES else found


def upgrade_key(key: Json) -> Json:
    """The settings of a run folder, see claims. They are those of one phase, whose label smoothing is the task's."""
    found = upgrade(key)
    if not isinstance(found, dict) or "data" not in found:
        return found
    recipe = found.get("recipe") or {}
    smoothing = recipe.get("loss", {}).pop(SMOOTHING, DEFAULT)
    return _with_task(found, smoothing)


def _experiment(old: dict[str, Json]) -> dict[str, Json]:
    if "data" not in old:
        return old
    recipes = [old[name] for name in PHASES if old.get(name) is not None]
    smoothing = old["dense"]["loss"].get(SMOOTHING, DEFAULT)
    for recipe in recipes:
        if recipe["loss"].get(SMOOTHING, DEFAULT) == smoothing:
            recipe["loss"].pop(SMOOTHING, None)
    return _with_task(old, smoothing)


def _with_task(old: dict[str, Json], smoothing: Json) -> dict[str, Json]:
    task = {"data": old["data"], "clip": old["clip"], SMOOTHING: smoothing, "bad": old.get("bad", "error")}
    rest = {name: value for name, value in old.items() if name not in ("data", "clip", "bad")}
    return {**rest, "task": {"type": "Classification", **task}}


def _imported(old: dict[str, Json]) -> dict[str, Json]:
    return _with_task({"data": None, **old}, DEFAULT) if "clip" in old else old


def _recipe(old: dict[str, Json]) -> dict[str, Json]:
    rest = {name: value for name, value in old.items() if name != SMOOTHING}
    if isinstance(epochs := old.get("epochs"), int | float) and epochs <= 0:
        rest["epochs"] = ONE_STEP
    return {**rest, "loss": {SMOOTHING: old[SMOOTHING]} if SMOOTHING in old else old.get("loss", {})}


def _model(old: dict[str, Json]) -> dict[str, Json]:
    return {"options": {}, "time": "clip", "every": None, "winograd": 0, **old}


def _held(old: dict[str, Json]) -> dict[str, Json]:
    return {"version": 1, **old}


def _prune(old: dict[str, Json]) -> dict[str, Json]:
    return {"multiple": 1, **old}


RULES = {
    "Experiment": _experiment,
    "Held": _held,
    "Imported": _imported,
    "Recipe": _recipe,
    "Model": _model,
    "Prune": _prune,
}
