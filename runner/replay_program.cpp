#include "runner/replay_program.hpp"

#include "reports/printable.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits>
#include <set>
#include <stdexcept>
#include <string_view>

namespace ipc_conform::runner
{
namespace
{

/// What an argument or a result is to the program.
enum class Role
{
    none,
    number, ///< the same number again: a flag, an offset, a count
    descriptor,
    bytes, ///< the program's own memory, at most as much as `size` says
    size,
    pair, ///< two new descriptors
    fcntl_command,
};

struct Shape
{
    std::string_view name;
    std::array<Role, 5> arguments;
    Role result;
    std::string_view header;
};

// What these do depends on their descriptors, numbers and sizes; which bytes they move changes no result.
constexpr std::array shapes{
    Shape{"close", {Role::descriptor}, Role::number, "unistd.h"},
    Shape{"dup", {Role::descriptor}, Role::descriptor, "unistd.h"},
    Shape{"dup2", {Role::descriptor, Role::descriptor}, Role::descriptor, "unistd.h"},
    Shape{"fcntl", {Role::descriptor, Role::fcntl_command, Role::number}, Role::number, "fcntl.h"},
    Shape{"fsync", {Role::descriptor}, Role::number, "unistd.h"},
    Shape{"ftruncate", {Role::descriptor, Role::number}, Role::number, "unistd.h"},
    Shape{"listen", {Role::descriptor, Role::number}, Role::number, "sys/socket.h"},
    Shape{"lseek", {Role::descriptor, Role::number, Role::number}, Role::number, "unistd.h"},
    Shape{"pipe", {Role::pair}, Role::number, "unistd.h"},
    Shape{"pread", {Role::descriptor, Role::bytes, Role::size, Role::number}, Role::number, "unistd.h"},
    Shape{"pwrite", {Role::descriptor, Role::bytes, Role::size, Role::number}, Role::number, "unistd.h"},
    Shape{"read", {Role::descriptor, Role::bytes, Role::size}, Role::number, "unistd.h"},
    Shape{"recv", {Role::descriptor, Role::bytes, Role::size, Role::number}, Role::number, "sys/socket.h"},
    Shape{"send", {Role::descriptor, Role::bytes, Role::size, Role::number}, Role::number, "sys/socket.h"},
    Shape{"shutdown", {Role::descriptor, Role::number}, Role::number, "sys/socket.h"},
    Shape{"socketpair", {Role::number, Role::number, Role::number, Role::pair}, Role::number, "sys/socket.h"},
    Shape{"write", {Role::descriptor, Role::bytes, Role::size}, Role::number, "unistd.h"},
};

// Those whose argument is a number, and whose result is no descriptor.
constexpr std::array<std::int64_t, 4> plain_commands{F_GETFD, F_SETFD, F_GETFL, F_SETFL};

constexpr std::int64_t most_bytes = 1 << 24;
constexpr std::int64_t highest_descriptor = 4095;

struct Impossible : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// Writes the statements and notes what the rest of the program has to declare for them.
class Writer
{
public:
    void add_step(const RecordedCall& call)
    {
        const Shape& shape = shape_of(call);
        const std::string made = expression(call, shape);
        if (shape.result == Role::descriptor && call.result != -1)
        {
            know(call.result);
            statements_ += fmt::format("    descriptor[{}] = opened(\"{}\", {});\n", call.result, call.text, made);
            opens_ = true;
            return;
        }
        statements_ += fmt::format("    leads_on(\"{}\", {}, {}, {});\n", call.text, made, call.result,
                                   call.error.empty() ? "0" : call.error);
        leads_ = true;
        know_pair(call, shape);
    }

    void add_failed(const FailedCall& failed)
    {
        const Shape& shape = shape_of(failed.call);
        if (shape.result == Role::descriptor && failed.expected != -1)
        {
            throw Impossible{fmt::format("the number of the descriptor that {} gives is no result to compare",
                                         failed.call.name)};
        }
        const std::string made = expression(failed.call, shape);
        statements_ +=
            fmt::format("\n    errno = 0;\n"
                        "    const long result = {0};\n"
                        "    const int error = result == -1 ? errno : 0;\n"
                        "    printf(\"expected  %s = {1}{2}\\n\", call);\n"
                        "    printf(\"observed  %s = %ld %s\\n\", call, result, error == 0 ? \"\" : "
                        "strerror(error));\n"
                        "    return result == {1} && error == {3} ? 0 : 1;\n",
                        made, failed.expected, failed.expected_error.empty() ? "" : ' ' + failed.expected_error,
                        expected_error(failed));
    }

    [[nodiscard]] std::string program(const std::vector<std::string>& title, const std::string& call) const
    {
        std::string text;
        for (const std::string& line : title)
        {
            // a line must not end in a backslash, which would draw the next one into the comment
            const std::string safe = reports::printable(line);
            text += fmt::format("// {}{}\n", safe, safe.ends_with('\\') ? "." : "");
        }
        text += "#define _GNU_SOURCE\n";
        for (const std::string_view header : headers_)
        {
            text += fmt::format("#include <{}>\n", header);
        }
        text += '\n';
        if (!known_.empty())
        {
            text += fmt::format("static int descriptor[{}]; // by the numbers that they had in the case\n",
                                *known_.rbegin() + 1);
        }
        if (bytes_ != 0)
        {
            text += fmt::format("static char bytes[{}];      // which ones were moved is not on record\n", bytes_);
        }
        text += leads_ || opens_ ? departed : "";
        text += leads_ ? leads_on : "";
        text += opens_ ? opened : "";
        text += fmt::format("\nint main(void)\n{{\n    const char *call = \"{}\";\n"
                            "    alarm(10); // a call that never returns is ended, too\n",
                            call);
        text += pairs_ ? "    int ends[2] = {-1, -1};\n" : "";
        text += bytes_ != 0 ? "    memset(bytes, 'x', sizeof bytes);\n" : "";
        return text + statements_ + "}\n";
    }

private:
    const Shape& shape_of(const RecordedCall& call)
    {
        const auto* const found = std::ranges::find(shapes, call.name, &Shape::name);
        if (found == shapes.end())
        {
            throw Impossible{fmt::format("{} is no call whose effect follows from numbers alone", call.name)};
        }
        headers_.insert(found->header);
        return *found;
    }

