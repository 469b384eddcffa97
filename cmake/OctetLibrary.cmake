# octet_little_optimized(TARGET)
#
# For what reads options and prints: it compiles in two thirds of the time.
function(octet_little_optimized target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# octet_headers(KIND [target...])
#
# Headers of others that nearly every file includes, compiled once for all files
# of a kind: `quiet` (no exceptions, no RTTI), `throwing`, `command` (with the
# parser of the command line), `test`. Reading them
# again for each file took a third of a full build. Files name what they need
# all the same.
function(octet_headers kind)
  set(target octet_headers_${kind})
  if(TARGET ${target})
    return()
  endif()
  set(source ${PROJECT_BINARY_DIR}/generated/headers_${kind}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Its header is what matters.\n")
  add_library(${target} OBJECT ${source})
  target_compile_options(${target} PRIVATE ${OCTET_WARNINGS})
  target_link_libraries(${target} PRIVATE fmt::fmt ${ARGN})
  set(headers <algorithm> <map> <memory> <optional> <span> <string> <variant>
    <vector> <fmt/core.h>)
  if(kind STREQUAL "test")
    list(APPEND headers <gmock/gmock.h> <gtest/gtest.h>)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0>)
  else()
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  endif()
  if(kind STREQUAL "command")
    list(APPEND headers <CLI/App.hpp> <nlohmann/json.hpp>)
    octet_little_optimized(${target})
  endif()
  if(kind STREQUAL "quiet")
    target_compile_options(${target} PRIVATE -fno-exceptions -fno-rtti)
  endif()
  target_precompile_headers(${target} PRIVATE ${headers})
endfunction()

# octet_batches(TARGET)
#
# Compiles the files of a target a few at a time (OCTET_BATCH): what they share,
# which is most of what a compiler reads and instantiates for them, is done once
# for all of them. So what they name must differ, as in any one namespace.
function(octet_batches target)
  if(OCTET_BATCH GREATER 1)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON
      UNITY_BUILD_BATCH_SIZE ${OCTET_BATCH})
  endif()
endfunction()

# octet_library(NAME SRCS file... [DEPS target...] [EXCEPTIONS] [HEADERS kind])
#
# One call per folder: a static library octet_NAME with declared sources and
# dependencies. Rooms that must never throw are built without exceptions and
# RTTI unless EXCEPTIONS is given. HEADERS: a kind of octet_headers.
function(octet_library name)
  cmake_parse_arguments(ARG "EXCEPTIONS" "HEADERS" "SRCS;DEPS" ${ARGN})
  add_library(octet_${name} STATIC ${ARG_SRCS})
  add_library(octet::${name} ALIAS octet_${name})
  target_include_directories(octet_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:include>)
  target_compile_options(octet_${name} PRIVATE ${OCTET_WARNINGS})
  if(ARG_EXCEPTIONS)
    set(headers throwing)
  else()
    set(headers quiet)
    target_compile_options(octet_${name} PRIVATE -fno-exceptions -fno-rtti)
  endif()
  if(ARG_HEADERS)
    set(headers ${ARG_HEADERS})
  endif()
  octet_batches(octet_${name})
  octet_headers(${headers})
  target_precompile_headers(octet_${name} REUSE_FROM octet_headers_${headers})
  target_link_libraries(octet_${name} PUBLIC ${ARG_DEPS})
  set_target_properties(octet_${name} PROPERTIES
    POSITION_INDEPENDENT_CODE ON EXPORT_NAME ${name})
endfunction()

# octet_isa_sources(TARGET LEVEL file...)
#
# Adds sources compiled for one instruction-set level. They are always
# optimised, so that g++ cannot emit shared inline functions in them; the weak
# symbol check (scripts/check_weak_symbols.py) holds them to that.
set(OCTET_ISA_FLAGS_avx2 -mavx2 -mfma -mf16c)
set(OCTET_ISA_FLAGS_avxvnni ${OCTET_ISA_FLAGS_avx2} -mavxvnni)
set(OCTET_ISA_FLAGS_avx512vnni -mavx2 -mfma -mf16c -mavx512f -mavx512bw
  -mavx512dq -mavx512vl -mavx512vbmi -mavx512vnni -mprefer-vector-width=512)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12's own AVX-512 headers set off these two.
  list(APPEND OCTET_ISA_FLAGS_avx512vnni
    -Wno-uninitialized -Wno-maybe-uninitialized)
endif()
set(OCTET_ISA_FLAGS_avx512bf16 ${OCTET_ISA_FLAGS_avx512vnni} -mavx512bf16)
function(octet_isa_sources target level)
  list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE
    files)
  target_sources(${target} PRIVATE ${files})
  set_source_files_properties(${files} TARGET_DIRECTORY ${target}
    PROPERTIES SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS
    "${OCTET_ISA_FLAGS_${level}};-O3;-fno-sanitize=all")
endfunction()

# octet_test(NAME SRCS file... [DEPS target...])
#
# A GoogleTest program, registered with ctest as NAME.
function(octet_test name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  if(NOT OCTET_TESTS)
    return()
  endif()
  octet_headers(test GTest::gmock GTest::gtest_main)
  add_executable(${name} ${ARG_SRCS})
  target_compile_options(${name} PRIVATE ${OCTET_WARNINGS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock
    GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM octet_headers_test)
  octet_batches(${name})
  # Most of a test is run once: compiling it faster is worth more.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "OCTET_SOURCE_DIR=${PROJECT_SOURCE_DIR}" TIMEOUT 600)
endfunction()

# octet_bench(NAME SRCS file... [DEPS target...])
#
# A Google Benchmark program; built with OCTET_BENCH only.
function(octet_bench name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  if(NOT OCTET_BENCH)
    return()
  endif()
  find_package(benchmark REQUIRED)
  add_executable(${name} ${ARG_SRCS})
  target_compile_options(${name} PRIVATE ${OCTET_WARNINGS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} benchmark::benchmark)
endfunction()
