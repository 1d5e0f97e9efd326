/* The C part of the CFFI backend, continued from _cffi_src.c: messages, sending and receiving, and the rest. */

/* ---- Loans ----------------------------------------------------------------------------------------------------- */

/* Python knows what it lent by a number, since libzmq's threads cannot hold Python objects. */
typedef struct {
    pyzmq_hint base; /* first: libzmq's free function sees only this part */
    int64_t loan;
} pyzmq_loan_hint;

static pyzmq_hint *pyzmq_returned = NULL;

/* The number of a loan that libzmq has given back, 0 if there is none.  One at a time, so that a signal handler that
 * raises in the caller's loop loses nothing. */
static int64_t pyzmq_next_returned(void)
{
    pyzmq_hint *hint;
    int64_t loan = 0;
    pyzmq_bell_lock(&pyzmq_returned_bell);
    if (pyzmq_returned == NULL && pyzmq_has_released())
        pyzmq_returned = pyzmq_take_released();
    hint = pyzmq_returned;
    if (hint != NULL)
        pyzmq_returned = hint->next;
    pyzmq_bell_unlock(&pyzmq_returned_bell);
    if (hint != NULL) {
        loan = ((pyzmq_loan_hint *) hint)->loan;
        pyzmq_readonly_remove(hint);
        pyzmq_event_decref(hint->event);
        free(hint);
    }
    return loan;
}

/* ---- Messages -------------------------------------------------------------------------------------------------- */

typedef struct {
    zmq_msg_t msg; /* always initialised */
} pyzmq_msg;

static pyzmq_msg *pyzmq_msg_new(void)
{
    pyzmq_msg *msg = (pyzmq_msg *) malloc(sizeof(pyzmq_msg));
    if (msg != NULL)
        (void) zmq_msg_init(&msg->msg);
    return msg;
}

static void pyzmq_msg_free(pyzmq_msg *msg)
{
    if (msg != NULL)
        (void) zmq_msg_close(&msg->msg);
    free(msg);
}

static int pyzmq_msg_fill(pyzmq_msg *msg, const char *data, size_t size)
{
    (void) zmq_msg_close(&msg->msg);
    if (zmq_msg_init_size(&msg->msg, size) != 0) {
        int rc = pyzmq_failure();
        (void) zmq_msg_init(&msg->msg);
        return rc;
    }
    if (size > 0)
        memcpy(zmq_msg_data(&msg->msg), data, size);
    return 0;
}

static int pyzmq_msg_lend(pyzmq_msg *msg, char *data, size_t size, int readonly, int64_t loan, pyzmq_event *event)
{
    int rc = -ENOMEM;
    pyzmq_loan_hint *hint = (pyzmq_loan_hint *) malloc(sizeof(pyzmq_loan_hint));
    if (hint == NULL)
        return rc;
    hint->base.next = NULL;
    hint->base.event = event;
    hint->base.link = NULL;
    hint->loan = loan;
    if (event != NULL)
        pyzmq_event_incref(event);
    (void) zmq_msg_close(&msg->msg);
    if (zmq_msg_init_data(&msg->msg, data, size, pyzmq_free, hint) == 0) {
        if (readonly)
            pyzmq_readonly_add(&hint->base, data);
        return 0;
    }
    rc = pyzmq_failure();
    (void) zmq_msg_init(&msg->msg);
    pyzmq_event_decref(event);
    free(hint);
    return rc;
}

/* libzmq counts references with atomic operations, but only from the second one on, and threads may share the same frame
 * at once. */
static int pyzmq_msg_share(pyzmq_msg *msg, pyzmq_msg *other)
{
    int rc;
    pyzmq_bell_lock(&pyzmq_share_bell);
    rc = zmq_msg_copy(&msg->msg, &other->msg) == 0 ? 0 : pyzmq_failure();
    pyzmq_bell_unlock(&pyzmq_share_bell);
    return rc;
}

static char *pyzmq_msg_data(pyzmq_msg *msg) { return (char *) zmq_msg_data(&msg->msg); }

static size_t pyzmq_msg_size(pyzmq_msg *msg) { return zmq_msg_size(&msg->msg); }

static int pyzmq_msg_more(pyzmq_msg *msg) { return zmq_msg_more(&msg->msg); }

