/** A farm of Blenders that never rests: many records, and a steady number of changes to them each second. */
import { busClient, type BusClient } from '../raw-client.ts'
import type { Ready } from '../servers/server-process.ts'

/** Sessions that the records are spread over, so that no limit on one session is met. */
const sessionCount = 10
/** Time between two handfuls of changes. */
const tickMs = 20

export interface Farm {
  /** Begins to change records, so many a second, each a write that shows in a row. */
  start(changesPerSecond: number): void
  /** Ends the changes and says how many a second there were. */
  stop(): Promise<number>
  close(): void
}

/** Registers `clients` Blenders through a few sessions; it resolves when all are on the bus. */
export async function openFarm(server: Ready, clients: number): Promise<Farm> {
  const sessions = await Promise.all(
    Array.from({ length: sessionCount }, (_, n) => busClient(server, `keeper-${String(n)}`)),
  )
  let turn = 0
  const change = async (n: number): Promise<void> => {
    turn += 1
    await sessionOf(sessions, n).call('blender_register_client', {
      client_uuid: `node-${String(n).padStart(5, '0')}`,
      client_type: 'blender',
      is_persistent: true,
      group_id: `rack-${String(n % 24)}`,
      label: `Node ${String(n)}`,
      blend_file: `/projects/pilot/shot_${String((n + turn) % 600).padStart(3, '0')}.blend`,
    })
  }
  for (let n = 0; n < clients; n += sessionCount) {
    const together = Math.min(sessionCount, clients - n)
    await Promise.all(Array.from({ length: together }, (_, k) => change(n + k)))
  }

  let timer: NodeJS.Timeout | null = null
  let startedAtMs = 0
  let made = 0
  const underWay = new Set<Promise<void>>()
  return {
    start(changesPerSecond) {
      startedAtMs = performance.now()
      made = 0
      timer = setInterval(() => {
        // What a late timer left undone is caught up with, so that the rate holds on a busy machine too.
        const due = Math.floor(((performance.now() - startedAtMs) / 1000) * changesPerSecond)
        while (made < due && underWay.size < changesPerSecond) {
          // A step that is prime to the number of clients visits all of them, far apart from one to the next.
          const sent = change((made * 619) % clients).finally(() => underWay.delete(sent))
          underWay.add(sent)
          made += 1
        }
      }, tickMs)
    },
    async stop() {
      if (timer !== null) clearInterval(timer)
      timer = null
      await Promise.all(underWay)
      return made / ((performance.now() - startedAtMs) / 1000)
    },
    close() {
      if (timer !== null) clearInterval(timer)
      for (const session of sessions) session.close()
    },
  }
}

function sessionOf(sessions: readonly BusClient[], n: number): BusClient {
  const session = sessions[n % sessions.length]
  if (session === undefined) throw new Error('There is no session.')
  return session
}
