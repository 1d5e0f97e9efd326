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
        for index in range(count - 1):
            send_message(socket, &msgs[index], flags | ZMQ_SNDMORE)
            sent += 1
        send_message(socket, &msgs[count - 1], flags)
        sent += 1
    finally:
        for index in range(sent, ready):
            close_message(&msgs[index])
        if msgs != on_stack:
            free(msgs)
    if pyzmq_has_released():
        release_returned()
    return None if trackers is None else MessageTracker(*trackers)


cdef list recv_parts(Socket socket, int flags, bint copy, bint track):
    """Receive a whole message. The parts after the first are there already, so none of them blocks."""
    cdef zmq_msg_t msg
    cdef Frame frame
    cdef list parts = []
    cdef bint more = True

    if not copy:
        while more:
            frame = recv_frame(socket, flags, track)
            more = frame.more
            parts.append(frame)
        return parts
    zmq_msg_init(&msg)
    try:
        while more:
            recv_message(socket, &msg, flags)
            more = zmq_msg_more(&msg)
            parts.append(bytes_from_message(&msg))
    finally:
        close_message(&msg)
    return parts
