/* The libzmq inside of pyzmq, for other extension modules: C, C++, or Cython by way of zmq/capi.pxd.
 *
 * A wheel's libzmq is linked into pyzmq's own extension, and a second libzmq in the same process knows nothing of the
 * first one's contexts and sockets. So pyzmq hands out a table of pointers to the functions of its own:
 *
 *     #include <Python.h>
 *     #include <pyzmq_capi.h>
 *
 *     PyMODINIT_FUNC PyInit_mine(void)
 *     {
 *         if (pyzmq_import_capi() < 0)
 *             return NULL;
 *         ...
 *
 * From then on zmq_send() and the others go through the table, in each file that has called pyzmq_import_capi() itself.
 * Nothing is linked. The include path is zmq.get_includes().
 *
 * The table changes only by growing at its end, so an extension works with the pyzmq that it was compiled with and with
 * all later ones. A function that pyzmq's libzmq lacks, for its age or for want of the draft API, fails with ENOTSUP.
 *
 * Other languages: the capsule `zmq.backend.cython._zmq._C_API`, of the same name, holds a `const pyzmq_capi *`.
 */
#ifndef PYZMQ_CAPI_H
#define PYZMQ_CAPI_H

#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#define PYZMQ_CAPI_NAME "zmq.backend.cython._zmq._C_API"

/* Changes only if the table changes otherwise than by growing. */
#define PYZMQ_CAPI_VERSION 1

typedef void(pyzmq_timer_fn)(int timer_id, void *arg);

/* Every function: F(result, name, parameters). New ones go to the end, and none is ever taken out or moved.
 * Left out is what libzmq deprecates in favour of others, its clocks and threads, and drafts that still change.
 * `nox -s generate` derives pyzmq_capi_names.h and zmq/capi.pxd from this list.
 */
