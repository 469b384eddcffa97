# octet_embed(OUTPUT HEADER NAMESPACE NAME=file[,file...]...)
#
# Makes OUTPUT, a C++ file that defines for each NAME of HEADER a
# std::string_view of its files, one behind the other.
set(OCTET_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed_text.cmake)
function(octet_embed output header namespace)
  set(files)
  foreach(part IN LISTS ARGN)
    string(REGEX REPLACE "^[^=]*=" "" names "${part}")
    string(REPLACE "," ";" names "${names}")
    list(TRANSFORM names PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
    list(APPEND files ${names})
  endforeach()
  string(REPLACE ";" " " parts "${ARGN}")
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DHEADER=${header}
      -DNAMESPACE=${namespace} -DFOLDER=${CMAKE_CURRENT_SOURCE_DIR}
      "-DPARTS=${parts}" -P ${OCTET_EMBED_SCRIPT}
    DEPENDS ${files} ${OCTET_EMBED_SCRIPT}
    VERBATIM)
endfunction()
