"""Socket: owns, or shadows, one libzmq socket."""


cdef class Socket:
    """Own, or shadow, one libzmq socket (zmq_socket(3)).

    Parameters
    ----------
    ctx_or_socket : Context
        Where to make the socket; kept alive by it.
    socket_type : int
        A member of :class:`zmq.SocketType`.
    shadow : int
        Address of a socket to shadow: none is made then, and none closed unless :attr:`_owned` is set. Its owner keeps
        it alive.
    copy_threshold : int, optional
        Bytes from which ``copy=False`` shares memory; default: ``zmq.COPY_THRESHOLD``.

    Not thread-safe.
    """

    def __cinit__(self):
        self.record = &pyzmq_no_record
        self.handle = NULL
        self.owner = False
        self._type = -1
        self._watched = False
        self.overridden = False
        self.context = None
        self._copy_threshold = 0
        self._readiness = None

    def __init__(self, ctx_or_socket=None, socket_type=0, *, shadow=0, copy_threshold=None):
        cdef Context context
        cdef void *handle
        cdef int kind = to_c_int(socket_type)
        if self.record != &pyzmq_no_record:
            begin_again(self)
        if kind == -1 or not isinstance(ctx_or_socket, Context) or type(shadow) is not int or shadow:
            self._init_unusually(ctx_or_socket, shadow, copy_threshold)
            return
        self.overridden = type(self).get is not plain_get or type(self).set is not plain_set
        self._copy_threshold = to_c_size(default_copy_threshold() if copy_threshold is None else copy_threshold)
        context = ctx_or_socket
        with cython.critical_section(context):
            check_context(context)
            if not context.started and not pyzmq_can_start(context.handle):
                raise_errno(EMFILE)
            handle = make_socket(context, kind)
            context.started = True
        use_record(self, handle, True)
        self.owner = True
        self.context = context
        self._type = kind
        note_socket(context, self)

    def _init_unusually(self, ctx_or_socket, shadow, copy_threshold):
        """Be a shadow, or raise. The class above takes more for a shadow than an address."""
        if not shadow:
            raise TypeError(f"a Socket is made in a zmq.Context and has a type, not {ctx_or_socket!r}")
        self._adopt(shadow, ctx_or_socket, copy_threshold)

    def _adopt(self, uintptr_t address, context, copy_threshold):
        """Be the shadow of the socket at an address."""
        self.overridden = type(self).get is not plain_get or type(self).set is not plain_set
        self._copy_threshold = to_c_size(default_copy_threshold() if copy_threshold is None else copy_threshold)
        use_record(self, <void *> address, False)
        self.context = context
        self._type = get_option(self, ZMQ_TYPE)

    def __setattr__(self, name, value):
        if name in known_option_names or is_own_attribute(type(self), name):
            PyObject_GenericSetAttr(self, name, value)
        else:
            set_declared_attribute(self, name, value)

    def __del__(self):
        tell_forgotten(self)

    def __dealloc__(self):
        cdef pyzmq_record *record = record_of(self)
        if self.owner and not record.dead:
            pyzmq_record_drop(record)
            if pyzmq_has_released():
                release_returned()
        pyzmq_record_decref(record)

    @property
    def underlying(self):
        """Address of the libzmq socket; 0 once it is closed."""
        cdef pyzmq_record *record = record_of(self)
        return 0 if record.dead else <uintptr_t> record.handle

    @property
    def closed(self):
        """Whether the socket is closed, or belongs to another process.

        One whose context is being terminated is not closed: the termination waits until it is.
        """
        return pyzmq_record_is_closed(record_of(self))

    @property
    def _busy(self):
        """Whether a call that waits, by whatever object, uses the libzmq socket."""
        return record_of(self).calls > 0

    @property
    def copy_threshold(self):
        """Bytes from which ``copy=False`` shares memory instead of copying."""
        return self._copy_threshold

    @copy_threshold.setter
    def copy_threshold(self, value):
        self._copy_threshold = to_c_size(value)

    def close(self, linger=None):
        """Close the socket. Closing it again does nothing. A shadow closes the socket that it shadows.

        What it still has to send is sent in the background, until LINGER has passed; by default, without limit. A send
        or receive that waits in another thread goes on until it is done, times out, or the context is terminated;
        libzmq's socket is closed then.

        Parameters
        ----------
        linger : int, optional
            Milliseconds, set as LINGER before closing; -1: no limit.

        Raises
        ------
        TypeError
            If `linger` is no int; the socket is open then.
        ZMQError
            If libzmq cannot close it.

        Not thread-safe. See zmq_close(3).
        """
        cdef pyzmq_record *record
        cdef int value = 0
        cdef int rc
        if linger is not None:
            value = to_c_int(linger)
        # Not before: the line above may run Python code.
        record = record_of(self)
        self.handle = NULL
        if record.dead:
            return
        if linger is not None:
            rc = pyzmq_set_option(record, ZMQ_LINGER, &value, sizeof(int))
            if rc < 0 and rc != -ETERM:
                raise_failure(rc)
        if self._watched:
            self._closing()
        if self.owner:
            # Collecting it is of no interest any more.
            self.owner = False
            if self.context is not None:
                forget_socket(self.context, self)
        rc = pyzmq_record_close(record)
        if pyzmq_has_released():
            release_returned()
        if rc < 0:
            raise_failure(rc)

    def get(self, option):
        """Read a socket option.

        Parameters
        ----------
        option : int
            A member of :class:`zmq.SocketOption`.

        Returns
        -------
        int or bytes
            By the option's type; texts come without the NUL at their end.

        Raises
        ------
        ZMQError
            EINVAL for an unknown option, ENOTSOCK if the socket is closed.

        Not thread-safe. See zmq_getsockopt(3).
        """
        cdef int number = to_c_int(option)
        check_socket(self)
        return get_option(self, number)

    def set(self, option, optval):
        """Set a socket option. Most take effect for later binds and connects only.

        Parameters
        ----------
        option : int
            A member of :class:`zmq.SocketOption`.
        optval : int or bytes
            Its value, by the option's type.

        Raises
        ------
        TypeError
            If `optval` is not of the option's type; ``str`` never is: see :meth:`Socket.set_string`.
        ZMQError
            EINVAL for an unknown option or a value out of range, ENOTSOCK if the socket is closed.

        Not thread-safe. See zmq_setsockopt(3).
        """
        cdef int number = to_c_int(option)
        check_socket(self)
        set_option(self, number, optval)

    def _ready_events(self, flags):
        """Tell which of these events hold now.

        Parameters
        ----------
        flags : int
            POLLIN, POLLOUT or both.

        Returns
        -------
        int
            Those that hold.

        Raises
        ------
        ZMQError
            ENOTSOCK if the socket is closed.

        Not thread-safe. See EVENTS in zmq_getsockopt(3).
        """
        cdef int events = 0
        cdef int wanted = to_c_int(flags)
        check_socket(self)
        if not get_int_option(self, ZMQ_EVENTS, &events):
            events = get_any_option(self, ZMQ_EVENTS, PYZMQ_OPT_INT)
        return events & wanted

    def bind(self, addr):
        """Listen on an address. See zmq_bind(3)."""
        call_with_address(self, NULL, addr)

    def connect(self, addr):
        """Connect to an address. See zmq_connect(3)."""
        call_with_address(self, connect_function, addr)

    def unbind(self, addr):
        """Undo a bind.

        Parameters
        ----------
        addr : str or bytes
            The address, in the form that LAST_ENDPOINT has.

        Raises
        ------
        ZMQError
            ENOENT if the socket is not bound to `addr`.

        Not thread-safe. See zmq_unbind(3).
        """
        call_with_address(self, unbind_function, addr)

    def disconnect(self, addr):
        """Undo a connect.

        Parameters
        ----------
        addr : str or bytes
            The address as it was given to :meth:`connect`.

        Raises
        ------
        ZMQError
            ENOENT if the socket is not connected to `addr`.

        Not thread-safe. See zmq_disconnect(3).
        """
        call_with_address(self, disconnect_function, addr)

    def monitor(self, addr, events=0xFFFF):
        """Publish the events of this socket on an inproc address.

        Parameters
        ----------
        addr : str or bytes or None
            Where a PAIR socket may connect to receive them; None ends the monitoring.
        events : int
            Mask of :class:`zmq.Event` members; default: all.

        Raises
        ------
        ZMQError
            EPROTONOSUPPORT if `addr` is not inproc.

        Not thread-safe. See zmq_socket_monitor(3).
        """
        cdef bytes encoded
        cdef const char *text = NULL
        cdef int mask = to_c_int(events)
        cdef int rc = -EINTR
        if addr is not None:
            encoded = encode_address(addr)
            text = encoded
        while rc < 0:
            check_socket_of(self, addr)
            rc = pyzmq_monitor(record_of(self), text, mask)
            retry_or_raise_with(addr, rc)

    def connect_peer(self, addr):
        """Connect to an address, on a PEER socket (draft).

        Parameters
        ----------
        addr : str or bytes
            ``transport://endpoint``, as for :meth:`connect`.

        Returns
        -------
        int
            The routing id of the peer, to send to it.

        Raises
        ------
        RuntimeError
            If pyzmq was built without drafts.
        ZMQError
            ENOTSUP if the socket is no PEER, and the errors of :meth:`connect`; names `addr`.

        Thread-safe. See zmq_connect_peer(3). Added in 27.4.
        """
        cdef uint32_t routing_id = 0
        cdef bytes encoded = encode_address(addr)
        cdef int rc = -EINTR
        need_draft("connect_peer (PEER)")
        need_libzmq(ZMQ_VERSION >= 40303, (4, 3, 3), "connect_peer")
        while rc < 0:
            check_socket_of(self, addr)
            rc = pyzmq_connect_peer(record_of(self), encoded, &routing_id)
            retry_or_raise_with(addr, rc)
        return routing_id

    def join(self, group):
        """Receive the messages of a group, on a DISH socket (draft).

        Parameters
        ----------
        group : str or bytes
            Name of the group, at most 15 bytes (255 from libzmq 4.3.3 on).

        Raises
        ------
        RuntimeError
            If pyzmq was built without drafts.

        See zmq_join(3).
        """
        need_draft("join (RADIO and DISH)")
        call_with_group(self, join_function, group)

    def leave(self, group):
        """Receive the messages of a group no more (draft).

        Parameters
        ----------
        group : str or bytes
            Name of the group.

        Raises
        ------
        RuntimeError
            If pyzmq was built without drafts.

        See zmq_leave(3).
        """
        need_draft("leave (RADIO and DISH)")
        call_with_group(self, leave_function, group)

    def send(self, data, flags=0, bint copy=True, bint track=False, routing_id=None, group=None):
        """Send a single frame.

        Parameters
        ----------
        data : bytes-like or Frame
            The content.
        flags : int
            ``zmq.DONTWAIT`` (raise Again instead of waiting for room), ``zmq.SNDMORE`` (more frames of the same message
            follow).
        copy : bool
            Whether to copy the content. With False, data of at least :attr:`copy_threshold` bytes is shared with
            libzmq: it must not change until that is done with it.
        track : bool
            Return a tracker of shared data; without effect with ``copy=True``.
        routing_id : int, optional
            Peer of a SERVER socket (draft).
        group : str, optional
            Group of a RADIO socket (draft).

        Returns
        -------
        MessageTracker or None
            A tracker if `track` and not `copy`.

        Raises
        ------
        TypeError
            If `data` is a ``str`` or offers no contiguous buffer.
        ValueError
            If an untracked Frame is to be tracked.
        Again
            If there is no room, at once with DONTWAIT, or after SNDTIMEO milliseconds.
        ZMQError
            If the message cannot be sent for another reason.

        Not thread-safe. See zmq_msg_send(3).
        """
        cdef int number = to_c_int(flags)
        check_socket(self)
        return send_object(self, data, number, copy, track, routing_id, group)

    def recv(self, flags=0, bint copy=True, bint track=False):
        """Receive a single frame.

        Parameters
        ----------
        flags : int
            ``zmq.DONTWAIT``: raise Again instead of waiting.
        copy : bool
            Whether to return bytes; else a Frame, whose content is not copied.
        track : bool
            Let the Frame have a tracker; without effect with ``copy=True``.

        Returns
        -------
        bytes or Frame

        Raises
        ------
        Again
            If nothing came, at once with DONTWAIT, or after RCVTIMEO milliseconds.
        ZMQError
            If no message can be received for another reason.

        Not thread-safe. See zmq_msg_recv(3).
        """
        cdef zmq_msg_t msg
        cdef int number = to_c_int(flags)
        check_socket(self)
        if not copy:
            return receive_as_frame(self, number, track)
        zmq_msg_init(&msg)
        receive_frame(self, &msg, number)
        return pyzmq_own(take_bytes(&msg))

    def _try_recv(self, bint multipart, bint copy):
        """Receive a frame, or all frames of a message, if there is one.

        Parameters
        ----------
        multipart : bool
            All frames, as a list.
        copy : bool
            As bytes.

        Returns
        -------
        bytes, Frame, list of bytes, list of Frame or None
            None if there is no message.

        Raises
        ------
        ZMQError
            As :meth:`recv`, but never Again.

        Not thread-safe. See zmq_msg_recv(3). Added in 27.4.
        """
        cdef pyzmq_record *record = record_of(self)
        cdef pyzmq_frames frames
        cdef int rc
        check_socket(self)
        pyzmq_frames_init(&frames)
        while True:
            if multipart:
                rc = pyzmq_receive_frames(record, &frames, ZMQ_DONTWAIT)
            else:
                rc = pyzmq_receive_frame(record, pyzmq_frames_next(&frames), ZMQ_DONTWAIT)
            if rc >= 0:
                parts = bytes_of(&frames) if copy else frames_of(&frames, False)
                return parts if multipart else parts[0]
            pyzmq_frames_reset(&frames)
            if rc == -EAGAIN:
                return None
            if rc != -EINTR:
                raise_failure(rc)

    def recv_into(self, buffer, /, *, nbytes=0, flags=0):
        """Receive a single frame into memory of the caller's.

        Parameters
        ----------
        buffer : bytes-like
            A contiguous writable buffer.
        nbytes : int
            How many bytes to write at most; 0: as many as fit.
        flags : int
            ``zmq.DONTWAIT``: raise Again instead of waiting.

        Returns
        -------
        int
            Size of the message. If that is more than what fits, the rest is lost.

        Raises
        ------
        BufferError
            If `buffer` is read-only or not contiguous.
        ValueError
            If `nbytes` is negative or more than `buffer` holds.
        Again
            If nothing came, at once with DONTWAIT, or after RCVTIMEO milliseconds.

        Not thread-safe. See zmq_recv(3). Added in 27.
        """
        cdef Py_buffer view
        cdef zmq_msg_t msg
        cdef size_t size, room
        cdef Py_ssize_t most = to_c_size(nbytes)
        cdef int number = to_c_int(flags)
        check_socket(self)
        zmq_msg_init(&msg)
        PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE | PyBUF_WRITABLE)
        try:
            if most < 0 or most > view.len:
                raise ValueError(f"nbytes={nbytes} is not between 0 and the {view.len} bytes of the buffer")
            room = <size_t> (most if most else view.len)
            receive_frame(self, &msg, number)
            size = zmq_msg_size(&msg)
            memcpy(view.buf, zmq_msg_data(&msg), size if size < room else room)
            return <Py_ssize_t> size
        finally:
            close_message(&msg)
            PyBuffer_Release(&view)

    def send_multipart(
        self, msg_parts, flags=0, bint copy=True, bint track=False, routing_id=None, group=None
    ):
        """Send several frames as one message.

        All parts are looked at before the first is sent: a bad one sends nothing.

        Parameters
        ----------
        msg_parts : iterable of bytes-like or Frame
            The parts, at least one.
        flags : int
            As for :meth:`send`; SNDMORE is added to all parts but the last.
        copy : bool
            Whether to copy the contents; with False, parts of at least :attr:`copy_threshold` bytes are shared.
        track : bool
            Return a tracker of all shared parts.
        routing_id, group
            As for :meth:`send`.

        Returns
        -------
        MessageTracker or None

        Raises
        ------
        TypeError
            If a part is a ``str`` or offers no contiguous buffer; names its index.
        IndexError
            If there is no part.
        Again
            If there is no room, at once with DONTWAIT, or after SNDTIMEO milliseconds.

        Not thread-safe. See zmq_msg_send(3).
        """
        cdef int number = to_c_int(flags)
        check_socket(self)
        return send_parts(self, msg_parts, number, copy, track, routing_id, group)

    def recv_multipart(self, flags=0, bint copy=True, bint track=False):
        """Receive all frames of one message.

        Parameters
        ----------
        flags, copy, track
            As for :meth:`recv`.

        Returns
        -------
        list of bytes or list of Frame

        Raises
        ------
        Again
            If nothing came, at once with DONTWAIT, or after RCVTIMEO milliseconds.

        Not thread-safe. See zmq_msg_recv(3).
        """
        cdef int number = to_c_int(flags)
        check_socket(self)
        return receive_parts(self, number, copy, track)


