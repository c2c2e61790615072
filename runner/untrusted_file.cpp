#include "runner/untrusted_file.hpp"

#include "reports/printable.hpp"
#include "runner/errors.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace ipc_conform::runner
{
namespace
{

constexpr std::size_t mebibyte = 1U << 20U;

/// A descriptor that is closed.
class Descriptor
{
public:
    explicit Descriptor(int number) : number_{number}
    {
    }
    ~Descriptor()
    {
        if (number_ != -1)
        {
            ::close(number_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int number() const
    {
        return number_;
    }

private:
    int number_;
};

bool is_null_device(const struct stat& file)
{
    struct stat null = {};
    return S_ISCHR(file.st_mode) && ::stat("/dev/null", &null) == 0 && null.st_rdev == file.st_rdev;
}

} // namespace

std::string read_untrusted_file(const std::string& path, const std::string& purpose, std::size_t most_bytes)
{
    const auto refuse = [&](std::string_view why) {
        throw UsageError{fmt::format("cannot read {} {}: {}", purpose,
                                     reports::shortened_in_the_middle(reports::printable(path), 300), why)};
    };
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    struct stat status = {};
    if (file.number() == -1 || ::fstat(file.number(), &status) == -1)
    {
        refuse(std::strerror(errno));
    }
    if (S_ISDIR(status.st_mode))
    {
        refuse(std::strerror(EISDIR));
    }
    if (!S_ISREG(status.st_mode) && !is_null_device(status))
    {
        refuse("it is not a regular file; write what it gives into one");
    }
    std::string text;
    for (ssize_t size = 1; size != 0 && text.size() <= most_bytes;)
    {
        const std::size_t before = text.size();
        text.resize(before + mebibyte);
        size = ::read(file.number(), text.data() + before, mebibyte);
        text.resize(before + static_cast<std::size_t>(size == -1 ? 0 : size));
        if (size == -1)
        {
            refuse(std::strerror(errno));
        }
    }
    if (text.size() > most_bytes)
    {
        refuse(fmt::format("it is larger than {} MiB", most_bytes / mebibyte));
    }
    return text;
}

} // namespace ipc_conform::runner
