import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { storeBlocks, readBlocks } from '../../../../src/main/access/block-file.ts'
import {
  blockedAnswer,
  blockedCallAnswer,
  createBlockList,
  type BlockOrder,
} from '../../../../src/main/access/block-list.ts'
import { recordedLog } from './recorded-log.ts'

const time = { nowMs: 1_700_000_000_000 }
const clock = () => time.nowMs
beforeEach(() => void (time.nowMs = 1_700_000_000_000))

const order = (kind: BlockOrder['kind'], subject: string, more: Partial<BlockOrder> = {}): BlockOrder => ({
  kind,
  userId: kind === 'client' ? 'local' : '',
  subject,
  reason: 'r',
  blockedUntil: 1_700_000_060,
  ...more,
})
const applicant = (
  more: { address?: string; user?: string; token?: string; program?: string | null } = {},
) => ({
  caller: { user_id: more.user ?? 'local', token_id: more.token ?? 't' },
  remoteAddress: more.address ?? '10.0.0.1',
  programName: more.program === undefined ? 'claude' : more.program,
})

describe('the block list', () => {
  it('keeps a uuid off one bus and no other, until it runs out', () => {
    const list = createBlockList(clock)
    const block = list.add(order('client', 'b'))
    expect(block).toStrictEqual({
      id: 'client\u001flocal\u001fb',
      kind: 'client',
      userId: 'local',
      subject: 'b',
      tokenId: null,
      reason: 'r',
      blockedUntil: 1_700_000_060,
      createdAt: 1_700_000_000,
    })
    expect([list.find('local', 'b'), list.find('eve', 'b'), list.blockOf(applicant())]).toStrictEqual([
      block,
      null,
      null,
    ])
    time.nowMs += 60_000
    expect([list.find('local', 'b'), list.list()]).toStrictEqual([null, []])
  })

  it.each([
    [
      'a program in any case',
      order('program', 'Claude '),
      applicant({ program: 'cLAUDE' }),
      applicant({ program: 'claude-2' }),
    ],
    [
      'an IPv4 address',
      order('address', '10.0.0.9'),
      applicant({ address: '::ffff:10.0.0.9' }),
      applicant({ address: '10.0.0.90' }),
    ],
    [
      'an IPv6 address',
      order('address', 'FE80::1'),
      applicant({ address: 'fe80::1' }),
      applicant({ address: 'fe80::11' }),
    ],
    [
      'an IPv6 address that was written in another way',
      order('address', '2001:0DB8:0:0:0:0:0:1'),
      applicant({ address: '2001:db8::1' }),
      applicant({ address: '2001:db8::10' }),
    ],
    [
      'an IPv4 address that was written as IPv6',
      order('address', '::FFFF:0a00:0009'),
      applicant({ address: '10.0.0.9' }),
      applicant({ address: '10.0.0.90' }),
    ],
    [
      'a token',
      order('token', 'tok-1'),
      applicant({ token: 'tok-1' }),
      applicant({ token: 'tok-10', program: null }),
    ],
    [
      'a program with one token',
      order('program', 'claude', { tokenId: 'tok-1' }),
      applicant({ token: 'tok-1' }),
      applicant({ token: 'tok-2' }),
    ],
    [
      'a program on one bus',
      order('program', 'claude', { userId: 'eve' }),
      applicant({ user: 'eve' }),
      applicant({ user: 'local' }),
    ],
    [
      'a token on the bus of a user who blocked it',
      order('token', 't', { userId: 'eve' }),
      applicant({ user: 'eve' }),
      applicant({ user: '' }),
    ],
  ])('shuts out %s and nobody else, without an end where it has none', (_, asked, meant, other) => {
    const list = createBlockList(clock)
    const block = list.add({ ...asked, blockedUntil: null })
    time.nowMs += 1e12
    expect([list.blockOf(meant), list.blockOf(other)]).toStrictEqual([block, null])
    expect([list.lift(block.id), list.lift(block.id), list.blockOf(meant)]).toStrictEqual([true, false, null])
  })

  it('keeps an address off every bus, whoever orders it', () => {
    const list = createBlockList(clock)
    const block = list.add(order('address', '10.0.0.9', { userId: 'eve' }))
    expect(block).toStrictEqual({
      id: 'address\u001f\u001f10.0.0.9',
      kind: 'address',
      userId: '',
      subject: '10.0.0.9',
      tokenId: null,
      reason: 'r',
      blockedUntil: 1_700_000_060,
      createdAt: 1_700_000_000,
    })
    expect(list.blockOf(applicant({ address: '10.0.0.9' }))).toStrictEqual(block)
  })

  it('tells tokens and clients apart by case', () => {
    const list = createBlockList(clock)
    list.add(order('token', 'Tok-1'))
    const client = list.add(order('client', 'B'))
    expect([
      list.blockOf(applicant({ token: 'tok-1' })),
      list.find('local', 'b'),
      list.find('local', 'B'),
    ]).toStrictEqual([null, null, client])
  })

  it.each([order('token', 'Laptop'), order('program', 'claude', { tokenId: 'Laptop' })])(
    'finds a token by its name, too: %j',
    (named) => {
      const list = createBlockList(clock, [], (id) => (id === 'tok-1' ? 'Laptop' : null))
      const block = list.add(named)
      expect(['tok-1', 'tok-2'].map((token) => list.blockOf(applicant({ token })))).toStrictEqual([
        block,
        null,
      ])
    },
  )

  it('lifts none that has run out, and tells of none', () => {
    const list = createBlockList(clock)
    const told: string[] = []
    const { id } = list.add(order('client', 'b'))
    list.events.on('lifted', ({ subject }) => told.push(`lifted ${subject}`))
    list.events.on('changed', () => told.push('changed'))
    time.nowMs += 60_000
    expect([list.lift(id), list.list(), told]).toStrictEqual([false, [], []])
  })

  it('holds a program apart by its token and by its bus', () => {
    const list = createBlockList(clock)
    const claude = (more: Partial<BlockOrder> = {}) => list.add(order('program', 'claude', more))
    const blocks = [claude(), claude({ tokenId: 't' }), claude({ userId: 'eve' })]
    expect(blocks.map(({ id }) => id)).toStrictEqual([
      'program\u001f\u001fclaude',
      'program\u001f\u001fclaude\u001ft',
      'program\u001feve\u001fclaude',
    ])
    expect(list.list()).toStrictEqual(blocks.toReversed())
  })

  it('counts what each block refused, anew with new terms', () => {
    const list = createBlockList(clock)
    const block = list.add(order('client', 'a'))
    const other = list.add(order('client', 'b'))
    const refused = () => list.listed().map((each) => [each.subject, each.refused])
    time.nowMs += 1000
    list.noteRefused(block)
    time.nowMs += 1000
    list.noteRefused(block)
    expect(refused()).toStrictEqual([
      ['b', { count: 0, lastAt: null }],
      ['a', { count: 2, lastAt: 1_700_000_002 }],
    ])
    list.lift(other.id)
    list.noteRefused(other)
    list.add(order('client', 'b'))
    list.add(order('client', 'a'))
    expect(refused()).toStrictEqual([
      ['a', { count: 0, lastAt: null }],
      ['b', { count: 0, lastAt: null }],
    ])
  })

  it('takes new terms for the same subject, and lists the newest first', () => {
    const list = createBlockList(clock)
    const told: string[] = []
    list.events.on('added', ({ subject }) => told.push(`added ${subject}`))
    list.events.on('lifted', ({ subject }) => told.push(`lifted ${subject}`))
    list.events.on('changed', () => told.push('changed'))
    list.add(order('client', 'a'))
    list.add(order('client', 'b'))
    list.add(order('client', 'a', { reason: 'another' }))
    expect(list.list().map(({ subject, reason }) => [subject, reason])).toStrictEqual([
      ['a', 'another'],
      ['b', 'r'],
    ])
    list.lift('client\u001flocal\u001fb')
    expect(told).toStrictEqual([
      'added a',
      'changed',
      'added b',
      'changed',
      'added a',
      'changed',
      'lifted b',
      'changed',
    ])
  })
})

