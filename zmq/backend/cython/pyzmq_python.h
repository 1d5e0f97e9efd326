/* What the hot paths ask of CPython beyond what Cython writes by itself, for the full and for the limited API. */
#ifndef PYZMQ_PYTHON_H
#define PYZMQ_PYTHON_H

#include <Python.h>

#include "pyzmq_zerocopy.h"

#ifdef Py_LIMITED_API
#define PYZMQ_BYTES_SIZE(data) PyBytes_Size(data)
#define PYZMQ_BYTES_CONTENT(data) PyBytes_AsString(data)
#else
#define PYZMQ_BYTES_SIZE(data) PyBytes_GET_SIZE(data)
#define PYZMQ_BYTES_CONTENT(data) PyBytes_AS_STRING(data)
#endif

/* For Cython: turn a new reference, or NULL with an exception set, into an object. */
#define pyzmq_own(object) (object)

/* Make an instance without running its __init__, which for the exceptions in question does nothing. */
static PyObject *pyzmq_new_instance(PyObject *type, PyObject *no_arguments)
{
    newfunc create = (newfunc) PyType_GetSlot((PyTypeObject *) type, Py_tp_new);
    return create((PyTypeObject *) type, no_arguments, NULL);
}

/* A list or tuple that nobody can change as long as no Python code runs. */
static inline int pyzmq_is_stable_sequence(PyObject *parts)
{
#ifdef Py_GIL_DISABLED
    return PyTuple_CheckExact(parts);
#else
    return PyList_CheckExact(parts) || PyTuple_CheckExact(parts);
#endif
}

static inline Py_ssize_t pyzmq_sequence_size(PyObject *parts)
{
    return PyList_CheckExact(parts) ? PyList_Size(parts) : PyTuple_Size(parts);
}

/* A borrowed reference. */
static inline PyObject *pyzmq_sequence_item(PyObject *parts, Py_ssize_t index)
{
#ifdef Py_LIMITED_API
    return PyList_CheckExact(parts) ? PyList_GetItem(parts, index) : PyTuple_GetItem(parts, index);
#else
    return PyList_CheckExact(parts) ? PyList_GET_ITEM(parts, index) : PyTuple_GET_ITEM(parts, index);
#endif
}

static void pyzmq_drop_all(PyObject **items, Py_ssize_t count)
{
    while (count > 0)
        Py_DECREF(items[--count]);
}

/* A list that takes over the references; they are given up if there is no memory for it. */
static PyObject *pyzmq_list_of(PyObject **items, Py_ssize_t count)
{
    Py_ssize_t index;
    PyObject *list = PyList_New(count);
    if (list == NULL) {
        pyzmq_drop_all(items, count);
        return NULL;
    }
    for (index = 0; index < count; ++index) {
#ifdef Py_LIMITED_API
        PyList_SetItem(list, index, items[index]);
#else
        PyList_SET_ITEM(list, index, items[index]);
#endif
    }
    return list;
}

#endif
