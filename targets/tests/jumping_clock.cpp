// An init that starts the kit, which stands within it, while the time of day jumps an hour forth and back: as its
// machine's first program it may do that, and nobody else's clock is touched.
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

asm(".pushsection .rodata\n"
    "kit_begin:\n"
    ".incbin \"" KIT "\"\n"
    "kit_end:\n"
    ".popsection\n");
extern "C" const char kit_begin[];
extern "C" const char kit_end[];

namespace
{

constexpr const char* kit = "/kit";

bool write_kit()
{
    const int file = ::open(kit, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    for (const char* from = kit_begin; from != kit_end;)
    {
        const ssize_t written = ::write(file, from, static_cast<std::size_t>(kit_end - from));
        if (written <= 0)
        {
            return false;
        }
        from += written;
    }
    return ::close(file) == 0;
}

[[noreturn]] void jump_for_ever()
{
    constexpr time_t hour = 3600;
    constexpr timespec pause{.tv_sec = 0, .tv_nsec = 3'000'000};
    for (time_t leap = hour;; leap = -leap)
    {
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        now.tv_sec += leap;
        if (::clock_settime(CLOCK_REALTIME, &now) != 0)
        {
            std::perror("jumping_clock: cannot set the clock");
            ::_exit(1);
        }
        ::nanosleep(&pause, nullptr);
    }
}

} // namespace

int main(int /*count*/, char** arguments)
{
    if (::getpid() != 1)
    {
        std::fputs("jumping_clock: sets the machine's clock, so only as the first program of a virtual machine\n",
                   stderr);
        return 2;
    }
    if (!write_kit())
    {
        std::perror("jumping_clock: cannot write the kit");
        return 1;
    }
    if (::fork() == 0)
    {
        jump_for_ever();
    }
    ::execv(kit, arguments);
    std::perror("jumping_clock: cannot start the kit");
    return 1;
}
