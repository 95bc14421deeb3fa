"""Claims about run folders and checkpoints."""

import errno
import json
import logging
import shutil
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from lowering.system import files, hashes
from rt3d_jax.prune import freeze
from rt3d_jax.training import checkpoints, states

MASKS = {"a": {"kernel": np.array([[True, False]]), "bias": None}, "b": {"c": {"kernel": None}}}
PARAMS = {"a": {"kernel": jnp.array([[1.5, 2.0]]), "bias": jnp.array([3.0])}, "b": {"c": {"kernel": jnp.ones((2, 2))}}}


@pytest.fixture(autouse=True)
def said(monkeypatch):
    """After an error these are silent."""
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    for name in ("absl", "asyncio"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.getLogger(name).level)


def state_of(params):
    transform = optax.chain(optax.adam(optax.constant_schedule(0.1)), freeze.freeze(MASKS))
    updates, optimizer = transform.update(params, transform.init(params), params)
    return {"params": optax.apply_updates(params, updates), "optimizer": optimizer, "step": jnp.int32(1)}


def test_all_state_comes_back_bit_by_bit(tmp_path):
    store, state = states.Store(tmp_path), state_of(PARAMS)
    store.save(1, state, MASKS, {"data": {"batch": 3, "skipped": {"x.mp4": "empty"}}, "seconds": 1.5})
    store.close()
    store = states.Store(tmp_path)
    found, position = store.load(jax.tree.map(jnp.zeros_like, state))
    assert jax.tree.structure(found) == jax.tree.structure(state)
    jax.tree.map(np.testing.assert_array_equal, found, state)
    assert jax.tree.map(lambda leaf: leaf.dtype, found) == jax.tree.map(lambda leaf: leaf.dtype, state)
    assert position == {"data": {"batch": 3, "skipped": {"x.mp4": "empty"}}, "seconds": 1.5}
    store.close()


def test_the_newest_two_steps_are_kept(tmp_path):
    store, state = states.Store(tmp_path), state_of(PARAMS)
    for step in (1, 2, 3):
        store.save(step, state, MASKS, {})
    assert store.latest() == 3
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == ["2", "3"]
    store.close()


def test_masks_survive_compaction():
    compact = states.compact(MASKS)
    assert list(compact) == ["a"] and list(compact["a"]) == ["kernel"]
    filled = states.filled(PARAMS, compact)
    assert filled["a"]["bias"] is None and filled["b"] == {"c": {"kernel": None}}
    np.testing.assert_array_equal(filled["a"]["kernel"], MASKS["a"]["kernel"])


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing is not there, expected the folder of a run"):
        checkpoints.load_network(tmp_path / "nothing")


def test_a_foreign_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"has no config.json, expected the folder of a run"):
        checkpoints.load_network(tmp_path)


def test_an_unfinished_run_is_an_error_that_says_how_to_go_on(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(
        FileNotFoundError, match=r"has no result.json: its phase is not finished; run the training again"
    ):
        checkpoints.load_network(tmp_path)


def test_a_run_of_another_format_is_an_error(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"format": 99}))
    (tmp_path / "result.json").write_text("{}")
    with pytest.raises(
        ValueError, match=r"config.json has format 99, expected 1 or 2; use the version of rt3d-jax that wrote it"
    ):
        checkpoints.load_network(tmp_path)


@pytest.fixture
def sealed(tmp_path):
    """A run folder of two sealed files, and what they say."""
    said = {"format": 2, "name": "dense", "key": {"seed": 0}, "experiment": {"batch": 8}, "labels": ["left", "right"]}
    result = {"name": "dense", "scheme": "dense", "rate": 1.0, "accuracy": 62.5}
    for name, content in (("config", said), ("result", result)):
        files.write_json(tmp_path / f"{name}.json", hashes.sealed(content))
    return tmp_path, (said, result)


