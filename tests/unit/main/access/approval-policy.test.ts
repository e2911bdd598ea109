import { describe, expect, it } from 'vitest'
import {
  evaluatePolicy,
  isReading,
  toolOf,
  type PolicyQuestion,
} from '../../../../src/main/access/approval-policy.ts'
import { approvalRuleSchema, type ApprovalPolicy } from '../../../../src/shared/approvals.ts'

const question = (more: Partial<PolicyQuestion> = {}): PolicyQuestion => ({
  userId: 'local',
  senders: ['llm-1'],
  targets: [{ uuid: 'blender-1', tokenId: 'local' }],
  tokenId: 'made',
  scopes: ['bus', 'llm'],
  tool: 'blender_execute_code',
  reads: false,
  ...more,
})
const reading = { tool: 'blender_get_scene_info', reads: true }
const policy = (...rules: ApprovalPolicy['rules']): ApprovalPolicy => ({ default: 'by_token', rules })
const client = (uuid: string, more: object = {}) =>
  ({ userId: 'local', uuid, tokenId: null, as: null, ...more }) as const
const rule = (more: Partial<ApprovalPolicy['rules'][number]>): ApprovalPolicy['rules'][number] => ({
  client: null,
  token: null,
  tool: null,
  mode: 'deny',
  ...more,
})

describe('the default', () => {
  it('asks a token made for an LLM program before it changes anything, and lets it read', () => {
    expect(evaluatePolicy(policy(), question())).toBe('ask')
    expect(evaluatePolicy(policy(), question(reading))).toBe('allow')
  })

  it('allows the local token, and tokens that were not made for LLM programs', () => {
    expect(evaluatePolicy(policy(), question({ tokenId: 'local' }))).toBe('allow')
    expect(evaluatePolicy(policy(), question({ scopes: ['bus'] }))).toBe('allow')
  })

  it('holds for every token where it is set', () => {
    expect(evaluatePolicy({ default: 'ask', rules: [] }, question({ tokenId: 'local' }))).toBe('ask')
    expect(evaluatePolicy({ default: 'ask', rules: [] }, question({ tokenId: 'local', ...reading }))).toBe(
      'allow',
    )
    expect(evaluatePolicy({ default: 'allow', rules: [] }, question())).toBe('allow')
  })
})

describe('a rule', () => {
  it.each([
    ['allow', 'allow', 'allow'],
    ['ask', 'ask', 'allow'],
    ['read-only', 'deny', 'allow'],
    ['deny', 'deny', 'deny'],
  ] as const)('of mode %s makes a change %s and reading %s', (mode, change, read) => {
    const rules = policy(rule({ token: 'made', mode }))
    expect(evaluatePolicy(rules, question())).toBe(change)
    expect(evaluatePolicy(rules, question(reading))).toBe(read)
  })

  it('holds only where every part that it names fits', () => {
    const rules = policy(rule({ token: 'made', tool: 'blender_execute_code' }))
    expect(evaluatePolicy(rules, question())).toBe('deny')
    expect(evaluatePolicy(rules, question({ tool: 'blender_undo' }))).toBe('ask')
    expect(evaluatePolicy(rules, question({ tokenId: 'other' }))).toBe('ask')
  })

  it('on a client holds for what it asks for and for what is asked of it, on its own bus', () => {
    const asker = policy(rule({ client: client('llm-1') }))
    const worker = policy(rule({ client: client('blender-1'), mode: 'read-only' }))
    expect(evaluatePolicy(asker, question())).toBe('deny')
    expect(evaluatePolicy(worker, question())).toBe('deny')
    expect(evaluatePolicy(worker, question(reading))).toBe('allow')
    expect(evaluatePolicy(asker, question({ userId: 'eve' }))).toBe('ask')
  })

  it('that names more parts wins, the stricter one among equals, and one that denies in any case', () => {
    const rules = policy(
      rule({ token: 'made', mode: 'read-only' }),
      rule({ token: 'made', tool: 'blender_undo', mode: 'allow' }),
      rule({ tool: 'blender_execute_code', mode: 'allow' }),
    )
    expect(evaluatePolicy(rules, question({ tool: 'blender_undo' }))).toBe('allow')
    expect(evaluatePolicy(rules, question())).toBe('deny')
    const denied = policy(...rules.rules, rule({ token: 'made', mode: 'deny' }))
    expect(evaluatePolicy(denied, question({ tool: 'blender_undo' }))).toBe('deny')
  })

  it('names something, and a token too where it allows a client', () => {
    const valid = (more: object) => approvalRuleSchema.safeParse(rule(more)).success
    expect([
      valid({}),
      valid({ client: client('llm-1'), mode: 'allow' }),
      valid({ client: client('llm-1'), token: 'made', mode: 'allow' }),
      valid({ client: client('llm-1', { tokenId: 'made', as: 'sender' }), mode: 'allow' }),
      valid({ client: client('llm-1'), mode: 'deny' }),
    ]).toStrictEqual([false, false, true, true, true])
  })
})

