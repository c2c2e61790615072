// Who is to blame, by planted answers of filters and kernels.
#include "fixtures/platform.hpp"
#include "runner/blame.hpp"
#include "runner/system_calls.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#ifdef __linux__

using namespace ipc_conform::runner;

namespace
{

const Confinement free_process{0, "", "none"};
const Confinement filtered{2, "", "container (docker)"};

FilterReply all_pass(const SystemCall& /*call*/)
{
    return {FilterAnswer::lets_pass, 0};
}
FilterReply cannot_be_asked(const SystemCall& /*call*/)
{
    return {};
}
template <int Error>
FilterReply refuses(const SystemCall& /*call*/)
{
    return {FilterAnswer::refuses, Error};
}
FilterReply refuses_unix_sockets(const SystemCall& call)
{
    return call.arguments[0] == AF_UNIX ? refuses<EACCES>(call) : all_pass(call);
}
template <int Error>
int answers(const SystemCall& /*call*/)
{
    return Error;
}
bool present(const std::string& /*path*/)
{
    return true;
}
bool missing(const std::string& /*path*/)
{
    return false;
}

// Filters and kernel are not to be asked at all.
FilterReply not_to_be_asked(const SystemCall& call)
{
    FAIL("the filters were asked of ", std::string{call.name});
    return {};
}

Blame blamed(const RefusedCall& call, const Confinement& confinement, const Inquiry& inquiry)
{
    const auto blame = blame_for(call, confinement, inquiry);
    REQUIRE(blame.has_value());
    return *blame;
}

} // namespace

TEST_CASE("a filter is to blame only when it answers that very call with that errno")
{
    const RefusedCall call{"mq_open", {}, EPERM};
    const Blame denied = blamed(call, filtered, {refuses<EPERM>, answers<EFAULT>, missing});
    CHECK(denied.culprit == Culprit::filter);
    CHECK(denied.reason == "mq_open is denied by a seccomp filter (mode 2), which answers EPERM");
    CHECK(denied.remedy.starts_with(
        "allow mq_open in the seccomp profile; for a container: --security-opt seccomp="));

    // As glibc's mq_unlink() turns one into the other.
    CHECK(blamed(call, filtered, {refuses<EACCES>, answers<EFAULT>, missing}).culprit == Culprit::filter);
    CHECK(blamed(call, filtered, {refuses<EINVAL>, answers<EFAULT>, missing}).culprit == Culprit::permission);
    CHECK(blamed(call, filtered, {all_pass, answers<EFAULT>, missing}).culprit == Culprit::permission);
    CHECK(blamed({"mq_open", {}, EINVAL}, filtered, {all_pass, answers<EFAULT>, missing}).culprit
          == Culprit::nobody);
}

TEST_CASE("the system call behind a function is named as a profile names it")
{
    const Blame denied = blamed({"mq_send", {}, EPERM}, filtered, {refuses<EPERM>, answers<EFAULT>, missing});
    CHECK(denied.reason
          == "mq_timedsend behind mq_send is denied by a seccomp filter (mode 2), which answers EPERM");
    CHECK(denied.remedy.starts_with("allow mq_timedsend in"));
}

TEST_CASE("a filter is asked with the arguments of the call")
{
    const Inquiry inquiry{refuses_unix_sockets, answers<EINVAL>, missing};
    CHECK(blamed({"socket", {AF_UNIX, SOCK_STREAM}, EACCES}, filtered, inquiry).culprit == Culprit::filter);
    CHECK(blamed({"socket", {AF_INET, SOCK_STREAM}, EACCES}, filtered, inquiry).culprit == Culprit::permission);
}

TEST_CASE("without a filter nobody asks one")
{
    const Inquiry inquiry{not_to_be_asked, answers<EFAULT>, missing};
    CHECK(blamed({"mq_open", {}, EPERM}, free_process, inquiry).culprit == Culprit::permission);
    CHECK(blamed({"mq_open", {}, ENOSPC}, free_process, inquiry).culprit == Culprit::nobody);
}

