import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import type { ApprovalRequest } from '../../../../src/main/access/approvals.ts'
import { limitToUser } from '../../../../src/main/panel/one-user.ts'
import { createAcks } from '../../../../src/main/panel/paced-watch.ts'
import { createPanelRouter } from '../../../../src/main/panel/router.ts'
import type { ApprovalPolicy } from '../../../../src/shared/approvals.ts'
import { panelFixture, routerPorts } from './panel-fixture.ts'

const ask = (userId: string): ApprovalRequest => ({
  session: {},
  program: 'claude-code',
  question: {
    userId,
    senders: [],
    targets: [],
    tokenId: 'made',
    scopes: ['llm'],
    tool: 'blender_undo',
    reads: false,
  },
  shown: {
    userId,
    from: null,
    claims: null,
    program: 'Claude Code 1.0',
    programTitle: 'Claude Code',
    tokenId: 'made',
    tokenName: 'made',
    address: '127.0.0.1',
    tool: 'blender_undo',
    title: 'undo',
    code: '{}',
    codeKind: 'json',
    codeLength: 2,
    routing: { type: 'broadcast' },
    targets: [],
    targetCount: 0,
    again: false,
  },
  whole: { code: '{}', targets: [] },
})

describe("one user's panel", () => {
  it("sees and answers its own requests, not another's, and may not change the policy", async () => {
    const fixture = panelFixture()
    const { approvals } = fixture
    const router = createPanelRouter(limitToUser(routerPorts(fixture), 'eve'))
    const panel = createRouterClient(router, { context: { acks: createAcks() } })
    const never = new AbortController().signal
    const others = approvals.request(ask('local'), never)
    const own = approvals.request(ask('eve'), never)
    expect(others).toBeInstanceOf(Promise)
    const [first, second] = approvals.pending()

    for await (const { pending, grants } of await panel.approvals.watch({ watchId: 'w' })) {
      expect({ pending, grants }).toStrictEqual({ pending: [second], grants: [] })
      break
    }
    const details = [first, second].map((each) => panel.approvals.detail({ id: each?.id ?? '' }))
    expect(await Promise.all(details)).toStrictEqual([null, { code: '{}', targets: [] }])
    expect(await panel.approvals.answer({ id: first?.id ?? '', answer: 'once' })).toStrictEqual({
      outcome: 'gone',
    })
    expect(approvals.pending()).toStrictEqual([first, second])
    expect(await panel.approvals.answer({ id: second?.id ?? '', answer: 'once' })).toStrictEqual({
      outcome: 'answered',
    })
    expect(await own).toStrictEqual({ outcome: 'allowed' })

    const allowAll: ApprovalPolicy = { default: 'allow', rules: [] }
    await expect(panel.approvals.policy.set(allowAll)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(approvals.policy()).toStrictEqual({ default: 'by_token', rules: [] })
  })

  it('sees and takes back what its own programs are allowed, not others', async () => {
    const fixture = panelFixture()
    const { approvals } = fixture
    const router = createPanelRouter(limitToUser(routerPorts(fixture), 'eve'))
    const panel = createRouterClient(router, { context: { acks: createAcks() } })
    const never = new AbortController().signal
    for (const userId of ['local', 'eve']) {
      void approvals.request(ask(userId), never)
      const [asked] = approvals.pending()
      approvals.answer({ id: asked?.id ?? '', answer: 'program' })
    }
    const [own, others] = approvals.grants()
    for await (const { grants } of await panel.approvals.watch({ watchId: 'w' })) {
      expect(grants).toStrictEqual([own])
      break
    }
    expect(await panel.approvals.takeBack({ id: others?.id ?? '' })).toStrictEqual({ takenBack: false })
    expect(approvals.grants()).toStrictEqual([own, others])
    expect(await panel.approvals.takeBack({ id: own?.id ?? '' })).toStrictEqual({ takenBack: true })
    expect(approvals.grants()).toStrictEqual([others])
  })
})
