// Planted cases that leave an object behind; each is in the diary before it is made.
#include "runner/tests/cases/planted/diary.hpp"

#include "fixtures/names.hpp"
#include "fixtures/os.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

#include <sys/ipc.h>
#include <sys/stat.h>

using namespace ipc_conform;
using planted::note;

namespace
{

void leak_message_queue()
{
    const key_t key = unique_key();
    note("message-queue", key);
    arranged(os::msgget(key, IPC_CREAT | IPC_EXCL | 0600));
}

void leak_segment()
{
    const key_t key = unique_key();
    note("segment", key);
    arranged(os::shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600));
}

void leak_private_segment()
{
    const int id = arranged(os::shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600));
    note("segment-id", id);
}

void leak_shared_object()
{
    const std::string name = unique_name();
    note("shared-object", name);
    arranged(os::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
}

void leak_posix_queue()
{
    const std::string name = unique_name();
    note("posix-queue", name);
    mq_attr attributes{};
    attributes.mq_maxmsg = 1;
    attributes.mq_msgsize = 16;
    set_up(os::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes) != static_cast<mqd_t>(-1));
}

void leak_file()
{
    arranged(os::open("left-file", O_RDWR | O_CREAT, 0600));
    ::mkdir("left-folder", 0);
}

[[noreturn]] void stay()
{
    while (true)
    {
        ::pause();
    }
}

} // namespace

TEST_CASE("planted.leaks-message-queue" * says("a queue that is left is removed") * shall("planted(1)"))
{
    leak_message_queue();
    CHECK(true);
}

TEST_CASE("planted.leaks-segment" * says("a segment that is left is removed") * shall("planted(1)"))
{
    leak_segment();
    CHECK(true);
}

TEST_CASE("planted.leaks-private-segment" * says("a segment without a key, too") * shall("planted(1)"))
{
    leak_private_segment();
    CHECK(true);
}

TEST_CASE("planted.leaks-shared-object" * says("a name that is left is removed") * shall("planted(1)"))
{
    leak_shared_object();
    CHECK(true);
}

TEST_CASE("planted.leaks-posix-queue" * says("a POSIX queue that is left is removed") * shall("planted(1)"))
{
    leak_posix_queue();
    CHECK(true);
}

TEST_CASE("planted.leaks-file" * says("files that are left are removed") * shall("planted(1)"))
{
    leak_file();
    CHECK(true);
}

TEST_CASE("planted.leaks-in-peer" * says("what a peer leaves is the case's") * shall("planted(1)"))
{
    Peer peer = spawn("careless", leak_message_queue);
    CHECK(finished(peer));
}

TEST_CASE("planted.leaks-and-hangs" * says("a case that hangs leaves nothing") * shall("planted(1)"))
{
    leak_message_queue();
    leak_shared_object();
    Peer peer = spawn("companion", stay);
    note("process", peer.pid());
    stay();
}

TEST_CASE("planted.leaks-and-crashes" * says("a case that crashes leaves nothing") * shall("planted(1)"))
{
    leak_segment();
    Peer peer = spawn("companion", stay);
    note("process", peer.pid());
    std::abort();
}

// Everything at once, for kits that are killed at any moment.
TEST_CASE("planted.holds-everything" * says("a killed kit leaves nothing that a later one does not remove")
          * shall("planted(1)"))
{
    leak_message_queue();
    leak_segment();
    leak_shared_object();
    leak_posix_queue();
    leak_file();
    Peer peer = spawn("companion", stay);
    note("process", peer.pid());
    Peer stranger = spawn_stranger("escaped", [] {
        note("process", ::getpid());
        stay();
    });
    timespec moment{0, 20'000'000};
    ::nanosleep(&moment, nullptr);
    CHECK(true);
}
