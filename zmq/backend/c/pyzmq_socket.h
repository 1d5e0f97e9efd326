/* What is done with a libzmq socket, by way of its record: sending, receiving, waiting, options and addresses.
 *
 * Each function is one attempt, and ends in pyzmq_attempted().  See pyzmq_record.h.
 */
#ifndef PYZMQ_SOCKET_H
#define PYZMQ_SOCKET_H

#include "pyzmq_descriptors.h"
#include "pyzmq_record.h"

/* ---- Sending: without the look at the end, for what goes on ------------------------------------------------------- */

static int pyzmq_is_of_type(pyzmq_record *record, int kind)
{
    int value = -1;
    size_t size = sizeof(int);
    return zmq_getsockopt(record->handle, ZMQ_TYPE, &value, &size) == 0 && value == kind;
}

/* Go on after a try to send another frame of a message; return 1 if it was dropped, since the peer has gone.
 *
 * libzmq takes it without waiting, or says EAGAIN if the peer has gone.  Sent again then, it would be a message of its own,
 * for another peer.  Most types of socket drop what follows by themselves; a PAIR does not.  Signal handlers, which may
 * raise, must not tear a message apart: they run when it is sent. */
static int pyzmq_sent_following(pyzmq_record *record, zmq_msg_t *msg, int flags, int rc)
{
    while (rc == -EINTR)
        rc = zmq_msg_send(msg, record->handle, flags | ZMQ_DONTWAIT) < 0 ? pyzmq_failure() : 0;
    if (rc < 0 && rc != -EAGAIN)
        return rc;
    if (rc == -EAGAIN) {
        if (pyzmq_is_of_type(record, ZMQ_PAIR))
            record->progress = PYZMQ_DROPPING;
        (void) zmq_msg_close(msg);
        (void) zmq_msg_init(msg);
    }
    if (!(flags & ZMQ_SNDMORE))
        record->progress = PYZMQ_BETWEEN_MESSAGES;
    return rc == -EAGAIN;
}

/* Send another frame of a message; return 1 if it was dropped. */
static int pyzmq_send_following(pyzmq_record *record, zmq_msg_t *msg, int flags)
{
    int rc;
    if (record->progress == PYZMQ_DROPPING)
        rc = -EAGAIN;
    else
        rc = zmq_msg_send(msg, record->handle, flags | ZMQ_DONTWAIT) < 0 ? pyzmq_failure() : 0;
    return pyzmq_sent_following(record, msg, flags, rc);
}

static inline void pyzmq_begin_message(pyzmq_record *record)
{
    record->progress = PYZMQ_AMIDST;
    record->begun += 1;
}

/* Send one frame; return 1 if it was dropped, else 0. */
static inline int pyzmq_put_frame(pyzmq_record *record, zmq_msg_t *msg, int flags)
{
    if (record->progress != PYZMQ_BETWEEN_MESSAGES)
        return pyzmq_send_following(record, msg, flags);
    if (zmq_msg_send(msg, record->handle, flags) < 0)
        return pyzmq_failure();
    if (flags & ZMQ_SNDMORE)
        pyzmq_begin_message(record);
    return 0;
}

/* Receive one frame. */
static inline int pyzmq_take_frame(pyzmq_record *record, zmq_msg_t *msg, int flags)
{
    if (record->held && pyzmq_take_returned(record, msg, NULL))
        return 0;
    if (zmq_msg_recv(msg, record->handle, flags) < 0)
        return pyzmq_failure();
    if (record->held) {
        pyzmq_bell_lock(&pyzmq_records->held);
        record->held &= ~(PYZMQ_MORE_KNOWN | PYZMQ_MORE);
        pyzmq_bell_unlock(&pyzmq_records->held);
    }
    return 0;
}

/* ---- One frame ---------------------------------------------------------------------------------------------------- */

/* Whether sending takes nothing but a call of libzmq. */
static inline int pyzmq_sends_plainly(pyzmq_record *record) { return !(record->dead | record->progress); }

/* Whether receiving does. */
static inline int pyzmq_receives_plainly(pyzmq_record *record) { return !(record->dead | record->held); }

/* Send a copy without waiting, if that is plain. */
static inline int pyzmq_send_plainly(pyzmq_record *record, const void *data, size_t size, int flags)
{
    int rc = zmq_send(record->handle, data, size, flags | ZMQ_DONTWAIT);
    if (rc < 0)
        rc = pyzmq_failure();
    else if (flags & ZMQ_SNDMORE)
        pyzmq_begin_message(record);
    pyzmq_attempted(record);
    return rc;
}

