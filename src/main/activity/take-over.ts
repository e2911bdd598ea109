import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { guarded, inBackground } from '../base/guarded.ts'

/** The sources run as they are, with the worker beside this file; the build keeps it with the entries, above the chunks. */
const script = import.meta.filename.endsWith('.ts') ? 'take-over-worker.ts' : '../take-over-worker.js'

/**
 * Brings a history file to the newest schema in a thread of its own: a large one takes seconds, and the bus has none to
 * spare. Until it is done nothing else may open the file in this process: closing it again would let go of the locks
 * of the thread (sqlite.org/howtocorrupt.html, 2.2).
 *
 * @param onEnd hears of the end, null where all went well
 * @returns breaks it off, and then `onEnd` is not called; the file stays as it was before the step that ran
 */
export function takeOver(path: string, onEnd: (error: unknown) => void): () => void {
  const worker = new Worker(join(import.meta.dirname, script), { workerData: path })
  let fault: unknown = null
  const onExit = guarded('end of taking over a history', () => onEnd(fault))
  worker.once('error', (error: unknown) => void (fault = error))
  worker.once('exit', onExit)
  worker.unref()
  return () => {
    worker.off('exit', onExit)
    inBackground('breaking off the taking over of a history', worker.terminate())
  }
}
