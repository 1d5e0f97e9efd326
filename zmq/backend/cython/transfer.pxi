"""Messages on their way to libzmq and back.

Each transfer is first tried without waiting, with the GIL held: giving that up costs more than the call. Only if libzmq
says EAGAIN and the caller wants to wait is the GIL released. What is rare stands in functions of its own, so that the
usual way has neither a ``try`` nor a traceback to fill in.

All frames are prepared before the first is sent, so that a bad one sends nothing.
"""

cdef enum:
    # From this size on, a reference costs less than a copy.
    BYTES_BY_REFERENCE = 131072
    # From this size on, copying takes longer than two rounds through the GIL.
    LARGE_COPY = 262144
    # Up to this size, a message is hardly ever memory of ours: that costs more than a copy.
    SMALL_MESSAGE = 1024

# What transfer() does.
cdef enum:
    SEND_FRAMES
    RECEIVE_FRAMES
    RECEIVE_FRAME


# -- sending


cdef int send_frames(Socket socket, pyzmq_frames *frames, int flags) except -1:
    """Send all frames as one message; they are closed afterwards."""
    cdef int rc = pyzmq_send_frames(record_of(socket), frames, flags | ZMQ_DONTWAIT)
    if rc != 0 or frames.capacity > PYZMQ_FEW_FRAMES:
        return send_frames_waiting(socket, frames, flags, rc)
    # Each is libzmq's.
    if pyzmq_has_released():
        release_returned()
    return 0


cdef int send_frames_waiting(Socket socket, pyzmq_frames *frames, int flags, int rc) except -1:
    try:
        if rc < 0:
            rc = wait_for_transfer(socket, frames, flags, SEND_FRAMES, rc)
        # A caller that waits has waited for the first frame, and the others go with that.
        if rc > 0 and flags & ZMQ_DONTWAIT:
            raise_errno(EAGAIN)
    finally:
        close_frames(frames)
    return 0


cdef void close_frames(pyzmq_frames *frames) noexcept:
    """Close all frames, and let go of the Python memory that only they have used."""
    global pyzmq_takes_itself
    pyzmq_takes_itself = 1
    pyzmq_frames_reset(frames)
    pyzmq_takes_itself = 0
    if pyzmq_has_released():
        release_returned()


cdef object send_object(Socket socket, object data, int flags, bint copy, bint track, object routing_id, object group):
    """Send one frame; return its tracker, or None."""
    cdef pyzmq_frames frames
    cdef int rc
    pyzmq_frames_init(&frames)
    if routing_id is None and group is None:
        tracker = message_from_object(frames.msgs, data, copy, track, socket._copy_threshold)
        frames.count = 1
    else:
        tracker = add_frame(socket, &frames, data, copy, track, routing_id, group)
    rc = pyzmq_send_frame(record_of(socket), frames.msgs, flags | ZMQ_DONTWAIT)
    if rc < 0:
        send_frames_waiting(socket, &frames, flags, rc)
    elif pyzmq_has_released():
        release_returned()
    return tracker


cdef object add_frame(
    Socket socket, pyzmq_frames *frames, object data, bint copy, bint track, object routing_id, object group
):
    """Prepare another frame; return its tracker, or None. All are closed if that fails."""
    cdef zmq_msg_t *msg = pyzmq_frames_next(frames)
    try:
        if msg == NULL:
            raise MemoryError
        tracker = message_from_object(msg, data, copy, track, socket._copy_threshold)
        if routing_id is not None:
            need_draft("routing_id (CLIENT and SERVER)")
            set_routing_id(msg, routing_id)
        if group is not None:
            need_draft("group (RADIO and DISH)")
            set_group(msg, group)
    except BaseException:
        close_frames(frames)
        raise
    return tracker


cdef object send_parts(
    Socket socket, object msg_parts, int flags, bint copy, bint track, object routing_id, object group
):
    """Send a message of several frames; return their tracker, or None."""
    cdef pyzmq_frames frames
    cdef list trackers
    pyzmq_frames_init(&frames)
    if copy and routing_id is None and group is None and pyzmq_is_stable_sequence(msg_parts):
        if add_plain_parts(&frames, msg_parts):
            send_frames(socket, &frames, flags)
            return None
    # Preparing other objects may run Python code, which must not be able to change the sequence.
    parts = tuple(msg_parts)
    if not parts:
        raise IndexError("a message has at least one part: msg_parts is empty")
    trackers = [] if track and not copy else None
    for index, part in enumerate(parts):
        try:
            tracker = add_frame(socket, &frames, part, copy, track, routing_id, group)
        except (TypeError, ValueError, BufferError) as error:
            _raise_for_part(index, error)
        if trackers is not None:
            trackers.append(tracker)
    send_frames(socket, &frames, flags)
    return None if trackers is None else MessageTracker(*trackers)


