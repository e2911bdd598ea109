import { clip } from '../../../shared/well-formed.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import { listNames } from '../../bus/errors.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { Presence } from '../sessions/presence.ts'

/** Why no Blender was chosen; `error` says what to do about it. */
export interface NoTarget {
  readonly ok: false
  readonly status: 'no_target' | 'ambiguous_target' | 'target_away'
  readonly error: string
}

/** Words for work that any of several Blenders can do: `group:<id>`, `any`, `any:<capability>`. */
export type Pool = { readonly groupId: string } | { readonly capability: string | null }

/** The pool a target names, null where it names one client. */
export function poolOf(target: string): Pool | null {
  if (target === 'any') return { capability: null }
  if (target.startsWith('any:') && target.length > 4) return { capability: target.slice(4) }
  if (target.startsWith('group:') && target.length > 6) return { groupId: target.slice(6) }
  return null
}

/** Chooses the Blender for a command. It never picks one that was not named, was not in the named pool, or is not the only one. */
export interface TargetChooser {
  choose(bus: UserMessageBus, target: string | undefined): ClientInfo | NoTarget
  /** For a call that names none, in a session that has `own` by `blender_use_target`. One that is gone is away: it may come back. */
  chosenBefore(bus: UserMessageBus, own: string): ClientInfo | NoTarget
  /** For a call that names none, where it can't be told whether `earlier` is still meant. */
  mustName(bus: UserMessageBus, earlier: string): NoTarget
}

export function createTargetChooser(presence: Presence): TargetChooser {
  let turns = 0
  /** When each client was last chosen from a pool: among equally busy ones the work goes round. */
  const turn = new WeakMap<ClientInfo, number>()

  const fromPool = (
    bus: UserMessageBus,
    target: string,
    pool: Pool,
    live: readonly ClientInfo[],
  ): ClientInfo | NoTarget => {
    const fits = (client: ClientInfo): boolean =>
      'groupId' in pool
        ? client.group_id === pool.groupId
        : pool.capability === null || client.capabilities.includes(pool.capability)
    const jobs = new Map<string, number>()
    for (const job of bus.jobs.pending()) {
      for (const uuid of job.targets) jobs.set(uuid, (jobs.get(uuid) ?? 0) + 1)
    }
    const load = (client: ClientInfo): number => jobs.get(client.uuid) ?? 0
    const chosen = live
      .filter(fits)
      .sort((a, b) => load(a) - load(b) || (turn.get(a) ?? 0) - (turn.get(b) ?? 0))
      .at(0)
    if (chosen === undefined) {
      return none(`No live Blender belongs to "${target}". ${liveOnes(live)}`)
    }
    turn.set(chosen, (turns += 1))
    return chosen
  }

  const liveBlenders = (bus: UserMessageBus): ClientInfo[] =>
    [...bus.registry.all()].filter(
      (client) => client.client_type === 'blender' && presence.isReachable(client),
    )

  const chooser: TargetChooser = {
    choose(bus, target) {
      const live = liveBlenders(bus)
      if (target === undefined) return theOnlyOne(live)
      // A registered uuid wins over the words, so that no client can become unreachable by its name.
      const pool = bus.get(target) === undefined ? poolOf(target) : null
      if (pool !== null) return fromPool(bus, target, pool, live)
      const found = bus.resolve(target)
      if ('ok' in found) {
        if (found.error === 'ambiguous_target') {
          return { ok: false, status: 'ambiguous_target', error: found.message }
        }
        return none(`No client "${clip(target, 200)}" is registered. ${liveOnes(live)}`)
      }
      if (presence.contact(found) === 'away') {
        const error = `"${found.uuid}" is away: it is registered but not connected now. ${liveOnes(live)}`
        return { ok: false, status: 'target_away', error }
      }
      return found
    },
    chosenBefore(bus, own) {
      const choice = chooser.choose(bus, own)
      if (!('ok' in choice)) return choice
      const hint = `"${own}" was chosen by blender_use_target: name another target, or choose another.`
      const isGone = choice.status === 'no_target' && poolOf(own) === null
      if (!isGone) return { ...choice, error: `${choice.error} ${hint}` }
      const error = `"${own}" is away: it is not connected now. ${liveOnes(liveBlenders(bus))} ${hint}`
      return { ok: false, status: 'target_away', error }
    },
    mustName(bus, earlier) {
      const error =
        `This program chose "${earlier}" earlier. Several of its sessions were open since then, so it can't be told ` +
        `whether you mean it. Name a target, or choose one by blender_use_target. ${liveOnes(liveBlenders(bus))}`
      return { ok: false, status: 'ambiguous_target', error }
    },
  }
  return chooser
}

function theOnlyOne(live: readonly ClientInfo[]): ClientInfo | NoTarget {
  const [only] = live
  if (only === undefined) {
    return none('No live Blender is connected. Open Blender with the Busbar add-on and connect it.')
  }
  if (live.length > 1) {
    return {
      ok: false,
      status: 'ambiguous_target',
      error: `Several Blenders are live. Name one as target: ${describeClients(live)}.`,
    }
  }
  return only
}

const none = (error: string): NoTarget => ({ ok: false, status: 'no_target', error })

const liveOnes = (live: readonly ClientInfo[]): string =>
  live.length === 0 ? 'No Blender is live.' : `Live: ${describeClients(live)}.`

/** The end of a path, which tells files apart. */
const shortPath = (path: string): string =>
  path.length <= 120 ? path : `…${path.slice(-120).toWellFormed()}`

/** Clients as a model tells them apart: uuid, label and file. */
function describeClients(clients: readonly ClientInfo[]): string {
  return listNames(
    clients.map(({ uuid, metadata }) => {
      const facts = [metadata.label, shortPath(metadata.blend_file ?? 'unsaved')].filter(Boolean).join(', ')
      return `${uuid} (${facts})`
    }),
  )
}
