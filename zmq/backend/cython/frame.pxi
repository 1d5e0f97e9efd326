"""Frame: owns one zmq_msg_t."""


@cython.freelist(32)
cdef class Frame:
    """One part of a message, not copied on its way between Python and libzmq.

    ``recv(copy=False)`` returns frames; a frame made here can be sent several times. Properties of the connection that
    a frame came over are items: ``frame["Peer-Address"]``.

    Parameters
    ----------
    data : bytes-like, optional
        The content. Shared data must not change until libzmq is done with it: see `track`.
    track : bool
        Make :attr:`tracker` follow the frame's memory.
    copy : bool, optional
        Whether to copy `data`; None copies what is smaller than `copy_threshold`.
    copy_threshold : int, optional
        Bytes; default: ``zmq.COPY_THRESHOLD``.

    Raises
    ------
    TypeError
        If `data` offers no contiguous buffer, ``str`` included.

    Threads may read, copy and send the same frame; setting options is not thread-safe. See zmq_msg_init(3),
    zmq_msg_init_data(3).
    """

    def __cinit__(self):
        zmq_msg_init(&self.msg)

    def __init__(self, data=None, bint track=False, copy=None, copy_threshold=None):
        cdef Py_ssize_t size
        cdef BufferHint *hint
        # The content may be in use: by views, and by libzmq.
        if zmq_msg_size(&self.msg) != 0:
            raise RuntimeError("a Frame is initialised once")
        if data is None:
            if track:
                self.tracker = finished_tracker
            return
        if isinstance(data, str):
            raise TypeError(f"a Frame holds bytes, not str: {data!r}; encode it first")
        if copy is None:
            if copy_threshold is None:
                copy_threshold = default_copy_threshold()
            size = len(data) if PyBytes_CheckExact(data) else memoryview(data).nbytes
            copy = size < to_c_size(copy_threshold)
        zmq_msg_close(&self.msg)
        zmq_msg_init(&self.msg)
        self._bytes = None
        if copy:
            copy_into_message(&self.msg, data)
            if track:
                self.tracker = finished_tracker
        else:
            event = TrackerEvent() if track else None
            hint = lend_buffer(data, event)
            message_from_hint(&self.msg, hint)
            if track:
                self.tracker_event = event
                self.tracker = tracker_of(event)
        if PyBytes_CheckExact(data):
            self._bytes = data

    def __dealloc__(self):
        close_message(&self.msg)

    def __copy__(self):
        """Another frame that shares the content, which is not copied (zmq_msg_copy(3))."""
        cdef Frame twin = Frame.__new__(Frame)
        share_content(&twin.msg, self)
        twin._bytes = self._bytes
        twin.more = self.more
        twin.tracker = self.tracker
        twin.tracker_event = self.tracker_event
        return twin

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        cdef void *data = zmq_msg_data(&self.msg)
        # Cython has put a reference to None there, which is overwritten.
        pyzmq_clear_exporter(buffer)
        PyBuffer_FillInfo(buffer, self, data, <Py_ssize_t> zmq_msg_size(&self.msg), pyzmq_is_readonly(data), flags)

    def __len__(self):
        return <Py_ssize_t> zmq_msg_size(&self.msg)

    def __repr__(self):
        cdef Py_ssize_t size = len(self)
        if size > 16:
            shown = f"{self.buffer[:12].tobytes()!r}...{short_size(size)}"
        else:
            shown = repr(self.bytes)
        cls = type(self)
        name = "zmq.Frame" if cls is Frame else f"{cls.__module__}.{cls.__qualname__}"
        return f"<{name}({shown})>"

    @property
    def buffer(self):
        """A memoryview of the content, not copied; it keeps the frame alive. The same one, as long as it is in use.

        Read-only if it is memory of bytes, sent in this process.
        """
        with cython.critical_section(self):
            view = None if self._view is None else self._view()
            if view is None or is_released(view):
                view = memoryview(self)
                self._view = PyWeakref_NewRef(view, None)
        return view

    @property
    def bytes(self):
        """The content as bytes, copied at the first access and kept."""
        with cython.critical_section(self):
            if self._bytes is None:
                self._bytes = pyzmq_own(copy_content(&self.msg, zmq_msg_size(&self.msg)))
            return self._bytes

    def get(self, option):
        """Read an option or a property.

        Parameters
        ----------
        option : int or str
            A member of :class:`zmq.MessageOption`; or the name of a property, such as ``"User-Id"``, ``"Socket-Type"``,
            ``"Peer-Address"``; or ``"routing_id"`` or ``"group"`` (draft).

        Returns
        -------
        int or str

        Raises
        ------
        ZMQError
            EINVAL for an unknown option or property.

        See zmq_msg_get(3), zmq_msg_gets(3).
        """
        cdef int number
        cdef const char *text
        if isinstance(option, int) or hasattr(option, "__index__"):
            number = zmq_msg_get(&self.msg, to_c_int(option))
            if number < 0:
                raise_last()
            return number
        if option == "routing_id":
            need_draft("routing_id of a Frame (CLIENT and SERVER)")
            return zmq_msg_routing_id(&self.msg)
        if option == "group":
            need_draft("group of a Frame (RADIO and DISH)")
            return zmq_msg_group(&self.msg).decode("utf-8")
        need_libzmq(ZMQ_VERSION >= 40100, (4, 1), "get by name")
        name = option.encode("utf-8") if isinstance(option, str) else option
        if not isinstance(name, bytes):
            raise TypeError(f"expected str, got: {option!r}; a Frame has options by number and properties by name")
        text = zmq_msg_gets(&self.msg, <bytes> name)
        if text == NULL:
            raise_last()
        return text.decode("utf-8")

    def set(self, option, value):
        """Set an option.

        Parameters
        ----------
        option : int or str
            ``"routing_id"`` or ``"group"`` (draft), or an integer option.
        value : int or str
            Its value.

        Raises
        ------
        ZMQError
            EINVAL: libzmq knows no integer option that can be set.

        See zmq_msg_set(3).
        """
        cdef int number, optval
        if option == "routing_id":
            need_draft("routing_id of a Frame (CLIENT and SERVER)")
            set_routing_id(&self.msg, value)
        elif option == "group":
            need_draft("group of a Frame (RADIO and DISH)")
            set_group(&self.msg, value)
        else:
            number = to_c_int(option)
            optval = to_c_int(value)
            if zmq_msg_set(&self.msg, number, optval) != 0:
                raise_last()

    def __getitem__(self, key):
        if not isinstance(key, (str, bytes, int)) and not hasattr(key, "__index__"):
            raise TypeError(f"a Frame has options and properties as items, not {key!r}; its content is frame.bytes")
        return self.get(key)

    def __getattr__(self, str name):
        option = _VALUES["MessageOption"].get(name.upper())
        if option is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute and no option {name!r}")
        try:
            return self.get(option)
        except ZMQError as error:
            raise AttributeError(f"{type(self).__name__} option {name!r} cannot be read here: {error}") from error

    @property
    def group(self):
        """The group of a message of RADIO and DISH sockets (draft)."""
        return self.get("group")

    @group.setter
    def group(self, value):
        self.set("group", value)

    @group.deleter
    def group(self):
        raise AttributeError("the group of a Frame cannot be deleted")

    @property
    def routing_id(self):
        """The routing id of a message of CLIENT and SERVER sockets (draft)."""
        return self.get("routing_id")

    @routing_id.setter
    def routing_id(self, value):
        self.set("routing_id", value)

    @routing_id.deleter
    def routing_id(self):
        raise AttributeError("the routing_id of a Frame cannot be deleted")


