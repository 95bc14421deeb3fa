"""What an app is written from, without a compiler: names, platforms, memory, texts, and what is refused."""

import dataclasses
import pathlib
import re

import numpy as np
import pytest
from iree import runtime

from lowering.app import arrays, c, hal, jvm, names, platforms, schedule, tables, texts, weights
from lowering.app import write as apps
from lowering.bundle import bundles

ENTRY = {"name": "clip", "file": "clip.npy", "shape": [1, 2, 3, 4, 3], "dtype": "float32"}


def bundle(target: str = "android:cortex-a76", **fields: object) -> bundles.Bundle:
    """A bundle that is not on the disk."""
    manifest = {"run": "kgs-3.6x", "model": "c3d", "clip": {}, "labels": [], "nodes": [], "target": {"name": target}}
    return bundles.Bundle(pathlib.Path("none"), manifest | {"inputs": [ENTRY], "outputs": [ENTRY]} | fields)


@pytest.mark.parametrize(
    ("run", "name", "of_class"),
    [
        ("kgs-3.6x", "kgs_3_6x", "Kgs36x"),
        ("Dense", "dense", "Dense"),
        ("2-fold run", "net_2_fold_run", "Net2FoldRun"),
        ("日本", "net", "Net"),
        ("a" * 400, "a" * 36, "A" + "a" * 35),
    ],
)
def test_the_name_of_a_run_becomes_one_that_c_and_kotlin_take(run: str, name: str, of_class: str) -> None:
    assert (names.of_network(run), names.of_class(name)) == (name, of_class)
    names.check(name, "org.example")


@pytest.mark.parametrize("name", ["", "Dense", "3d", "a-b", "_x", "a" * 42, "x;y"])
def test_another_name_is_refused(name: str) -> None:
    said = f"--name {name!r} is no name in C; expected a lower-case letter, then letters, digits or _"
    with pytest.raises(names.BadName, match=re.escape(said)):
        names.check(name, "org.example")


@pytest.mark.parametrize("package", ["", "org", "org.Example", "org..example", "org.example;", "org.some_app"])
def test_a_package_that_java_does_not_have_is_refused(package: str) -> None:
    said = f"--package {package!r} is no package; expected words with dots between, such as org.example.app"
    with pytest.raises(names.BadName, match=re.escape(said)):
        names.check("dense", package)


def test_arrays_get_names_that_no_language_has_taken_each_its_own() -> None:
    given = ["clip", "in", "clip", "args[0]", "Übung", "*/ x", "", "labels"]
    assert names.of_arrays(given) == ["clip", "in_2", "clip_2", "args_0", "bung", "x", "x_2", "labels_2"]


@pytest.mark.parametrize(
    ("target", "platform", "found"),
    [
        ("host", None, "linux"),
        ("host:avx2", "linux", "linux"),
        ("android:cortex-a76", None, "android"),
        ("android:cortex-a76:f16", "ios", "ios"),
    ],
)
def test_the_platform_of_an_app_is_that_of_the_bundle_unless_another_fits(
    target: str, platform: str | None, found: str
) -> None:
    assert platforms.chosen(bundle(target), platform) == found


@pytest.mark.parametrize(
    ("target", "platform", "said"),
    [
        (
            "vulkan:adreno",
            None,
            "kgs-3.6x on vulkan:adreno is for a GPU, an app takes kernels for a CPU; "
            "lower the network with --target android:cortex-a76",
        ),
        (
            "host",
            "ios",
            "kgs-3.6x on host cannot be an app for ios; lower the network with --target android:cortex-a76",
        ),
        (
            "android:cortex-a76",
            "linux",
            "kgs-3.6x on android:cortex-a76 cannot be an app for linux; lower the network with --target host",
        ),
        ("host", "windows", "no platform 'windows'; expected one of: linux, android, ios"),
    ],
)
def test_a_platform_that_the_kernels_cannot_be_for_is_refused(target: str, platform: str | None, said: str) -> None:
    with pytest.raises(platforms.PlatformError, match=f"^{re.escape(said)}$"):
        platforms.chosen(bundle(target), platform)


