"""C3D on UCF101, beyond the paper: every layer is pruned, and blocks of one channel (KGS 8x1) cost the kernels nothing
more.

Command: rt3d train c3d_ucf101_finer --out OUT, with UCF101 in ./data/ucf101.
Expected: no published number. The paper keeps the first layer dense and groups of 4 channels. Time: days on one GPU.
"""

import dataclasses

from rt3d_jax.configs import c3d_ucf101
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """The speed of the kernels hangs on the filters of a group (8) only. conv1 keeps at least half of its blocks."""
    base = c3d_ucf101.experiment()
    blocks = patterns.kgs(8, 1)
    plan = (("conv1", plans.Prune(blocks, least=0.5)), (r"conv\d[ab]?", plans.Prune(blocks)), (r"fc\d", None))
    return dataclasses.replace(base, name="c3d_ucf101_finer", plan=plan)
