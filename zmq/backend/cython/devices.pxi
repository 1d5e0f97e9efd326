"""Loops between sockets: all run that of pyzmq_relay.h."""

cdef extern from "pyzmq_relay.h" nogil:
    ctypedef struct pyzmq_relay:
        size_t command_size
        char *command
    const int PYZMQ_RELAY_UNKNOWN
    const int PYZMQ_RELAY_SIGNALS

    void pyzmq_relay_start(pyzmq_relay *relay, int signals) noexcept
    void pyzmq_relay_end(pyzmq_relay *relay) noexcept
    void pyzmq_relay_sources(pyzmq_relay *relay, pyzmq_record *front, pyzmq_record *back) noexcept
    void pyzmq_relay_ask_once(pyzmq_relay *relay, void *front, void *back) noexcept
    void pyzmq_relay_prefixes(
        pyzmq_relay *relay,
        const void *in_prefix,
        size_t in_size,
        const void *out_prefix,
        size_t out_size,
        void *front,
        void *back,
    ) noexcept
    int pyzmq_relay_run(pyzmq_relay *relay, void *front, void *back, void *monitor, void *control) noexcept


def proxy(Socket frontend not None, Socket backend not None, Socket capture=None):
    """Pass messages between two sockets until the context is terminated.

    Parameters
    ----------
    frontend, backend : Socket
        What comes on one goes out on the other.
    capture : Socket, optional
        Gets a copy of each message (PUB, DEALER, PUSH or PAIR).

    Raises
    ------
    ContextTerminated
        When the context is terminated: the way it ends.

    Blocks, without the GIL; the sockets must not be used elsewhere meanwhile. See zmq_proxy(3).
    """
    cdef pyzmq_relay relay
    check_socket(frontend)
    check_socket(backend)
    pyzmq_relay_start(&relay, runs_signal_handlers())
    pyzmq_relay_ask_once(&relay, record_of(frontend).handle, record_of(backend).handle)
    return run_relay(&relay, frontend, backend, capture, None)


cdef int enter_sockets(Socket front, Socket back, Socket monitor, Socket control) except -1:
    """Begin a call with these sockets: until it is over, closing them leaves those of libzmq open."""
    cdef list entered = []
    for socket in (front, back, monitor, control):
        if socket is None:
            continue
        if pyzmq_record_enter(record_of(<Socket> socket)) < 0:
            for other in entered:
                pyzmq_record_leave(record_of(<Socket> other))
            return raise_errno(ENOTSOCK)
        entered.append(socket)
    return 0


cdef int leave_sockets(Socket front, Socket back, Socket monitor, Socket control) except -1:
    for socket in (front, back, monitor, control):
        if socket is not None:
            pyzmq_attempted(record_of(<Socket> socket))
            pyzmq_record_leave(record_of(<Socket> socket))
    return 0


def proxy_steerable(Socket frontend not None, Socket backend not None, Socket capture=None, Socket control=None):
    """Pass messages between two sockets, under control of a third.

    Parameters
    ----------
    frontend, backend, capture
        As for :func:`proxy`.
    control : Socket, optional
        Receives PAUSE, RESUME, TERMINATE and STATISTICS (PAIR, PULL, SUB or REP). The latter is answered with eight
        frames of 64 bits in the machine's own byte order: messages and bytes that were received and sent, first on
        `frontend`, then on `backend`. The others are answered with an empty message.

    Returns
    -------
    int
        0 after TERMINATE.

    Raises
    ------
    ContextTerminated
        When the context is terminated.

    Another command, or one of several frames, is ignored: the first is logged to ``zmq.proxy``, and at the end how many
    there were. Blocks, without the GIL; the sockets must not be used elsewhere meanwhile. See zmq_proxy_steerable(3).
    """
    cdef pyzmq_relay relay
    if control is None:
        return proxy(frontend, backend, capture)
    unknown = UnknownCommands()
    pyzmq_relay_start(&relay, runs_signal_handlers())
    try:
        while run_relay(&relay, frontend, backend, capture, control) == PYZMQ_RELAY_UNKNOWN:
            unknown.add(PyBytes_FromStringAndSize(relay.command, <Py_ssize_t> relay.command_size))
    finally:
        unknown.report()
    return 0


def monitored_queue(
    Socket in_socket not None,
    Socket out_socket not None,
    Socket mon_socket not None,
    bytes in_prefix not None=b"in",
    bytes out_prefix not None=b"out",
):
    """Pass messages between two sockets until the context is terminated, and show each to a third with a prefix.

    Unlike with :func:`proxy`, both sides may be ROUTERs: the first two frames, who sent a message and whom it is for,
    are swapped then.

    Parameters
    ----------
    in_socket, out_socket : Socket
        What comes on one goes out on the other.
    mon_socket : Socket
        Gets a copy of each message, after a frame that says where it came from (PUB, DEALER, PUSH or PAIR).
    in_prefix, out_prefix : bytes
        Those frames, for what came on `in_socket` and on `out_socket`.

    Raises
    ------
    ContextTerminated
        When the context is terminated: the way it ends.

    Blocks, without the GIL; the sockets must not be used elsewhere meanwhile.
    """
    cdef pyzmq_relay relay
    check_socket(in_socket)
    check_socket(out_socket)
    pyzmq_relay_start(&relay, runs_signal_handlers())
    pyzmq_relay_prefixes(
        &relay,
        <const char *> in_prefix,
        <size_t> len(in_prefix),
        <const char *> out_prefix,
        <size_t> len(out_prefix),
        record_of(in_socket).handle,
        record_of(out_socket).handle,
    )
    return run_relay(&relay, in_socket, out_socket, mon_socket, None)


cdef int run_relay(pyzmq_relay *relay, Socket front, Socket back, Socket monitor, Socket control) except -1:
    """Run until something ends it; signal handlers run in between."""
    cdef void *front_handle = record_of(front).handle
    cdef void *back_handle = record_of(back).handle
    cdef void *monitor_handle = NULL
    cdef void *control_handle = NULL
    cdef int rc, err
    pyzmq_relay_sources(relay, record_of(front), record_of(back))
    try:
        while True:
            # For each call: signal handlers may close a socket.
            enter_sockets(front, back, monitor, control)
            if monitor is not None:
                monitor_handle = record_of(monitor).handle
            if control is not None:
                control_handle = record_of(control).handle
            with nogil:
                rc = pyzmq_relay_run(relay, front_handle, back_handle, monitor_handle, control_handle)
                err = libzmq_errno()
            leave_sockets(front, back, monitor, control)
            if rc >= 0 and rc != PYZMQ_RELAY_SIGNALS:
                return rc
            if rc < 0 and err == ENOMEM:
                raise MemoryError
            if rc < 0 and err != EINTR:
                raise_errno(err)
            check_signals()
    finally:
        # After an unknown command, nothing is underway.
        pyzmq_relay_end(relay)
