#include "runner/kernel_parameters.hpp"

#include <doctest/doctest.h>

using namespace ipc_conform::runner;
using Words = std::vector<std::string>;

namespace
{

std::string args_in(std::string_view command_line)
{
    return kernel_parameter(command_line, "ipc_conform.args").value_or("none");
}

} // namespace

TEST_CASE("a parameter is found among others, by its whole name")
{
    CHECK(args_in("console=ttyS0 quiet ipc_conform.args=--all panic=-1\n") == "--all");
    CHECK(args_in("ipc_conform.args=--all") == "--all");
    CHECK(args_in("") == "none");
    CHECK(args_in("quiet xipc_conform.args=1 ipc_conform.argsx=2 ipc_conform.args") == "none");
    CHECK(args_in("ipc-conform.args=dash") == "dash");
}

TEST_CASE("double quotes keep a value together and do not belong to it")
{
    CHECK(args_in(R"(a="b c" ipc_conform.args="--all --ktap" d)") == "--all --ktap");
    CHECK(args_in(R"("ipc_conform.args=--all --ktap" d)") == "--all --ktap");
    CHECK(args_in(R"(note="ipc_conform.args=no" x)") == "none");
    CHECK(args_in(R"(ipc_conform.args="--all never closed)") == "--all never closed");
    CHECK(args_in(R"(ipc_conform.args="")").empty());
    CHECK(args_in("ipc_conform.args=").empty());
    CHECK(args_in("ipc_conform.args=\"").empty());
    CHECK(args_in("\"").compare("none") == 0);
}

TEST_CASE("a value may hold what parts names from values")
{
    CHECK(args_in(R"(ipc_conform.args="run a --seed=4")") == "run a --seed=4");
}

TEST_CASE("the last of several counts, and nothing behind a lone --")
{
    CHECK(args_in("ipc_conform.args=one ipc_conform.args=two -- ipc_conform.args=three") == "two");
}

TEST_CASE("arguments are parted by blanks that are in no single quotes")
{
    CHECK(arguments_in("").empty());
    CHECK(arguments_in("  --all \t --ktap ") == Words{"--all", "--ktap"});
    CHECK(arguments_in("run 'pipe.*' --disk '/a folder'") == Words{"run", "pipe.*", "--disk", "/a folder"});
    CHECK(arguments_in("'' x") == Words{"", "x"});
    CHECK(arguments_in("--disk='a b'c") == Words{"--disk=a bc"});
    CHECK(arguments_in("'never closed") == Words{"never closed"});
}
