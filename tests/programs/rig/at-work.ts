import { existsSync } from 'node:fs'
import type { ClientsEvent, PanelClient } from '../../../src/shared/clients.ts'
import type { UnregisterResult } from '../../../src/shared/unregister.ts'
import { until } from '../../blender/rig/process.ts'
import type { Program } from '../programs/program.ts'
import type { ProgramsRig } from './programs-rig.ts'

let watches = 0

/** The row of a program that is on the bus now, as the panel has it; of an earlier run nothing may be left. */
export async function programRow(rig: ProgramsRig, { name }: Program): Promise<PanelClient> {
  watches += 1
  const events: AsyncGenerator<ClientsEvent> = await rig.panel.clients.watch({
    watchId: `row-${String(watches)}`,
  })
  const first = (await events.next()).value as ClientsEvent
  await events.return(undefined)
  const rows = first.type === 'snapshot' ? first.clients : []
  const [row, ...others] = rows.filter(({ record }) => record.label === name)
  if (row === undefined || others.length > 0) {
    throw new Error(`One ${name} was expected on the bus: ${JSON.stringify(rows)}`)
  }
  return row
}

/** Takes a client off the bus, as a person does, without a block. */
export async function kick(rig: ProgramsRig, { record }: PanelClient): Promise<UnregisterResult | undefined> {
  const [result] = await rig.panel.clients.unregister({
    clients: [{ userId: 'local', uuid: record.uuid }],
    reason: 'Enough for today',
    blockSeconds: null,
  })
  return result
}

/** A script that says that it runs, and then runs until it is interrupted. */
export interface Loop {
  readonly code: string
  /** Resolves when it runs. */
  running(): Promise<unknown>
}

let loops = 0

export function endlessLoop(rig: ProgramsRig): Loop {
  loops += 1
  const begun = rig.blenders.path(`begun-${String(loops)}`)
  return {
    code: `open(${JSON.stringify(begun)}, "w").close()\nwhile True: pass`,
    running: () => until(() => existsSync(begun), 'the script to run'),
  }
}
