/* The loop of proxy, proxy_steerable and monitored_queue, for both backends.
 *
 * libzmq's own proxies cannot be used.  Under load they never wait, so that they notice no signal.  The steerable one looks at
 * PAUSE in 4.3.5 only when messages pass anyway, and goes on receiving then; later versions have none.  And zmq_proxy
 * neither tells directions apart for a monitor, nor swaps routing ids between two ROUTERs.
 *
 * A message is taken only when its target has room, and is then passed on whole, so that an interruption finds no message
 * underway.  Asking the target each time costs as much as sending.  So proxy asks it once in a burst, as libzmq does, and
 * each time only for a while after it was full.  A message for which there turns out to be no room is kept: by this, or where
 * a ROUTER with ROUTER_MANDATORY has room in general but none for the peer in question.  The other direction goes on
 * meanwhile, and the caller may run signal handlers and come back.
 */
#ifndef PYZMQ_RELAY_H
#define PYZMQ_RELAY_H

#include <stdlib.h>
#include <string.h>
#include "pyzmq_record.h"

/* Messages in one direction before the other one, the control socket and the clock are looked at. */
#define PYZMQ_RELAY_BURST 100

/* Milliseconds after which the loop returns for signal handlers.  Getting the GIL back may take long where other threads
 * compute: the loop then runs so many times as long as that took, within limits. */
#define PYZMQ_RELAY_SLICE_MS 5
#define PYZMQ_RELAY_LONGEST_SLICE_MS 100
#define PYZMQ_RELAY_SLICE_FACTOR 20

/* Messages for which the target is asked first, after it was full. */
#define PYZMQ_RELAY_CAUTION 1000

/* Milliseconds until a message is tried again that a socket refuses though it claims to have room. */
#define PYZMQ_RELAY_RETRY_MS 10

/* Frames of a message that need no memory of their own. */
#define PYZMQ_RELAY_FRAMES 8

/* As much of an unknown command as is told. */
#define PYZMQ_RELAY_COMMAND 64

enum { PYZMQ_RELAY_TERMINATED = 1, PYZMQ_RELAY_UNKNOWN = 2, PYZMQ_RELAY_SIGNALS = 3 };

typedef struct {
    zmq_msg_t own[PYZMQ_RELAY_FRAMES];
    zmq_msg_t *frames; /* NULL: not used yet */
    size_t count;      /* frames of the message */
    size_t ready;      /* frames that are initialised, those of the message included */
    size_t room;
} pyzmq_relay_message;

/* One direction.  The message is empty unless it could not be passed on. */
typedef struct {
    const void *prefix; /* of what the monitor gets; NULL: none */
    size_t prefix_size;
    pyzmq_relay_message message;
    size_t shown;  /* frames that the monitor has, its prefix included */
    size_t passed; /* frames that the target has */
    pyzmq_record *source; /* NULL: it has none */
    int dropping;  /* the other frames: a PAIR has lost the peer that got the first */
    int caution;   /* messages for which the target is to be asked first */
} pyzmq_relay_side;

typedef struct {
    pyzmq_relay_side sides[2]; /* from the frontend, from the backend */
    int swap;                  /* the first two frames, if both sides are ROUTERs */
    int ask_once;              /* ask the target once in a burst */
    int signals;               /* return every few milliseconds: this thread runs the signal handlers */
    int paused;
    int counting;         /* only STATISTICS needs the counters */
    uint64_t counters[8]; /* frontend, backend: messages and bytes received, messages and bytes sent */
    int64_t returned;     /* when it did for signal handlers, in milliseconds; 0: it did not */
    pyzmq_relay_message command_message;
    size_t command_size;
    char command[PYZMQ_RELAY_COMMAND];
} pyzmq_relay;

/* What to wait for. */
typedef struct {
    short source;
    short target;
    short monitor;
    int timeout; /* milliseconds; -1: for ever */
} pyzmq_relay_wanted;

