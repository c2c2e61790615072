#include "fixtures/case_process.hpp"
#include <string_view>
int main(int argc, char** argv)
{
    return argc > 2 ? ipc_conform::run_case({argv[1], argv[2]}) : 1;
}
