import { expect, it } from 'vitest'
import { MemoryLedger } from '../../../../src/main/base/ledger.ts'
import { chargeRecords, recordBytes } from '../../../../src/main/bus/record-memory.ts'
import { busFixture, registration } from './bus-fixture.ts'

function fixture(shareBytes: number) {
  const memory = new MemoryLedger(2 * shareBytes)
  const { bus } = busFixture({ memory: memory.of('local') })
  chargeRecords(bus)
  return { bus, used: () => memory.snapshot().byKind.clients }
}
const large = (uuid: string, length: number) =>
  registration(uuid, { metadata: { blend_file: 'x'.repeat(length) } })

it('a record is charged to its user while it is registered, as large as it is by now', () => {
  const { bus, used } = fixture(1_000_000)
  const { client } = bus.register(large('b', 1000), null)
  const before = used()
  expect(before).toBe(recordBytes(client))
  expect(before).toBeGreaterThan(3000)
  bus.register(large('b', 2000), null)
  expect(used()).toBe(before + 2000)
  bus.unregister('b')
  expect(used()).toBe(0)
})

it('one that there is no room for is refused, and one that is there may come back', () => {
  const { bus } = fixture(10_000)
  expect(bus.refusesClient('b', large('b', 4000))).toBeNull()
  bus.register(large('b', 4000), null)
  expect(bus.refusesClient('c', large('c', 1000))).toStrictEqual({
    ok: false,
    error: 'out_of_memory_share',
    message:
      'User "local" keeps 0.0 MiB in this server, and one user may keep 0.0 MiB: there is no room for 4 KiB more. ' +
      'The client was not registered. Let the messages that wait be read, or unregister clients that nobody needs.',
  })
  expect(bus.refusesClient('b', large('b', 4000))).toBeNull()
  expect(bus.refusesClient('b', large('b', 9000))?.error).toBe('out_of_memory_share')
})
