"""Python bindings for ØMQ.

How the package is built, each arrow meaning "may import":

    zmq/__init__
      -> services: asyncio green eventloop devices auth ssh log decorators
      -> _async              one readiness machine behind all event loops
      -> sugar               what a person calls: two calls of C and a decision
      -> backend             one call of C per method; cython or cffi, chosen at import
      -> constants, error, _tracker

Nothing imports upwards; tests/test_layering.py proves it. Sending and receiving live whole in the backend. The services
are imported by those who want them, never from here.
"""

from __future__ import annotations

from zmq import backend as backend
from zmq import constants as constants
from zmq import error as error
from zmq import sugar as sugar
from zmq.backend import IPC_PATH_MAX_LEN as IPC_PATH_MAX_LEN
from zmq.backend import PYZMQ_DRAFT_API as PYZMQ_DRAFT_API
from zmq.backend import curve_keypair as curve_keypair
from zmq.backend import curve_public as curve_public
from zmq.backend import has as has
from zmq.backend import proxy as proxy
from zmq.backend import proxy_steerable as proxy_steerable
from zmq.backend import strerror as strerror
from zmq.backend import zmq_errno as zmq_errno
from zmq.backend import zmq_poll as zmq_poll
from zmq.error import *  # noqa: F403  (limited by its __all__)
from zmq.sugar import Context as Context
from zmq.sugar import Frame as Frame
from zmq.sugar import Message as Message
from zmq.sugar import MessageTracker as MessageTracker
from zmq.sugar import Poller as Poller
from zmq.sugar import Socket as Socket
from zmq.sugar import SyncContext as SyncContext
from zmq.sugar import SyncSocket as SyncSocket
from zmq.sugar import device as device
from zmq.sugar import select as select

# Type checkers go by the name; importing the module typing takes long.
TYPE_CHECKING = False
if TYPE_CHECKING:
    # At run time, __getattr__ brings all that is named here when some of it is first asked for.
    from enum import Enum as Enum
    from enum import IntEnum as IntEnum
    from enum import IntFlag as IntFlag

    # At run time, asyncio is there only once some module has imported it; annotations need no more than its name.
    from zmq import asyncio as asyncio
    from zmq import utils as utils
    from zmq._build_info import build_info as build_info
    from zmq.constants import *  # noqa: F403  (limited by its __all__)
    from zmq.sugar import *  # noqa: F403  (limited by its __all__)
else:
    _LATER = {
        **dict.fromkeys(("Enum", "IntEnum", "IntFlag"), "enum"),
        "build_info": "zmq._build_info",
        "utils": "zmq.utils",
        **dict.fromkeys(sugar.__all__, "zmq.sugar"),
        **dict.fromkeys(constants.__all__, "zmq.constants"),
    }

    def __getattr__(name):
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        names = globals()
        for later, source in _LATER.items():
            if later not in names:
                module = __import__(source, fromlist=("__name__",))
                names.setdefault(later, getattr(module, later, module))
        constants._stop_asking(names)
        return names[name]

    def __dir__():
        # __getattr__ ends with its first use.
        return sorted({*globals(), *_LATER} - {"__getattr__", "__dir__", "_LATER"})


#: Bytes from which ``copy=False`` shares memory with libzmq instead of copying it; sockets made later begin with it.
COPY_THRESHOLD: int = 65536

#: Whether this build has libzmq's draft API.
DRAFT_API: bool = PYZMQ_DRAFT_API and has("draft")


def get_includes() -> list[str]:
    """Directories of headers and ``.pxd`` files, for compiling Cython code that cimports ``zmq``.

    Returns
    -------
    list of str
        Absolute paths.
    """
    import sys  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    # An editable install has two folders: the checkout, and the one with what was built.
    here = [Path(folder).resolve() for folder in sys.modules[__name__].__path__]
    inside = ("utils", "backend/cython", "include", "backend/c")
    found = [place for folder in here for place in (folder.parent, *(folder / name for name in inside))]
    return [str(folder) for folder in dict.fromkeys(found) if folder.is_dir()]


def get_library_dirs() -> list[str]:
    """Directories of libraries, for linking code that uses pyzmq's libzmq.

    Returns
    -------
    list of str
        Absolute paths. A libzmq that is linked into the extension is no file of its own in there.
    """
    from pathlib import Path  # noqa: PLC0415

    return [str(Path(__file__).resolve().parent)]


__all__ = [
    "COPY_THRESHOLD",
    "DRAFT_API",
    "IPC_PATH_MAX_LEN",
    "PYZMQ_DRAFT_API",
    # Of the standard library, but programs have found them here, by ``from zmq import *`` too.
    "Enum",
    "IntEnum",
    "IntFlag",
    "build_info",
    "curve_keypair",
    "curve_public",
    "get_includes",
    "get_library_dirs",
    "has",
    "proxy",
    "proxy_steerable",
    "strerror",
    "zmq_errno",
    "zmq_poll",
]
__all__ += constants.__all__
__all__ += sugar.__all__
