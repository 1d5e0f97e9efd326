# Every build option, once: name, type, default, help.
#
# A definition given to CMake (-D, a preset, a toolchain file) wins over the environment variable of the same name, which
# wins over the default. An empty environment variable is none. Lists are separated by semicolons in CMake, and written
# as on a command line in the environment.
include_guard(GLOBAL)

define_property(
    GLOBAL
    PROPERTY PYZMQ_OPTIONS
    BRIEF_DOCS "Names of all options, in order"
    FULL_DOCS "In order of declaration"
)

# pyzmq_option(<name> <BOOL|STRING|LIST|PATH> <default> <help> [ALIASES <environment or CMake names>...])
#
# A build folder may be used again with another environment: what came from the environment or from the default last time
# is decided anew, what the user gave stays.
function(pyzmq_option name type default help)
    cmake_parse_arguments(PARSE_ARGV 4 arg "" "" "ALIASES")
    set(cache_type "${type}")
    if(type STREQUAL "LIST")
        set(cache_type STRING)
    endif()

    set(origin default)
    set(value "${default}")
    foreach(candidate IN LISTS name arg_ALIASES)
        if(NOT DEFINED ${candidate})
            continue()
        endif()
        set(ours FALSE)
        if(candidate STREQUAL name AND DEFINED CACHE{PYZMQ_DECIDED_${name}})
            if(
                "${${name}}" STREQUAL "$CACHE{PYZMQ_DECIDED_${name}}"
                AND NOT "$CACHE{PYZMQ_ORIGIN_${name}}" STREQUAL "user"
            )
                set(ours TRUE)
            endif()
        endif()
        if(NOT ours)
            set(origin user)
            set(value "${${candidate}}")
            break()
        endif()
    endforeach()

    if(origin STREQUAL "default")
        foreach(candidate IN LISTS name arg_ALIASES)
            if(NOT "$ENV{${candidate}}" STREQUAL "")
                set(origin environment)
                set(value "$ENV{${candidate}}")
                if(type STREQUAL "LIST")
                    separate_arguments(value NATIVE_COMMAND "${value}")
                endif()
                break()
            endif()
        endforeach()
    endif()

    if(type STREQUAL "BOOL")
        string(TOUPPER "${value}" upper)
        if(upper MATCHES "^(1|ON|YES|TRUE|Y)$")
            set(value ON)
        elseif(upper MATCHES "^(0|OFF|NO|FALSE|N|)$")
            set(value OFF)
        else()
            message(FATAL_ERROR "pyzmq: ${name} is ON or OFF, not '${value}' (given by ${origin}).")
        endif()
    endif()

    set(${name} "${value}" CACHE ${cache_type} "${help}" FORCE)
    set(PYZMQ_DECIDED_${name} "${value}" CACHE INTERNAL "")
    set(PYZMQ_ORIGIN_${name} "${origin}" CACHE INTERNAL "")
    set_property(GLOBAL APPEND PROPERTY PYZMQ_OPTIONS "${name}")
endfunction()

# pyzmq_dependency(<out> <path in cmake/dependencies.json>...): a value of the file where versions and checksums stand.
function(pyzmq_dependency out)
    set_property(
        DIRECTORY "${PROJECT_SOURCE_DIR}"
        APPEND
        PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/dependencies.json"
    )
    file(READ "${PROJECT_SOURCE_DIR}/cmake/dependencies.json" text)
    string(JSON value GET "${text}" ${ARGN})
    set(${out} "${value}" PARENT_SCOPE)
endfunction()

pyzmq_dependency(default_libzmq libzmq version)
pyzmq_dependency(default_libsodium libsodium version)

pyzmq_option(ZMQ_PREFIX STRING auto "Where libzmq is: 'auto' (search, then bundle), 'bundled', or the prefix of an installed libzmq")
pyzmq_option(ZMQ_DRAFT_API BOOL OFF "Build with libzmq's draft API" ALIASES ZMQ_BUILD_DRAFT)
pyzmq_option(PYZMQ_NO_BUNDLE BOOL OFF "Fail if no libzmq is found, instead of building the bundled one")
pyzmq_option(PYZMQ_LIBZMQ_RPATH BOOL ON "Let the extension find a shared libzmq outside the system's folders by its RPATH")
pyzmq_option(PYZMQ_LIBZMQ_VERSION STRING "${default_libzmq}" "Version of libzmq to bundle")
pyzmq_option(PYZMQ_LIBZMQ_URL STRING "" "URL or path of the libzmq archive to bundle")
pyzmq_option(PYZMQ_LIBZMQ_SHA256 STRING "" "SHA-256 that the libzmq archive must have")
pyzmq_option(PYZMQ_LIBZMQ_FAST_SIGNALER BOOL ON "Patch the bundled libzmq to make no system call when nothing is pending")
pyzmq_option(PYZMQ_LIBSODIUM_VERSION STRING "${default_libsodium}" "Version of libsodium to bundle")
pyzmq_option(PYZMQ_LIBSODIUM_URL STRING "" "URL or path of the libsodium archive to bundle")
pyzmq_option(PYZMQ_LIBSODIUM_SHA256 STRING "" "SHA-256 that the libsodium archive must have")
pyzmq_option(PYZMQ_LIBSODIUM_CONFIGURE_ARGS LIST "" "Build libsodium by its own configure and make, with these arguments for configure")
pyzmq_option(PYZMQ_LIBSODIUM_MSBUILD_ARGS LIST "" "Build libsodium by its own msbuild solution, with these arguments for msbuild")
pyzmq_option(PYZMQ_LIBSODIUM_VS_VERSION STRING "" "Build libsodium by its own msbuild solution for this Visual Studio, such as 2022")
pyzmq_option(PYZMQ_BACKEND LIST "" "Backends to build: cython, cffi, or both; default: cython, and cffi on PyPy")
pyzmq_option(PYZMQ_LTO BOOL ON "Optimise across files at link time, where the compiler can")
pyzmq_option(PYZMQ_SOURCES_DIR PATH "${PROJECT_SOURCE_DIR}/vendor" "Folder with archives of libzmq and libsodium, looked at before the network")
pyzmq_option(PYZMQ_OFFLINE BOOL OFF "Take archives from PYZMQ_SOURCES_DIR or the URL options only, never from the network")
pyzmq_option(PYZMQ_DOWNLOAD_TIMEOUT STRING 20 "Seconds without a byte after which a download is given up")
