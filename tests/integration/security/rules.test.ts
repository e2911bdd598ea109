import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluatePolicy } from '../../../src/main/access/approval-policy.ts'
import { askForWork } from '../../../src/main/mcp/approvals/approval-ask.ts'
import type { ApprovalMode, ApprovalPolicy, ApprovalRule } from '../../../src/shared/approvals.ts'
import { busFixture, registration } from '../../unit/main/bus/bus-fixture.ts'
import { fakeCall, fakeSession } from '../../unit/main/mcp/fake-session.ts'

const uuids = ['a', 'b', 'c', 'me', 'claimed'] as const
const tokens = ['local', 'made', 'other'] as const
const modes: readonly ApprovalMode[] = ['allow', 'ask', 'read-only', 'deny']

const uuid = fc.constantFrom(...uuids)
const token = fc.constantFrom(...tokens)
const command = fc.constantFrom('undo', 'get_scene_info', 'execute_code')

const rule: fc.Arbitrary<ApprovalRule> = fc.record({
  client: fc.option(
    fc.record({
      userId: fc.constantFrom('local', 'eve'),
      uuid,
      tokenId: fc.option(token),
      as: fc.option(fc.constantFrom('sender' as const, 'target' as const)),
    }),
  ),
  token: fc.option(token),
  tool: fc.option(command.map((name) => `blender_${name}`)),
  mode: fc.constantFrom(...modes),
})

/** A client of the bus; without a token it has no session now. */
const client = fc.record({
  token: fc.option(token),
  type: fc.constantFrom('blender', 'llm'),
  group: fc.option(fc.constantFrom('g', 'h')),
})

const world = fc.record({
  policy: fc.record({
    default: fc.constantFrom('by_token' as const, 'ask' as const, 'allow' as const),
    rules: fc.array(rule, { maxLength: 6 }),
  }),
  clients: fc.record({ a: client, b: client, c: client }),
  asker: fc.record({ token, llm: fc.boolean(), registered: fc.boolean(), claims: fc.option(uuid) }),
  address: fc.oneof(
    fc.record({ target_uuid: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ group_id: fc.constantFrom('g', 'h') }),
    fc.record({ client_type: fc.constantFrom('blender', 'llm') }),
    fc.constant({}),
  ),
  command,
})
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never

/** What the program itself decides, from the bus and its routing to the policy; null where nobody is asked to work. */
function decided({ policy, clients, asker, address, command }: World): string | null {
  const { bus } = busFixture()
  for (const [name, { token, type, group }] of Object.entries(clients)) {
    const session = token === null ? null : fakeSession({ caller: { user_id: 'local', token_id: token } })
    bus.register(registration(name, { client_type: type, group_id: group }), session)
  }
  const session = fakeSession({ caller: { user_id: 'local', token_id: asker.token } })
  if (asker.registered) bus.register(registration('me', { client_type: 'llm' }), session)
  const route = bus.routeOf(address, asker.registered ? 'me' : '')
  if (!route.ok) throw new Error(route.message)
  if (route.targets.length === 0) return null
  const claim = asker.claims ?? undefined
  const work = { payload: { message_type: 'command_dispatch', command }, ...route, claim }
  const scopes = asker.llm ? (['llm'] as const) : (['bus'] as const)
  const who = { scopes, identity: 'me', tokenName: '' }
  const { question } = askForWork(work, fakeCall(bus, session).context, who)
  return evaluatePolicy(policy, question)
}

interface ModelledClient {
  readonly uuid: string
  readonly token: string | null
  readonly type: string
  readonly group: string | null
}

/** Whom an address means, told once more. */
function targetsOf({ clients, asker, address }: World): ModelledClient[] {
  const me = { uuid: 'me', token: asker.token, type: 'llm', group: null }
  const all = Object.entries(clients).map(([name, each]) => ({ uuid: name, ...each }))
  return [...all, ...(asker.registered ? [me] : [])].filter((each) => {
    if ('target_uuid' in address) return each.uuid === address.target_uuid
    if ('group_id' in address) return each.group === address.group_id
    if ('client_type' in address) return each.type === address.client_type
    return each.uuid !== 'me'
  })
}

