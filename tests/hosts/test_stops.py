"""Stop signals: none is lost, and work that must not be cut in two is not."""

import gc
import os
import signal
import time

import pytest

from rt3d_jax.hosts import stops

BOTH = pytest.mark.parametrize("number", stops.SIGNALS)


def stop(number: int) -> None:
    os.kill(os.getpid(), number)


@BOTH
def test_a_stop_is_raised_and_remembered(number):
    stops.install()
    with pytest.raises(KeyboardInterrupt):
        stop(number)
    assert stops.exit_code() == 128 + number
    with pytest.raises(KeyboardInterrupt):
        stops.check()


@BOTH
def test_a_stop_that_a_callback_drops_is_raised_again(number):
    """As JAX's callback of the garbage collector does."""
    stops.install()
    stopping = [number]
    callback = lambda phase, info: stop(stopping.pop()) if stopping else None
    gc.callbacks.append(callback)
    try:
        gc.collect()
        assert not stopping
        with pytest.raises(KeyboardInterrupt):
            time.sleep(60)
    finally:
        gc.callbacks.remove(callback)


@BOTH
@pytest.mark.parametrize("installed", [True, False])
def test_a_deferred_stop_is_noted_and_raised_behind_the_block(number, installed):
    if installed:
        stops.install()
    before, seen = signal.getsignal(number), []
    with pytest.raises(KeyboardInterrupt), stops.deferred() as found:
        assert found.asked == 0
        stop(number)
        stops.check()
        seen.append(found.asked)
    assert seen == [number]
    assert signal.getsignal(number) is before
    assert stops.exit_code() == (128 + number if installed else 0)


def test_the_second_stop_is_not_deferred():
    stops.install()
    with pytest.raises(KeyboardInterrupt), stops.deferred():
        stop(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            stop(signal.SIGINT)
    assert stops.exit_code() == 143


def test_an_error_in_a_deferred_block_goes_before_the_stop():
    stops.install()
    with pytest.raises(ZeroDivisionError), stops.deferred():
        stop(signal.SIGINT)
        raise ZeroDivisionError
    assert stops.exit_code() == 130


def test_what_was_before_comes_back():
    before = [signal.getsignal(number) for number in stops.SIGNALS]
    stops.install()
    stops.ask(signal.SIGPIPE)
    stops.uninstall()
    assert [signal.getsignal(number) for number in stops.SIGNALS] == before
    assert stops.exit_code() == 0
    stops.check()