TEST_CASE("ENOSYS is absence only when the kernel answers harmless arguments so, too")
{
    const RefusedCall call{"mq_open", {}, ENOSYS};
    const Blame absent = blamed(call, free_process, {not_to_be_asked, answers<ENOSYS>, missing});
    CHECK(absent.culprit == Culprit::absence);
    CHECK(absent.reason == "mq_open is not implemented by this kernel (CONFIG_POSIX_MQUEUE)");
    CHECK(absent.remedy == "a kernel with CONFIG_POSIX_MQUEUE (zgrep CONFIG_POSIX_MQUEUE /proc/config.gz)");
    CHECK(blamed(call, free_process, {not_to_be_asked, answers<EFAULT>, missing}).culprit == Culprit::nobody);
    CHECK(blamed(call, filtered, {all_pass, answers<ENOSYS>, missing}).culprit == Culprit::absence);
    CHECK(blamed(call, filtered, {refuses<ENOSYS>, answers<ENOSYS>, missing}).culprit == Culprit::filter);
    CHECK(blamed(call, {0, "", "gVisor"}, {not_to_be_asked, answers<ENOSYS>, missing}).remedy
          == "none inside gVisor: use another runtime");
}

TEST_CASE("a filter that cannot be asked is known by what it answers to harmless arguments")
{
    const auto culprit = [](int error, int harmless, bool (*exists)(const std::string&)) {
        return blamed({"mq_open", {}, error}, filtered,
                      {cannot_be_asked,
                       harmless == ENOSYS  ? answers<ENOSYS>
                       : harmless == EPERM ? answers<EPERM>
                                           : answers<EFAULT>,
                       exists})
            .culprit;
    };
    CHECK(culprit(EPERM, EPERM, missing) == Culprit::filter);
    CHECK(culprit(EPERM, EFAULT, missing) == Culprit::permission);
    CHECK(culprit(ENOSYS, ENOSYS, present) == Culprit::filter); // the kernel shows its queues elsewhere
    CHECK(culprit(ENOSYS, ENOSYS, missing) == Culprit::hidden);
    CHECK(culprit(ENOSYS, EFAULT, missing) == Culprit::nobody);
}

TEST_CASE("a permission names the capability, or the label that may deny it")
{
    const Inquiry inquiry{not_to_be_asked, answers<EFAULT>, missing};
    CHECK(blamed({"mlock", {}, EPERM}, free_process, inquiry).remedy.find("--cap-add IPC_LOCK")
          != std::string::npos);
    const Blame labelled = blamed({"mq_open", {}, EACCES}, {0, "docker-default (enforce)", "none"}, inquiry);
    CHECK(labelled.culprit == Culprit::permission);
    CHECK(labelled.reason.find("docker-default") != std::string::npos);
}

TEST_CASE("of a call that is not known nothing is said")
{
    CHECK(!blame_for({"absent", {}, ENOSYS}, filtered, {not_to_be_asked, answers<ENOSYS>, missing}));
}

TEST_CASE("this kernel refuses harmless calls, and is asked none that makes an object")
{
    for (const char* function : {"msgget", "shmget", "semget", "pipe", "socket", "mq_unlink", "read", "futex"})
    {
        CAPTURE(function);
        const std::vector<SystemCall> calls = harmless_calls_of(function);
        CHECK(!calls.empty());
        CHECK(std::ranges::none_of(calls, [](const SystemCall& call) { return error_of_call(call) <= 0; }));
    }
}

TEST_CASE("the filters of this process let a call pass, and the kernel does not see it")
{
    if (seccomp_mode() != 0)
    {
        MESSAGE("these tests run under a filter themselves");
        return;
    }
    const SystemCall kill_all_of_us{SYS_kill, "kill", {0, SIGKILL}};
    const FilterReply reply = ask_filters(kill_all_of_us);
    CHECK((reply.answer == FilterAnswer::lets_pass || reply.answer == FilterAnswer::unknown));
}

#endif
