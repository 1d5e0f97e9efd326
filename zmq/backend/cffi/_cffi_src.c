/* The C part of the CFFI backend: contexts and sockets; _cffi_messages.c goes on.
 *
 * Python code can be interrupted between any two calls, so whatever must not be torn apart happens in one call here:
 * sending or receiving all parts of a message, changing a timeout for the length of one call, terminating a context that
 * another thread may be asking.  Each function that can fail returns a negated errno, since the number is gone after the
 * next call.
 *
 * cffi calls all of these without the GIL.  So another thread may close a socket at any moment, and each use of a socket
 * is one between pyzmq_begin() and pyzmq_end(): libzmq's socket is open until then.
 */
#include "zmq_compat.h"

#include "pyzmq_constants.h"
#include "pyzmq_socket.h"
#include "pyzmq_relay.h"

#include <limits.h>

/* Enough for every option of bytes but the endpoint of a long inproc name. */
#define PYZMQ_OPTION_SIZE 1024
/* In Z85, without the NUL. */
#define PYZMQ_CURVE_KEY_SIZE 40
/* What is received up to this size is copied once more, which costs less than a second call. */
#define PYZMQ_SMALL_SIZE 8192
/* Milliseconds of the longest pause for descriptors to come back: a quarter of a second in all. */
#define PYZMQ_MOST_PATIENCE 128

/* ---- Processes ------------------------------------------------------------------------------------------------- */

static volatile long pyzmq_exiting = 0;
static pyzmq_bell pyzmq_ctx_bell = PYZMQ_BELL_INIT;
static pyzmq_bell pyzmq_share_bell = PYZMQ_BELL_INIT;

static void pyzmq_cffi_after_fork(void)
{
    pyzmq_bell fresh = PYZMQ_BELL_INIT;
    pyzmq_ctx_bell = fresh;
    pyzmq_share_bell = fresh;
}

static int pyzmq_cffi_watch_forks(void) { return pyzmq_watch_forks(pyzmq_cffi_after_fork); }

static void pyzmq_cffi_at_exit(void) { pyzmq_atomic_store(&pyzmq_exiting, 1); }

#if defined(PYPY_VERSION)
/* PyPy frees nothing at exit, and classes offer the buffer protocol by __buffer__. */
static void pyzmq_keep_for_ever(uintptr_t object) { (void) object; }
static void pyzmq_untrack(uintptr_t object) { (void) object; }
static void pyzmq_offer_buffer(uintptr_t type) { (void) type; }
#else
static void pyzmq_keep_for_ever(uintptr_t object)
{
    PyGILState_STATE state = PyGILState_Ensure();
    Py_INCREF((PyObject *) object);
    PyGILState_Release(state);
}

/* Hide an object from the collector of cycles, which then finalises it only when what refers to it is gone. */
static void pyzmq_untrack(uintptr_t object)
{
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject_GC_UnTrack((PyObject *) object);
    PyGILState_Release(state);
}

#if PY_VERSION_HEX >= 0x030C0000
/* From 3.12 on, classes offer the buffer protocol by __buffer__. */
static void pyzmq_offer_buffer(uintptr_t type) { (void) type; }
#else
static int pyzmq_get_buffer(PyObject *self, Py_buffer *view, int flags)
{
    int rc;
    PyObject *content = PyObject_GetAttrString(self, "buffer");
    if (content == NULL) {
        view->obj = NULL;
        return -1;
    }
    rc = PyObject_GetBuffer(content, view, flags);
    Py_DECREF(content);
    return rc;
}

/* Let the instances of a Python class export what their attribute `buffer` exports. */
static void pyzmq_offer_buffer(uintptr_t type)
{
    PyGILState_STATE state = PyGILState_Ensure();
    ((PyTypeObject *) type)->tp_as_buffer->bf_getbuffer = pyzmq_get_buffer;
    PyGILState_Release(state);
}
#endif
#endif

/* ---- Contexts: thread-safe ------------------------------------------------------------------------------------- */

typedef struct {
    void *handle; /* NULL: closed, or just being terminated */
    void *ending; /* what a thread is terminating at this moment */
    long users;   /* calls under way that use the handle */
    long generation;
    int shadowed;
    int started; /* a socket was made: libzmq's threads run */
} pyzmq_ctx;

