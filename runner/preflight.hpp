// Preflight: whether a filter would kill the kit itself before it could say so.
#pragma once

namespace ipc_conform::runner
{

/// Throws CannotJudge, naming the call and the remedy, when a seccomp filter kills who makes a call that the kit
/// cannot do without, or refuses one without which it would hang. Other calls that are only refused are left to
/// the trust base, or done without. Plainly, when nothing is executed, the kit needs fewer calls.
void refuse_deadly_filters(bool plainly);

} // namespace ipc_conform::runner
