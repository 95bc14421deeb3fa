"""Networks with the keep of each layer as plans, at their own rate or any other: as the authors of RT3D released them,
and for networks that they did not prune alike in all layers.
"""

import dataclasses

from lowering.system import spelling
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import cost, patterns, plans

KGS = patterns.kgs(8, 4)


@dataclasses.dataclass(frozen=True)
class Profile:
    """keeps: (regex of layers, the fraction of blocks that they keep, or None: dense), first match wins. rate: what it
    comes to, as published.
    """

    model: catalog.Model
    rate: float
    keeps: tuple[tuple[str, float | None], ...]


# The paper's table of results gives the rates; the keeps are those of the training scripts that its authors published.
# They published none for S3D: there every convolution but the first keeps as much as brings the network to the paper's
# rate. Networks that are not in the paper are cut alike in every layer, to R(2+1)D's rate (R3D) or to 1.7 (X3D and
# MoViNet, whose stems, depthwise convolutions, gates and shortcuts stay dense).
PROFILES: dict[str, Profile] = {
    "r2plus1d": Profile(
        catalog.Model("r2plus1d"), 3.2, ((r"layer1/.*", 0.1), (r"layer2/\d/conv\d/.*", 0.2), (".*", None))
    ),
    "s3d": Profile(catalog.Model("s3d", size=224), 2.1, (("conv1/space|head", None), (".*", 0.413))),
    "r3d": Profile(catalog.Model("r3d"), 3.2, (("stem|.*/downsample|fc", None), (".*", 0.286))),
    "x3d_s": Profile(
        catalog.Model("x3d_s", frames=13, size=182),
        1.7,
        (("stem/.*|.*/(depthwise|shortcut)|.*/excite/.*|head/fc", None), (".*", 0.495)),
    ),
    "movinet_a0": Profile(
        catalog.Model("movinet_a0", frames=50, size=172),
        1.7,
        (("stem|.*/(depthwise|shortcut)|.*/excite/.*|fc.", None), (".*", 0.4564)),
    ),
    "c3d": Profile(catalog.Model("c3d"), 3.57, (("conv2|conv3b", 0.15), ("conv3a|conv4b", 0.2), (".*", None))),
}


def find(name: str) -> Profile:
    """The profile of a network; ValueError listing those that there are."""
    if name not in PROFILES:
        known = sorted(PROFILES)
        raise ValueError(
            f"no released profile for {name!r}; expected one of: {', '.join(known)}{spelling.meant(name, known)}"
        )
    return PROFILES[name]


def plan(profile: Profile, table: tuple[cost.Layer, ...], rate: float) -> plans.Plan:
    """The profile as a plan of KGS 8x4.

    At another rate than its own all keeps are multiplied by one factor, none above 1, so as to hit it.

    ValueError for a rate that cannot be reached with the dense layers left as they are.
    """
    factor = 1.0 if rate == profile.rate else _factor(profile, table, rate)
    return _plan(profile, factor)


def _plan(profile: Profile, factor: float) -> plans.Plan:
    rule = lambda keep: None if keep is None else plans.Prune(KGS, min(1.0, factor * keep))
    return tuple((regex, rule(keep)) for regex, keep in profile.keeps)


def _factor(profile: Profile, table: tuple[cost.Layer, ...], rate: float) -> float:
    rules = plans.match(_plan(profile, 1.0), table)
    keeps = {name: rule.keep for name, rule in rules.items() if rule is not None and rule.keep is not None}
    dense = sum(layer.macs for layer in table if layer.name not in keeps)
    highest = cost.macs(table) / dense if dense else float("inf")
    if not 1 <= rate < highest:
        raise ValueError(
            f"rate {rate:g} cannot be reached; expected at least 1 and below {highest:.2f}: the other layers stay dense"
        )
    kept = lambda f: dense + sum(min(1.0, f * keeps[each.name]) * each.macs for each in table if each.name in keeps)
    low, high = 0.0, 1 / min(keeps.values())
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if kept(middle) > cost.macs(table) / rate else (middle, high)
    return high
