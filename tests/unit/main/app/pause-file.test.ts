import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { BusManager } from '../../../../src/main/bus/bus-manager.ts'
import { readPauses, storePauses } from '../../../../src/main/app/pause-file.ts'
import { keptFileFixture } from '../base/kept-file-fixture.ts'

const { folder, ports, lines } = keptFileFixture('pauses.json')

const makeBuses = () => new BusManager({ clock: () => 1_700_000_000_500, newId: () => 'id' })
const codex = { program: 'llm-codex-000000-', name: 'Codex' }
const kept = [
  { userId: 'local', program: null, name: '', by: 'the operator', since: 1_700_000_000.5 },
  { userId: 'local', ...codex, by: 'the operator', since: 1_700_000_000.5 },
  { userId: 'eve', ...codex, by: 'eve', since: 1_700_000_000.5 },
]

it('keeps the pauses of all buses over a restart, in a file of mode 600, until each is lifted', async () => {
  expect(await readPauses(ports())).toStrictEqual([])
  const first = makeBuses()
  const written = storePauses(first, [], ports())
  first.busOf('local').stopEverything('the operator')
  first.busOf('local').pauses.add(codex, 'the operator')
  first.busOf('eve').pauses.add(codex, 'eve')
  await written()
  expect(await readPauses(ports())).toStrictEqual(kept)
  // Who is paused once the server ends is nobody it keeps.
  first.busOf('late').pauses.add(codex, 'late')
  await written()
  expect(await readPauses(ports())).toStrictEqual(kept)
  if (process.platform !== 'win32') expect((await stat(ports().path)).mode & 0o777).toBe(0o600)

  const second = makeBuses()
  const told: unknown[] = []
  second.follow((bus) => bus.events.on('paused', (pause) => told.push(pause)))
  const writtenAgain = storePauses(second, await readPauses(ports()), ports())
  const pausesOf = (user: string) =>
    second
      .busOf(user)
      .pauses.list()
      .map(({ program }) => program)
  expect([pausesOf('local'), pausesOf('eve'), pausesOf('new')]).toStrictEqual([
    [null, codex.program],
    [codex.program],
    [],
  ])
  expect(told).toStrictEqual([])
  second.busOf('local').pauses.lift(null, 'the operator')
  await writtenAgain()
  expect(await readPauses(ports())).toStrictEqual(kept.slice(1))
})

it.each(['not JSON', '{"version":2,"pauses":[]}', '{"version":1,"pauses":[{"userId":"local"}]}'])(
  'is set aside, and the log says so, where it holds %s',
  async (text) => {
    await writeFile(ports().path, text)
    expect(await readPauses(ports())).toStrictEqual([])
    const [aside] = await readdir(folder())
    expect(aside).toBe('pauses.json.damaged-1970-01-01T00-00-00-000Z')
    expect(await readFile(join(folder(), aside ?? ''), 'utf8')).toBe(text)
    expect(lines).toStrictEqual([
      'who was paused could not be read; the file was set aside, and nobody is paused by it',
    ])
  },
)

it('that cannot be written is told in the log, and the next change writes all', async () => {
  const buses = makeBuses()
  const later = { ...ports(), path: join(folder(), 'later', 'pauses.json') }
  const written = storePauses(buses, [], later)
  buses.busOf('local').pauses.add(null, 'the operator')
  await written()
  expect(lines).toStrictEqual([
    'who is paused could not be written; a restart would let what was just paused go on',
  ])
  await mkdir(join(folder(), 'later'))
  buses.busOf('local').pauses.add(codex, 'the operator')
  await written()
  expect(await readPauses(later)).toStrictEqual(kept.slice(0, 2))
})
