"""Classes of the user's own: found by the name of a module or a file, and what is said where there is none."""

import pathlib

import pytest

from rt3d_jax.hosts import plugins
from tests.tasks import depth


def test_a_class_of_a_module_is_found_by_its_name_and_back():
    assert plugins.find("tests.tasks.depth:Net") is depth.Net
    assert plugins.name_of(depth.Net) == "tests.tasks.depth:Net"


def test_a_class_that_a_file_carries_is_found_by_its_path_and_back(tmp_path: pathlib.Path):
    path = tmp_path / "own.py"
    path.write_text("class Net:\n    size = 1\n")
    found = plugins.find(f"{path}:Net")
    assert plugins.find(f"{path}:Net") is found and plugins.name_of(found) == f"{path}:Net"
    path.write_text("class Net:\n    size = 23\n")
    assert plugins.load(path).Net.size == 23 and plugins.find(f"{path}:Net").size == 23


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "no_such:Net",
            "'no_such:Net' cannot be imported (No module named 'no_such'); expected module:Name, with the",
        ),
        (":Net", "':Net' cannot be imported (Empty module name); expected module:Name"),
        (
            "tests.tasks.depth:Nets",
            "tests.tasks.depth has no class 'Nets'; expected one, as 'tests.tasks.depth:Nets' says",
        ),
        ("os:system", "os has no class 'system'; expected one, as 'os:system' says"),
        ("own.py:Net", "own.py is a relative path, expected the absolute one of a Python file, such as /"),
        ("/none/own.py:Net", "/none/own.py is not there, expected a Python file"),
    ],
)
def test_a_name_of_nothing_is_an_error_in_one_line(name: str, message: str):
    with pytest.raises((ValueError, FileNotFoundError)) as error:
        plugins.find(name)
    assert str(error.value).startswith(message) and "\n" not in str(error.value)


def test_a_module_that_fails_is_an_error_in_one_line(tmp_path: pathlib.Path):
    path = tmp_path / "own.py"
    path.write_text("import nothing_of_the_kind\n")
    with pytest.raises(ValueError) as error:
        plugins.find(f"{path}:Net")
    said = f"ModuleNotFoundError: No module named 'nothing_of_the_kind' ({path}:1)"
    assert str(error.value) == f"{path} cannot be run: {said}; correct it"


def test_a_class_without_a_place_of_its_own_has_no_name():
    class Inner:
        pass

    with pytest.raises(ValueError, match="Inner is no class of a module; define it at the top of a module or file$"):
        plugins.name_of(Inner)
