/* The loops of monitored_queue and proxy_steerable, for both backends.
 *
 * libzmq's own steerable proxy cannot be used: in 4.3.5, it looks at PAUSE only when messages pass anyway, and goes on
 * receiving then; later versions have none.  And zmq_proxy neither tells directions apart for who monitors them, nor swaps
 * routing ids between two ROUTERs.
 *
 * A message is taken only when its target has room, and is then passed on whole; so an interruption finds no message
 * underway, and the caller may run signal handlers and come back.
 */
#ifndef PYZMQ_RELAY_H
#define PYZMQ_RELAY_H

#include <stdlib.h>
#include <string.h>
#include "zmq_compat.h"

/* Messages in one direction before the other one, and the control socket, are looked at. */
#define PYZMQ_RELAY_BURST 100

/* Frames of a message that need no memory of their own. */
#define PYZMQ_RELAY_FRAMES 8

/* As much of an unknown command as is told. */
#define PYZMQ_RELAY_COMMAND 64

enum { PYZMQ_RELAY_TERMINATED = 1, PYZMQ_RELAY_UNKNOWN = 2 };

typedef struct {
    const void *prefix[2]; /* of what comes from the frontend, from the backend; NULL: none */
    size_t prefix_size[2];
    int swap; /* the first two frames, if both sides are ROUTERs */
    int paused;
    uint64_t counters[8]; /* frontend, backend: messages and bytes received, messages and bytes sent */
    size_t command_size;
    char command[PYZMQ_RELAY_COMMAND];
} pyzmq_relay;

typedef struct {
    zmq_msg_t own[PYZMQ_RELAY_FRAMES];
    zmq_msg_t *frames;
    size_t count;
    size_t room;
} pyzmq_relay_message;

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

/* errno is as before. */
static void pyzmq_relay_drop(pyzmq_relay_message *message)
{
    int error = errno;
    while (message->count > 0)
        (void) zmq_msg_close(&message->frames[--message->count]);
    if (message->frames != message->own)
        free(message->frames);
    message->frames = message->own;
    message->room = PYZMQ_RELAY_FRAMES;
    errno = error;
}

/* One more frame, initialised and empty; NULL without memory.  A zmq_msg_t is moved by libzmq's function only. */
static zmq_msg_t *pyzmq_relay_frame(pyzmq_relay_message *message)
{
    zmq_msg_t *grown;
    size_t index;
    if (message->count == message->room) {
        grown = (zmq_msg_t *) malloc(2 * message->room * sizeof(zmq_msg_t));
        if (grown == NULL) {
            errno = ENOMEM;
            return NULL;
        }
        for (index = 0; index < message->count; index++) {
            (void) zmq_msg_init(&grown[index]);
            (void) zmq_msg_move(&grown[index], &message->frames[index]);
            (void) zmq_msg_close(&message->frames[index]);
        }
        if (message->frames != message->own)
            free(message->frames);
        message->frames = grown;
        message->room *= 2;
    }
    (void) zmq_msg_init(&message->frames[message->count]);
    return &message->frames[message->count++];
}

/* All frames, without waiting: 0, or -1 with errno and none taken. */
static int pyzmq_relay_receive(pyzmq_relay_message *message, void *socket)
{
    int rc, more = 1;
    while (more) {
        zmq_msg_t *frame = pyzmq_relay_frame(message);
        if (frame == NULL)
            break;
        do {
            rc = zmq_msg_recv(frame, socket, ZMQ_DONTWAIT);
        } while (rc < 0 && errno == EINTR);
        /* EAGAIN amidst a message: its sender went away, and it will never be whole. */
        if (rc < 0)
            break;
        more = zmq_msg_more(frame);
    }
    if (!more)
        return 0;
    pyzmq_relay_drop(message);
    return -1;
}

/* The frames, or with `copy` references to them; which then stay. */
static int pyzmq_relay_send(pyzmq_relay_message *message, void *socket, int copy)
{
    size_t index;
    int rc;
    for (index = 0; index < message->count; index++) {
        int flags = index + 1 < message->count ? ZMQ_SNDMORE : 0;
        zmq_msg_t shared;
        zmq_msg_t *frame = &message->frames[index];
        if (copy) {
            (void) zmq_msg_init(&shared);
            if (zmq_msg_copy(&shared, frame) != 0) {
                (void) zmq_msg_close(&shared);
                return -1;
            }
            frame = &shared;
        }
        do {
            rc = zmq_msg_send(frame, socket, flags);
        } while (rc < 0 && errno == EINTR);
        if (rc < 0) {
            int error = errno;
            if (copy)
                (void) zmq_msg_close(&shared);
            errno = error;
            return -1;
        }
    }
    return 0;
}

static int pyzmq_relay_watch(pyzmq_relay *relay, int side, pyzmq_relay_message *message, void *monitor)
{
    int rc;
    if (relay->prefix[side] != NULL) {
        do {
            rc = zmq_send(monitor, relay->prefix[side], relay->prefix_size[side], ZMQ_SNDMORE);
        } while (rc < 0 && errno == EINTR);
        if (rc < 0)
            return -1;
    }
    return pyzmq_relay_send(message, monitor, 1);
}

/* Pass messages from one side on.  Return 1 after a full burst; 0 if there is nothing to do, and `wanted` gets what to
 * wait for, of source, target and monitor; -1 with errno if it fails. */