#define PYZMQ_CAPI_FUNCTIONS(F) \
    F(void, zmq_version, (int *major, int *minor, int *patch)) \
    F(int, zmq_errno, (void)) \
    F(const char *, zmq_strerror, (int errnum)) \
    F(int, zmq_has, (const char *capability)) \
    F(void *, zmq_ctx_new, (void)) \
    F(int, zmq_ctx_term, (void *context)) \
    F(int, zmq_ctx_shutdown, (void *context)) \
    F(int, zmq_ctx_set, (void *context, int option, int optval)) \
    F(int, zmq_ctx_get, (void *context, int option)) \
    F(void *, zmq_socket, (void *context, int type)) \
    F(int, zmq_close, (void *socket)) \
    F(int, zmq_setsockopt, (void *socket, int option, const void *optval, size_t optvallen)) \
    F(int, zmq_getsockopt, (void *socket, int option, void *optval, size_t *optvallen)) \
    F(int, zmq_bind, (void *socket, const char *addr)) \
    F(int, zmq_connect, (void *socket, const char *addr)) \
    F(int, zmq_unbind, (void *socket, const char *addr)) \
    F(int, zmq_disconnect, (void *socket, const char *addr)) \
    F(int, zmq_send, (void *socket, const void *buf, size_t len, int flags)) \
    F(int, zmq_send_const, (void *socket, const void *buf, size_t len, int flags)) \
    F(int, zmq_recv, (void *socket, void *buf, size_t len, int flags)) \
    F(int, zmq_socket_monitor, (void *socket, const char *addr, int events)) \
    F(int, zmq_msg_init, (zmq_msg_t *msg)) \
    F(int, zmq_msg_init_size, (zmq_msg_t *msg, size_t size)) \
    F(int, zmq_msg_init_data, (zmq_msg_t *msg, void *data, size_t size, zmq_free_fn *ffn, void *hint)) \
    F(int, zmq_msg_send, (zmq_msg_t *msg, void *socket, int flags)) \
    F(int, zmq_msg_recv, (zmq_msg_t *msg, void *socket, int flags)) \
    F(int, zmq_msg_close, (zmq_msg_t *msg)) \
    F(int, zmq_msg_move, (zmq_msg_t *dest, zmq_msg_t *src)) \
    F(int, zmq_msg_copy, (zmq_msg_t *dest, zmq_msg_t *src)) \
    F(void *, zmq_msg_data, (zmq_msg_t *msg)) \
    F(size_t, zmq_msg_size, (const zmq_msg_t *msg)) \
    F(int, zmq_msg_more, (const zmq_msg_t *msg)) \
    F(int, zmq_msg_get, (const zmq_msg_t *msg, int option)) \
    F(int, zmq_msg_set, (zmq_msg_t *msg, int option, int optval)) \
    F(const char *, zmq_msg_gets, (const zmq_msg_t *msg, const char *property)) \
    F(int, zmq_poll, (zmq_pollitem_t *items, int nitems, long timeout)) \
    F(int, zmq_proxy, (void *frontend, void *backend, void *capture)) \
    F(int, zmq_proxy_steerable, (void *frontend, void *backend, void *capture, void *control)) \
    F(int, zmq_curve_keypair, (char *z85_public_key, char *z85_secret_key)) \
    F(int, zmq_curve_public, (char *z85_public_key, const char *z85_secret_key)) \
    F(char *, zmq_z85_encode, (char *dest, const uint8_t *data, size_t size)) \
    F(uint8_t *, zmq_z85_decode, (uint8_t *dest, const char *string)) \
    F(void *, zmq_atomic_counter_new, (void)) \
    F(void, zmq_atomic_counter_set, (void *counter, int value)) \
    F(int, zmq_atomic_counter_inc, (void *counter)) \
    F(int, zmq_atomic_counter_dec, (void *counter)) \
    F(int, zmq_atomic_counter_value, (void *counter)) \
    F(void, zmq_atomic_counter_destroy, (void **counter)) \
    F(void *, zmq_timers_new, (void)) \
    F(int, zmq_timers_destroy, (void **timers)) \
    F(int, zmq_timers_add, (void *timers, size_t interval, pyzmq_timer_fn *handler, void *arg)) \
    F(int, zmq_timers_cancel, (void *timers, int timer_id)) \
    F(int, zmq_timers_set_interval, (void *timers, int timer_id, size_t interval)) \
    F(int, zmq_timers_reset, (void *timers, int timer_id)) \
    F(long, zmq_timers_timeout, (void *timers)) \
    F(int, zmq_timers_execute, (void *timers)) \
    F(int, zmq_join, (void *socket, const char *group)) \
    F(int, zmq_leave, (void *socket, const char *group)) \
    F(uint32_t, zmq_msg_routing_id, (zmq_msg_t *msg)) \
    F(int, zmq_msg_set_routing_id, (zmq_msg_t *msg, uint32_t routing_id)) \
    F(const char *, zmq_msg_group, (zmq_msg_t *msg)) \
    F(int, zmq_msg_set_group, (zmq_msg_t *msg, const char *group))

#define PYZMQ_CAPI_MEMBER(result, name, parameters) result(*name) parameters;
typedef struct {
    size_t size; /* of the whole table: how far it has grown */
    int version; /* PYZMQ_CAPI_VERSION */
    PYZMQ_CAPI_FUNCTIONS(PYZMQ_CAPI_MEMBER)
} pyzmq_capi;
#undef PYZMQ_CAPI_MEMBER

/* What follows is for users of the table; its maker has no need of it. */
#ifndef PYZMQ_CAPI_MAKER

#ifndef Py_PYTHON_H
#error "include Python.h before pyzmq_capi.h"
#endif

#if defined(__GNUC__)
#define PYZMQ_CAPI_UNUSED __attribute__((unused))
#else
#define PYZMQ_CAPI_UNUSED
#endif

/* Each file that includes this has its own, filled by pyzmq_import_capi(). */
static const pyzmq_capi *pyzmq_capi_table = NULL;

