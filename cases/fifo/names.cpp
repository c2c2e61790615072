// A FIFO's names: where a new one stands and whose it is, and what can be done with the name while it is in use.
#include "cases/fifo/faults.hpp"
#include "cases/pipe/channel_bodies.hpp"
#include "fixtures/directory.hpp"
#include "fixtures/fifo.hpp"
#include "fixtures/two_identities.hpp"

#include <filesystem>

using namespace ipc_conform;
using namespace ipc_conform::fifo_faults;

namespace
{

struct stat status_of(const std::string& name)
{
    struct stat status
    {
    };
    REQUIRE(os::lstat(name.c_str(), &status) == 0);
    return status;
}

bool is_fifo(const std::string& name)
{
    return S_ISFIFO(status_of(name).st_mode);
}

} // namespace

TEST_CASE(
    "fifo.mkfifoat"
    * says("mkfifoat takes a relative path from the directory that is open under the descriptor, from the working "
           "directory with AT_FDCWD, and an absolute path without looking at the descriptor")
    * observed_by(
        "each FIFO is found where it belongs; a closed descriptor gives EBADF, a file's ENOTDIR, and both "
        "directories then hold nothing else")
    * on("Darwin", "the same, by reading vfs_syscalls.c; since macOS 13, not run there")
    * shall("POSIX.1-2024 mkfifoat()", "mkfifoat(3)"))
{
    const Directory elsewhere;
    const Directory current;
    const Descriptor directory{arranged(os::open(elsewhere.c_str(), O_RDONLY | O_DIRECTORY))};
    const TemporaryFile file;
    const std::string absolute = std::filesystem::absolute(elsewhere.at("absolute"));
    Descriptor closed{arranged(os::open(elsewhere.c_str(), O_RDONLY | O_DIRECTORY))};
    const int closed_number = closed;
    closed.close();
    Peer maker = spawn("maker", [&] {
        set_up(os::chdir(current.c_str()) == 0);
        REQUIRE(permitted(os::mkfifoat(directory, "relative", 0600)) == 0);
        CHECK(os::mkfifoat(AT_FDCWD, "here", 0600) == 0);
        CHECK(os::mkfifoat(closed_number, absolute.c_str(), 0600) == 0);
        CHECK(fails_with(EBADF, os::mkfifoat(closed_number, "nowhere", 0600)));
        CHECK(fails_with(ENOTDIR, os::mkfifoat(file.descriptor(), "nowhere", 0600)));
        CHECK(fails_with(EEXIST, os::mkfifoat(directory, "relative", 0600)));
    });
    REQUIRE(finished(maker));
    REQUIRE(elsewhere.names() == std::vector<std::string>{"absolute", "relative"});
    REQUIRE(current.names() == std::vector<std::string>{"here"});
    for (const std::string& name : {elsewhere.at("absolute"), elsewhere.at("relative"), current.at("here")})
    {
        CHECK(is_fifo(name));
    }
}

FAULT("fifo.mkfifoat", "the descriptor is ignored", os::mkfifoat,
      [](auto /*real*/, int, const char* path, mode_t mode) -> int { return ::mkfifo(path, mode); });
FAULT("fifo.mkfifoat", "AT_FDCWD is taken for a descriptor", os::mkfifoat,
      [](auto real, int directory, const char* path, mode_t mode) -> int {
          errno = EBADF;
          return directory == AT_FDCWD ? -1 : real(directory, path, mode);
      });
FAULT("fifo.mkfifoat", "the descriptor has to be good for an absolute path too", os::mkfifoat,
      [](auto real, int directory, const char* path, mode_t mode) -> int {
          return directory != AT_FDCWD && ::fcntl(directory, F_GETFD) == -1 ? -1 : real(directory, path, mode);
      });
FAULT("fifo.mkfifoat", "a file's descriptor stands for the file's directory", os::mkfifoat,
      [](auto real, int directory, const char* path, mode_t mode) -> int {
          const int result = real(directory, path, mode);
          return result == -1 && errno == ENOTDIR ? real(AT_FDCWD, path, mode) : result;
      });
