# cython: language_level=3, freethreading_compatible=True
"""A loop of one's own that calls libzmq: the one inside of pyzmq, through ``zmq.capi``. Nothing is linked."""

from zmq.capi cimport *

import zmq

pyzmq_import_capi()


def forward(source, target, int count):
    """Pass messages on, as many as told, with all their parts and without the GIL; return how many bytes they had.

    Both sockets belong to this thread meanwhile, as they do in Python.
    """
    cdef void *pull = pyzmq_handle(source)
    cdef void *push = pyzmq_handle(target)
    cdef zmq_msg_t message
    cdef size_t total = 0
    cdef int rc = 0, more, left = count
    zmq_msg_init(&message)
    with nogil:
        while left > 0 and rc >= 0:
            rc = zmq_msg_recv(&message, pull, 0)
            if rc >= 0:
                total += <size_t> rc
                more = zmq_msg_more(&message)
                rc = zmq_msg_send(&message, push, ZMQ_SNDMORE if more else 0)
                if not more:
                    left -= 1
    zmq_msg_close(&message)
    if rc < 0:
        raise zmq.ZMQError(zmq_errno())
    return total
