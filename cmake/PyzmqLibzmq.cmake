# libzmq as one target, pyzmq::libzmq, however it comes: found, at a prefix, or bundled.
#
# Global properties tell the summary how: PYZMQ_LIBZMQ_ORIGIN (cmake, pkg-config, search, prefix, bundled),
# PYZMQ_LIBZMQ_LINKED (static, shared), PYZMQ_LIBZMQ_FOUND_VERSION, PYZMQ_LIBZMQ_LOCATION.
include_guard(GLOBAL)
include(CheckCXXSourceCompiles)
include(CMakePushCheckState)
include(PyzmqBundled)

function(pyzmq_provide_libzmq)
    if(ZMQ_PREFIX STREQUAL "bundled" AND PYZMQ_NO_BUNDLE)
        message(FATAL_ERROR "pyzmq: ZMQ_PREFIX=bundled and PYZMQ_NO_BUNDLE=ON exclude each other; unset one of them.")
    endif()
    if(ZMQ_PREFIX STREQUAL "bundled")
        pyzmq_bundle_libzmq()
    elseif(ZMQ_PREFIX STREQUAL "auto" OR ZMQ_PREFIX STREQUAL "")
        pyzmq_search_libzmq(found)
        if(NOT found)
            if(PYZMQ_NO_BUNDLE)
                message(
                    FATAL_ERROR
                    "pyzmq: no libzmq was found, and PYZMQ_NO_BUNDLE forbids to build the bundled one. Sought: the CMake "
                    "package ZeroMQ, libzmq of pkg-config, zmq.h and the library zmq in CMAKE_PREFIX_PATH "
                    "('${CMAKE_PREFIX_PATH}') and the system's folders. Install libzmq with its headers (Debian: "
                    "libzmq3-dev), or set ZMQ_PREFIX to its prefix, CMAKE_PREFIX_PATH or PKG_CONFIG_PATH."
                )
            endif()
            message(STATUS "pyzmq: no libzmq found; building the bundled one")
            pyzmq_bundle_libzmq()
        endif()
    else()
        pyzmq_libzmq_at_prefix()
    endif()
    # Directory scope ends with this function; the extension reads it after.
    set(PYZMQ_LIBZMQ_RPATH_DIRS "${PYZMQ_LIBZMQ_RPATH_DIRS}" PARENT_SCOPE)
endfunction()

# pyzmq_search_libzmq(<out>): CMake's package, then pkg-config, then the library itself.
macro(pyzmq_search_libzmq out)
    set(${out} FALSE)
    find_package(ZeroMQ CONFIG QUIET)
    if(ZeroMQ_FOUND)
        foreach(candidate IN ITEMS libzmq libzmq-static)
            if(TARGET ${candidate} AND NOT ${out})
                get_target_property(_includes ${candidate} INTERFACE_INCLUDE_DIRECTORIES)
                get_target_property(_type ${candidate} TYPE)
                set(_linked shared)
                if(_type STREQUAL "STATIC_LIBRARY")
                    set(_linked static)
                endif()
                pyzmq_use_libzmq(cmake ${_linked} "${ZeroMQ_DIR}" "${_includes}" "${candidate}")
                set(${out} TRUE)
            endif()
        endforeach()
    endif()
    if(NOT ${out})
        find_package(PkgConfig QUIET)
        if(PkgConfig_FOUND)
            pkg_check_modules(PYZMQ_PC_LIBZMQ QUIET IMPORTED_TARGET libzmq)
            if(PYZMQ_PC_LIBZMQ_FOUND)
                set(_includes "${PYZMQ_PC_LIBZMQ_INCLUDE_DIRS}")
                if(NOT _includes)
                    set(_includes "${PYZMQ_PC_LIBZMQ_INCLUDEDIR}")
                endif()
                pyzmq_use_libzmq(pkg-config shared "${PYZMQ_PC_LIBZMQ_PREFIX}" "${_includes}" PkgConfig::PYZMQ_PC_LIBZMQ)
                set(PYZMQ_LIBZMQ_RPATH_CANDIDATES "${PYZMQ_PC_LIBZMQ_LIBRARY_DIRS}")
                set(${out} TRUE)
            endif()
        endif()
    endif()
    if(NOT ${out})
        find_path(PYZMQ_ZMQ_INCLUDE_DIR NAMES zmq.h)
        find_library(PYZMQ_ZMQ_LIBRARY NAMES zmq libzmq)
        if(PYZMQ_ZMQ_INCLUDE_DIR AND PYZMQ_ZMQ_LIBRARY)
            pyzmq_use_library_file(search "${PYZMQ_ZMQ_LIBRARY}" "${PYZMQ_ZMQ_INCLUDE_DIR}" "")
            set(${out} TRUE)
        endif()
    endif()
    if(${out})
        pyzmq_finish_found_libzmq()
    endif()