/* Receive a frame without waiting, if that is plain. */
static inline int pyzmq_receive_plainly(pyzmq_record *record, zmq_msg_t *msg)
{
    int rc = zmq_msg_recv(msg, record->handle, ZMQ_DONTWAIT);
    if (rc < 0)
        rc = pyzmq_failure();
    pyzmq_attempted(record);
    return rc;
}

/* Send a frame, which is libzmq's then; return 0, or 1 if it was dropped. */
static PYZMQ_UNUSED int pyzmq_send_frame(pyzmq_record *record, zmq_msg_t *msg, int flags)
{
    int rc = pyzmq_put_frame(record, msg, flags);
    pyzmq_attempted(record);
    return rc;
}

/* Receive a frame. */
static PYZMQ_UNUSED int pyzmq_receive_frame(pyzmq_record *record, zmq_msg_t *msg, int flags)
{
    int rc = pyzmq_take_frame(record, msg, flags);
    pyzmq_attempted(record);
    return rc;
}

/* ---- Whole messages ------------------------------------------------------------------------------------------------ */

/* Most messages have no more frames; more need memory of their own. */
#define PYZMQ_FEW_FRAMES 16

typedef struct {
    zmq_msg_t *msgs;
    size_t count; /* of those that are initialised */
    size_t capacity;
    zmq_msg_t few[PYZMQ_FEW_FRAMES];
} pyzmq_frames;

static inline void pyzmq_frames_init(pyzmq_frames *frames)
{
    frames->msgs = frames->few;
    frames->count = 0;
    frames->capacity = PYZMQ_FEW_FRAMES;
}

/* Close all, for the next message. */
static PYZMQ_UNUSED void pyzmq_frames_reset(pyzmq_frames *frames)
{
    while (frames->count > 0)
        (void) zmq_msg_close(&frames->msgs[--frames->count]);
    if (frames->msgs != frames->few) {
        free(frames->msgs);
        frames->msgs = frames->few;
        frames->capacity = PYZMQ_FEW_FRAMES;
    }
}

static int pyzmq_frames_grow(pyzmq_frames *frames)
{
    size_t capacity = 2 * frames->capacity;
    size_t index;
    zmq_msg_t *larger = (zmq_msg_t *) malloc(capacity * sizeof(zmq_msg_t));
    if (larger == NULL)
        return 0;
    for (index = 0; index < frames->count; index++) {
        (void) zmq_msg_init(&larger[index]);
        (void) zmq_msg_move(&larger[index], &frames->msgs[index]);
        (void) zmq_msg_close(&frames->msgs[index]);
    }
    if (frames->msgs != frames->few)
        free(frames->msgs);
    frames->msgs = larger;
    frames->capacity = capacity;
    return 1;
}

/* Add an empty frame; NULL without memory. */
static inline zmq_msg_t *pyzmq_frames_next(pyzmq_frames *frames)
{
    zmq_msg_t *msg;
    if (frames->count == frames->capacity && !pyzmq_frames_grow(frames))
        return NULL;
    msg = &frames->msgs[frames->count++];
    (void) zmq_msg_init(msg);
    return msg;
}

/* Send the frames as one message; return 1 if some were dropped, since the peer has gone.  If the first cannot be sent,
 * all are the caller's still; those behind it are taken by libzmq without waiting. */
static PYZMQ_UNUSED int pyzmq_send_frames(pyzmq_record *record, pyzmq_frames *frames, int flags)
{
    size_t last = frames->count - 1;
    size_t index = 0;
    int dropped = 0;
    int rc = 0;
    if (record->progress == PYZMQ_BETWEEN_MESSAGES) {
        /* Mostly, all go without more ado. */
        void *handle = record->handle;
        int more = last > 0 ? flags | ZMQ_SNDMORE : flags;
        while (index <= last && zmq_msg_send(&frames->msgs[index], handle, more) >= 0) {
            index += 1;
            more = (index < last ? flags | ZMQ_SNDMORE : flags) | ZMQ_DONTWAIT;
        }
        if (index <= last)
            rc = pyzmq_failure();
        if (index > 0 && (index <= last || flags & ZMQ_SNDMORE))
            pyzmq_begin_message(record);
        if (index > 0 && index <= last) {
            rc = pyzmq_sent_following(record, &frames->msgs[index], index < last ? flags | ZMQ_SNDMORE : flags, rc);
            dropped = rc > 0;
            index += 1;
        }
    }
    for (; rc >= 0 && index <= last; index++) {
        rc = pyzmq_send_following(record, &frames->msgs[index], index < last ? flags | ZMQ_SNDMORE : flags);
        dropped |= rc > 0;
    }
    pyzmq_attempted(record);
    return rc < 0 ? rc : dropped && last > 0;
}