/* Find pyzmq's libzmq. Return 0, or -1 with an ImportError set. Needs the GIL, or an attached thread state. */
static PYZMQ_CAPI_UNUSED int pyzmq_import_capi(void)
{
    const pyzmq_capi *table;
    PyObject *backend, *name, *module, *capsule;
    int other;

    if (pyzmq_capi_table != NULL)
        return 0;
    /* A build may hold two backends, each with its own libzmq: the table has to be that of the sockets in use. */
    backend = PyImport_ImportModule("zmq.backend");
    if (backend == NULL)
        return -1;
    name = PyObject_GetAttrString(backend, "name");
    Py_DECREF(backend);
    if (name == NULL)
        return -1;
    other = !PyUnicode_Check(name) || PyUnicode_CompareWithASCIIString(name, "cython") != 0;
    if (other) {
        PyErr_Format(PyExc_ImportError,
                     "pyzmq uses its backend %R here, and only the backend 'cython' gives its libzmq to other extensions. "
                     "Unset PYZMQ_BACKEND, or install a pyzmq that has this backend.",
                     name);
        Py_DECREF(name);
        return -1;
    }
    Py_DECREF(name);
    module = PyImport_ImportModule("zmq.backend.cython._zmq");
    if (module == NULL)
        return -1;
    capsule = PyObject_GetAttrString(module, "_C_API");
    Py_DECREF(module);
    if (capsule == NULL) {
        PyErr_SetString(PyExc_ImportError,
                        "this pyzmq does not give its libzmq to other extensions; install pyzmq 27.4 or later");
        return -1;
    }
    table = (const pyzmq_capi *) PyCapsule_GetPointer(capsule, PYZMQ_CAPI_NAME);
    Py_DECREF(capsule);
    if (table == NULL)
        return -1;
    if (table->version != PYZMQ_CAPI_VERSION) {
        PyErr_Format(PyExc_ImportError,
                     "this extension was compiled for version %d of pyzmq's C interface; the pyzmq that is installed has "
                     "version %d. Compile the extension again.",
                     PYZMQ_CAPI_VERSION, table->version);
        return -1;
    }
    if (table->size < sizeof(pyzmq_capi)) {
        PyErr_SetString(PyExc_ImportError,
                        "this extension was compiled with a newer pyzmq than the one that is installed; install that one or "
                        "a later one");
        return -1;
    }
    /* The table is static, in a module that Python never unloads. */
    pyzmq_capi_table = table;
    return 0;
}

/* Return libzmq's handle of a zmq.Socket or zmq.Context; NULL with an exception set if it is closed or is neither.
 * Needs the GIL, or an attached thread state. The handle is valid until the Python object is closed or collected, so
 * keep a reference to it. A socket must not be used from two threads at a time.
 */
static PYZMQ_CAPI_UNUSED void *pyzmq_handle(PyObject *object)
{
    PyObject *value = PyObject_GetAttrString(object, "closed");
    void *handle;
    int closed;

    if (value == NULL)
        return NULL;
    closed = PyObject_IsTrue(value);
    Py_DECREF(value);
    if (closed < 0)
        return NULL;
    if (closed) {
        PyErr_Format(PyExc_ValueError, "%R is closed, or was made before this process was forked", object);
        return NULL;
    }
    value = PyObject_GetAttrString(object, "underlying");
    if (value == NULL)
        return NULL;
    handle = PyLong_AsVoidPtr(value);
    Py_DECREF(value);
    if (handle == NULL && !PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "%R is closed", object);
    return handle;
}

/* libzmq's own names. Define PYZMQ_CAPI_NO_NAMES to write pyzmq_capi_table->zmq_send(...) instead. */
#ifndef PYZMQ_CAPI_NO_NAMES
#include "pyzmq_capi_names.h"
#endif

#endif /* PYZMQ_CAPI_MAKER */

#endif /* PYZMQ_CAPI_H */
