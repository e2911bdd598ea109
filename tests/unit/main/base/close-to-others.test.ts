import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { closeToOthers } from '../../../../src/main/base/private-file.ts'
import { recordedLog } from '../access/recorded-log.ts'

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'busbar-text-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

it.skipIf(process.platform === 'win32')(
  'a file that others may read is closed to them, and no other',
  async () => {
    const [open, closed] = [join(folder, 'open'), join(folder, 'closed')]
    await writeFile(open, '')
    await chmod(open, 0o664)
    await writeFile(closed, '')
    await chmod(closed, 0o400)
    const log = recordedLog()
    for (const path of [open, closed, join(folder, 'none')]) await closeToOthers(path, log)
    expect([(await stat(open)).mode & 0o777, (await stat(closed)).mode & 0o777]).toStrictEqual([0o600, 0o400])
    expect(log.lines).toStrictEqual([
      {
        level: 'warn',
        details: { path: open, mode: '664' },
        message: 'a file was open to other users; its mode was set to 600',
      },
    ])
  },
)
