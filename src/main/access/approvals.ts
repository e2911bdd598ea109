import type { EventEmitter } from 'node:events'
import { createEvents } from '../base/guarded.ts'
import { shareOf } from '../base/share.ts'
import type {
  Approval,
  ApprovalAnswer,
  ApprovalDetail,
  ApprovalGrant,
  ApprovalPolicy,
} from '../../shared/approvals.ts'
import { evaluatePolicy, type PolicyQuestion } from './approval-policy.ts'
import { createProgramGrants, type GrantSubject } from './program-grants.ts'

/** How long a request waits for a person before it is denied. */
const defaultTimeoutMs = 120_000
/** Requests of one session that may wait at once. */
const waitingPerSession = 20
/** Requests that may wait at once in all; of one user half of them. */
const waitingMax = 500

/** Work that somebody wants done. */
export interface ApprovalRequest {
  readonly question: PolicyQuestion
  /** Who asks; compared and nothing else. */
  readonly session: object
  /** The name that its program gave at `initialize`; null for none. */
  readonly program: string | null
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
  /** What the operator said; of a limit, whose it is and how many requests may wait. */
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
  /** Holds for what waits already too. What was allowed to a session or a program is asked for again. */
  setPolicy(policy: ApprovalPolicy): void
  /** What programs are allowed for now, newest first. */
  grants(): ApprovalGrant[]
  /** What this allowed is asked for again; false where its time is over. */
  takeBack(grantId: string): boolean
  /** What a person allowed to programs with this token is asked for again: all of them, or those of one name. */
  forgetPrograms(whose: { tokenId: string; program?: string }): void
  /** What a person allowed for a session is asked for again. One that ends is forgotten by itself. */
  forgetSession(session: object): void
  /** Denies what has waited too long, and ends what was allowed for a time. Call it every second or so. */
  expire(): void
  readonly events: EventEmitter<{
    changed: []
    policy: [policy: ApprovalPolicy]
    /** A person allowed something to a program for a time. */
    granted: [grant: ApprovalGrant]
    /** A person took that back. */
    takenBack: [grant: ApprovalGrant]
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
  const programs = createProgramGrants({ clock, steady })

  const isGranted = (ask: ApprovalRequest): boolean => {
    const subject = grantSubject(ask)
    return (
      granted.get(ask.session)?.has(ask.question.tool) === true ||
      (subject !== null && programs.covers(subject))
    )
  }
  const ruling = (ask: ApprovalRequest): 'allow' | 'ask' | 'deny' => {
    const decision = evaluatePolicy(policy, ask.question)
    return decision === 'ask' && isGranted(ask) ? 'allow' : decision
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
  /** The limit that stands against one more request; null where none does. */
  const whatIsFull = ({ session, question: { userId } }: ApprovalRequest): string | null => {
    const all = [...waiting.values()]
    if (all.filter(({ ask }) => ask.session === session).length >= waitingPerSession) {
      return `at most ${String(waitingPerSession)} requests of a session`
    }
    if (all.filter(({ ask }) => ask.question.userId === userId).length >= shareOf(waitingMax)) {
      return `at most ${String(shareOf(waitingMax))} requests of user "${userId}"`
    }
    return all.length >= waitingMax ? `at most ${String(waitingMax)} requests of all users together` : null
  }
  /** Settles what the policy, or what was granted, decides by now. */
  const lookAgain = (): void => {
    for (const each of [...waiting.values()]) {
      const decision = ruling(each.ask)
      if (decision !== 'ask') settle(each, decision === 'allow' ? allowed : deniedByPolicy)
    }
  }

  const grantProgram = (ask: ApprovalRequest): void => {
    const subject = grantSubject(ask)
    if (subject === null) return
    events.emit('granted', programs.add(subject, ask.shown.programTitle ?? subject.program))
    lookAgain()
  }

  return {
    events,
    timeoutMs,
    request(ask, signal) {
      const decision = ruling(ask)
      if (decision === 'allow') return allowed
      if (decision === 'deny') return refuse(ask, deniedByPolicy)
      if (signal.aborted) return { outcome: 'withdrawn' }
      const full = whatIsFull(ask)
      if (full !== null) return refuse(ask, { outcome: 'denied', by: 'limit', reason: full })
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
      // One without a name is not told from others: a person has to choose another answer.
      if (answer.answer === 'program' && grantSubject(mine.ask) === null) return false
      if (answer.answer === 'deny') {
        settle(mine, { outcome: 'denied', by: 'operator', reason: answer.reason.trim() })
      } else settle(mine, allowed)
      if (answer.answer === 'session') {
        const { session, question } = mine.ask
        granted.set(session, (granted.get(session) ?? new Set()).add(question.tool))
        lookAgain()
      }
      if (answer.answer === 'program') grantProgram(mine.ask)
      events.emit('changed')
      return true
    },
    pending: () => [...waiting.values()].map(({ approval }) => approval),
    detail: (id) => waiting.get(id)?.ask.whole ?? null,
    policy: () => policy,
    setPolicy(next) {
      policy = next
      granted = new WeakMap()
      programs.takeBackWhere(() => true)
      lookAgain()
      events.emit('policy', policy)
      events.emit('changed')
    },
    forgetSession(session) {
      granted.delete(session)
    },
    grants: () => programs.list(),
    takeBack(grantId) {
      const grant = programs.takeBack(grantId)
      if (grant === null) return false
      events.emit('takenBack', grant)
      events.emit('changed')
      return true
    },
    forgetPrograms({ tokenId, program }) {
      const ended = programs.takeBackWhere(
        (subject) => subject.tokenId === tokenId && (program === undefined || subject.program === program),
      )
      if (ended > 0) events.emit('changed')
    },
    expire() {
      const late = [...waiting.values()].filter(({ untilMs }) => untilMs <= steady())
      for (const each of late) settle(each, { outcome: 'timeout' })
      if (late.length + programs.expire() > 0) events.emit('changed')
    },
  }
}

/** What a grant to the program that asks goes by; null for a program without a name. */
function grantSubject({ question, program }: ApprovalRequest): GrantSubject | null {
  if (program === null) return null
  const { userId, tokenId, tool } = question
  return { userId, tokenId, program, tool }
}
