import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const source = join(import.meta.dirname, '../../../../src/main/base/last-resort.ts')

it.each([
  ['an exception', 'setTimeout(() => { throw new Error("nobody") })'],
  ['a rejection', 'void Promise.reject(new Error("nobody"))'],
])('%s that nothing catches is logged and ends the program', (_, fault) => {
  const program = `
    import { endOnUncaughtFault } from ${JSON.stringify(source)}
    const log = { error: ({ err }, message) => console.log(err.message + ': ' + message) }
    endOnUncaughtFault(log, (code) => process.exit(code))
    setTimeout(() => console.log('went on'), 60_000)
    ${fault}`
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  })
  expect({ status, stdout }).toStrictEqual({
    status: 1,
    stdout: 'nobody: Busbar ends: a fault of this program was caught by nothing\n',
  })
})
