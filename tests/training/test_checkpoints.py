"""Claims about run folders and checkpoints."""

import json
import shutil

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from rt3d_jax.prune import freeze
from rt3d_jax.training import checkpoints, logs

MASKS = {"a": {"kernel": np.array([[True, False]]), "bias": None}, "b": {"c": {"kernel": None}}}
PARAMS = {"a": {"kernel": jnp.array([[1.5, 2.0]]), "bias": jnp.array([3.0])}, "b": {"c": {"kernel": jnp.ones((2, 2))}}}


def state_of(params):
    transform = optax.chain(optax.adam(optax.constant_schedule(0.1)), freeze.freeze(MASKS))
    updates, optimizer = transform.update(params, transform.init(params), params)
    return {"params": optax.apply_updates(params, updates), "optimizer": optimizer, "step": jnp.int32(1)}


def test_all_state_comes_back_bit_by_bit(tmp_path):
    store, state = checkpoints.Store(tmp_path), state_of(PARAMS)
    store.save(1, state, MASKS, {"data": {"batch": 3, "skipped": {"x.mp4": "empty"}}, "seconds": 1.5})
    store.close()
    store = checkpoints.Store(tmp_path)
    found, position = store.load(jax.tree.map(jnp.zeros_like, state))
    assert jax.tree.structure(found) == jax.tree.structure(state)
    jax.tree.map(np.testing.assert_array_equal, found, state)
    assert jax.tree.map(lambda leaf: leaf.dtype, found) == jax.tree.map(lambda leaf: leaf.dtype, state)
    assert position == {"data": {"batch": 3, "skipped": {"x.mp4": "empty"}}, "seconds": 1.5}
    store.close()


def test_the_newest_two_steps_are_kept(tmp_path):
    store, state = checkpoints.Store(tmp_path), state_of(PARAMS)
    for step in (1, 2, 3):
        store.save(step, state, MASKS, {})
    assert store.latest() == 3
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == ["2", "3"]
    store.close()


def test_masks_survive_compaction():
    compact = checkpoints.compact(MASKS)
    assert list(compact) == ["a"] and list(compact["a"]) == ["kernel"]
    filled = checkpoints._filled(PARAMS, compact)
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
    with pytest.raises(ValueError, match=r"config.json has format 99, expected 1; train again"):
        checkpoints.load_network(tmp_path)


def test_a_file_that_is_no_json_is_an_error_that_names_it(tmp_path):
    (tmp_path / "config.json").write_text('{"format"')
    (tmp_path / "result.json").write_text("{}")
    with pytest.raises(ValueError, match=r"config.json is not JSON .*restore it or write it again"):
        checkpoints.load_network(tmp_path)


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_damaged_checkpoints_are_errors_that_name_them(tmp_path, damage):
    store = checkpoints.Store(tmp_path)
    store.save(7, state_of(PARAMS), MASKS, {})
    store.close()
    again = f"restore {tmp_path} from a copy, or move it away and train again"
    if damage == "gone":
        shutil.rmtree(tmp_path / "checkpoints" / "7")
        with pytest.raises(FileNotFoundError, match=f"checkpoints is empty, expected the final state; {again}$"):
            checkpoints._restore_network(tmp_path)
        return
    for path in (tmp_path / "checkpoints" / "7" / "network").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=rf"network cannot be read \(.*\); if it is damaged, {again}$"):
        checkpoints._restore_network(tmp_path)


def test_a_damaged_state_is_an_error_and_the_step_before_still_loads(tmp_path):
    store, state = checkpoints.Store(tmp_path), state_of(PARAMS)
    for step in (1, 2):
        store.save(step, state, MASKS, {"step": step})
    store.close()
    for path in (tmp_path / "checkpoints" / "2" / "state").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    store = checkpoints.Store(tmp_path)
    with pytest.raises(
        ValueError,
        match=r"/2 cannot be read \(.*\); if it is damaged, move it away: training then continues from the step "
        r"before$",
    ):
        store.load(state)
    store.close()
    shutil.rmtree(tmp_path / "checkpoints" / "2")
    store = checkpoints.Store(tmp_path)
    assert store.load(state)[1] == {"step": 1}
    store.close()


def test_a_log_forgets_what_a_lost_run_wrote_after_its_checkpoint(tmp_path):
    log = logs.Log(tmp_path)
    for step in (10, 20, 30):
        log.write(step, {"loss": float(step)})
    log.close()
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 4')
    log = logs.Log(tmp_path, 20)
    log.write(30, {"loss": 1.0})
    log.close()
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert lines == [{"step": 10, "loss": 10.0}, {"step": 20, "loss": 20.0}, {"step": 30, "loss": 1.0}]
    assert list((tmp_path / "tensorboard").iterdir())
