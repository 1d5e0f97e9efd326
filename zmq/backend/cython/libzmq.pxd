"""Declarations of libzmq, with what an older libzmq lacks mended by zmq_compat.h.  No logic."""

from libc.stdint cimport int64_t, uint32_t


cdef extern from "zmq_compat.h" nogil:
    const int ZMQ_VERSION
    const int ZMQ_VERSION_MAJOR
    const int ZMQ_VERSION_MINOR
    const int ZMQ_VERSION_PATCH

    const int PYZMQ_HAVE_DRAFT
    const int PYZMQ_IPC_PATH_MAX_LEN

    const int EAGAIN
    const int EFAULT
    const int EINTR
    const int EINVAL
    const int EMFILE
    const int ENAMETOOLONG
    const int ENOMEM
    const int ENOTSOCK
    const int ENOTSUP
    const int ETERM

    const int ZMQ_DONTWAIT
    const int ZMQ_SNDMORE
    const int ZMQ_MORE
    const int ZMQ_AFFINITY
    const int ZMQ_FD
    const int ZMQ_TYPE
    const int ZMQ_SUBSCRIBE
    const int ZMQ_UNSUBSCRIBE
    const int ZMQ_SNDHWM
    const int ZMQ_RCVHWM
    const int ZMQ_IO_THREADS
    const int ZMQ_THREAD_SCHED_POLICY
    const int ZMQ_ROUTING_ID
    const int ZMQ_CURVE_PUBLICKEY
    const int ZMQ_CURVE_SERVERKEY
    const int ZMQ_RCVMORE
    const int ZMQ_RCVTIMEO
    const int ZMQ_SNDTIMEO
    const int ZMQ_LINGER
    const int ZMQ_EVENTS
    const int ZMQ_LAST_ENDPOINT
    const int ZMQ_PAIR
    const int ZMQ_POLLIN
    const int ZMQ_POLLOUT
    const int ZMQ_POLLERR

    ctypedef int pyzmq_fd_t
    ctypedef struct zmq_msg_t:
        pass
    ctypedef struct zmq_pollitem_t:
        void *socket
        pyzmq_fd_t fd
        short events
        short revents
    ctypedef void (*zmq_free_fn)(void *data, void *hint) noexcept

    void zmq_version(int *major, int *minor, int *patch) noexcept
    int libzmq_errno "zmq_errno"() noexcept
    const char *zmq_strerror(int errnum) noexcept
    int zmq_has(const char *capability) noexcept
    int zmq_curve_keypair(char *z85_public_key, char *z85_secret_key) noexcept
    int zmq_curve_public(char *z85_public_key, char *z85_secret_key) noexcept

    void *zmq_ctx_new() noexcept
    int zmq_ctx_term(void *context) noexcept
    int zmq_ctx_shutdown(void *context) noexcept
    int zmq_ctx_set(void *context, int option, int optval) noexcept
    int zmq_ctx_get(void *context, int option) noexcept

    void *zmq_socket(void *context, int type) noexcept
    int zmq_close(void *socket) noexcept
    int zmq_setsockopt(void *socket, int option, const void *optval, size_t optvallen) noexcept
    int zmq_getsockopt(void *socket, int option, void *optval, size_t *optvallen) noexcept
    int zmq_bind(void *socket, const char *addr) noexcept
    int zmq_connect(void *socket, const char *addr) noexcept
    int zmq_unbind(void *socket, const char *addr) noexcept
    int zmq_disconnect(void *socket, const char *addr) noexcept
    int zmq_socket_monitor(void *socket, const char *addr, int events) noexcept
    uint32_t zmq_connect_peer(void *socket, const char *addr) noexcept
    int zmq_join(void *socket, const char *group) noexcept
    int zmq_leave(void *socket, const char *group) noexcept

    int zmq_send(void *socket, const void *buf, size_t len, int flags) noexcept
    int zmq_msg_init(zmq_msg_t *msg) noexcept
    int zmq_msg_init_size(zmq_msg_t *msg, size_t size) noexcept
    int zmq_msg_init_data(zmq_msg_t *msg, void *data, size_t size, zmq_free_fn ffn, void *hint) noexcept
    int zmq_msg_send(zmq_msg_t *msg, void *socket, int flags) noexcept
    int zmq_msg_recv(zmq_msg_t *msg, void *socket, int flags) noexcept
    int zmq_msg_close(zmq_msg_t *msg) noexcept
    int zmq_msg_move(zmq_msg_t *dest, zmq_msg_t *src) noexcept
    int zmq_msg_copy(zmq_msg_t *dest, zmq_msg_t *src) noexcept
    void *zmq_msg_data(zmq_msg_t *msg) noexcept
    size_t zmq_msg_size(zmq_msg_t *msg) noexcept
    int zmq_msg_more(zmq_msg_t *msg) noexcept
    int zmq_msg_get(zmq_msg_t *msg, int option) noexcept
    int zmq_msg_set(zmq_msg_t *msg, int option, int optval) noexcept
    const char *zmq_msg_gets(zmq_msg_t *msg, const char *property) noexcept
    uint32_t zmq_msg_routing_id(zmq_msg_t *msg) noexcept
    int zmq_msg_set_routing_id(zmq_msg_t *msg, uint32_t routing_id) noexcept
    const char *zmq_msg_group(zmq_msg_t *msg) noexcept
    int zmq_msg_set_group(zmq_msg_t *msg, const char *group) noexcept

    int libzmq_poll "zmq_poll"(zmq_pollitem_t *items, int nitems, long timeout) noexcept