cdef str short_size(Py_ssize_t size):
    if size < 1000:
        return f"{size}B"
    if size < 1048576:
        return f"{size // 1000}kB"
    if size < 1000000000:
        return f"{size // 1000000}MB"
    return f"{size // 1000000000}GB"


cdef bint is_released(view) except -1:
    try:
        view.nbytes
    except ValueError:
        return True
    return False


cdef int share_content(zmq_msg_t *msg, Frame frame) except -1:
    """Let an initialised `msg` refer to the content of a frame.

    libzmq counts references with atomic operations, but only from the second one on.
    """
    cdef int rc
    with cython.critical_section(frame):
        rc = zmq_msg_copy(msg, &frame.msg)
    if rc != 0:
        raise_last()
    return 0


cdef int set_routing_id(zmq_msg_t *msg, object routing_id) except -1:
    cdef uint32_t number
    if not hasattr(routing_id, "__index__"):  # C would round a float
        raise TypeError(f"a routing_id is an int, not {routing_id!r}")
    number = PyNumber_Index(routing_id)
    if zmq_msg_set_routing_id(msg, number) != 0:
        raise_last()
    return 0


cdef int set_group(zmq_msg_t *msg, object group) except -1:
    if zmq_msg_set_group(msg, encode_group(group)) != 0:
        raise error_for_errno(libzmq_errno(), f"{strerror(libzmq_errno())} (group={group!r})")
    return 0


cdef bytes encode_group(object group):
    """The name of a group as libzmq wants it, checked for what libzmq would cut off in silence."""
    cdef object encoded = group.encode("utf-8") if isinstance(group, str) else group
    if not isinstance(encoded, bytes):
        raise TypeError(f"a group is named by str or bytes, not group={group!r}")
    if b"\0" in encoded:
        raise ValueError(f"the name of a group holds no NUL (group={group!r})")
    return encoded


# The names of the module zmq, once a socket or a frame was made.
cdef dict public_names = None


cdef object default_copy_threshold():
    """``zmq.COPY_THRESHOLD`` as it is now: programs assign to it."""
    global public_names
    if public_names is None:
        public_names = vars(sys.modules["zmq"])
    return public_names["COPY_THRESHOLD"]


Message = Frame
pyzmq_set_module(Frame, b"zmq.sugar.frame", b"zmq.sugar.frame.Frame")
