"""Claims about what is searched: choices, experiments of a density, slices of weights, and the files that come out."""

import dataclasses
import pathlib
import types

import jax
import numpy as np
import pytest

from rt3d_jax.cli import train
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms, budget
from rt3d_jax.search import candidates, limits, recipe, records, slices, spaces
from rt3d_jax.sparsity import cost, masks, patterns, plans
from rt3d_jax.training import experiments
from tests.search import made_up

GRADUAL = algorithms.Gradual()
RULE = plans.Prune(patterns.kgs(8, 4))
SPACE = spaces.Space(patterns=("kgs 8x4", "filter", "none"), sizes=(0.5,), shares=(0.8,), tiles=(4,))


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> experiments.Experiment:
    return made_up.experiment(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def schemes(experiment: experiments.Experiment) -> spaces.Schemes:
    return spaces.Schemes(experiment, SPACE, spaces.tables(inputs))


def inputs(model: catalog.Model) -> tuple[int, tuple[jax.ShapeDtypeStruct, ...]]:
    return 3, (jax.ShapeDtypeStruct((1, 1, model.size, model.size, 3), "uint8"),)


def test_what_the_experiment_says_comes_first_of_every_choice(schemes, experiment):
    layers = {f"block{block}/{name}": ("kgs 8x4", "filter", "none") for block in (1, 2) for name in ("wide", "narrow")}
    sizes = {"width": ("0.25", "0.125"), "blocks": ("2", "1"), "expansion": ("4", "2")}
    others = {**sizes, "wide": ("3", "1"), "winograd": ("0", "4")}
    expected = {**layers, "algorithm": ("heuristic",), **others, "latency": ("100% of the bound", "80% of the bound")}
    assert {choice.name: choice.values for choice in schemes.choices} == expected
    own = schemes.shape((0,) * len(expected)).at(0.5)
    table = catalog.table(experiment.model, *inputs(experiment.model))
    assert (own.model, own.rates, own.algorithm) == (experiment.model, (2.0,), experiment.algorithm)
    assert plans.match(own.plan, table) == plans.match(experiment.plan, table)


def test_a_point_sets_patterns_sizes_an_operator_and_the_share_of_the_bound(schemes):
    shape = schemes.shape((1, 2, 0, 0, 0, 1, 1, 0, 1, 1, 1))
    found = shape.at(1.0)
    assert found.model.options == {"scale": 2, "blocks": 1, "wide": 1}
    assert (found.model.width, found.model.winograd, shape.share, found.rates) == (0.125, 4, 0.8, (1.0,))
    assert [rule.name if rule else None for _, rule in found.plan] == ["filter", None, None]


def test_a_point_that_prunes_nothing_is_refused(schemes):
    with pytest.raises(ValueError, match="^no layer is pruned, expected a pattern for at least one$"):
        schemes.shape((2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0))


def test_the_stage_of_the_rates_keeps_exactly_what_a_point_says(schemes):
    best, table = schemes.shape((0,) * 11).at(0.5), spaces.tables(inputs)
    names = [f"block{block}/{name}" for block in (1, 2) for name in ("wide", "narrow")]
    kept = dict(zip(names, (0.5, 0.25, 0.5, 0.5), strict=True))
    found = spaces.Rates(best, kept, SPACE, table).shape((0, 4, 0, 1)).at(1.0)
    params = jax.tree.map(np.asarray, catalog.initial(found.model, 3, 0))
    layers = table(found.model)
    cut = budget.to_rate(params, found.plan, layers, found.rates[0])
    blocks = lambda name: masks.block_sums(np.asarray(cost.leaf(cut, name), np.float32), patterns.kgs(8, 4)) > 0
    shares = {name: float(np.mean(blocks(name))) for name in names}
    assert shares == pytest.approx({**kept, "block1/narrow": 0.5, "block2/narrow": 0.25}, abs=0.03)


def test_the_stage_of_the_rates_begins_with_what_the_base_keeps_where_blocks_go_in_multiples():
    kernels = {name: np.ones((3, 3, 3, 4, filters), np.float32) for name, filters in (("a", 96), ("b", 20))}
    rule = plans.Prune(patterns.FILTER, multiple=8)
    for (name, kernel), kept in zip(kernels.items(), (40, 16), strict=True):
        share = dataclasses.replace(rule, keep=kept / kernel.shape[-1]).share(kernel.shape)
        exact = dataclasses.replace(rule, least=share, most=share)
        assert {min(count * 8, kernel.shape[-1]) for count in exact.kept(kernel.shape)} == {kept}, name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"factors": (0.0,)}, "factors[0] is 0.0, expected a number above 0"),
        ({"methods": (GRADUAL, GRADUAL)}, "methods have Gradual twice, expected algorithms of different kinds"),
        ({"sizes": (1.5,)}, "sizes have 1.5, expected numbers above 0 and below 1"),
    ],
)
def test_a_space_that_cannot_be_searched_is_one_line(change, message):
    with pytest.raises(ValueError) as error:
        spaces.Space(**change)
    assert str(error.value).endswith(message)