cdef extern from "pyzmq_zerocopy.h" nogil:
    ctypedef struct pyzmq_event:
        pass
    ctypedef struct pyzmq_hint:
        pyzmq_event *event
        pyzmq_hint **link
    ctypedef struct pyzmq_drop:
        pass
    int pyzmq_takes_itself

    int64_t pyzmq_now_ms() noexcept
    void pyzmq_sleep_ms(int milliseconds) noexcept
    pyzmq_event *pyzmq_event_new() noexcept
    void pyzmq_event_incref(pyzmq_event *event) noexcept
    void pyzmq_event_decref(pyzmq_event *event) noexcept
    int pyzmq_event_is_set(pyzmq_event *event) noexcept
    bint pyzmq_event_is_orphaned(pyzmq_event *event) noexcept
    int pyzmq_event_wait(pyzmq_event *event, int64_t timeout_ms) noexcept
    void pyzmq_readonly_add(pyzmq_hint *hint, const void *data) noexcept
    void pyzmq_readonly_remove(pyzmq_hint *hint) noexcept
    void pyzmq_readonly_lock() noexcept
    void pyzmq_readonly_unlock() noexcept
    pyzmq_hint *pyzmq_readonly_find(const void *data) noexcept
    bint pyzmq_is_readonly(const void *data) noexcept
    void pyzmq_free(void *data, void *hint) noexcept
    bint pyzmq_has_released() noexcept
    pyzmq_hint *pyzmq_next_released() noexcept
    void pyzmq_drop_begin(pyzmq_drop *drop, pyzmq_hint *hint) noexcept
    void pyzmq_drop_end(pyzmq_drop *drop) noexcept
    bint pyzmq_reaper_wait() noexcept
    void pyzmq_reaper_stop() noexcept
    long pyzmq_atomic_add(long *counter, long by) noexcept
    long pyzmq_atomic_load(long *counter) noexcept


cdef extern from "pyzmq_descriptors.h" nogil:
    bint pyzmq_can_start(void *context) noexcept


cdef extern from "pyzmq_constants.h" nogil:
    const int PYZMQ_OPT_UNKNOWN
    const int PYZMQ_OPT_INT
    const int PYZMQ_OPT_INT64
    const int PYZMQ_OPT_BYTES
    const int PYZMQ_OPT_FD
    int pyzmq_socket_option_type(int option) noexcept
