/* The cases of the benchmarks, written in C against the same libzmq. */
#ifndef PYZMQ_BENCH_H
#define PYZMQ_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

typedef struct {
    int64_t cpu_ns;
    int64_t wall_ns;
} timing_t;

/* A case is opened once, run in chunks of a number of operations, and closed. */
typedef struct {
    const char *name;
    void (*open)(void);
    void (*run)(long count);
    void (*close)(void);
} case_t;

/* Each list ends with a case without a name. */
extern const case_t inproc_cases[];
extern const case_t process_cases[];

/* Between these two lies what is measured; a chunk may have several such stretches. */
void clock_start(void);
void clock_stop(void);

/* End the program with a message unless `ok`. */
void check(int ok, const char *what);

void *new_context(void);
void *new_socket(void *context, int type);
void end_context(void *context);

/* Receive one message and forget it; return whether more parts follow. */
static inline int receive(void *socket)
{
    zmq_msg_t message;
    zmq_msg_init(&message);
    check(zmq_msg_recv(&message, socket, 0) >= 0, "zmq_msg_recv");
    int more = zmq_msg_more(&message);
    zmq_msg_close(&message);
    return more;
}

#endif
