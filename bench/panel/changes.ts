/** A farm of Blenders that never rests: many records, and a steady number of changes to them each second. */
import { Agent } from 'node:http'
import { busClient, type BusClient } from '../raw-client.ts'
import type { Ready } from '../servers/server-process.ts'

/** Sockets that all sessions share: with one each, most of the work would be to open them. */
const socketCount = 16
/** Blenders that connect at a time. */
const together = 10
/** Time between two handfuls of changes. */
const tickMs = 20

export interface Farm {
  /** Begins to change records, so many a second, each a write that shows in a row. */
  start(changesPerSecond: number): void
  /** Ends the changes and says how many a second there were. */
  stop(): Promise<number>
  close(): void
}

/**
 * Connects so many Blenders, each with a session of its own: a request is a sign of life of every client of its session,
 * and one of a session of hundreds changes hundreds of rows. None opens a stream, so no pictures are taken of them. It
 * resolves when all are on the bus.
 */
export async function openFarm(server: Ready, clients: number): Promise<Farm> {
  const sockets = new Agent({ keepAlive: true, maxSockets: socketCount })
  const blenders: BusClient[] = []
  let turn = 0
  const change = async (n: number): Promise<void> => {
    turn += 1
    await blenders[n]?.call('blender_register_client', {
      client_uuid: uuidOf(n),
      client_type: 'blender',
      is_persistent: true,
      group_id: `rack-${String(n % 24)}`,
      label: `Node ${String(n)}`,
      blend_file: `/projects/pilot/shot_${String((n + turn) % 600).padStart(3, '0')}.blend`,
    })
  }
  for (let n = 0; n < clients; n += together) {
    const next = Array.from({ length: Math.min(together, clients - n) }, (_, k) => n + k)
    blenders.push(...(await Promise.all(next.map((each) => busClient(server, uuidOf(each), sockets)))))
    await Promise.all(next.map(change))
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
      for (const blender of blenders) blender.close()
      sockets.destroy()
    },
  }
}

function uuidOf(n: number): string {
  return `node-${String(n).padStart(5, '0')}`
}
