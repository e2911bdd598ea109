import { clip } from '../../../shared/well-formed.ts'
import type { RuleTarget } from '../../../shared/approval-rules.ts'
import { approvalCodeLength, type Approval, type ApprovalTarget } from '../../../shared/approvals.ts'
import { indentJson, memberOf, membersOf, withMembers } from '../../../shared/json-text.ts'
import { programTitle } from '../../../shared/program-names.ts'
import type { JsonObject, Routing } from '../../../shared/protocol.ts'
import type { TokenScope } from '../../../shared/tokens.ts'
import { isReading, toolOf } from '../../access/approval-policy.ts'
import type { ApprovalRequest } from '../../access/approvals.ts'
import { startOf } from '../../base/start-of.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import { jobKindOf } from '../../bus/message.ts'
import type { Workers } from '../../bus/workers.ts'
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

/** What a client only tells by: whoever may work is told by no other kind of message (docs/protocol.md, approvals). */
const tellingKinds: ReadonlySet<unknown> = new Set(['ping', 'job_update', 'chat'])

/**
 * Whether a message makes somebody work. A peer may be less exact about how it reads a `message_type` than the protocol
 * is, so to whoever may work everything counts that does not say exactly that it only tells. To others a job does.
 */
export function isWork(
  { payload, json, targets }: Pick<RequestedWork, 'payload' | 'json' | 'targets'>,
  workers: Workers,
): boolean {
  if (targets.length === 0) return false
  if (jobKindOf(payload) !== null) return true
  return targets.some((client) => workers.has(client)) && !tells(payload, json)
}

function tells({ message_type, kind }: JsonObject, json: string | undefined): boolean {
  if (!tellingKinds.has(message_type === undefined ? kind : message_type)) return false
  // Of a name that stands twice a peer may read the first.
  const names = json === undefined ? [] : membersOf(json).map(({ name }) => name)
  return ['message_type', 'kind'].every((field) => names.indexOf(field) === names.lastIndexOf(field))
}

/** Who asks, beside what its session says. */
export interface Asker {
  readonly scopes: readonly TokenScope[]
  /** Who the session is on the bus, whether it has registered or not. */
  readonly identity: string
  /** What a person called its token. */
  readonly tokenName: string
}

/** The question that work comes down to. */
export function askForWork(work: RequestedWork, context: CallContext, asker: Asker): ApprovalRequest {
  const { payload, routing, targets, claim } = work
  const isCommand = jobKindOf(payload) === 'command_dispatch'
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
  return askForLoss('Unregister a client of another session', client, context, asker)
}

/**
 * The question whether a session may have the uuid of another session's client, which loses it. It is no less than its
 * removal, whichever way a rule may be written.
 */
export function askForTakeover(client: ClientInfo, context: CallContext, asker: Asker): ApprovalRequest {
  return askForLoss('Take the uuid of a client of another session', client, context, asker)
}

/** @param title which of the ways it is in which another session's client leaves the bus */
function askForLoss(title: string, client: ClientInfo, context: CallContext, asker: Asker): ApprovalRequest {
  return askFor(
    {
      tool: 'blender_unregister_client',
      reads: false,
      title,
      code: JSON.stringify({ client_uuid: client.uuid }, null, 2),
      codeKind: 'json',
      routing: { type: 'direct', target_uuid: client.uuid },
      targets: [client],
    },
    context,
    asker,
  )
}

/** The same question once more, about those who have the uuids by now. */
export function askAgain(ask: ApprovalRequest, targets: readonly ClientInfo[]): ApprovalRequest {
  const { question, shown, whole } = ask
  return {
    ...ask,
    question: { ...question, targets: targets.map(ruleTarget) },
    shown: { ...shown, ...shownTargets(targets), again: true },
    whole: { ...whole, targets: targets.map(targetOf) },
  }
}

function askFor(
  deed: RequestedAction,
  { bus, session }: CallContext,
  { scopes, identity, tokenName }: Asker,
): ApprovalRequest {
  const { caller, clientInfo } = session
  const { tool, reads, title, code, codeKind, routing, targets, claim } = deed
  const own = bus.registry.boundTo(session)
  const name = clientInfo?.name ?? ''
  const bound = bus.registry.allBoundTo(session).map(({ uuid }) => uuid)
  return {
    session,
    program: name === '' ? null : name,
    question: {
      userId: bus.user_id,
      senders: [...new Set([...bound, identity, ...(claim === undefined ? [] : [claim])])],
      targets: targets.map(ruleTarget),
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
      programTitle: clientInfo === null || name === '' ? null : clip(programTitle(clientInfo), titleLength),
      tokenId: caller.token_id,
      tokenName,
      address: session.remoteAddress,
      tool: startOf(tool, titleLength),
      title: startOf(title, titleLength),
      code: startOf(code, approvalCodeLength),
      codeKind,
      codeLength: code.length,
      routing,
      ...shownTargets(targets),
      again: false,
    },
    whole: { code, targets: targets.map(targetOf) },
  }
}

const ruleTarget = (client: ClientInfo): RuleTarget => ({
  uuid: client.uuid,
  tokenId: sessionOf(client)?.caller.token_id ?? null,
})

const shownTargets = (targets: readonly ClientInfo[]): Pick<Approval, 'targets' | 'targetCount'> => ({
  targets: targets.slice(0, targetsShown).map(targetOf),
  targetCount: targets.length,
})

function party({ uuid, metadata }: ClientInfo): { uuid: string; name: string } {
  const label = metadata.label?.trim()
  return { uuid, name: label === undefined || label === '' ? uuid : label }
}

function targetOf(client: ClientInfo): ApprovalTarget {
  const host = client.metadata.hostname?.trim()
  return { ...party(client), host: host === undefined || host === '' ? null : host }
}

/** Code alone only where there is nothing else in the payload that a peer could act on. */
function codeIn(
  { payload, json = JSON.stringify(payload) }: RequestedWork,
  isCommand: boolean,
): Pick<RequestedAction, 'code' | 'codeKind'> {
  // Of the sender's name nothing comes but what Blender shows of it.
  const { message_type: _, job_id: __, from_label, ...named } = payload
  const rest = from_label === undefined || typeof from_label === 'string' ? named : payload
  // In a spelling that is none of the protocol's, nobody knows what a peer reads: all of it is shown.
  if (jobKindOf(payload) === null) return { code: indentJson(json), codeKind: 'json' }
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
