/**
 * `npm run bench -- cancel [rounds]`: how long a script in a real Blender runs on after it was cancelled, from the call of
 * `blender_cancel_job` to its answer that says `cancelled`. Needs `blender` on the PATH and the packed add-on.
 */
import { cancelRounds, endless } from '../tests/blender/rig/cancel.ts'
import { createRig } from '../tests/blender/rig/rig.ts'

const defaultRounds = 20

export async function measureCancel([asked]: readonly string[]): Promise<void> {
  const rounds = asked === undefined ? defaultRounds : Number(asked)
  const rig = await createRig()
  try {
    const server = await rig.serve()
    const args = ['--factory-startup', '--addons', 'busbar']
    const blender = await rig.blender({ label: 'bench', server, args })
    const llm = await rig.llm(server)
    console.log(`| the script is in (${String(rounds)} times each) | median | slowest |`)
    console.log('|---|---:|---:|')
    for (const [name, code] of Object.entries(endless)) {
      const times: number[] = []
      for await (const { asked: answer, tookMs } of cancelRounds(llm, blender, code, rounds)) {
        if (answer.status !== 'cancelled') throw new Error(`${name}: ${answer.status}: ${answer.error}`)
        times.push(tookMs)
      }
      times.sort((a, b) => a - b)
      const [median = NaN, slowest = NaN] = [times[Math.floor(times.length / 2)], times.at(-1)]
      console.log(`| ${name} | ${median.toFixed(0)} ms | ${slowest.toFixed(0)} ms |`)
    }
  } finally {
    await rig.close()
  }
}
