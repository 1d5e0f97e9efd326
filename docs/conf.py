"""Configuration of Sphinx. `nox -s docs` builds the pages from the installed wheel."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE / "ext"), str(ROOT / "tools")]

_project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

project = _project["name"]
author = _project["authors"][0]["name"]
project_copyright = f"{author}, {_project['license'].split()[0]}"
release = _project["version"]
version = ".".join(release.split(".")[:2])

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    # Of docs/ext.
    "docstrings",
    "constants_tables",
    "repository_links",
]
# Pages of Python's documentation are linked where there is a network to read its inventory by.
if os.environ.get("READTHEDOCS") or os.environ.get("PYZMQ_DOCS_ONLINE"):
    extensions.append("sphinx.ext.intersphinx")
intersphinx_mapping = {"python": ("https://docs.python.org/3", None)}

exclude_patterns = ["ext"]
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
suppress_warnings = ["myst.strikethrough"]

# The types stand in the docstrings, in words.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_preprocess_types = True
napoleon_type_aliases = {
    name: f":class:`{name} <zmq.{name}>`" for name in ("Context", "Socket", "Frame", "Poller", "MessageTracker")
}

# What the pages refer to must exist; but types in docstrings are words, and Python's pages are not always at hand.
nitpicky = True
_others = "|".join([*sys.stdlib_module_names, "tornado", "numpy"]) if sys.version_info >= (3, 10) else ".*"
nitpick_ignore_regex = [
    ("py:(class|exc)", r"(?!zmq\.).*"),
    ("py:.*", rf"({_others})(\..*)?"),
]

#: Where ``zmq_send(3)`` leads.
manpages_url = "https://libzmq.readthedocs.io/en/latest/{page}.html"

# Hosts are asked only by hand: sphinx-build -b linkcheck docs build/docs/links
linkcheck_anchors = False

html_theme = "furo"
html_title = f"pyzmq {release}"
html_static_path = ["static"]
html_css_files = ["pyzmq.css"]
html_theme_options = {
    "source_repository": _project["urls"]["Repository"],
    "source_branch": "main",
    "source_directory": "docs/",
}
# Prompts are not what people want to paste.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
