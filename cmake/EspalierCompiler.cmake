# SPDX-License-Identifier: GPL-3.0-or-later
# What every target of ours is compiled with. Nothing here is directory-wide: targets link these.

# From 13 on GCC's optimiser sees overruns that there are not inside fmt and the standard library
# once their code is inlined into ours; sanitizer builds look for real ones.
set(espalier_gcc13 "$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,13>>")
add_library(espalier_warnings INTERFACE)
target_compile_options(espalier_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>
    "$<${espalier_gcc13}:-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread>"
    $<$<BOOL:${ESPALIER_WERROR}>:-Werror>)

add_library(espalier_sanitize INTERFACE)
if(ESPALIER_SANITIZE)
    target_compile_options(espalier_sanitize INTERFACE
        -fsanitize=${ESPALIER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(espalier_sanitize INTERFACE -fsanitize=${ESPALIER_SANITIZE})
endif()

# QT_NO_FOREACH is missing on purpose: qcustomplot.h uses foreach.
add_library(espalier_qt INTERFACE)
target_compile_definitions(espalier_qt INTERFACE
    QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_USE_QSTRINGBUILDER
    QT_NO_NARROWING_CONVERSIONS_IN_CONNECT QT_DISABLE_DEPRECATED_BEFORE=0x060400)
