"""What only thread-safe sockets (draft) need."""


cdef object get_draft_fd(Socket socket):
    """Return a descriptor for a thread-safe socket, which has none of libzmq's."""
    cdef pyzmq_record *record = record_of(socket)
    cdef int64_t fd = 0
    cdef int err
    if not record.ours:
        # Nobody would know when the socket is closed, and the descriptor has to be closed before.
        raise error_for_errno(EINVAL, "a thread-safe socket of another library has no FD")
    if record.notifier == NULL:
        # May run Python code, which may close the socket.
        _warn_draft_fd()
        check_socket(socket)
    err = pyzmq_notifier_fd(&record.notifier, record.handle, &fd)
    if err:
        raise_errno(err)
    return fd
