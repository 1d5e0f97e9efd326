# cython: language_level=3, freethreading_compatible=True
"""Functions on pyzmq's own classes, whose layout ``cimport zmq`` declares, and libzmq's, of ``zmq.capi``."""

cimport zmq
from zmq.capi cimport pyzmq_import_capi, zmq_msg_data, zmq_msg_size

pyzmq_import_capi()


def checksum(zmq.Frame frame):
    """Add up the bytes of a message where libzmq has them: without a copy, and without the GIL.

    Whoever calls it keeps the frame, so its memory stays.
    """
    cdef const unsigned char *start = <const unsigned char *> zmq_msg_data(&frame.msg)
    cdef size_t size = zmq_msg_size(&frame.msg)
    cdef unsigned long long total = 0
    cdef size_t position
    with nogil:
        for position in range(size):
            total += start[position]
    return total


def same_socket(zmq.Socket first, zmq.Socket second):
    """Tell whether two objects are the same socket for libzmq, as a socket and its shadow are."""
    return first.handle == second.handle
