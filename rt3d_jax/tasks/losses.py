"""What training minimises: cross-entropy with label smoothing, distillation from a teacher, and losses of detectors."""

import jax
import jax.numpy as jnp
import optax


def cross_entropy(logits: jax.Array, labels: jax.Array, smoothing: float = 0.0) -> jax.Array:
    """Mean cross-entropy, f32[]; targets are (1 - s) one-hot + s / classes (Szegedy et al., 2016). logits f32[N,
    classes].
    """
    targets = optax.smooth_labels(jax.nn.one_hot(labels, logits.shape[-1]), smoothing)
    return jnp.mean(optax.softmax_cross_entropy(logits, targets))


def distillation(logits: jax.Array, teacher: jax.Array, temperature: float) -> jax.Array:
    """T^2 KL(softmax(teacher / T) || softmax(logits / T)), mean over the batch, f32[] (Hinton et al., 2015)."""
    log_p = jax.nn.log_softmax(jax.lax.stop_gradient(teacher) / temperature)
    log_q = jax.nn.log_softmax(logits / temperature)
    return temperature**2 * jnp.mean(jnp.sum(jnp.exp(log_p) * (log_p - log_q), axis=-1))


def focal(logits: jax.Array, targets: jax.Array, alpha: float = 0.25, gamma: float = 2.0) -> jax.Array:
    """Focal loss of each score (Lin et al., ICCV 2017, equation 5), f32 of the logits' shape; targets are 0 or 1.

    -a (1 - p)^gamma log p, where p is the probability of the target, and a is alpha for 1 and 1 - alpha for 0.
    """
    return optax.sigmoid_focal_loss(logits, targets, alpha=alpha, gamma=gamma)


def smooth_l1(error: jax.Array, beta: float = 1 / 9) -> jax.Array:
    """e^2 / (2 beta) for errors below beta, |e| - beta / 2 above (Girshick, ICCV 2015); f32 of the errors' shape."""
    size = jnp.abs(error)
    return jnp.where(size < beta, 0.5 * size**2 / beta, size - 0.5 * beta)


def surprise(logits: jax.Array, targets: jax.Array) -> jax.Array:
    """Binary cross-entropy of each logit with a target from 0 to 1, f32 of the logits' shape."""
    return optax.sigmoid_binary_cross_entropy(logits, targets)
