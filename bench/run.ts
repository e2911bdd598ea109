/**
 * The measurements of docs/performance.md. Every number of Busbar's stands beside one of plain `node:http`
 * taken in the same run, in turns, since machines are noisy: read the ratios, not the absolute values.
 * `npm run bench -- panel` measures the panel instead, which takes some fifteen minutes, and
 * `npm run bench -- cancel` how fast scripts in a Blender are cancelled, `npm run bench -- hostile` how long others wait
 * beside hostile clients.
 */
import { fanOut } from './fan-out.ts'
import { clientMemory } from './client-memory.ts'
import { toolCall } from './tool-call.ts'
import { measureCancel } from './cancel.ts'
import { measureHostile } from './hostile.ts'
import { measurePanel } from './panel.ts'
import { cpus } from 'node:os'

console.log(`Node ${process.version}, ${String(cpus().length)} cores, ${cpus()[0]?.model ?? 'unknown CPU'}\n`)
const [what, ...rest] = process.argv.slice(2)
if (what === 'panel') await measurePanel(rest)
else if (what === 'cancel') await measureCancel(rest)
else if (what === 'hostile') await measureHostile()
else await measureServer()

async function measureServer(): Promise<void> {
  console.log('| measurement | plain node:http | Busbar | ratio |')
  console.log('|---|---:|---:|---:|')
  for (const measure of [fanOut, toolCall, clientMemory]) {
    for (const row of await measure()) {
      console.log(`| ${row.name} | ${row.plain} | ${row.busbar} | ${row.ratio} |`)
    }
  }
}
