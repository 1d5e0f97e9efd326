# libzmq and libsodium from their sources, static, in this build graph.
include_guard(GLOBAL)
include(FetchContent)
include(PyzmqSodium)
include(PyzmqSodiumExternal)

# pyzmq_fetch(<name> <out: tree>): get the archive of a dependency as cmake/dependencies.json and the options say.
#
# The tool checks the SHA-256 before FetchContent sees the archive, which unpacks a file that is here already.
function(pyzmq_fetch name out)
    string(TOUPPER "PYZMQ_${name}" prefix)
    string(TOUPPER "FETCHCONTENT_SOURCE_DIR_${name}" override)
    set(subdir "")
    if(NOT ${override})
        set(folder "${CMAKE_BINARY_DIR}/sources")
        set(answer "${folder}/${name}.json")
        set(arguments
            --name
            ${name}
            --version
            "${${prefix}_VERSION}"
            --dest
            "${folder}"
            --json
            "${answer}"
        )
        list(APPEND arguments --timeout "${PYZMQ_DOWNLOAD_TIMEOUT}")
        foreach(option IN ITEMS URL SHA256)
            if(${prefix}_${option})
                string(TOLOWER "--${option}" flag)
                list(APPEND arguments ${flag} "${${prefix}_${option}}")
            endif()
        endforeach()
        if(EXISTS "${PYZMQ_SOURCES_DIR}")
            list(APPEND arguments --vendor "${PYZMQ_SOURCES_DIR}")
        endif()
        if(PYZMQ_OFFLINE)
            list(APPEND arguments --offline)
        endif()
        pyzmq_run_python("getting ${name} ${${prefix}_VERSION}" "${PROJECT_SOURCE_DIR}/tools/sources" resolve ${arguments})
        file(READ "${answer}" text)
        string(JSON archive GET "${text}" archive)
        string(JSON sha256 GET "${text}" sha256)
        string(JSON subdir GET "${text}" subdir)
        set_property(GLOBAL PROPERTY PYZMQ_${name}_SOURCE "${text}")
        set(patches "")
        set(patch_command "")
        string(JSON pinned GET "${text}" pinned)
        if(pinned)
            pyzmq_patches_of(patches ${name} "${text}")
            # The step is done again when its command changes, and so when a patch does. Without patches, too: a build
            # folder may be configured again, and its tree then has those of before.
            set(contents "")
            foreach(patch IN LISTS patches)
                file(SHA256 "${patch}" digest)
                string(APPEND contents "${digest}")
            endforeach()
            string(SHA256 contents "${contents}")
            set(patch_command
                PATCH_COMMAND
                "${PYZMQ_PYTHON}"
                -B
                "${PROJECT_SOURCE_DIR}/tools/apply_patch.py"
                --tree
                "<SOURCE_DIR>/${subdir}"
                --contents
                "${contents}"
                ${patches}
            )
        endif()
        set_property(GLOBAL PROPERTY PYZMQ_${name}_PATCHES "${patches}")
        # MakeAvailable would add the tree as a subproject here; where and with which settings that is done, is below.
        FetchContent_Declare(
            ${name}
            URL "${archive}"
            URL_HASH "SHA256=${sha256}"
            SOURCE_SUBDIR not-added-here
            ${patch_command}
        )
    else()
        FetchContent_Declare(${name} SOURCE_SUBDIR not-added-here)
    endif()
    FetchContent_MakeAvailable(${name})
    set(tree "${${name}_SOURCE_DIR}")
    if(subdir)
        string(APPEND tree "/${subdir}")
    endif()
    set(${out} "${tree}" PARENT_SCOPE)
endfunction()

# The patches that cmake/dependencies.json lists for the version that was fetched, without those that an option leaves out.
function(pyzmq_patches_of out name answer)
    string(JSON version GET "${answer}" version)
    file(READ "${PROJECT_SOURCE_DIR}/cmake/dependencies.json" text)
    string(JSON release GET "${text}" ${name} releases "${version}")
    pyzmq_patch_files(found "${release}" patches)
    string(JSON count ERROR_VARIABLE none LENGTH "${release}" optional_patches)
    if(count)
        math(EXPR last "${count} - 1")
        foreach(index RANGE ${last})
            string(JSON option MEMBER "${release}" optional_patches ${index})
            if(${option})
                pyzmq_patch_files(files "${release}" optional_patches ${option})
                list(APPEND found ${files})
            endif()
        endforeach()
    endif()
    set(${out} "${found}" PARENT_SCOPE)
