# Counts what doxygen says of the public headers. Members without a comment may not become more than
# `most`: what is left are such as size() and begin(). Any other warning is an error.
set(most 285)

file(STRINGS "${WARNINGS}" lines REGEX "warning:|error:")
set(undocumented 0)
set(others 0)
foreach(line IN LISTS lines)
  if(line MATCHES "is not documented")
    math(EXPR undocumented "${undocumented} + 1")
  elseif(NOT line MATCHES "Internal inconsistency: scope for class fmt::formatter")  # of a library
    message("${line}")
    math(EXPR others "${others} + 1")
  endif()
endforeach()
message("${PAGE}\napi_reference: ${undocumented} members have no comment, at most ${most} may")
if(undocumented GREATER most OR others GREATER 0)
  message(FATAL_ERROR "the comments of the public headers have faults; see ${WARNINGS}")
endif()
