"""What only thread-safe sockets (draft) need."""


cdef object get_draft_fd(Socket socket):
    """Return a descriptor for a thread-safe socket, which has none of libzmq's."""
    cdef int64_t fd = 0
    cdef int err
    if socket.shadowed:
        # It could not know when the socket is closed, and the descriptor has to be closed before.
        raise error_for_errno(EINVAL, "a shadow of a thread-safe socket has no FD: ask the socket that it shadows")
    if socket.notifier == NULL:
        # May run Python code, which may close the socket.
        _warn_draft_fd()
        check_socket(socket)
    err = pyzmq_notifier_fd(&socket.notifier, socket.handle, &fd)
    if err:
        raise_errno(err)
    return fd


cdef void drop_notifier(Socket socket) noexcept:
    """Close the descriptor, before the socket is closed."""
    cdef void *notifier = socket.notifier
    socket.notifier = NULL
    pyzmq_notifier_free(notifier)
