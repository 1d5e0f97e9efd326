/* A file descriptor for thread-safe sockets (draft), for which libzmq has no ZMQ_FD.
 *
 * The descriptor is that of a zmq_poller: libzmq signals it together with the socket's mailbox.  Commands that a send or
 * receive takes from the mailbox leave their signals behind, so whoever reads ZMQ_EVENTS takes them first; afterwards,
 * a signal stands for something that came later.  Taking them first loses nothing; the other order would.
 *
 * A notifier belongs to the object that owns the socket: libzmq wants the poller gone before the socket is.
 */
#ifndef PYZMQ_DRAFT_H
#define PYZMQ_DRAFT_H

#include "zmq_compat.h"

#include "pyzmq_zerocopy.h"

#if PYZMQ_HAVE_DRAFT && ZMQ_VERSION >= ZMQ_MAKE_VERSION(4, 3, 3)
#define PYZMQ_HAVE_DRAFT_FD 1
#else
#define PYZMQ_HAVE_DRAFT_FD 0
#endif

#if PYZMQ_HAVE_DRAFT_FD

typedef struct {
    pyzmq_bell bell; /* sockets may be used by several threads, a poller may not */
    void *poller;
    pyzmq_fd_t fd;
} pyzmq_notifier;

static int pyzmq_is_thread_safe(void *socket)
{
    int value = 0;
    size_t size = sizeof(int);
    return zmq_getsockopt(socket, ZMQ_THREAD_SAFE, &value, &size) == 0 && value;
}

static void pyzmq_notifier_free(void *notifier_)
{
    pyzmq_notifier *notifier = (pyzmq_notifier *) notifier_;
    if (notifier == NULL)
        return;
    if (notifier->poller != NULL)
        (void) zmq_poller_destroy(&notifier->poller);
    free(notifier);
}

static pyzmq_notifier *pyzmq_notifier_new(void *socket)
{
    pyzmq_bell bell = PYZMQ_BELL_INIT;
    int events;
    size_t size = sizeof(int);
    int err;
    pyzmq_notifier *notifier = (pyzmq_notifier *) calloc(1, sizeof(pyzmq_notifier));
    if (notifier == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    notifier->bell = bell;
    notifier->poller = zmq_poller_new();
    /* All events signal, whichever are asked for. Reading the events makes libzmq signal the next one: it does so only
     * to those who have seen that nothing is there. */
    if (notifier->poller == NULL || zmq_poller_add(notifier->poller, socket, NULL, ZMQ_POLLIN) != 0 ||
        zmq_poller_fd(notifier->poller, &notifier->fd) != 0 ||
        zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) != 0) {
        err = zmq_errno();
        pyzmq_notifier_free(notifier);
        errno = err;
        return NULL;
    }
    return notifier;
}

/* Give the descriptor of a thread-safe socket, at the first time with a new notifier; return 0 or an errno. */
static int pyzmq_notifier_fd(void *volatile *place, void *socket, int64_t *fd)
{
    void *known = pyzmq_atomic_load_ptr(place);
    if (known == NULL) {
        void *made = pyzmq_notifier_new(socket);
        if (made == NULL)
            return zmq_errno();
        if (pyzmq_atomic_cas_ptr(place, &known, made))
            known = made;
        else
            pyzmq_notifier_free(made);
    }
    *fd = (int64_t) ((pyzmq_notifier *) known)->fd;
    return 0;
}

/* Take the signals so far. Ends: further ones come only for what somebody received meanwhile. */
static void pyzmq_notifier_clear(void *notifier_)
{
    pyzmq_notifier *notifier = (pyzmq_notifier *) notifier_;
    zmq_poller_event_t event;
    zmq_pollitem_t item = {NULL, notifier->fd, ZMQ_POLLIN, 0};
    pyzmq_bell_lock(&notifier->bell);
    while (zmq_poll(&item, 1, 0) > 0) {
        if (zmq_poller_wait(notifier->poller, &event, 0) != 0 && zmq_errno() != EAGAIN && zmq_errno() != EINTR)
            break;
    }
    pyzmq_bell_unlock(&notifier->bell);
}

#else

static PYZMQ_UNUSED int pyzmq_is_thread_safe(void *socket) { return 0; }
static PYZMQ_UNUSED void pyzmq_notifier_free(void *notifier) {}
static PYZMQ_UNUSED int pyzmq_notifier_fd(void *volatile *place, void *socket, int64_t *fd) { return EINVAL; }
static PYZMQ_UNUSED void pyzmq_notifier_clear(void *notifier) {}

#endif

#endif
