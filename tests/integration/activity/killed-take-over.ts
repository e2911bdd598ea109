/** Begins to take over an old history, says so on standard output, and stays until it is killed. */
import { createActivityLog } from '../../../src/main/activity/activity-log.ts'

const silent = () => undefined
const activityLog = createActivityLog({
  path: process.argv[2] ?? '',
  clock: () => Date.now(),
  log: { debug: silent, info: silent, warn: silent, error: silent },
})
process.stdout.write(`${activityLog.state().state}\n`)
setInterval(silent, 1000)
