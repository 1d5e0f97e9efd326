"""The record that the objects of a libzmq socket share: pyzmq_record.h; what is done by way of it: pyzmq_socket.h."""

cdef extern from "pyzmq_socket.h" nogil:
    ctypedef struct pyzmq_record:
        void *handle
        long dead
        int progress
        unsigned begun
        int held
        int alert
        int waiting
        long calls
        void *notifier
        void (*wake)(pyzmq_record *) noexcept
        void (*end)(pyzmq_record *) noexcept
        void *readiness
        bint ours
    ctypedef struct pyzmq_frames:
        zmq_msg_t *msgs
        size_t count
        size_t capacity
    ctypedef struct pyzmq_deadline:
        int own
    ctypedef int (*pyzmq_text_function)(void *socket, const char *text) noexcept

    pyzmq_record pyzmq_no_record
    const int PYZMQ_BETWEEN_MESSAGES
    const int PYZMQ_HAS_RETURNED
    # So that it can be the size of an array.
    enum:
        PYZMQ_FEW_FRAMES
    long pyzmq_generation
    long pyzmq_sockets_closed

    uintptr_t pyzmq_share_registry(uintptr_t other) noexcept
    pyzmq_record *pyzmq_record_of(void *handle, bint is_new) noexcept
    pyzmq_record *pyzmq_record_incref(pyzmq_record *record) noexcept
    void pyzmq_record_decref(pyzmq_record *record) noexcept
    int pyzmq_record_enter(pyzmq_record *record) noexcept
    void pyzmq_record_leave(pyzmq_record *record) noexcept
    int pyzmq_record_close(pyzmq_record *record) noexcept
    void pyzmq_record_drop(pyzmq_record *record) noexcept
    bint pyzmq_record_is_closed(pyzmq_record *record) noexcept
    int pyzmq_watch_forks(void (*backend)() noexcept nogil) noexcept
    void pyzmq_drop_context(void *context, long generation) noexcept

    int pyzmq_peek_events(pyzmq_record *record, int *events) noexcept
    int pyzmq_get_events(pyzmq_record *record, int *events) noexcept
    void pyzmq_attempted(pyzmq_record *record) noexcept
    int pyzmq_give_back(pyzmq_record *record, zmq_msg_t *msg, int64_t key) noexcept

    bint pyzmq_sends_plainly(pyzmq_record *record) noexcept
    bint pyzmq_receives_plainly(pyzmq_record *record) noexcept
    int pyzmq_send_plainly(pyzmq_record *record, const void *data, size_t size, int flags) noexcept
    int pyzmq_receive_plainly(pyzmq_record *record, zmq_msg_t *msg) noexcept
    int pyzmq_send_frame(pyzmq_record *record, zmq_msg_t *msg, int flags) noexcept
    int pyzmq_receive_frame(pyzmq_record *record, zmq_msg_t *msg, int flags) noexcept

    void pyzmq_frames_init(pyzmq_frames *frames) noexcept
    void pyzmq_frames_reset(pyzmq_frames *frames) noexcept
    zmq_msg_t *pyzmq_frames_next(pyzmq_frames *frames) noexcept
    int pyzmq_send_frames(pyzmq_record *record, pyzmq_frames *frames, int flags) noexcept
    int pyzmq_receive_frames(pyzmq_record *record, pyzmq_frames *frames, int flags) noexcept
    int pyzmq_take_message(pyzmq_record *record, pyzmq_frames *frames, bint multipart, int64_t *key) noexcept

    void pyzmq_deadline_start(pyzmq_deadline *deadline, pyzmq_record *record, int option) noexcept
    void pyzmq_deadline_renew(pyzmq_deadline *deadline) noexcept
    void pyzmq_deadline_end(pyzmq_deadline *deadline) noexcept
    int pyzmq_poll_records(zmq_pollitem_t *items, pyzmq_record **records, int count, long timeout) noexcept

    int pyzmq_get_option(pyzmq_record *record, int option, void *value, size_t *size) noexcept
    int pyzmq_set_option(pyzmq_record *record, int option, const void *value, size_t size) noexcept
    int pyzmq_call_with_text(pyzmq_record *record, pyzmq_text_function function, const char *text) noexcept
    int pyzmq_bind(pyzmq_record *record, const char *address) noexcept
    int pyzmq_connect_peer(pyzmq_record *record, const char *address, uint32_t *routing_id) noexcept
    int pyzmq_monitor(pyzmq_record *record, const char *address, int events) noexcept

    # Of libzmq, to be called by way of pyzmq_call_with_text().
    int connect_function "zmq_connect"(void *socket, const char *text) noexcept
    int unbind_function "zmq_unbind"(void *socket, const char *text) noexcept
    int disconnect_function "zmq_disconnect"(void *socket, const char *text) noexcept
    int join_function "zmq_join"(void *socket, const char *text) noexcept
    int leave_function "zmq_leave"(void *socket, const char *text) noexcept


cdef extern from "pyzmq_draft.h" nogil:
    bint pyzmq_is_thread_safe(void *socket) noexcept
    int pyzmq_notifier_fd(void **place, void *socket, int64_t *fd) noexcept


cdef inline pyzmq_record *record_of(Socket socket) noexcept:
    return <pyzmq_record *> socket.record


cdef int raise_failure(int rc) except -1:
    """Raise the exception for the negated errno that a function of pyzmq_socket.h has returned."""
    if rc == -ENOMEM:
        raise MemoryError
    return raise_errno(-rc)


cdef int raise_failure_with(object addr, int rc) except -1:
    """Raise it, naming the address that the call was about."""
    return raise_with_address(addr, -rc)


cdef int retry_or_raise(int rc) except -1:
    """After a failed call: return to try again (EINTR), or raise."""
    if rc != -EINTR:
        return raise_failure(rc)
    check_signals()
    return 0


def _share_registry(address):
    """Use the registry of sockets of another backend; return the address of the one in use."""
    return pyzmq_share_registry(address)


cdef void forget_reaper() noexcept nogil:
    """In a forked child, before the interpreter runs: only the parent has the thread."""
    global reaper_runs, reaper_starts
    reaper_runs = False
    reaper_starts = 0


if pyzmq_watch_forks(forget_reaper) != 0:
    raise MemoryError("no memory for a fork handler")
