import { expect, it } from 'vitest'
import { followWatch, type Watch } from '../../../../src/renderer/connection/follow-watch.ts'

function build(events: readonly string[]) {
  const log: string[] = []
  const watch: Watch<string> = {
    api: {
      feed: {
        ack: ({ watchId }: { watchId: string }) => {
          log.push(`ack ${watchId}`)
          return Promise.resolve()
        },
      },
    },
    watchId: 'w1',
    signal: new AbortController().signal,
    open: ({ watchId }) => {
      log.push(`open ${watchId}`)
      return Promise.resolve(
        (async function* () {
          try {
            for (const event of events) yield await Promise.resolve(event)
          } finally {
            log.push('let go')
          }
        })(),
      )
    },
    take: (event) => {
      log.push(`take ${event}`)
      return event === 'gap' ? 'stop' : 'go on'
    },
    settled: () => {
      log.push('settled')
      return Promise.resolve()
    },
  }
  return { log, watch }
}

it('acknowledges each event only after it has settled', async () => {
  const { log, watch } = build(['a', 'b'])
  expect(await followWatch(watch)).toBe('ended')
  expect(log).toEqual(['open w1', 'take a', 'settled', 'ack w1', 'take b', 'settled', 'ack w1', 'let go'])
})

it('lets go of the watch when told to stop, without an acknowledgement', async () => {
  const { log, watch } = build(['gap', 'b'])
  expect(await followWatch(watch)).toBe('stopped')
  expect(log).toEqual(['open w1', 'take gap', 'let go'])
})

it('takes nothing more once it is aborted', async () => {
  const { log, watch } = build(['a'])
  const abort = new AbortController()
  abort.abort(new Error('given up'))
  await expect(followWatch({ ...watch, signal: abort.signal })).rejects.toThrow('given up')
  expect(log).toEqual(['open w1', 'let go'])
})
