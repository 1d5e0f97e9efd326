"""Context: owns, or shadows, one libzmq context."""


cdef class Context:
    """Own, or shadow, one libzmq context (zmq_ctx_new(3)).

    Parameters
    ----------
    io_threads : int
        Number of I/O threads.
    shadow : int
        Address of a context to shadow: none is made then, and none terminated unless :attr:`_owned` is set. Its owner
        keeps it alive.

    Thread-safe.
    """

    def __cinit__(self):
        self.handle = NULL
        self.shadowed = False
        self.generation = pyzmq_generation
        self.started = False
        self.ends = False
        self.terminating = None
        self._socket_refs = {}

    def __init__(self, io_threads=1, uintptr_t shadow=0):
        cdef int threads = to_c_int(io_threads)
        if self.handle != NULL and self.generation == pyzmq_generation:
            raise RuntimeError("a Context that is open cannot be initialised again")
        # It may have had another libzmq context, which was terminated, or belongs to another process.
        self.handle = NULL
        self.shadowed = self.started = self.ends = False
        self.generation = pyzmq_generation
        self._socket_refs = {}
        self.terminating = _thread.RLock()
        if shadow:
            self.handle = <void *> shadow
            self.shadowed = True
            return
        self.handle = zmq_ctx_new()
        if self.handle == NULL:
            raise_last()
        if threads != 1:
            try:
                self.set(ZMQ_IO_THREADS, threads)
            except BaseException:
                zmq_ctx_term(self.handle)
                self.handle = NULL
                raise

    def __dealloc__(self):
        if not self.shadowed:
            pyzmq_drop_context(self.handle, self.generation)

    @property
    def underlying(self):
        """Address of the libzmq context; 0 once it is closed."""
        return <uintptr_t> self.handle

    @property
    def closed(self):
        """Whether the context is terminated, or belongs to another process."""
        return self.handle == NULL or self.generation != pyzmq_generation

    @property
    def _owned(self):
        """Whether terminating this object terminates the libzmq context."""
        return not self.shadowed

    @_owned.setter
    def _owned(self, bint value):
        self.shadowed = not value

    def get(self, option):
        """Read an integer option of the context.

        Parameters
        ----------
        option : int
            A member of :class:`zmq.ContextOption`.

        Returns
        -------
        int

        Raises
        ------
        ZMQError
            EINVAL for an unknown option.
        RuntimeError
            If the context is closed.

        Thread-safe. See zmq_ctx_get(3).
        """
        cdef int rc
        cdef int number = to_c_int(option)
        with cython.critical_section(self):
            check_context_of_options(self)
            rc = zmq_ctx_get(self.handle, number)
            # The default policy is -1, which libzmq uses for errors, too.
            if rc < 0 and number != ZMQ_THREAD_SCHED_POLICY:
                raise_last()
        return rc

    def set(self, option, optval):
        """Set an integer option of the context.

        Parameters
        ----------
        option : int
            A member of :class:`zmq.ContextOption`.
        optval : int
            Its value.

        Raises
        ------
        ZMQError
            EINVAL for an unknown option or value.
        TypeError
            If `optval` is no int.
        RuntimeError
            If the context is closed.

        Thread-safe. See zmq_ctx_set(3).
        """
        cdef int value
        cdef int number = to_c_int(option)
        check_context_of_options(self)
        if not hasattr(optval, "__index__"):
            raise TypeError(f"context option {option} takes int, not {optval!r}")
        value = to_c_int(optval)
        with cython.critical_section(self):
            # Again: the lines above run Python code.
            check_context_of_options(self)
            if zmq_ctx_set(self.handle, number, value) != 0:
                raise_last()

    def _end(self):
        """Raise ETERM from now on: the libzmq context, that of a shadow, is about to be terminated elsewhere."""
        with cython.critical_section(self):
            self.ends = True

    def term(self):
        """Terminate the context.

        Calls that block on its sockets raise ContextTerminated; then `term` waits, without the GIL, until all sockets
        are closed and their messages sent or LINGER over. A shadow terminates the context that it shadows. Does nothing
        for a closed context. A signal handler may raise out of it; `term` may be called again.

        Thread-safe. See zmq_ctx_term(3).
        """
        cdef void *handle
        cdef int rc = 0
        cdef int err = 0
        if self.handle == NULL or self.shadowed or self.generation != pyzmq_generation:
            self.handle = NULL
            return
        # One thread at a time: libzmq frees the context when it is done. A signal handler may come here again.
        with self.terminating:
            while self.handle != NULL:
                handle = self.handle
                # When this section begins, nobody is between check_context and libzmq any more.
                with cython.critical_section(self):
                    self.ends = True
                with nogil:
                    rc = zmq_ctx_term(handle)
                    err = libzmq_errno()
                if rc == 0 or err == EFAULT:
                    self.handle = NULL
                elif err != EINTR:
                    raise_errno(err)
                else:
                    check_signals()


cdef inline int note_socket(Context context, object socket) except -1:
    context._socket_refs[<uintptr_t> <PyObject *> socket] = PyWeakref_NewRef(socket, None)
    return 0


cdef inline int forget_socket(Context context, object socket) except -1:
    cdef object number = <uintptr_t> <PyObject *> socket
    # None: the garbage collector has taken the context apart already.
    if context._socket_refs is not None and number in context._socket_refs:
        context._socket_refs.pop(number, None)
    return 0


cdef inline int check_context(Context context) except -1:
    if context.handle == NULL or context.generation != pyzmq_generation:
        raise_errno(EFAULT)
    # Another thread is in zmq_ctx_term, which frees it at any moment.
    if context.ends:
        raise_errno(ETERM)
    return 0


cdef inline int check_context_of_options(Context context) except -1:
    if context.handle == NULL or context.generation != pyzmq_generation:
        raise RuntimeError("Context has been destroyed")
    return check_context(context)
