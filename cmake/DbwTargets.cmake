# How every target of dbw is compiled, and the three functions that declare them.
add_library(dbw_flags INTERFACE)
target_compile_options(dbw_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough -fstack-protector-strong -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS)
target_link_options(dbw_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
# Warnings are errors where every change is built first; optimised builds of GCC 12 warn about the standard library itself.
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(dbw_flags INTERFACE -Werror)
endif()
target_include_directories(dbw_flags INTERFACE ${PROJECT_SOURCE_DIR}/lib)
target_compile_definitions(dbw_flags INTERFACE DBW_VERSION="${PROJECT_VERSION}")
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(dbw_flags INTERFACE -U_FORTIFY_SOURCE)
endif()
if(DBW_SANITIZE)
  # Four checks of UBSan are left out: docs/decisions/0031-tests-in-two-builds.md
  target_compile_options(dbw_flags INTERFACE -fsanitize=${DBW_SANITIZE} -fno-sanitize-recover=all
    -fno-sanitize=null,alignment,object-size,vptr -fno-omit-frame-pointer -U_FORTIFY_SOURCE)
  target_link_options(dbw_flags INTERFACE -fsanitize=${DBW_SANITIZE})
endif()

# What nearly every source includes, precompiled once for the libraries and tools and once for the tests: half of the
# compile time.
set(DBW_COMMON_HEADERS <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <optional> <set>
  <sstream> <string> <string_view> <utility> <variant> <vector> <fmt/format.h>)

# For builds from nothing: a library's files are compiled a dozen at a time, which costs a third.
option(DBW_UNITY "Compile libraries in batches of files" OFF)

# dbw_module(<name> [USES <lower modules>...] [LINKS <third-party>...]): the static library of lib/<name>.
function(dbw_module name)
  cmake_parse_arguments(arg "" "" "USES;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/${name}/*.cpp)
  list(TRANSFORM arg_USES PREPEND dbw_)
  if(NOT sources)
    add_library(dbw_${name} INTERFACE)
    target_link_libraries(dbw_${name} INTERFACE dbw_flags ${arg_USES})
    return()
  endif()
  add_library(dbw_${name} STATIC ${sources})
  target_link_libraries(dbw_${name} PUBLIC dbw_flags ${arg_USES} PRIVATE ${arg_LINKS})
  if(DBW_UNITY)
    set_target_properties(dbw_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  endif()
  if(name STREQUAL "base")
    target_precompile_headers(dbw_base PRIVATE ${DBW_COMMON_HEADERS})
  else()
    target_precompile_headers(dbw_${name} REUSE_FROM dbw_base)
  endif()
endfunction()

set(DBW_TOOLS dbw-request dbw-review dbw-sign dbw-exec dbw-audit)

# dbw_tool(<name>): the program of tools/<name>.
function(dbw_tool name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE dbw_workflow dbw_cli)
  target_precompile_headers(${name} REUSE_FROM dbw_base)
endfunction()

# What tests without other programs need, and what those need that run the tools: scripts/test builds them apart.
add_custom_target(tests_unit)
add_custom_target(tests_system)

# dbw_test(<name> <folder> [USES <modules>...] [LINKS <libraries>...] [LABELS <labels>...] [TIMEOUT <seconds>]): one
# GoogleTest program from all sources of tests/<folder>. Its results go to test-results/<name>.xml, where scripts/test
# counts them.
function(dbw_test name folder)
  cmake_parse_arguments(arg "" "TIMEOUT;SHARDS" "USES;LINKS;LABELS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${name} ${sources})
  list(TRANSFORM arg_USES PREPEND dbw_)
  target_link_libraries(${name} PRIVATE dbw_flags ${arg_USES} ${arg_LINKS} dbw_test_support)
  target_precompile_headers(${name} REUSE_FROM dbw_test_pch)
  foreach(tool IN LISTS DBW_TOOLS)
    if(TARGET ${tool} AND NOT arg_LABELS STREQUAL "unit")
      add_dependencies(${name} ${tool})
    endif()
  endforeach()
  if(arg_LABELS MATCHES "^(unit|rules)$")
    add_dependencies(tests_unit ${name})
  else()
    add_dependencies(tests_system ${name})
  endif()
  # A program that mostly waits runs as several, each with its share of the cases.
  if(NOT arg_SHARDS)
    set(arg_SHARDS 1)
  endif()
  math(EXPR last "${arg_SHARDS} - 1")
  foreach(shard RANGE ${last})
    set(test ${name})
    if(arg_SHARDS GREATER 1)
      math(EXPR number "${shard} + 1")
      set(test ${name}_${number})
    endif()
    add_test(NAME ${test} COMMAND ${name} --gtest_output=xml:${CMAKE_BINARY_DIR}/test-results/${test}.xml)
    set_tests_properties(${test} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT
      "DBW_SOURCE_DIR=${PROJECT_SOURCE_DIR};DBW_BIN_DIR=${CMAKE_BINARY_DIR}/bin;GTEST_TOTAL_SHARDS=${arg_SHARDS};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()
