import type { JsonObject } from '../../../shared/protocol.ts'
import { jsonText } from '../../base/raw-json.ts'
import type { Turns } from '../../base/turns.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { Job } from '../../bus/jobs.ts'
import type { LargeMessages } from '../sessions/large-messages.ts'
import type { ResourceEntry } from '../calls/resource.ts'
import { clientsUri, messageUri, statsUri } from '../calls/resource-uris.ts'
import { clientPage } from '../tools/client-pages.ts'
import { shortened } from '../tools/output.ts'
import { decode, pagedEntry } from './paged-resource.ts'

/** The two static resources of a bus, the templates for one client and one job, and the long texts that are read in pages. */
export const busResources = (largeMessages: Pick<LargeMessages, 'read'>, turns: Turns): ResourceEntry[] => [
  {
    ...staticEntry(clientsUri, 'clients', 'Everything registered on the bus', clientsOf),
    // On its way it is written as the lists of the tool are.
    read: (_, { bus }) => turns(bus.user_id).then(() => json(clientsUri, clientsOf(bus))),
  },
  staticEntry(statsUri, 'stats', 'How many clients and unfinished jobs there are', (bus) => ({
    user_id: bus.user_id,
    persistent_count: bus.registry.persistent.size,
    ephemeral_count: bus.registry.ephemeral.size,
    pending_jobs_for_user: bus.jobs.pendingCount,
  })),
  templateEntry('blender://clients/', 'uuid', 'client', 'The record of one client', {
    find: (bus, uuid) => bus.get(uuid)?.toDict() ?? null,
    names: (bus) => [...bus.registry.all()].map((client) => client.uuid),
  }),
  // Before that of a job, whose address its own begins with.
  pagedEntry({
    uriTemplate: 'blender://jobs/{job_id}/output{?offset}',
    name: 'job output',
    description:
      'All of what a job answered, its result and then its error, a page of at most 256 KiB at a time',
    mimeType: 'text/plain',
    find(jobId, { bus }) {
      const job = bus.jobs.get(jobId)
      return job === undefined ? null : [job.result, job.error].filter((text) => text !== '').join('\n')
    },
    names: ({ bus }) => [...bus.jobs.all()].map((job) => job.job_id),
  }),
  pagedEntry({
    uriTemplate: `${messageUri('')}{message_id}{?offset}`,
    name: 'message payload',
    description:
      'The JSON of a payload that was too large for its message, a page of at most 256 KiB at a time',
    mimeType: 'application/json',
    find: (messageId, { bus, session }) => largeMessages.read(bus, messageId, session),
  }),
  templateEntry('blender://jobs/', 'job_id', 'job', 'One job: state, progress, result and error', {
    find: (bus, jobId) => {
      const job = bus.jobs.get(jobId)
      return job === undefined ? null : jobRecord(job)
    },
    names: (bus) => [...bus.jobs.all()].map((job) => job.job_id),
  }),
]

const clientsOf = (bus: UserMessageBus): JsonObject => ({
  ...clientPage(bus, ({ bytesInText }) => bytesInText),
})

/** Most targets of a job that its record names. */
const targetsShown = 500

function jobRecord(job: Job): JsonObject {
  const { job_id, kind, title, from_uuid, targets, state, progress, progress_message } = job
  const { created_at, updated_at } = job
  const { result, error } = shortened({ result: job.result, error: job.error }, job_id)
  return {
    job_id,
    kind,
    title,
    from_uuid,
    targets: targets.slice(0, targetsShown),
    ...(targets.length > targetsShown && { truncated: true, target_count: targets.length }),
    status: state,
    progress,
    progress_message,
    result,
    error,
    created_at,
    updated_at,
  }
}

function staticEntry(
  uri: string,
  name: string,
  description: string,
  read: (bus: UserMessageBus) => JsonObject,
): ResourceEntry {
  return {
    listing: { kind: 'static', resource: { uri, name, description, mimeType: 'application/json' } },
    matches: (candidate) => candidate === uri,
    read: (_, { bus }) => json(uri, read(bus)),
  }
}

function templateEntry(
  prefix: string,
  variable: string,
  name: string,
  description: string,
  source: {
    find: (bus: UserMessageBus, id: string) => JsonObject | null
    names: (bus: UserMessageBus) => string[]
  },
): ResourceEntry {
  return {
    listing: {
      kind: 'template',
      template: { uriTemplate: `${prefix}{${variable}}`, name, description, mimeType: 'application/json' },
    },
    matches: (uri) => uri.startsWith(prefix) && uri.length > prefix.length,
    read(uri, { bus }) {
      const id = decode(uri.slice(prefix.length))
      const found = id === null ? null : source.find(bus, id)
      return found === null ? null : json(uri, found)
    },
    complete: (asked, value, { bus }) =>
      asked === variable ? source.names(bus).filter((id) => id.startsWith(value)) : [],
  }
}

const json = (uri: string, value: JsonObject) => ({
  uri,
  mimeType: 'application/json',
  text: jsonText(value),
})
