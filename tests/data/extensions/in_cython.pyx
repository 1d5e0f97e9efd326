# cython: language_level=3, freethreading_compatible=True
"""An extension in Cython that uses pyzmq's classes, and pyzmq's libzmq through zmq.capi."""

from libc.stdint cimport uintptr_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

cimport zmq
from zmq.backend.cython.libzmq cimport zmq_msg_gets
from zmq.capi cimport *

import zmq

pyzmq_import_capi()


cdef failed():
    return zmq.ZMQError(zmq_errno())


def version():
    cdef int major, minor, patch
    zmq_version(&major, &minor, &patch)
    return major, minor, patch


def send(socket, bytes data):
    """Send from C, without the GIL, on a socket that Python made."""
    cdef void *handle = pyzmq_handle(socket)
    cdef const char *start = data
    cdef size_t size = len(data)
    cdef int rc
    with nogil:
        rc = zmq_send(handle, start, size, 0)
    if rc < 0:
        raise failed()
    return rc


cdef void release(void *data, void *hint) noexcept nogil:
    zmq_atomic_counter_inc(hint)
    free(data)


def send_lent(zmq.Socket socket, bytes data):
    """Lend memory to libzmq, through the layout of zmq.Socket; return the address of a counter of its returns."""
    cdef zmq_msg_t message
    cdef void *counter = zmq_atomic_counter_new()
    cdef size_t size = len(data)
    cdef void *memory = malloc(size)
    cdef const char *start = data
    memcpy(memory, start, size)
    zmq_msg_init_data(&message, memory, size, release, counter)
    if zmq_msg_send(&message, socket.handle, 0) < 0:
        zmq_msg_close(&message)
        zmq_atomic_counter_destroy(&counter)
        raise failed()
    return <uintptr_t> counter


def take_counter(uintptr_t address):
    """Destroy a counter; return what it had come to."""
    cdef void *counter = <void *> address
    cdef int value = zmq_atomic_counter_value(counter)
    zmq_atomic_counter_destroy(&counter)
    return value


def relay(zmq.Context context, str source, str target):
    """Pass one message on, with sockets of C's own in a context that Python made."""
    cdef void *pull = zmq_socket(context.handle, ZMQ_PULL)
    cdef void *push = zmq_socket(context.handle, ZMQ_PUSH)
    cdef zmq_msg_t message
    cdef int rc
    zmq_msg_init(&message)
    try:
        if zmq_connect(pull, source.encode()) < 0 or zmq_connect(push, target.encode()) < 0:
            raise failed()
        with nogil:
            rc = zmq_msg_recv(&message, pull, 0)
            if rc >= 0:
                rc = zmq_msg_send(&message, push, 0)
        if rc < 0:
            raise failed()
    finally:
        zmq_msg_close(&message)
        zmq_close(pull)
        zmq_close(push)


def handles(zmq.Context context, zmq.Socket socket):
    """The same handles by the layout of the classes and by the function for Python objects."""
    assert context.handle == pyzmq_handle(context)
    assert socket.handle == pyzmq_handle(socket)
    return <uintptr_t> context.handle, <uintptr_t> socket.handle


def content(zmq.Frame frame):
    """Read a frame without a copy in between; libzmq's own declarations go through the table too."""
    cdef const char *kind = zmq_msg_gets(&frame.msg, b"Socket-Type")
    cdef const char *start = <const char *> zmq_msg_data(&frame.msg)
    size = zmq.libzmq.zmq_msg_size(&frame.msg)
    return start[:size], None if kind == NULL else kind.decode(), bool(frame.more)


def join(zmq.Socket socket, bytes group):
    """A function of the draft API: it fails, and nothing worse, where there is none."""
    if zmq_join(socket.handle, group) < 0:
        raise failed()