/* POLLIN and POLLOUT as they are now, without waiting; -1 if it fails. */
static int pyzmq_relay_events(void *socket)
{
    int events = 0;
    size_t size = sizeof(events);
    return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0 ? events : -1;
}

static int pyzmq_relay_type(void *socket)
{
    int type = -1;
    size_t size = sizeof(type);
    (void) zmq_getsockopt(socket, ZMQ_TYPE, &type, &size);
    return type;
}

/* Whether a socket has room for a message: 1, 0, or -1 with errno. */
static int pyzmq_relay_has_room(void *socket)
{
    int events = pyzmq_relay_events(socket);
    return events < 0 ? -1 : (events & ZMQ_POLLOUT) != 0;
}

/* The error of sending on a socket that has no room and gets none by waiting; 0 if it may get some. */
static int pyzmq_relay_refusal(void *socket)
{
    switch (pyzmq_relay_type(socket)) {
    case ZMQ_PULL:
    case ZMQ_SUB:
#if PYZMQ_HAVE_DRAFT
    case ZMQ_DISH:
    case ZMQ_GATHER:
#endif
        return ENOTSUP;
    case ZMQ_REP:
        return EFSM;
    default:
        return 0;
    }
}

/* One more frame, initialised; NULL without memory.  A zmq_msg_t is moved by libzmq's function only. */
static zmq_msg_t *pyzmq_relay_frame(pyzmq_relay_message *message)
{
    zmq_msg_t *grown;
    size_t index;
    if (message->frames == NULL) {
        message->frames = message->own;
        message->room = PYZMQ_RELAY_FRAMES;
    }
    if (message->count == message->room) {
        grown = (zmq_msg_t *) malloc(2 * message->room * sizeof(zmq_msg_t));
        if (grown == NULL) {
            errno = ENOMEM;
            return NULL;
        }
        for (index = 0; index < message->ready; index++) {
            (void) zmq_msg_init(&grown[index]);
            (void) zmq_msg_move(&grown[index], &message->frames[index]);
            (void) zmq_msg_close(&message->frames[index]);
        }
        if (message->frames != message->own)
            free(message->frames);
        message->frames = grown;
        message->room *= 2;
    }
    /* A frame that was sent is empty, and need not be initialised again. */
    if (message->count == message->ready)
        (void) zmq_msg_init(&message->frames[message->ready++]);
    return &message->frames[message->count++];
}

/* Empty all frames, and free what a long message needed.  errno is as before. */
static void pyzmq_relay_drop(pyzmq_relay_message *message)
{
    int error = errno;
    while (message->ready > 0)
        (void) zmq_msg_close(&message->frames[--message->ready]);
    if (message->frames != message->own)
        free(message->frames);
    message->frames = NULL;
    message->count = 0;
    errno = error;
}

/* All frames, without waiting: 0, or -1 with errno and none taken. */
static int pyzmq_relay_receive(pyzmq_relay_message *message, void *socket, pyzmq_record *record)
{
    int rc, more = 1;
    while (more) {
        zmq_msg_t *frame = pyzmq_relay_frame(message);
        if (frame == NULL)
            break;
        do {
            if (record != NULL && record->held && pyzmq_take_returned(record, frame, NULL))
                rc = 0;
            else
                rc = zmq_msg_recv(frame, socket, ZMQ_DONTWAIT);
        } while (rc < 0 && errno == EINTR);
        /* EAGAIN amidst a message: its sender went away, and it will never be whole. */
        if (rc < 0)
            break;
        more = zmq_msg_more(frame);
    }
    if (!more)
        return 0;
    if (message->count > 1)
        pyzmq_relay_drop(message);
    message->count = 0;
    return -1;
}

/* Send a frame without waiting: 0, or -1 with errno, EAGAIN for the first one of a message only.  If the peer has gone amidst
 * a message, libzmq drops the rest, except of a PAIR, which would send it to its next peer. */
