"""A bundle says how to make its module again with IREE's compiler as it is shipped."""

import pathlib
import shlex
import shutil
import subprocess

import pytest

from lowering.bundle import bundles
from lowering.bundle import compile as compilers
from lowering.bundle import write as writing
from lowering.targets import targets
from tests.lowering import conftest, networks


def again(bundle: bundles.Bundle, folder: pathlib.Path) -> bytes:
    """The module that the command in the first line of module.mlir makes, in a folder of no other files."""
    for name in ("module.mlir", "compile.flags"):
        shutil.copy(bundle.folder / name, folder)
    said = (folder / "module.mlir").read_text().splitlines()[0]
    assert said == "// iree-compile @compile.flags module.mlir -o module.vmfb   (IREE 3.13.0)"
    program, *arguments = shlex.split(said.removeprefix("// ").partition("(")[0])
    assert program == "iree-compile"
    subprocess.run([compilers.tool(), *arguments], cwd=folder, check=True)
    return (folder / "module.vmfb").read_bytes()


@pytest.mark.parametrize("target", ["host", "android:cortex-a76"])
def test_iree_compile_makes_the_same_module_byte_for_byte(
    tmp_path: pathlib.Path, network: networks.Network, host_bundle: bundles.Bundle, target: str
) -> None:
    written = lambda: writing.write(tmp_path / "bundle", network.example(), targets.find(target), conftest.INFO)
    bundle = host_bundle if target == "host" else written()
    (tmp_path / "elsewhere").mkdir()
    assert again(bundle, tmp_path / "elsewhere") == (bundle.folder / "module.vmfb").read_bytes()


def test_a_vulkan_module_differs_by_the_version_of_spirv_only(
    tmp_path: pathlib.Path, network: networks.Network
) -> None:
    bundle = writing.write(tmp_path / "bundle", network.example(), targets.find("vulkan:adreno"), conftest.INFO)
    (tmp_path / "elsewhere").mkdir()
    found, ours = again(bundle, tmp_path / "elsewhere"), (bundle.folder / "module.vmfb").read_bytes()
    assert found != ours
    assert compilers.set_spirv_version(found) == ours
    assert "SPIR-V 1.6" in (bundle.folder / "module.mlir").read_text().splitlines()[1]
