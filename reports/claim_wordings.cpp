#include "reports/claim_wordings.hpp"

#include <algorithm>
#include <array>

namespace ipc_conform::reports
{
namespace
{

constexpr std::array wordings{
    ClaimWording{"true", "이 시스템에서 참입니다.", Verdict::pass},
    ClaimWording{"true with limits", "이 시스템에서 조건부로 참입니다.", Verdict::pass},
    ClaimWording{"false", "이 시스템에서 거짓입니다.", Verdict::fail},
    ClaimWording{"depends on the OS", "운영체제에 따라 다릅니다.", Verdict::restricted},
    ClaimWording{"not testable", "시험할 수 없는 말입니다.", Verdict::untested},
    ClaimWording{"undecided here", "이 시스템에서는 판정하지 못했습니다.", Verdict::unresolved},
};

} // namespace

std::span<const ClaimWording> claim_wordings()
{
    return wordings;
}

const ClaimWording& wording_of(const Claim& claim)
{
    const auto* const found = std::ranges::find(wordings, claim.verdict, &ClaimWording::verdict);
    return found == wordings.end() ? wordings.back() : *found;
}

} // namespace ipc_conform::reports
