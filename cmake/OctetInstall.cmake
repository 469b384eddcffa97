# cmake --install: headers, libraries and a CMake package; tools/octet adds the
# command.
#
# The package has two components. `runtime` needs little; `compiler`, present
# when octet was built with OCTET_COMPILER, also needs what reads ONNX:
#
#   find_package(octet REQUIRED COMPONENTS runtime)
#   target_link_libraries(mine PRIVATE octet::runtime)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The octet libraries that TARGET links, itself included, into OUT.
function(octet_closure target out)
  set(found)
  set(open ${target})
  while(open)
    list(POP_FRONT open next)
    string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" next "${next}")
    if(NOT TARGET ${next})
      continue()
    endif()
    get_target_property(real ${next} ALIASED_TARGET)
    if(real)
      set(next ${real})
    endif()
    get_target_property(imported ${next} IMPORTED)
    if(imported OR next IN_LIST found)
      continue()
    endif()
    list(APPEND found ${next})
    get_target_property(links ${next} INTERFACE_LINK_LIBRARIES)
    if(links)
      list(APPEND open ${links})
    endif()
  endwhile()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# Installs libraries as the component NAME of the package.
function(octet_install_component name)
  install(TARGETS ${ARGN} EXPORT octet-${name}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT octet-${name} NAMESPACE octet::
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/octet)
endfunction()

if(TARGET octet_runtime)
  octet_closure(octet_runtime runtime_libraries)
  octet_install_component(runtime ${runtime_libraries})
endif()
if(TARGET octet_compiler)
  octet_closure(octet_compiler compiler_libraries)
  list(REMOVE_ITEM compiler_libraries ${runtime_libraries})
  octet_install_component(compiler ${compiler_libraries})
endif()
install(DIRECTORY include/octet DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
configure_package_config_file(cmake/octetConfig.cmake.in
  ${PROJECT_BINARY_DIR}/octetConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/octet)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/octetConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/octetConfig.cmake
  ${PROJECT_BINARY_DIR}/octetConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/octet)
