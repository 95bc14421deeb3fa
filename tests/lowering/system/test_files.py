"""Files and folders written whole or not at all: under errors, kills and other writers at the same time."""

import errno
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from lowering.system import files

Clear = Callable[[pathlib.Path], None]

# Writes to the path in argv[1] with the context manager named in argv[2], says "ready" and waits to be killed.
STUCK = """
import pathlib, sys, time
from lowering.system import files
with getattr(files, sys.argv[2])(pathlib.Path(sys.argv[1])) as part:
    (part / "half" if part.is_dir() else part).write_text("half")
    print("ready", flush=True)
    time.sleep(60)
"""
# Killed between the two renames: the old folder is aside, the new one not yet in its place.
BETWEEN = """
import os, pathlib, signal, sys
from lowering.system import files
put, path = os.rename, pathlib.Path(sys.argv[1])
def rename(source, target):
    put(source, target)
    if source == path:
        os.kill(os.getpid(), signal.SIGKILL)
os.rename = rename
with files.whole_folder(path) as part:
    (part / "new").write_text("new")
"""
# Killed between the last two steps: the file is in its place, the empty private folder not yet removed.
DONE = """
import os, pathlib, signal, sys
from lowering.system import files
replace = os.replace
os.replace = lambda *paths: (replace(*paths), os.kill(os.getpid(), signal.SIGKILL))
files.write_text(pathlib.Path(sys.argv[1]), "new")
"""
MANY = """
import pathlib, sys
from lowering.system import files
for turn in range(30):
    with files.whole_folder(pathlib.Path(sys.argv[1])) as part:
        for name in "ab":
            (part / name).write_text(sys.argv[2])
    files.write_text(pathlib.Path(sys.argv[1] + ".txt"), sys.argv[2] * 1000)
"""


def start(code: str, *arguments: object) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def stuck(path: pathlib.Path, way: str) -> subprocess.Popen:
    """A process that has written half of what belongs at the path."""
    process = start(STUCK, path, way)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def kill(process: subprocess.Popen) -> None:
    process.kill()
    process.communicate()


def fill(path: pathlib.Path, way: str, text: str) -> None:
    with getattr(files, way)(path) as part:
        (part / "whole" if part.is_dir() else part).write_text(text)


