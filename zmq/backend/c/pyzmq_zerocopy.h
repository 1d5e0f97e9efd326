/* Handing memory of Python objects to libzmq and getting it back, without touching Python from libzmq's threads.
 *
 * libzmq calls pyzmq_free() from any thread, mostly an I/O thread, when it needs a message's memory no more.  That thread
 * must not wait for the GIL, so the function pushes the hint on a lock-free list, and wakes the reaper and the threads that
 * wait for an event.  These, and any send or receive that finds the list not empty, take the hints one by one with
 * pyzmq_next_released(), let go of the Python objects, and end with pyzmq_drop_end(), which sets the message's event: its
 * tracker is done when the memory may be resized, unmapped or freed.
 *
 * Ownership: a hint belongs to libzmq from zmq_msg_init_data() until pyzmq_free(), then to the list, then to the taker,
 * who frees it.  An event is counted: one reference for the hint, one for each Python object.
 */
#ifndef PYZMQ_ZEROCOPY_H
#define PYZMQ_ZEROCOPY_H

#include <stdint.h>
#include <stdlib.h>

#if defined(_MSC_VER) && !defined(__clang__)
#define WIN32_LEAN_AND_MEAN
#include <intrin.h>
#include <windows.h>
#define PYZMQ_THREAD_LOCAL __declspec(thread)
static __inline long pyzmq_atomic_add(volatile long *p, long v) { return _InterlockedExchangeAdd(p, v) + v; }
static __inline long pyzmq_atomic_load(volatile long *p) { return _InterlockedOr(p, 0); }
static __inline void pyzmq_atomic_store(volatile long *p, long v) { _InterlockedExchange(p, v); }
static __inline int pyzmq_atomic_cas_ptr(void *volatile *p, void **expected, void *desired)
{
    void *before = _InterlockedCompareExchangePointer(p, desired, *expected);
    int done = before == *expected;
    *expected = before;
    return done;
}
static __inline void *pyzmq_atomic_exchange_ptr(void *volatile *p, void *v) { return _InterlockedExchangePointer(p, v); }
static __inline void *pyzmq_atomic_load_ptr(void *volatile *p)
{
    return _InterlockedCompareExchangePointer(p, NULL, NULL);
}
#else
#define PYZMQ_THREAD_LOCAL __thread
static inline long pyzmq_atomic_add(volatile long *p, long v) { return __atomic_add_fetch(p, v, __ATOMIC_SEQ_CST); }
static inline long pyzmq_atomic_load(volatile long *p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }
static inline void pyzmq_atomic_store(volatile long *p, long v) { __atomic_store_n(p, v, __ATOMIC_SEQ_CST); }
static inline int pyzmq_atomic_cas_ptr(void *volatile *p, void **expected, void *desired)
{
    return __atomic_compare_exchange_n(p, expected, desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}
static inline void *pyzmq_atomic_exchange_ptr(void *volatile *p, void *v)
{
    return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}
static inline void *pyzmq_atomic_load_ptr(void *volatile *p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }
#endif

#if defined(_WIN32)
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
typedef struct {
    SRWLOCK lock;
    CONDITION_VARIABLE changed;
} pyzmq_bell;
#define PYZMQ_BELL_INIT {SRWLOCK_INIT, CONDITION_VARIABLE_INIT}
static inline int64_t pyzmq_now_ms(void) { return (int64_t) GetTickCount64(); }
static inline void pyzmq_sleep_ms(int milliseconds) { Sleep((DWORD) milliseconds); }
static inline void pyzmq_bell_lock(pyzmq_bell *bell) { AcquireSRWLockExclusive(&bell->lock); }
static inline void pyzmq_bell_unlock(pyzmq_bell *bell) { ReleaseSRWLockExclusive(&bell->lock); }
static inline void pyzmq_bell_ring(pyzmq_bell *bell) { WakeAllConditionVariable(&bell->changed); }
static inline void pyzmq_bell_wait(pyzmq_bell *bell, int64_t timeout_ms)
{
    SleepConditionVariableSRW(&bell->changed, &bell->lock, timeout_ms < 0 ? INFINITE : (DWORD) timeout_ms, 0);
}
#else
#include <pthread.h>
#include <signal.h>
#include <time.h>
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
} pyzmq_bell;
#define PYZMQ_BELL_INIT {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER}
static inline int64_t pyzmq_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
static inline void pyzmq_sleep_ms(int milliseconds)
{
    struct timespec time;
    time.tv_sec = milliseconds / 1000;
    time.tv_nsec = (long) (milliseconds % 1000) * 1000000;
    nanosleep(&time, NULL);
}
static inline void pyzmq_bell_lock(pyzmq_bell *bell) { pthread_mutex_lock(&bell->lock); }
static inline void pyzmq_bell_unlock(pyzmq_bell *bell) { pthread_mutex_unlock(&bell->lock); }
static inline void pyzmq_bell_ring(pyzmq_bell *bell) { pthread_cond_broadcast(&bell->changed); }
/* Timed waits go by the wall clock: a static initialiser cannot choose another, and callers wait in slices and look at
 * the monotonic clock themselves. */
