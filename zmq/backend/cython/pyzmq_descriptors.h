/* File descriptors that libzmq cannot do without.
 *
 * The first socket of a context starts libzmq's threads, and where one of these gets no descriptor for its poller, libzmq
 * aborts the process.  So the caller asks first, and raises.  (Between the question and the start, another thread may take
 * the last ones; nothing can be done about that from outside.)
 */
#ifndef PYZMQ_DESCRIPTORS_H
#define PYZMQ_DESCRIPTORS_H

#include <stdlib.h>

#if defined(_WIN32)
static inline int pyzmq_can_start(void *context)
{
    (void) context;
    return 1;
}
#else
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Whether there are descriptors enough to start the threads of a context and to make a socket. */
static inline int pyzmq_can_start(void *context)
{
    int io_threads = zmq_ctx_get(context, ZMQ_IO_THREADS);
    /* A mailbox and a poller for each thread, the reaper among them, and a mailbox for the socket. */
    size_t needed = 2 * ((size_t) (io_threads > 0 ? io_threads : 0) + 1) + 1;
    size_t count = 0;
    int *opened = (int *) malloc(needed * sizeof(int));
    int possible;
    if (opened == NULL)
        return 0;
    while (count < needed) {
        opened[count] = count == 0 ? socket(AF_UNIX, SOCK_STREAM, 0) : fcntl(opened[0], F_DUPFD_CLOEXEC, 0);
        if (opened[count] < 0)
            break;
        count += 1;
    }
    possible = count == needed;
    while (count > 0)
        (void) close(opened[--count]);
    free(opened);
    return possible;
}
#endif

#endif