static int pyzmq_relay_send(pyzmq_relay_side *side, zmq_msg_t *frame, void *socket, int first, int more)
{
    int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
    int rc;
    if (first || !side->dropping) {
        do {
            rc = zmq_msg_send(frame, socket, flags);
        } while (rc < 0 && errno == EINTR);
        if (first)
            side->dropping = 0;
        if (rc >= 0)
            return 0;
        if (first || errno != EAGAIN)
            return -1;
        side->dropping = pyzmq_relay_type(socket) == ZMQ_PAIR;
    }
    (void) zmq_msg_close(frame);
    (void) zmq_msg_init(frame);
    return 0;
}

/* Send the monitor the prefix and references to the frames: 0, or -1 with errno. */
static int pyzmq_relay_show(pyzmq_relay_side *side, void *monitor)
{
    size_t prefixes = side->prefix != NULL;
    size_t total = side->message.count + prefixes;
    for (; side->shown < total; side->shown++) {
        zmq_msg_t frame;
        int rc;
        if (side->shown < prefixes) {
            rc = zmq_msg_init_size(&frame, side->prefix_size);
            if (rc != 0)
                return -1;
            if (side->prefix_size > 0)
                memcpy(zmq_msg_data(&frame), side->prefix, side->prefix_size);
        } else {
            (void) zmq_msg_init(&frame);
            rc = zmq_msg_copy(&frame, &side->message.frames[side->shown - prefixes]);
        }
        if (rc == 0)
            rc = pyzmq_relay_send(side, &frame, monitor, side->shown == 0, side->shown + 1 < total);
        if (rc != 0) {
            int error = errno;
            (void) zmq_msg_close(&frame);
            errno = error;
            return -1;
        }
    }
    return 0;
}

/* A socket has refused a message: find out what to wait for.  0, or -1 with errno. */
static int pyzmq_relay_refused(pyzmq_relay_side *side, void *socket, short *events, pyzmq_relay_wanted *wanted)
{
    int rc;
    if (errno != EAGAIN)
        return -1;
    side->caution = PYZMQ_RELAY_CAUTION;
    rc = pyzmq_relay_has_room(socket);
    if (rc == 0)
        *events = ZMQ_POLLOUT;
    else if (rc > 0)
        wanted->timeout = PYZMQ_RELAY_RETRY_MS;
    return rc < 0 ? -1 : 0;
}

/* Pass the message on: 1; 0 if it has to wait, and `wanted` says for what; -1 with errno. */
static int pyzmq_relay_deliver(pyzmq_relay_side *side, void *target, void *monitor, pyzmq_relay_wanted *wanted)
{
    pyzmq_relay_message *message = &side->message;
    if (monitor != NULL && pyzmq_relay_show(side, monitor) != 0)
        return pyzmq_relay_refused(side, monitor, &wanted->monitor, wanted);
    for (; side->passed < message->count; side->passed++) {
        zmq_msg_t *frame = &message->frames[side->passed];
        if (pyzmq_relay_send(side, frame, target, side->passed == 0, side->passed + 1 < message->count) != 0)
            return pyzmq_relay_refused(side, target, &wanted->target, wanted);
    }
    if (message->count > PYZMQ_RELAY_FRAMES)
        pyzmq_relay_drop(message);
    message->count = 0;
    return 1;
}

/* Whether target and monitor have room: 1; 0 if they have not, and `wanted` says what to wait for; -1 with errno. */
static int pyzmq_relay_may_take(void *source, void *target, void *monitor, pyzmq_relay_wanted *wanted)
{
    int refusal = 0;
    int rc = pyzmq_relay_has_room(target);
    if (rc == 0 && source == target) {
        refusal = pyzmq_relay_refusal(target);
        /* A REP that gets its own requests has room only after it has received one. */
        if (refusal == EFSM) {
            refusal = 0;
            rc = 1;
        }
    }
    if (rc == 0 && refusal == 0)
        wanted->target = ZMQ_POLLOUT;
    if (rc > 0 && monitor != NULL) {
        rc = pyzmq_relay_has_room(monitor);
        if (rc == 0)
            refusal = pyzmq_relay_refusal(monitor);
        if (rc == 0 && refusal == 0)
            wanted->monitor = ZMQ_POLLOUT;
    }
    if (refusal == 0)
        return rc;
    /* As libzmq, it fails when there is a message; which stays where it is. */
    rc = pyzmq_relay_events(source);
    if (rc >= 0 && rc & ZMQ_POLLIN)
        errno = refusal;
    else if (rc >= 0)
        wanted->source = ZMQ_POLLIN;
    return rc >= 0 && !(rc & ZMQ_POLLIN) ? 0 : -1;
}

