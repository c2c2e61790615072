// What a static GCC program calls to register its unwinding tables (crtbeginT.o), made to do nothing: cmake/static.cmake
// says why.
// NOLINTBEGIN(readability-identifier-naming): the linker makes these names.
extern "C"
{
    void __wrap___register_frame_info(const void* /*tables*/, void* /*storage*/);
    void* __wrap___deregister_frame_info(const void* tables);

    void __wrap___register_frame_info(const void* /*tables*/, void* /*storage*/)
    {
    }

    void* __wrap___deregister_frame_info(const void* /*tables*/)
    {
        return nullptr;
    }
}
// NOLINTEND(readability-identifier-naming)
