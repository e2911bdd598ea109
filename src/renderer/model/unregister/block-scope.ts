import { programTitle } from '../../../shared/program-names.ts'
import type { BlockScope } from '../../../shared/unregister.ts'
import type { UnregisterTarget } from './unregister-store.ts'

/**
 * What LLM programs do once their session has ended, by the name they give at `initialize`. A program that is not here
 * may do either. `tests/programs` kicks each of them and looks.
 */
const habits: Readonly<Record<string, 'reconnects' | 'stays out'>> = {
  'claude-code': 'reconnects',
  'codex-mcp-client': 'reconnects',
  'gemini-cli-mcp-client': 'stays out',
  opencode: 'reconnects',
}

const habitOf = ({ program }: Target): 'reconnects' | 'stays out' | null =>
  program !== null && Object.hasOwn(habits, program) ? (habits[program] ?? null) : null

type Target = Pick<UnregisterTarget, 'program'>

/** Whom a block names unless a person says otherwise: the program, where all are of programs that reconnect. */
export function defaultScope(targets: readonly Target[]): BlockScope {
  const reconnect = targets.length > 0 && targets.every((target) => habitOf(target) === 'reconnects')
  return reconnect ? 'program' : 'client'
}

/** Whom a block can name, with what a person reads; nothing to choose from where no client has a session. */
export function scopeChoices(targets: readonly Target[]): readonly { scope: BlockScope; text: string }[] {
  if (targets.every(({ program }) => program === null)) return []
  const names = new Set(
    targets.flatMap(({ program }) => (program === null ? [] : [programTitle({ name: program })])),
  )
  const [name] = names
  const one = targets.length === 1
  return [
    {
      scope: 'program',
      text:
        names.size === 1
          ? `This program: ${name ?? ''}, with this token`
          : 'Their programs, with their tokens',
    },
    {
      scope: 'token',
      text: one ? 'This token: every program that uses it' : 'Their tokens: every program that uses one',
    },
    { scope: 'client', text: one ? 'This client alone' : 'These clients alone' },
  ]
}

/** What happens after the clients have left; empty where nothing is known. */
export function afterwards(targets: readonly Target[], scope: BlockScope, isBlocked: boolean): string {
  const names = new Map<string, 'reconnects' | 'stays out'>()
  for (const target of targets) {
    const habit = habitOf(target)
    if (habit !== null && target.program !== null) names.set(programTitle({ name: target.program }), habit)
  }
  if (!isBlocked) {
    const texts = [...names].map(([name, habit]) =>
      habit === 'reconnects'
        ? `${name} reconnects by itself within seconds unless you block it.`
        : `${name} stays out until it is restarted.`,
    )
    return texts.join(' ')
  }
  if (scope === 'program')
    return 'Every call of the program is refused meanwhile, in all its windows, and its model is told why.'
  if (scope === 'token')
    return 'Everything that uses the token is refused meanwhile, Blenders too, and each model is told why.'
  return targets.some((target) => habitOf(target) === 'reconnects')
    ? 'Other windows of the same program go on.'
    : ''
}
