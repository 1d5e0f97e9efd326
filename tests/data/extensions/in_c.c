/* An extension in plain C, of the limited API where there is one, that uses pyzmq's libzmq. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <pyzmq_capi.h>

static PyObject *version(PyObject *self, PyObject *ignored)
{
    int major, minor, patch;
    zmq_version(&major, &minor, &patch);
    return Py_BuildValue("iii", major, minor, patch);
}

/* send(socket, data): send from C, without the GIL, on a socket that Python made. */
static PyObject *send_bytes(PyObject *self, PyObject *arguments)
{
    PyObject *socket;
    const char *data;
    Py_ssize_t size;
    void *handle;
    int rc;
    if (!PyArg_ParseTuple(arguments, "Oy#", &socket, &data, &size))
        return NULL;
    handle = pyzmq_handle(socket);
    if (handle == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    rc = zmq_send(handle, data, (size_t) size, 0);
    Py_END_ALLOW_THREADS
    if (rc < 0) {
        PyErr_SetString(PyExc_OSError, zmq_strerror(zmq_errno()));
        return NULL;
    }
    return PyLong_FromLong(rc);
}

static PyMethodDef functions[] = {
    {"version", version, METH_NOARGS, NULL},
    {"send", send_bytes, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "in_c", NULL, -1, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_in_c(void)
{
    PyObject *module;
    if (pyzmq_import_capi() < 0)
        return NULL;
    module = PyModule_Create(&definition);
#ifdef Py_GIL_DISABLED
    if (module != NULL)
        PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED);
#endif
    return module;
}
