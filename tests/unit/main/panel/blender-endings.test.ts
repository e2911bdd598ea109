import { expect, it } from 'vitest'
import { BusManager } from '../../../../src/main/bus/bus-manager.ts'
import { createBlenderEndings } from '../../../../src/main/panel/blender-endings.ts'
import type { ProcessEnd, ProcessFacts, Processes } from '../../../../src/main/panel/processes.ts'
import { fakeSession } from '../mcp/fake-session.ts'

const process4711: ProcessFacts = { pid: 4711, program: 'blender', mark: '1' }
const ref = { userId: 'local', jobId: 'endless' }

interface Given {
  /** What the client registers with. */
  metadata?: object
  type?: string
  address?: string
  process?: ProcessFacts | null
  end?: () => Promise<ProcessEnd>
  /** What the job says while it runs. */
  says?: string
}

/** A Blender that runs a job which does not stop, another job of it, and one that waits in its mailbox. */
function fixture({ metadata, type = 'blender', address = '127.0.0.1', ...given }: Given = {}) {
  let ids = 0
  const buses = new BusManager({ clock: () => 1_700_000_000_500, newId: () => `id-${String((ids += 1))}` })
  const bus = buses.busOf('local')
  const ended: unknown[] = []
  const processes: Processes = {
    find: () => Promise.resolve(given.process === undefined ? process4711 : given.process),
    end(one, graceMs) {
      ended.push(one, graceMs)
      return given.end?.() ?? Promise.resolve('ended')
    },
  }
  const endings = createBlenderEndings({
    buses,
    processes,
    hostname: 'Studio',
    isOwnAddress: (each) => each === '127.0.0.1',
    graceMs: 5_000,
    ownPids: [100, 99],
  })
  const told: unknown[] = []
  endings.events.on('ended', (blender) => told.push(blender))
  const session = fakeSession({ remoteAddress: address })
  const register = (client_uuid: string, more: object, of: object | null, user = bus) =>
    user.register(
      {
        client_uuid,
        client_type: type,
        is_persistent: true,
        capabilities: [],
        group_id: null,
        metadata: { pid: 4711, hostname: 'studio', label: 'Atelier 1', blend_file: '/a/shot.blend', ...more },
      },
      of,
    ).client
  const client = register('b-1', metadata ?? {}, session)
  const send = (job_id: string, target = 'b-1') =>
    bus.send({
      payload: { message_type: 'command_dispatch', job_id, command: 'execute_code', params: {} },
      target_uuid: target,
      session: null,
    })
  send('endless')
  send('other')
  bus.mailboxes.take(client, 10)
  send('waits')
  const says = (progress_message: string) =>
    bus.jobUpdate({ job_id: 'endless', status: 'running', result: '', error: '', progress_message }, null)
  says(given.says ?? 'Does not stop: the script caught 20 interrupts and goes on.')
  return { buses, bus, client, endings, ended, told, register, send, says }
}

it('ends the Blender of a job that does not stop, and then what it had in hand', async () => {
  const { bus, endings, ended, told } = fixture()
  expect(await endings.look(ref)).toStrictEqual({
    name: 'Atelier 1',
    pid: 4711,
    file: '/a/shot.blend',
    otherJobs: 2,
  })
  expect(ended).toStrictEqual([])
  expect(await endings.end(ref)).toStrictEqual({ outcome: 'ended', forced: false })
  expect(ended).toStrictEqual([process4711, 5_000])
  const error = 'A person at the Busbar panel ended this Blender.'
  expect(['endless', 'other', 'waits'].map((id) => bus.jobs.get(id))).toMatchObject([
    { state: 'cancelled', error },
    { state: 'cancelled', error },
    { state: 'pending', error: '' },
  ])
  expect(told).toStrictEqual([{ userId: 'local', uuid: 'b-1', pid: 4711, forced: false }])
  expect(await endings.look(ref)).toBeNull()
  expect(await endings.end(ref)).toStrictEqual({ outcome: 'refused', message: 'The job has ended.' })
})

it('says that it had to be killed, and names one without label and file by its uuid', async () => {
  const { endings, told } = fixture({
    end: () => Promise.resolve('forced'),
    metadata: { label: ' ', blend_file: '' },
  })
  expect(await endings.look(ref)).toStrictEqual({ name: 'b-1', pid: 4711, file: '', otherJobs: 2 })
  expect(await endings.end(ref)).toStrictEqual({ outcome: 'ended', forced: true })
  expect(told).toStrictEqual([{ userId: 'local', uuid: 'b-1', pid: 4711, forced: true }])
})