cdef int use_record(Socket socket, void *handle, bint is_new) except -1:
    """Share the record of a libzmq socket; one that is new is closed if there is no memory for it."""
    cdef pyzmq_record *record = pyzmq_record_of(handle, is_new)
    if record == NULL:
        if is_new:
            zmq_close(handle)
        raise MemoryError
    # That of a socket that is closed, or none.
    pyzmq_record_decref(record_of(socket))
    socket.record = record
    socket.handle = handle
    return 0


cdef int begin_again(Socket socket) except -1:
    """Let an object go of the socket that it had, which is closed, so that it can be initialised again."""
    cdef pyzmq_record *record = record_of(socket)
    if not pyzmq_record_is_closed(record):
        raise RuntimeError("a Socket that is open cannot be initialised again")
    if record.calls > 0:
        raise RuntimeError("a Socket cannot be initialised again while a call of another thread still uses the old one")
    # Other code may have closed it.
    pyzmq_record_close(record)
    if socket.owner and socket.context is not None:
        forget_socket(socket.context, socket)
    socket.owner = socket._watched = False
    socket._readiness = None
    renewed = getattr(socket, "_renewed", None)
    if renewed is not None:
        renewed()
    return 0


cdef int tell_forgotten(Socket socket) except -1:
    """Tell the class above, which tells the user, if the socket is open and its own."""
    if not socket.owner:
        return 0
    if not record_of(socket).dead:
        forgotten = getattr(socket, "_forgotten", None)
        if forgotten is not None:
            pyzmq_call_from_finalizer(forgotten)
    if isinstance(socket.context, Context):
        forget_socket(socket.context, socket)
    return 0


