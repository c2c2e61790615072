#include "runner/remains.hpp"

#include "fixtures/error_names.hpp"
#include "fixtures/names.hpp"
#include "fixtures/ownership.hpp"
#include "runner/processes.hpp"
#include "runner/system_calls.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <sched.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ipc_conform::runner
{

namespace
{

struct Owned
{
    std::string kind;
    std::string name;
    int id = -1; ///< of a System V object; -1: it may have been made, but nobody wrote down its id
};

// Several records speak of one object: by key before it is made, by key and id afterwards.
std::vector<Owned> owned_objects(const std::vector<journal::Record>& records)
{
    std::map<std::pair<std::string, std::string>, Owned> named;
    std::vector<Owned> all;
    for (const journal::Record& record : records)
    {
        if (record.kind != journal::Kind::owns)
        {
            continue;
        }
        Owned owned{record.field(0), record.field(1)};
        const std::string& id = record.field(2);
        std::from_chars(id.data(), id.data() + id.size(), owned.id);
        if (owned.name == "0")
        {
            all.push_back(owned); // IPC_PRIVATE: known by its id alone
            continue;
        }
        Owned& entry = named[{owned.kind, owned.name}];
        entry = owned.id >= 0 || entry.kind.empty() ? owned : entry;
    }
    for (auto& [key, owned] : named)
    {
        all.push_back(std::move(owned));
    }
    return all;
}

// The object that the record means, or -1: whatever else carries that key or id now is not ours.
template <class Status>
int id_of(const Owned& owned, int found_by_key, int (*control)(int, int, Status*), uid_t (*creator)(const Status&))
{
    const int id = owned.name == "0" ? owned.id : found_by_key;
    Status status{};
    const bool ours = id >= 0 && (owned.id < 0 || owned.id == id) && control(id, IPC_STAT, &status) == 0
                      && creator(status) == ::geteuid();
    return ours ? id : -1;
}

int error_of(int result)
{
    return result == 0 ? 0 : errno;
}

key_t key_of(const Owned& owned)
{
    key_t key = IPC_PRIVATE;
    std::from_chars(owned.name.data(), owned.name.data() + owned.name.size(), key);
    return key;
}

constexpr int gone = ENOENT;

int remove_queue(const Owned& owned)
{
    const key_t key = key_of(owned);
    const int id = id_of<msqid_ds>(
        owned, key == IPC_PRIVATE ? -1 : ::msgget(key, 0), ::msgctl,
        +[](const msqid_ds& status) { return status.msg_perm.cuid; });
    return id < 0 ? gone : error_of(::msgctl(id, IPC_RMID, nullptr));
}

int remove_segment(const Owned& owned)
{
    const key_t key = key_of(owned);
    const int id = id_of<shmid_ds>(
        owned, key == IPC_PRIVATE ? -1 : ::shmget(key, 0, 0), ::shmctl,
        +[](const shmid_ds& status) { return status.shm_perm.cuid; });
    return id < 0 ? gone : error_of(::shmctl(id, IPC_RMID, nullptr));
}

bool is_kit_name(const std::string& name)
{
    return name.starts_with(name_prefix);
}

// A name is on record before its object is made: where removing is refused, there may be nothing to remove.
int refusal_of(int error, int opened)
{
    if (error != 0 && opened < 0)
    {
        return gone;
    }
    ::close(opened);
    return error;
}

int remove_shared_object(const Owned& owned)
{
    const int error = is_kit_name(owned.name) ? error_of(::shm_unlink(owned.name.c_str())) : gone;
    return error == 0 ? 0 : refusal_of(error, ::shm_open(owned.name.c_str(), O_RDONLY, 0));
}

int remove_posix_queue(const Owned& owned)
{
#ifdef __linux__
    const int error = is_kit_name(owned.name) ? error_of(::mq_unlink(owned.name.c_str())) : gone;
    return error == 0 ? 0 : refusal_of(error, ::mq_open(owned.name.c_str(), O_RDONLY));
#else
    static_cast<void>(owned);
    return gone; // Darwin has no message queues to leave behind
#endif
}

struct Remover
{
    int (*remove)(const Owned&); ///< 0 when it removed the object, else why it did not
    std::vector<std::string_view> calls;
};

const std::map<std::string, Remover, std::less<>> removers{
    {ownership::message_queue_kind, {remove_queue, {"msgget", "msgctl"}}},
    {ownership::shared_segment_kind, {remove_segment, {"shmget", "shmctl"}}},
    {ownership::shared_object_kind, {remove_shared_object, {"shm_unlink", "shm_open"}}},
    {ownership::posix_queue_kind, {remove_posix_queue, {"mq_unlink", "mq_open"}}},
};

// Where a filter kills who makes these calls, no case has made such an object, and to look for one is death.
bool is_deadly(const Remover& remover)
{
    static std::map<const Remover*, bool> known;
    const auto [entry, fresh] = known.emplace(&remover, false);
    if (fresh && seccomp_mode() != 0)
    {
        entry->second = std::ranges::any_of(remover.calls, is_killed_by_a_filter);
    }
    return entry->second;
}

} // namespace

std::vector<reports::Leak> remove_objects(const std::vector<journal::Record>& records)
{
    std::vector<reports::Leak> removed;
    for (const Owned& owned : owned_objects(records))
    {
        const auto remover = removers.find(owned.kind);
        const bool unknown = remover == removers.end() || is_deadly(remover->second);
        const int error = unknown ? gone : remover->second.remove(owned);
        // Gone already, never made, or somebody else's by now: EINVAL and EIDRM are an id's ENOENT.
        if (error == gone || error == EINVAL || error == EIDRM || error == ENOSYS)
        {
            continue;
        }
        removed.push_back(
            {owned.kind,
             fmt::format("{}{}", owned.id >= 0 ? fmt::format("key {} id {}", owned.name, owned.id) : owned.name,
                         error == 0 ? "" : fmt::format(" (could not be removed: {})", name_of_error(error)))});
    }
    return removed;
}

int wait_status(const siginfo_t& info)
{
    return info.si_code == CLD_EXITED ? (info.si_status & 0xff) << 8 : info.si_status & 0x7f;
}

std::optional<int> status_of_ended(pid_t pid)
{
    siginfo_t info{};
    const bool ended =
        ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
    return ended ? std::optional{wait_status(info)} : std::nullopt;
}

void kill_with_group(pid_t leader)
{
    ::kill(-leader, SIGKILL);
    ::kill(leader, SIGKILL); // it may not have made its session yet
}

void end_process(pid_t pid)
{
    ::kill(pid, SIGKILL);
    for (int turn = 0; turn < 100'000; ++turn)
    {
        const pid_t reaped = ::waitpid(pid, nullptr, WNOHANG);
        const bool ended = ::kill(pid, 0) == -1 && errno == ESRCH;
        if (reaped == pid || (reaped == -1 && (ended || is_zombie(pid)))) // another's zombie is another's to reap
        {
            return;
        }
        ::sched_yield();
    }
}

} // namespace ipc_conform::runner
