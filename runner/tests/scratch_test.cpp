#include "runner/scratch.hpp"

#include "fixtures/journal_reader.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using ipc_conform::runner::Scratch;
using ipc_conform::runner::ScratchSpaces;

namespace
{

namespace filesystem = std::filesystem;
namespace journal = ipc_conform::journal;

class Workspace
{
public:
    Workspace()
    {
        REQUIRE(::mkdtemp(path_.data()) != nullptr);
    }
    ~Workspace()
    {
        filesystem::remove_all(path_);
    }
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    [[nodiscard]] const std::string& path() const
    {
        return path_;
    }

private:
    std::string path_ = (filesystem::temp_directory_path() / "scratch-test-XXXXXX").string();
};

void append_record(int descriptor)
{
    const journal::RecordHeader header{sizeof header, journal::Kind::end, 0, 0, 1};
    REQUIRE(::write(descriptor, &header, sizeof header) == sizeof header);
}

} // namespace

TEST_CASE("scratch: a space left as it was is used again, with an empty journal")
{
    const Workspace workspace;
    ScratchSpaces spaces{workspace.path()};
    std::unique_ptr<Scratch> scratch = spaces.take();
    const std::string folder = scratch->folder();
    CHECK(filesystem::is_empty(folder));
    scratch->begin(7, std::chrono::seconds{2});
    append_record(scratch->journal());
    CHECK(journal::Reader{scratch->journal()}.records().size() == 1);
    spaces.give_back(std::move(scratch));

    scratch = spaces.take();
    CHECK(scratch->folder() == folder);
    CHECK(journal::Reader{scratch->journal()}.records().empty());
    scratch->begin(8, std::chrono::seconds{2});
    CHECK(journal::Reader{scratch->journal()}.records().empty());
    CHECK(journal::Reader{scratch->journal()}.started_at() > 0);
}

TEST_CASE("scratch: cases that run at once have spaces of their own")
{
    const Workspace workspace;
    ScratchSpaces spaces{workspace.path()};
    const auto one = spaces.take();
    const auto other = spaces.take();
    CHECK(one->folder() != other->folder());
    CHECK(one->journal() != other->journal());
}

TEST_CASE("scratch: one that was changed is not used again, and removed")
{
    const Workspace workspace;
    ScratchSpaces spaces{workspace.path()};
    for (const auto done : {+[](const Scratch& scratch) { ::chmod(scratch.folder().c_str(), 0755); },
                            +[](const Scratch& scratch) { filesystem::remove(scratch.folder()); },
                            +[](const Scratch& scratch) {
                                filesystem::remove(scratch.folder());
                                filesystem::create_symlink("/", scratch.folder());
                            }})
    {
        std::unique_ptr<Scratch> scratch = spaces.take();
        const std::string changed = scratch->folder();
        done(*scratch);
        spaces.give_back(std::move(scratch));
        CHECK_FALSE(filesystem::exists(filesystem::symlink_status(changed)));
        CHECK_FALSE(filesystem::exists(changed + ".journal"));
        CHECK(spaces.take()->folder() != changed);
    }
    CHECK(filesystem::exists("/"));
}

TEST_CASE("scratch: what a case has left is named, and gone")
{
    const Workspace workspace;
    const Scratch scratch{workspace.path(), 3};
    filesystem::create_directory(scratch.folder() + "/deep");
    std::ofstream{scratch.folder() + "/deep/file"} << "left";
    const auto removed = scratch.remove_files();
    REQUIRE(removed.size() == 1);
    CHECK(removed[0].kind == "file");
    CHECK(removed[0].name == "deep");
    CHECK(filesystem::is_empty(scratch.folder()));
    CHECK(scratch.restore());
}

TEST_CASE("scratch: nothing is removed behind a link")
{
    const Workspace workspace;
    const Workspace of_another;
    std::ofstream{of_another.path() + "/file"} << "kept";
    const Scratch scratch{workspace.path(), 0};
    filesystem::remove(scratch.folder());
    filesystem::create_symlink(of_another.path(), scratch.folder());
    CHECK(scratch.remove_files().empty());
    CHECK_FALSE(scratch.restore());
    scratch.remove();
    CHECK(filesystem::exists(of_another.path() + "/file"));
    CHECK_FALSE(filesystem::exists(filesystem::symlink_status(scratch.folder())));
}

TEST_CASE("scratch: without a folder the journal is kept in memory")
{
    const int memory = journal::memory_file();
    if (memory < 0)
    {
        MESSAGE("this system has no files in memory: not tested");
        return;
    }
    ::close(memory);
    const Scratch scratch{"", 0};
    CHECK(scratch.folder().empty());
    scratch.begin(1, std::chrono::seconds{1});
    append_record(scratch.journal());
    CHECK(journal::Reader{scratch.journal()}.records().size() == 1);
    CHECK(scratch.remove_files().empty());
    CHECK(scratch.restore());
    CHECK(journal::Reader{scratch.journal()}.records().empty());
}

TEST_CASE("scratch: where it cannot be made, the place and the reason are told")
{
    const Workspace workspace;
    const std::string absent = workspace.path() + "/absent";
    try
    {
        const Scratch scratch{absent, 0};
        FAIL("it was made");
    }
    catch (const std::runtime_error& error)
    {
        CHECK(std::string{error.what()} == "cannot prepare a case in " + absent + ": No such file or directory");
    }
}
