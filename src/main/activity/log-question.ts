import type { DatabaseSync } from 'node:sqlite'
import { lastIdBefore, logDetail, queryLog, type LogQuery } from './log-queries.ts'

/** What the thread that reads the history is asked, one at a time. */
export type LogQuestion =
  | { readonly kind: 'log'; readonly look: LogQuery }
  | { readonly kind: 'lastIdBefore'; readonly at: number }
  | { readonly kind: 'detail'; readonly id: number; readonly userId: string | undefined }

/** What it answers: an error of SQLite comes with its code. */
export type LogReply =
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly message: string; readonly errcode: number | undefined }

export function answerQuestion(db: DatabaseSync, question: LogQuestion): unknown {
  switch (question.kind) {
    case 'log':
      return queryLog(db, question.look)
    case 'lastIdBefore':
      return lastIdBefore(db, question.at)
    case 'detail':
      return logDetail(db, question.id, question.userId)
  }
}
