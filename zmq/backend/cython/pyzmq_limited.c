/* The Cython backend for the limited API: Cython's output, with imports that take less time.
 *
 * When the module is made, Cython looks up what the limited API has no names for: flags of code objects in `inspect`,
 * flags of types by way of `collections.abc`. Importing these takes longer than all of pyzmq. But the former have been
 * the same in all versions of Python (a test compares them), and the latter is another name of a module that every
 * interpreter has loaded when it starts.
 */
#ifndef PY_SSIZE_T_CLEAN
#define PY_SSIZE_T_CLEAN
#endif
#include <Python.h>
#include <string.h>

static const struct {
    const char *name;
    long value;
} pyzmq_code_flags[] = {
    {"CO_OPTIMIZED", 0x1},
    {"CO_NEWLOCALS", 0x2},
    {"CO_VARARGS", 0x4},
    {"CO_VARKEYWORDS", 0x8},
    {"CO_GENERATOR", 0x20},
    {"CO_COROUTINE", 0x80},
    {"CO_ASYNC_GENERATOR", 0x200},
};

/* For what another version of Cython may want to know. */
static PyObject *pyzmq_attribute_of_inspect(PyObject *self, PyObject *name)
{
    PyObject *value = NULL;
    PyObject *inspect = PyImport_ImportModule("inspect");
    (void) self;
    if (inspect != NULL) {
        value = PyObject_GetAttr(inspect, name);
        Py_DECREF(inspect);
    }
    return value;
}

static PyMethodDef pyzmq_rest_of_inspect = {"__getattr__", pyzmq_attribute_of_inspect, METH_O, NULL};

/* What stands for `inspect`, for Cython alone. */
static PyObject *pyzmq_little_inspect(void)
{
    size_t index;
    PyObject *rest;
    PyObject *module = PyModule_New("inspect");
    if (module == NULL)
        return NULL;
    rest = PyCFunction_New(&pyzmq_rest_of_inspect, NULL);
    if (rest == NULL || PyObject_SetAttrString(module, "__getattr__", rest) != 0)
        goto failed;
    for (index = 0; index < sizeof(pyzmq_code_flags) / sizeof(pyzmq_code_flags[0]); ++index)
        if (PyModule_AddIntConstant(module, pyzmq_code_flags[index].name, pyzmq_code_flags[index].value) != 0)
            goto failed;
    Py_DECREF(rest);
    return module;
failed:
    Py_XDECREF(rest);
    Py_DECREF(module);
    return NULL;
}

static PyObject *pyzmq_import_module(const char *name)
{
    if (strcmp(name, "inspect") == 0)
        return pyzmq_little_inspect();
    return PyImport_ImportModule(strcmp(name, "collections.abc") == 0 ? "_collections_abc" : name);
}

#define PyImport_ImportModule(name) pyzmq_import_module(name)

/* The build says where it is. */
#include PYZMQ_CYTHONIZED