static int pyzmq_msg_get(pyzmq_msg *msg, int option)
{
    int rc = zmq_msg_get(&msg->msg, option);
    return rc >= 0 ? rc : pyzmq_failure();
}

static int pyzmq_msg_set(pyzmq_msg *msg, int option, int value)
{
    return zmq_msg_set(&msg->msg, option, value) == 0 ? 0 : pyzmq_failure();
}

static const char *pyzmq_msg_gets(pyzmq_msg *msg, const char *property)
{
    (void) msg;
    (void) property;
    return zmq_msg_gets(&msg->msg, property);
}

static uint32_t pyzmq_msg_routing_id(pyzmq_msg *msg)
{
    (void) msg;
    return zmq_msg_routing_id(&msg->msg);
}

static int pyzmq_msg_set_routing_id(pyzmq_msg *msg, uint32_t routing_id)
{
    (void) msg;
    (void) routing_id;
    return zmq_msg_set_routing_id(&msg->msg, routing_id) == 0 ? 0 : pyzmq_failure();
}

static const char *pyzmq_msg_group(pyzmq_msg *msg)
{
    (void) msg;
    return zmq_msg_group(&msg->msg);
}

static int pyzmq_msg_set_group(pyzmq_msg *msg, const char *group)
{
    (void) msg;
    (void) group;
    return zmq_msg_set_group(&msg->msg, group) == 0 ? 0 : pyzmq_failure();
}

/* Where messages are received that are to become bytes: what is small is copied at once, and the message is closed. */
typedef struct {
    pyzmq_msg msg;
    char small[PYZMQ_SMALL_SIZE];
} pyzmq_inbox;

static pyzmq_inbox *pyzmq_inbox_new(void)
{
    pyzmq_inbox *inbox = (pyzmq_inbox *) malloc(sizeof(pyzmq_inbox));
    if (inbox != NULL)
        (void) zmq_msg_init(&inbox->msg.msg);
    return inbox;
}

static void pyzmq_inbox_free(pyzmq_inbox *inbox)
{
    if (inbox != NULL)
        (void) zmq_msg_close(&inbox->msg.msg);
    free(inbox);
}

static char *pyzmq_inbox_data(pyzmq_inbox *inbox) { return pyzmq_msg_data(&inbox->msg); }

static size_t pyzmq_inbox_size(pyzmq_inbox *inbox) { return pyzmq_msg_size(&inbox->msg); }

static void pyzmq_inbox_clear(pyzmq_inbox *inbox)
{
    (void) zmq_msg_close(&inbox->msg.msg);
    (void) zmq_msg_init(&inbox->msg.msg);
}

/* Write at most `room` bytes; return the size of the message, which is closed. */
static size_t pyzmq_inbox_read(pyzmq_inbox *inbox, char *target, size_t room)
{
    size_t size = pyzmq_inbox_size(inbox);
    if (room > size)
        room = size;
    if (room > 0)
        memcpy(target, pyzmq_inbox_data(inbox), room);
    pyzmq_inbox_clear(inbox);
    return size;
}

/* The parts of a message, on their way in or out; used again for the next message. */
typedef struct {
    pyzmq_msg *parts;
    size_t count;
    size_t capacity;
    size_t sent;
    /* After receiving: where the contents are, or, if together they are small, one after the other. */
    char **data;
    size_t *size;
    size_t places; /* of both */
    size_t total;
    char small[PYZMQ_SMALL_SIZE];
} pyzmq_parts;

/* Most messages have no more parts; more need their memory to grow, which is given back. */
#define PYZMQ_USUAL_PARTS 16

static pyzmq_parts *pyzmq_parts_new(void) { return (pyzmq_parts *) calloc(1, sizeof(pyzmq_parts)); }

/* Close what is there, for the next message. */
static void pyzmq_parts_reset(pyzmq_parts *parts)
{
    while (parts->count > 0) {
        parts->count -= 1;
        (void) zmq_msg_close(&parts->parts[parts->count].msg);
    }
    parts->sent = 0;
    if (parts->capacity > PYZMQ_USUAL_PARTS) {
        free(parts->parts);
        parts->parts = NULL;
        parts->capacity = 0;
    }
}