static inline void pyzmq_bell_wait(pyzmq_bell *bell, int64_t timeout_ms)
{
    struct timespec until;
    if (timeout_ms < 0) {
        pthread_cond_wait(&bell->changed, &bell->lock);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t) (timeout_ms / 1000);
    until.tv_nsec += (long) (timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec += 1;
    }
    pthread_cond_timedwait(&bell->changed, &bell->lock, &until);
}
#endif

/* Run a function in a thread that nobody joins; return whether it started.  The thread takes no signals, as those of
 * libzmq: they are for threads of the program.  Faults are left unblocked, so that faulthandler can tell of them. */
typedef struct {
    void (*function)(void *);
    void *argument;
} pyzmq_errand;

#if defined(_WIN32)
#define PYZMQ_THREAD_RESULT DWORD WINAPI
#else
#define PYZMQ_THREAD_RESULT void *
#endif

static inline PYZMQ_THREAD_RESULT pyzmq_run_errand(void *errand_)
{
    pyzmq_errand errand = *(pyzmq_errand *) errand_;
    free(errand_);
    errand.function(errand.argument);
    return 0;
}

static inline int pyzmq_start_detached(void (*function)(void *), void *argument)
{
    int started = 0;
    pyzmq_errand *errand = (pyzmq_errand *) malloc(sizeof(pyzmq_errand));
    if (errand == NULL)
        return 0;
    errand->function = function;
    errand->argument = argument;
#if defined(_WIN32)
    {
        HANDLE thread = CreateThread(NULL, 0, pyzmq_run_errand, errand, 0, NULL);
        started = thread != NULL;
        if (started)
            CloseHandle(thread);
    }
#else
    {
        pthread_t thread;
        sigset_t blocked, before;
        sigfillset(&blocked);
        sigdelset(&blocked, SIGSEGV);
        sigdelset(&blocked, SIGBUS);
        sigdelset(&blocked, SIGFPE);
        sigdelset(&blocked, SIGILL);
        sigdelset(&blocked, SIGABRT);
        /* The new thread begins with the mask of this one. */
        pthread_sigmask(SIG_SETMASK, &blocked, &before);
        started = pthread_create(&thread, NULL, pyzmq_run_errand, errand) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (started)
            pthread_detach(thread);
    }
#endif
    if (!started)
        free(errand);
    return started;
}

/* An event without a lock of its own: setting is two atomic operations unless somebody waits. */
typedef struct {
    volatile long references;
    volatile long set;
    long process; /* pyzmq_event_process when it was made */
} pyzmq_event;

