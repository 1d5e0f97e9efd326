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
        self.handle = NULL
        self.notifier = NULL
        self.shadowed = False
        self._type = -1
        self._watched = False
        self.progress = BETWEEN_MESSAGES
        self.overridden = False
        self.generation = process_generation
        self.context = None
        self._copy_threshold = 0
        self.calls = 0
        self.leaving = NULL
        self._readiness = None
        self._shared = False

    def __init__(self, ctx_or_socket=None, int socket_type=0, *, shadow=0, copy_threshold=None):
        cdef Context context
        if self.handle != NULL:
            raise RuntimeError("a Socket is initialised once")
        if socket_type == -1 or not isinstance(ctx_or_socket, Context) or type(shadow) is not int or shadow:
            self._init_unusually(ctx_or_socket, shadow, copy_threshold)
            return
        self.overridden = type(self).get is not plain_get or type(self).set is not plain_set
        self._copy_threshold = default_copy_threshold() if copy_threshold is None else copy_threshold
        context = ctx_or_socket
        with cython.critical_section(context):
            check_context(context)
            if not context.started and not pyzmq_can_start(context.handle):
                raise_errno(EMFILE)
            self.handle = make_socket(context, socket_type)
            context.started = True
        self.context = context
        self._type = socket_type
        note_socket(context, self)

    def _init_unusually(self, ctx_or_socket, shadow, copy_threshold):
        """Be a shadow, or raise. The class above takes more for a shadow than an address."""
        if not shadow:
            raise TypeError(f"a Socket is made in a zmq.Context and has a type, not {ctx_or_socket!r}")
        self._adopt(shadow, ctx_or_socket, copy_threshold)

    def _adopt(self, uintptr_t address, context, copy_threshold):
        """Be the shadow of the socket at an address."""
        if self.handle != NULL:
            raise RuntimeError("a Socket is initialised once")
        self.overridden = type(self).get is not plain_get or type(self).set is not plain_set
        self._copy_threshold = default_copy_threshold() if copy_threshold is None else copy_threshold
        self.handle = <void *> address
        self.shadowed = self._shared = True
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
        if self.handle != NULL and not self.shadowed and self.generation == process_generation:
            drop_notifier(self)
            zmq_close(self.handle)
            note_closed()
            if pyzmq_has_released():
                release_returned()

    @property
    def underlying(self):
        """Address of the libzmq socket; 0 once it is closed."""
        return <uintptr_t> self.handle

    @property
    def closed(self):
        """Whether the socket is closed, or belongs to another process.

        One whose context is being terminated is not closed: the termination waits until it is.
        """
        cdef int value = 0
        cdef size_t size = sizeof(int)
        if self.handle == NULL or self.generation != process_generation:
            return True
        if zmq_getsockopt(self.handle, ZMQ_TYPE, &value, &size) != 0:
            return libzmq_errno() == ENOTSOCK
        return False

    @property
    def _owned(self):
        """Whether closing this object closes the libzmq socket."""
        return not self.shadowed

    @_owned.setter
    def _owned(self, bint value):
        self.shadowed = not value

    @property
    def _busy(self):
        """Whether a send or receive of this object waits in another thread."""
        return self.calls > 0

    @property
    def copy_threshold(self):
        """Bytes from which ``copy=False`` shares memory instead of copying."""
        return self._copy_threshold

    @copy_threshold.setter
    def copy_threshold(self, Py_ssize_t value):
        self._copy_threshold = value

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
        cdef int value = 0
        cdef void *handle
        if linger is not None:
            # Runs Python code, which may close it.
            value = linger
        handle = self.handle
        if handle == NULL or self.generation != process_generation:
            self.handle = NULL
            return
        if linger is not None:
            if zmq_setsockopt(handle, ZMQ_LINGER, &value, sizeof(int)) != 0 and libzmq_errno() != ETERM:
                raise_last()
        if self._watched:
            self._closing()
        if self.handle == NULL:
            return
        # Forgotten first: whatever happens now, nobody may use it.
        with cython.critical_section(self):
            handle = self.handle
            self.handle = NULL
            drop_notifier(self)
            if self.calls > 0 and not self.shadowed:
                self.leaving = handle
                handle = NULL
        if not self.shadowed and self.context is not None:
            forget_socket(self.context, self)
        if self._readiness is not None:
            self._readiness.close()
        if handle != NULL and not self.shadowed:
            if zmq_close(handle) == 0:
                note_closed()
            elif libzmq_errno() != ENOTSOCK:
                raise_last()
        if pyzmq_has_released():
            release_returned()

    def get(self, int option):
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
        check_socket(self)
        return get_option(self, option)

    def set(self, int option, optval):
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
        check_socket(self)
        set_option(self, option, optval)

    def _ready_events(self, int flags):
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
        check_socket(self)
        if not get_int_option(self, ZMQ_EVENTS, &events):
            events = get_any_option(self, ZMQ_EVENTS, PYZMQ_OPT_INT)
        return events & flags

    def bind(self, addr):
        """Listen on an address. See zmq_bind(3)."""
        cdef bytes encoded = encode_address(addr)
        cdef int failure
        check_socket_of(self, addr)
        failure = pyzmq_bind_failure(self.handle, encoded)
        if failure != 0:
            raise_with_address(addr, failure)
        while zmq_bind(self.handle, encoded) != 0:
            retry_or_raise_with_address(addr)

    def connect(self, addr):
        """Connect to an address. See zmq_connect(3)."""
        cdef bytes encoded = encode_address(addr)
        check_socket_of(self, addr)
        while zmq_connect(self.handle, encoded) != 0:
            retry_or_raise_with_address(addr)

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
        cdef bytes encoded = encode_address(addr)
        check_socket_of(self, addr)
        while zmq_unbind(self.handle, encoded) != 0:
            retry_or_raise_with_address(addr)

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
        cdef bytes encoded = encode_address(addr)
        check_socket_of(self, addr)
        while zmq_disconnect(self.handle, encoded) != 0:
            retry_or_raise_with_address(addr)

    def monitor(self, addr, int events=0xFFFF):
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
        if addr is not None:
            encoded = encode_address(addr)
            text = encoded
        check_socket_of(self, addr)
        while zmq_socket_monitor(self.handle, text, events) != 0:
            retry_or_raise_with_address(addr)

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
        need_draft("connect_peer (PEER)")
        need_libzmq(ZMQ_VERSION >= 40303, (4, 3, 3), "connect_peer")
        check_socket_of(self, addr)
        while True:
            routing_id = zmq_connect_peer(self.handle, encoded)
            if routing_id != 0:
                return routing_id
            retry_or_raise_with_address(addr)

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
        cdef bytes encoded
        need_draft("join (RADIO and DISH)")
        encoded = encode_group(group)
        check_socket(self)
        if zmq_join(self.handle, encoded) != 0:
            raise error_for_errno(libzmq_errno(), f"{strerror(libzmq_errno())} (group={group!r})")

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
        cdef bytes encoded
        need_draft("leave (RADIO and DISH)")
        encoded = encode_group(group)
        check_socket(self)
        if zmq_leave(self.handle, encoded) != 0:
            raise error_for_errno(libzmq_errno(), f"{strerror(libzmq_errno())} (group={group!r})")

    def send(self, data, int flags=0, bint copy=True, bint track=False, routing_id=None, group=None):
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
        cdef zmq_msg_t msg
        tracker = None
        check_socket(self)
        if copy and routing_id is None and group is None and PyBytes_CheckExact(data):
            send_bytes(self, data, flags)
        else:
            tracker = message_from_object(&msg, data, copy, track, self._copy_threshold)
            if routing_id is not None or group is not None:
                address_message(&msg, routing_id, group)
            send_prepared(self, &msg, 1, flags)
        if pyzmq_has_released():
            release_returned()
        return tracker

    def recv(self, int flags=0, bint copy=True, bint track=False):
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
        check_socket(self)
        if not copy:
            return recv_frame(self, flags, track)
        zmq_msg_init(&msg)
        recv_message(self, &msg, flags)
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
        cdef zmq_msg_t msg
        cdef Frame frame
        check_socket(self)
        if copy:
            zmq_msg_init(&msg)
            if not try_message(self, &msg):
                return None
            return parts_from(self, &msg) if multipart else pyzmq_own(take_bytes(&msg))
        frame = Frame.__new__(Frame)
        if not try_message(self, &frame.msg):
            return None
        frame.more = zmq_msg_more(&frame.msg)
        return frames_from(self, frame, False) if multipart else frame

    def recv_into(self, buffer, /, *, Py_ssize_t nbytes=0, int flags=0):
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
        check_socket(self)
        zmq_msg_init(&msg)
        PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE | PyBUF_WRITABLE)
        try:
            if nbytes < 0 or nbytes > view.len:
                raise ValueError(f"nbytes={nbytes} is not between 0 and the {view.len} bytes of the buffer")
            room = <size_t> (nbytes if nbytes else view.len)
            recv_message(self, &msg, flags)
            size = zmq_msg_size(&msg)
            memcpy(view.buf, zmq_msg_data(&msg), size if size < room else room)
            return <Py_ssize_t> size
        finally:
            close_message(&msg)
            PyBuffer_Release(&view)

    def send_multipart(
        self, msg_parts, int flags=0, bint copy=True, bint track=False, routing_id=None, group=None
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
        check_socket(self)
        return send_parts(self, msg_parts, flags, copy, track, routing_id, group)

    def recv_multipart(self, int flags=0, bint copy=True, bint track=False):
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
        check_socket(self)
        return recv_parts(self, flags) if copy else recv_frames(self, flags, track)


cdef int tell_forgotten(Socket socket) except -1:
    """Tell the class above, which tells the user, if the socket is open and its own."""
    if socket.handle != NULL and not socket.shadowed and socket.generation == process_generation:
        forgotten = getattr(socket, "_forgotten", None)
        if forgotten is not None:
            pyzmq_call_from_finalizer(forgotten)
        if isinstance(socket.context, Context):
            forget_socket(socket.context, socket)
    return 0


cdef inline int check_socket(Socket socket) except -1:
    if socket.handle == NULL or socket.generation != process_generation:
        raise_errno(ENOTSOCK)
    if socket._shared:
        note_shared(socket)
    return 0


cdef inline int check_socket_of(Socket socket, object addr) except -1:
    """As check_socket(), naming the address that the call is about."""
    if socket.handle == NULL or socket.generation != process_generation:
        raise_with_address(addr, ENOTSOCK)
    return 0


cdef int retry_or_raise_with_address(object addr) except -1:
    """After a failed call: return to try again (EINTR), or raise naming the address."""
    cdef int err = libzmq_errno()
    if err != EINTR:
        raise_with_address(addr, err)
    PyErr_CheckSignals()
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


cdef int address_message(zmq_msg_t *msg, object routing_id, object group) except -1:
    """Give a message its routing id or group; it is closed if that fails."""
    try:
        if routing_id is not None:
            need_draft("routing_id (CLIENT and SERVER)")
            set_routing_id(msg, routing_id)
        if group is not None:
            need_draft("group (RADIO and DISH)")
            set_group(msg, group)
    except BaseException:
        close_message(msg)
        raise
    return 0


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


# Sockets closed since the last time that there were too many.
cdef bint sockets_were_closed = False


cdef inline void note_closed() noexcept:
    global sockets_were_closed
    sockets_were_closed = True


cdef void *make_socket(Context context, int socket_type) except NULL:
    """Make a libzmq socket.

    Closed ones give their file descriptors back when libzmq's thread for that gets to it. A program that closes sockets
    as fast as it makes them would run out of them, so that thread gets some time to catch up.
    """
    global sockets_were_closed
    cdef void *handle = zmq_socket(context.handle, socket_type)
    cdef int milliseconds = 1
    cdef int err
    while handle == NULL:
        err = libzmq_errno()
        if err != EMFILE or not sockets_were_closed or milliseconds > MOST_PATIENCE:
            sockets_were_closed = False
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