static void pyzmq_parts_free(pyzmq_parts *parts)
{
    if (parts == NULL)
        return;
    pyzmq_parts_reset(parts);
    free(parts->parts);
    free(parts->data);
    free(parts->size);
    free(parts);
}

/* Add an empty part; NULL if there is no memory. */
static pyzmq_msg *pyzmq_parts_next(pyzmq_parts *parts)
{
    pyzmq_msg *larger;
    size_t index;
    if (parts->count == parts->capacity) {
        size_t capacity = parts->capacity > 0 ? 2 * parts->capacity : PYZMQ_USUAL_PARTS;
        larger = (pyzmq_msg *) calloc(capacity, sizeof(pyzmq_msg));
        if (larger == NULL)
            return NULL;
        for (index = 0; index < parts->count; index++) {
            (void) zmq_msg_init(&larger[index].msg);
            (void) zmq_msg_move(&larger[index].msg, &parts->parts[index].msg);
            (void) zmq_msg_close(&parts->parts[index].msg);
        }
        free(parts->parts);
        parts->parts = larger;
        parts->capacity = capacity;
    }
    (void) zmq_msg_init(&parts->parts[parts->count].msg);
    parts->count += 1;
    return &parts->parts[parts->count - 1];
}

static int pyzmq_parts_fill(pyzmq_parts *parts, const char *data, size_t size)
{
    pyzmq_msg *msg = pyzmq_parts_next(parts);
    return msg == NULL ? -ENOMEM : pyzmq_msg_fill(msg, data, size);
}

/* Take a part; return whether more follow. */
static int pyzmq_parts_take(pyzmq_parts *parts, size_t index, pyzmq_msg *target)
{
    (void) zmq_msg_move(&target->msg, &parts->parts[index].msg);
    return pyzmq_msg_more(target);
}

/* Tell where the content of each part is; what is small is copied, and its messages are closed. */
static int pyzmq_parts_locate(pyzmq_parts *parts, int copy)
{
    size_t index;
    size_t count = parts->count;
    if (parts->places < count) {
        free(parts->data);
        free(parts->size);
        parts->data = (char **) malloc(parts->capacity * sizeof(char *));
        parts->size = (size_t *) malloc(parts->capacity * sizeof(size_t));
        parts->places = parts->data != NULL && parts->size != NULL ? parts->capacity : 0;
        if (parts->places == 0)
            return -ENOMEM;
    }
    parts->total = 0;
    for (index = 0; index < count; index++) {
        parts->data[index] = pyzmq_msg_data(&parts->parts[index]);
        parts->size[index] = pyzmq_msg_size(&parts->parts[index]);
        parts->total += parts->size[index];
    }
    if (copy && parts->total <= PYZMQ_SMALL_SIZE) {
        char *target = parts->small;
        for (index = 0; index < count; index++) {
            memcpy(target, parts->data[index], parts->size[index]);
            target += parts->size[index];
        }
        pyzmq_parts_reset(parts);
    }
    return (int) count;
}

/* ---- Sending and receiving ------------------------------------------------------------------------------------- */

/* libzmq starts SNDTIMEO and RCVTIMEO over when it is called again after a signal, so the time that is left then is set
 * for the length of one call.  (Waiting by zmq_poll would not do: a ROUTER, for one, is always ready to send, also when
 * the peer that a message is for has no room.) */
typedef struct {
    void *handle;
    int option;
    int own;     /* what to restore */
    int changed; /* whether to */
} pyzmq_wait;

/* Return the flags for the call. */
static int pyzmq_begin(pyzmq_wait *wait, void *handle, int option, int flags, int timeout)
{
    size_t size = sizeof(int);
    wait->handle = handle;
    wait->option = option;
    wait->changed = 0;
    if (timeout == PYZMQ_NO_WAIT)
        return flags | ZMQ_DONTWAIT;
    if (timeout != PYZMQ_OWN_TIMEOUT)
        wait->changed = zmq_getsockopt(handle, option, &wait->own, &size) == 0 &&
                        zmq_setsockopt(handle, option, &timeout, sizeof(int)) == 0;
    return flags;
}

static void pyzmq_end(pyzmq_wait *wait)
{
    if (wait->changed)
        (void) zmq_setsockopt(wait->handle, wait->option, &wait->own, sizeof(int));
}

