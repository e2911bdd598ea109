import { clip } from '../../../shared/well-formed.ts'
import { approvalCodeLength } from '../../../shared/approvals.ts'
import { indentJson, memberOf, withMembers } from '../../../shared/json-text.ts'
import { programTitle } from '../../../shared/program-names.ts'
import type { JsonObject, Routing } from '../../../shared/protocol.ts'
import type { TokenScope } from '../../../shared/tokens.ts'
import { isReading, toolOf } from '../../access/approval-policy.ts'
import type { ApprovalRequest } from '../../access/approvals.ts'
import { startOf } from '../../base/start-of.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { CallContext } from '../calls/call-context.ts'
import { sessionOf } from '../sessions/session-of.ts'

/** A payload that makes its targets work, and who they are. */
export interface RequestedWork {
  readonly payload: JsonObject
  /** The same as the text that it came in; what a person is shown keeps its numbers. Default: made of the payload. */
  readonly json?: string
  readonly routing: Routing
  readonly targets: readonly ClientInfo[]
  /** The uuid that its sender gives itself, where that is none of its session's clients. */
  readonly claim?: string | undefined
}

/** What is to be done, in the words of the policy and of the panel. */
interface RequestedAction {
  readonly tool: string
  readonly reads: boolean
  readonly title: string
  readonly code: string
  readonly codeKind: 'python' | 'json'
  readonly routing: Routing
  readonly targets: readonly ClientInfo[]
  readonly claim?: string | undefined
}

const targetsShown = 20
const titleLength = 200

/**
 * The kind of work a payload asks for, null where it only tells. A peer may be less exact about how it reads a
 * `message_type` than the protocol is: what could be taken for work is asked about as work.
 */
export function workKind({ message_type }: JsonObject): 'job_dispatch' | 'command_dispatch' | null {
  const type: unknown = [message_type].flat(Infinity)[0]
  const plain = typeof type === 'string' ? type.trim().toLowerCase() : null
  return plain === 'job_dispatch' || plain === 'command_dispatch' ? plain : null
}

/** Who asks, beside what its session says. */
export interface Asker {
  readonly scopes: readonly TokenScope[]
  /** Who the session is on the bus, whether it has registered or not. */
  readonly identity: string
}

/** The question that work comes down to. */
export function askForWork(work: RequestedWork, context: CallContext, asker: Asker): ApprovalRequest {
  const { payload, routing, targets, claim } = work
  const isCommand = workKind(payload) === 'command_dispatch'
  const command = isCommand ? textOf(payload.command) : null
  const { description } = payload
  const title = typeof description === 'string' && description !== '' ? description : (command ?? '')
  const tool = toolOf(command)
  // A command that is no text is none that reads.
  const reads = isReading(isCommand && typeof payload.command === 'string' ? command : null)
  return askFor({ tool, reads, title, routing, targets, claim, ...codeIn(work, isCommand) }, context, asker)
}

/** The question whether a session may take another session's client off the bus. */
export function askForRemoval(client: ClientInfo, context: CallContext, asker: Asker): ApprovalRequest {
  return askFor(
    {
      tool: 'blender_unregister_client',
      reads: false,
      title: 'Unregister a client of another session',
      code: JSON.stringify({ client_uuid: client.uuid }, null, 2),
      codeKind: 'json',
      routing: { type: 'direct', target_uuid: client.uuid },
      targets: [client],
    },
    context,
    asker,
  )
}

function askFor(
  deed: RequestedAction,
  { bus, session }: CallContext,
  { scopes, identity }: Asker,
): ApprovalRequest {
  const { caller, clientInfo } = session
  const { tool, reads, title, code, codeKind, routing, targets, claim } = deed
  const own = bus.registry.boundTo(session)
  const bound = bus.registry.allBoundTo(session).map(({ uuid }) => uuid)
  return {
    session,
    question: {
      userId: bus.user_id,
      senders: [...new Set([...bound, identity, ...(claim === undefined ? [] : [claim])])],
      targets: targets.map((client) => ({ uuid: client.uuid, tokenId: tokenOf(client) })),
      tokenId: caller.token_id,
      scopes,
      tool,
      reads,
    },
    shown: {
      userId: bus.user_id,
      from: own === undefined ? null : party(own),
      claims: claim ?? null,
      program: clip(
        `${clientInfo === null ? 'unknown program' : programTitle(clientInfo)} ${clientInfo?.version ?? ''}`.trim(),
        titleLength,
      ),
      tokenId: caller.token_id,
      address: session.remoteAddress,
      tool: startOf(tool, titleLength),
      title: startOf(title, titleLength),
      code: startOf(code, approvalCodeLength),
      codeKind,
      codeLength: code.length,
      routing,
      targets: targets.slice(0, targetsShown).map(party),
      targetCount: targets.length,
    },
  }
}

/** The id of the token that a client's session came with; null where it has none now. */
const tokenOf = (client: ClientInfo): string | null => sessionOf(client)?.caller.token_id ?? null

function party({ uuid, metadata }: ClientInfo): { uuid: string; name: string } {
  const label = metadata.label?.trim()
  return { uuid, name: label === undefined || label === '' ? uuid : label }
}

/** Code alone only where there is nothing else in the payload that a peer could act on. */
function codeIn(
  { payload, json = JSON.stringify(payload) }: RequestedWork,
  isCommand: boolean,
): Pick<RequestedAction, 'code' | 'codeKind'> {
  const { message_type: _, job_id: __, ...rest } = payload
  if (!isCommand) {
    const { script, description: ___, ...more } = rest
    if (typeof script === 'string' && isEmpty(more)) return { code: script, codeKind: 'python' }
  } else {
    const { command, params, description, ...more } = rest
    // Text is shown as the title.
    if (isEmpty(more) && (description === undefined || typeof description === 'string')) {
      if (command === 'execute_code' && isObject(params)) {
        const { code, ...others } = params
        if (typeof code === 'string' && isEmpty(others)) return { code, codeKind: 'python' }
      }
      const span = params === undefined || params === null ? null : memberOf(json, 'params')
      const text = span === null ? '{}' : json.slice(span.start, span.end)
      return { code: indentJson(text), codeKind: 'json' }
    }
  }
  const text = withMembers(json, { without: ['message_type', 'job_id'] })
  return { code: indentJson(text), codeKind: 'json' }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null))
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null
const isEmpty = (value: object): boolean => Object.keys(value).length === 0
