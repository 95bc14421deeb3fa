"""Sphinx: `sphinx-build -W -b html docs docs/_build` with the extra `docs`."""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])]

project = "rt3d-jax"
author = "The rt3d-jax authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "reference"]
html_theme = "furo"
html_title = "rt3d-jax"
html_show_copyright = False
exclude_patterns = ["_build"]
myst_heading_anchors = 3

smartquotes = False
add_module_names = False
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
maximum_signature_line_length = 80
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"
