# SPDX-License-Identifier: GPL-3.0-or-later
# Finds any official LibTorch (unpacked archive or Python wheel) by its folder:
#   -DLibTorch_ROOT=<folder with include/ and lib/>
# Result: the INTERFACE target espalier_torch (torch_cpu and c10 only).
#
# The package's own TorchConfig.cmake is not used: that of a CUDA build demands a CUDA toolkit, which
# this project neither links nor includes.

if(NOT LibTorch_ROOT)
    if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
        set(_libtorch_cache "$ENV{XDG_CACHE_HOME}")
    else()
        set(_libtorch_cache "$ENV{HOME}/.cache")
    endif()
    set(LibTorch_ROOT "${_libtorch_cache}/espalier/libtorch-2.11.0"
        CACHE PATH "Folder of LibTorch, with include/ and lib/" FORCE)
endif()

set(LibTorch_INCLUDE_DIR "${LibTorch_ROOT}/include")
set(LibTorch_LIBRARY_DIR "${LibTorch_ROOT}/lib")
set(_libtorch_complete TRUE)
foreach(_libtorch_file IN ITEMS include/ATen/core/Tensor.h lib/libtorch_cpu.so lib/libc10.so)
    if(NOT EXISTS "${LibTorch_ROOT}/${_libtorch_file}")
        set(_libtorch_complete FALSE)
        message(FATAL_ERROR "LibTorch: ${LibTorch_ROOT}/${_libtorch_file} does not exist. "
            "Run cmake/setup/setup.sh to fetch LibTorch, or give the folder of one that is installed with "
            "-DLibTorch_ROOT=<folder with include/ and lib/>.")
    endif()
endforeach()

# The version moved from the first header to the second one with 2.9; both may exist.
set(LibTorch_VERSION "")
foreach(_libtorch_header IN ITEMS torch/csrc/api/include/torch/version.h torch/headeronly/version.h)
    if(NOT EXISTS "${LibTorch_INCLUDE_DIR}/${_libtorch_header}")
        continue()
    endif()
    file(STRINGS "${LibTorch_INCLUDE_DIR}/${_libtorch_header}" _libtorch_lines
        REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
    if(_libtorch_lines)
        string(REGEX REPLACE "[^0-9;]" "" _libtorch_lines "${_libtorch_lines}")
        list(JOIN _libtorch_lines "." LibTorch_VERSION)
    endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
    REQUIRED_VARS LibTorch_INCLUDE_DIR LibTorch_LIBRARY_DIR LibTorch_VERSION
    VERSION_VAR LibTorch_VERSION)

if(LibTorch_FOUND AND NOT TARGET espalier_torch)
    # LibTorch ships headers of other projects (fmt, google, pybind11 …) next to its own. They would
    # hide the system's fmt, whose library we link, so only its own folders become visible.
    set(_libtorch_view "${PROJECT_BINARY_DIR}/libtorch-include")
    file(MAKE_DIRECTORY "${_libtorch_view}")
    foreach(_libtorch_folder IN ITEMS ATen c10 caffe2 torch)
        if(EXISTS "${LibTorch_INCLUDE_DIR}/${_libtorch_folder}")
            file(CREATE_LINK "${LibTorch_INCLUDE_DIR}/${_libtorch_folder}"
                "${_libtorch_view}/${_libtorch_folder}" SYMBOLIC)
        endif()
    endforeach()

    foreach(_libtorch_name IN ITEMS torch_cpu c10)
        add_library(LibTorch::${_libtorch_name} SHARED IMPORTED)
        set_target_properties(LibTorch::${_libtorch_name} PROPERTIES
            IMPORTED_LOCATION "${LibTorch_LIBRARY_DIR}/lib${_libtorch_name}.so")
    endforeach()

    add_library(espalier_torch INTERFACE)
    target_include_directories(espalier_torch SYSTEM INTERFACE "${_libtorch_view}")
    target_compile_definitions(espalier_torch INTERFACE AT_PER_OPERATOR_HEADERS)
    target_link_libraries(espalier_torch INTERFACE LibTorch::torch_cpu LibTorch::c10)
    target_link_options(espalier_torch INTERFACE "LINKER:-rpath-link,${LibTorch_LIBRARY_DIR}")
endif()
