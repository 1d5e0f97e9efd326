"""The programs that are compared, as text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Case:
    """A program: what it leaves in the variable ``result`` is compared.

    Attributes
    ----------
    name : str
        Unique, and stable: entries of ``intended/`` refer to it.
    source : str
        The text of the program.
    group : str
        Programs with the same group run in one process, one after the other; empty: alone.
    """

    name: str
    source: str
    group: str = ""


def written_cases(folder: Path = PROGRAMS) -> Iterator[Case]:
    """Yield a case for each public function of the modules in a folder.

    The other statements of the module, and the functions whose names begin with an underscore, come before each.
    """
    for path in sorted(folder.glob("[!_]*.py")):
        text = path.read_text("utf-8")
        shared: list[ast.stmt] = []
        programs: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        for statement in ast.parse(text).body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and statement.name[0] != "_":
                programs.append(statement)
            else:
                shared.append(statement)
        prelude = "\n\n".join(ast.get_source_segment(text, statement) or "" for statement in shared)
        for node in programs:
            call = f"{node.name}()"
            if isinstance(node, ast.AsyncFunctionDef):
                call = f"__import__('asyncio').run({call})"
            source = f"{prelude}\n\n{ast.get_source_segment(text, node)}\n\nresult = {call}\n"
            yield Case(f"{path.stem}.{node.name}", source)
