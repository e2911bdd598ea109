import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../../src/main/bus/message.ts'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'

const uuids = ['a', 'b', 'c', 'd'] as const
const sessionNames = ['s0', 's1', 's2'] as const
const uuid = fc.constantFrom(...uuids)
const session = fc.constantFrom(...sessionNames)

const operation = fc.oneof(
  fc.record({
    op: fc.constant('register' as const),
    uuid,
    session: fc.option(session),
    persistent: fc.boolean(),
    group: fc.option(fc.constantFrom('g', 'h')),
  }),
  fc.record({ op: fc.constant('unregister' as const), uuid }),
  fc.record({ op: fc.constant('order' as const), uuid }),
  fc.record({ op: fc.constant('touch' as const), uuid }),
  fc.record({ op: fc.constant('endSession' as const), session }),
  fc.record({
    op: fc.constant('send' as const),
    target: fc.option(uuid),
    group: fc.option(fc.constantFrom('g', 'h')),
    session: fc.option(session),
    priority: fc.nat(7),
    job: fc.boolean(),
  }),
  fc.record({ op: fc.constant('openStream' as const), session }),
  fc.record({ op: fc.constant('closeStream' as const), session }),
  fc.record({ op: fc.constant('threshold' as const), session, least: fc.nat(7) }),
  fc.record({
    op: fc.constant('jobUpdate' as const),
    job: fc.nat(5),
    session,
    status: fc.constantFrom('running' as const, 'completed' as const, 'failed' as const),
  }),
)

interface ModelClient {
  persistent: boolean
  connectedAt: number
  session: string | null
}

describe('any sequence of operations', () => {
  it('keeps records, buckets and messages as the model says', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
        const { bus, time } = busFixture({ limits: { mailbox: { maxCount: 3, maxBytes: 100_000 } } })
        const sessions = new Map(sessionNames.map((name) => [name as string, fakeSession(`secret-${name}`)]))
        const nameOf = (handle: object | null) =>
          [...sessions].find(([, candidate]) => candidate === handle)?.[0] ?? null
        const open = new Set<string>()
        const thresholds = new Map<string, number>()
        const model = new Map<string, ModelClient>()
        const jobs: string[] = []
        /** Every (message, target) pair that was ever posted, with what became of it. */
        const posted = new Map<string, Outcome>()

        const drain = (uuidToDrain: string): void => {
          const client = bus.get(uuidToDrain)
          const name = nameOf(client?.session ?? null)
          if (client === undefined || name === null || !open.has(name)) return
          for (
            let next = bus.mailboxes.next(client.uuid);
            next !== undefined;
            next = bus.mailboxes.next(client.uuid)
          ) {
            bus.mailboxes.settle(
              client,
              next.message.priority > (thresholds.get(name) ?? 7) ? 'filtered' : 'sent',
            )
          }
        }
        bus.events.on('settled', (client, entry) => {
          const pair = `${entry.message.message_id}>${client.uuid}`
          // Settled once at the most; an overflow may settle a message before it is told.
          expect(posted.get(pair) ?? 'queued').toBe('queued')
          posted.set(pair, entry.outcome)
        })
        const told = new Set<string>()
        bus.events.on('message', (message, targets) => {
          expect(told.has(message.message_id)).toBe(false)
          told.add(message.message_id)
          for (const client of targets) {
            const pair = `${message.message_id}>${client.uuid}`
            if (!posted.has(pair)) posted.set(pair, 'queued')
          }
          for (const client of targets) {
            const name = nameOf(client.session)
            if (name !== null && message.priority > (thresholds.get(name) ?? 7))
              bus.mailboxes.filter(client, message)
            else drain(client.uuid)
          }
        })

        for (const step of operations) {
          time.nowMs += 1
          switch (step.op) {
            case 'register': {
              const handle = step.session === null ? null : (sessions.get(step.session) ?? null)
              bus.register(
                registration(step.uuid, { is_persistent: step.persistent, group_id: step.group }),
                handle,
              )
              const known = model.get(step.uuid)
              if (known === undefined) {
                model.set(step.uuid, {
                  persistent: step.persistent,
                  connectedAt: time.nowMs / 1000,
                  session: step.session,
                })
              } else if (step.session !== null) known.session = step.session
              break
            }
            case 'unregister':
              expect(bus.unregister(step.uuid)).toBe(model.delete(step.uuid))
              break
            case 'order':
              expect(bus.forceUnregister(step.uuid, { reason: 'r', blocked_until: null }) !== null).toBe(
                model.delete(step.uuid),
              )
              break
            case 'touch':
              bus.touch(step.uuid)
              break
            case 'endSession': {
              open.delete(step.session)
              const handle = sessions.get(step.session)
              if (handle !== undefined) bus.endSession(handle)
              for (const [name, client] of model) {
                if (client.session !== step.session) continue
                if (client.persistent) client.session = null
                else model.delete(name)
              }
              break
            }
            case 'send': {
              const sent = bus.send({
                payload: step.job ? { message_type: 'job_dispatch', script: '' } : {},
                target_uuid: step.target,
                group_id: step.group,
                priority: step.priority,
                session: step.session === null ? null : (sessions.get(step.session) ?? null),
              })
              expect(sent.ok).toBe(step.target === null || model.has(step.target))
              if (!sent.ok) break
              if (step.job) jobs.push(sent.message.job_id)
              expect(Object.keys(sent.deliveries)).toStrictEqual(sent.targets)
              for (const target of sent.targets) {
                expect(sent.deliveries[target]).toBe(posted.get(`${sent.message.message_id}>${target}`))
              }
              break
            }
            case 'openStream':
              open.add(step.session)
              for (const client of bus.registry.allBoundTo(sessions.get(step.session) ?? {}))
                drain(client.uuid)
              break
            case 'closeStream':
              open.delete(step.session)
              break
            case 'threshold':
              thresholds.set(step.session, step.least)
              break
            case 'jobUpdate': {
              const jobId = jobs[step.job]
              if (jobId === undefined) break
              bus.jobUpdate(
                { job_id: jobId, status: step.status, result: '', error: '' },
                sessions.get(step.session) ?? null,
              )
              break
            }
          }

          const persistent = [...bus.registry.persistent.keys()]
          const ephemeral = [...bus.registry.ephemeral.keys()]
          expect(persistent.filter((name) => ephemeral.includes(name))).toStrictEqual([])
          expect([...persistent, ...ephemeral].toSorted()).toStrictEqual([...model.keys()].toSorted())
          for (const client of bus.registry.all()) {
            const known = model.get(client.uuid)
            expect({
              persistent: client.is_persistent,
              connectedAt: client.connected_at,
              session: nameOf(client.session),
            }).toStrictEqual(known)
            expect(persistent.includes(client.uuid)).toBe(client.is_persistent)
            expect(bus.mailboxes.sizeOf(client.uuid).count).toBeLessThanOrEqual(3)
          }
          expect(JSON.stringify([...bus.registry.all()])).not.toContain('secret-')
        }

        // What is still queued stands in a mailbox, and in no other place.
        const queued = [...posted].filter(([, outcome]) => outcome === 'queued').length
        const waiting = uuids.reduce((sum, name) => sum + bus.mailboxes.sizeOf(name).count, 0)
        expect(waiting).toBe(queued)
      }),
      { numRuns: 300, seed: 20_260_123 },
    )
  })
})