static void pyzmq_relay_swap(pyzmq_relay_message *message)
{
    zmq_msg_t first;
    (void) zmq_msg_init(&first);
    (void) zmq_msg_move(&first, &message->frames[0]);
    (void) zmq_msg_move(&message->frames[0], &message->frames[1]);
    (void) zmq_msg_move(&message->frames[1], &first);
    (void) zmq_msg_close(&first);
}

/* Take a message from one side: 1; 0 if there is none, or no room for it, and `wanted` says what to wait for; -1 with
 * errno. */
static int pyzmq_relay_take(
    pyzmq_relay *relay, int from, void *source, void *target, void *monitor, int ask, pyzmq_relay_wanted *wanted)
{
    pyzmq_relay_side *side = &relay->sides[from];
    pyzmq_relay_message *message = &side->message;
    if (ask || side->caution > 0) {
        int rc = pyzmq_relay_may_take(source, target, monitor, wanted);
        if (rc <= 0)
            return rc;
        if (side->caution > 0)
            side->caution -= 1;
    }
    if (pyzmq_relay_receive(message, source, side->source) != 0) {
        if (errno == EAGAIN)
            wanted->source = ZMQ_POLLIN;
        /* ENOTSUP: nothing ever comes from a PUB or PUSH. */
        return errno == EAGAIN || errno == ENOTSUP ? 0 : -1;
    }
    if (relay->swap && message->count > 1)
        pyzmq_relay_swap(message);
    side->shown = 0;
    side->passed = 0;
    return 1;
}

static void pyzmq_relay_count(pyzmq_relay *relay, int from)
{
    const pyzmq_relay_message *message = &relay->sides[from].message;
    uint64_t *received = &relay->counters[4 * from];
    uint64_t *sent = &relay->counters[4 * (1 - from) + 2];
    uint64_t size = 0;
    size_t index;
    for (index = 0; index < message->count; index++)
        size += zmq_msg_size(&message->frames[index]);
    received[0] += 1;
    received[1] += size;
    sent[0] += 1;
    sent[1] += size;
}

/* Pass messages from one side on.  Return 1 after a full burst; 0 if there is nothing to do, and `wanted` says what to wait
 * for; -1 with errno. */
static int pyzmq_relay_pass(
    pyzmq_relay *relay, int from, void *source, void *target, void *monitor, pyzmq_relay_wanted *wanted)
{
    pyzmq_relay_side *side = &relay->sides[from];
    int turn, rc;
    for (turn = 0; turn < PYZMQ_RELAY_BURST; turn++) {
        /* Else there is one that had to wait. */
        if (side->message.count == 0) {
            rc = pyzmq_relay_take(relay, from, source, target, monitor, turn == 0 || !relay->ask_once, wanted);
            if (rc <= 0)
                return rc;
            if (relay->counting)
                pyzmq_relay_count(relay, from);
        }
        rc = pyzmq_relay_deliver(side, target, monitor, wanted);
        if (rc <= 0)
            return rc;
    }
    return 1;
}

static int pyzmq_relay_is(const pyzmq_relay *relay, const char *command)
{
    return relay->command_size == strlen(command) && memcmp(relay->command, command, relay->command_size) == 0;
}

