"""CPU features: what targets ask for, against the compiler's own list, and what phones show."""

import pathlib
import re
import subprocess

import iree.compiler.tools.binaries as binaries
import pytest

from lowering.phone import cpu
from lowering.targets import cores, targets
from tests.lowering.phone import rootfs

# Of the features that LLVM lists for these cores, those that code from our kernels cannot use: they belong to the
# system, or need an intrinsic.
OUT_OF_REACH = {
    "aes",
    "am",
    "ccidx",
    "crc",
    "ete",
    "flagm",
    "fp-armv8",
    "fpac",
    "jsconv",
    "mte",
    "pauth",
    "perfmon",
    "predres",
    "ras",
    "reserve-x18",
    "sb",
    "sha2",
    "spe",
    "ssbs",
    "trbe",
    "v8.2a",
    "v9a",
}
ARMV8 = ("asimd", "asimddp", "asimdhp", "asimdrdm", "atomics", "lrcpc")


@pytest.mark.parametrize("name", cores.TARGETS)
def test_every_feature_that_the_compiler_takes_is_known_and_asked_for(tmp_path: pathlib.Path, name: str) -> None:
    flags = targets.find(f"android:{name}").flags
    source = tmp_path / "add.mlir"
    source.write_text(
        "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n  %0 = arith.addf %a, %a : tensor<4xf32>\n  "
        "return %0 : tensor<4xf32>\n}\n"
    )
    command = [binaries.find_tool("iree-compile"), *flags, "--compile-to=executable-targets", str(source), "-o", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    listed = re.search(r'cpu_features = "([^"]*)"', text)
    assert listed is not None
    on: dict[str, bool] = {}
    for feature in listed[1].split(","):
        on[feature[1:]] = feature[0] == "+"
    used = {feature for feature, there in on.items() if there} - OUT_OF_REACH
    assert used <= set(cores.FEATURES), "a feature that lowering/targets/cores.py does not know"
    assert {cores.FEATURES[feature] for feature in used} == set(cores.needed(flags))


def test_features_are_named_as_the_kernel_does() -> None:
    flags = ("--iree-llvmcpu-target-cpu=cortex-a76", "--iree-llvmcpu-target-cpu-features=+dotprod,+fullfp16")
    assert cores.needed(flags) == ARMV8
    assert cores.needed((*flags, "--iree-llvmcpu-target-cpu-features=+i8mm,-rdm")) == tuple(
        sorted({*ARMV8, "i8mm"} - {"asimdrdm"})
    )
    assert cores.needed(("--iree-hal-target-device=vulkan",)) == ()


def test_a_core_that_is_not_known_is_taken_for_a_new_one() -> None:
    needed = cores.needed(("--iree-llvmcpu-target-cpu=cortex-a999",))
    assert {"sve2", "i8mm", "bf16", *ARMV8} < set(needed)
    assert cores.needed(("--iree-llvmcpu-target-cpu=generic",)) == ("asimd",)


def test_a_phone_has_the_features_that_all_of_its_cores_have() -> None:
    info = "processor\t: 0\nFeatures\t: fp asimd asimddp\n\nprocessor\t: 1\nFeatures\t: fp asimd asimdhp\n"
    assert cpu.features(info) == {"fp", "asimd"}
    assert cpu.lacking(("asimd", "asimddp"), info) == ("asimddp",)
    assert cpu.lacking(ARMV8, f"Features : {rootfs.FEATURES}\n") == ()


@pytest.mark.parametrize("info", ["", "\n", "Features", "flags : fpu vme", "Features :", "\x00\xff: :"])
def test_no_arm_cpu_has_no_features(info: str) -> None:
    assert cpu.features(info) == frozenset()
    assert cpu.lacking(("asimd",), info) == ("asimd",)
