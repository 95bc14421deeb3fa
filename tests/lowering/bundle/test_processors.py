"""Host bundles on processors with other features than those that they were compiled for."""

import re

import pytest

from lowering.bundle import bundles, measure, run
from lowering.system import cpuinfo
from tests.lowering import conftest, networks


def test_a_bundle_for_a_processor_with_more_features_is_refused_in_a_sentence(
    copied_bundle: bundles.Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cpuinfo, "here", lambda: "flags : fpu avx avx2\n")
    copied_bundle.manifest["target"]["features"] = ["avx", "avx2", "avx512bw", "avx512f", "avx512vl", "fma"]
    message = (
        "on host was compiled for a processor with avx512bw, avx512f, avx512vl and 1 more, which this one lacks; lower "
        "it on this machine, or for a level that both have: --target host:avx2"
    )
    for use in (run.check, run.load, measure.profile):
        with pytest.raises(run.RunError, match=re.escape(message)):
            use(copied_bundle)


def test_a_bundle_says_what_it_needs_of_a_processor_and_runs_where_that_is_there(host_bundle: bundles.Bundle) -> None:
    needed = host_bundle.manifest["target"]["features"]
    assert needed and set(needed) <= cpuinfo.features(cpuinfo.here())


def test_a_bundle_for_a_level_needs_no_more_than_the_level(
    write_bundle: conftest.WriteBundle, network: networks.Network
) -> None:
    bundle = write_bundle(network, "host:avx2")
    assert bundle.manifest["target"]["features"] == ["avx", "avx2", "bmi1", "bmi2", "f16c", "fma"]
    if "avx2" in cpuinfo.features(cpuinfo.here()):
        assert run.check(bundle).passed
    else:
        with pytest.raises(run.RunError, match="was compiled for a processor with avx, avx2, bmi1 and 3 more"):
            run.check(bundle)
