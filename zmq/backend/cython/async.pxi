"""What asynchronous sockets do at once, in C: the ready half of zmq/_async, which has the other half, the waiting.

A send or receive that nothing keeps waiting is one call of libzmq and one future, done already. Everything else goes on
to Python: unusual arguments to the methods that these stand for, and what has to wait, without an exception, to
``_wait_to_send`` and ``_wait_to_receive``.
"""

cdef enum:
    # Bits of `Readiness.waiting`.
    RECEIVERS = 1
    SENDERS = 2
    POLLS = 4
    RETURNED = 8                # messages that were taken from libzmq, but not by their receivers
    RETURNED_MORE = 16          # and the last frame that was received is one of a message there
    SOMEBODY = RECEIVERS | SENDERS | POLLS


cdef class Readiness:
    """Base of the class of zmq._async that knows who waits for a socket: what the backend must see of it."""

    def __cinit__(self):
        self.waiting = 0
        self.serving = False

    def _enlist(self, address):
        """Be told when other objects use the libzmq socket at this address."""
        waited_for.setdefault(address, []).append(self)

    def _delist(self, address):
        """Undo :meth:`_enlist`."""
        listed = [other for other in waited_for.pop(address, ()) if other is not self]
        if listed:
            waited_for[address] = listed


cdef class Budget:
    """How many more operations may complete at once before one goes through the event loop, so that others run.

    Parameters
    ----------
    limit : int
        Operations.
    """

    def __cinit__(self, int limit):
        self.left = self.limit = limit


# Who waits, by the addresses of libzmq's sockets.
cdef dict waited_for = {}

# That of zmq._async; without it, nothing may complete.
cdef Budget budget = Budget(0)
# Of asyncio, which importing zmq does not import.
cdef object future_class = None
cdef object future_set_result = None
cdef object find_running_loop = None


cdef inline bint may_complete(Socket socket, int hindrance) noexcept:
    """Whether the socket is open, none of these waits, and the loop had its turn not too long ago."""
    return (
        socket.handle != NULL and socket.generation == process_generation
        and (socket._readiness is None or not socket._readiness.waiting & hindrance)
        and budget.left > 0
    )


cdef inline object completed(Socket socket, object result):
    """A future that is done; those who wait in the other direction are told if the call has taken their wake-up."""
    cdef int events = 0
    budget.left -= 1
    if socket._readiness is not None and socket._readiness.waiting & SOMEBODY:
        get_int_option(socket, ZMQ_EVENTS, &events)
    return pyzmq_done_future(future_class, future_set_result, result)


cdef void note_events(Readiness readiness, int *events) noexcept:
    """Add to EVENTS what libzmq does not know of; and call those who wait: asking may take away their wake-up."""
    cdef int waiting = readiness.waiting
    if waiting & RETURNED:
        events[0] |= ZMQ_POLLIN
    if not readiness.serving and (
        waiting & RECEIVERS and events[0] & ZMQ_POLLIN
        or waiting & SENDERS and events[0] & ZMQ_POLLOUT
        or waiting & POLLS and events[0]
    ):
        readiness.wake_soon()


cdef void note_shared(Socket socket) noexcept:
    """Call those who wait for the same libzmq socket, by way of another object: using it may take their wake-up."""
    if not waited_for or socket._readiness is not None and socket._readiness.serving:
        return
    for readiness in waited_for.get(<uintptr_t> socket.handle, ()):
        if (<Readiness> readiness).waiting & SOMEBODY and readiness is not socket._readiness:
            readiness.wake_soon()


cdef void note_polled(Socket socket) noexcept:
    """Call those who wait for a socket: polling it may take their wake-up."""
    cdef Readiness readiness = socket._readiness
    if readiness is not None and readiness.waiting & SOMEBODY and not readiness.serving:
        readiness.wake_soon()


cdef object async_recv(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames):
    cdef Socket socket = <Socket> self
    cdef zmq_msg_t msg
    if kwnames == NULL and nargs == 0 and may_complete(socket, RECEIVERS | RETURNED):
        loop = pyzmq_call_without_arguments(find_running_loop)
        if loop is not None:
            zmq_msg_init(&msg)
            if zmq_msg_recv(&msg, socket.handle, ZMQ_DONTWAIT) >= 0:
                return completed(socket, pyzmq_own(take_bytes(&msg)))
            if libzmq_errno() == EAGAIN:
                return socket._wait_to_receive(loop, False)
    return pyzmq_own(pyzmq_call_method(<PyObject *> async_general[0], self, args, nargs, kwnames))


