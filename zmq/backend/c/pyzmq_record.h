/* One record per libzmq socket, shared by every object that uses the socket: the object that made it, its shadows,
 * asynchronous and green objects, pollers, devices, and extensions that go through the capsule.
 *
 * The record owns what is true of the socket and not of an object: the handle, whether the socket is closed, the calls in
 * progress (a close waits for them), where in a multipart message sending is, the messages that were given back, and which
 * events an event loop waits for.
 *
 * Every attempt to use the socket ends in pyzmq_attempted().  The descriptor of a socket is edge-triggered, and any call
 * of libzmq may process the commands that it announces, whether the call succeeds or fails.  So whoever waits for the
 * descriptor has to look at ZMQ_EVENTS after each call of anybody else.  pyzmq_attempted() does that in one place; it is a
 * load and a branch while nobody waits.
 *
 * Functions return 0 or more, or a negated errno.  A socket belongs to one thread at a time; what other threads may do,
 * closing it and giving messages back, is guarded.
 */
#ifndef PYZMQ_RECORD_H
#define PYZMQ_RECORD_H

#include "zmq_compat.h"

#include "pyzmq_draft.h"
#include "pyzmq_process.h"
#include "pyzmq_zerocopy.h"

enum { PYZMQ_BETWEEN_MESSAGES, PYZMQ_AMIDST, PYZMQ_DROPPING };

/* Bits of `held`. */
enum {
    PYZMQ_HAS_RETURNED = 1, /* messages were given back: they come before those that libzmq has */
    PYZMQ_MORE_KNOWN = 2,   /* the last frame that was received was such a one, and RCVMORE is that of it */
    PYZMQ_MORE = 4
};

/* A frame that was taken from libzmq and given back. */
typedef struct pyzmq_returned_frame {
    struct pyzmq_returned_frame *before, *after;
    int64_t key; /* of the place in which it came */
    zmq_msg_t msg;
} pyzmq_returned_frame;

typedef struct pyzmq_record {
    void *volatile handle; /* NULL once libzmq's socket is closed */
    volatile long dead;    /* the socket is closed for pyzmq, or belongs to another process */
    int progress;          /* of sending: PYZMQ_BETWEEN_MESSAGES and so on */
    unsigned begun;        /* messages of several frames so far, as far as the number goes */
    volatile int held;     /* what makes receiving special; 0: nothing */
    volatile int alert;    /* the events to look for after an attempt; 0: none, or a look is due anyway */
    volatile int waiting;  /* events for which a queue exists: an operation that waits must not overtake it */
    volatile long calls;   /* in progress, possibly in other threads */
    void *volatile notifier; /* what gives a thread-safe socket a descriptor (draft), once asked for */
    void (*wake)(struct pyzmq_record *); /* called if an event of `alert` holds, with or without the GIL */
    void (*end)(struct pyzmq_record *);  /* called when the socket is closed, likewise */
    void *readiness;       /* of the backend: what knows which waiters there are */
    struct pyzmq_returned_frame *first, *last, *latest; /* given back, by key; and the one that came back last */
    int64_t next_key;
    int ours; /* made by pyzmq, which therefore knows when it is closed */
    volatile long references;
    struct pyzmq_record *next; /* in the registry's slot, guarded by its lock */
} pyzmq_record;

/* What an object has before it is initialised. */
static pyzmq_record pyzmq_no_record = {NULL, 1};

/* ---- The registry: records by their handles --------------------------------------------------------------------- */

#define PYZMQ_REGISTRY_BITS 10
/* To be changed with the layout of records: backends that disagree do not share a registry. */
#define PYZMQ_REGISTRY_VERSION 1

typedef struct {
    long version;
    pyzmq_bell bell;
    pyzmq_bell held; /* guards the messages that were given back, of all sockets */
    pyzmq_record *slots[1 << PYZMQ_REGISTRY_BITS];
} pyzmq_registry;

static pyzmq_registry pyzmq_own_registry = {PYZMQ_REGISTRY_VERSION, PYZMQ_BELL_INIT, PYZMQ_BELL_INIT, {NULL}};
static pyzmq_registry *pyzmq_records = &pyzmq_own_registry;
/* Whether a socket was closed since the last time that there were too many. */
static volatile long pyzmq_sockets_closed = 0;

/* Use the registry of a backend that was loaded earlier; return the address of the one in use. */
static PYZMQ_UNUSED uintptr_t pyzmq_share_registry(uintptr_t other)
{
    pyzmq_registry *registry = (pyzmq_registry *) other;
    if (registry != NULL && registry->version == PYZMQ_REGISTRY_VERSION)
        pyzmq_records = registry;
    return (uintptr_t) pyzmq_records;
}

