/** Writes numbered lines until it is killed, and says on standard output how far it has come. */
import { createActivityLog } from '../../../src/main/activity/activity-log.ts'

const silent = () => undefined
const activityLog = createActivityLog({
  path: process.argv[2] ?? '',
  clock: () => Date.now(),
  log: { debug: silent, info: silent, warn: silent, error: silent },
})
let n = 0
setInterval(() => {
  n += 1
  activityLog.add({
    table: 'activity',
    row: {
      at: Date.now() / 1000,
      kind: 'client_registered',
      userId: 'u',
      client: String(n),
      by: 'client',
      text: 'x',
      count: 1,
    },
  })
  process.stdout.write(`${n} ${Date.now()}\n`)
}, 1)