/* What libzmq carries for us.  A backend puts this first in a larger struct of its own. */
typedef struct pyzmq_hint {
    struct pyzmq_hint *next;
    pyzmq_event *event; /* may be NULL */
    /* In the table of memory that must not be written. */
    const void *data;
    struct pyzmq_hint *following;
    struct pyzmq_hint **link; /* what points to this one; NULL: it is not in the table */
} pyzmq_hint;

/* A hint whose Python objects this thread lets go of; destructors and signal handlers may run meanwhile. */
typedef struct pyzmq_drop {
    pyzmq_hint *hint;
    struct pyzmq_drop *outer;
} pyzmq_drop;

static pyzmq_bell pyzmq_event_bell = PYZMQ_BELL_INIT;
static pyzmq_bell pyzmq_reaper_bell = PYZMQ_BELL_INIT;
static pyzmq_bell pyzmq_list_bell = PYZMQ_BELL_INIT;
static volatile long pyzmq_event_waiters = 0;
static volatile long pyzmq_reaper_sleeps = 0;
static volatile long pyzmq_reaper_stopped = 0;
/* Counts forks: libzmq's threads, which would release what an event of an older process is about, are gone. */
static long pyzmq_event_process = 0;
static void *volatile pyzmq_released = NULL;
/* What was taken from that list and is still to be dropped. */
static void *volatile pyzmq_taken = NULL;
static PYZMQ_THREAD_LOCAL pyzmq_drop *pyzmq_drops = NULL;
/* Set while this thread closes a message and will look at the list right after: no need to wake the reaper. */
static PYZMQ_THREAD_LOCAL int pyzmq_takes_itself = 0;

/* Memory that must not be written, such as that of bytes, by its address.  A receiver in this process gets the very same
 * memory, and nothing in the message tells it so. */
#define PYZMQ_READONLY_BITS 10
static pyzmq_hint *pyzmq_readonly[1 << PYZMQ_READONLY_BITS];
static pyzmq_bell pyzmq_readonly_bell = PYZMQ_BELL_INIT;

/* The Cython backend holds the GIL, if there is one, whenever it uses the table or takes hints, and needs no lock. */
#if defined(PYZMQ_HOLDS_GIL) && !defined(Py_GIL_DISABLED)
#define PYZMQ_NEEDS_LOCKS 0
#else
#define PYZMQ_NEEDS_LOCKS 1
#endif

static inline void pyzmq_readonly_lock(void)
{
#if PYZMQ_NEEDS_LOCKS
    pyzmq_bell_lock(&pyzmq_readonly_bell);
#endif
}

static inline void pyzmq_readonly_unlock(void)
{
#if PYZMQ_NEEDS_LOCKS
    pyzmq_bell_unlock(&pyzmq_readonly_bell);
#endif
}

static inline pyzmq_hint **pyzmq_readonly_slot(const void *data)
{
    uint32_t hash = (uint32_t) ((uintptr_t) data >> 4) * 2654435769u;
    return &pyzmq_readonly[hash >> (32 - PYZMQ_READONLY_BITS)];
}

static inline void pyzmq_readonly_add(pyzmq_hint *hint, const void *data)
{
    pyzmq_hint **slot = pyzmq_readonly_slot(data);
    hint->data = data;
    pyzmq_readonly_lock();
    hint->following = *slot;
    if (hint->following != NULL)
        hint->following->link = &hint->following;
    hint->link = slot;
    *slot = hint;
    pyzmq_readonly_unlock();
}

/* Before the memory is let go of.  Does nothing if it is not in the table. */
static inline void pyzmq_readonly_remove(pyzmq_hint *hint)
{
    if (hint->link == NULL)
        return;
    pyzmq_readonly_lock();
    *hint->link = hint->following;
    if (hint->following != NULL)
        hint->following->link = hint->link;
    pyzmq_readonly_unlock();
}

/* A hint of this memory, or NULL.  Call between lock and unlock, and use it only there: memory that is lent several times
 * has several hints, and the one that is found may be another thread's. */
