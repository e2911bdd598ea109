import { Command } from 'commander'
import { readServerOptions, serverOptions } from '../src/main/config/server-options.ts'

/**
 * Reads what `npm start --` was given before anything is built or opened. Ends the process, with a line that says what
 * to run instead, where it takes no such thing, and after `--help`.
 */
export function checkStartArguments(args: readonly string[], env: NodeJS.ProcessEnv): void {
  const command = startCommand().parse(args, { from: 'user' })
  try {
    readServerOptions(command.opts(), env)
  } catch (error) {
    command.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The desktop panel takes what a server takes; what is about a browser goes with `busbar serve` alone. */
export function startCommand(): Command {
  const command = new Command('npm start --')
    .description(
      'Build what is stale and open the desktop panel, or serve it to a browser where there can be none.',
    )
    .usage('[options]')
    .configureOutput({
      outputError: (text, write) =>
        write(
          `${text.trimEnd()} (options: npm start -- --help; for a panel in a browser: npm run serve -- --help)\n`,
        ),
    })
  for (const option of serverOptions()) command.addOption(option)
  return command
}
