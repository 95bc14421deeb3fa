"""How a command of `rt3d` ends: exit codes, and one line for what stopped it."""

import errno
import os
import signal
import subprocess
import sys
import types

import pytest

from rt3d_jax.cli import ends, main
from rt3d_jax.hosts import stops

# `rt3d` with a verb "wait", which a module beside this code does; without jax, so that it starts fast.
PROGRAM = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import rt3d_jax.cli
rt3d_jax.cli.__path__.insert(0, sys.path[0])
from rt3d_jax.cli import main
main.VERBS["wait"] = ("wait", "Waits.")
main.main()
"""
GOES_ON = "the same command continues from here"


@pytest.fixture
def verb(monkeypatch):
    """A function that makes the verb "stub" of a function."""

    def make(run):
        monkeypatch.setitem(sys.modules, "rt3d_jax.cli.stub", types.SimpleNamespace(parse=lambda words, prog: run))
        monkeypatch.setitem(main.VERBS, "stub", ("stub", "A stub."))

    return make


def started(folder, module):
    (folder / "wait.py").write_text(module)
    command = [sys.executable, "-c", PROGRAM, str(folder), "wait"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", stops.SIGNALS)
@pytest.mark.parametrize("dropped", [True, False])
def test_a_stopped_command_ends_in_128_and_the_signal_even_if_code_drops_the_exception(verb, number, dropped, capsys):
    def run():
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt:
            if not dropped:
                raise

    stops.install()
    verb(run)
    assert main.call(["stub"]) == 128 + number
    assert capsys.readouterr().err == f"rt3d stub: interrupted; {GOES_ON}\n"


def test_what_fails_because_of_a_stop_is_told_beside_it(verb, capsys):
    def run():
        stops.ask(signal.SIGINT)
        raise KeyError("a child that was stopped, too")

    verb(run)
    assert main.call(["stub"]) == 130
    assert capsys.readouterr().err == f"rt3d stub: interrupted ('a child that was stopped, too'); {GOES_ON}\n"


@pytest.mark.parametrize("number", stops.SIGNALS)
@pytest.mark.parametrize("where", ["", "def parse(words, prog): return int\nimport atexit\natexit.register(wait)\n"])
def test_a_stop_while_modules_are_imported_or_python_ends_is_one_line(tmp_path, number, where):
    waiting = "import time\ndef wait():\n    print('ready', flush=True)\n    time.sleep(60)\n"
    process = started(tmp_path, waiting + (where or "try:\n    wait()\nexcept:\n    pass\n"))
    process.send_signal(number)
    out, error = process.communicate(timeout=120)
    assert (process.returncode, out, error) == (128 + number, "", f"rt3d{'' if where else ' wait'}: interrupted\n")


def test_a_warning_is_one_line(tmp_path):
    warning = "import warnings\nprint('ready', flush=True)\nwarnings.warn('leaks\\n  of data', stacklevel=1)\n"
    process = started(tmp_path, warning + "def parse(words, prog): return int\n")
    out, error = process.communicate(timeout=120)
    assert (process.returncode, out, error) == (0, "", "rt3d: warning: leaks of data\n")


@pytest.mark.parametrize("words", [["--help"], ["data", "--help"], ["--version"]])
def test_help_that_nobody_reads_is_no_traceback(words):
    command = [sys.executable, "-c", "from rt3d_jax.cli import main; main.main()", *words]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_work_whose_output_nobody_reads_any_more_stops_where_it_can_go_on(tmp_path):
    process = started(
        tmp_path,
        """
import time
from rt3d_jax.cli import console
from rt3d_jax.hosts import stops
def parse(words, prog):
    return work
def work():
    print("ready", flush=True)
    with console.Progress() as progress, stops.deferred() as stop:
        for step in range(10**6):
            progress(f"step {step}", 1, 1)
            if stop.asked:
                open(__file__ + ".saved", "w").close()
                raise KeyboardInterrupt
            time.sleep(0.01)
""",
    )
    process.stdout.close()
    assert process.wait(timeout=120) == 128 + signal.SIGPIPE
    assert process.stderr.read() == f"rt3d wait: interrupted; {GOES_ON}\n"
    process.stderr.close()
    assert (tmp_path / "wait.py.saved").exists()


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (errno.ENOSPC, f"a -> b: No space left on device; make room; {GOES_ON}"),
        (errno.EACCES, "a -> b: Permission denied; choose another place, or change its permissions"),
        (errno.ENOTDIR, "a -> b: Not a directory; a part of this path is a file, expected a folder"),
        (errno.EEXIST, "a -> b: File exists; this is a file or a broken link, expected a folder"),
        (errno.ENAMETOOLONG, "a -> b: File name too long; choose shorter names"),
        (errno.ELOOP, "a -> b: Too many levels of symbolic links; its links lead in a circle; remove one of them"),
        (errno.EIO, f"[Errno {errno.EIO}] Input/output error: 'a' -> 'b'"),
    ],
)
def test_an_error_of_the_system_is_one_line_with_its_file_and_what_to_do(verb, number, line, capsys):
    def run():
        raise OSError(number, os.strerror(number), "a", None, "b")

    verb(run)
    assert main.call(["stub"]) == 2
    assert capsys.readouterr().err == f"rt3d stub: {line}\n"


def test_a_report_of_a_library_is_cut_to_one_line():
    text = ends.told(ValueError("disk is full\n" + "at place\n" * 1000))
    assert text.startswith("disk is full at place") and text.endswith(" ...")
    assert "\n" not in text and len(text) == ends.LONGEST + 4


def test_a_fault_of_the_program_shows_where_it_is(verb):
    def run():
        raise KeyError("a bug")

    verb(run)
    with pytest.raises(KeyError, match="a bug"):
        main.call(["stub"])
