// Where workerd keeps what the tests store: in memory where the machine has room for it. workerd waits for the disk at each commit, which
// is most of what a test of objects or a journey takes on a machine whose disk is slow or shared; nothing here is about a power cut.
// Composed by vitest.config.ts and the bench, before anything asks for a temporary directory.
import { statfsSync } from "node:fs"
import { tmpdir } from "node:os"

/** Linux has it; elsewhere the usual temporary directory stays. */
const MEMORY = "/dev/shm"
/** A whole run stores less than a tenth of this; a container's usual 64 MB are too few. */
const FREE_BYTES_MIN = 2_000_000_000

/** Let temporary directories of this process and its children lie in memory, unless `TMPDIR` names a place. What should outlive a run stays
 * under `DISK_TMPDIR`. */
export function keepTemporaryInMemory(): void {
  process.env["DISK_TMPDIR"] ??= tmpdir()
  if (process.env["TMPDIR"] === undefined && freeBytes(MEMORY) >= FREE_BYTES_MIN)
    process.env["TMPDIR"] = MEMORY
}

function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  } catch {
    return 0
  }
}
