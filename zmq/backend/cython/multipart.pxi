"""Messages of several frames: one loop in C, no option read for each part."""

# Messages of up to so many parts need no memory of their own.
cdef enum:
    PARTS_ON_STACK = 16


cdef object send_parts(
    Socket socket, object msg_parts, int flags, bint copy, bint track, object routing_id, object group
):
    """Check all parts, then send them; on an error before the first is sent, nothing is."""
    cdef zmq_msg_t on_stack[PARTS_ON_STACK]
    cdef zmq_msg_t *msgs = on_stack
    cdef Py_ssize_t count, index
    cdef Py_ssize_t ready = 0
    cdef Py_ssize_t sent = 0
    cdef list trackers = [] if track and not copy else None
    cdef object part, tracker

    parts = msg_parts if type(msg_parts) is list or type(msg_parts) is tuple else list(msg_parts)
    count = len(parts)
    if count == 0:
        raise ValueError("a message has at least one part: msg_parts is empty")
    if count > PARTS_ON_STACK:
        msgs = <zmq_msg_t *> malloc(<size_t> count * sizeof(zmq_msg_t))
        if msgs == NULL:
            raise MemoryError
    try:
        for index in range(count):
            # Exporting a buffer runs Python code, which may change the list.
            if index >= len(parts):
                raise RuntimeError("the list of parts became shorter while it was sent")
            part = parts[index]
            try:
                if copy and PyBytes_CheckExact(part):
                    message_from_bytes(&msgs[index], part)
                else:
                    tracker = message_from_object(&msgs[index], part, copy, track, socket._copy_threshold)
                    if trackers is not None:
                        trackers.append(tracker)
            except (TypeError, ValueError, BufferError) as error:
                raise type(error)(f"part {index} of the message cannot be sent: {error}") from error
            ready += 1
            if routing_id is not None:
                need_draft("routing_id (CLIENT and SERVER)")
                set_routing_id(&msgs[index], routing_id)
            if group is not None:
                need_draft("group (RADIO and DISH)")
                set_group(&msgs[index], group)
        for index in range(count):
            send_message(socket, &msgs[index], flags | ZMQ_SNDMORE if index < count - 1 else flags)
            sent += 1
    except Again:
        # The peer went away amidst the message, which libzmq drops, with what follows up to the message's end.
        for index in range(sent + 1, count if 0 < sent else 0):
            zmq_msg_send(&msgs[index], socket.handle, ZMQ_DONTWAIT | (ZMQ_SNDMORE if index < count - 1 else 0))
        raise
    finally:
        for index in range(sent, ready):
            close_message(&msgs[index])
        if msgs != on_stack:
            free(msgs)
    if pyzmq_has_released():
        release_returned()
    return None if trackers is None else MessageTracker(*trackers)


cdef int recv_following(Socket socket, zmq_msg_t *msg) except -1:
    """Receive a part that is not the first: it is there. Signal handlers, which may raise, run after the last one."""
    cdef int err = EINTR
    while err == EINTR:
        if zmq_msg_recv(msg, socket.handle, ZMQ_DONTWAIT) >= 0:
            return 0
        err = libzmq_errno()
    raise_errno(err)


cdef void drop_following(Socket socket, zmq_msg_t *msg) noexcept:
    """Drop the rest of a message, so that the next receive does not begin in its middle."""
    cdef bint more = True
    while more and (zmq_msg_recv(msg, socket.handle, ZMQ_DONTWAIT) >= 0 or libzmq_errno() == EINTR):
        more = zmq_msg_more(msg)


cdef list recv_parts(Socket socket, int flags, bint copy, bint track):
    """Receive a whole message. The parts after the first are there already, so none of them blocks."""
    cdef zmq_msg_t msg
    cdef Frame frame
    cdef list parts = []
    cdef bint more = True

    zmq_msg_init(&msg)
    recv_message(socket, &msg, flags)
    try:
        while True:
            more = zmq_msg_more(&msg)
            if copy:
                parts.append(bytes_from_message(&msg))
            else:
                frame = new_frame()
                zmq_msg_move(&frame.msg, &msg)
                frame.more = more
                if track:
                    frame.tracker = finished_tracker
                parts.append(frame)
            if not more:
                return parts
            recv_following(socket, &msg)
    except BaseException:
        # Out of memory: what cannot be given back as a whole is lost as a whole.
        if more:
            drop_following(socket, &msg)
        raise
    finally:
        close_message(&msg)
