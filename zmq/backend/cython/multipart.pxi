"""Messages of several frames: one loop in C, no option read for each part.

All parts are prepared before the first is sent, so that a bad one sends nothing. Once the first is sent, libzmq takes
the others without waiting.
"""

# Messages of up to so many parts need no memory of their own.
cdef enum:
    PARTS_ON_STACK = 16


cdef object send_parts(
    Socket socket, object msg_parts, int flags, bint copy, bint track, object routing_id, object group
):
    cdef int sent = 0
    if copy and routing_id is None and group is None and pyzmq_is_stable_sequence(msg_parts):
        sent = send_plain_parts(socket, msg_parts, flags)
    if sent:
        tracker = None
    else:
        # Preparing other objects may run Python code, which must not be able to change the sequence.
        tracker = send_any_parts(socket, tuple(msg_parts), flags, copy, track, routing_id, group)
    if pyzmq_has_released():
        release_returned()
    return tracker


cdef int send_plain_parts(Socket socket, object parts, int flags) except -1:
    """Send a few exact bytes in a list or tuple; return False, with nothing sent, if it is anything else."""
    cdef zmq_msg_t msgs[PARTS_ON_STACK]
    cdef Py_ssize_t count = pyzmq_sequence_size(parts)
    cdef Py_ssize_t ready
    cdef PyObject *part
    cdef size_t size
    if count == 0 or count > PARTS_ON_STACK:
        return False
    for ready in range(count):
        part = pyzmq_sequence_item(parts, ready)
        size = <size_t> PYZMQ_BYTES_SIZE(<object> part) if PyBytes_CheckExact(<object> part) else BYTES_BY_REFERENCE
        if size >= BYTES_BY_REFERENCE or zmq_msg_init_size(&msgs[ready], size) != 0:
            close_messages(msgs, 0, ready)
            return False
        memcpy(zmq_msg_data(&msgs[ready]), PYZMQ_BYTES_CONTENT(<object> part), size)
    send_prepared(socket, msgs, count, flags)
    return True


cdef object send_any_parts(
    Socket socket, tuple parts, int flags, bint copy, bint track, object routing_id, object group
):
    """Send any sendable objects; return their tracker."""
    cdef zmq_msg_t *msgs
    cdef Py_ssize_t count = len(parts)
    cdef Py_ssize_t ready = 0
    cdef list trackers = [] if track and not copy else None
    if count == 0:
        raise IndexError("a message has at least one part: msg_parts is empty")
    if routing_id is not None:
        need_draft("routing_id (CLIENT and SERVER)")
    if group is not None:
        need_draft("group (RADIO and DISH)")
    msgs = <zmq_msg_t *> malloc(<size_t> count * sizeof(zmq_msg_t))
    if msgs == NULL:
        raise MemoryError
    try:
        for part in parts:
            try:
                tracker = message_from_object(&msgs[ready], part, copy, track, socket._copy_threshold)
            except (TypeError, ValueError, BufferError) as error:
                raise type(error)(f"part {ready} of the message cannot be sent: {error}") from error
            ready += 1
            if trackers is not None:
                trackers.append(tracker)
            if routing_id is not None:
                set_routing_id(&msgs[ready - 1], routing_id)
            if group is not None:
                set_group(&msgs[ready - 1], group)
        ready = 0
        send_prepared(socket, msgs, count, flags)
    finally:
        close_messages(msgs, 0, ready)
        free(msgs)
    return None if trackers is None else MessageTracker(*trackers)


cdef int send_prepared(Socket socket, zmq_msg_t *msgs, Py_ssize_t count, int flags) except -1:
    """Send all of the messages as one; each is libzmq's afterwards, or closed."""
    if (
        socket.progress != BETWEEN_MESSAGES
        or zmq_msg_send(&msgs[0], socket.handle, (flags if count == 1 else flags | ZMQ_SNDMORE) | ZMQ_DONTWAIT) < 0
    ):
        return send_prepared_slowly(socket, msgs, count, flags)
    if count > 1 or flags & ZMQ_SNDMORE:
        socket.progress = AMIDST
    return send_rest(socket, msgs, count, flags)