static inline pyzmq_record **pyzmq_record_slot(void *handle)
{
    uint32_t hash = (uint32_t) ((uintptr_t) handle >> 4) * 2654435769u;
    return &pyzmq_records->slots[hash >> (32 - PYZMQ_REGISTRY_BITS)];
}

/* Take a record out of the registry, which is locked.  Its handle is still known. */
static inline void pyzmq_record_unlink(pyzmq_record *record, void *handle)
{
    pyzmq_record **link = pyzmq_record_slot(handle);
    while (*link != NULL && *link != record)
        link = &(*link)->next;
    if (*link == record)
        *link = record->next;
}

static inline pyzmq_record *pyzmq_record_find(void *handle)
{
    pyzmq_record *record = *pyzmq_record_slot(handle);
    while (record != NULL && record->handle != handle)
        record = record->next;
    return record;
}

/* Return a new reference to the record of a socket, NULL without memory.  `is_new`: the socket was made just now, and a
 * record with its handle is one of a socket that other code has closed. */
static pyzmq_record *pyzmq_record_of(void *handle, int is_new)
{
    pyzmq_record *fresh = (pyzmq_record *) calloc(1, sizeof(pyzmq_record));
    pyzmq_record *record;
    if (fresh == NULL)
        return NULL;
    pyzmq_bell_lock(&pyzmq_records->bell);
    record = pyzmq_record_find(handle);
    if (record != NULL && is_new) {
        pyzmq_record_unlink(record, handle);
        pyzmq_atomic_store(&record->dead, 1);
        (void) pyzmq_atomic_exchange_ptr(&record->handle, NULL);
        record = NULL;
    }
    if (record == NULL) {
        pyzmq_record **slot = pyzmq_record_slot(handle);
        record = fresh;
        fresh = NULL;
        record->handle = handle;
        record->ours = is_new;
        record->next = *slot;
        *slot = record;
    }
    (void) pyzmq_atomic_add(&record->references, 1);
    pyzmq_bell_unlock(&pyzmq_records->bell);
    free(fresh);
    return record;
}

/* The record of a socket if there is one, with a new reference. */
static PYZMQ_UNUSED pyzmq_record *pyzmq_record_known(void *handle)
{
    pyzmq_record *record;
    if (handle == NULL)
        return NULL;
    pyzmq_bell_lock(&pyzmq_records->bell);
    record = pyzmq_record_find(handle);
    if (record != NULL)
        (void) pyzmq_atomic_add(&record->references, 1);
    pyzmq_bell_unlock(&pyzmq_records->bell);
    return record;
}

static PYZMQ_UNUSED pyzmq_record *pyzmq_record_incref(pyzmq_record *record)
{
    (void) pyzmq_atomic_add(&record->references, 1);
    return record;
}

static void pyzmq_drop_returned(pyzmq_record *record)
{
    pyzmq_returned_frame *returned, *following;
    if (!record->held)
        return;
    pyzmq_bell_lock(&pyzmq_records->held);
    returned = record->first;
    record->first = record->last = record->latest = NULL;
    record->held = 0;
    pyzmq_bell_unlock(&pyzmq_records->held);
    for (; returned != NULL; returned = following) {
        following = returned->after;
        (void) zmq_msg_close(&returned->msg);
        free(returned);
    }
}

/* Give up a reference; with the last one goes the record, but not the socket. */
static void pyzmq_record_decref(pyzmq_record *record)
{
    int last;
    if (record == &pyzmq_no_record)
        return;
    if (pyzmq_atomic_load_ptr(&record->handle) == NULL) {
        /* Nobody finds it any more. */
        last = pyzmq_atomic_add(&record->references, -1) == 0;
    } else {
        pyzmq_bell_lock(&pyzmq_records->bell);
        last = pyzmq_atomic_add(&record->references, -1) == 0;
        if (last && record->handle != NULL)
            pyzmq_record_unlink(record, record->handle);
        pyzmq_bell_unlock(&pyzmq_records->bell);
    }
    if (last) {
        pyzmq_drop_returned(record);
        pyzmq_notifier_free(pyzmq_atomic_exchange_ptr(&record->notifier, NULL));
        free(record);
    }
}

/* ---- Closing ---------------------------------------------------------------------------------------------------- */

