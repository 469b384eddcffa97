# octet_library(NAME SRCS file... [DEPS target...] [EXCEPTIONS])
#
# One call per folder: a static library octet_NAME with declared sources and
# dependencies. Rooms that must never throw are built without exceptions and
# RTTI unless EXCEPTIONS is given.
function(octet_library name)
  cmake_parse_arguments(ARG "EXCEPTIONS" "" "SRCS;DEPS" ${ARGN})
  add_library(octet_${name} STATIC ${ARG_SRCS})
  add_library(octet::${name} ALIAS octet_${name})
  target_include_directories(octet_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:include>)
  target_compile_options(octet_${name} PRIVATE ${OCTET_WARNINGS})
  if(NOT ARG_EXCEPTIONS)
    target_compile_options(octet_${name} PRIVATE -fno-exceptions -fno-rtti)
  endif()
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
set(OCTET_ISA_FLAGS_avx512vnni -mavx2 -mfma -mf16c -mavx512f -mavx512bw
  -mavx512dq -mavx512vl -mavx512vbmi -mavx512vnni -mprefer-vector-width=512
  # g++ 12's own AVX-512 headers set off these two.
  -Wno-uninitialized -Wno-maybe-uninitialized)
function(octet_isa_sources target level)
  list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE
    files)
  target_sources(${target} PRIVATE ${files})
  set_source_files_properties(${files} TARGET_DIRECTORY ${target}
    PROPERTIES COMPILE_OPTIONS
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
  add_executable(${name} ${ARG_SRCS})
  target_compile_options(${name} PRIVATE ${OCTET_WARNINGS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock
    GTest::gtest_main)
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
