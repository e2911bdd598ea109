/**
 * `npm run test:cancel [rounds]`: cancels each kind of endless script a hundred times in the `blender` on the PATH, without
 * a window and with one. Pack the add-on before (`npm run addon:build`). Further arguments go to vitest.
 */
import { spawnSync } from 'node:child_process'

const [rounds = '100', ...more] = process.argv.slice(2)
const { status } = spawnSync(
  'vitest',
  ['run', '--project', 'blender', 'tests/blender/cancel.test.ts', '--reporter=verbose', ...more],
  {
    stdio: 'inherit',
    env: { ...process.env, BUSBAR_CANCEL_ROUNDS: rounds },
    shell: process.platform === 'win32',
  },
)
process.exitCode = status ?? 1
