// The marks around an AssemblyScript program's timed part, and lines on standard output.

@external("bench", "start")
export declare function start(): void;

@external("bench", "end")
export declare function end(): void;

@external("wasi_snapshot_preview1", "fd_write")
declare function fdWrite(fd: i32, vectors: usize, count: i32, written: usize): i32;

@external("wasi_snapshot_preview1", "proc_exit")
declare function procExit(code: i32): void;

const vector = memory.data(16);

export function print(line: string): void {
  write(1, line + "\n");
}

function write(fd: i32, text: string): void {
  const bytes = String.UTF8.encode(text);
  store<usize>(vector, changetype<usize>(bytes));
  store<i32>(vector, bytes.byteLength, 4);
  fdWrite(fd, vector, 1, vector + 8);
}

/** What a failed check of the language ends in. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  write(2, "abort: " + (message === null ? "" : message) + " at " + (file === null ? "" : file) + ":" + line.toString() + ":" + column.toString() + "\n");
  procExit(134);
}