endmacro()

# The libzmq at ZMQ_PREFIX, and no other.
macro(pyzmq_libzmq_at_prefix)
    get_filename_component(_prefix "${ZMQ_PREFIX}" ABSOLUTE)
    set(_suffixes lib lib64)
    if(CMAKE_LIBRARY_ARCHITECTURE)
        list(APPEND _suffixes "lib/${CMAKE_LIBRARY_ARCHITECTURE}")
    endif()
    if(CMAKE_SIZEOF_VOID_P EQUAL 4)
        list(APPEND _suffixes lib32)
    endif()
    unset(PYZMQ_PREFIX_INCLUDE_DIR CACHE)
    unset(PYZMQ_PREFIX_LIBRARY CACHE)
    # The prefix is what the user said, on this machine, also when a sysroot is in force.
    find_path(
        PYZMQ_PREFIX_INCLUDE_DIR
        NAMES zmq.h
        PATHS "${_prefix}"
        PATH_SUFFIXES include
        NO_DEFAULT_PATH
        NO_CMAKE_FIND_ROOT_PATH
    )
    # Releases of MSVC builds carry the toolset and the version in their names.
    file(GLOB _msvc_names RELATIVE "${_prefix}/lib" "${_prefix}/lib/libzmq-*.lib")
    list(TRANSFORM _msvc_names REPLACE "\\.lib$" "")
    find_library(
        PYZMQ_PREFIX_LIBRARY
        NAMES zmq libzmq ${_msvc_names}
        PATHS "${_prefix}"
        PATH_SUFFIXES ${_suffixes}
        NO_DEFAULT_PATH
        NO_CMAKE_FIND_ROOT_PATH
    )
    if(NOT PYZMQ_PREFIX_INCLUDE_DIR OR NOT PYZMQ_PREFIX_LIBRARY)
        set(_missing "")
        if(NOT PYZMQ_PREFIX_INCLUDE_DIR)
            list(APPEND _missing "zmq.h in ${_prefix}/include")
        endif()
        if(NOT PYZMQ_PREFIX_LIBRARY)
            list(JOIN _suffixes ", " _folders)
            list(APPEND _missing "a library zmq in the folders ${_folders} of ${_prefix}")
        endif()
        list(JOIN _missing " and " _missing)
        message(
            FATAL_ERROR
            "pyzmq: no libzmq at ZMQ_PREFIX='${ZMQ_PREFIX}'. Sought and not found: ${_missing}. Set ZMQ_PREFIX to a "
            "prefix that has both, to 'auto' to search, or to 'bundled' to build libzmq."
        )
    endif()
    pyzmq_use_library_file(prefix "${PYZMQ_PREFIX_LIBRARY}" "${PYZMQ_PREFIX_INCLUDE_DIR}" "${_prefix}")
    pyzmq_finish_found_libzmq()
endmacro()

# A library file, shared or static; a static one needs what it was built with.
macro(pyzmq_use_library_file origin library include_dir prefix)
    set(_needs "")
    get_filename_component(_folder "${library}" DIRECTORY)
    if("${library}" MATCHES "\\.a$" OR ("${library}" MATCHES "\\.lib$" AND "${library}" MATCHES "-s-|-sgd-|static"))
        set(_linked static)
        pyzmq_needs_of_static_libzmq(_needs "${_folder}")
        set(_definitions ZMQ_STATIC)
    else()
        set(_linked shared)
        set(_definitions "")
        set(PYZMQ_LIBZMQ_RPATH_CANDIDATES "${_folder}")
    endif()
    pyzmq_use_libzmq(${origin} ${_linked} "${prefix}" "${include_dir}" "${library};${_needs}" ${_definitions})
