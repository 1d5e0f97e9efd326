"""How generated files are laid out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

#: Longest line, in characters.
WIDTH = 120


def packed(items: Iterable[str], indent: str = "    ") -> str:
    """Items with commas, as many on a line as fit."""
    # textwrap breaks only at spaces, of which the items have none.
    return textwrap.fill(
        " ".join(f"{item}," for item in items),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