cdef object async_recv_multipart(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames):
    cdef Socket socket = <Socket> self
    cdef zmq_msg_t msg
    if kwnames == NULL and nargs == 0 and may_complete(socket, RECEIVERS | RETURNED):
        loop = pyzmq_call_without_arguments(find_running_loop)
        if loop is not None:
            zmq_msg_init(&msg)
            if zmq_msg_recv(&msg, socket.handle, ZMQ_DONTWAIT) >= 0:
                return completed(socket, parts_from(socket, &msg))
            if libzmq_errno() == EAGAIN:
                return socket._wait_to_receive(loop, True)
    return pyzmq_own(pyzmq_call_method(<PyObject *> async_general[1], self, args, nargs, kwnames))


cdef object async_send(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames):
    cdef Socket socket = <Socket> self
    cdef Py_ssize_t size
    if (
        kwnames == NULL and nargs == 1 and PyBytes_CheckExact(<object> args[0])
        and socket.progress == BETWEEN_MESSAGES and may_complete(socket, SENDERS)
    ):
        size = PYZMQ_BYTES_SIZE(<object> args[0])
        loop = pyzmq_call_without_arguments(find_running_loop) if size < BYTES_BY_REFERENCE else None
        if loop is not None:
            if zmq_send(socket.handle, PYZMQ_BYTES_CONTENT(<object> args[0]), <size_t> size, ZMQ_DONTWAIT) >= 0:
                if pyzmq_has_released():
                    release_returned()
                return completed(socket, None)
            if libzmq_errno() == EAGAIN:
                return socket._wait_to_send(loop, <object> args[0], False)
    return pyzmq_own(pyzmq_call_method(<PyObject *> async_general[2], self, args, nargs, kwnames))


cdef object async_send_multipart(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames):
    cdef Socket socket = <Socket> self
    if (
        kwnames == NULL and nargs == 1 and pyzmq_is_stable_sequence(<object> args[0])
        and socket.progress == BETWEEN_MESSAGES and may_complete(socket, SENDERS)
    ):
        loop = pyzmq_call_without_arguments(find_running_loop)
        if loop is not None:
            try:
                if send_plain_parts(socket, <object> args[0], ZMQ_DONTWAIT):
                    if pyzmq_has_released():
                        release_returned()
                    return completed(socket, None)
            except Again:
                return socket._wait_to_send(loop, <object> args[0], True)
            except ZMQError:
                # Rare: the call below comes to the same result.
                pass
    return pyzmq_own(pyzmq_call_method(<PyObject *> async_general[3], self, args, nargs, kwnames))


# The methods in Python that these stand for, and what the definitions of methods refer to.
cdef list async_general = []
cdef list async_texts = []
cdef PyMethodDef async_methods[4]


def compile_async(general, future, running_loop, Budget common):
    """Make the compiled methods of asynchronous sockets. Called once, by zmq._async.

    Parameters
    ----------
    general : list of function
        ``recv``, ``recv_multipart``, ``send`` and ``send_multipart``, each with a ``__text_signature__``: what
        does the cases that are not compiled.
    future : type
        Of what is returned: ``asyncio.Future``.
    running_loop : callable
        Returns the running event loop, or None.
    common : Budget
        Of all sockets.

    Returns
    -------
    dict
        Methods by their names, for subclasses of Socket that have `general`, too.
    """
    global budget, future_class, future_set_result, find_running_loop
    budget, future_class, find_running_loop = common, future, running_loop
    future_set_result = future.set_result
    async_general[:] = general
    async_texts[:] = [method_text(function) for function in general]
    async_methods[0] = PyMethodDef("recv", <PyCFunction> async_recv, METH_FASTCALL | METH_KEYWORDS, async_texts[0])
    async_methods[1] = PyMethodDef(
        "recv_multipart", <PyCFunction> async_recv_multipart, METH_FASTCALL | METH_KEYWORDS, async_texts[1]
    )
    async_methods[2] = PyMethodDef("send", <PyCFunction> async_send, METH_FASTCALL | METH_KEYWORDS, async_texts[2])
    async_methods[3] = PyMethodDef(
        "send_multipart", <PyCFunction> async_send_multipart, METH_FASTCALL | METH_KEYWORDS, async_texts[3]
    )
    methods = [pyzmq_new_method(Socket, &async_methods[index]) for index in range(4)]
    return {method.__name__: method for method in methods}