enum { PYZMQ_BETWEEN_MESSAGES, PYZMQ_AMIDST, PYZMQ_DROPPING };

static int pyzmq_is_of_type(void *handle, int kind)
{
    int value = -1;
    size_t size = sizeof(int);
    return zmq_getsockopt(handle, ZMQ_TYPE, &value, &size) == 0 && value == kind;
}

/* Send another part of a message; return 1 if it was dropped, since the peer has gone.
 *
 * libzmq takes it without waiting, or says EAGAIN if the peer has gone.  Sent again then, it would be a message of its own,
 * for another peer.  Most types of socket drop what follows by themselves; a PAIR does not.  Signal handlers, which may
 * raise, must not tear a message apart: they run when it is sent. */
static int pyzmq_send_following(pyzmq_sock *sock, void *handle, zmq_msg_t *msg, int flags)
{
    int dropped = sock->progress == PYZMQ_DROPPING;
    int rc = dropped ? 0 : -EINTR;
    while (rc == -EINTR)
        rc = zmq_msg_send(msg, handle, flags | ZMQ_DONTWAIT) < 0 ? pyzmq_failure() : 0;
    if (rc == -EAGAIN) {
        dropped = 1;
        if (pyzmq_is_of_type(handle, ZMQ_PAIR))
            sock->progress = PYZMQ_DROPPING;
    } else if (rc < 0)
        return rc;
    if (dropped) {
        (void) zmq_msg_close(msg);
        (void) zmq_msg_init(msg);
    }
    if (!(flags & ZMQ_SNDMORE))
        sock->progress = PYZMQ_BETWEEN_MESSAGES;
    return dropped;
}

/* Send one part; return 1 if it was dropped, else 0. */
static int pyzmq_send_part(pyzmq_sock *sock, void *handle, zmq_msg_t *msg, int flags)
{
    if (sock->progress != PYZMQ_BETWEEN_MESSAGES)
        return pyzmq_send_following(sock, handle, msg, flags);
    if (zmq_msg_send(msg, handle, flags) < 0)
        return pyzmq_failure();
    if (flags & ZMQ_SNDMORE)
        sock->progress = PYZMQ_AMIDST;
    return 0;
}

/* One try, without waiting, to send a copy. */
static int pyzmq_send_bytes(pyzmq_sock *sock, const char *data, size_t size, int flags)
{
    void *handle = pyzmq_sock_handle(sock);
    zmq_msg_t msg;
    int rc = 0;
    if (handle == NULL)
        return -ENOTSOCK;
    if (zmq_msg_init_size(&msg, size) != 0)
        return pyzmq_failure();
    if (size > 0)
        memcpy(zmq_msg_data(&msg), data, size);
    rc = pyzmq_send_part(sock, handle, &msg, flags | ZMQ_DONTWAIT);
    if (rc >= 0)
        return 0;
    (void) zmq_msg_close(&msg);
    return rc;
}

/* The same with a part that refers to memory of Python's, which is given back at once if that fails. */
static int pyzmq_send_loan(pyzmq_sock *sock, int flags, char *data, size_t size, int readonly, int64_t loan,
                           pyzmq_event *event)
{
    void *handle = pyzmq_sock_handle(sock);
    pyzmq_msg msg;
    int rc;
    if (handle == NULL)
        return -ENOTSOCK;
    (void) zmq_msg_init(&msg.msg);
    rc = pyzmq_msg_lend(&msg, data, size, readonly, loan, event);
    if (rc == 0)
        rc = pyzmq_send_part(sock, handle, &msg.msg, flags | ZMQ_DONTWAIT);
    if (rc >= 0)
        return 0;
    (void) zmq_msg_close(&msg.msg);
    return rc;
}

/* The same with a part that shares the content of another message. */
static int pyzmq_send_shared(pyzmq_sock *sock, pyzmq_msg *other, int flags)
{
    void *handle = pyzmq_sock_handle(sock);
    pyzmq_msg msg;
    int rc;
    if (handle == NULL)
        return -ENOTSOCK;
    (void) zmq_msg_init(&msg.msg);
    rc = pyzmq_msg_share(&msg, other);
    if (rc == 0)
        rc = pyzmq_send_part(sock, handle, &msg.msg, flags | ZMQ_DONTWAIT);
    if (rc >= 0)
        return 0;
    (void) zmq_msg_close(&msg.msg);
    return rc;
}

