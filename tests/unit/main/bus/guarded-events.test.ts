import { describe, expect, it } from 'vitest'
import { createGuardedEvents } from '../../../../src/main/bus/guarded-events.ts'

describe('an event whose listener throws', () => {
  it('reaches the others, is reported, and harms nobody who emits', () => {
    const reported: unknown[] = []
    const heard: string[] = []
    const events = createGuardedEvents<{ told: [text: string] }>((error, event) =>
      reported.push([error, event]),
    )
    const fault = new URIError('URI malformed')
    events.on('told', () => {
      throw fault
    })
    events.once('told', (text) => heard.push(`once ${text}`))
    events.on('told', (text) => heard.push(text))
    expect([events.emit('told', 'a'), events.emit('told', 'b')]).toStrictEqual([true, true])
    expect(heard).toStrictEqual(['once a', 'a', 'b'])
    expect(reported).toStrictEqual([
      [fault, 'told'],
      [fault, 'told'],
    ])
  })

  it('says whether anybody was there to hear it', () => {
    const events = createGuardedEvents<{ told: [what: string] }>(() => undefined)
    const before = events.emit('told', 'a')
    events.once('told', () => undefined)
    expect([before, events.emit('told', 'b'), events.emit('told', 'c')]).toStrictEqual([false, true, false])
  })
})
