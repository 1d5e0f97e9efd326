# cython: language_level=3str, boundscheck=False, wraparound=False, cdivision=True, embedsignature=True
# cython: embedsignature.format=python, annotation_typing=False, binding=True, freethreading_compatible=True
"""The Cython backend: one extension module, one fragment per object.

Ownership: each object owns what its ``.pxd`` entry says, is valid from ``__cinit__`` on in every half-built state, and
lets go in ``__dealloc__``.  Functions that block release the GIL; all others keep it, since a round through the GIL
costs more than the call.  ``errno`` is looked at only after a call failed.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_FillInfo, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AsString, PyBytes_CheckExact, PyBytes_FromStringAndSize
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint32_t, uintptr_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from zmq.backend.cython.libzmq cimport *

import _thread
import atexit
import os
import sys

from zmq._tracker import MessageTracker
from zmq.constants import _VALUES
from zmq.error import Again, ZMQError, _check_version, error_for_errno

include "errors.pxi"
include "release.pxi"
include "options.pxi"
include "frame.pxi"
include "context.pxi"
include "socket.pxi"
include "multipart.pxi"
include "poll.pxi"
include "functions.pxi"
include "capi.pxi"
