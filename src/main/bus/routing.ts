import type { Routing } from '../../shared/protocol.ts'
import type { ClientInfo } from './client-info.ts'
import type { ClientRegistry } from './client-registry.ts'
import { listNames, refuse, type BusError } from './errors.ts'

/** The three fields that choose targets; the first that is set wins, none set is a broadcast. */
export interface Address {
  target_uuid?: string | null | undefined
  group_id?: string | null | undefined
  client_type?: string | null | undefined
}

export interface Route {
  readonly ok: true
  readonly routing: Routing
  readonly targets: readonly ClientInfo[]
}

const isSet = (field: string | null | undefined): field is string =>
  field !== undefined && field !== null && field !== ''

/**
 * Finds who gets a message. Only a broadcast leaves its sender out. A direct send to nobody is refused, since
 * the sender meant somebody; the other modes may match nobody.
 */
export function route(
  registry: ClientRegistry,
  address: Address,
  fromUuid: string,
  isLive: (client: ClientInfo) => boolean,
): Route | BusError {
  const { target_uuid, group_id, client_type } = address
  if (isSet(target_uuid)) {
    const target = resolveTarget(registry, target_uuid, isLive)
    if ('ok' in target) return target
    return { ok: true, routing: { type: 'direct', target_uuid: target.uuid }, targets: [target] }
  }
  const all = [...registry.all()]
  if (isSet(group_id)) {
    return {
      ok: true,
      routing: { type: 'group', group_id },
      targets: all.filter((client) => client.group_id === group_id),
    }
  }
  if (isSet(client_type)) {
    return {
      ok: true,
      routing: { type: 'type_filter', client_type },
      targets: all.filter((client) => client.client_type === client_type),
    }
  }
  return {
    ok: true,
    routing: { type: 'broadcast' },
    targets: all.filter((client) => client.uuid !== fromUuid),
  }
}

/**
 * One client by uuid, `latest` (the newest live `blender`) or `pid:<n>`. A registered uuid wins over the two
 * words, so that no client can become unreachable by its name.
 */
export function resolveTarget(
  registry: ClientRegistry,
  target: string,
  isLive: (client: ClientInfo) => boolean,
): ClientInfo | BusError {
  const exact = registry.get(target)
  if (exact !== undefined) return exact
  const all = [...registry.all()]
  if (target === 'latest') {
    const newest = all
      .filter((client) => client.client_type === 'blender' && isLive(client))
      .reduce<ClientInfo | undefined>(
        (best, client) => (best && best.connected_at > client.connected_at ? best : client),
        undefined,
      )
    return newest ?? refuse('unknown_target', `No live Blender is registered. Known clients: ${names(all)}.`)
  }
  const pid = /^pid:(\d+)$/.exec(target)?.[1]
  if (pid !== undefined) {
    const matches = all.filter((client) => String(client.metadata.pid) === pid)
    const [match] = matches
    if (match === undefined) {
      return refuse('unknown_target', `No client has the process id ${pid}. Known clients: ${names(all)}.`)
    }
    if (matches.length > 1) {
      return refuse(
        'ambiguous_target',
        `Process id ${pid} belongs to several clients: ${names(matches)}. Send to one of these uuids.`,
      )
    }
    return match
  }
  return refuse('unknown_target', `No client "${target}" is registered. Known clients: ${names(all)}.`)
}

const names = (clients: readonly ClientInfo[]): string => listNames(clients.map((client) => client.uuid))