endfunction()

# pyzmq_patch_files(<out> <json> <path>...): the paths of the patches that a list names; none if there is no such list.
function(pyzmq_patch_files out json)
    string(JSON count ERROR_VARIABLE none LENGTH "${json}" ${ARGN})
    set(files "")
    if(count)
        math(EXPR last "${count} - 1")
        foreach(index RANGE ${last})
            string(JSON file GET "${json}" ${ARGN} ${index})
            list(APPEND files "${PROJECT_SOURCE_DIR}/cmake/patches/${file}")
        endforeach()
    endif()
    set(${out} "${files}" PARENT_SCOPE)
endfunction()

function(pyzmq_bundle_libzmq)
    pyzmq_fetch(libsodium sodium_tree)
    if(PYZMQ_LIBSODIUM_CONFIGURE_ARGS OR PYZMQ_LIBSODIUM_MSBUILD_ARGS OR PYZMQ_LIBSODIUM_VS_VERSION)
        pyzmq_add_libsodium_external(
            pyzmq_sodium
            SOURCE_DIR "${sodium_tree}"
            CONFIGURE_ARGS ${PYZMQ_LIBSODIUM_CONFIGURE_ARGS}
            MSBUILD_ARGS ${PYZMQ_LIBSODIUM_MSBUILD_ARGS}
            VS_VERSION "${PYZMQ_LIBSODIUM_VS_VERSION}"
        )
        set_property(GLOBAL PROPERTY PYZMQ_LIBSODIUM_BUILD "own build")
    else()
        pyzmq_add_libsodium(pyzmq_sodium SOURCE_DIR "${sodium_tree}")
        pyzmq_harden_target(pyzmq_sodium)
        pyzmq_silence_target(pyzmq_sodium)
        set_property(GLOBAL PROPERTY PYZMQ_LIBSODIUM_BUILD "in graph")
    endif()
    pyzmq_fetch(libzmq libzmq_tree)
    get_property(patches GLOBAL PROPERTY PYZMQ_libzmq_PATCHES)
    if(PYZMQ_LIBZMQ_FAST_SIGNALER AND NOT PYZMQ_ORIGIN_PYZMQ_LIBZMQ_FAST_SIGNALER STREQUAL "default")
        if(NOT patches MATCHES "fast-signaler")
            message(
                WARNING
                "pyzmq: PYZMQ_LIBZMQ_FAST_SIGNALER=ON has no effect: there is no such patch for the libzmq in "
                "${libzmq_tree}. Patches are for the releases in cmake/dependencies.json."
            )
        endif()
    endif()
    pyzmq_add_bundled_libzmq("${libzmq_tree}")

    add_library(pyzmq::libzmq INTERFACE IMPORTED GLOBAL)
    target_link_libraries(pyzmq::libzmq INTERFACE libzmq-static pyzmq::sodium)
    target_compile_definitions(pyzmq::libzmq INTERFACE ZMQ_NO_EXPORT)
    install(FILES "${libzmq_tree}/include/zmq.h" "${libzmq_tree}/include/zmq_utils.h" DESTINATION zmq/include)

    pyzmq_version_of_header(version "${libzmq_tree}/include")
    set_property(GLOBAL PROPERTY PYZMQ_LIBZMQ_ORIGIN bundled)
    set_property(GLOBAL PROPERTY PYZMQ_LIBZMQ_LINKED static)
    set_property(GLOBAL PROPERTY PYZMQ_LIBZMQ_FOUND_VERSION "${version}")
    set_property(GLOBAL PROPERTY PYZMQ_LIBZMQ_LOCATION "")
endfunction()

# pyzmq_default(<name> <type> <value>): a default for an option of libzmq's own; what the user gave stays.
macro(pyzmq_default name type value)
    if(NOT DEFINED ${name})
        set(${name} ${value} CACHE ${type} "Option of libzmq; this default is pyzmq's")
    endif()
endmacro()

