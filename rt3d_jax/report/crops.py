"""The report's section on pictures that were enlarged: crops side by side, as each network makes them."""

import numpy as np

from rt3d_jax.report import pieces

NOTE = (
    "The middle of test pictures. Bicubic interpolation is what needs no network. The truth is what all are measured "
    "against. PSNR is that of the whole tile that the network sees."
)


def section(arrays: dict[str, np.ndarray]) -> str:
    """The HTML of "crop/<name>": uint8[n, H, W, 3], in order, with "psnr/<name>": f64[n] in dB where it is there."""
    made = {key.removeprefix("crop/"): found for key, found in arrays.items() if key.startswith("crop/")}
    if not made:
        return ""
    rows = []
    for place in range(len(next(iter(made.values())))):
        cells = []
        for name, crops in made.items():
            psnr = arrays.get(f"psnr/{name}")
            caption = name if psnr is None else f"{name}, {psnr[place]:.2f} dB"
            picture = f'<img src="{pieces.strip(crops[place][None])}" alt="{pieces.text(caption)}">'
            cells.append(pieces.figure(picture, caption))
        rows.append(f'<div class="crops">{"".join(cells)}</div>\n')
    return f'<h2>Pictures enlarged</h2><p class="note">{NOTE}</p>{"".join(rows)}'
