#!/system/bin/sh
# Checks on this phone that the network answers as it did in JAX: sh run.sh. Exit code 0: it does; 3: the CPU lacks something.
# sh run.sh FLAGS... runs the network with these flags of iree-run-module instead, such as --input=@other.npy --output=@answer.npy
case $0 in */*) cd "${0%/*}" || exit 2 ;; esac
. ./common.sh
check_cpu
if [ $# = 0 ]; then
  iree iree-run-module --flagfile=run.flags
else
  iree iree-run-module $(grep -v '^--input=' bench.flags) "$@"
fi
