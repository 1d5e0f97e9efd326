// Parts of the C++ library, which Zig links statically, that stand for its own.
#ifndef _LIBCPP_DISABLE_VISIBILITY_ANNOTATIONS
#define _LIBCPP_DISABLE_VISIBILITY_ANNOTATIONS
#endif
#include <cstddef>

// Writes names of exceptions that nobody catches as they are in the source: a twentieth of the module, for something that
// does not happen.
extern "C" __attribute__((visibility("hidden"))) char *__cxa_demangle(const char *, char *, std::size_t *, int *status)
{
    if (status)
        *status = -1;
    return nullptr;
}

#ifdef __linux__
#include <cstdlib>
#include <unistd.h>

#define HIDDEN extern "C" __attribute__((visibility("hidden")))

#if defined(__arm__) || (defined(__i386__) && !defined(__GLIBC__))
// What a guard of a stack that was overwritten leads to. On these, all of Zig's runtime library is linked, with one of its
// own in the place of the C library's.
HIDDEN __attribute__((noreturn)) void __stack_chk_fail()
{
    // tools/check_dist looks for this text, which is there only if something is guarded.
    static const char text[] = "*** stack smashing detected ***\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) >= 0)
        std::abort();
    std::abort();
}
#endif

#ifdef __arm__
// The guards themselves, which would be a constant. Ours is set as the C library sets its own: from what the kernel gives
// each process, before anything else of the module runs.
#include <cstdint>
#include <cstring>
#include <sys/auxv.h>

HIDDEN std::uintptr_t __stack_chk_guard;
std::uintptr_t __stack_chk_guard = 0xff0a0d00;

__attribute__((constructor(101), no_stack_protector)) static void set_stack_guard()
{
    if (const void *random = reinterpret_cast<const void *>(getauxval(AT_RANDOM))) {
        std::memcpy(&__stack_chk_guard, random, sizeof __stack_chk_guard);
        // No text goes past it.
        __stack_chk_guard &= ~std::uintptr_t(0xff);
    }
}
#endif
#endif

#ifdef __APPLE__
// The operators for memory, for this module alone: the library's own would be exported, and dyld would put them in the place
// of other modules' or those in the place of ours.
#include <cstdlib>
#include <new>

#define PRIVATE __attribute__((visibility("hidden")))

namespace
{
void *get(std::size_t size, std::size_t alignment) noexcept
{
    void *place = nullptr;
    if (size == 0)
        size = 1;
    if (alignment <= alignof(std::max_align_t))
        return std::malloc(size);
    return posix_memalign(&place, alignment, size) == 0 ? place : nullptr;
}

void *get_or_throw(std::size_t size, std::size_t alignment)
{
    for (;;) {
        if (void *place = get(size, alignment))
            return place;
        const std::new_handler handler = std::get_new_handler();
        if (!handler)
            throw std::bad_alloc();
        handler();
    }
}

void *get_or_null(std::size_t size, std::size_t alignment) noexcept
{
    try {
        return get_or_throw(size, alignment);
    } catch (...) {
        return nullptr;
    }
}
} // namespace

#define DEFINE(operator_new, operator_delete)                                                                          \
    PRIVATE void *operator_new(std::size_t n) { return get_or_throw(n, 1); }                                           \
    PRIVATE void *operator_new(std::size_t n, const std::nothrow_t &) noexcept { return get_or_null(n, 1); }           \
    PRIVATE void *operator_new(std::size_t n, std::align_val_t a) { return get_or_throw(n, std::size_t(a)); }          \
    PRIVATE void *operator_new(std::size_t n, std::align_val_t a, const std::nothrow_t &) noexcept                     \
    {                                                                                                                  \
        return get_or_null(n, std::size_t(a));                                                                         \
    }                                                                                                                  \
    PRIVATE void operator_delete(void *p) noexcept { std::free(p); }                                                   \
    PRIVATE void operator_delete(void *p, std::size_t) noexcept { std::free(p); }                                      \
    PRIVATE void operator_delete(void *p, const std::nothrow_t &) noexcept { std::free(p); }                           \
    PRIVATE void operator_delete(void *p, std::align_val_t) noexcept { std::free(p); }                                 \
    PRIVATE void operator_delete(void *p, std::size_t, std::align_val_t) noexcept { std::free(p); }                    \
    PRIVATE void operator_delete(void *p, std::align_val_t, const std::nothrow_t &) noexcept { std::free(p); }

DEFINE(operator new, operator delete)
DEFINE(operator new[], operator delete[])
#endif
