// When splice waits: for data, and for a free slot.
#include "cases/pipe/splice_faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/journal.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/splicing.hpp"
#include "fixtures/witness/witness.hpp"

using namespace ipc_conform;
using namespace ipc_conform::splice_faults;

namespace
{

// The processor time that this process has used, in microseconds.
long processor_time()
{
    struct rusage usage
    {
    };
    set_up(os::getrusage(RUSAGE_SELF, &usage) == 0);
    return static_cast<long>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000
           + static_cast<long>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

} // namespace

TEST_CASE(
    "pipe.splice-blocks" * says("a blocking splice from an empty pipe waits for data, then moves what arrived")
    * observed_by(
        "a splice of a page, into a pipe and into a file, is seen asleep; 3 bytes are written and it returns 3")
    * platform("Linux", "splice(2)", "gVisor splice"))
{
    require_splice();
    Pipe source;
    Pipe target;
    const TemporaryFile file;
    for (const int out : {int{target.write_end}, file.descriptor()})
    {
        Peer mover = spawn(
            "mover", [&] { CHECK(os::splice(source.read_end, nullptr, out, nullptr, page_size(), 0) == 3); });
        REQUIRE(blocked_in(mover, os::splice, source.read_end));
        const Stamp cause = stamp();
        CHECK(os::write(source.write_end, "abc", 3) == 3);
        CHECK(finished(mover));
        CHECK(returned_after(cause, mover, os::splice));
        CHECK(bytes_queued(source.read_end) == 0);
    }
    CHECK(take_all(target.read_end) == "abc");
    char bytes[8] = {};
    CHECK(os::pread(file.descriptor(), bytes, sizeof bytes, 0) == 3);
    CHECK(std::string_view{bytes} == "abc");
}

FAULT("pipe.splice-blocks", "an empty pipe reads as end of file", os::splice, splice_never_waits<0>);
FAULT("pipe.splice-blocks", "a blocking splice fails with EAGAIN", os::splice, splice_never_waits<-1>);
FAULT("pipe.splice-blocks", "what arrived while it waited is dropped, and counted", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const int nowhere = ::open("/dev/null", O_WRONLY);
          const bool waits = queued(in) == 0;
          return real(in, in_at, waits ? nowhere : out, out_at, size, flags);
      });

FAULT("pipe.splice-blocks", "the write does not wake it", os::write,
      [](auto /*real*/, int, const void*, std::size_t size) { return static_cast<ssize_t>(size); });

TEST_CASE("pipe.splice-nearly-full"
          * says("a blocking splice into a pipe without a free slot, though with free bytes, sleeps without using "
                 "the processor and can be interrupted; with SPLICE_F_NONBLOCK it fails with EAGAIN")
          * observed_by("the only slot holds 128 bytes: EAGAIN, then asleep until a signal (EINTR), then asleep "
                        "until the last byte is read; the time used, and the file's offset after each")
          * on("Linux", "EINTR, no processor time; a byte read frees no slot")
          * platform("Linux", "splice(2)", "gVisor splice", "gVisor b/170743336"))
{
    require_splice();
    const std::size_t page = page_size();
    const TemporaryFile file{static_cast<off_t>(page)};
    const auto offset = [&] { return os::lseek(file.descriptor(), 0, SEEK_CUR); };
    Pipe pipe;
    shrink_to_one_page(pipe.write_end);
    write_fully(pipe.write_end, std::string(128, 'q'));
    const auto splice_a_page = [&](unsigned flags) {
        return os::splice(file.descriptor(), nullptr, pipe.write_end, nullptr, page, flags);
    };
    CHECK(fails_with(EAGAIN, splice_a_page(SPLICE_F_NONBLOCK)));
    CHECK(offset() == 0);

    const Event interrupted;
    Peer mover = spawn("mover", [&] {
        const SignalCounted counted{SIGUSR1};
        const long before = processor_time();
        const std::uint64_t begun = journal::now();
        CHECK(fails_with(EINTR, splice_a_page(0)));
        const long used = processor_time() - before;
        const auto asleep = static_cast<long>((journal::now() - begun) / 1'000);
        observe("microseconds of processor time while it slept", used);
        CHECK(used < 20'000 + asleep / 2); // a coarse clock counts a few ticks of a sleeper's time as used
        CHECK(counted.deliveries() == 1);
        CHECK(offset() == 0);
        interrupted.set();
        CHECK(splice_a_page(0) == static_cast<ssize_t>(page));
    });
    REQUIRE(blocked_in(mover, os::splice));
    set_up(os::kill(mover.pid(), SIGUSR1) == 0);
    interrupted.wait();
    REQUIRE(blocked_in(mover, os::splice));
    CHECK(read_fully(pipe.read_end, 127) == std::string(127, 'q'));
    CHECK(blocked_in(mover, os::splice)); // the last byte still has the slot
    CHECK(read_fully(pipe.read_end, 1) == "q");
    CHECK(finished(mover));
    CHECK(offset() == static_cast<off_t>(page));
    CHECK(same_bytes(take_all(pipe.read_end), std::string(page, '\0')));
}

FAULT("pipe.splice-nearly-full", "the call spins until there is room, or a signal comes", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          for (;;)
          {
              const ssize_t moved = real(in, in_at, out, out_at, size, flags | SPLICE_F_NONBLOCK);
              if (moved != -1 || errno != EAGAIN || (flags & SPLICE_F_NONBLOCK) != 0)
              {
                  return moved;
              }
          }
      });
FAULT("pipe.splice-nearly-full", "free bytes are taken for a free slot: the call does not wait", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          ::fcntl(out, F_SETPIPE_SZ, static_cast<long>(2 * page_size()));
          return real(in, in_at, out, out_at, size, flags);
      });
FAULT("pipe.splice-nearly-full", "a read gives the slot away although a byte is left in it", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          if (queued(descriptor) == 1)
          {
              lose(descriptor, 1);
          }
          return got;
      });
FAULT("pipe.splice-nearly-full", "SPLICE_F_NONBLOCK finds no room, and yet the file's offset moves on", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          if (moved == -1 && errno == EAGAIN)
          {
              ::lseek(in, static_cast<off_t>(size), SEEK_CUR);
              errno = EAGAIN;
          }
          return moved;
      });
