"""How this build of pyzmq came to be."""

from __future__ import annotations

import sys

from zmq import backend

# Type checkers go by the name; importing the module typing takes long.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# As zmq_has(3) spells them: the WebSocket transports in upper case.
_CAPABILITIES = ("curve", "draft", "gssapi", "ipc", "norm", "pgm", "tipc", "vmci", "WS", "WSS")


def build_info() -> dict[str, Any]:
    """Report how this build came to be, and what its libzmq can do: fit to paste into a bug report.

    Returns
    -------
    dict
        ``pyzmq`` and ``libzmq`` (versions; how libzmq was found and linked; for a bundled one, where its archive came
        from, its SHA-256, and our patches to it), ``libsodium``, ``drafts``, ``backends`` and ``backend`` (built, and
        in use), ``compiler``, ``options`` (those that were not the default), ``features`` (by name, as :func:`zmq.has`
        tells), ``python``, ``platform``. All values are texts, booleans, or dictionaries of these.

    Thread-safe. Added in 27.4.
    """
    # Only here: importing zmq is to cost little.
    import json  # noqa: PLC0415
    import platform  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    # An editable install has two folders: the checkout, and the one with what was built.
    files = (Path(folder, "_build_info.json") for folder in sys.modules["zmq"].__path__)
    file = next((file for file in files if file.is_file()), None)
    info: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file else {}
    info.setdefault("libzmq", {})["running"] = ".".join(map(str, backend.zmq_version_info()))
    info["drafts"] = backend.PYZMQ_DRAFT_API
    info["backend"] = backend.name
    info["features"] = {name.lower(): backend.has(name) for name in _CAPABILITIES}
    info["python"] = f"{platform.python_implementation()} {platform.python_version()}"
    info["platform"] = platform.platform()
    info["threads"] = "free-threaded" if not getattr(sys, "_is_gil_enabled", lambda: True)() else "GIL"
    return info