    std::string expression(const RecordedCall& call, const Shape& shape)
    {
        const auto expected =
            static_cast<std::size_t>(std::ranges::find(shape.arguments, Role::none) - shape.arguments.begin());
        if (call.arguments.size() != expected || call.error == "EFAULT")
        {
            throw Impossible{fmt::format("the arguments of {} are not wholly on record", call.text)};
        }
        std::string arguments;
        for (std::size_t index = 0; index < expected; ++index)
        {
            arguments += index == 0 ? "" : ", ";
            arguments += argument(call, call.arguments[index], shape.arguments[index]);
        }
        return fmt::format("{}({})", call.name, arguments);
    }

    std::string argument(const RecordedCall& call, const RecordedArgument& recorded, Role role)
    {
        const auto* const number = std::get_if<std::int64_t>(&recorded);
        if (role == Role::bytes && std::holds_alternative<UnknownTarget>(recorded))
        {
            bytes_ = std::max<std::int64_t>(bytes_, 1);
            return "bytes";
        }
        if (role == Role::pair && std::holds_alternative<DescriptorPair>(recorded))
        {
            pairs_ = true;
            return "ends";
        }
        const bool plain =
            role == Role::number || role == Role::descriptor || role == Role::size || role == Role::fcntl_command;
        if (number == nullptr || !plain || *number == std::numeric_limits<std::int64_t>::min())
        {
            throw Impossible{fmt::format("the arguments of {} are not wholly on record", call.text)};
        }
        if (role == Role::descriptor)
        {
            return descriptor(call, *number);
        }
        if (role == Role::size)
        {
            if (*number < 0 || *number > most_bytes)
            {
                throw Impossible{fmt::format("{} is of more bytes than a program should hold", call.text)};
            }
            bytes_ = std::max(bytes_, *number);
        }
        if (role == Role::fcntl_command && std::ranges::find(plain_commands, *number) == plain_commands.end())
        {
            throw Impossible{fmt::format("{} is no command whose effect follows from numbers alone", call.text)};
        }
        return fmt::format("{}", *number);
    }

    [[nodiscard]] std::string descriptor(const RecordedCall& call, std::int64_t number) const
    {
        if (number == -1)
        {
            return "-1";
        }
        if (!known_.contains(number))
        {
            throw Impossible{fmt::format("no call on record has given the descriptor of {}", call.text)};
        }
        return fmt::format("descriptor[{}]", number);
    }

    void know(std::int64_t number)
    {
        if (number < 0 || number > highest_descriptor)
        {
            throw Impossible{fmt::format("{} is no descriptor", number)};
        }
        known_.insert(number);
    }

    void know_pair(const RecordedCall& call, const Shape& shape)
    {
        const auto* const role = std::ranges::find(shape.arguments, Role::pair);
        if (role == shape.arguments.end() || call.result == -1)
        {
            return;
        }
        const auto& both =
            std::get<DescriptorPair>(call.arguments[static_cast<std::size_t>(role - shape.arguments.begin())]);
        know(both.first);
        know(both.second);
        statements_ +=
            fmt::format("    descriptor[{}] = ends[0];\n    descriptor[{}] = ends[1];\n", both.first, both.second);
    }

    static std::string expected_error(const FailedCall& failed)
    {
        return failed.expected_error.empty() ? "0" : failed.expected_error;
    }

    static constexpr std::string_view departed = R"(
// What only leads up to the call under test has to go as it went in the case.
static void departed(const char *call, long result, int error)
{
    printf("nothing to compare: on record is %s, here it gave %ld %s\n", call, result, strerror(error));
    exit(2);
}
)";
    static constexpr std::string_view leads_on = R"(
static void leads_on(const char *call, long result, long recorded, int recorded_error)
{
    const int error = result == -1 ? errno : 0;
    if (result != recorded || error != recorded_error)
        departed(call, result, error);
}
)";
    static constexpr std::string_view opened = R"(
static int opened(const char *call, int result)
{
    if (result == -1)
        departed(call, result, errno);
    return result;
}
)";

    std::string statements_;
    std::set<std::string_view> headers_{"errno.h", "stdio.h", "stdlib.h", "string.h", "unistd.h"};
    std::set<std::int64_t> known_;
    std::int64_t bytes_ = 0;
    bool pairs_ = false;
    bool leads_ = false;
    bool opens_ = false;
};

} // namespace

std::variant<std::string, NotTold> replay_program(const FailedCall& failed, const std::vector<std::string>& title)
{
    try
    {
        Writer writer;
        for (const RecordedCall& call : failed.before)
        {
            writer.add_step(call);
        }
        writer.add_failed(failed);
        return writer.program(title, failed.call.text.substr(0, failed.call.text.rfind(" = ")));
    }
    catch (const Impossible& reason)
    {
        return NotTold{reason.what()};
    }
}

} // namespace ipc_conform::runner
