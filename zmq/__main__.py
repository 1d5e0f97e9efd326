"""``python -m zmq``: how this build of pyzmq came to be, fit to paste into a bug report."""

from __future__ import annotations

import argparse
import json
from typing import Any

from zmq import build_info


def _lines(value: dict[str, Any], indent: str = "") -> list[str]:
    lines: list[str] = []
    for key, item in value.items():
        if isinstance(item, dict):
            lines += [f"{indent}{key}:", *_lines(item, indent + "  ")]
        else:
            lines.append(f"{indent}{key}: {item}")
    return lines


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m zmq", description="Report how this build of pyzmq came to be.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    info = build_info()
    print(json.dumps(info, indent=2) if options.json else "\n".join(_lines(info)))


if __name__ == "__main__":
    main()
