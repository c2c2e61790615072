#include "reports/sequence.hpp"

#include "reports/timed_calls.hpp"
#include "reports/wake_ups.hpp"

#include <algorithm>

namespace ipc_conform::reports
{
namespace
{

constexpr std::size_t most_lanes = 12;
constexpr std::size_t most_calls = 60;

/// Takes out of the middle what is too much: how things began and how they ended says most.
void shorten(std::vector<SequenceBox>& boxes, std::size_t most)
{
    if (boxes.size() > most)
    {
        const auto first = boxes.begin() + static_cast<std::ptrdiff_t>(most / 3);
        boxes.erase(first, first + static_cast<std::ptrdiff_t>(boxes.size() - most));
    }
}

void sort_by_beginning(std::vector<SequenceBox>& boxes)
{
    std::ranges::stable_sort(boxes, {}, [](const SequenceBox& box) { return entered(*box.call); });
}

/// The calls to be drawn, in the order in which they began.
std::vector<SequenceBox> chosen_calls(const std::vector<const Lane*>& lanes)
{
    std::vector<SequenceBox> waits; // these tell why a case ended as it did, so they go last
    std::vector<SequenceBox> others;
    for (std::size_t lane = 0; lane < lanes.size(); ++lane)
    {
        for (const TimedCall& call : lanes[lane]->calls)
        {
            const bool waited = call.witnessed || !call.left;
            (waited ? waits : others).push_back({lane, &call});
        }
    }
    sort_by_beginning(waits);
    sort_by_beginning(others);
    shorten(waits, std::max(most_calls / 2, most_calls - std::min(most_calls, others.size())));
    shorten(others, most_calls - waits.size());
    waits.insert(waits.end(), others.begin(), others.end());
    sort_by_beginning(waits);
    return waits;
}

struct Event
{
    double milliseconds = 0;
    std::size_t box = 0;
    bool is_end = false;
};

std::vector<Event> events_of(const std::vector<SequenceBox>& boxes, const std::vector<double>& times)
{
    std::vector<Event> events;
    for (std::size_t box = 0; box < boxes.size(); ++box)
    {
        const TimedCall& call = *boxes[box].call;
        events.push_back({entered(call), box, false});
        if (call.left && is_interval(call, times))
        {
            events.push_back({left(call), box, true});
        }
    }
    std::ranges::stable_sort(events, {}, &Event::milliseconds);
    return events;
}

/// Gives every event its row.
void place(Sequence& sequence, const std::vector<double>& times)
{
    std::vector<std::size_t> open(sequence.lanes.size());
    std::vector<bool> has_ended(sequence.boxes.size(), false);
    for (const Event& event : events_of(sequence.boxes, times))
    {
        SequenceBox& box = sequence.boxes[event.box];
        const std::size_t row = sequence.rows.size();
        sequence.rows.push_back(event.milliseconds);
        if (event.is_end)
        {
            box.last_row = row;
            --open[box.lane];
            has_ended[event.box] = true;
            continue;
        }
        box.first_row = box.last_row = row;
        box.depth = open[box.lane];
        const bool is_one_row = box.call->left && !is_interval(*box.call, times);
        has_ended[event.box] = is_one_row;
        open[box.lane] += is_one_row ? 0U : 1U;
    }
    for (std::size_t box = 0; box < sequence.boxes.size(); ++box)
    {
        if (!has_ended[box])
        {
            sequence.boxes[box].last_row = sequence.rows.size() - 1;
        }
    }
}

} // namespace

Sequence sequence_of(const std::vector<Lane>& lanes)
{
    Sequence sequence;
    std::size_t calls = 0;
    for (const std::size_t lane : telling_lanes(lanes, most_lanes))
    {
        sequence.lanes.push_back(&lanes[lane]);
        calls += lanes[lane].calls.size();
    }
    sequence.lanes_left_out = lanes.size() - sequence.lanes.size();
    sequence.boxes = chosen_calls(sequence.lanes);
    sequence.calls_left_out = calls - sequence.boxes.size();
    place(sequence, times_of(lanes));
    sequence.wake_ups = wake_ups_of(sequence.boxes);
    return sequence;
}

} // namespace ipc_conform::reports