/* Receive and forget the other frames of a message, so that the next receive begins with a message. */
static void pyzmq_skip_frames(pyzmq_record *record)
{
    zmq_msg_t msg;
    int more = 1;
    while (more) {
        int rc;
        (void) zmq_msg_init(&msg);
        rc = pyzmq_take_frame(record, &msg, ZMQ_DONTWAIT);
        more = rc == -EINTR || (rc == 0 && zmq_msg_more(&msg));
        (void) zmq_msg_close(&msg);
    }
}

/* Receive a whole message, whose frames after the first are there already. */
static PYZMQ_UNUSED int pyzmq_receive_frames(pyzmq_record *record, pyzmq_frames *frames, int flags)
{
    zmq_msg_t *msg;
    int rc;
    do {
        msg = pyzmq_frames_next(frames);
        if (msg == NULL) {
            pyzmq_skip_frames(record);
            rc = -ENOMEM;
            break;
        }
        do {
            rc = pyzmq_take_frame(record, msg, flags);
        } while (rc == -EINTR && frames->count > 1);
        flags |= ZMQ_DONTWAIT;
    } while (rc == 0 && zmq_msg_more(msg));
    pyzmq_attempted(record);
    if (rc < 0)
        pyzmq_frames_reset(frames);
    return rc;
}

/* Take a message for a receiver that may give it back, without waiting; `key` gets the number of its first frame.  With
 * `multipart`, all frames that belong together. */
static PYZMQ_UNUSED int pyzmq_take_message(pyzmq_record *record, pyzmq_frames *frames, int multipart, int64_t *key)
{
    int rc;
    zmq_msg_t *msg;
    if (record->held & PYZMQ_HAS_RETURNED) {
        msg = pyzmq_frames_next(frames);
        if (pyzmq_take_returned(record, msg, key)) {
            rc = 0;
            if (multipart && zmq_msg_more(msg))
                rc = pyzmq_receive_frames(record, frames, ZMQ_DONTWAIT);
            return rc;
        }
        pyzmq_frames_reset(frames);
    }
    if (multipart) {
        do {
            rc = pyzmq_receive_frames(record, frames, ZMQ_DONTWAIT);
        } while (rc == -EINTR);
    } else {
        msg = pyzmq_frames_next(frames);
        do {
            rc = pyzmq_receive_frame(record, msg, ZMQ_DONTWAIT);
        } while (rc == -EINTR);
        if (rc < 0)
            pyzmq_frames_reset(frames);
    }
    if (rc >= 0)
        *key = pyzmq_number_frames(record, frames->count);
    return rc;
}

/* ---- Waiting -------------------------------------------------------------------------------------------------------- */

/* libzmq starts SNDTIMEO and RCVTIMEO over when it is called again after a signal.  So the deadline is fixed, and after a
 * signal the option holds what is left of the time, until the call is over.  (Waiting by zmq_poll() would not do: a ROUTER
 * with ROUTER_MANDATORY is writable even if the peer in question is not.) */
typedef struct {
    pyzmq_record *record;
    int option;
    int own; /* what to restore */
    int changed;
    int64_t until; /* -1: no limit, or none that would have to be kept */
} pyzmq_deadline;

static PYZMQ_UNUSED void pyzmq_deadline_start(pyzmq_deadline *deadline, pyzmq_record *record, int option)
{
    size_t size = sizeof(int);
    deadline->record = record;
    deadline->option = option;
    deadline->own = -1;
    deadline->changed = 0;
    deadline->until = -1;
    if (zmq_getsockopt(record->handle, option, &deadline->own, &size) == 0 && deadline->own > 0)
        deadline->until = pyzmq_now_ms() + deadline->own;
}

