import { describe, expect, it } from 'vitest'
import type { PanelRouterPorts } from '../../../../src/main/panel/router-ports.ts'
import { limitToUser } from '../../../../src/main/panel/one-user.ts'
import { registration } from '../bus/bus-fixture.ts'
import { panelFixture, routerPorts } from './panel-fixture.ts'

/** Eve's panel beside the bus of the local user; each has a Blender named `blender-1`. */
function fixture() {
  const all = panelFixture()
  const unasked = (): never => {
    throw new Error('not asked for here')
  }
  const asked: unknown[] = []
  const ports: PanelRouterPorts = {
    ...routerPorts(all),
    messages: {
      sentTo: (ref) => {
        asked.push(ref)
        return []
      },
      send: (input) => {
        asked.push(input.client)
        return { outcome: 'refused', code: 'not_accepted', message: 'Only a test.' }
      },
    },
    pictures: {
      take: ({ client }) => {
        asked.push(client)
        return Promise.resolve({ outcome: 'failed', message: 'Only a test.' })
      },
      last: (ref) => {
        asked.push(ref)
        return null
      },
    },
    server: {
      status: unasked,
      connectInfo: unasked,
      addon: unasked,
      token: () => 'the local token',
    },
  }
  const panel = limitToUser(ports, 'eve')
  return { all, panel, asked, eves: all.buses.busOf('eve'), others: all.bus }
}
const own = { userId: 'eve', uuid: 'blender-1' }
const other = { userId: 'local', uuid: 'blender-1' }

