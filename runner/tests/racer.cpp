// Another user who means harm: waits for names to appear in the folders given and is at once there with symbolic
// links, FIFOs and folders of his own at every name that follows from them. Run by `adversary`, which see.
//
//   racer VICTIM FOLDER...     until SIGTERM; then it says what it could do:
//   seen N      names that appeared
//   entered N   of them, folders in which it could make something
//   opened NAME an object that it could open for writing
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace
{

volatile std::sig_atomic_t over = 0;

class Racer
{
public:
    Racer(std::string victim, std::vector<std::string> folders)
        : victim_{std::move(victim)}, folders_{std::move(folders)}
    {
    }

    void meet(const std::string& folder, const std::string& name)
    {
        if (own_.contains(folder + '/' + name))
        {
            return;
        }
        ++seen_;
        const std::string path = folder + '/' + name;
        const int object = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (object >= 0)
        {
            opened_.insert(path);
            ::close(object);
        }
        // In it, if it is a folder: where a run keeps its lock, its journals and its cases' folders.
        bool entered = false;
        for (const char* inside : {"/lock", "/disk", "/0", "/0.journal", "/1", "/1.journal"})
        {
            entered = ::symlink(victim_.c_str(), (path + inside).c_str()) == 0 || entered;
        }
        entered_ += entered ? 1 : 0;
        // Beside it, and in every other folder: what could be made next, by the name.
        for (const std::string& other : folders_)
        {
            plant_link(other, name + "-disk");
            plant_link(other, name + ".journal");
            plant_pipe(other, name + ".lock");
        }
        // What a later run of the next process number could be called.
        const std::size_t number = name.find_first_of("0123456789");
        if (name.starts_with("ipc-conform-") && number != std::string::npos)
        {
            const long next = std::atol(name.c_str() + number) + 1;
            plant_link(folder, "ipc-conform-" + std::to_string(next));
            plant_link(folder, "ipc-conform-" + std::to_string(next) + "-AAAAAA");
        }
    }

    void tell() const
    {
        std::cout << "seen " << seen_ << "\nentered " << entered_ << '\n';
        for (const std::string& path : opened_)
        {
            std::cout << "opened " << path << '\n';
        }
    }

private:
    void plant_link(const std::string& folder, const std::string& name)
    {
        own_.insert(folder + '/' + name);
        [[maybe_unused]] const int ignored = ::symlink(victim_.c_str(), (folder + '/' + name).c_str());
    }

    void plant_pipe(const std::string& folder, const std::string& name)
    {
        own_.insert(folder + '/' + name);
        ::mkfifo((folder + '/' + name).c_str(), 0666);
    }

    std::string victim_;
    std::vector<std::string> folders_;
    std::set<std::string> own_;
    std::set<std::string> opened_;
    long seen_ = 0;
    long entered_ = 0;
};

} // namespace

int main(int count, char** arguments)
{
    if (count < 3)
    {
        std::cerr << "racer VICTIM FOLDER...\n";
        return 2;
    }
    struct sigaction end
    {
    };
    end.sa_handler = [](int /*signal*/) { over = 1; }; // no SA_RESTART: it ends the read
    ::sigaction(SIGTERM, &end, nullptr);

    const int names = ::inotify_init1(IN_CLOEXEC);
    const std::vector<std::string> folders{arguments + 2, arguments + count};
    std::map<int, std::string> watched;
    for (const std::string& folder : folders)
    {
        watched[::inotify_add_watch(names, folder.c_str(), IN_CREATE | IN_MOVED_TO)] = folder;
    }
    std::cout << "watching" << std::endl;
    Racer racer{arguments[1], folders};
    alignas(inotify_event) std::array<char, 65536> events{};
    while (over == 0)
    {
        const ssize_t size = ::read(names, events.data(), events.size());
        for (ssize_t at = 0; at < size;)
        {
            const auto* event = reinterpret_cast<const inotify_event*>(events.data() + at);
            if (event->len > 0)
            {
                racer.meet(watched[event->wd], event->name);
            }
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
        }
    }
    racer.tell();
    return 0;
}