def test_what_killed_processes_left_in_a_folder_is_removed_and_what_others_write_is_not(tmp_path: pathlib.Path) -> None:
    dead, living = stuck(tmp_path / "a", "whole"), stuck(tmp_path / "b", "whole")
    kill(dead)
    files.clear(tmp_path)
    assert [path.name.split("-")[0] for path in tmp_path.iterdir()] == [".b.part"]
    kill(living)
    files.clear(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_found_out_beforehand_and_named(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("link")
    for path, kind in (
        (tmp_path / "none" / "a", FileNotFoundError),
        (tmp_path / "file" / "a", NotADirectoryError),
        (tmp_path, IsADirectoryError),
        (tmp_path / ("a" * 300), OSError),
        (tmp_path / "link" / "a", OSError),
    ):
        with pytest.raises(kind) as error:
            files.check_writable(path)
        assert error.value.filename == str(path) and error.value.errno
    for path in (tmp_path / "file", tmp_path / "new", pathlib.Path("/dev/null")):
        files.check_writable(path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]


@pytest.mark.parametrize("way", ["whole", "whole_folder"])
def test_an_error_leaves_what_was_there_and_nothing_else(tmp_path: pathlib.Path, way: str) -> None:
    path = tmp_path / "a"
    fill(path, way, "old")
    with pytest.raises(ZeroDivisionError), getattr(files, way)(path) as part:
        (part / "half" if part.is_dir() else part).write_text("half")
        raise ZeroDivisionError
    assert (path / "whole" if path.is_dir() else path).read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("way", ["whole", "whole_folder"])
def test_what_a_killed_process_left_is_removed_by_the_next_and_what_a_living_one_writes_is_not(
    tmp_path: pathlib.Path, way: str
) -> None:
    path = tmp_path / "a[1]*"
    dead, living = stuck(path, way), stuck(path, way)
    kill(dead)
    assert len(list(tmp_path.glob(".a*.part-*"))) == 2
    fill(path, way, "new")
    assert len(list(tmp_path.glob(".a*.part-*"))) == 1
    kill(living)
    fill(path, way, "newer")
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_goes_back_to_its_place_after_a_kill_between_two_renames(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a"
    fill(path, "whole_folder", "old")
    process = start(BETWEEN, path)
    process.communicate()
    assert process.returncode == -signal.SIGKILL and not path.exists()
    with pytest.raises(ZeroDivisionError), files.whole_folder(path):
        raise ZeroDivisionError
    assert (path / "whole").read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("clear", [files.clear_beside, lambda path: files.clear(path.parent)])
def test_what_a_kill_leaves_beside_a_file_that_is_kept_is_removed(tmp_path: pathlib.Path, clear: Clear) -> None:
    path = tmp_path / "a"
    start(DONE, path).communicate()
    assert path.read_text() == "new" and len(list(tmp_path.iterdir())) == 2
    clear(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("way", ["whole", "whole_folder"])
def test_an_error_of_the_system_that_names_no_file_names_what_was_to_be_written(
    tmp_path: pathlib.Path, way: str
) -> None:
    with pytest.raises(OSError) as error, getattr(files, way)(tmp_path / "a"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert error.value.filename == str(tmp_path / "a")


def test_an_error_about_a_file_on_its_way_names_the_place_that_it_was_meant_for(tmp_path: pathlib.Path) -> None:
    with pytest.raises(OSError) as error, files.whole_folder(tmp_path / "a") as part:
        (part / "b").mkdir()
        with files.whole(part / "b" / "c") as inner:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(inner))
    assert error.value.filename == str(tmp_path / "a" / "b" / "c")


def test_an_error_that_keeps_its_file_is_told_as_one_of_the_system(tmp_path: pathlib.Path) -> None:
    """As PyAV's do."""

    class Fixed(OSError):
        filename = property(lambda self: None)

    with pytest.raises(OSError) as error, files.whole(tmp_path / "a"):
        raise Fixed(errno.ENOSPC, "No space")
    assert (error.value.filename, error.value.errno) == (str(tmp_path / "a"), errno.ENOSPC)


def test_a_folder_goes_even_if_it_is_still_written_to(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As threads of TensorStore do behind an error."""
    (tmp_path / "a").mkdir()
    removed, late = shutil.rmtree, [tmp_path / "a" / "late"]

    def remove(path: pathlib.Path, **options: bool) -> None:
        removed(path, **options)
        if late:
            late.pop().mkdir(parents=True)

    monkeypatch.setattr(shutil, "rmtree", remove)
    files.remove(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_writers_at_the_same_time_leave_the_whole_of_one(tmp_path: pathlib.Path) -> None:
    writers = [start(MANY, tmp_path / "a", number) for number in range(3)]
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert (tmp_path / "a/a").read_text() == (tmp_path / "a/b").read_text()
    assert len(set((tmp_path / "a.txt").read_text())) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "a.txt"]


def test_a_folder_replaces_one_with_other_files(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/old").write_text("old")
    fill(tmp_path / "a", "whole_folder", "new")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["whole"]


@pytest.mark.parametrize("way", ["whole", "whole_folder"])
def test_a_link_stays_a_link(tmp_path: pathlib.Path, way: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere" / "a")
    fill(tmp_path / "elsewhere" / "a", way, "old")
    fill(tmp_path / "a", way, "new")
    assert (tmp_path / "a").is_symlink()
    assert (tmp_path / "a/whole" if way == "whole_folder" else tmp_path / "a").read_text() == "new"


def test_a_pipe_is_written_as_it_is() -> None:
    reads, writes = os.pipe()
    files.write_text(pathlib.Path(f"/dev/fd/{writes}"), "text")
    assert os.read(reads, 10) == b"text"
    os.close(reads)
    os.close(writes)


def test_a_folder_with_leftovers_alone_is_free(tmp_path: pathlib.Path) -> None:
    assert files.is_free(tmp_path / "a")
    (tmp_path / "a").mkdir()
    kill(stuck(tmp_path / "a/config.json", "whole"))
    assert len(list((tmp_path / "a").iterdir())) == 1 and files.is_free(tmp_path / "a")
    (tmp_path / "a/b").write_text("")
    assert not files.is_free(tmp_path / "a") and not files.is_free(tmp_path / "a/b")


def test_json_comes_back_and_has_a_line_at_its_end(tmp_path: pathlib.Path) -> None:
    files.write_json(tmp_path / "a.json", {"ä": [1, None]})
    assert files.read_json(tmp_path / "a.json") == {"ä": [1, None]}
    assert files.read_json(tmp_path / "a.json", dict[str, tuple[int, None]]) == {"ä": (1, None)}
    assert (tmp_path / "a.json").read_text() == json.dumps({"ä": [1, None]}, indent=2) + "\n"


def test_a_file_of_another_type_is_refused_with_the_place(tmp_path: pathlib.Path) -> None:
    files.write_json(tmp_path / "a.json", {"a": [1, "2"]})
    message = f"{tmp_path}/a.json: a[1] is '2', expected an integer"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        files.read_json(tmp_path / "a.json", dict[str, list[int]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "{path} is not JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"),
        (b'"\xff"', "{path} is not UTF-8 at byte 1"),
        (b"[" * 100_000, "{path} is nested too deep"),
        (b" " * 101, "{path} is larger than 100 bytes"),
    ],
)
def test_what_is_no_json_is_refused_in_a_line(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    monkeypatch.setattr(files, "MAX_JSON", max(100, len(content) if len(content) != 101 else 100))
    message = message.format(path=path) + ", expected JSON that rt3d wrote; restore it or write it again"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        files.read_json(path)
