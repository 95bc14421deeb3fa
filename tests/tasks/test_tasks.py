"""Tasks as values: what does not fit is said at once, in JSON and on the command line, too."""

import dataclasses
import json
import pickle

import pytest

from rt3d_jax.cli import main
from rt3d_jax.cli import train as train_verb
from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.data import something, ucf101
from rt3d_jax.hosts import plugins
from rt3d_jax.tasks import contract
from rt3d_jax.training import checkpoints, codec, phases

EXPERIMENT = quickstart_kgs.experiment()


def test_labels_that_know_left_from_right_are_not_flipped():
    clip = dataclasses.replace(EXPERIMENT.task.clip, flip=True)
    message = "clip.flip is True; expected False for Something-Something, whose labels know left from right"
    with pytest.raises(ValueError, match=f"^{message}$"):
        dataclasses.replace(EXPERIMENT.task, data=something.SomethingSomething("data"), clip=clip)


def test_a_task_without_data_cannot_be_opened(tmp_path):
    bare = dataclasses.replace(EXPERIMENT.task, data=None)
    with pytest.raises(
        ValueError, match="^the task has no data, as of imported weights; name a data set or an example"
    ):
        bare.open(tmp_path, lambda *_: None)


@pytest.mark.parametrize("task", [None, "classification", {"type": "Classification"}])
def test_what_is_no_task_is_an_error(task):
    message = f"task is {task!r}, expected a dataclass with the methods of tasks.contract.Task"
    with pytest.raises(ValueError) as error:
        dataclasses.replace(EXPERIMENT, task=task)
    assert str(error.value) == message


def written(**task):
    found = json.loads(json.dumps(codec.to_json(EXPERIMENT)))
    found["task"] |= task
    return found


BROKEN = [
    ({**written(), "task": None}, "experiment.task is None, expected a Task"),
    ({name: value for name, value in written().items() if name != "task"}, "experiment has no task"),
    (
        written(type="Depth"),
        "task has type 'Depth', expected Classification, Detection, Exemplar, SuperResolution, or a class of your own "
        "as module:Class",
    ),
    (written(type="os:system"), "os has no class 'system'; expected one, as 'os:system' says"),
    (
        written(type="tests.tasks.depth:Net"),
        "task has type 'tests.tasks.depth:Net', expected a dataclass with the methods of tasks.contract.Task",
    ),
    (written(bad="ignore"), "experiment.task.bad is 'ignore', expected one of error, skip"),
    (
        written(label_smoothing="much"),
        "experiment.task.label_smoothing is 'much', expected a number of at least 0 and below 1",
    ),
]


@pytest.mark.parametrize(("value", "message"), BROKEN, ids=[message[:40] for _, message in BROKEN])
def test_a_broken_task_in_json_is_one_line(value, message):
    with pytest.raises(ValueError) as error:
        codec.from_json(value)
    assert str(error.value) == message


def options(monkeypatch, *arguments):
    """The experiment that `rt3d train` makes of options."""
    seen = []
    monkeypatch.setattr(phases, "run", lambda experiment, out, progress: seen.append(experiment) or [])
    assert main.call(["train", *arguments]) == 0
    return seen[0]


def test_options_of_the_task_are_called_as_before_there_were_tasks(monkeypatch):
    given = ["--data.folder", "mine", "--data.split", "2", "--clip.no-flip", "--batch", "8", "--workers", "1"]
    found = options(monkeypatch, "c3d_ucf101", *given, "--bad", "skip", "--retrain.label-smoothing", "0.05")
    assert found.task.data == ucf101.UCF101("mine", 2) and not found.task.clip.flip and found.task.bad == "skip"
    assert (found.batch, found.workers, found.retrain.loss) == (8, 1, {"label_smoothing": 0.05})
    assert options(monkeypatch, "quickstart", "--dense.label_smoothing=0.2").dense.loss == {"label_smoothing": 0.2}
    assert options(monkeypatch, "quickstart", "--label-smoothing", "0.3").task.label_smoothing == 0.3


FILE = '''
"""An experiment that carries its network and its task."""
import dataclasses
from rt3d_jax.models import catalog
from tests.tasks import depth, test_depth

class Net(depth.Net):
    pass

@dataclasses.dataclass(frozen=True)
class Task(depth.Depth):
    held_out: int = 4

def experiment():
    model = catalog.Model(f"{__file__}:Net", frames=3, size=6)
    dense = dataclasses.replace(test_depth.RECIPE, epochs=1)
    return dataclasses.replace(test_depth.EXPERIMENT, task=Task(), model=model, rates=(), dense=dense)
'''


def test_an_experiment_file_may_carry_its_network_and_its_task(tmp_path, capsys):
    path = tmp_path / "own.py"
    path.write_text(FILE)
    assert main.call(["train", str(path), "--out", str(tmp_path / "out"), "--count", "9"]) == 0
    assert "depth error, mm" in capsys.readouterr().out
    network = checkpoints.load_network(tmp_path / "out" / "runs" / "dense")
    assert isinstance(network.task, contract.Task) and (network.task.count, network.task.held_out) == (9, 4)
    assert network.model.name == f"{path}:Net"
    assert plugins.find(f"{path}:Task") is type(network.task)
    experiment = train_verb.load(str(path))
    assert pickle.loads(pickle.dumps(experiment)) == experiment  # as a sweep's processes are given it
