import type { Log } from '../base/log.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'

/** What the log says of a bus. */
export function logBus(bus: UserMessageBus, log: Log): void {
  bus.events.on('registered', ({ client, created }) => {
    if (!created) return
    log.info({ user: bus.user_id, client: client.uuid, type: client.client_type }, 'client registered')
  })
  bus.events.on('unregistered', ({ client, cause, reason }) =>
    log.info({ user: bus.user_id, client: client.uuid, cause, reason }, 'client unregistered'),
  )
  bus.events.on('settled', (client, { message, outcome }) => {
    if (outcome !== 'dropped') return
    log.warn({ client: client.uuid, message: message.message_id }, 'a message was dropped')
  })
}
