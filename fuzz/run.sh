#!/bin/sh
# Fuzzes one target with a stable compiler: fuzz/run.sh TARGET [SECONDS]
#
# What cargo-fuzz sets up, less the address sanitizer, which needs nightly: the coverage counters that guide libFuzzer.
set -eu
cd "$(dirname "$0")"
target=$1
host=$(rustc -vV | sed -n 's/^host: //p')
llvm=-Cllvm-args=-sanitizer-coverage
export RUSTFLAGS="--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module $llvm-level=4 $llvm-inline-8bit-counters \
$llvm-pc-table $llvm-trace-compares"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/fuzz"
# --target keeps the flags away from build scripts
cargo build --release --target "$host" --bin "$target"
mkdir -p "corpus/$target" "artifacts/$target"
exec "$CARGO_TARGET_DIR/$host/release/$target" "-max_total_time=${2:-60}" "-artifact_prefix=artifacts/$target/" \
    -max_len=16384 "corpus/$target"