def test_the_densest_network_that_was_measured_to_fit_is_taken(monkeypatch):
    """Kernels compute eight filters at a time: a step in the latency hides what the next density costs."""
    made = object.__new__(candidates.Candidates)
    measured = lambda density: (18 if density <= 0.5 else 25) * density
    meter = types.SimpleNamespace(unit="ms", estimate=lambda density: density, measure=measured)
    monkeypatch.setattr(candidates.codec, "to_json", lambda asked: asked.density)
    made._search = types.SimpleNamespace(bound=limits.Bound(10.0, margin=0.0))  # pyright: ignore[reportAttributeAccessIssue]
    made._meter, made._cut = meter, lambda asked: asked.density  # pyright: ignore[reportAttributeAccessIssue]
    at = lambda density: types.SimpleNamespace(rates=(1 / density,), density=density)
    found = made._fit(records.Record("schemes", (0,), {}), spaces.Shape(at, 0.05, 1.0, 1.0), 21.0)  # pyright: ignore[reportArgumentType]
    assert found.experiment == pytest.approx(0.469, abs=1e-3) and found.latency == pytest.approx(18 * found.experiment)


def test_a_layer_that_names_what_it_keeps_gets_other_rates_too(schemes, experiment):
    table = spaces.tables(inputs)
    best = schemes.shape((0,) * 11).at(0.5)
    kept = dataclasses.replace(best, plan=((r"block1/wide", plans.Prune(patterns.kgs(8, 4), keep=0.5)), (".*", None)))
    (rule, *_) = spaces.Rates(kept, {"block1/wide": 0.5}, SPACE, table).shape((2,)).at(1.0).plan
    share = 25 / 72  # 0.35 of 72 blocks
    assert rule[1] == plans.Prune(patterns.kgs(8, 4), least=share, most=share)


def test_operators_are_open_where_the_network_begins_with_the_first_and_may_be_closed(experiment):
    found = lambda model, space: spaces.Schemes(changed(model), space, spaces.tables(inputs)).choices
    changed = lambda model: dataclasses.replace(experiment, model=model, plan=((r"block.*", RULE), (".*", None)))
    sesr = dataclasses.replace(experiment.model, name="sesr")
    (choice,) = (one for one in found(sesr, SPACE) if one.name == "activation")
    assert choice.values == ("prelu", "relu")
    closed = dataclasses.replace(sesr, options={**sesr.options, "activation": "relu"})
    for model, space in ((sesr, dataclasses.replace(SPACE, operators=False)), (closed, SPACE)):
        assert "activation" not in [one.name for one in found(model, space)]


def test_a_network_with_another_activation_begins_with_the_same_kernels(experiment):
    sesr = dataclasses.replace(experiment.model, name="sesr")
    params = jax.tree.map(np.asarray, catalog.initial(sesr, 3, 0))
    relu = dataclasses.replace(sesr, options={**sesr.options, "activation": "relu"})
    found = slices.cut(params, catalog.shapes(relu, 3))
    assert "slope" in params["head"] and "slope" not in found["head"]
    assert np.array_equal(found["block1"]["kernel"], params["block1"]["kernel"])


