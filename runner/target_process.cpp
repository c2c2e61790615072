#include "runner/target_process.hpp"

#include "runner/errors.hpp"
#include "runner/launch.hpp"
#include "runner/line_stream.hpp"
#include "runner/program.hpp"
#include "runner/remains.hpp"
#include "runner/strays.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <fmt/format.h>
#include <unistd.h>

namespace ipc_conform::runner
{

namespace
{

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using Cause = TargetEnding::Cause;

constexpr std::chrono::milliseconds tick_interval{100};
constexpr std::chrono::seconds to_end_by_itself{10}; // its report being complete
constexpr std::chrono::seconds to_end_when_asked{5};
constexpr std::chrono::seconds to_be_gone{2};
/// As long as a whole report may be.
constexpr std::size_t longest_line = 32U << 20U;
constexpr std::size_t longest_error = 4096;
/// Marks every process of a target that runs on this system.
constexpr const char* mark = "IPC_CONFORM_TARGET";

class TargetProcess
{
public:
    TargetProcess(const TargetPlan& plan, const TargetFlow& flow)
        : plan_{plan},
          flow_{flow},
          endings_{context_, SIGCHLD},
          interrupts_{context_, SIGINT, SIGTERM, SIGHUP},
          ticker_{context_},
          output_{context_, longest_line, [this](std::string_view line) { take(line); }, [this] { look(); }},
          errors_{context_, longest_error, flow.errors, [this] { look(); }},
          pid_{start()}
    {
    }

    // The launcher is reaped only now: until then its number, and its group's, cannot be given anew.
    ~TargetProcess()
    {
        signal(SIGKILL);
        end_process(pid_);
        strays_.end();
    }
    TargetProcess(const TargetProcess&) = delete;
    TargetProcess& operator=(const TargetProcess&) = delete;

    TargetEnding run()
    {
        output_.begin();
        errors_.begin();
        await_endings();
        await_interrupts();
        await_tick();
        look(); // it may have ended before anybody waited
        context_.run();
        return ending_;
    }

private:
    enum class Stage
    {
        running,
        finishing, ///< its report is complete
        asked,     ///< to end
        killed,
        ended, ///< the launcher is gone, but somebody may still write or tidy up
    };

    [[nodiscard]] pid_t start() const
    {
        const std::string path = path_of_program(plan_.command.front());
        if (path.empty())
        {
            throw CannotJudge{
                fmt::format("cannot start the target: no program \"{}\" in PATH", plan_.command.front())};
        }
        std::vector<std::string> words = plan_.command;
        words.front() = path;
        return launch({.purpose = "the target",
                       .words = std::move(words),
                       .name = {},
                       .environment = {{mark, std::to_string(::getpid())}},
                       .folder = ".",
                       .output = output_.sink(),
                       .errors = errors_.sink(),
                       .farewell = SIGTERM});
    }

    void signal(int number) const
    {
        ::kill(-pid_, number);
        ::kill(pid_, number); // it may not have made its session yet
    }

    void enter(Stage stage, Clock::duration patience)
    {
        stage_ = stage;
        until_ = Clock::now() + patience;
    }

    void end_it(Cause cause)
    {
        ending_.cause = cause;
        signal(SIGTERM);
        signal(SIGCONT); // who is stopped would not hear
        enter(Stage::asked, to_end_when_asked);
    }

    void kill_it()
    {
        signal(SIGKILL);
        enter(Stage::killed, to_be_gone);
    }

    void take(std::string_view line)
    {
        const Meaning meaning = flow_.output(line);
        last_sign_ = meaning == Meaning::nothing ? last_sign_ : Clock::now();
        if (stage_ == Stage::running && meaning == Meaning::done)
        {
            enter(Stage::finishing, to_end_by_itself);
        }
        if (stage_ == Stage::running && meaning == Meaning::beyond)
        {
            end_it(Cause::beyond);
        }
    }

    // Whether anything has come to its end: the launcher, the streams, or somebody's patience.
    void look()
    {
        if (const auto status = stage_ == Stage::ended ? std::nullopt : status_of_ended(pid_))
        {
            ending_.status = *status;
            enter(Stage::ended, to_be_gone);
        }
        const bool all_ended = output_.ended() && errors_.ended() && stage_ == Stage::ended;
        if (all_ended && !strays_.any())
        {
            context_.stop();
        }
        else if (stage_ == Stage::running && Clock::now() > last_sign_ + plan_.patience)
        {
            end_it(Cause::silence);
        }
        else if (stage_ != Stage::running && Clock::now() > until_)
        {
            lose_patience();
        }
    }

    void lose_patience()
    {
        switch (stage_)
        {
        case Stage::running:
            break;
        case Stage::finishing:
            end_it(ending_.cause);
            break;
        case Stage::asked:
            kill_it();
            break;
        case Stage::killed:
        case Stage::ended:
            context_.stop();
            break;
        }
    }

    void await_endings()
    {
        endings_.async_wait([this](const boost::system::error_code& error, int /*signal*/) {
            if (!error)
            {
                await_endings();
                look();
            }
        });
    }

    // Who asks twice is in a hurry.
    void await_interrupts()
    {
        interrupts_.async_wait([this](const boost::system::error_code& error, int /*signal*/) {
            if (error)
            {
                return;
            }
            await_interrupts();
            if (stage_ == Stage::running || stage_ == Stage::finishing)
            {
                end_it(Cause::interrupted);
            }
            else if (stage_ == Stage::asked)
            {
                kill_it();
            }
        });
    }

    void await_tick()
    {
        ticker_.expires_after(tick_interval);
        ticker_.async_wait([this](const boost::system::error_code& error) {
            if (!error)
            {
                await_tick();
                flow_.tick();
                look();
            }
        });
    }

    const TargetPlan& plan_;
    const TargetFlow& flow_;
    asio::io_context context_{1};
    asio::signal_set endings_;
    asio::signal_set interrupts_;
    asio::steady_timer ticker_;
    LineStream output_;
    LineStream errors_;
    const Strays strays_{mark, std::to_string(::getpid())};
    const pid_t pid_;
    Stage stage_ = Stage::running;
    Clock::time_point until_;
    Clock::time_point last_sign_ = Clock::now();
    TargetEnding ending_;
};

} // namespace

TargetEnding run_target(const TargetPlan& plan, const TargetFlow& flow)
{
    return TargetProcess{plan, flow}.run();
}

} // namespace ipc_conform::runner
