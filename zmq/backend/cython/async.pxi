"""What asynchronous sockets do at once, in C: the ready half of zmq/_async, which has the other half, the waiting.

A send or receive that nothing keeps waiting is one call of libzmq and one future, done already. Everything else goes on
to Python: unusual arguments to the methods that these stand for, and what has to wait, without an exception, to
``_wait_to_send`` and ``_wait_to_receive``. So do green sockets, without the future.
"""


cdef class Readiness:
    """Base of the class of zmq._async that knows what waits for a libzmq socket: its side of the record.

    Parameters
    ----------
    socket : Socket
        Any object that uses the libzmq socket. There is one instance for all of them: see :func:`readiness_of`.
    """

    def __cinit__(self, Socket socket not None, *args):
        cdef pyzmq_record *record = pyzmq_record_incref(record_of(socket))
        self.record = record
        weak = PyWeakref_NewRef(self, None)
        Py_INCREF(weak)
        record.readiness = <PyObject *> weak
        record.wake = wake_waiters
        record.end = end_waiters

    def __dealloc__(self):
        cdef pyzmq_record *record = <pyzmq_record *> self.record
        if record == NULL:
            return
        # A later one may be in its place.
        if record.readiness != NULL and is_dead_reference(<object> record.readiness):
            record.alert = record.waiting = 0
            record.end = NULL
            Py_DECREF(<object> record.readiness)
            record.readiness = NULL
        pyzmq_record_decref(record)

    @property
    def alert(self):
        """The events that an attempt to use the socket looks for."""
        return (<pyzmq_record *> self.record).alert

    @property
    def waiting(self):
        """The events that something waits for in order, so that no later operation may overtake it."""
        return (<pyzmq_record *> self.record).waiting

    def note(self, int alert, int waiting):
        """Tell the record what waits; see :attr:`alert` and :attr:`waiting`."""
        cdef pyzmq_record *record = <pyzmq_record *> self.record
        record.alert = 0 if record.dead else alert
        record.waiting = 0 if record.dead else waiting

    def want(self, int events, bint alert):
        """Note that something more waits for events in order; `alert`: an attempt is to look for them."""
        cdef pyzmq_record *record = <pyzmq_record *> self.record
        if not record.dead:
            record.waiting |= events
            if alert:
                record.alert |= events

    def quiet(self):
        """Have attempts look for nothing, until :meth:`note` is called."""
        (<pyzmq_record *> self.record).alert = 0

    @property
    def in_message(self):
        """Whether a message is begun and not finished."""
        return (<pyzmq_record *> self.record).progress != PYZMQ_BETWEEN_MESSAGES

    @property
    def begun(self):
        """The number of the last message that was begun."""
        return (<pyzmq_record *> self.record).begun

    @property
    def returned(self):
        """Whether messages were given back that nobody has received since."""
        return bool((<pyzmq_record *> self.record).held & PYZMQ_HAS_RETURNED)

    def events(self):
        """Read which events hold, as the wake-up asks for it: without calling for another one.

        Raises
        ------
        ZMQError
            If the socket is closed, or its context is being terminated.
        """
        cdef pyzmq_record *record = <pyzmq_record *> self.record
        cdef int events = 0
        cdef int rc
        while True:
            rc = -ENOTSOCK if record.dead else pyzmq_peek_events(record, &events)
            if rc == 0:
                return events
            retry_or_raise(rc)

    def take(self, bint multipart):
        """Take a message for a receiver that may give it back.

        Parameters
        ----------
        multipart : bool
            All frames of the message.

        Returns
        -------
        tuple of (int, Frame or list of Frame) or None
            The number to give it back with, and the message. None if there is none.

        Raises
        ------
        ZMQError
            If there is none for another reason than that nothing came.
        """
        cdef pyzmq_record *record = <pyzmq_record *> self.record
        cdef pyzmq_frames frames
        cdef int64_t key = 0
        cdef int rc = -ENOTSOCK
        pyzmq_frames_init(&frames)
        if not record.dead:
            rc = pyzmq_take_message(record, &frames, multipart, &key)
        if rc < 0:
            pyzmq_frames_reset(&frames)
            if rc == -EAGAIN:
                return None
            raise_failure(rc)
        parts = frames_of(&frames, False)
        return (key, parts if multipart else parts[0])

    def give_back(self, int64_t key, message):
        """Let a message be received by somebody else, in the place that it had. Thread-safe.

        Parameters
        ----------
        key : int
            Its number.
        message : Frame or list of Frame
            The message. It shares its content with what is received.
        """
        cdef pyzmq_record *record = <pyzmq_record *> self.record
        cdef zmq_msg_t msg
        if record.dead:
            return
        for frame in (message if isinstance(message, list) else (message,)):
            zmq_msg_init(&msg)
            share_content(&msg, <Frame?> frame)
            if pyzmq_give_back(record, &msg, key) < 0:
                close_message(&msg)
                raise MemoryError
            zmq_msg_close(&msg)
            key += 1
        if record.alert & ZMQ_POLLIN:
            self.wake_soon()

    def wake_soon(self):
        """Have each event loop in which something waits look at the events. Thread-safe."""

    def close(self):
        """Let everything end that waits: the socket is closed. Thread-safe."""


