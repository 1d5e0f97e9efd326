"""TOML tables whose every key is known.

A misspelt, missing or superfluous key is an error that names it, because a rule that is silently not
read is a rule that is silently not kept.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class TableError(ValueError):
    """A file, or a key in it, cannot be used."""


class Table:
    """One TOML table whose keys are taken one by one; :meth:`close` refuses what was left.

    :param where: what errors begin with: the file and the table.
    :param error: what is raised.
    """

    def __init__(self, content: Any, where: str, error: type[TableError] = TableError) -> None:
        self.where = where
        self.error = error
        if not isinstance(content, dict):
            raise error(f"{where}: a table is expected, found {content!r}")
        self._left: dict[str, Any] = dict(content)

    def _take(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        if key not in self._left:
            if default is not None:
                return default
            raise self.error(f"{self.where}: {key!r} is missing")
        value = self._left.pop(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(f"{self.where}: {key!r} has the value {value!r} of the wrong type")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return str(self._take(key, str, default))

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in choices:
            raise self.error(f"{self.where}: {key!r} is {value!r}; it may be {', '.join(map(repr, choices))}")
        return value

    def boolean(self, key: str, *, default: bool) -> bool:
        return bool(self._take(key, bool, default))

    def integer(self, key: str, default: int | None = None) -> int:
        return int(self._take(key, int, default))

    def number(self, key: str) -> float:
        return float(self._take(key, (int, float)))

    def texts(self, key: str, default: list[str] | None = None) -> tuple[str, ...]:
        value = self._take(key, list, default)
        if not all(isinstance(item, str) for item in value):
            raise self.error(f"{self.where}: {key!r} must hold texts only, found {value!r}")
        return tuple(value)

    def pattern(self, key: str) -> str:
        return self._compiled(key, self.text(key))

    def patterns(self, key: str) -> tuple[str, ...]:
        return tuple(self._compiled(key, pattern) for pattern in self.texts(key))

    def _compiled(self, key: str, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise self.error(f"{self.where}: {key!r}: {pattern!r} is no regular expression: {error}") from error
        return pattern

    def table(self, key: str) -> Table:
        return Table(self._take(key, dict), f"{self.where}.{key}", self.error)

    def optional_table(self, key: str) -> Table | None:
        return self.table(key) if key in self._left else None

    def tables(self, key: str) -> list[Table]:
        items = self._take(key, list)
        return [Table(item, f"{self.where}.{key}[{n}]", self.error) for n, item in enumerate(items)]

    def named(self, key: str) -> dict[str, Table]:
        """The sub-tables of table ``key`` by their names."""
        inner = self._take(key, dict)
        return {name: Table(item, f"{self.where}.{key}.{name}", self.error) for name, item in inner.items()}

    def mapping(self, key: str) -> dict[str, str]:
        """The texts of table ``key`` by their names, which may be any."""
        inner = self._take(key, dict)
        for name, value in inner.items():
            if not isinstance(value, str):
                raise self.error(f"{self.where}.{key}: {name!r} has the value {value!r} of the wrong type")
        return dict(inner)

    def integers(self, key: str) -> dict[str, int]:
        """The numbers of table ``key`` by their names, which may be any."""
        inner = self._take(key, dict)
        for name, value in inner.items():
            if not isinstance(value, int) or isinstance(value, bool):
                raise self.error(f"{self.where}.{key}: {name!r} has the value {value!r} of the wrong type")
        return dict(inner)

    def close(self) -> None:
        if self._left:
            raise self.error(f"{self.where}: unknown key(s) {', '.join(sorted(self._left))}")


def read_table(path: Path, what: str, error: type[TableError] = TableError, hint: str = "") -> Table:
    """Read a TOML file as a table.

    :param what: what the file is, for errors: "the policy".
    :param hint: the way out when it cannot be read.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as caught:
        raise error(f"{what} {path} cannot be read ({caught.strerror}){hint}") from caught
    except tomllib.TOMLDecodeError as caught:
        raise error(f"{what} {path} is no TOML: {caught}") from caught
    return Table(content, str(path), error)
