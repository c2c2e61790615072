#!/bin/sh
# Writes sample reports and has them checked by a Python that has what the check imports.
# Usage: check_samples.sh MODULE WRITE_SAMPLES FOLDER CHECK ARGUMENT...
# Exit status 77: no Python here can do it, and the test is to be reported as skipped.
set -eu
module=$1 write_samples=$2 folder=$3
shift 3
"$write_samples" "$folder"
for python in /usr/bin/python3 python3; do
    if "$python" -c "import $module" 2>/dev/null; then
        exec "$python" "$@"
    fi
done
echo "skipped: no python3 with the module $module (Debian: python3-jsonschema)"
exit 77
