"""send(), recv() and get() as programs mostly call them, without what Cython adds around a method.

Each takes the usual case: positional arguments, bytes or an int, nothing to wait for. It leaves everything else to the
method of the same name in ``socket.pxi``, which it replaces in the class. What this saves is the general parsing of
arguments and, for an ``Again``, a traceback entry, which costs more than all the rest of the call, and several times
more under the limited API.
"""


cdef PyObject *quick_send(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) noexcept:
    cdef Socket socket = <Socket> self
    cdef pyzmq_record *record = record_of(socket)
    cdef Py_ssize_t size
    cdef int flags = 0
    cdef bint tracked = False
    if (
        kwnames == NULL and (nargs == 1 or nargs == 2 and pyzmq_as_flags(args[1], &flags))
        and PyBytes_CheckExact(<object> args[0]) and pyzmq_sends_plainly(record)
    ):
        size = PYZMQ_BYTES_SIZE(<object> args[0])
        if size < BYTES_BY_REFERENCE and pyzmq_send_plainly(
            record, PYZMQ_BYTES_CONTENT(<object> args[0]), <size_t> size, flags
        ) >= 0:
            if pyzmq_has_released():
                release_returned()
            return pyzmq_none()
    if (
        pyzmq_is_shared(kwnames, args + nargs, <PyObject *> copy_name, <PyObject *> track_name, &tracked)
        and (nargs == 1 or nargs == 2 and pyzmq_as_flags(args[1], &flags))
    ):
        return (<send_function> send_shared)(socket, <object> args[0], flags, tracked)
    return pyzmq_call_method(<PyObject *> general_send, self, args, nargs, kwnames)


cdef PyObject *quick_recv(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) noexcept:
    cdef Socket socket = <Socket> self
    cdef pyzmq_record *record = record_of(socket)
    cdef int flags = 0
    cdef int rc
    cdef bint tracked = False
    cdef zmq_msg_t msg
    if (
        kwnames == NULL and (nargs == 0 or nargs == 1 and pyzmq_as_flags(args[0], &flags))
        and pyzmq_receives_plainly(record)
    ):
        zmq_msg_init(&msg)
        rc = pyzmq_receive_plainly(record, &msg)
        if rc >= 0:
            return take_bytes(&msg)
        if rc == -EAGAIN and flags & ZMQ_DONTWAIT:
            return pyzmq_raise_new(<PyObject *> Again, <PyObject *> arguments_of_again)
    if (
        pyzmq_is_shared(kwnames, args + nargs, <PyObject *> copy_name, <PyObject *> track_name, &tracked)
        and (nargs == 0 or nargs == 1 and pyzmq_as_flags(args[0], &flags))
    ):
        return (<recv_function> recv_shared)(socket, flags, tracked)
    return pyzmq_call_method(<PyObject *> general_recv, self, args, nargs, kwnames)


# Exceptions are passed on: these functions return NULL, which the callers above return to Python.
ctypedef PyObject *(*send_function)(Socket socket, object data, int flags, bint track) noexcept
ctypedef PyObject *(*recv_function)(Socket socket, int flags, bint track) noexcept


cdef object send_shared(Socket socket, object data, int flags, bint track):
    """As send(data, flags, copy=False, track=track)."""
    check_socket(socket)
    return send_object(socket, data, flags, False, track, None, None)


cdef object recv_shared(Socket socket, int flags, bint track):
    """As recv(flags, copy=False, track=track)."""
    check_socket(socket)
    return receive_as_frame(socket, flags, track)


cdef PyObject *quick_get(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) noexcept:
    cdef Socket socket = <Socket> self
    cdef int option = 0
    cdef int value = 0
    if (
        kwnames == NULL and nargs == 1 and pyzmq_as_flags(args[0], &option)
        and pyzmq_socket_option_type(option) == PYZMQ_OPT_INT
        and not record_of(socket).dead and get_int_option(socket, option, &value)
    ):
        return new_int(value)
    return pyzmq_call_method(<PyObject *> general_get, self, args, nargs, kwnames)


cdef str copy_name = sys.intern("copy")
cdef str track_name = sys.intern("track")
cdef object general_send = Socket.send
cdef object general_recv = Socket.recv
cdef object general_get = Socket.get


cdef bytes method_text(object method):
    """Signature and docstring in the form that CPython takes them apart from."""
    return f"{method.__name__}{method.__text_signature__}\n--\n\n{method.__doc__}".encode("utf-8")


# Kept, since the methods refer to them.
cdef bytes send_text = method_text(general_send)
cdef bytes recv_text = method_text(general_recv)
cdef bytes get_text = method_text(general_get)
cdef PyMethodDef quick_methods[3]

quick_methods[0] = PyMethodDef("send", <PyCFunction> quick_send, METH_FASTCALL | METH_KEYWORDS, send_text)
quick_methods[1] = PyMethodDef("recv", <PyCFunction> quick_recv, METH_FASTCALL | METH_KEYWORDS, recv_text)
quick_methods[2] = PyMethodDef("get", <PyCFunction> quick_get, METH_FASTCALL | METH_KEYWORDS, get_text)
pyzmq_replace_method(Socket, &quick_methods[0])
pyzmq_replace_method(Socket, &quick_methods[1])
pyzmq_replace_method(Socket, &quick_methods[2])

# Before Python 3.15, the limited API lets Cython make no finaliser; a method of that name does what one would do.
cdef PyObject *finalise(PyObject *self, PyObject *nothing) except NULL:
    tell_forgotten(<Socket> self)
    return pyzmq_none()


cdef PyMethodDef finaliser = PyMethodDef("__del__", <PyCFunction> finalise, METH_NOARGS, NULL)

if not hasattr(Socket, "__del__"):
    pyzmq_replace_method(Socket, &finaliser)

# What a class that overrides neither has.
cdef object plain_get = Socket.get
cdef object plain_set = Socket.set
