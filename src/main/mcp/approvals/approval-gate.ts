import type { TokenScope } from '../../../shared/tokens.ts'
import {
  waitingPerSession,
  type Approvals,
  type ApprovalRequest,
  type Verdict,
} from '../../access/approvals.ts'
import type { Caller } from '../../access/caller.ts'
import { keptBytes } from '../../base/raw-json.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import { askForRemoval, askForWork, workKind, type Asker, type RequestedWork } from './approval-ask.ts'
import type { CallContext } from '../calls/call-context.ts'
import { sessionOf } from '../sessions/session-of.ts'

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
}

/**
 * Stands before everything a client can ask others to do, or do to them. A person at the panel works past it. It
 * answers at once where nobody has to be asked, so that the order of messages is kept.
 */
export interface ApprovalGate {
  pass(work: RequestedWork, context: CallContext): Allowed | GateRefusal | Promise<Allowed | GateRefusal>
  /** Whether a session may take a live client of another session off the bus. */
  passRemoval(
    client: ClientInfo,
    context: CallContext,
  ): Allowed | GateRefusal | Promise<Allowed | GateRefusal>
}

export function createApprovalGate(ports: {
  approvals: Pick<Approvals, 'request' | 'timeoutMs'>
  scopesOf: (caller: Caller) => readonly TokenScope[]
  /** Who the calling session is on the bus, whether it has registered or not. */
  identityOf: (context: CallContext) => string
}): ApprovalGate {
  const { approvals } = ports
  const askerOf = (context: CallContext): Asker => ({
    scopes: ports.scopesOf(context.session.caller),
    identity: ports.identityOf(context),
  })

  const put = (
    ask: ApprovalRequest,
    bytes: number,
    targets: readonly ClientInfo[],
    only: ClientInfo | undefined,
    context: CallContext,
  ) => {
    const { bus, extra } = context
    const left = new AbortController()
    const onUnregistered = ({ client }: { client: ClientInfo }): void => {
      if (client === only) left.abort()
    }
    const stillMeant = targets.map((client) => watchFor(client, bus))
    const answerTo = (verdict: Verdict): Allowed | GateRefusal => {
      if (verdict.outcome !== 'allowed') {
        return refusalFor(verdict, approvals.timeoutMs, left.signal.aborted ? only : undefined)
      }
      const same = targets.filter((_, index) => stillMeant[index]?.() === true)
      return only !== undefined && same.length === 0 ? replaced(only) : { ok: true, targets: same }
    }
    // What waits is kept: by the question, and by who asked it.
    const hold = bus.memory.take('requests', bytes)
    if (hold === null) return noRoom(bus.memory.whatIsFull(bytes))
    const asked = approvals.request(ask, AbortSignal.any([extra.signal, left.signal]))
    if (!(asked instanceof Promise)) {
      hold.release()
      return answerTo(asked)
    }
    bus.events.on('unregistered', onUnregistered)
    return asked.then(answerTo).finally(() => {
      hold.release()
      bus.events.off('unregistered', onUnregistered)
    })
  }

  return {
    pass(work, context) {
      const { payload, json, routing, targets } = work
      if (workKind(payload) === null || targets.length === 0) return { ok: true, targets }
      const only = routing.type === 'direct' ? targets[0] : undefined
      const ask = askForWork(work, context, askerOf(context))
      return put(ask, keptBytes(ask.shown.code) + keptBytes(json ?? ''), targets, only, context)
    },
    passRemoval: (client, context) =>
      put(askForRemoval(client, context, askerOf(context)), 0, [client], client, context),
  }
}

/**
 * Remembers whom a person is shown under a uuid. The answer tells whether it is still the same program: a connection
 * that was lost and is back is; one that was started anew, or came with another token, is another.
 */
function watchFor(client: ClientInfo, bus: UserMessageBus): () => boolean {
  const tokenOf = (): string | null => sessionOf(client)?.caller.token_id ?? null
  const { pid, hostname } = client.metadata
  const token = tokenOf()
  return () => {
    const now = tokenOf()
    return (
      bus.get(client.uuid) === client &&
      client.metadata.pid === pid &&
      client.metadata.hostname === hostname &&
      (token === null || now === null || now === token)
    )
  }
}

function replaced({ uuid }: ClientInfo): GateRefusal {
  return {
    error: 'unknown_target',
    message:
      `Another program has taken the place of "${uuid}" since this was asked. Nothing was run. ` +
      'Send it again: the person is then asked about the one that is there now.',
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
          `Too much waits for the operator already: at most ${String(waitingPerSession)} requests of a session. ` +
          'Nothing was run. Wait until some are answered.',
      }
  }
}
