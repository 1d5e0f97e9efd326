/* The C part of the CFFI backend: contexts and sockets; _cffi_messages.c goes on.
 *
 * Python code can be interrupted between any two calls, so whatever must not be torn apart happens in one call here:
 * sending or receiving all parts of a message, changing a timeout for the length of one call, terminating a context that
 * another thread may be asking.  Each function that can fail returns a negated errno, since the number is gone after the
 * next call.
 *
 * cffi calls all of these without the GIL.
 */
#include "zmq_compat.h"

#include "pyzmq_constants.h"
#include "pyzmq_descriptors.h"
#include "pyzmq_draft.h"
#include "pyzmq_relay.h"
#include "pyzmq_zerocopy.h"

#include <limits.h>

#define PYZMQ_NO_WAIT (-2)
#define PYZMQ_OWN_TIMEOUT (-1)
/* Endpoints are the longest options of bytes, and an ipc path ends at 108. */
#define PYZMQ_OPTION_SIZE 1024
/* In Z85, without the NUL. */
#define PYZMQ_CURVE_KEY_SIZE 40
/* What is received up to this size is copied once more, which costs less than a second call. */
#define PYZMQ_SMALL_SIZE 8192

static int pyzmq_failure(void)
{
    int err = zmq_errno();
    return err > 0 ? -err : -EINVAL;
}

/* ---- Processes ------------------------------------------------------------------------------------------------- */

/* Forks since the module was loaded: what an older generation made belongs to another process. */
static volatile long pyzmq_generation = 0;
static volatile long pyzmq_exiting = 0;
static pyzmq_bell pyzmq_ctx_bell = PYZMQ_BELL_INIT;
static pyzmq_bell pyzmq_returned_bell = PYZMQ_BELL_INIT;
static pyzmq_bell pyzmq_share_bell = PYZMQ_BELL_INIT;

static void pyzmq_cffi_after_fork(void)
{
    pyzmq_bell fresh = PYZMQ_BELL_INIT;
    pyzmq_generation += 1;
    pyzmq_ctx_bell = fresh;
    pyzmq_returned_bell = fresh;
    pyzmq_share_bell = fresh;
    pyzmq_after_fork();
}

static void pyzmq_cffi_at_exit(void) { pyzmq_atomic_store(&pyzmq_exiting, 1); }

