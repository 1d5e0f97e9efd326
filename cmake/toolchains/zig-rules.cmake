# Read by CMake after its own rules for a platform. Zig's linker for Mach-O makes no bundles; Python loads a shared
# library as well.
foreach(_language IN ITEMS C CXX)
    if(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
        set(CMAKE_SHARED_MODULE_CREATE_${_language}_FLAGS "-shared")
    endif()
endforeach()