/* Python has the memory, all zeros: the collector may call its finalisers in any order, and they look at it. */
static void pyzmq_ctx_init(pyzmq_ctx *ctx) { ctx->generation = pyzmq_generation; }

/* Called by the garbage collector. */
static void pyzmq_ctx_forget(pyzmq_ctx *ctx)
{
    void *handle = ctx->handle;
    ctx->handle = NULL;
    if (!ctx->shadowed && !pyzmq_atomic_load(&pyzmq_exiting))
        pyzmq_drop_context(handle, ctx->generation);
}

static int pyzmq_ctx_open(pyzmq_ctx *ctx)
{
    ctx->handle = zmq_ctx_new();
    return ctx->handle == NULL ? pyzmq_failure() : 0;
}

static int pyzmq_ctx_shadow(pyzmq_ctx *ctx, uintptr_t address)
{
    ctx->handle = (void *) address;
    ctx->shadowed = 1;
    return 0;
}

static int pyzmq_ctx_owned(pyzmq_ctx *ctx) { return ctx != NULL && !ctx->shadowed; }

static void pyzmq_ctx_own(pyzmq_ctx *ctx, int owned)
{
    if (ctx != NULL)
        ctx->shadowed = !owned;
}

static uintptr_t pyzmq_ctx_address(pyzmq_ctx *ctx)
{
    uintptr_t address;
    if (ctx == NULL || ctx->generation != pyzmq_generation)
        return 0;
    pyzmq_bell_lock(&pyzmq_ctx_bell);
    address = (uintptr_t) (ctx->handle != NULL ? ctx->handle : ctx->ending);
    pyzmq_bell_unlock(&pyzmq_ctx_bell);
    return address;
}

/* Hold a context open for one call, which must not block. */
static int pyzmq_ctx_enter(pyzmq_ctx *ctx, void **handle)
{
    int rc = 0;
    if (ctx == NULL || ctx->generation != pyzmq_generation)
        return -EFAULT;
    pyzmq_bell_lock(&pyzmq_ctx_bell);
    if (ctx->handle != NULL)
        ctx->users += 1;
    else
        rc = ctx->ending != NULL ? -ETERM : -EFAULT;
    *handle = ctx->handle;
    pyzmq_bell_unlock(&pyzmq_ctx_bell);
    return rc;
}

static void pyzmq_ctx_leave(pyzmq_ctx *ctx)
{
    pyzmq_bell_lock(&pyzmq_ctx_bell);
    ctx->users -= 1;
    if (ctx->users == 0)
        pyzmq_bell_ring(&pyzmq_ctx_bell);
    pyzmq_bell_unlock(&pyzmq_ctx_bell);
}

static int pyzmq_ctx_get(pyzmq_ctx *ctx, int option)
{
    void *handle;
    int rc = pyzmq_ctx_enter(ctx, &handle);
    if (rc < 0)
        return rc;
    rc = zmq_ctx_get(handle, option);
    /* The default policy is -1. */
    if (rc < 0 && option != ZMQ_THREAD_SCHED_POLICY)
        rc = pyzmq_failure();
    pyzmq_ctx_leave(ctx);
    return rc;
}

static int pyzmq_ctx_set(pyzmq_ctx *ctx, int option, int value)
{
    void *handle;
    int rc = pyzmq_ctx_enter(ctx, &handle);
    if (rc < 0)
        return rc;
    rc = zmq_ctx_set(handle, option, value);
    if (rc < 0)
        rc = pyzmq_failure();
    pyzmq_ctx_leave(ctx);
    return rc;
}

/* Begin no more calls with a shadow, and wait for those under way: its libzmq context is about to be terminated. */
static void pyzmq_ctx_end(pyzmq_ctx *ctx)
{
    if (ctx == NULL || ctx->generation != pyzmq_generation)
        return;
    pyzmq_bell_lock(&pyzmq_ctx_bell);
    if (ctx->handle != NULL) {
        ctx->ending = ctx->handle;
        ctx->handle = NULL;
    }
    while (ctx->users > 0)
        pyzmq_bell_wait(&pyzmq_ctx_bell, -1);
    pyzmq_bell_unlock(&pyzmq_ctx_bell);
}

