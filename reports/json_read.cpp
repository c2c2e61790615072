#include "reports/json_read.hpp"

#include "reports/json.hpp"
#include "reports/json_parse.hpp"

#include <set>

namespace ipc_conform::reports
{

// static, not in an anonymous namespace: the reader's templates find these by argument-dependent lookup

/// Lines count from one; of a line that is not known, zero is said.
static void read_line(const JsonObject& object, int& line)
{
    object.optional("line", line);
    if (line < 0)
    {
        object.refuse("line", "the number is out of range");
    }
}

static void read_value(const JsonPlace& from, Failure& into)
{
    const JsonObject object{from};
    object.optional("process", into.process);
    object.optional("expected", into.expected);
    object.optional("observed", into.observed);
    object.optional("file", into.file);
    read_line(object, into.line);
}

static void read_value(const JsonPlace& from, Record& into)
{
    const JsonObject object{from};
    object.optional("process", into.process);
    object.required("kind", into.kind);
    object.optional("milliseconds", into.milliseconds);
    object.optional("fields", into.fields);
}

template <typename Held>
static void read_value(const JsonPlace& from, std::optional<Held>& into)
{
    into.reset();
    if (!from.value.is_null())
    {
        read_value(from, into.emplace());
    }
}

static void read_value(const JsonPlace& from, TimedCall& into)
{
    const JsonObject object{from};
    object.required("call", into.call);
    object.optional("result", into.result);
    object.required("entered", into.entered);
    object.optional("left", into.left);
    object.optional("witnessed", into.witnessed);
}

static void read_value(const JsonPlace& from, Lane& into)
{
    const JsonObject object{from};
    object.required("process", into.process);
    object.optional("pid", into.pid);
    object.optional("calls_dropped", into.calls_dropped);
    object.required("calls", into.calls);
    object.optional("stuck_in", into.stuck_in);
}

static void read_value(const JsonPlace& from, Leak& into)
{
    const JsonObject object{from};
    object.required("kind", into.kind);
    object.required("name", into.name);
}

static void read_value(const JsonPlace& from, Proof& into)
{
    const JsonObject object{from};
    object.required("fault", into.fault);
    object.required("verdict", into.verdict);
    object.optional("reason", into.reason);
}

/// Counts by verdict: an object whose keys are the verdicts' names.
static void read_value(const JsonPlace& from, std::vector<std::pair<Verdict, std::size_t>>& into)
{
    std::vector<std::pair<std::string, std::size_t>> named;
    read_value(from, named);
    into.clear();
    for (const auto& [name, count] : named)
    {
        const Json held = name;
        read_value(from.member(name, held), into.emplace_back(Verdict::unresolved, count).first);
    }
}

void read_value(const JsonPlace& from, Result& into)
{
    const JsonObject object{from};
    object.required_name("id", into.id);
    object.required_name("mechanism", into.mechanism);
    object.required_name("level", into.level);
    object.optional("statement", into.statement);
    object.optional("sources", into.sources);
    object.optional("observed_by", into.observed_by);
    object.optional("faults", into.faults);
    object.optional("file", into.file);
    read_line(object, into.line);
    object.required("verdict", into.verdict);
    object.optional("reason", into.reason);
    object.optional("remedy", into.remedy);
    object.required("expected", into.expected);
    object.optional("expectation", into.expectation);
    object.optional("link", into.link);
    object.required_name("evidence", into.evidence);
    object.required("milliseconds", into.milliseconds);
    object.required("observed", into.observed);
    object.optional("failures", into.failures);
    object.required("records", into.records);
    object.optional("timeline", into.timeline);
    object.optional("leaks", into.leaks);
    object.optional("was_killed", into.was_killed);
    object.optional("output", into.output);
    object.optional("repetitions", into.repetitions);
    object.optional("verdicts", into.verdicts);
    object.optional("proofs", into.proofs);
    object.optional("rerun", into.rerun);
}

static void read_value(const JsonPlace& from, ClaimEvidence& into)
{
    const JsonObject object{from};
    object.required_name("id", into.id);
    object.required_name("role", into.role);
    object.required_name("verdict", into.verdict);
    object.optional_name("evidence", into.evidence);
    object.optional("observed", into.observed);
}

static void read_value(const JsonPlace& from, Claim& into)
{
    const JsonObject object{from};
    object.required_name("number", into.number);
    object.required_name("mechanism", into.mechanism);
    object.required("korean", into.korean);
    object.required("english", into.english);
    object.required_name("verdict", into.verdict);
    object.required("why", into.why);
    object.optional("why_korean", into.why_korean);
    object.required("properties", into.properties);
}

static void read_value(const JsonPlace& from, Platform& into)
{
    const JsonObject object{from};
    object.required_name("system", into.system);
    object.required_name("release", into.release);
    object.optional_name("version", into.version);
    object.required_name("machine", into.machine);
    object.optional_name("libc", into.libc);
    object.optional("processors", into.processors);
    object.optional("user_id", into.user_id);
    object.optional_name("sandbox", into.sandbox);
    object.optional("container_hints", into.hints);
    object.optional("limits", into.limits);
}

/// What the top-level field "kit" says.
struct Kit
{
    std::string name;
    std::string version;
};

static void read_value(const JsonPlace& from, Kit& into)
{
    const JsonObject object{from};
    object.required_name("name", into.name);
    object.required_name("version", into.version);
    if (into.name != kit_name)
    {
        from.refuse(fmt::format("a report of \"{}\", not of {}", into.name, kit_name));
    }
}

void read_header(const JsonObject& from, Run& into)
{
    Kit kit;
    from.required("kit", kit);
    into.kit_version = kit.version;
    from.optional_name("started", into.started);
    from.optional("seed", into.seed);
    from.optional("shake", into.shake);
    from.optional("jobs", into.jobs);
    from.optional("proved", into.proved);
    from.optional("expectations", into.expectations);
    from.optional("trust", into.trust);
    from.optional("via", into.via);
    from.required("platform", into.platform);
}

static void refuse_too_many_mechanisms(const JsonObject& report, const Run& run)
{
    std::set<std::string_view> mechanisms;
    for (const Result& result : run.results)
    {
        mechanisms.insert(result.mechanism);
    }
    if (mechanisms.size() > most_mechanisms)
    {
        report.refuse("results", fmt::format("more than {} mechanisms", most_mechanisms));
    }
}

Run run_from_json(std::string_view text)
{
    const Json json = parsed(text);
    const JsonObject object{{json, ""}};
    std::vector<std::pair<std::string, std::size_t>> totals_of_report;
    Run run;
    read_header(object, run);
    object.optional("milliseconds", run.milliseconds);
    object.optional("partial", run.partial);
    object.required("totals", totals_of_report); // has to be there; the results themselves are what counts
    object.required("results", run.results);
    refuse_too_many_mechanisms(object, run);
    object.optional("claims", run.claims);
    object.optional("unexpected", run.unexpected);
    return run;
}

} // namespace ipc_conform::reports