def readiness_of(Socket socket not None):
    """The :class:`Readiness` that the objects of a libzmq socket share, or None.

    Parameters
    ----------
    socket : Socket
        One of them.
    """
    return waiters_of(record_of(socket))


cdef object waiters_of(pyzmq_record *record):
    """The object, if it lives."""
    return None if record.readiness == NULL else (<object> record.readiness)()


cdef inline bint is_dead_reference(object weak) noexcept:
    return weak() is None


cdef void wake_waiters(pyzmq_record *record) noexcept with gil:
    tell_waiters(record, False)


cdef void end_waiters(pyzmq_record *record) noexcept with gil:
    tell_waiters(record, True)


cdef void tell_waiters(pyzmq_record *record, bint closed) noexcept:
    """Notify the waiters of the record that the socket is ready, or closed.

    The caller is C code in the middle of a socket operation and cannot raise. An exception from a signal handler is
    raised soon after, and the call is repeated: the wake-up must not be lost.
    """
    global interrupted_thread
    cdef int attempts
    waiters = waiters_of(record)
    if waiters is None:
        return
    for attempts in range(10):
        try:
            if closed:
                waiters.close()
            else:
                waiters.wake_soon()
            break
        except BaseException as error:
            interrupted_thread = _thread.get_ident()
            interruptions.append(error)
    # Not before: it would interrupt the next attempt.
    for _ in interruptions:
        pyzmq_call_soon(raise_interruption, NULL)


cdef int raise_interruption(void *nothing) except -1 with gil:
    """Run by the main thread, in which signal handlers run, before its next instruction of Python."""
    if interruptions:
        raise interruptions.pop(0)
    return 0


cdef class Budget:
    """How many more operations may complete at once before one goes through the event loop, so that others run.

    Parameters
    ----------
    limit : int
        Operations.
    """

    def __cinit__(self, int limit):
        self.left = self.limit = limit


# That of zmq._async; without it, nothing may complete.
cdef Budget budget = Budget(0)
# Of asyncio, which importing zmq does not import.
cdef object future_class = None
cdef object future_set_result = None
cdef object find_running_loop = None


cdef inline bint may_receive(pyzmq_record *record) noexcept:
    """Whether receiving is plain, would overtake nobody, and the loop had its turn not too long ago."""
    return pyzmq_receives_plainly(record) and not record.waiting & ZMQ_POLLIN and budget.left > 0


cdef inline bint may_send(pyzmq_record *record) noexcept:
    return pyzmq_sends_plainly(record) and not record.waiting & ZMQ_POLLOUT and budget.left > 0


cdef inline object completed(object result):
    """A future that is done."""
    budget.left -= 1
    return pyzmq_done_future(future_class, future_set_result, result)


cdef object async_recv(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames):
    cdef Socket socket = <Socket> self
    cdef pyzmq_record *record = record_of(socket)
    cdef zmq_msg_t msg
    cdef int rc
    if kwnames == NULL and nargs == 0 and may_receive(record):
        loop = pyzmq_call_without_arguments(find_running_loop)
        if loop is not None:
            zmq_msg_init(&msg)
            rc = pyzmq_receive_plainly(record, &msg)
            if rc >= 0:
                return completed(pyzmq_own(take_bytes(&msg)))
            if rc == -EAGAIN:
                return socket._wait_to_receive(loop, False)
    return pyzmq_own(pyzmq_call_method(<PyObject *> async_general[0], self, args, nargs, kwnames))


cdef object async_recv_multipart(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames):
    cdef Socket socket = <Socket> self
    cdef pyzmq_record *record = record_of(socket)
    cdef pyzmq_frames frames
    cdef int rc
    if kwnames == NULL and nargs == 0 and may_receive(record):
        loop = pyzmq_call_without_arguments(find_running_loop)
        if loop is not None:
            pyzmq_frames_init(&frames)
            rc = pyzmq_receive_frames(record, &frames, ZMQ_DONTWAIT)
            if rc >= 0:
                return completed(bytes_of(&frames))
            if rc == -EAGAIN:
                return socket._wait_to_receive(loop, True)
    return pyzmq_own(pyzmq_call_method(<PyObject *> async_general[1], self, args, nargs, kwnames))


