# Compiles the examples of the C face as C11 and runs them against the shared library; looks
# at the layouts of its structs, beside other projects' headers where this machine has them; runs
# the example in LuaJIT where that is installed.
# Run as: cmake -DSOURCE=<top folder> -DLIBRARY=<libtightloop.so> -DWORK=<folder to write in>
#   -DC=<cc> -P check.cmake
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${WORK}"
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}${errors}\nended with ${status}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect what text)
  if(NOT output STREQUAL text)
    message(FATAL_ERROR "${what} should print\n${text}\nand prints\n${output}")
  endif()
endfunction()

set(expected_evaluate "109\n355\n")
set(expected_prepared "1.5 2 2.5 3, of at most 4\n2 3 4 9, of at most 8
name: unknown variable 'y', bytes 4 to 5\n")
set(expected_columns "3\n5\nnull\n8\nmean 2.6667\n")
set(expected_tensors "the input is freed\n0 1\n1 1\nstopped\n")
set(expected_lua "-7 100 -2\n109\nerror: unknown variable 'aa'
 1 | sqrt(aa)\n   |      ^~\nhint: did you mean 'a'?\n")

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
cmake_path(GET LIBRARY PARENT_PATH folder)
set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
set(c "${C}" -std=c11 ${warnings} "-I${SOURCE}/include")
set(link "-L${folder}" -ltightloop "-Wl,-rpath,${folder}" -pthread)

file(GLOB examples "${SOURCE}/examples/c/*.c")
foreach(example IN LISTS examples)
  cmake_path(GET example STEM name)
  if(NOT DEFINED expected_${name})
    message(FATAL_ERROR "nobody says what ${example} prints")
  endif()
  run(${c} -O1 "${example}" -o "${name}" ${link})
  run("./${name}")
  expect("${name}" "${expected_${name}}")
endforeach()

find_program(luajit luajit NO_CACHE)
if(luajit)
  run("${luajit}" "${SOURCE}/examples/luajit/evaluate.lua" "${LIBRARY}")
  expect("evaluate.lua" "${expected_lua}")
endif()

# The headers alone, and their macros, in C; as C++ the headers test has them.
set(layouts "${SOURCE}/tests/capi/layouts.c")
run(${c} -c "${layouts}" -o layouts.o)
find_program(clang clang NO_CACHE)
if(clang)
  run("${clang}" -std=c11 ${warnings} "-I${SOURCE}/include" -c "${layouts}" -o layouts.o)
endif()
# Headers of others may warn.
set(quiet "${C}" -std=c11 -w "-I${SOURCE}/include" -c "${layouts}" -o layouts.o)
file(GLOB arrow "${SOURCE}/build/python/lib/python3*/site-packages/pyarrow/include")
if(arrow)
  set(data "<arrow/c/abi.h>")
  set(tensors "<arrow/c/dlpack_abi.h>")
  run(${quiet} -isystem "${arrow}" "-DBEFORE=${data}" "-DBEFORE_TOO=${tensors}")
  run(${quiet} -isystem "${arrow}" "-DAFTER=${data}" "-DAFTER_TOO=${tensors}")
endif()
find_path(dlpack dlpack/dlpack.h PATHS /usr/include /usr/local/include NO_CACHE)
if(dlpack)
  run(${quiet} "-DBEFORE=<dlpack/dlpack.h>")
  run(${quiet} "-DAFTER=<dlpack/dlpack.h>")
endif()
message("examples in C; layouts beside pyarrow's headers: '${arrow}', DLPack's: '${dlpack}'; LuaJIT: '${luajit}'")