endmacro()

# What a static libzmq has to be linked with: its .pc file says so; pkg-config itself is not needed to read it.
function(pyzmq_needs_of_static_libzmq out folder)
    set(needs "")
    set(text "")
    foreach(pc IN ITEMS "${folder}/pkgconfig/libzmq.pc" "${folder}/../share/pkgconfig/libzmq.pc")
        if(EXISTS "${pc}" AND NOT text)
            file(STRINGS "${pc}" text REGEX "^(Libs|Requires)\\.private:")
        endif()
    endforeach()
    foreach(line IN LISTS text)
        string(REGEX REPLACE "^[A-Za-z.]+:[ ]*" "" words "${line}")
        separate_arguments(words UNIX_COMMAND "${words}")
        foreach(word IN LISTS words)
            set(name "")
            if(line MATCHES "^Libs" AND word MATCHES "^-l(.+)")
                set(name "${CMAKE_MATCH_1}")
            elseif(line MATCHES "^Requires" AND word MATCHES "^(lib)?([A-Za-z][A-Za-z0-9_-]*)$")
                set(name "${CMAKE_MATCH_2}")
            endif()
            if(name MATCHES "^(pthread|stdc\\+\\+|c\\+\\+|gcc_s|gcc|m|c)?$")
                continue() # the C++ linker and Threads bring these
            endif()
            string(MAKE_C_IDENTIFIER "PYZMQ_NEED_${name}" variable)
            find_library(${variable} NAMES ${name} HINTS "${folder}")
            if(${variable})
                list(APPEND needs "${${variable}}")
            endif()
        endforeach()
    endforeach()
    if(NOT text)
        # No .pc file: sodium is what CURVE needs, and by far the most common.
        find_library(PYZMQ_NEED_sodium NAMES sodium libsodium HINTS "${folder}")
        if(PYZMQ_NEED_sodium)
            list(APPEND needs "${PYZMQ_NEED_sodium}")
        endif()
    endif()
    find_package(Threads REQUIRED)
    list(APPEND needs Threads::Threads)
    if(WIN32)
        list(APPEND needs ws2_32 rpcrt4 iphlpapi)
    endif()
    set(${out} "${needs}" PARENT_SCOPE)
endfunction()

# pyzmq_use_libzmq(<origin> <static|shared> <location> <include dirs> <libraries> [definitions...])
macro(
    pyzmq_use_libzmq
    origin
    linked
    location
    include_dirs
    libraries
)
    # Imported, so that the checks below can link it.
    add_library(pyzmq::libzmq INTERFACE IMPORTED GLOBAL)
    target_link_libraries(pyzmq::libzmq INTERFACE ${libraries})
    target_include_directories(pyzmq::libzmq INTERFACE ${include_dirs})
    target_compile_definitions(pyzmq::libzmq INTERFACE ${ARGN})
    if(ZMQ_DRAFT_API)
        target_compile_definitions(pyzmq::libzmq INTERFACE ZMQ_BUILD_DRAFT_API=1)
    endif()
    set_property(GLOBAL PROPERTY PYZMQ_LIBZMQ_ORIGIN "${origin}")
    set_property(GLOBAL PROPERTY PYZMQ_LIBZMQ_LINKED "${linked}")
    set_property(GLOBAL PROPERTY PYZMQ_LIBZMQ_LOCATION "${location}")
    set_property(GLOBAL PROPERTY PYZMQ_LIBZMQ_INCLUDE_DIRS "${include_dirs}")
    set_property(GLOBAL PROPERTY PYZMQ_LIBZMQ_LIBRARIES "${libraries}")
endmacro()

