import type { EventEmitter } from 'node:events'
import { createEvents } from '../base/guarded.ts'
import type { Approval, ApprovalAnswer, ApprovalDetail, ApprovalPolicy } from '../../shared/approvals.ts'
import { evaluatePolicy, type PolicyQuestion } from './approval-policy.ts'

/** How long a request waits for a person before it is denied. */
const defaultTimeoutMs = 120_000
/** Requests of one session that may wait at once. */
export const waitingPerSession = 20
/** Requests that may wait at once in all. */
const waitingMax = 500

/** Work that somebody wants done. */
export interface ApprovalRequest {
  readonly question: PolicyQuestion
  /** Who asks; compared and nothing else. */
  readonly session: object
  /** What a person is shown of it. */
  readonly shown: Omit<Approval, 'id' | 'askedAt' | 'deniedAt'>
  /** All of what `shown` has the start of. */
  readonly whole: ApprovalDetail
}

/**
 * `denied` by the operator in person, by the policy, or because too many requests wait. `withdrawn`: the signal
 * given with the request was aborted.
 */
export type Verdict =
  | { readonly outcome: 'allowed' }
  | Refusal
  | { readonly outcome: 'timeout' }
  | { readonly outcome: 'withdrawn' }

export interface Refusal {
  readonly outcome: 'denied'
  readonly by: 'operator' | 'policy' | 'limit'
  readonly reason: string
}

/** What waits for a person, and the policy that says what has to. It knows nothing of MCP, panels or disks. */
export interface Approvals {
  /** At once where nobody has to be asked, else when a person, the clock or the signal decides. */
  request(ask: ApprovalRequest, signal: AbortSignal): Verdict | Promise<Verdict>
  /** False where nothing of this id waits (any more). */
  answer(answer: ApprovalAnswer): boolean
  /** How long a request waits for a person before it is denied. */
  readonly timeoutMs: number
  /** Oldest first. */
  pending(): Approval[]
  /** All of what is asked for; null where nothing of this id waits (any more). */
  detail(id: string): ApprovalDetail | null
  policy(): ApprovalPolicy
  /** Holds for what waits already too. What was allowed for a session is asked for again. */
  setPolicy(policy: ApprovalPolicy): void
  /** What a person allowed for a session is asked for again. One that ends is forgotten by itself. */
  forgetSession(session: object): void
  /** Denies what has waited too long. Call it every second or so. */
  expire(): void
  readonly events: EventEmitter<{
    changed: []
    policy: [policy: ApprovalPolicy]
    /** Of what waited. */
    decided: [approval: Approval, verdict: Verdict]
    /** At once, without anybody being asked: by the policy, or because too many requests wait. */
    refused: [shown: ApprovalRequest['shown'], verdict: Refusal]
  }>
}

export interface ApprovalsPorts {
  /** Unix milliseconds, for what is shown. */
  clock: () => number
  /** Milliseconds that only ever grow, for the wait. */
  steady: () => number
  newId: () => string
  policy: ApprovalPolicy
  /** Default: two minutes. */
  timeoutMs?: number
}

interface Waiting {
  readonly ask: ApprovalRequest
  readonly approval: Approval
  readonly untilMs: number
  readonly settle: (verdict: Verdict) => void
}

const allowed: Verdict = { outcome: 'allowed' }
const deniedByPolicy: Refusal = { outcome: 'denied', by: 'policy', reason: '' }

export function createApprovals({ clock, steady, newId, ...initial }: ApprovalsPorts): Approvals {
  const { timeoutMs = defaultTimeoutMs } = initial
  const events: Approvals['events'] = createEvents('approvals')
  const waiting = new Map<string, Waiting>()
  let policy = initial.policy
  /** Tools that a person allowed to a session. */
  let granted = new WeakMap<object, Set<string>>()

  const ruling = ({ question, session }: ApprovalRequest): 'allow' | 'ask' | 'deny' => {
    const decision = evaluatePolicy(policy, question)
    return decision === 'ask' && granted.get(session)?.has(question.tool) === true ? 'allow' : decision
  }
  const settle = ({ approval, settle: tell }: Waiting, verdict: Verdict): void => {
    waiting.delete(approval.id)
    tell(verdict)
    events.emit('decided', approval, verdict)
  }
  const refuse = ({ shown }: ApprovalRequest, refusal: Refusal): Refusal => {
    events.emit('refused', shown, refusal)
    return refusal
  }
  /** Settles what the policy, or what was granted, decides by now. */
  const lookAgain = (): void => {
    for (const each of [...waiting.values()]) {
      const decision = ruling(each.ask)
      if (decision !== 'ask') settle(each, decision === 'allow' ? allowed : deniedByPolicy)
    }
  }

  return {
    events,
    timeoutMs,
    request(ask, signal) {
      const decision = ruling(ask)
      if (decision === 'allow') return allowed
      if (decision === 'deny') return refuse(ask, deniedByPolicy)
      if (signal.aborted) return { outcome: 'withdrawn' }
      const own = [...waiting.values()].filter(({ ask: { session } }) => session === ask.session).length
      if (own >= waitingPerSession || waiting.size >= waitingMax) {
        return refuse(ask, { outcome: 'denied', by: 'limit', reason: '' })
      }
      const askedAt = clock() / 1000
      const id = newId()
      const approval = { ...ask.shown, id, askedAt, deniedAt: askedAt + timeoutMs / 1000 }
      return new Promise((resolve) => {
        const onAbort = (): void => {
          const mine = waiting.get(id)
          if (mine === undefined) return
          settle(mine, { outcome: 'withdrawn' })
          events.emit('changed')
        }
        waiting.set(id, {
          ask,
          approval,
          untilMs: steady() + timeoutMs,
          settle(verdict) {
            signal.removeEventListener('abort', onAbort)
            resolve(verdict)
          },
        })
        signal.addEventListener('abort', onAbort)
        events.emit('changed')
      })
    },
    answer(answer) {
      const mine = waiting.get(answer.id)
      if (mine === undefined) return false
      if (answer.answer === 'deny') {
        settle(mine, { outcome: 'denied', by: 'operator', reason: answer.reason.trim() })
      } else settle(mine, allowed)
      if (answer.answer === 'session') {
        const { session, question } = mine.ask
        granted.set(session, (granted.get(session) ?? new Set()).add(question.tool))
        lookAgain()
      }
      events.emit('changed')
      return true
    },
    pending: () => [...waiting.values()].map(({ approval }) => approval),
    detail: (id) => waiting.get(id)?.ask.whole ?? null,
    policy: () => policy,
    setPolicy(next) {
      policy = next
      granted = new WeakMap()
      lookAgain()
      events.emit('policy', policy)
      events.emit('changed')
    },
    forgetSession(session) {
      granted.delete(session)
    },
    expire() {
      const late = [...waiting.values()].filter(({ untilMs }) => untilMs <= steady())
      for (const each of late) settle(each, { outcome: 'timeout' })
      if (late.length > 0) events.emit('changed')
    },
  }
}
