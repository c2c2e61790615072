// Words of a text report in its style. Private to reports/.
#pragma once

#include "reports/model.hpp"
#include "reports/style.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ipc_conform::reports
{

class Painter
{
public:
    explicit Painter(const Style& wanted) : style(wanted)
    {
    }

    /// Text from a result, safe for the terminal and not endless.
    [[nodiscard]] std::string safe(std::string_view text) const;
    /// Several of them, separated.
    [[nodiscard]] std::string safe(const std::vector<std::string>& texts, std::string_view separator) const;
    /// Recorded values: "capacity = 65536; …".
    [[nodiscard]] std::string safe(const std::vector<std::pair<std::string, Value>>& values) const;

    [[nodiscard]] std::string heading(std::string_view text) const;
    [[nodiscard]] std::string faint(std::string_view text) const;
    /// Text in the colour of a verdict.
    [[nodiscard]] std::string as(Verdict verdict, std::string_view text) const;

    Style style;

private:
    [[nodiscard]] std::string painted(std::string_view code, std::string_view text) const;
};

/// "93 PASS, 1 RESTRICTED": the counts that are not zero.
std::string counts_text(const std::vector<std::pair<Verdict, std::size_t>>& counts);

/// What a case said under a fault: "PASS", "UNRESOLVED: bind: EADDRINUSE".
std::string said(const Proof& proof);

/// "1 fault", "2 faults".
std::string quantity(std::size_t count, std::string_view singular, std::string_view plural);

} // namespace ipc_conform::reports
