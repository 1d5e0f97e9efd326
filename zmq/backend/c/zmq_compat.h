/* One libzmq for the rest of the code, whichever of 3.2.2 and later is compiled against.
 *
 * A function that an old libzmq lacks becomes one that fails with ENOTSUP; the caller compares PYZMQ_NEEDS_* with the
 * version and says which libzmq is needed.  Nothing here is for a libzmq that has the function.
 */
#ifndef PYZMQ_ZMQ_COMPAT_H
#define PYZMQ_ZMQ_COMPAT_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zmq.h>

#if ZMQ_VERSION < ZMQ_MAKE_VERSION(3, 2, 2)
#error "pyzmq needs libzmq 3.2.2 or later. Set ZMQ_PREFIX to the prefix of a newer libzmq, or ZMQ_PREFIX=bundled."
#endif

#if defined(_WIN32)
/* Until 4.2, zmq.h does not say what a file descriptor is. */
#include <winsock2.h>
typedef SOCKET pyzmq_fd_t;
#else
#include <sys/socket.h>
#include <sys/un.h>
typedef int pyzmq_fd_t;
#endif

#if defined(_WIN32) && !defined(ZMQ_HAVE_IPC)
#define PYZMQ_IPC_PATH_MAX_LEN 0
#elif defined(_WIN32)
#define PYZMQ_IPC_PATH_MAX_LEN 107
#else
#define PYZMQ_IPC_PATH_MAX_LEN ((int) sizeof(((struct sockaddr_un *) 0)->sun_path) - 1)
#endif

#if defined(__GNUC__)
#define PYZMQ_UNUSED __attribute__((unused))
#else
#define PYZMQ_UNUSED
#endif

#ifdef ZMQ_BUILD_DRAFT_API
#define PYZMQ_HAVE_DRAFT 1
#else
#define PYZMQ_HAVE_DRAFT 0
#endif

/* In an extension that reaches libzmq through pyzmq_capi.h, the names mean what pyzmq's own libzmq has. */
#ifndef PYZMQ_CAPI_NAMES_H

#define PYZMQ_LACKS(result, failure, name, parameters) \
    static PYZMQ_UNUSED result name parameters { errno = ENOTSUP; return failure; }

#if ZMQ_VERSION < ZMQ_MAKE_VERSION(4, 0, 0)
static PYZMQ_UNUSED int zmq_ctx_term(void *context) { return zmq_ctx_destroy(context); }
PYZMQ_LACKS(int, -1, zmq_ctx_shutdown, (void *context))
PYZMQ_LACKS(int, -1, zmq_curve_keypair, (char *public_key, char *secret_key))
PYZMQ_LACKS(int, -1, zmq_send_const, (void *socket, const void *buf, size_t len, int flags))
PYZMQ_LACKS(char *, NULL, zmq_z85_encode, (char *dest, const uint8_t *data, size_t size))
PYZMQ_LACKS(uint8_t *, NULL, zmq_z85_decode, (uint8_t *dest, const char *string))
#endif
#if ZMQ_VERSION < ZMQ_MAKE_VERSION(4, 0, 5)
PYZMQ_LACKS(int, -1, zmq_proxy_steerable, (void *frontend, void *backend, void *capture, void *control))
#endif
#if ZMQ_VERSION < ZMQ_MAKE_VERSION(4, 1, 0)
PYZMQ_LACKS(int, 0, zmq_has, (const char *capability))
PYZMQ_LACKS(const char *, NULL, zmq_msg_gets, (const zmq_msg_t *message, const char *property))
#endif
#if ZMQ_VERSION < ZMQ_MAKE_VERSION(4, 2, 0)
PYZMQ_LACKS(int, -1, zmq_curve_public, (char *public_key, const char *secret_key))
PYZMQ_LACKS(void *, NULL, zmq_atomic_counter_new, (void))
/* Of no counter, since none can be made. */
static PYZMQ_UNUSED void zmq_atomic_counter_set(void *counter, int value) {}
PYZMQ_LACKS(int, -1, zmq_atomic_counter_inc, (void *counter))
PYZMQ_LACKS(int, -1, zmq_atomic_counter_dec, (void *counter))
PYZMQ_LACKS(int, -1, zmq_atomic_counter_value, (void *counter))
static PYZMQ_UNUSED void zmq_atomic_counter_destroy(void **counter) {}
#endif
#ifndef ZMQ_HAVE_TIMERS
PYZMQ_LACKS(void *, NULL, zmq_timers_new, (void))
PYZMQ_LACKS(int, -1, zmq_timers_destroy, (void **timers))
PYZMQ_LACKS(int, -1, zmq_timers_add, (void *timers, size_t interval, void (*handler)(int, void *), void *arg))
PYZMQ_LACKS(int, -1, zmq_timers_cancel, (void *timers, int timer_id))
PYZMQ_LACKS(int, -1, zmq_timers_set_interval, (void *timers, int timer_id, size_t interval))
PYZMQ_LACKS(int, -1, zmq_timers_reset, (void *timers, int timer_id))
PYZMQ_LACKS(long, -1, zmq_timers_timeout, (void *timers))
PYZMQ_LACKS(int, -1, zmq_timers_execute, (void *timers))
#endif
#if !PYZMQ_HAVE_DRAFT || ZMQ_VERSION < ZMQ_MAKE_VERSION(4, 3, 3)
PYZMQ_LACKS(uint32_t, 0, zmq_connect_peer, (void *socket, const char *addr))
#endif
#if !PYZMQ_HAVE_DRAFT
PYZMQ_LACKS(int, -1, zmq_join, (void *socket, const char *group))
PYZMQ_LACKS(int, -1, zmq_leave, (void *socket, const char *group))
PYZMQ_LACKS(uint32_t, 0, zmq_msg_routing_id, (zmq_msg_t *message))
PYZMQ_LACKS(int, -1, zmq_msg_set_routing_id, (zmq_msg_t *message, uint32_t routing_id))
PYZMQ_LACKS(const char *, "", zmq_msg_group, (zmq_msg_t *message))
PYZMQ_LACKS(int, -1, zmq_msg_set_group, (zmq_msg_t *message, const char *group))
#endif

#endif

#ifndef ZMQ_ROUTING_ID
#define ZMQ_ROUTING_ID ZMQ_IDENTITY
#endif
#ifndef ZMQ_CURVE_PUBLICKEY
#define ZMQ_CURVE_PUBLICKEY 48
#define ZMQ_CURVE_SECRETKEY 49
#define ZMQ_CURVE_SERVERKEY 50
#endif

#endif
