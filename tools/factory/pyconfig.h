/* For CPython's headers, wherever extensions are compiled for a POSIX system.
 *
 * CPython's configure writes this file for one machine, with hundreds of facts that only CPython itself needs. What its
 * headers ask for is known to every compiler as a macro of its own, so that one file serves all targets.
 */
#ifndef Py_PYCONFIG_H
#define Py_PYCONFIG_H

/* CPython is compiled with these, and asks extensions to be. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#ifdef __linux__
#include <features.h>
#endif

#define SIZEOF_SHORT __SIZEOF_SHORT__
#define SIZEOF_INT __SIZEOF_INT__
#define SIZEOF_LONG __SIZEOF_LONG__
#define SIZEOF_LONG_LONG __SIZEOF_LONG_LONG__
#define SIZEOF_VOID_P __SIZEOF_POINTER__
#define SIZEOF_UINTPTR_T __SIZEOF_POINTER__
#define SIZEOF_SIZE_T __SIZEOF_SIZE_T__
#define SIZEOF_FLOAT __SIZEOF_FLOAT__
#define SIZEOF_DOUBLE __SIZEOF_DOUBLE__
#define SIZEOF_LONG_DOUBLE __SIZEOF_LONG_DOUBLE__
#define SIZEOF_WCHAR_T __SIZEOF_WCHAR_T__
#define SIZEOF_PID_T 4
#define SIZEOF_PTHREAD_T __SIZEOF_LONG__
#define SIZEOF__BOOL 1
#define ALIGNOF_LONG __SIZEOF_LONG__
#define ALIGNOF_SIZE_T __SIZEOF_SIZE_T__
/* musl 1.2 counts in 64 bits everywhere, glibc on 32-bit machines only for who asks. */
#if defined(__linux__) && !defined(__GLIBC__) && !defined(__LP64__)
#define SIZEOF_TIME_T 8
#else
#define SIZEOF_TIME_T __SIZEOF_LONG__
#endif
#define SIZEOF_OFF_T 8

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define WORDS_BIGENDIAN 1
#define DOUBLE_IS_BIG_ENDIAN_IEEE754 1
#else
#define DOUBLE_IS_LITTLE_ENDIAN_IEEE754 1
#endif

#define HAVE_BUILTIN_ATOMIC 1
#define HAVE_INTTYPES_H 1
#define HAVE_LONG_LONG 1
#define HAVE_PTHREAD_H 1
#define HAVE_SSIZE_T 1
#define HAVE_STDINT_H 1
#define HAVE_STD_ATOMIC 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TIME_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_UINTPTR_T 1
#define HAVE_UNISTD_H 1
#define HAVE_WCHAR_H 1
#define STDC_HEADERS 1
#define TIME_WITH_SYS_TIME 1
#define WITH_DOC_STRINGS 1
#define WITH_PYMALLOC 1
#define WITH_THREAD 1

#endif
