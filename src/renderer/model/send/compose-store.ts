import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PanelClient } from '../../../shared/clients.ts'
import { jobKey, type JobDetail, type PanelJob } from '../../../shared/jobs.ts'
import { keepNewest } from '../../../shared/keep-newest.ts'
import type { PanelDelivery } from '../../../shared/messages.ts'
import { isTerminal } from '../../../shared/protocol.ts'
import { callProblem, noConnection } from '../../connection/call-problem.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import { checkDraft, newDraft, type Draft } from './draft.ts'

/** Clients whose drafts and history are kept; past it those that were touched longest ago are forgotten. */
const clientsMax = 64
/** Messages remembered of one client, and characters of text in all of them. */
const sentMax = 20
const sentCharsMax = 8 * 1024 * 1024

/** What became of one message, as far as it is known. `unknown`: no answer came, so it may have been sent or not. */
export type SendState =
  | { phase: 'sending' }
  | { phase: 'sent'; messageId: string; jobKey: string | null; delivery: PanelDelivery }
  | { phase: 'refused'; message: string }
  | { phase: 'unknown'; message: string }

export interface SentMessage {
  id: number
  /** Unix seconds by the server's clock, null where that is not known. */
  at: number | null
  draft: Draft
  state: SendState
  /** Last known row of the job, null for other messages and until the feed tells of it. */
  job: PanelJob | null
  /** Texts of the job, once it has ended. */
  detail: JobDetail | null
  /** The bus has forgotten the job: `job` is its last state. */
  forgotten: boolean
}

export interface Composing {
  draft: Draft
  /** Newest first. */
  sent: readonly SentMessage[]
}

export interface ComposePorts {
  api: () => PanelApi | null
  /** Unix seconds by the server's clock, null where it is not known. */
  now: () => number | null
  job: (key: string) => PanelJob | undefined
}

/** What is being written and was sent, by client. It lasts as long as the window; nothing of it is written to disk. */
export interface Compose {
  readonly state: StoreApi<{ byKey: ReadonlyMap<string, Composing> }>
  /** What there is of a client; a new draft where nothing was written yet. */
  of: (client: PanelClient) => Composing
  edit: (client: PanelClient, change: Partial<Draft>) => void
  /** Whether anything was written that was not sent. */
  hasUnsent: () => boolean
  /** Sends the draft as it is; does nothing while something is wrong with it, or while it is being sent. */
  send: (client: PanelClient) => Promise<void>
  /** Puts what was sent back into the form. */
  putBack: (client: PanelClient, id: number) => void
  /** To be called when the inspector hears how far messages have come. */
  heard: (key: string, posted: readonly { messageId: string; delivery: PanelDelivery }[]) => void
  /** To be called when the list of jobs changed. */
  jobsChanged: () => void
}

