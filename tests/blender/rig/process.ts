import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/**
 * Longest wait for anything that ought to happen: generous, since software rendering on a busy machine is slow.
 * `BUSBAR_TEST_LIMIT_MS` sets another.
 */
export const limitMs = Number(process.env.BUSBAR_TEST_LIMIT_MS ?? 60_000)

/** A program under test, with all that it printed. */
export interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  /** Waits for its end by itself. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Ends it and what it started, whatever state it is in. */
  kill(): Promise<void>
}

/**
 * Starts a program as the leader of a process group of its own, so that nothing of it is left behind.
 *
 * @param cwd the folder it runs in; default: the folder of the tests
 */
export function start(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string = process.cwd(),
): Running {
  const child = spawn(program, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  return {
    child,
    output: () => output,
    async ended() {
      const [code, signal] = await within(exit, `the end of ${program}`, () => output)
      return { code, signal }
    },
    async kill() {
      try {
        // The group may outlive its leader: xvfb-run and its like.
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // Nobody is left in it.
      }
      if (child.exitCode === null && child.signalCode === null) await exit
    },
  }
}

/** The promise, or a failure that says what never came. */
export async function within<T>(
  promise: Promise<T>,
  what: string,
  more: () => string = () => '',
  ms: number = limitMs,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} never came.\n${more().slice(-4000)}`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

type Answer<T> = T | null | undefined | false

/** Asks again and again until there is an answer. */
export async function until<T>(
  ask: () => Answer<T> | Promise<Answer<T>>,
  what: string,
  more: () => string = () => '',
): Promise<T> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    if (performance.now() > deadline) throw new Error(`${what} never came.\n${more().slice(-4000)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