/* After a signal. */
static PYZMQ_UNUSED void pyzmq_deadline_renew(pyzmq_deadline *deadline)
{
    int64_t left = deadline->until - pyzmq_now_ms();
    int timeout = left > 0 ? (int) left : 0;
    if (deadline->until < 0)
        return;
    deadline->changed = 1;
    (void) zmq_setsockopt(deadline->record->handle, deadline->option, &timeout, sizeof(int));
}

static PYZMQ_UNUSED void pyzmq_deadline_end(pyzmq_deadline *deadline)
{
    if (deadline->changed)
        (void) zmq_setsockopt(deadline->record->handle, deadline->option, &deadline->own, sizeof(int));
}

/* Poll items whose sockets are those of `records`, NULL where an item is a descriptor. */
static PYZMQ_UNUSED int pyzmq_poll_records(zmq_pollitem_t *items, pyzmq_record **records, int count, long timeout)
{
    int entered, index;
    int returned = 0;
    int rc = 0;
    for (entered = 0; entered < count; entered++) {
        pyzmq_record *record = records[entered];
        if (record == NULL)
            continue;
        rc = pyzmq_record_enter(record);
        if (rc < 0)
            break;
        items[entered].socket = record->handle;
        if (record->held & PYZMQ_HAS_RETURNED && items[entered].events & ZMQ_POLLIN)
            returned = 1;
    }
    if (rc == 0) {
        rc = pyzmq_poll_items(items, count, returned ? 0 : timeout);
        if (rc < 0)
            rc = pyzmq_failure();
    }
    for (index = 0; index < entered; index++) {
        pyzmq_record *record = records[index];
        if (record == NULL)
            continue;
        if (rc >= 0 && record->held & PYZMQ_HAS_RETURNED && items[index].events & ZMQ_POLLIN &&
            !(items[index].revents & ZMQ_POLLIN)) {
            rc += items[index].revents == 0;
            items[index].revents |= ZMQ_POLLIN;
        }
        pyzmq_attempted(record);
        pyzmq_record_leave(record);
    }
    return rc;
}

/* ---- What else one does with a socket ------------------------------------------------------------------------------ */

static PYZMQ_UNUSED int pyzmq_get_option(pyzmq_record *record, int option, void *value, size_t *size)
{
    int rc;
    if (option == ZMQ_EVENTS && *size == sizeof(int))
        return pyzmq_get_events(record, (int *) value);
    if (option == ZMQ_RCVMORE && record->held & PYZMQ_MORE_KNOWN && *size == sizeof(int)) {
        *(int *) value = record->held & PYZMQ_MORE ? 1 : 0;
        return 0;
    }
    rc = zmq_getsockopt(record->handle, option, value, size) != 0 ? pyzmq_failure() : 0;
    return rc;
}

static PYZMQ_UNUSED int pyzmq_set_option(pyzmq_record *record, int option, const void *value, size_t size)
{
    int rc = zmq_setsockopt(record->handle, option, value, size) != 0 ? pyzmq_failure() : 0;
    pyzmq_attempted(record);
    return rc;
}

/* Functions of libzmq that take a socket and a text, and return whether they failed. */
typedef int pyzmq_text_function(void *socket, const char *text);

static PYZMQ_UNUSED int pyzmq_call_with_text(pyzmq_record *record, pyzmq_text_function *function, const char *text)
{
    int rc = function(record->handle, text) != 0 ? pyzmq_failure() : 0;
    pyzmq_attempted(record);
    return rc;
}

static PYZMQ_UNUSED int pyzmq_bind(pyzmq_record *record, const char *address)
{
    int failure = pyzmq_bind_failure(record->handle, address);
    return failure != 0 ? -failure : pyzmq_call_with_text(record, zmq_bind, address);
}

/* `routing_id` gets the number of the peer, which is never 0. */
static PYZMQ_UNUSED int pyzmq_connect_peer(pyzmq_record *record, const char *address, uint32_t *routing_id)
{
    int rc;
    *routing_id = zmq_connect_peer(record->handle, address);
    rc = *routing_id != 0 ? 0 : pyzmq_failure();
    pyzmq_attempted(record);
    return rc;
}

static PYZMQ_UNUSED int pyzmq_monitor(pyzmq_record *record, const char *address, int events)
{
    /* Versions differ in the positive number that says it has started. */
    int rc = zmq_socket_monitor(record->handle, address, events) < 0 ? pyzmq_failure() : 0;
    pyzmq_attempted(record);
    return rc;
}

#endif