def test_a_rule_that_says_what_it_keeps_comes_first_and_the_same_pattern_without_is_open(experiment):
    own = plans.Prune(patterns.FILTER, keep=0.25)
    plan = ((r"block1/wide", own), (r"block\d+/.*", RULE), (".*", None))
    schemes = spaces.Schemes(dataclasses.replace(experiment, plan=plan), SPACE, spaces.tables(inputs))
    assert schemes.choices[0].values == ("filter, 25% kept", "kgs 8x4", "filter", "none")
    rules = [dict(schemes.shape((number, *(0,) * 10)).at(0.6).plan)["block1/wide"] for number in (0, 2)]
    assert rules == [own, plans.Prune(patterns.FILTER)]


def test_a_width_that_is_a_whole_number_shrinks_by_factors_and_a_number_of_blocks_does_not(experiment):
    model = dataclasses.replace(experiment.model, width=1, options={"scale": 2, "blocks": 4})
    space = dataclasses.replace(SPACE, sizes=(0.75, 0.5))
    schemes = spaces.Schemes(dataclasses.replace(experiment, model=model), space, spaces.tables(inputs))
    found = {choice.name: choice.values for choice in schemes.choices}
    assert (found["width"], found["blocks"]) == (("1", "0.75", "0.5"), ("4", "3", "2"))


def test_narrower_and_shallower_networks_are_slices(experiment):
    small = dataclasses.replace(experiment.model, width=0.125, options={"scale": 2, "blocks": 1})
    params = jax.tree.map(np.asarray, catalog.initial(experiment.model, 3, 0))
    found = slices.cut(params, catalog.shapes(small, 3))
    assert jax.tree.map(np.shape, found) == jax.tree.map(lambda leaf: leaf.shape, catalog.shapes(small, 3))
    wide = params["block1"]["wide"]["kernel"]
    assert np.array_equal(found["block1"]["wide"]["kernel"], wide[..., :4, :16])
    pointwise = dataclasses.replace(experiment.model, options={"scale": 2, "blocks": 2, "wide": 1})
    kernel = slices.cut(params, catalog.shapes(pointwise, 3), central=True)["block2"]["wide"]["kernel"]
    assert np.array_equal(kernel, params["block2"]["wide"]["kernel"][:, 1:2, 1:2])
    with pytest.raises(ValueError) as error:
        slices.cut(found, catalog.shapes(experiment.model, 3))
    assert str(error.value) == ("block1/narrow/bias has shape (4,) in the shared weights, expected at least (8,)")


def test_the_densest_that_fits_is_found_in_few_questions():
    asked = []
    cost_of = lambda density: asked.append(density) or 3 + 10 * density**0.8
    found = limits.densest(cost_of, 0.01, 1.0, 7.0)
    assert found is not None and 0.97 * 7 <= 3 + 10 * found**0.8 <= 7 and len(asked) <= 5
    assert limits.densest(cost_of, 0.01, 1.0, 20.0) == 1.0
    assert limits.densest(cost_of, 0.01, 1.0, 3.1) is None


def test_a_density_is_found_where_the_cost_rises_most_at_first():
    cost_of = lambda density: 0.75 + 4.5 * (density - 0.26) ** 0.4
    found = limits.densest(cost_of, 0.26, 1.0, 2.1)
    assert found is not None and 0.85 * 2.1 <= cost_of(found) <= 2.1


@pytest.mark.parametrize("name", ["quickstart", "super_resolution", "c3d_ucf101_heuristic"])
def test_an_experiment_is_the_same_after_it_was_written_as_a_file(name: str, tmp_path: pathlib.Path) -> None:
    asked = train.load(name)
    path = tmp_path / "found.py"
    path.write_text(recipe.text(asked, "What was found."))
    assert train.load(str(path)) == asked
    assert path.read_text().startswith('"""What was found."""\n\nfrom rt3d_jax.data import ')
    assert max(map(len, path.read_text().splitlines())) <= 120
