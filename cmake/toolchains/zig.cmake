# Any target of Zig's C and C++ compiler, which PyPI's "ziglang" carries whole (compiler, linker,
# headers and C libraries of every target) and which needs nothing installed by hand:
#
#   python3 -m pip install ziglang
#   cmake --toolchain cmake/toolchains/zig.cmake -DPYZMQ_ZIG_TARGET=aarch64-linux-gnu.2.17 ...
#
#   PYZMQ_ZIG_TARGET  <processor>-<system>-<abi>[.<glibc version>], as `zig targets` lists them;
#                     left out or "native": the building machine itself
#   PYZMQ_ZIG         the zig program; left out: the ziglang package of PYZMQ_ZIG_PYTHON,
#                     Python_EXECUTABLE or the python3 found first, else zig on the PATH
#
# Both may be environment variables of the same name. CMake wants programs where Zig has
# subcommands, so small scripts are written into the build tree.
cmake_minimum_required(VERSION 3.21)

foreach(variable IN ITEMS PYZMQ_ZIG_TARGET PYZMQ_ZIG PYZMQ_ZIG_PYTHON)
    if(NOT DEFINED ${variable} AND DEFINED ENV{${variable}})
        set(${variable} "$ENV{${variable}}")
    endif()
endforeach()
if(NOT PYZMQ_ZIG_TARGET)
    set(PYZMQ_ZIG_TARGET native)
endif()

# ---- the zig program -------------------------------------------------------------------------

if(NOT PYZMQ_ZIG)
    set(_pythons
        ${PYZMQ_ZIG_PYTHON}
        ${Python_EXECUTABLE}
        ${Python3_EXECUTABLE}
        python3
        python
    )
    foreach(_python IN LISTS _pythons)
        execute_process(
            COMMAND
                "${_python}" -c
                "import pathlib, ziglang; print(pathlib.Path(ziglang.__file__).parent.as_posix(), end='')"
            OUTPUT_VARIABLE _package
            ERROR_QUIET
            RESULT_VARIABLE _status
        )
        if(_status EQUAL 0)
            set(PYZMQ_ZIG "${_package}/zig")
            if(CMAKE_HOST_WIN32)
                string(APPEND PYZMQ_ZIG ".exe")
            endif()
            break()
        endif()
    endforeach()
endif()
if(NOT PYZMQ_ZIG)
    find_program(PYZMQ_ZIG zig)
endif()
if(NOT PYZMQ_ZIG OR NOT EXISTS "${PYZMQ_ZIG}")
    message(
        FATAL_ERROR
        "No Zig compiler found (PYZMQ_ZIG is '${PYZMQ_ZIG}'): looked for the Python package ziglang in "
        "'${_pythons}' and for zig on the PATH.\n"
        "Run 'python3 -m pip install ziglang', or set PYZMQ_ZIG to the zig program."
    )
endif()

# ---- what CMake wants to know about the target -----------------------------------------------

if(NOT PYZMQ_ZIG_TARGET STREQUAL "native")
    if(NOT PYZMQ_ZIG_TARGET MATCHES "^([a-z0-9_]+)-([a-z0-9]+)(\\.[0-9.]+)?(-[a-z0-9_.]+)?$")
        message(
            FATAL_ERROR
            "PYZMQ_ZIG_TARGET is '${PYZMQ_ZIG_TARGET}', not <processor>-<system>-<abi>: for example "
            "aarch64-linux-gnu.2.17, x86_64-linux-musl, x86_64-windows-gnu, aarch64-macos."
        )
    endif()
    set(CMAKE_SYSTEM_PROCESSOR "${CMAKE_MATCH_1}")
    set(_system "${CMAKE_MATCH_2}")
    if(_system STREQUAL "linux")
        set(CMAKE_SYSTEM_NAME Linux)
    elseif(_system STREQUAL "windows")
        set(CMAKE_SYSTEM_NAME Windows)
    elseif(_system STREQUAL "macos")
        set(CMAKE_SYSTEM_NAME Darwin)
        # Zig brings the headers and libraries: there is no SDK to look for.
        set(CMAKE_OSX_SYSROOT "" CACHE STRING "")
        # CMake insists on install_name_tool, which Zig lacks, to change rpaths on installing: link
        # with the final ones, so that it is not called, and stop if it is.
        set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
        find_program(CMAKE_INSTALL_NAME_TOOL NAMES llvm-install-name-tool)
        if(NOT CMAKE_INSTALL_NAME_TOOL)
            find_program(PYZMQ_FALSE NAMES false REQUIRED)
            mark_as_advanced(PYZMQ_FALSE)
            set(CMAKE_INSTALL_NAME_TOOL "${PYZMQ_FALSE}" CACHE FILEPATH "" FORCE)
        endif()
    elseif(_system STREQUAL "freebsd")
        set(CMAKE_SYSTEM_NAME FreeBSD)
    elseif(_system STREQUAL "netbsd")
        set(CMAKE_SYSTEM_NAME NetBSD)
    else()
        message(
            FATAL_ERROR
            "PYZMQ_ZIG_TARGET is '${PYZMQ_ZIG_TARGET}': its system '${_system}' is not one of linux, "
            "windows, macos, freebsd, netbsd."
        )
    endif()
    # Nothing of the building machine may be found for the target, save its programs.
    set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
    set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
    set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
    set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

    # Lets ctest run the target's programs where user-mode QEMU is installed: those of musl, which
    # Zig links statically.
    if(_system STREQUAL "linux" AND PYZMQ_ZIG_TARGET MATCHES "musl")
        set(_qemu "${CMAKE_SYSTEM_PROCESSOR}")
        if(_qemu STREQUAL "x86")
            set(_qemu i386)
        elseif(_qemu STREQUAL "powerpc64le")
            set(_qemu ppc64le)
        endif()
        find_program(PYZMQ_ZIG_QEMU NAMES qemu-${_qemu} qemu-${_qemu}-static)
        mark_as_advanced(PYZMQ_ZIG_QEMU)
        if(PYZMQ_ZIG_QEMU)
            set(CMAKE_CROSSCOMPILING_EMULATOR "${PYZMQ_ZIG_QEMU}")
        endif()
    endif()
