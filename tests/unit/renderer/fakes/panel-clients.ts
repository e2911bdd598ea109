import type { PanelClient } from '../../../../src/shared/clients.ts'

/** A live Blender named by its uuid; `change` lays its own parts over it. */
export function panelClient(
  uuid: string,
  change: Omit<Partial<PanelClient>, 'record'> & { record?: Partial<PanelClient['record']> } = {},
): PanelClient {
  return {
    key: `local\u001f${uuid}`,
    userId: 'local',
    state: 'live',
    address: '127.0.0.1',
    program: null,
    protocolVersion: null,
    queued: 0,
    sent: 0,
    received: 0,
    dropped: 0,
    job: null,
    jobsWaiting: 0,
    workingOn: null,
    target: null,
    ...change,
    record: {
      uuid,
      client_type: 'blender',
      is_persistent: true,
      capabilities: [],
      group_id: null,
      connected_at: 1000,
      last_seen: 2000,
      ...change.record,
    },
  }
}

/** The key of a client of the user `local`. */
export const keyOf = (uuid: string): string => `local\u001f${uuid}`
