/* File descriptors that libzmq cannot do without, and those that it is to poll.
 *
 * The first socket of a context starts libzmq's threads, and where one of these gets no descriptor for its poller, libzmq
 * aborts the process; so it does where a bind cannot ask for the network interfaces, or where USE_FD names what does not
 * listen.  So the caller asks first, and raises.
 * (Between the question and the call, another thread may take the last ones; nothing can be done about that from outside.)
 */
#ifndef PYZMQ_DESCRIPTORS_H
#define PYZMQ_DESCRIPTORS_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
static inline int pyzmq_can_open(size_t count)
{
    (void) count;
    return 1;
}
#else
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/eventfd.h>

/* Not by fcntl(), which glibc 2.28 gave another name: wheels would not work on older systems. */
static inline int pyzmq_any_descriptor(const int *opened, size_t count)
{
    (void) opened;
    (void) count;
    return eventfd(0, EFD_CLOEXEC);
}
#else
#include <fcntl.h>

static inline int pyzmq_any_descriptor(const int *opened, size_t count)
{
    return count == 0 ? socket(AF_UNIX, SOCK_STREAM, 0) : fcntl(opened[0], F_DUPFD_CLOEXEC, 0);
}
#endif

/* Whether so many more descriptors can be opened. */
static inline int pyzmq_can_open(size_t count)
{
    size_t opened = 0;
    int *fds = (int *) malloc(count * sizeof(int));
    int possible;
    if (fds == NULL)
        return 0;
    while (opened < count) {
        fds[opened] = pyzmq_any_descriptor(fds, opened);
        if (fds[opened] < 0)
            break;
        opened += 1;
    }
    possible = opened == count;
    while (opened > 0)
        (void) close(fds[--opened]);
    free(fds);
    return possible;
}
#endif

/* Whether there are descriptors enough to start the threads of a context and to make a socket. */
static inline int pyzmq_can_start(void *context)
{
    int io_threads = zmq_ctx_get(context, ZMQ_IO_THREADS);
    /* A mailbox and a poller for each thread, the reaper among them, and a mailbox for the socket. */
    return pyzmq_can_open(2 * ((size_t) (io_threads > 0 ? io_threads : 0) + 1) + 1);
}

/* zmq_poll(), but for more items than the process may have descriptors, with which poll() fails and libzmq, unless it is
 * ours, aborts the process. */
static inline int pyzmq_poll_items(zmq_pollitem_t *items, int count, long timeout)
{
#if !defined(_WIN32)
    struct rlimit limit;
    /* With fewer descriptors than that, no Python runs. */
    if (count > 8 && getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        (rlim_t) count > limit.rlim_cur) {
        errno = EINVAL;
        return -1;
    }
#endif
    return zmq_poll(items, count, timeout);
}

#ifdef ZMQ_USE_FD
/* What is wrong with a descriptor that is to listen for connections: 0, or an errno. */
static inline int pyzmq_listening_failure(int descriptor)
{
#if defined(_WIN32)
    int listening = 0;
    int size = sizeof(listening);
    if (getsockopt((SOCKET) descriptor, SOL_SOCKET, SO_ACCEPTCONN, (char *) &listening, &size) != 0)
        return ENOTSOCK;
#else
    int listening = 0;
    socklen_t size = sizeof(listening);
    /* Not every system tells it. */
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0)
        return errno == ENOPROTOOPT ? 0 : errno;
#endif
    return listening ? 0 : EINVAL;
}
#endif

/* With which errno a bind fails here already, since libzmq would abort the process; or 0. */
static inline int pyzmq_bind_failure(void *socket, const char *address)
{
    if (strncmp(address, "inproc:", 7) == 0)
        return 0;
#ifdef ZMQ_USE_FD
    if (strncmp(address, "udp:", 4) != 0) {
        int descriptor = -1;
        size_t size = sizeof(descriptor);
        if (zmq_getsockopt(socket, ZMQ_USE_FD, &descriptor, &size) == 0 && descriptor != -1)
            return pyzmq_listening_failure(descriptor);
    }
#endif
    return pyzmq_can_open(1) ? 0 : EMFILE;
}

#endif
