import { describe, expect, it } from 'vitest'
import {
  afterwards,
  defaultScope,
  scopeChoices,
} from '../../../../../src/renderer/model/unregister/block-scope.ts'

const of = (...programs: readonly (string | null)[]) => programs.map((program) => ({ program }))

describe('whom a block names unless a person says otherwise', () => {
  it.each([
    [of('claude-code'), 'program'],
    [of('codex-mcp-client', 'opencode'), 'program'],
    [of('claude-code', 'gemini-cli-mcp-client'), 'client'],
    [of('toString'), 'client'],
    [of(null), 'client'],
    [[], 'client'],
  ] as const)('of %j is the %s', (targets, scope) => {
    expect(defaultScope(targets)).toBe(scope)
  })
})

describe('whom a block can name', () => {
  it('is nobody else where no client has a session', () => {
    expect(scopeChoices(of(null, null))).toStrictEqual([])
  })

  it('is named for one client by its program', () => {
    expect(scopeChoices(of('gemini-cli-mcp-client'))).toStrictEqual([
      { scope: 'program', text: 'This program: Gemini CLI, with this token' },
      { scope: 'token', text: 'This token: every program that uses it' },
      { scope: 'client', text: 'This client alone' },
    ])
  })

  it('is named for several by what they have in common', () => {
    expect(scopeChoices(of('opencode', 'other', null))).toStrictEqual([
      { scope: 'program', text: 'Their programs, with their tokens' },
      { scope: 'token', text: 'Their tokens: every program that uses one' },
      { scope: 'client', text: 'These clients alone' },
    ])
  })
})

describe('what happens afterwards', () => {
  it.each([
    [of('claude-code'), 'Claude Code reconnects by itself within seconds unless you block it.'],
    [of('gemini-cli-mcp-client'), 'Gemini CLI stays out until it is restarted.'],
    [
      of('claude-code', 'gemini-cli-mcp-client', 'claude-code'),
      'Claude Code reconnects by itself within seconds unless you block it. Gemini CLI stays out until it is restarted.',
    ],
    [of('unknown', null), ''],
  ])('without a block, to %j', (targets, text) => {
    expect(afterwards(targets, 'program', false)).toBe(text)
  })

  it.each([
    [
      'program',
      'Every call of the program is refused meanwhile, in all its windows, and its model is told why.',
    ],
    [
      'token',
      'Everything that uses the token is refused meanwhile, Blenders too, and each model is told why.',
    ],
    ['client', 'Other windows of the same program go on.'],
  ] as const)('with a block of the %s', (scope, text) => {
    expect(afterwards(of('claude-code'), scope, true)).toBe(text)
  })

  it('with a block of a client that is no known program', () => {
    expect(afterwards(of('busbar-addon'), 'client', true)).toBe('')
  })
})
