#include "reports/json_parse.hpp"

#include "reports/json_limits.hpp"
#include "reports/json_reader.hpp"

#include <set>

namespace ipc_conform::reports
{
namespace
{

/// Builds the tree while the library reads the text. The library's own way looks for a key among all that an
/// object already has, and of one that stands there twice it drops a value without a word.
class TreeBuilder : public Json::json_sax_t
{
public:
    [[nodiscard]] Json take()
    {
        return std::move(root_);
    }

    bool null() override
    {
        return put(nullptr);
    }

    bool boolean(bool value) override
    {
        return put(value);
    }

    bool number_integer(number_integer_t value) override
    {
        return put(value);
    }

    bool number_unsigned(number_unsigned_t value) override
    {
        return put(value);
    }

    bool number_float(number_float_t value, const string_t& /*text*/) override
    {
        return put(value);
    }

    bool string(string_t& value) override
    {
        return put(std::move(value));
    }

    bool binary(binary_t& /*value*/) override
    {
        return false; // JSON text has none
    }

    bool start_object(std::size_t /*unknown*/) override
    {
        return open(Json::object());
    }

    bool key(string_t& name) override
    {
        std::set<std::string>& known = open_.back().keys;
        if (known.size() == most_members)
        {
            throw_read_error(fmt::format("not a report: an object of more than {} members", most_members));
        }
        if (!known.insert(name).second)
        {
            throw_read_error(fmt::format("not a report: \"{}\" stands twice in one object", name));
        }
        open_.back().key = std::move(name);
        return true;
    }

    bool end_object() override
    {
        open_.pop_back();
        return true;
    }

    bool start_array(std::size_t /*unknown*/) override
    {
        return open(Json::array());
    }

    bool end_array() override
    {
        open_.pop_back();
        return true;
    }

    bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& error) override
    {
        // what() begins with the library's own name and number for the error, in brackets
        const std::string_view complaint = error.what();
        const std::size_t bracket = complaint.find("] ");
        throw_read_error(fmt::format("not valid JSON: {}",
                                     complaint.substr(bracket == std::string_view::npos ? 0 : bracket + 2)));
    }

private:
    struct Container
    {
        Json* value = nullptr; ///< stays where it is: what holds it grows only after this has been closed
        std::string key;       ///< of the member to come
        std::set<std::string> keys;
    };

    Json& add(Json value)
    {
        if (++values_ > most_values)
        {
            throw_read_error(fmt::format("not a report: it holds more than {} values", most_values));
        }
        if (open_.empty())
        {
            return root_ = std::move(value);
        }
        Container& parent = open_.back();
        if (parent.value->is_array())
        {
            return parent.value->get_ref<Json::array_t&>().emplace_back(std::move(value));
        }
        // emplace_back() is the vector's below the map, which looks for nothing
        return parent.value->get_ref<Json::object_t&>()
            .emplace_back(std::move(parent.key), std::move(value))
            .second;
    }

    bool put(Json value)
    {
        add(std::move(value));
        return true;
    }

    bool open(Json empty)
    {
        if (open_.size() == deepest_nesting)
        {
            throw_read_error(fmt::format("not a report: nested deeper than {} levels", deepest_nesting));
        }
        Json& value = add(std::move(empty));
        open_.push_back({&value, {}, {}});
        return true;
    }

    Json root_;
    std::vector<Container> open_;
    std::size_t values_ = 0;
};

} // namespace

Json parsed(std::string_view text)
{
    TreeBuilder tree;
    Json::sax_parse(text, &tree);
    return tree.take();
}

} // namespace ipc_conform::reports