cdef object async_send(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames):
    cdef Socket socket = <Socket> self
    cdef pyzmq_record *record = record_of(socket)
    cdef Py_ssize_t size
    cdef int rc
    if kwnames == NULL and nargs == 1 and PyBytes_CheckExact(<object> args[0]) and may_send(record):
        size = PYZMQ_BYTES_SIZE(<object> args[0])
        loop = pyzmq_call_without_arguments(find_running_loop) if size < BYTES_BY_REFERENCE else None
        if loop is not None:
            rc = pyzmq_send_plainly(record, PYZMQ_BYTES_CONTENT(<object> args[0]), <size_t> size, 0)
            if rc >= 0:
                if pyzmq_has_released():
                    release_returned()
                return completed(None)
            if rc == -EAGAIN:
                return socket._wait_to_send(loop, <object> args[0], False)
    return pyzmq_own(pyzmq_call_method(<PyObject *> async_general[2], self, args, nargs, kwnames))


cdef object async_send_multipart(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames):
    cdef Socket socket = <Socket> self
    cdef pyzmq_record *record = record_of(socket)
    cdef pyzmq_frames frames
    cdef int rc
    if kwnames == NULL and nargs == 1 and pyzmq_is_stable_sequence(<object> args[0]) and may_send(record):
        loop = pyzmq_call_without_arguments(find_running_loop)
        if loop is not None:
            pyzmq_frames_init(&frames)
            if add_plain_parts(&frames, <object> args[0]):
                rc = pyzmq_send_frames(record, &frames, ZMQ_DONTWAIT)
                close_frames(&frames)
                if rc == 0:
                    return completed(None)
                # If parts were dropped, since the peer has gone, so were those before them.
                if rc == -EAGAIN or rc > 0:
                    return socket._wait_to_send(loop, <object> args[0], True)
    return pyzmq_own(pyzmq_call_method(<PyObject *> async_general[3], self, args, nargs, kwnames))


cdef object green_recv(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames):
    cdef Socket socket = <Socket> self
    cdef pyzmq_record *record = record_of(socket)
    cdef zmq_msg_t msg
    cdef int rc
    if kwnames == NULL and nargs == 0 and may_receive(record):
        zmq_msg_init(&msg)
        rc = pyzmq_receive_plainly(record, &msg)
        if rc >= 0:
            budget.left -= 1
            return pyzmq_own(take_bytes(&msg))
        if rc == -EAGAIN:
            return socket._wait_to_receive()
    return pyzmq_own(pyzmq_call_method(<PyObject *> green_general[0], self, args, nargs, kwnames))


cdef object green_send(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames):
    cdef Socket socket = <Socket> self
    cdef pyzmq_record *record = record_of(socket)
    cdef Py_ssize_t size
    cdef int rc
    if kwnames == NULL and nargs == 1 and PyBytes_CheckExact(<object> args[0]) and may_send(record):
        size = PYZMQ_BYTES_SIZE(<object> args[0])
        if size < BYTES_BY_REFERENCE:
            rc = pyzmq_send_plainly(record, PYZMQ_BYTES_CONTENT(<object> args[0]), <size_t> size, 0)
            if rc >= 0:
                if pyzmq_has_released():
                    release_returned()
                budget.left -= 1
                return None
            if rc == -EAGAIN:
                return socket._wait_to_send(<object> args[0])
    return pyzmq_own(pyzmq_call_method(<PyObject *> green_general[1], self, args, nargs, kwnames))


# The methods in Python that these stand for, and what the definitions of methods refer to.
cdef list async_general = []
cdef list async_texts = []
cdef PyMethodDef async_methods[4]
cdef list green_general = []
cdef list green_texts = []
cdef PyMethodDef green_methods[2]


def compile_async(general, future, running_loop, Budget common):
    """Make the compiled methods of asynchronous sockets, or of those of greenlets. Called once for each, by zmq._async
    and zmq.green.

    Parameters
    ----------
    general : list of function
        ``recv``, ``recv_multipart``, ``send`` and ``send_multipart``, each with a ``__text_signature__``: what
        does the cases that are not compiled. For greenlets, ``recv`` and ``send``.
    future : type or None
        Of what is returned: ``asyncio.Future``. None: methods for greenlets, which return their results.
    running_loop : callable or None
        Returns the running event loop, or None.
    common : Budget
        Of all sockets.

    Returns
    -------
    dict
        Methods by their names, for subclasses of Socket that have `general`, too.
    """
    global budget, future_class, future_set_result, find_running_loop
    budget = common
    if future is None:
        green_general[:] = general
        green_texts[:] = [method_text(function) for function in general]
        green_methods[0] = PyMethodDef("recv", <PyCFunction> green_recv, METH_FASTCALL | METH_KEYWORDS, green_texts[0])
        green_methods[1] = PyMethodDef("send", <PyCFunction> green_send, METH_FASTCALL | METH_KEYWORDS, green_texts[1])
        methods = [pyzmq_new_method(Socket, &green_methods[index]) for index in range(2)]
        return {method.__name__: method for method in methods}
    future_class, find_running_loop = future, running_loop
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
