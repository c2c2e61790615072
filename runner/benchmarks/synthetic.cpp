// Ten thousand properties, to see how the kit grows: each starts one peer and waits for its end, which is the
// least that a case of several processes does. Declared as TEST_CASE declares, but by a table.
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace
{

using ipc_conform::detail::Declaration;
using ipc_conform::detail::TableEntry;

constexpr std::size_t count = 10'000;
using Id = std::array<char, 16>; // "synthetic.01234"

constexpr std::array<Id, count> numbered()
{
    std::array<Id, count> ids{};
    for (std::size_t index = 0; index < count; ++index)
    {
        constexpr std::string_view mechanism = "synthetic.";
        std::size_t rest = index;
        for (std::size_t place = 5; place > 0; --place, rest /= 10)
        {
            ids[index][mechanism.size() + place - 1] = static_cast<char>('0' + rest % 10);
        }
        for (std::size_t place = 0; place < mechanism.size(); ++place)
        {
            ids[index][place] = mechanism[place];
        }
    }
    return ids;
}

void one_peer()
{
    using namespace ipc_conform;
    Peer peer = spawn("peer", [] {});
    CHECK(finished(peer));
}

constexpr std::array<Id, count> ids = numbered();

constexpr std::array<Declaration, count> declared()
{
    using namespace ipc_conform;
    std::array<Declaration, count> all{};
    for (std::size_t index = 0; index < count; ++index)
    {
        all[index] = Declaration{one_peer, __FILE__, static_cast<int>(index) + 1} * ids[index].data()
                     * says("a peer that does nothing ends") * observed_by("its exit status")
                     * shall("POSIX.1-2024 fork()");
    }
    return all;
}

constexpr std::array<Declaration, count> declarations = declared();

constexpr auto entries()
{
    std::array<TableEntry<Declaration>, count> all{};
    std::ranges::transform(declarations, all.begin(), ipc_conform::detail::listed<Declaration>);
    return all;
}

IPC_CONFORM_IN_TABLE(cases) constexpr auto table = entries();

} // namespace