/** The same told once more, as simply as it can be said. */
function modelled(each: World): string | null {
  const { policy, asker, command } = each
  const targets = targetsOf(each)
  if (targets.length === 0) return null
  const names = asker.claims === null ? ['me'] : ['me', asker.claims]
  const asks = asker.llm && asker.token !== 'local'
  const otherwise = policy.default === 'by_token' ? (asks ? 'ask' : 'allow') : policy.default

  let worst = 0
  for (const name of names) {
    for (const target of targets) {
      let held = modes.indexOf(otherwise)
      let parts = 0
      const atLeast: number[] = []
      for (const { client, token, tool, mode } of policy.rules) {
        if (token !== null && token !== asker.token) continue
        if (tool !== null && tool !== `blender_${command}`) continue
        const strict = modes.indexOf(mode)
        let isSure = true
        if (client !== null) {
          if (client.userId !== 'local') continue
          const asSender = client.uuid === name && client.as !== 'target'
          const asTarget = client.uuid === target.uuid && client.as !== 'sender'
          if (!asSender && !asTarget) continue
          isSure =
            (client.as === 'sender' && asSender && client.tokenId === asker.token) ||
            (client.as === 'target' && asTarget && client.tokenId !== null && client.tokenId === target.token)
        }
        if (!isSure || mode === 'deny') atLeast.push(strict)
        if (!isSure) continue
        const named = [client, token, tool].filter((part) => part !== null).length
        // The first rule that names anything beats the default; a rule that names nothing does not exist.
        if (parts === 0 || named > parts) [held, parts] = [strict, Math.max(named, 1)]
        else if (named === parts) held = Math.max(held, strict)
      }
      worst = Math.max(worst, held, ...atLeast)
    }
  }
  const mode = modes[worst]
  const reads = command === 'get_scene_info'
  if (mode === 'allow') return 'allow'
  if (mode === 'deny') return 'deny'
  return reads ? 'allow' : mode === 'ask' ? 'ask' : 'deny'
}

const names = ({ client, token, tool }: ApprovalRule) => client !== null || token !== null || tool !== null
/** Only rules that a policy may hold. */
const possible = ({ policy }: World) => policy.rules.every(names)
const runs = { numRuns: 2000 }

describe('rules', () => {
  it('decide as a simple model of them does, whoever asks whom, in whatever way', () => {
    fc.assert(
      fc.property(world.filter(possible), (each) => {
        expect(decided(each)).toBe(modelled(each))
      }),
      runs,
    )
  })

  it('allow nothing that a rule which denies names', () => {
    fc.assert(
      fc.property(world.filter(possible), uuid, (each, denied) => {
        const rules: ApprovalPolicy['rules'] = [
          ...each.policy.rules,
          {
            client: { userId: 'local', uuid: denied, tokenId: null, as: null },
            token: null,
            tool: null,
            mode: 'deny',
          },
        ]
        const isMeant =
          denied === 'me' ||
          each.asker.claims === denied ||
          ('target_uuid' in each.address && each.address.target_uuid === denied)
        const verdict = decided({ ...each, policy: { ...each.policy, rules } })
        if (isMeant && verdict !== null) expect(verdict).toBe('deny')
        else expect(['allow', 'ask', 'deny', null]).toContain(verdict)
      }),
      runs,
    )
  })

  it('open by a rule for one Blender nothing but that Blender', () => {
    const onA: ApprovalRule = {
      client: { userId: 'local', uuid: 'a', tokenId: 'local', as: 'target' },
      token: 'made',
      tool: null,
      mode: 'allow',
    }
    fc.assert(
      fc.property(world, (each) => {
        const verdict = decided({
          ...each,
          policy: { default: 'ask', rules: [onA] },
          command: 'undo',
        })
        const { a } = each.clients
        const targets = targetsOf(each).map(({ uuid }) => uuid)
        const isOpen = targets.join() === 'a' && a.token === 'local' && each.asker.token === 'made'
        expect(verdict).toBe(targets.length === 0 ? null : isOpen ? 'allow' : 'ask')
      }),
      runs,
    )
  })
})
