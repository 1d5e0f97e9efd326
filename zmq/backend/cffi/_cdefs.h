/* What Python sees of _cffi_src.c, _cffi_messages.c and libzmq: read by cffi, not by a C compiler.
 *
 * Functions that return int give 0 or more for success and a negated errno otherwise, unless they are libzmq's own.
 */
#define EAGAIN ...
#define EFAULT ...
#define EINTR ...
#define EINVAL ...
#define EMFILE ...
#define ENAMETOOLONG ...
#define ENOMEM ...
#define ENOTSOCK ...
#define ETERM ...

#define ZMQ_VERSION ...
#define ZMQ_DONTWAIT ...
#define ZMQ_IO_THREADS ...
#define ZMQ_LINGER ...
#define ZMQ_RCVTIMEO ...
#define ZMQ_SNDTIMEO ...

#define PYZMQ_HAVE_DRAFT ...
#define PYZMQ_IPC_PATH_MAX_LEN ...
#define PYZMQ_OPTION_SIZE ...
#define PYZMQ_SMALL_SIZE ...
static const int PYZMQ_OPT_BYTES;
static const int PYZMQ_OPT_INT64;
static const int PYZMQ_OPT_FD;

/* libzmq */
typedef int... pyzmq_fd_t;
typedef struct {
    pyzmq_fd_t fd;
    short events;
    short revents;
    ...;
} zmq_pollitem_t;
int zmq_errno(void);
const char *zmq_strerror(int errnum);
void zmq_version(int *major, int *minor, int *patch);
int zmq_has(const char *capability);
typedef int pyzmq_text_function(void *socket, const char *text);
int zmq_connect(void *socket, const char *text);
int zmq_unbind(void *socket, const char *text);
int zmq_disconnect(void *socket, const char *text);
int zmq_join(void *socket, const char *text);
int zmq_leave(void *socket, const char *text);

/* Processes */
int pyzmq_cffi_watch_forks(void);
void pyzmq_cffi_at_exit(void);
void pyzmq_keep_for_ever(uintptr_t object);
void pyzmq_untrack(uintptr_t object);
void pyzmq_offer_buffer(uintptr_t type);

/* Contexts */
typedef struct {
    ...;
} pyzmq_ctx;
void pyzmq_ctx_init(pyzmq_ctx *ctx);
void pyzmq_ctx_forget(pyzmq_ctx *ctx);
int pyzmq_ctx_open(pyzmq_ctx *ctx);
int pyzmq_ctx_shadow(pyzmq_ctx *ctx, uintptr_t address);
int pyzmq_ctx_owned(pyzmq_ctx *ctx);
void pyzmq_ctx_own(pyzmq_ctx *ctx, int owned);
uintptr_t pyzmq_ctx_address(pyzmq_ctx *ctx);
int pyzmq_ctx_get(pyzmq_ctx *ctx, int option);
int pyzmq_ctx_set(pyzmq_ctx *ctx, int option, int value);
void pyzmq_ctx_end(pyzmq_ctx *ctx);
int pyzmq_ctx_term(pyzmq_ctx *ctx);

