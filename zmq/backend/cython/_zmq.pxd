"""Memory layout of the extension's classes, for this extension and for those that cimport it.  No logic."""

from zmq.backend.cython.libzmq cimport pyzmq_event, zmq_msg_t


cdef class TrackerEvent:
    cdef object __weakref__
    cdef pyzmq_event *event     # one reference is ours


cdef class Frame:
    cdef object __weakref__
    cdef zmq_msg_t msg          # always initialised; closed in __dealloc__
    cdef object _bytes          # the content as bytes, once asked for
    cdef object _view           # weak reference to the latest memoryview; a strong one would be a cycle
    cdef public bint more
    cdef public object tracker
    cdef public TrackerEvent tracker_event


cdef class Context:
    cdef object __weakref__
    cdef void *handle           # NULL once closed
    cdef bint shadowed          # the libzmq context belongs to somebody else
    cdef long generation        # of processes: forks since the module was loaded
    cdef bint started           # a socket was made: libzmq's threads run
    cdef bint ends              # term() was called: libzmq may free the context at any moment
    cdef object terminating     # the lock around termination
    cdef readonly dict _socket_refs  # weak references to open sockets, by id


cdef class Readiness:
    cdef object __weakref__
    cdef void *record           # of the socket; one reference is ours


cdef class Budget:
    cdef public int left        # operations that may complete at once
    cdef public int limit


cdef class Socket:
    cdef object __weakref__
    cdef void *record           # shared by all objects of the socket; one reference is ours
    cdef void *handle           # for extensions: valid as long as `closed` is False
    cdef bint owner             # collecting this object closes the socket
    cdef readonly int _type     # of libzmq's types
    cdef public bint _watched   # the class above is told when it is closed
    cdef bint overridden        # a subclass has its own get() or set()
    cdef public Context context  # that it was made in; programs may assign another one
    cdef Py_ssize_t _copy_threshold
    cdef public Readiness _readiness    # what waits for it, once something did
