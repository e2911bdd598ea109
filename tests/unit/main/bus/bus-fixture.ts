import type { Registration, SessionHandle } from '../../../../src/main/bus/client-info.ts'
import { UserMessageBus, type BusPorts } from '../../../../src/main/bus/user-message-bus.ts'

/** A bus on a clock that the test moves and with ids that count up: `id-1`, `id-2` and so on. */
export function busFixture(ports: Partial<BusPorts> = {}) {
  const time = { nowMs: 1_700_000_000_500 }
  let ids = 0
  const bus = new UserMessageBus('local', {
    clock: () => time.nowMs,
    newId: () => `id-${String((ids += 1))}`,
    ...ports,
  })
  return { bus, time }
}

/** A session as the bus sees one: nothing but an identity. */
export const fakeSession = (name: string): SessionHandle => ({ name })

/** A registration with the protocol's defaults. */
export function registration(uuid: string, more: Partial<Registration> = {}): Registration {
  return {
    client_uuid: uuid,
    client_type: 'blender',
    is_persistent: false,
    capabilities: [],
    group_id: null,
    metadata: {},
    ...more,
  }
}
