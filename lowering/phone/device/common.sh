# Read by run.sh and bench.sh. POSIX sh with what Android's toybox brings.
# Filled in when the folder is packed: the CPU features that the module may use, and how this folder's tools start.
NEEDED="@NEEDED@"
LOADER="@LOADER@"

fail() {
  echo "rt3d: $1" >&2
  exit "$2"
}

# A wrong feature is a SIGILL in the middle of a run: say it before. RT3D_EMULATOR (such as "qemu-aarch64 -cpu max") runs the tools elsewhere.
check_cpu() {
  [ -n "$NEEDED" ] || return 0
  features=$(grep -m 1 '^Features' /proc/cpuinfo 2>/dev/null)
  if [ -z "$features" ]; then
    [ -n "$RT3D_EMULATOR" ] && return 0
    fail "/proc/cpuinfo lists no arm64 features; expected a 64-bit Arm phone" 3
  fi
  missing=
  for feature in $NEEDED; do
    case " ${features#*:} " in
      *" $feature "*) ;;
      *) missing="$missing $feature" ;;
    esac
  done
  [ -z "$missing" ] || fail "this phone's CPU lacks$missing, which the module may use; lower for an older core, such as android:cortex-a55" 3
}

# Becomes one of IREE's tools: iree TOOL FLAGS...
iree() {
  tool=$1
  shift
  exec $RT3D_EMULATOR $LOADER "./$tool" "$@"
}
