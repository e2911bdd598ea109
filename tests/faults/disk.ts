import { execFileSync } from 'node:child_process'
import { unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A small file system of its own in memory, mounted on a folder. */
export interface SmallDisk {
  /** Writes until the file system refuses the last KiB; the answer makes room again. */
  fill(): Promise<() => Promise<void>>
  readOnly(): void
  unmount(): void
}

/** Mounts it; null where this user may not. */
export function mountSmallDisk(folder: string, mebibytes: number): SmallDisk | null {
  try {
    mount('-t', 'tmpfs', '-o', `size=${String(mebibytes)}m,mode=700`, 'tmpfs', folder)
  } catch {
    return null
  }
  return {
    async fill() {
      const ballast: string[] = []
      for (let kibibytes = mebibytes * 1024; kibibytes >= 1;) {
        const path = join(folder, `ballast-${String(ballast.length)}`)
        ballast.push(path)
        try {
          await writeFile(path, Buffer.alloc(kibibytes * 1024))
        } catch {
          // What did fit of it stays, or goes: either way half as much is tried next.
          kibibytes = Math.floor(kibibytes / 2)
        }
      }
      return async () => {
        for (const path of ballast) await unlink(path)
      }
    },
    readOnly: () => mount('-o', 'remount,ro', folder),
    unmount: () => void execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' }),
  }
}

function mount(...options: string[]): void {
  execFileSync('mount', options, { stdio: 'ignore' })
}
