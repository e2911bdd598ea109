/**
 * `npm start`: builds what is stale, then opens the desktop panel, or serves the panel to a browser; further arguments
 * are options of the server. With `--serve` it is `npm run serve`: they are those of `busbar serve`.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildIfStale } from './build-if-stale.ts'
import { checkStartArguments } from './start-arguments.ts'
import { chooseStart, fallBackLine, serveLine } from './start-choice.ts'

const root = join(import.meta.dirname, '..')
const electronFolder = join(root, 'node_modules/electron')

/**
 * Longest time that the first start fetches Electron's binary (about 120 MB). Without a network the fetch fails
 * within 10 seconds by itself: that is how long Node waits for a connection.
 */
const fetchLimitMs = 180_000

/** Path of Electron's binary, null where it is not installed. The package keeps it beside itself. */
function electronBinary(): string | null {
  const pathFile = join(electronFolder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const binary = join(electronFolder, 'dist', readFileSync(pathFile, 'utf8'))
  return existsSync(binary) ? binary : null
}

/** Runs the package's own installer; answers the binary's path, or null where it can't be had. */
function fetchElectron(): string | null {
  process.stderr.write('Fetching Electron, once…\n')
  const { status } = spawnSync(process.execPath, [join(electronFolder, 'install.js')], {
    cwd: root,
    stdio: ['ignore', 2, 'ignore'],
    timeout: fetchLimitMs,
    killSignal: 'SIGKILL',
  })
  return status === 0 ? electronBinary() : null
}

type End = { error: Error | null; code: number | null; signal: NodeJS.Signals | null; wasAsked: boolean }

/** Waits for a child and passes on to it what this process is told. */
async function follow(child: ChildProcess): Promise<End> {
  let wasAsked = false
  const pass = (signal: NodeJS.Signals) => {
    wasAsked = true
    // A terminal sends its Ctrl-C to the child as well; a second one would cut its clean stop short.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, pass)
  const end = await new Promise<Omit<End, 'wasAsked'>>((resolve) => {
    child.once('error', (error) => resolve({ error, code: null, signal: null }))
    child.once('exit', (code, signal) => resolve({ error: null, code, signal }))
  })
  for (const signal of signals) process.off(signal, pass)
  return { ...end, wasAsked }
}

/** Runs the desktop program; answers the line to fall back with where Electron could not run. */
async function runDesktop(binary: string, args: readonly string[]): Promise<string | null> {
  const env = { ...process.env }
  // Terminals inside Electron programs set it, and the binary would then be a plain Node.
  delete env.ELECTRON_RUN_AS_NODE
  const startedAt = performance.now()
  const end = await follow(spawn(binary, [root, ...args], { cwd: root, stdio: 'inherit', env }))
  process.exitCode = end.code ?? 1
  return fallBackLine({ ...end, afterMs: performance.now() - startedAt })
}

/** Runs `busbar serve` until it ends. */
async function runServe(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [join(root, 'out/main/cli.js'), 'serve', ...args], {
    stdio: 'inherit',
  })
  const { code, error } = await follow(child)
  if (error !== null) throw error
  process.exitCode = code ?? 1
}

async function openPanel(args: readonly string[]): Promise<void> {
  const fallBack = async (line: string) => {
    process.stdout.write(`${line}\n`)
    await runServe(args)
  }
  const installed = electronBinary()
  const choice = chooseStart({
    platform: process.platform,
    uid: process.getuid?.(),
    env: process.env,
    hasBinary: installed !== null,
  })
  if (choice.kind === 'serve') {
    await fallBack(choice.line)
    return
  }
  const binary = installed ?? fetchElectron()
  const line =
    binary === null ? serveLine(["Electron's binary could not be fetched"]) : await runDesktop(binary, args)
  if (line !== null) await fallBack(line)
}

const args = process.argv.slice(2)
if (args[0] === '--serve') {
  buildIfStale(root)
  await runServe(args.slice(1))
} else {
  checkStartArguments(args, process.env)
  buildIfStale(root)
  await openPanel(args)
}
