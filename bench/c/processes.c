/* What takes two processes: a peer that sends, or answers, as many messages as it is told. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEY = 41, LARGE = 1 << 20 };

/* What the peer is told before the first chunk. */
typedef struct {
    char endpoint[128];
    char server_key[KEY];
} address_t;

static void *context;
static void *socket_;
static char *payload;
static size_t size;
static pid_t peer;
static int to_peer;

static void use_curve(void *socket, const char *server_key, const char *own_public, const char *own_secret)
{
    int yes = 1;
    if (server_key != NULL)
        check(zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server_key, KEY) == 0, "ZMQ_CURVE_SERVERKEY");
    else
        check(zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &yes, sizeof yes) == 0, "ZMQ_CURVE_SERVER");
    check(zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own_public, KEY) == 0, "ZMQ_CURVE_PUBLICKEY");
    check(zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, own_secret, KEY) == 0, "ZMQ_CURVE_SECRETKEY");
}

static int read_all(int fd, void *target, size_t wanted)
{
    size_t have = 0;
    while (have < wanted) {
        ssize_t got = read(fd, (char *) target + have, wanted - have);
        if (got <= 0)
            return 0;
        have += (size_t) got;
    }
    return 1;
}

static void write_all(const void *data, size_t length)
{
    check(write(to_peer, data, length) == (ssize_t) length, "write to the peer");
}

/* The peer's whole life; it ends when the other end of its pipe is closed. */
static void be_peer(int fd, int type)
{
    address_t address;
    if (!read_all(fd, &address, sizeof address))
        return;
    void *own = new_context();
    void *socket = new_socket(own, type);
    int linger = 0;
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    if (address.server_key[0] != 0) {
        char own_public[KEY], own_secret[KEY];
        check(zmq_curve_keypair(own_public, own_secret) == 0, "zmq_curve_keypair");
        use_curve(socket, address.server_key, own_public, own_secret);
    }
    check(zmq_connect(socket, address.endpoint) == 0, "zmq_connect");
    long count;
    while (read_all(fd, &count, sizeof count))
        for (long i = 0; i < count; i++) {
            if (type == ZMQ_REP)
                receive(socket);
            check(zmq_send(socket, payload, size, 0) >= 0, "zmq_send");
        }
    zmq_close(socket);
    end_context(own);
}

static void open_with_peer(int type, int peer_type, size_t message_size, int curve)
{
    int ends[2];
    size = message_size;
    payload = calloc(1, LARGE);
    check(payload != NULL && pipe(ends) == 0, "pipe");
    fflush(stdout);
    /* No context lives yet, so the child inherits no threads. */
    peer = fork();
    check(peer >= 0, "fork");
    if (peer == 0) {
        close(ends[1]);
        be_peer(ends[0], peer_type);
        _exit(0);
    }
    close(ends[0]);
    to_peer = ends[1];
    address_t address;
    memset(&address, 0, sizeof address);
    context = new_context();
    socket_ = new_socket(context, type);
    if (curve) {
        char secret[KEY];
        check(zmq_curve_keypair(address.server_key, secret) == 0, "zmq_curve_keypair");
        use_curve(socket_, NULL, address.server_key, secret);
    }
    check(zmq_bind(socket_, "tcp://127.0.0.1:*") == 0, "zmq_bind");
    size_t length = sizeof address.endpoint;
    check(zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, address.endpoint, &length) == 0, "ZMQ_LAST_ENDPOINT");
    write_all(&address, sizeof address);
}

static void close_with_peer(void)
{
    close(to_peer);
    waitpid(peer, NULL, 0);
    zmq_close(socket_);
    end_context(context);
    free(payload);
}

/* From the first message on, when connecting and starting are over. */
static void run_throughput(long count)
{
    long told = count + 1;
    write_all(&told, sizeof told);
    receive(socket_);
    clock_start();
    for (long i = 0; i < count; i++)
        receive(socket_);
    clock_stop();
}

static void run_round_trips(long count)
{
    long told = count + 1;
    write_all(&told, sizeof told);
    check(zmq_send(socket_, payload, size, 0) >= 0, "zmq_send");
    receive(socket_);
    clock_start();
    for (long i = 0; i < count; i++) {
        check(zmq_send(socket_, payload, size, 0) >= 0, "zmq_send");
        receive(socket_);
    }
    clock_stop();
}

static void open_16(void)
{
    open_with_peer(ZMQ_PULL, ZMQ_PUSH, 16, 0);
}

static void open_64k(void)
{
    open_with_peer(ZMQ_PULL, ZMQ_PUSH, 65536, 0);
}

static void open_1m(void)
{
    open_with_peer(ZMQ_PULL, ZMQ_PUSH, LARGE, 0);
}

static void open_curve(void)
{
    open_with_peer(ZMQ_PULL, ZMQ_PUSH, 4096, 1);
}

static void open_request(void)
{
    open_with_peer(ZMQ_REQ, ZMQ_REP, 16, 0);
}

const case_t process_cases[] = {
    {"tcp_16", open_16, run_throughput, close_with_peer},
    {"tcp_64k", open_64k, run_throughput, close_with_peer},
    {"tcp_1m", open_1m, run_throughput, close_with_peer},
    {"tcp_curve", open_curve, run_throughput, close_with_peer},
    {"tcp_req_rep", open_request, run_round_trips, close_with_peer},
    {NULL, NULL, NULL, NULL},
};