/* The caller sees to it that one thread at a time is in here.  After -EINTR the context is as before. */
static int pyzmq_ctx_term(pyzmq_ctx *ctx)
{
    void *handle;
    int rc = 0;
    if (ctx == NULL || ctx->generation != pyzmq_generation)
        return 0;
    pyzmq_bell_lock(&pyzmq_ctx_bell);
    handle = ctx->handle;
    ctx->handle = NULL;
    if (handle != NULL && !ctx->shadowed) {
        ctx->ending = handle;
        while (ctx->users > 0)
            pyzmq_bell_wait(&pyzmq_ctx_bell, -1);
    } else {
        handle = NULL;
        /* That of a shadow, after pyzmq_ctx_end(). */
        ctx->ending = NULL;
    }
    pyzmq_bell_unlock(&pyzmq_ctx_bell);
    if (handle == NULL)
        return 0;
    if (zmq_ctx_term(handle) != 0)
        rc = pyzmq_failure();
    pyzmq_bell_lock(&pyzmq_ctx_bell);
    if (rc == -EINTR)
        ctx->handle = handle;
    ctx->ending = NULL;
    pyzmq_bell_unlock(&pyzmq_ctx_bell);
    return rc;
}

/* ---- Sockets --------------------------------------------------------------------------------------------------- */

/* What an object has of a libzmq socket: a reference to the record.  Python has the memory, all zeros at first, and may
 * look at it after it was finalised. */
typedef struct {
    pyzmq_record *record;
    int owner; /* made by this object, and closed when that is collected */
} pyzmq_sock;

/* Of objects that are not initialised. */
static pyzmq_sock pyzmq_no_sock = {&pyzmq_no_record, 0};

static int pyzmq_sock_use(pyzmq_sock *sock, void *handle, int is_new)
{
    pyzmq_record *record = pyzmq_record_of(handle, is_new);
    if (record == NULL) {
        if (is_new)
            (void) zmq_close(handle);
        return -ENOMEM;
    }
    sock->record = record;
    sock->owner = is_new;
    return 0;
}

static int pyzmq_sock_make(pyzmq_sock *sock, pyzmq_ctx *ctx, int type)
{
    void *context;
    void *handle = NULL;
    int rc = pyzmq_ctx_enter(ctx, &context);
    if (rc < 0)
        return rc;
    if (!ctx->started && !pyzmq_can_start(context)) {
        rc = -EMFILE;
    } else {
        handle = zmq_socket(context, type);
        rc = handle == NULL ? pyzmq_failure() : pyzmq_sock_use(sock, handle, 1);
        if (handle != NULL)
            ctx->started = 1;
    }
    pyzmq_ctx_leave(ctx);
    return rc;
}

/* Closed sockets give their file descriptors back when libzmq's thread for that gets to it.  A program that closes sockets
 * as fast as it makes them would run out of them, so that thread gets some time to catch up. */
static int pyzmq_sock_open(pyzmq_sock *sock, pyzmq_ctx *ctx, int type)
{
    int milliseconds = 1;
    int rc = pyzmq_sock_make(sock, ctx, type);
    while (rc == -EMFILE && pyzmq_sockets_closed && milliseconds <= PYZMQ_MOST_PATIENCE) {
        pyzmq_sleep_ms(milliseconds);
        milliseconds *= 2;
        rc = pyzmq_sock_make(sock, ctx, type);
    }
    if (rc == -EMFILE)
        pyzmq_sockets_closed = 0;
    return rc;
}

static int pyzmq_sock_shadow(pyzmq_sock *sock, uintptr_t address) { return pyzmq_sock_use(sock, (void *) address, 0); }

/* Called by the garbage collector. */
static void pyzmq_sock_forget(pyzmq_sock *sock)
{
    pyzmq_record *record = sock->record;
    if (record == NULL)
        return;
    sock->record = &pyzmq_no_record;
    if (sock->owner)
        (void) pyzmq_record_close(record);
    pyzmq_record_decref(record);
}

/* Begin to use a socket; NULL if it is closed.  Until pyzmq_end(), libzmq's socket is open. */
static inline pyzmq_record *pyzmq_begin(pyzmq_sock *sock)
{
    return pyzmq_record_enter(sock->record) < 0 ? NULL : sock->record;
}

/* Return the result of the use. */
static inline int pyzmq_end(pyzmq_record *record, int rc)
{
    pyzmq_record_leave(record);
    return rc;
}

