/**
 * Entry of a worker thread: brings the history file at the path it is given to the newest schema, and ends. What goes
 * wrong is thrown, and comes to the owner as the worker's `error`.
 */
import { workerData } from 'node:worker_threads'
import { migrate, openDatabase, writeAhead } from './history-database.ts'

const db = openDatabase(workerData as string)
try {
  writeAhead(db)
  migrate(db)
} finally {
  db.close()
}
