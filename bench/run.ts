/**
 * The measurements of docs/performance.md. Every number of Busbar's stands beside one of plain `node:http`
 * taken in the same run, in turns, since machines are noisy: read the ratios, not the absolute values.
 */
import { fanOut } from './fan-out.ts'
import { clientMemory } from './client-memory.ts'
import { toolCall } from './tool-call.ts'
import { cpus } from 'node:os'

console.log(`Node ${process.version}, ${String(cpus().length)} cores, ${cpus()[0]?.model ?? 'unknown CPU'}\n`)
console.log('| measurement | plain node:http | Busbar | ratio |')
console.log('|---|---:|---:|---:|')
for (const measure of [fanOut, toolCall, clientMemory]) {
  for (const row of await measure()) {
    console.log(`| ${row.name} | ${row.plain} | ${row.busbar} | ${row.ratio} |`)
  }
}