static int pyzmq_sock_is_dead(pyzmq_sock *sock) { return sock->record->dead != 0; }

static uintptr_t pyzmq_sock_address(pyzmq_sock *sock)
{
    return pyzmq_sock_is_dead(sock) ? 0 : (uintptr_t) sock->record->handle;
}

static int pyzmq_sock_busy(pyzmq_sock *sock) { return sock->record->calls > 0; }

static int pyzmq_sock_closed(pyzmq_sock *sock)
{
    pyzmq_record *record = pyzmq_begin(sock);
    return record == NULL ? 1 : pyzmq_end(record, pyzmq_record_is_closed(record));
}

static int pyzmq_sock_close(pyzmq_sock *sock) { return pyzmq_record_close(sock->record); }

static int pyzmq_sock_get(pyzmq_sock *sock, int option, void *value, size_t *size)
{
    pyzmq_record *record = pyzmq_begin(sock);
    return record == NULL ? -ENOTSOCK : pyzmq_end(record, pyzmq_get_option(record, option, value, size));
}

static int pyzmq_sock_set(pyzmq_sock *sock, int option, const void *value, size_t size)
{
    pyzmq_record *record = pyzmq_begin(sock);
    return record == NULL ? -ENOTSOCK : pyzmq_end(record, pyzmq_set_option(record, option, value, size));
}

static int pyzmq_sock_get_number(pyzmq_sock *sock, int option, int64_t *value)
{
    int kind = pyzmq_socket_option_type(option);
    int as_int = 0;
    int64_t as_int64 = 0;
    pyzmq_fd_t as_fd = 0;
    size_t size;
    int rc;
    if (kind == PYZMQ_OPT_INT64) {
        size = sizeof(int64_t);
        rc = pyzmq_sock_get(sock, option, &as_int64, &size);
        *value = as_int64;
    } else if (kind == PYZMQ_OPT_FD) {
        size = sizeof(pyzmq_fd_t);
        rc = pyzmq_sock_get(sock, option, &as_fd, &size);
        *value = (int64_t) as_fd;
    } else {
        size = sizeof(int);
        rc = pyzmq_sock_get(sock, option, &as_int, &size);
        *value = as_int;
    }
    return rc;
}

/* The value of an option of type int, INT64_MIN if it is none or cannot be read. */
static int64_t pyzmq_sock_get_plain(pyzmq_sock *sock, int option)
{
    int value = 0;
    size_t size = sizeof(int);
    if (pyzmq_socket_option_type(option) != PYZMQ_OPT_INT || pyzmq_sock_get(sock, option, &value, &size) < 0)
        return INT64_MIN;
    return value;
}

/* Set an option of type int; return 1 if it is none, or if the value is out of range. */
static int pyzmq_sock_set_plain(pyzmq_sock *sock, int option, int64_t value)
{
    int as_int = (int) value;
    if (pyzmq_socket_option_type(option) != PYZMQ_OPT_INT || as_int != value)
        return 1;
    return pyzmq_sock_set(sock, option, &as_int, sizeof(int));
}

/* Write at most `room` bytes; return how many. */
static int pyzmq_sock_get_bytes(pyzmq_sock *sock, int option, char *value, size_t room)
{
    size_t size = room;
    int rc;
    /* libzmq tells the binary form of a key from the Z85 form by the size of the buffer. */
    if (option == ZMQ_CURVE_PUBLICKEY || option == ZMQ_CURVE_SECRETKEY || option == ZMQ_CURVE_SERVERKEY)
        size = PYZMQ_CURVE_KEY_SIZE + 1;
    rc = pyzmq_sock_get(sock, option, value, &size);
    if (rc < 0)
        return rc;
    /* libzmq counts the trailing NUL of texts, such as LAST_ENDPOINT and the keys in Z85; routing ids are binary. */
    if (size > 0 && option != ZMQ_ROUTING_ID && value[size - 1] == 0)
        size -= 1;
    return (int) size;
}

/* Whether pyzmq makes it a descriptor (draft): 0 if libzmq does, 1 if pyzmq can, 2 if it has, 3 if the socket is another
 * library's. */
