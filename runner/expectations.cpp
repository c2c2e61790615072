#include "runner/expectations.hpp"

#include "reports/printable.hpp"
#include "reports/utf8.hpp"
#include "runner/selection.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace ipc_conform::runner
{
namespace
{

using reports::Result;
using reports::Run;
using reports::Verdict;

/// What a person reads first about a result: its reason, or the first check that did not hold.
std::string first_word_of(const Result& result)
{
    if (!result.reason.empty())
    {
        return result.reason;
    }
    if (result.failures.empty())
    {
        return "no reason given";
    }
    const reports::Failure& failure = result.failures.front();
    return fmt::format("expected {}, observed {}", failure.expected, failure.observed);
}

std::string how_long_it_held(const Expectation& expired)
{
    const std::chrono::year_month_day day = *expired.expires;
    return fmt::format("{} excused it until {:04}-{:02}-{:02}", text_of(expired.place),
                       static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                       static_cast<unsigned>(day.day()));
}

bool says(const Result& result, const std::string& signature)
{
    // A signature comes from a report, where bytes that are no UTF-8 have been replaced.
    const auto contains = [&](const std::string& text) {
        return reports::repaired_utf8(text).find(signature) != std::string::npos;
    };
    return contains(result.reason) || std::ranges::any_of(result.failures, [&](const reports::Failure& failure) {
               return contains(said_by(failure));
           });
}

/// Judges one result, and tells each way in which it is not as expected.
class Judgement
{
public:
    Judgement(Result& result, std::vector<std::string>& unexpected) : result_{result}, unexpected_{unexpected}
    {
        result_.expected = true;
        result_.expectation.clear();
        result_.link.clear();
    }

    void by(const Expectation* entry)
    {
        if (result_.verdict == Verdict::unresolved)
        {
            result_.expected = false;
            result_.expectation = "the kit could not decide";
        }
        else if (entry == nullptr || entry->expired)
        {
            without_excuse(entry);
        }
        else if (result_.verdict == entry->verdict)
        {
            with_expected_verdict(*entry);
        }
        else if (result_.verdict == Verdict::pass || result_.verdict == Verdict::fail)
        {
            result_.link = entry->link;
            is_not(result_.verdict == Verdict::fail ? unexpected_fail : "unexpected PASS",
                   fmt::format("{}expected {} because {}",
                               result_.verdict == Verdict::fail ? first_word_of(result_) + "; " : "",
                               name_of(entry->verdict), entry->reason));
        }
        // Otherwise the property did not run, and its entry has nothing to say.
    }

    void by_what_stayed()
    {
        if (result_.was_killed)
        {
            return; // it had no chance to tidy up: told, but the failure that led to it is what counts
        }
        for (const reports::Leak& leak : result_.leaks)
        {
            is_not("left behind", fmt::format("{} {}", leak.kind, leak.name));
        }
    }

private:
    void without_excuse(const Expectation* expired)
    {
        if (result_.verdict == Verdict::fail)
        {
            is_not(unexpected_fail,
                   first_word_of(result_)
                       + (expired == nullptr ? "" : fmt::format("; {}", how_long_it_held(*expired))));
        }
    }

    void with_expected_verdict(const Expectation& entry)
    {
        result_.link = entry.link;
        if (says(result_, entry.signature))
        {
            result_.expectation = entry.reason;
            return;
        }
        is_not(changed_signature, fmt::format("\"{}\" was expected because {}; now: {}", entry.signature,
                                              entry.reason, first_word_of(result_)));
    }

    void is_not(std::string_view what, const std::string& why)
    {
        result_.expected = false;
        result_.expectation += fmt::format("{}{}: {}", result_.expectation.empty() ? "" : "; ", what, why);
        unexpected_.push_back(fmt::format("{}: {}: {}", what, result_.id, why));
    }

    Result& result_;
    std::vector<std::string>& unexpected_;
};

std::string mechanism_of(std::string_view id)
{
    return std::string{id.substr(0, id.find('.'))};
}

/// Whether this build has the entry's id, or lacks the whole room of an entry that is the kit's own.
bool may_name(const Expectation& entry, const std::vector<std::string>& known)
{
    const auto has_room = [&] {
        return std::ranges::any_of(
            known, [&](const std::string& other) { return mechanism_of(other) == mechanism_of(entry.id); });
    };
    return std::ranges::find(known, entry.id) != known.end() || (entry.own && !has_room());
}

} // namespace

std::string text_of(const Place& place)
{
    return fmt::format("{}:{}", place.file, place.line);
}

std::string said_by(const reports::Failure& failure)
{
    return fmt::format("{}: {}", failure.expected, failure.observed);
}

const Expectation* Expectations::entry_for(std::string_view id) const
{
    const auto found = std::ranges::find(entries, id, &Expectation::id);
    return found == entries.end() ? nullptr : &*found;
}

std::vector<std::string> apply(const Expectations& expectations, Result& result)
{
    std::vector<std::string> unexpected;
    Judgement judgement{result, unexpected};
    judgement.by(expectations.entry_for(result.id));
    judgement.by_what_stayed();
    return unexpected;
}

void apply(const Expectations& expectations, Run& run, const std::vector<std::string>& known_ids)
{
    run.expectations = expectations.name;
    for (const Expectation& entry : expectations.entries)
    {
        if (!may_name(entry, known_ids))
        {
            run.unexpected.push_back(fmt::format("unknown id in {}: {}{}", text_of(entry.place),
                                                 reports::printable(entry.id), nearest_text(known_ids, entry.id)));
        }
        if (entry.expired)
        {
            run.unexpected.push_back(fmt::format("expired expectation: {}: {}; renew its date, or remove it",
                                                 reports::printable(entry.id), how_long_it_held(entry)));
        }
    }
    for (Result& result : run.results)
    {
        std::ranges::move(apply(expectations, result), std::back_inserter(run.unexpected));
    }
}

} // namespace ipc_conform::runner
