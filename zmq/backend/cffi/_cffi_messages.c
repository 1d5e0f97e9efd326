/* The C part of the CFFI backend, continued from _cffi_src.c: messages, sending and receiving, and the rest. */

/* ---- Loans ----------------------------------------------------------------------------------------------------- */

/* Python knows what it lent by a number, since libzmq's threads cannot hold Python objects. */
typedef struct {
    pyzmq_hint base; /* first: libzmq's free function sees only this part */
    int64_t loan;
} pyzmq_loan_hint;

#if !defined(PYPY_VERSION)
/* Delete a loan from the dictionary `lent`, and set its event.  In C, since a signal handler that raises must not come between
 * these.  The loan is a tuple of the export and the object that owns the memory.  The latter is let go of last: its destructor
 * may wait for the event. */
static void pyzmq_drop_tracked(pyzmq_hint *hint, uintptr_t lent)
{
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *owner = NULL;
    PyObject *number = PyLong_FromLongLong(((pyzmq_loan_hint *) hint)->loan);
    PyObject *loan = number == NULL ? NULL : PyDict_GetItemWithError((PyObject *) lent, number);
    pyzmq_drop drop;
    if (loan != NULL) {
        owner = PyTuple_GetItem(loan, 1);
        Py_XINCREF(owner);
    }
    pyzmq_drop_begin(&drop, hint);
    /* That of a failed send is not there any more. */
    if (loan == NULL || PyDict_DelItem((PyObject *) lent, number) != 0)
        PyErr_Clear();
    pyzmq_drop_end(&drop);
    Py_XDECREF(number);
    Py_XDECREF(owner);
    PyGILState_Release(state);
}
#endif

/* The number of a loan that libzmq has given back and that Python is to forget, 0 if there is none.  Those with an event are
 * deleted from the dictionary `lent` meanwhile.  PyPy forgets them as the others: its exports lock nothing, so that the event
 * may be set before. */