# libzmq's own CMake project, with pyzmq's defaults, in a scope of its own.
function(pyzmq_add_bundled_libzmq tree)
    # Fixed: the extension needs it so.
    set(BUILD_STATIC ON)
    set(BUILD_SHARED OFF)
    set(ENABLE_DRAFTS ${ZMQ_DRAFT_API})
    set(ENABLE_CURVE ON)
    set(WITH_LIBSODIUM ON)
    set(WITH_LIBSODIUM_STATIC ON)
    # Defaults: what a wheel can carry anywhere, and nothing that only libzmq's developers need.
    pyzmq_default(ENABLE_WS BOOL ON)
    pyzmq_default(WITH_TLS BOOL OFF)
    pyzmq_default(WITH_LIBBSD BOOL OFF)
    # Closing libsodium's random source at the end of the last context is not thread-safe.
    pyzmq_default(ENABLE_LIBSODIUM_RANDOMBYTES_CLOSE BOOL OFF)
    pyzmq_default(BUILD_TESTS BOOL OFF)
    pyzmq_default(ZMQ_BUILD_TESTS BOOL OFF)
    pyzmq_default(WITH_PERF_TOOL BOOL OFF)
    pyzmq_default(WITH_DOCS BOOL OFF)
    pyzmq_default(ENABLE_CPACK BOOL OFF)
    pyzmq_default(ENABLE_CLANG BOOL OFF)
    pyzmq_default(ENABLE_PRECOMPILED BOOL OFF)
    pyzmq_platform_facts()

    # In place of libzmq's search for libsodium, whose file has been called differently.
    file(GLOB finder RELATIVE "${tree}/builds/cmake/Modules" "${tree}/builds/cmake/Modules/Find[Ss]odium.cmake")
    file(
        CONFIGURE
        OUTPUT "${CMAKE_BINARY_DIR}/modules/${finder}"
        CONTENT "include(\"${PROJECT_SOURCE_DIR}/cmake/PyzmqGivenSodium.cmake\")\n"
    )
    list(PREPEND CMAKE_MODULE_PATH "${CMAKE_BINARY_DIR}/modules")

    # libzmq asks for CMake 2.8.12, which CMake 4 refuses; our options above are plain variables, which option() must keep;
    # visibility and link-time optimisation follow the target properties.
    set(CMAKE_POLICY_VERSION_MINIMUM 3.5)
    set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
    set(CMAKE_POLICY_DEFAULT_CMP0063 NEW)
    set(CMAKE_POLICY_DEFAULT_CMP0069 NEW)
    if(CMAKE_VERSION VERSION_LESS 4.4)
        set(CMAKE_WARN_DEPRECATED OFF)
    endif()
    set(CMAKE_SUPPRESS_DEVELOPER_WARNINGS ON)
    set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
    add_subdirectory("${tree}" "${CMAKE_BINARY_DIR}/libzmq" EXCLUDE_FROM_ALL)
    unset(CMAKE_MESSAGE_LOG_LEVEL)

    if(TARGET testutil-static)
        # The extension names both; libzmq's own tests do not know of ours.
        target_link_libraries(testutil-static pyzmq::sodium)
        if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.28)
            # Most are given 10 s, of which test_radio_dish sleeps 9.8.
            get_property(tests DIRECTORY "${tree}/tests" PROPERTY TESTS)
            set_property(TEST ${tests} DIRECTORY "${tree}/tests" PROPERTY TIMEOUT 120)
        endif()
    endif()

    set(header "${CMAKE_BINARY_DIR}/libzmq/platform.hpp")
    pyzmq_check_platform_header("${tree}" "${header}")
    # Only what was found out: other lines depend on the compiler, or hold values.
    file(
        STRINGS "${header}"
        defines
        REGEX "^#define (HAVE_|ZMQ_HAVE_|ZMQ_USE_|ZMQ_IOTHREAD_POLLER_|ZMQ_POLL_)[A-Z0-9_]+ *$"
    )
    list(TRANSFORM defines REPLACE "^#define ([A-Z0-9_]+) *$" "\\1")
    list(SORT defines)
    list(JOIN defines " " defines)
    set_property(GLOBAL PROPERTY PYZMQ_LIBZMQ_DEFINES "${defines}")
    set(targets libzmq-static)
    if(TARGET objects)
        list(APPEND targets objects)
    endif()
    if(MINGW)
        foreach(target IN LISTS targets)
            target_include_directories(${target} BEFORE PRIVATE "${PROJECT_SOURCE_DIR}/cmake/mingw")
            # A static library has no version resource, and not every compiler comes with windres.
            get_target_property(sources ${target} SOURCES)
            list(FILTER sources EXCLUDE REGEX "[.]rc$")
            set_property(TARGET ${target} PROPERTY SOURCES ${sources})
        endforeach()
    endif()
    pyzmq_harden_target(${targets})
    pyzmq_silence_target(${targets})
    if(NOT (PYZMQ_LTO AND PYZMQ_LTO_WORKS))
        # As one file it is optimised as a whole all the same, and compiled in a fraction of the time.
        set_target_properties(${targets} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
    endif()
    foreach(target IN LISTS targets)
        target_compile_definitions(${target} PRIVATE ZMQ_NO_EXPORT)
        # libzmq's assertions print __FILE__.
        if(PYZMQ_HAVE_FILE_PREFIX_MAP)
            target_compile_options(${target} PRIVATE "$<${_pyzmq_gnu}:-ffile-prefix-map=${tree}/=libzmq/>")
        endif()
        # With libsodium's own build the headers are there only after it.
        add_dependencies(${target} pyzmq_sodium)
    endforeach()
endfunction()

# pyzmq_fact(<name> <value>): what is known of the target, unless the user knows better.
macro(pyzmq_fact name value)
    if(NOT DEFINED ${name})
        set(${name} ${value})
    endif()
endmacro()

# What libzmq finds out by running programs, which a cross build cannot, and which would make a build depend on what the
# building machine's container allows. Known for the systems that wheels are made for; others are probed, natively.
macro(pyzmq_platform_facts)
    if(CMAKE_SYSTEM_NAME MATCHES "^(Linux|Android)$")
        foreach(
            fact
            IN
            ITEMS
                SOCK_CLOEXEC
                O_CLOEXEC
                EVENTFD_CLOEXEC
                SO_BINDTODEVICE
                SO_KEEPALIVE
                SO_PRIORITY
                TCP_KEEPCNT
                TCP_KEEPIDLE
                TCP_KEEPINTVL
                GETRANDOM
        )
            pyzmq_fact(ZMQ_HAVE_${fact} 1)
        endforeach()
        # Darwin's name of TCP_KEEPIDLE.
        pyzmq_fact(ZMQ_HAVE_TCP_KEEPALIVE 0)
        include(CheckIncludeFile)
        check_include_file("linux/tipc.h" ZMQ_HAVE_TIPC)
        pyzmq_fact(HAVE_CLOCK_GETTIME 1)
        if(CMAKE_SYSTEM_NAME STREQUAL "Android")
            pyzmq_fact(RT_LIBRARY OFF)
        else()
            # A name that every C library for Linux offers, as a stub where the functions moved into libc.
            pyzmq_fact(RT_LIBRARY rt)
        endif()
    elseif(CMAKE_SYSTEM_NAME MATCHES "^(Darwin|iOS)$")
        foreach(
            fact
            IN
            ITEMS O_CLOEXEC SO_KEEPALIVE TCP_KEEPCNT TCP_KEEPINTVL TCP_KEEPALIVE
        )
            pyzmq_fact(ZMQ_HAVE_${fact} 1)
        endforeach()
        foreach(
            fact
            IN
            ITEMS SOCK_CLOEXEC EVENTFD_CLOEXEC SO_BINDTODEVICE SO_PRIORITY TCP_KEEPIDLE TIPC GETRANDOM
        )
            pyzmq_fact(ZMQ_HAVE_${fact} 0)
        endforeach()
        pyzmq_fact(HAVE_CLOCK_GETTIME 1)
        pyzmq_fact(RT_LIBRARY OFF)
    elseif(WIN32)
        # Windows 8.1, the oldest that CPython 3.9 runs on; libzmq would take the version of the building machine.
        pyzmq_default(ZMQ_WIN32_WINNT STRING 0x0603)
        # wepoll, which ipc needs. libzmq's own default for Visual Studio, but for no other compiler.
        pyzmq_default(POLLER STRING epoll)
    endif()

    # libzmq asks the building machine for this one.
    if(NOT DEFINED ZMQ_CACHELINE_SIZE)
        if(CMAKE_SYSTEM_PROCESSOR MATCHES "^s390")
            set(ZMQ_CACHELINE_SIZE 256)
        elseif(
            CMAKE_SYSTEM_PROCESSOR MATCHES "^(ppc64|powerpc64)"
            OR (APPLE AND CMAKE_SYSTEM_PROCESSOR STREQUAL "arm64")
        )
            set(ZMQ_CACHELINE_SIZE 128)
        else()
            set(ZMQ_CACHELINE_SIZE 64)
        endif()
    endif()
endmacro()

# Stop if a define that the target platform must have is missing from libzmq's generated header: libzmq would go on without
# the feature, in silence.
function(pyzmq_check_platform_header tree header)
    set(expected ZMQ_HAVE_CURVE ZMQ_USE_LIBSODIUM)
    if(ENABLE_WS)
        list(APPEND expected ZMQ_HAVE_WS)
    endif()
    if(CMAKE_SYSTEM_NAME MATCHES "^(Linux|Android)$")
        list(
            APPEND expected
            HAVE_ACCEPT4
            HAVE_CLOCK_GETTIME
            HAVE_FORK
            HAVE_IF_NAMETOINDEX
            HAVE_MKDTEMP
            HAVE_POSIX_MEMALIGN
            HAVE_STRNLEN
            ZMQ_HAVE_EVENTFD
            ZMQ_HAVE_EVENTFD_CLOEXEC
            ZMQ_HAVE_IFADDRS
            ZMQ_HAVE_IPC
            ZMQ_HAVE_O_CLOEXEC
            ZMQ_HAVE_SO_BINDTODEVICE
            ZMQ_HAVE_SO_KEEPALIVE
            ZMQ_HAVE_SO_PEERCRED
            ZMQ_HAVE_SOCK_CLOEXEC
            ZMQ_HAVE_TCP_KEEPCNT
            ZMQ_HAVE_TCP_KEEPIDLE
            ZMQ_HAVE_TCP_KEEPINTVL
            ZMQ_HAVE_UIO
        )
        if(NOT POLLER OR POLLER STREQUAL "epoll")
            list(APPEND expected ZMQ_IOTHREAD_POLLER_USE_EPOLL ZMQ_IOTHREAD_POLLER_USE_EPOLL_CLOEXEC)
        endif()
    elseif(CMAKE_SYSTEM_NAME MATCHES "^(Darwin|iOS)$")
        list(
            APPEND expected
            HAVE_CLOCK_GETTIME
            HAVE_IF_NAMETOINDEX
            ZMQ_HAVE_IFADDRS
            ZMQ_HAVE_IPC
            ZMQ_HAVE_O_CLOEXEC
            ZMQ_HAVE_SO_KEEPALIVE
            ZMQ_HAVE_TCP_KEEPALIVE
            ZMQ_HAVE_UIO
        )
        if(NOT POLLER OR POLLER STREQUAL "kqueue")
            list(APPEND expected ZMQ_IOTHREAD_POLLER_USE_KQUEUE)
        endif()
    elseif(WIN32)
        list(APPEND expected ZMQ_HAVE_WINDOWS)
    endif()

    file(READ "${header}" text)
    # Another version of libzmq has other defines: only what its template knows can be missing.
    file(READ "${tree}/builds/cmake/platform.hpp.in" template)
    set(missing "")
    foreach(define IN LISTS expected)
        if(template MATCHES "#cmakedefine ${define}[ \r\n]" AND NOT text MATCHES "#define ${define}[ \r\n]")
            list(APPEND missing ${define})
        endif()
    endforeach()
    if(missing)
        list(JOIN missing ", " missing)
        message(
            FATAL_ERROR
            "pyzmq: libzmq was configured without features that ${CMAKE_SYSTEM_NAME} has: ${missing}. Sought in ${header}. "
            "The probes of libzmq's CMake failed for this toolchain: CMake's log in ${CMAKE_BINARY_DIR}/CMakeFiles tells "
            "why. Set the ones that are right for the target yourself, as in CMAKE_ARGS=\"-DZMQ_HAVE_SOCK_CLOEXEC=1\", or "
            "mend the sysroot that the toolchain file names."
        )
    endif()
    if(text MATCHES "#define ZMQ_CACHELINE_SIZE ([0-9]+)")
        if(DEFINED ZMQ_CACHELINE_SIZE AND NOT CMAKE_MATCH_1 EQUAL ZMQ_CACHELINE_SIZE)
            message(STATUS "pyzmq: libzmq took a cache line of ${CMAKE_MATCH_1} bytes from the building machine")
        endif()
    endif()
endfunction()
