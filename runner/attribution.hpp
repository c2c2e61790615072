// Attribution: what a verdict owes to a filter, a missing facility or a permission, rather than to the system.
#pragma once

#include "reports/model.hpp"
#include "runner/supervisor.hpp"

namespace ipc_conform::runner
{

/// Where a filter has answered a call of the case, or killed who made it, nothing is known of the system: the
/// result becomes RESTRICTED, whatever it was. A FAIL that the case itself took for the environment's doing,
/// because a call answered ENOSYS, becomes FAIL again where the kernel implements that call. The reason names who
/// is to blame, and the remedy what to change.
void attribute(reports::Result& result, const Execution& execution);

} // namespace ipc_conform::runner
