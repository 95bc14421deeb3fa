#!/system/bin/sh
# Times the network on this phone's biggest cores: sh bench.sh [RUNS [THREADS [INFERENCES_PER_RUN [SECONDS_AT_MOST [MEMORY]]]]]
# Says "name value" lines (cpus, pinned, start_ns, end_ns, peak_kb) and leaves bench.json, as iree-benchmark-module writes it.
# The shell of Android counts in 32 bits: nothing here computes with times.
# MEMORY=memory watches the process's memory, which costs a little time. Exit codes: 0 done, 3 the CPU lacks something, 4 out of time.
case $0 in */*) cd "${0%/*}" || exit 2 ;; esac
. ./common.sh
check_cpu
runs=${1:-20} threads=${2:-1} inferences=${3:-1} seconds=${4:-600} memory=$5

# The cores of the highest capacity, then frequency, then number.
biggest() {
  for cpu in /sys/devices/system/cpu/cpu[0-9]*; do
    [ "$(cat "$cpu/online" 2>/dev/null)" = 0 ] && continue
    capacity=$(cat "$cpu/cpu_capacity" 2>/dev/null)
    frequency=$(cat "$cpu/cpufreq/cpuinfo_max_freq" 2>/dev/null)
    echo "${capacity:-0} ${frequency:-0} ${cpu##*cpu}"
  done | sort -k1,1nr -k2,2nr -k3,3nr | head -n "$1" | cut -d ' ' -f 3
}

# A run that was cut off may still be there.
if [ -f bench.pid ]; then
  old=$(cat bench.pid)
  grep -q iree-benchmark-module "/proc/${old:-none}/cmdline" 2>/dev/null && kill "$old"
fi
rm -f bench.json bench.pid

mask=0 ids=
for cpu in $(biggest "$threads"); do
  mask=$((mask | 1 << cpu))
  ids=$ids${ids:+,}$cpu
done
flags=$(cat bench.flags)
if [ "$threads" -gt 1 ] && grep -q '^--device=local' bench.flags; then
  flags="$(grep -v '^--device=' bench.flags) --device=local-task --task_topology_cpu_ids=$ids"
fi
pin="taskset $(printf %x "$mask")" pinned=yes
$pin true 2>/dev/null || pin='' pinned=no
limit="timeout -s KILL $seconds"
if [ "$memory" = memory ] || ! command -v timeout >/dev/null; then limit=; fi
echo "cpus $ids"
echo "pinned $pinned"

echo "start_ns $(date +%s%N)"
(
  RT3D_EMULATOR="$pin $limit $RT3D_EMULATOR"
  iree iree-benchmark-module $flags --benchmark_min_time="${inferences}x" --benchmark_repetitions="$runs" \
    --benchmark_display_aggregates_only=true --benchmark_out=bench.json --benchmark_out_format=json
) >bench.log 2>&1 &
child=$!
echo "$child" >bench.pid
trap 'kill $child; rm -f bench.pid; exit 130' HUP INT TERM
peak= looks=0
while [ "$memory" = memory ] && kill -0 $child 2>/dev/null; do
  seen=$(grep VmHWM "/proc/$child/status" 2>/dev/null) && peak=$seen
  looks=$((looks + 1))
  [ $looks -lt $((seconds * 20)) ] || kill -9 $child
  sleep 0.05
done
wait $child
code=$?
echo "end_ns $(date +%s%N)"
rm -f bench.pid
[ "$code" != 137 ] || fail "the benchmark did not end within $seconds s" 4
if [ "$code" != 0 ] || [ ! -s bench.json ]; then
  cat bench.log >&2
  fail "iree-benchmark-module ended with exit code $code" 1
fi
set -- $peak
[ -z "$2" ] || echo "peak_kb $2"
