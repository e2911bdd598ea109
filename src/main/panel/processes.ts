import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How often it is looked whether a process has ended. */
const lookMs = 100
/** How long a process may take to go once nothing can keep it. */
const goneMs = 5_000
/** How long a command that asks about a process may take. */
const askMs = 5_000

/** A process of this machine, as far as it can be told from another. */
export interface ProcessFacts {
  readonly pid: number
  /** Of its program: the file's name, without a folder. */
  readonly program: string
  /** The same for as long as it runs, and another for the next process of this id. */
  readonly mark: string
}

/** `ended` when it was asked to, `forced` when it had to be; `survived`: it is still there. */
export type ProcessEnd = 'ended' | 'forced' | 'survived'

export interface Processes {
  /** Null where there is no such process, or nothing is told of it. */
  find(pid: number): Promise<ProcessFacts | null>
  /** Ends a process, and no other that has its id by then. Rejects where this program may not. */
  end(process: ProcessFacts, graceMs: number): Promise<ProcessEnd>
}

/**
 * The processes of this machine. `end` sends SIGTERM, and SIGKILL to one that is still there after the grace. Windows
 * has no such request: there a process ends at once.
 */
export function createProcesses(platform: NodeJS.Platform = process.platform): Processes {
  const find = findOn(platform)
  const isThere = async ({ pid, mark }: ProcessFacts): Promise<boolean> => (await find(pid))?.mark === mark
  const waitUntilGone = async (one: ProcessFacts, ms: number): Promise<boolean> => {
    for (let waited = 0; waited < ms; waited += lookMs) {
      if (!(await isThere(one))) return true
      await delay(lookMs)
    }
    return !(await isThere(one))
  }
  return {
    find,
    async end(one, graceMs) {
      if (!(await isThere(one))) return 'ended'
      if (platform !== 'win32') {
        send(one.pid, 'SIGTERM')
        if (await waitUntilGone(one, graceMs)) return 'ended'
      }
      send(one.pid, 'SIGKILL')
      return (await waitUntilGone(one, goneMs)) ? 'forced' : 'survived'
    },
  }
}

/** Where it has ended meanwhile, that is what was wanted. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function findOn(platform: NodeJS.Platform): Processes['find'] {
  switch (platform) {
    case 'linux':
      return findOnLinux
    case 'win32':
      return findOnWindows
    default:
      return findByPs
  }
}

/** By /proc (proc(5)). A zombie has ended: nobody has asked yet how. */
async function findOnLinux(pid: number): Promise<ProcessFacts | null> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8')
    // The name stands in brackets and may hold some itself; the fields after it begin with the state.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state] = fields
    const startedAt = fields[19]
    if (state === 'Z' || state === 'X' || startedAt === undefined) return null
    const file = await readlink(`/proc/${String(pid)}/exe`)
    return { pid, program: fileName(file), mark: startedAt }
  } catch {
    return null
  }
}

async function findByPs(pid: number): Promise<ProcessFacts | null> {
  const ask = async (what: string): Promise<string> => {
    const options = { timeout: askMs, env: { ...process.env, LC_ALL: 'C' } }
    return (await run('ps', ['-p', String(pid), '-o', `${what}=`], options)).stdout.trim()
  }
  try {
    const [state, mark, file] = [await ask('state'), await ask('lstart'), await ask('comm')]
    return state === '' || state.startsWith('Z') || file === ''
      ? null
      : { pid, program: fileName(file), mark }
  } catch {
    return null
  }
}

async function findOnWindows(pid: number): Promise<ProcessFacts | null> {
  const asked =
    `Get-Process -Id ${String(pid)} -ErrorAction Stop | ` +
    "ForEach-Object { $_.ProcessName + '|' + $_.StartTime.ToFileTimeUtc() }"
  try {
    const { stdout } = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', asked], {
      timeout: askMs,
      windowsHide: true,
    })
    const [program, mark] = stdout.trim().split('|')
    return program === undefined || mark === undefined || mark === '' ? null : { pid, program, mark }
  } catch {
    return null
  }
}

/** Linux adds ` (deleted)` where the file has been replaced since. */
const fileName = (path: string): string => path.replace(/ \(deleted\)$/, '').replace(/^.*\//, '')
