#include "runner/line_stream.hpp"

#include "runner/ends.hpp"
#include "runner/errors.hpp"

#include <boost/asio/buffer.hpp>

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

namespace ipc_conform::runner
{

LineStream::LineStream(boost::asio::io_context& context, std::size_t longest,
                       std::function<void(std::string_view)> take, std::function<void()> at_end)
    : source_{context}, lines_{longest, std::move(take)}, at_end_{std::move(at_end)}
{
    Ends ends = pipe_ends();
    if (ends.ours < 0)
    {
        throw CannotJudge{fmt::format("cannot make a pipe: {}", std::strerror(errno))};
    }
    source_.assign(ends.ours.release());
    sink_ = ends.theirs.release();
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