/* Close the socket of a record that is dead, once: by the last call in progress, or at once. */
static int pyzmq_record_finish(pyzmq_record *record)
{
    void *handle;
    /* libzmq may use the address again as soon as it is closed. */
    pyzmq_bell_lock(&pyzmq_records->bell);
    handle = pyzmq_atomic_exchange_ptr(&record->handle, NULL);
    if (handle != NULL)
        pyzmq_record_unlink(record, handle);
    pyzmq_bell_unlock(&pyzmq_records->bell);
    if (handle == NULL)
        return 0;
    pyzmq_drop_returned(record);
    pyzmq_notifier_free(pyzmq_atomic_exchange_ptr(&record->notifier, NULL));
    pyzmq_sockets_closed = 1;
    if (zmq_close(handle) != 0 && zmq_errno() != ENOTSOCK)
        return -zmq_errno();
    return 0;
}

/* Begin a call that other threads may not close the socket in; return 0, or -ENOTSOCK. */
static inline int pyzmq_record_enter(pyzmq_record *record)
{
    (void) pyzmq_atomic_add(&record->calls, 1);
    if (!pyzmq_atomic_load(&record->dead))
        return 0;
    if (pyzmq_atomic_add(&record->calls, -1) == 0)
        (void) pyzmq_record_finish(record);
    return -ENOTSOCK;
}

static inline void pyzmq_record_leave(pyzmq_record *record)
{
    if (pyzmq_atomic_add(&record->calls, -1) == 0 && pyzmq_atomic_load(&record->dead))
        (void) pyzmq_record_finish(record);
}

/* Close the socket for all objects; libzmq's own is closed when no call is in progress any more. */
static int pyzmq_record_close(pyzmq_record *record)
{
    long dead = pyzmq_atomic_load(&record->dead);
    if (dead)
        return 0;
    pyzmq_atomic_store(&record->dead, 1);
    record->alert = record->waiting = 0;
    /* Before the descriptor is closed, which event loops watch. */
    if (record->end != NULL)
        record->end(record);
    return pyzmq_atomic_load(&record->calls) == 0 ? pyzmq_record_finish(record) : 0;
}

/* Close the socket of an object that was collected, unless it is another process's. */
static PYZMQ_UNUSED void pyzmq_record_drop(pyzmq_record *record)
{
    if (!record->dead && pyzmq_is_same_process())
        (void) pyzmq_record_close(record);
}

/* Whether the socket is closed, by whatever code. */
static inline int pyzmq_record_is_closed(pyzmq_record *record)
{
    int type = 0;
    size_t size = sizeof(int);
    if (record->dead)
        return 1;
    return zmq_getsockopt(record->handle, ZMQ_TYPE, &type, &size) != 0 && zmq_errno() == ENOTSOCK;
}

/* ---- The end of every attempt ------------------------------------------------------------------------------------ */

static inline int pyzmq_failure(void)
{
    int err = zmq_errno();
    return err > 0 ? -err : -EINVAL;
}

/* Read the events that hold, messages that were given back included. */
static inline int pyzmq_peek_events(pyzmq_record *record, int *events)
{
    size_t size = sizeof(int);
    if (record->notifier != NULL)
        pyzmq_notifier_clear(record->notifier);
    if (zmq_getsockopt(record->handle, ZMQ_EVENTS, events, &size) != 0)
        return pyzmq_failure();
    if (record->held & PYZMQ_HAS_RETURNED)
        *events |= ZMQ_POLLIN;
    return 0;
}

static void pyzmq_record_look(pyzmq_record *record)
{
    int err = errno;
    int events = 0;
    if (pyzmq_peek_events(record, &events) < 0 || events & record->alert)
        record->wake(record);
    errno = err;
}

/* Called when an attempt to use the socket is over, whatever came of it. */
static inline void pyzmq_attempted(pyzmq_record *record)
{
    if (record->alert)
        pyzmq_record_look(record);
}

/* As zmq_getsockopt() of ZMQ_EVENTS. */
static inline int pyzmq_get_events(pyzmq_record *record, int *events)
{
    int rc = pyzmq_peek_events(record, events);
    if (record->alert && (rc < 0 || *events & record->alert))
        record->wake(record);
    return rc;
}

/* ---- Messages that were given back ------------------------------------------------------------------------------- */

/* Number the frames that a receiver takes: the first number of `count`. */
static PYZMQ_UNUSED int64_t pyzmq_number_frames(pyzmq_record *record, size_t count)
{
    int64_t key = record->next_key;
    record->next_key += (int64_t) count;
    return key;
}

