"""Sphinx: `sphinx-build docs docs/_build` with the extra `docs`."""

project = "rt3d-jax"
author = "The rt3d-jax authors"
extensions = ["myst_parser"]
html_theme = "furo"
exclude_patterns = ["_build"]
myst_heading_anchors = 3
