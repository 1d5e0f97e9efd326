"""Numbers as arguments. Cython would convert them, but takes no ``__index__``, and does not name what it refuses."""

# What most flags are, which CPython has one object of.
cdef object zero = 0


cdef inline int to_c_int(object value) except? -1:
    cdef long long number = 0
    if value is zero:
        return 0
    if pyzmq_as_long_long(<PyObject *> value, &number) and -0x80000000 <= number <= 0x7FFFFFFF:
        return <int> number
    return <int> in_range(value, -0x80000000, 0x7FFFFFFF)


cdef inline int64_t to_c_int64(object value) except? -1:
    cdef long long number = 0
    if pyzmq_as_long_long(<PyObject *> value, &number):
        return <int64_t> number
    return <int64_t> in_range(value, -0x8000000000000000, 0x7FFFFFFFFFFFFFFF)


cdef inline Py_ssize_t to_c_size(object value) except? -1:
    cdef long long number = 0
    if pyzmq_as_long_long(<PyObject *> value, &number) and -sys_maxsize <= number <= sys_maxsize:
        return <Py_ssize_t> number
    return <Py_ssize_t> in_range(value, -sys_maxsize, sys_maxsize)


cdef long long sys_maxsize = sys.maxsize


cdef object in_range(object value, object least, object most):
    """The number that the value stands for, unless it is out of range."""
    number = to_int(value)
    if not least <= number <= most:
        raise OverflowError(f"a number from {least} to {most} is required, not {value!r}")
    return number
