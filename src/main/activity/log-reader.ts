import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { guarded, inBackground } from '../base/guarded.ts'
import type { LogDetail } from '../../shared/activity.ts'
import type { ActivityQueries } from './activity-queries.ts'
import type { LogQuestion, LogReply } from './log-question.ts'
import { emptyPage, type LogEntriesPage } from './log-queries.ts'

/** The sources run as they are, with the worker beside this file; the build keeps it with the entries, above the chunks. */
const script = import.meta.filename.endsWith('.ts') ? 'log-reader-worker.ts' : '../log-reader-worker.js'

export interface LogReaderPorts {
  readonly path: string
  /** Whether there is a file that can be read: while there is none, every answer is empty. */
  readonly isOpen: () => boolean
  /** Hears of a file that could not be read; the answer is empty then. */
  readonly onFault: (error: unknown) => void
}

interface Asked {
  readonly question: LogQuestion
  /** Null: nothing could be read. */
  readonly settle: (reply: LogReply | null) => void
}

/**
 * Reads the history in a thread of its own, made with the first question: a search goes through megabytes, and whoever
 * shares the event loop would wait for it. It answers one question at a time, each within a time, and users take turns.
 */
export function createLogReader(ports: LogReaderPorts): ActivityQueries & { close(): void } {
  /** By user; who is first in the map is next. */
  const waiting = new Map<string, Asked[]>()
  let worker: Worker | null = null
  let current: Asked | null = null
  let closed = false

  const settle = (reply: LogReply | null): void => {
    const answered = current
    current = null
    answered?.settle(reply)
    next()
  }

  function start(): Worker {
    const started = new Worker(join(import.meta.dirname, script), { workerData: ports.path })
    started.unref()
    started.on(
      'message',
      guarded('answer of the history', (reply: LogReply) => settle(reply)),
    )
    started.once(
      'error',
      guarded('fault of the thread that reads the history', (error: unknown) => ports.onFault(error)),
    )
    started.once(
      'exit',
      guarded('end of the thread that reads the history', () => {
        if (worker === started) worker = null
        settle(null)
      }),
    )
    return started
  }

  function next(): void {
    const [first] = waiting
    if (current !== null || first === undefined) return
    const [userId, queue] = first
    const asked = queue.shift()
    waiting.delete(userId)
    if (queue.length > 0) waiting.set(userId, queue)
    if (asked === undefined) return
    current = asked
    worker ??= start()
    worker.postMessage(asked.question)
  }

  function ask<Answer>(userId = '', question: LogQuestion, nothing: Answer): Promise<Answer> {
    if (closed || !ports.isOpen()) return Promise.resolve(nothing)
    return new Promise((resolve) => {
      const asked: Asked = {
        question,
        settle(reply) {
          if (reply?.ok === true) {
            resolve(reply.answer as Answer)
            return
          }
          resolve(nothing)
          if (reply !== null)
            ports.onFault(Object.assign(new Error(reply.message), { errcode: reply.errcode }))
        },
      }
      const queue = waiting.get(userId)
      if (queue === undefined) waiting.set(userId, [asked])
      else queue.push(asked)
      next()
    })
  }

  return {
    log: (look) => ask<LogEntriesPage>(look.userId, { kind: 'log', look }, emptyPage),
    lastIdBefore: (at, userId) => ask<number | null>(userId, { kind: 'lastIdBefore', at }, null),
    detail: (id, userId) => ask<LogDetail | null>(userId, { kind: 'detail', id, userId }, null),
    close() {
      if (closed) return
      closed = true
      const left = [...waiting.values()].flat()
      waiting.clear()
      for (const asked of left) asked.settle(null)
      if (worker !== null) inBackground('end of the thread that reads the history', worker.terminate())
    },
  }
}