/* Each command is answered, as libzmq does, but its sender may be gone, and a PULL or SUB cannot answer. */
static int pyzmq_relay_answer(pyzmq_relay *relay, void *control, int frames)
{
    int index, rc;
    for (index = 0; index < frames; index++) {
        int flags = ZMQ_DONTWAIT | (index + 1 < frames ? ZMQ_SNDMORE : 0);
        rc = zmq_send(control, &relay->counters[index], sizeof(relay->counters[index]), flags);
        if (rc < 0)
            return errno == EAGAIN || errno == ENOTSUP ? 0 : -1;
    }
    if (frames > 0 || zmq_send(control, "", 0, ZMQ_DONTWAIT) == 0)
        return 0;
    return errno == EAGAIN || errno == ENOTSUP ? 0 : -1;
}

/* Obey one command, if there is one: 0, -1 with errno, or why the loop returns.  After PYZMQ_RELAY_UNKNOWN it may go on. */
static int pyzmq_relay_obey(pyzmq_relay *relay, void *control)
{
    pyzmq_relay_message *message = &relay->command_message;
    int statistics, terminate, unknown;
    if (pyzmq_relay_receive(message, control, NULL) != 0)
        return errno == EAGAIN ? 0 : -1;
    relay->command_size = zmq_msg_size(&message->frames[0]);
    if (relay->command_size > PYZMQ_RELAY_COMMAND)
        relay->command_size = PYZMQ_RELAY_COMMAND;
    memcpy(relay->command, zmq_msg_data(&message->frames[0]), relay->command_size);
    unknown = message->count > 1;
    pyzmq_relay_drop(message);
    statistics = !unknown && pyzmq_relay_is(relay, "STATISTICS");
    terminate = !unknown && pyzmq_relay_is(relay, "TERMINATE");
    if (!unknown && !statistics && !terminate) {
        if (pyzmq_relay_is(relay, "PAUSE"))
            relay->paused = 1;
        else if (pyzmq_relay_is(relay, "RESUME"))
            relay->paused = 0;
        else
            unknown = 1;
    }
    if (pyzmq_relay_answer(relay, control, statistics ? 8 : 0) != 0)
        return -1;
    if (unknown)
        return PYZMQ_RELAY_UNKNOWN;
    return terminate ? PYZMQ_RELAY_TERMINATED : 0;
}

/* How long to run before it returns for signal handlers, in milliseconds. */
static int64_t pyzmq_relay_slice(const pyzmq_relay *relay, int64_t now)
{
    int64_t slice = relay->returned == 0 ? 0 : PYZMQ_RELAY_SLICE_FACTOR * (now - relay->returned);
    if (slice < PYZMQ_RELAY_SLICE_MS)
        return PYZMQ_RELAY_SLICE_MS;
    return slice < PYZMQ_RELAY_LONGEST_SLICE_MS ? slice : PYZMQ_RELAY_LONGEST_SLICE_MS;
}

/* Run until something ends it: PYZMQ_RELAY_TERMINATED, PYZMQ_RELAY_UNKNOWN, PYZMQ_RELAY_SIGNALS, or -1 with errno.  After
 * an unknown command, and after PYZMQ_RELAY_SIGNALS and EINTR, when signal handlers have run, it may be called again.
 * `monitor` and `control` may be NULL, and both sides the same socket. */
