# Compiles each public header alone, and what people write (accepted.cpp), with every compiler of a
# list that this machine has; and sees that mistakes (refused.cpp) are refused by one readable line.
# Run as: cmake -DSOURCE=<top folder> -DWORK=<folder to write in> -P check.cmake
cmake_minimum_required(VERSION 3.25)

set(warnings -Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror)
set(failed FALSE)

file(REMOVE_RECURSE "${WORK}")
file(GLOB_RECURSE headers RELATIVE "${SOURCE}/include" "${SOURCE}/include/tightloop/*.hpp"
  "${SOURCE}/include/tightloop/*.h")
# These need another library; programs/adapters.cpp includes them where it is there.
list(REMOVE_ITEM headers tightloop/eigen.hpp tightloop/fmt.hpp)
set(sources)
foreach(header IN LISTS headers)
  string(MAKE_C_IDENTIFIER "${header}" name)
  # Twice: a header must stand being met again.
  file(WRITE "${WORK}/${name}.cpp" "#include \"${header}\"\n#include \"${header}\"\n")
  list(APPEND sources "${WORK}/${name}.cpp")
endforeach()
if(NOT sources)
  message(FATAL_ERROR "no public headers under ${SOURCE}/include")
endif()

# The compilers by their real files, so that two names of one count once.
function(find_compilers result)
  set(found)
  set(names_used)
  foreach(name IN LISTS ARGN)
    find_program(path_of_${name} "${name}" NO_CACHE)
    if(path_of_${name})
      file(REAL_PATH "${path_of_${name}}" real)
      if(NOT real IN_LIST found)
        list(APPEND found "${real}")
        list(APPEND names_used "${name}")
      endif()
    endif()
  endforeach()
  set(${result} ${names_used} PARENT_SCOPE)
endfunction()

function(compile compiler)
  execute_process(COMMAND "${compiler}" ${ARGN} -fsyntax-only "-I${SOURCE}/include" ${warnings}
    RESULT_VARIABLE status ERROR_VARIABLE output OUTPUT_VARIABLE output)
  if(NOT status EQUAL 0)
    message("${compiler} ${ARGN}:\n${output}")
    set(failed TRUE PARENT_SCOPE)
  endif()
endfunction()

find_compilers(compilers
  g++-11 g++-12 g++-13 g++-14 g++ clang++-14 clang++-15 clang++-16 clang++-19 clang++-22 clang++)
foreach(compiler IN LISTS compilers)
  compile("${compiler}" -std=c++20 ${sources})
  compile("${compiler}" -std=c++2b "${WORK}/tightloop_tightloop_hpp.cpp")
endforeach()

# Mistakes: with one compiler of each kind, which parses the headers once for all of them.
function(precompile compiler result)
  set(all "${WORK}/${compiler}/all.hpp")
  file(WRITE "${all}" "#include <tightloop/tightloop.hpp>\n")
  set(suffix gch)
  if(compiler MATCHES "clang")
    set(suffix pch)
  endif()
  execute_process(COMMAND "${compiler}" -std=c++20 -x c++-header "-I${SOURCE}/include"
    "${all}" -o "${all}.${suffix}" COMMAND_ERROR_IS_FATAL ANY)
  set(${result} -include "${all}" PARENT_SCOPE)
endfunction()
file(STRINGS "${SOURCE}/tests/headers/refused.cpp" lines REGEX "CASE == [0-9]+ +// refused: ")
function(refuse compiler case text)
  execute_process(COMMAND "${compiler}" -std=c++20 -fsyntax-only ${precompiled} "-DCASE=${case}"
    "-I${SOURCE}/include" "${SOURCE}/tests/headers/refused.cpp"
    RESULT_VARIABLE status ERROR_VARIABLE output OUTPUT_VARIABLE output)
  string(REGEX MATCHALL "(^|\n)[^\n]*error: [^\n]*" errors "${output}")
  if(status EQUAL 0)
    message("${compiler}: mistake ${case} compiles")
    set(failed TRUE PARENT_SCOPE)
  elseif(NOT errors MATCHES "${text}")
    message("${compiler}: mistake ${case} should be refused with '${text}':\n${output}")
    set(failed TRUE PARENT_SCOPE)
  endif()
endfunction()
foreach(compiler g++-12 clang++-14)
  find_program(path_of_${compiler} "${compiler}" NO_CACHE)
  if(path_of_${compiler})
    compile("${compiler}" -std=c++20 -DCASE=0 -Wno-unused "${SOURCE}/tests/headers/refused.cpp")
    compile("${compiler}" -std=c++20 "${SOURCE}/tests/headers/accepted.cpp")
    precompile("${compiler}" precompiled)
    foreach(line IN LISTS lines)
      if(line MATCHES "CASE == ([0-9]+) +// refused: (.*)")
        refuse("${compiler}" "${CMAKE_MATCH_1}" "${CMAKE_MATCH_2}")
      endif()
    endforeach()
  endif()
endforeach()

# The C interface is for C, too.
set(c_compilers)
if(EXISTS "${SOURCE}/include/tightloop/capi.h")
  file(WRITE "${WORK}/capi.c" "#include \"tightloop/capi.h\"\n")
  find_compilers(c_compilers gcc clang)
  foreach(compiler IN LISTS c_compilers)
    compile("${compiler}" -std=c99 "${WORK}/capi.c")
  endforeach()
endif()

list(JOIN compilers " " cxx_text)
list(JOIN c_compilers " " c_text)
list(LENGTH headers count)
message("${count} headers with: ${cxx_text}; in C with: ${c_text}")
if(failed OR NOT compilers)
  message(FATAL_ERROR "a public header does not compile alone")
endif()
