#include "fixtures/execution.hpp"
#include "runner/trust.hpp"
#include "runner/trust_tools.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace ipc_conform::runner
{

using namespace trust;

namespace
{

Problem fork_and_wait()
{
    return Child{[] { return 37; }}.unless_exits(37);
}

Problem execute(const std::string& self)
{
    // Arguments are made before the fork: the child only calls the system.
    std::vector<std::string> words = words_to_execute(self);
    words.emplace_back(trust_probe_argument);
    std::vector<char*> arguments;
    std::ranges::transform(words, std::back_inserter(arguments), [](std::string& word) { return word.data(); });
    arguments.push_back(nullptr);
    Child child{[&] {
        ::execv(arguments.front(), arguments.data());
        return errno == ENOENT ? 126 : 127;
    }};
    const Problem problem = child.unless_exits(trust_probe_status);
    return problem ? fmt::format("executing {} again: {}", fmt::join(words_to_execute(self), " "), *problem)
                   : problem;
}

// How the kit learns which of its children have ended, before it reaps them.
Problem look_without_reaping()
{
    Child child{[] { return 38; }};
    if (child.pid() == -1)
    {
        return failed("fork");
    }
    siginfo_t end{};
    int looked = 0;
    soon([&] {
        looked = ::waitid(P_PID, static_cast<id_t>(child.pid()), &end, WEXITED | WNOHANG | WNOWAIT);
        return looked == -1 || end.si_pid != 0;
    });
    if (looked == -1)
    {
        return failed("waitid");
    }
    return end.si_pid == child.pid() ? child.unless_exits(38)
                                     : Problem{"waitid does not tell of a child that ended"};
}

Problem make_pipe()
{
    std::array<int, 2> ends{-1, -1};
    if (::pipe(ends.data()) == -1)
    {
        return failed("pipe");
    }
    ::close(ends[0]);
    ::close(ends[1]);
    return {};
}

Problem kill_and_wait()
{
    Child child{[] {
        ::pause();
        return 1;
    }};
    if (child.pid() > 0 && ::kill(child.pid(), SIGKILL) != 0)
    {
        return failed("kill");
    }
    return child.unless_killed_by(SIGKILL);
}

Problem shared_memory()
{
    const SharedCounter counter;
    if (!counter)
    {
        return failed("mmap of shared anonymous memory");
    }
    *counter = 1;
    Child child{[&] {
        const bool seen = *counter == 1;
        *counter = seen ? 2 : 9;
        return soon([&] { return *counter == 3; }) ? 0 : 1;
    }};
    if (child.pid() > 0 && !soon([&] { return *counter != 1; }))
    {
        return "what a child writes into shared memory does not reach its parent";
    }
    if (*counter == 9)
    {
        return "what a process wrote into shared memory before fork does not reach its child";
    }
    *counter = 3;
    const Problem problem = child.unless_exits(0);
    return problem ? fmt::format("what a parent writes into shared memory does not reach its child: {}", *problem)
                   : problem;
}

Problem append(const std::string& folder)
{
    constexpr std::size_t records = 40;
    using Record = std::array<char, 48>;
    const ProbeFile file{folder};
    const SharedCounter ready;
    if (file.descriptor() == -1 || !ready)
    {
        return file.descriptor() == -1 ? file.problem() : failed("mmap of shared anonymous memory");
    }
    const auto writer = [&](char letter) {
        return [&, letter] {
            Record record{};
            record.fill(letter);
            ++*ready;
            soon([&] { return *ready == 2; }); // so that both append at the same time
            for (std::size_t index = 0; index < records; ++index)
            {
                if (::write(file.descriptor(), record.data(), record.size()) != ssize_t{record.size()})
                {
                    return 1;
                }
            }
            return 0;
        };
    };
    Child first{writer('a')};
    Child second{writer('b')};
    for (Child* child : {&first, &second})
    {
        if (const Problem problem = child->unless_exits(0))
        {
            return fmt::format("a process that appends to a file: {}", *problem);
        }
    }
    std::array<std::size_t, 2> found{};
    Record record{};
    for (off_t at = 0; ::pread(file.descriptor(), record.data(), record.size(), at) == ssize_t{record.size()};
         at += ssize_t{record.size()})
    {
        const char letter = record[0];
        if ((letter != 'a' && letter != 'b') || std::ranges::count(record, letter) != ssize_t{record.size()})
        {
            return fmt::format("appended records are mixed up at offset {}", at);
        }
        ++found.at(letter == 'a' ? 0 : 1);
    }
    return found == std::array{records, records}
               ? Problem{}
               : fmt::format("of {} records appended by each of two processes, {} and {} are in the file", records,
                             found[0], found[1]);
}

Problem mapped_file(const std::string& folder)
{
    const ProbeFile file{folder};
    if (file.descriptor() == -1 || ::ftruncate(file.descriptor(), 1) != 0)
    {
        return file.descriptor() == -1 ? file.problem() : failed("ftruncate");
    }
    void* memory = ::mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor(), 0);
    if (memory == MAP_FAILED)
    {
        return failed("mmap");
    }
    *static_cast<volatile char*>(memory) = 'm';
    char seen = 0;
    const ssize_t count = ::pread(file.descriptor(), &seen, 1, 0);
    ::munmap(memory, 1);
    return count == 1 && seen == 'm' ? Problem{} : "read does not see what was written through a mapping";
}

std::int64_t nanoseconds()
{
    timespec time{};
    return ::clock_gettime(CLOCK_MONOTONIC, &time) == 0 ? std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec
                                                        : -1;
}

Problem clock()
{
    const std::int64_t first = nanoseconds();
    if (first == -1)
    {
        return failed("clock_gettime");
    }
    std::int64_t last = first;
    bool backwards = false;
    const auto step = [&] {
        const std::int64_t now = nanoseconds();
        backwards = backwards || now < last;
        last = now;
    };
    for (int reading = 0; reading < 500; ++reading)
    {
        step();
    }
    const bool advances = soon([&] { return step(), last > first; });
    return backwards ? Problem{"it goes backwards"} : advances ? Problem{} : Problem{"it stands still"};
}

} // namespace

std::vector<TrustProbe> trust_base(const std::string& folder, const std::string& self)
{
    const auto guarded = [](auto body) {
        return [body] {
            const DefaultChildSignal guard;
            return body();
        };
    };
    std::vector<TrustProbe> probes{
        {"monotonic clock", clock},
        {"fork and wait", guarded(fork_and_wait)},
        {"kill and wait", guarded(kill_and_wait)},
        {"shared anonymous memory", guarded(shared_memory)},
        {"append to a regular file", guarded([folder] { return append(folder); })},
        {"shared mapping of a file", [folder] { return mapped_file(folder); }, false},
    };
    if (!self.empty())
    {
        probes.push_back({"wait without reaping", guarded(look_without_reaping)});
        probes.push_back({"pipe", make_pipe});
        probes.push_back({"exec", guarded([self] { return execute(self); })});
    }
    return probes;
}

} // namespace ipc_conform::runner
