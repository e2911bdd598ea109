import { describe, expect, it } from 'vitest'
import { MessageChannelMain, movePort } from '../../desktop/host/message-ports.ts'

/** Waits until everything that was posted before has arrived. */
const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

describe('a pair of ports', () => {
  it('holds messages back until it is started, then keeps their order', async () => {
    const { port1, port2 } = new MessageChannelMain()
    const heard: unknown[] = []
    port2.on('message', ({ data }) => heard.push(data))
    port1.postMessage('one')
    port1.postMessage(new Uint8Array([2]))
    await settle()
    expect(heard).toEqual([])
    port2.start()
    await settle()
    port1.postMessage({ three: 3 })
    await settle()
    expect(heard).toEqual(['one', new Uint8Array([2]), { three: 3 }])
  })

  it('passes a copy, and throws for what has none', async () => {
    const { port1, port2 } = new MessageChannelMain()
    const heard: unknown[] = []
    port2.on('message', ({ data }) => heard.push(data))
    port2.start()
    const value = { count: 1 }
    port1.postMessage(value)
    value.count = 2
    await settle()
    expect(heard).toEqual([{ count: 1 }])
    expect(() => port1.postMessage(() => undefined)).toThrow(
      expect.objectContaining({ name: 'DataCloneError' }),
    )
  })

  it('tells both sides of its end, once', async () => {
    const { port1, port2 } = new MessageChannelMain()
    const ends: string[] = []
    port1.on('close', () => ends.push('port1'))
    port2.on('close', () => ends.push('port2'))
    port1.close()
    port1.close()
    expect(ends).toEqual(['port1'])
    await settle()
    expect(ends).toEqual(['port1', 'port2'])
  })
})

describe('a port that moved into a page', () => {
  it('brings along what had arrived, and works both ways', async () => {
    const { port1, port2 } = new MessageChannelMain()
    const inPage: unknown[] = []
    const inMain: unknown[] = []
    port1.on('message', ({ data }) => inMain.push(data))
    port1.start()
    port1.postMessage('before')
    const page = movePort(port2, {
      receive: (data) => inPage.push(data),
      closed: () => inPage.push('closed'),
    })
    port1.postMessage('after')
    page.receive('answer')
    await settle()
    expect({ inPage, inMain }).toEqual({ inPage: ['before', 'after'], inMain: ['answer'] })
    port1.close()
    expect(inPage).toEqual(['before', 'after', 'closed'])
  })

  it('closes the side that stayed when the page goes', async () => {
    const { port1, port2 } = new MessageChannelMain()
    let closed = 0
    port1.on('close', () => (closed += 1))
    movePort(port2, { receive() {}, closed() {} }).close()
    await settle()
    expect(closed).toBe(1)
  })

  it('can not be used or moved again', () => {
    const { port2 } = new MessageChannelMain()
    const page = { receive() {}, closed() {} }
    movePort(port2, page)
    const gone = 'This port was given to a page and can no longer be used here.'
    expect(() => port2.postMessage('x')).toThrow(gone)
    expect(() => movePort(port2, page)).toThrow(gone)
  })
})
