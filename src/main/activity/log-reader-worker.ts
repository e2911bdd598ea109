/**
 * Entry of a worker thread: answers questions about the history file at the path it is given. The file is open only
 * while it answers, so that it can be renamed or closed for good by its owner at any other time.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { openForReading } from './history-database.ts'
import { answerQuestion, type LogQuestion, type LogReply } from './log-question.ts'

function reply(question: LogQuestion): LogReply {
  try {
    const db = openForReading(workerData as string)
    try {
      return { ok: true, answer: answerQuestion(db, question) }
    } finally {
      db.close()
    }
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number }
    return { ok: false, message, errcode }
  }
}

parentPort?.on('message', (question: LogQuestion) => parentPort?.postMessage(reply(question)))
