# The extension modules: one for each backend, with libzmq inside or linked.
include_guard(GLOBAL)
include(CheckLinkerFlag)
include(CheckSymbolExists)

# pyzmq_carry_cxx_runtime(<target>): link the C++ runtime into the extension where its platform promises none: wheels for
# musl may need the C library alone, and Android leaves the runtime to each application.
function(pyzmq_carry_cxx_runtime target)
    if(NOT CMAKE_SYSTEM_NAME MATCHES "^(Linux|Android)$")
        return()
    endif()
    check_symbol_exists(__GLIBC__ "features.h" PYZMQ_HAVE_GLIBC)
    if(PYZMQ_HAVE_GLIBC)
        return()
    endif()
    foreach(library IN ITEMS libstdc++ libgcc)
        string(MAKE_C_IDENTIFIER "PYZMQ_HAVE_STATIC_${library}" known)
        check_linker_flag(CXX "-static-${library}" ${known})
        if(${known})
            target_link_options(${target} PRIVATE "-static-${library}")
        endif()
    endforeach()
endfunction()

# pyzmq_add_module(<target> <module> SOURCES <file>...): a Python extension that exports its init function only.
function(pyzmq_add_module target module init_symbol)
    cmake_parse_arguments(PARSE_ARGV 3 arg "" "" "SOURCES")
    add_library(${target} MODULE ${arg_SOURCES})
    set_target_properties(
        ${target}
        PROPERTIES
            OUTPUT_NAME "${module}"
            PREFIX ""
            SUFFIX "${PYZMQ_EXTENSION_SUFFIX}"
            # A static libzmq brings C++ along; its linker knows which runtime that needs.
            LINKER_LANGUAGE CXX
    )
    target_include_directories(
        ${target}
        PRIVATE
            "${PROJECT_SOURCE_DIR}/zmq/backend/c"
            "${PROJECT_SOURCE_DIR}/zmq/backend/cython"
            "${PROJECT_SOURCE_DIR}/zmq/include"
    )
    target_link_libraries(${target} PRIVATE ${PYZMQ_PYTHON_TARGET} pyzmq::libzmq)
    if(WIN32 AND NOT MSVC AND CMAKE_SIZEOF_VOID_P EQUAL 8)
        # Before CPython 3.13, its headers see only from Microsoft's compiler that pointers have 64 bits.
        target_compile_definitions(${target} PRIVATE "MS_WIN64=")
    endif()
    if(PYZMQ_ZIG)
        set(runtime "${PROJECT_SOURCE_DIR}/cmake/toolchains/zig-runtime.cpp")
        target_sources(${target} PRIVATE "${runtime}")
        set_source_files_properties(
            "${runtime}"
            PROPERTIES COMPILE_OPTIONS "-std=c++17;-fvisibility-global-new-delete=force-hidden"
        )
    endif()
    pyzmq_harden_target(${target})
    pyzmq_harden_extension(${target} ${init_symbol})
    pyzmq_carry_cxx_runtime(${target})
    if(CMAKE_SYSTEM_NAME STREQUAL "Android")
        # Newer devices have pages of 16 kB, and load nothing that is aligned to less.
        target_link_options(${target} PRIVATE "LINKER:-z,max-page-size=16384")
    endif()
    pyzmq_name_musl(${target})
    if(PYZMQ_LIBZMQ_RPATH_DIRS)
        set_target_properties(${target} PROPERTIES INSTALL_RPATH "${PYZMQ_LIBZMQ_RPATH_DIRS}")
    endif()
endfunction()

