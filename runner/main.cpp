#include "fixtures/case_process.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"
#include <cstdio>
#include <string_view>
int main(int argc, char** argv)
{
    const std::string command = argc > 1 ? argv[1] : "";
    if (command == "case")
        return ipc_conform::run_case({argv[2], argv[3]});
    if (command == "stranger")
        ipc_conform::run_stranger({argv + 2, argv + argc});
    if (command == "records-offset")
        return std::printf("%zu\n", ipc_conform::journal::records_offset), 0;
    if (command == "count-faults")
        return std::printf("%zu\n", ipc_conform::property_of(argv[2])->faults.size()), 0;
    for (const auto& property : ipc_conform::properties())
        std::printf("%s\n", property.id.c_str());
}
