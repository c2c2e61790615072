// What mkfifo() and mknod() refuse: with which error, and without leaving a name behind.
#include "cases/fifo/faults.hpp"
#include "fixtures/directory.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/os_unreadable_paths.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/private_file_system.hpp"
#include "fixtures/property.hpp"
#include "fixtures/unprivileged.hpp"

#include <array>
#include <cstring>

using namespace ipc_conform;
using namespace ipc_conform::fifo_faults;

TEST_CASE(
    "fifo.mkfifo-path-errors"
    * says("mkfifo fails with ENOENT for an empty path and in a directory that is missing, with ENOTDIR below "
           "what is no directory, with ENAMETOOLONG for a component longer than NAME_MAX, and makes nothing")
    * observed_by("each call's error, and the directory's entries; a name of NAME_MAX bytes is still taken")
    * shall("POSIX.1-2024 mkfifo()", "mkfifo(3)"))
{
    const Directory directory;
    const TemporaryFile file;
    const auto longest = static_cast<std::size_t>(arranged(::pathconf(directory.c_str(), _PC_NAME_MAX)));
    observe("NAME_MAX", longest);
    const std::string long_enough(longest, 'n');

    CHECK(fails_with(ENOENT, os::mkfifo("", 0600)));
    CHECK(fails_with(ENOENT, os::mkfifo(directory.at("missing/fifo").c_str(), 0600)));
    CHECK(fails_with(ENOTDIR, os::mkfifo((file.path() + "/fifo").c_str(), 0600)));
    CHECK(fails_with(ENAMETOOLONG, os::mkfifo(directory.at(long_enough + 'n').c_str(), 0600)));
    CHECK(fails_with(ENAMETOOLONG, os::mkfifo(directory.at(long_enough + "n/fifo").c_str(), 0600)));
    CHECK(directory.names().empty());
    CHECK(os::mkfifo(directory.at(long_enough).c_str(), 0600) == 0);
    CHECK(directory.names() == std::vector<std::string>{long_enough});
}

FAULT("fifo.mkfifo-path-errors", "a file on the way counts as a missing directory", os::mkfifo,
      wrong_answer::misreporting<ENOTDIR, ENOENT>);
FAULT("fifo.mkfifo-path-errors", "an empty path stands for the working directory", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int { return real(*path == '\0' ? "." : path, mode); });
FAULT("fifo.mkfifo-path-errors", "a name that is too long is cut", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          const int result = real(path, mode);
          return result == -1 && errno == ENAMETOOLONG
                     ? real(std::string{path, std::strlen(path) - 1}.c_str(), mode)
                     : result;
      });
FAULT("fifo.mkfifo-path-errors", "a name of NAME_MAX bytes is too long already", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          const char* name = std::strrchr(path, '/');
          errno = ENAMETOOLONG;
          return name != nullptr && std::strlen(name + 1) > 200 ? -1 : real(path, mode);
      });
FAULT("fifo.mkfifo-path-errors", "the missing directory is made", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          const int result = real(path, mode);
          const int error = errno;
          const char* name = std::strrchr(path, '/');
          if (result == -1 && error == ENOENT && name != nullptr)
          {
              ::mkdir(std::string(path, name).c_str(), 0700);
          }
          errno = error;
          return result;
      });

