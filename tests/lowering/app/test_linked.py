"""Apps are linked by programs in C and Java, and give JAX's answer: here, for arm64 under qemu-user, and watched."""

import pathlib
import shutil
import subprocess

import numpy as np
import pytest

from lowering.app import write as apps
from lowering.bundle import bundles, deploy, qemu
from tests.lowering import conftest
from tests.lowering.app import linked, tiny

HOST = "host:avx2"  # valgrind knows no AVX-512


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> tuple[apps.App, bundles.Bundle]:
    folder = tmp_path_factory.mktemp("host")
    bundle = tiny.bundle(folder / "bundle", HOST)
    return tiny.app(bundle, folder / "app"), bundle


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> tuple[apps.App, bundles.Bundle]:
    folder = tmp_path_factory.mktemp("arm")
    bundle = tiny.bundle(folder / "bundle", "android:cortex-a76")
    return tiny.app(bundle, folder / "app"), bundle


App = tuple[apps.App, bundles.Bundle]


@pytest.fixture(scope="module")
def program(host: App, tmp_path_factory: pytest.TempPathFactory) -> str:
    """main.c with the host's app."""
    return str(linked.build(*host, tmp_path_factory.mktemp("program"), ["gcc"]))


@pytest.mark.parametrize(("threads", "instances"), [(1, 1), (3, 2)])
def test_an_app_gives_jaxs_answer_in_every_run_and_instance_on_any_number_of_threads(
    host: App, program: str, tmp_path: pathlib.Path, threads: int, instances: int
) -> None:
    found = linked.answers([program], *host, tmp_path, threads, instances, runs=20)
    assert linked.error(host[1], found) < 1e-5


def test_two_apps_of_one_kernel_each_are_linked_into_one_program(tmp_path: pathlib.Path) -> None:
    """The same network twice, whose only kernel has one name."""
    rng = np.random.default_rng(0)
    params, x = {"w": rng.normal(size=(6, 3)).astype(np.float32)}, rng.normal(size=(1, 6)).astype(np.float32)
    bundle = deploy.deploy(lambda p, x: x @ p["w"], params, x, HOST, tmp_path / "bundle").bundle
    names = ("one", "two")
    made = [apps.write(bundle, tmp_path / name, name) for name in names]
    calls = [f'{n}_network *{n}; if ({n}_init(&{n}, "{tmp_path}/{n}/{n}.weights", 1) != 0) return 1;' for n in names]
    main = [*(f'#include "{n}.h"' for n in names), "int main(void) {", *calls, "return 0; }"]
    (tmp_path / "main.c").write_text("\n".join(main))
    sources = [str(app.folder / f"{app.name}{end}") for app in made for end in (".c", "_kernels.o")]
    folders = [f"-I{app.folder}" for app in made]
    program = str(tmp_path / "program")
    subprocess.run(["gcc", *linked.STRICT, *folders, str(tmp_path / "main.c"), *sources, "-o", program], check=True)
    assert subprocess.run([program], check=False).returncode == 0


def test_kernels_that_do_not_read_each_other_are_one_stage(host: App) -> None:
    """The two convolutions of the same map; and the layers that IREE wrote kernels for are among the steps."""
    app, bundle = host
    assert app.stages < app.steps
    assert set(bundle.manifest["dispatches"]) - set(bundle.manifest["executables"])


@pytest.mark.parametrize("compiler", ["aarch64-linux-gnu-gcc", "clang --target=aarch64-linux-gnu"])
def test_an_app_for_a_phone_gives_jaxs_answer_under_qemu(
    arm: App, require: conftest.Require, tmp_path: pathlib.Path, compiler: str
) -> None:
    for tool in ("qemu", "aarch64-linux-gnu-gcc", "clang"):
        require(tool)
    command = [*qemu.prefix(), str(linked.build(*arm, tmp_path, compiler.split()))]
    assert linked.error(arm[1], linked.answers(command, *arm, tmp_path, threads=2, instances=2)) < 1e-5


def test_a_processor_without_the_instructions_of_the_kernels_is_an_error_and_no_crash(
    arm: App, require: conftest.Require, tmp_path: pathlib.Path
) -> None:
    for tool in ("qemu", "aarch64-linux-gnu-gcc"):
        require(tool)
    program = linked.build(*arm, tmp_path, ["aarch64-linux-gnu-gcc"])
    command = [*qemu.prefix()[:-1], "cortex-a53", str(program)]
    done = linked.call(command, *arm, tmp_path)
    assert done.returncode == 5
    assert done.stderr == "this processor lacks instructions of the one that the network was compiled for\n"


