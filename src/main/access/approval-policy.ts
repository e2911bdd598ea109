import { defaultMode, ruleFor, type RuleQuestion } from '../../shared/approval-rules.ts'
import type { ApprovalPolicy } from '../../shared/approvals.ts'
import type { TokenScope } from '../../shared/tokens.ts'

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
export interface PolicyQuestion extends RuleQuestion {
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

/** What a policy says of all that is asked: see `ruleFor`. */
export function evaluatePolicy(policy: ApprovalPolicy, question: PolicyQuestion): 'allow' | 'ask' | 'deny' {
  const { tokenId, scopes, reads } = question
  const { mode } = ruleFor(policy, question, defaultMode(policy, asksByToken(tokenId, scopes)))
  if (mode === 'allow' || mode === 'deny') return mode
  if (reads) return 'allow'
  return mode === 'ask' ? 'ask' : 'deny'
}

/** Whether a token is one of those that have to ask by default: made for an LLM program, and not the local one. */
export function asksByToken(tokenId: string, scopes: readonly TokenScope[]): boolean {
  return tokenId !== 'local' && scopes.includes('llm')
}