static int pyzmq_relay_run(pyzmq_relay *relay, void *front, void *back, void *monitor, void *control)
{
    int64_t due = 0;
    if (relay->signals) {
        int64_t now = pyzmq_now_ms();
        due = now + pyzmq_relay_slice(relay, now);
        relay->returned = 0;
    }
    relay->counting = control != NULL;
    for (;;) {
        pyzmq_relay_wanted forth = {0, 0, 0, -1};
        pyzmq_relay_wanted aback = {0, 0, 0, -1};
        zmq_pollitem_t items[4];
        int count = 1, index, busy = 0, rc;
        if (control != NULL) {
            rc = pyzmq_relay_obey(relay, control);
            if (rc != 0)
                return rc;
        }
        if (!relay->paused) {
            busy = pyzmq_relay_pass(relay, 0, front, back, monitor, &forth);
            if (busy < 0)
                return -1;
            rc = front != back ? pyzmq_relay_pass(relay, 1, back, front, monitor, &aback) : 0;
            if (rc < 0)
                return -1;
            busy |= rc;
        }
        /* Polling is not enough: it does not notice a signal as long as something is ready. */
        if (relay->signals) {
            int64_t now = pyzmq_now_ms();
            if (now >= due) {
                relay->returned = now;
                return PYZMQ_RELAY_SIGNALS;
            }
        }
        if (busy)
            continue;
        memset(items, 0, sizeof(items));
        items[0].socket = front;
        /* It stays though nothing may be wanted of it, and tells of the end of the context.  Sockets have no POLLERR. */
        items[0].events = (short) (forth.source | aback.target | ZMQ_POLLERR);
        items[1].socket = back;
        items[1].events = (short) (forth.target | aback.source);
        items[2].socket = monitor;
        items[2].events = (short) (forth.monitor | aback.monitor);
        items[3].socket = control;
        items[3].events = ZMQ_POLLIN;
        for (index = 1; index < 4; index++) {
            if (items[index].socket != NULL && items[index].events != 0)
                items[count++] = items[index];
        }
        if (zmq_poll(items, count, forth.timeout > aback.timeout ? forth.timeout : aback.timeout) < 0)
            return -1;
    }
}

/* `signals`: whether the thread runs signal handlers, for which the loop is to return. */
static void pyzmq_relay_start(pyzmq_relay *relay, int signals)
{
    memset(relay, 0, sizeof(*relay));
    relay->signals = signals;
}

/* The records of the sockets that messages come from. */
static void pyzmq_relay_sources(pyzmq_relay *relay, pyzmq_record *front, pyzmq_record *back)
{
    relay->sides[0].source = front;
    relay->sides[1].source = back;
}

/* Give a message that had to wait back to the socket that it came from, unless its target has a part of it. */
static void pyzmq_relay_give_back(pyzmq_relay *relay, pyzmq_relay_side *side)
{
    pyzmq_relay_message *message = &side->message;
    pyzmq_record *source = side->source;
    int64_t key;
    size_t index;
    if (message->count == 0 || side->passed > 0 || side->dropping || source == NULL || source->dead)
        return;
    if (relay->swap && message->count > 1)
        pyzmq_relay_swap(message);
    key = pyzmq_number_frames(source, message->count);
    for (index = 0; index < message->count; index++)
        (void) pyzmq_give_back(source, &message->frames[index], key + (int64_t) index);
    pyzmq_attempted(source);
}

/* When it will not be called again. The sockets are still there. */
static void pyzmq_relay_end(pyzmq_relay *relay)
{
    pyzmq_relay_give_back(relay, &relay->sides[0]);
    pyzmq_relay_give_back(relay, &relay->sides[1]);
    pyzmq_relay_sources(relay, NULL, NULL);
    pyzmq_relay_drop(&relay->sides[0].message);
    pyzmq_relay_drop(&relay->sides[1].message);
    pyzmq_relay_drop(&relay->command_message);
}

/* Ask targets for room once in a burst only.  REP and REQ take turns with each message. */
static void pyzmq_relay_ask_once(pyzmq_relay *relay, void *front, void *back)
{
    int front_type = pyzmq_relay_type(front);
    int back_type = pyzmq_relay_type(back);
    relay->ask_once = front_type != ZMQ_REP && front_type != ZMQ_REQ && back_type != ZMQ_REP && back_type != ZMQ_REQ;
}

/* The prefixes must live as long as it runs. */
static void pyzmq_relay_prefixes(
    pyzmq_relay *relay, const void *in, size_t in_size, const void *out, size_t out_size, void *front, void *back)
{
    relay->sides[0].prefix = in;
    relay->sides[0].prefix_size = in_size;
    relay->sides[1].prefix = out;
    relay->sides[1].prefix_size = out_size;
    relay->swap = pyzmq_relay_type(front) == ZMQ_ROUTER && pyzmq_relay_type(back) == ZMQ_ROUTER;
}

#endif
