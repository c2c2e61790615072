#include "fixtures/platform.hpp"
#include "runner/doctor.hpp"
#include "runner/facilities.hpp"
#include "runner/tests/planted.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace ipc_conform;
using namespace ipc_conform::runner;
using nlohmann::json;

namespace
{

const Facility queues{"queues", {"posix-mq"}, "mq_open, mq_unlink", "CONFIG_POSIX_MQUEUE", {}};

const Inquiry kernel_without_it{[](const SystemCall&) {
                                    return FilterReply{FilterAnswer::lets_pass, 0};
                                },
                                [](const SystemCall&) { return ENOSYS; },
                                [](const std::string&) { return false; }};
const Inquiry kernel_with_it{kernel_without_it.ask_filters, [](const SystemCall&) { return EFAULT; },
                             kernel_without_it.exists};
const Inquiry filter{[](const SystemCall&) {
                         return FilterReply{FilterAnswer::refuses, EPERM};
                     },
                     kernel_with_it.error_of_call, kernel_with_it.exists};

Impediment told(const char* call, int error, const Inquiry& inquiry = kernel_with_it, int seccomp = 0)
{
    return impediment_of(queues, {call, error, "", {}}, {seccomp, "", "none"}, {{"RLIMIT_MSGQUEUE", "0"}},
                         inquiry);
}

} // namespace

TEST_CASE("an absent facility, a denied one, an exhausted one and a wrong one are told apart")
{
    const Impediment absent = told("mq_open", ENOSYS, kernel_without_it);
    CHECK(absent.what == "queues: mq_open is not implemented by this kernel (CONFIG_POSIX_MQUEUE)");
    CHECK(absent.remedy == "a kernel with CONFIG_POSIX_MQUEUE (zgrep CONFIG_POSIX_MQUEUE /proc/config.gz)");
    CHECK(absent.disables == std::vector<std::string>{"posix-mq"});
    CHECK(absent.cause == "not implemented");

    CHECK(told("mq_open", EPERM).cause == "denied by permission");
    const Impediment exhausted = told("mq_open", EMFILE);
    CHECK(exhausted.what
          == "queues: mq_open fails with EMFILE: the user's bytes for queues are used up (RLIMIT_MSGQUEUE is 0)");
    CHECK(exhausted.remedy.find("--ulimit msgqueue=") != std::string::npos);
    CHECK(exhausted.cause == "limited");
    CHECK(told("mq_open", EDOM).cause == "implemented, but wrong");
    CHECK(told("mq_open", ENOSYS).cause == "implemented, but wrong");

    const Impediment filtered = told("mq_open", EPERM, filter, 2);
    CHECK(filtered.what == "queues: mq_open is denied by a seccomp filter (mode 2), which answers EPERM");
    CHECK(filtered.remedy.starts_with("allow mq_open, mq_unlink in the seccomp profile"));
    CHECK(filtered.cause == "denied by a filter");
}

TEST_CASE("the particular call decides what an errno means")
{
    CHECK(told("shm_open", EACCES).remedy.find("chmod 1777 /dev/shm") != std::string::npos);
    CHECK(told("shm_open", ENOENT).what.find("/dev/shm is missing") != std::string::npos);
    CHECK(told("connect", ENETUNREACH).what.find("the loopback interface is down") != std::string::npos);
    CHECK(told("bind", EADDRNOTAVAIL).remedy == "ip link set lo up (as root in this network namespace)");
}

TEST_CASE("a filter that kills ends the probe only, and is named")
{
    const Facility killed{"queues", {"posix-mq"}, "mq_open", "", [] {
                              ::raise(SIGSYS);
                              return std::optional<Refusal>{};
                          }};
    const auto refusal = refusal_of(killed);
    REQUIRE(refusal.has_value());
    CHECK(refusal->ended == "a child ended by SIGSYS instead of exit status 0");
    const Impediment impediment = impediment_of(killed, *refusal, {2, "", "none"}, {}, kernel_with_it);
    CHECK(impediment.what == "queues: a seccomp filter kills who calls mq_open");
    CHECK(impediment.remedy.starts_with("allow mq_open in the seccomp profile"));
    CHECK(impediment.cause == "denied by a filter");
}

TEST_CASE("a refusal comes back from the process that met it")
{
    const Facility refusing{"queues", {}, "", "", [] {
                                return std::optional{Refusal{"mq_open", EMFILE, "", {}}};
                            }};
    const auto refusal = refusal_of(refusing);
    REQUIRE(refusal.has_value());
    CHECK(refusal->call == "mq_open");
    CHECK(refusal->error == EMFILE);
    CHECK(refusal->ended.empty());
    CHECK(!refusal_of({"nothing", {}, "", "", [] { return std::optional<Refusal>{}; }}));
}