FAULT("fifo.mkfifoat", "a regular file is made", os::mkfifoat,
      [](auto /*real*/, int directory, const char* path, mode_t mode) -> int {
          const int file = ::openat(directory, path, O_CREAT | O_EXCL | O_WRONLY, mode);
          return file == -1 ? -1 : ::close(file);
      });

TEST_CASE(
    "fifo.owner"
    * says("a new FIFO belongs to its maker's effective user, and to the maker's effective group or that of the "
           "directory; a directory can make it the latter")
    * observed_by(
        "a process whose real and effective user differ makes FIFOs in a directory of a third group, the "
        "second time with the set-group-ID bit")
    * on("Linux", "the effective group, with the set-group-ID bit the directory's")
    * on("Darwin", "always the directory's group, as documented; not run there")
    * shall("POSIX.1-2024 mkfifo()", "mkfifo(3)"))
{
    const TwoIdentities identities;
    Peer maker = spawn("maker", [&] {
        const auto& [real, effective, other_group] = identities;
        const Directory directory;
        const Directory inheriting;
        REQUIRE(permitted(os::mkfifo(directory.at("own").c_str(), 0600)) == 0);
        CHECK(status_of(directory.at("own")).st_uid == ::geteuid());

        directory.hand_over(effective.user, other_group);
        inheriting.hand_over(effective.user, other_group);
        set_up(os::chmod(directory.c_str(), 0777) == 0); // open to the real user too, so that only the owner tells
        set_up(os::chmod(inheriting.c_str(), 02777) == 0);
        set_up(os::chmod(".", 0711) == 0);
        assume(identities);
        REQUIRE(permitted(os::mkfifo(directory.at("fifo").c_str(), 0600)) == 0);
        const struct stat plain = status_of(directory.at("fifo"));
        CHECK(plain.st_uid == effective.user);
        CHECK((plain.st_gid == effective.group || plain.st_gid == other_group));
        observe("group", plain.st_gid == effective.group ? "the maker's" : "the directory's");

        REQUIRE(permitted(os::mkfifo(inheriting.at("fifo").c_str(), 0600)) == 0);
        CHECK(status_of(inheriting.at("fifo")).st_uid == effective.user);
        CHECK(status_of(inheriting.at("fifo")).st_gid == other_group);
    });
    CHECK(finished(maker));
}

FAULT("fifo.owner", "a FIFO belongs to the real user", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          const uid_t effective = ::geteuid();
          ::seteuid(::getuid());
          const int result = real(path, mode);
          const int error = errno;
          ::seteuid(effective);
          errno = error;
          return result;
      });
FAULT("fifo.owner", "a FIFO belongs to the real group", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          const gid_t effective = ::getegid();
          const int result = real(path, mode);
          ::setegid(::getgid());
          ::chown(path, static_cast<uid_t>(-1), ::getegid());
          ::setegid(effective);
          return result;
      });
FAULT("fifo.owner", "the directory's set-group-ID bit is ignored", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          return real(path, mode) == 0 ? ::chown(path, static_cast<uid_t>(-1), ::getegid()) : -1;
      });
FAULT("fifo.owner", "a FIFO belongs to root", os::lstat,
      [](auto real, const char* path, struct stat* status) -> int {
          const int result = real(path, status);
          status->st_uid = status->st_uid == 0 ? 1 : 0;
          return result;
      });

TEST_CASE(
    "fifo.link-and-rename" * says("a hard link to a FIFO, and its name after a rename, lead to the same FIFO")
    * observed_by("what is written through the new name is read from a descriptor that was opened by the old one")
    * shall("POSIX.1-2024 link()", "POSIX.1-2024 rename()"))
{
    OpenFifo fifo;
    fifo.write_end.close();
    set_nonblocking(fifo.read_end);
    const Directory names;
    const ino_t inode = status_of(fifo.path()).st_ino;
    const auto leads_to_it = [&](const std::string& name) {
        Descriptor write_end{os::open(name.c_str(), O_WRONLY | O_NONBLOCK)};
        REQUIRE(write_end >= 0);
        CHECK(os::write(write_end, "x", 1) == 1);
        char byte = 0;
        CHECK(os::read(fifo.read_end, &byte, 1) == 1);
        CHECK(is_fifo(name));
        CHECK(status_of(name).st_ino == inode);
    };

    REQUIRE(permitted(os::link(fifo.c_str(), names.at("link").c_str())) == 0);
    leads_to_it(names.at("link"));
    CHECK(status_of(fifo.path()).st_nlink == 2);
    REQUIRE(os::rename(fifo.c_str(), names.at("renamed").c_str()) == 0);
    leads_to_it(names.at("renamed"));
    leads_to_it(names.at("link"));
    struct stat status;
    CHECK(fails_with(ENOENT, os::lstat(fifo.c_str(), &status)));
}

