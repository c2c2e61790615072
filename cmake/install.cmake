# `cmake --install`: the kit, what a user replaces or reads with it, and nothing of its build.
include(GNUInstallDirs)

if(TARGET ipc-conform)
    install(TARGETS ipc-conform RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES reports/schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/ipc-conform OPTIONAL)
if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/reports/expectations)
    install(
        DIRECTORY reports/expectations
        DESTINATION ${CMAKE_INSTALL_DATADIR}/ipc-conform
        FILES_MATCHING
        PATTERN *.toml
    )
endif()
install(FILES man/ipc-conform.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/targets)
    install(
        DIRECTORY targets
        DESTINATION ${CMAKE_INSTALL_DATADIR}/ipc-conform
        USE_SOURCE_PERMISSIONS
        PATTERN tests EXCLUDE
    )
endif()
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