cdef bint add_plain_parts(pyzmq_frames *frames, object parts) noexcept:
    """Prepare a few exact bytes in a list or tuple; return False, with nothing prepared, if it is anything else."""
    cdef Py_ssize_t count = pyzmq_sequence_size(parts)
    cdef Py_ssize_t ready
    cdef PyObject *part
    cdef size_t size
    if count == 0 or count > PYZMQ_FEW_FRAMES:
        return False
    for ready in range(count):
        part = pyzmq_sequence_item(parts, ready)
        size = <size_t> PYZMQ_BYTES_SIZE(<object> part) if PyBytes_CheckExact(<object> part) else BYTES_BY_REFERENCE
        if size >= BYTES_BY_REFERENCE or zmq_msg_init_size(&frames.msgs[ready], size) != 0:
            frames.count = <size_t> ready
            pyzmq_frames_reset(frames)
            return False
        memcpy(zmq_msg_data(&frames.msgs[ready]), PYZMQ_BYTES_CONTENT(<object> part), size)
    frames.count = <size_t> count
    return True


# -- what is sent


cdef int message_from_bytes(zmq_msg_t *msg, object data) except -1:
    """Initialise `msg` from exact bytes: a copy, or a reference if they are many."""
    cdef size_t size = <size_t> PYZMQ_BYTES_SIZE(data)
    if size >= BYTES_BY_REFERENCE:
        return message_from_hint(msg, lend_buffer(data, None))
    sized_message(msg, size)
    memcpy(zmq_msg_data(msg), PYZMQ_BYTES_CONTENT(data), size)
    return 0


cdef int sized_message(zmq_msg_t *msg, size_t size) except -1:
    """Initialise `msg` for so many bytes; if there is no memory, it is empty."""
    if zmq_msg_init_size(msg, size) != 0:
        # What libzmq leaves behind cannot be closed.
        zmq_msg_init(msg)
        raise MemoryError(f"no memory for a message of {size} bytes")
    return 0


cdef object message_from_object(zmq_msg_t *msg, object data, bint copy, bint track, Py_ssize_t copy_threshold):
    """Initialise `msg` from any sendable object; return its tracker, or None."""
    cdef Frame frame
    cdef BufferHint *hint
    cdef TrackerEvent event = None
    cdef bint plain = PyBytes_CheckExact(data)
    if not plain and isinstance(data, Frame):
        frame = data
        if track and not copy and frame.tracker is None:
            raise ValueError(f"cannot track {frame!r}: it was made without track=True")
        zmq_msg_init(msg)
        share_content(msg, frame)
        return frame.tracker if track and not copy else None
    if not plain and isinstance(data, str):
        raise TypeError(f"a message is bytes, not str: {data!r}; encode it, or use send_string()")
    if copy:
        if plain:
            message_from_bytes(msg, data)
        else:
            copy_into_message(msg, data)
        return None
    if track:
        event = TrackerEvent.__new__(TrackerEvent)
    hint = lend_buffer(data, event)
    if hint.view.len < copy_threshold:
        try:
            copy_into_message(msg, data)
        finally:
            drop_hint(hint)
        return finished_tracker if track else None
    message_from_hint(msg, hint)
    return tracker_of(event) if track else None


cdef int copy_into_message(zmq_msg_t *msg, object data) except -1:
    """Initialise `msg` with a copy of `data`."""
    cdef Py_buffer view
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    try:
        sized_message(msg, <size_t> view.len)
        if view.len < LARGE_COPY:
            memcpy(zmq_msg_data(msg), view.buf, <size_t> view.len)
        else:
            with nogil:
                memcpy(zmq_msg_data(msg), view.buf, <size_t> view.len)
    finally:
        PyBuffer_Release(&view)
    return 0


# -- receiving


cdef inline int receive_frame(Socket socket, zmq_msg_t *msg, int flags) except -1:
    """Receive into `msg`, initialised by the caller, and still so on an exception."""
    cdef int rc = pyzmq_receive_frame(record_of(socket), msg, flags | ZMQ_DONTWAIT)
    if rc < 0:
        wait_for_transfer(socket, msg, flags, RECEIVE_FRAME, rc)
    return 0


cdef Frame receive_as_frame(Socket socket, int flags, bint track):
    """Receive into a new frame."""
    cdef Frame frame = Frame.__new__(Frame)
    receive_frame(socket, &frame.msg, flags)
    return received(frame, track)


cdef inline Frame received(Frame frame, bint track):
    frame.more = zmq_msg_more(&frame.msg)
    if track:
        frame.tracker = finished_tracker
    return frame


