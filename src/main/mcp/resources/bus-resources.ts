import type { JsonObject } from '../../../shared/protocol.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { Job } from '../../bus/jobs.ts'
import type { ResourceEntry } from '../calls/resource.ts'
import { clientsUri, statsUri } from '../calls/resource-uris.ts'
import { listBuckets } from '../tools/listing.ts'

/** The two static resources of a bus and the templates for one client and one job. */
export const busResources: ResourceEntry[] = [
  staticEntry(clientsUri, 'clients', 'Everything registered on the bus', listBuckets),
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
  templateEntry('blender://jobs/', 'job_id', 'job', 'One job: state, progress, result and error', {
    find: (bus, jobId) => {
      const job = bus.jobs.get(jobId)
      return job === undefined ? null : jobRecord(job)
    },
    names: (bus) => [...bus.jobs.all()].map((job) => job.job_id),
  }),
]

function jobRecord(job: Job): JsonObject {
  const { job_id, kind, title, from_uuid, targets, state, progress, progress_message } = job
  const { result, error, created_at, updated_at } = job
  return {
    job_id,
    kind,
    title,
    from_uuid,
    targets,
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

/** The variable's value from its percent-encoded form (RFC 6570 simple expansion); null for a broken encoding. */
function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

const json = (uri: string, value: JsonObject) => ({
  uri,
  mimeType: 'application/json',
  text: JSON.stringify(value),
})
