/* The table of pyzmq_capi.h over the libzmq that is compiled in here, and the capsule that holds it.
 *
 * What takes a socket goes by way of the socket's record, if pyzmq has one: an extension that sends, receives or closes
 * takes part in what the objects of the socket share.
 */
#ifndef PYZMQ_CAPI_MAKER_H
#define PYZMQ_CAPI_MAKER_H

#include <Python.h>

#include "pyzmq_socket.h"

#define PYZMQ_CAPI_MAKER
#include "pyzmq_capi.h"

/* The record of a socket, held open for a call; NULL if there is none, or if the socket is closed for pyzmq. */
static pyzmq_record *pyzmq_capi_enter(void *socket)
{
    pyzmq_record *record = pyzmq_record_known(socket);
    if (record != NULL && pyzmq_record_enter(record) < 0) {
        pyzmq_record_decref(record);
        record = NULL;
    }
    return record;
}

/* End the call; return its result as libzmq does. */
static int pyzmq_capi_leave(pyzmq_record *record, int rc)
{
    pyzmq_record_leave(record);
    pyzmq_record_decref(record);
    if (rc >= 0)
        return rc;
    errno = -rc;
    return -1;
}

/* libzmq's sizes have no more bits. */
static int pyzmq_capi_size(size_t size) { return (int) (size < INT_MAX ? size : INT_MAX); }

static void *pyzmq_capi_socket(void *context, int type)
{
    void *socket = zmq_socket(context, type);
    pyzmq_record *record = pyzmq_record_known(socket);
    /* One of a socket that was closed by other code, at the same address. */
    if (record != NULL) {
        pyzmq_record_decref(record);
        record = pyzmq_record_of(socket, 1);
        if (record != NULL)
            pyzmq_record_decref(record);
    }
    return socket;
}

static int pyzmq_capi_close(void *socket)
{
    int rc;
    pyzmq_record *record = pyzmq_record_known(socket);
    if (record == NULL)
        return zmq_close(socket);
    rc = pyzmq_record_close(record);
    pyzmq_record_decref(record);
    if (rc >= 0)
        return 0;
    errno = -rc;
    return -1;
}

static int pyzmq_capi_setsockopt(void *socket, int option, const void *value, size_t size)
{
    pyzmq_record *record = pyzmq_capi_enter(socket);
    if (record == NULL)
        return zmq_setsockopt(socket, option, value, size);
    return pyzmq_capi_leave(record, pyzmq_set_option(record, option, value, size));
}

static int pyzmq_capi_getsockopt(void *socket, int option, void *value, size_t *size)
{
    pyzmq_record *record = pyzmq_capi_enter(socket);
    if (record == NULL)
        return zmq_getsockopt(socket, option, value, size);
    return pyzmq_capi_leave(record, pyzmq_get_option(record, option, value, size));
}

#define PYZMQ_CAPI_WITH_TEXT(name, function) \
    static int name(void *socket, const char *text) \
    { \
        pyzmq_record *record = pyzmq_capi_enter(socket); \
        if (record == NULL) \
            return function(socket, text); \
        return pyzmq_capi_leave(record, pyzmq_call_with_text(record, function, text)); \
    }

PYZMQ_CAPI_WITH_TEXT(pyzmq_capi_bind, zmq_bind)
PYZMQ_CAPI_WITH_TEXT(pyzmq_capi_connect, zmq_connect)
PYZMQ_CAPI_WITH_TEXT(pyzmq_capi_unbind, zmq_unbind)
PYZMQ_CAPI_WITH_TEXT(pyzmq_capi_disconnect, zmq_disconnect)
PYZMQ_CAPI_WITH_TEXT(pyzmq_capi_join, zmq_join)
PYZMQ_CAPI_WITH_TEXT(pyzmq_capi_leave_group, zmq_leave)