cdef inline int check_socket(Socket socket) except -1:
    if record_of(socket).dead:
        raise_errno(ENOTSOCK)
    return 0


cdef inline int check_socket_of(Socket socket, object addr) except -1:
    """As check_socket(), naming the address that the call is about."""
    if record_of(socket).dead:
        raise_with_address(addr, ENOTSOCK)
    return 0


cdef int retry_or_raise_with(object addr, int rc) except -1:
    """Return if the call did not fail, or to try again (EINTR); raise naming the address."""
    if rc < 0 and rc != -EINTR:
        raise_with_address(addr, -rc)
    if rc < 0:
        check_signals()
    return 0


cdef int call_with_address(Socket socket, pyzmq_text_function function, object addr) except -1:
    cdef bytes encoded = encode_address(addr)
    cdef int rc = -EINTR
    while rc < 0:
        check_socket_of(socket, addr)
        if function == NULL:
            rc = pyzmq_bind(record_of(socket), encoded)
        else:
            rc = pyzmq_call_with_text(record_of(socket), function, encoded)
        retry_or_raise_with(addr, rc)
    return 0


cdef int call_with_group(Socket socket, pyzmq_text_function function, object group) except -1:
    cdef bytes encoded = encode_group(group)
    cdef int rc
    check_socket(socket)
    rc = pyzmq_call_with_text(record_of(socket), function, encoded)
    if rc < 0:
        raise error_for_errno(-rc, f"{strerror(-rc)} (group={group!r})")
    return 0