/* Sockets: see pyzmq_record.h and pyzmq_socket.h */
uintptr_t pyzmq_share_registry(uintptr_t other);
typedef struct {
    long dead;
    int progress;
    unsigned begun;
    int held;
    int alert;
    int waiting;
    ...;
} pyzmq_record;
static const int PYZMQ_BETWEEN_MESSAGES;
static const int PYZMQ_HAS_RETURNED;
typedef struct {
    pyzmq_record *record;
    ...;
} pyzmq_sock;
extern pyzmq_sock pyzmq_no_sock;
int pyzmq_sock_open(pyzmq_sock *sock, pyzmq_ctx *ctx, int type);
int pyzmq_sock_shadow(pyzmq_sock *sock, uintptr_t address);
void pyzmq_sock_forget(pyzmq_sock *sock);
int pyzmq_sock_is_dead(pyzmq_sock *sock);
uintptr_t pyzmq_sock_address(pyzmq_sock *sock);
int pyzmq_sock_busy(pyzmq_sock *sock);
int pyzmq_sock_closed(pyzmq_sock *sock);
int pyzmq_sock_close(pyzmq_sock *sock);
int pyzmq_socket_option_type(int option);
int pyzmq_sock_get_number(pyzmq_sock *sock, int option, int64_t *value);
int64_t pyzmq_sock_get_plain(pyzmq_sock *sock, int option);
int pyzmq_sock_set_plain(pyzmq_sock *sock, int option, int64_t value);
int pyzmq_sock_draft_fd_state(pyzmq_sock *sock);
int pyzmq_sock_draft_fd(pyzmq_sock *sock, int64_t *fd);
int pyzmq_sock_get_bytes(pyzmq_sock *sock, int option, char *value, size_t room);
int pyzmq_sock_set_int(pyzmq_sock *sock, int option, int value);
int pyzmq_sock_set_int64(pyzmq_sock *sock, int option, int64_t value);
int pyzmq_sock_set_bytes(pyzmq_sock *sock, int option, const char *value, size_t size);
int pyzmq_sock_bind(pyzmq_sock *sock, const char *address);
int pyzmq_sock_call(pyzmq_sock *sock, pyzmq_text_function *function, const char *text);
int pyzmq_sock_connect_peer(pyzmq_sock *sock, const char *address, uint32_t *routing_id);
int pyzmq_sock_monitor(pyzmq_sock *sock, const char *address, int events);
int pyzmq_sock_events(pyzmq_sock *sock);

/* Readiness */
extern "Python" void pyzmq_cffi_wake(uintptr_t record);
extern "Python" void pyzmq_cffi_end(uintptr_t record);
void pyzmq_sock_watch(pyzmq_sock *watcher, pyzmq_sock *sock);
uintptr_t pyzmq_sock_record(pyzmq_sock *sock);
int pyzmq_sock_peek(pyzmq_sock *sock);

/* Loans: memory of Python's that libzmq reads */
typedef struct {
    ...;
} pyzmq_event;
pyzmq_event *pyzmq_event_new(void);
void pyzmq_event_decref(pyzmq_event *event);
int pyzmq_event_is_set(pyzmq_event *event);
int pyzmq_event_is_orphaned(pyzmq_event *event);
int pyzmq_event_wait(pyzmq_event *event, int64_t timeout_ms);
int64_t pyzmq_next_returned(uintptr_t lent);
int pyzmq_is_readonly(const void *data);
int pyzmq_reaper_wait(void);
void pyzmq_reaper_stop(void);

/* Messages */
typedef struct {
    ...;
} pyzmq_msg;
pyzmq_msg *pyzmq_msg_new(void);
void pyzmq_msg_free(pyzmq_msg *msg);
int pyzmq_msg_fill(pyzmq_msg *msg, const char *data, size_t size);
int pyzmq_msg_lend(pyzmq_msg *msg, char *data, size_t size, int readonly, int64_t loan, pyzmq_event *event);
int pyzmq_msg_share(pyzmq_msg *msg, pyzmq_msg *other);
char *pyzmq_msg_data(pyzmq_msg *msg);
size_t pyzmq_msg_size(pyzmq_msg *msg);
int pyzmq_msg_more(pyzmq_msg *msg);
int pyzmq_msg_get(pyzmq_msg *msg, int option);
int pyzmq_msg_set(pyzmq_msg *msg, int option, int value);
const char *pyzmq_msg_gets(pyzmq_msg *msg, const char *property);
uint32_t pyzmq_msg_routing_id(pyzmq_msg *msg);
int pyzmq_msg_set_routing_id(pyzmq_msg *msg, uint32_t routing_id);
const char *pyzmq_msg_group(pyzmq_msg *msg);
int pyzmq_msg_set_group(pyzmq_msg *msg, const char *group);

