import type { PanelClient } from '../../../shared/clients.ts'
import { createFilterLanguage } from '../../lib/filter-language.ts'
import { clientName, searchText, stateWords } from './client-text.ts'

/** What clients can be found by. */
export const clientFilter = createFilterLanguage<PanelClient>({
  fields: {
    name: (client) => [clientName(client)],
    uuid: ({ record }) => [record.uuid],
    type: ({ record }) => [record.client_type],
    state: ({ state }) => [stateWords[state]],
    group: ({ record }) => [record.group_id ?? 'none'],
    file: ({ record }) => [record.blend_file ?? ''],
    can: ({ record }) => record.capabilities,
    job: ({ job, workingOn }) => [(job ?? workingOn)?.title ?? 'none'],
    host: ({ record }) => [record.hostname ?? ''],
    blender: ({ record }) => [record.blender_version ?? ''],
    program: ({ program }) =>
      program === null ? [] : [`${program.title} ${program.version}`, `${program.name} ${program.version}`],
    protocol: ({ protocolVersion }) => [protocolVersion ?? ''],
    address: ({ address }) => [address ?? ''],
    user: ({ userId }) => [userId],
  },
  // Views that were saved by earlier versions name the state of a client that is away in two other ways.
  aliases: { state: ({ state }) => (state === 'away' ? ['away', 'gone', 'disconnected'] : [state]) },
  numbers: {
    queue: ({ queued }) => queued,
    sent: ({ sent }) => sent,
    received: ({ received }) => received,
    drops: ({ dropped }) => dropped,
    pid: ({ record }) => record.pid ?? null,
  },
  text: searchText,
})