def test_on_ios_the_kernels_are_for_apples_processors_and_format() -> None:
    android, ios = (platforms.flags(bundle(), platform) for platform in ("android", "ios"))
    assert "--iree-llvmcpu-target-triple=arm64-apple-ios17.0" in ios
    assert "--iree-llvmcpu-target-cpu=apple-a12" in ios
    assert not any("cpu-features" in flag for flag in ios)
    assert android == list(bundle().target.flags)


def test_pieces_that_are_not_ours_are_refused_by_name(tmp_path: pathlib.Path) -> None:
    entry = {"operation": "div", "kernel": "IREE", "macs": 0, "why": []}
    nodes = [{"name": "conv1", "operation": "PackedConv", "kernel": "ours"}]
    nodes += [{**entry, "name": f"div_{place}"} for place in range(5)]
    said = (
        "kgs-3.6x on android:cortex-a76 cannot be an app: div_0 (div), div_1 (div), div_2 (div) and 2 more have no "
        "kernel of ours; `rt3d lower --strict` says why"
    )
    with pytest.raises(apps.NotAnApp, match=f"^{re.escape(said)}$"):
        apps.write(bundle(nodes=nodes), tmp_path / "app")
    assert not (tmp_path / "app").exists()


def test_a_folder_with_other_things_is_not_replaced(tmp_path: pathlib.Path) -> None:
    (tmp_path / "README.md").write_text("# My app\n")
    said = f"{tmp_path} holds other things than an app; choose a folder that is empty or new"
    with pytest.raises(apps.NotAnApp, match=f"^{re.escape(said)}$"):
        apps.write(bundle(), tmp_path)
    assert (tmp_path / "README.md").read_text() == "# My app\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("cf.br ^bb1\n^bb1:\nutil.return", "IREE compiled it to branches"),
        (
            "%0 = arith.constant 1 : index\n%1 = util.optimization_barrier %0 : index\nutil.return",
            "IREE compiled it to util.optimization_barrier, which is no kernel",
        ),
        ("util.return %view : !hal.buffer_view", "one of its results is one of its inputs"),
    ],
)
def test_a_module_that_is_more_than_a_list_of_kernels_is_refused_by_its_operation(
    tmp_path: pathlib.Path, body: str, said: str
) -> None:
    results = " -> !hal.buffer_view" if "%view" in body else ""
    path = tmp_path / "module.mlir"
    path.write_text(f"util.func public @main(%view: !hal.buffer_view){results} {{\n{body}\n}}\n")
    with pytest.raises(hal.NotAList, match=f"^{re.escape(said)}$"):
        hal.read(path)


