# Compiler and linker settings that hold for every target.

option(OCTET_WARNINGS_ARE_ERRORS "Fail the build on a warning of g++" ON)
set(OCTET_SANITIZE "" CACHE STRING
  "Sanitizers for all code but the kernels' ISA files, e.g. address")

# -O3 everywhere would add a third to the time of a build and nothing to the
# speed of a network: the ISA files, where time is spent, ask for it themselves.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")

# Contraction would make a result depend on the compiler's mood; every fma in
# octet is written as one.
add_compile_options(-ffp-contract=off -fno-math-errno)

# g++ is the compiler that all warnings are kept clean for; clang++, used for
# fuzzing, has others.
set(OCTET_WARNINGS -Wall -Wextra)
if(OCTET_WARNINGS_ARE_ERRORS AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND OCTET_WARNINGS -Werror)
endif()

if(OCTET_SANITIZE)
  # vptr checks need RTTI, which the rooms that never throw are built without.
  add_compile_options(-fsanitize=${OCTET_SANITIZE} -fno-sanitize=vptr
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # What g++ says of values beside its instrumentation is often wrong.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  add_link_options(-fsanitize=${OCTET_SANITIZE})
endif()

find_program(OCTET_MOLD mold)
if(OCTET_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(OCTET_CCACHE ccache)
if(OCTET_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${OCTET_CCACHE})
endif()