export function createCompose({ api, now, job }: ComposePorts): Compose {
  const state = createStore<{ byKey: ReadonlyMap<string, Composing> }>(() => ({ byKey: new Map() }))
  const fresh = new Map<string, Composing>()
  let lastId = 0

  const of: Compose['of'] = (client) => {
    const known = state.getState().byKey.get(client.key)
    if (known !== undefined) return known
    const made = fresh.get(client.record.client_type) ?? {
      draft: newDraft(client.record.client_type),
      sent: [],
    }
    // The same object each time, or who draws it would draw it for ever. Types are few, but chosen by clients.
    if (fresh.size > clientsMax) fresh.clear()
    fresh.set(client.record.client_type, made)
    return made
  }
  const put = (key: string, composing: Composing) => {
    const byKey = new Map(state.getState().byKey)
    byKey.delete(key)
    byKey.set(key, { ...composing, sent: boundedSent(composing.sent) })
    keepNewest(byKey, clientsMax)
    state.setState({ byKey })
  }
  const change = (key: string, id: number, next: Partial<SentMessage>) => {
    const known = state.getState().byKey.get(key)
    if (known === undefined) return
    const sent = known.sent.map((each) => (each.id === id ? { ...each, ...next } : each))
    const byKey = new Map(state.getState().byKey)
    byKey.set(key, { ...known, sent })
    state.setState({ byKey })
  }

  /** Takes what the list says of one message's job, and fetches its texts when it has ended. */
  const followJob = (key: string, message: SentMessage) => {
    if (message.state.phase !== 'sent' || message.state.jobKey === null) return
    const row = job(message.state.jobKey)
    if (row === undefined) {
      if (message.job !== null && !message.forgotten) change(key, message.id, { forgotten: true })
      return
    }
    if (row === message.job) return
    change(key, message.id, { job: row, forgotten: false })
    if (isTerminal(row.state) && message.detail === null) void loadDetail(key, message.id, row)
  }
  async function loadDetail(key: string, id: number, { userId, jobId }: PanelJob) {
    try {
      const detail = (await api()?.jobs.detail({ userId, jobId })) ?? null
      if (detail !== null) change(key, id, { detail })
    } catch {
      // The link to the job shows it with the next connection.
    }
  }

  return {
    state,
    of,
    edit(client, edited) {
      const known = of(client)
      put(client.key, { ...known, draft: { ...known.draft, ...edited } })
    },
    hasUnsent: () =>
      [...state.getState().byKey.values()].some(({ draft, sent }) => {
        const { message, script, params } = draft
        return [newDraft('blender'), ...sent.map((each) => each.draft)].every(
          (known) => known.message !== message || known.script !== script || known.params !== params,
        )
      }),
    async send(client) {
      const { draft, sent } = of(client)
      const { json } = checkDraft(draft)
      if (json === null || sent.some(({ state: { phase } }) => phase === 'sending')) return
      lastId += 1
      const id = lastId
      const message: SentMessage = {
        id,
        at: now(),
        draft,
        state: { phase: 'sending' },
        job: null,
        detail: null,
        forgotten: false,
      }
      // A job id is used once.
      put(client.key, { draft: { ...draft, jobId: '' }, sent: [message, ...sent] })
      const settle = (next: SendState) => change(client.key, id, { state: next })
      const link = api()
      if (link === null) {
        settle({ phase: 'refused', message: `${noConnection} Nothing was sent.` })
        return
      }
      try {
        const { userId, record } = client
        const answer = await link.messages.send({
          client: { userId, uuid: record.uuid },
          // As text: a parsed number would lose digits.
          payload: json,
          priority: draft.priority,
        })
        if (answer.outcome === 'refused') {
          settle({ phase: 'refused', message: answer.message })
          return
        }
        const { messageId, jobId, delivery } = answer
        const key = jobId === null ? null : jobKey({ userId, jobId })
        settle({ phase: 'sent', messageId, jobKey: key, delivery })
        const now = state
          .getState()
          .byKey.get(client.key)
          ?.sent.find((each) => each.id === id)
        if (now !== undefined) followJob(client.key, now)
      } catch (error) {
        settle({ phase: 'unknown', message: callProblem(error, 'whether it was sent') })
      }
    },
    putBack(client, id) {
      const known = of(client)
      const found = known.sent.find((each) => each.id === id)
      // A job id can't be used a second time.
      if (found !== undefined) put(client.key, { ...known, draft: { ...found.draft, jobId: '' } })
    },
    heard(key, posted) {
      const known = state.getState().byKey.get(key)
      if (known === undefined) return
      const deliveries = new Map(posted.map(({ messageId, delivery }) => [messageId, delivery]))
      for (const { id, state: was } of known.sent) {
        const delivery = was.phase === 'sent' ? deliveries.get(was.messageId) : undefined
        if (was.phase === 'sent' && delivery !== undefined && delivery !== was.delivery) {
          change(key, id, { state: { ...was, delivery } })
        }
      }
    },
    jobsChanged() {
      for (const [key, { sent }] of state.getState().byKey) {
        for (const message of sent) followJob(key, message)
      }
    },
  }
}

/** The newest that fit. The one that was sent last is kept however long it is. */
function boundedSent(sent: readonly SentMessage[]): readonly SentMessage[] {
  let chars = 0
  return sent.slice(0, sentMax).filter(({ draft }, index) => {
    chars += draft.message.length + draft.script.length + draft.params.length
    return index === 0 || chars <= sentCharsMax
  })
}
