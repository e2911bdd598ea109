import { bounds, largeMessagesCapability } from '../../shared/protocol.ts'
import type { ClientInfo } from './client-info.ts'
import { listNames, refuse, type BusError } from './errors.ts'

/**
 * The largest payload that every client gets as it is, in bytes of JSON. 8 KiB are left for what stands around it on
 * the wire: six texts of at most 200 UTF-16 units, each of which takes 6 bytes at most.
 */
export const wholePayloadBytes = bounds.wireBytes - 8 * 1024

/** Whether a client said that it takes messages of any size. */
export const takesAnySize = ({ capabilities }: Pick<ClientInfo, 'capabilities'>): boolean =>
  capabilities.includes(largeMessagesCapability)

/** Whether a client gets a payload of this size whole; if not, it gets a link to it. */
export const takesWhole = (client: Pick<ClientInfo, 'capabilities'>, payloadBytes: number): boolean =>
  payloadBytes <= wholePayloadBytes || takesAnySize(client)

/** Why a job of this size can't be given to these targets; null where it can. A link is no job that a peer can begin. */
export function refusesJobOf(payloadBytes: number, targets: readonly ClientInfo[]): BusError | null {
  const without = targets.filter((client) => !takesWhole(client, payloadBytes))
  if (without.length === 0) return null
  return refuse(
    'too_large_for_target',
    `The job is ${String(payloadBytes)} bytes of JSON, and ${listNames(without.map(({ uuid }) => uuid))} ` +
      `${without.length === 1 ? 'takes' : 'take'} at most ${String(wholePayloadBytes)}. Nothing was sent. Write large data ` +
      'to a file and send its path, or update the program there.',
  )
}