static int pyzmq_capi_monitor(void *socket, const char *address, int events)
{
    pyzmq_record *record = pyzmq_capi_enter(socket);
    int rc;
    if (record == NULL)
        return zmq_socket_monitor(socket, address, events);
    rc = zmq_socket_monitor(socket, address, events);
    if (rc < 0)
        rc = pyzmq_failure();
    pyzmq_attempted(record);
    return pyzmq_capi_leave(record, rc);
}

static int pyzmq_capi_msg_send(zmq_msg_t *msg, void *socket, int flags)
{
    pyzmq_record *record = pyzmq_capi_enter(socket);
    int size, rc;
    if (record == NULL)
        return zmq_msg_send(msg, socket, flags);
    size = pyzmq_capi_size(zmq_msg_size(msg));
    rc = pyzmq_send_frame(record, msg, flags);
    return pyzmq_capi_leave(record, rc < 0 ? rc : size);
}

static int pyzmq_capi_send(void *socket, const void *data, size_t size, int flags)
{
    zmq_msg_t msg;
    int rc;
    pyzmq_record *record = pyzmq_capi_enter(socket);
    if (record == NULL)
        return zmq_send(socket, data, size, flags);
    if (zmq_msg_init_size(&msg, size) != 0)
        return pyzmq_capi_leave(record, -ENOMEM);
    if (size > 0)
        memcpy(zmq_msg_data(&msg), data, size);
    rc = pyzmq_send_frame(record, &msg, flags);
    if (rc < 0)
        (void) zmq_msg_close(&msg);
    return pyzmq_capi_leave(record, rc < 0 ? rc : pyzmq_capi_size(size));
}

/* The data stays where it is for ever, so that it needs no copy. */
static int pyzmq_capi_send_const(void *socket, const void *data, size_t size, int flags)
{
    zmq_msg_t msg;
    int rc;
    pyzmq_record *record = pyzmq_capi_enter(socket);
    if (record == NULL)
        return zmq_send_const(socket, data, size, flags);
    if (zmq_msg_init_data(&msg, (void *) (uintptr_t) data, size, NULL, NULL) != 0)
        return pyzmq_capi_leave(record, -ENOMEM);
    rc = pyzmq_send_frame(record, &msg, flags);
    if (rc < 0)
        (void) zmq_msg_close(&msg);
    return pyzmq_capi_leave(record, rc < 0 ? rc : pyzmq_capi_size(size));
}

static int pyzmq_capi_msg_recv(zmq_msg_t *msg, void *socket, int flags)
{
    pyzmq_record *record = pyzmq_capi_enter(socket);
    int rc;
    if (record == NULL)
        return zmq_msg_recv(msg, socket, flags);
    rc = pyzmq_receive_frame(record, msg, flags);
    return pyzmq_capi_leave(record, rc < 0 ? rc : pyzmq_capi_size(zmq_msg_size(msg)));
}

static int pyzmq_capi_recv(void *socket, void *target, size_t room, int flags)
{
    zmq_msg_t msg;
    size_t size;
    int rc;
    pyzmq_record *record = pyzmq_capi_enter(socket);
    if (record == NULL)
        return zmq_recv(socket, target, room, flags);
    (void) zmq_msg_init(&msg);
    rc = pyzmq_receive_frame(record, &msg, flags);
    size = rc < 0 ? 0 : zmq_msg_size(&msg);
    if (size > 0 && room > 0)
        memcpy(target, zmq_msg_data(&msg), size < room ? size : room);
    (void) zmq_msg_close(&msg);
    return pyzmq_capi_leave(record, rc < 0 ? rc : pyzmq_capi_size(size));
}

static int pyzmq_capi_poll(zmq_pollitem_t *items, int count, long timeout)
{
    pyzmq_record **records = NULL;
    int index, rc;
    int known = 0;
    if (count > 0 && items != NULL)
        records = (pyzmq_record **) calloc((size_t) count, sizeof(pyzmq_record *));
    if (records == NULL)
        return zmq_poll(items, count, timeout);
    for (index = 0; index < count; index++) {
        records[index] = pyzmq_record_known(items[index].socket);
        known += records[index] != NULL;
    }
    if (known > 0) {
        rc = pyzmq_poll_records(items, records, count, timeout);
    } else {
        rc = zmq_poll(items, count, timeout);
        rc = rc < 0 ? pyzmq_failure() : rc;
    }
    for (index = 0; index < count; index++) {
        if (records[index] != NULL)
            pyzmq_record_decref(records[index]);
    }
    free(records);
    if (rc >= 0)
        return rc;
    errno = -rc;
    return -1;
}