def test_a_module_of_several_functions_is_refused(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "module.mlir"
    path.write_text("".join(f"util.func public @{name}() {{\nutil.return\n}}\n" for name in ("main", "step")))
    said = "it has the functions main, step where main alone, or step and reset, were expected"
    with pytest.raises(hal.NotAList, match=f"^{said}$"):
        hal.read(path)


def test_the_weights_file_holds_each_parameter_that_is_used_where_the_schedule_says(tmp_path: pathlib.Path) -> None:
    values = {"a": np.arange(5, dtype=np.float32), "unused": np.ones(3, np.int32), "b": np.arange(40, dtype=np.int32)}
    index = runtime.ParameterIndex()
    for name, array in values.items():
        index.add_buffer(name, array.view(np.uint8))
    index.create_archive_file(str(tmp_path / "weights.irpa"))
    used = [schedule.Buffer("weights", name, values[name].nbytes) for name in ("b", "a")]
    head = weights.write(tmp_path / "x.weights", tmp_path / "weights.irpa", used)
    places, size = weights.offsets(used)
    data = (tmp_path / "x.weights").read_bytes()
    assert len(data) == size and data.startswith(head) and len(head) == 64
    for name, place in places.items():
        assert place % 64 == 0
        assert data[place : place + values[name].nbytes] == values[name].tobytes()
    changed = weights.write(tmp_path / "y.weights", tmp_path / "weights.irpa", used[::-1])
    assert changed != head


def test_copies_and_fills_are_steps_beside_kernels() -> None:
    block, given = schedule.Buffer("values", "1", 128), schedule.Buffer("input", "0", 0)
    copy = schedule.Copy(schedule.Range(given, 4, 8), schedule.Range(block, 64, 8))
    fill = schedule.Fill(schedule.Range(block, 0, 64), b"\1\2")
    kernel = schedule.Kernel("conv*/", (2, 3, 1), (7,), (schedule.Range(block, 64, 64),))
    found = schedule.Schedule(((copy, fill), (kernel,)), (schedule.Range(block, 64, 8),))
    memory = tables.Memory(found, [24])
    written = tables.text(found, memory, bytes(64))
    assert (memory.bytes, memory.inputs, memory.outputs) == (192, [128], [("VALUES", 64)])
    assert written["steps"].splitlines() == [
        "    {COPY, 0, {1, 1, 1}, 0, 2, 0, 0}, /* copy */",
        "    {FILL, 0, {1, 1, 1}, 2, 1, 0, 2}, /* fill */",
        "    {KERNEL, 0, {2, 3, 1}, 3, 1, 2, 1}, /* conv* / */",
    ]
    assert written["stages"].split() == ["{0,", "2},", "{2,", "6},"]
    assert written["constants"].split() == ["1,", "2,", "7,"]
    assert written["bindings"].splitlines()[:2] == ["    {VALUES, 64, 8},", "    {FIRST_INPUT + 0, 4, 8},"]


def test_arrays_say_how_they_are_prepared_and_what_they_are_in_each_language() -> None:
    clip = {"mean": [0.5, 0.25], "std": [1, 2], "short_side": 36, "size": 32}
    output = {"name": "object", "file": "logits.npy", "shape": [1, 8], "dtype": "float16"}
    found = arrays.of(bundle(clip=clip, outputs=[output]).manifest)
    assert [each.about for each in found] == [
        "clip: float32[1, 2, 3, 4, 3] (batch, frames, height, width, channels). RGB, each channel (value / 255 - mean) "
        "/ std with mean 0.5, 0.25 and std 1, 2. Frames are scaled to a short side of 36, and the middle 32 x 32 is "
        "taken",
        "object_2: float16[1, 8], the bits of a half each",
    ]
    stretched = arrays.of(bundle(clip=clip | {"stretch": [40, 50]}).manifest)[0].about
    assert stretched.endswith("Frames are stretched to 40 x 50, and the middle 32 x 32 is taken")
    assert arrays.of(bundle().manifest)[0].about == "clip: float32[1, 2, 3, 4, 3]"
    memory = dataclasses.make_dataclass("Memory", ["inputs", "outputs"])([0], [("VALUES", 64)])
    assert c.words("x", found, [], memory)["parameters"] == "const float *clip, uint16_t *object_2"
    assert "val object_2: ShortBuffer = direct(16).asShortBuffer()" in jvm.words("x", "a.b", found, [])["fields"]


def test_labels_of_any_letters_are_strings_in_c_and_kotlin() -> None:
    label = 'a"b\\c??/ü\n$'
    assert tables.string(label) == '"a\\042b\\134c\\077\\077/\\303\\274\\012\\044"'.replace("\\044", "$")
    assert '"a\\u0022b\\u005cc??/\\u00fc\\u000a\\u0024"' in jvm.words("x", "a.b", [], [label])["kotlin_labels"]


def test_every_word_of_the_sources_has_a_text_and_no_comment_can_be_left() -> None:
    assert {path.name for path in texts.SOURCES.iterdir()} == set(texts.FILES)
    assert texts.comment("a */ b /* c\n*/") == "a * / b / * c?* /"
