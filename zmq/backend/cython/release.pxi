"""Python memory that libzmq reads: lending it, and letting go of it when libzmq is done.

The lender fills a `BufferHint` whose exported buffer keeps the memory where it is and what it is. ``pyzmq_free`` (see
pyzmq_zerocopy.h) brings the hint back; `release_returned` lets go of the buffer, with the GIL held, and then sets the
event.
"""


cdef struct BufferHint:
    pyzmq_hint base             # first: libzmq's free function sees only this part
    Py_buffer view


cdef class TrackerEvent:
    """Set once a message's memory is released: libzmq is done with it, and it is no longer exported. Thread-safe."""

    def __cinit__(self):
        self.event = pyzmq_event_new()
        if self.event == NULL:
            raise MemoryError

    def __dealloc__(self):
        pyzmq_event_decref(self.event)

    def is_set(self):
        """Tell whether the memory is released."""
        if not pyzmq_event_is_set(self.event):
            # It may only be on the list.
            release_returned()
        return pyzmq_event_is_set(self.event) != 0

    def wait(self, timeout=None):
        """Wait until the memory is released.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait at most; None waits for ever.

        Returns
        -------
        bool
            Whether the event is set. In a child of the process that sent the message, where nothing would set it, False
            at once.
        """
        cdef int64_t until = -1 if timeout is None else pyzmq_now_ms() + <int64_t> (timeout * 1000.0 + 0.999)
        cdef int64_t left
        cdef bint done = self.is_set()
        while not done and not pyzmq_event_is_orphaned(self.event):
            # In slices: a condition variable does not end its wait for a signal.
            left = 100
            if until >= 0:
                left = until - pyzmq_now_ms()
                if left <= 0:
                    break
                if left > 100:
                    left = 100
            with nogil:
                done = pyzmq_event_wait(self.event, left)
            if not done:
                done = self.is_set()
            if not done:
                check_signals()
        return done


# Found without a look at the module's names.
cdef object tracker_class = MessageTracker
cdef tuple no_arguments = ()

# The event behind each tracker of a message that was copied: set from the start.
cdef object finished_tracker = MessageTracker()


cdef object tracker_of(TrackerEvent event):
    """A tracker of this event; its __init__ would look at what it is given."""
    tracker = pyzmq_new_instance(tracker_class, no_arguments)
    tracker._events = (event,)
    return tracker


cdef BufferHint *lend_buffer(object data, TrackerEvent event) except NULL:
    """Export the buffer of `data`; the hint then belongs to the caller until libzmq has it."""
    cdef BufferHint *hint = <BufferHint *> malloc(sizeof(BufferHint))
    if hint == NULL:
        raise MemoryError
    if pyzmq_export(data, &hint.view) != 0:
        free(hint)
        # The exception is set.
        return NULL
    hint.base.event = NULL
    hint.base.link = NULL
    if event is not None:
        pyzmq_event_incref(event.event)
        hint.base.event = event.event
    return hint


cdef void drop_hint(BufferHint *hint) noexcept:
    """Let go of a lent buffer, and set its event if it has one. Needs the GIL."""
    if hint.base.event != NULL:
        drop_tracked(hint)
        return
    pyzmq_readonly_remove(&hint.base)
    PyBuffer_Release(&hint.view)
    free(hint)


cdef void drop_tracked(BufferHint *hint) noexcept:
    cdef pyzmq_drop drop
    # Its destructor, which may wait for the event, runs afterwards.
    owner = owner_of(&hint.view)
    pyzmq_drop_begin(&drop, &hint.base)
    PyBuffer_Release(&hint.view)
    pyzmq_drop_end(&drop)


cdef object owner_of(Py_buffer *view):
    """The object whose memory this is, behind a memoryview."""
    cdef object exporter = None if <PyObject *> view.obj == NULL else <object> view.obj
    return exporter.obj if type(exporter) is memoryview else exporter


cdef PyObject *lent_bytes(const void *content, size_t size) noexcept:
    """The bytes whose content this is, as a new reference, or NULL. The caller has a message with this content.

    It has come through inproc then, and the receiver needs no copy of what cannot change.
    """
    cdef BufferHint *hint
    cdef PyObject *found = NULL
    pyzmq_readonly_lock()
    hint = <BufferHint *> pyzmq_readonly_find(content)
    if hint != NULL and <size_t> hint.view.len == size and PyBytes_CheckExact(<object> hint.view.obj):
        Py_INCREF(<object> hint.view.obj)
        found = <PyObject *> hint.view.obj
    pyzmq_readonly_unlock()
    return found


cdef void release_returned() noexcept:
    """Let go of everything that libzmq has given back. Needs the GIL."""
    cdef pyzmq_hint *hint = pyzmq_next_released()
    while hint != NULL:
        drop_hint(<BufferHint *> hint)
        hint = pyzmq_next_released()


cdef int message_from_hint(zmq_msg_t *msg, BufferHint *hint) except -1:
    """Initialise `msg` over the lent memory; the hint is libzmq's from then on, or dropped if that fails."""
    if zmq_msg_init_data(msg, hint.view.buf, <size_t> hint.view.len, pyzmq_free, hint) != 0:
        # What libzmq leaves behind cannot be closed.
        zmq_msg_init(msg)
        drop_hint(hint)
        raise MemoryError("no memory for a message that refers to a buffer")
    if hint.view.readonly:
        pyzmq_readonly_add(&hint.base, hint.view.buf)
    if not reaper_runs:
        start_reaper()
    return 0


cdef void close_message(zmq_msg_t *msg) noexcept:
    """Close a message, and let go of the Python memory if it was the last to use it. Needs the GIL."""
    global pyzmq_takes_itself
    pyzmq_takes_itself = 1
    zmq_msg_close(msg)
    pyzmq_takes_itself = 0
    if pyzmq_has_released():
        release_returned()


# The reaper: a thread for the case that no send or receive comes along to look at the list.
cdef bint reaper_runs = False
cdef long reaper_starts = 0
cdef object reaper_ended = None


def _reap(ended):
    cdef bint go_on = True
    try:
        while go_on:
            with nogil:
                go_on = pyzmq_reaper_wait()
            release_returned()
    finally:
        ended.release()


cdef int start_reaper() except -1:
    global reaper_ended, reaper_runs
    # One of those who come here at once; the atomic operation decides.
    if pyzmq_atomic_add(&reaper_starts, 1) != 1:
        return 0
    # Marked first: a thread that cannot start (interpreter shutting down) is not tried for each message.
    reaper_runs = True
    ended = original_thread_function("allocate_lock")()
    ended.acquire()
    reaper_ended = ended
    try:
        original_thread_function("start_new_thread")(_reap, (ended,))
    except RuntimeError:
        ended.release()
    return 0


cdef object original_thread_function(str name):
    """A function of `_thread`, also where gevent has put greenlets in its place: the reaper blocks its thread."""
    monkey = sys.modules.get("gevent.monkey")
    return getattr(_thread, name) if monkey is None else monkey.get_original("_thread", name)


def _stop_reaper():
    """At exit: a daemon thread that wakes during finalisation would be lost inside libpython."""
    pyzmq_reaper_stop()
    if reaper_ended is not None:
        reaper_ended.acquire(timeout=1.0)


atexit.register(_stop_reaper)
