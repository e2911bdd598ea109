import { afterEach, beforeEach, expect, it } from 'vitest'
import { clientsEventSchema } from '../../../src/shared/clients.ts'
import { pictureAnswer, pngPicture } from '../../fixtures/picture.ts'
import { call, register, startApp, type AppFixture, type Plugged } from './app-fixture.ts'

let app: AppFixture
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.stop())

const png = pngPicture(320, 200)
const ask = { client: { userId: 'local', uuid: 'b' }, maxSize: 320 }

/** Answers the next request for a picture as a Blender would. */
async function answerLook(blender: Plugged, result = pictureAnswer(png)): Promise<void> {
  const { data } = await blender.messages.next(
    ({ data }) => data.payload.command === 'get_viewport_screenshot',
  )
  await call(blender, 'blender_job_update', { job_id: data.job_id, status: 'running' })
  await call(blender, 'blender_job_update', { job_id: data.job_id, status: 'completed', result })
}

it('a picture comes over the real socket, and nothing of it is listed, kept in the history or told to others', async () => {
  const [blender, llm] = [await app.connect('blender'), await app.connect('llm')]
  await register(blender, 'b', { is_persistent: true })
  await register(llm, 'l', { client_type: 'llm' })
  await llm.client.subscribeResource({ uri: 'blender://bus/stats' })
  const panel = await app.operator()
  expect(await panel.pictures.last(ask.client)).toBeNull()

  const [first, second] = [panel.pictures.take(ask), (await app.operator()).pictures.take(ask)]
  await answerLook(blender)
  const outcome = await first
  expect(outcome).toStrictEqual({
    outcome: 'taken',
    picture: {
      id: expect.any(String) as string,
      takenAt: expect.any(Number) as number,
      mimeType: 'image/png',
      width: 320,
      height: 200,
      data: png.toString('base64'),
      source: 'viewport',
      note: '',
    },
  })
  expect(await second).toStrictEqual(outcome)
  expect(outcome.outcome === 'taken' && (await panel.pictures.last(ask.client))).toStrictEqual(
    outcome.outcome === 'taken' && outcome.picture,
  )

  const jobs = (await (await panel.jobs.watch({ watchId: 'j' })).next()).value
  expect(jobs).toStrictEqual({ type: 'snapshot', revision: 1, jobs: [] })
  const rows = clientsEventSchema.parse((await (await panel.clients.watch({ watchId: 'c' })).next()).value)
  const states =
    rows.type === 'snapshot' ? rows.clients.map(({ state, job, dropped }) => [state, job, dropped]) : []
  expect(states).toStrictEqual([
    ['live', null, 0],
    ['live', null, 0],
  ])
  // What comes after it in the history and on the streams is all there is.
  await call(llm, 'blender_send_message', { payload: { after: true }, target_uuid: 'l' })
  await llm.messages.next(({ data }) => data.payload.after === true)
  expect(llm.messages.all).toHaveLength(1)
  expect(llm.updates.all).toStrictEqual([])
  expect(blender.messages.all.map(({ level, data }) => [level, data.payload.command])).toStrictEqual([
    ['debug', 'get_viewport_screenshot'],
  ])
  const { entries } = await panel.activity.list({})
  expect(JSON.stringify(entries)).not.toContain('screenshot')
})

it('a Blender at work is not asked, and the last picture is there meanwhile', async () => {
  const [blender, llm] = [await app.connect('blender'), await app.connect('llm')]
  await register(blender, 'b')
  const panel = await app.operator()
  const first = panel.pictures.take(ask)
  await answerLook(blender)
  await first
  const payload = { message_type: 'job_dispatch', job_id: 'j', script: 'pass', description: '' }
  await call(llm, 'blender_send_message', { payload, target_uuid: 'b' })
  expect(await panel.pictures.take(ask)).toStrictEqual({
    outcome: 'busy',
    message: 'It runs a job. A picture is taken when the job has ended.',
  })
  expect(await panel.pictures.last(ask.client)).toMatchObject({ width: 320 })
  expect(blender.messages.all.map(({ data }) => data.payload.message_type)).toStrictEqual([
    'command_dispatch',
    'job_dispatch',
  ])
})

it.each([
  ['a size of nothing', { ...ask, maxSize: 0 }],
  ['a size beyond the bound', { ...ask, maxSize: 4096 }],
  ['no client', { maxSize: 320 }],
])('refuses a request with %s', async (_, request) => {
  const panel = await app.operator()
  await expect(panel.pictures.take(request as typeof ask)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})
