#include "runner/display.hpp"

#include <cstdlib>
#include <iostream>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

namespace ipc_conform::runner
{

namespace
{

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

bool shows_unicode()
{
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    {
        if (const std::string value = variable(name); !value.empty())
        {
            return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos;
        }
    }
    return false;
}

} // namespace

reports::Style style_of(int descriptor)
{
    reports::Style style;
    const bool terminal = ::isatty(descriptor) == 1;
    style.colour = terminal && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
    style.unicode = shows_unicode();
    winsize size{};
    if (terminal && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    {
        style.width = size.ws_col;
    }
    return style;
}

Display::Display(std::size_t executions)
{
    if (::isatty(STDERR_FILENO) == 1 && variable("TERM") != "dumb")
    {
        progress_.emplace(std::cerr, executions, style_of(STDERR_FILENO));
    }
}

void Display::started(std::string_view id)
{
    if (progress_)
    {
        progress_->started(id);
    }
}

void Display::finished(std::string_view id, reports::Verdict verdict)
{
    if (progress_)
    {
        progress_->finished(id, verdict);
    }
}

void Display::draw()
{
    if (progress_)
    {
        progress_->resize(style_of(STDERR_FILENO).width);
        progress_->draw(
            std::chrono::duration<double, std::milli>{std::chrono::steady_clock::now() - start_}.count());
    }
}

} // namespace ipc_conform::runner