#if defined(PYPY_VERSION)
/* PyPy frees nothing at exit, and classes offer the buffer protocol by __buffer__. */
static void pyzmq_keep_for_ever(uintptr_t object) { (void) object; }
static void pyzmq_offer_buffer(uintptr_t type) { (void) type; }
#else
static void pyzmq_keep_for_ever(uintptr_t object)
{
    PyGILState_STATE state = PyGILState_Ensure();
    Py_INCREF((PyObject *) object);
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

static void pyzmq_ctx_term_detached(void *handle)
{
    while (zmq_ctx_term(handle) != 0 && zmq_errno() == EINTR) {
    }
}

/* Called by the garbage collector, which must not block: termination waits for sockets and for lingering messages. */
static void pyzmq_ctx_forget(pyzmq_ctx *ctx)
{
    void *handle = ctx->handle;
    ctx->handle = NULL;
    if (handle != NULL && !ctx->shadowed && ctx->generation == pyzmq_generation &&
        !pyzmq_atomic_load(&pyzmq_exiting)) {
        if (!pyzmq_start_detached(pyzmq_ctx_term_detached, handle))
            (void) zmq_ctx_shutdown(handle);
    }
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

typedef struct {
    void *volatile handle; /* NULL: closed */
    long generation;
    void *volatile notifier; /* what gives a thread-safe socket a descriptor (draft), once asked for */
    int shadowed;
    int progress; /* where in a message sending is: PYZMQ_BETWEEN_MESSAGES and so on */
} pyzmq_sock;

static void pyzmq_sock_init(pyzmq_sock *sock) { sock->generation = pyzmq_generation; }

static void *pyzmq_sock_handle(pyzmq_sock *sock)
{
    return sock != NULL && sock->generation == pyzmq_generation ? sock->handle : NULL;
}

static uintptr_t pyzmq_sock_address(pyzmq_sock *sock) { return (uintptr_t) pyzmq_sock_handle(sock); }

/* Forget the handle before it is closed, so that two threads cannot close it twice. */
static int pyzmq_sock_close(pyzmq_sock *sock)
{
    void *handle;
    if (pyzmq_sock_handle(sock) == NULL)
        return 0;
    handle = pyzmq_atomic_exchange_ptr(&sock->handle, NULL);
    if (handle == NULL || sock->shadowed)
        return 0;
    pyzmq_notifier_free(pyzmq_atomic_exchange_ptr(&sock->notifier, NULL));
    if (zmq_close(handle) != 0 && zmq_errno() != ENOTSOCK)
        return pyzmq_failure();
    return 0;
}

static void pyzmq_sock_forget(pyzmq_sock *sock) { (void) pyzmq_sock_close(sock); }

static int pyzmq_sock_open(pyzmq_sock *sock, pyzmq_ctx *ctx, int type)
{
    void *context;
    int rc = pyzmq_ctx_enter(ctx, &context);
    if (rc < 0)
        return rc;
    if (!ctx->started && !pyzmq_can_start(context)) {
        rc = -EMFILE;
    } else {
        sock->handle = zmq_socket(context, type);
        if (sock->handle == NULL)
            rc = pyzmq_failure();
        else
            ctx->started = 1;
    }
    pyzmq_ctx_leave(ctx);
    return rc;
}

static int pyzmq_sock_shadow(pyzmq_sock *sock, uintptr_t address)
{
    sock->handle = (void *) address;
    sock->shadowed = 1;
    return 0;
}

static int pyzmq_sock_owned(pyzmq_sock *sock) { return sock != NULL && !sock->shadowed; }

static void pyzmq_sock_own(pyzmq_sock *sock, int owned)
{
    if (sock != NULL)
        sock->shadowed = !owned;
}

static int pyzmq_sock_closed(pyzmq_sock *sock)
{
    void *handle = pyzmq_sock_handle(sock);
    int type = 0;
    size_t size = sizeof(int);
    if (handle == NULL)
        return 1;
    if (zmq_getsockopt(handle, ZMQ_TYPE, &type, &size) == 0)
        return 0;
    return zmq_errno() == ENOTSOCK;
}

static int pyzmq_sock_get(pyzmq_sock *sock, int option, void *value, size_t *size)
{
    void *handle = pyzmq_sock_handle(sock);
    if (handle == NULL)
        return -ENOTSOCK;
    if (option == ZMQ_EVENTS && sock->notifier != NULL)
        pyzmq_notifier_clear(sock->notifier);
    return zmq_getsockopt(handle, option, value, size) == 0 ? 0 : pyzmq_failure();
}

static int pyzmq_sock_set(pyzmq_sock *sock, int option, const void *value, size_t size)
{
    void *handle = pyzmq_sock_handle(sock);
    if (handle == NULL)
        return -ENOTSOCK;
    return zmq_setsockopt(handle, option, value, size) == 0 ? 0 : pyzmq_failure();
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

/* Write at most PYZMQ_OPTION_SIZE bytes; return how many. */
static int pyzmq_sock_get_bytes(pyzmq_sock *sock, int option, char *value)
{
    size_t size = PYZMQ_OPTION_SIZE;
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

/* Whether pyzmq makes it a descriptor (draft): 0 if libzmq does, 1 if pyzmq can, 2 if it has, 3 if it is a shadow. */
static int pyzmq_sock_draft_fd_state(pyzmq_sock *sock)
{
    void *handle = pyzmq_sock_handle(sock);
    if (handle == NULL || !pyzmq_is_thread_safe(handle))
        return 0;
    if (sock->shadowed)
        return 3;
    return sock->notifier == NULL ? 1 : 2;
}

static int pyzmq_sock_draft_fd(pyzmq_sock *sock, int64_t *fd)
{
    void *handle = pyzmq_sock_handle(sock);
    if (handle == NULL)
        return -ENOTSOCK;
    return -pyzmq_notifier_fd(&sock->notifier, handle, fd);
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

/* On a socket whose context is terminated, there is nothing to linger for. */
static int pyzmq_sock_linger(pyzmq_sock *sock, int milliseconds)
{
    int rc = pyzmq_sock_set_int(sock, ZMQ_LINGER, milliseconds);
    return rc == -ETERM || rc == -ENOTSOCK ? 0 : rc;
}

/* SNDTIMEO or RCVTIMEO; -1, for ever, if it cannot be read. */
static int pyzmq_sock_timeout(pyzmq_sock *sock, int option)
{
    int timeout = -1;
    size_t size = sizeof(int);
    return pyzmq_sock_get(sock, option, &timeout, &size) == 0 ? timeout : -1;
}

static int pyzmq_sock_bind(pyzmq_sock *sock, const char *address)
{
    void *handle = pyzmq_sock_handle(sock);
    int failure;
    if (handle == NULL)
        return -ENOTSOCK;
    failure = pyzmq_bind_failure(handle, address);
    if (failure != 0)
        return -failure;
    return zmq_bind(handle, address) == 0 ? 0 : pyzmq_failure();
}

static int pyzmq_sock_connect(pyzmq_sock *sock, const char *address)
{
    void *handle = pyzmq_sock_handle(sock);
    if (handle == NULL)
        return -ENOTSOCK;
    return zmq_connect(handle, address) == 0 ? 0 : pyzmq_failure();
}

/* A routing id may be any number but 0. */
static int pyzmq_sock_connect_peer(pyzmq_sock *sock, const char *address, uint32_t *routing_id)
{
    void *handle = pyzmq_sock_handle(sock);
    (void) address;
    if (handle == NULL)
        return -ENOTSOCK;
    *routing_id = zmq_connect_peer(handle, address);
    return *routing_id != 0 ? 0 : pyzmq_failure();
}

static int pyzmq_sock_unbind(pyzmq_sock *sock, const char *address)
{
    void *handle = pyzmq_sock_handle(sock);
    if (handle == NULL)
        return -ENOTSOCK;
    return zmq_unbind(handle, address) == 0 ? 0 : pyzmq_failure();
}

static int pyzmq_sock_disconnect(pyzmq_sock *sock, const char *address)
{
    void *handle = pyzmq_sock_handle(sock);
    if (handle == NULL)
        return -ENOTSOCK;
    return zmq_disconnect(handle, address) == 0 ? 0 : pyzmq_failure();
}

static int pyzmq_sock_monitor(pyzmq_sock *sock, const char *address, int events)
{
    void *handle = pyzmq_sock_handle(sock);
    if (handle == NULL)
        return -ENOTSOCK;
    /* 0 when monitoring ends, a positive number in some versions when it starts. */
    return zmq_socket_monitor(handle, address, events) >= 0 ? 0 : pyzmq_failure();
}

static int pyzmq_sock_join(pyzmq_sock *sock, const char *group)
{
    void *handle = pyzmq_sock_handle(sock);
    (void) group;
    if (handle == NULL)
        return -ENOTSOCK;
    return zmq_join(handle, group) == 0 ? 0 : pyzmq_failure();
}

static int pyzmq_sock_leave(pyzmq_sock *sock, const char *group)
{
    void *handle = pyzmq_sock_handle(sock);
    (void) group;
    if (handle == NULL)
        return -ENOTSOCK;
    return zmq_leave(handle, group) == 0 ? 0 : pyzmq_failure();
}