/* Give a frame back, which `msg` loses, in the place of its number. */
static PYZMQ_UNUSED int pyzmq_give_back(pyzmq_record *record, zmq_msg_t *msg, int64_t key)
{
    pyzmq_returned_frame *before;
    pyzmq_returned_frame *returned = (pyzmq_returned_frame *) malloc(sizeof(pyzmq_returned_frame));
    if (returned == NULL)
        return -ENOMEM;
    (void) zmq_msg_init(&returned->msg);
    (void) zmq_msg_move(&returned->msg, msg);
    returned->key = key;
    pyzmq_bell_lock(&pyzmq_records->held);
    /* Mostly they come back in the order in which they came, or in the other one. */
    before = record->latest;
    while (before != NULL && before->key > key)
        before = before->before;
    while (before != NULL && before->after != NULL && before->after->key < key)
        before = before->after;
    returned->before = before;
    returned->after = before != NULL ? before->after : record->first;
    if (returned->before != NULL)
        returned->before->after = returned;
    else
        record->first = returned;
    if (returned->after != NULL)
        returned->after->before = returned;
    else
        record->last = returned;
    record->latest = returned;
    record->held |= PYZMQ_HAS_RETURNED;
    pyzmq_bell_unlock(&pyzmq_records->held);
    return 0;
}

/* Take the first frame that was given back; return whether there was one.  `key` may be NULL. */
static int pyzmq_take_returned(pyzmq_record *record, zmq_msg_t *msg, int64_t *key)
{
    pyzmq_returned_frame *returned;
    pyzmq_bell_lock(&pyzmq_records->held);
    returned = record->first;
    if (returned != NULL) {
        record->first = returned->after;
        if (record->first != NULL)
            record->first->before = NULL;
        else
            record->last = NULL;
        if (record->latest == returned)
            record->latest = record->first;
        record->held = PYZMQ_MORE_KNOWN | (zmq_msg_more(&returned->msg) ? PYZMQ_MORE : 0);
        if (record->first != NULL)
            record->held |= PYZMQ_HAS_RETURNED;
    }
    pyzmq_bell_unlock(&pyzmq_records->held);
    if (returned == NULL)
        return 0;
    if (key != NULL)
        *key = returned->key;
    (void) zmq_msg_move(msg, &returned->msg);
    (void) zmq_msg_close(&returned->msg);
    free(returned);
    return 1;
}

/* ---- Forks ----------------------------------------------------------------------------------------------------------- */

/* What the backend does besides.  Runs before any Python code of the child, and must not run any. */
static void (*pyzmq_backend_after_fork)(void) = NULL;

#if !defined(_WIN32)
static void pyzmq_before_fork(void)
{
    pyzmq_bell_lock(&pyzmq_own_registry.bell);
    pyzmq_bell_lock(&pyzmq_own_registry.held);
}

static void pyzmq_after_fork_in_parent(void)
{
    pyzmq_bell_unlock(&pyzmq_own_registry.held);
    pyzmq_bell_unlock(&pyzmq_own_registry.bell);
}

static void pyzmq_after_fork_in_child(void)
{
    pyzmq_bell fresh = PYZMQ_BELL_INIT;
    pyzmq_record *record;
    size_t slot;
    pyzmq_generation += 1;
    pyzmq_process = (long) getpid();
    pyzmq_own_registry.held = fresh;
    pyzmq_own_registry.bell = fresh;
    /* Each libzmq socket of the parent's is closed here, without being touched. */
    for (slot = 0; slot < 1 << PYZMQ_REGISTRY_BITS; slot++) {
        for (record = pyzmq_own_registry.slots[slot]; record != NULL; record = record->next) {
            record->dead = 1;
            record->handle = record->notifier = NULL;
            record->alert = record->waiting = 0;
            record->calls = 0;
        }
        pyzmq_own_registry.slots[slot] = NULL;
    }
    pyzmq_after_fork();
    if (pyzmq_backend_after_fork != NULL)
        pyzmq_backend_after_fork();
}
#endif

/* Called once, when the backend is loaded. */
static PYZMQ_UNUSED int pyzmq_watch_forks(void (*backend)(void))
{
    pyzmq_backend_after_fork = backend;
#if defined(_WIN32)
    return 0;
#else
    pyzmq_process = (long) getpid();
    return pthread_atfork(pyzmq_before_fork, pyzmq_after_fork_in_parent, pyzmq_after_fork_in_child);
#endif
}

#endif
