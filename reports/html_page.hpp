// The shell of every HTML report: one self-contained file in which nothing but the kit's own script can run.
#pragma once

#include "reports/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::reports
{

/// The text as it may stand in an element or in an attribute within double quotes: one line, control characters
/// and marks of writing direction escaped as printable() does, broken UTF-8 repaired, markup's characters as
/// references. What is longer than a few thousand characters loses its end: the JSON report holds it whole.
std::string html_text(std::string_view text);

/// The same for preformatted text: line ends stay, of very many lines the last ones are left out and counted.
std::string html_lines(std::string_view text);

/// A link to a web address; the text alone when it is none, so that a report cannot smuggle in a script.
std::string html_link(std::string_view address);

/// A verdict's name in its colour. Other elements get the colour by the same class.
std::string html_verdict(Verdict verdict);
/// "pass", "fail", …: the verdict's name in an attribute.
std::string html_class(Verdict verdict);

struct HtmlPage
{
    std::string title; ///< plain text
    /// Names of files in reports/page/, in their order.
    std::vector<std::string_view> style_sheets;
    std::vector<std::string_view> scripts;
    std::string body; ///< HTML
};

/// The document, with style sheets and scripts within. Its Content-Security-Policy allows exactly those, by their
/// hashes, and nothing else: no other script or style, style attributes included, no image, no connection.
std::string html_document(const HtmlPage& page);

} // namespace ipc_conform::reports
