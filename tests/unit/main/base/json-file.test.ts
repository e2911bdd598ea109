import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { readJsonFile } from '../../../../src/main/base/json-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'busbar-json-file-'))
})
afterEach(() => rm(folder, { recursive: true }))

const schema = z.object({ reason: z.string() })

it.each([
  [
    'an escape that is half of a pair',
    Buffer.from(String.raw`{"reason":"cut off \ud83d"}`),
    'cut off \ufffd',
  ],
  ['bytes that are no UTF-8', Buffer.from('{"reason":"caf\xe9"}', 'latin1'), 'caf\ufffd'],
  [
    'a file that begins with a byte order mark',
    Buffer.from('\ufeff{"reason":"of an editor \ufeff"}'),
    'of an editor \ufeff',
  ],
  ['a whole character', Buffer.from(String.raw`{"reason":"\ud83d\ude00"}`), '😀'],
])('%s is read as well-formed text', async (_, bytes, reason) => {
  const path = join(folder, 'file.json')
  await writeFile(path, bytes)
  expect(await readJsonFile(path, schema)).toStrictEqual({ kind: 'read', value: { reason } })
})

it('a folder in its place is damage, and no file is none', async () => {
  await mkdir(join(folder, 'file.json'))
  expect(await readJsonFile(join(folder, 'file.json'), schema)).toStrictEqual({ kind: 'damaged' })
  expect(await readJsonFile(join(folder, 'other.json'), schema)).toStrictEqual({ kind: 'missing' })
})
