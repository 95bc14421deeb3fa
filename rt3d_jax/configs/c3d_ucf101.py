"""C3D on UCF101 split 1 with the hyper-parameters of (RT3D, AAAI-21) and, where it is silent, of its authors' code.

Command: rt3d train c3d_ucf101 --out OUT, with UCF101 in ./data/ucf101.
Expected, from Kinetics weights: dense 81.6, KGS 80.5 at 2.6x, 80.2 at 3.6x, 80.0 at 4.0x (paper, table 1; its 2.6x is
2.53x). This file trains from fresh weights, so its accuracy is well below those; `--pretrained RUN` starts from others.
Those of MMAction2 (`rt3d import`) want values of 0 to 255: add `--clip.mean 0.40784 0.45882 0.50196 --clip.std
0.0039216 0.0039216 0.0039216`. Time: days on one GPU. Not run to its end by us.

What the penalty does: it acts as a step of its own, which momentum does not lengthen, so a lambda that stood in a loss
under momentum 0.9 would be ten times the strength here. By its arithmetic alone, a typical block of fresh weights that
the loss does not hold is empty after 5,600 (conv4b, 19 epochs) to 28,600 (conv2, 96 epochs) of the phase's 35,764 steps
at 5e-4, and what is left is what the loss holds. Nothing in the absolute form keeps a layer from emptying whole: watch
"emptiest" in OUT/runs/penalised/metrics.jsonl, which is 1 for a network that is dead, and then lower
--algorithm.strength. In runs of few epochs the penalty does next to nothing, and the cut picks by magnitude.
"""

from rt3d_jax.data import clips, ucf101
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import classification
from rt3d_jax.training import experiments, recipes

DATA = ucf101.UCF101(folder="data/ucf101", split=1)


def task(
    short_side: int = 128,
    size: int = 112,
    mean: tuple[float, float, float] = clips.IMAGENET_MEAN,
    std: tuple[float, float, float] = clips.IMAGENET_STD,
) -> classification.Classification:
    """Clips as the paper's: 16 frames, spread over the video."""
    return classification.Classification(DATA, clips.ClipSpec(clips.Spread(16), short_side, size, mean, std, flip=True))


def experiment() -> experiments.Experiment:
    """240 epochs of pruning in all: the paper gives the sum only; the split into penalising and retraining is ours."""
    optimizer = recipes.SGD(momentum=0.9, weight_decay=5e-4)
    return experiments.Experiment(
        name="c3d_ucf101",
        task=task(),
        model=catalog.Model(),
        dense=recipes.Recipe(epochs=240, learning_rate=5e-3, schedule="cosine", warmup=5, optimizer=optimizer),
        penalise=recipes.Recipe(epochs=120, learning_rate=2e-4, schedule="constant", optimizer=optimizer),
        algorithm=algorithms.Reweighted(strength=5e-4, rounds=4, eps=1e-6),
        retrain=recipes.Recipe(epochs=120, learning_rate=2e-4, schedule="cosine", warmup=5, optimizer=optimizer),
        distillation=recipes.Distillation(temperature=3.0, weight=0.5, last=5.0),
        plan=(("conv1", None), (r"conv\d[ab]?", plans.Prune(patterns.kgs(8, 4))), (r"fc\d", None)),
        rates=(2.6, 3.6, 4.0),
        batch=32,
        workers=8,
    )
