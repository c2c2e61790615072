#include "runner/system_files.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <fcntl.h>
#include <unistd.h>

namespace ipc_conform::runner
{
namespace
{

constexpr std::size_t largest = 64U * 1024U;
constexpr std::string_view blanks = " \t\r\n";

std::string trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string_view::npos
               ? ""
               : std::string{text.substr(first, text.find_last_not_of(blanks) + 1 - first)};
}

} // namespace

std::optional<std::string> file_text(const std::string& path)
{
    // Not to be held up by a FIFO that stands where a file should.
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file == -1)
    {
        return std::nullopt;
    }
    std::string text;
    std::array<char, 4096> block{};
    ssize_t count = 0;
    while (text.size() < largest && (count = ::read(file, block.data(), block.size())) > 0)
    {
        text.append(block.data(), static_cast<std::size_t>(count));
    }
    ::close(file);
    return count < 0 ? std::nullopt : std::optional{text};
}

std::optional<std::string> file_value(const std::string& path)
{
    auto text = file_text(path);
    if (text)
    {
        std::ranges::replace(*text, '\t', ' ');
        text = trimmed(*text);
    }
    return text;
}

std::optional<std::string> field_of(std::string_view text, std::string_view key)
{
    for (const std::string& line : lines_of(text))
    {
        if (line.starts_with(key) && line.substr(key.size()).starts_with(':'))
        {
            return trimmed(line.substr(key.size() + 1));
        }
    }
    return std::nullopt;
}

std::optional<std::string> link_target(const std::string& path)
{
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    return length < 0 ? std::nullopt : std::optional{std::string(target.data(), static_cast<std::size_t>(length))};
}

std::vector<std::string> lines_of(std::string_view text)
{
    std::vector<std::string> lines;
    while (!text.empty())
    {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::vector<std::string> words_of(std::string_view line)
{
    std::vector<std::string> words;
    std::size_t begin = line.find_first_not_of(blanks);
    while (begin != std::string_view::npos)
    {
        const std::size_t end = std::min(line.find_first_of(blanks, begin), line.size());
        words.emplace_back(line.substr(begin, end - begin));
        begin = line.find_first_not_of(blanks, end);
    }
    return words;
}

} // namespace ipc_conform::runner
