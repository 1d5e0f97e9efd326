"""Single frames on their way to libzmq and back.

Each transfer first tries without blocking, with the GIL held: giving that up costs more than the call. Only if libzmq
says EAGAIN and the caller wants to wait is the GIL released. What is rare stands in functions of its own, so that the
usual way has neither a ``try`` nor a traceback to fill in.
"""

cdef enum:
    # From this size on, a reference costs less than a copy.
    BYTES_BY_REFERENCE = 131072
    # From this size on, copying takes longer than two rounds through the GIL.
    LARGE_COPY = 262144
    # Up to this size, a message is hardly ever memory of ours: that costs more than a copy.
    SMALL_MESSAGE = 1024


# Where in a message a socket's sending is.
cdef enum:
    BETWEEN_MESSAGES = 0
    AMIDST = 1
    DROPPING = 2                # the rest of a message that can no longer be delivered


# -- sending


cdef inline int send_bytes(Socket socket, object data, int flags) except -1:
    """Send exact bytes: a copy, or, if they are many, a reference, since they cannot change."""
    cdef size_t size = <size_t> PYZMQ_BYTES_SIZE(data)
    if (
        size >= BYTES_BY_REFERENCE
        or socket.progress != BETWEEN_MESSAGES
        or zmq_send(socket.handle, PYZMQ_BYTES_CONTENT(data), size, flags | ZMQ_DONTWAIT) < 0
    ):
        return send_bytes_slowly(socket, data, size, flags)
    if flags & ZMQ_SNDMORE:
        socket.progress = AMIDST
    return 0


cdef int send_bytes_slowly(Socket socket, object data, size_t size, int flags) except -1:
    cdef zmq_msg_t msg
    if size < BYTES_BY_REFERENCE and socket.progress == BETWEEN_MESSAGES and must_raise(libzmq_errno(), flags):
        return raise_errno(libzmq_errno())
    message_from_bytes(&msg, data)
    return send_prepared(socket, &msg, 1, flags)


cdef bint send_following(Socket socket, zmq_msg_t *msg, int flags) except -1:
    """Send another frame of a message; return whether it was dropped, since the peer has gone.

    libzmq takes it without waiting, or says EAGAIN if the peer has gone. Sent again then, it would be a message of its
    own, for another peer. Most types of socket drop what follows by themselves; a PAIR does not. Signal handlers, which
    may raise, must not tear a message apart: they run when it is sent.
    """
    cdef bint dropped = socket.progress == DROPPING
    cdef int err = EINTR
    while not dropped and err == EINTR and zmq_msg_send(msg, socket.handle, flags | ZMQ_DONTWAIT) < 0:
        err = libzmq_errno()
        if err == EAGAIN:
            dropped = True
            if is_of_type(socket, ZMQ_PAIR):
                socket.progress = DROPPING
        elif err != EINTR:
            return raise_errno(err)
    if dropped:
        close_message(msg)
    if not flags & ZMQ_SNDMORE:
        socket.progress = BETWEEN_MESSAGES
    return dropped


cdef bint is_of_type(Socket socket, int kind) noexcept:
    cdef int value = -1
    cdef size_t size = sizeof(int)
    return zmq_getsockopt(socket.handle, ZMQ_TYPE, &value, &size) == 0 and value == kind


cdef int message_from_bytes(zmq_msg_t *msg, object data) except -1:
    """Initialise `msg` from exact bytes: a copy, or a reference if they are many."""
    cdef size_t size = <size_t> PYZMQ_BYTES_SIZE(data)
    if size >= BYTES_BY_REFERENCE:
        return message_from_hint(msg, lend_buffer(data, None))
    sized_message(msg, size)
    memcpy(zmq_msg_data(msg), PYZMQ_BYTES_CONTENT(data), size)
    return 0


cdef int sized_message(zmq_msg_t *msg, size_t size) except -1:
    """Initialise `msg` for so many bytes; if there is no memory, it is empty."""
    if zmq_msg_init_size(msg, size) != 0:
        # What libzmq leaves behind cannot be closed.
        zmq_msg_init(msg)
        raise MemoryError(f"no memory for a message of {size} bytes")
    return 0


cdef object message_from_object(zmq_msg_t *msg, object data, bint copy, bint track, Py_ssize_t copy_threshold):
    """Initialise `msg` from any sendable object; return its tracker, or None."""
    cdef Frame frame
    cdef BufferHint *hint
    cdef TrackerEvent event = None
    cdef bint plain = PyBytes_CheckExact(data)
    if not plain and isinstance(data, Frame):
        frame = data
        if track and not copy and frame.tracker is None:
            raise ValueError(f"cannot track {frame!r}: it was made without track=True")
        zmq_msg_init(msg)
        share_content(msg, frame)
        return frame.tracker if track and not copy else None
    if not plain and isinstance(data, str):
        raise TypeError(f"a message is bytes, not str: {data!r}; encode it, or use send_string()")
    if copy:
        if plain:
            message_from_bytes(msg, data)
        else:
            copy_into_message(msg, data)
        return None
    if track:
        event = TrackerEvent.__new__(TrackerEvent)
    hint = lend_buffer(data, event)
    if hint.view.len < copy_threshold:
        try:
            copy_into_message(msg, data)
        finally:
            drop_hint(hint)
        return finished_tracker if track else None
    message_from_hint(msg, hint)
    return tracker_of(event) if track else None