static int pyzmq_sock_draft_fd_state(pyzmq_sock *sock)
{
    int state = 0;
    pyzmq_record *record = pyzmq_begin(sock);
    if (record == NULL)
        return state;
    if (pyzmq_is_thread_safe(record->handle))
        state = !record->ours ? 3 : record->notifier == NULL ? 1 : 2;
    return pyzmq_end(record, state);
}

static int pyzmq_sock_draft_fd(pyzmq_sock *sock, int64_t *fd)
{
    pyzmq_record *record = pyzmq_begin(sock);
    return record == NULL ? -ENOTSOCK : pyzmq_end(record, -pyzmq_notifier_fd(&record->notifier, record->handle, fd));
}

static int pyzmq_sock_set_int(pyzmq_sock *sock, int option, int value)
{
    return pyzmq_sock_set(sock, option, &value, sizeof(int));
}

static int pyzmq_sock_set_int64(pyzmq_sock *sock, int option, int64_t value)
{
    pyzmq_fd_t as_fd = (pyzmq_fd_t) value;
    if (pyzmq_socket_option_type(option) == PYZMQ_OPT_FD)
        return pyzmq_sock_set(sock, option, &as_fd, sizeof(pyzmq_fd_t));
    return pyzmq_sock_set(sock, option, &value, sizeof(int64_t));
}

static int pyzmq_sock_set_bytes(pyzmq_sock *sock, int option, const char *value, size_t size)
{
    return pyzmq_sock_set(sock, option, value, size);
}

static int pyzmq_sock_bind(pyzmq_sock *sock, const char *address)
{
    pyzmq_record *record = pyzmq_begin(sock);
    return record == NULL ? -ENOTSOCK : pyzmq_end(record, pyzmq_bind(record, address));
}

/* Connecting and what else takes a text only. */
static int pyzmq_sock_call(pyzmq_sock *sock, pyzmq_text_function *function, const char *text)
{
    pyzmq_record *record = pyzmq_begin(sock);
    return record == NULL ? -ENOTSOCK : pyzmq_end(record, pyzmq_call_with_text(record, function, text));
}

static int pyzmq_sock_connect_peer(pyzmq_sock *sock, const char *address, uint32_t *routing_id)
{
    pyzmq_record *record = pyzmq_begin(sock);
    return record == NULL ? -ENOTSOCK : pyzmq_end(record, pyzmq_connect_peer(record, address, routing_id));
}

static int pyzmq_sock_monitor(pyzmq_sock *sock, const char *address, int events)
{
    pyzmq_record *record = pyzmq_begin(sock);
    return record == NULL ? -ENOTSOCK : pyzmq_end(record, pyzmq_monitor(record, address, events));
}

/* The events that hold. */
static int pyzmq_sock_events(pyzmq_sock *sock)
{
    int events = 0;
    int rc;
    pyzmq_record *record = pyzmq_begin(sock);
    if (record == NULL)
        return -ENOTSOCK;
    rc = pyzmq_get_events(record, &events);
    return pyzmq_end(record, rc < 0 ? rc : events);
}

/* ---- Readiness: see asynchronous.py ------------------------------------------------------------------------------ */

/* In Python. */
static void pyzmq_cffi_wake(uintptr_t record);
static void pyzmq_cffi_end(uintptr_t record);

static void pyzmq_wake_record(pyzmq_record *record) { pyzmq_cffi_wake((uintptr_t) record); }
static void pyzmq_end_record(pyzmq_record *record) { pyzmq_cffi_end((uintptr_t) record); }

/* Have Python called when one of the events to look for holds; `watcher` gets a reference of its own. */
static void pyzmq_sock_watch(pyzmq_sock *watcher, pyzmq_sock *sock)
{
    watcher->record = pyzmq_record_incref(sock->record);
    watcher->record->wake = pyzmq_wake_record;
    watcher->record->end = pyzmq_end_record;
}

static uintptr_t pyzmq_sock_record(pyzmq_sock *sock) { return (uintptr_t) sock->record; }

/* The events that hold, without calling for those who wait. */
static int pyzmq_sock_peek(pyzmq_sock *sock)
{
    int events = 0;
    int rc;
    pyzmq_record *record = pyzmq_begin(sock);
    if (record == NULL)
        return -ENOTSOCK;
    rc = pyzmq_peek_events(record, &events);
    return pyzmq_end(record, rc < 0 ? rc : events);
}
