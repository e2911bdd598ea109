import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createStickyTargets } from '../../../../../src/main/mcp/dispatch/sticky-targets.ts'
import { readTargets, storeTargets } from '../../../../../src/main/mcp/dispatch/target-file.ts'
import { fakeSession } from '../fake-session.ts'
import { keptFileFixture } from '../../base/kept-file-fixture.ts'

const { folder, ports, lines } = keptFileFixture('targets.json')

const stickyTargets = () => createStickyTargets({ programOf: () => 'llm-claude-c0ffee-' })
const chosen = { user: 'local', program: 'llm-claude-c0ffee-', target: 'b-1', shared: false }

it('brings back what was chosen last, from a file of mode 600', async () => {
  expect(await readTargets(ports())).toStrictEqual([])
  const sticky = stickyTargets()
  const written = storeTargets(sticky, ports())
  sticky.set(fakeSession(), 'group:farm')
  sticky.set(fakeSession(), 'b-1')
  await written()
  expect(await readTargets(ports())).toStrictEqual([chosen])
  if (process.platform !== 'win32') expect((await stat(ports().path)).mode & 0o777).toBe(0o600)
  expect(await readdir(folder())).toStrictEqual(['targets.json'])
})

it.each([
  'not JSON',
  '{"version":2,"targets":[]}',
  JSON.stringify({ version: 1, targets: [{ ...chosen, target: 'b\u00071' }] }),
  JSON.stringify({ version: 1, targets: Array(1001).fill(chosen) }),
])('is set aside, and the log says so, where it holds %.60s', async (text) => {
  await writeFile(ports().path, text)
  expect(await readTargets(ports())).toStrictEqual([])
  const [aside] = await readdir(folder())
  expect(aside).toBe('targets.json.damaged-1970-01-01T00-00-00-000Z')
  expect(await readFile(join(folder(), aside ?? ''), 'utf8')).toBe(text)
  expect(lines).toStrictEqual([
    'the targets that programs chose could not be read; the file was set aside, and they have to choose again',
  ])
})

it('that cannot be written is told in the log, and the next change writes all', async () => {
  const sticky = stickyTargets()
  const later = { ...ports(), path: join(folder(), 'later', 'targets.json') }
  const written = storeTargets(sticky, later)
  sticky.set(fakeSession(), 'b-2')
  await written()
  expect(lines).toStrictEqual([
    'the targets that programs chose could not be written; after a restart they have to choose again',
  ])
  await mkdir(join(folder(), 'later'))
  sticky.set(fakeSession(), 'b-1')
  await written()
  expect(await readTargets(later)).toStrictEqual([chosen])
})
