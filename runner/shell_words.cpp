#include "runner/shell_words.hpp"

#include "runner/errors.hpp"

#include <fmt/format.h>
#include <utility>

namespace ipc_conform::runner
{
namespace
{

constexpr std::string_view blanks = " \t\n";

class Splitter
{
public:
    explicit Splitter(std::string_view text) : rest_{text}
    {
    }

    std::vector<std::string> split()
    {
        while (!rest_.empty())
        {
            take(next());
        }
        end_word();
        return std::move(words_);
    }

private:
    char next()
    {
        const char first = rest_.front();
        rest_.remove_prefix(1);
        return first;
    }

    void take(char character)
    {
        if (blanks.find(character) != std::string_view::npos)
        {
            end_word();
        }
        else if (character == '\'' || character == '"')
        {
            quoted_by(character);
        }
        else
        {
            word() += character == '\\' ? escaped() : character;
        }
    }

    void quoted_by(char quote)
    {
        word(); // also an empty one
        for (char character = inside(quote); character != quote; character = inside(quote))
        {
            // Between double quotes a backslash stands for itself before most characters.
            const bool escapes = quote == '"' && character == '\\' && !rest_.empty()
                                 && std::string_view{"\"\\$`"}.find(rest_.front()) != std::string_view::npos;
            word() += escapes ? next() : character;
        }
    }

    char inside(char quote)
    {
        if (rest_.empty())
        {
            throw UsageError{fmt::format("a {} is not closed", quote)};
        }
        return next();
    }

    char escaped()
    {
        if (rest_.empty())
        {
            throw UsageError{"nothing stands behind the last backslash"};
        }
        return next();
    }

    std::string& word()
    {
        in_word_ = true;
        return word_;
    }

    void end_word()
    {
        if (std::exchange(in_word_, false))
        {
            words_.push_back(std::exchange(word_, {}));
        }
    }

    std::string_view rest_;
    std::string word_;
    bool in_word_ = false; ///< a word may be empty
    std::vector<std::string> words_;
};

} // namespace

std::vector<std::string> shell_words(std::string_view text)
{
    return Splitter{text}.split();
}

std::string shell_quoted(const std::string& word)
{
    constexpr std::string_view harmless =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=,+@%";
    if (!word.empty() && word.find_first_not_of(harmless) == std::string::npos)
    {
        return word;
    }
    std::string quoted = "'";
    for (const char character : word)
    {
        quoted += character == '\'' ? std::string{"'\\''"} : std::string{character};
    }
    return quoted + '\'';
}

} // namespace ipc_conform::runner
