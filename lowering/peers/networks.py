"""One network in every engine's form, in one folder: our bundle, ONNX, the graph, a clip and JAX's answer."""

import dataclasses
import pathlib
import pickle

import numpy as np

from lowering.bundle import bundles
from lowering.bundle import write as writing
from lowering.graph import onnx as onnx_export
from lowering.graph import ops
from lowering.graph.rewrites import stages
from lowering.targets import store, targets

MODEL, GRAPH, CLIP, BUNDLE = "model.onnx", "graph.pickle", "clip.npy", "host"


@dataclasses.dataclass(frozen=True, eq=False)
class Network:
    """A network on disk.

    macs: multiply-accumulates of its weights that are not zero; logits f32[classes], JAX's for the clip in
    `folder`.
    """

    folder: pathlib.Path
    model: str
    scheme: str
    rate: float
    macs: int
    logits: np.ndarray

    @property
    def bundle(self) -> bundles.Bundle:
        """Our own form of it."""
        return bundles.read(self.folder / BUNDLE, verify=False)


def write(
    folder: pathlib.Path, example: writing.Example, info: bundles.Info, macs: int, form: str = targets.FORMS[0]
) -> Network:
    """Writes every form of a traced network of one clip, f32[1, D, H, W, C], and logits f32[1, classes].

    Pruned weights must be zeros in it.
    """
    folder.mkdir(parents=True)
    host = targets.written(targets.find("host"), form)
    bundle = writing.write(folder / BUNDLE, example, host, info, store.find(host))  # as `rt3d lower` does
    plain = stages.run(example.graph, stages.ALGEBRA)
    onnx_export.write(folder / MODEL, onnx_export.export(plain, dataclasses.asdict(info)))
    with (folder / GRAPH).open("wb") as file:
        pickle.dump(ops.Graph(plain.nodes, plain.result), file, protocol=5)  # without what it looked up
    np.save(folder / CLIP, example.inputs[0])
    return Network(folder, info.model, info.scheme, bundle.manifest["rate"], macs, example.answers[0][0])
