# What `cmake --install` puts where: the library, its JIT object, the headers, the program, a CMake
# package with the target tightloop::tightloop, and a file for pkg-config.

include(CMakePackageConfigHelpers)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/tightloop")

install(TARGETS tightloop EXPORT tightloopTargets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT tightloop
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT tightloop)
if(TARGET tightloop_jit)
  install(TARGETS tightloop_jit LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT tightloop)
endif()
if(TARGET tightloop_program)
  install(TARGETS tightloop_program
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT tightloop)
  install(FILES "${PROJECT_SOURCE_DIR}/docs/tightloop.1"
    DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT tightloop)
  install(FILES "${PROJECT_SOURCE_DIR}/tools/completion/tightloop.bash"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME tightloop
    COMPONENT tightloop)
  install(FILES "${PROJECT_SOURCE_DIR}/tools/completion/_tightloop"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" COMPONENT tightloop)
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/tightloop"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT tightloop
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h" PATTERN "*.def")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT tightloop)

install(EXPORT tightloopTargets NAMESPACE tightloop::
  DESTINATION "${package_folder}" COMPONENT tightloop)
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/tightloopConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/tightloopConfig.cmake" INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/tightloopConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/tightloopConfig.cmake" "${PROJECT_BINARY_DIR}/tightloopConfigVersion.cmake"
  DESTINATION "${package_folder}" COMPONENT tightloop)

# For pkg-config, with folders relative to its own place, as the CMake package has them.
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" AND NOT IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(tightloop_private)
  if(TIGHTLOOP_STATIC)
    string(CONCAT tightloop_private "Requires.private: libpng zlib\n"
      "Libs.private: -pthread -ldl -lm -Wl,-rpath,\${libdir}\n")
  endif()
  file(RELATIVE_PATH tightloop_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/tightloop.pc.in"
    "${PROJECT_BINARY_DIR}/tightloop.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/tightloop.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT tightloop)
endif()
