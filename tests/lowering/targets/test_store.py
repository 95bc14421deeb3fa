"""What the tuner found, on disk: merged, never half-written, refused where it is something else; what is shipped."""

import multiprocessing
import pathlib
import re

import pytest

from lowering.system import caches, cpuinfo
from lowering.targets import schedules, store, targets
from lowering.tune import networks as tuned
from lowering.tune import search

CPU = targets.find("android:cortex-a76")
pytestmark = pytest.mark.usefixtures("user_cache")


def entry(**schedule: int) -> dict[str, dict[str, int]]:
    return {"choice": schedule}


def add(names: list[str]) -> None:
    for name in names:
        store.merge(store.cached(CPU), CPU, {name: entry(chunk=2)})


def test_entries_are_merged(user_cache: pathlib.Path) -> None:
    path = store.cached(CPU)
    assert path.parent == user_cache / "rt3d-jax" / "tune"
    assert store.read(path) == {}
    store.merge(path, CPU, {"b": entry(chunk=1), "a": entry(vectors=2)})
    store.merge(path, CPU, {"b": entry(chunk=8), "c": entry()})
    assert store.read(path) == {"a": entry(vectors=2), "b": entry(chunk=8), "c": entry()}
    assert list(store.read(path)) == ["a", "b", "c"]
    assert sorted(each.suffix for each in path.parent.iterdir()) == [".json", ".lock"]


def test_two_processes_lose_nothing() -> None:
    names = [[f"{who} {i}" for i in range(20)] for who in "ab"]
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=add, args=(each,)) for each in names]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert set(store.read(store.cached(CPU))) == {*names[0], *names[1]}


def test_a_write_that_fails_leaves_the_file_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    path = store.cached(CPU)
    store.merge(path, CPU, {"a": entry(chunk=1)})
    monkeypatch.setattr(store.os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        store.merge(path, CPU, {"b": entry(chunk=1)})
    assert store.read(path) == {"a": entry(chunk=1)}
    assert not list(path.parent.glob("*.part*"))


def test_the_users_file_is_for_this_processor_and_its_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    host, paths = targets.find("host"), set()
    for size in (1 << 20, 2 << 20):
        monkeypatch.setattr(caches, "here", lambda size=size: {1: 32 << 10, 2: size, 3: 8 << 20})
        assert store.machine(host).endswith(f"L1 32 KB, L2 {size // 1024} KB")
        paths.add(store.cached(host))
    assert len(paths) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"format": 1, "lay', "it is not JSON (Unterminated string starting at: line 1 column 15 (char 14))"),
        ('{"format": 2, "layers": {}}', "format is 2, expected 1"),
        ('{"layers": {}}', "it has no format"),
        ('{"format": 1, "layers": {"a": {}}}', "layers.a has no choice"),
        ('{"format": 1, "layers": {"a": {"choice": {"group": 3}}}}', "group is 3, expected one of 4, 8, 16"),
    ],
)
def test_a_file_that_holds_no_choices_is_refused(text: str, said: str) -> None:
    path = store.cached(CPU)
    path.parent.mkdir(parents=True)
    path.write_text(text)
    message = (
        f"{path} holds no schedules ({said}); move it away: layers are measured again on next use, and `rt3d tune` "
        f"reads its own trials from {path.stem}.*.jsonl beside it"
    )
    with pytest.raises(store.StoreError, match=f"^{re.escape(message)}$"):
        store.find(CPU)
    assert store.trials(CPU, "time").match(f"{path.stem}.*.jsonl")


def test_a_damaged_file_of_the_package_is_to_be_installed_again() -> None:
    path = store.shipped(CPU)
    path.parent.mkdir()
    path.write_text("[]")
    said = "it is [], expected an object"
    message = f"{path} holds no schedules ({said}); it comes with rt3d-jax; install that again"
    with pytest.raises(store.StoreError, match=f"^{re.escape(message)}$"):
        store.find(CPU)


def test_files_differ_by_target_precision_and_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("host", "host:f16", "android:cortex-a76", "android:cortex-a76:f16", "android:cortex-a55")
    paths = {store.cached(targets.find(name)) for name in names}
    monkeypatch.setattr(cpuinfo, "here", lambda: "model name : another processor")
    assert store.cached(CPU) in paths
    assert store.cached(targets.find("host")) not in paths
    assert len(paths) == 5


def test_a_change_of_the_kernels_is_another_file(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    (tmp_path / "kernels" / "cpu").mkdir(parents=True)
    monkeypatch.setattr(store, "PACKAGE", tmp_path)
    stamps = []
    for text in ("old", "new"):
        (tmp_path / "kernels" / "cpu" / "conv.py").write_text(text)
        store.stamp.cache_clear()
        stamps.append(store.stamp())
    store.stamp.cache_clear()
    assert stamps[0] != stamps[1]


def test_the_users_choices_come_before_those_shipped() -> None:
    store.SHIPPED.mkdir()
    store.write(store.shipped(CPU), CPU, {"a": entry(chunk=1), "b": entry(chunk=1)})
    store.merge(store.cached(CPU), CPU, {"b": entry(chunk=2), "c": entry()})
    found = store.find(CPU)
    assert {key: (schedule.chunk, schedule.source) for key, schedule in found.items()} == {
        "a": (1, "shipped"),
        "b": (2, "cache"),
        "c": (None, "cache"),
    }


def test_what_a_search_found_is_kept_by_key() -> None:
    unit = tuned.Unit(("first", "second"), (("a", "b"),))
    found = [search.Found(unit, 2.0, 1.5, {"second": schedules.Schedule(ring=0)})]
    costs = {"default": 2.0, "best": 1.5, "by": "measured"}
    assert search.entries(found, "measured") == {"first": entry() | costs, "second": entry(ring=0) | costs}
