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
  clients: ['llm-1', 'blender-1'],
  tokenId: 'made',
  scopes: ['bus', 'llm'],
  tool: 'blender_execute_code',
  reads: false,
  ...more,
})
const reading = { tool: 'blender_get_scene_info', reads: true }
const policy = (...rules: ApprovalPolicy['rules']): ApprovalPolicy => ({ default: 'by_token', rules })
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
    const asker = policy(rule({ client: { userId: 'local', uuid: 'llm-1' } }))
    const worker = policy(rule({ client: { userId: 'local', uuid: 'blender-1' }, mode: 'read-only' }))
    expect(evaluatePolicy(asker, question())).toBe('deny')
    expect(evaluatePolicy(worker, question())).toBe('deny')
    expect(evaluatePolicy(worker, question(reading))).toBe('allow')
    expect(evaluatePolicy(asker, question({ userId: 'eve' }))).toBe('ask')
  })

  it('that names more parts wins, and the stricter one among equals', () => {
    const rules = policy(
      rule({ token: 'made', mode: 'deny' }),
      rule({ token: 'made', tool: 'blender_undo', mode: 'allow' }),
      rule({ tool: 'blender_execute_code', mode: 'allow' }),
    )
    expect(evaluatePolicy(rules, question({ tool: 'blender_undo' }))).toBe('allow')
    expect(evaluatePolicy(rules, question())).toBe('deny')
  })

  it('names something, and its token too where it allows a client', () => {
    const client = { userId: 'local', uuid: 'llm-1' }
    expect(approvalRuleSchema.safeParse(rule({})).success).toBe(false)
    expect(approvalRuleSchema.safeParse(rule({ client, mode: 'allow' })).success).toBe(false)
    expect(approvalRuleSchema.safeParse(rule({ client, token: 'made', mode: 'allow' })).success).toBe(true)
    expect(approvalRuleSchema.safeParse(rule({ client, mode: 'deny' })).success).toBe(true)
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
