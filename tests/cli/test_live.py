"""Claims about `rt3d live`: what it refuses, and what it says. The page itself is tested in tests/live."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import bundles, deploy
from rt3d_jax.cli import live, main
from rt3d_jax.data import clips
from rt3d_jax.live import predictors, server
from tests.live import networks


def test_a_bundle_is_needed_and_a_source_that_is_there(capsys):
    assert main.call(["live"]) == 2
    assert main.call(["live", "bundle", "--source", "no.mp4"]) == 2
    assert main.call(["live", "bundle", "--above", "1.5"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "rt3d live: nothing to do: name at least one bundle, such as OUT/bundles/dense/host",
        "rt3d live: --source no.mp4: no such file (no.mp4); expected camera, the path of a video, or a URL",
        "rt3d live: --above is 1.5, expected a share above 0 and at most 1",
    ]


@pytest.fixture
def loaded(monkeypatch):
    """Bundles are networks of their names; what is served stands in the list that is given."""
    seen = []
    monkeypatch.setattr(live, "network", lambda folder, threads: networks.brightness(folder.name))
    monkeypatch.setattr(server, "run", lambda *given: seen.append(given))
    return seen


def test_the_page_is_served_on_this_machine_alone_unless_a_host_is_named(loaded):
    assert main.call(["live", "runs/dense", "runs/pruned", "--alert", "bright", "--above", "0.9"]) == 0
    show, host, port, tls, *_ = loaded[0]
    assert ([one.name for one in show.networks], host, port, tls) == (["dense", "pruned"], "127.0.0.1", 8420, None)
    assert dataclasses.asdict(show.alert) == {"label": "bright", "above": 0.9}


def test_networks_of_one_name_are_told_apart_by_their_folders(loaded):
    assert main.call(["live", "one/dense", "two/dense"]) == 0
    assert [one.name for one in loaded[0][0].networks] == ["one/dense", "two/dense"]


def test_https_has_a_certificate_of_its_own_or_the_one_that_is_named(loaded, capsys, tmp_path):
    assert main.call(["live", "dense", "--https"]) == 0
    assert loaded[0][3] is not None
    (tmp_path / "c.pem").write_text("x")
    assert main.call(["live", "dense", "--certificate", str(tmp_path / "c.pem")]) == 2
    assert (
        main.call(["live", "dense", "--certificate", *[str(tmp_path / "c.pem")], "--key", str(tmp_path / "c.pem")]) == 2
    )
    first, second = capsys.readouterr().err.splitlines()
    assert first == "rt3d live: --certificate and --key go together; expected both or neither"
    assert second.startswith(
        f"rt3d live: {tmp_path}/c.pem and {tmp_path}/c.pem are no certificate and its key in PEM ("
    )


def test_an_alert_on_no_class_is_refused_before_anything_is_served(loaded, capsys):
    assert main.call(["live", "dense", "--alert", "light"]) == 2
    assert capsys.readouterr().err == "rt3d live: --alert is 'light', expected one of the classes: dark, grey, bright\n"
    assert not loaded


def test_the_addresses_are_said_and_whether_a_camera_will_work(capsys):
    live._welcome("127.0.0.1", 8420, False)
    assert capsys.readouterr().out == "Open http://127.0.0.1:8420/\nCtrl-C ends it.\n"
    live._welcome("0.0.0.0", 8420, True)
    said = capsys.readouterr().out
    assert "Open https://localhost:8420/\n" in said and "The browser warns of a certificate" in said
    live._welcome("0.0.0.0", 8420, False)
    assert (
        "Other machines' browsers give their camera to https only; start with --https for that."
        in capsys.readouterr().out
    )


def brightness(params: jax.Array, clip: jax.Array) -> jax.Array:
    """Logits of three classes by the mean of a clip, which is the same whether it slides or steps."""
    return -20 * jnp.abs(jnp.mean(clip, (1, 2, 3)) @ params - jnp.array([0.0, 0.5, 1.0]))


def test_a_bundle_of_clips_and_one_of_a_stream_say_the_same_of_a_video(tmp_path):
    spec = dataclasses.replace(networks.SPEC, sampling=clips.Windows(4, 5))
    info = bundles.Info(run="mean", labels=networks.LABELS, clip=clips.to_json(spec))
    example = np.random.default_rng(0).random((1, 4, 8, 8, 3), np.float32)
    params = np.full((3, 3), 1 / 3, np.float32)
    followed = []
    for name, stream in (("clips", False), ("stream", 1)):
        deploy.deploy(brightness, params, example, "host", tmp_path / name, info, stream=stream)
        followed.append(predictors.follow(live.network(tmp_path / name, 1), 0.6))
    assert [one.network.about for one in followed] == ["", "a stream"]
    for number, level in enumerate(np.random.default_rng(1).integers(0, 256, 8)):
        sliding, stepping = (one.feed(networks.plain(int(level)), 0.2 * number) for one in followed)
        assert (stepping is None) == (number < 3)
        if sliding is not None and stepping is not None and number >= 3:
            np.testing.assert_allclose(stepping, sliding, atol=1e-4)
    assert sliding is not None
