import type { MessageInput, MessageOutcome } from '../../shared/messages.ts'
import { withMembers } from '../../shared/json-text.ts'
import { jsonObjectSchema, type JsonObject } from '../../shared/protocol.ts'
import { wellFormedJson } from '../../shared/well-formed.ts'
import { RawJson } from '../base/raw-json.ts'
import type { BusErrorCode } from '../bus/errors.ts'
import { jobKindOf } from '../bus/message.ts'
import type { OperatorMessages } from './operator-messages.ts'
import type { Roster } from './roster.ts'

/** Messages of the person at the panel to one client. */
export interface PanelMessages {
  send(input: MessageInput): MessageOutcome
  /** How far the last messages to a client have come. */
  sentTo: OperatorMessages['sentTo']
}

export interface PanelMessagesPorts {
  roster: Pick<Roster, 'client'>
  post: Pick<OperatorMessages, 'send' | 'sentTo'>
  newId: () => string
}

export function createPanelMessages({ roster, post, newId }: PanelMessagesPorts): PanelMessages {
  return {
    sentTo: (ref) => post.sentTo(ref),
    send({ client, payload: given, priority }) {
      // Looked for by its uuid alone: words that stand for a client (`latest`, `pid:…`) must not find another one.
      const found = roster.client(client)
      if (found === null) return unknownClient(client.uuid)
      const { bus } = found
      const raw = readPayload(given)
      if (raw === null) {
        const message = 'The payload is not the JSON of an object. Nothing was sent.'
        return { outcome: 'refused', code: 'not_accepted', message }
      }
      const payload = raw.value() as JsonObject
      const jobId = jobKindOf(payload) === null ? null : (idIn(payload) ?? newId())
      if (jobId !== null && bus.jobs.get(jobId) !== undefined) {
        return {
          outcome: 'refused',
          code: 'job_id_taken',
          message: `There is a job “${jobId}” on this bus already. Choose another id, or leave it out.`,
        }
      }
      const sent = post.send(bus, {
        target_uuid: client.uuid,
        payload: jobId === null ? payload : { ...payload, job_id: jobId },
        payloadJson:
          jobId === null ? raw.text : withMembers(raw.text, { added: { job_id: JSON.stringify(jobId) } }),
        priority,
      })
      if (!sent.ok) return { outcome: 'refused', code: codeOf(sent.error), message: sent.message }
      return {
        outcome: 'sent',
        messageId: sent.message.message_id,
        jobId,
        delivery: sent.deliveries[client.uuid] ?? 'queued',
      }
    },
  }
}

export function unknownClient(uuid: string): MessageOutcome {
  return {
    outcome: 'refused',
    code: 'unknown_client',
    message: `The client “${uuid}” is not on the bus any more. Nothing was sent.`,
  }
}

/** What a person wrote, as it was written; null where it is no JSON, or not that of an object. */
function readPayload(given: MessageInput['payload']): RawJson | null {
  if (typeof given !== 'string') return RawJson.of(given)
  try {
    const json = wellFormedJson(given)
    const value: unknown = JSON.parse(json)
    return jsonObjectSchema.safeParse(value).success ? RawJson.fromText(json, value) : null
  } catch {
    return null
  }
}

function idIn({ job_id }: JsonObject): string | null {
  return typeof job_id === 'string' && job_id !== '' ? job_id : null
}

function codeOf(error: BusErrorCode): Extract<MessageOutcome, { outcome: 'refused' }>['code'] {
  return error === 'payload_too_large' || error === 'too_many_jobs' ? error : 'not_accepted'
}
