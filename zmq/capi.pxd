"""libzmq as it is inside of pyzmq, for extensions in Cython: nothing is linked.

Call `pyzmq_import_capi()` once, at the top of the module; the functions then work, with and without the GIL. A call
before that crashes. Functions and constants have their names in ``zmq.h``; compile with `zmq.get_includes()`.

Generated from zmq/include/pyzmq_capi.h and tools/spec/constants.toml by `nox -s generate`. DO NOT EDIT.
"""

from libc.stdint cimport uint8_t, uint32_t

from zmq.backend.cython.libzmq cimport zmq_msg_t, zmq_pollitem_t


cdef extern from "pyzmq_capi.h":
    int pyzmq_import_capi() except -1
    void *pyzmq_handle(object socket_or_context) except NULL


cdef extern from "pyzmq_capi.h" nogil:
    ctypedef void zmq_free_fn(void *data, void *hint) noexcept
    ctypedef void pyzmq_timer_fn(int timer_id, void *arg) noexcept

    void zmq_version(int *major, int *minor, int *patch) noexcept
    int zmq_errno() noexcept
    const char *zmq_strerror(int errnum) noexcept
    int zmq_has(const char *capability) noexcept
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
    int zmq_send(void *socket, const void *buf, size_t len, int flags) noexcept
    int zmq_send_const(void *socket, const void *buf, size_t len, int flags) noexcept
    int zmq_recv(void *socket, void *buf, size_t len, int flags) noexcept
    int zmq_socket_monitor(void *socket, const char *addr, int events) noexcept
    int zmq_msg_init(zmq_msg_t *msg) noexcept
    int zmq_msg_init_size(zmq_msg_t *msg, size_t size) noexcept
    int zmq_msg_init_data(zmq_msg_t *msg, void *data, size_t size, zmq_free_fn *ffn, void *hint) noexcept
    int zmq_msg_send(zmq_msg_t *msg, void *socket, int flags) noexcept
    int zmq_msg_recv(zmq_msg_t *msg, void *socket, int flags) noexcept
    int zmq_msg_close(zmq_msg_t *msg) noexcept
    int zmq_msg_move(zmq_msg_t *dest, zmq_msg_t *src) noexcept
    int zmq_msg_copy(zmq_msg_t *dest, zmq_msg_t *src) noexcept
    void *zmq_msg_data(zmq_msg_t *msg) noexcept
    size_t zmq_msg_size(const zmq_msg_t *msg) noexcept
    int zmq_msg_more(const zmq_msg_t *msg) noexcept
    int zmq_msg_get(const zmq_msg_t *msg, int option) noexcept
    int zmq_msg_set(zmq_msg_t *msg, int option, int optval) noexcept
    const char *zmq_msg_gets(const zmq_msg_t *msg, const char *property) noexcept
    int zmq_poll(zmq_pollitem_t *items, int nitems, long timeout) noexcept
    int zmq_proxy(void *frontend, void *backend, void *capture) noexcept
    int zmq_proxy_steerable(void *frontend, void *backend, void *capture, void *control) noexcept
    int zmq_curve_keypair(char *z85_public_key, char *z85_secret_key) noexcept
    int zmq_curve_public(char *z85_public_key, const char *z85_secret_key) noexcept
    char *zmq_z85_encode(char *dest, const uint8_t *data, size_t size) noexcept
    uint8_t *zmq_z85_decode(uint8_t *dest, const char *string) noexcept
    void *zmq_atomic_counter_new() noexcept
    void zmq_atomic_counter_set(void *counter, int value) noexcept
    int zmq_atomic_counter_inc(void *counter) noexcept
    int zmq_atomic_counter_dec(void *counter) noexcept
    int zmq_atomic_counter_value(void *counter) noexcept
    void zmq_atomic_counter_destroy(void **counter) noexcept
    void *zmq_timers_new() noexcept
    int zmq_timers_destroy(void **timers) noexcept
    int zmq_timers_add(void *timers, size_t interval, pyzmq_timer_fn *handler, void *arg) noexcept
    int zmq_timers_cancel(void *timers, int timer_id) noexcept
    int zmq_timers_set_interval(void *timers, int timer_id, size_t interval) noexcept
    int zmq_timers_reset(void *timers, int timer_id) noexcept
    long zmq_timers_timeout(void *timers) noexcept
    int zmq_timers_execute(void *timers) noexcept
    int zmq_join(void *socket, const char *group) noexcept
    int zmq_leave(void *socket, const char *group) noexcept
    uint32_t zmq_msg_routing_id(zmq_msg_t *msg) noexcept
    int zmq_msg_set_routing_id(zmq_msg_t *msg, uint32_t routing_id) noexcept
    const char *zmq_msg_group(zmq_msg_t *msg) noexcept
    int zmq_msg_set_group(zmq_msg_t *msg, const char *group) noexcept

    const int ZMQ_PAIR
    const int ZMQ_PUB
    const int ZMQ_SUB
    const int ZMQ_REQ
    const int ZMQ_REP
    const int ZMQ_DEALER
    const int ZMQ_ROUTER
    const int ZMQ_PULL
    const int ZMQ_PUSH
    const int ZMQ_XPUB
    const int ZMQ_XSUB
    const int ZMQ_STREAM
    const int ZMQ_XREQ
    const int ZMQ_XREP
    const int ZMQ_AFFINITY
    const int ZMQ_ROUTING_ID
    const int ZMQ_SUBSCRIBE
    const int ZMQ_UNSUBSCRIBE
    const int ZMQ_RATE
    const int ZMQ_RECOVERY_IVL
    const int ZMQ_SNDBUF
    const int ZMQ_RCVBUF
    const int ZMQ_RCVMORE
    const int ZMQ_FD
    const int ZMQ_EVENTS
    const int ZMQ_TYPE
    const int ZMQ_LINGER
    const int ZMQ_RECONNECT_IVL
    const int ZMQ_BACKLOG
    const int ZMQ_RECONNECT_IVL_MAX
    const int ZMQ_MAXMSGSIZE
    const int ZMQ_SNDHWM
    const int ZMQ_RCVHWM
    const int ZMQ_MULTICAST_HOPS
    const int ZMQ_RCVTIMEO
    const int ZMQ_SNDTIMEO
    const int ZMQ_LAST_ENDPOINT
    const int ZMQ_ROUTER_MANDATORY
    const int ZMQ_TCP_KEEPALIVE
    const int ZMQ_TCP_KEEPALIVE_CNT
    const int ZMQ_TCP_KEEPALIVE_IDLE
    const int ZMQ_TCP_KEEPALIVE_INTVL
    const int ZMQ_IMMEDIATE
    const int ZMQ_XPUB_VERBOSE
    const int ZMQ_ROUTER_RAW
    const int ZMQ_IPV6
    const int ZMQ_MECHANISM
    const int ZMQ_PLAIN_SERVER
    const int ZMQ_PLAIN_USERNAME
    const int ZMQ_PLAIN_PASSWORD
    const int ZMQ_CURVE_SERVER
    const int ZMQ_CURVE_PUBLICKEY
    const int ZMQ_CURVE_SECRETKEY
    const int ZMQ_CURVE_SERVERKEY
    const int ZMQ_PROBE_ROUTER
    const int ZMQ_REQ_CORRELATE
    const int ZMQ_REQ_RELAXED
    const int ZMQ_CONFLATE
    const int ZMQ_ZAP_DOMAIN
    const int ZMQ_ROUTER_HANDOVER
    const int ZMQ_TOS
    const int ZMQ_CONNECT_ROUTING_ID
    const int ZMQ_GSSAPI_SERVER
    const int ZMQ_GSSAPI_PRINCIPAL
    const int ZMQ_GSSAPI_SERVICE_PRINCIPAL
    const int ZMQ_GSSAPI_PLAINTEXT
    const int ZMQ_HANDSHAKE_IVL
    const int ZMQ_SOCKS_PROXY
    const int ZMQ_XPUB_NODROP
    const int ZMQ_BLOCKY
    const int ZMQ_XPUB_MANUAL
    const int ZMQ_XPUB_WELCOME_MSG
    const int ZMQ_STREAM_NOTIFY
    const int ZMQ_INVERT_MATCHING
    const int ZMQ_HEARTBEAT_IVL
    const int ZMQ_HEARTBEAT_TTL
    const int ZMQ_HEARTBEAT_TIMEOUT
    const int ZMQ_XPUB_VERBOSER
    const int ZMQ_CONNECT_TIMEOUT
    const int ZMQ_TCP_MAXRT
    const int ZMQ_THREAD_SAFE
    const int ZMQ_MULTICAST_MAXTPDU
    const int ZMQ_VMCI_BUFFER_SIZE
    const int ZMQ_VMCI_BUFFER_MIN_SIZE
    const int ZMQ_VMCI_BUFFER_MAX_SIZE
    const int ZMQ_VMCI_CONNECT_TIMEOUT
    const int ZMQ_USE_FD
    const int ZMQ_GSSAPI_PRINCIPAL_NAMETYPE
    const int ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE
    const int ZMQ_BINDTODEVICE
    const int ZMQ_IDENTITY
    const int ZMQ_CONNECT_RID
    const int ZMQ_TCP_ACCEPT_FILTER
    const int ZMQ_IPC_FILTER_PID
    const int ZMQ_IPC_FILTER_UID
    const int ZMQ_IPC_FILTER_GID
    const int ZMQ_IPV4ONLY
    const int ZMQ_DELAY_ATTACH_ON_CONNECT
    const int ZMQ_FAIL_UNROUTABLE
    const int ZMQ_ROUTER_BEHAVIOR
    const int ZMQ_DONTWAIT
    const int ZMQ_SNDMORE
    const int ZMQ_NOBLOCK
    const int ZMQ_POLLIN
    const int ZMQ_POLLOUT
    const int ZMQ_POLLERR
    const int ZMQ_POLLPRI
    const int ZMQ_IO_THREADS
    const int ZMQ_MAX_SOCKETS
    const int ZMQ_SOCKET_LIMIT
    const int ZMQ_THREAD_PRIORITY
    const int ZMQ_THREAD_SCHED_POLICY
    const int ZMQ_MAX_MSGSZ
    const int ZMQ_MSG_T_SIZE
    const int ZMQ_THREAD_AFFINITY_CPU_ADD
    const int ZMQ_THREAD_AFFINITY_CPU_REMOVE
    const int ZMQ_THREAD_NAME_PREFIX
    const int ZMQ_MORE
    const int ZMQ_SHARED
    const int ZMQ_SRCFD
    const int ZMQ_PROTOCOL_ERROR_WS_UNSPECIFIED
    const int ZMQ_PROTOCOL_ERROR_ZMTP_UNSPECIFIED
    const int ZMQ_PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND
    const int ZMQ_PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE
    const int ZMQ_PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE
    const int ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED
    const int ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE
    const int ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO
    const int ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE
    const int ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR
    const int ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY
    const int ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME
    const int ZMQ_PROTOCOL_ERROR_ZMTP_INVALID_METADATA
    const int ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC
    const int ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH
    const int ZMQ_PROTOCOL_ERROR_ZAP_UNSPECIFIED
    const int ZMQ_PROTOCOL_ERROR_ZAP_MALFORMED_REPLY
    const int ZMQ_PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID
    const int ZMQ_PROTOCOL_ERROR_ZAP_BAD_VERSION
    const int ZMQ_PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE
    const int ZMQ_PROTOCOL_ERROR_ZAP_INVALID_METADATA
    const int ZMQ_EVENT_CONNECTED
    const int ZMQ_EVENT_CONNECT_DELAYED
    const int ZMQ_EVENT_CONNECT_RETRIED
    const int ZMQ_EVENT_LISTENING
    const int ZMQ_EVENT_BIND_FAILED
    const int ZMQ_EVENT_ACCEPTED
    const int ZMQ_EVENT_ACCEPT_FAILED
    const int ZMQ_EVENT_CLOSED
    const int ZMQ_EVENT_CLOSE_FAILED
    const int ZMQ_EVENT_DISCONNECTED
    const int ZMQ_EVENT_MONITOR_STOPPED
    const int ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL
    const int ZMQ_EVENT_HANDSHAKE_SUCCEEDED
    const int ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
    const int ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
    const int ZMQ_EVENT_ALL
    const int ZMQ_NULL
    const int ZMQ_PLAIN
    const int ZMQ_CURVE
    const int ZMQ_GSSAPI
    const int ZMQ_GSSAPI_NT_HOSTBASED
    const int ZMQ_GSSAPI_NT_USER_NAME
    const int ZMQ_GSSAPI_NT_KRB5_PRINCIPAL
    const int ZMQ_STREAMER
    const int ZMQ_FORWARDER
    const int ZMQ_QUEUE
    const int ZMQ_IO_THREADS_DFLT
    const int ZMQ_MAX_SOCKETS_DFLT
    const int ZMQ_THREAD_PRIORITY_DFLT
    const int ZMQ_THREAD_SCHED_POLICY_DFLT
    const int ZMQ_GROUP_MAX_LENGTH
    const int ZMQ_POLLITEMS_DFLT
