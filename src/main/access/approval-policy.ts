import type { ApprovalMode, ApprovalPolicy, ApprovalRule } from '../../shared/approvals.ts'
import type { TokenScope } from '../../shared/panel-contract.ts'

/** Commands that change nothing in a Blender. Every other one, and every script, counts as a change. */
const readingCommands: ReadonlySet<string> = new Set([
  'get_scene_info',
  'get_object_info',
  'browse_data',
  'list_objects',
  'get_viewport_screenshot',
  'ping',
])

/** What somebody wants done, as far as a policy looks at it. */
export interface PolicyQuestion {
  readonly userId: string
  /** Uuids of every client that the asking session has registered, and of every one that is to work. */
  readonly clients: readonly string[]
  readonly tokenId: string
  readonly scopes: readonly TokenScope[]
  /** As `toolOf` names it. */
  readonly tool: string
  readonly reads: boolean
}

/** The tool that a dispatch comes down to, whichever way it was sent. A script is as much as `blender_execute_code`. */
export function toolOf(command: string | null): string {
  return `blender_${command ?? 'execute_code'}`
}

/** Whether a command changes nothing; a script (null) always may. */
export function isReading(command: string | null): boolean {
  return command !== null && readingCommands.has(command)
}

/**
 * What a policy says: the rule that names most parts of the question holds, the strictest one among equals; without
 * any, the default.
 */
export function decide(policy: ApprovalPolicy, question: PolicyQuestion): 'allow' | 'ask' | 'deny' {
  const mode = modeFor(policy, question)
  if (mode === 'allow' || mode === 'deny') return mode
  if (question.reads) return 'allow'
  return mode === 'ask' ? 'ask' : 'deny'
}

const strictness: Record<ApprovalMode, number> = { allow: 0, ask: 1, 'read-only': 2, deny: 3 }

function modeFor(policy: ApprovalPolicy, question: PolicyQuestion): ApprovalMode {
  const [rule] = policy.rules
    .filter((each) => fits(each, question))
    .sort((a, b) => partsNamed(b) - partsNamed(a) || strictness[b.mode] - strictness[a.mode])
  if (rule !== undefined) return rule.mode
  if (policy.default !== 'by_token') return policy.default
  return question.tokenId !== 'local' && question.scopes.includes('llm') ? 'ask' : 'allow'
}

function fits({ client, token, tool }: ApprovalRule, question: PolicyQuestion): boolean {
  return (
    (client === null || (client.userId === question.userId && question.clients.includes(client.uuid))) &&
    (token === null || token === question.tokenId) &&
    (tool === null || tool === question.tool)
  )
}

function partsNamed({ client, token, tool }: ApprovalRule): number {
  return [client, token, tool].filter((part) => part !== null).length
}