TEST_CASE(
    "fifo.create-denied"
    * says(
        "mkfifo fails with EACCES where the directory denies writing or searching, with ELOOP through a loop of "
        "symbolic links, with EROFS on a read-only file system, and makes nothing")
    * observed_by("an ordinary user's calls, and those of a user with a read-only file system of his own; each "
                  "one's error and the directory's entries")
    * shall("POSIX.1-2024 mkfifo()", "mkfifo(3)"))
{
    Peer owner = spawn("user of a read-only file system", [] {
        const PrivateFileSystem files;
        files.make_read_only();
        CHECK(fails_with(EROFS, os::mkfifo(files.at("fifo").c_str(), 0600)));
        CHECK(files.directory().names().empty());
    });
    CHECK(finished(owner));
    Peer user = spawn("user", [] {
        become_unprivileged();
        const Directory directory;
        for (const mode_t mode : std::array<mode_t, 2>{0500, 0600})
        {
            set_up(os::chmod(directory.c_str(), mode) == 0);
            CHECK(fails_with(EACCES, os::mkfifo(directory.at("fifo").c_str(), 0600)));
            CHECK(directory.names().empty());
        }
        const OwnedPath loop;
        const OwnedPath back;
        set_up(os::symlink(back.c_str(), loop.c_str()) == 0);
        set_up(os::symlink(loop.c_str(), back.c_str()) == 0);
        CHECK(fails_with(ELOOP, os::mkfifo((loop.path() + "/fifo").c_str(), 0600)));
    });
    CHECK(finished(user));
}

FAULT("fifo.create-denied", "permissions of the directory are ignored", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          const std::string directory{path, std::strcspn(path, "/")};
          const int result = real(path, mode);
          if (result == -1 && errno == EACCES)
          {
              ::chmod(directory.c_str(), 0700);
              return real(path, mode);
          }
          return result;
      });
FAULT("fifo.create-denied", "the refused FIFO's name is left behind", os::mkfifo,
      [](auto real, const char* path, mode_t mode) -> int {
          const std::string directory{path, std::strcspn(path, "/")};
          const int result = real(path, mode);
          const int error = errno;
          ::chmod(directory.c_str(), 0700);
          real(path, mode);
          errno = error;
          return result;
      });
FAULT("fifo.create-denied", "the wrong errno without permission", os::mkfifo,
      wrong_answer::misreporting<EACCES, EPERM>);
FAULT("fifo.create-denied", "a loop of links counts as a missing directory", os::mkfifo,
      wrong_answer::misreporting<ELOOP, ENOENT>);
FAULT("fifo.create-denied", "a read-only file system counts as a lack of permission", os::mkfifo,
      wrong_answer::misreporting<EROFS, EACCES>);

TEST_CASE(
    "fifo.create-efault"
    * says("mkfifo and mknod fail with EFAULT for a path that is not, or not wholly, in the caller's memory")
    * observed_by("a page is unmapped, and a path given that lies in it or that runs into it; the caller goes on, "
                  "and the directory has no new entry")
    * platform("Linux", "mknod(2)", "LTP mknod06"))
{
    const Directory directory;
    const TemporaryFile file{static_cast<off_t>(2 * page_size())};
    const Mapping pages{file.descriptor(), 2 * page_size()};
    pages.store(page_size() - 5, "fifo/");
    set_up(os::mprotect(pages.at(page_size()), page_size(), PROT_NONE) == 0);
    Peer caller = spawn("caller", [&] {
        set_up(os::chdir(directory.c_str()) == 0);
        for (const std::size_t readable : {0U, 1U, 5U})
        {
            const void* path = pages.at(page_size() - readable);
            CHECK(fails_with(EFAULT, os::mkfifo_unreadable(path, 0600)));
            CHECK(fails_with(EFAULT, os::mknod_unreadable(path, S_IFIFO | 0600, 0)));
        }
    });
    CHECK(finished(caller));
    CHECK(directory.names().empty());
}

FAULT("fifo.create-efault", "the caller crashes", os::mkfifo_unreadable,
      [](auto real, const void* path, mode_t mode) -> int {
          return real(std::string{static_cast<const char*>(path)}.c_str(), mode);
      });
FAULT("fifo.create-efault", "a path that runs out of memory ends there", os::mkfifo_unreadable,
      [](auto real, const void* path, mode_t mode) -> int {
          const bool five_readable = (reinterpret_cast<std::uintptr_t>(path) + 5) % page_size() == 0;
          return real(five_readable ? "fifo" : path, mode);
      });
FAULT("fifo.create-efault", "mknod reports a missing path", os::mknod_unreadable,
      wrong_answer::misreporting<EFAULT, ENOENT>);

