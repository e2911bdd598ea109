import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { WorkersWord } from './processes/workers.ts'
import {
  dataOf,
  endProcesses,
  eventually,
  isMessage,
  registered,
  startPeers,
  startServer,
  temporaryFolder,
} from './server.ts'

afterEach(endProcesses)

const workerCount = 50
const jobsEach = 4

it('gets all 50 clients back after kill -9, and no job is done or answered twice or lost', async () => {
  const first = await startServer()
  const workers = startPeers<WorkersWord>('workers', [first.url, 'worker', String(workerCount)])
  const timesRegistered = (uuid: string): number =>
    workers.said.filter((word) => word.kind === 'registered' && word.uuid === uuid).length
  const uuids = Array.from({ length: workerCount }, (_, n) => `worker-${String(n)}`)
  await eventually('all are plugged in', () => uuids.every((uuid) => timesRegistered(uuid) === 1))

  const jobs = uuids.flatMap((uuid) =>
    Array.from({ length: jobsEach }, (_, n) => ({ uuid, jobId: `${uuid}/job-${String(n)}` })),
  )
  /** What came for each job, by the server that sent it. */
  const answers = new Map<string, { from: string; result: string }[]>()
  const listen = async (server: typeof first) => {
    const session = await server.raw('sender')
    const stream = await session.openStream()
    await session.call('blender_register_client', {
      client_uuid: 'sender',
      client_type: 'llm',
      is_persistent: true,
    })
    const collect = (): void => {
      for (const frame of stream.frames.all.splice(0).filter(isMessage)) {
        const { payload } = dataOf(frame)
        if (payload.kind !== 'job_update' || payload.status !== 'completed') continue
        const known = answers.get(String(payload.job_id)) ?? []
        answers.set(String(payload.job_id), [
          ...known,
          { from: `process ${String(server.pid)}`, result: String(payload.result) },
        ])
      }
    }
    const dispatch = ({ uuid, jobId }: { uuid: string; jobId: string }): Promise<unknown> =>
      session.call('blender_send_message', {
        payload: { message_type: 'job_dispatch', job_id: jobId, script: 'pass', description: 'One job' },
        target_uuid: uuid,
      })
    /** Resolves when all that was sent to the sender before this has been collected: its stream keeps the order. */
    const catchUp = async (): Promise<void> => {
      const { message_id } = await session.call('blender_send_message', {
        payload: { kind: 'marker' },
        target_uuid: 'sender',
      })
      await eventually('the marker has come', () => {
        const come = stream.frames.all
          .filter(isMessage)
          .some((frame) => dataOf(frame).message_id === message_id)
        collect()
        return come
      })
    }
    return { collect, dispatch, catchUp }
  }

  const before = await listen(first)
  const dispatched = jobs.map((job) => before.dispatch(job).catch(() => undefined))
  await eventually('a third is done', () => {
    before.collect()
    return answers.size >= jobs.length / 3
  })
  await first.kill()
  await Promise.all(dispatched)
  before.collect()

  const second = await startServer({ dataDir: first.dataDir, port: first.port })
  expect(second.portWasTaken).toBe(false)
  const after = await listen(second)
  await eventually('all are back', () => uuids.every((uuid) => timesRegistered(uuid) === 2))
  const watcher = await second.raw('watcher')
  expect((await registered(watcher)).toSorted()).toStrictEqual([...uuids, 'sender'].toSorted())
  // The bus forgets with its process: who has no answer asks again under the same job id.
  await after.catchUp()
  const unanswered = jobs.filter(({ jobId }) => !answers.has(jobId))
  await Promise.all(unanswered.map(after.dispatch))
  await eventually('every job is answered', () => {
    after.collect()
    return answers.size === jobs.length
  })
  const ran = workers.said.flatMap((word) => (word.kind === 'ran' ? [word.jobId] : []))
  expect(ran.toSorted()).toStrictEqual(jobs.map(({ jobId }) => jobId).toSorted())
  // A worker whose report was taken but not acknowledged when the server died reports again to the next: the same.
  for (const [jobId, came] of answers) {
    const uuid = jobId.split('/')[0] ?? ''
    expect(new Set(came.map(({ from }) => from)).size).toBe(came.length)
    expect(new Set(came.map(({ result }) => result))).toStrictEqual(new Set([`${uuid} did ${jobId}`]))
  }
})

it('takes the next port where its own is taken, and announces the one it has', async () => {
  const first = await startServer()
  const second = await startServer({ port: first.port })
  expect([second.portWasTaken, second.port !== first.port]).toStrictEqual([true, true])
  const announced = JSON.parse(await readFile(join(second.dataDir, 'endpoint.json'), 'utf8')) as {
    url: string
  }
  expect(announced.url).toBe(second.url)
  expect(await registered(await second.raw('client'))).toStrictEqual([])
})

it('replaces what a killed server announced, and what is no announcement at all', async () => {
  const dataDir = await temporaryFolder()
  const first = await startServer({ dataDir })
  await first.kill()
  const path = join(dataDir, 'endpoint.json')
  const announced = async () => JSON.parse(await readFile(path, 'utf8')) as { url: string; pid: number }
  expect((await announced()).pid).toBe(first.pid)
  const second = await startServer({ dataDir })
  expect(await announced()).toMatchObject({ url: second.url, pid: second.pid })
  await second.kill()
  await writeFile(path, '{"url":"http://12')
  const third = await startServer({ dataDir })
  expect(await announced()).toMatchObject({ url: third.url, pid: third.pid })
})