@pytest.mark.parametrize("sanitizer", ["address,undefined", "thread"])
def test_two_instances_in_two_threads_give_the_sanitizers_nothing_to_say(
    host: App, tmp_path: pathlib.Path, sanitizer: str
) -> None:
    program = linked.build(*host, tmp_path, ["gcc", "-g", f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all"])
    assert linked.error(host[1], linked.answers([str(program)], *host, tmp_path, 2, 2, runs=5)) < 1e-5


def test_valgrind_finds_no_wrong_access_and_no_leak(
    host: App, program: str, require: conftest.Require, tmp_path: pathlib.Path
) -> None:
    require("valgrind")
    command = ["valgrind", "-q", "--error-exitcode=90", "--leak-check=full", "--errors-for-leak-kinds=all", program]
    assert linked.error(host[1], linked.answers(command, *host, tmp_path, threads=2, instances=2)) < 1e-5


def test_a_run_takes_no_memory(host: App, tmp_path: pathlib.Path) -> None:
    """Nine runs call the functions that could take some, or start a thread, as often as one run does."""
    names = ("malloc", "calloc", "realloc", "posix_memalign", "mmap", "pthread_create")
    counted = tmp_path / "counted.c"
    counted.write_text(linked.counting(names))
    program = linked.build(*host, tmp_path, ["gcc", str(counted), *(f"-Wl,--wrap={name}" for name in names)])
    once, often = (linked.taken(str(program), *host, tmp_path, runs) for runs in (1, 9))
    assert once == often > 0


def test_cpp_takes_the_header(host: App, require: conftest.Require, tmp_path: pathlib.Path) -> None:
    require("clang")
    path = tmp_path / "main.cpp"
    path.write_text('#include "tiny.h"\nint main() { return tiny_run(nullptr, nullptr, nullptr, nullptr); }\n')
    flags = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", f"-I{host[0].folder}"]
    subprocess.run(["clang++", *flags, str(path)], check=True)


ERRORS = """#include "tiny.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int count, char **words) {
  tiny_network *network = (tiny_network *)words;
  static float x[TINY_CLIP_COUNT], y[TINY_FEATURES_COUNT], z[TINY_PROBABILITIES_COUNT];
  unsigned char *memory = aligned_alloc(64, TINY_WEIGHTS_BYTES);
  memset(memory, 1, TINY_WEIGHTS_BYTES);
  printf("%s\\n", tiny_error(tiny_init(&network, "/none", count)));
  printf("%s\\n", tiny_error(tiny_init(&network, words[1], 1)));
  printf("%s\\n", tiny_error(tiny_init(&network, words[2], 0)));
  printf("%s\\n", tiny_error(tiny_init_from_memory(&network, memory, TINY_WEIGHTS_BYTES, 1)));
  printf("%s\\n", tiny_error(tiny_init_from_memory(&network, memory + 8, TINY_WEIGHTS_BYTES, 1)));
  printf("%s\\n", tiny_error(tiny_run(network, x, y, z)));
  printf("%s %s %s\\n", tiny_error(-1), tiny_error(99), tiny_error(0));
  printf("%s|%s|%s|%d\\n", tiny_label(0), tiny_label(1), tiny_label(2), tiny_label(3) == NULL);
  free(memory);
  return network != NULL;
}
"""


def test_what_is_wrong_is_a_code_with_a_text_and_labels_are_the_bundles(host: App, tmp_path: pathlib.Path) -> None:
    app, (source, program) = host[0], (tmp_path / "errors.c", tmp_path / "errors")
    source.write_text(ERRORS)
    files = [str(source), str(app.folder / "tiny.c"), str(app.folder / "tiny_kernels.o")]
    subprocess.run(["gcc", *linked.STRICT, f"-I{app.folder}", *files, "-o", str(program)], check=True)
    (tmp_path / "short").write_bytes(b"\0" * 64)
    command = [str(program), str(tmp_path / "short"), str(app.folder / "tiny.weights")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    file = "the weights file cannot be opened or mapped"
    weights = "the weights are not those of this network: use the tiny.weights that was written with this source"
    argument = "an argument is NULL or out of its bounds, or the weights in memory are not aligned to 64 bytes"
    assert done.stdout.splitlines() == [
        *(file, weights, argument, weights, argument, argument),
        "an unknown error an unknown error no error",
        'run "far"|sit ??/|Überschlag|1',
    ]


def test_java_calls_the_library_that_cmake_builds(host: App, require: conftest.Require, tmp_path: pathlib.Path) -> None:
    """With the weights in the library, and with those of the file."""
    for tool in ("cmake", "javac"):
        require(tool)
    app, bundle = host
    source = pathlib.Path(__file__).with_name("Tiny.java")
    subprocess.run(["javac", "-d", str(tmp_path), str(source)], check=True)
    options = ["-DTINY_JNI=ON", "-DTINY_EMBED=ON", "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror -pedantic"]
    subprocess.run(["cmake", "-S", str(app.folder), "-B", str(tmp_path), *options], check=True, capture_output=True)
    subprocess.run(["cmake", "--build", str(tmp_path)], check=True, capture_output=True)
    (tmp_path / "clip.raw").write_bytes(bundle.array("clip.npy").tobytes())
    command = ["java", "-cp", str(tmp_path), "org.example.Tiny", str(tmp_path / "libtiny.so")]
    for weights in ("", str(app.folder / "tiny.weights")):
        words = [*command, weights, str(tmp_path / "clip.raw")]
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
        expected = bundle.array(bundle.outputs[[e["name"] for e in bundle.manifest["outputs"]].index("probabilities")])
        np.testing.assert_allclose([float(line) for line in said[:3]], expected[0], atol=1e-5)
        assert said[3].startswith("an argument is NULL or out of its bounds")
        assert said[4] == "the weights file cannot be opened or mapped"


def test_an_app_for_ios_has_kernels_that_apples_linker_takes(arm: App, tmp_path: pathlib.Path) -> None:
    """The same sources and weights as for Android, but for the object and what checks the processor."""
    app = tiny.app(arm[1], tmp_path / "ios", "ios")
    assert (app.folder / "tiny_kernels.o").read_bytes()[:8] == bytes.fromhex("cffaedfe0c000001")  # Mach-O, arm64
    for name in ("tiny.c", "tiny_schedule.h", "tiny.weights"):
        assert (app.folder / name).read_bytes() == (arm[0].folder / name).read_bytes()
    shutil.rmtree(app.folder)
