"""The networks of the zoo are all on their page, and mean in the graph what they mean in JAX."""

import importlib.util
import json
import pathlib
from typing import Any

import pytest

from lowering.bundle import deploy, meaning
from lowering.graph.rewrites import stages
from lowering.targets import targets
from tests.lowering.zoo import every

ROOT = pathlib.Path(__file__).parents[3]
# The catalog's networks are compared in tests of the catalog; these draw them too large for this one.
OWN = [name for name, entry in every.NETWORKS.items() if entry.library != "the catalog"]
COMPILED = ("MobileNetV3-3D", "PointPillars", "Two-stream")


def page() -> Any:
    spec = importlib.util.spec_from_file_location("page", ROOT / "scripts/networks/page.py")
    assert spec and spec.loader
    spec.loader.exec_module(found := importlib.util.module_from_spec(spec))
    return found


def test_every_network_is_on_the_page_and_gives_jaxs_answer_there() -> None:
    found = json.loads((ROOT / "docs/results/networks.json").read_text())
    assert sorted(found) == sorted(every.NETWORKS)
    assert page().wrong(found) == []
    assert len(found) >= 60 and len({entry["library"] for entry in found.values()}) == len(every.LIBRARIES)


def test_the_page_is_what_its_results_say() -> None:
    """If not, run scripts/networks --page."""
    found = page()
    tables = found.tables(found.read())
    for name in ("summary", "networks", "activations", "functions"):
        assert "\n".join([f"<!-- {name} -->", *tables[name], "<!-- end -->"]) in found.PAGE.read_text()


@pytest.mark.parametrize("name", OWN)
def test_a_network_means_what_it_means_in_jax(name: str) -> None:
    made = every.NETWORKS[name].make()
    example = deploy.example(made.apply, made.params, made.inputs)
    meaning.measure(stages.rewrite(example.graph, targets.find("host")), example).check()


@pytest.mark.parametrize("name", COMPILED)
def test_a_compiled_network_gives_jaxs_answer(name: str, tmp_path: pathlib.Path) -> None:
    made = every.NETWORKS[name].make()
    assert deploy.deploy(made.apply, made.params, made.inputs, out=tmp_path / "bundle", tuning=0.0).passed