namespace
{

struct Type
{
    std::string_view name;
    mode_t bits;
};

bool exists(const std::string& name)
{
    struct stat status;
    return os::lstat(name.c_str(), &status) == 0;
}

// Whether mknod refuses with one of the errors that POSIX has for it, and makes nothing; the error is recorded.
void refuses(const Type& type, std::string_view maker)
{
    const OwnedPath name;
    REQUIRE(os::mknod(name.c_str(), type.bits | 0600, 0) == -1);
    const int error = errno;
    CHECK((error == EPERM || error == EINVAL));
    observe(fmt::format("{} by {}", type.name, maker), name_of_error(error));
    CHECK(!exists(name.path()));
}

void makes_fifo_only(std::string_view maker)
{
    for (const Type& type :
         {Type{"a symbolic link", S_IFLNK}, Type{"a directory", S_IFDIR}, Type{"no type", S_IFMT}})
    {
        refuses(type, maker);
    }
    const OwnedPath name;
    REQUIRE(os::mknod(name.c_str(), S_IFIFO | 0600, 0) == 0);
    struct stat status
    {
    };
    REQUIRE(os::lstat(name.c_str(), &status) == 0);
    CHECK(S_ISFIFO(status.st_mode));
}

} // namespace

TEST_CASE(
    "fifo.mknod-bad-type"
    * says("mknod refuses the types that it cannot make, and without privilege a device; a FIFO needs none")
    * observed_by("each type's error, for the case's user and an ordinary one, and that no name has come to be")
    * on("Linux", "EINVAL for a symbolic link and for no type, EPERM for a directory and a device; the character "
                  "device 0, a whiteout, needs no privilege since 5.8")
    * may("POSIX.1-2024 mknod()", "mknod(2)", "LTP mknod07", "LTP mknod09"))
{
    const TemporaryFile possible; // where no name can be made, that is the answer to everything
    makes_fifo_only("the case's user");
    Peer user = spawn("user", [] {
        become_unprivileged();
        makes_fifo_only("an ordinary user");
        constexpr dev_t device = 1; // not 0: on Linux that is a whiteout, which anybody may make
        for (const mode_t type : std::array<mode_t, 2>{S_IFCHR, S_IFBLK})
        {
            const OwnedPath name;
            CHECK(fails_with(EPERM, os::mknod(name.c_str(), type | 0600, device)));
            CHECK(!exists(name.path()));
        }
    });
    CHECK(finished(user));
}

namespace
{

// For faults: a node of this type is made as one of another.
constexpr auto made_as(mode_t asked, mode_t made)
{
    return [asked, made](auto real, const char* path, mode_t mode, dev_t device) -> int {
        return real(path, (mode & S_IFMT) == asked ? (mode & ~static_cast<mode_t>(S_IFMT)) | made : mode, device);
    };
}

} // namespace

FAULT("fifo.mknod-bad-type", "a regular file is made in place of a symbolic link", os::mknod,
      made_as(S_IFLNK, S_IFREG));
FAULT("fifo.mknod-bad-type", "a directory is made, without entries for itself and its parent", os::mknod,
      made_as(S_IFDIR, S_IFREG));
FAULT("fifo.mknod-bad-type", "a regular file is made in place of a FIFO", os::mknod, made_as(S_IFIFO, S_IFREG));
FAULT("fifo.mknod-bad-type", "everybody may make a device", os::mknod, made_as(S_IFCHR, S_IFIFO));
FAULT("fifo.mknod-bad-type", "a FIFO needs privilege", os::mknod,
      [](auto real, const char* path, mode_t mode, dev_t device) -> int {
          errno = EPERM;
          return (mode & S_IFMT) == S_IFIFO ? -1 : real(path, mode, device);
      });
FAULT("fifo.mknod-bad-type", "a refused node's name is left behind", os::mknod,
      [](auto real, const char* path, mode_t mode, dev_t device) -> int {
          const int result = real(path, mode, device);
          const int error = errno;
          if (result == -1)
          {
              real(path, S_IFREG | 0600, 0);
          }
          errno = error;
          return result;
      });
