#include "runner/platform.hpp"
#include "runner/system_files.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/klog.h>
#endif
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

namespace ipc_conform::runner
{
namespace
{

// The initial namespaces have had these numbers since Linux 3.8 (PROC_*_INIT_INO).
struct Namespace
{
    const char* name;
    const char* initial;
};
constexpr std::array<Namespace, 3> namespaces{
    {{"user", "user:[4026531837]"}, {"pid", "pid:[4026531836]"}, {"ipc", "ipc:[4026531839]"}}};

// What a container's control group is called by the tool that made it.
struct Tool
{
    std::string_view trace;
    std::string_view name;
};
constexpr std::array<Tool, 6> tools{{{"kubepods", "kubernetes"},
                                     {"docker", "docker"},
                                     {"libpod", "podman"},
                                     {"containerd", "containerd"},
                                     {"/lxc", "lxc"},
                                     {"machine.slice", "systemd-nspawn"}}};

/// Collects hints; the strongest names the sandbox, so the questions are asked in that order.
class Search
{
public:
    explicit Search(const Surroundings& where) : where_{where}
    {
    }

    Sandbox found() &&
    {
        emulators();
        containers();
        const bool walled = namespaces_entered();
        const bool filtered = seccomp();
        if (found_.name == "none" && (walled || filtered))
        {
            found_.name = walled ? "namespaces" : "seccomp filter";
        }
        return std::move(found_);
    }

private:
    [[nodiscard]] std::optional<std::string> value(const char* path) const
    {
        return file_value(where_.root + path);
    }

    void hint(const std::string& name, std::string seen)
    {
        found_.hints.emplace_back(name, std::move(seen));
    }

    void is(const std::string& name)
    {
        if (found_.name == "none")
        {
            found_.name = name;
        }
    }

    void emulators()
    {
        // gVisor greets in its kernel log, which it shows to everyone; Linux may hide its own.
        if (where_.kernel_log().find("gVisor") != std::string::npos
            || value("/proc/version").value_or("").find("gVisor") != std::string::npos)
        {
            hint("kernel log", "names gVisor");
            is("gVisor");
        }
        const std::string release = value("/proc/sys/kernel/osrelease").value_or("");
        if (release.find("icrosoft") != std::string::npos || release.find("WSL") != std::string::npos)
        {
            hint("kernel release", release);
            is("WSL");
        }
        // qemu answers for /proc/self/exe, but not for the same link by this name.
        const std::string program = link_target(where_.root + "/proc/thread-self/exe").value_or("");
        if (program.substr(program.rfind('/') + 1).starts_with("qemu-"))
        {
            hint("/proc/thread-self/exe", program);
            is("qemu-user");
        }
#ifdef __APPLE__
        int translated = 0;
        std::size_t size = sizeof translated;
        if (::sysctlbyname("sysctl.proc_translated", &translated, &size, nullptr, 0) == 0 && translated == 1)
        {
            hint("sysctl.proc_translated", "1");
            is("Rosetta");
        }
#endif
    }

    void containers()
    {
        if (value("/run/.containerenv"))
        {
            hint("/run/.containerenv", "present");
            is("container (podman)");
        }
        if (::access((where_.root + "/.dockerenv").c_str(), F_OK) == 0)
        {
            hint("/.dockerenv", "present");
            is("container (docker)");
        }
        if (const char* service = where_.environment("KUBERNETES_SERVICE_HOST"); service != nullptr)
        {
            hint("KUBERNETES_SERVICE_HOST", service);
            is("container (kubernetes)");
        }
        if (const char* named = where_.environment("container"); named != nullptr && *named != '\0')
        {
            hint("container (environment)", named);
            is(fmt::format("container ({})", named));
        }
        if (const auto named = value("/run/systemd/container"); named && !named->empty())
        {
            hint("/run/systemd/container", *named);
            is(fmt::format("container ({})", *named));
        }
        const std::string group = value("/proc/self/cgroup").value_or("");
        const auto* const tool = std::ranges::find_if(
            tools, [&](const Tool& one) { return group.find(one.trace) != std::string::npos; });
        if (tool != tools.end())
        {
            hint("/proc/self/cgroup", lines_of(group).front());
            is(fmt::format("container ({})", tool->name));
        }
    }

    bool namespaces_entered()
    {
        bool any = false;
        for (const Namespace& one : namespaces)
        {
            const auto target = link_target(fmt::format("{}/proc/self/ns/{}", where_.root, one.name));
            if (target && *target != one.initial)
            {
                hint(fmt::format("{} namespace", one.name), *target);
                any = true;
            }
        }
        return any;
    }

    bool seccomp()
    {
        const auto mode = field_of(file_text(where_.root + "/proc/self/status").value_or(""), "Seccomp");
        if (mode && *mode != "0")
        {
            hint("seccomp mode", *mode == "2" ? "2 (filter)" : *mode);
        }
        const auto confinement = value("/proc/self/attr/current");
        if (confinement && !confinement->empty() && *confinement != "unconfined" && *confinement != "kernel")
        {
            hint("security label", confinement->substr(0, confinement->find('\0')));
        }
        return mode == "2";
    }

    const Surroundings& where_;
    Sandbox found_;
};

std::string real_kernel_log()
{
#ifdef __linux__
    constexpr int read_all = 3; // SYSLOG_ACTION_READ_ALL: takes nothing out
    std::string text(16 * 1024, '\0');
    const int length = ::klogctl(read_all, text.data(), static_cast<int>(text.size()));
    text.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return text;
#else
    return {};
#endif
}

} // namespace

Surroundings real_surroundings()
{
    return {"", [](const char* name) -> const char* { return std::getenv(name); }, real_kernel_log};
}

Sandbox sandbox_in(const Surroundings& surroundings)
{
    return Search{surroundings}.found();
}

} // namespace ipc_conform::runner