const elsewhere = 'This Blender runs on another machine, or has no connection: end it there.'
it.each<[string, Given, string]>([
  ['another machine by its name', { metadata: { hostname: 'farm' } }, elsewhere],
  ['no name of a machine', { metadata: { hostname: '' } }, elsewhere],
  ['another machine by its address', { address: '10.0.0.7' }, elsewhere],
  ['no process id', { metadata: { pid: '' } }, elsewhere],
  ['process 1', { metadata: { pid: 1 } }, 'The process 1 is no Blender.'],
  ['process 0', { metadata: { pid: 0 } }, 'The process 0 is no Blender.'],
  ['this program', { metadata: { pid: 100 } }, 'The process 100 is no Blender.'],
  ['who started this program', { metadata: { pid: 99 } }, 'The process 99 is no Blender.'],
  ['a process that has ended', { process: null }, 'The process 4711 is no Blender (any more).'],
  [
    'another program',
    { process: { ...process4711, program: 'not-blender' } },
    'The process 4711 is no Blender (any more).',
  ],
  ['no Blender by its type', { type: 'llm' }, 'The job runs in no single Blender.'],
  [
    'a job that stops',
    { says: 'Rendering, 50 %' },
    'Cancel the job first: its Blender is ended only where that did not stop it.',
  ],
])('ends nothing for %s', async (_, given, message) => {
  const { endings, ended, bus } = fixture(given)
  expect(await endings.look(ref)).toBeNull()
  expect(await endings.end(ref)).toStrictEqual({ outcome: 'refused', message })
  expect(ended).toStrictEqual([])
  expect(bus.jobs.get('endless')).toMatchObject({ state: 'running' })
})

it('ends nothing for a job that nobody knows, or a Blender without a session', async () => {
  const { endings, client, ended } = fixture()
  const unknown = { outcome: 'refused', message: 'This job is not known (any more).' }
  expect(await endings.end({ ...ref, jobId: 'x' })).toStrictEqual(unknown)
  expect(await endings.end({ ...ref, userId: 'eve' })).toStrictEqual(unknown)
  client.session = null
  expect(await endings.end(ref)).toStrictEqual({ outcome: 'refused', message: elsewhere })
  expect(ended).toStrictEqual([])
})

it('ends nothing where another client says that it is the same process, on whatever bus', async () => {
  const { buses, endings, ended, register } = fixture()
  const other = buses.busOf('eve')
  register('elsewhere', { hostname: 'farm' }, fakeSession(), other)
  register('another', { pid: 4712 }, fakeSession(), other)
  expect(await endings.look(ref)).not.toBeNull()
  register('liar', {}, fakeSession(), other)
  expect(await endings.end(ref)).toStrictEqual({
    outcome: 'refused',
    message: 'Several clients say that they are the process 4711.',
  })
  expect(ended).toStrictEqual([])
})

it('ends nothing for a job of several Blenders', async () => {
  const { bus, endings, register } = fixture()
  register('b-2', { pid: 4712 }, fakeSession())
  bus.send({
    payload: { message_type: 'command_dispatch', job_id: 'many', command: 'execute_code', params: {} },
    client_type: 'blender',
    session: null,
  })
  bus.jobUpdate(
    { job_id: 'many', status: 'running', result: '', error: '', progress_message: 'Does not stop: x' },
    null,
  )
  expect(await endings.end({ ...ref, jobId: 'many' })).toStrictEqual({
    outcome: 'refused',
    message: 'The job runs in no single Blender.',
  })
})

it.each([
  [() => Promise.resolve('survived' as const), 'The process 4711 is still there.'],
  [() => Promise.reject(new Error('kill EPERM')), 'The process 4711 could not be ended: kill EPERM.'],
])('says so where it could not be ended', async (end, message) => {
  const { bus, endings, told } = fixture({ end })
  expect(await endings.end(ref)).toStrictEqual({ outcome: 'refused', message })
  expect(told).toStrictEqual([])
  expect(bus.jobs.get('endless')).toMatchObject({ state: 'running' })
})
