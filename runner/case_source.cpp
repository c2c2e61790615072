#include "runner/case_source.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <set>
#include <vector>

namespace ipc_conform::runner
{
namespace
{

/// A declaration of a file's top level with the comment above it.
struct Part
{
    const SourceFile* file = nullptr;
    int line = 0; ///< the first one
    std::vector<std::string_view> lines;
    bool wanted = false;
};

std::vector<std::string_view> lines_of(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty())
    {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

bool begins_with_any(std::string_view line, std::initializer_list<std::string_view> beginnings)
{
    return std::ranges::any_of(beginnings,
                               [&](std::string_view beginning) { return line.starts_with(beginning); });
}

bool opens_or_closes_namespace(std::string_view line)
{
    return begins_with_any(line, {"namespace", "{", "} // namespace"});
}

/// Cases are formatted: a declaration begins in the first column, behind an empty line or as one of a file's kind
/// (FAULT below its case) directly below another's end, and whatever belongs to it is indented or a brace.
std::vector<Part> parts_of(const SourceFile& file)
{
    std::vector<Part> parts;
    bool fresh = true;
    int number = 0;
    for (const std::string_view line : lines_of(file.content))
    {
        ++number;
        if (line.empty() || opens_or_closes_namespace(line))
        {
            const bool inside = !line.empty() && line.front() == '{' && !fresh;
            fresh = fresh || line.empty() || line.starts_with("namespace") || line.starts_with("} // namespace");
            if (!parts.empty() && (inside || line.empty()))
            {
                parts.back().lines.push_back(line);
            }
            continue;
        }
        const bool at_margin = !begins_with_any(line, {" ", "}", ")", "public:", "protected:", "private:"});
        if (at_margin && (fresh || line.starts_with("FAULT(") || parts.empty()))
        {
            parts.push_back({&file, number, {}, false});
        }
        fresh = false;
        if (!parts.empty())
        {
            parts.back().lines.push_back(line);
        }
    }
    for (Part& part : parts)
    {
        while (!part.lines.empty() && part.lines.back().empty())
        {
            part.lines.pop_back();
        }
    }
    return parts;
}

bool is_word_letter(char letter)
{
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
}

std::vector<std::string_view> words_of(std::string_view line)
{
    std::vector<std::string_view> words;
    for (std::size_t begin = 0; begin < line.size();)
    {
        std::size_t end = begin;
        while (end < line.size() && is_word_letter(line[end]))
        {
            ++end;
        }
        if (end != begin)
        {
            words.push_back(line.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    return words;
}

/// The line in which the part's own name stands: below comments and templates' heads.
std::string_view heading_of(const Part& part)
{
    const auto found = std::ranges::find_if(part.lines, [](std::string_view line) {
        return !begins_with_any(line, {"//", "template", "requires"});
    });
    return found == part.lines.end() ? std::string_view{} : *found;
}

/// What the part declares, which is the last word before its parameters, its value or its body.
std::string_view name_of(const Part& part)
{
    const std::string_view heading = heading_of(part);
    const std::vector<std::string_view> words = words_of(heading.substr(0, heading.find_first_of("({=;:")));
    const auto words_of_all = words_of(heading);
    if (begins_with_any(heading, {"#define "}) && words_of_all.size() > 1)
    {
        return words_of_all[1];
    }
    return words.empty() || begins_with_any(heading, {"#", "TEST_CASE(", "FAULT(", "UNTESTED(", "using namespace"})
               ? std::string_view{}
               : words.back();
}

/// The sources that belong together: the file and, one after the other, the headers of cases it includes.
std::vector<const SourceFile*> with_headers(std::span<const SourceFile> files, const SourceFile& first)
{
    std::vector<const SourceFile*> all{&first};
    for (std::size_t index = 0; index < all.size(); ++index)
    {
        for (const std::string_view line : lines_of(all[index]->content))
        {
            const std::size_t quote = line.find('"');
            if (!line.starts_with("#include") || quote == std::string_view::npos)
            {
                continue;
            }
            const auto header =
                std::ranges::find(files, line.substr(quote + 1, line.rfind('"') - quote - 1), &SourceFile::path);
            if (header != files.end() && std::ranges::find(all, &*header) == all.end())
            {
                all.push_back(&*header);
            }
        }
    }
    return all;
}

/// Marks whatever the wanted parts use, and what that uses.
void want_what_is_used(std::vector<Part>& parts)
{
    std::set<std::string_view> used;
    const auto note = [&](const Part& part) {
        for (const std::string_view line : part.lines)
        {
            const std::vector<std::string_view> words = words_of(line.starts_with("//") ? "" : line);
            used.insert(words.begin(), words.end());
        }
    };
    for (const Part& part : parts)
    {
        if (part.wanted)
        {
            note(part);
        }
    }
    for (bool more = true; more;)
    {
        more = false;
        for (Part& part : parts)
        {
            if (!part.wanted && used.contains(name_of(part)))
            {
                part.wanted = more = true;
                note(part);
            }
        }
    }
}

} // namespace

std::string case_source(std::span<const SourceFile> files, std::string_view path, int line)
{
    const auto file = std::ranges::find(files, path, &SourceFile::path);
    if (file == files.end())
    {
        return {};
    }
    std::vector<Part> parts;
    for (const SourceFile* source : with_headers(files, *file))
    {
        std::ranges::move(parts_of(*source), std::back_inserter(parts));
    }
    const auto own = std::ranges::find_if(parts, [&](const Part& part) {
        return part.file == &*file && part.line <= line && line < part.line + static_cast<int>(part.lines.size())
               && begins_with_any(heading_of(part), {"TEST_CASE(", "UNTESTED("});
    });
    if (own == parts.end())
    {
        return {};
    }
    own->wanted = true;
    const Part the_case = *own;
    want_what_is_used(parts);
    std::string text;
    const auto append = [&](const Part& part) {
        text += fmt::format("\n// {}:{}\n{}\n", part.file->path, part.line, fmt::join(part.lines, "\n"));
    };
    for (const std::string_view include : lines_of(file->content))
    {
        text += include.starts_with("#include") ? fmt::format("{}\n", include) : "";
    }
    for (const Part& part : parts)
    {
        if (part.wanted && !(part.file == the_case.file && part.line == the_case.line))
        {
            append(part);
        }
    }
    append(the_case);
    return text;
}

} // namespace ipc_conform::runner
