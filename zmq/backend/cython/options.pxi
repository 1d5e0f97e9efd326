"""Socket options: from a C table of types, one read and one write."""

# Enough for every option of bytes but the endpoint of a long inproc name.
cdef enum:
    OPTION_BUFFER_SIZE = 1024
    LONGEST_ENDPOINT = 1 << 30
    CURVE_KEY_SIZE = 40         # in Z85


# Converting a value and handling a signal run Python code, which may close the socket: its handle is looked up for each
# call, and libzmq refuses NULL.


cdef inline bint get_int_option(Socket socket, int option, int *value) noexcept:
    """Read an option of type int; return whether that worked."""
    cdef size_t size = sizeof(int)
    return pyzmq_get_option(record_of(socket), option, value, &size) == 0


cdef object get_option(Socket socket, int option):
    """Read an option of an open socket as int or bytes."""
    cdef int as_int = 0
    cdef int kind = pyzmq_socket_option_type(option)
    if kind == PYZMQ_OPT_INT and get_int_option(socket, option, &as_int):
        return as_int
    return get_any_option(socket, option, kind)


cdef object get_any_option(Socket socket, int option, int kind):
    cdef int64_t as_int64 = 0
    cdef int as_int = 0
    cdef pyzmq_fd_t as_fd = 0
    cdef char as_bytes[OPTION_BUFFER_SIZE]
    cdef size_t size
    cdef void *value
    cdef int rc

    if kind == PYZMQ_OPT_BYTES:
        value = as_bytes
        # libzmq tells the binary form of a key from the Z85 form by the size of the buffer.
        size = CURVE_KEY_SIZE + 1 if ZMQ_CURVE_PUBLICKEY <= option <= ZMQ_CURVE_SERVERKEY else OPTION_BUFFER_SIZE
    elif kind == PYZMQ_OPT_INT64:
        value = &as_int64
        size = sizeof(int64_t)
    elif kind == PYZMQ_OPT_FD:
        value = &as_fd
        size = sizeof(pyzmq_fd_t)
    else:
        value = &as_int
        size = sizeof(int)

    while True:
        rc = pyzmq_get_option(record_of(socket), option, value, &size)
        if rc == 0:
            break
        if option == ZMQ_FD and rc == -EINVAL and pyzmq_is_thread_safe(record_of(socket).handle):
            return get_draft_fd(socket)
        if option == ZMQ_LAST_ENDPOINT and rc == -EINVAL:
            return get_long_endpoint(socket)
        retry_or_raise(rc)

    if kind == PYZMQ_OPT_BYTES:
        # libzmq counts the trailing NUL of texts, such as LAST_ENDPOINT and the keys in Z85; routing ids are binary.
        if size > 0 and option != ZMQ_ROUTING_ID and as_bytes[size - 1] == 0:
            size -= 1
        return PyBytes_FromStringAndSize(as_bytes, <Py_ssize_t> size)
    if kind == PYZMQ_OPT_INT64:
        if option == ZMQ_AFFINITY:
            return <uint64_t> as_int64
        return as_int64
    if kind == PYZMQ_OPT_FD:
        return <int64_t> as_fd
    return as_int


cdef bytes get_long_endpoint(Socket socket):
    """Read LAST_ENDPOINT with ever larger buffers: libzmq does not tell its size."""
    cdef size_t room = OPTION_BUFFER_SIZE * 16
    cdef size_t size
    cdef char *text
    cdef int rc
    while True:
        size = room
        text = <char *> malloc(room)
        if text == NULL:
            raise MemoryError
        try:
            rc = pyzmq_get_option(record_of(socket), ZMQ_LAST_ENDPOINT, text, &size)
            if rc == 0:
                # The last byte is the NUL.
                return PyBytes_FromStringAndSize(text, <Py_ssize_t> size - 1)
        finally:
            free(text)
        if rc != -EINVAL or room >= LONGEST_ENDPOINT:
            retry_or_raise(rc)
        else:
            room *= 16


