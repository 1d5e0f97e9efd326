# cython: language_level=3str, boundscheck=False, wraparound=False, cdivision=True, embedsignature=True
# cython: embedsignature.format=clinic, annotation_typing=False, binding=False, freethreading_compatible=True
"""The Cython backend: one extension module, one fragment per object.

Ownership: each object owns what its ``.pxd`` entry says, is valid from ``__cinit__`` on in every half-built state, and
lets go in ``__dealloc__``.  Functions that block release the GIL; all others keep it, since a round through the GIL
costs more than the call.  ``errno`` is looked at only after a call failed.

Without a GIL, what is thread-safe is guarded by atomic operations and by critical sections: these are nothing where
there is a GIL, and end for a while, as the GIL does, where one blocks.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_FillInfo, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_CheckExact, PyBytes_FromStringAndSize
from cpython.exc cimport PyErr_CheckSignals
from cpython.number cimport PyNumber_Index
from cpython.object cimport Py_TYPE, PyObject, PyObject_GenericSetAttr, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from cpython.weakref cimport PyWeakref_NewRef
from libc.stdint cimport int64_t, uint32_t, uint64_t, uintptr_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from zmq.backend.cython.libzmq cimport *

import _thread
import atexit
import os
import sys

from zmq._numbers import to_int
from zmq._tracker import MessageTracker
from zmq.backend._commands import UnknownCommands, runs_signal_handlers
from zmq.constants import _VALUES
from zmq.error import Again, ZMQError, _check_version, _raise_for_part, _warn_draft_fd, error_for_errno

cdef extern from "pyzmq_python.h":
    # Without Cython's own reference counting and checks.
    PyObject *new_bytes "PyBytes_FromStringAndSize"(const char *content, Py_ssize_t size) noexcept
    PyObject *new_int "PyLong_FromLong"(long value) noexcept
    void PyErr_SetObject(object kind, object value) noexcept
    Py_ssize_t PYZMQ_BYTES_SIZE(object data) noexcept
    char *PYZMQ_BYTES_CONTENT(object data) noexcept
    Py_ssize_t PYZMQ_TUPLE_SIZE(object items) noexcept
    PyObject *PYZMQ_TUPLE_ITEM(object items, Py_ssize_t index) noexcept
    object pyzmq_own(PyObject *reference)
    object pyzmq_new_instance(object kind, tuple arguments)
    int pyzmq_set_module(object kind, const char *module, const char *qualified) except -1
    ctypedef void *PyCFunction
    ctypedef struct PyMethodDef:
        const char *ml_name
        PyCFunction ml_meth
        int ml_flags
        const char *ml_doc
    int METH_FASTCALL
    int METH_KEYWORDS
    int METH_NOARGS
    PyObject *pyzmq_none() noexcept
    bint pyzmq_as_flags(PyObject *number, int *flags) noexcept
    bint pyzmq_as_long_long(PyObject *number, long long *value) noexcept
    PyObject *pyzmq_raise_new(PyObject *kind, PyObject *arguments) noexcept
    PyObject *pyzmq_call_method(
        PyObject *method, PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames
    ) noexcept
    int pyzmq_export(object data, Py_buffer *view) noexcept
    void pyzmq_clear_exporter(Py_buffer *view) noexcept
    bint pyzmq_is_shared(
        PyObject *kwnames, PyObject *const *values, PyObject *copy, PyObject *track, bint *tracked
    ) noexcept
    PyObject *PyObject_Vectorcall(PyObject *callable, PyObject *const *args, size_t nargs, PyObject *kwnames)
    object PyCFunction_New(PyMethodDef *definition, void *module)
    void pyzmq_call_from_finalizer(object function) noexcept
    int pyzmq_call_soon "Py_AddPendingCall"(int (*function)(void *) except -1 with gil, void *argument) noexcept
    int pyzmq_replace_method(object cls, PyMethodDef *definition) except -1
    object pyzmq_new_method(object cls, PyMethodDef *definition)
    object pyzmq_call_without_arguments "PyObject_CallNoArgs"(object callable)
    object pyzmq_done_future(object new, object set_result, object result)
    bint pyzmq_is_stable_sequence(object parts) noexcept
    Py_ssize_t pyzmq_sequence_size(object parts) noexcept
    PyObject *pyzmq_sequence_item(object parts, Py_ssize_t index) noexcept
    bint pyzmq_item_and_flags(PyObject *pair, PyObject **item, int *flags) noexcept
    void pyzmq_drop_all(PyObject **items, Py_ssize_t count) noexcept
    list pyzmq_list_of(PyObject **items, Py_ssize_t count)

include "errors.pxi"
include "numbers.pxi"
include "release.pxi"
include "record.pxi"
include "draft.pxi"
include "options.pxi"
include "frame.pxi"
include "context.pxi"
include "transfer.pxi"
include "socket.pxi"
include "quick.pxi"
include "async.pxi"
include "poll.pxi"
include "functions.pxi"
include "devices.pxi"
include "capi.pxi"
