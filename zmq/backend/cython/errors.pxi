"""From C errors to exceptions.

``errno`` is read before anything else may change it; EINTR never gets here, since the callers retry.
"""


cdef tuple arguments_of_again = (EAGAIN,)


cdef int raise_errno(int err) except -1:
    """Raise the exception that stands for `err`."""
    if err == EAGAIN:
        # So frequent that it is made without Python code, and raised without a traceback entry for this function.
        PyErr_SetObject(Again, pyzmq_new_instance(Again, arguments_of_again))
        return -1
    raise error_for_errno(err)


cdef int raise_last() except -1:
    """Raise the exception for the error of the libzmq call just made."""
    return raise_errno(libzmq_errno())


cdef int raise_with_address(object addr, int err) except -1:
    """Raise for `err`, naming the address that the call was about."""
    raise error_for_errno(err, f"{strerror(err)} (addr={addr!r})")


# Exceptions that signal handlers raised during a socket operation. They are raised later, in the thread that runs the
# handlers.
cdef list interruptions = []
cdef object interrupted_thread = None


cdef int check_signals() except -1:
    """Run the handlers of signals that have arrived; raise what they raise, and what earlier ones have."""
    PyErr_CheckSignals()
    if interruptions and _thread.get_ident() == interrupted_thread:
        raise interruptions.pop(0)
    return 0


cdef int need_libzmq(bint fulfilled, tuple version, str what) except -1:
    """Raise ZMQVersionError if the libzmq compiled in is older than `what` needs."""
    if not fulfilled:
        _check_version(version, what)
    return 0


cdef int need_draft(str what) except -1:
    if not PYZMQ_HAVE_DRAFT:
        raise RuntimeError(
            f"{what} needs libzmq's draft API, which this build of pyzmq leaves out; "
            "build with ZMQ_DRAFT_API=ON (and, with a libzmq of your own, one built with drafts)"
        )
    return 0


def strerror(errno):
    """Describe an error number, libzmq's own ones included.

    Parameters
    ----------
    errno : int
        The error number.

    Returns
    -------
    str

    Thread-safe. See zmq_strerror(3).
    """
    return zmq_strerror(to_c_int(errno)).decode("utf-8", "replace")
