# Checks that object files which are compiled for more than the baseline instruction set define no
# weak symbol: the linker keeps one copy of each inline function, and it could be the one that an
# older CPU cannot run.
# Run as: cmake -DOBJECTS=<object>|<object>... -P instruction_sets.cmake
cmake_minimum_required(VERSION 3.25)

string(REPLACE "|" ";" objects "${OBJECTS}")
if(NOT objects)
  message(FATAL_ERROR "no object files were named")
endif()
set(failed FALSE)
foreach(object IN LISTS objects)
  execute_process(COMMAND nm -C --defined-only "${object}"
    OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[0-9a-f]+ [WwVvu] [^\n]+" weak "${symbols}")
  # A reference to a personality routine is data.
  list(FILTER weak EXCLUDE REGEX " DW\\.ref\\.")
  if(weak)
    list(JOIN weak "\n  " text)
    message("${object} defines weak symbols:\n  ${text}")
    set(failed TRUE)
  endif()
endforeach()
if(failed)
  message(FATAL_ERROR "code for newer CPUs could run on older ones")
endif()