static int64_t pyzmq_next_returned(uintptr_t lent)
{
    pyzmq_hint *hint;
    (void) lent;
    while ((hint = pyzmq_next_released()) != NULL) {
        int64_t loan = ((pyzmq_loan_hint *) hint)->loan;
#if !defined(PYPY_VERSION)
        if (hint->event != NULL) {
            pyzmq_drop_tracked(hint, lent);
            continue;
        }
#endif
        pyzmq_readonly_remove(hint);
        if (hint->event != NULL)
            pyzmq_event_set(hint->event);
        pyzmq_event_decref(hint->event);
        free(hint);
        return loan;
    }
    return 0;
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

/* The frames of a message, on their way in or out; used again for the next message. */
typedef struct {
    pyzmq_frames frames;
    /* After receiving: where the contents are, or, if together they are small, one after the other. */
    char **data;
    size_t *size;
    size_t places; /* of both */
    size_t total;
    char small[PYZMQ_SMALL_SIZE];
} pyzmq_parts;

static pyzmq_parts *pyzmq_parts_new(void)
{
    pyzmq_parts *parts = (pyzmq_parts *) calloc(1, sizeof(pyzmq_parts));
    if (parts != NULL)
        pyzmq_frames_init(&parts->frames);
    return parts;
}

/* Close what is there, for the next message. */
static void pyzmq_parts_reset(pyzmq_parts *parts) { pyzmq_frames_reset(&parts->frames); }

static void pyzmq_parts_free(pyzmq_parts *parts)
{
    if (parts == NULL)
        return;
    pyzmq_parts_reset(parts);
    free(parts->data);
    free(parts->size);
    free(parts);
}

/* Add an empty part; NULL if there is no memory. */
static pyzmq_msg *pyzmq_parts_next(pyzmq_parts *parts) { return (pyzmq_msg *) pyzmq_frames_next(&parts->frames); }

static int pyzmq_parts_fill(pyzmq_parts *parts, const char *data, size_t size)
{
    pyzmq_msg *msg = pyzmq_parts_next(parts);
    return msg == NULL ? -ENOMEM : pyzmq_msg_fill(msg, data, size);
}

/* Take a part; return whether more follow. */
static int pyzmq_parts_take(pyzmq_parts *parts, size_t index, pyzmq_msg *target)
{
    (void) zmq_msg_move(&target->msg, &parts->frames.msgs[index]);
    return pyzmq_msg_more(target);
}

/* Tell where the content of each part is; what is small is copied, and its messages are closed.  Return how many. */
static int pyzmq_parts_locate(pyzmq_parts *parts)
{
    pyzmq_frames *frames = &parts->frames;
    size_t index;
    size_t count = frames->count;
    if (parts->places < count) {
        free(parts->data);
        free(parts->size);
        parts->data = (char **) malloc(frames->capacity * sizeof(char *));
        parts->size = (size_t *) malloc(frames->capacity * sizeof(size_t));
        parts->places = parts->data != NULL && parts->size != NULL ? frames->capacity : 0;
        if (parts->places == 0) {
            pyzmq_parts_reset(parts);
            return -ENOMEM;
        }
    }
    parts->total = 0;
    for (index = 0; index < count; index++) {
        parts->data[index] = (char *) zmq_msg_data(&frames->msgs[index]);
        parts->size[index] = zmq_msg_size(&frames->msgs[index]);
        parts->total += parts->size[index];
    }
    if (parts->total <= PYZMQ_SMALL_SIZE) {
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

/* A call that waits, from the first attempt to the last: signal handlers run in between.  Python has the memory, all
 * zeros at first. */
typedef struct {
    pyzmq_record *record; /* NULL: not begun, or over */
    pyzmq_deadline deadline;
} pyzmq_wait;

static int pyzmq_wait_begin(pyzmq_wait *wait, pyzmq_sock *sock, int option)
{
    pyzmq_record *record = pyzmq_begin(sock);
    if (record == NULL)
        return -ENOTSOCK;
    wait->record = pyzmq_record_incref(record);
    pyzmq_deadline_start(&wait->deadline, record, option);
    return 0;
}

static void pyzmq_wait_renew(pyzmq_wait *wait) { pyzmq_deadline_renew(&wait->deadline); }

static void pyzmq_wait_end(pyzmq_wait *wait)
{
    pyzmq_record *record = wait->record;
    if (record == NULL)
        return;
    wait->record = NULL;
    pyzmq_deadline_end(&wait->deadline);
    pyzmq_record_leave(record);
    pyzmq_record_decref(record);
}

static inline int pyzmq_flags(int flags, int waits) { return waits ? flags : flags | ZMQ_DONTWAIT; }

/* One attempt, without waiting, to send a message that is closed if that fails. */
static int pyzmq_send_or_close(pyzmq_record *record, zmq_msg_t *msg, int flags)
{
    int rc = pyzmq_send_frame(record, msg, flags | ZMQ_DONTWAIT);
    if (rc >= 0)
        return 0;
    (void) zmq_msg_close(msg);
    return rc;
}

/* One attempt, without waiting, to send a copy. */
static int pyzmq_send_bytes(pyzmq_sock *sock, const char *data, size_t size, int flags)
{
    pyzmq_record *record = pyzmq_begin(sock);
    zmq_msg_t msg;
    int rc;
    if (record == NULL)
        return -ENOTSOCK;
    if (pyzmq_sends_plainly(record)) {
        rc = pyzmq_send_plainly(record, data, size, flags);
        return pyzmq_end(record, rc < 0 ? rc : 0);
    }
    if (zmq_msg_init_size(&msg, size) != 0)
        return pyzmq_end(record, pyzmq_failure());
    if (size > 0)
        memcpy(zmq_msg_data(&msg), data, size);
    return pyzmq_end(record, pyzmq_send_or_close(record, &msg, flags));
}

/* The same with a part that refers to memory of Python's, which is given back at once if that fails. */
static int pyzmq_send_loan(pyzmq_sock *sock, int flags, char *data, size_t size, int readonly, int64_t loan,
                           pyzmq_event *event)
{
    pyzmq_record *record = pyzmq_begin(sock);
    pyzmq_msg msg;
    int rc;
    if (record == NULL)
        return -ENOTSOCK;
    (void) zmq_msg_init(&msg.msg);
    rc = pyzmq_msg_lend(&msg, data, size, readonly, loan, event);
    if (rc == 0)
        rc = pyzmq_send_or_close(record, &msg.msg, flags);
    return pyzmq_end(record, rc);
}

/* The same with a part that shares the content of another message. */
static int pyzmq_send_shared(pyzmq_sock *sock, pyzmq_msg *other, int flags)
{
    pyzmq_record *record = pyzmq_begin(sock);
    pyzmq_msg msg;
    int rc;
    if (record == NULL)
        return -ENOTSOCK;
    (void) zmq_msg_init(&msg.msg);
    rc = pyzmq_msg_share(&msg, other);
    if (rc == 0)
        rc = pyzmq_send_or_close(record, &msg.msg, flags);
    return pyzmq_end(record, rc);
}

/* Send what is not sent yet. */
static int pyzmq_send_parts(pyzmq_sock *sock, pyzmq_parts *parts, int flags, int waits)
{
    pyzmq_record *record = pyzmq_begin(sock);
    int rc;
    if (record == NULL)
        return -ENOTSOCK;
    rc = pyzmq_end(record, pyzmq_send_frames(record, &parts->frames, pyzmq_flags(flags, waits)));
    if (rc < 0)
        return rc;
    pyzmq_parts_reset(parts);
    /* A caller that waits has waited for the first frame, and the others go with that. */
    return rc > 0 && flags & ZMQ_DONTWAIT ? -EAGAIN : 0;
}

/* One attempt, without waiting, to send copies of parts whose contents follow one another.  If it fails, `parts` has
 * them. */
static int pyzmq_send_joined(pyzmq_sock *sock, pyzmq_parts *parts, const char *data, const size_t *sizes, size_t count,
                             int flags)
{
    size_t index;
    int rc;
    for (index = 0; index < count; index++) {
        rc = pyzmq_parts_fill(parts, data, sizes[index]);
        if (rc < 0)
            return rc;
        data += sizes[index];
    }
    return pyzmq_send_parts(sock, parts, flags, 0);
}

/* Receive one part, whatever its size; return whether more follow. */
static int pyzmq_recv_frame(pyzmq_sock *sock, pyzmq_msg *msg, int flags, int waits)
{
    pyzmq_record *record = pyzmq_begin(sock);
    int rc;
    if (record == NULL)
        return -ENOTSOCK;
    rc = pyzmq_end(record, pyzmq_receive_frame(record, &msg->msg, pyzmq_flags(flags, waits)));
    return rc < 0 ? rc : pyzmq_msg_more(msg);
}

/* Receive one part; return its size if it has been copied to `small`, else INT_MAX. */
static int pyzmq_recv_inbox(pyzmq_sock *sock, pyzmq_inbox *inbox, int flags, int waits)
{
    size_t size;
    int rc = pyzmq_recv_frame(sock, &inbox->msg, flags, waits);
    if (rc < 0)
        return rc;
    size = pyzmq_inbox_size(inbox);
    if (size > PYZMQ_SMALL_SIZE)
        return INT_MAX;
    return (int) pyzmq_inbox_read(inbox, inbox->small, size);
}

/* Receive one part, which stays in the message; return 0 or more. */
static int pyzmq_recv_message(pyzmq_sock *sock, pyzmq_inbox *inbox, int flags, int waits)
{
    return pyzmq_recv_frame(sock, &inbox->msg, flags, waits);
}

/* Receive a whole message, to be taken frame by frame; return how many. */
static int pyzmq_recv_frames(pyzmq_sock *sock, pyzmq_parts *parts, int flags, int waits)
{
    pyzmq_record *record = pyzmq_begin(sock);
    int rc;
    if (record == NULL)
        return -ENOTSOCK;
    rc = pyzmq_end(record, pyzmq_receive_frames(record, &parts->frames, pyzmq_flags(flags, waits)));
    return rc < 0 ? rc : (int) parts->frames.count;
}

/* The same, to be copied: if they are small, they have been. */
static int pyzmq_recv_copies(pyzmq_sock *sock, pyzmq_parts *parts, int flags, int waits)
{
    int rc = pyzmq_recv_frames(sock, parts, flags, waits);
    return rc < 0 ? rc : pyzmq_parts_locate(parts);
}

/* Take a message that may be given back by its number, without waiting; return how many frames it has. */
static int pyzmq_sock_take(pyzmq_sock *sock, pyzmq_parts *parts, int multipart, int64_t *key)
{
    pyzmq_record *record = pyzmq_begin(sock);
    int rc;
    if (record == NULL)
        return -ENOTSOCK;
    rc = pyzmq_end(record, pyzmq_take_message(record, &parts->frames, multipart, key));
    return rc < 0 ? rc : (int) parts->frames.count;
}

/* Give a frame back, which keeps its content. */
static int pyzmq_sock_give_back(pyzmq_sock *sock, pyzmq_msg *frame, int64_t key)
{
    pyzmq_record *record = pyzmq_begin(sock);
    pyzmq_msg msg;
    int rc;
    if (record == NULL)
        return -ENOTSOCK;
    (void) zmq_msg_init(&msg.msg);
    rc = pyzmq_msg_share(&msg, frame);
    if (rc == 0)
        rc = pyzmq_give_back(record, &msg.msg, key);
    (void) zmq_msg_close(&msg.msg);
    return pyzmq_end(record, rc);
}

/* ---- The rest -------------------------------------------------------------------------------------------------- */

/* Wait for events of one socket; return them. */
static int pyzmq_poll_one(pyzmq_sock *sock, short events, long timeout)
{
    pyzmq_record *record = sock->record;
    zmq_pollitem_t item;
    int rc;
    /* To look needs no system call, and often finds something. */
    if (!(events & ~(ZMQ_POLLIN | ZMQ_POLLOUT))) {
        rc = pyzmq_sock_events(sock);
        if (rc < 0 && rc != -EINTR)
            return rc;
        if (rc >= 0 && (rc & events || timeout == 0))
            return rc & events;
    }
    memset(&item, 0, sizeof(item));
    item.events = events;
    rc = pyzmq_poll_records(&item, &record, 1, timeout);
    return rc > 0 ? item.revents : rc;
}

/* Begin a call with several sockets, of which some may be NULL; `handles` gets libzmq's. */
static int pyzmq_begin_all(pyzmq_sock **socks, void **handles, int count)
{
    int index;
    for (index = 0; index < count; index++) {
        pyzmq_record *record;
        handles[index] = NULL;
        if (socks[index] == NULL)
            continue;
        record = pyzmq_begin(socks[index]);
        if (record == NULL)
            break;
        handles[index] = record->handle;
    }
    if (index == count)
        return 0;
    while (index-- > 0) {
        if (socks[index] != NULL)
            pyzmq_record_leave(socks[index]->record);
    }
    return -ENOTSOCK;
}

static int pyzmq_end_all(pyzmq_sock **socks, int count, int rc)
{
    int index;
    for (index = 0; index < count; index++) {
        if (socks[index] == NULL)
            continue;
        pyzmq_attempted(socks[index]->record);
        pyzmq_record_leave(socks[index]->record);
    }
    return rc;
}

/* `capture` and `control` may be NULL. */
static int pyzmq_sock_relay(
    pyzmq_relay *relay, pyzmq_sock *frontend, pyzmq_sock *backend, pyzmq_sock *capture, pyzmq_sock *control)
{
    pyzmq_sock *socks[4] = {frontend, backend, capture, control};
    void *handles[4];
    int rc = pyzmq_begin_all(socks, handles, 4);
    if (rc < 0)
        return rc;
    pyzmq_relay_sources(relay, frontend->record, backend->record);
    rc = pyzmq_relay_run(relay, handles[0], handles[1], handles[2], handles[3]);
    return pyzmq_end_all(socks, 4, rc >= 0 ? rc : pyzmq_failure());
}

static int pyzmq_sock_ask_once(pyzmq_relay *relay, pyzmq_sock *front, pyzmq_sock *back)
{
    pyzmq_sock *socks[2] = {front, back};
    void *handles[2];
    int rc = pyzmq_begin_all(socks, handles, 2);
    if (rc < 0)
        return rc;
    pyzmq_relay_ask_once(relay, handles[0], handles[1]);
    return pyzmq_end_all(socks, 2, 0);
}

static int pyzmq_sock_prefixes(
    pyzmq_relay *relay, const char *in, size_t in_size, const char *out, size_t out_size, pyzmq_sock *front,
    pyzmq_sock *back)
{
    pyzmq_sock *socks[2] = {front, back};
    void *handles[2];
    int rc = pyzmq_begin_all(socks, handles, 2);
    if (rc < 0)
        return rc;
    pyzmq_relay_prefixes(relay, in, in_size, out, out_size, handles[0], handles[1]);
    return pyzmq_end_all(socks, 2, 0);
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