# The checks of a libzmq that we did not build: its version, that it links, that it has drafts if they are asked for.
macro(pyzmq_finish_found_libzmq)
    get_property(_origin GLOBAL PROPERTY PYZMQ_LIBZMQ_ORIGIN)
    get_property(_libraries GLOBAL PROPERTY PYZMQ_LIBZMQ_LIBRARIES)
    get_property(_includes GLOBAL PROPERTY PYZMQ_LIBZMQ_INCLUDE_DIRS)
    pyzmq_version_of_header(_version "${_includes}")
    set_property(GLOBAL PROPERTY PYZMQ_LIBZMQ_FOUND_VERSION "${_version}")
    pyzmq_dependency(_minimum libzmq minimum_version)
    if(_version AND _version VERSION_LESS _minimum)
        message(
            FATAL_ERROR
            "pyzmq: libzmq ${_version} is too old: ${_minimum} is the oldest supported. Found (${_origin}): ${_libraries}, "
            "with zmq.h in ${_includes}. Set ZMQ_PREFIX to the prefix of a newer libzmq, or to 'bundled'."
        )
    endif()

    cmake_push_check_state(RESET)
    set(CMAKE_REQUIRED_LIBRARIES pyzmq::libzmq)
    unset(PYZMQ_LIBZMQ_LINKS CACHE)
    check_cxx_source_compiles(
        "#include <zmq.h>\nint main() { int a, b, c; zmq_version(&a, &b, &c); return zmq_ctx_new() == 0 || a == b; }"
        PYZMQ_LIBZMQ_LINKS
    )
    if(NOT PYZMQ_LIBZMQ_LINKS)
        message(
            FATAL_ERROR
            "pyzmq: the libzmq that was found (${_origin}) cannot be linked: ${_libraries}, with zmq.h in ${_includes}. "
            "CMake's log in ${CMAKE_BINARY_DIR}/CMakeFiles says why. A static libzmq needs the libraries that it was "
            "built with beside it, or a libzmq.pc that names them. Set ZMQ_PREFIX to another prefix, or to 'bundled'."
        )
    endif()
    if(ZMQ_DRAFT_API)
        unset(PYZMQ_LIBZMQ_HAS_DRAFTS CACHE)
        check_cxx_source_compiles(
            "#include <zmq.h>\nint main() { return zmq_join(0, \"\") + (int) zmq_msg_routing_id(0); }"
            PYZMQ_LIBZMQ_HAS_DRAFTS
        )
        if(NOT PYZMQ_LIBZMQ_HAS_DRAFTS)
            message(
                FATAL_ERROR
                "pyzmq: ZMQ_DRAFT_API=ON asks for the draft API, which this libzmq was built without. Sought: zmq_join and "
                "zmq_msg_routing_id in ${_libraries} (found by ${_origin}, zmq.h in ${_includes}). Set ZMQ_DRAFT_API=OFF, "
                "or ZMQ_PREFIX to a libzmq with drafts, or ZMQ_PREFIX=bundled."
            )
        endif()
    endif()
    cmake_pop_check_state()

    # A shared libzmq outside the system's folders is found at run time by RPATH, unless something else sees to that.
    set(PYZMQ_LIBZMQ_RPATH_DIRS "")
    if(PYZMQ_LIBZMQ_RPATH)
        foreach(_folder IN LISTS PYZMQ_LIBZMQ_RPATH_CANDIDATES)
            if(NOT _folder IN_LIST CMAKE_C_IMPLICIT_LINK_DIRECTORIES)
                list(APPEND PYZMQ_LIBZMQ_RPATH_DIRS "${_folder}")
            endif()
        endforeach()
    endif()
endmacro()

# pyzmq_version_of_header(<out> <include dirs>): read off zmq.h, since nothing may be run when cross-compiling.
function(pyzmq_version_of_header out include_dirs)
    set(${out} "" PARENT_SCOPE)
    foreach(folder IN LISTS include_dirs CMAKE_C_IMPLICIT_INCLUDE_DIRECTORIES)
        if(EXISTS "${folder}/zmq.h")
            set(version "")
            foreach(part IN ITEMS MAJOR MINOR PATCH)
                file(STRINGS "${folder}/zmq.h" line REGEX "^[ \t]*#[ \t]*define[ \t]+ZMQ_VERSION_${part}[ \t]+[0-9]+")
                string(REGEX REPLACE ".*ZMQ_VERSION_${part}[ \t]+([0-9]+).*" "\\1" number "${line}")
                list(APPEND version "${number}")
            endforeach()
            list(JOIN version "." version)
            set(${out} "${version}" PARENT_SCOPE)
            return()
        endif()
    endforeach()
endfunction()
