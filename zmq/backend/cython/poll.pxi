"""zmq_poll over sockets and file descriptors."""

cdef enum:
    ITEMS_ON_STACK = 32


def zmq_poll(sockets, timeout=-1):
    """Wait for events on sockets and file descriptors.

    Parameters
    ----------
    sockets : iterable of (socket, int)
        Each a :class:`zmq.Socket`, a file descriptor, or an object with ``fileno()``; and the mask of
        :class:`zmq.PollEvent` members to wait for.
    timeout : int or None
        Milliseconds to wait at most; -1 or None: for ever. Signals do not make it longer.

    Returns
    -------
    list of (socket, int)
        Those that are ready, in order, each with the mask of what happened. The file descriptor stands for an object
        that has one.

    Raises
    ------
    ZMQError
        ENOTSOCK if a socket is closed; EINVAL if there are more items than descriptors that the process may have.
    TypeError
        If an item is none of the three.
    ValueError
        If its ``fileno()`` fails.

    See zmq_poll(3).
    """
    cdef zmq_pollitem_t on_stack[ITEMS_ON_STACK]
    cdef pyzmq_record *records_on_stack[ITEMS_ON_STACK]
    cdef zmq_pollitem_t *items = on_stack
    cdef pyzmq_record **records = records_on_stack
    cdef Py_ssize_t count, index
    cdef int64_t until = -1
    cdef int64_t left
    cdef long wait
    cdef int rc = 0
    cdef list ready = []
    # Kept alive, whatever happens to `sockets` meanwhile.
    cdef list polled = []

    cdef tuple pairs = sockets if type(sockets) is tuple else tuple(sockets)
    count = len(pairs)
    left = -1 if timeout is None else to_c_int64(timeout)
    if left < 0:
        left = -1
    # A look without waiting needs no round through the GIL, and often finds what is there.
    if look_at_sockets(pairs, ready):
        if ready or left == 0:
            return ready
    elif ready:
        ready.clear()
    if count > ITEMS_ON_STACK:
        # The larger ones first, so that both are aligned.
        items = <zmq_pollitem_t *> malloc(<size_t> count * (sizeof(zmq_pollitem_t) + sizeof(pyzmq_record *)))
        if items == NULL:
            raise MemoryError
        records = <pyzmq_record **> (items + count)
    try:
        for index in range(count):
            item, events = pairs[index]
            fill_poll_item(&items[index], item, events)
            polled.append(item)
        # After the last Python code that may have closed a socket: fileno().
        take_records(records, polled)
        rc = pyzmq_poll_records(items, records, <int> count, 0)
        if rc < 0 and rc != -EINTR:
            raise_failure(rc)
        if rc <= 0 and left != 0:
            if left > 0:
                until = pyzmq_now_ms() + left
            while True:
                # A long has 32 bits on Windows; longer waits are made of several.
                wait = <long> left if left < 0x7FFFFFFF else 0x7FFFFFFF
                with nogil:
                    rc = pyzmq_poll_records(items, records, <int> count, wait)
                if rc < 0:
                    retry_or_raise(rc)
                elif rc > 0:
                    break
                if until >= 0:
                    left = until - pyzmq_now_ms()
                    if left <= 0:
                        break
        if rc > 0:
            for index in range(count):
                if items[index].revents:
                    # As documented, the descriptor stands for an object that has one.
                    item = polled[index] if items[index].socket != NULL else items[index].fd
                    ready.append((item, <int> items[index].revents))
        return ready
    finally:
        if items != on_stack:
            free(items)


cdef bint look_at_sockets(tuple pairs, list ready) except -1:
    """Ask each socket for its events; return whether there is nothing but open sockets and their usual events.

    Unlike zmq_poll(), this makes no system call as long as nothing happens. No Python code runs meanwhile.
    """
    cdef Py_ssize_t index
    cdef PyObject *item = NULL
    cdef PyTypeObject *kind = NULL
    cdef int flags = 0
    cdef int events = 0
    for index in range(PYZMQ_TUPLE_SIZE(pairs)):
        if not pyzmq_item_and_flags(PYZMQ_TUPLE_ITEM(pairs, index), &item, &flags):
            return False
        if flags & ~(ZMQ_POLLIN | ZMQ_POLLOUT):
            return False
        # Mostly all are of one class.
        if Py_TYPE(<object> item) != kind:
            if not isinstance(<object> item, Socket):
                return False
            kind = Py_TYPE(<object> item)
        check_socket(<Socket> item)
        if not get_int_option(<Socket> item, ZMQ_EVENTS, &events):
            return False
        if events & flags:
            ready.append((<object> item, events & flags))
    return True


cdef int take_records(pyzmq_record **records, list polled) except -1:
    cdef Py_ssize_t index
    for index in range(len(polled)):
        if isinstance(polled[index], Socket):
            check_socket(<Socket> polled[index])
            records[index] = record_of(<Socket> polled[index])
        else:
            records[index] = NULL
    return 0


cdef int fill_poll_item(zmq_pollitem_t *item, object polled, object events) except -1:
    item.socket = NULL
    item.fd = 0
    # Bits that do not fit mean nothing to libzmq.
    item.events = <short> to_c_int(events)
    item.revents = 0
    if isinstance(polled, Socket):
        return 0
    if isinstance(polled, int):
        item.fd = <pyzmq_fd_t> polled
    elif hasattr(polled, "fileno"):
        try:
            item.fd = <pyzmq_fd_t> to_int(polled.fileno())
        except Exception as error:
            raise ValueError(f"fileno() must return a valid integer fd: {polled!r}") from error
    elif hasattr(polled, "__index__"):
        item.fd = <pyzmq_fd_t> PyNumber_Index(polled)
    else:
        raise TypeError(f"Socket must be a 0MQ socket, an integer fd or have a fileno() method: {polled!r}")
    return 0


# As in quick.pxi: the usual case, without what Cython adds around a function, above all under the limited API.


cdef object quick_poll(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames):
    cdef int timeout = 0
    cdef list ready
    if (
        kwnames == NULL and nargs == 2 and type(<object> args[0]) is tuple and pyzmq_as_flags(args[1], &timeout)
    ):
        ready = []
        if look_at_sockets(<tuple> args[0], ready) and (ready or timeout == 0):
            return ready
    return pyzmq_own(PyObject_Vectorcall(<PyObject *> general_poll, args, <size_t> nargs, kwnames))


cdef object general_poll = zmq_poll
cdef bytes poll_text = method_text(general_poll)
cdef PyMethodDef poll_definition = PyMethodDef(
    "zmq_poll", <PyCFunction> quick_poll, METH_FASTCALL | METH_KEYWORDS, poll_text
)
zmq_poll = PyCFunction_New(&poll_definition, NULL)