cdef int send_prepared_slowly(Socket socket, zmq_msg_t *msgs, Py_ssize_t count, int flags) except -1:
    """Send what, perhaps, cannot be sent at once, or continues a message that other calls began."""
    cdef int err = libzmq_errno()
    cdef int first_flags = flags if count == 1 else flags | ZMQ_SNDMORE
    try:
        if socket.progress != BETWEEN_MESSAGES:
            send_following(socket, &msgs[0], first_flags)
        elif must_raise(err, flags):
            raise_errno(err)
        else:
            transfer_blocking(socket, &msgs[0], first_flags, True, err)
            if first_flags & ZMQ_SNDMORE:
                socket.progress = AMIDST
    except BaseException:
        close_messages(msgs, 0, count)
        raise
    return send_rest(socket, msgs, count, flags)


cdef int send_rest(Socket socket, zmq_msg_t *msgs, Py_ssize_t count, int flags) except -1:
    """Give libzmq all parts but the first, even if it drops them; raise Again then if the caller is not to wait."""
    cdef Py_ssize_t index = 1
    cdef bint dropped = False
    if count == 1:
        return 0
    try:
        while index < count:
            dropped |= send_following(socket, &msgs[index], flags if index == count - 1 else flags | ZMQ_SNDMORE)
            index += 1
    except BaseException:
        close_messages(msgs, index, count)
        raise
    if dropped and flags & ZMQ_DONTWAIT:
        return raise_errno(EAGAIN)
    return 0


cdef void close_messages(zmq_msg_t *msgs, Py_ssize_t begin, Py_ssize_t end) noexcept:
    cdef Py_ssize_t index
    for index in range(begin, end):
        close_message(&msgs[index])


cdef list recv_parts(Socket socket, int flags):
    """Receive a whole message as bytes."""
    cdef zmq_msg_t msg
    zmq_msg_init(&msg)
    recv_message(socket, &msg, flags)
    return parts_from(socket, &msg)


cdef list parts_from(Socket socket, zmq_msg_t *first):
    """The contents of a first part and of those that follow it, all there already; the first part is closed."""
    cdef PyObject *few[PARTS_ON_STACK]
    cdef Py_ssize_t count = 0
    cdef zmq_msg_t following
    cdef zmq_msg_t *msg = first
    cdef list parts = None
    cdef PyObject *part
    cdef bint more
    while True:
        more = zmq_msg_more(msg)
        part = take_bytes(msg)
        if part == NULL:
            drop_rest(socket, more)
            pyzmq_drop_all(few, count)
            # Raises the MemoryError.
            pyzmq_own(part)
        if count == PARTS_ON_STACK:
            parts = extended(parts, few, count)
            count = 0
        few[count] = part
        count += 1
        if not more:
            return pyzmq_list_of(few, count) if parts is None else extended(parts, few, count)
        msg = &following
        zmq_msg_init(msg)
        while zmq_msg_recv(msg, socket.handle, ZMQ_DONTWAIT) < 0:
            if libzmq_errno() != EINTR:
                pyzmq_drop_all(few, count)
                raise_last()


cdef list extended(list parts, PyObject **items, Py_ssize_t count):
    """The list, or a new one, with references taken over."""
    cdef list added = pyzmq_list_of(items, count)
    if parts is None:
        return added
    parts.extend(added)
    return parts


cdef list recv_frames(Socket socket, int flags, bint track):
    """Receive a whole message as frames."""
    return frames_from(socket, recv_frame(socket, flags, track), track)


cdef list frames_from(Socket socket, Frame first, bint track):
    """A first frame and those that follow it, all there already."""
    cdef list frames = [first]
    cdef bint more = first.more
    cdef Frame frame
    try:
        while more:
            frame = Frame.__new__(Frame)
            while zmq_msg_recv(&frame.msg, socket.handle, ZMQ_DONTWAIT) < 0:
                if libzmq_errno() != EINTR:
                    raise_last()
            frame.more = more = zmq_msg_more(&frame.msg)
            if track:
                frame.tracker = finished_tracker
            frames.append(frame)
    except BaseException:
        drop_rest(socket, more)
        raise
    return frames


cdef void drop_rest(Socket socket, bint more) noexcept:
    """Receive and forget the other parts, so that the next receive begins with a message."""
    cdef zmq_msg_t msg
    while more:
        zmq_msg_init(&msg)
        if zmq_msg_recv(&msg, socket.handle, ZMQ_DONTWAIT) < 0 and libzmq_errno() != EINTR:
            return
        more = zmq_msg_more(&msg)
        zmq_msg_close(&msg)