describe('a panel of one user', () => {
  it('hears of its own clients alone, and finds no others', () => {
    const { panel, eves, others } = fixture()
    const heard: unknown[] = []
    panel.roster.events.on('changed', (ref) => heard.push(['changed', ref]))
    panel.roster.events.on('left', (ref) => heard.push(['left', ref]))
    others.register(registration('blender-1'), null)
    expect([panel.roster.rows(), panel.roster.row(other), panel.roster.client(other)]).toStrictEqual([
      [],
      null,
      null,
    ])
    others.unregister('blender-1')
    expect(heard).toStrictEqual([])
    const { client } = eves.register(registration('blender-1'), null)
    expect(panel.roster.client(own)).toStrictEqual({ bus: eves, client })
    expect(panel.roster.rows().map(({ userId }) => userId)).toStrictEqual(['eve'])
    expect(panel.roster.row(own)?.userId).toBe('eve')
    eves.unregister('blender-1')
    expect(heard).toContainEqual(['changed', own])
    expect(heard).toContainEqual(['left', own])
  })

  it('hears of its own jobs alone, and finds, reads, cancels and repeats no others', () => {
    const { all, panel, eves, others } = fixture()
    const heard: string[] = []
    panel.jobs.events.on('changed', ({ userId, jobId }) => heard.push(`${userId} ${jobId}`))
    for (const [bus, jobId] of [
      [others, 'theirs'],
      [eves, 'mine'],
    ] as const) {
      bus.register(registration('blender-1'), null)
      bus.send({
        from: 'llm-1',
        payload: { message_type: 'job_dispatch', job_id: jobId, script: 'x = 1' },
        target_uuid: 'blender-1',
      } as unknown as Parameters<typeof bus.send>[0])
    }
    const theirs = { userId: 'local', jobId: 'theirs' }
    const mine = { userId: 'eve', jobId: 'mine' }
    expect([all.jobs.has(theirs), all.jobs.has(mine)]).toStrictEqual([true, true])
    expect(new Set(heard)).toStrictEqual(new Set(['eve mine']))
    expect(panel.jobs.rows().map(({ jobId }) => jobId)).toStrictEqual(['mine'])
    expect([
      panel.jobs.has(theirs),
      panel.jobs.row(theirs),
      panel.jobs.detail(theirs),
      panel.jobs.text(theirs, 'result'),
      panel.jobs.cancel(theirs),
      panel.jobs.repeat(theirs),
    ]).toStrictEqual([
      false,
      null,
      null,
      null,
      'not_found',
      { outcome: 'refused', message: 'This job is not known (any more).' },
    ])
    // Each of these tells something of another's job where nobody keeps it from doing so.
    expect([all.jobs.text(theirs, 'result'), panel.jobs.text(mine, 'result')]).toStrictEqual(['', ''])
    expect(panel.jobs.has({ userId: 'eve', jobId: 'unknown' })).toBe(false)
    expect([panel.jobs.has(mine), panel.jobs.row(mine)?.jobId]).toStrictEqual([true, 'mine'])
    expect(panel.jobs.detail(mine)).toStrictEqual(all.jobs.detail(mine))
    expect(panel.jobs.detail(mine)).not.toBeNull()
    expect(panel.jobs.cancel(mine)).toBe('withdrawn')
    expect(panel.jobs.repeat(mine).outcome).not.toBe('refused')
    expect(others.jobs.get('theirs')?.state).toBe('pending')
  })

  it('sends to its own clients alone, and asks of them alone for pictures and what was sent', async () => {
    const { panel, asked } = fixture()
    for (const client of [other, own]) {
      panel.messages.send({ client } as Parameters<typeof panel.messages.send>[0])
      panel.messages.sentTo(client)
      await panel.pictures.take({ client } as Parameters<typeof panel.pictures.take>[0])
      panel.pictures.last(client)
    }
    expect(asked).toStrictEqual([own, own, own, own])
  })

  it('blocks on its own bus alone, and sees and lifts no other block', () => {
    const { all, panel } = fixture()
    const terms = { reason: 'Not now.', blockedUntil: null }
    const theirs = all.blocks.add({ kind: 'client', userId: 'local', subject: 'blender-1', ...terms })
    const everybodys = all.blocks.add({ kind: 'program', userId: '', subject: 'model', ...terms })
    const forbidden = expect.objectContaining({ code: 'FORBIDDEN' }) as unknown
    for (const order of [
      { kind: 'program', userId: 'local', subject: 'other', ...terms },
      { kind: 'token', userId: 'local', subject: 'other', ...terms },
      { kind: 'address', userId: '', subject: '10.0.0.7', ...terms },
      { kind: 'client', userId: 'local', subject: 'blender-2', ...terms },
    ] as const) {
      expect(() => panel.access.blocks.add(order)).toThrow(forbidden)
    }
    const mine = panel.access.blocks.add({ kind: 'client', userId: 'eve', subject: 'blender-1', ...terms })
    const another = panel.access.blocks.add({ kind: 'client', userId: 'eve', subject: 'blender-2', ...terms })
    const program = panel.access.blocks.add({ kind: 'program', userId: '', subject: 'model', ...terms })
    expect(program.userId).toBe('eve')
    all.blocks.noteRefused(program)
    all.blocks.noteRefused(theirs)
    const none = { count: 0, lastAt: null }
    expect(panel.access.blocks.listed()).toStrictEqual([
      { ...program, refused: { count: 1, lastAt: 1_700_000_000.5 } },
      { ...another, refused: none },
      { ...mine, refused: none },
    ])
    expect([
      panel.access.blocks.lift(theirs.id),
      panel.access.blocks.lift(everybodys.id),
      panel.access.blocks.lift(mine.id),
    ]).toStrictEqual([false, false, true])
    expect(all.blocks.list()).toStrictEqual([program, another, everybodys, theirs])
  })

  it('sees the rules for its own clients alone', () => {
    const { all, panel } = fixture()
    const rule = (userId: string) => ({
      client: { userId, uuid: 'blender-1', tokenId: null, as: null },
      token: null,
      tool: null,
      mode: 'deny' as const,
    })
    const anybodys = { client: null, token: 'made', tool: null, mode: 'deny' as const }
    all.approvals.setPolicy({ default: 'ask', rules: [rule('local'), rule('eve'), anybodys] })
    expect(panel.access.approvals.policy()).toStrictEqual({ default: 'ask', rules: [rule('eve')] })
  })

  it('reads its own part of the activity log, and nothing that waits of others', () => {
    const all = panelFixture()
    const looks: unknown[] = []
    const details: unknown[] = []
    const waiting = (userId: string) => ({ entry: { userId } })
    const activityLog = {
      ...all.activityLog,
      waitingDetail: (id: number) => waiting(id === -1 ? 'eve' : 'local'),
      queries: {
        ...all.activityLog.queries,
        log: (look: unknown) => looks.push(look),
        detail: (...detail: unknown[]) => details.push(detail),
      },
    } as unknown as PanelRouterPorts['activity']['log']
    const panel = limitToUser(
      { ...routerPorts(all), activity: { log: activityLog, rates: all.rates } },
      'eve',
    ).activity.log
    expect([panel.waitingDetail(-1), panel.waitingDetail(-2)]).toStrictEqual([waiting('eve'), null])
    type Look = Parameters<typeof panel.queries.log>[0]
    void panel.queries.log({ limit: 5, userId: null } as unknown as Look)
    void panel.queries.log({ limit: 6, userId: 'eve' })
    void panel.queries.log({ limit: 7, userId: 'local' })
    expect(looks).toStrictEqual([
      { limit: 5, userId: 'eve' },
      { limit: 6, userId: 'eve' },
    ])
    void panel.queries.detail(3)
    expect(details).toStrictEqual([[3, 'eve']])
  })

  it('hears of its own part of the activity log', () => {
    const { all, panel } = fixture()
    const heard: unknown[] = []
    panel.activity.log.events.on('written', (batch) => heard.push(batch))
    panel.activity.log.events.on('unkept', (logged) => heard.push(logged))
    panel.activity.log.events.on('keptAgain', () => heard.push('keptAgain'))
    const emit = all.activityLog.events.emit.bind(all.activityLog.events) as (...event: unknown[]) => boolean
    const [mine, theirs] = [{ entry: { userId: 'eve' } }, { entry: { userId: 'local' } }]
    emit('written', { entries: [theirs], outcomes: [{ userId: 'local' }] })
    emit('written', { entries: [theirs, mine], outcomes: [] })
    emit('written', { entries: [], outcomes: [{ userId: 'local' }, { userId: 'eve' }] })
    emit('unkept', theirs)
    emit('unkept', mine)
    emit('keptAgain')
    expect(heard).toStrictEqual([
      { entries: [mine], outcomes: [] },
      { entries: [], outcomes: [{ userId: 'eve' }] },
      mine,
      'keptAgain',
    ])
  })

  it('may change no setting, make no token and have no token of the server', () => {
    const { panel } = fixture()
    expect([panel.access.tokens, panel.settings.mayChange]).toStrictEqual([null, false])
    expect(() => panel.server.token()).toThrow('This panel was opened with the token of one user.')
  })

  it('reads the rates of its own bus', () => {
    const { panel } = fixture()
    const asked: unknown[] = []
    const rates = { read: (...question: unknown[]) => asked.push(question) }
    const limited = limitToUser(
      { ...panel, activity: { log: panel.activity.log, rates } } as unknown as PanelRouterPorts,
      'eve',
    )
    limited.activity.rates.read('minute')
    expect(asked).toStrictEqual([['minute', 'eve']])
  })
})
