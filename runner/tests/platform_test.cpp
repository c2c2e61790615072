#include "runner/platform.hpp"
#include "runner/system_files.hpp"
#include "runner/tests/planted.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <unistd.h>

using namespace ipc_conform::runner;
namespace fs = std::filesystem;

namespace
{

/// A root folder with planted files, an environment and a kernel log.
class Planted
{
public:
    Planted() : root_{fs::temp_directory_path() / fmt::format("ipcc-platform-{}", ::getpid())}
    {
        fs::remove_all(root_);
        fs::create_directory(root_);
    }
    ~Planted()
    {
        fs::remove_all(root_);
    }
    Planted(const Planted&) = delete;
    Planted& operator=(const Planted&) = delete;

    Planted& file(const std::string& path, const std::string& text)
    {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream{root_ / path} << text;
        return *this;
    }
    Planted& link(const std::string& path, const std::string& target)
    {
        fs::create_directories((root_ / path).parent_path());
        fs::create_symlink(target, root_ / path);
        return *this;
    }
    Planted& variable(const std::string& name, const std::string& value)
    {
        environment_[name] = value;
        return *this;
    }
    Planted& log(const std::string& text)
    {
        log_ = text;
        return *this;
    }
    [[nodiscard]] Sandbox sandbox() const
    {
        const auto environment = [this](const char* name) -> const char* {
            const auto found = environment_.find(name);
            return found == environment_.end() ? nullptr : found->second.c_str();
        };
        return sandbox_in({root_.string() + "/", environment, [this] { return log_; }});
    }
    [[nodiscard]] std::string name() const
    {
        return sandbox().name;
    }

private:
    fs::path root_;
    std::map<std::string, std::string, std::less<>> environment_;
    std::string log_;
};

} // namespace

TEST_CASE("the platform of this system is filled in")
{
    const auto& platform = platform_of_this_system();
    CHECK((platform.system == "Linux" || platform.system == "Darwin"));
    CHECK(!platform.release.empty());
    CHECK(!platform.machine.empty());
    CHECK(!platform.libc.empty());
    CHECK(platform.processors >= 1);
    CHECK(platform.user_id == static_cast<std::int64_t>(::geteuid()));
    CHECK(!platform.sandbox.empty());

    const auto limit = [&](const std::string& name) {
        const auto found = std::ranges::find(platform.limits, name, &std::pair<std::string, std::string>::first);
        return found == platform.limits.end() ? "" : found->second;
    };
    CHECK(std::stol(limit("PIPE_BUF")) >= 512);
    CHECK(std::stol(limit("page size")) == ::sysconf(_SC_PAGESIZE));
    CHECK(!limit("RLIMIT_NOFILE").empty());
    for (const auto& [name, value] : platform.limits)
    {
        CHECK(!value.empty());
        CHECK(value.find_first_of("\n\t") == std::string::npos);
    }
}

TEST_CASE("nothing planted is no sandbox")
{
    CHECK(Planted{}.name() == "none");
    CHECK(Planted{}.sandbox().hints.empty());
    Planted host;
    host.file("proc/sys/kernel/osrelease", "6.1.0-1-amd64\n").file("proc/self/status", "Name:\tx\nSeccomp:\t0\n");
    host.file("proc/self/cgroup", "0::/user.slice/user-0.slice\n").file("proc/self/attr/current", "unconfined\n");
    host.link("proc/self/ns/user", "user:[4026531837]").link("proc/self/ns/pid", "pid:[4026531836]");
    host.link("proc/self/ns/ipc", "ipc:[4026531839]").link("proc/thread-self/exe", "/usr/bin/ipc-conform");
    CHECK(host.name() == "none");
    CHECK(host.sandbox().hints.empty());
}

TEST_CASE("containers are named by what their tools leave")
{
    CHECK(Planted{}.file(".dockerenv", "").name() == "container (docker)");
    CHECK(Planted{}.file("run/.containerenv", "").name() == "container (podman)");
    CHECK(Planted{}.variable("container", "lxc").name() == "container (lxc)");
    CHECK(Planted{}.variable("container", "").name() == "none");
    CHECK(Planted{}.variable("KUBERNETES_SERVICE_HOST", "10.0.0.1").name() == "container (kubernetes)");
    CHECK(Planted{}.file("run/systemd/container", "systemd-nspawn\n").name() == "container (systemd-nspawn)");
    CHECK(Planted{}.file("proc/self/cgroup", "12:pids:/docker/abc\n0::/\n").name() == "container (docker)");
    CHECK(Planted{}.file("proc/self/cgroup", "0::/kubepods/besteffort/x").name() == "container (kubernetes)");
}

TEST_CASE("emulated kernels are named before the containers they stand in")
{
    Planted gvisor;
    gvisor.log("[    0.000000] Starting gVisor...").file(".dockerenv", "");
    CHECK(gvisor.name() == "gVisor");
    CHECK(gvisor.sandbox().hints.size() == 2);
    CHECK(Planted{}.file("proc/sys/kernel/osrelease", "5.15.90.1-microsoft-standard-WSL2").name() == "WSL");
    CHECK(Planted{}.link("proc/thread-self/exe", "/usr/bin/qemu-aarch64-static").name() == "qemu-user");
}

TEST_CASE("walls without a tool are named last")
{
    Planted filtered;
    filtered.file("proc/self/status", "Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1\n");
    CHECK(filtered.name() == "seccomp filter");
    CHECK(filtered.sandbox().hints == NamedValues{{"seccomp mode", "2 (filter)"}});
    filtered.link("proc/self/ns/user", "user:[4026532000]");
    CHECK(filtered.name() == "namespaces");
    filtered.variable("container", "podman");
    CHECK(filtered.name() == "container (podman)");
    CHECK(Planted{}.file("proc/self/attr/current", "docker-default (enforce)\n").sandbox().hints
          == NamedValues{{"security label", "docker-default (enforce)"}});
}

TEST_CASE("fields, lines and words of the system's files")
{
    CHECK(field_of("Name:\ta\nSeccomp:\t2\n", "Seccomp") == "2");
    CHECK(field_of("Seccomp_filters:\t1\n", "Seccomp") == std::nullopt);
    CHECK(field_of("Empty:\n", "Empty") == "");
    CHECK(field_of("", "a") == std::nullopt);
    CHECK(lines_of("a\n\nb") == std::vector<std::string>{"a", "", "b"});
    CHECK(lines_of("").empty());
    CHECK(words_of("  a \tb ") == std::vector<std::string>{"a", "b"});
    CHECK(words_of(" ").empty());
    CHECK(file_value("/no/such") == std::nullopt);
    CHECK(file_text("/") == std::nullopt);
    CHECK(file_text("/dev/zero").value().size() == 65536);
}
