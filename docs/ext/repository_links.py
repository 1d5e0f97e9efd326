"""Links to files of the repository that are no pages: ``[CMakeLists.txt](../CMakeLists.txt)``.

In the repository they work as they are; built pages lead to where the repository is. What is not there is an error.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

_LINK = re.compile(r"\]\((?P<path>(?:\.\./)+[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")

_logger = logging.getLogger(__name__)


def rewrite(app: Sphinx, page: str, source: list[str]) -> None:
    """Replace the links that leave the folder of the pages."""
    pages = Path(app.srcdir)
    repository = app.config.html_theme_options["source_repository"]

    def url(match: re.Match[str]) -> str:
        target = (pages / page).parent.joinpath(match["path"]).resolve()
        if target.is_relative_to(pages):
            return match[0]
        if not target.exists():
            _logger.warning("there is no %s", match["path"], location=page)
        kind = "tree" if target.is_dir() else "blob"
        return f"]({repository}/{kind}/main/{target.relative_to(pages.parent).as_posix()}{match['anchor'] or ''})"

    source[0] = _LINK.sub(url, source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Look at each page before it is parsed."""
    app.connect("source-read", rewrite)
    return {"parallel_read_safe": True}
