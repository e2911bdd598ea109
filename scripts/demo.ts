/**
 * `npm run demo`: Busbar with the panel in a browser, two real Blenders if there is a `blender` on the PATH, and
 * two LLM-side clients that do small jobs every few seconds. Ctrl-C ends it all. Everything it writes goes into a
 * temporary folder.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { provesToken } from '../src/main/http/proves-token.ts'
import { buildIfStale } from './build-if-stale.ts'
import { runArtist, runSurveyor } from './demo/demo-clients.ts'
import { findOnPath } from './programs.ts'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'busbar-demo-'))
const dataDir = join(folder, 'data')
const children: ChildProcess[] = []
const ending = new AbortController()

process.once('SIGINT', end)
process.once('SIGTERM', end)

buildIfStale(root)
const server = spawn(
  process.execPath,
  [join(root, 'out/main/cli.js'), 'serve', '--data-dir', dataDir, ...process.argv.slice(2)],
  {
    stdio: ['ignore', 'inherit', 'ignore'],
  },
)
children.push(server)
server.once('exit', end)
const endpoint = await readEndpoint()

const blender = findOnPath('blender')
if (blender === null) {
  console.log('Blenders  none: there is no blender on the PATH, so the clients below have nothing to work in')
} else {
  startBlender(blender, 'Atelier 1')
  startBlender(blender, 'Atelier 2')
  console.log('Blenders  Atelier 1 and Atelier 2 are starting')
}
console.log('Clients   Surveyor reads scenes, Set Dresser adds objects. Press Ctrl-C to end the demo.')
await Promise.all([runSurveyor(endpoint, ending.signal), runArtist(endpoint, ending.signal)])

function startBlender(program: string, label: string): void {
  const resources = join(folder, label.replace(' ', '-'))
  const addons = join(resources, 'scripts', 'addons')
  mkdirSync(addons, { recursive: true })
  cpSync(join(root, 'addon', 'busbar'), join(addons, 'busbar'), { recursive: true })
  const child = spawn(
    program,
    ['-b', '--factory-startup', '--addons', 'busbar', '--python-expr', 'import bpy; bpy.ops.busbar.serve()'],
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        BUSBAR_DATA_DIR: dataDir,
        BUSBAR_LABEL: label,
        BLENDER_USER_SCRIPTS: join(resources, 'scripts'),
        BLENDER_USER_CONFIG: join(resources, 'config'),
      },
    },
  )
  children.push(child)
}

async function readEndpoint(): Promise<{ url: string; token: string }> {
  for (;;) {
    try {
      const announced = JSON.parse(readFileSync(join(dataDir, 'endpoint.json'), 'utf8')) as {
        url: string
        token: string
      }
      if (await provesToken(announced)) return announced
    } catch {
      // Not written yet.
    }
    if (ending.signal.aborted) process.exit(1)
    await pause(50)
  }
}

function end(): void {
  if (ending.signal.aborted) return
  ending.abort()
  for (const child of children) child.kill('SIGTERM')
  // What does not go by itself must not outlive the demo.
  setTimeout(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
    process.exit(0)
  }, 3000)
}
