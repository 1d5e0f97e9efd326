/* The table of pyzmq_capi.h over the libzmq that is compiled in here, and the capsule that holds it. */
#ifndef PYZMQ_CAPI_MAKER_H
#define PYZMQ_CAPI_MAKER_H

#include <Python.h>

#include "zmq_compat.h"

#define PYZMQ_CAPI_MAKER
#include "pyzmq_capi.h"

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

static PyObject *pyzmq_capi_capsule(void)
{
    return PyCapsule_New((void *) &pyzmq_capi_of_this, PYZMQ_CAPI_NAME, NULL);
}

#endif
