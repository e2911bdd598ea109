import { describe, expect, it } from 'vitest'
import { createClosers } from '../../../../src/main/base/closers.ts'
import type { Log } from '../../../../src/main/base/log.ts'

function closersFixture() {
  const closed: string[] = []
  const logged: { level: string; details: object; message: string }[] = []
  const at = (level: string) => (details: object, message: string) =>
    void logged.push({ level, details, message })
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { closed, logged, closers: createClosers(log) }
}

describe('the stack of closers', () => {
  it('closes in reverse, each part after the one above it has closed', async () => {
    const { closed, closers } = closersFixture()
    const first = { close: () => void closed.push('first') }
    expect(closers.add(first)).toBe(first)
    const slow = Promise.withResolvers<undefined>()
    closers.add({
      async close() {
        closed.push('second begins')
        await slow.promise
        closed.push('second ends')
      },
    })
    closers.add({ close: () => void closed.push('third') })
    const done = closers.close()
    await Promise.resolve()
    expect(closed).toStrictEqual(['third', 'second begins'])
    slow.resolve(undefined)
    await done
    expect(closed).toStrictEqual(['third', 'second begins', 'second ends', 'first'])
  })

  it('closes the others where a part cannot be closed, and logs that', async () => {
    const { closed, logged, closers } = closersFixture()
    const fault = new Error('the disk is gone')
    closers.add({ close: () => void closed.push('first') })
    closers.add({ close: () => Promise.reject(fault) })
    closers.add({
      close() {
        throw fault
      },
    })
    await closers.close()
    expect(closed).toStrictEqual(['first'])
    const line = {
      level: 'error',
      details: { err: fault },
      message: 'a part of Busbar could not be closed; the others are closed all the same',
    }
    expect(logged).toStrictEqual([line, line])
  })

  it('closes once, and a second call waits for the first', async () => {
    const { closed, closers } = closersFixture()
    closers.add({ close: () => void closed.push('one') })
    await Promise.all([closers.close(), closers.close()])
    await closers.close()
    expect(closed).toStrictEqual(['one'])
  })
})
