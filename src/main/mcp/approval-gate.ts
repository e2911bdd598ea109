import { approvalCodeLength } from '../../shared/approvals.ts'
import type { TokenScope } from '../../shared/tokens.ts'
import type { JsonObject, Routing } from '../../shared/protocol.ts'
import { isReading, toolOf } from '../access/approval-policy.ts'
import { approvalTimeoutMs, waitingPerSession, type Approvals, type Verdict } from '../access/approvals.ts'
import type { Caller } from '../access/caller.ts'
import type { ClientInfo } from '../bus/client-info.ts'
import type { CallContext } from './tool.ts'

/** A payload that makes its targets work, and who they are. */
export interface Work {
  readonly payload: JsonObject
  readonly routing: Routing
  readonly targets: readonly ClientInfo[]
}

/** Why work may not begin. `cancelled` and `unknown_target`: nobody waits for it any more, or its target has left. */
export interface GateRefusal {
  readonly error: 'denied' | 'approval_timeout' | 'too_many_approvals' | 'cancelled' | 'unknown_target'
  /** For the caller: what happened, and that nothing was run. */
  readonly message: string
}

/** Stands before everything a client can ask others to do. A person at the panel works past it. */
export interface ApprovalGate {
  /** Null for work that may begin; at once where nobody has to be asked, so that the order of messages is kept. */
  pass(work: Work, context: CallContext): GateRefusal | null | Promise<GateRefusal | null>
}

const targetsShown = 20
const titleLength = 200

export function createApprovalGate(ports: {
  approvals: Pick<Approvals, 'request'>
  scopesOf: (caller: Caller) => readonly TokenScope[]
}): ApprovalGate {
  const { approvals, scopesOf } = ports
  return {
    pass(work, context) {
      if (!isDispatch(work.payload) || work.targets.length === 0) return null
      const { bus, session, extra } = context
      const targetLeft = new AbortController()
      const only = work.routing.type === 'direct' ? work.targets[0] : undefined
      const onUnregistered = ({ client }: { client: ClientInfo }): void => {
        if (client === only) targetLeft.abort()
      }
      const answerTo = (verdict: Verdict): GateRefusal | null =>
        refusalFor(verdict, targetLeft.signal.aborted ? only : undefined)
      const asked = approvals.request(
        askFor(work, context, scopesOf(session.caller)),
        AbortSignal.any([extra.signal, targetLeft.signal]),
      )
      if (!(asked instanceof Promise)) return answerTo(asked)
      bus.events.on('unregistered', onUnregistered)
      return asked.then(answerTo).finally(() => bus.events.off('unregistered', onUnregistered))
    },
  }
}

/** Whether a payload makes its targets do something. Any other message only tells them. */
function isDispatch({ message_type }: JsonObject): boolean {
  return message_type === 'job_dispatch' || message_type === 'command_dispatch'
}

function askFor(
  { payload, routing, targets }: Work,
  { bus, session }: CallContext,
  scopes: readonly TokenScope[],
) {
  const { caller, clientInfo } = session
  // A command that is no text is none that reads.
  const command = payload.message_type === 'command_dispatch' ? String(payload.command) : null
  const tool = toolOf(command)
  const own = bus.registry.boundTo(session)
  const { code, codeKind } = codeIn(payload)
  const title = command ?? (typeof payload.description === 'string' ? payload.description : '')
  return {
    session,
    question: {
      userId: bus.user_id,
      clients: [...bus.registry.allBoundTo(session), ...targets].map(({ uuid }) => uuid),
      tokenId: caller.token_id,
      scopes,
      tool,
      reads: isReading(typeof payload.command === 'string' ? command : null),
    },
    shown: {
      userId: bus.user_id,
      from: own === undefined ? null : party(own),
      program: [clientInfo?.title ?? clientInfo?.name ?? 'unknown program', clientInfo?.version ?? '']
        .join(' ')
        .trim()
        .slice(0, titleLength),
      tokenId: caller.token_id,
      address: session.remoteAddress,
      tool: tool.slice(0, titleLength),
      title: title.slice(0, titleLength),
      code: code.slice(0, approvalCodeLength),
      codeKind,
      codeLength: code.length,
      routing,
      targets: targets.slice(0, targetsShown).map(party),
      targetCount: targets.length,
    },
  }
}

function party({ uuid, metadata }: ClientInfo): { uuid: string; name: string } {
  const label = metadata.label?.trim()
  return { uuid, name: label === undefined || label === '' ? uuid : label }
}

/** Code alone only where there is nothing else in the payload that a peer could act on. */
function codeIn(payload: JsonObject): { code: string; codeKind: 'python' | 'json' } {
  const { message_type, job_id: _, ...rest } = payload
  if (message_type === 'job_dispatch') {
    const { script, description: __, ...more } = rest
    if (typeof script === 'string' && isEmpty(more)) return { code: script, codeKind: 'python' }
  } else {
    const { command, params, ...more } = rest
    if (isEmpty(more)) {
      if (command === 'execute_code' && isObject(params)) {
        const { code, ...others } = params
        if (typeof code === 'string' && isEmpty(others)) return { code, codeKind: 'python' }
      }
      return { code: JSON.stringify(params ?? {}, null, 2), codeKind: 'json' }
    }
  }
  return { code: JSON.stringify(rest, null, 2), codeKind: 'json' }
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null
const isEmpty = (value: object): boolean => Object.keys(value).length === 0

function refusalFor(verdict: Verdict, gone: ClientInfo | undefined): GateRefusal | null {
  switch (verdict.outcome) {
    case 'allowed':
      return null
    case 'timeout':
      return {
        error: 'approval_timeout',
        message:
          `Nobody answered within ${String(approvalTimeoutMs / 1000)} s, so it was not allowed. Nothing was run. ` +
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
