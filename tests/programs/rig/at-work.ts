import type { ClientsEvent, PanelClient } from '../../../src/shared/clients.ts'
import type { ProgramsRig } from './programs-rig.ts'

let watches = 0

/** The row of the one LLM program that is on the bus now, as the panel has it. */
export async function programRow(rig: ProgramsRig): Promise<PanelClient> {
  watches += 1
  const events: AsyncGenerator<ClientsEvent> = await rig.panel.clients.watch({
    watchId: `row-${String(watches)}`,
  })
  const first = (await events.next()).value as ClientsEvent
  await events.return(undefined)
  const rows = first.type === 'snapshot' ? first.clients : []
  const [row, ...others] = rows.filter(({ record }) => record.client_type === 'llm')
  if (row === undefined || others.length > 0) {
    throw new Error(`One LLM program was expected on the bus: ${JSON.stringify(rows)}`)
  }
  return row
}
