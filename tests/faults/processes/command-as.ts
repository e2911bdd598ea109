/**
 * The command line as another user: everything is loaded by then, so that user need not be able to read the program.
 *
 * Arguments: the number of the user, or `-` for the one who runs this, and those of `busbar`.
 */
import { runCommandLine } from '../../../src/main/cli/command-line.ts'

const [, , user = '-', ...args] = process.argv
if (user !== '-') {
  process.setgroups?.([])
  process.setgid?.(Number(user))
  process.setuid?.(Number(user))
}
await runCommandLine([process.execPath, 'busbar', ...args])
