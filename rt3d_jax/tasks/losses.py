"""What training minimises: cross-entropy with label smoothing, and distillation from a teacher."""

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
