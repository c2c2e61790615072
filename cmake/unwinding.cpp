// What a static GCC program calls to register its unwinding tables (crtbeginT.o), made to do nothing: cmake/static.cmake
// says why.
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
