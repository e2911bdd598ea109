import { expect, it } from 'vitest'
import { defaultBusLimits } from '../../../../src/main/bus/bus-limits.ts'

it('a bus has the bounds that the documents name', () => {
  expect(defaultBusLimits).toStrictEqual({
    mailbox: { maxCount: 1000, maxBytes: 8_388_608 },
    jobs: { maxPending: 10_000, maxFinished: 1000, maxFinishedChars: 33_554_432 },
    maxClients: 5000,
    ephemeralGraceMs: 30_000,
    persistentExpiryMs: 86_400_000,
  })
})
