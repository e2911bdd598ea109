import { DatabaseSync } from 'node:sqlite'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, type TestContext } from 'vitest'
import { mountSmallDisk, type SmallDisk } from './disk.ts'
import {
  dataOf,
  endProcesses,
  eventually,
  isMessage,
  startServer,
  temporaryFolder,
  type FaultServer,
} from './server.ts'

let disk: SmallDisk | null = null
let dataDir: string

beforeEach(async () => {
  dataDir = await temporaryFolder()
  disk = mountSmallDisk(dataDir, 4)
})
afterEach(async () => {
  // Unmounted lazily: the server still has files open, and ends after the folder it stands in is gone.
  disk?.unmount()
  await endProcesses()
})

const historyOff = 'the activity log is not being kept; it is tried again every few seconds'

/** On a user's machine mounting needs a right that few have; in CI nothing may go untested. */
function needDisk(context: TestContext): SmallDisk {
  if (disk !== null) return disk
  if (process.env.CI === 'true') throw new Error('a tmpfs could not be mounted: this test needs root')
  return context.skip('a small tmpfs could not be mounted; run as root (Linux) to test full disks')
}

/** Sends `count` messages of 1 KiB to a client with an open stream and resolves when all have come. */
async function sendAcross(server: FaultServer, count: number, name: string): Promise<void> {
  const receiver = await server.raw(name)
  const stream = await receiver.openStream()
  await receiver.call('blender_register_client', { client_uuid: name, client_type: 'blender' })
  const sender = await server.raw(`${name}-sender`)
  for (let n = 0; n < count; n += 1) {
    await sender.call('blender_send_message', {
      payload: { n, text: 'x'.repeat(1024) },
      target_uuid: name,
    })
  }
  const numbers = () => stream.frames.all.filter(isMessage).map((frame) => dataOf(frame).payload.n)
  await eventually('every message has come', () => numbers().length >= count)
  expect(numbers()).toStrictEqual(Array.from({ length: count }, (_, n) => n))
}

function integrity(path: string): unknown {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    return db.prepare('PRAGMA integrity_check').get()
  } finally {
    db.close()
  }
}

it('goes on without history on a full disk, and keeps it again when there is room', async (context) => {
  const small = needDisk(context)
  const server = await startServer({ dataDir })
  await sendAcross(server, 20, 'before')
  const free = await small.fill()
  await sendAcross(server, 200, 'during')
  await eventually('the full disk was noticed', async () => (await server.logged(historyOff)) > 0)
  await sendAcross(server, 20, 'still')
  await free()
  await eventually(
    'the activity log is back',
    async () =>
      (await server.logged('the activity log is being kept again')) >= (await server.logged(historyOff)),
  )
  await sendAcross(server, 20, 'after')
  await eventually('what came after is kept', () => {
    const db = new DatabaseSync(join(dataDir, 'history.db'), { readOnly: true })
    try {
      return (
        (db.prepare(`SELECT count(*) AS n FROM activity WHERE client = 'after'`).get() as { n: number }).n > 0
      )
    } finally {
      db.close()
    }
  })
  await server.kill()
  expect(integrity(join(dataDir, 'history.db'))).toEqual({ integrity_check: 'ok' })
})

it('starts on a disk that is full from the beginning', async (context) => {
  await needDisk(context).fill()
  const server = await startServer({ dataDir })
  await sendAcross(server, 20, 'receiver')
  expect(await server.logged(historyOff)).toBe(1)
})

it('starts and works on a data directory that is read-only, and says what that means', async (context) => {
  const small = needDisk(context)
  await (await startServer({ dataDir })).kill()
  const announced = readFileSync(join(dataDir, 'endpoint.json'), 'utf8')
  const kept = readFileSync(join(dataDir, 'panel-key'), 'utf8').trim()
  small.readOnly()
  const server = await startServer({ dataDir })
  // The secrets that are there are still the ones that hold.
  expect(new URL(server.panelUrl).hash).toBe(`#key=${kept}`)
  expect(
    await server.logged(
      'programs cannot find this server by themselves: the data directory cannot be written to',
    ),
  ).toBe(1)
  expect(await server.logged(historyOff)).toBe(1)
  expect(
    await server.logged('the data directory cannot be locked: a second server on it would not be noticed'),
  ).toBe(1)
  await sendAcross(server, 20, 'receiver')
  expect(readFileSync(join(dataDir, 'endpoint.json'), 'utf8')).toBe(announced)
})

it('makes secrets for one run where the read-only directory has none', async (context) => {
  const small = needDisk(context)
  small.readOnly()
  const server = await startServer({ dataDir })
  expect(
    await server.logged(
      'a secret could not be kept: programs that use it have to be told the new one after a restart',
    ),
  ).toBe(1)
  expect(new URL(server.panelUrl).hash).toMatch(/^#key=[\w-]{43}$/)
  await sendAcross(server, 20, 'receiver')
})
