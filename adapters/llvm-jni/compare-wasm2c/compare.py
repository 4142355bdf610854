#!/usr/bin/env python3
"""Run time of llvm:O2 against wasm2c + clang -O2 with guard pages, program by program, as ratios of the marked region.

Both sides run the same .wasm; samples alternate between the two in blocks, so that drift hits both. See docs/llvm-against-wasm2c.md.
"""
import argparse, math, os, shlex, shutil, statistics, subprocess, sys, tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "command" / "wasm2c" / "build.sh"
FLAGS = ["-O2", "-march=native"]


def run(command, **options):
    return subprocess.run(command, check=True, **options)


def build(wasm, folder, args):
    """wasm -> C -> executable; raises CalledProcessError with the tools' words."""
    environment = dict(os.environ, PATH=os.pathsep.join([str(Path(args.wasm2c).parent), os.environ["PATH"]]), WASM_RT=args.wasm_rt)
    run([BUILD, args.clang, wasm, folder, *FLAGS, *shlex.split(args.extra), *(["-I", args.include] if args.include else [])], env=environment)
    return folder / "program"


def expected(wasm, stream):
    file = wasm.with_suffix("").with_name(wasm.stem + f".{stream}.expected")
    return file.read_bytes() if file.exists() else None


def sample(executable, wasm, folder):
    """Wall and CPU nanoseconds of one run of the wasm2c side; its output is checked where the expected one is known."""
    marks = folder / "marks"
    done = subprocess.run([executable], cwd=wasm.parent, env=dict(os.environ, BENCH_MARKS=str(marks)), stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    if done.returncode != 0:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr[-200:]!r}")
    for stream, found in (("stdout", done.stdout), ("stderr", done.stderr)):
        if expected(wasm, stream) not in (None, found):
            raise RuntimeError(f"wrong {stream}")
    wall = cpu = 0
    for line in marks.read_text().splitlines():
        what, at, used = line.split()
        sign = 1 if what == "end" else -1
        wall, cpu = wall + sign * int(at), cpu + sign * int(used)
    if not wall:
        raise RuntimeError("it sets no marks")
    return wall, cpu


class Ours:
    """A JVM with the program compiled once; each line asked for is one run in a fresh instance."""

    def __init__(self, args, wasm):
        command = [args.java, "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-XX:+UseSerialGC", "-cp", args.classpath, str(HERE / "RegionTimes.java"),
                   args.backend, str(wasm)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError("our side did not compile it")

    def sample(self):
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline().strip()
        if not line[:1].isdigit():
            raise RuntimeError(line or "our side died")
        return tuple(map(int, line.split()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def compare(wasm, args):
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        executable = build(wasm, folder, args)
        ours = Ours(args, wasm)
        try:
            mine, theirs = [], []
            for _ in range(args.rounds):
                mine += [ours.sample() for _ in range(args.block)]
                theirs += [sample(executable, wasm, folder) for _ in range(args.block)]
        finally:
            ours.close()
        clock = ["wall", "cpu"].index(args.clock)
        mine, theirs = [s[clock] for s in mine], [s[clock] for s in theirs]
        return min(mine), min(theirs), statistics.median(mine), statistics.median(theirs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", nargs="+", type=Path, help=".wasm files")
    parser.add_argument("--wasm2c", default=shutil.which("wasm2c") or "wasm2c")
    parser.add_argument("--clang", default=shutil.which("clang-19") or "clang-19")
    parser.add_argument("--wasm-rt", default="/usr/share/wabt/wasm2c", help="folder of wasm-rt-impl.c")
    parser.add_argument("--include", default="", help="folder of wasm-rt.h where it is not on the usual path")
    parser.add_argument("--extra", default="", help="more flags for clang")
    parser.add_argument("--java", default=os.path.join(os.environ.get("JAVA_HOME", ""), "bin/java"))
    parser.add_argument("--classpath", required=True, help="Backbench's classes and their dependencies")
    parser.add_argument("--backend", default="llvm:O2")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--block", type=int, default=2, help="runs of one side in a row")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="cpu where the machine is not idle")
    args = parser.parse_args()
    logs, skipped = [], []
    print(f"{'program':32} {args.backend:>10} {'wasm2c':>10}  ms, median;  ratio of medians, of minima")
    for wasm in args.programs:
        wasm = wasm.resolve()
        name = wasm.parent.name + "/" + wasm.stem
        try:
            low, their_low, mine, theirs = compare(wasm, args)
        except (subprocess.SubprocessError, RuntimeError, OSError, AttributeError) as e:
            skipped.append(f"{name}: {e}")
            continue
        logs.append((math.log(mine / theirs), math.log(low / their_low)))
        print(f"{name:32} {mine / 1e6:10.2f} {theirs / 1e6:10.2f}  {mine / theirs:6.3f} {low / their_low:6.3f}", flush=True)
    if logs:
        medians, minima = (math.exp(statistics.fmean(column)) for column in zip(*logs))
        print(f"geometric mean over {len(logs)} programs: {medians:.3f} of medians, {minima:.3f} of minima (above 1: {args.backend} is slower)")
    for line in skipped:
        print("left out: " + line)
    sys.exit(0 if logs else 3)


main()