@pytest.mark.parametrize("name", ["config.json", "result.json"])
def test_a_flipped_bit_in_any_byte_of_what_a_run_says_is_named_or_changes_nothing(sealed, name):
    folder, said = sealed
    assert checkpoints.finished(folder) == said
    whole, named = (folder / name).read_bytes(), 0
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        (folder / name).write_bytes(flipped)
        try:
            assert checkpoints.finished(folder) == said, f"byte {place}"
        except ValueError as error:
            assert str(error).startswith(f"{folder / name}")
            named += 1
    assert named > 0.9 * len(whole)


@pytest.mark.parametrize(
    ("name", "fix"), [("config", checkpoints.NOWHERE_ELSE), ("result", checkpoints.MEASURED_AGAIN)]
)
def test_a_changed_value_is_told_with_what_can_be_done(sealed, name, fix):
    path = sealed[0] / f"{name}.json"
    path.write_text(path.read_text().replace('"dense"', '"dance"', 1))
    with pytest.raises(ValueError) as error:
        checkpoints.finished(sealed[0])
    assert str(error.value) == f"{path} is not what was written, as its sha256 says; {fix}"


def test_runs_from_before_there_were_seals_open(sealed):
    folder, (said, result) = sealed
    files.write_json(folder / "config.json", {**said, "format": 1})
    files.write_json(folder / "result.json", result)
    assert checkpoints.finished(folder) == ({**said, "format": 1}, result)


def test_a_file_that_is_no_json_is_an_error_that_names_it(tmp_path):
    (tmp_path / "config.json").write_text('{"format"')
    (tmp_path / "result.json").write_text("{}")
    with pytest.raises(
        ValueError, match=r"config.json is not JSON .*restore it from a copy, since it can be made of nothing else"
    ):
        checkpoints.load_network(tmp_path)


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_damaged_checkpoints_are_errors_that_name_them(tmp_path, damage):
    store = states.Store(tmp_path)
    store.save(7, state_of(PARAMS), MASKS, {})
    store.close()
    again = f"restore {tmp_path} from a copy, or move it away and train again"
    if damage == "gone":
        shutil.rmtree(tmp_path / "checkpoints" / "7")
        with pytest.raises(FileNotFoundError, match=f"checkpoints is empty, expected the final state; {again}$"):
            states.read_network(tmp_path)
        return
    for path in (tmp_path / "checkpoints" / "7" / "network").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=rf"checkpoints/7 cannot be read \(.*\); if it is damaged, {again}$"):
        states.read_network(tmp_path)


def test_a_damaged_state_is_an_error_and_the_step_before_still_loads(tmp_path):
    store, state = states.Store(tmp_path), state_of(PARAMS)
    for step in (1, 2):
        store.save(step, state, MASKS, {"step": step})
    store.close()
    for path in (tmp_path / "checkpoints" / "2" / "state").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    store = states.Store(tmp_path)
    with pytest.raises(
        ValueError,
        match=r"/2 cannot be read \(.*\); if it is damaged, move it away: training then continues from the step "
        r"before$",
    ):
        store.load(state)
    store.close()
    shutil.rmtree(tmp_path / "checkpoints" / "2")
    store = states.Store(tmp_path)
    assert store.load(state)[1] == {"step": 1}
    store.close()


def flipped(path, place):
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 1
    path.write_bytes(data)


