import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
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
  const listed = listIn('BLENDERS')
  if (listed.length > 0) return listed
  const found = findOnPath('blender')
  return found === null ? [] : [found]
}

/** More Blenders, of the environment variable `BLENDERS_SAMPLED`: a sample of the tests runs in each. */
export function sampledBlenders(): string[] {
  return listIn('BLENDERS_SAMPLED')
}

/**
 * Why the tests can't run in a Blender; null where they can. For a root folder that could not be made that is what
 * `blender-roots.sh` left beside it.
 */
export function blenderProblem(blender: string): string | null {
  const program = isFolder(blender) ? join(blender, 'usr/bin/blender') : blender
  if (existsSync(program) || findOnPath(program) !== null) return null
  const why = `${blender}.problem`
  return `no Blender in ${blender}${existsSync(why) ? `: ${readFileSync(why, 'utf8').trim()}` : ''}`
}

/** What it says of itself, such as "Blender 3.4.1"; a line that says so where it does not start. */
export function blenderVersion(blender: string): string {
  const [program, ...args] = blenderCommand(blender)
  const { stdout, stderr, error } = spawnSync(program, [...args, '--version'], { encoding: 'utf8' })
  return /^Blender .+$/m.exec(stdout)?.[0] ?? `does not start: ${error?.message ?? stderr.trim()}`
}

/** What starts a Blender of `listedBlenders`; arguments of Blender's own follow. */
function blenderCommand(blender: string): [program: string, ...arguments_: string[]] {
  return isFolder(blender) ? ['sh', inRoot, blender] : [blender]
}

/** The Blender of this run, which `scripts/test.ts` and its like name in `BLENDER`; else the first that is listed. */
export function blenderOfThisRun(): [program: string, ...arguments_: string[]] {
  const named = process.env.BLENDER ?? ''
  return blenderCommand(named === '' ? (listedBlenders()[0] ?? 'blender') : named)
}

function listIn(variable: string): string[] {
  return (process.env[variable] ?? '').split(delimiter).filter((each) => each !== '')
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