cdef bytes encode_address(object addr):
    """The address as libzmq wants it, checked for what libzmq would cut off in silence."""
    cdef bytes encoded
    cdef Py_ssize_t length
    if isinstance(addr, str):
        # File names may hold bytes that are no text, which Python writes as lone surrogates.
        encoded = os.fsencode(addr) if addr.startswith("ipc://") else addr.encode("utf-8")
    elif isinstance(addr, bytes):
        encoded = addr
    else:
        raise TypeError(f"an address is str or bytes, not addr={addr!r}")
    if b"\0" in encoded:
        raise error_for_errno(EINVAL, f"{strerror(EINVAL)}: an address holds no NUL (addr={addr!r})")
    if encoded.startswith(b"ipc://"):
        length = len(encoded) - 6
        if 0 < PYZMQ_IPC_PATH_MAX_LEN < length:
            raise error_for_errno(
                ENAMETOOLONG,
                f"ipc path of {length} bytes is longer than zmq.IPC_PATH_MAX_LEN, "
                f"{PYZMQ_IPC_PATH_MAX_LEN} (addr={addr!r})",
            )
    return encoded


cdef int set_declared_attribute(Socket socket, str name, object value) except -1:
    """Assign to what the class above, which decides about names, makes of this one."""
    declared = getattr(socket, "_declared_attribute", None)
    PyObject_GenericSetAttr(socket, name if declared is None else declared(name), value)
    return 0