cdef int copy_into_message(zmq_msg_t *msg, object data) except -1:
    """Initialise `msg` with a copy of `data`."""
    cdef Py_buffer view
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    try:
        sized_message(msg, <size_t> view.len)
        if view.len < LARGE_COPY:
            memcpy(zmq_msg_data(msg), view.buf, <size_t> view.len)
        else:
            with nogil:
                memcpy(zmq_msg_data(msg), view.buf, <size_t> view.len)
    finally:
        PyBuffer_Release(&view)
    return 0


# -- receiving


cdef inline int recv_message(Socket socket, zmq_msg_t *msg, int flags) except -1:
    """Receive into `msg`, initialised by the caller, and still so on an exception."""
    if zmq_msg_recv(msg, socket.handle, flags | ZMQ_DONTWAIT) < 0:
        return recv_waiting(socket, msg, flags)
    return 0


cdef int recv_waiting(Socket socket, zmq_msg_t *msg, int flags) except -1:
    cdef int err = libzmq_errno()
    if must_raise(err, flags):
        return raise_errno(err)
    return transfer_blocking(socket, msg, flags, False, err)


cdef bint try_message(Socket socket, zmq_msg_t *msg) except -1:
    """Receive into `msg` if something is there; return whether it was."""
    while zmq_msg_recv(msg, socket.handle, ZMQ_DONTWAIT) < 0:
        if libzmq_errno() == EAGAIN:
            return False
        if libzmq_errno() != EINTR:
            raise_last()
    return True


cdef inline PyObject *take_bytes(zmq_msg_t *msg) noexcept:
    """The content as new bytes, or NULL with MemoryError set; the message is closed either way."""
    cdef size_t size = zmq_msg_size(msg)
    cdef PyObject *content
    if size > SMALL_MESSAGE:
        return take_much(msg, size)
    content = new_bytes(<char *> zmq_msg_data(msg), <Py_ssize_t> size)
    zmq_msg_close(msg)
    return content


cdef PyObject *take_much(zmq_msg_t *msg, size_t size) noexcept:
    cdef PyObject *content = copy_content(msg, size)
    close_message(msg)
    return content


cdef PyObject *copy_content(zmq_msg_t *msg, size_t size) noexcept:
    """A message's content as bytes: those that were sent, if they are of this process; else a copy."""
    cdef char *source = <char *> zmq_msg_data(msg)
    cdef char *target
    cdef PyObject *content = lent_bytes(source, size)
    if content != NULL:
        return content
    if size < LARGE_COPY:
        return new_bytes(source, <Py_ssize_t> size)
    content = new_bytes(NULL, <Py_ssize_t> size)
    if content != NULL:
        target = PYZMQ_BYTES_CONTENT(<object> content)
        # Nobody else knows of it yet.
        with nogil:
            memcpy(target, source, size)
    return content


cdef Frame recv_frame(Socket socket, int flags, bint track):
    """Receive into a new frame."""
    cdef Frame frame = Frame.__new__(Frame)
    recv_message(socket, &frame.msg, flags)
    frame.more = zmq_msg_more(&frame.msg)
    if track:
        frame.tracker = finished_tracker
    return frame


# -- waiting


cdef inline bint must_raise(int err, int flags) noexcept:
    """Whether the error of a first try is the caller's, or one to try again after."""
    return err != EINTR and (err != EAGAIN or flags & ZMQ_DONTWAIT)


cdef int transfer_blocking(Socket socket, zmq_msg_t *msg, int flags, bint sending, int err) except -1:
    """Send or receive after a first try gave `err`: EAGAIN, or EINTR.

    libzmq starts SNDTIMEO or RCVTIMEO over when it is called again after a signal. So the deadline is fixed here, and
    after a signal the option holds what is left of the time, until the call is over. (Polling instead would spin: a
    ROUTER with ROUTER_MANDATORY is writable even if the peer in question is not.)
    """
    cdef void *handle = socket.handle
    cdef int option = ZMQ_SNDTIMEO if sending else ZMQ_RCVTIMEO
    cdef int timeout = -1
    cdef int left
    cdef size_t size = sizeof(int)
    cdef int64_t until = -1
    cdef bint changed = False
    cdef int rc

    if zmq_getsockopt(handle, option, &timeout, &size) == 0 and timeout > 0:
        until = pyzmq_now_ms() + timeout
    try:
        while True:
            if err == EINTR:
                PyErr_CheckSignals()
                # A handler may have closed the socket.
                check_socket(socket)
                handle = socket.handle
                if until >= 0:
                    left = <int> max(until - pyzmq_now_ms(), 0)
                    changed = True
                    zmq_setsockopt(handle, option, &left, sizeof(int))
            handle = begin_call(socket)
            with nogil:
                rc = transfer(handle, msg, flags, sending)
                err = libzmq_errno()
            end_call(socket)
            if rc >= 0:
                return 0
            if err != EINTR:
                raise_errno(err)
    finally:
        if changed and socket.handle != NULL:
            zmq_setsockopt(handle, option, &timeout, sizeof(int))


cdef void *begin_call(Socket socket) except NULL:
    """The handle for a call that blocks: until `end_call`, close() leaves it open."""
    with cython.critical_section(socket):
        check_socket(socket)
        socket.calls += 1
        return socket.handle


cdef void end_call(Socket socket) noexcept:
    cdef void *handle = NULL
    with cython.critical_section(socket):
        socket.calls -= 1
        if socket.calls == 0:
            handle = socket.leaving
            socket.leaving = NULL
    if handle != NULL and socket.generation == process_generation:
        zmq_close(handle)
        note_closed()


cdef inline int transfer(void *handle, zmq_msg_t *msg, int flags, bint sending) noexcept nogil:
    return zmq_msg_send(msg, handle, flags) if sending else zmq_msg_recv(msg, handle, flags)