FAULT("fifo.link-and-rename", "each name of a FIFO has a buffer of its own", os::link,
      [](auto /*real*/, const char* /*from*/, const char* to) -> int { return ::mkfifo(to, 0600); });
FAULT("fifo.link-and-rename", "the renamed FIFO is another one", os::rename,
      [](auto /*real*/, const char* from, const char* to) -> int { return ::unlink(from) + ::mkfifo(to, 0600); });
FAULT("fifo.link-and-rename", "a rename leaves the old name behind", os::rename,
      [](auto /*real*/, const char* from, const char* to) -> int { return ::link(from, to); });
FAULT("fifo.link-and-rename", "a FIFO that is open cannot be renamed", os::rename,
      wrong_answer::failing_with<EBUSY>);

TEST_CASE(
    "fifo.stat-while-open-blocked"
    * says("while a process waits in open of a FIFO, stat, chmod and rename of its name go through at once")
    * observed_by(
        "a reader, then a writer is seen asleep in open; another peer makes the three calls; the first still "
        "waits, and is released through the new name")
    * shall("POSIX.1-2024 open()", "POSIX.1-2024 stat()", "NetBSD fifo_vnops.c"))
{
    for (const int access : {O_RDONLY, O_WRONLY})
    {
        const Fifo fifo;
        const OwnedPath renamed;
        Peer opener = spawn("opener", [&] {
            const Descriptor end{os::open(fifo.c_str(), access)};
            CHECK(end >= 0);
        });
        REQUIRE(blocked_in(opener, os::open));

        Peer other = spawn("other user", [&] { // a process of its own: one that does not come back is told apart
            struct stat status
            {
            };
            CHECK(os::stat(fifo.c_str(), &status) == 0);
            CHECK(S_ISFIFO(status.st_mode));
            CHECK(os::chmod(fifo.c_str(), 0640) == 0);
            CHECK(os::rename(fifo.c_str(), renamed.c_str()) == 0);
        });
        REQUIRE(finished(other));
        CHECK((status_of(renamed.path()).st_mode & 07777U) == 0640);
        CHECK(blocked_in(opener, os::open));
        const int partner_access = access == O_RDONLY ? O_WRONLY : O_RDONLY;
        const Descriptor partner{os::open(renamed.c_str(), partner_access | O_NONBLOCK)};
        REQUIRE(partner >= 0);
        CHECK(finished(opener));
    }
}

namespace
{

// For faults: a kernel that holds the inode's lock for as long as an open waits.
constexpr auto open_under_lock = [](auto real, const char* path, int flags, mode_t mode) -> int {
    return flags == O_RDONLY ? static_cast<int>(channel::under_one_lock(real, path, flags, mode))
                             : real(path, flags, mode);
};
constexpr auto under_lock = [](auto real, auto... arguments) -> int {
    return static_cast<int>(channel::under_one_lock(real, arguments...));
};

} // namespace

FAULT("fifo.stat-while-open-blocked", "the inode is locked while the open waits: stat waits too", os::open,
      open_under_lock, os::stat, under_lock);
FAULT("fifo.stat-while-open-blocked", "the inode is locked while the open waits: chmod waits too", os::open,
      open_under_lock, os::chmod, under_lock);
FAULT("fifo.stat-while-open-blocked", "the name is busy while the open waits", os::rename,
      wrong_answer::failing_with<EBUSY>);
FAULT("fifo.stat-while-open-blocked", "the open that waits belongs to the old name", os::rename,
      [](auto /*real*/, const char* from, const char* to) -> int { return ::unlink(from) + ::mkfifo(to, 0640); });
