#!/usr/bin/env bash
# Fuzzes one target after the other, and writes a line for each: what was run, how far it came, what it found.
#   bash fuzz/long.sh [SECONDS [TARGET ...]]        600 seconds each, and all of them, where nothing is said
# Needs a nightly compiler and cargo-fuzz. The corpora grow; `cargo +nightly fuzz cmin TARGET` makes them small again.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
shift || true
targets=("$@")
((${#targets[@]})) || mapfile -t targets < <(cargo +nightly fuzz list)
for target in "${targets[@]}"; do
  log=$(mktemp)
  found=0
  cargo +nightly fuzz run "$target" -- -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=4096 \
    -timeout=25 -print_final_stats=1 >"$log" 2>&1 || found=1
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
  covered=$(grep -o 'cov: [0-9]* ft: [0-9]*' "$log" | tail -1)
  printf '%-14s %5s s  %12s executions  %s  %s files  %s\n' "$target" "$seconds" "${runs:-?}" "${covered:-?}" \
    "$(find "fuzz/corpus/$target" -type f | wc -l)" "$( ((found)) && echo "CRASHED, see $log" || echo "0 crashes")"
  ((found)) || rm -f "$log"
done