/* Send what is not sent yet. */
static int pyzmq_send_parts(pyzmq_sock *sock, pyzmq_parts *parts, int flags, int timeout)
{
    void *handle = pyzmq_sock_handle(sock);
    pyzmq_wait wait;
    int dropped = 0;
    int trying;
    int rc = 0;
    if (handle == NULL)
        return -ENOTSOCK;
    trying = pyzmq_begin(&wait, handle, ZMQ_SNDTIMEO, flags, timeout);
    while (parts->sent < parts->count) {
        int more = parts->sent + 1 < parts->count ? ZMQ_SNDMORE : 0;
        rc = pyzmq_send_part(sock, handle, &parts->parts[parts->sent].msg, trying | more);
        if (rc < 0)
            break;
        dropped |= rc;
        parts->sent += 1;
    }
    pyzmq_end(&wait);
    if (rc < 0)
        return rc;
    if (parts->count == 1)
        dropped = 0;
    pyzmq_parts_reset(parts);
    return dropped && flags & ZMQ_DONTWAIT ? -EAGAIN : 0;
}

/* One try, without waiting, to send copies of parts whose contents follow one another.  If that fails, `parts` has them. */
static int pyzmq_send_joined(pyzmq_sock *sock, pyzmq_parts *parts, const char *data, const size_t *sizes, size_t count,
                             int flags)
{
    size_t index;
    int rc;
    if (pyzmq_sock_handle(sock) == NULL)
        return -ENOTSOCK;
    for (index = 0; index < count; index++) {
        rc = pyzmq_parts_fill(parts, data, sizes[index]);
        if (rc < 0)
            return rc;
        data += sizes[index];
    }
    return pyzmq_send_parts(sock, parts, flags, PYZMQ_NO_WAIT);
}

/* Receive one part, whatever its size; return whether more follow. */
static int pyzmq_recv_frame(pyzmq_sock *sock, pyzmq_msg *msg, int flags, int timeout)
{
    void *handle = pyzmq_sock_handle(sock);
    pyzmq_wait wait;
    int rc;
    if (handle == NULL)
        return -ENOTSOCK;
    flags = pyzmq_begin(&wait, handle, ZMQ_RCVTIMEO, flags, timeout);
    rc = zmq_msg_recv(&msg->msg, handle, flags) < 0 ? pyzmq_failure() : pyzmq_msg_more(msg);
    pyzmq_end(&wait);
    return rc;
}

/* Receive one part; return its size if it has been copied to `small`, else INT_MAX. */
static int pyzmq_recv_inbox(pyzmq_sock *sock, pyzmq_inbox *inbox, int flags, int timeout)
{
    size_t size;
    int rc = pyzmq_recv_frame(sock, &inbox->msg, flags, timeout);
    if (rc < 0)
        return rc;
    size = pyzmq_inbox_size(inbox);
    if (size > PYZMQ_SMALL_SIZE)
        return INT_MAX;
    return (int) pyzmq_inbox_read(inbox, inbox->small, size);
}

/* Receive one part, which stays in the message; return 0 or more. */
static int pyzmq_recv_message(pyzmq_sock *sock, pyzmq_inbox *inbox, int flags, int timeout)
{
    return pyzmq_recv_frame(sock, &inbox->msg, flags, timeout);
}

/* Receive a whole message; return how many parts.  Those after the first are there already. */
static int pyzmq_recv_all(pyzmq_sock *sock, pyzmq_parts *parts, int flags, int timeout, int copy)
{
    void *handle = pyzmq_sock_handle(sock);
    pyzmq_wait wait;
    int more = 1;
    int rc = 0;
    if (handle == NULL)
        return -ENOTSOCK;
    flags = pyzmq_begin(&wait, handle, ZMQ_RCVTIMEO, flags, timeout);
    while (more) {
        pyzmq_msg *msg = pyzmq_parts_next(parts);
        if (msg == NULL) {
            rc = -ENOMEM;
            break;
        }
        do {
            rc = zmq_msg_recv(&msg->msg, handle, flags) < 0 ? pyzmq_failure() : 0;
        } while (rc == -EINTR && parts->count > 1);
        if (rc < 0)
            break;
        more = pyzmq_msg_more(msg);
    }
    pyzmq_end(&wait);
    if (rc == 0)
        rc = pyzmq_parts_locate(parts, copy);
    if (rc < 0)
        pyzmq_parts_reset(parts);
    return rc;
}