cdef int set_option(Socket socket, int option, object optval) except -1:
    """Write an option of an open socket."""
    cdef int64_t as_int64
    cdef int as_int
    cdef pyzmq_fd_t as_fd
    cdef bytes content
    cdef int kind = pyzmq_socket_option_type(option)

    if kind == PYZMQ_OPT_INT and type(optval) is int:
        as_int = to_c_int(optval)
        return set_option_raw(socket, option, &as_int, sizeof(int))
    if isinstance(optval, str):
        raise TypeError(f"unicode not allowed, use setsockopt_string: option {option} takes no str")
    if kind == PYZMQ_OPT_BYTES:
        if not isinstance(optval, bytes):
            raise TypeError(f"expected bytes, got: {type(optval).__name__} for option {option}")
        content = optval
        return set_option_raw(socket, option, <const char *> content, <size_t> len(content))
    if not (isinstance(optval, int) or hasattr(optval, "__index__")):
        raise TypeError(f"expected int, got: {optval!r} for option {option}")
    if kind == PYZMQ_OPT_INT64:
        as_int64 = bitmap_from(optval) if option == ZMQ_AFFINITY else to_c_int64(optval)
        return set_option_raw(socket, option, &as_int64, sizeof(int64_t))
    if kind == PYZMQ_OPT_FD:
        as_fd = PyNumber_Index(optval)
        return set_option_raw(socket, option, &as_fd, sizeof(pyzmq_fd_t))
    as_int = to_c_int(optval)
    return set_option_raw(socket, option, &as_int, sizeof(int))


cdef int64_t bitmap_from(object optval) except? -1:
    """The bits of AFFINITY. A negative number stands for those that it has in 64 bits."""
    cdef object number = PyNumber_Index(optval)
    if not -(1 << 63) <= number < 1 << 64:
        raise OverflowError(f"AFFINITY is a bitmap of 64 bits, into which {optval!r} does not fit")
    return <int64_t> <uint64_t> (number & 0xFFFFFFFFFFFFFFFF)


cdef int set_option_raw(Socket socket, int option, const void *value, size_t size) except -1:
    cdef int rc = pyzmq_set_option(record_of(socket), option, value, size)
    while rc != 0:
        retry_or_raise(rc)
        rc = pyzmq_set_option(record_of(socket), option, value, size)
    return 0


cdef inline bint is_plain_socket(object instance) noexcept:
    """Whether it is an open socket whose class has the backend's own get() and set()."""
    return (
        isinstance(instance, Socket)
        and not (<Socket> instance).overridden
        and not record_of(<Socket> instance).dead
    )


# Names that are known to be options, so that writing them needs no closer look.
cdef set known_option_names = set()


cdef class OptionAttribute:
    """An option as an attribute of sockets or contexts.

    Reads and writes through the owner's ``get`` and ``set``, so that a subclass that overrides these is obeyed.

    Parameters
    ----------
    option : int
        Number of the option.
    name : str
        How errors call it.
    readable, writable : bool
        What libzmq allows. Reading what is write-only raises AttributeError, so that ``hasattr`` works; writing what is
        read-only raises ZMQError, as libzmq would.
    """

    cdef int option
    cdef int kind
    cdef bint readable, writable
    cdef object boxed
    cdef object name

    def __init__(self, int option, str name, bint readable=True, bint writable=True):
        self.option = option
        self.kind = pyzmq_socket_option_type(option)
        self.boxed = option
        self.name = name
        self.readable = readable
        self.writable = writable

    def __get__(self, instance, owner):
        cdef int as_int = 0
        if instance is None:
            return self
        if (
            self.kind == PYZMQ_OPT_INT and self.readable and is_plain_socket(instance)
            and get_int_option(<Socket> instance, self.option, &as_int)
        ):
            return as_int
        if not self.readable:
            raise AttributeError(f"{self.name} attribute is write-only")
        try:
            return instance.get(self.boxed)
        except ZMQError as error:
            # So that hasattr() and inspect can walk over a socket, whatever its type and the age of libzmq.
            if error.errno != EINVAL:
                raise
            raise AttributeError(f"{self.name} attribute cannot be read on this socket: {error}") from error

    def __set__(self, instance, value):
        cdef int as_int = 0
        if self.writable and type(value) is int and is_plain_socket(instance):
            # Numbers that are not negative are converted with less ado.
            if self.kind == PYZMQ_OPT_INT and pyzmq_as_flags(<PyObject *> value, &as_int):
                set_option_raw(<Socket> instance, self.option, &as_int, sizeof(int))
            else:
                set_option(<Socket> instance, self.option, value)
            return
        if type(value) is str and self.option in (ZMQ_SUBSCRIBE, ZMQ_UNSUBSCRIBE):
            value = value.encode("utf-8")
        try:
            instance.set(self.boxed, value)
        except ZMQError as error:
            if self.writable or error.errno != EINVAL:
                raise
            raise ZMQError(EINVAL, f"{error}: {self.name} is read-only") from error

    def __delete__(self, instance):
        raise AttributeError(f"{self.name} is an option and cannot be deleted")

    def __repr__(self):
        return f"<OptionAttribute {self.name}>"