# zmq.backend.cython._zmq: Cython's output, made now where there is a Cython, else the one that the sdist carries.
function(pyzmq_add_cython_backend)
    set(folder "${PROJECT_SOURCE_DIR}/zmq/backend/cython")
    set(generated "${PROJECT_BINARY_DIR}/cython/_zmq.c")
    set(shipped "${folder}/_zmq.c")

    set(cython "")
    if(CYTHON)
        set(cython "${CYTHON}")
    else()
        execute_process(
            COMMAND "${PYZMQ_PYTHON}" -c "import Cython; print(Cython.__version__)"
            OUTPUT_VARIABLE version
            OUTPUT_STRIP_TRAILING_WHITESPACE
            ERROR_QUIET
            RESULT_VARIABLE result
        )
        if(result EQUAL 0 AND version VERSION_GREATER_EQUAL 3.1)
            set(cython "${PYZMQ_PYTHON};-m;cython")
            set_property(GLOBAL PROPERTY PYZMQ_CYTHON_VERSION "${version}")
        endif()
    endif()

    if(cython)
        file(GLOB parts CONFIGURE_DEPENDS "${folder}/*.pyx" "${folder}/*.pxi" "${folder}/*.pxd")
        file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/cython")
        add_custom_command(
            OUTPUT "${generated}"
            # From the root and with relative names, so that the output holds no path of this machine.
            COMMAND
                ${cython} -3 --fast-fail -I . --module-name zmq.backend.cython._zmq -o "${generated}"
                zmq/backend/cython/_zmq.pyx
            WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
            DEPENDS ${parts}
            COMMENT "Cythonizing zmq/backend/cython/_zmq.pyx"
            VERBATIM
        )
        set(source "${generated}")
    elseif(EXISTS "${shipped}")
        message(STATUS "pyzmq: no Cython >= 3.1 for ${PYZMQ_PYTHON}; using the C that came with the sources")
        set(source "${shipped}")
    else()
        message(
            FATAL_ERROR
            "pyzmq: Cython >= 3.1 is needed to build from a checkout. Sought: module Cython of ${PYZMQ_PYTHON}, "
            "and the generated ${shipped}, which sdists carry. Install Cython, or set CYTHON to its executable."
        )
    endif()

    set(sources "${source}")
    if(SKBUILD_SABI_VERSION)
        # Includes the source, which is here for its dependencies only.
        set_source_files_properties("${source}" PROPERTIES HEADER_FILE_ONLY ON)
        list(APPEND sources "${folder}/pyzmq_limited.c")
    endif()
    pyzmq_add_module(pyzmq_cython _zmq PyInit__zmq SOURCES ${sources})
    target_compile_definitions(pyzmq_cython PRIVATE PYZMQ_HOLDS_GIL)
    if(SKBUILD_SABI_VERSION)
        target_compile_definitions(pyzmq_cython PRIVATE "PYZMQ_CYTHONIZED=\"${source}\"")
        string(REPLACE "." ";" sabi "${SKBUILD_SABI_VERSION}")
        list(GET sabi 0 major)
        list(GET sabi 1 minor)
        math(EXPR hex "(${major} << 24) + (${minor} << 16)" OUTPUT_FORMAT HEXADECIMAL)
        target_compile_definitions(pyzmq_cython PRIVATE "Py_LIMITED_API=${hex}")
    endif()
    install(TARGETS pyzmq_cython LIBRARY DESTINATION zmq/backend/cython)
endfunction()

# zmq.backend.cffi._cffi: the C source comes from the declarations in zmq/backend/cffi.
function(pyzmq_add_cffi_backend)
    execute_process(COMMAND "${PYZMQ_PYTHON}" -c "import cffi" RESULT_VARIABLE result ERROR_QUIET)
    if(NOT result EQUAL 0)
        message(
            FATAL_ERROR
            "pyzmq: PYZMQ_BACKEND has 'cffi', which needs the package cffi while building. Sought: module cffi of "
            "${PYZMQ_PYTHON}. Install cffi, or set PYZMQ_BACKEND=cython."
        )
    endif()
    set(folder "${PROJECT_SOURCE_DIR}/zmq/backend/cffi")
    set(generated "${PROJECT_BINARY_DIR}/cffi/_cffi.c")
    file(GLOB parts CONFIGURE_DEPENDS "${folder}/*.h" "${folder}/*.c" "${folder}/_build.py")
    file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/cffi")
    add_custom_command(
        OUTPUT "${generated}"
        COMMAND "${PYZMQ_PYTHON}" -B "${folder}/_build.py" --output "${generated}"
        DEPENDS ${parts}
        COMMENT "Writing the C of zmq.backend.cffi._cffi"
        VERBATIM
    )
    set(init_symbol PyInit__cffi)
    if(PYZMQ_EXTENSION_SUFFIX MATCHES "pypy")
        set(init_symbol _cffi_pypyinit__cffi)
    endif()
    pyzmq_add_module(pyzmq_cffi _cffi ${init_symbol} SOURCES "${generated}")
    install(TARGETS pyzmq_cffi LIBRARY DESTINATION zmq/backend/cffi)
endfunction()