/* A proxy runs until its context ends: only its end is an attempt that is over. */
static int pyzmq_capi_proxy_steerable(void *frontend, void *backend, void *capture, void *control)
{
    void *sockets[4];
    pyzmq_record *records[4];
    int index, rc, err;
    sockets[0] = frontend, sockets[1] = backend, sockets[2] = capture, sockets[3] = control;
    for (index = 0; index < 4; index++)
        records[index] = pyzmq_capi_enter(sockets[index]);
    rc = control == NULL ? zmq_proxy(frontend, backend, capture)
                         : zmq_proxy_steerable(frontend, backend, capture, control);
    err = zmq_errno();
    for (index = 0; index < 4; index++) {
        if (records[index] == NULL)
            continue;
        pyzmq_attempted(records[index]);
        (void) pyzmq_capi_leave(records[index], 0);
    }
    errno = err;
    return rc;
}

static int pyzmq_capi_proxy(void *frontend, void *backend, void *capture)
{
    return pyzmq_capi_proxy_steerable(frontend, backend, capture, NULL);
}

/* What stands for these functions of libzmq in the table. */
#define zmq_socket pyzmq_capi_socket
#define zmq_close pyzmq_capi_close
#define zmq_setsockopt pyzmq_capi_setsockopt
#define zmq_getsockopt pyzmq_capi_getsockopt
#define zmq_bind pyzmq_capi_bind
#define zmq_connect pyzmq_capi_connect
#define zmq_unbind pyzmq_capi_unbind
#define zmq_disconnect pyzmq_capi_disconnect
#define zmq_join pyzmq_capi_join
#define zmq_leave pyzmq_capi_leave_group
#define zmq_socket_monitor pyzmq_capi_monitor
#define zmq_msg_send pyzmq_capi_msg_send
#define zmq_send pyzmq_capi_send
#define zmq_send_const pyzmq_capi_send_const
#define zmq_msg_recv pyzmq_capi_msg_recv
#define zmq_recv pyzmq_capi_recv
#define zmq_poll pyzmq_capi_poll
#define zmq_proxy pyzmq_capi_proxy
#define zmq_proxy_steerable pyzmq_capi_proxy_steerable

#if ZMQ_VERSION >= ZMQ_MAKE_VERSION(4, 2, 0)
#define PYZMQ_CAPI_POINTER(result, name, parameters) name,
#else
/* Where `const` was missing. */
#define PYZMQ_CAPI_POINTER(result, name, parameters) (result(*) parameters) name,
#endif

static const pyzmq_capi pyzmq_capi_of_this = {
    sizeof(pyzmq_capi),
    PYZMQ_CAPI_VERSION,
    PYZMQ_CAPI_FUNCTIONS(PYZMQ_CAPI_POINTER)
};

#undef zmq_socket
#undef zmq_close
#undef zmq_setsockopt
#undef zmq_getsockopt
#undef zmq_bind
#undef zmq_connect
#undef zmq_unbind
#undef zmq_disconnect
#undef zmq_join
#undef zmq_leave
#undef zmq_socket_monitor
#undef zmq_msg_send
#undef zmq_send
#undef zmq_send_const
#undef zmq_msg_recv
#undef zmq_recv
#undef zmq_poll
#undef zmq_proxy
#undef zmq_proxy_steerable

static PyObject *pyzmq_capi_capsule(void)
{
    return PyCapsule_New((void *) &pyzmq_capi_of_this, PYZMQ_CAPI_NAME, NULL);
}

#endif
