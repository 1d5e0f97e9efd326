/* Which process this is.  What an earlier process made is inherited by a child, where libzmq's threads are missing and
 * closing anything would close descriptors that the child has opened since.
 *
 * A fork handler of C counts the forks, before any Python code of the child runs: the interpreter destroys the locals of
 * other threads before it calls the handlers of os.register_at_fork().
 */
#ifndef PYZMQ_PROCESS_H
#define PYZMQ_PROCESS_H

#include "zmq_compat.h"

#include "pyzmq_zerocopy.h"

/* Forks since the module was loaded: what an older generation made belongs to another process. */
static volatile long pyzmq_generation = 0;

#if defined(_WIN32)
static inline int pyzmq_is_same_process(void) { return 1; }
#else
#include <unistd.h>

static volatile long pyzmq_process = 0;

/* A system call, for destructors only: some ways to fork, such as a raw clone(), run no handlers. */
static inline int pyzmq_is_same_process(void) { return pyzmq_process == (long) getpid(); }
#endif

/* Terminate a context in a thread that nobody joins.  No signal is delivered there, so libzmq is not interrupted. */
static PYZMQ_UNUSED void pyzmq_term_detached(void *context)
{
    if (pyzmq_is_same_process() && zmq_ctx_term(context) != 0)
        (void) zmq_ctx_shutdown(context);
}

/* Terminate a context that was collected.  Collecting must not block, and termination waits for sockets to be closed and
 * for messages to be sent. */
static PYZMQ_UNUSED void pyzmq_drop_context(void *context, long generation)
{
    if (context == NULL || generation != pyzmq_generation || !pyzmq_is_same_process())
        return;
    if (!pyzmq_start_detached(pyzmq_term_detached, context))
        (void) zmq_ctx_shutdown(context);
}

#endif
