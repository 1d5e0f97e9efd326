/* Answers the driver: one request per line on stdin, one JSON object per line on stdout. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static timing_t taken;
static timing_t begun;

static int64_t now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t) time.tv_sec * 1000000000 + time.tv_nsec;
}

void clock_start(void)
{
    begun.wall_ns = now(CLOCK_MONOTONIC);
    begun.cpu_ns = now(CLOCK_THREAD_CPUTIME_ID);
}

void clock_stop(void)
{
    taken.cpu_ns += now(CLOCK_THREAD_CPUTIME_ID) - begun.cpu_ns;
    taken.wall_ns += now(CLOCK_MONOTONIC) - begun.wall_ns;
}

void check(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "pyzmq_bench: %s: %s\n", what, zmq_strerror(zmq_errno()));
        exit(1);
    }
}

void *new_context(void)
{
    void *context = zmq_ctx_new();
    check(context != NULL, "zmq_ctx_new");
    return context;
}

void *new_socket(void *context, int type)
{
    void *socket = zmq_socket(context, type);
    check(socket != NULL, "zmq_socket");
    return socket;
}

void end_context(void *context)
{
    check(zmq_ctx_term(context) == 0, "zmq_ctx_term");
}

static const case_t *const lists[] = {inproc_cases, process_cases};

static const case_t *find_case(const char *name)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const case_t *one = lists[i]; one->name != NULL; one++)
            if (strcmp(one->name, name) == 0)
                return one;
    return NULL;
}

static void hello(void)
{
    int major, minor, patch;
    zmq_version(&major, &minor, &patch);
    printf("{\"libzmq\": \"%d.%d.%d\", \"cases\": [", major, minor, patch);
    const char *comma = "";
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const case_t *one = lists[i]; one->name != NULL; one++) {
            printf("%s\"%s\"", comma, one->name);
            comma = ", ";
        }
    puts("]}");
}

int main(void)
{
    char line[256], verb[16], name[64];
    const case_t *opened = NULL;
    while (fgets(line, sizeof line, stdin) != NULL) {
        long count = 0;
        name[0] = 0;
        if (sscanf(line, "%15s %63s %ld", verb, name, &count) < 1)
            continue;
        if (strcmp(verb, "hello") == 0) {
            hello();
        } else if (strcmp(verb, "open") == 0 && opened == NULL && (opened = find_case(name)) != NULL) {
            opened->open();
            puts("{}");
        } else if (strcmp(verb, "run") == 0 && opened != NULL && count > 0) {
            taken = (timing_t){0, 0};
            opened->run(count);
            printf("{\"cpu_ns\": %lld, \"wall_ns\": %lld}\n", (long long) taken.cpu_ns, (long long) taken.wall_ns);
        } else if (strcmp(verb, "close") == 0 && opened != NULL) {
            opened->close();
            opened = NULL;
            puts("{}");
        } else {
            line[strcspn(line, "\r\n\"\\")] = 0;
            printf("{\"error\": \"not understood: %s\"}\n", line);
        }
        fflush(stdout);
    }
    return 0;
}
