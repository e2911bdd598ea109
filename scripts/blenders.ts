import { statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findOnPath } from './programs.ts'

const inRoot = join(import.meta.dirname, 'blender-in-root.sh')

/**
 * The Blenders that the tests run in, one after another: those of the environment variable `BLENDERS`, separated as on
 * the PATH, else the one on the PATH. Each is a program, or a root folder that holds one (Linux, as root).
 *
 * @returns none where there is none on the PATH either
 */
export function listedBlenders(): string[] {
  const listed = (process.env.BLENDERS ?? '').split(delimiter).filter((each) => each !== '')
  if (listed.length > 0) return listed
  const found = findOnPath('blender')
  return found === null ? [] : [found]
}

/** What starts a Blender of `listedBlenders`; arguments of its own follow. */
function blenderCommand(blender: string): [program: string, ...arguments_: string[]] {
  return isFolder(blender) ? ['sh', inRoot, blender] : [blender]
}

/** The Blender of this run, which `scripts/test.ts` and its like name in `BLENDER`; else the first that is listed. */
export function blenderOfThisRun(): [program: string, ...arguments_: string[]] {
  const named = process.env.BLENDER ?? ''
  return blenderCommand(named === '' ? (listedBlenders()[0] ?? 'blender') : named)
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