typedef struct {
    char small[...];
    ...;
} pyzmq_inbox;
pyzmq_inbox *pyzmq_inbox_new(void);
void pyzmq_inbox_free(pyzmq_inbox *inbox);
char *pyzmq_inbox_data(pyzmq_inbox *inbox);
size_t pyzmq_inbox_size(pyzmq_inbox *inbox);
void pyzmq_inbox_clear(pyzmq_inbox *inbox);
size_t pyzmq_inbox_read(pyzmq_inbox *inbox, char *target, size_t room);

typedef struct {
    char **data;
    size_t *size;
    size_t total;
    char small[...];
    ...;
} pyzmq_parts;
pyzmq_parts *pyzmq_parts_new(void);
void pyzmq_parts_reset(pyzmq_parts *parts);
void pyzmq_parts_free(pyzmq_parts *parts);
pyzmq_msg *pyzmq_parts_next(pyzmq_parts *parts);
int pyzmq_parts_take(pyzmq_parts *parts, size_t index, pyzmq_msg *target);

/* Sending and receiving. `waits` is 0 for an attempt without waiting, whatever `flags` says. */
typedef struct {
    ...;
} pyzmq_wait;
int pyzmq_wait_begin(pyzmq_wait *wait, pyzmq_sock *sock, int option);
void pyzmq_wait_renew(pyzmq_wait *wait);
void pyzmq_wait_end(pyzmq_wait *wait);
int pyzmq_send_bytes(pyzmq_sock *sock, const char *data, size_t size, int flags);
int pyzmq_send_loan(
    pyzmq_sock *sock, int flags, char *data, size_t size, int readonly, int64_t loan, pyzmq_event *event);
int pyzmq_send_shared(pyzmq_sock *sock, pyzmq_msg *other, int flags);
int pyzmq_send_joined(pyzmq_sock *sock, pyzmq_parts *parts, const char *data, const size_t *sizes, size_t count, int flags);
int pyzmq_send_parts(pyzmq_sock *sock, pyzmq_parts *parts, int flags, int waits);
int pyzmq_recv_inbox(pyzmq_sock *sock, pyzmq_inbox *inbox, int flags, int waits);
int pyzmq_recv_message(pyzmq_sock *sock, pyzmq_inbox *inbox, int flags, int waits);
int pyzmq_recv_frame(pyzmq_sock *sock, pyzmq_msg *msg, int flags, int waits);
int pyzmq_recv_copies(pyzmq_sock *sock, pyzmq_parts *parts, int flags, int waits);
int pyzmq_recv_frames(pyzmq_sock *sock, pyzmq_parts *parts, int flags, int waits);
int pyzmq_sock_take(pyzmq_sock *sock, pyzmq_parts *parts, int multipart, int64_t *key);
int pyzmq_sock_give_back(pyzmq_sock *sock, pyzmq_msg *frame, int64_t key);

/* The rest */
int pyzmq_poll_one(pyzmq_sock *sock, short events, long timeout);
int pyzmq_poll_records(zmq_pollitem_t *items, pyzmq_record **records, int count, long timeout);
typedef struct {
    int signals;
    size_t command_size;
    char command[...];
    ...;
} pyzmq_relay;
static const int PYZMQ_RELAY_UNKNOWN;
static const int PYZMQ_RELAY_SIGNALS;
void pyzmq_relay_end(pyzmq_relay *relay);
int pyzmq_sock_relay(
    pyzmq_relay *relay, pyzmq_sock *frontend, pyzmq_sock *backend, pyzmq_sock *capture, pyzmq_sock *control);
int pyzmq_sock_ask_once(pyzmq_relay *relay, pyzmq_sock *front, pyzmq_sock *back);
int pyzmq_sock_prefixes(
    pyzmq_relay *relay, const char *in, size_t in_size, const char *out, size_t out_size, pyzmq_sock *front,
    pyzmq_sock *back);
int pyzmq_curve_keypair(char *public_key, char *secret_key);
int pyzmq_curve_public(char *public_key, const char *secret_key);
