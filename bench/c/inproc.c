/* What one thread does, over inproc or with a socket alone. */
#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE = 1 << 20, MANY = 100, SOCKETS_BETWEEN_WAITS = 200 };

static void *context;
static void *sender;
static void *receiver;
static void *idle[MANY];
static char *payload;

static void open_pair(void)
{
    context = new_context();
    sender = new_socket(context, ZMQ_PUSH);
    receiver = new_socket(context, ZMQ_PULL);
    check(zmq_bind(receiver, "inproc://bench") == 0, "zmq_bind");
    check(zmq_connect(sender, "inproc://bench") == 0, "zmq_connect");
    payload = calloc(1, LARGE);
    check(payload != NULL, "calloc");
}

static void close_pair(void)
{
    zmq_close(sender);
    zmq_close(receiver);
    end_context(context);
    free(payload);
}

static void send_receive(long count, size_t size)
{
    clock_start();
    for (long i = 0; i < count; i++) {
        check(zmq_send(sender, payload, size, 0) >= 0, "zmq_send");
        receive(receiver);
    }
    clock_stop();
}

static void run_16(long count)
{
    send_receive(count, 16);
}

static void run_4k(long count)
{
    send_receive(count, 4096);
}

static void run_1m(long count)
{
    send_receive(count, LARGE);
}

static void multipart(long count, int parts)
{
    clock_start();
    for (long i = 0; i < count; i++) {
        for (int part = 1; part < parts; part++)
            check(zmq_send(sender, payload, 16, ZMQ_SNDMORE) >= 0, "zmq_send");
        check(zmq_send(sender, payload, 16, 0) >= 0, "zmq_send");
        while (receive(receiver)) {
        }
    }
    clock_stop();
}

static void run_multipart_3(long count)
{
    multipart(count, 3);
}

static void run_multipart_10(long count)
{
    multipart(count, 10);
}

static void keep(void *data, void *hint)
{
    (void) data;
    (void) hint;
}

static void run_zero_copy(long count)
{
    clock_start();
    for (long i = 0; i < count; i++) {
        zmq_msg_t message;
        zmq_msg_init_data(&message, payload, 65536, keep, NULL);
        check(zmq_msg_send(&message, sender, 0) >= 0, "zmq_msg_send");
        receive(receiver);
    }
    clock_stop();
}

static void run_again(long count)
{
    zmq_msg_t message;
    zmq_msg_init(&message);
    clock_start();
    for (long i = 0; i < count; i++)
        check(zmq_msg_recv(&message, receiver, ZMQ_DONTWAIT) < 0 && errno == EAGAIN, "zmq_msg_recv");
    clock_stop();
    zmq_msg_close(&message);
}

static void get_option(long count, int option)
{
    int value;
    clock_start();
    for (long i = 0; i < count; i++) {
        size_t size = sizeof value;
        check(zmq_getsockopt(receiver, option, &value, &size) == 0, "zmq_getsockopt");
    }
    clock_stop();
}

static void run_events(long count)
{
    get_option(count, ZMQ_EVENTS);
}

static void run_rcvmore(long count)
{
    get_option(count, ZMQ_RCVMORE);
}

static void run_linger(long count)
{
    int value = 0;
    clock_start();
    for (long i = 0; i < count; i++)
        check(zmq_setsockopt(receiver, ZMQ_LINGER, &value, sizeof value) == 0, "zmq_setsockopt");
    clock_stop();
}

static void open_idle(void)
{
    context = new_context();
    for (int i = 0; i < MANY; i++)
        idle[i] = new_socket(context, ZMQ_PULL);
}

static void close_idle(void)
{
    for (int i = 0; i < MANY; i++)
        zmq_close(idle[i]);
    end_context(context);
}

static void poll_idle(long count, int sockets)
{
    zmq_pollitem_t items[MANY];
    for (int i = 0; i < sockets; i++)
        items[i] = (zmq_pollitem_t){idle[i], 0, ZMQ_POLLIN, 0};
    clock_start();
    for (long i = 0; i < count; i++)
        check(zmq_poll(items, sockets, 0) == 0, "zmq_poll");
    clock_stop();
}

static void run_poll_1(long count)
{
    poll_idle(count, 1);
}

static void run_poll_10(long count)
{
    poll_idle(count, 10);
}

static void run_poll_100(long count)
{
    poll_idle(count, 100);
}

static void nothing(void)
{
}

/* The context's reaper closes sockets in a thread of its own; the end of the context waits for it, outside the measure. */
static void run_create_close(long count)
{
    while (count > 0) {
        long batch = count < SOCKETS_BETWEEN_WAITS ? count : SOCKETS_BETWEEN_WAITS;
        count -= batch;
        void *own = new_context();
        void *first = new_socket(own, ZMQ_PUSH);
        clock_start();
        for (long i = 0; i < batch; i++)
            zmq_close(new_socket(own, ZMQ_PUSH));
        clock_stop();
        zmq_close(first);
        end_context(own);
    }
}

const case_t inproc_cases[] = {
    {"send_recv_16", open_pair, run_16, close_pair},
    {"send_recv_4k", open_pair, run_4k, close_pair},
    {"send_recv_1m", open_pair, run_1m, close_pair},
    {"multipart_3", open_pair, run_multipart_3, close_pair},
    {"multipart_10", open_pair, run_multipart_10, close_pair},
    {"recv_frame", open_pair, run_16, close_pair},
    {"send_zero_copy", open_pair, run_zero_copy, close_pair},
    {"again", open_pair, run_again, close_pair},
    {"get_events", open_pair, run_events, close_pair},
    {"rcvmore_attribute", open_pair, run_rcvmore, close_pair},
    {"rcvmore_getsockopt", open_pair, run_rcvmore, close_pair},
    {"linger_attribute", open_pair, run_linger, close_pair},
    {"socket_poll", open_idle, run_poll_1, close_idle},
    {"poller_1", open_idle, run_poll_1, close_idle},
    {"poller_10", open_idle, run_poll_10, close_idle},
    {"poller_100", open_idle, run_poll_100, close_idle},
    {"create_close", nothing, run_create_close, nothing},
    {NULL, NULL, NULL, NULL},
};