cdef bint is_own_attribute(object cls, str name) except -1:
    """Whether assigning to this attribute is Python's business: it is an option, or declared, but for its own use."""
    cdef object attribute = getattr(cls, name, None)
    if isinstance(attribute, OptionAttribute):
        known_option_names.add(name)
        return True
    return name.startswith("_") and (attribute is not None or hasattr(cls, name))


cdef void *make_socket(Context context, int socket_type) except NULL:
    """Make a libzmq socket.

    Closed ones give their file descriptors back when libzmq's thread for that gets to it. A program that closes sockets
    as fast as it makes them would run out of them, so that thread gets some time to catch up.
    """
    global pyzmq_sockets_closed
    cdef void *handle = zmq_socket(context.handle, socket_type)
    cdef int milliseconds = 1
    cdef int err
    while handle == NULL:
        err = libzmq_errno()
        if err != EMFILE or not pyzmq_sockets_closed or milliseconds > MOST_PATIENCE:
            pyzmq_sockets_closed = 0
            raise_errno(err)
        with nogil:
            pyzmq_sleep_ms(milliseconds)
        check_context(context)
        milliseconds *= 2
        handle = zmq_socket(context.handle, socket_type)
    return handle


# Milliseconds of the longest pause: a quarter of a second in all.
cdef enum:
    MOST_PATIENCE = 128
