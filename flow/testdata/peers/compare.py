#!/usr/bin/env python3
"""Lines of `go test -bench Peers` beside the same calls of Python libraries, and the history of our own.

  go test -run '^$' -bench 'Peers/' -benchtime 200ms -count 5 -cpu 1 ./flow > bench.txt
  python3 compare.py PEERS.jsonl ... < bench.txt          # ratios: above 1 we are faster
  python3 compare.py -line v1.2.3 < bench.txt >> history.csv

A line of PEERS.jsonl is one call of one library, {"workload": "W2", "metric": "log_prob b4096", "lib": "zuko", "dtype": "f32",
"ms_min": 7.1}, or has "row", a letter of ROWS, for the workload; of several libraries and runs the fastest counts. Of our
runs the median counts, of the time of all cores where it was measured, for one core gives both the same unless others use it.
A line of history.csv is a release (before the first, a commit), its processor, and nanoseconds for each call of its header, empty where there is none.
benchstat reads bench.txt as it is. Debian's PyTorch takes whatever BLAS there is: without libopenblas0 its products are those of the reference
BLAS, some thirty times slower, and the comparison says nothing; without /proc it knows no AVX.
"""
import csv
import json
import os
import re
import statistics
import sys

ROWS = dict(a="W11", b="W12", c="W13", d="W14", e="W15", f="W16", g="W17", h="W18")
HISTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "history.csv")


def ours(lines):
    """Returns the processor and {name: median nanoseconds}; names of rows in float32 end with /float32."""
    cpu, runs = "", {}
    for line in lines:
        if line.startswith("cpu: "):
            cpu = line[5:].strip()
        m = re.match(r"BenchmarkPeers(Single)?/(\S+?)(?:-\d+)?\s+\d+\s+([\d.e+]+) ns/op(?:\s+([\d.e+]+) cpu-ns/op)?", line)
        if m:
            runs.setdefault(m[2] + ("/float32" if m[1] else ""), []).append(float(m[4] or m[3]))
    return cpu, {name: statistics.median(v) for name, v in runs.items()}


def peers(files):
    """Returns {name: {dtype: (nanoseconds, library)}} of the fastest."""
    best = {}
    for file in files:
        for line in open(file):
            d = json.loads(line)
            workload = d.get("workload") or ROWS.get(d.get("row"))
            ms = d["ms_min"] if "ms_min" in d else d["p50"] / 1e3 if "p50" in d else None
            if workload is None or ms is None or d["lib"].endswith("naive") or d.get("threads", 1) != 1:
                continue
            metric = re.sub(r" chunk\d+$", "", d["metric"]).replace(" ", "_").replace("_maf_b", "_maf_w12")
            types = best.setdefault(f"{workload}/{metric}", {})
            types[d["dtype"]] = min(types.get(d["dtype"], (float("inf"), "")), (ms * 1e6, d["lib"]))
    return best


def table(best, times):
    print("| call | ours ms | ours float32 ms | peers float32 ms | ratios | peers float64 ms | ratio | library |")
    print("|---|---|---|---|---|---|---|---|")
    number = lambda ns: f"{ns / 1e6:.3g}" if ns else ""
    ratio = lambda peer, own: f"{peer / own:.2f}" if peer and own else "-"
    for name in sorted(best, key=lambda k: (int(re.search(r"\d+", k)[0]), k)):
        f32, lib = best[name].get("f32", (None, ""))
        f64, _ = best[name].get("f64", (None, ""))
        t, s = times.get(name), times.get(name + "/float32")
        print(f"| {name} | {number(t)} | {number(s)} | {number(f32)} | {ratio(f32, t)}, {ratio(f32, s)} | {number(f64)} | {ratio(f64, t)} | {lib} |")


def line(release, cpu, times):
    """Prints a line of the history, after its header if there is no history yet."""
    header = next(csv.reader(open(HISTORY)), None) if os.path.exists(HISTORY) else None
    w = csv.writer(sys.stdout, lineterminator="\n")
    if header is None:
        header = ["release", "processor"] + list(times)
        w.writerow(header)
    missing = set(times) - set(header)
    if missing:
        sys.exit(f"compare.py: {HISTORY} has no columns {sorted(missing)}: add them to its header")
    w.writerow([release, cpu] + [f"{times[k]:.0f}" if k in times else "" for k in header[2:]])


if __name__ == "__main__":
    processor, measured = ours(sys.stdin)
    if sys.argv[1:2] == ["-line"]:
        line(sys.argv[2], processor, measured)
    else:
        table(peers(sys.argv[1:]), measured)
