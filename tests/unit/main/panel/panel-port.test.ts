import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { answerPort } from '../../../../src/main/panel/panel-port.ts'
import { createPanelRouter } from '../../../../src/main/panel/router.ts'
import { panelFixture, routerPorts } from './panel-fixture.ts'

function openPort() {
  const { port1, port2 } = new MessageChannel()
  const logged: unknown[] = []
  const note = (level: string) => (details: object, message: string) => logged.push([level, details, message])
  const ports = routerPorts(panelFixture())
  const added: unknown[] = []
  const blocks = {
    ...ports.access.blocks,
    add: (order: Parameters<typeof ports.access.blocks.add>[0]) => {
      added.push(order)
      return ports.access.blocks.add(order)
    },
  }
  answerPort(
    {
      postMessage: (message) => port1.postMessage(message),
      on: (event: 'message' | 'close', listener: (event: { data: unknown }) => void) =>
        port1.on(event, (data: unknown) => listener({ data })),
      start: () => port1.start(),
      close: () => port1.close(),
    },
    {
      router: createPanelRouter({ ...ports, access: { ...ports.access, blocks } }),
      log: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
      panel: 'window',
    },
  )
  return { page: port2, logged, added }
}

const callOf = (procedure: string, input: object) =>
  JSON.stringify({ i: '1', p: { u: `/${procedure}`, b: { json: input } } })

it('texts of the window become well-formed', async () => {
  const { page, added } = openPort()
  const order = { kind: 'program', subject: 'codex', blockSeconds: null }
  page.postMessage(callOf('blocks/add', { ...order, reason: 'cut off \ud83d' }))
  await once(page, 'message')
  expect(added).toMatchObject([{ subject: 'codex', reason: 'cut off \ufffd' }])
  page.close()
})

it.each([
  ['a text that is no call', 'hello'],
  ['an object', { i: '1' }],
  ['bytes', new Uint8Array([1, 2, 3])],
])('%s closes the port and harms nobody', async (_, message) => {
  const { page, logged } = openPort()
  const closed = once(page, 'close')
  page.postMessage(message)
  await closed
  expect(logged).toStrictEqual([
    ['warn', { panel: 'window' }, 'a panel sent a frame that is no call; its port was closed'],
  ])
})
