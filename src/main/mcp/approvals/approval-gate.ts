import type { TokenScope } from '../../../shared/tokens.ts'
import type { Approvals, ApprovalRequest, Verdict } from '../../access/approvals.ts'
import type { Caller } from '../../access/caller.ts'
import { keptBytes } from '../../base/raw-json.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import {
  askAgain,
  askForRemoval,
  askForTakeover,
  askForWork,
  isWork,
  type Asker,
  type RequestedWork,
} from './approval-ask.ts'
import type { CallContext } from '../calls/call-context.ts'

/** Why work may not begin. `cancelled` and `unknown_target`: nobody waits for it any more, or its target has left. */
export interface GateRefusal {
  readonly error:
    | 'denied'
    | 'approval_timeout'
    | 'too_many_approvals'
    | 'out_of_memory_share'
    | 'cancelled'
    | 'unknown_target'
  /** For the caller: what happened, and that nothing was run. */
  readonly message: string
}

/** Who may be given the work: nobody else, whoever else its address means by now. */
export interface Allowed {
  readonly ok: true
  readonly targets: readonly ClientInfo[]
  /** Whom of each target the person who allowed it saw (`ClientInfo.holder`), by uuid. Absent: nobody was asked. */
  readonly holders?: ReadonlyMap<string, number>
}

/** Bytes for what a question keeps of each target. */
const targetBytes = 512

type Passage = Allowed | GateRefusal | Promise<Allowed | GateRefusal>

/**
 * Stands before everything a client can ask others to do, or do to them. Where a target is not the one any more that a
 * person was shown, or nobody can tell, the person is asked again about the one that is there now. A person at the panel
 * works past it. It answers at once where nobody has to be asked, so that the order of messages is kept.
 */
export interface ApprovalGate {
  pass(work: RequestedWork, context: CallContext): Passage
  /** Whether a session may take a live client of another session off the bus. */
  passRemoval(client: ClientInfo, context: CallContext): Passage
  /** Whether a session may take the uuid of a live client over that came with another token: it needs no less. */
  passTakeover(client: ClientInfo, context: CallContext): Passage
}

export function createApprovalGate(ports: {
  approvals: Pick<Approvals, 'request' | 'timeoutMs'>
  scopesOf: (caller: Caller) => readonly TokenScope[]
  /** Who the calling session is on the bus, whether it has registered or not. */
  identityOf: (context: CallContext) => string
  /** What a person called a caller's token. */
  tokenNameOf: (caller: Caller) => string
}): ApprovalGate {
  const { approvals } = ports
  const askerOf = (context: CallContext): Asker => ({
    scopes: ports.scopesOf(context.session.caller),
    identity: ports.identityOf(context),
    tokenName: ports.tokenNameOf(context.session.caller),
  })

  const put = (
    ask: ApprovalRequest,
    bytes: number,
    targets: readonly ClientInfo[],
    only: ClientInfo | undefined,
    context: CallContext,
  ): Passage => {
    const { bus, extra } = context
    const left = new AbortController()
    const onUnregistered = ({ client }: { client: ClientInfo }): void => {
      if (client === only) left.abort()
    }
    const holders = new Map(targets.map(({ uuid, holder }) => [uuid, holder]))
    // What waits is kept: by the question, and by who asked it.
    const hold = bus.memory.take('requests', bytes)
    if (hold === null) return noRoom(bus.memory.whatIsFull(bytes))
    const asked = approvals.request(ask, AbortSignal.any([extra.signal, left.signal]))
    if (!(asked instanceof Promise)) {
      hold.release()
      return asked.outcome === 'allowed'
        ? { ok: true, targets }
        : refusalFor(asked, approvals.timeoutMs, undefined)
    }
    bus.events.on('unregistered', onUnregistered)
    const stop = (): void => {
      hold.release()
      bus.events.off('unregistered', onUnregistered)
    }
    return asked.finally(stop).then((verdict): Passage => {
      if (verdict.outcome !== 'allowed') {
        return refusalFor(verdict, approvals.timeoutMs, left.signal.aborted ? only : undefined)
      }
      const there = targets.filter((client) => bus.get(client.uuid) === client)
      if (there.every(({ uuid, holder }) => holders.get(uuid) === holder)) {
        return { ok: true, targets: there, holders }
      }
      return put(askAgain(ask, there), bytes, there, only, context)
    })
  }

  return {
    pass(work, context) {
      const { json, routing, targets } = work
      if (!isWork(work, context.bus.workers)) return { ok: true, targets }
      const only = routing.type === 'direct' ? targets[0] : undefined
      const ask = askForWork(work, context, askerOf(context))
      const { shown, whole } = ask
      const bytes = keptBytes(shown.code) + keptBytes(whole.code) + keptBytes(json ?? '')
      return put(ask, bytes + targets.length * targetBytes, targets, only, context)
    },
    passRemoval: (client, context) =>
      put(askForRemoval(client, context, askerOf(context)), 0, [client], client, context),
    passTakeover: (client, context) =>
      put(askForTakeover(client, context, askerOf(context)), 0, [client], client, context),
  }
}

function noRoom(whatIsFull: string): GateRefusal {
  return {
    error: 'out_of_memory_share',
    message: `${whatIsFull} Nothing was run. Wait until what waits is answered or read, then try again.`,
  }
}

function refusalFor(
  verdict: Exclude<Verdict, { outcome: 'allowed' }>,
  timeoutMs: number,
  gone: ClientInfo | undefined,
): GateRefusal {
  switch (verdict.outcome) {
    case 'timeout':
      return {
        error: 'approval_timeout',
        message:
          `Nobody answered within ${String(timeoutMs / 1000)} s, so it was not allowed. Nothing was run. ` +
          'Ask the person at the Busbar panel to look at Approvals, then try again.',
      }
    case 'withdrawn':
      return gone === undefined
        ? {
            error: 'cancelled',
            message: 'The caller cancelled it before anybody allowed it. Nothing was run.',
          }
        : {
            error: 'unknown_target',
            message: `"${gone.uuid}" left before anybody allowed it. Nothing was run.`,
          }
    case 'denied':
      return denial(verdict)
  }
}

function denial({ by, reason }: Extract<Verdict, { outcome: 'denied' }>): GateRefusal {
  switch (by) {
    case 'operator':
      return {
        error: 'denied',
        message:
          `The operator denied it${reason === '' ? '' : `: ${reason}`}. Nothing was run. ` +
          'Do not send it again unchanged; ask the person what they want instead.',
      }
    case 'policy':
      return {
        error: 'denied',
        message:
          'The operator’s policy does not allow it for this client, token or tool. Nothing was run. ' +
          'Ask the person at the Busbar panel.',
      }
    case 'limit':
      return {
        error: 'too_many_approvals',
        message:
          `Too much waits for the operator already: ${reason} may wait. ` +
          'Nothing was run. Wait until some are answered.',
      }
  }
}
