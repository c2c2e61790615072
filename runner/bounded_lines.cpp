#include "runner/bounded_lines.hpp"

#include <algorithm>
#include <utility>

namespace ipc_conform::runner
{

BoundedLines::BoundedLines(std::size_t longest, std::function<void(std::string_view)> take)
    : longest_{longest}, take_{std::move(take)}
{
}

void BoundedLines::add(std::string_view piece)
{
    while (!piece.empty())
    {
        const std::size_t end = piece.find_first_of("\r\n");
        line_ += piece.substr(0, std::min(end, longest_ - line_.size()));
        if (end == std::string_view::npos)
        {
            return;
        }
        this->end();
        piece.remove_prefix(end + 1);
    }
}

void BoundedLines::end()
{
    if (!line_.empty())
    {
        take_(line_);
        line_.clear();
    }
}

} // namespace ipc_conform::runner
