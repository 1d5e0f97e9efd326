/* What the hot paths ask of CPython beyond what Cython writes by itself, for the full and for the limited API. */
#ifndef PYZMQ_PYTHON_H
#define PYZMQ_PYTHON_H

#include <Python.h>
#include <limits.h>
#include <string.h>

#include "pyzmq_zerocopy.h"

/* The limited API has the sizes without a call, too. */
#define PYZMQ_BYTES_SIZE(data) Py_SIZE(data)
#define PYZMQ_TUPLE_SIZE(tuple) Py_SIZE(tuple)
#ifdef Py_LIMITED_API
#define PYZMQ_BYTES_CONTENT(data) PyBytes_AsString(data)
#define PYZMQ_TUPLE_ITEM(tuple, index) PyTuple_GetItem(tuple, index)
#else
#define PYZMQ_BYTES_CONTENT(data) PyBytes_AS_STRING(data)
#define PYZMQ_TUPLE_ITEM(tuple, index) PyTuple_GET_ITEM(tuple, index)
#endif

/* For Cython: turn a new reference, or NULL with an exception set, into an object. */
#define pyzmq_own(object) (object)

/* Make an instance without running its __init__, which for the exceptions in question does nothing. */
static PyObject *pyzmq_new_instance(PyObject *type, PyObject *arguments)
{
    newfunc create = (newfunc) PyType_GetSlot((PyTypeObject *) type, Py_tp_new);
    return create((PyTypeObject *) type, arguments, NULL);
}

/* Name a class by the module where programs find it. */
static int pyzmq_set_module(PyObject *type, const char *module, const char *qualified)
{
    PyObject *name;
    int rc;
#ifndef Py_LIMITED_API
    if (!(((PyTypeObject *) type)->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
        ((PyTypeObject *) type)->tp_name = qualified;
        return 0;
    }
#endif
    (void) qualified;
    name = PyUnicode_FromString(module);
    if (name == NULL)
        return -1;
    rc = PyObject_SetAttrString(type, "__module__", name);
    Py_DECREF(name);
    return rc;
}

/* Raise such an instance. */
static PyObject *pyzmq_raise_new(PyObject *type, PyObject *arguments)
{
    PyObject *error = pyzmq_new_instance(type, arguments);
    if (error != NULL) {
        PyErr_SetObject(type, error);
        Py_DECREF(error);
    }
    return NULL;
}

static inline PyObject *pyzmq_none(void)
{
    Py_INCREF(Py_None);
    return Py_None;
}

/* Whether this is a number that fits; no exception if it is not. */
static inline int pyzmq_as_flags(PyObject *number, int *flags)
{
    long value;
    /* Without a call, first. */
    if (!PyLong_CheckExact(number) && !PyLong_Check(number))
        return 0;
    value = PyLong_AsLong(number);
    if (value == -1 && PyErr_Occurred())
        PyErr_Clear();
    *flags = (int) value;
    return value >= 0 && value <= INT_MAX;
}

/* Likewise, for numbers below 0, too. */
static inline int pyzmq_as_long_long(PyObject *number, long long *value)
{
    int overflow = 0;
    if (!PyLong_CheckExact(number) && !PyLong_Check(number))
        return 0;
    *value = PyLong_AsLongLongAndOverflow(number, &overflow);
    return !overflow;
}

/* Export the buffer of an object. That of bytes never moves or changes, so that a reference is all it takes. */
static inline int pyzmq_export(PyObject *data, Py_buffer *view)
{
    if (!PyBytes_CheckExact(data))
        return PyObject_GetBuffer(data, view, PyBUF_SIMPLE);
    memset(view, 0, sizeof(*view));
    Py_INCREF(data);
    view->obj = data;
    view->buf = PYZMQ_BYTES_CONTENT(data);
    view->len = PYZMQ_BYTES_SIZE(data);
    view->itemsize = 1;
    view->readonly = 1;
    view->ndim = 1;
    return 0;
}

static inline void pyzmq_clear_exporter(Py_buffer *view) { Py_CLEAR(view->obj); }

/* Whether the keyword arguments are these two, by interned names: copy, which is False, and perhaps track, a bool. */
static inline int pyzmq_is_shared(PyObject *kwnames, PyObject *const *values, PyObject *copy, PyObject *track,
                                  int *tracked)
{
    Py_ssize_t index;
    int shared = 0;
    *tracked = 0;
    if (kwnames == NULL)
        return 0;
    for (index = 0; index < PYZMQ_TUPLE_SIZE(kwnames); ++index) {
        PyObject *name = PYZMQ_TUPLE_ITEM(kwnames, index);
        if (name == copy && values[index] == Py_False)
            shared = 1;
        else if (name == track && (values[index] == Py_False || values[index] == Py_True))
            *tracked = values[index] == Py_True;
        else
            return 0;
    }
    return shared;
}

/* Call a method with the arguments that another one was called with. */
static PyObject *pyzmq_call_method(PyObject *method, PyObject *self, PyObject *const *args, Py_ssize_t nargs,
                                   PyObject *kwnames)
{
    enum { MOST = 16 };
    PyObject *all[MOST + 1];
    Py_ssize_t count = nargs + (kwnames == NULL ? 0 : PyTuple_Size(kwnames));
    if (count > MOST) {
        PyErr_Format(PyExc_TypeError, "too many arguments: %zd", count);
        return NULL;
    }
    all[0] = self;
    memcpy(all + 1, args, (size_t) count * sizeof(PyObject *));
    return PyObject_Vectorcall(method, all, (size_t) nargs + 1, kwnames);
}

/* An exception is told as Python tells those of __del__: not at all, when sys is emptied already. */
static void pyzmq_call_from_finalizer(PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL);
    if (result == NULL)
        PyErr_WriteUnraisable(function);
    else
        Py_DECREF(result);
}