cdef list receive_parts(Socket socket, int flags, bint copy, bint track):
    """Receive a whole message, as bytes or as frames."""
    cdef pyzmq_frames frames
    cdef int rc
    pyzmq_frames_init(&frames)
    rc = pyzmq_receive_frames(record_of(socket), &frames, flags | ZMQ_DONTWAIT)
    if rc < 0:
        wait_for_transfer(socket, &frames, flags, RECEIVE_FRAMES, rc)
    return bytes_of(&frames) if copy else frames_of(&frames, track)


cdef list bytes_of(pyzmq_frames *frames):
    """The contents of all frames, which are closed."""
    cdef PyObject *few[PYZMQ_FEW_FRAMES]
    cdef size_t index = 0
    cdef list parts
    if frames.count > PYZMQ_FEW_FRAMES:
        try:
            parts = []
            while index < frames.count:
                parts.append(pyzmq_own(copy_content(&frames.msgs[index], zmq_msg_size(&frames.msgs[index]))))
                index += 1
        finally:
            close_frames(frames)
        return parts
    while index < frames.count:
        few[index] = take_bytes(&frames.msgs[index])
        if few[index] == NULL:
            pyzmq_drop_all(few, <Py_ssize_t> index)
            while frames.count > index + 1:
                frames.count -= 1
                close_message(&frames.msgs[frames.count])
            # Raises the MemoryError.
            pyzmq_own(few[index])
        index += 1
    frames.count = 0
    return pyzmq_list_of(few, <Py_ssize_t> index)


cdef list frames_of(pyzmq_frames *frames, bint track):
    """The frames as objects of their own."""
    cdef list parts = []
    cdef Frame frame
    cdef size_t index
    try:
        for index in range(frames.count):
            frame = Frame.__new__(Frame)
            zmq_msg_move(&frame.msg, &frames.msgs[index])
            parts.append(received(frame, track))
    finally:
        close_frames(frames)
    return parts


cdef inline PyObject *take_bytes(zmq_msg_t *msg) noexcept:
    """The content as new bytes, or NULL with MemoryError set; the message is closed either way."""
    cdef size_t size = zmq_msg_size(msg)
    cdef PyObject *content
    if size > SMALL_MESSAGE:
        return take_much(msg, size)
    content = new_bytes(<char *> zmq_msg_data(msg), <Py_ssize_t> size)
    zmq_msg_close(msg)
    return content


cdef PyObject *take_much(zmq_msg_t *msg, size_t size) noexcept:
    cdef PyObject *content = copy_content(msg, size)
    close_message(msg)
    return content


cdef PyObject *copy_content(zmq_msg_t *msg, size_t size) noexcept:
    """A message's content as bytes: those that were sent, if they are of this process; else a copy."""
    cdef char *source = <char *> zmq_msg_data(msg)
    cdef char *target
    cdef PyObject *content = lent_bytes(source, size)
    if content != NULL:
        return content
    if size < LARGE_COPY:
        return new_bytes(source, <Py_ssize_t> size)
    content = new_bytes(NULL, <Py_ssize_t> size)
    if content != NULL:
        target = PYZMQ_BYTES_CONTENT(<object> content)
        # Nobody else knows of it yet.
        with nogil:
            memcpy(target, source, size)
    return content


# -- waiting


cdef int wait_for_transfer(Socket socket, void *target, int flags, int what, int rc) except -1:
    """Send or receive after a try without waiting has failed with `rc`; raise, or return what it returns.

    It is one call in progress until it is over: closing the socket meanwhile, in another thread or a signal handler,
    leaves libzmq's socket open until then.
    """
    cdef pyzmq_record *record = record_of(socket)
    cdef pyzmq_deadline deadline
    if rc != -EINTR and (rc != -EAGAIN or flags & ZMQ_DONTWAIT):
        return raise_failure(rc)
    if pyzmq_record_enter(record) < 0:
        return raise_errno(ENOTSOCK)
    pyzmq_deadline_start(&deadline, record, ZMQ_SNDTIMEO if what == SEND_FRAMES else ZMQ_RCVTIMEO)
    try:
        while True:
            if rc == -EINTR:
                check_signals()
                if record.dead:
                    raise_errno(ENOTSOCK)
                pyzmq_deadline_renew(&deadline)
            with nogil:
                rc = transfer(record, target, flags, what)
            if rc >= 0:
                return rc
            if rc != -EINTR:
                raise_failure(rc)
    finally:
        pyzmq_deadline_end(&deadline)
        pyzmq_record_leave(record)


cdef int transfer(pyzmq_record *record, void *target, int flags, int what) noexcept nogil:
    if what == SEND_FRAMES:
        return pyzmq_send_frames(record, <pyzmq_frames *> target, flags)
    if what == RECEIVE_FRAMES:
        return pyzmq_receive_frames(record, <pyzmq_frames *> target, flags)
    return pyzmq_receive_frame(record, <zmq_msg_t *> target, flags)