def test_a_flipped_bit_of_a_checkpoint_is_named_or_changes_nothing(tmp_path):
    store, state = states.Store(tmp_path / "whole"), state_of(PARAMS)
    store.save(7, state, MASKS, {"data": {"batch": 3}})
    store.close()
    network = states.read_network(tmp_path / "whole")
    named = []
    for number, path in enumerate(sorted(path for path in (tmp_path / "whole").rglob("*") if path.is_file())):
        copy = shutil.copytree(tmp_path / "whole", tmp_path / str(number))
        flipped(copy / path.relative_to(tmp_path / "whole"), path.stat().st_size // 2)
        store = states.Store(copy)
        readers = {states.read_network: (copy, network), lambda like: store.load(like)[0]: (state, state)}  # noqa: B023
        for read, (argument, wanted) in readers.items():
            try:
                found = read(argument)
            except ValueError as error:
                assert str(error).startswith(f"{copy}/checkpoints/7 cannot be read (")
                named.append(path.name)
            else:
                jax.tree.map(np.testing.assert_array_equal, found, wanted)
        store.close()
    assert len(named) > 4


@pytest.mark.parametrize("item", ["network", "state", "position"])
def test_other_content_than_was_written_is_refused(tmp_path, item):
    """Of a file whose own checks pass: what Orbax wrote for another checkpoint."""
    state = state_of(PARAMS)
    for name, more in (("one", 0), ("other", 1)):
        store = states.Store(tmp_path / name)
        params = jax.tree.map(lambda leaf, more=more: leaf + more, PARAMS)
        store.save(7, {**state, "params": params, "step": jnp.int32(more)}, MASKS, {"data": {"batch": more}})
        store.close()
    steps = [tmp_path / name / "checkpoints" / "7" for name in ("one", "other")]
    shutil.rmtree(steps[0] / item)
    shutil.copytree(steps[1] / item, steps[0] / item)
    store = states.Store(tmp_path / "one")
    with pytest.raises(ValueError, match=rf"^{steps[0]} cannot be read \({item} is not what was written\)"):
        store.load(state)
    store.close()
    if item == "network":
        with pytest.raises(ValueError, match=r"7 cannot be read \(network is not what was written\)"):
            states.read_network(tmp_path / "one")
    else:
        states.read_network(tmp_path / "one")


def test_a_checkpoint_from_before_there_were_hashes_opens(tmp_path):
    store, state = states.Store(tmp_path), state_of(PARAMS)
    store.save(7, state, MASKS, {})
    shutil.rmtree(tmp_path / "checkpoints" / "7" / states.HASHES)
    store.close()
    store = states.Store(tmp_path)
    jax.tree.map(np.testing.assert_array_equal, store.load(state)[0], state)
    assert states.read_network(tmp_path)["params"].keys() == PARAMS.keys()
    store.close()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_parameters_that_are_not_finite_are_not_written(tmp_path, value):
    store, state = states.Store(tmp_path), state_of(PARAMS)
    store.save(1, state, MASKS, {})
    broken = {**PARAMS, "a": {**PARAMS["a"], "bias": jnp.array([value])}}
    message = "a/bias is not finite after step 2, expected numbers; lower the learning_rate of this phase or set its"
    with pytest.raises(FloatingPointError, match=f"^{message} clip_norm$"):
        store.save(2, {**state, "params": broken}, MASKS, {})
    assert store.latest() == 1
    store.close()


def test_a_full_disk_is_an_error_of_the_system_that_names_the_place(tmp_path, monkeypatch, caplog):
    """As Orbax says it: in the words of TensorStore, logged with a traceback and raised."""

    def save(manager, step, args):
        logging.getLogger("absl").error("a thread raised an exception")
        raise ValueError("""RESOURCE_EXHAUSTED: Error writing "a": No space left on device [os_error_code='28']""")

    store = states.Store(tmp_path)
    monkeypatch.setattr(type(store._manager), "save", save)
    with pytest.raises(OSError, match=f"No space left on device: '{tmp_path}/checkpoints'$") as error:
        store.save(1, state_of(PARAMS), MASKS, {})
    assert (error.value.errno, caplog.text) == (errno.ENOSPC, "")
    store.close()


def test_half_a_step_that_a_killed_process_left_goes_away(tmp_path):
    half = tmp_path / "checkpoints" / "3.orbax-checkpoint-tmp-7"
    half.mkdir(parents=True)
    states.Store(tmp_path).close()
    assert not half.exists()


def test_half_a_step_that_could_not_be_written_goes_away(tmp_path):
    store = states.Store(tmp_path)
    (tmp_path / "checkpoints" / "3.orbax-checkpoint-tmp" / "network").mkdir(parents=True)
    store.close()
    assert not list((tmp_path / "checkpoints").iterdir())
