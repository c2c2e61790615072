// Options that ask for one thing in several formats: --NAME FILE each, text on standard output without any.
#pragma once

#include "runner/errors.hpp"
#include "runner/report_files.hpp"
#include "runner/stored_report.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{

/// A format that a Subject can be written in.
template <typename Subject>
struct Rendering
{
    const char* option;
    const char* purpose;
    std::string (*render)(const Subject& subject);
};

/// What was asked for: a rendering and its file.
template <typename Subject>
using Wanted = std::vector<std::pair<const Rendering<Subject>*, std::string>>;

/// An option for each; without a FILE it goes to standard output. `wanted` and the renderings have to outlive the
/// app.
template <typename Subject, std::size_t Count>
void declare_renderings(CLI::App& app, const std::array<Rendering<Subject>, Count>& renderings,
                        Wanted<Subject>& wanted)
{
    for (const Rendering<Subject>& rendering : renderings)
    {
        app.add_option_function<std::string>(
               rendering.option,
               [&wanted, &rendering](const std::string& file) {
                   wanted.emplace_back(&rendering, file.empty() ? "-" : file);
               },
               fmt::format("Write this FILE (standard output without one, or with -): {}", rendering.purpose))
            ->expected(0, 1)
            ->type_name("FILE");
    }
}

/// Writes each; throws as write_texts() does, and UsageError rather than overwrite a run's report, which is easily
/// taken for a FILE: `matrix --json A.json B.json`.
template <typename Subject>
void write_wanted(const Subject& subject, const Wanted<Subject>& wanted)
{
    Texts texts;
    for (const auto& [rendering, file] : wanted)
    {
        if (is_report(file))
        {
            throw UsageError{fmt::format("{} {} would overwrite the report of a run", rendering->option, file)};
        }
        texts.emplace_back(file, rendering->render(subject));
    }
    write_texts(texts);
}

} // namespace ipc_conform::runner
