"""The binding layer: the backend in use, chosen when this package is first imported.

``PYZMQ_BACKEND`` in the environment overrides the choice: ``cython``, ``cffi``, or the dotted name of any module that
satisfies :class:`zmq.backend._abc.Backend`. :data:`name` tells what was chosen.
"""

from __future__ import annotations

import os

from zmq.backend.select import backend_modules, first_backend, public_api
from zmq.backend.select import select_backend as select_backend

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Which backend it is shows at run time only. All of them satisfy _abc.Backend; but protocols can neither be
    # instantiated nor have their methods called through super(), so type checkers are shown the classes of one.
    from zmq.backend.cython import IPC_PATH_MAX_LEN as IPC_PATH_MAX_LEN
    from zmq.backend.cython import PYZMQ_DRAFT_API as PYZMQ_DRAFT_API
    from zmq.backend.cython import Budget as Budget
    from zmq.backend.cython import Context as Context
    from zmq.backend.cython import Frame as Frame
    from zmq.backend.cython import OptionAttribute as OptionAttribute
    from zmq.backend.cython import Readiness as Readiness
    from zmq.backend.cython import Socket as Socket
    from zmq.backend.cython import compile_async as compile_async
    from zmq.backend.cython import curve_keypair as curve_keypair
    from zmq.backend.cython import curve_public as curve_public
    from zmq.backend.cython import has as has
    from zmq.backend.cython import monitored_queue as monitored_queue
    from zmq.backend.cython import proxy as proxy
    from zmq.backend.cython import proxy_steerable as proxy_steerable
    from zmq.backend.cython import readiness_of as readiness_of
    from zmq.backend.cython import strerror as strerror
    from zmq.backend.cython import zmq_errno as zmq_errno
    from zmq.backend.cython import zmq_poll as zmq_poll
    from zmq.backend.cython import zmq_version_info as zmq_version_info
else:
    _backend = first_backend(backend_modules(os.environ.get("PYZMQ_BACKEND")))
    globals().update((_name, getattr(_backend, _name)) for _name in public_api)
    name = _backend.__name__.removeprefix("zmq.backend.")
    __all__ = ["Message"]
    __all__.extend(public_api)

Message = Frame

#: Name of the backend in use: ``cython``, ``cffi``, or the dotted name of another module.
name: str
