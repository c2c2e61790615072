// What mkfifo() and mknod() make, with which permissions, and when it refuses.
#include "fixtures/fifo.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/unprivileged.hpp"

#include <array>

using namespace ipc_conform;

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

std::string permissions_of(const std::string& name)
{
    return fmt::format("{:04o}", status_of(name).st_mode & 07777U);
}

// All that a refused mkfifo could have changed about what stands under the name.
std::string description_of(const std::string& name)
{
    const struct stat status = status_of(name);
    return fmt::format("inode {}, mode {:o}, {} links, {} bytes, modified at {}, changed at {}", status.st_ino,
                       status.st_mode, status.st_nlink, status.st_size, status.st_mtime, status.st_ctime);
}

} // namespace

TEST_CASE("fifo.mkfifo-creates"
          * says("mkfifo creates a FIFO special file under the name, which outlives the process that made it")
          * observed_by("a child makes it and ends; then lstat says S_ISFIFO")
          * on("Darwin", "the same, by reading vfs_syscalls.c") * shall("POSIX.1-2024 mkfifo()", "fifo(7)"))
{
    const OwnedPath name;
    Peer creator = spawn("creator", [&] { REQUIRE(permitted(os::mkfifo(name.c_str(), 0600)) == 0); });
    REQUIRE(finished(creator));

    const mode_t mode = status_of(name.path()).st_mode;
    CHECK(S_ISFIFO(mode));
}

FAULT("fifo.mkfifo-creates", "a regular file is created", os::mkfifo,
      [](auto /*real*/, const char* path, mode_t mode) -> int {
          return ::close(::open(path, O_CREAT | O_EXCL | O_WRONLY, mode));
      });
FAULT("fifo.mkfifo-creates", "the name goes with its creator", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          return real(path, mode) == 0 ? ::unlink(path) : -1; // no one else can have seen it
      });

TEST_CASE("fifo.mode-umask"
          * says("a new FIFO's permission bits are those of the mode argument that the umask does not clear")
          * observed_by("lstat's permission bits for six pairs of mode and umask")
          * shall("POSIX.1-2024 mkfifo()", "POSIX.1-2024 umask()", "mkfifo(3)"))
{
    struct Row
    {
        mode_t mode;
        mode_t mask;
        std::string_view result;
    };
    constexpr std::array rows{
        Row{0666, 0022, "0644"}, Row{0777, 0000, "0777"}, Row{0640, 0077, "0600"},
        Row{0421, 0142, "0421"}, Row{0600, 0600, "0000"}, Row{0000, 0000, "0000"},
    };
    for (const Row& row : rows)
    {
        const OwnedPath name;
        os::umask(row.mask);
        REQUIRE(permitted(os::mkfifo(name.c_str(), row.mode)) == 0);
        CHECK(permissions_of(name.path()) == row.result);
    }
}

FAULT("fifo.mode-umask", "the umask is ignored", os::mkfifo, [](auto real, const char* path, mode_t mode) -> int {
    return real(path, mode) == 0 ? ::chmod(path, mode) : -1;
});
FAULT("fifo.mode-umask", "the mode argument is ignored", os::mkfifo,
      [](auto real, const char* path, mode_t) -> int { return real(path, 0666); });
FAULT("fifo.mode-umask", "the umask is subtracted instead of masked out", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          const mode_t mask = ::umask(0);
          ::umask(mask);
          return real(path, mode) == 0 ? ::chmod(path, (mode - mask) & 0777U) : -1;
      });

TEST_CASE(
    "fifo.mkfifo-eexist"
    * says("mkfifo on an existing name, a dangling symbolic link included, fails with EEXIST and changes nothing")
    * observed_by("mkfifo on a file, a FIFO and a dangling link: its error, lstat before and after, and no file "
                  "where the link points")
    * on("Darwin", "EEXIST, by reading vfs_syscalls.c; for a symbolic link not known")
    * shall("POSIX.1-2024 mkfifo()", "mkfifo(3)"))
{
    const TemporaryFile file{3};
    const Fifo fifo;
    const OwnedPath nowhere;
    const OwnedPath dangling;
    set_up(os::symlink(nowhere.c_str(), dangling.c_str()) == 0);

    for (const std::string& name : {file.path(), fifo.path(), dangling.path()})
    {
        const std::string before = description_of(name);
        CHECK(fails_with(EEXIST, os::mkfifo(name.c_str(), 0644)));
        CHECK(description_of(name) == before);
    }
    struct stat status;
    CHECK(fails_with(ENOENT, os::lstat(nowhere.c_str(), &status)));
}

FAULT("fifo.mkfifo-eexist", "a symbolic link is followed to where it points", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          std::string target(256, '\0');
          const ssize_t size = ::readlink(path, target.data(), target.size() - 1);
          return real(size > 0 ? target.c_str() : path, mode);
      });
FAULT("fifo.mkfifo-eexist", "what was there is replaced", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          ::unlink(path);
          return real(path, mode);
      });
FAULT("fifo.mkfifo-eexist", "a FIFO that is already there counts as made", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          struct stat status;
          const bool fifo = ::lstat(path, &status) == 0 && S_ISFIFO(status.st_mode);
          return fifo ? 0 : real(path, mode);
      });
FAULT("fifo.mkfifo-eexist", "it fails as it should, but the existing name gets the new mode", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          const int result = real(path, mode);
          const int error = errno;
          ::chmod(path, mode);
          errno = error;
          return result;
      });

TEST_CASE("fifo.mknod-equivalent"
          * says("mknod with S_IFIFO makes the same FIFO as mkfifo, for an ordinary user as well")
          * observed_by("a peer that gave up privilege calls mknod: lstat's type and mode under umask 027, EEXIST "
                        "on repeat, data through it")
          * shall("POSIX.1-2024 mknod()", "mknod(2)"))
{
    Peer user = spawn("user", [&] {
        become_unprivileged();
        const OwnedPath name;
        os::umask(0027);
        REQUIRE(os::mknod(name.c_str(), S_IFIFO | 0666, 0) == 0);
        CHECK(S_ISFIFO(status_of(name.path()).st_mode));
        CHECK(permissions_of(name.path()) == "0640");
        CHECK(fails_with(EEXIST, os::mknod(name.c_str(), S_IFIFO | 0666, 0)));

        const Channel ends = open_both_ends(name.path());
        CHECK(os::write(ends.write_end, "through it", 10) == 10);
        CHECK(read_fully(ends.read_end, 10) == "through it");
    });
    CHECK(finished(user));
}

FAULT("fifo.mknod-equivalent", "mknod needs privilege for a FIFO too", os::mknod,
      [](auto /*real*/, const char*, mode_t, dev_t) -> int {
          errno = EPERM;
          return -1;
      });
FAULT("fifo.mknod-equivalent", "mknod makes a regular file", os::mknod,
      [](auto real, const char* path, mode_t mode, dev_t device) -> int {
          return real(path, (mode & 07777U) | S_IFREG, device);
      });
FAULT("fifo.mknod-equivalent", "mknod ignores the umask", os::mknod,
      [](auto real, const char* path, mode_t mode, dev_t device) -> int {
          return real(path, mode, device) == 0 ? ::chmod(path, mode & 07777U) : -1;
      });