static inline pyzmq_hint *pyzmq_readonly_find(const void *data)
{
    pyzmq_hint *hint = *pyzmq_readonly_slot(data);
    while (hint != NULL && hint->data != data)
        hint = hint->following;
    return hint;
}

static inline int pyzmq_is_readonly(const void *data)
{
    int found;
    pyzmq_readonly_lock();
    found = pyzmq_readonly_find(data) != NULL;
    pyzmq_readonly_unlock();
    return found;
}

static inline pyzmq_event *pyzmq_event_new(void)
{
    pyzmq_event *event = (pyzmq_event *) malloc(sizeof(pyzmq_event));
    if (event != NULL) {
        event->references = 1;
        event->set = 0;
        event->process = pyzmq_event_process;
    }
    return event;
}

static inline void pyzmq_event_incref(pyzmq_event *event) { pyzmq_atomic_add(&event->references, 1); }

static inline void pyzmq_event_decref(pyzmq_event *event)
{
    if (event != NULL && pyzmq_atomic_add(&event->references, -1) == 0)
        free(event);
}

static inline int pyzmq_has_released(void) { return pyzmq_atomic_load_ptr(&pyzmq_released) != NULL; }

static inline void pyzmq_wake_waiters(void)
{
    if (pyzmq_atomic_load(&pyzmq_event_waiters) > 0) {
        pyzmq_bell_lock(&pyzmq_event_bell);
        pyzmq_bell_ring(&pyzmq_event_bell);
        pyzmq_bell_unlock(&pyzmq_event_bell);
    }
}

static inline void pyzmq_event_set(pyzmq_event *event)
{
    pyzmq_atomic_store(&event->set, 1);
    pyzmq_wake_waiters();
}

/* Also true amidst the drop of its memory by this very thread: a destructor that waits for it would wait for itself. */
static inline int pyzmq_event_is_set(pyzmq_event *event)
{
    const pyzmq_drop *drop;
    if (pyzmq_atomic_load(&event->set) != 0)
        return 1;
    for (drop = pyzmq_drops; drop != NULL; drop = drop->outer) {
        if (drop->hint->event == event)
            return 1;
    }
    return 0;
}

/* Whether nothing will set it any more: this is a child of the process that shared the memory. */
static inline int pyzmq_event_is_orphaned(pyzmq_event *event) { return event->process != pyzmq_event_process; }

/* Wait for at most timeout_ms; return whether the event is set.  Also ends when something is to be dropped, which may be
 * what the event is about.  Call without the GIL. */
static inline int pyzmq_event_wait(pyzmq_event *event, int64_t timeout_ms)
{
    int64_t until = pyzmq_now_ms() + timeout_ms;
    int64_t left = timeout_ms;
    pyzmq_bell_lock(&pyzmq_event_bell);
    /* Counted before looking: a setter either sees the waiter or was early enough to be seen. */
    pyzmq_atomic_add(&pyzmq_event_waiters, 1);
    while (!pyzmq_event_is_set(event) && !pyzmq_has_released() && left > 0) {
        pyzmq_bell_wait(&pyzmq_event_bell, left);
        left = until - pyzmq_now_ms();
    }
    pyzmq_atomic_add(&pyzmq_event_waiters, -1);
    pyzmq_bell_unlock(&pyzmq_event_bell);
    return pyzmq_event_is_set(event);
}

static inline void pyzmq_wake_reaper(void)
{
    if (pyzmq_atomic_load(&pyzmq_reaper_sleeps)) {
        pyzmq_bell_lock(&pyzmq_reaper_bell);
        pyzmq_bell_ring(&pyzmq_reaper_bell);
        pyzmq_bell_unlock(&pyzmq_reaper_bell);
    }
}