static int pyzmq_relay_pass(
    pyzmq_relay *relay, int side, void *source, void *target, void *monitor, short wanted[3])
{
    uint64_t *received = &relay->counters[4 * side];
    uint64_t *sent = &relay->counters[4 * (1 - side) + 2];
    pyzmq_relay_message message;
    int turn, events;
    size_t index;
    message.frames = message.own;
    message.count = 0;
    message.room = PYZMQ_RELAY_FRAMES;
    for (turn = 0; turn < PYZMQ_RELAY_BURST; turn++) {
        uint64_t size = 0;
        events = pyzmq_relay_events(target);
        if (events < 0)
            return -1;
        if (!(events & ZMQ_POLLOUT)) {
            wanted[1] = ZMQ_POLLOUT;
            return 0;
        }
        if (monitor != NULL) {
            events = pyzmq_relay_events(monitor);
            if (events < 0)
                return -1;
            if (!(events & ZMQ_POLLOUT)) {
                wanted[2] = ZMQ_POLLOUT;
                return 0;
            }
        }
        if (pyzmq_relay_receive(&message, source) != 0) {
            if (errno == EAGAIN)
                wanted[0] = ZMQ_POLLIN;
            /* ENOTSUP: nothing ever comes from a PUB or PUSH. */
            return errno == EAGAIN || errno == ENOTSUP ? 0 : -1;
        }
        for (index = 0; index < message.count; index++)
            size += zmq_msg_size(&message.frames[index]);
        if (relay->swap && message.count > 1) {
            zmq_msg_t first;
            (void) zmq_msg_init(&first);
            (void) zmq_msg_move(&first, &message.frames[0]);
            (void) zmq_msg_move(&message.frames[0], &message.frames[1]);
            (void) zmq_msg_move(&message.frames[1], &first);
            (void) zmq_msg_close(&first);
        }
        received[0] += 1;
        received[1] += size;
        if ((monitor != NULL && pyzmq_relay_watch(relay, side, &message, monitor) != 0)
            || pyzmq_relay_send(&message, target, 0) != 0) {
            pyzmq_relay_drop(&message);
            return -1;
        }
        sent[0] += 1;
        sent[1] += size;
        pyzmq_relay_drop(&message);
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
    pyzmq_relay_message message;
    int statistics, terminate, unknown;
    message.frames = message.own;
    message.count = 0;
    message.room = PYZMQ_RELAY_FRAMES;
    if (pyzmq_relay_receive(&message, control) != 0)
        return errno == EAGAIN ? 0 : -1;
    relay->command_size = zmq_msg_size(&message.frames[0]);
    if (relay->command_size > PYZMQ_RELAY_COMMAND)
        relay->command_size = PYZMQ_RELAY_COMMAND;
    memcpy(relay->command, zmq_msg_data(&message.frames[0]), relay->command_size);
    unknown = message.count > 1;
    pyzmq_relay_drop(&message);
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

/* Run until something ends it: PYZMQ_RELAY_TERMINATED, PYZMQ_RELAY_UNKNOWN, or -1 with errno; after EINTR and after an
 * unknown command it may be called again.  `monitor` and `control` may be NULL, and both sides the same socket. */
static int pyzmq_relay_run(pyzmq_relay *relay, void *front, void *back, void *monitor, void *control)
{
    for (;;) {
        short forth[3] = {0, 0, 0};
        short aback[3] = {0, 0, 0};
        zmq_pollitem_t items[4];
        int count = 1, index, busy = 0, rc;
        if (control != NULL) {
            rc = pyzmq_relay_obey(relay, control);
            if (rc != 0)
                return rc;
        }
        if (!relay->paused) {
            busy = pyzmq_relay_pass(relay, 0, front, back, monitor, forth);
            if (busy < 0)
                return -1;
            rc = front != back ? pyzmq_relay_pass(relay, 1, back, front, monitor, aback) : 0;
            if (rc < 0)
                return -1;
            busy |= rc;
        }
        memset(items, 0, sizeof(items));
        items[0].socket = front;
        /* It stays though nothing may be wanted of it, and tells of the end of the context.  Sockets have no POLLERR. */
        items[0].events = (short) (forth[0] | aback[1] | ZMQ_POLLERR);
        items[1].socket = back;
        items[1].events = (short) (forth[1] | aback[0]);
        items[2].socket = monitor;
        items[2].events = (short) (forth[2] | aback[2]);
        items[3].socket = control;
        items[3].events = ZMQ_POLLIN;
        for (index = 1; index < 4; index++) {
            if (items[index].socket != NULL && items[index].events != 0)
                items[count++] = items[index];
        }
        /* Also after a full burst: only here is a signal noticed. */
        if (zmq_poll(items, count, busy ? 0 : -1) < 0)
            return -1;
    }
}

static void pyzmq_relay_start(pyzmq_relay *relay) { memset(relay, 0, sizeof(*relay)); }

/* The prefixes must live as long as it runs. */
static void pyzmq_relay_prefixes(
    pyzmq_relay *relay, const void *in, size_t in_size, const void *out, size_t out_size, void *front, void *back)
{
    relay->prefix[0] = in;
    relay->prefix_size[0] = in_size;
    relay->prefix[1] = out;
    relay->prefix_size[1] = out_size;
    relay->swap = pyzmq_relay_type(front) == ZMQ_ROUTER && pyzmq_relay_type(back) == ZMQ_ROUTER;
}

#endif