TEST_CASE("small limits impede")
{
    const auto count = [](const NamedValues& limits) { return further_impediments(limits, "none", "").size(); };
    const std::size_t without = count({});
    CHECK(count({{"RLIMIT_NOFILE", "1024 (hard 4096)"}, {"/dev/shm", "67108864 bytes, 67108864 available"}})
          == without);
    CHECK(count({{"RLIMIT_NOFILE", "unlimited"}, {"/dev/shm", "absent"}}) == without);
    CHECK(count({{"RLIMIT_NOFILE", "64 (hard 4096)"}}) == without + 1);
    CHECK(count({{"/dev/shm", "65536 bytes, 0 available"}}) == without + 1);
    CHECK(count({{"kernel.msgmax", "64"}, {"kernel.msgmnb", "16384"}, {"RLIMIT_SIGPENDING", "0"}}) == without + 2);
    CHECK(count({{"kernel.shm_rmid_forced", "0"}}) == without);
    CHECK(count({{"kernel.shm_rmid_forced", "1"}}) == without + 1);
}

TEST_CASE("the mount that holds a path is the deepest, and of equals the last")
{
    constexpr const char* table = "22 1 0:2 / / rw,relatime - ext4 /dev/vda rw\n"
                                  "23 22 0:20 / /dev rw shared:1 - devtmpfs devtmpfs rw,size=1k\n"
                                  "24 23 0:21 / /dev/shm rw,nosuid master:2 - tmpfs tmpfs rw\n"
                                  "25 23 0:22 / /dev/shm ro - ramfs ramfs rw\n"
                                  "broken line\n26 23 0:1 / /dev x\n";
    const auto shm = mount_in(table, "/dev/shm");
    REQUIRE(shm.has_value());
    CHECK(shm->file_system == "ramfs");
    CHECK(shm->options == "ro");
    CHECK(mount_in(table, "/dev/mqueue")->mounted_on == "/dev");
    CHECK(mount_in(table, "/devices")->mounted_on == "/");
    CHECK(!mount_in("", "/dev"));
    CHECK(!mount_of("/no/such"));
}

TEST_CASE("capabilities in words")
{
    CHECK(capabilities_in_words(0, 40) == "none");
    CHECK(capabilities_in_words(0x1ffffffffff, 40) == "all");
    CHECK(capabilities_in_words(1U << 15U | 1U << 19U, 40) == "ipc_owner, sys_ptrace");
    CHECK(capabilities_in_words(0x1ffffffffff & ~(std::uint64_t{1} << 25U), 40) == "all but sys_time");
    CHECK(capabilities_in_words(std::uint64_t{1} << 41U, 41) == "capability 41");
    CHECK(capabilities_in_words(~std::uint64_t{0}, 63) == "all");
}

TEST_CASE("a diagnosis reads as text and as JSON, whatever it holds")
{
    Diagnosis planted;
    planted.platform.system = "Linux";
    planted.platform.hints = {{"label", "a\x1b[2J\xff"}};
    planted.mounts = {{"/dev/shm", std::nullopt}, {"/tmp", Mount{"/tmp", "/", "ext4", "rw", 3U << 20U, 1000}}};
    planted.facilities = {{"queues", "mq_open: ENOSYS"}};
    planted.impediments = {{"queues: gone", {"posix-mq", "--jobs"}, "another kernel", "not implemented"},
                           {"odd", {}, "none", ""}};
    const std::string text = doctor_text(planted, tests::properties_of({"posix-mq.a", "posix-mq.b"}));
    CHECK(text.find("  /dev/shm                    absent\n") != std::string::npos);
    CHECK(text.find("  /tmp                        ext4, 3.0 MiB, 1000 bytes available, rw (on /)\n")
          != std::string::npos);
    CHECK(text.find("    disables: posix-mq (2 properties), --jobs\n") != std::string::npos);
    CHECK(text.find("    disables: nothing that the kit checks\n") != std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);

    const json parsed = json::parse(doctor_json(planted));
    CHECK(parsed["mounts"]["/dev/shm"].is_null());
    CHECK(parsed["mounts"]["/tmp"]["size"] == 3145728);
    CHECK(parsed["facilities"]["queues"] == "mq_open: ENOSYS");
    CHECK(parsed["impediments"][0]["cause"] == "not implemented");
    CHECK(parsed["impediments"][0]["remedy"] == "another kernel");
    planted.impediments.clear();
    CHECK(doctor_text(planted, {}).find("  nothing: every facility") != std::string::npos);
}

TEST_CASE("the doctor looks at this system and leaves no process behind")
{
    const Diagnosis diagnosis = diagnose();
    CHECK(diagnosis.facilities.size() == facilities().size());
    CHECK(diagnosis.facilities.front() == std::pair<std::string, std::string>{"pipes", "works"});
    CHECK(json::parse(doctor_json(diagnosis)).is_object());
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}
