/** Which rule of a policy holds for what somebody asks. The main process decides by it, and the panel shows it. */
import type { ApprovalMode, ApprovalPolicy, ApprovalRule } from './approvals.ts'

/** A client that is to work, with the id of the token that its session came with; null where that is not known. */
export interface RuleTarget {
  readonly uuid: string
  readonly tokenId: string | null
}

/** Who wants what done by whom, as far as rules look at it. */
export interface RuleQuestion {
  readonly userId: string
  /** The asking session's own uuids, and the one that it claims to be. Each is judged. */
  readonly senders: readonly string[]
  /** The token of the asking session. */
  readonly tokenId: string
  /** Empty for a question about nobody in particular. Each is judged. */
  readonly targets: readonly RuleTarget[]
  /** Null for a tool that no rule names. */
  readonly tool: string | null
}

/** What holds, and the rule that says so; null for the default. */
interface Ruling {
  readonly mode: ApprovalMode
  readonly rule: ApprovalRule | null
}

const strictness: Record<ApprovalMode, number> = { allow: 0, ask: 1, 'read-only': 2, deny: 3 }

/**
 * The strictest of what holds for each sender and each target. For one of each: a rule that denies holds in any case. Of
 * the others the one that names most parts holds, the strictest among equals, and the default without any.
 *
 * A rule for a client fits that client for sure where token and role fit too. By its uuid alone, which any program may
 * choose, it only makes stricter what holds.
 *
 * @param fallback what holds where no rule does
 */
export function ruleFor(policy: ApprovalPolicy, question: RuleQuestion, fallback: ApprovalMode): Ruling {
  const rules = policy.rules.filter(
    ({ client, token, tool }) =>
      (token === null || token === question.tokenId) &&
      (tool === null || tool === question.tool) &&
      (client === null || client.userId === question.userId),
  )
  const rulings = pairsOf(question).map((pair) => rulingFor(rules, pair, fallback))
  return strictest(rulings) ?? { mode: fallback, rule: null }
}

/** Where no rule holds. `asksByToken`: the token was made for an LLM program. */
export function defaultMode(policy: ApprovalPolicy, asksByToken: boolean): ApprovalMode {
  return policy.default === 'by_token' ? (asksByToken ? 'ask' : 'allow') : policy.default
}

/** One sender and one target, each with its token; the target is null where the question names none. */
interface Pair {
  readonly sender: RuleTarget
  readonly target: RuleTarget | null
}

function pairsOf({ senders, tokenId, targets }: RuleQuestion): Pair[] {
  const asked = targets.length === 0 ? [null] : targets
  return senders.flatMap((uuid) => asked.map((target) => ({ sender: { uuid, tokenId }, target })))
}

function rulingFor(rules: readonly ApprovalRule[], pair: Pair, fallback: ApprovalMode): Ruling {
  const [best] = rules
    .filter((rule) => fitsForSure(rule, pair))
    .sort((a, b) => partsNamed(b) - partsNamed(a) || strictness[b.mode] - strictness[a.mode])
  const base: Ruling = best === undefined ? { mode: fallback, rule: null } : { mode: best.mode, rule: best }
  const stricter = rules
    .filter((rule) => rule.mode === 'deny' || !fitsForSure(rule, pair))
    .filter((rule) => fitsByName(rule, pair))
    .map((rule) => ({ mode: rule.mode, rule }))
  return strictest([base, ...stricter]) ?? base
}

function fitsForSure({ client }: ApprovalRule, { sender, target }: Pair): boolean {
  if (client === null) return true
  const is = (party: RuleTarget | null): boolean =>
    party !== null && party.uuid === client.uuid && party.tokenId !== null && party.tokenId === client.tokenId
  return (client.as === 'sender' && is(sender)) || (client.as === 'target' && is(target))
}

function fitsByName({ client }: ApprovalRule, { sender, target }: Pair): boolean {
  if (client === null) return true
  const isSender = client.as !== 'target' && sender.uuid === client.uuid
  const isTarget = client.as !== 'sender' && target?.uuid === client.uuid
  return isSender || isTarget
}

/** The first of the strictest; undefined for none. */
function strictest(rulings: readonly Ruling[]): Ruling | undefined {
  return rulings.reduce<Ruling | undefined>(
    (worst, each) => (worst === undefined || strictness[each.mode] > strictness[worst.mode] ? each : worst),
    undefined,
  )
}

function partsNamed({ client, token, tool }: ApprovalRule): number {
  return [client, token, tool].filter((part) => part !== null).length
}
