/**
 * `npm run test:cancel -- [rounds] [--window | --no-window]`: cancels each kind of endless script a hundred times in every
 * Blender of `BLENDERS` (else the one on the PATH), without a window and with one, or only in one of the two ways. Pack the
 * add-on before (`npm run addon:build`). Further arguments go to vitest.
 */
import { spawnSync } from 'node:child_process'
import { listedBlenders } from './blenders.ts'

const ways: Readonly<Record<string, string>> = { '--window': 'true', '--no-window': 'false' }
const given = process.argv.slice(2)
const way = given.find((each) => each in ways)
const [rounds = '100', ...more] = given.filter((each) => !(each in ways))

const failed = listedBlenders().filter((blender) => {
  console.log(`\n--- ${blender}`)
  const { status } = spawnSync(
    'vitest',
    [
      ...['run', '--project', 'blender', 'tests/blender/cancel.test.ts', '--reporter=verbose'],
      ...(way === undefined ? [] : ['--testNamePattern', `with a window: ${ways[way] ?? ''}`]),
      ...more,
    ],
    {
      stdio: 'inherit',
      env: { ...process.env, BLENDER: blender, BUSBAR_CANCEL_ROUNDS: rounds },
      shell: process.platform === 'win32',
    },
  )
  return status !== 0
})
if (listedBlenders().length === 0) console.error('No Blender: install one, or list some in BLENDERS.')
if (failed.length > 0) console.error(`\nFailed in: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 || listedBlenders().length === 0 ? 1 : 0
