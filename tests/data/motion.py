"""What plain numpy can tell of a clip's class: from single frames, and from motion between frames.

Used by test_synthetic.
"""

import numpy as np

REACH = 8
ANGLES = 48


def frame_features(frames: np.ndarray) -> np.ndarray:
    """float32[n, 256] of float32[n, H, W, 3]: random 5 x 5 filters, rectified, their mean and maximum over a frame."""
    filters = np.random.default_rng(1).normal(size=(75, 128)).astype(np.float32) / 9
    patches = np.lib.stride_tricks.sliding_window_view(frames, (5, 5), axis=(1, 2))[:, ::2, ::2]
    found = np.maximum(patches.transpose(0, 1, 2, 4, 5, 3).reshape(len(frames), -1, 75) @ filters, 0)
    return np.concatenate([found.mean(axis=1), found.max(axis=1)], axis=1)


def motion_features(clips: np.ndarray) -> np.ndarray:
    """float64[n, 13] of float32[n, D, S, S, 3]: how what moves is shifted and turned from each frame to the next.

    The last three do not depend on the order of frames: how long and how high the trace of all frames is.
    """
    moving = clips - np.median(clips, axis=1, keepdims=True)
    spectrum = np.fft.fft2(moving, axes=(2, 3))
    shift = _shifts(spectrum)
    bend = shift[:, :-1, 0] * shift[:, 1:, 1] - shift[:, :-1, 1] * shift[:, 1:, 0]
    turn, speed, near = _turns(spectrum), np.abs(shift).sum(axis=2), np.clip(shift, -4, 4)
    trace = moving.std(axis=(1, 4))
    columns = [
        near.mean(axis=1),
        np.median(shift, axis=1),
        np.clip(bend, -8, 8).mean(axis=1),
        np.sign(bend).mean(axis=1),
    ]
    columns += [
        np.median(turn, axis=1),
        np.sign(turn).mean(axis=1),
        np.median(speed, axis=1),
        (speed == 0).mean(axis=1),
    ]
    columns += [np.abs(np.diff(trace, axis=axis)).mean(axis=(1, 2)) for axis in (1, 2)] + [trace.mean(axis=(1, 2))]
    return np.concatenate([column.reshape(len(clips), -1) for column in columns], axis=1)


def nearest(known: np.ndarray, labels: np.ndarray, asked: np.ndarray, neighbours: int = 9) -> np.ndarray:
    """int[m]: the label that most of the nearest rows of `known` have, features scaled alike."""
    mean, scale = known.mean(axis=0), known.std(axis=0) + 1e-9
    distances = (((asked - mean) / scale)[:, None] - ((known - mean) / scale)[None]) ** 2
    votes = labels[np.argsort(distances.sum(axis=2), axis=1)[:, :neighbours]]
    return np.stack([(votes == label).sum(axis=1) for label in range(labels.max() + 1)], axis=1).argmax(axis=1)


def regressed(known: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """int[m]: the label of ridge regression on scaled features."""
    mean, scale = known.mean(axis=0), known.std(axis=0) + 1e-9
    known, asked = (np.c_[(rows - mean) / scale, np.ones(len(rows))] for rows in (known, asked))
    gram = known.T @ known + 0.01 * len(known) * np.eye(known.shape[1])
    return (asked @ np.linalg.solve(gram, known.T @ np.eye(labels.max() + 1)[labels])).argmax(axis=1)


def _shifts(spectrum: np.ndarray) -> np.ndarray:
    """[n, D - 1, 2]: (x, y) in pixels, where a frame correlates best with the one before."""
    product = (spectrum[:, 1:] * spectrum[:, :-1].conj()).sum(axis=4)
    window = _centred(np.fft.ifft2(product, axes=(2, 3)).real)
    place = window.reshape(*window.shape[:2], -1).argmax(axis=2)
    return np.stack([place % (2 * REACH + 1), place // (2 * REACH + 1)], axis=2) - float(REACH)


def _turns(spectrum: np.ndarray) -> np.ndarray:
    """[n, D - 1]: by how many of ANGLES (half a turn) a frame's autocorrelation is turned against the one before."""
    window = _centred(np.fft.ifft2((np.abs(spectrum) ** 2).sum(axis=4), axes=(2, 3)).real)
    angles = np.arange(ANGLES) * np.pi / ANGLES
    rings = []
    for radius in (4, 5.5, 7):
        x, y = REACH + radius * np.cos(angles), REACH + radius * np.sin(angles)
        left, top = np.floor(x).astype(int), np.floor(y).astype(int)
        right, down = x - left, y - top
        upper = window[:, :, top, left] * (1 - right) + window[:, :, top, left + 1] * right
        lower = window[:, :, top + 1, left] * (1 - right) + window[:, :, top + 1, left + 1] * right
        rings.append(upper * (1 - down) + lower * down)
    profile = np.fft.fft(np.stack([ring - ring.mean(axis=2, keepdims=True) for ring in rings], axis=3), axis=2)
    match = np.fft.ifft((profile[:, 1:] * profile[:, :-1].conj()).sum(axis=3), axis=2).real
    most = ANGLES // 4
    return np.concatenate([match[:, :, -most:], match[:, :, : most + 1]], axis=2).argmax(axis=2) - float(most)


def _centred(correlation: np.ndarray) -> np.ndarray:
    """The lags of -REACH .. REACH of [n, D, S, S]."""
    middle = correlation.shape[2] // 2
    near = slice(middle - REACH, middle + REACH + 1)
    return np.fft.fftshift(correlation, axes=(2, 3))[:, :, near, near]