describe('what is said to who is blocked', () => {
  it('names them, the end, the reason, and what to do', () => {
    const list = createBlockList(clock)
    const who = 'A person blocked "b"'
    expect(blockedAnswer(list.add(order('client', 'b')), who)).toStrictEqual({
      message:
        'A person blocked "b" before 2023-11-14T22:14:20.000Z (r). ' +
        'Stop reconnecting; ask the operator to lift the block.',
      blockedUntil: 1_700_000_060,
    })
    const endless = list.add(order('client', 'b', { reason: '', blockedUntil: null }))
    expect(blockedAnswer(endless, who)).toStrictEqual({
      message:
        'A person blocked "b" until the operator allows it. ' +
        'Stop reconnecting; ask the operator to lift the block.',
      blockedUntil: null,
    })
  })
})

describe('what a model reads that may do nothing for now', () => {
  it.each<[Partial<BlockOrder> & Pick<BlockOrder, 'kind' | 'subject'>, string]>([
    [{ kind: 'program', subject: 'claude-code' }, 'Claude Code, until 2023-11-14T22:14:20.000Z (r)'],
    [
      { kind: 'program', subject: 'claude-code', tokenId: 't', reason: '' },
      'Claude Code with this token, until 2023-11-14T22:14:20.000Z',
    ],
    [
      { kind: 'token', subject: 't', blockedUntil: null },
      'every program that uses this token, until that is lifted (r)',
    ],
    [{ kind: 'client', subject: 'b' }, 'this client ("b"), until 2023-11-14T22:14:20.000Z (r)'],
    [
      { kind: 'address', subject: '10.0.0.9', reason: '', blockedUntil: null },
      'every program at 10.0.0.9, until that is lifted',
    ],
  ])('names whom %o blocks, until when and why', ({ kind, subject, ...more }, said) => {
    const block = createBlockList(clock).add(order(kind, subject, more))
    expect(blockedCallAnswer(block)).toStrictEqual({
      message:
        `A person at the Busbar panel has blocked ${said}. ` +
        'Nothing was run, and nothing will be while the block holds. Tell your user; do not look for another way.',
      blockedUntil: block.blockedUntil,
    })
  })
})

