"""Programs for every public module, class, attribute, callable and option of 27.3.0.

The names come from ``tests/data/names-27.3.0.json``. What follows says how to make an instance of each class, which
arguments to try, and what is left out by rule.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.compat.case import Case

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RELEASED: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "names-27.3.0.json").read_text("utf-8"))

#: Modules that do something when they are imported: installing a loop, opening a terminal.
SKIPPED_MODULES = {"zmq.curve_keygen"}

#: Functions with first arguments whose outcome depends on what the same process has done before: a flag of an enum is a
#: sequence of flags.
NOT_STEADY = {("zmq.zmq_poll", "zmq.POLLIN")}

#: How to make an instance of each class whose instances are looked at.
INSTANCES: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("instances.toml").read_text("utf-8"))

_SYNC = "import zmq\ncontext = zmq.Context()\n"

#: What is done with every instance.
GENERAL = {
    "repr": "repr(x)",
    "str": "str(x)",
    "bool": "bool(x)",
    "len": "len(x)",
    "iter": "list(x)",
    "hash": "isinstance(hash(x), int)",
    "equals itself": "x == x",
    "equals None": "x == None",
    "less than itself": "x < x",
    "bytes": "bytes(x)",
    "int": "int(x)",
    "copy.copy": "type(__import__('copy').copy(x)) is type(x)",
    "copy.deepcopy": "type(__import__('copy').deepcopy(x)) is type(x)",
    "pickle": "type(__import__('pickle').loads(__import__('pickle').dumps(x))) is type(x)",
    "context manager": "x.__enter__() is x",
    "async context manager": "hasattr(x, '__aenter__')",
    "async iterator": "hasattr(x, '__aiter__')",
    "weak reference": "__import__('weakref').ref(x)() is x",
    "memoryview": "memoryview(x)",
    "dir": "Names(each for each in dir(x) if not each.startswith('_'))",
    "mock": "type(__import__('unittest.mock').mock.Mock(spec=x)).__name__",
    "autospec": "type(__import__('unittest.mock').mock.create_autospec(x)).__name__",
    "class": "[each.__name__ for each in type(x).__mro__]",
    "set new attribute": "setattr(x, 'no_such_name', 1)",
    "get missing attribute": "x.no_such_name",
    "delete missing attribute": "delattr(x, 'no_such_name')",
    "has private": "hasattr(x, '_no_such_name')",
    "subclass": "type('Sub', (type(x),), {}).__name__",
}

#: Made before a call that has one of these as an argument.
_ARGUMENTS = (
    "other = zmq.Context()\nother_socket = other.socket(zmq.PAIR)\n"
    "closed_socket = other.socket(zmq.PAIR)\nclosed_socket.close()\n"
)
OTHERS = ("other", "other_socket", "closed_socket")

#: Arguments that are tried with every callable: valid for some, at or beyond the border for others.
VALUES = (
    *("None", "True", "-1", "0", "1", "2**31", "2**64", "1.5", "float('nan')"),
    *("''", "'text'", "'\\u00fc'", "'\\0'", "b''", "b'text'", "bytearray(b'text')", "memoryview(b'text')"),
    *("[]", "[b'text']", "['text']", "[b'a', 1]", "(b'a', b'b')", "{}", "{'a': 1}", "object()", "int", "len"),
    *("zmq.Frame(b'text')", "zmq.POLLIN", "zmq.LINGER", "zmq.PAIR", *OTHERS),
    *("zmq.Socket", "__import__('pathlib').Path('text')", "'inproc://other'", "'tcp://127.0.0.1:*'", "'nonsense://'"),
)

#: Pairs of arguments for callables that take two.
PAIRS = (
    *("None, None", "1, 1", "-1, 1", "'text', 'text'", "b'text', b'text'", "'text', 1", "b'text', 1", "1, 'text'"),
    *("zmq.LINGER, 1", "zmq.LINGER, 'text'", "zmq.LINGER, None", "zmq.LINGER, 1.5", "zmq.LINGER, 2**40"),
    *(
        "zmq.IDENTITY, b'text'",
        "zmq.IDENTITY, 'text'",
        "zmq.IDENTITY, 1",
        "zmq.IDENTITY, b''",
        "zmq.IDENTITY, b'x' * 300",
    ),
    *("zmq.SUBSCRIBE, b'text'", "zmq.TYPE, 1", "9999, 1", "zmq.RCVHWM, True", "zmq.POLLIN, 10", "10, zmq.POLLIN"),
    *(
        "b'text', zmq.DONTWAIT",
        "[b'a', b'b'], zmq.DONTWAIT",
        "b'text', zmq.SNDMORE",
        "b'text', 'text'",
        "b'text', None",
    ),
    *("'tcp://127.0.0.1', 1", "'inproc://other', None", "'monitor', zmq.EVENT_ALL", "object(), object()"),
)

#: Keyword arguments that the documentation names, and one that nobody takes.
KEYWORDS = (
    *("flags=0", "flags='text'", "copy=False", "track=True", "copy=False, track=True", "timeout=0", "timeout='text'"),
    *("timeout=-0.5", "linger=0", "linger='text'", "encoding='utf-8'", "encoding='no-such'", "no_such_argument=1"),
)

#: Arguments for the methods of all other instances.
FEW = ("None", "1", "'text'", "b'text'")

#: What waits for ever, or until something else happens, by name of the callable: and only with the arguments given.
BLOCKING = {
    *("start", "join", "run", "run_device", "device", "proxy", "proxy_steerable", "monitored_queue", "mainloop"),
    *("serve_forever", "handle_request", "wait"),
    # Opens tunnels to servers that do not exist.
    *("ssh_tunnel", "openssh_tunnel", "paramiko_tunnel", "try_passwordless_ssh", "tunnel_connection", "open_tunnel"),
    *("forward_tunnel", "finish_request", "process_request", "get_request"),
}

#: Attributes that are no methods.
PROPERTIES = {
    *(
        "bytes",
        "buffer",
        "more",
        "tracker",
        "group",
        "routing_id",
        "closed",
        "context",
        "underlying",
        "type",
        "sockets",
    ),
    *("sockopts", "socket_type", "copy_threshold", "socket", "io_loop", "poller", "done", "errno", "strerror", "args"),
    *("add_note", "with_traceback", "daemon", "device_type", "in_type", "out_type", "mon_type", "launcher", "log"),
    *("allow_any", "certs", "credentials_providers", "encoding", "passwords", "zap_socket", "allowed", "denied"),
    *("characters_written", "filename", "filename2", "events", "peers", "thread", "pipe_endpoint", "pipe", "FD", "fd"),
    "last_endpoint",
}

#: Methods of the base classes in the standard library; only what pyzmq defines is looked at.
INHERITED = (
    "zmq.asyncio.ZMQEventLoop",
    "zmq.ssh.forward",
    "zmq.auth.thread.AuthenticationThread",
    "zmq.utils.garbage.GarbageCollectorThread",
)

#: What waits for ever without a time limit, or with these; or is about whatever descriptor or `errno` there is.
ENDLESS = {
    "SUB Socket.poll": {"", "None", "-1", "-1, 1", "9999, 1", "2**31", "flags=0", "timeout=-0.5", "zmq.LINGER, 2**40"},
    "zmq.utils.monitor.recv_monitor_message": {"other_socket"},
    "zmq.ZMQError": {"", "None", "None, None"},
    "zmq.auth.load_certificate": {"zmq.LINGER"},
    "zmq.auth.certs.load_certificate": {"zmq.LINGER"},
    "zmq.zmq_poll": {"[]", "{}", "''", "b''"},
    "zmq.backend.zmq_poll": {"[]", "{}", "''", "b''"},
    "zmq.utils.strtypes.bytes": {"2**31", "2**64"},
    "zmq.utils.strtypes.basestring": {"2**31", "2**64"},
}

#: The port is chosen by chance.
RANDOM_PORTS = {"'tcp://127.0.0.1', 1", "'tcp://127.0.0.1:*'"}

#: An address of no socket and no context ends the process, in any release.
ADDRESSES = {"shadow", "_shadow"}

#: Attributes whose value is a number that the process or the machine chooses.
VARIABLE = {
    *("underlying", "fd", "FD", "tid", "handle", "last_endpoint", "LAST_ENDPOINT", "fileno", "stop", "sleep"),
    *("pipe_endpoint",),
}

#: Values that tell one release from another, or one installation; and keys.
OF_THE_RELEASE = {
    *("__version__", "VERSION_MAJOR", "VERSION_MINOR", "VERSION_PATCH", "VERSION_EXTRA", "__revision__"),
    *("pyzmq_version", "pyzmq_version_info", "get_includes", "get_library_dirs", "curve_keypair", "zmq_errno"),
}

#: Methods whose result is such a number.
RANDOM = {"fileno", "store", "select_random_ports", "stop", "sleep"}

#: What the standard library's logging does with handlers and loggers is its own.
LOGGING = {"PUBHandler", "TopicLogger"}


def module_cases() -> Iterator[Case]:
    """Yield programs that look at modules: their names, ``__all__``, signatures and classes."""
    for module, names in sorted(RELEASED["modules"].items()):
        if module in SKIPPED_MODULES:
            continue
        prelude = f"import importlib\nmodule = importlib.import_module({module!r})\n"
        yield Case(
            f"{module}: names",
            f"{prelude}result = Names({names!r}).__class__(n for n in {names!r} if hasattr(module, n))\n",
        )
        yield Case(f"{module}: __all__", f"{prelude}result = Names(getattr(module, '__all__', ()))\n")
        if (
            module.startswith(("zmq.constants", "zmq.green", "zmq.sugar"))
            and module.count(".") == 1
            and module != "zmq.sugar"
        ):
            continue
        for name in sorted(set(names) - OF_THE_RELEASE):
            where = f"{prelude}value = getattr(module, {name!r})\n"
            if name.isupper():
                yield Case(f"{module}.{name}: value", f"{where}result = value\n")
                continue
            yield Case(
                f"{module}.{name}: signature", f"{where}result = Signature(value) if callable(value) else value\n"
            )


def class_cases() -> Iterator[Case]:
    """Yield programs that look at classes: their bases, and the signatures of their methods."""
    for qualified, attributes in sorted(RELEASED["classes"].items()):
        module, _, name = qualified.rpartition(".")
        prelude = f"import importlib, inspect\ncls = getattr(importlib.import_module({module!r}), {name!r})\n"
        yield Case(
            f"{qualified}: bases",
            f"{prelude}result = Names(c.__name__ for c in cls.__mro__ if c.__name__[0] != '_')\n",
        )
        if qualified.startswith(INHERITED) or qualified.startswith("zmq.constants"):
            continue
        yield Case(f"{qualified}: dir", f"{prelude}result = Names(n for n in dir(cls) if not n.startswith('_'))\n")
        for attribute in ["__init__", *attributes]:
            if attribute.isupper():
                continue
            look = f"value = inspect.getattr_static(cls, {attribute!r})\n"
            call = (
                f"value = getattr(cls, {attribute!r}, None)\nresult = Signature(value) if callable(value) else None\n"
            )
            yield Case(f"{qualified}.{attribute}: signature", prelude + look + call)


def instance_cases() -> Iterator[Case]:
    """Yield programs that use instances: general operations, attributes, and calls of methods."""
    for short, instance in INSTANCES.items():
        make = f"import zmq\n{instance['make']}"
        for name, expression in GENERAL.items():
            yield Case(f"{short}: {name}", f"{make}result = {expression}\n")
        for attribute in RELEASED["classes"].get(instance["class"], []):
            yield from attribute_cases(short, make, attribute, thorough=instance.get("thorough", False))


def attribute_cases(short: str, make: str, attribute: str, *, thorough: bool) -> Iterator[Case]:
    """Yield programs that read, write, delete and call an attribute of an instance."""
    if attribute in VARIABLE:
        yield Case(f"{short}.{attribute}: type", f"{make}result = type(x.{attribute})\n")
    else:
        yield Case(f"{short}.{attribute}: read", f"{make}result = x.{attribute}\n")
    yield Case(f"{short}.{attribute}: write", f"{make}x.{attribute} = None\nresult = x.{attribute}\n")
    yield Case(f"{short}.{attribute}: delete", f"{make}del x.{attribute}\n")
    if short in LOGGING or attribute in BLOCKING | PROPERTIES | RANDOM or attribute.isupper():
        return
    yield from call_cases(f"{short}.{attribute}", make, f"x.{attribute}", thorough=thorough)


def call_cases(name: str, make: str, function: str, *, thorough: bool) -> Iterator[Case]:
    """Yield programs that call a function or method, if it is one, with all kinds of arguments, or with a few."""
    # The coroutines and futures of event loops are waited for.
    result = (
        "def finish(value):\n"
        "    if hasattr(value, '__await__'):\n"
        "        async def wait():\n"
        "            return await asyncio.wait_for(asyncio.shield(value), 0.2)\n"
        "        import asyncio\n"
        "        return loop.run_until_complete(wait()) if 'loop' in globals() else asyncio.run(wait())\n"
        "    return value\n"
    )
    begin = f"{make}{result}f = {function}\n"
    endless = ENDLESS.get(name, set())
    if name.rpartition(".")[2] in ADDRESSES:
        endless = {"True", "1", "2**31", "zmq.POLLIN", "zmq.LINGER", "zmq.PAIR", "-1", "2**64"}
    elif name.endswith("bind_to_random_port"):
        endless = RANDOM_PORTS
    for arguments in ("", *(itertools.chain(VALUES, PAIRS, KEYWORDS) if thorough else FEW)):
        if arguments in endless:
            continue
        others = _ARGUMENTS if arguments in OTHERS else ""
        call = f"{others}result = finish(f({arguments})) if callable(f) else 'not callable'\n"
        if (name, arguments.partition(",")[0]) in NOT_STEADY:
            continue
        yield Case(f"{name}({arguments})", begin + call, group=name)


def function_cases() -> Iterator[Case]:
    """Yield programs that call the functions and classes of modules."""
    seen: set[str] = set()
    for module, names in sorted(RELEASED["modules"].items()):
        if module in SKIPPED_MODULES or module in {"zmq.constants", "zmq.green", "zmq.sugar", "zmq.backend.cython"}:
            continue
        for name in names:
            qualified = f"{module}.{name}"
            if name.isupper() or name in BLOCKING | RANDOM | OF_THE_RELEASE | seen:
                continue
            if qualified in RELEASED["modules"] or qualified.startswith(INHERITED):
                continue
            if module == "zmq":
                seen.add(name)
            make = f"import zmq, importlib\nmodule = importlib.import_module({module!r})\n"
            yield from call_cases(qualified, make, f"module.{name}", thorough=True)


#: Values for options of sockets.
OPTION_VALUES = (
    "0",
    "1",
    "-1",
    "True",
    "2**31",
    "2**40",
    "2**64",
    "1.5",
    "None",
    "''",
    "'text'",
    "b''",
    "b'text'",
    "b'x' * 32",
    "b'x' * 300",
    "object()",
)

OPTION_SOCKETS = ("PAIR", "ROUTER", "SUB", "XPUB", "REQ", "STREAM")


def _read_back(owner: str, option: str) -> str:
    return f"try:\n    result = {owner}.get(zmq.{option})\nexcept zmq.ZMQError as error:\n    result = error.errno\n"


def option_cases() -> Iterator[Case]:
    """Yield programs that read and write each option of sockets and contexts, as attribute and by number."""
    options = RELEASED["classes"]["zmq.constants.SocketOption"]
    for option, kind in itertools.product(options, OPTION_SOCKETS):
        make = f"{_SYNC}s = context.socket(zmq.{kind})\n"
        if option not in {"FD", "LAST_ENDPOINT"}:
            yield Case(f"{kind}.get({option})", f"{make}result = s.get(zmq.{option})\n")
            yield Case(f"{kind}.{option.lower()}: read", f"{make}result = s.{option.lower()}\n")
    for option, value in itertools.product(options, OPTION_VALUES):
        kind = "SUB" if "SUBSCRIBE" in option else "ROUTER" if option.startswith(("ROUTER", "PROBE")) else "PAIR"
        make = f"{_SYNC}s = context.socket(zmq.{kind})\n"
        check = _read_back("s", option)
        variable = option in {"FD", "LAST_ENDPOINT"}
        yield Case(f"{kind}.set({option}, {value})", f"{make}s.set(zmq.{option}, {value})\n{'' if variable else check}")
        yield Case(
            f"{kind}.{option.lower()} = {value}", f"{make}s.{option.lower()} = {value}\n{'' if variable else check}"
        )
    for option in RELEASED["classes"]["zmq.constants.ContextOption"]:
        yield Case(f"Context.get({option})", f"{_SYNC}result = context.get(zmq.{option})\n")
        yield Case(f"Context.{option.lower()}: read", f"{_SYNC}result = context.{option.lower()}\n")
        for value in OPTION_VALUES:
            check = _read_back("context", option)
            yield Case(f"Context.set({option}, {value})", f"{_SYNC}context.set(zmq.{option}, {value})\n{check}")
            yield Case(f"Context.{option.lower()} = {value}", f"{_SYNC}context.{option.lower()} = {value}\n{check}")
    for option in options:
        make = f"{_SYNC}context.{option.lower()} = "
        for value in ("1", "b'text'", "None"):
            check = f"result = context.{option.lower()}\ns = context.socket(zmq.PAIR)\n"
            yield Case(f"Context default {option.lower()} = {value}", f"{make}{value}\n{check}")


def constant_cases() -> Iterator[Case]:
    """Yield programs that look at the constants."""
    for qualified, members in sorted(RELEASED["classes"].items()):
        if not qualified.startswith("zmq.constants."):
            continue
        name = qualified.rpartition(".")[2]
        yield Case(
            f"{name}: members",
            f"import zmq\ncls = zmq.constants.{name}\n"
            "describe = lambda m: (m.value, repr(m), str(m), getattr(zmq, m.name, None) is m)\n"
            f"result = {{name: describe(cls[name]) for name in {members!r}}}\n",
        )
        yield Case(f"{name}: bases", f"import zmq\nresult = [c.__name__ for c in zmq.constants.{name}.__mro__]\n")
        for value in ("0", "1", "-1", "10**6", "'text'", "None"):
            yield Case(f"{name}({value})", f"import zmq\nresult = zmq.constants.{name}({value})\n")


def _together(cases: Iterator[Case]) -> Iterator[Case]:
    """Put programs that look at one class, module or option into one group: each process takes some milliseconds."""
    for case in cases:
        subject = re.split(r"[:=(]", case.name)[0].rpartition(".")[0] or case.name.partition(":")[0]
        yield case if case.group else replace(case, group=subject)


def generated_cases() -> list[Case]:
    """Return all generated programs."""
    parts: Sequence[Iterator[Case]] = (
        module_cases(),
        class_cases(),
        instance_cases(),
        function_cases(),
        option_cases(),
        constant_cases(),
    )
    return list(_together(itertools.chain.from_iterable(parts)))