describe('a rule that allows a client', () => {
  const allowed = (more: Partial<PolicyQuestion>, ...rules: ApprovalPolicy['rules']) =>
    evaluatePolicy({ default: 'ask', rules }, question(more))
  const onBlender = rule({
    client: client('blender-1', { tokenId: 'local', as: 'target' }),
    token: 'made',
    mode: 'allow',
  })
  const blender = { uuid: 'blender-1', tokenId: 'local' }

  it('opens that client alone, whoever else is asked with it', () => {
    const other = { uuid: 'blender-2', tokenId: 'local' }
    expect(allowed({ targets: [blender] }, onBlender)).toBe('allow')
    expect(allowed({ targets: [blender, other] }, onBlender)).toBe('ask')
    expect(allowed({ targets: [other] }, onBlender)).toBe('ask')
    expect(allowed({ targets: [blender, other] }, onBlender, rule({ client: client('blender-2') }))).toBe(
      'deny',
    )
  })

  it('opens it for that token alone, and for who has its uuid with its own token alone', () => {
    expect(allowed({ tokenId: 'other' }, onBlender)).toBe('ask')
    expect(allowed({ targets: [{ uuid: 'blender-1', tokenId: 'made' }] }, onBlender)).toBe('ask')
    expect(allowed({ targets: [{ uuid: 'blender-1', tokenId: null }] }, onBlender)).toBe('ask')
  })

  it('opens nothing to who registers as that client, not with its token either', () => {
    const elsewhere = [{ uuid: 'blender-2', tokenId: 'local' }]
    expect(allowed({ senders: ['blender-1'], targets: elsewhere }, onBlender)).toBe('ask')
    const own = rule({ client: client('blender-1', { tokenId: 'made', as: 'target' }), mode: 'allow' })
    expect(allowed({ senders: ['blender-1'], targets: elsewhere }, own)).toBe('ask')
  })

  it('for what it asks holds where the session is nobody else, on every Blender', () => {
    const asks = rule({ client: client('llm-1', { tokenId: 'made', as: 'sender' }), mode: 'allow' })
    expect(allowed({}, asks)).toBe('allow')
    expect(allowed({ senders: ['llm-1', 'llm-2'] }, asks)).toBe('ask')
    expect(allowed({ tokenId: 'other' }, asks)).toBe('ask')
  })

  it('opens nothing where it names neither token nor role, as in files of 0.1.0', () => {
    const old = rule({ client: client('blender-1'), token: 'made', mode: 'allow' })
    const half = rule({ client: client('blender-1', { tokenId: 'local' }), token: 'made', mode: 'allow' })
    expect([allowed({}, old), allowed({}, half)]).toStrictEqual(['ask', 'ask'])
  })
})

describe('a command', () => {
  it.each([
    'get_scene_info',
    'get_object_info',
    'browse_data',
    'list_objects',
    'get_viewport_screenshot',
    'ping',
  ])('%s reads', (command) => expect(isReading(command)).toBe(true))

  it.each([
    'execute_code',
    'render_image',
    'open_file',
    'save_file',
    'undo',
    'Ping',
    'ping ',
    '',
    'constructor',
    null,
  ])('%j changes', (command) => expect(isReading(command)).toBe(false))

  it('counts as its tool, and a script as the tool that runs code', () => {
    expect(toolOf('undo')).toBe('blender_undo')
    expect(toolOf(null)).toBe('blender_execute_code')
  })
})
