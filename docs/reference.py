"""The API reference, as a Sphinx extension: a page for each room of the two packages, made from the docstrings.

Docstrings are Markdown. Their sections Args:, Returns: and Raises: become lists, and so do lines that each begin with
"name: ".
"""

import importlib
import pathlib
import re

import sphinx.application
from docutils import nodes, utils
from myst_parser.parsers import sphinx_ as myst
from sphinx.util import docutils as sphinx_docutils

ROOT = pathlib.Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "api"
PACKAGES = ("rt3d_jax", "lowering")
WITHOUT_PAGE = ("cli", "configs", "peers")  # verbs, whose reference is --help; lab-book pages; other engines' processes
SECTION = re.compile(r"(Args|Returns|Raises):")
FIELD = re.compile(r"((?:[A-Za-z_]\w*)(?:, [A-Za-z_]\w*)*):\s+")


class Markdown(sphinx_docutils.SphinxDirective):
    """Its content as Markdown, in the place of reStructuredText."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        document = utils.new_document(self.get_source_info()[0], self.state.document.settings)
        myst.MystParser().parse("\n".join(self.content), document)
        return document.children


def setup(app: sphinx.application.Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("markdown", Markdown)
    app.connect("builder-inited", lambda _: write(FOLDER))
    app.connect("autodoc-process-docstring", _as_markdown)
    app.connect("autodoc-skip-member", _is_bare_field)
    return {"parallel_read_safe": True}


def write(folder: pathlib.Path) -> None:
    """A page for each room into `folder`, and an index of them; pages of rooms that are gone are removed."""
    pages = {f"{package}.{room}": page(f"{package}.{room}") for package in PACKAGES for room in rooms(package)}
    pages["index"] = index(list(pages))
    folder.mkdir(exist_ok=True)
    for path in set(folder.glob("*.rst")) - {folder / f"{name}.rst" for name in pages}:
        path.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def rooms(package: str) -> list[str]:
    """The rooms of a package that have a page, in the order of the alphabet."""
    folders = (path.parent.name for path in (ROOT / package).glob("*/__init__.py"))
    return sorted(name for name in folders if name not in WITHOUT_PAGE)


def modules(room: str) -> list[str]:
    """The public modules of a room such as "lowering.kernels", those of its folders included."""
    top = ROOT.joinpath(*room.split("."))
    found = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sorted(top.rglob("*.py")))
    return [name for name in found if not any(part.startswith("_") for part in name.split("."))]


def page(room: str) -> str:
    """The page of a room: its own docstring, then every module."""
    parts = [_heading(room, "="), f".. automodule:: {room}\n"]
    for module in modules(room):
        parts += [_heading(module.removeprefix(f"{room}."), "-"), f".. automodule:: {module}\n   :members:\n"]
    return "\n".join(parts)


def index(pages: list[str]) -> str:
    """The page that lists the rooms of both packages."""
    parts = [_heading("API reference", "="), "Every public module, grouped by the rooms of the two packages.\n"]
    for package in PACKAGES:
        about = importlib.import_module(package).__doc__ or ""
        parts += [_heading(package, "-"), _directive(about), ".. toctree::\n   :maxdepth: 1\n"]
        parts += [f"   {name}" for name in pages if name.startswith(f"{package}.")] + [""]
    return "\n".join(parts)


def markdown(docstring: str) -> str:
    """A docstring as Markdown that says the same: sections and lines of fields as lists, no HTML."""
    text = re.sub(r"<(?=[A-Za-z/!?])", r"\\<", docstring)
    return "\n\n".join(_block(block) for block in re.split(r"\n\s*\n", text))


def _block(block: str) -> str:
    """A paragraph, or the list that it stands for: a section, or two and more lines of fields."""
    first, *rest = block.splitlines()
    if section := SECTION.fullmatch(first.strip()):
        return f"**{section[1]}**\n\n" + "\n".join(map(_item, rest))
    if FIELD.match(first) and any(map(FIELD.match, rest)):
        return "\n".join(map(_item, block.splitlines()))
    return block


def _item(line: str) -> str:
    text = line.strip()
    field = FIELD.match(text)
    return f"- `{field[1]}`: {text[field.end() :]}" if field else f"  {text}"


def _as_markdown(app: object, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    if any(lines):
        lines[:] = _directive(markdown("\n".join(lines))).splitlines()


def _is_bare_field(app: object, what: str, name: str, obj: object, skip: bool, options: object) -> bool | None:
    """Leaves out the fields of named tuples, whose documentation Python makes up."""
    return True if (getattr(obj, "__doc__", None) or "").startswith("Alias for field number") else None


def _directive(text: str) -> str:
    body = "\n".join(f"   {line}".rstrip() for line in text.strip().splitlines())
    return f".. markdown::\n\n{body}\n"


def _heading(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}\n"
