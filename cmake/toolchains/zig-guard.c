/* Where Windows finds the tables of control flow guard, which the linker fills. Zig's MinGW has what checks calls, but not
 * this. */
#include <windows.h>

#ifdef __x86_64__
/* Where there is no guard, as before Windows 8.1: calls without a check. Zig's MinGW lacks it. */
__asm__(".text\n.globl __guard_dispatch_icall_dummy\n__guard_dispatch_icall_dummy:\n\tjmp *%rax\n");
#endif

extern void *__guard_check_icall_fptr, *__guard_dispatch_icall_fptr;
extern char __guard_fids_table[], __guard_fids_count[], __guard_iat_table[], __guard_iat_count[];

#ifdef _WIN64
typedef IMAGE_LOAD_CONFIG_DIRECTORY64 configuration;
#else
typedef IMAGE_LOAD_CONFIG_DIRECTORY32 configuration;
#endif

const configuration _load_config_used = {
    .Size = sizeof(configuration),
    .GuardCFCheckFunctionPointer = (ULONG_PTR) &__guard_check_icall_fptr,
#ifdef __x86_64__
    .GuardCFDispatchFunctionPointer = (ULONG_PTR) &__guard_dispatch_icall_fptr,
#endif
    .GuardCFFunctionTable = (ULONG_PTR) __guard_fids_table,
    .GuardCFFunctionCount = (ULONG_PTR) __guard_fids_count,
    .GuardAddressTakenIatEntryTable = (ULONG_PTR) __guard_iat_table,
    .GuardAddressTakenIatEntryCount = (ULONG_PTR) __guard_iat_count,
    /* Calls are checked, and the table of functions is there. */
    .GuardFlags = 0x500,
};
