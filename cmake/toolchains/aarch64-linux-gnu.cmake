# 64-bit ARM Linux with the cross compiler that Debian and Ubuntu package as
# g++-aarch64-linux-gnu. Another prefix of the tools: -DPYZMQ_CROSS_PREFIX=aarch64-none-linux-gnu
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

set(PYZMQ_CROSS_PREFIX aarch64-linux-gnu CACHE STRING "Prefix of the cross compiler's programs")
# The file is read again for every probe, where the cache of the project is not seen.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PYZMQ_CROSS_PREFIX)

set(CMAKE_C_COMPILER ${PYZMQ_CROSS_PREFIX}-gcc)
set(CMAKE_CXX_COMPILER ${PYZMQ_CROSS_PREFIX}-g++)

# Programs of this machine, headers and libraries of the target. Packages of the target only,
# too: a libzmq found on the building machine is for another processor.
set(CMAKE_FIND_ROOT_PATH /usr/${PYZMQ_CROSS_PREFIX})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Lets ctest run the target's programs where user-mode QEMU is installed.
find_program(PYZMQ_QEMU_AARCH64 NAMES qemu-aarch64 qemu-aarch64-static)
mark_as_advanced(PYZMQ_QEMU_AARCH64)
if(PYZMQ_QEMU_AARCH64)
    set(CMAKE_CROSSCOMPILING_EMULATOR "${PYZMQ_QEMU_AARCH64};-L;/usr/${PYZMQ_CROSS_PREFIX}")
endif()
