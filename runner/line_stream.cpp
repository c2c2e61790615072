#include "runner/line_stream.hpp"

#include "runner/errors.hpp"

#include <boost/asio/buffer.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

namespace ipc_conform::runner
{

LineStream::LineStream(boost::asio::io_context& context, std::size_t longest,
                       std::function<void(std::string_view)> take, std::function<void()> at_end)
    : source_{context}, lines_{longest, std::move(take)}, at_end_{std::move(at_end)}
{
    std::array<int, 2> ends{-1, -1};
    if (::pipe(ends.data()) != 0)
    {
        throw CannotJudge{fmt::format("cannot make a pipe: {}", std::strerror(errno))};
    }
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    ::fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    source_.assign(ends[0]);
    sink_ = ends[1];
}

LineStream::~LineStream()
{
    if (sink_ >= 0)
    {
        ::close(sink_);
    }
}

void LineStream::begin()
{
    ::close(std::exchange(sink_, -1));
    read();
}

void LineStream::read()
{
    source_.async_read_some(boost::asio::buffer(piece_),
                            [this](const boost::system::error_code& error, std::size_t size) {
                                if (!error)
                                {
                                    lines_.add({piece_.data(), size});
                                    read();
                                    return;
                                }
                                lines_.end();
                                ended_ = true;
                                at_end_();
                            });
}

} // namespace ipc_conform::runner
