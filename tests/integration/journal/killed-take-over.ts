/** Begins to take over an old history, says so on standard output, and stays until it is killed. */
import { createJournal } from '../../../src/main/journal/journal.ts'

const silent = () => undefined
const journal = createJournal({
  path: process.argv[2] ?? '',
  clock: () => Date.now(),
  log: { debug: silent, info: silent, warn: silent, error: silent },
})
process.stdout.write(`${journal.state().state}\n`)
setInterval(silent, 1000)