/* The free function given to zmq_msg_init_data(). */
static inline void pyzmq_free(void *data, void *hint_)
{
    pyzmq_hint *hint = (pyzmq_hint *) hint_;
    void *head = pyzmq_atomic_load_ptr(&pyzmq_released);
    (void) data;
    do {
        hint->next = (pyzmq_hint *) head;
    } while (!pyzmq_atomic_cas_ptr(&pyzmq_released, &head, hint));
    if (!pyzmq_takes_itself) {
        /* Those who wait for an event may be gone before they look at the list. */
        pyzmq_wake_reaper();
        pyzmq_wake_waiters();
    }
}

/* Take one hint that libzmq has released, or NULL; the caller owns it.  One at a time: a destructor or signal handler that
 * runs as it is dropped may wait for one of the others. */
static inline pyzmq_hint *pyzmq_next_released(void)
{
    pyzmq_hint *hint;
#if PYZMQ_NEEDS_LOCKS
    if (pyzmq_atomic_load_ptr(&pyzmq_taken) == NULL && !pyzmq_has_released())
        return NULL;
    pyzmq_bell_lock(&pyzmq_list_bell);
    hint = (pyzmq_hint *) pyzmq_taken;
    if (hint == NULL)
        hint = (pyzmq_hint *) pyzmq_atomic_exchange_ptr(&pyzmq_released, NULL);
    (void) pyzmq_atomic_exchange_ptr(&pyzmq_taken, hint == NULL ? NULL : hint->next);
    pyzmq_bell_unlock(&pyzmq_list_bell);
#else
    hint = (pyzmq_hint *) pyzmq_taken;
    if (hint == NULL && pyzmq_has_released())
        hint = (pyzmq_hint *) pyzmq_atomic_exchange_ptr(&pyzmq_released, NULL);
    if (hint != NULL)
        pyzmq_taken = hint->next;
#endif
    return hint;
}

/* Before the Python objects of a hint that has an event are let go of. */
static inline void pyzmq_drop_begin(pyzmq_drop *drop, pyzmq_hint *hint)
{
    drop->hint = hint;
    drop->outer = pyzmq_drops;
    pyzmq_drops = drop;
    pyzmq_readonly_remove(hint);
}

/* After that: set the event, and free the hint. */
static inline void pyzmq_drop_end(pyzmq_drop *drop)
{
    pyzmq_hint *hint = drop->hint;
    pyzmq_drops = drop->outer;
    pyzmq_event_set(hint->event);
    pyzmq_event_decref(hint->event);
    free(hint);
}

/* The reaper: sleep until something is released.  Return 0 when it shall end.  Call without the GIL. */
static inline int pyzmq_reaper_wait(void)
{
    pyzmq_bell_lock(&pyzmq_reaper_bell);
    pyzmq_atomic_store(&pyzmq_reaper_sleeps, 1);
    while (!pyzmq_has_released() && !pyzmq_atomic_load(&pyzmq_reaper_stopped))
        pyzmq_bell_wait(&pyzmq_reaper_bell, -1);
    pyzmq_atomic_store(&pyzmq_reaper_sleeps, 0);
    pyzmq_bell_unlock(&pyzmq_reaper_bell);
    return !pyzmq_atomic_load(&pyzmq_reaper_stopped);
}

static inline void pyzmq_reaper_stop(void)
{
    pyzmq_atomic_store(&pyzmq_reaper_stopped, 1);
    pyzmq_wake_reaper();
}

/* In the child after a fork: the reaper is gone, and a lock may have been held by a thread that is gone too. */
static inline void pyzmq_after_fork(void)
{
    pyzmq_bell fresh = PYZMQ_BELL_INIT;
    pyzmq_event_bell = fresh;
    pyzmq_reaper_bell = fresh;
    pyzmq_readonly_bell = fresh;
    pyzmq_list_bell = fresh;
    pyzmq_event_process += 1;
    pyzmq_event_waiters = 0;
    pyzmq_reaper_sleeps = 0;
    pyzmq_reaper_stopped = 0;
}

#endif