/* To be copied: if they are small, they have been. */
static int pyzmq_recv_copies(pyzmq_sock *sock, pyzmq_parts *parts, int flags, int timeout)
{
    return pyzmq_recv_all(sock, parts, flags, timeout, 1);
}

/* To be taken as they are. */
static int pyzmq_recv_frames(pyzmq_sock *sock, pyzmq_parts *parts, int flags, int timeout)
{
    return pyzmq_recv_all(sock, parts, flags, timeout, 0);
}

/* ---- The rest -------------------------------------------------------------------------------------------------- */

/* Poll file descriptors, and sockets where `socks` is not NULL: fileno() and signal handlers may have closed some. */
static int pyzmq_poll(zmq_pollitem_t *items, pyzmq_sock **socks, int count, long timeout)
{
    int index;
    int rc;
    for (index = 0; index < count; index++) {
        items[index].socket = pyzmq_sock_handle(socks[index]);
        if (socks[index] != NULL && items[index].socket == NULL)
            return -ENOTSOCK;
    }
    rc = pyzmq_poll_items(items, count, timeout);
    return rc >= 0 ? rc : pyzmq_failure();
}

/* Wait for events of one socket; return them. */
static int pyzmq_poll_one(pyzmq_sock *sock, short events, long timeout)
{
    zmq_pollitem_t item;
    int rc;
    memset(&item, 0, sizeof(item));
    item.events = events;
    if (sock == NULL)
        return -ENOTSOCK;
    rc = pyzmq_poll(&item, &sock, 1, timeout);
    return rc > 0 ? item.revents : rc;
}

static int pyzmq_proxy(pyzmq_sock *frontend, pyzmq_sock *backend, pyzmq_sock *capture)
{
    void *front = pyzmq_sock_handle(frontend);
    void *back = pyzmq_sock_handle(backend);
    void *copy = pyzmq_sock_handle(capture);
    int rc;
    if (front == NULL || back == NULL || (capture != NULL && copy == NULL))
        return -ENOTSOCK;
    rc = zmq_proxy(front, back, copy);
    return rc >= 0 ? rc : pyzmq_failure();
}

/* `capture` and `control` may be NULL. */
static int pyzmq_sock_relay(
    pyzmq_relay *relay, pyzmq_sock *frontend, pyzmq_sock *backend, pyzmq_sock *capture, pyzmq_sock *control)
{
    void *front = pyzmq_sock_handle(frontend);
    void *back = pyzmq_sock_handle(backend);
    void *copy = pyzmq_sock_handle(capture);
    void *steer = pyzmq_sock_handle(control);
    int rc;
    if (front == NULL || back == NULL || (capture != NULL && copy == NULL) || (control != NULL && steer == NULL))
        return -ENOTSOCK;
    rc = pyzmq_relay_run(relay, front, back, copy, steer);
    return rc >= 0 ? rc : pyzmq_failure();
}

static int pyzmq_sock_prefixes(
    pyzmq_relay *relay, const char *in, size_t in_size, const char *out, size_t out_size, pyzmq_sock *front,
    pyzmq_sock *back)
{
    if (pyzmq_sock_handle(front) == NULL || pyzmq_sock_handle(back) == NULL)
        return -ENOTSOCK;
    pyzmq_relay_prefixes(relay, in, in_size, out, out_size, pyzmq_sock_handle(front), pyzmq_sock_handle(back));
    return 0;
}

static int pyzmq_curve_keypair(char *public_key, char *secret_key)
{
    (void) public_key;
    (void) secret_key;
    return zmq_curve_keypair(public_key, secret_key) == 0 ? 0 : pyzmq_failure();
}

static int pyzmq_curve_public(char *public_key, const char *secret_key)
{
    (void) public_key;
    (void) secret_key;
    return zmq_curve_public(public_key, secret_key) == 0 ? 0 : pyzmq_failure();
}
