"""List the public names of a pyzmq that is installed, as JSON: of its modules, classes and instances.

It wrote ``tests/data/names-27.3.0.json``, with which ``tests/test_released_names.py`` finds out whether any of these
names is missing here. To write such a file anew, in an environment with that release (and tornado and gevent, without
which some modules cannot be imported), where nothing else of this project is in the way::

    python -I tools/released_names.py > names.json

It looks at names only: ``dir()`` of what can be imported. Names that begin with an underscore count only where
``__all__`` has them; names that a module merely imports do not count, unless it is a package.
"""

from __future__ import annotations

import enum
import importlib
import itertools
import json
import pkgutil
import sys
import types
import warnings
from typing import Any, TypeVar


def names_of_module(module: types.ModuleType) -> list[str]:
    """Return the public names of a module: those in ``__all__``, and those that it defines or, as package, imports."""
    names = set(getattr(module, "__all__", ()))
    for name, value in vars(module).items():
        if name.startswith("_") or name == "submod" or isinstance(value, TypeVar):  # left over from a loop
            continue
        if isinstance(value, types.ModuleType):
            defined = value.__name__.startswith(f"{module.__name__}.")
        elif isinstance(getattr(value, "__module__", None), str):
            home = value.__module__
            defined = home == module.__name__ or (hasattr(module, "__path__") and home.startswith("zmq."))
        else:  # a plain constant does not tell where it comes from
            defined = name.isupper() and name not in {"DEFAULT_PROTOCOL", "EINTR", "TYPE_CHECKING"}
        if defined:
            names.add(name)
    return sorted(names)


def classes_of(module: types.ModuleType, names: list[str]) -> dict[str, list[str]]:
    """Return the public attributes of the classes that a module defines; of an enum, the members with their aliases."""
    found = {}
    for name in names:
        value = getattr(module, name, None)
        if not isinstance(value, type) or value.__module__ != module.__name__:
            continue
        attributes = set(value.__members__) if issubclass(value, enum.Enum) else set(dir(value))
        found[name] = sorted(name for name in attributes if not name.startswith("_"))
    return found


def instances() -> dict[str, Any]:
    """Make one of each of what a program holds in its hands."""
    import zmq  # noqa: PLC0415  (not while the help of this is shown)

    context = zmq.Context()
    socket = context.socket(zmq.PAIR)
    tracked = zmq.Frame(b"", track=True)
    made = {
        "zmq.Context": context,
        "zmq.Socket": socket,
        "zmq.Frame": tracked,
        "zmq.Poller": zmq.Poller(),
        "zmq.MessageTracker": tracked.tracker,
        "zmq.ZMQError": zmq.ZMQError(zmq.EAGAIN),
        "zmq.Again": zmq.Again(),
        "zmq.ZMQVersionError": zmq.ZMQVersionError("4.0"),
    }
    public = {name: sorted(key for key in dir(value) if not key.startswith("_")) for name, value in made.items()}
    socket.close()
    context.term()
    return public


def main() -> None:
    """Print the names."""
    warnings.simplefilter("ignore")
    import zmq  # noqa: PLC0415

    modules: dict[str, list[str]] = {}
    classes: dict[str, list[str]] = {}
    # Packages first, before their other modules become attributes of them.
    found_modules = pkgutil.walk_packages(zmq.__path__, "zmq.", onerror=str)
    for name in itertools.chain(["zmq"], (info.name for info in found_modules)):
        parts = name.split(".")
        if "tests" in parts or any(part.startswith("_") for part in parts):
            continue
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            print(f"{name} is left out, since it cannot be imported: {error}", file=sys.stderr)
            continue
        modules[name] = names_of_module(module)
        for key, attributes in classes_of(module, modules[name]).items():
            classes[f"{name}.{key}"] = attributes
    # One line for each list: a change of a name is a change of one line.
    exported = {"zmq": sorted(zmq.__all__)}
    sections = {"all": exported, "modules": modules, "classes": classes, "instances": instances()}
    print(f'{{\n"version": {json.dumps(zmq.pyzmq_version())}', end="")
    for section, entries in sections.items():
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(entries[name])}" for name in sorted(entries))
        print(f',\n"{section}": {{\n{lines}\n}}', end="")
    print("\n}")


if __name__ == "__main__":
    main()