/* Let a class have this function as method, in the place of one with the same name. */
static int pyzmq_replace_method(PyObject *type, PyMethodDef *definition)
{
    int result;
    PyObject *method = PyDescr_NewMethod((PyTypeObject *) type, definition);
    if (method == NULL)
        return -1;
#ifdef Py_LIMITED_API
    result = PyObject_SetAttrString(type, definition->ml_name, method);
#else
    /* A static type refuses to be assigned to. */
    result = PyDict_SetItemString(((PyTypeObject *) type)->tp_dict, definition->ml_name, method);
    PyType_Modified((PyTypeObject *) type);
#endif
    Py_DECREF(method);
    return result;
}

/* A method of a class, for one of its subclasses. */
static PyObject *pyzmq_new_method(PyObject *type, PyMethodDef *definition)
{
    return PyDescr_NewMethod((PyTypeObject *) type, definition);
}

/* Make a future of the running loop that is done: new().set_result(result). Naming the loop would take a dictionary. */
static PyObject *pyzmq_done_future(PyObject *new, PyObject *set_result, PyObject *result)
{
    /* The first place is for the callee. */
    PyObject *with_result[3] = {NULL, NULL, result};
    PyObject *nothing;
    PyObject *future = PyObject_CallNoArgs(new);
    if (future == NULL)
        return NULL;
    with_result[1] = future;
    nothing = PyObject_Vectorcall(set_result, with_result + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    if (nothing == NULL)
        Py_CLEAR(future);
    Py_XDECREF(nothing);
    return future;
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
    return PyList_CheckExact(parts) ? PyList_Size(parts) : PYZMQ_TUPLE_SIZE(parts);
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

/* Take a pair of anything, which is only borrowed, and a number apart; return whether it is one. */
static inline int pyzmq_item_and_flags(PyObject *pair, PyObject **item, int *flags)
{
    if (!PyTuple_CheckExact(pair) || PYZMQ_TUPLE_SIZE(pair) != 2)
        return 0;
    *item = PYZMQ_TUPLE_ITEM(pair, 0);
    return pyzmq_as_flags(PYZMQ_TUPLE_ITEM(pair, 1), flags);
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
