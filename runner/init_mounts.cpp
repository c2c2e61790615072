#ifdef __linux__

#include "runner/init_mounts.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace ipc_conform::runner
{

namespace
{

struct FileSystem
{
    const char* type;
    const char* folder;
    unsigned long flags;
    const char* options;
};

// In an order in which each finds its folder, or where to make it.
constexpr std::array<FileSystem, 8> file_systems{{
    {"proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""},
    {"sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""},
    {"devtmpfs", "/dev", MS_NOSUID, "mode=755"},
    {"devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "mode=620,ptmxmode=666"},
    {"tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777"},
    {"mqueue", "/dev/mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""},
    {"tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777"},
    {"cgroup2", "/sys/fs/cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, ""},
}};

struct Device
{
    const char* path;
    unsigned minor;
};

// Of the memory driver, whose major number is 1.
constexpr std::array<Device, 5> devices{{
    {"/dev/null", 3},
    {"/dev/zero", 5},
    {"/dev/full", 7},
    {"/dev/random", 8},
    {"/dev/urandom", 9},
}};

bool is_mounted(const char* folder)
{
    struct stat inside
    {
    };
    struct stat outside
    {
    };
    const std::string parent = std::string{folder} + "/..";
    return ::stat(folder, &inside) == 0 && ::stat(parent.c_str(), &outside) == 0
           && inside.st_dev != outside.st_dev;
}

} // namespace

void mount_what_is_missing()
{
    for (const FileSystem& one : file_systems)
    {
        ::mkdir(one.folder, 0755); // mostly it is there
        if (!is_mounted(one.folder) && ::mount(one.type, one.folder, one.type, one.flags, one.options) != 0)
        {
            std::fprintf(stderr, "ipc-conform: no %s on %s: %s\n", one.type, one.folder, std::strerror(errno));
        }
    }
    for (const Device& one : devices)
    {
        if (::mknod(one.path, S_IFCHR | 0666, makedev(1, one.minor)) == 0)
        {
            ::chmod(one.path, 0666);
        }
    }
}

} // namespace ipc_conform::runner

#endif