describe('its file', () => {
  let folder: string
  const ports = () => ({ path: join(folder, 'blocks.json'), clock, log: recordedLog() })
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'busbar-blocks-'))))
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('brings every block back, in mode 600, and forgets those that were lifted', async () => {
    const list = createBlockList(clock, (await readBlocks(ports())).blocks)
    const written = storeBlocks(list, ports())
    list.add(order('client', 'a'))
    list.add(order('address', '10.0.0.9', { blockedUntil: null }))
    const lifted = list.add(order('token', 't'))
    list.lift(lifted.id)
    await written()
    const again = await readBlocks(ports())
    expect(again).toStrictEqual({ blocks: list.list().reverse(), setAside: null })
    expect(createBlockList(clock, again.blocks).list()).toStrictEqual(list.list())
    expect(again.blocks).toHaveLength(2)
    if (process.platform !== 'win32') expect((await stat(ports().path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toStrictEqual(['blocks.json'])
  })

  it.each(['', '{', '[]', '{"version":2,"blocks":[]}', '{"version":1,"blocks":[{"id":1}]}'])(
    'is set aside and told of where it holds %j',
    async (text) => {
      await writeFile(ports().path, text)
      const log = recordedLog()
      const { blocks, setAside } = await readBlocks({ ...ports(), log })
      expect([blocks, setAside]).toStrictEqual([[], 'blocks.json.damaged-2023-11-14T22-13-20-000Z'])
      expect(await readFile(join(folder, setAside ?? ''), 'utf8')).toBe(text)
      expect(await readdir(folder)).toStrictEqual([setAside])
    },
  )

  it('that cannot be written is no fault of who blocks, and the next change writes all', async () => {
    const list = createBlockList(clock)
    const written = storeBlocks(list, { ...ports(), path: join(folder, 'later', 'blocks.json') })
    list.add(order('client', 'a'))
    await written()
    const { mkdir } = await import('node:fs/promises')
    await mkdir(join(folder, 'later'))
    list.add(order('client', 'b'))
    await written()
    expect(
      (await readBlocks({ ...ports(), path: join(folder, 'later', 'blocks.json') })).blocks,
    ).toHaveLength(2)
  })
})
