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

static PYZMQ_UNUSED int pyzmq_not_supported(void)
{
    errno = ENOTSUP;
    return -1;
}

#if ZMQ_VERSION < ZMQ_MAKE_VERSION(4, 0, 0)
#define zmq_ctx_term(context) zmq_ctx_destroy(context)
#define zmq_ctx_shutdown(context) pyzmq_not_supported()
#define zmq_curve_keypair(public_key, secret_key) pyzmq_not_supported()
#endif
#if ZMQ_VERSION < ZMQ_MAKE_VERSION(4, 0, 5)
#define zmq_proxy_steerable(frontend, backend, capture, control) pyzmq_not_supported()
#endif
#if ZMQ_VERSION < ZMQ_MAKE_VERSION(4, 1, 0)
#define zmq_has(capability) 0
#define zmq_msg_gets(message, property) ((const char *) (pyzmq_not_supported(), NULL))
#endif
#if ZMQ_VERSION < ZMQ_MAKE_VERSION(4, 2, 0)
#define zmq_curve_public(public_key, secret_key) pyzmq_not_supported()
#endif

#ifdef ZMQ_BUILD_DRAFT_API
#define PYZMQ_HAVE_DRAFT 1
#else
#define PYZMQ_HAVE_DRAFT 0
#define zmq_join(socket, group) pyzmq_not_supported()
#define zmq_leave(socket, group) pyzmq_not_supported()
#define zmq_msg_routing_id(message) 0
#define zmq_msg_set_routing_id(message, routing_id) pyzmq_not_supported()
#define zmq_msg_group(message) ""
#define zmq_msg_set_group(message, group) pyzmq_not_supported()
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
