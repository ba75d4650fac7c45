# SPDX-License-Identifier: GPL-3.0-or-later
# Every source file of a catalog folder needs a row in the folder's catalog.cpp.
# Run: cmake -DSOURCE_FOLDER=<repository> -P catalog_rows.cmake
#
# A file has a row if catalog.cpp, outside of #include lines and comments, holds an identifier that
# begins with the file's name, in any of our spellings: weight_tying.cpp is there as weight_tying…,
# weightTying… or …WeightTying…. Files that are not entries themselves are listed in
# catalog_helpers.txt, one path per line, each with what it is for.

cmake_minimum_required(VERSION 3.25)

set(folders core/architectures core/methods core/measure widgets/views)
set(helper_list tests/architecture/catalog_helpers.txt)
set(problems "")

# spellings(<stem> <out>): a regular expression for the identifiers that stand for a file.
function(spellings stem out)
    string(REPLACE "_" ";" words "${stem}")
    set(pascal "")
    foreach(word IN LISTS words)
        string(SUBSTRING "${word}" 0 1 first)
        string(SUBSTRING "${word}" 1 -1 rest)
        string(TOUPPER "${first}" first)
        string(APPEND pascal "${first}${rest}")
    endforeach()
    string(SUBSTRING "${pascal}" 0 1 first)
    string(SUBSTRING "${pascal}" 1 -1 rest)
    string(TOLOWER "${first}" first)
    set(${out} "(^|[^A-Za-z0-9_])(${stem}|${first}${rest})|${pascal}" PARENT_SCOPE)
endfunction()

# code_of(<file> <out>): its text without comments and #include lines.
function(code_of file out)
    file(READ "${SOURCE_FOLDER}/${file}" text)
    string(REGEX REPLACE "//[^\n]*" "" text "${text}")
    string(REGEX REPLACE "\n[ \t]*#[ \t]*include[^\n]*" "" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(helpers "")
file(STRINGS "${SOURCE_FOLDER}/${helper_list}" helper_lines REGEX "^[a-z]")
foreach(line IN LISTS helper_lines)
    if(NOT line MATCHES "^([^ ]+) +([^ ].*)$")
        list(APPEND problems "${helper_list}: \"${line}\" needs a path and what the file is for")
        continue()
    endif()
    list(APPEND helpers "${CMAKE_MATCH_1}")
    if(NOT EXISTS "${SOURCE_FOLDER}/${CMAKE_MATCH_1}")
        list(APPEND problems "${helper_list}: ${CMAKE_MATCH_1} does not exist")
    endif()
endforeach()

set(number 0)
foreach(folder IN LISTS folders)
    file(GLOB files RELATIVE "${SOURCE_FOLDER}" "${SOURCE_FOLDER}/${folder}/*.cpp")
    list(REMOVE_ITEM files "${folder}/catalog.cpp" ${helpers})
    if(NOT files)
        continue()
    endif()
    if(NOT EXISTS "${SOURCE_FOLDER}/${folder}/catalog.cpp")
        list(APPEND problems "${folder}/catalog.cpp does not exist")
        continue()
    endif()
    code_of("${folder}/catalog.cpp" code)
    foreach(file IN LISTS files)
        get_filename_component(stem "${file}" NAME_WE)
        spellings("${stem}" wanted)
        math(EXPR number "${number} + 1")
        if(NOT code MATCHES "${wanted}")
            list(APPEND problems
                "${file} has no row: no identifier in ${folder}/catalog.cpp begins with \"${stem}\". Add the row, or list the file with its purpose in ${helper_list}")
        endif()
    endforeach()
endforeach()

if(problems)
    list(JOIN problems "\n  " text)
    message(FATAL_ERROR "Catalogs are not complete:\n  ${text}\n")
endif()
message(STATUS "${number} files of the catalog folders have their rows")