endif()

# ---- one program for each subcommand ---------------------------------------------------------

# CMAKE_BINARY_DIR is another one inside each probe: the first reading decides.
if(NOT PYZMQ_ZIG_PROGRAMS)
    set(PYZMQ_ZIG_PROGRAMS "${CMAKE_BINARY_DIR}/zig")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PYZMQ_ZIG PYZMQ_ZIG_TARGET PYZMQ_ZIG_PROGRAMS)

set(_target_option "")
if(NOT PYZMQ_ZIG_TARGET STREQUAL "native")
    set(_target_option " -target ${PYZMQ_ZIG_TARGET}")
endif()
set(_suffix "")
if(CMAKE_HOST_WIN32)
    set(_suffix .cmd)
endif()
foreach(
    _entry
    IN
    ITEMS
        "zig-cc=cc${_target_option}"
        "zig-c++=c++${_target_option}"
        "zig-ar=ar"
        "zig-ranlib=ranlib"
        "zig-rc=rc"
        "zig-dlltool=dlltool"
        "zig-objcopy=objcopy"
)
    string(REGEX MATCH "^(.*)=(.*)$" _ "${_entry}")
    set(_program "${PYZMQ_ZIG_PROGRAMS}/${CMAKE_MATCH_1}${_suffix}")
    if(CMAKE_HOST_WIN32)
        set(_text "@\"${PYZMQ_ZIG}\" ${CMAKE_MATCH_2} %*\r\n")
    else()
        set(_text "#!/bin/sh\nexec \"${PYZMQ_ZIG}\" ${CMAKE_MATCH_2} \"$@\"\n")
    endif()
    # Written once: a newer compiler would have everything built again.
    set(_old "")
    if(EXISTS "${_program}")
        file(READ "${_program}" _old)
    endif()
    if(NOT _old STREQUAL _text)
        file(WRITE "${_program}" "${_text}")
        file(
            CHMOD "${_program}"
            PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE
        )
    endif()
endforeach()

set(CMAKE_C_COMPILER "${PYZMQ_ZIG_PROGRAMS}/zig-cc${_suffix}")
set(CMAKE_CXX_COMPILER "${PYZMQ_ZIG_PROGRAMS}/zig-c++${_suffix}")
set(CMAKE_AR "${PYZMQ_ZIG_PROGRAMS}/zig-ar${_suffix}" CACHE FILEPATH "")
set(CMAKE_RANLIB "${PYZMQ_ZIG_PROGRAMS}/zig-ranlib${_suffix}" CACHE FILEPATH "")
# No CMAKE_C_COMPILER_AR, without which CMake optimises nothing at link time. Zig could do that for ELF: its libraries would
# take twice as long to compile, the extension be 3% larger, and no operation faster by more than 5%.
set(CMAKE_DLLTOOL "${PYZMQ_ZIG_PROGRAMS}/zig-dlltool${_suffix}" CACHE FILEPATH "")
set(CMAKE_OBJCOPY "${PYZMQ_ZIG_PROGRAMS}/zig-objcopy${_suffix}" CACHE FILEPATH "")
set(CMAKE_RC_COMPILER "${PYZMQ_ZIG_PROGRAMS}/zig-rc${_suffix}")
# Zig would write debug information unasked.
set(CMAKE_C_FLAGS_INIT -g0)
set(CMAKE_CXX_FLAGS_INIT -g0)
set(CMAKE_USER_MAKE_RULES_OVERRIDE "${CMAKE_CURRENT_LIST_DIR}/zig-rules.cmake")
# Zig's linker writes no dependency file.
set(CMAKE_C_LINKER_DEPFILE_SUPPORTED FALSE)
set(CMAKE_CXX_LINKER_DEPFILE_SUPPORTED FALSE)
