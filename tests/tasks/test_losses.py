"""Claims about losses, against numpy."""

import jax
import numpy as np
import pytest

from rt3d_jax.tasks import losses

RNG = np.random.default_rng(0)
LOGITS, TEACHER = (RNG.normal(size=(6, 5)).astype(np.float32) * 3 for _ in range(2))
LABELS = np.array([0, 1, 2, 3, 4, 0])


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_with_smoothed_labels_equals_numpy(smoothing):
    targets = (1 - smoothing) * np.eye(5)[LABELS] + smoothing / 5
    expected = -np.mean(np.sum(targets * np.log(softmax(LOGITS)), axis=-1))
    assert float(losses.cross_entropy(LOGITS, LABELS, smoothing)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_distillation_equals_numpy(temperature):
    p, q = softmax(TEACHER / temperature), softmax(LOGITS / temperature)
    expected = temperature**2 * np.mean(np.sum(p * (np.log(p) - np.log(q)), axis=-1))
    assert float(losses.distillation(LOGITS, TEACHER, temperature)) == pytest.approx(expected, rel=1e-4)


def test_a_student_equal_to_its_teacher_has_nothing_to_learn():
    value, gradient = jax.value_and_grad(losses.distillation)(LOGITS, LOGITS, 3.0)
    assert float(value) == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(gradient, 0, atol=1e-6)


def test_the_teacher_gets_no_gradient():
    assert not np.any(jax.grad(losses.distillation, argnums=1)(LOGITS, TEACHER, 3.0))
